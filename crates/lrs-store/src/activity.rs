//! What the store learns from statements: definitions of activities (1.0.3 Part 3, 2.5; 2.0, 4.1.6.4), names of agents.

use std::collections::{BTreeMap, BTreeSet};

use cartable_xapi::{ActorRef, Statement, merge_definition};
use serde_json::{Map, Value};

use crate::{
    agent,
    engine::{Tx, on_engine},
    error::StoreError,
    index::Facet,
    store::{Store, StoreId},
};

/// What a batch says of activities and agents, in the order of their keys, in which several writers get along.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    definitions: BTreeMap<i64, Map<String, Value>>,
    names: BTreeSet<(i64, String)>,
}

impl Learned {
    /// Takes what a statement says.
    pub(crate) fn take(&mut self, statement: &Statement) -> serde_json::Result<()> {
        for activity in statement.related_activities() {
            if let Some(definition) = &activity.definition {
                let key = Facet::activity(activity.id.as_str()).key();
                merge_definition(self.definitions.entry(key).or_default(), definition.to_map()?);
            }
        }
        for actor in statement.related_agents() {
            if let ActorRef::Agent(agent) = actor
                && let Some(name) = &agent.name
            {
                self.names
                    .insert((Facet::agent(&agent.identifier).key(), name.clone()));
            }
        }
        Ok(())
    }

    /// Merges it with what is known.
    pub(crate) async fn keep(self, tx: &mut Tx, store: StoreId) -> Result<(), StoreError> {
        for (key, later) in self.definitions {
            define(tx, store, key, later).await?;
        }
        for (key, name) in self.names {
            agent::insert_name(tx, store, key, &name).await?;
        }
        Ok(())
    }
}

async fn define(tx: &mut Tx, store: StoreId, key: i64, later: Map<String, Value>) -> Result<(), StoreError> {
    let held = definition(tx, store, key).await?;
    let mut merged = held.clone().unwrap_or_default();
    merge_definition(&mut merged, later);
    if held.as_ref() == Some(&merged) {
        return Ok(());
    }
    let text = serde_json::to_string(&merged).map_err(StoreError::Text)?;
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "INSERT INTO activity (store_id, part, key, definition) VALUES ($1, $2, $3, $4)
             ON CONFLICT (store_id, key, part) DO UPDATE SET definition = excluded.definition",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(key)
        .bind(text)
        .execute(connection)
        .await?;
    });
    Ok(())
}

async fn definition(tx: &mut Tx, store: StoreId, key: i64) -> Result<Option<Map<String, Value>>, StoreError> {
    let text: Option<String> = on_engine!(&mut *tx, |connection| {
        sqlx::query_scalar("SELECT definition FROM activity WHERE store_id = $1 AND part = $2 AND key = $3")
            .bind(store.0)
            .bind(store.part())
            .bind(key)
            .fetch_optional(connection)
            .await?
    });
    text.map(|text| serde_json::from_str(&text).map_err(StoreError::Text))
        .transpose()
}

impl Store {
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
        let mut tx = self.engine.read().await?;
        let mut definitions = BTreeMap::new();
        for id in ids {
            if let Some(known) = definition(&mut tx, store, Facet::activity(id).key()).await? {
                definitions.insert(id.clone(), Value::Object(known));
            }
        }
        Ok(definitions)
    }
}
