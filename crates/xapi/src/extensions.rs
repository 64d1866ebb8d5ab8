//! Extensions: values of any shape, each under an IRI.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::check::{Check, Place};
use crate::iri::Iri;
use crate::json::Json;
use crate::rule::Rule;

/// A map of IRIs to any JSON values, in the order received.
///
/// 1.0.3 Part 2, 4.1; 2.0, 4.2.7.
#[derive(Clone, Debug, Default)]
pub struct Extensions(Vec<(Iri, Value)>);

impl Extensions {
    /// The entries, in the order received.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Iri, &Value)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The value under this IRI.
    #[must_use]
    pub fn get(&self, iri: &str) -> Option<&Value> {
        self.iter()
            .find(|(key, _)| key.as_str() == iri)
            .map(|(_, value)| value)
    }
}

impl FromIterator<(Iri, Value)> for Extensions {
    fn from_iter<I: IntoIterator<Item = (Iri, Value)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// The order of members has no meaning, and a number equals another of the same value (`1` and `1.0`).
impl PartialEq for Extensions {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key.as_str()).is_some_and(|found| same(value, found)))
    }
}

/// Whether two JSON values mean the same. The depth of both is bounded by the parser.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|found| same(value, found)))
        }
        _ => one == other,
    }
}

impl Serialize for Extensions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Extensions {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        let mut entries = Vec::with_capacity(members.len());
        for (key, value) in members {
            let at = at.member(key);
            check.anything(value, &at);
            match Iri::parse(key) {
                Some(iri) => entries.push((iri, value.to_value())),
                None => check.refuse(Rule::ExtensionKey, &at),
            }
        }
        Some(Self(entries))
    }
}
