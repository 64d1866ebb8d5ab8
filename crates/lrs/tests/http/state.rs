use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;

use crate::{Client, escape};

fn path(rest: &str) -> String {
    let agent = escape(r#"{"mbox":"mailto:zoe@example.org"}"#);
    format!("/xapi/activities/state?activityId=https://example.org/7&agent={agent}{rest}")
}

on_both_engines! {
    async fn a_state_is_read_back_as_it_was_written(database) {
        let client = Client::new(&database).await;
        let one = path("&stateId=bookmark");
        assert_eq!(client.get(&one).await.status, StatusCode::NOT_FOUND);
        let answer = client.call(Method::PUT, &one, &[("content-type", "text/plain; charset=utf-8")], "leçon 2").await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        let written = answer.header("etag").to_owned();
        let answer = client.get(&one).await;
        assert_eq!((answer.status, answer.text().as_str()), (StatusCode::OK, "leçon 2"));
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert!(answer.header("last-modified").ends_with(" GMT"));
        let etag = answer.header("etag");
        assert_eq!(etag, written);
        assert!(etag.len() == 42 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        // What a stranger stored must not run in the console's origin.
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox"));

        assert_eq!(client.get(&path("")).await.json(), serde_json::json!(["bookmark"]));
        let other = path("&stateId=bookmark&registration=6690e6c9-3ef0-4ed3-8b37-7f3964730bee");
        assert_eq!(client.get(&other).await.status, StatusCode::NOT_FOUND);
        assert_eq!(client.call(Method::DELETE, &one, &[], "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(client.get(&one).await.status, StatusCode::NOT_FOUND);
        assert_eq!(client.get(&path("")).await.json(), serde_json::json!([]));
    }

    async fn a_client_that_looks_first_overwrites_nobody(database) {
        let client = Client::new(&database).await;
        let one = path("&stateId=a");
        let put = async |headers: &[(&str, &str)], body: &'static str| client.call(Method::PUT, &one, headers, body).await.status;
        assert_eq!(put(&[("if-none-match", "*")], "1").await, StatusCode::NO_CONTENT);
        assert_eq!(put(&[("if-none-match", "*")], "2").await, StatusCode::PRECONDITION_FAILED);
        let etag = client.get(&one).await.header("etag").to_owned();
        assert_eq!(put(&[("if-match", "\"0000\"")], "2").await, StatusCode::PRECONDITION_FAILED);
        assert_eq!(put(&[("if-match", &format!("\"0000\", {etag}"))], "2").await, StatusCode::NO_CONTENT);
        assert_eq!(put(&[("if-match", &etag)], "3").await, StatusCode::PRECONDITION_FAILED);
        assert_eq!(put(&[("if-match", "*"), ("if-none-match", "*")], "3").await, StatusCode::BAD_REQUEST);
        assert_eq!(put(&[("if-match", "\"\"")], "3").await, StatusCode::BAD_REQUEST);
        assert_eq!(client.get(&one).await.text(), "2");
        // Without a precondition, 1.0.3 overwrites and 2.0 refuses.
        assert_eq!(put(&[], "4").await, StatusCode::NO_CONTENT);
        let two = client.speaking("2.0.0");
        let answer = two.call(Method::PUT, &one, &[], "5").await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.json()["error"].as_str().unwrap().contains("If-Match"));
        assert_eq!(client.get(&one).await.text(), "4");
    }

    async fn objects_are_merged(database) {
        let client = Client::new(&database).await;
        let one = path("&stateId=a");
        for body in [r#"{"a":1,"b":2}"#, r#"{"b":3}"#] {
            assert_eq!(client.post_json(&one, body).await.status, StatusCode::NO_CONTENT);
        }
        assert_eq!(client.get(&one).await.json(), serde_json::json!({"a": 1, "b": 3}));
        for body in ["[]", "{", "1", "\u{0}"] {
            assert_eq!(client.post_json(&one, body).await.status, StatusCode::BAD_REQUEST, "{body}");
        }
        assert_eq!(client.get(&one).await.json(), serde_json::json!({"a": 1, "b": 3}));
    }

    async fn a_request_must_say_whose_state_of_what(database) {
        let client = Client::new(&database).await;
        for (path, named) in [
            ("/xapi/activities/state?stateId=a".to_owned(), vec!["activityId", "agent"]),
            (path("&stateId="), vec!["stateId"]),
            (path("&stateId=a&registration=1"), vec!["registration"]),
            (path("&stateId=a&profileId=1"), vec!["profileId"]),
            ("/xapi/activities/state?activityId=7&agent=%5B%5D".to_owned(), vec!["activityId", "agent"]),
        ] {
            let answer = client.get(&path).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
            let refusal = answer.json();
            let found: Vec<_> = refusal["violations"].as_array().unwrap().iter().map(|violation| violation["parameter"].as_str().unwrap()).collect();
            assert_eq!(found, named, "{path}");
        }
        let answer = client.call(Method::PUT, &path(""), &[], "x").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["violations"][0]["parameter"], "stateId");
    }
}
