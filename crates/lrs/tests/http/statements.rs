use std::io::Read;

use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;
use serde_json::{Value, json};

use crate::{Client, escape, statement};

const ID: &str = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee";

/// The ids of a query, over all of its pages, each asked for at the address that the one before gives.
async fn walk(client: &Client, query: &str) -> Vec<String> {
    let mut path = format!("/xapi/statements{query}");
    let mut ids = Vec::new();
    while !path.is_empty() {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let json = answer.json();
        let page = json["statements"].as_array().unwrap();
        ids.extend(
            page.iter()
                .map(|statement| statement["id"].as_str().unwrap().to_owned()),
        );
        json["more"].as_str().unwrap().clone_into(&mut path);
    }
    ids
}

async fn post(client: &Client, statements: &Value) -> Vec<String> {
    let answer = client.post_json("/xapi/statements", statements.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

on_both_engines! {
    async fn what_was_posted_is_found_by_its_id(database) {
        let client = Client::new(&database).await;
        let ids = post(&client, &json!([statement("zoe", "completed"), statement("ali", "completed")])).await;
        assert_eq!(ids.len(), 2);
        let answer = client.get(&format!("/xapi/statements?statementId={}", ids[1])).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.header("last-modified").ends_with(" GMT"));
        let found = answer.json();
        assert_eq!(found["actor"]["mbox"], "mailto:ali@example.org");
        assert_eq!(found["id"], ids[1]);
        assert_eq!(found["authority"]["account"], json!({ "homePage": "https://lrs.example.org", "name": "all" }));
        let answer = client.get(&format!("/xapi/statements?voidedStatementId={}", ids[1])).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }

    async fn a_statement_is_put_once_and_never_changed(database) {
        let client = Client::new(&database).await;
        let path = format!("/xapi/statements?statementId={ID}");
        let json = [("content-type", "application/json")];
        for _ in 0..2 {
            let answer = client.call(Method::PUT, &path, &json, statement("zoe", "completed").to_string()).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        }
        let answer = client.call(Method::PUT, &path, &json, statement("zoe", "failed").to_string()).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.json()["error"].as_str().unwrap().contains(ID));
        let mut other = statement("zoe", "completed");
        other["id"] = "6690e6c9-3ef0-4ed3-8b37-7f3964730bef".into();
        let answer = client.call(Method::PUT, &path, &json, other.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let answer = client.call(Method::PUT, "/xapi/statements", &json, other.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["violations"][0]["parameter"], "statementId");
        assert_eq!(walk(&client, "").await, [ID]);
    }

    async fn every_fault_of_a_batch_is_named_with_its_place_and_nothing_is_kept(database) {
        let client = Client::new(&database).await;
        let mut second = statement("zoe", "completed");
        second["verb"] = json!({ "id": "completed" });
        second["actor"] = json!({ "mbox": "zoe@example.org" });
        second["result"] = json!({ "score": { "scaled": 2 }, "duration": "PT" });
        second["extra"] = json!(1);
        let answer = client.post_json("/xapi/statements", json!([statement("zoe", "completed"), second]).to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let refusal = answer.json();
        let violations = refusal["violations"].as_array().unwrap();
        let places: Vec<_> = violations.iter().map(|violation| violation["pointer"].as_str().unwrap()).collect();
        for place in ["/1/verb/id", "/1/actor/mbox", "/1/result/score/scaled", "/1/result/duration", "/1/extra"] {
            assert!(places.contains(&place), "{place} is not in {places:?}");
        }
        assert_eq!(refusal["count"], violations.len());
        for violation in violations {
            assert!(violation["message"].is_string() && violation["clause"].as_str().unwrap().contains("1.0.3"));
        }
        assert_eq!(walk(&client, "").await, Vec::<String>::new());
    }

    async fn what_is_no_statement_is_refused_with_a_reason(database) {
        let client = Client::new(&database).await;
        for body in [&b""[..], b"{", b"null", b"\xff\xfe", b"{}", b"[{}", b"{} {}", b"\"x\"", br#"{"actor":1,"actor":2}"#] {
            let answer = client.post_json("/xapi/statements", body.to_vec()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", String::from_utf8_lossy(body));
            assert!(!answer.json()["violations"].as_array().unwrap().is_empty());
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(client.post_json("/xapi/statements", deep).await.status, StatusCode::BAD_REQUEST);
        let text = statement("zoe", "completed").to_string();
        for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "application/jsonx"] {
            let answer = client.call(Method::POST, "/xapi/statements", &[("content-type", media)], text.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{media}");
        }
        let huge = vec![b' '; 17 * 1024 * 1024];
        let answer = client.post_json("/xapi/statements", huge).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.json()["error"].is_string());
    }

    async fn each_parameter_filters(database) {
        let client = Client::new(&database).await;
        let registration = "6690e6c9-3ef0-4ed3-8b37-7f3964730bef";
        let mut registered = statement("ali", "passed");
        registered["context"] = json!({ "registration": registration, "contextActivities": { "grouping": [{ "id": "https://example.org/course" }] } });
        let ids = post(&client, &json!([statement("zoe", "completed"), statement("ali", "completed"), registered])).await;
        let [zoe, ali, registered] = [0, 1, 2].map(|place: usize| ids[place].as_str());
        // The keys of an agent come in any order, with another name, and slashes may be escaped.
        let agent = escape(r#"{"name":"Zoé","objectType":"Agent","mbox":"mailto:zoe@example.org"}"#);
        assert_eq!(walk(&client, &format!("?agent={agent}")).await, [zoe]);
        assert_eq!(walk(&client, "?verb=https://example.org/completed").await, [ali, zoe]);
        assert_eq!(walk(&client, "?activity=https://example.org/course").await, Vec::<String>::new());
        assert_eq!(walk(&client, "?activity=https://example.org/course&related_activities=true").await, [registered]);
        assert_eq!(walk(&client, &format!("?registration={registration}")).await, [registered]);
        assert_eq!(walk(&client, "?ascending=true&limit=1").await, ids);
        let authority = escape(r#"{"account":{"homePage":"https://lrs.example.org","name":"all"}}"#);
        assert_eq!(walk(&client, &format!("?agent={authority}")).await, Vec::<String>::new());
        assert_eq!(walk(&client, &format!("?agent={authority}&related_agents=true")).await.len(), 3);

        let stored = client.get(&format!("/xapi/statements?statementId={ali}")).await.json()["stored"].as_str().unwrap().to_owned();
        assert_eq!(walk(&client, &format!("?since={stored}")).await, [registered]);
        assert_eq!(walk(&client, &format!("?until={stored}")).await, [ali, zoe]);
        // A plus sign that was not escaped arrives as a space.
        let plus = stored.replace('Z', "+00:00");
        assert_eq!(walk(&client, &format!("?since={plus}")).await, [registered]);
    }

    async fn every_wrong_parameter_is_named(database) {
        let client = Client::new(&database).await;
        let answer = client.get("/xapi/statements?agent=%7B%7D&verb=completed&limit=-1&since=yesterday&Verb=x&registration=1&ascending=1").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let refusal = answer.json();
        let named: Vec<_> = refusal["violations"].as_array().unwrap().iter().map(|violation| violation["parameter"].as_str().unwrap()).collect();
        for name in ["agent", "verb", "limit", "since", "Verb", "registration", "ascending"] {
            assert!(named.contains(&name), "{name} is not in {named:?}");
        }
        for query in [
            "statementId=x", "verb=https://example.org/a&verb=https://example.org/a", "cursor=abc", "format=exacte",
            &format!("statementId={ID}&voidedStatementId={ID}"), &format!("statementId={ID}&limit=1"),
        ] {
            assert_eq!(client.get(&format!("/xapi/statements?{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
        }
        assert_eq!(client.post_json("/xapi/statements?statementId=1", "[]").await.status, StatusCode::BAD_REQUEST);
    }

    async fn more_goes_on_after_a_restart_behind_a_prefix_and_for_its_query_alone(database) {
        let client = Client::at(&database, "https://example.org/lrs").await;
        let all: Vec<_> = (0..5).map(|_| statement("zoe", "completed")).collect();
        let ids = post(&client, &json!(all)).await;
        let first = client.get("/xapi/statements?limit=2&verb=https%3A%2F%2Fexample.org%2Fcompleted").await.json();
        let more = first["more"].as_str().unwrap();
        let path = more.strip_prefix("/lrs").unwrap();
        assert!(path.starts_with("/xapi/statements?limit=2&verb=https"), "{more}");

        client.store.close().await;
        let client = Client::at(&database, "https://example.org/lrs").await;
        post(&client, &statement("zoe", "completed")).await;
        let second = client.get(path).await.json();
        let found: Vec<_> = second["statements"].as_array().unwrap().iter().map(|statement| statement["id"].as_str().unwrap()).collect();
        assert_eq!(found, [&ids[2], &ids[1]]);
        let answer = client.get(&path.replace("limit=2", "limit=3")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    }

    async fn a_long_page_is_whole_in_every_format_and_compressed_when_asked(database) {
        let client = Client::new(&database).await;
        let all: Vec<_> = (0..250).map(|count| statement(&format!("a{count}"), "completed")).collect();
        let ids = post(&client, &json!(all)).await;
        for path in ["/xapi/statements?limit=240", "/xapi/statements?limit=240&format=ids", "/xapi/statements?limit=240&format=canonical"] {
            let answer = client.get(path).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, ""));
            let page = answer.json();
            let found: Vec<_> = page["statements"].as_array().unwrap().iter().map(|statement| statement["id"].as_str().unwrap()).collect();
            let expected: Vec<_> = ids.iter().rev().take(240).collect();
            assert_eq!(found, expected, "{path}");
            let rest = client.get(page["more"].as_str().unwrap()).await.json();
            assert_eq!(rest["statements"].as_array().unwrap().len(), 10);
            assert_eq!(rest["more"], "");

            let compressed = client.call(Method::GET, path, &[("accept-encoding", "gzip")], "").await;
            assert_eq!((compressed.header("content-encoding"), compressed.header("vary")), ("gzip", "accept-encoding"));
            assert!(compressed.body.len() < answer.body.len() / 5, "{} of {}", compressed.body.len(), answer.body.len());
            let mut text = String::new();
            flate2::read::GzDecoder::new(compressed.body.as_slice()).read_to_string(&mut text).unwrap();
            assert_eq!(text, answer.text());
        }
        // What is small, a refusal, and a document with the tag of its bytes come as they are.
        let refused = client.call(Method::GET, "/xapi/statements?unknown=1", &[("accept-encoding", "gzip")], "").await;
        assert_eq!((refused.status, refused.header("content-encoding")), (StatusCode::BAD_REQUEST, ""));
    }
}
