//! What `SQLite` has yet to index.
//!
//! The rows by which a statement is found lie all over the index, and each costs a page of the log: a group of a few
//! statements would write many times their size. A group therefore writes its statements, and keeps the rows in memory,
//! where searches look as well. Once there are many, they are written in the order of the index, so that a page takes
//! several, a part with each group that follows; and when nobody writes, all of them.
//!
//! The database says up to where it is indexed. What came later is read again at the next start, should the program come to a
//! bad end.
//!
//! Statements that refer to others are indexed at once: references are looked up by what is in the index.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;
use tokio::sync::OnceCell;

use crate::{
    bulk::{self, Column, Insert},
    engine::{Tx, on_engine},
    error::StoreError,
    index::{StatementIndex, is_verb},
    place::Place,
    query::Order,
    statement::Lessons,
    store::{Store, StoreId},
};

/// So many statements are kept before their rows begin to be written: few enough to be read again in a moment, as many as
/// half as much again at the most; and enough for a page of a large index to take several rows at a time. With ten million
/// statements, batches of 50 came in at 22,500 a second with 16,000 kept, 26,500 with 32,000; for a longer time, with other
/// changes, at 27,500 with 32,000 and 28,500 with 64,000.
const FULL: usize = 32_000;
/// So many are read again at a time, on each processor.
const CHUNK: usize = 256;
/// Rows that are written beside others are a multiple of this.
const LENGTH: usize = 128;
/// Rows that are written at once when nobody else writes.
const SETTLED: usize = 8192;
/// Nobody writes when nothing has come for so long; nothing waits longer than that.
const QUIET: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// A row of the index.
#[derive(Clone, Copy, Debug)]
struct Row {
    store: StoreId,
    key: i64,
    place: i64,
    verb: i64,
}

/// The rows that are not in the database yet.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    rows: Mutex<Rows>,
    is_loaded: OnceCell<()>,
    /// Held from before a transaction that writes statements or rows until what it did is noted here.
    turn: tokio::sync::Mutex<()>,
    /// Whether a task waits for nobody to write.
    is_attended: AtomicBool,
    /// Counts what was added.
    added: AtomicU64,
}

#[derive(Debug, Default)]
struct Rows {
    /// What comes.
    young: Generation,
    /// What is being written.
    old: Generation,
    /// The keys of the old ones, in the order of the index, and where among their rows those begin that are not written.
    keys: Vec<(StoreId, i64)>,
    rest: Cursor,
    /// The places of statements that were voided meanwhile.
    voided: HashSet<i64>,
}

/// Statements that came one after another.
#[derive(Debug, Default)]
struct Generation {
    /// In the order of their places.
    statements: Vec<Statement>,
    /// Which of them have a key, in order.
    numbers: HashMap<(StoreId, i64), Vec<usize>>,
}

#[derive(Clone, Copy, Debug)]
struct Statement {
    place: i64,
    verb: i64,
}

/// A row: that of a key among the keys, and of a statement among those that have it.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    key: usize,
    statement: usize,
}

/// The bounds and the order of a search among places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) after: i64,
    pub(crate) before: i64,
    pub(crate) order: Order,
    pub(crate) limit: usize,
}

/// Rows that a transaction writes.
#[derive(Debug, Default)]
pub(crate) struct Part {
    rows: Vec<Row>,
    /// How many that are, with those of voided statements.
    count: usize,
    /// Up to where all is indexed once they are written.
    through: Option<i64>,
    /// Where those after them begin.
    rest: Cursor,
}

impl Generation {
    fn add(&mut self, store: StoreId, place: Place, keys: &[i64]) {
        let number = self.statements.len();
        for key in keys {
            self.numbers.entry((store, *key)).or_default().push(number);
        }
        self.statements.push(Statement {
            place: place.0,
            verb: keys.iter().copied().find(|key| is_verb(*key)).unwrap_or_default(),
        });
    }

    /// The place of the last one.
    fn last(&self) -> Option<i64> {
        self.statements.last().map(|statement| statement.place)
    }

    /// All keys, in the order of the index.
    fn keys(&self) -> Vec<(StoreId, i64)> {
        let mut keys: Vec<_> = self.numbers.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    fn of(&self, store: StoreId, key: i64) -> &[usize] {
        self.numbers.get(&(store, key)).map_or(&[], Vec::as_slice)
    }

    /// The places of statements that have one of the keys of each facet, for each key the first of the order.
    fn search(&self, store: StoreId, facets: &[Vec<i64>], span: Span, voided: &HashSet<i64>) -> Vec<i64> {
        let count = |keys: &Vec<i64>| keys.iter().map(|key| self.of(store, *key).len()).sum::<usize>();
        let Some((rarest, keys)) = facets.iter().enumerate().min_by_key(|(_, keys)| count(keys)) else {
            return Vec::new();
        };
        let has = |keys: &Vec<i64>, number: usize| {
            keys.iter()
                .any(|key| self.of(store, *key).binary_search(&number).is_ok())
        };
        let has_all = |number: usize| {
            let mut others = facets.iter().enumerate().filter(|(facet, _)| *facet != rarest);
            others.all(|(_, keys)| has(keys, number))
        };
        let first = self
            .statements
            .partition_point(|statement| statement.place <= span.after);
        let end = self
            .statements
            .partition_point(|statement| statement.place < span.before);
        let of_key = |key: &i64| {
            let numbers = self.of(store, *key);
            let first = numbers.partition_point(|number| *number < first);
            let end = numbers.partition_point(|number| *number < end);
            let within = numbers.get(first..end).unwrap_or_default();
            let in_order = (0..within.len()).filter_map(move |place| match span.order {
                Order::Ascending => within.get(place),
                Order::Descending => within.get(within.len() - 1 - place),
            });
            in_order
                .filter(|number| has_all(**number))
                .filter_map(|number| self.statements.get(*number))
                .map(|statement| statement.place)
                .filter(|place| !voided.contains(place))
                .take(span.limit)
        };
        keys.iter().flat_map(of_key).collect()
    }
}

impl Backlog {
    /// Writes a part of the rows beside new statements: more than these bring, so that there is an end of them before the
    /// next are as many.
    pub(crate) async fn beside(&self, lessons: &Lessons, tx: &mut Tx) -> Result<Part, sqlx::Error> {
        let new: usize = lessons.unindexed.iter().map(|(.., keys)| keys.len()).sum();
        let part = self.part((2 * new).next_multiple_of(LENGTH), false, &lessons.voided);
        part.write(tx).await?;
        Ok(part)
    }

    /// Notes what has been committed.
    pub(crate) fn note(&self, lessons: &mut Lessons, part: &Part) {
        self.written(part);
        if !lessons.unindexed.is_empty() {
            self.added.fetch_add(1, Ordering::Relaxed);
        }
        let mut rows = self.lock();
        for (store, place, keys) in lessons.unindexed.drain(..) {
            rows.young.add(store, place, &keys);
        }
        if !rows.is_empty() {
            rows.voided.extend(lessons.voided.drain(..));
        }
    }

    /// The places of statements that are in no index yet and have one of the keys of each facet, the first of the order.
    pub(crate) fn search(&self, store: StoreId, facets: &[Vec<i64>], span: Span) -> Vec<i64> {
        let rows = self.lock();
        let mut places = rows.old.search(store, facets, span, &rows.voided);
        places.extend(rows.young.search(store, facets, span, &rows.voided));
        drop(rows);
        places.sort_unstable();
        places.dedup();
        if span.order == Order::Descending {
            places.reverse();
        }
        places.truncate(span.limit);
        places
    }

    /// The next rows to be written: so many, once there are enough of them or if `all` are to be; not those of the
    /// statements that the transaction voids.
    fn part(&self, count: usize, all: bool, voided: &[i64]) -> Part {
        let mut rows = self.lock();
        let come = rows.young.statements.len();
        if rows.keys.is_empty() && (come >= FULL || (all && come > 0)) {
            rows.old = mem::take(&mut rows.young);
            rows.keys = rows.old.keys();
        }
        let (mut taken, rest) = rows.next(count);
        let count = taken.len();
        taken.retain(|row| !rows.voided.contains(&row.place) && !voided.contains(&row.place));
        Part {
            rows: taken,
            count,
            through: rows.old.last().filter(|_| rest.key == rows.keys.len()),
            rest,
        }
    }

    /// Notes that a part has been committed.
    fn written(&self, part: &Part) {
        let mut rows = self.lock();
        rows.rest = part.rest;
        if let Some(through) = part.through {
            rows.old = Generation::default();
            rows.keys = Vec::new();
            rows.rest = Cursor::default();
            rows.voided.retain(|place| *place > through);
        }
    }

    /// Waits for the turn to write.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn is_empty(&self) -> bool {
        self.last().is_none()
    }

    /// The last place that is not indexed.
    fn last(&self) -> Option<i64> {
        self.young.last().or_else(|| self.old.last())
    }

    /// The next rows of the old statements, so many at the most, and where those after them begin.
    fn next(&self, count: usize) -> (Vec<Row>, Cursor) {
        let mut taken = Vec::new();
        let mut rest = self.rest;
        while taken.len() < count
            && let Some(&(store, key)) = self.keys.get(rest.key)
        {
            let numbers = self.old.of(store, key);
            let end = numbers.len().min(rest.statement + count - taken.len());
            let statements = numbers.get(rest.statement..end).unwrap_or_default();
            let statements = statements
                .iter()
                .filter_map(|number| self.old.statements.get(*number));
            taken.extend(statements.map(|Statement { place, verb }| Row {
                store,
                key,
                place: *place,
                verb: *verb,
            }));
            rest = if end < numbers.len() {
                Cursor {
                    statement: end,
                    ..rest
                }
            } else {
                Cursor {
                    key: rest.key + 1,
                    statement: 0,
                }
            };
        }
        (taken, rest)
    }
}

impl Part {
    /// Leaves out the rows of statements that another process has voided or deleted.
    async fn keep_living(&mut self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        let places: BTreeSet<i64> = self.rows.iter().map(|row| row.place).collect();
        let living: Vec<i64> = on_engine!(tx, |connection| {
            sqlx::query_scalar(
                "SELECT s.place FROM json_each($1) AS j CROSS JOIN statement s WHERE s.place = j.value AND NOT s.voided",
            )
            .bind(format!("{:?}", Vec::from_iter(places)))
            .fetch_all(connection)
            .await?
        });
        let living: HashSet<i64> = living.into_iter().collect();
        self.rows.retain(|row| living.contains(&row.place));
        Ok(())
    }

    /// Writes the rows.
    async fn write(&self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        let column = |value: fn(&Row) -> i64| Column::Integer(self.rows.iter().map(value).collect());
        let index = Insert {
            into: "statement_index (store_id, part, key, place, verb)",
            columns: vec![
                column(|row| row.store.0),
                column(|row| row.store.part()),
                column(|row| row.key),
                column(|row| row.place),
                column(|row| row.verb),
            ],
            // A part may have been written before the program came to its end.
            conflict: "ON CONFLICT (store_id, key, place, part) DO NOTHING",
        };
        bulk::insert(tx, index).await?;
        if let Some(through) = self.through {
            on_engine!(tx, |connection| {
                sqlx::query("UPDATE indexed SET through = $1 WHERE through < $1")
                    .bind(through)
                    .execute(connection)
                    .await?;
            });
        }
        Ok(())
    }
}

/// A statement as it is read again: its store, its place, its version, its text.
type Unindexed = (i64, i64, String, String);

/// Under which keys statements are found.
fn keys_of(statements: &[Unindexed]) -> Vec<(StoreId, Place, Vec<i64>)> {
    let keys = |(store, place, version, payload): &Unindexed| {
        let index = StatementIndex::read(version, payload)?;
        Some((StoreId(*store), Place(*place), index.keys()))
    };
    statements.iter().filter_map(keys).collect()
}

impl Store {
    /// What is yet to be indexed, on an engine that puts that off.
    pub(crate) async fn backlog(&self) -> Result<Option<&Arc<Backlog>>, StoreError> {
        let Some(backlog) = &self.backlog else {
            return Ok(None);
        };
        backlog.is_loaded.get_or_try_init(|| self.load(backlog)).await?;
        Ok(Some(backlog))
    }

    /// Reads what was stored and not indexed before the program came to its end.
    async fn load(&self, backlog: &Backlog) -> Result<(), StoreError> {
        let mut reader = self.engine.read().await?;
        let mut chunks = Vec::new();
        let mut chunk: Vec<Unindexed> = Vec::new();
        let read = |chunk: Vec<Unindexed>| tokio::spawn(async move { keys_of(&chunk) });
        on_engine!(&mut reader, |connection| {
            let mut statements = sqlx::query_as(
                "SELECT store_id, place, version, payload FROM statement
                 WHERE place > (SELECT through FROM indexed) AND NOT voided AND target IS NULL ORDER BY place",
            )
            .fetch(connection);
            while let Some(statement) = statements.try_next().await? {
                chunk.push(statement);
                if chunk.len() == CHUNK {
                    chunks.push(read(mem::take(&mut chunk)));
                }
            }
        });
        chunks.push(read(chunk));
        let mut young = Generation::default();
        for chunk in chunks {
            for (store, place, keys) in chunk.await.map_err(|_| StoreError::Interrupted)? {
                young.add(store, place, &keys);
            }
        }
        drop(reader);
        backlog.lock().young = young;
        Ok(())
    }

    /// Writes all that is yet to be indexed once nobody writes.
    pub(crate) fn attend(&self) {
        let Some(backlog) = self.backlog.as_ref().filter(|backlog| !backlog.is_empty()) else {
            return;
        };
        if backlog.is_attended.swap(true, Ordering::AcqRel) {
            return;
        }
        let (store, backlog) = (self.clone(), Arc::clone(backlog));
        tokio::spawn(async move {
            let mut begin = Instant::now();
            let mut is_settled = Ok(());
            while is_settled.is_ok() && !backlog.is_empty() {
                let before = backlog.added.load(Ordering::Relaxed);
                tokio::time::sleep(QUIET).await;
                let is_quiet = backlog.added.load(Ordering::Relaxed) == before;
                if is_quiet || begin.elapsed() >= LONGEST {
                    is_settled = store.settle().await;
                    begin = Instant::now();
                }
            }
            backlog.is_attended.store(false, Ordering::Release);
            // What failed is tried again with the next statement; what came just now found this task still there.
            if is_settled.is_ok() {
                store.attend();
            }
        });
    }

    /// Writes all that is yet to be indexed.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        let Some(backlog) = self.backlog().await? else {
            return Ok(());
        };
        let last = backlog.lock().last();
        let mut through = None;
        while through < last {
            let _turn = backlog.turn().await;
            let mut tx = self.engine.write().await?;
            let mut part = backlog.part(SETTLED, true, &[]);
            part.keep_living(&mut tx).await?;
            part.write(&mut tx).await?;
            tx.commit().await?;
            backlog.written(&part);
            if part.count == 0 {
                break;
            }
            through = part.through;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::*;

    const STORE: StoreId = StoreId(1);

    /// Statements with some of 6 keys each, of which the last two are those of verbs.
    fn generation(statements: &[BTreeSet<i64>]) -> Generation {
        let mut generation = Generation::default();
        for (number, keys) in (0..).zip(statements) {
            let keys: Vec<i64> = keys.iter().map(|key| key_of(*key)).collect();
            generation.add(STORE, Place(10 * number), &keys);
        }
        generation
    }

    fn key_of(number: i64) -> i64 {
        16 * number + if number < 4 { 0 } else { 4 }
    }

    fn statements() -> impl Strategy<Value = Vec<BTreeSet<i64>>> {
        collection::vec(collection::btree_set(0..6_i64, 1..4), 0..60)
    }

    proptest! {
        #[test]
        fn a_search_finds_the_first_of_what_fits(
            statements in statements(),
            facets in collection::vec(collection::btree_set(0..6_i64, 1..3), 1..4),
            (after, before) in (-10..600_i64, -10..600_i64),
            limit in 1..9_usize,
            is_ascending: bool,
            voided in collection::hash_set((0..60_i64).prop_map(|number| 10 * number), 0..9),
        ) {
            let order = if is_ascending { Order::Ascending } else { Order::Descending };
            let rows = Backlog {
                rows: Mutex::new(Rows { young: generation(&statements), voided: voided.clone(), ..Rows::default() }),
                ..Backlog::default()
            };
            let keys: Vec<Vec<i64>> = facets
                .iter()
                .map(|facet| facet.iter().map(|key| key_of(*key)).collect())
                .collect();
            let found = rows.search(STORE, &keys, Span { after, before, order, limit });
            let mut expected: Vec<i64> = (0..)
                .zip(&statements)
                .filter(|(_, keys)| facets.iter().all(|facet| !facet.is_disjoint(keys)))
                .map(|(number, _)| 10 * number)
                .filter(|place| *place > after && *place < before && !voided.contains(place))
                .collect();
            if !is_ascending {
                expected.reverse();
            }
            expected.truncate(limit);
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn rows_are_written_once_each_in_the_order_of_the_index(
            statements in statements(),
            counts in collection::vec(1..50_usize, 1..9),
        ) {
            let backlog = Backlog {
                rows: Mutex::new(Rows { young: generation(&statements), ..Rows::default() }),
                ..Backlog::default()
            };
            let mut written = Vec::new();
            let mut through = None;
            for count in counts.iter().cycle() {
                if backlog.is_empty() {
                    break;
                }
                // What is given up is asked for again.
                backlog.part(*count, true, &[]);
                let part = backlog.part(*count, true, &[]);
                prop_assert!(part.count > 0 && part.count <= *count);
                backlog.written(&part);
                written.extend(part.rows.iter().map(|row| (row.key, row.place, row.verb)));
                through = part.through;
            }
            let mut expected: Vec<(i64, i64, i64)> = (0..)
                .zip(&statements)
                .flat_map(|(number, keys)| {
                    let verb = keys.iter().find(|key| **key >= 4).map_or(0, |key| key_of(*key));
                    keys.iter().map(move |key| (key_of(*key), 10 * number, verb))
                })
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(written, expected);
            prop_assert_eq!(through, (0..).zip(&statements).last().map(|(number, _)| 10 * number));
        }
    }
}
