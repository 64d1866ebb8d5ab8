//! The statement.

use serde::Serialize;
use uuid::Uuid;

use crate::actor::Actor;
use crate::attachment::Attachment;
use crate::check::{Check, Place};
use crate::context::Context;
use crate::json::Json;
use crate::object::Object;
use crate::parts::Parts;
use crate::result::Result;
use crate::rule::Rule;
use crate::timestamp::Timestamp;
use crate::verb::Verb;
use crate::version::Version;
use crate::violation::Violations;

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

impl Statement {
    /// Reads one statement by the rules of a version: the JSON object of a statement and nothing after it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order it was met.
    pub fn parse(json: &[u8], version: Version) -> std::result::Result<Self, Violations> {
        let mut check = Check::new(version);
        let statement = check
            .utf_8(json)
            .and_then(|text| check.json(text))
            .and_then(|json| Self::read(&mut check, &json, &Place::ROOT));
        check.finish(statement)
    }

    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let Json::Object(_) = json else {
            check.refuse_value(Rule::StatementShape, json, at);
            return None;
        };
        let members = check.members(json, at)?;
        let mut parts = Parts::default();
        let (mut id, mut stored, mut authority, mut version) = (None, None, None, None);
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "id" => id = check.uuid(value, &at),
                "stored" => stored = check.timestamp(value, &at),
                "authority" => authority = read_authority(check, value, &at),
                "version" => version = read_version(check, value, &at),
                key => parts.read(check, key, value, &at, false),
            }
        }
        parts.check(check, members, at);
        Some(Self {
            id,
            actor: parts.actor?,
            verb: parts.verb?,
            object: parts.object?,
            result: parts.result,
            context: parts.context,
            timestamp: parts.timestamp,
            stored,
            authority,
            version,
            attachments: parts.attachments,
        })
    }
}

/// An agent, or the application and the user of OAuth (1.0.3 Part 2, 2.4.9).
fn read_authority(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Actor> {
    let authority = Actor::read(check, json, at)?;
    if let Actor::Group(group) = &authority
        && (group.identifier.is_some() || group.members().len() != 2)
    {
        check.refuse(Rule::AuthorityType, at);
    }
    Some(authority)
}

fn read_version(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Version> {
    let accepts_2_0 = check.version.is_2_0();
    check.parsed(json, at, Rule::StatementVersion, |text| {
        Version::parse(text).filter(|version| accepts_2_0 || !version.is_2_0())
    })
}
