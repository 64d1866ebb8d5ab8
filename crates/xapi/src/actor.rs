//! Agents and groups.

use serde::Serialize;

use crate::check::{Check, Place, has, object_type};
use crate::identifier::InverseFunctionalIdentifier;
use crate::json::{Json, Member};
use crate::rule::Rule;
use crate::version::Version;
use crate::violation::Violations;

/// Who did something, or was concerned by it.
///
/// 1.0.3 Part 2, 2.4.2; 2.0, 4.2.2.1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Actor {
    /// A person or a system.
    Agent(Agent),
    /// Several agents.
    Group(Group),
}

/// A person or a system, known by one identifier.
///
/// 1.0.3 Part 2, 2.4.2.1; 2.0, 4.2.2.1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "objectType")]
pub struct Agent {
    /// The full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What identifies the agent.
    #[serde(flatten)]
    pub identifier: InverseFunctionalIdentifier,
}

/// Several agents: identified by itself, or anonymous and known by its members alone.
///
/// 1.0.3 Part 2, 2.4.2.2; 2.0, 4.2.2.1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "objectType")]
pub struct Group {
    /// The name of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What identifies the group; `None` for an anonymous group.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<InverseFunctionalIdentifier>,
    /// The members, in no meaningful order; an anonymous group always has the property.
    #[serde(rename = "member", skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Agent>>,
}

impl Actor {
    /// What identifies the actor; `None` for an anonymous group.
    #[must_use]
    pub fn identifier(&self) -> Option<&InverseFunctionalIdentifier> {
        match self {
            Self::Agent(agent) => Some(&agent.identifier),
            Self::Group(group) => group.identifier.as_ref(),
        }
    }

    /// The name, when one was given.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Agent(agent) => agent.name.as_deref(),
            Self::Group(group) => group.name.as_deref(),
        }
    }

    /// The members, for a group that lists them.
    #[must_use]
    pub fn members(&self) -> &[Agent] {
        match self {
            Self::Agent(_) => &[],
            Self::Group(group) => group.members(),
        }
    }
}

impl Group {
    /// The members listed, if any.
    #[must_use]
    pub fn members(&self) -> &[Agent] {
        self.members.as_deref().unwrap_or_default()
    }
}

impl Actor {
    /// Reads the parameter `agent` of a request: an agent, or a group that has an identifier.
    ///
    /// 1.0.3 Part 3, 2.1.3; 2.0, 4.1.6.1.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse_parameter(json: &str, version: Version) -> Result<Self, Violations> {
        let mut check = Check::new(version);
        let actor = check
            .json(json)
            .and_then(|json| Self::read(&mut check, &json, &Place::ROOT));
        if actor.as_ref().is_some_and(|actor| actor.identifier().is_none()) {
            check.refuse(Rule::AgentIdentifier, &Place::ROOT);
        }
        check.finish(actor)
    }

    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        match object_type(members) {
            None | Some("Agent") => Agent::of(check, members, at).map(Self::Agent),
            Some("Group") => Some(Self::Group(Group::of(check, members, at))),
            Some(_) => refuse_object_type(check, Rule::ActorType, members, at),
        }
    }
}

impl Agent {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        match object_type(members) {
            None | Some("Agent") => Self::of(check, members, at),
            Some(_) => refuse_object_type(check, Rule::AgentType, members, at),
        }
    }

    /// The members are already known to be those of an agent.
    pub(crate) fn of(check: &mut Check, members: &[Member<'_>], at: &Place<'_>) -> Option<Self> {
        let (name, identifier) = read_identity(check, members, at);
        if has(members, "member") {
            check.refuse(Rule::AgentMember, &at.member("member"));
        }
        if !is_identified(members) {
            check.refuse(Rule::AgentIdentifier, at);
        }
        Some(Self {
            name,
            identifier: identifier?,
        })
    }
}

impl Group {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        match object_type(members) {
            Some("Group") => Some(Self::of(check, members, at)),
            _ => refuse_object_type(check, Rule::GroupType, members, at),
        }
    }

    /// The members of the object are already known to be those of a group.
    pub(crate) fn of(check: &mut Check, members: &[Member<'_>], at: &Place<'_>) -> Self {
        let (name, identifier) = read_identity(check, members, at);
        let listed = members.iter().find(|(key, _)| key == "member");
        let agents = listed.and_then(|(key, value)| check.items(value, &at.member(key), Self::read_member));
        if listed.is_none() && !is_identified(members) {
            check.refuse(Rule::GroupMember, at);
        }
        Self {
            name,
            identifier,
            members: agents,
        }
    }

    fn read_member(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Agent> {
        match json {
            Json::Object(members) if object_type(members) == Some("Group") => {
                refuse_object_type(check, Rule::NestedGroup, members, at)
            }
            _ => Agent::read(check, json, at),
        }
    }
}

fn is_identified(members: &[Member<'_>]) -> bool {
    InverseFunctionalIdentifier::PROPERTIES
        .iter()
        .any(|key| has(members, key))
}

/// The name and the one identifier; every member but `member`, which differs between agents and groups, is checked.
fn read_identity(
    check: &mut Check,
    members: &[Member<'_>],
    at: &Place<'_>,
) -> (Option<String>, Option<InverseFunctionalIdentifier>) {
    let mut name = None;
    let mut identifier = None;
    let mut identifiers = 0;
    for (key, value) in members {
        let at = at.member(key);
        match key.as_ref() {
            "name" => name = check.string(value, &at),
            "objectType" => {
                check.text(value, &at);
            }
            "member" => {}
            key if InverseFunctionalIdentifier::PROPERTIES.contains(&key) => {
                identifiers += 1;
                if identifiers > 1 {
                    check.refuse(Rule::OneIdentifier, &at);
                }
                identifier = InverseFunctionalIdentifier::read(check, key, value, &at);
            }
            _ => check.refuse(Rule::UnknownProperty, &at),
        }
    }
    (name, identifier)
}

/// Refuses what says it is something else; what else it holds is not looked at.
pub(crate) fn refuse_object_type<T>(
    check: &mut Check,
    rule: Rule,
    members: &[Member<'_>],
    at: &Place<'_>,
) -> Option<T> {
    let at = at.member("objectType");
    match members.iter().find(|(key, _)| key == "objectType") {
        Some((_, value)) => check.refuse_value(rule, value, &at),
        None => check.refuse(rule, &at),
    }
    None
}
