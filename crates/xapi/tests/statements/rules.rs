//! Each rule of the specification, broken once at one place of a statement that keeps all the others.

use std::collections::HashSet;

use cartable_xapi::{Rule, Statement, Version, parse_batch};
use serde_json::{Value, json};

use crate::{VERSIONS, full, set};

fn sub_statement() -> Value {
    json!({
        "objectType": "SubStatement", "actor": { "mbox": "mailto:a@example.org" },
        "verb": { "id": "https://example.org/did" }, "object": { "id": "https://example.org/that" },
    })
}

fn remove(statement: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = statement.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().remove(key).unwrap();
}

/// A statement, and what is found wrong with it: where, and which rule.
struct Case {
    statement: Value,
    faults: Vec<(String, &'static str)>,
}

/// The full statement with other values, and the faults that this makes.
fn changed(values: &[(&str, Value)], faults: &[(&str, &'static str)]) -> Case {
    let mut statement = full();
    for (pointer, value) in values {
        set(&mut statement, pointer, value.clone());
    }
    Case {
        statement,
        faults: faults
            .iter()
            .map(|(place, code)| ((*place).to_owned(), *code))
            .collect(),
    }
}

/// One value changed, and refused at its place.
fn wrong(pointer: &str, value: Value, code: &'static str) -> Case {
    changed(&[(pointer, value)], &[(pointer, code)])
}

/// One property left out, and missed at its place.
fn without(pointer: &str, code: &'static str) -> Case {
    let mut statement = full();
    remove(&mut statement, pointer);
    Case {
        statement,
        faults: vec![(pointer.to_owned(), code)],
    }
}

/// The rules that hold in both versions.
fn cases() -> Vec<Case> {
    [cases_of_who_did(), cases_beyond_the_verb(), related_cases()]
        .into_iter()
        .flatten()
        .collect()
}

/// What a statement requires, and the rules of an identifier, an actor and a verb.
fn cases_of_who_did() -> Vec<Case> {
    vec![
        without("/actor", "statement-requires"),
        without("/verb", "statement-requires"),
        without("/object", "statement-requires"),
        without("/verb/id", "verb-requires"),
        without("/object/id", "activity-requires"),
        without("/actor/member/2/account/name", "account-requires"),
        without("/actor/member/2/account/homePage", "account-requires"),
        without("/context/statement/id", "statement-ref-requires"),
        without(
            "/object/definition/choices/1/id",
            "interaction-component-requires",
        ),
        wrong("/id", json!("8f87ccde"), "uuid"),
        wrong("/id", json!("{8f87ccde-bb56-4c2e-ab83-44982ef22df0}"), "uuid"),
        wrong("/id", json!(7), "expected-string"),
        wrong("/context/registration", json!("none"), "uuid"),
        wrong("/actor/objectType", json!("Person"), "actor-type"),
        wrong("/actor/objectType", json!("agent"), "actor-type"),
        wrong("/actor/mbox", json!("zoe@example.org"), "mbox"),
        wrong("/actor/mbox", json!("mailto:zoe"), "mbox"),
        wrong("/actor/member/0/mbox_sha1sum", json!("ebd31e95"), "mbox-sha1sum"),
        wrong("/actor/member/1/openid", json!("zoe"), "openid"),
        wrong(
            "/actor/member/2/account/homePage",
            json!("lms"),
            "account-home-page",
        ),
        wrong("/actor/member/2/account/name", json!(""), "account-name"),
        wrong("/actor/member/0", json!({}), "agent-identifier"),
        wrong(
            "/context/instructor",
            json!({ "name": "Zoé" }),
            "agent-identifier",
        ),
        changed(
            &[("/context/team", json!({ "mbox": "mailto:a@example.org" }))],
            &[("/context/team/objectType", "group-type")],
        ),
        wrong("/verb/id", json!("answered"), "iri"),
        wrong("/verb/display/fr", json!(1), "expected-string"),
    ]
}

/// The rules of an object, a result, a context and the rest.
fn cases_beyond_the_verb() -> Vec<Case> {
    let mut cases = vec![
        wrong("/object/objectType", json!("activity"), "object-type"),
        wrong("/object/id", json!("question 7"), "iri"),
        wrong("/object/definition/type", json!("question"), "iri"),
        wrong("/object/definition/moreInfo", json!("more"), "iri"),
        wrong(
            "/object/definition/interactionType",
            json!("Choice"),
            "interaction-type",
        ),
        wrong(
            "/object/definition/choices/1/id",
            json!("a"),
            "interaction-component-id",
        ),
        wrong(
            "/object/definition/scale",
            json!([{ "id": "1" }]),
            "interaction-components",
        ),
        wrong(
            "/object/definition/correctResponsesPattern",
            json!("a"),
            "expected-array",
        ),
        wrong("/result/success", json!("true"), "expected-boolean"),
        wrong("/result/score/raw", json!("5"), "expected-number"),
        wrong("/result/score/scaled", json!(1.01), "score-scaled"),
        wrong("/result/score/raw", json!(10.5), "score-raw"),
        wrong("/result/duration", json!("PT"), "duration"),
        wrong("/result/duration", json!("P4W1D"), "duration"),
        changed(
            &[("/result/extensions", json!({ "note": 1 }))],
            &[("/result/extensions/note", "extension-key")],
        ),
        wrong(
            "/context/statement/objectType",
            json!("Statement"),
            "statement-ref-type",
        ),
        wrong(
            "/context/contextActivities/parent/0/objectType",
            json!("Agent"),
            "activity-type",
        ),
        wrong("/context/language", json!("français"), "language-tag"),
        wrong("/context/contextActivities", json!([]), "expected-object"),
        wrong("/timestamp", json!("yesterday"), "timestamp"),
        wrong("/timestamp", json!("2026-01-31T10:20:08-00:00"), "timestamp"),
        wrong("/stored", json!("2026-02-30T10:20:08Z"), "timestamp"),
        wrong("/version", json!("0.95"), "statement-version"),
        wrong("/version", json!("1.1.0"), "statement-version"),
        wrong("/attachments/0/sha2", json!("4953"), "attachment-sha2"),
        wrong("/attachments/0/length", json!(1.5), "attachment-length"),
        wrong("/attachments/0/length", json!(-1), "attachment-length"),
        wrong(
            "/attachments/0/contentType",
            json!("image"),
            "attachment-content-type",
        ),
        wrong("/attachments/0/fileUrl", json!("i.png"), "iri"),
        wrong("/result/response", Value::Null, "null"),
        wrong("/Result", json!({}), "unknown-property"),
        wrong("/actor/email", json!("x"), "unknown-property"),
        wrong("/object/definition/title", json!({}), "unknown-property"),
    ];
    for property in ["usageType", "display", "contentType", "length", "sha2"] {
        cases.push(without(
            &format!("/attachments/0/{property}"),
            "attachment-requires",
        ));
    }
    cases
}

/// The rules that tie properties together.
fn related_cases() -> Vec<Case> {
    let zoe = json!({ "mbox": "mailto:zoe@example.org" });
    let agent_with_members = json!({ "mbox": "mailto:zoe@example.org", "member": [zoe] });
    let nested = json!({ "objectType": "Group", "mbox": "mailto:b@example.org" });
    let voided = json!({ "id": "http://adlnet.gov/expapi/verbs/voided" });
    let mut sub_with_id = sub_statement();
    sub_with_id["id"] = json!("16fd2706-8baf-433b-82eb-8c7fada847da");
    let mut sub_with_sub = sub_statement();
    sub_with_sub["object"] = sub_statement();
    let no_activity = [
        ("/context/revision", "context-activity-only"),
        ("/context/platform", "context-activity-only"),
    ];
    let with_object = |object: Value, faults: &[(&str, &'static str)]| {
        changed(&[("/object", object)], &[faults, &no_activity].concat())
    };
    let mut without_type = full();
    remove(&mut without_type, "/object/definition/interactionType");
    vec![
        changed(
            &[("/actor/openid", json!("https://openid.example.org/zoe"))],
            &[("/actor/openid", "one-identifier")],
        ),
        changed(
            &[("/actor", json!({ "objectType": "Group" }))],
            &[("/actor", "group-member")],
        ),
        changed(
            &[("/actor", agent_with_members)],
            &[("/actor/member", "agent-member")],
        ),
        changed(
            &[("/actor/member/0", nested)],
            &[("/actor/member/0/objectType", "nested-group")],
        ),
        changed(&[("/verb", voided)], &[("/object", "voiding")]),
        changed(
            &[("/result/score/min", json!(10))],
            &[
                ("/result/score/min", "score-range"),
                ("/result/score/raw", "score-raw"),
            ],
        ),
        changed(
            &[("/authority", json!({ "objectType": "Group", "member": [zoe] }))],
            &[("/authority", "authority-type")],
        ),
        with_object(sub_with_id, &[("/object/id", "substatement-property")]),
        changed(
            &[("/object", sub_with_sub)],
            &[("/object/object/objectType", "nested-substatement")],
        ),
        with_object(
            json!({ "objectType": "Agent", "mbox": "mailto:zoe@example.org" }),
            &[],
        ),
        Case {
            statement: without_type,
            faults: ["correctResponsesPattern", "choices"]
                .map(|name| (format!("/object/definition/{name}"), "interaction-type-required"))
                .to_vec(),
        },
    ]
}

/// What is found wrong: places and rules.
fn faults(statement: &Value, version: Version) -> Vec<(String, &'static str)> {
    match Statement::parse(statement.to_string().as_bytes(), version) {
        Ok(_) => Vec::new(),
        Err(violations) => violations
            .iter()
            .map(|violation| (violation.pointer.clone(), violation.rule.code()))
            .collect(),
    }
}

#[test]
fn a_statement_with_something_in_every_place_is_accepted() {
    for version in VERSIONS {
        assert_eq!(faults(&full(), version), [], "{version}");
    }
}

#[test]
fn each_rule_is_refused_where_it_is_broken_and_nothing_else_is() {
    let mut differences = Vec::new();
    for Case {
        statement,
        faults: mut expected,
    } in cases()
    {
        expected.sort();
        for version in VERSIONS {
            let mut found = faults(&statement, version);
            found.sort();
            if found != expected {
                differences.push(format!("{version}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What 2.0 alone knows, and its faults.
fn cases_of_2_0() -> Vec<Case> {
    let agent = json!([{ "objectType": "contextAgent", "agent": { "mbox": "mailto:a@example.org" }, "relevantTypes": ["https://example.org/t"] }]);
    let group = json!([{ "objectType": "contextGroup", "group": { "objectType": "Group", "mbox": "mailto:a@example.org" } }]);
    let (agents, groups) = ("/context/contextAgents", "/context/contextGroups");
    let spoiled = |at: &str, value: &Value, place: &str, to: Option<Value>, code: &'static str| {
        let mut value = value.clone();
        match to {
            Some(to) => set(&mut value, place, to),
            None => remove(&mut value, place),
        }
        changed(&[(at, value)], &[(&format!("{at}{place}"), code)])
    };
    vec![
        changed(
            &[
                (agents, agent.clone()),
                (groups, group.clone()),
                ("/version", json!("2.0.0")),
            ],
            &[],
        ),
        spoiled(
            agents,
            &agent,
            "/0/objectType",
            Some(json!("Agent")),
            "context-agent-type",
        ),
        spoiled(agents, &agent, "/0/agent", None, "context-agent-requires"),
        spoiled(
            agents,
            &agent,
            "/0/relevantTypes",
            Some(json!([])),
            "relevant-types",
        ),
        spoiled(
            groups,
            &group,
            "/0/objectType",
            Some(json!("Group")),
            "context-group-type",
        ),
        spoiled(groups, &group, "/0/group", None, "context-group-requires"),
        wrong("/timestamp", json!("20260131T102008Z"), "timestamp"),
    ]
}

#[test]
fn what_2_0_added_is_checked_there_and_unknown_before() {
    for Case {
        statement,
        faults: expected,
    } in cases_of_2_0()
    {
        assert_eq!(faults(&statement, Version::V2_0_0), expected);
    }
    let mut statement = full();
    statement["context"]["contextAgents"] = json!([]);
    let unknown = vec![("/context/contextAgents".to_owned(), "unknown-property")];
    assert_eq!(faults(&statement, Version::V1_0_3), unknown);
    let mut statement = full();
    statement["version"] = json!("2.0.0");
    let version = vec![("/version".to_owned(), "statement-version")];
    assert_eq!(faults(&statement, Version::V1_0_3), version);
}

/// Texts that no [`Value`] can hold, and what is wrong with them.
const TEXTS: [(&[u8], &str); 8] = [
    (b"\xff", "encoding"),
    (b"", "json"),
    (b"{", "json"),
    (b"{} x", "json"),
    (b"[]", "statement-shape"),
    (b"null", "statement-shape"),
    (
        br#"{"id":"8f87ccde-bb56-4c2e-ab83-44982ef22df0","id":"8f87ccde-bb56-4c2e-ab83-44982ef22df0"}"#,
        "duplicate-property",
    ),
    (
        br#"{"result":{"extensions":{"https://example.org/e":{"a":1,"a":2}}}}"#,
        "duplicate-property",
    ),
];

#[test]
fn what_is_no_statement_at_all_is_refused() {
    for (text, code) in TEXTS {
        for version in VERSIONS {
            let violations = Statement::parse(text, version).unwrap_err();
            let codes: Vec<_> = violations.iter().map(|violation| violation.rule.code()).collect();
            assert!(
                codes.contains(&code),
                "{}: {codes:?}",
                String::from_utf8_lossy(text)
            );
        }
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Statement::parse(deep.as_bytes(), Version::V1_0_3).is_err());
}

#[test]
fn two_equal_ids_in_a_batch_are_refused_by_2_0() {
    let batch = json!([full(), full()]).to_string();
    assert_eq!(parse_batch(batch.as_bytes(), Version::V1_0_3).unwrap().len(), 2);
    let violations = parse_batch(batch.as_bytes(), Version::V2_0_0).unwrap_err();
    let found: Vec<_> = violations
        .iter()
        .map(|violation| (violation.pointer.as_str(), violation.rule.code()))
        .collect();
    assert_eq!(found, [("/1/id", "batch-duplicate-id")]);
}

#[test]
fn every_rule_has_a_statement_that_breaks_it() {
    let broken = cases()
        .into_iter()
        .chain(cases_of_2_0())
        .flat_map(|case| case.faults)
        .map(|(_, code)| code);
    let texts = TEXTS.iter().map(|(_, code)| *code);
    let mut tested: HashSet<&str> = broken.chain(texts).collect();
    // Two equal ids in a batch have a test of their own; only the parameter `agent` demands one agent.
    tested.extend(["batch-duplicate-id", "agent-type"]);
    // What comes beside the statements is for the LRS to check.
    tested.extend(["attachment-part", "signature"]);
    let untested: Vec<_> = Rule::ALL
        .iter()
        .map(|rule| rule.code())
        .filter(|code| !tested.contains(code))
        .collect();
    assert_eq!(untested, Vec::<&str>::new());
}
