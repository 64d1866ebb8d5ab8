//! What a statement is found by.

use uuid::Uuid;

use crate::activity::Activity;
use crate::actor::{Actor, Agent, Group};
use crate::context::{Context, ContextActivities};
use crate::identifier::InverseFunctionalIdentifier;
use crate::object::{Object, SubStatement};
use crate::statement::Statement;

/// An agent or a group, wherever it stands in a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ActorRef<'s> {
    /// An agent.
    Agent(&'s Agent),
    /// A group.
    Group(&'s Group),
}

impl<'s> ActorRef<'s> {
    /// What identifies it; `None` for an anonymous group.
    #[must_use]
    pub fn identifier(self) -> Option<&'s InverseFunctionalIdentifier> {
        match self {
            Self::Agent(agent) => Some(&agent.identifier),
            Self::Group(group) => group.identifier.as_ref(),
        }
    }

    /// Its name, when one was given.
    #[must_use]
    pub fn name(self) -> Option<&'s str> {
        match self {
            Self::Agent(agent) => agent.name.as_deref(),
            Self::Group(group) => group.name.as_deref(),
        }
    }

    /// Itself, then the members of a group.
    fn with_members(self) -> impl Iterator<Item = Self> {
        let members: &[Agent] = match self {
            Self::Agent(_) => &[],
            Self::Group(group) => group.members(),
        };
        std::iter::once(self).chain(members.iter().map(Self::Agent))
    }
}

impl<'s> From<&'s Actor> for ActorRef<'s> {
    fn from(actor: &'s Actor) -> Self {
        match actor {
            Actor::Agent(agent) => Self::Agent(agent),
            Actor::Group(group) => Self::Group(group),
        }
    }
}

impl Statement {
    /// The actor and the object where it is an agent or a group, each with its members: what the filter `agent`
    /// compares (1.0.3 Part 3, 2.1.3; 2.0, 4.1.6.1). One may come several times.
    pub fn agents(&self) -> impl Iterator<Item = ActorRef<'_>> {
        std::iter::once(ActorRef::from(&self.actor))
            .chain(self.object.actor())
            .flat_map(ActorRef::with_members)
    }

    /// What the filter `agent` compares with `related_agents`: also the authority, the instructor, the team, 2.0's
    /// contextAgents and contextGroups, and all of these in a `SubStatement`, each with its members. One may come
    /// several times.
    pub fn related_agents(&self) -> impl Iterator<Item = ActorRef<'_>> {
        let sub_statement = self.object.sub_statement();
        let beside = self.authority.as_ref().map(ActorRef::from).into_iter();
        let around = contexts(self).flat_map(Context::actors);
        let within = sub_statement
            .into_iter()
            .flat_map(|sub| std::iter::once(ActorRef::from(&sub.actor)).chain(sub.object.actor()));
        self.agents().chain(
            beside
                .chain(around)
                .chain(within)
                .flat_map(ActorRef::with_members),
        )
    }

    /// The object, where it is an activity: what the filter `activity` compares.
    #[must_use]
    pub fn activity(&self) -> Option<&Activity> {
        self.object.as_activity()
    }

    /// What the filter `activity` compares with `related_activities`: the object, the context's activities, and both
    /// in a `SubStatement` (1.0.3 Part 3, 2.1.3; 2.0, 4.1.6.1). One may come several times.
    pub fn related_activities(&self) -> impl Iterator<Item = &Activity> {
        let within = self
            .object
            .sub_statement()
            .and_then(|sub| sub.object.as_activity());
        let around = contexts(self)
            .filter_map(|context| context.context_activities.as_ref())
            .flat_map(ContextActivities::iter);
        self.activity().into_iter().chain(within).chain(around)
    }

    /// The registration, which the filter of that name compares.
    #[must_use]
    pub fn registration(&self) -> Option<Uuid> {
        self.context.as_ref()?.registration
    }

    /// The statement that the object refers to.
    #[must_use]
    pub fn target(&self) -> Option<Uuid> {
        match &self.object {
            Object::StatementRef(reference) => Some(reference.id),
            _ => None,
        }
    }

    /// The statement that this one voids (1.0.3 Part 2, 2.3.2; 2.0, 4.2.5).
    #[must_use]
    pub fn voids(&self) -> Option<Uuid> {
        self.target().filter(|_| self.verb.is_voided())
    }
}

/// The contexts of the statement and of its `SubStatement`.
fn contexts(statement: &Statement) -> impl Iterator<Item = &Context> {
    let within = statement
        .object
        .sub_statement()
        .and_then(|sub| sub.context.as_deref());
    statement.context.as_deref().into_iter().chain(within)
}

impl Context {
    fn actors(&self) -> impl Iterator<Item = ActorRef<'_>> {
        let agents = self
            .context_agents
            .iter()
            .flatten()
            .map(|context| ActorRef::Agent(&context.agent));
        let groups = self
            .context_groups
            .iter()
            .flatten()
            .map(|context| ActorRef::Group(&context.group));
        let instructor = self.instructor.as_ref().map(ActorRef::from);
        let team = self.team.as_ref().map(ActorRef::Group);
        instructor.into_iter().chain(team).chain(agents).chain(groups)
    }
}

impl Object {
    fn actor(&self) -> Option<ActorRef<'_>> {
        match self {
            Self::Agent(agent) => Some(ActorRef::Agent(agent)),
            Self::Group(group) => Some(ActorRef::Group(group)),
            _ => None,
        }
    }

    fn sub_statement(&self) -> Option<&SubStatement> {
        match self {
            Self::SubStatement(sub) => Some(sub),
            _ => None,
        }
    }
}
