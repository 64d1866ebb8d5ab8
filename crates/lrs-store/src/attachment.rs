//! The bytes of attachments, each kept once for a store (1.0.3 Part 2, 2.4.11; 2.0, 4.2.2.6).

use crate::{
    bulk::{self, Column, Insert},
    engine::{Tx, on_engine},
    error::StoreError,
    store::{Store, StoreId},
};

/// An attachment to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// The SHA-2 of its bytes, in hexadecimal and in lower case.
    pub sha2: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Keeps attachments that are not there yet, one at a time: each may be large.
pub(crate) async fn insert(
    tx: &mut Tx,
    store: StoreId,
    attachments: impl Iterator<Item = &NewAttachment>,
) -> Result<(), sqlx::Error> {
    for attachment in attachments {
        let insert = Insert {
            into: "attachment (store_id, part, sha2, content)",
            columns: vec![
                Column::Integer(vec![store.0]),
                Column::Integer(vec![store.part()]),
                Column::Text(vec![&attachment.sha2]),
                Column::Bytes(vec![&attachment.content]),
            ],
            conflict: "ON CONFLICT (store_id, sha2, part) DO NOTHING",
        };
        bulk::insert(tx, insert).await?;
    }
    Ok(())
}

impl Store {
    /// The bytes of an attachment, when they are kept.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn attachment(&self, store: StoreId, sha2: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut reader = self.engine.read().await?;
        Ok(on_engine!(&mut reader, |connection| {
            sqlx::query_scalar(
                "SELECT content FROM attachment WHERE store_id = $1 AND part = $2 AND sha2 = $3",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(sha2)
            .fetch_optional(connection)
            .await?
        }))
    }
}
