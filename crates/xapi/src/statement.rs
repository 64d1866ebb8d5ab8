//! The statement.

use serde::Serialize;
use uuid::Uuid;

use crate::actor::Actor;
use crate::attachment::Attachment;
use crate::context::Context;
use crate::object::Object;
use crate::result::Result;
use crate::timestamp::Timestamp;
use crate::verb::Verb;
use crate::version::Version;

/// Evidence that someone did something.
///
/// 1.0.3 Part 2, 2.4; 2.0, 4.2.1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// Identifies the statement; set by the LRS when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
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
    /// When; set by the LRS when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// When it was stored; always set by the LRS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<Timestamp>,
    /// Who vouches for it; set by the LRS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Actor>,
    /// The version it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
}
