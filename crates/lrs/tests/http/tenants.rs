//! Nothing of one store is visible from another, whatever is asked.

use axum::http::{Method, StatusCode};
use cartable_lrs_store::{DEFAULT_STORE, StoreId, on_both_engines};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::{Client, escape};

/// What is written: few names, so that the stores hold the same ones.
#[derive(Clone, Debug)]
enum Write {
    Statement {
        id: u8,
        actor: u8,
        verb: u8,
        activity: u8,
        refers: Option<u8>,
    },
    Document {
        resource: usize,
        name: u8,
        activity: u8,
        actor: u8,
        content: u8,
    },
    Delete {
        resource: usize,
        name: u8,
        activity: u8,
        actor: u8,
    },
}

/// The resources of documents, with the parameter that names one.
const DOCUMENTS: [(&str, &str); 3] = [
    ("activities/state", "stateId"),
    ("activities/profile", "profileId"),
    ("agents/profile", "profileId"),
];

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        3 => (0..6_u8, 0..3_u8, 0..2_u8, 0..3_u8, prop::option::weighted(0.3, 0..6_u8))
            .prop_map(|(id, actor, verb, activity, refers)| Write::Statement { id, actor, verb, activity, refers }),
        2 => (0..3_usize, 0..2_u8, 0..2_u8, 0..2_u8, any::<u8>())
            .prop_map(|(resource, name, activity, actor, content)| Write::Document { resource, name, activity, actor, content }),
        1 => (0..3_usize, 0..2_u8, 0..2_u8, 0..2_u8)
            .prop_map(|(resource, name, activity, actor)| Write::Delete { resource, name, activity, actor }),
    ]
}

fn agent(actor: u8) -> Value {
    json!({ "mbox": format!("mailto:{actor}@example.org") })
}

fn id(number: u8) -> String {
    format!("6690e6c9-3ef0-4ed3-8b37-7f39647300{number:02x}")
}

fn activity(number: u8) -> String {
    format!("https://example.org/{number}")
}

/// The address of a subject's documents.
fn documents(resource: usize, activity: u8, actor: u8) -> String {
    let (path, _) = DOCUMENTS[resource];
    let mut parameters = Vec::new();
    if path.starts_with("activities") {
        parameters.push(format!("activityId={}", self::activity(activity)));
    }
    if path != "activities/profile" {
        parameters.push(format!("agent={}", escape(&agent(actor).to_string())));
    }
    format!("/xapi/{path}?{}", parameters.join("&"))
}

async fn apply(client: &Client, write: &Write, tag: &str) {
    let json = [("content-type", "application/json"), ("if-match", "*")];
    match write {
        Write::Statement {
            id: number,
            actor,
            verb,
            activity: object,
            refers,
        } => {
            let object = match refers {
                Some(target) => json!({ "objectType": "StatementRef", "id": id(*target) }),
                None => {
                    json!({ "id": activity(*object), "definition": { "name": { "fr": format!("{tag}{object}") } } })
                }
            };
            let statement = json!({
                "id": id(*number), "actor": { "mbox": agent(*actor)["mbox"], "name": format!("{tag}{actor}") },
                "verb": { "id": format!("https://example.org/v{verb}") }, "object": object,
            });
            let answer = client.post_json("/xapi/statements", statement.to_string()).await;
            assert!(
                [StatusCode::OK, StatusCode::CONFLICT].contains(&answer.status),
                "{}",
                answer.text()
            );
        }
        Write::Document {
            resource,
            name,
            activity,
            actor,
            content,
        } => {
            let path = format!(
                "{}&{}={name}",
                documents(*resource, *activity, *actor),
                DOCUMENTS[*resource].1
            );
            let answer = client
                .call(
                    Method::POST,
                    &path,
                    &json[..1],
                    json!({ "content": format!("{tag}{content}") }).to_string(),
                )
                .await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        }
        Write::Delete {
            resource,
            name,
            activity,
            actor,
        } => {
            let path = format!(
                "{}&{}={name}",
                documents(*resource, *activity, *actor),
                DOCUMENTS[*resource].1
            );
            assert_eq!(
                client.call(Method::DELETE, &path, &[], "").await.status,
                StatusCode::NO_CONTENT
            );
        }
    }
}

/// Everything that can be asked, with what was answered; times differ from one server to another.
async fn everything(client: &Client) -> Vec<(String, StatusCode, String)> {
    let mut paths = vec![
        "/xapi/statements".to_owned(),
        "/xapi/statements?format=canonical".to_owned(),
    ];
    for number in 0..6 {
        paths.push(format!("/xapi/statements?statementId={}", id(number)));
        paths.push(format!(
            "/xapi/statements?activity={}&related_activities=true",
            activity(number)
        ));
        paths.push(format!("/xapi/activities?activityId={}", activity(number)));
        let agent = escape(&agent(number).to_string());
        paths.push(format!(
            "/xapi/statements?agent={agent}&related_agents=true&verb=https://example.org/v0"
        ));
        paths.push(format!("/xapi/agents?agent={agent}"));
    }
    for (resource, (_, parameter)) in DOCUMENTS.into_iter().enumerate() {
        for activity in 0..2 {
            for actor in 0..2 {
                let path = documents(resource, activity, actor);
                paths.extend((0..2).map(|name| format!("{path}&{parameter}={name}")));
                paths.push(path);
            }
        }
    }
    let mut all = Vec::new();
    for path in paths {
        let answer = client.get(&path).await;
        let mut text = answer.text();
        for time in ["\"stored\":\"", "\"timestamp\":\"", "\"name\":\"store-"] {
            text = text
                .split(time)
                .enumerate()
                .map(|(place, part)| {
                    if place == 0 {
                        part
                    } else {
                        part.split_once('"').map_or("", |(_, rest)| rest)
                    }
                })
                .collect();
        }
        all.push((path, answer.status, text));
    }
    all
}

on_both_engines! {
    async fn what_one_store_is_asked_never_depends_on_another(database) {
        let client = Client::new(&database).await;
        let mut runner = TestRunner::default();
        let scopes = "all";
        for round in 0..6_i64 {
            let writes = prop::collection::vec((any::<bool>(), write()), 1..25).new_tree(&mut runner).unwrap().current();
            // One pair shares the database with another pair: three stores, of which the third gets what the first gets, alone.
            let stores = [StoreId(10 * round + 11), StoreId(10 * round + 12), StoreId(10 * round + 13)];
            let mut clients = Vec::new();
            for (place, store) in stores.into_iter().enumerate() {
                assert_ne!(store, DEFAULT_STORE);
                let key = format!("store-{round}-{place}");
                client.add_credential_to(store, &key, scopes).await;
                clients.push(client.with_key(&key));
            }
            for (is_first, write) in &writes {
                if *is_first {
                    apply(&clients[0], write, "A").await;
                } else {
                    apply(&clients[1], write, "B").await;
                }
            }
            for (_, write) in writes.iter().filter(|(is_first, _)| *is_first) {
                apply(&clients[2], write, "A").await;
            }
            let (first, alone) = (everything(&clients[0]).await, everything(&clients[2]).await);
            for (one, other) in first.iter().zip(&alone) {
                assert_eq!(one, other, "{writes:?}");
                assert!(!one.2.contains("\"B") && !one.2.contains(":\"B"), "{one:?}");
            }
        }
    }
}
