//! What the parameter `format` makes of a stored statement (1.0.3 Part 3, 2.1.3; 2.0, 4.1.6.1).
//!
//! Both forms are made of the statement's JSON rather than of a [`Statement`](crate::Statement): numbers and extensions
//! stay as they were received.

use serde_json::{Map, Value};

/// The properties that identify an agent or a group.
const IDENTIFIERS: [&str; 4] = ["mbox", "mbox_sha1sum", "openid", "account"];

/// Keeps of each agent, group, verb and activity what identifies it, and of an anonymous group what identifies its
/// members.
pub fn reduce_to_ids(statement: &mut Value) {
    visit(statement, &mut |part| match part {
        Part::Actor { actor, is_object } => reduce_actor(actor, is_object),
        Part::Verb(verb) => verb.retain(|key, _| key == "id"),
        Part::Activity(activity) => activity.retain(|key, _| key == "id"),
    });
}

/// An object is an activity unless it says that it is an agent; elsewhere an agent needs no objectType.
fn reduce_actor(actor: &mut Map<String, Value>, is_object: bool) {
    let is_group = actor.get("objectType").is_some_and(|kind| kind == "Group");
    let is_identified = IDENTIFIERS.iter().any(|key| actor.contains_key(*key));
    actor.retain(|key, _| match key.as_str() {
        "objectType" => is_group || is_object,
        "member" => !is_identified,
        key => IDENTIFIERS.contains(&key),
    });
    if let Some(Value::Array(members)) = actor.get_mut("member") {
        for member in members.iter_mut().filter_map(Value::as_object_mut) {
            reduce_actor(member, false);
        }
    }
}

/// Gives each activity the definition that the LRS holds of it, and each language map the one entry that suits best
/// someone who prefers these languages, in that order.
pub fn make_canonical(
    statement: &mut Value,
    preferred: &[&str],
    definition_of: &dyn Fn(&str) -> Option<Value>,
) {
    visit(statement, &mut |part| match part {
        Part::Actor { .. } => {}
        Part::Verb(verb) => choose_within(verb, &["display"], preferred),
        Part::Activity(activity) => {
            let id = activity.get("id").and_then(Value::as_str);
            if let Some(definition) = id.and_then(definition_of) {
                activity.insert("definition".to_owned(), definition);
            }
            if let Some(Value::Object(definition)) = activity.get_mut("definition") {
                choose_languages(definition, preferred);
            }
        }
    });
}

/// The ids of the activities of a statement that [`make_canonical`] asks a definition for.
#[must_use]
pub fn activity_ids(statement: &mut Value) -> Vec<String> {
    let mut ids = Vec::new();
    visit(statement, &mut |part| {
        if let Part::Activity(activity) = part {
            ids.extend(activity.get("id").and_then(Value::as_str).map(str::to_owned));
        }
    });
    ids
}

fn choose_languages(definition: &mut Map<String, Value>, preferred: &[&str]) {
    choose_within(definition, &["name", "description"], preferred);
    for list in ["choices", "scale", "source", "target", "steps"] {
        if let Some(Value::Array(components)) = definition.get_mut(list) {
            for component in components.iter_mut().filter_map(Value::as_object_mut) {
                choose_within(component, &["description"], preferred);
            }
        }
    }
}

fn choose_within(object: &mut Map<String, Value>, maps: &[&str], preferred: &[&str]) {
    for name in maps {
        if let Some(Value::Object(map)) = object.get_mut(*name)
            && let Some(tag) = crate::language::best_tag(&map.keys().map(String::as_str), preferred)
        {
            let tag = tag.to_owned();
            map.retain(|key, _| *key == tag);
        }
    }
}

/// What a format changes.
enum Part<'v> {
    Actor {
        actor: &'v mut Map<String, Value>,
        is_object: bool,
    },
    Verb(&'v mut Map<String, Value>),
    Activity(&'v mut Map<String, Value>),
}

/// Visits each agent, group, verb and activity of a statement and of the `SubStatement` in it.
fn visit(statement: &mut Value, see: &mut dyn FnMut(Part<'_>)) {
    let Value::Object(statement) = statement else {
        return;
    };
    for (key, value) in statement {
        match (key.as_str(), value) {
            ("actor" | "authority", Value::Object(actor)) => see(Part::Actor {
                actor,
                is_object: false,
            }),
            ("verb", Value::Object(verb)) => see(Part::Verb(verb)),
            ("object", object) => visit_object(object, see),
            ("context", Value::Object(context)) => visit_context(context, see),
            _ => {}
        }
    }
}

fn visit_object(value: &mut Value, see: &mut dyn FnMut(Part<'_>)) {
    let kind = value.get("objectType").and_then(Value::as_str).map(str::to_owned);
    if kind.as_deref() == Some("SubStatement") {
        return visit(value, see);
    }
    let Value::Object(object) = value else { return };
    match kind.as_deref() {
        None | Some("Activity") => see(Part::Activity(object)),
        Some("Agent" | "Group") => see(Part::Actor {
            actor: object,
            is_object: true,
        }),
        _ => {}
    }
}

fn visit_context(context: &mut Map<String, Value>, see: &mut dyn FnMut(Part<'_>)) {
    for (key, value) in context {
        match (key.as_str(), value) {
            ("instructor" | "team", Value::Object(actor)) => see(Part::Actor {
                actor,
                is_object: false,
            }),
            ("contextAgents" | "contextGroups", Value::Array(list)) => {
                for entry in list {
                    for key in ["agent", "group"] {
                        if let Some(Value::Object(actor)) = entry.get_mut(key) {
                            see(Part::Actor {
                                actor,
                                is_object: false,
                            });
                        }
                    }
                }
            }
            ("contextActivities", Value::Object(lists)) => {
                for activity in lists.values_mut().filter_map(Value::as_array_mut).flatten() {
                    if let Value::Object(activity) = activity {
                        see(Part::Activity(activity));
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statement() -> Value {
        json!({
            "actor": { "objectType": "Group", "name": "Tous", "member": [{ "objectType": "Agent", "name": "Zoé", "mbox": "mailto:zoe@example.org" }] },
            "verb": { "id": "https://example.org/did", "display": { "en": "did", "fr": "a fait" } },
            "object": {
                "objectType": "SubStatement",
                "actor": { "objectType": "Group", "name": "Tous", "mbox": "mailto:tous@example.org", "member": [] },
                "verb": { "id": "https://example.org/does", "display": { "en": "does" } },
                "object": { "objectType": "Agent", "name": "Ali", "openid": "https://example.org/ali" },
                "context": { "contextActivities": { "parent": [{ "objectType": "Activity", "id": "https://example.org/7", "definition": { "name": { "en": "Seven" } } }] } },
            },
            "context": {
                "instructor": { "objectType": "Agent", "name": "P", "account": { "homePage": "https://example.org", "name": "p" } },
                "contextAgents": [{ "objectType": "contextAgent", "agent": { "objectType": "Agent", "name": "A", "mbox": "mailto:a@example.org" } }],
            },
            "result": { "score": { "raw": 5 } },
        })
    }

    #[test]
    fn ids_leave_what_identifies_each_thing() {
        let mut ids = statement();
        reduce_to_ids(&mut ids);
        assert_eq!(
            ids,
            json!({
                "actor": { "objectType": "Group", "member": [{ "mbox": "mailto:zoe@example.org" }] },
                "verb": { "id": "https://example.org/did" },
                "object": {
                    "objectType": "SubStatement",
                    "actor": { "objectType": "Group", "mbox": "mailto:tous@example.org" },
                    "verb": { "id": "https://example.org/does" },
                    "object": { "objectType": "Agent", "openid": "https://example.org/ali" },
                    "context": { "contextActivities": { "parent": [{ "id": "https://example.org/7" }] } },
                },
                "context": {
                    "instructor": { "account": { "homePage": "https://example.org", "name": "p" } },
                    "contextAgents": [{ "objectType": "contextAgent", "agent": { "mbox": "mailto:a@example.org" } }],
                },
                "result": { "score": { "raw": 5 } },
            })
        );
    }

    #[test]
    fn canonical_takes_the_definition_that_is_held_and_one_language() {
        let mut canonical = statement();
        assert_eq!(activity_ids(&mut canonical), ["https://example.org/7"]);
        let held = json!({ "name": { "en": "Seven", "fr": "Sept" }, "choices": [{ "id": "a", "description": { "de": "A", "fr": "a" } }] });
        make_canonical(&mut canonical, &["fr-CA"], &|_| Some(held.clone()));
        assert_eq!(canonical["verb"]["display"], json!({ "fr": "a fait" }));
        assert_eq!(canonical["object"]["verb"]["display"], json!({ "en": "does" }));
        assert_eq!(
            canonical["object"]["context"]["contextActivities"]["parent"][0]["definition"],
            json!({ "name": { "fr": "Sept" }, "choices": [{ "id": "a", "description": { "fr": "a" } }] })
        );
        assert_eq!(canonical["actor"], statement()["actor"]);
    }
}
