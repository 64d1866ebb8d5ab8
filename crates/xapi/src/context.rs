//! What surrounds what was done.

use serde::Serialize;
use uuid::Uuid;

use crate::activity::Activity;
use crate::actor::refuse_object_type;
use crate::actor::{Actor, Agent, Group};
use crate::check::{Check, Place, object_type};
use crate::extensions::Extensions;
use crate::iri::Iri;
use crate::json::Json;
use crate::language::LanguageTag;
use crate::object::StatementRef;
use crate::rule::Rule;

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

impl Context {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let mut context = Self::default();
        for (key, value) in check.members(json, at)? {
            let at = at.member(key);
            match key.as_ref() {
                "registration" => context.registration = check.uuid(value, &at),
                "instructor" => context.instructor = Actor::read(check, value, &at),
                "team" => context.team = Group::read(check, value, &at),
                "contextActivities" => {
                    context.context_activities = ContextActivities::read(check, value, &at);
                }
                "contextAgents" if check.version.is_2_0() => {
                    context.context_agents = check.items(value, &at, ContextAgent::read);
                }
                "contextGroups" if check.version.is_2_0() => {
                    context.context_groups = check.items(value, &at, ContextGroup::read);
                }
                "revision" => context.revision = check.string(value, &at),
                "platform" => context.platform = check.string(value, &at),
                "language" => {
                    context.language = check.parsed(value, &at, Rule::LanguageTag, LanguageTag::parse);
                }
                "statement" => context.statement = StatementRef::read(check, value, &at),
                "extensions" => context.extensions = Extensions::read(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        Some(context)
    }
}

impl ContextActivities {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let mut activities = Self::default();
        for (key, value) in check.members(json, at)? {
            let at = at.member(key);
            let list = match key.as_ref() {
                "parent" => &mut activities.parent,
                "grouping" => &mut activities.grouping,
                "category" => &mut activities.category,
                "other" => &mut activities.other,
                _ => {
                    check.refuse(Rule::UnknownProperty, &at);
                    continue;
                }
            };
            *list = match value {
                Json::Object(_) => Activity::read(check, value, &at).map(|activity| vec![activity]),
                _ => check.items(value, &at, Activity::read),
            };
        }
        Some(activities)
    }
}

impl ContextAgent {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        if object_type(members) != Some("contextAgent") {
            return refuse_object_type(check, Rule::ContextAgentType, members, at);
        }
        let mut agent = None;
        let mut relevant_types = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "objectType" => {}
                "agent" => agent = Agent::read(check, value, &at),
                "relevantTypes" => relevant_types = read_relevant_types(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "agent", Rule::ContextAgentRequires, at);
        Some(Self {
            agent: agent?,
            relevant_types,
        })
    }
}

impl ContextGroup {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        if object_type(members) != Some("contextGroup") {
            return refuse_object_type(check, Rule::ContextGroupType, members, at);
        }
        let mut group = None;
        let mut relevant_types = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "objectType" => {}
                "group" => group = Group::read(check, value, &at),
                "relevantTypes" => relevant_types = read_relevant_types(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "group", Rule::ContextGroupRequires, at);
        Some(Self {
            group: group?,
            relevant_types,
        })
    }
}

fn read_relevant_types(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Vec<Iri>> {
    let types = check.items(json, at, Iri::read)?;
    if types.is_empty() {
        check.refuse(Rule::RelevantTypes, at);
    }
    Some(types)
}
