//! The stores of a database: its tenants.

use cartable_xapi::Timestamp;

use crate::{
    engine::on_engine,
    error::StoreError,
    store::{Store, StoreId},
};

/// A store and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its number, which every row of it carries.
    pub id: StoreId,
    /// Its name, which no other store has.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
}

impl Store {
    /// Makes a store. `None` when its name is taken.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_store(&self, name: &str) -> Result<Option<StoreId>, StoreError> {
        let now = (self.clock)().micros();
        let mut tx = self.engine.write().await?;
        if let Some(transaction) = tx.postgres() {
            // Two at once would choose the same number.
            sqlx::query("LOCK TABLE store IN SHARE ROW EXCLUSIVE MODE")
                .execute(transaction)
                .await?;
        }
        let latest: i64 = on_engine!(&mut tx, |connection| {
            sqlx::query_scalar("SELECT MAX(store_id) FROM store")
                .fetch_one(connection)
                .await?
        });
        let id = latest.saturating_add(1);
        let added = on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO store (store_id, name, parts, created) VALUES ($1, $2, 1, $3)
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(id)
            .bind(name)
            .bind(now)
            .execute(connection)
            .await?
            .rows_affected()
        });
        tx.commit().await?;
        Ok((added > 0).then_some(StoreId(id)))
    }

    /// All stores, the oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn stores(&self) -> Result<Vec<Tenant>, StoreError> {
        let mut reader = self.engine.read().await?;
        let rows: Vec<(i64, String, i64)> = on_engine!(&mut reader, |connection| {
            sqlx::query_as("SELECT store_id, name, created FROM store ORDER BY store_id")
                .fetch_all(connection)
                .await?
        });
        let tenant = |(id, name, created)| Tenant {
            id: StoreId(id),
            name,
            created: Timestamp::from_micros(created).unwrap_or(Timestamp::MIN),
        };
        Ok(rows.into_iter().map(tenant).collect())
    }
}
