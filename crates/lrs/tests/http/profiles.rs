use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;
use serde_json::json;

use crate::{Client, escape};

/// The address of a subject of each of the two resources.
fn subjects() -> [String; 2] {
    let agent = escape(r#"{"mbox":"mailto:zoe@example.org"}"#);
    [
        format!("/xapi/agents/profile?agent={agent}"),
        "/xapi/activities/profile?activityId=https://example.org/7".to_owned(),
    ]
}

const NEW: [(&str, &str); 2] = [("if-none-match", "*"), ("content-type", "application/json")];

on_both_engines! {
    async fn a_profile_is_kept_merged_listed_and_deleted(database) {
        let client = Client::new(&database).await;
        for subject in subjects() {
            let one = format!("{subject}&profileId=a");
            assert_eq!(client.get(&one).await.status, StatusCode::NOT_FOUND);
            assert_eq!(client.call(Method::PUT, &one, &NEW, r#"{"a":1}"#).await.status, StatusCode::NO_CONTENT);
            assert_eq!(client.post_json(&one, r#"{"b":2}"#).await.status, StatusCode::NO_CONTENT);
            let answer = client.get(&one).await;
            assert_eq!(answer.json(), json!({ "a": 1, "b": 2 }));
            let since = answer.header("last-modified").to_owned();
            assert!(since.ends_with(" GMT"));
            assert_eq!(client.get(&subject).await.json(), json!(["a"]));
            assert_eq!(client.get(&format!("{subject}&since=2100-01-01T00:00:00Z")).await.json(), json!([]));
            // Profiles are not deleted all at once.
            assert_eq!(client.call(Method::DELETE, &subject, &[], "").await.status, StatusCode::BAD_REQUEST);
            assert_eq!(client.call(Method::DELETE, &one, &[("if-match", "\"0\"")], "").await.status, StatusCode::PRECONDITION_FAILED);
            assert_eq!(client.call(Method::DELETE, &one, &[], "").await.status, StatusCode::NO_CONTENT);
            assert_eq!(client.get(&one).await.status, StatusCode::NOT_FOUND);
        }
    }

    async fn a_profile_is_not_overwritten_unseen(database) {
        let client = Client::new(&database).await;
        let two = client.speaking("2.0.0");
        for subject in subjects() {
            let one = format!("{subject}&profileId=a");
            let put = async |client: &Client, headers: &[(&str, &str)]| client.call(Method::PUT, &one, headers, "x").await.status;
            // For a new one, 1.0.3 asks for the header as well.
            assert_eq!(put(&client, &[]).await, StatusCode::BAD_REQUEST);
            assert_eq!(put(&two, &[]).await, StatusCode::NO_CONTENT);
            assert_eq!(put(&client, &[]).await, StatusCode::CONFLICT);
            assert_eq!(put(&two, &[]).await, StatusCode::CONFLICT);
            assert_eq!(put(&client, &[("if-none-match", "*")]).await, StatusCode::PRECONDITION_FAILED);
            assert_eq!(put(&client, &[("if-match", "*")]).await, StatusCode::NO_CONTENT);
            let answer = client.call(Method::POST, &one, &[("if-match", "\"0\"")], "{}").await;
            assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
        }
    }

    async fn a_profile_has_its_own_scope_and_parameters(database) {
        let client = Client::new(&database).await;
        client.add_credential("profiles", "profile").await;
        client.add_credential("states", "state statements/write").await;
        for subject in subjects() {
            let one = format!("{subject}&profileId=a");
            assert_eq!(client.with_key("states").get(&one).await.status, StatusCode::FORBIDDEN);
            assert_eq!(client.with_key("profiles").get(&one).await.status, StatusCode::NOT_FOUND);
            for wrong in ["&registration=6690e6c9-3ef0-4ed3-8b37-7f3964730bee", "&stateId=a", "&profileId=", "&since=now"] {
                assert_eq!(client.get(&format!("{subject}{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
            }
            let answer = client.call(Method::PUT, &one, &NEW, "{").await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
        for path in ["/xapi/agents/profile?profileId=a", "/xapi/activities/profile?profileId=a"] {
            assert_eq!(client.get(path).await.status, StatusCode::BAD_REQUEST);
        }
    }
}
