use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_lrs_store::on_both_engines;
use serde_json::{Value, json};

use crate::{Answer, Client, escape, statement};

const REGISTRATION: &str = "0c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d11";
const OTHER: &str = "0c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d12";

/// What Moodle's launcher sends.
fn asked() -> Value {
    json!({
        "scope": ["all"],
        "expiry": "2026-12-01T10:00:00+00:00",
        "historical": false,
        "actors": { "objectType": "Person", "name": ["Zoé"], "mbox": ["mailto:zoe@example.org"] },
        "auth": { "objectType": "Agent", "name": "Zoé", "mbox": "mailto:zoe@example.org" },
        "activity": ["https://example.org/7"],
        "registration": REGISTRATION,
    })
}

fn authorization(key: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:{secret}")))
}

/// Asks as the launcher does, without a version.
async fn ask(client: &Client, body: &Value) -> Answer {
    let request = Request::post("/xapi/Basic/request?")
        .header("authorization", authorization(&client.key, crate::SECRET))
        .header("content-type", "application/json");
    client
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

/// Calls with the credential of a launch.
async fn call(client: &Client, launch: &Value, method: Method, path: &str, body: &Value) -> Answer {
    let secret = launch["secret"].as_str().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(
            "authorization",
            authorization(launch["key"].as_str().unwrap(), secret),
        )
        .header("x-experience-api-version", "1.0.3")
        .header("content-type", "application/json");
    client
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

fn of_launch(actor: &str, registration: &str, object: &str) -> Value {
    let mut statement = statement(actor, "completed");
    statement["object"]["id"] = object.into();
    statement["context"] = json!({ "registration": registration });
    statement
}

on_both_engines! {
    async fn the_credential_of_a_launch_serves_its_learner_registration_and_activity_only(database) {
        let client = Client::new(&database).await;
        let answer = ask(&client, &asked()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let launch = answer.json();
        let (here, there) = ("https://example.org/7", "https://example.org/8");
        let mut question = of_launch("zoe", REGISTRATION, "https://example.org/7/question");
        question["context"]["contextActivities"] = json!({ "parent": [{ "id": here }] });
        let mut voiding = of_launch("zoe", REGISTRATION, here);
        voiding["verb"]["id"] = "http://adlnet.gov/expapi/verbs/voided".into();
        voiding["object"] = json!({ "objectType": "StatementRef", "id": OTHER });
        for (statement, status) in [
            (of_launch("zoe", REGISTRATION, here), 200),
            (question, 200),
            (of_launch("ada", REGISTRATION, here), 403),
            (of_launch("zoe", OTHER, here), 403),
            (of_launch("zoe", REGISTRATION, there), 403),
            (statement("zoe", "completed"), 403),
            (voiding, 403),
        ] {
            let answer = call(&client, &launch, Method::POST, "/xapi/statements", &statement).await;
            assert_eq!(answer.status, status, "{statement} {}", answer.text());
        }
        let ids = client.post_json("/xapi/statements", of_launch("ada", OTHER, here).to_string()).await.json();
        let read = call(&client, &launch, Method::GET, "/xapi/statements", &json!(null)).await.json();
        assert_eq!(read["statements"].as_array().unwrap().len(), 2);
        // It is the launcher that vouches for them.
        assert_eq!(read["statements"][0]["authority"]["account"]["name"], "all");
        let path = format!("/xapi/statements?statementId={}", ids[0].as_str().unwrap());
        assert_eq!(call(&client, &launch, Method::GET, &path, &json!(null)).await.status, 404);
        let mine = format!("/xapi/statements?statementId={}", read["statements"][0]["id"].as_str().unwrap());
        assert_eq!(call(&client, &launch, Method::GET, &mine, &json!(null)).await.status, 200);

        let state = |agent: &str, registration: &str, activity: &str| {
            let agent = escape(&json!({ "mbox": format!("mailto:{agent}@example.org") }).to_string());
            format!("/xapi/activities/state?activityId={activity}&agent={agent}&stateId=a&registration={registration}")
        };
        for (path, status) in [
            (state("zoe", REGISTRATION, here), 204),
            (state("ada", REGISTRATION, here), 403),
            (state("zoe", OTHER, here), 403),
            (state("zoe", REGISTRATION, there), 403),
            (state("zoe", REGISTRATION, here).replace(&format!("&registration={REGISTRATION}"), ""), 403),
        ] {
            let answer = call(&client, &launch, Method::PUT, &path, &json!({})).await;
            assert_eq!(answer.status, status, "{path} {}", answer.text());
        }
    }

    async fn a_launch_ends_with_the_credential_that_asked_for_it(database) {
        let client = Client::new(&database).await;
        let launch = ask(&client, &asked()).await.json();
        let read = call(&client, &launch, Method::GET, "/xapi/statements", &json!(null)).await;
        assert_eq!(read.status, StatusCode::OK);
        client.store.revoke_credential("all").await.unwrap();
        let read = call(&client, &launch, Method::GET, "/xapi/statements", &json!(null)).await;
        assert_eq!(read.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_launch_has_no_more_than_the_one_who_asks(database) {
        let client = Client::new(&database).await;
        client.add_credential("player", "statements/write").await;
        client.add_credential("definer", "define profile").await;
        let launch = ask(&client.with_key("player"), &asked()).await.json();
        let read = call(&client, &launch, Method::GET, "/xapi/statements", &json!(null)).await;
        assert_eq!(read.status, StatusCode::FORBIDDEN);
        assert_eq!(ask(&client.with_key("definer"), &asked()).await.status, StatusCode::FORBIDDEN);
        let path = "/xapi/Basic/request";
        assert_eq!(call(&client, &launch, Method::POST, path, &asked()).await.status, StatusCode::FORBIDDEN);
    }

    async fn a_launch_that_is_not_well_described_is_refused_with_the_reason(database) {
        let client = Client::new(&database).await;
        for (name, value) in [
            ("scope", json!(["everything"])),
            ("expiry", json!("tomorrow")),
            ("expiry", json!("2020-01-01T00:00:00Z")),
            ("auth", json!({ "name": "Zoé" })),
            ("auth", json!([])),
            ("activity", json!([])),
            ("activity", json!(["not an IRI"])),
            ("registration", json!("7")),
            ("registration", json!(7)),
        ] {
            let mut body = asked();
            body[name] = value;
            let answer = ask(&client, &body).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
            assert!(answer.json()["error"].is_string());
        }
        let mut person = asked();
        person.as_object_mut().unwrap().remove("auth");
        assert_eq!(ask(&client, &person).await.status, StatusCode::OK);
    }
}
