//! What the store learns from statements: definitions of activities (1.0.3 Part 3, 2.5; 2.0, 4.1.6.4), names of agents.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use cartable_xapi::{ActorRef, Statement, Timestamp, merge_definition};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    agent::Name,
    bulk::{self, Column, Insert},
    engine::{Connect, Tx},
    error::StoreError,
    index::Facet,
    store::{Store, StoreId},
};

/// What a batch says of activities and agents, in the order of their keys, in which several writers get along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    definitions: BTreeMap<i64, Definition>,
    pub(crate) names: BTreeSet<Name>,
}

#[derive(Clone, Debug)]
struct Definition {
    /// The hash of what was said last.
    last: u64,
    /// All that was said.
    said: Map<String, Value>,
}

impl Learned {
    /// Takes what a statement says, but for what was known a moment ago, `now`.
    pub(crate) fn take(
        &mut self,
        statement: &Statement,
        known: &Known,
        store: StoreId,
        now: Timestamp,
    ) -> serde_json::Result<()> {
        for activity in statement.related_activities() {
            if let Some(definition) = &activity.definition {
                let key = Facet::activity(activity.id.as_str()).key();
                let hash = hash(&serde_json::to_vec(definition)?);
                let said = self.definitions.get(&key).map(|definition| definition.last);
                if said.or_else(|| known.last(store, key, now)) != Some(hash) {
                    self.define(key, hash, definition.to_map()?);
                }
            }
        }
        for actor in statement.related_agents() {
            if let ActorRef::Agent(agent) = actor
                && let Some(name) = &agent.name
            {
                self.names.insert(Name::new(&agent.identifier, name));
            }
        }
        Ok(())
    }

    /// Adds what was said later.
    pub(crate) fn merge(&mut self, later: &Self) {
        for (key, definition) in &later.definitions {
            self.define(*key, definition.last, definition.said.clone());
        }
        self.names.extend(later.names.iter().cloned());
    }

    fn define(&mut self, key: i64, last: u64, later: Map<String, Value>) {
        let said = Map::new();
        let definition = self.definitions.entry(key).or_insert(Definition { last, said });
        definition.last = last;
        merge_definition(&mut definition.said, later);
    }

    /// Merges the definitions with those that are there.
    pub(crate) async fn keep_definitions(&self, tx: &mut Tx, store: StoreId) -> Result<(), StoreError> {
        let keys: Vec<i64> = self.definitions.keys().copied().collect();
        let held = definitions_of(tx, store, &keys).await?;
        let mut changed = Vec::new();
        for (key, definition) in &self.definitions {
            if let Some(merged) = definition.changes(held.get(key)) {
                changed.push((*key, serde_json::to_string(&merged).map_err(StoreError::Text)?));
            }
        }
        let insert = Insert {
            into: "activity (store_id, part, key, definition)",
            columns: vec![
                Column::Integer(vec![store.0; changed.len()]),
                Column::Integer(vec![store.part(); changed.len()]),
                Column::Integer(changed.iter().map(|(key, _)| *key).collect()),
                Column::Text(changed.iter().map(|(_, text)| text.as_str()).collect()),
            ],
            conflict: "ON CONFLICT (store_id, key, part) DO UPDATE SET definition = excluded.definition",
        };
        bulk::insert(tx, insert).await?;
        Ok(())
    }

    /// Leaves out the definitions that change nothing of those that are there; returns what they said.
    fn leave_out(&mut self, held: &BTreeMap<i64, Map<String, Value>>) -> Vec<(i64, u64)> {
        let is_held = |key: &i64, definition: &mut Definition| definition.changes(held.get(key)).is_none();
        let left_out = self.definitions.extract_if(.., is_held);
        left_out.map(|(key, definition)| (key, definition.last)).collect()
    }

    /// Whether something is said of an activity.
    pub(crate) fn defines(&self) -> bool {
        !self.definitions.is_empty()
    }

    /// What was said last of each activity.
    pub(crate) fn last(&self) -> impl Iterator<Item = (i64, u64)> {
        self.definitions
            .iter()
            .map(|(key, definition)| (*key, definition.last))
    }
}

impl Definition {
    /// What is known with what was said, if that is more or something else.
    fn changes(&self, held: Option<&Map<String, Value>>) -> Option<Map<String, Value>> {
        let mut merged = held.cloned().unwrap_or_default();
        merge_definition(&mut merged, self.said.clone());
        (held != Some(&merged)).then_some(merged)
    }
}

fn hash(text: &[u8]) -> u64 {
    let digest = Sha256::digest(text);
    u64::from_be_bytes(std::array::from_fn(|place| digest[place]))
}

/// So many activities are remembered, each for so long, in microseconds: another node may learn something else meanwhile.
const REMEMBERED: usize = 50_000;
const MEMORY: u64 = 30_000_000;

/// What was said last of each activity, and is merged already: most statements repeat it.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// The hash of it, and when that was so, in microseconds.
    last: HashMap<(StoreId, i64), (u64, i64)>,
    /// Counts what was learned.
    learned: u64,
}

impl Known {
    fn last(&self, store: StoreId, key: i64, now: Timestamp) -> Option<u64> {
        let (last, when) = self.lock().last.get(&(store, key)).copied()?;
        (now.micros().abs_diff(when) < MEMORY).then_some(last)
    }

    /// Remembers what has been committed.
    pub(crate) fn extend(&self, store: StoreId, last: Vec<(i64, u64)>, now: Timestamp) {
        let mut memory = self.lock();
        memory.learned += 1;
        memory.extend(store, last, now);
    }

    /// Remembers what was found, unless something was learned since.
    fn confirm(&self, store: StoreId, last: Vec<(i64, u64)>, now: Timestamp, learned: u64) {
        let mut memory = self.lock();
        if memory.learned == learned {
            memory.extend(store, last, now);
        }
    }

    fn learned(&self) -> u64 {
        self.lock().learned
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn extend(&mut self, store: StoreId, last: Vec<(i64, u64)>, now: Timestamp) {
        if self.last.len() >= REMEMBERED {
            self.last.clear();
        }
        let last = last.into_iter();
        self.last
            .extend(last.map(|(key, hash)| ((store, key), (hash, now.micros()))));
    }
}

/// What is known of activities, by their keys.
pub(crate) async fn definitions_of(
    tx: &mut impl Connect,
    store: StoreId,
    keys: &[i64],
) -> Result<BTreeMap<i64, Map<String, Value>>, StoreError> {
    let rows: Vec<(i64, String)> = bulk::select!(
        tx,
        store,
        keys,
        "SELECT key, definition FROM activity WHERE store_id = $1 AND part = $2 AND key {}"
    );
    let read = |(key, text): (i64, String)| Ok((key, serde_json::from_str(&text).map_err(StoreError::Text)?));
    rows.into_iter().map(read).collect()
}

impl Store {
    /// Leaves out what a batch says of activities that is known, and was not a moment ago: what changes it is written while
    /// others wait, which most need not.
    pub(crate) async fn leave_out_known(
        &self,
        store: StoreId,
        learned: &mut Learned,
    ) -> Result<(), StoreError> {
        let (now, before) = ((self.clock)(), self.definitions.learned());
        let keys: Vec<i64> = learned.definitions.keys().copied().collect();
        let held = definitions_of(&mut self.engine.read().await?, store, &keys).await?;
        let left_out = learned.leave_out(&held);
        self.definitions.confirm(store, left_out, now, before);
        Ok(())
    }

    /// What is known of each of these activities, for those of which something is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn definitions(
        &self,
        store: StoreId,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Value>, StoreError> {
        let ids: BTreeMap<i64, &String> = ids.iter().map(|id| (Facet::activity(id).key(), id)).collect();
        let keys: Vec<i64> = ids.keys().copied().collect();
        let mut reader = self.engine.search().await?;
        let known = definitions_of(&mut reader, store, &keys).await?;
        let named = |(key, known)| Some(((*ids.get(&key)?).clone(), Value::Object(known)));
        Ok(known.into_iter().filter_map(named).collect())
    }
}
