use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_lrs_store::on_both_engines;

use crate::{Answer, Client, SECRET, escape, statement};

const ID: &str = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee";

/// A form alone, as an old browser sends it from another origin: no header of xAPI.
async fn submit(client: &Client, method: &str, fields: &[(&str, &str)]) -> Answer {
    let token = BASE64_STANDARD.encode(format!("{}:{SECRET}", client.key));
    let authorization = format!("Basic {token}");
    let form = fields
        .iter()
        .chain(&[("Authorization", authorization.as_str())])
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect::<Vec<_>>()
        .join("&");
    let request = Request::post(format!("/xapi/statements?method={method}"))
        .header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(Body::from(form)).unwrap()).await
}

on_both_engines! {
    async fn a_form_stands_for_a_request_of_1_0_3(database) {
        let client = Client::new(&database).await;
        let text = statement("zoe", "completed").to_string();
        let version = ("x-experience-api-version", "1.0.3");
        let answer = submit(&client, "PUT", &[version, ("statementId", ID), ("content", &text)]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        assert_eq!(answer.header("x-experience-api-version"), "1.0.3");
        let answer = submit(&client, "GET", &[version, ("statementId", ID)]).await;
        assert_eq!(answer.json()["id"], ID);
        let answer = submit(&client, "POST", &[version, ("content", &text), ("Content-Type", "application/json"), ("Content-Length", "1")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let answer = submit(&client, "GET", &[version, ("limit", "1")]).await;
        assert_eq!(answer.json()["statements"].as_array().unwrap().len(), 1);
    }

    async fn a_form_that_stands_for_nothing_is_refused(database) {
        let client = Client::new(&database).await;
        let text = statement("zoe", "completed").to_string();
        let version = ("X-Experience-API-Version", "1.0.3");
        for (method, fields) in [
            ("PUT", vec![version, ("statementId", ID)]),
            ("PUT", vec![version, ("statementId", ID), ("content", &text), ("content", &text)]),
            ("PUT&statementId=1", vec![version, ("content", &text)]),
            ("PATCH", vec![version, ("content", &text)]),
            ("get", vec![version]),
            ("GET", vec![version, ("unknown", "1")]),
            ("GET", vec![version, ("If-Match", "a\nb")]),
            ("GET", vec![]),
            ("GET", vec![("X-Experience-API-Version", "2.0.0")]),
            ("GET", vec![("X-Experience-API-Version", "0.8")]),
        ] {
            let answer = submit(&client, method, &fields).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {fields:?}");
            assert!(answer.json()["error"].is_string());
        }
        let json = [("content-type", "application/json")];
        for (client, method) in [(client.speaking("1.0.3"), Method::POST), (client.speaking("1.0.3"), Method::PUT), (client.speaking("2.0.0"), Method::POST)] {
            let answer = client.call(method, "/xapi/statements?method=GET", &json, text.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
    }
}
