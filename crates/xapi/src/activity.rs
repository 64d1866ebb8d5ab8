//! Activities and their definitions.

use serde::Serialize;

use crate::actor::refuse_object_type;
use crate::check::{Check, Place, object_type};
use crate::extensions::Extensions;
use crate::interaction::Interaction;
use crate::iri::Iri;
use crate::json::{Json, Member};
use crate::language::LanguageMap;
use crate::rule::Rule;

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

impl Activity {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        match object_type(members) {
            None | Some("Activity") => Self::of(check, members, at),
            Some(_) => refuse_object_type(check, Rule::ActivityType, members, at),
        }
    }

    /// The members are already known to be those of an activity.
    pub(crate) fn of(check: &mut Check, members: &[Member<'_>], at: &Place<'_>) -> Option<Self> {
        let mut id = None;
        let mut definition = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "objectType" => {
                    check.text(value, &at);
                }
                "id" => id = Iri::read(check, value, &at),
                "definition" => definition = ActivityDefinition::read(check, value, &at).map(Box::new),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "id", Rule::ActivityRequires, at);
        Some(Self { id: id?, definition })
    }
}

impl ActivityDefinition {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        let mut definition = Self {
            interaction: Interaction::of(check, members, at),
            ..Self::default()
        };
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "name" => definition.name = LanguageMap::read(check, value, &at),
                "description" => definition.description = LanguageMap::read(check, value, &at),
                "type" => definition.activity_type = Iri::read(check, value, &at),
                "moreInfo" => definition.more_info = Iri::read(check, value, &at),
                "extensions" => definition.extensions = Extensions::read(check, value, &at),
                key if Interaction::PROPERTIES.contains(&key) => {}
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        Some(definition)
    }
}
