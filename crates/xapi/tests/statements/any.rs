//! What strangers may send: it is read or refused, and never more.

use cartable_xapi::{Statement, Version, parse_batch};
use proptest::prelude::*;
use serde_json::Value;

use crate::{VERSIONS, full, set};

/// Any JSON, often with the names that statements have.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            "mailto:a@example.org",
            "https://example.org/a",
            "Group",
            "Agent",
            "SubStatement",
            "PT1S",
            "2026-01-31T10:20:08Z"
        ]
        .prop_map(Value::from),
    ];
    let name = prop_oneof![
        "id",
        "actor",
        "verb",
        "object",
        "objectType",
        "mbox",
        "member",
        "result",
        "score",
        "context",
        "definition",
        "\\PC{0,6}"
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for version in VERSIONS {
            let _ = parse_batch(&bytes, version);
        }
    }

    #[test]
    fn any_json_in_any_place_is_read_or_refused_with_a_place(value in any_json(), place in 0..12_usize) {
        let places = ["/actor", "/verb", "/object", "/result", "/context", "/attachments", "/authority",
                      "/object/definition", "/result/score", "/context/contextActivities", "/context/team", "/timestamp"];
        let mut statement = full();
        set(&mut statement, places[place], value);
        for version in VERSIONS {
            if let Err(violations) = Statement::parse(statement.to_string().as_bytes(), version) {
                prop_assert!(violations.count() > 0);
                prop_assert!(violations.iter().all(|violation| violation.pointer.starts_with('/')));
            }
        }
    }

    #[test]
    fn what_is_accepted_is_written_back_and_means_the_same(value in any_json()) {
        let mut statement = full();
        set(&mut statement, "/result/extensions/https:~1~1example.org~1e", value);
        let version = Version::V1_0_3;
        if let Ok(first) = Statement::parse(statement.to_string().as_bytes(), version) {
            let again = serde_json::to_vec(&first).unwrap();
            prop_assert!(Statement::parse(&again, version).unwrap().is_equivalent(&first));
        }
    }
}
