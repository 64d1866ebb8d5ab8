//! Which statements mean the same, and what the LRS adds to a text.

use cartable_xapi::{Actor, Completion, Statement, Timestamp, Uuid, Version};
use serde_json::{Value, json};

use crate::{full, set};

#[test]
fn statements_of_one_id_are_the_same_when_they_mean_the_same() {
    let parse =
        |statement: &Value| Statement::parse(statement.to_string().as_bytes(), Version::V2_0_0).unwrap();
    let first = parse(&full());
    for (pointer, value) in [
        ("/timestamp", json!("2020-01-01T00:00:00Z")),
        ("/stored", json!("2020-01-01T00:00:00Z")),
        ("/authority", json!({ "mbox": "mailto:other@example.org" })),
        ("/version", json!("2.0.0")),
        ("/verb/display", json!({ "de": "antwortete" })),
        ("/object/definition", json!({})),
        ("/attachments", json!([])),
        ("/result/duration", json!("PT1M2.509S")),
    ] {
        let mut other = full();
        set(&mut other, pointer, value);
        assert!(first.is_equivalent(&parse(&other)), "{pointer}");
    }
    for (pointer, value) in [
        ("/actor/name", json!("Autres")),
        ("/verb/id", json!("https://example.org/answered")),
        ("/object/id", json!("https://example.org/other")),
        ("/result/score/raw", json!(6)),
        ("/result/duration", json!("PT1M2.6S")),
        (
            "/context/registration",
            json!("16fd2706-8baf-433b-82eb-8c7fada847dc"),
        ),
        ("/context/contextActivities/parent", json!([])),
    ] {
        let mut other = full();
        set(&mut other, pointer, value);
        assert!(!first.is_equivalent(&parse(&other)), "{pointer}");
    }
}

#[test]
fn a_text_is_completed_without_touching_the_rest() {
    let authority = Actor::parse_parameter(r#"{"mbox":"mailto:lrs@example.org"}"#, Version::V1_0_3).unwrap();
    let completion = Completion {
        id: Uuid::from_u128(1),
        authority: &authority,
        version: Version::V1_0_0,
    };
    let text = r#" { "actor":{"mbox":"mailto:a@example.org"}, "verb" : {"id":"https://example.org/v"},
        "context":{"contextActivities":{"parent":{"id":"https://example.org/p"}}},
        "object":{"id":"https://example.org/o"},"result":{"extensions":{"https://example.org/e":1.50}}, "stored":"2001-01-01T00:00:00Z" } "#;
    let stored = Timestamp::from_micros(1_795_000_000_123_000).unwrap();
    let completed = completion.complete_text(text).unwrap().stamp(stored);
    assert!(
        completed.contains(r#""verb" : {"id":"https://example.org/v"}"#),
        "{completed}"
    );
    assert!(
        completed.contains("1.50") && completed.contains(r#"[{"id":"https://example.org/p"}]"#),
        "{completed}"
    );
    let json: Value = serde_json::from_str(&completed).unwrap();
    assert_eq!(json["id"], "00000000-0000-0000-0000-000000000001");
    assert_eq!(json["stored"], "2026-11-18T11:06:40.123000Z");
    assert_eq!(json["timestamp"], json["stored"]);
    assert_eq!(json["version"], "1.0.0");
    assert_eq!(json["authority"]["mbox"], "mailto:lrs@example.org");
}
