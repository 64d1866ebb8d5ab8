//! New statements for which nothing must be looked up, such as those that a course sends without an id once its actors, verbs
//! and activities are known: on PostgreSQL, one query takes the locks, chooses when they are stored, and writes them with
//! their rows. It is a transaction by itself, and one journey to the database in place of four.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    draft::{Inserted, PreparedBatch},
    engine::Engine,
    error::StoreError,
    place::{Place, WRITERS},
    store::{Store, StoreId},
    watermark::{self, Held},
};

/// What is written after the locks are held. A statement's text says when it is stored, at one place or two.
const WRITE: &str = "
    , base AS MATERIALIZED (SELECT writer::BIGINT AS writer, GREATEST(since, $7) AS since FROM held),
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
    )
    SELECT writer, since FROM base";

impl Store {
    /// Writes the batches of a store by one query, where the engine can and nothing must be looked up for them.
    ///
    /// # Errors
    ///
    /// When they cannot be written: none is.
    pub(crate) async fn write_directly(
        &self,
        store: StoreId,
        batches: &[&PreparedBatch],
    ) -> Result<Option<Vec<Inserted>>, StoreError> {
        // Citus writes to several tables by as many queries.
        let Engine::Postgres {
            writers,
            is_distributed: false,
            ..
        } = &self.engine
        else {
            return Ok(None);
        };
        if !batches.iter().all(|batch| self.is_plain(store, batch)) {
            return Ok(None);
        }
        let new: Vec<_> = batches.iter().flat_map(|batch| &batch.statements).collect();
        let ids: Vec<Uuid> = new.iter().map(|prepared| prepared.id).collect();
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

        let _writing = self.counter.writing().await;
        let sql = format!("{}{WRITE}", watermark::HOLD);
        let held: Option<(i64, i64)> = watermark::bind(
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
        .fetch_optional(writers)
        .await?;
        let Some((writer, since)) = held else {
            return Err(StoreError::Busy);
        };
        let mut turn = self.turn_of(Held { since, writer });
        let written: Vec<_> = new
            .iter()
            .map(|prepared| (store, turn.next(), Some(prepared.figures)))
            .collect();
        self.counter.note(&written);
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

    /// Whether nothing but the statements of a batch and their rows is to be written.
    fn is_plain(&self, store: StoreId, batch: &PreparedBatch) -> bool {
        let is_new = |key: &i64, check: &u64| !self.dictionary.contains(&(store, *key, *check));
        !batch.refers()
            && batch.attachments.is_empty()
            && batch.statements.iter().all(|prepared| !prepared.is_named)
            && !batch.values.iter().any(|(key, (check, _))| is_new(key, check))
            && batch
                .learned
                .names
                .iter()
                .all(|name| self.names.contains(&name.mark(store)))
    }
}
