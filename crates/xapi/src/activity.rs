//! Activities and their definitions.

use serde::Serialize;

use crate::extensions::Extensions;
use crate::interaction::Interaction;
use crate::iri::Iri;
use crate::language::LanguageMap;

/// Something that can be done: a course, a lesson, a question, a meeting.
///
/// 1.0.3 Part 2, 2.4.4.1; 2.0, 4.2.2.3.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "objectType")]
pub struct Activity {
    /// Identifies the activity.
    pub id: Iri,
    /// What is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Box<ActivityDefinition>>,
}

/// What is said of an activity. It is not part of the statement's meaning (1.0.3 Part 2, 2.3.1).
///
/// 1.0.3 Part 2, 2.4.4.1; 2.0, 4.2.2.3.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityDefinition {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<LanguageMap>,
    /// A description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<LanguageMap>,
    /// The kind of activity.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub activity_type: Option<Iri>,
    /// Where a human finds more about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_info: Option<Iri>,
    /// What makes the activity a question.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Interaction>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extensions>,
}
