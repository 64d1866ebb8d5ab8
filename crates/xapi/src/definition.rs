//! What an LRS knows of an activity from all the statements that describe it.

use serde_json::{Map, Value};

use crate::activity::ActivityDefinition;
use crate::interaction::Interaction;

impl ActivityDefinition {
    /// The definition as JSON.
    ///
    /// # Errors
    /// Never for a definition that was read from JSON.
    pub fn to_map(&self) -> serde_json::Result<Map<String, Value>> {
        match serde_json::to_value(self)? {
            Value::Object(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }
}

/// Adds to what is known of an activity what a later statement says of it: texts and extensions are added or replaced
/// one by one, other properties as a whole; a question is replaced as one thing, since its parts go together.
///
/// 1.0.3 Part 2, 2.4.4.1 and Part 3, 2.5; 2.0, 4.1.6.4.
pub fn merge_definition(known: &mut Map<String, Value>, later: Map<String, Value>) {
    if later.contains_key("interactionType") {
        known.retain(|key, _| !Interaction::PROPERTIES.contains(&key.as_str()));
    }
    for (key, value) in later {
        match (key.as_str(), known.get_mut(&key), value) {
            ("name" | "description", Some(Value::Object(texts)), Value::Object(later)) => {
                // The case of a language tag has no meaning.
                texts.retain(|tag, _| !later.keys().any(|other| other.eq_ignore_ascii_case(tag)));
                texts.extend(later);
            }
            ("extensions", Some(Value::Object(extensions)), Value::Object(later)) => extensions.extend(later),
            (_, _, value) => {
                known.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(known: &Value, later: &Value) -> Value {
        let mut map = known.as_object().unwrap().clone();
        merge_definition(&mut map, later.as_object().unwrap().clone());
        Value::Object(map)
    }

    #[test]
    fn texts_and_extensions_are_merged_and_the_rest_is_replaced() {
        let known = json!({ "name": { "en": "Seven", "fr": "Sept" }, "type": "https://example.org/a", "moreInfo": "https://example.org/b", "extensions": { "https://example.org/e": [1] } });
        let later = json!({ "name": { "FR": "Le sept" }, "type": "https://example.org/c", "extensions": { "https://example.org/f": null } });
        assert_eq!(
            merged(&known, &later),
            json!({ "name": { "en": "Seven", "FR": "Le sept" }, "type": "https://example.org/c", "moreInfo": "https://example.org/b", "extensions": { "https://example.org/e": [1], "https://example.org/f": null } })
        );
    }

    #[test]
    fn a_question_is_replaced_whole() {
        let known = json!({ "name": { "fr": "Q" }, "interactionType": "choice", "choices": [{ "id": "a" }], "correctResponsesPattern": ["a"] });
        let later = json!({ "interactionType": "true-false" });
        assert_eq!(
            merged(&known, &later),
            json!({ "name": { "fr": "Q" }, "interactionType": "true-false" })
        );
        assert_eq!(merged(&known, &json!({})), known);
    }
}
