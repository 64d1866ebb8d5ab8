//! What the program remembers about itself.

use crate::{engine::on_engine, error::StoreError, store::Store};

impl Store {
    /// The value of a setting; the first time, `value` becomes it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn setting(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
                .bind(name)
                .bind(value)
                .execute(connection)
                .await?;
        });
        let kept: Vec<u8> = on_engine!(&mut tx, |connection| {
            sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
                .bind(name)
                .fetch_one(connection)
                .await?
        });
        tx.commit().await?;
        Ok(kept)
    }
}
