//! The verb of a statement.

use serde::Serialize;

use crate::check::{Check, Place};
use crate::iri::Iri;
use crate::json::Json;
use crate::language::LanguageMap;
use crate::rule::Rule;

/// What the actor did.
///
/// 1.0.3 Part 2, 2.4.3; 2.0, 4.2.2.2.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verb {
    /// Identifies the meaning of the verb.
    pub id: Iri,
    /// The verb in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<LanguageMap>,
}

impl Verb {
    /// The one verb that the specification reserves: the statement voids the one it refers to (1.0.3 Part 2, 2.3.2;
    /// 2.0, 4.2.5).
    pub const VOIDED: &str = "http://adlnet.gov/expapi/verbs/voided";

    /// Whether this is [`Verb::VOIDED`].
    #[must_use]
    pub fn is_voided(&self) -> bool {
        self.id.as_str() == Self::VOIDED
    }
}

impl Verb {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        let mut id = None;
        let mut display = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "id" => id = Iri::read(check, value, &at),
                "display" => display = LanguageMap::read(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "id", Rule::VerbRequires, at);
        Some(Self { id: id?, display })
    }
}
