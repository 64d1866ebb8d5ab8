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
/// half as much again at the most; and enough for a page of a large index to take several rows at a time. With a million
/// statements kept, batches are written at 0.5 of a young store's rate with 4,000, 0.7 with 8,000, 0.8 with 12,000, and as
/// fast with 16,000.
const FULL: usize = 16_000;
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
    /// The rows of the old ones, in the order of the index, and how many of them are written.
    sorted: Vec<Row>,
    written: usize,
    /// The places of statements that were voided meanwhile.
    voided: HashSet<i64>,
}

/// Statements that came one after another.
#[derive(Debug, Default)]
struct Generation {
    /// The places for each key, in order.
    places: HashMap<(StoreId, i64), Vec<i64>>,
    statements: usize,
    last: i64,
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
}

impl Generation {
    fn add(&mut self, store: StoreId, place: Place, keys: &[i64]) {
        for key in keys {
            self.places.entry((store, *key)).or_default().push(place.0);
        }
        self.statements += 1;
        self.last = self.last.max(place.0);
    }

    fn sorted(&self) -> Vec<Row> {
        let mut keys: Vec<_> = self.places.iter().collect();
        keys.sort_unstable_by_key(|(key, _)| **key);
        let verbs = keys.iter().filter(|((_, key), _)| is_verb(*key));
        let verbs: HashMap<(StoreId, i64), i64> = verbs
            .flat_map(|((store, verb), places)| places.iter().map(|place| ((*store, *place), *verb)))
            .collect();
        let row = |store, key, place| Row {
            store,
            key,
            place,
            // Every statement has a verb, whose row came with the others.
            verb: verbs.get(&(store, place)).copied().unwrap_or_default(),
        };
        let rows = keys
            .iter()
            .flat_map(|((store, key), places)| places.iter().map(|place| row(*store, *key, *place)));
        rows.collect()
    }

    fn of(&self, store: StoreId, key: i64) -> &[i64] {
        self.places.get(&(store, key)).map_or(&[], Vec::as_slice)
    }

    /// The places of statements that have one of the keys of each facet.
    fn search<'g>(&'g self, store: StoreId, facets: &'g [Vec<i64>]) -> impl Iterator<Item = i64> + use<'g> {
        let count = |keys: &Vec<i64>| keys.iter().map(|key| self.of(store, *key).len()).sum::<usize>();
        let rarest = facets
            .iter()
            .enumerate()
            .min_by_key(|(_, keys)| count(keys))
            .map(|(number, _)| number);
        let has = move |keys: &Vec<i64>, place: i64| {
            keys.iter()
                .any(|key| self.of(store, *key).binary_search(&place).is_ok())
        };
        let keys = rarest.and_then(|number| facets.get(number)).into_iter().flatten();
        keys.flat_map(move |key| self.of(store, *key).iter().copied())
            .filter(move |place| {
                facets
                    .iter()
                    .enumerate()
                    .all(|(number, keys)| Some(number) == rarest || has(keys, *place))
            })
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
        let generations = [&rows.old, &rows.young].into_iter();
        let found = generations.flat_map(|generation| generation.search(store, facets));
        let mut places: Vec<i64> = found
            .filter(|place| *place > span.after && *place < span.before && !rows.voided.contains(place))
            .collect();
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
        if rows.sorted.is_empty() && (rows.young.statements >= FULL || (all && rows.young.statements > 0)) {
            rows.old = mem::take(&mut rows.young);
            rows.sorted = rows.old.sorted();
        }
        let rest = rows.sorted.get(rows.written..).unwrap_or_default();
        let taken = rest.get(..count).unwrap_or(rest);
        let is_last = taken.len() == rest.len() && !rows.sorted.is_empty();
        Part {
            rows: taken
                .iter()
                .filter(|row| !rows.voided.contains(&row.place) && !voided.contains(&row.place))
                .copied()
                .collect(),
            count: taken.len(),
            through: is_last.then_some(rows.old.last),
        }
    }

    /// Notes that a part has been committed.
    fn written(&self, part: &Part) {
        let mut rows = self.lock();
        rows.written += part.count;
        if let Some(through) = part.through {
            rows.old = Generation::default();
            rows.sorted = Vec::new();
            rows.written = 0;
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
        let generations = [&self.young, &self.old].into_iter();
        generations
            .filter(|generation| generation.statements > 0)
            .map(|generation| generation.last)
            .max()
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
