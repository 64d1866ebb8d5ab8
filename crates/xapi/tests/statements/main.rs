//! What is read of a statement, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod any;
mod meaning;
mod rules;

use cartable_xapi::Version;
use serde_json::{Value, json};

const VERSIONS: [Version; 2] = [Version::V1_0_3, Version::V2_0_0];

/// A statement with something in every place.
fn full() -> Value {
    json!({
        "id": "8f87ccde-bb56-4c2e-ab83-44982ef22df0",
        "actor": {
            "objectType": "Group", "name": "Les stagiaires", "mbox": "mailto:groupe@example.org",
            "member": [
                { "mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9" },
                { "openid": "https://openid.example.org/zoe" },
                { "account": { "homePage": "https://lms.example.org", "name": "42" } },
            ],
        },
        "verb": { "id": "http://adlnet.gov/expapi/verbs/answered", "display": { "fr": "a répondu à", "en-GB": "answered" } },
        "object": {
            "objectType": "Activity", "id": "https://example.org/question",
            "definition": {
                "name": { "fr": "Question" }, "description": { "fr": "Laquelle ?" },
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction", "moreInfo": "https://example.org/more",
                "interactionType": "choice", "correctResponsesPattern": ["a[,]b"],
                "choices": [{ "id": "a", "description": { "fr": "A" } }, { "id": "b" }],
                "extensions": { "https://example.org/e": null },
            },
        },
        "result": {
            "score": { "scaled": 0.5, "raw": 5, "min": 0, "max": 10 }, "success": true, "completion": false,
            "response": "a", "duration": "PT1M2.5S", "extensions": { "https://example.org/e": { "a": [1, null] } },
        },
        "context": {
            "registration": "16fd2706-8baf-433b-82eb-8c7fada847da", "instructor": { "mbox": "mailto:prof@example.org" },
            "team": { "objectType": "Group", "member": [{ "mbox": "mailto:a@example.org" }] },
            "contextActivities": {
                "parent": [{ "id": "https://example.org/lesson" }], "grouping": { "id": "https://example.org/course" },
                "category": [], "other": [{ "id": "https://example.org/other" }],
            },
            "revision": "3", "platform": "Moodle", "language": "fr-FR",
            "statement": { "objectType": "StatementRef", "id": "16fd2706-8baf-433b-82eb-8c7fada847db" },
            "extensions": { "https://example.org/e": "" },
        },
        "timestamp": "2026-01-31T10:20:08.120Z", "stored": "2026-01-31T10:20:09Z",
        "authority": { "mbox": "mailto:lrs@example.org" }, "version": "1.0.0",
        "attachments": [{
            "usageType": "https://example.org/usage", "display": { "fr": "Une image" }, "description": { "fr": "x" },
            "contentType": "image/png", "length": 12, "fileUrl": "https://example.org/i.png",
            "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
        }],
    })
}

/// Puts a value at a place.
fn set(statement: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = statement.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(object) => {
            object.insert(key.replace("~1", "/"), value);
        }
        Value::Array(array) => array[key.parse::<usize>().unwrap()] = value,
        _ => unreachable!("{pointer}"),
    }
}
