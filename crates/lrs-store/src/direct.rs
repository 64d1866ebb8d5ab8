//! Statements that are new and refer to no other, such as those of a course once its activities are known: on PostgreSQL, one query
//! takes the locks, chooses when they are stored, and writes them with their rows. It is a transaction by itself, and one
//! journey to the database in place of many.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, query::QueryAs};
use uuid::Uuid;

use crate::{
    agent::Name,
    draft::{Inserted, Prepared, PreparedBatch},
    error::{StoreError, is_division_by_zero},
    place::{Place, WRITERS},
    store::{Store, StoreId},
    text::to_column,
    watermark::{self, Held},
};

/// What is written after the locks are held: nothing where an id that a client chose is known already. A statement's text
/// says when it is stored, at one place or two.
const WRITE: &str = "
    , base AS MATERIALIZED (
        SELECT writer::BIGINT AS writer, GREATEST(since, $7) AS since FROM held
        WHERE CARDINALITY($16::UUID[]) = 0 OR are_new_ids($8, $9, $16)
    ),
    statements AS (
        INSERT INTO statement (place, store_id, part, id, version, voided, voids, payload)
        SELECT (v.stored * $10) + v.writer, $8, $9, v.id, v.version, FALSE, FALSE,
               v.head || v.said || CASE WHEN v.middle IS NULL THEN v.tail ELSE v.middle || v.said || v.tail END
        FROM (
            SELECT base.writer, base.since + u.n AS stored, u.*,
                   TO_CHAR(TIMESTAMP 'epoch' + (base.since + u.n) * INTERVAL '1 microsecond',
                           'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS said
            FROM base CROSS JOIN UNNEST($11::UUID[], $12::TEXT[], $13::TEXT[], $14::TEXT[], $15::TEXT[])
                 WITH ORDINALITY AS u (id, version, head, middle, tail, n)
        ) AS v
    ), rows AS (
        INSERT INTO statement_index (store_id, part, key, place, verb)
        SELECT $8, $9, u.key, (base.since + u.n) * $10 + base.writer, u.verb
        FROM base CROSS JOIN UNNEST($17::BIGINT[], $18::BIGINT[], $19::BIGINT[]) AS u (key, n, verb)
    )";

/// What keys stand for, and the names of agents, where they may not be there yet. A key that stands for something else
/// already fails by a division by zero: another way of writing says what is wrong.
const LEARN: &str = "
    , meanings AS (
        INSERT INTO dictionary (store_id, part, key, value)
        SELECT $8, $9, u.key, u.value FROM base CROSS JOIN UNNEST($20::BIGINT[], $21::TEXT[]) AS u (key, value)
        ON CONFLICT (store_id, key, part) DO UPDATE SET value = excluded.value
            WHERE 1 / (dictionary.value = excluded.value)::INT = 0
    ), names AS (
        INSERT INTO agent_name (store_id, part, key, name_hash, name)
        SELECT $8, $9, u.key, u.hash, u.name
        FROM base CROSS JOIN UNNEST($22::BIGINT[], $23::BYTEA[], $24::TEXT[]) AS u (key, hash, name)
        ON CONFLICT (store_id, key, name_hash, part) DO NOTHING
    )";

const ANSWER: &str = " SELECT held.writer::BIGINT, base.since FROM held LEFT JOIN base ON TRUE";

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
        let Some(connections) = self.engine.direct() else {
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
        let Some(columns) = Columns::of(&new) else {
            return Ok(None);
        };

        let _writing = self.uncounted.writing().await;
        let mut lease = connections.acquire().await?;
        let learns = !meanings.is_empty() || !names.is_empty();
        let learn = if learns { LEARN } else { "" };
        let sql = format!("{}{WRITE}{learn}{ANSWER}", watermark::HOLD);
        let mut query: QueryAs<'_, _, (i64, Option<i64>), _> = watermark::bind(
            sqlx::query_as(AssertSqlSafe(sql)),
            &[(store, false)],
            self.writer.number(),
        )
        .bind(self.floor())
        .bind(store.0)
        .bind(store.part())
        .bind(WRITERS)
        .bind(columns.ids)
        .bind(columns.versions)
        .bind(columns.heads)
        .bind(columns.middles)
        .bind(columns.tails)
        .bind(columns.chosen)
        .bind(columns.keys)
        .bind(columns.numbers)
        .bind(columns.verbs);
        if learns {
            query = query
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
                );
        }
        let (writer, since) = match query.fetch_optional(lease.connection()).await {
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

/// What is written of statements.
#[derive(Default)]
struct Columns<'p> {
    ids: Vec<Uuid>,
    versions: Vec<String>,
    /// The text before, between and after the times at which it says that it is stored.
    heads: Vec<&'p str>,
    middles: Vec<Option<&'p str>>,
    tails: Vec<&'p str>,
    /// The ids that clients chose.
    chosen: Vec<Uuid>,
    /// Those of the index, each with the number and the verb of its statement, in the order of the index, so that its pages are
    /// met one after another.
    keys: Vec<i64>,
    numbers: Vec<i64>,
    verbs: Vec<i64>,
}

impl<'p> Columns<'p> {
    fn of(new: &[&'p Prepared]) -> Option<Self> {
        let mut columns = Self::default();
        let mut rows: Vec<(i64, i64, i64)> = Vec::new();
        for (number, prepared) in (1..).zip(new) {
            let (head, middle, tail) = match prepared.text.pieces() {
                [head, tail] => (head, None, tail),
                [head, middle, tail] => (head, Some(middle.as_str()), tail),
                _ => return None,
            };
            columns.ids.push(prepared.id);
            columns.versions.push(prepared.version.to_string());
            columns.heads.push(head);
            columns.middles.push(middle);
            columns.tails.push(tail);
            if prepared.is_named {
                columns.chosen.push(prepared.id);
            }
            let verb = prepared.figures.verb;
            rows.extend(prepared.keys.iter().map(|key| (*key, number, verb)));
        }
        rows.sort_unstable();
        for (key, number, verb) in rows {
            columns.keys.push(key);
            columns.numbers.push(number);
            columns.verbs.push(verb);
        }
        Some(columns)
    }
}

/// Whether a batch is no more than its statements, and these refer to no other.
fn is_plain(batch: &PreparedBatch) -> bool {
    !batch.refers() && batch.attachments.is_empty()
}
