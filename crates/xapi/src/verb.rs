//! The verb of a statement.

use serde::Serialize;

use crate::iri::Iri;
use crate::language::LanguageMap;

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
