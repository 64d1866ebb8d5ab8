//! What the keys of the index stand for, so that two values with one key are noticed.

use std::collections::BTreeMap;

use crate::{
    bulk::{self, Column, Insert},
    engine::Tx,
    error::StoreError,
    store::StoreId,
    text::to_column,
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
    let known: Vec<(i64, String)> = bulk::select!(
        tx,
        store,
        &keys,
        "SELECT key, value FROM dictionary WHERE store_id = $1 AND part = $2 AND key {}"
    );
    for (key, known) in known {
        if let Some((_, value)) = values.get(&key)
            && to_column(value) != known
        {
            return Err(StoreError::KeyCollision(known, value.clone()));
        }
    }
    Ok(())
}
