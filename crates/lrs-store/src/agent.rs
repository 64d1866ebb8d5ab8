//! The names of agents, which make a Person (1.0.3 Part 3, 2.4; 2.0, 4.1.6.3).

use std::collections::HashMap;

use cartable_xapi::InverseFunctionalIdentifier;
use sha2::{Digest, Sha256};

use crate::{
    bulk::{self, Column, Insert},
    engine::{Connect, Tx, on_engine},
    error::StoreError,
    index::Facet,
    seen::Mark,
    store::{Store, StoreId},
    text::{from_column, to_column},
};

/// A Person has so many names at the most: the others are kept, and not told.
const NAMES: i64 = 100;

/// A name under which an agent was met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// The agent's key.
    pub(crate) key: i64,
    pub(crate) hash: [u8; 32],
    pub(crate) text: String,
}

impl Name {
    pub(crate) fn new(agent: &InverseFunctionalIdentifier, name: &str) -> Self {
        Self {
            key: Facet::agent(agent).key(),
            hash: Sha256::digest(name.as_bytes()).into(),
            text: name.to_owned(),
        }
    }

    pub(crate) fn mark(&self, store: StoreId) -> Mark {
        let check = std::array::from_fn(|place| self.hash[place]);
        (store, self.key, u64::from_be_bytes(check))
    }
}

/// Keeps names that are not there yet.
pub(crate) async fn insert_names(tx: &mut Tx, store: StoreId, names: &[&Name]) -> Result<(), sqlx::Error> {
    let texts: Vec<_> = names.iter().map(|name| to_column(&name.text)).collect();
    let insert = Insert {
        into: "agent_name (store_id, part, key, name_hash, name)",
        columns: vec![
            Column::Integer(vec![store.0; names.len()]),
            Column::Integer(vec![store.part(); names.len()]),
            Column::Integer(names.iter().map(|name| name.key).collect()),
            Column::Bytes(names.iter().map(|name| name.hash.as_slice()).collect()),
            Column::Text(texts.iter().map(AsRef::as_ref).collect()),
        ],
        conflict: "ON CONFLICT (store_id, key, name_hash, part) DO NOTHING",
    };
    bulk::insert(tx, insert).await?;
    Ok(())
}

/// A name of each of these agents, the first in the alphabet, for those that have one.
pub(crate) async fn names(
    source: &mut impl Connect,
    store: StoreId,
    keys: &[i64],
) -> Result<HashMap<i64, String>, sqlx::Error> {
    let mut rows: Vec<(i64, String)> = bulk::select!(
        source,
        store,
        keys,
        "SELECT key, name FROM agent_name WHERE store_id = $1 AND part = $2 AND key {}"
    );
    // Of several, the last to be put in the map stays.
    rows.sort_unstable_by(|one, other| other.cmp(one));
    Ok(rows
        .into_iter()
        .map(|(key, name)| (key, from_column(name)))
        .collect())
}

impl Store {
    /// The names under which an agent was met, in alphabetical order.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn agent_names(&self, store: StoreId, agent: &Facet) -> Result<Vec<String>, StoreError> {
        let mut reader = self.engine.search().await?;
        let mut names: Vec<String> = on_engine!(&mut reader, |connection| {
            sqlx::query_scalar(
                "SELECT name FROM agent_name WHERE store_id = $1 AND part = $2 AND key = $3
                 ORDER BY name_hash LIMIT $4",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(agent.key())
            .bind(NAMES)
            .fetch_all(connection)
            .await?
        });
        names = names.into_iter().map(from_column).collect();
        names.sort();
        Ok(names)
    }
}
