//! Statements that refer to others: a filter finds them by what it finds those by, directly or through further
//! references (1.0.3 Part 3, 2.1.3; 2.0, 4.1.6.1).
//!
//! The rows are written when the later of the two arrives, so that a query walks them in its order like any others.

use std::collections::HashSet;

use cartable_xapi::{Statement, Version};
use uuid::Uuid;

use crate::{
    engine::{Tx, on_engine},
    error::StoreError,
    index::StatementIndex,
    store::StoreId,
};

/// References are followed so far: a chain is short, and what anyone may send must not cost more than it weighs.
const STEPS: usize = 16;

/// A statement's place in the order.
type At = (Uuid, i64);

/// Writes the rows that a new statement brings: its own, for what it refers to, and those of the statements that refer
/// to it and came first.
pub(crate) async fn insert(
    tx: &mut Tx,
    store: StoreId,
    id: Uuid,
    stored: i64,
    index: &StatementIndex,
) -> Result<(), StoreError> {
    let sources = match index.target {
        Some(target) => chain(tx, store, target).await?,
        None => Vec::new(),
    };
    for (source, found_by) in &sources {
        link(tx, store, (id, stored), *source, found_by).await?;
    }
    let mut seen = HashSet::from([id]);
    let mut level = vec![id];
    for _ in 0..STEPS {
        let mut next = Vec::new();
        for target in level {
            for referrer in referrers(tx, store, target).await? {
                if !seen.insert(referrer.0) {
                    continue;
                }
                link(tx, store, referrer, (id, stored), index).await?;
                for (source, found_by) in &sources {
                    link(tx, store, referrer, *source, found_by).await?;
                }
                next.push(referrer.0);
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    Ok(())
}

/// A statement and what it refers to in turn, as far as it is there, each with the rows it is found by.
async fn chain(tx: &mut Tx, store: StoreId, first: Uuid) -> Result<Vec<(At, StatementIndex)>, StoreError> {
    let mut chain: Vec<(At, StatementIndex)> = Vec::new();
    let mut next = Some(first);
    while let Some(id) = next.take().filter(|_| chain.len() < STEPS) {
        if chain.iter().any(|((known, _), _)| *known == id) {
            break;
        }
        let found: Option<(i64, String, String)> = on_engine!(&mut *tx, |connection| {
            sqlx::query_as(
                "SELECT stored, version, payload FROM statement WHERE store_id = $1 AND part = $2 AND id = $3",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(id)
            .fetch_optional(connection)
            .await?
        });
        let Some((stored, version, payload)) = found else {
            break;
        };
        let version = Version::parse(&version).unwrap_or(Version::V1_0_3);
        if let Ok(statement) = Statement::parse(payload.as_bytes(), version) {
            let index = StatementIndex::of(&statement);
            next = index.target;
            chain.push(((id, stored), index));
        }
    }
    Ok(chain)
}

async fn referrers(tx: &mut Tx, store: StoreId, target: Uuid) -> Result<Vec<At>, sqlx::Error> {
    on_engine!(&mut *tx, |connection| {
        sqlx::query_as("SELECT id, stored FROM statement WHERE store_id = $1 AND part = $2 AND target = $3")
            .bind(store.0)
            .bind(store.part())
            .bind(target)
            .fetch_all(connection)
            .await
    })
}

/// Lets a statement be found by what finds a source, once.
async fn link(
    tx: &mut Tx,
    store: StoreId,
    (id, stored): At,
    (source, source_stored): At,
    found_by: &StatementIndex,
) -> Result<(), sqlx::Error> {
    // Two statements may refer to each other.
    if id == source {
        return Ok(());
    }
    let added = on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "INSERT INTO reference (store_id, part, id, source) VALUES ($1, $2, $3, $4)
             ON CONFLICT (store_id, id, source, part) DO NOTHING",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(id)
        .bind(source)
        .execute(connection)
        .await?
        .rows_affected()
    });
    if added == 0 {
        return Ok(());
    }
    for row in &found_by.rows {
        on_engine!(&mut *tx, |connection| {
            sqlx::query(
                "INSERT INTO reference_index (store_id, part, kind, key, scope, stored, id, source_stored, source)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(row.facet.kind as i16)
            .bind(row.facet.key())
            .bind(row.scope as i16)
            .bind(stored)
            .bind(id)
            .bind(source_stored)
            .bind(source)
            .execute(connection)
            .await?;
        });
    }
    Ok(())
}
