//! The object of a statement.

use serde::Serialize;
use uuid::Uuid;

use crate::activity::Activity;
use crate::actor::{Actor, Agent, Group};
use crate::attachment::Attachment;
use crate::context::Context;
use crate::result::Result;
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
