//! Statements that are new and refer to no other, such as those of a course once its activities are known: on PostgreSQL, one query
//! takes the locks, chooses when they are stored, and writes them with their rows. It is a transaction by itself, and one
//! journey to the database in place of many.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    agent::Name,
    draft::{Inserted, PreparedBatch},
    error::{StoreError, is_division_by_zero},
    place::{Place, WRITERS},
    store::{Store, StoreId},
    text::to_column,
    watermark::{self, Held},
};

/// What is written after the locks are held: nothing where an id that a client chose is known already. A statement's text
/// says when it is stored, at one place or two. A key that stands for something else already fails by a division by zero:
/// another way of writing says what is wrong.
const WRITE: &str = "
    , base AS MATERIALIZED (
        SELECT writer::BIGINT AS writer, GREATEST(since, $7) AS since FROM held
        WHERE CARDINALITY($23::UUID[]) = 0 OR are_new_ids($8, $9, $23)
    ),
    statements AS (
        INSERT INTO statement (place, store_id, part, id, version, voided, voids, payload)
        SELECT (v.stored * $10) + v.writer, $8, $9, v.id, v.version, FALSE, FALSE,
               CASE v.second WHEN 0 THEN v.payload ELSE OVERLAY(v.payload PLACING v.said FROM v.second) END
        FROM (
            SELECT writer, stored, id, version, second, said, OVERLAY(payload PLACING said FROM first) AS payload
            FROM (
                SELECT base.writer, base.since + u.n AS stored, u.*,
                       TO_CHAR(TIMESTAMP 'epoch' + (base.since + u.n) * INTERVAL '1 microsecond',
                               'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS said
                FROM base CROSS JOIN UNNEST($11::UUID[], $12::TEXT[], $13::TEXT[], $14::INT[], $15::INT[])
                     WITH ORDINALITY AS u (id, version, payload, first, second, n)
            ) AS dated
        ) AS v
    ), rows AS (
        INSERT INTO statement_index (store_id, part, key, place)
        SELECT $8, $9, u.key, (base.since + u.n) * $10 + base.writer
        FROM base CROSS JOIN UNNEST($16::BIGINT[], $17::BIGINT[]) AS u (key, n)
    ), meanings AS (
        INSERT INTO dictionary (store_id, part, key, value)
        SELECT $8, $9, u.key, u.value FROM base CROSS JOIN UNNEST($18::BIGINT[], $19::TEXT[]) AS u (key, value)
        ON CONFLICT (store_id, key, part) DO UPDATE SET value = excluded.value
            WHERE 1 / (dictionary.value = excluded.value)::INT = 0
    ), names AS (
        INSERT INTO agent_name (store_id, part, key, name_hash, name)
        SELECT $8, $9, u.key, u.hash, u.name
        FROM base CROSS JOIN UNNEST($20::BIGINT[], $21::BYTEA[], $22::TEXT[]) AS u (key, hash, name)
        ON CONFLICT (store_id, key, name_hash, part) DO NOTHING
    )
    SELECT held.writer::BIGINT, base.since FROM held LEFT JOIN base ON TRUE";

impl Store {
    /// Writes the batches of a store by one query, where the engine can and nothing is known of them yet.
    ///
    /// # Errors
    ///
    /// When they cannot be written: none is.
    pub(crate) async fn write_directly(
        &self,
        store: StoreId,
        batches: &[&PreparedBatch],
    ) -> Result<Option<Vec<Inserted>>, StoreError> {
        let Some(writers) = self.engine.direct() else {
            return Ok(None);
        };
        if !batches.iter().all(|batch| is_plain(batch)) {
            return Ok(None);
        }
        let Some(meanings) = self.new_meanings(store, batches) else {
            return Ok(None);
        };
        let texts = meanings.values().map(|(_, value)| to_column(value));
        let (keys_meant, values): (Vec<i64>, Vec<_>) = meanings.keys().copied().zip(texts).unzip();
        let names = batches.iter().flat_map(|batch| &batch.learned.names);
        let names: BTreeSet<&Name> = names
            .filter(|name| !self.names.contains(&name.mark(store)))
            .collect();
        let new: Vec<_> = batches.iter().flat_map(|batch| &batch.statements).collect();
        let ids: Vec<Uuid> = new.iter().map(|prepared| prepared.id).collect();
        let chosen = new.iter().filter(|prepared| prepared.is_named);
        let chosen: Vec<Uuid> = chosen.map(|prepared| prepared.id).collect();
        let versions: Vec<String> = new.iter().map(|prepared| prepared.version.to_string()).collect();
        let texts: Vec<&str> = new.iter().map(|prepared| prepared.text.unstamped()).collect();
        let (first, second): (Vec<i32>, Vec<i32>) =
            new.iter().map(|prepared| prepared.text.stamped_at()).unzip();
        // In the order of the index, so that its pages are met one after another.
        let mut rows: Vec<(i64, i64)> = (1..)
            .zip(&new)
            .flat_map(|(number, prepared)| prepared.keys.iter().map(move |key| (*key, number)))
            .collect();
        rows.sort_unstable();
        let (keys, numbers): (Vec<i64>, Vec<i64>) = rows.into_iter().unzip();

        let _writing = self.uncounted.writing().await;
        let mut lease = writers.acquire().await?;
        let sql = format!("{}{WRITE}", watermark::HOLD);
        let result: Result<Option<(i64, Option<i64>)>, _> = watermark::bind(
            sqlx::query_as(AssertSqlSafe(sql)),
            &[(store, false)],
            self.writer.number(),
        )
        .bind(self.floor())
        .bind(store.0)
        .bind(store.part())
        .bind(WRITERS)
        .bind(ids)
        .bind(versions)
        .bind(texts)
        .bind(first)
        .bind(second)
        .bind(keys)
        .bind(numbers)
        .bind(keys_meant)
        .bind(values.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
        .bind(names.iter().map(|name| name.key).collect::<Vec<i64>>())
        .bind(
            names
                .iter()
                .map(|name| name.hash.as_slice())
                .collect::<Vec<&[u8]>>(),
        )
        .bind(
            names
                .iter()
                .map(|name| to_column(&name.text).into_owned())
                .collect::<Vec<String>>(),
        )
        .bind(chosen)
        .fetch_optional(lease.connection())
        .await;
        let (writer, since) = match result {
            Err(error) if is_division_by_zero(&error) => return Ok(None),
            result => result?.ok_or(StoreError::Busy)?,
        };
        lease.rest();
        drop(lease);
        let Some(since) = since else {
            return Ok(None);
        };
        let marks = meanings.iter().map(|(key, (check, _))| (store, *key, *check));
        self.dictionary.extend(marks);
        self.names.extend(names.iter().map(|name| name.mark(store)));
        let mut turn = self.turn_of(Held { since, writer });
        let written: Vec<_> = new
            .iter()
            .map(|prepared| (store, turn.next(), Some(prepared.figures)))
            .collect();
        self.uncounted.note(&written);
        self.attend_counter();
        let mut places = written.into_iter().map(|(_, place, _)| place);
        let inserted = batches.iter().map(|batch| Inserted {
            ids: batch.statements.iter().map(|prepared| prepared.id).collect(),
            stored: places
                .by_ref()
                .take(batch.statements.len())
                .last()
                .map(Place::stored),
        });
        Ok(Some(inserted.collect()))
    }

    /// What keys of the index stand for that may not be in the database yet, in order; none when one stands for two things.
    fn new_meanings<'b>(
        &self,
        store: StoreId,
        batches: &[&'b PreparedBatch],
    ) -> Option<BTreeMap<i64, &'b (u64, String)>> {
        let mut meanings = BTreeMap::new();
        for (key, meaning) in batches.iter().flat_map(|batch| &batch.values) {
            if self.dictionary.contains(&(store, *key, meaning.0)) {
                continue;
            }
            if meanings
                .insert(*key, meaning)
                .is_some_and(|other| other.0 != meaning.0)
            {
                return None;
            }
        }
        Some(meanings)
    }
}

/// Whether a batch is no more than its statements, and these refer to no other.
fn is_plain(batch: &PreparedBatch) -> bool {
    !batch.refers() && batch.attachments.is_empty()
}
