use axum::{
    body::Body,
    http::{Method, Request},
};
use cartable_lrs_store::on_both_engines;

use crate::{Client, escape, statement};

const PATHS: [&str; 7] = [
    "/xapi/statements",
    "/xapi/activities",
    "/xapi/activities/state",
    "/xapi/activities/profile",
    "/xapi/agents",
    "/xapi/agents/profile",
    "/xapi/about",
];

/// Values in which something is wrong, or merely odd.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "\u{0}",
        "%",
        "a",
        "é",
        "null",
        "[]",
        "{}",
        "-1",
        "0",
        "99999999999999999999",
        "true",
        r#"{"mbox":"mailto:zoe@example.org"}"#,
        r#"{"mbox":"mailto:\u0000@example.org"}"#,
        r#"{"account":{"homePage":"https://e.org","name":"\u0000"}}"#,
        "https://e.org/7",
        "https://e.org/\u{202e}",
        "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
        "2026-01-01T00:00:00Z",
        "0000-01-01T00:00:00+00:01",
        "canonical",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("x".repeat(5000));
    values.push("[".repeat(5000));
    values
}

fn bodies() -> Vec<Vec<u8>> {
    let zeros = statement("zoe", "said").to_string().replace("zoe", "z\\u0000e");
    let name = r#"{"actor":{"mbox":"mailto:a@e.org","name":"\u0000"},"verb":{"id":"urn:a:b"},"object":{"id":"urn:c:d","definition":{"name":{"fr":"\u0000"},"extensions":{"urn:e:f":"\u0000"}}}}"#;
    vec![
        Vec::new(),
        b"\xff\xfe\x00".to_vec(),
        b"{\"a\":1e999999}".to_vec(),
        "[".repeat(100_000).into_bytes(),
        format!("{{\"a\":{}1{}}}", "[".repeat(126), "]".repeat(126)).into_bytes(),
        zeros.into_bytes(),
        name.as_bytes().to_vec(),
        b"{\"\\u0000\":\"\\ud800\"}".to_vec(),
        b"--b\r\nContent-Type: application/json\r\n\r\n[]\r\n--b".to_vec(),
        "method=GET&".repeat(5000).into_bytes(),
    ]
}

on_both_engines! {
    async fn whatever_arrives_is_answered_or_refused_with_a_reason(database) {
        let client = Client::new(&database).await;
        let authorization = client.authorization();
        let (values, bodies) = (values(), bodies());
        let types = ["application/json", "multipart/mixed; boundary=b", "application/x-www-form-urlencoded", "text/plain", ";", "multipart/mixed; boundary=\""];
        let names = ["activityId", "agent", "stateId", "profileId", "registration", "since", "statementId", "verb", "limit", "cursor", "method", "format"];
        let mut turn = 0_usize;
        let mut next = |count: usize| {
            // The turns go through the lists at different paces, so that each meets the others.
            turn = turn.wrapping_mul(25_214_903_917).wrapping_add(11);
            (turn >> 16) % count
        };
        for round in 0..1500 {
            let method = [Method::GET, Method::HEAD, Method::PUT, Method::POST, Method::DELETE][next(5)].clone();
            let mut query: Vec<String> = (0..next(5)).map(|_| format!("{}={}", names[next(names.len())], escape(&values[next(values.len())]))).collect();
            if round % 3 == 0 {
                // What most requests need, so that the rest is reached.
                query = vec![
                    format!("activityId={}", escape("https://e.org/7")),
                    format!("agent={}", escape(r#"{"mbox":"mailto:zoe@example.org"}"#)),
                    format!("stateId={}", escape(&values[next(values.len())])),
                ];
            }
            let path = format!("{}?{}", PATHS[next(PATHS.len())], query.join("&"));
            let version = ["1.0.3", "2.0.0", "1.0", "\u{e9}"][next(4)];
            let request = Request::builder()
                .method(method.clone())
                .uri(&path)
                .header("authorization", &authorization)
                .header("x-experience-api-version", version)
                .header("content-type", types[next(types.len())])
                .header("if-match", ["*", "\"a\"", "", "a, b", "W/\"x\""][next(5)])
                .header("accept-language", ["fr;q=x", "*", ",,;;", "fr-"][next(4)]);
            let body = bodies[next(bodies.len())].clone();
            let answer = client.send(request.body(Body::from(body)).unwrap()).await;
            let status = answer.status.as_u16();
            assert!(status < 500, "{method} {path}: {status} {}", answer.text());
            if status >= 400 && method != Method::HEAD {
                assert!(answer.json()["error"].is_string(), "{method} {path}: {}", answer.text());
            }
        }
        // A name may hold what no column does.
        let agent = escape(r#"{"account":{"homePage":"https://e.org","name":"\u0000"}}"#);
        let subject = format!("/xapi/activities/state?activityId=https://e.org/7&agent={agent}");
        let answer = client.call(Method::PUT, &format!("{subject}&stateId=a%00b"), &[], "x").await;
        assert_eq!(answer.status.as_u16(), 204, "{}", answer.text());
        assert_eq!(client.get(&subject).await.json(), serde_json::json!(["a\u{0}b"]));
        // The text of an odd statement is kept: what PostgreSQL cannot hold must not be an error of its own.
        for body in &bodies {
            for media in types {
                for version in ["1.0.3", "2.0.0"] {
                    let client = client.speaking(version);
                    let answer = client.call(Method::POST, "/xapi/statements", &[("content-type", media)], body.clone()).await;
                    assert!(answer.status.as_u16() < 500, "{}", answer.text());
                }
            }
        }
    }
}
