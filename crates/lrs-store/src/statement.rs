//! Statements in: a batch is stored whole or not at all.

use cartable_xapi::{Actor, Completion, Statement, Timestamp, Version};
use uuid::Uuid;

use crate::{
    activity::Learned,
    attachment::{self, NewAttachment},
    engine::{Tx, on_engine},
    error::StoreError,
    index::StatementIndex,
    reference,
    store::{Store, StoreId},
    text::to_column,
    watermark,
};

/// A statement to be stored.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id: its own, or one made for it.
    pub id: Uuid,
    /// What it says.
    pub statement: Statement,
    /// Its text, as it was received.
    pub text: String,
    /// The version whose rules it was read by.
    pub version: Version,
}

/// Statements to be stored together, and what comes with them.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The statements.
    pub drafts: Vec<Draft>,
    /// The bytes of their attachments, as far as they came along.
    pub attachments: Vec<NewAttachment>,
    /// Whether what they say of activities and agents may change what the store knows of those (the scope `define`).
    pub defines: bool,
}

impl From<Vec<Draft>> for Batch {
    /// Statements without attachments that may define.
    fn from(drafts: Vec<Draft>) -> Self {
        Self {
            drafts,
            attachments: Vec::new(),
            defines: true,
        }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// The ids in the order of the batch, whether stored now or before.
    pub ids: Vec<Uuid>,
    /// When the last of them was stored.
    pub stored: Option<Timestamp>,
}

impl Store {
    /// Stores a batch for which `authority` vouches. A statement that is there already with the same meaning is left as
    /// it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when an id is taken by a statement of another meaning: nothing is stored.
    pub async fn insert(
        &self,
        store: StoreId,
        batch: impl Into<Batch>,
        authority: &Actor,
    ) -> Result<Inserted, StoreError> {
        let batch = batch.into();
        let turn = self.turn().await;
        let mut tx = self.engine.write().await?;
        let now = match &mut tx {
            Tx::Sqlite(_) => turn.floor.micros(),
            Tx::Postgres(transaction) => {
                // Other nodes wait here, so that statements become visible in the order of `stored`.
                sqlx::query("SELECT pg_advisory_xact_lock($1)")
                    .bind(store.0)
                    .execute(&mut **transaction)
                    .await?;
                watermark::hold(transaction).await?
            }
        };
        let latest = latest(&mut tx, store).await?.unwrap_or(i64::MIN);
        let mut next = now.max(latest).max(self.promised()).saturating_add(1);
        let mut inserted = Inserted {
            ids: Vec::with_capacity(batch.drafts.len()),
            stored: None,
        };
        let mut learned = Learned::default();
        for mut draft in batch.drafts {
            inserted.ids.push(draft.id);
            if is_known(&mut tx, store, &draft).await? {
                continue;
            }
            let stored = Timestamp::from_micros(next).unwrap_or(Timestamp::MAX);
            next = next.saturating_add(1);
            let version = if draft.version.is_2_0() {
                Version::V2_0_0
            } else {
                Version::V1_0_0
            };
            let completion = Completion {
                id: draft.id,
                stored,
                authority,
                version,
            };
            completion.complete(&mut draft.statement);
            let payload = completion.complete_text(&draft.text).map_err(StoreError::Text)?;
            insert_one(&mut tx, store, &draft, stored, &payload).await?;
            if batch.defines {
                learned.take(&draft.statement).map_err(StoreError::Text)?;
            }
            inserted.stored = Some(stored);
        }
        learned.keep(&mut tx, store).await?;
        attachment::insert(&mut tx, store, &batch.attachments).await?;
        tx.commit().await?;
        drop(turn);
        Ok(inserted)
    }
}

async fn latest(tx: &mut Tx, store: StoreId) -> Result<Option<i64>, sqlx::Error> {
    on_engine!(tx, |connection| {
        sqlx::query_scalar("SELECT MAX(stored) FROM statement WHERE store_id = $1")
            .bind(store.0)
            .fetch_one(connection)
            .await
    })
}

/// Whether the statement is there already (1.0.3 Part 3, 2.1.1: ids are unique, and equal statements welcome).
async fn is_known(tx: &mut Tx, store: StoreId, draft: &Draft) -> Result<bool, StoreError> {
    let found: Option<(String, String)> = on_engine!(&mut *tx, |connection| {
        sqlx::query_as("SELECT payload, version FROM statement WHERE store_id = $1 AND part = $2 AND id = $3")
            .bind(store.0)
            .bind(store.part())
            .bind(draft.id)
            .fetch_optional(connection)
            .await?
    });
    let Some((payload, version)) = found else {
        return Ok(false);
    };
    let version = Version::parse(&version).unwrap_or(Version::V1_0_3);
    match Statement::parse(payload.as_bytes(), version) {
        Ok(known) if known.is_equivalent(&draft.statement) => Ok(true),
        _ => Err(StoreError::Conflict(draft.id)),
    }
}

async fn insert_one(
    tx: &mut Tx,
    store: StoreId,
    draft: &Draft,
    stored: Timestamp,
    payload: &str,
) -> Result<(), StoreError> {
    let part = store.part();
    let index = StatementIndex::of(&draft.statement);
    let awaited: Option<i32> = on_engine!(&mut *tx, |connection| {
        sqlx::query_scalar("SELECT 1 FROM voiding WHERE store_id = $1 AND part = $2 AND target = $3")
            .bind(store.0)
            .bind(part)
            .bind(draft.id)
            .fetch_optional(connection)
            .await?
    });
    // A statement that voids cannot itself be voided (1.0.3 Part 2, 2.3.2).
    let voided = awaited.is_some() && !index.voids;
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "INSERT INTO statement (store_id, part, id, stored, version, voided, target, voids, payload)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(store.0)
        .bind(part)
        .bind(draft.id)
        .bind(stored.micros())
        .bind(draft.version.to_string())
        .bind(voided)
        .bind(index.target)
        .bind(index.voids)
        .bind(payload)
        .execute(connection)
        .await?;
    });
    reference::insert(tx, store, draft.id, stored.micros(), &index).await?;
    for row in &index.rows {
        let (kind, key) = (row.facet.kind as i16, row.facet.key());
        remember(tx, store, kind, key, &row.facet.value).await?;
        on_engine!(&mut *tx, |connection| {
            sqlx::query(
                "INSERT INTO statement_index (store_id, part, kind, key, scope, stored, id)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(store.0)
            .bind(part)
            .bind(kind)
            .bind(key)
            .bind(row.scope as i16)
            .bind(stored.micros())
            .bind(draft.id)
            .execute(connection)
            .await?;
        });
    }
    if let (true, Some(target)) = (index.voids, index.target) {
        void(tx, store, target).await?;
    }
    Ok(())
}

/// Notes what a key stands for, and that nothing else has it.
async fn remember(tx: &mut Tx, store: StoreId, kind: i16, key: i64, value: &str) -> Result<(), StoreError> {
    let value = to_column(value);
    let added = on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "INSERT INTO dictionary (store_id, part, kind, key, value) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (store_id, kind, key, part) DO NOTHING",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(kind)
        .bind(key)
        .bind(&value)
        .execute(connection)
        .await?
        .rows_affected()
    });
    if added > 0 {
        return Ok(());
    }
    let known: String = on_engine!(&mut *tx, |connection| {
        sqlx::query_scalar(
            "SELECT value FROM dictionary WHERE store_id = $1 AND part = $2 AND kind = $3 AND key = $4",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(kind)
        .bind(key)
        .fetch_one(connection)
        .await?
    });
    if known == value {
        Ok(())
    } else {
        Err(StoreError::KeyCollision(known, value.into_owned()))
    }
}

/// Voids a statement, now or when it arrives.
async fn void(tx: &mut Tx, store: StoreId, target: Uuid) -> Result<(), StoreError> {
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "UPDATE statement SET voided = TRUE WHERE store_id = $1 AND part = $2 AND id = $3 AND NOT voids",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(target)
        .execute(connection)
        .await?;
    });
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "INSERT INTO voiding (store_id, part, target) VALUES ($1, $2, $3)
             ON CONFLICT (store_id, target, part) DO NOTHING",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(target)
        .execute(connection)
        .await?;
    });
    Ok(())
}
