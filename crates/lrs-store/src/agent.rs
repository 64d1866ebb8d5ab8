//! The names of agents, which make a Person (1.0.3 Part 3, 2.4; 2.0, 4.1.6.3).

use sha2::{Digest, Sha256};

use crate::{
    engine::{Tx, on_engine},
    error::StoreError,
    index::Facet,
    store::{Store, StoreId},
    text::{from_column, to_column},
};

/// A Person has so many names at the most: the others are kept, and not told.
const NAMES: i64 = 100;

pub(crate) async fn insert_name(
    tx: &mut Tx,
    store: StoreId,
    key: i64,
    name: &str,
) -> Result<(), sqlx::Error> {
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "INSERT INTO agent_name (store_id, part, key, name_hash, name) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (store_id, key, name_hash, part) DO NOTHING",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(key)
        .bind(Sha256::digest(name.as_bytes()).to_vec())
        .bind(to_column(name))
        .execute(connection)
        .await?;
    });
    Ok(())
}

impl Store {
    /// The names under which an agent was met, in alphabetical order.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn agent_names(&self, store: StoreId, agent: &Facet) -> Result<Vec<String>, StoreError> {
        let mut tx = self.engine.read().await?;
        let mut names: Vec<String> = on_engine!(&mut tx, |connection| {
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
