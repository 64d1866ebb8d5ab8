//! The object of a statement.

use serde::Serialize;
use uuid::Uuid;

use crate::activity::Activity;
use crate::actor::refuse_object_type;
use crate::actor::{Actor, Agent, Group};
use crate::attachment::Attachment;
use crate::check::{Check, Place, object_type};
use crate::context::Context;
use crate::json::{Json, Member};
use crate::parts::Parts;
use crate::result::Result;
use crate::rule::Rule;
use crate::timestamp::Timestamp;
use crate::verb::Verb;

/// What the statement is about.
///
/// 1.0.3 Part 2, 2.4.4; 2.0, 4.2.2.3.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Object {
    /// An activity.
    Activity(Activity),
    /// An agent.
    Agent(Agent),
    /// A group.
    Group(Group),
    /// Another statement, by its id.
    StatementRef(StatementRef),
    /// A statement within this one, which is not itself recorded.
    SubStatement(Box<SubStatement>),
}

/// Another statement, which may not be there yet.
///
/// 1.0.3 Part 2, 2.4.4.3; 2.0, 4.2.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "objectType")]
pub struct StatementRef {
    /// That statement's id.
    pub id: Uuid,
}

/// A statement within another, such as an intention. Its object is never a [`SubStatement`].
///
/// 1.0.3 Part 2, 2.4.4.3; 2.0, 4.2.2.3.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "objectType")]
pub struct SubStatement {
    /// Who.
    pub actor: Actor,
    /// Did.
    pub verb: Verb,
    /// This.
    pub object: Object,
    /// With this outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Result>,
    /// In this context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Box<Context>>,
    /// When; it may be in the future.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// What is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
}

impl Object {
    /// The activity, when the object is one.
    #[must_use]
    pub fn as_activity(&self) -> Option<&Activity> {
        match self {
            Self::Activity(activity) => Some(activity),
            _ => None,
        }
    }
}

impl Object {
    /// The object of a statement, or of a `SubStatement` (`nested`).
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>, nested: bool) -> Option<Self> {
        let members = check.members(json, at)?;
        match object_type(members) {
            None | Some("Activity") => Activity::of(check, members, at).map(Self::Activity),
            Some("Agent") => Agent::of(check, members, at).map(Self::Agent),
            Some("Group") => Some(Self::Group(Group::of(check, members, at))),
            Some("StatementRef") => StatementRef::of(check, members, at).map(Self::StatementRef),
            Some("SubStatement") if nested => {
                refuse_object_type(check, Rule::NestedSubStatement, members, at)
            }
            Some("SubStatement") => {
                SubStatement::of(check, members, at).map(|sub| Self::SubStatement(Box::new(sub)))
            }
            Some(_) => refuse_object_type(check, Rule::ObjectKind, members, at),
        }
    }
}

impl StatementRef {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        match object_type(members) {
            Some("StatementRef") => Self::of(check, members, at),
            _ => refuse_object_type(check, Rule::StatementRefType, members, at),
        }
    }

    fn of(check: &mut Check, members: &[Member<'_>], at: &Place<'_>) -> Option<Self> {
        let mut id = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "objectType" => {}
                "id" => id = check.uuid(value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "id", Rule::StatementRefRequires, at);
        Some(Self { id: id? })
    }
}

impl SubStatement {
    fn of(check: &mut Check, members: &[Member<'_>], at: &Place<'_>) -> Option<Self> {
        let mut parts = Parts::default();
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "objectType" => {}
                "id" | "stored" | "version" | "authority" => check.refuse(Rule::SubStatementProperty, &at),
                key => parts.read(check, key, value, &at, true),
            }
        }
        parts.check(check, members, at);
        Some(Self {
            actor: parts.actor?,
            verb: parts.verb?,
            object: parts.object?,
            result: parts.result,
            context: parts.context,
            timestamp: parts.timestamp,
            attachments: parts.attachments,
        })
    }
}
