//! What the keys of the index stand for, so that two values with one key are noticed.

use std::collections::{BTreeMap, HashMap};

use crate::{
    bulk::{self, Column, Insert},
    engine::{Connect, Tx},
    error::StoreError,
    store::StoreId,
    text::{from_column, to_column},
};

/// Notes what keys stand for, and that nothing else has them.
pub(crate) async fn remember(
    tx: &mut Tx,
    store: StoreId,
    values: &BTreeMap<i64, (u64, String)>,
) -> Result<(), StoreError> {
    if values.is_empty() {
        return Ok(());
    }
    let keys: Vec<i64> = values.keys().copied().collect();
    let texts: Vec<_> = values.values().map(|(_, value)| to_column(value)).collect();
    let insert = Insert {
        into: "dictionary (store_id, part, key, value)",
        columns: vec![
            Column::Integer(vec![store.0; keys.len()]),
            Column::Integer(vec![store.part(); keys.len()]),
            Column::Integer(keys.clone()),
            Column::Text(texts.iter().map(AsRef::as_ref).collect()),
        ],
        conflict: "ON CONFLICT (store_id, key, part) DO NOTHING",
    };
    let added = bulk::insert(tx, insert).await?;
    if usize::try_from(added) == Ok(keys.len()) {
        return Ok(());
    }
    for (key, known) in self::values(tx, store, &keys).await? {
        if let Some((_, value)) = values.get(&key)
            && *value != known
        {
            return Err(StoreError::KeyCollision(known, value.clone()));
        }
    }
    Ok(())
}

/// What keys stand for.
pub(crate) async fn values(
    source: &mut impl Connect,
    store: StoreId,
    keys: &[i64],
) -> Result<HashMap<i64, String>, sqlx::Error> {
    let rows: Vec<(i64, String)> = bulk::select!(
        source,
        store,
        keys,
        "SELECT key, value FROM dictionary WHERE store_id = $1 AND part = $2 AND key {}"
    );
    Ok(rows
        .into_iter()
        .map(|(key, value)| (key, from_column(value)))
        .collect())
}
