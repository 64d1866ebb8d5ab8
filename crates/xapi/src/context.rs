//! What surrounds what was done.

use serde::Serialize;
use uuid::Uuid;

use crate::activity::Activity;
use crate::actor::{Actor, Agent, Group};
use crate::extensions::Extensions;
use crate::iri::Iri;
use crate::language::LanguageTag;
use crate::object::StatementRef;

/// What gives a statement more meaning.
///
/// 1.0.3 Part 2, 2.4.6; 2.0, 4.2.2.5.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// The registration, which may be an attempt, a session or an enrolment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Uuid>,
    /// Who instructs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructor: Option<Actor>,
    /// The team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Group>,
    /// Other activities concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_activities: Option<ContextActivities>,
    /// Other agents concerned (2.0 only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_agents: Option<Vec<ContextAgent>>,
    /// Other groups concerned (2.0 only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_groups: Option<Vec<ContextGroup>>,
    /// The revision of the activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The platform used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The language in which it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// Another statement to be taken as context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementRef>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extensions>,
}

/// Activities related to the statement; what was received as a single activity is a list of one.
///
/// 1.0.3 Part 2, 2.4.6.2; 2.0, 4.2.2.5.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ContextActivities {
    /// What the object is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Vec<Activity>>,
    /// What the object is indirectly part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grouping: Option<Vec<Activity>>,
    /// What the statement is classed under, such as a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Vec<Activity>>,
    /// Any other relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Vec<Activity>>,
}

impl ContextActivities {
    /// Every activity, whatever its relation.
    pub fn iter(&self) -> impl Iterator<Item = &Activity> {
        [&self.parent, &self.grouping, &self.category, &self.other]
            .into_iter()
            .flatten()
            .flatten()
    }
}

/// An agent concerned by a statement (2.0 only).
///
/// 2.0, 4.2.2.5.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "objectType", rename = "contextAgent")]
pub struct ContextAgent {
    /// The agent.
    pub agent: Agent,
    /// The kinds of activities in which the agent is concerned.
    #[serde(rename = "relevantTypes", skip_serializing_if = "Option::is_none")]
    pub relevant_types: Option<Vec<Iri>>,
}

/// A group concerned by a statement (2.0 only).
///
/// 2.0, 4.2.2.5.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "objectType", rename = "contextGroup")]
pub struct ContextGroup {
    /// The group.
    pub group: Group,
    /// The kinds of activities in which the group is concerned.
    #[serde(rename = "relevantTypes", skip_serializing_if = "Option::is_none")]
    pub relevant_types: Option<Vec<Iri>>,
}
