use std::{collections::BTreeMap, sync::Arc};

use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{Client, escape, statement};

const WRITERS: usize = 32;
const ROUNDS: usize = 4;
/// Fewer ids than writers, so that all of them are contested.
const IDS: usize = 5;
const JSON: (&str, &str) = ("content-type", "application/json");

fn id(number: usize) -> String {
    format!("6690e6c9-3ef0-4ed3-8b37-{number:012}")
}

fn counter() -> String {
    let agent = escape(r#"{"mbox":"mailto:zoe@example.org"}"#);
    format!("/xapi/activities/state?activityId=https://example.org/7&agent={agent}&stateId=counter")
}

/// What a writer was told: who won each id that it wanted, and how often it counted.
#[derive(Default)]
struct Told {
    accepted: Vec<usize>,
    refused: Vec<usize>,
    counted: usize,
}

async fn write(client: Arc<Client>, writer: usize) -> Told {
    let mut told = Told::default();
    for round in 0..ROUNDS {
        let wanted = (writer + round) % IDS;
        let mut mine = statement("zoe", &format!("verb-{writer}"));
        mine["id"] = id(wanted).into();
        // A batch with a contested id is refused whole: the other statement must not stay.
        let other = statement("ali", &format!("beside-{writer}-{round}-{wanted}"));
        let body = json!([other, mine]).to_string();
        let answer = client.call(Method::POST, "/xapi/statements", &[JSON], body).await;
        match answer.status {
            StatusCode::OK => told.accepted.push(wanted),
            StatusCode::CONFLICT => told.refused.push(wanted),
            status => assert_eq!(status, StatusCode::OK, "{}", answer.text()),
        }
        if writer.is_multiple_of(8) {
            let mut voiding = statement("admin", "voided");
            voiding["verb"]["id"] = "http://adlnet.gov/expapi/verbs/voided".into();
            voiding["object"] = json!({ "objectType": "StatementRef", "id": id(100 + writer) });
            let mut target = statement("eve", "regretted");
            target["id"] = id(100 + writer).into();
            for body in [voiding, target] {
                let answer = client.post_json("/xapi/statements", body.to_string()).await;
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            }
        }
        let current = client.get(&counter()).await;
        let (precondition, next) = if current.status == StatusCode::NOT_FOUND {
            (("if-none-match", "*".to_owned()), 1)
        } else {
            let count = current.json()["count"].as_u64().unwrap();
            (("if-match", current.header("etag").to_owned()), count + 1)
        };
        let headers = [JSON, (precondition.0, precondition.1.as_str())];
        let body = json!({ "count": next }).to_string();
        let answer = client.call(Method::PUT, &counter(), &headers, body).await;
        match answer.status {
            StatusCode::NO_CONTENT => told.counted += 1,
            status => assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{}", answer.text()),
        }
    }
    told
}

/// The ids of all pages, the oldest first.
async fn walk(client: &Client, query: &str) -> Vec<String> {
    let mut path = format!("/xapi/statements?ascending=true&limit=20{query}");
    let mut ids = Vec::new();
    while !path.is_empty() {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let page = answer.json();
        let statements = page["statements"].as_array().unwrap();
        ids.extend(
            statements
                .iter()
                .map(|statement| statement["id"].as_str().unwrap().to_owned()),
        );
        page["more"].as_str().unwrap().clone_into(&mut path);
    }
    ids
}

on_both_engines! {
    async fn what_32_writers_were_told_is_what_is_there(database) {
        let client = Arc::new(Client::ticking(&database).await);
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let client = Arc::clone(&client);
            writers.spawn(async move { (writer, write(client, writer).await) });
        }
        // A reader that goes on from where it was, up to what is promised, misses nothing.
        let reading = tokio::spawn({
            let client = Arc::clone(&client);
            async move {
                let (mut since, mut read) = (String::new(), Vec::new());
                for _ in 0..40 {
                    let promised = client.get("/xapi/about").await.header("x-experience-api-consistent-through").to_owned();
                    read.extend(walk(&client, &format!("{since}&until={promised}")).await);
                    since = format!("&since={promised}");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                (since, read)
            }
        });
        let told: BTreeMap<usize, Told> = writers.join_all().await.into_iter().collect();
        let (since, mut read) = reading.await.unwrap();
        read.extend(walk(&client, &since).await);

        let winners: Vec<String> = {
            let mut winners = Vec::new();
            for number in 0..IDS {
                let found = client.get(&format!("/xapi/statements?statementId={}", id(number))).await.json();
                winners.push(found["verb"]["id"].as_str().unwrap().to_owned());
            }
            winners
        };
        let all = walk(&client, "").await;
        let verb = |writer: usize| format!("https://example.org/verb-{writer}");
        for (writer, told) in &told {
            assert!(told.accepted.iter().all(|wanted| winners[*wanted] == verb(*writer)));
            assert!(told.refused.iter().all(|wanted| winners[*wanted] != verb(*writer)));
        }
        let accepted: usize = told.values().map(|told| told.accepted.len()).sum();
        let page = client.get("/xapi/statements?limit=0&agent=%7B%22mbox%22:%22mailto:ali@example.org%22%7D").await.json();
        assert_eq!(page["statements"].as_array().unwrap().len(), accepted, "a refused batch left something");
        for writer in (0..WRITERS).step_by(8) {
            let path = |name: &str| format!("/xapi/statements?{name}={}", id(100 + writer));
            assert_eq!(client.get(&path("statementId")).await.status, StatusCode::NOT_FOUND);
            assert_eq!(client.get(&path("voidedStatementId")).await.status, StatusCode::OK);
        }
        let counted: usize = told.values().map(|told| told.counted).sum();
        assert_eq!(client.get(&counter()).await.json()["count"], Value::from(counted));

        // Voided since it was read, a statement is in the one and not in the other.
        let voided: Vec<String> = (0..WRITERS).map(|writer| id(100 + writer)).collect();
        read.retain(|id| !voided.contains(id));
        assert_eq!(read, all);
    }
}
