//! Agents and groups.

use serde::Serialize;

use crate::identifier::InverseFunctionalIdentifier;

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
