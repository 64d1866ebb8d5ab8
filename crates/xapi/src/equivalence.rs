//! Whether two statements mean the same (1.0.3 Part 2, 2.3.1; 2.0, 4.2).
//!
//! The id, the authority, the times, the version and the attachments do not count, nor does a verb's display or an
//! activity's definition, nor the order of a group's members. Everything else does.

use crate::activity::Activity;
use crate::actor::{Actor, Agent, Group};
use crate::context::{Context, ContextActivities, ContextGroup};
use crate::object::{Object, SubStatement};
use crate::statement::Statement;

impl Statement {
    /// Whether another statement means the same, so that one may stand for the other under one id.
    #[must_use]
    pub fn is_equivalent(&self, other: &Self) -> bool {
        same_actor(&self.actor, &other.actor)
            && self.verb.id == other.verb.id
            && same_object(&self.object, &other.object)
            && self.result == other.result
            && both(self.context.as_deref(), other.context.as_deref(), same_context)
    }
}

/// Both are absent, or both are there and the same.
fn both<T>(one: Option<T>, other: Option<T>, same: impl FnOnce(T, T) -> bool) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => same(one, other),
        _ => false,
    }
}

fn same_actor(one: &Actor, other: &Actor) -> bool {
    match (one, other) {
        (Actor::Agent(one), Actor::Agent(other)) => one == other,
        (Actor::Group(one), Actor::Group(other)) => same_group(one, other),
        _ => false,
    }
}

fn same_group(one: &Group, other: &Group) -> bool {
    one.name == other.name
        && one.identifier == other.identifier
        && both(one.members.as_deref(), other.members.as_deref(), same_members)
}

fn same_members(one: &[Agent], other: &[Agent]) -> bool {
    let sorted = |agents: &[Agent]| {
        let mut keys: Vec<_> = agents
            .iter()
            .map(|agent| (agent.identifier.clone(), agent.name.clone()))
            .collect();
        keys.sort_unstable();
        keys
    };
    one.len() == other.len() && (one == other || sorted(one) == sorted(other))
}

fn same_object(one: &Object, other: &Object) -> bool {
    match (one, other) {
        (Object::Activity(one), Object::Activity(other)) => one.id == other.id,
        (Object::Agent(one), Object::Agent(other)) => one == other,
        (Object::Group(one), Object::Group(other)) => same_group(one, other),
        (Object::StatementRef(one), Object::StatementRef(other)) => one == other,
        (Object::SubStatement(one), Object::SubStatement(other)) => same_sub_statement(one, other),
        _ => false,
    }
}

/// Unlike a statement's, the timestamp of a `SubStatement` is never set by the LRS, so it counts.
fn same_sub_statement(one: &SubStatement, other: &SubStatement) -> bool {
    same_actor(&one.actor, &other.actor)
        && one.verb.id == other.verb.id
        && same_object(&one.object, &other.object)
        && one.result == other.result
        && both(one.context.as_deref(), other.context.as_deref(), same_context)
        && one.timestamp == other.timestamp
}

fn same_context(one: &Context, other: &Context) -> bool {
    let groups = |one: &[ContextGroup], other: &[ContextGroup]| {
        let same = |(one, other): (&ContextGroup, &ContextGroup)| {
            same_group(&one.group, &other.group) && one.relevant_types == other.relevant_types
        };
        one.len() == other.len() && one.iter().zip(other).all(same)
    };
    one.registration == other.registration
        && both(one.instructor.as_ref(), other.instructor.as_ref(), same_actor)
        && both(one.team.as_ref(), other.team.as_ref(), same_group)
        && both(
            one.context_activities.as_ref(),
            other.context_activities.as_ref(),
            same_context_activities,
        )
        && one.context_agents == other.context_agents
        && both(
            one.context_groups.as_deref(),
            other.context_groups.as_deref(),
            groups,
        )
        && one.revision == other.revision
        && one.platform == other.platform
        && one.language == other.language
        && one.statement == other.statement
        && one.extensions == other.extensions
}

fn same_context_activities(one: &ContextActivities, other: &ContextActivities) -> bool {
    let ids = |one: &[Activity], other: &[Activity]| {
        one.iter()
            .map(|activity| &activity.id)
            .eq(other.iter().map(|activity| &activity.id))
    };
    both(one.parent.as_deref(), other.parent.as_deref(), ids)
        && both(one.grouping.as_deref(), other.grouping.as_deref(), ids)
        && both(one.category.as_deref(), other.category.as_deref(), ids)
        && both(one.other.as_deref(), other.other.as_deref(), ids)
}
