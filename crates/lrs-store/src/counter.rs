//! Counts statements some time after they arrive, for the figures that the console shows.
//!
//! Up to a place everything is counted; what comes later is read in the order of the statements, a chunk at a time, each in a
//! transaction that also says how far it came. So it is after a kill and with a database that an earlier program made, and
//! several nodes take turns. `SQLite` has one process that writes: it keeps the sums of what it wrote in memory, and reads
//! nothing again unless another process, or a statement that was taken away, came in between.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;

use crate::{
    engine::{Engine, Tx, in_time, on_engine},
    error::StoreError,
    figures::{Figures, Sums},
    place::Place,
    retention::latest,
    store::{Store, StoreId},
    tally::{self, Counted},
    watermark,
};

/// A chunk has so many statements at the most, and ends early when they have so many bytes.
const CHUNK: i64 = 500;
const CHUNK_BYTES: usize = 8 * 1024 * 1024;
/// Learners in activities, and verbs of days, that are kept in memory at the most; many fewer are written in a moment.
const KEPT: usize = 20_000;
const FULL: usize = 1000;
/// So many learners are counted again in one transaction.
const AGAIN: i64 = 50;
/// Who asks for figures waits for so many chunks at the most.
const CHUNKS: usize = 4;
/// Nobody writes when nothing has come for so long; nothing waits longer than that.
const QUIET: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);
/// Those who write get in between two chunks, and have at least so many times as long as a chunk took.
const PAUSE: Duration = Duration::from_millis(5);
const REST: u32 = 4;

/// What each store has that is not counted yet.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    stores: Mutex<HashMap<StoreId, Pending>>,
    /// Whether a task counts.
    is_attended: AtomicBool,
}

#[derive(Debug, Default)]
struct Pending {
    /// Where the sums begin; without it there are none, and statements are read.
    since: Option<Counted>,
    sums: Sums,
    /// How many statements were written here since then.
    statements: i64,
    /// The last statement that was written here and may not be counted.
    last: Option<i64>,
    /// Whether others are known not to be counted.
    is_behind: bool,
    /// Counts what was written.
    added: u64,
}

impl Counter {
    /// Finds out where a store's statements end before this process writes to it for the first time.
    pub(crate) async fn begin(&self, tx: &mut Tx, store: StoreId) -> Result<(), sqlx::Error> {
        if tx.postgres().is_some() || self.lock().contains_key(&store) {
            return Ok(());
        }
        let counted = tally::counted(tx, store).await?;
        let latest = latest(tx, store).await?;
        let pending = Pending {
            since: Some(counted).filter(|counted| counted.through >= latest.0),
            ..Pending::default()
        };
        self.lock().insert(store, pending);
        Ok(())
    }

    /// Notes statements that have been committed, in their order.
    pub(crate) fn note(&self, written: &[(StoreId, Place, Option<Figures>)]) {
        let mut stores = self.lock();
        for (store, place, figures) in written {
            let pending = stores.entry(*store).or_default();
            pending.last = pending.last.max(Some(place.0));
            pending.added += 1;
            if pending.since.is_some() {
                pending.statements += 1;
                if let Some(figures) = figures {
                    pending.sums.add(*place, figures);
                }
            }
        }
        for pending in stores.values_mut().filter(|pending| pending.sums.len() > KEPT) {
            pending.forget();
        }
    }

    /// The stores of which something is not counted yet, how much has come, and whether much is kept.
    fn waiting(&self) -> (Vec<StoreId>, u64, bool) {
        let stores = self.lock();
        let waiting = stores
            .iter()
            .filter(|(_, pending)| pending.last.is_some() || pending.is_behind);
        (
            waiting.map(|(store, _)| *store).collect(),
            stores.values().map(|pending| pending.added).sum(),
            stores.values().any(|pending| pending.sums.len() >= FULL),
        )
    }

    /// Takes the sums of a store out of memory, with the number of statements; none when they do not begin where it is
    /// counted to.
    fn take(&self, store: StoreId, counted: Counted) -> Option<(Sums, i64)> {
        let mut stores = self.lock();
        let pending = stores.get_mut(&store)?;
        let since = pending.since.take();
        let taken = (mem::take(&mut pending.sums), mem::take(&mut pending.statements));
        (since == Some(counted)).then_some(taken)
    }

    /// Notes that sums may begin here again.
    fn begin_at(&self, store: StoreId, counted: Counted) {
        self.lock().entry(store).or_default().since = Some(counted);
    }

    /// Notes that a store is counted so far.
    fn came(&self, store: StoreId, through: i64) {
        if let Some(pending) = self.lock().get_mut(&store) {
            pending.last = pending.last.filter(|last| *last > through);
        }
    }

    /// Notes whether more of a store is to be counted.
    fn set_behind(&self, store: StoreId, is_behind: bool) {
        self.lock().entry(store).or_default().is_behind = is_behind;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StoreId, Pending>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn forget(&mut self) {
        self.since = None;
        self.sums = Sums::default();
        self.statements = 0;
    }
}

impl Store {
    /// Counts what is not counted yet, as far as that takes a moment; whether all of it is.
    ///
    /// # Errors
    ///
    /// When the database fails, but for an outage: then figures are those of before.
    pub async fn count(&self, store: StoreId) -> Result<bool, StoreError> {
        match in_time(self.count_chunks(store, CHUNKS)).await {
            Err(error) if error.outage().is_some() => Ok(false),
            Ok(false) => {
                self.counter.set_behind(store, true);
                self.attend_counter();
                Ok(false)
            }
            result => result,
        }
    }

    /// Counts again those of whom it is doubtful where they stand.
    pub(crate) async fn count_doubtful(&self, store: StoreId) -> Result<(), StoreError> {
        if tally::doubtful(&mut self.engine.read().await?, store, 1)
            .await?
            .is_empty()
        {
            return Ok(());
        }
        // What they did is looked up by the index.
        self.settle().await?;
        loop {
            let mut tx = self.engine.write().await?;
            beside(&mut tx, store).await?;
            let counted = tally::lock(&mut tx, store, false).await?;
            let pairs = tally::doubtful(&mut tx, store, AGAIN).await?;
            // Another process has yet to index what it wrote: it will do this as well.
            if pairs.is_empty() || !is_indexed(&mut tx, counted.through).await? {
                return Ok(());
            }
            tally::count_again(&mut tx, store, &pairs, counted.through).await?;
            tx.commit().await?;
        }
    }

    /// Counts so many chunks at the most; whether that is all.
    async fn count_chunks(&self, store: StoreId, chunks: usize) -> Result<bool, StoreError> {
        self.count_doubtful(store).await?;
        for _ in 0..chunks {
            if self.is_counted(store).await? || self.count_chunk(store).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether every statement that can be read is counted.
    async fn is_counted(&self, store: StoreId) -> Result<bool, StoreError> {
        let mut reader = self.engine.read().await?;
        let Counted { through, .. } = tally::counted(&mut reader, store).await?;
        let is_counted = latest(&mut reader, store).await?.0 <= through;
        self.counter.came(store, through);
        Ok(is_counted)
    }

    /// Counts what is in memory, or the next statements; whether that was all that can be counted.
    async fn count_chunk(&self, store: StoreId) -> Result<bool, StoreError> {
        // What is stored up to now can be read in the transaction, and nothing will appear before it.
        let readable = match &self.engine {
            Engine::Sqlite { .. } => Place(i64::MAX),
            Engine::Postgres { writers, .. } => Place::end_of(watermark::read(writers).await?),
        };
        let _turn = match self.backlog().await? {
            Some(backlog) => Some(backlog.turn().await),
            None => None,
        };
        let mut tx = self.engine.write().await?;
        beside(&mut tx, store).await?;
        let counted = tally::lock(&mut tx, store, false).await?;
        let kept = match self.counter.take(store, counted) {
            Some((sums, statements)) => kept(&mut tx, store, counted.through, statements)
                .await?
                .map(|last| (sums, last, true)),
            None => None,
        };
        let (sums, through, is_all) = match kept {
            Some(kept) => kept,
            None => read(&mut tx, store, counted.through, readable).await?,
        };
        if through > counted.through {
            tally::add(&mut tx, store, &sums, through).await?;
            tx.commit().await?;
        }
        if is_all && matches!(self.engine, Engine::Sqlite { .. }) {
            self.counter.begin_at(store, Counted { through, ..counted });
        }
        self.counter.came(store, through);
        Ok(is_all)
    }

    /// Counts what was written once nobody writes.
    pub(crate) fn attend_counter(&self) {
        if self.counter.waiting().0.is_empty() || self.counter.is_attended.swap(true, Ordering::AcqRel) {
            return;
        }
        let store = self.clone();
        tokio::spawn(async move {
            let mut begin = Instant::now();
            let mut result = Ok(());
            loop {
                let (waiting, before, _) = store.counter.waiting();
                if waiting.is_empty() || result.is_err() {
                    break;
                }
                tokio::time::sleep(QUIET).await;
                let (waiting, added, is_full) = store.counter.waiting();
                if added == before || is_full || begin.elapsed() >= LONGEST {
                    for waiting in waiting {
                        result = result.and(store.count_all(waiting).await);
                    }
                    begin = Instant::now();
                }
            }
            store.counter.is_attended.store(false, Ordering::Release);
            // What failed is tried again with the next statement; what came just now found this task still there.
            if result.is_ok() {
                store.attend_counter();
            }
        });
    }

    /// Counts what is in memory; what fails is read again at the next start.
    pub(crate) async fn count_kept(&self) {
        if matches!(self.engine, Engine::Sqlite { .. }) {
            for store in self.counter.waiting().0 {
                let _ = self.count_chunks(store, 1).await;
            }
        }
    }

    async fn count_all(&self, store: StoreId) -> Result<(), StoreError> {
        loop {
            let begin = Instant::now();
            if self.count_chunks(store, 1).await? {
                break;
            }
            tokio::time::sleep(PAUSE.max(begin.elapsed() * REST)).await;
        }
        self.counter.set_behind(store, false);
        Ok(())
    }
}

/// Keeps those out who take statements away, until the transaction ends: `SQLite` has one writer at a time anyway.
async fn beside(tx: &mut Tx, store: StoreId) -> Result<(), sqlx::Error> {
    match tx.postgres() {
        None => Ok(()),
        Some(transaction) => watermark::beside(transaction, store).await,
    }
}

/// The last of so many statements that come after a place; none when there are not as many, because another process wrote or
/// deleted some.
async fn kept(tx: &mut Tx, store: StoreId, after: i64, statements: i64) -> Result<Option<i64>, sqlx::Error> {
    let (count, last): (i64, i64) = on_engine!(tx, |connection| {
        sqlx::query_as(
            "SELECT COUNT(*), COALESCE(MAX(place), $2) FROM statement WHERE store_id = $1 AND place > $2",
        )
        .bind(store.0)
        .bind(after)
        .fetch_one(connection)
        .await?
    });
    Ok((count == statements).then_some(last))
}

/// What the next statements after a place say, where the last of them is, and whether there are no more.
async fn read(
    tx: &mut Tx,
    store: StoreId,
    after: i64,
    readable: Place,
) -> Result<(Sums, i64, bool), sqlx::Error> {
    let mut sums = Sums::default();
    let (mut through, mut count, mut bytes) = (after, 0, 0);
    on_engine!(tx, |connection| {
        let mut rows = sqlx::query_as::<_, (i64, bool, String, String)>(
            "SELECT place, voided, version, payload FROM statement
             WHERE store_id = $1 AND part = $2 AND place > $3 AND place <= $4 ORDER BY place LIMIT $5",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(after)
        .bind(readable.0)
        .bind(CHUNK)
        .fetch(connection);
        while bytes < CHUNK_BYTES
            && let Some((place, voided, version, payload)) = rows.try_next().await?
        {
            (through, count, bytes) = (place, count + 1, bytes + payload.len());
            if !voided && let Some(figures) = Figures::read(&version, &payload) {
                sums.add(Place(place), &figures);
            }
        }
    });
    Ok((sums, through, count < CHUNK && bytes < CHUNK_BYTES))
}

/// Whether all rows of the index are written of the statements up to a place that are about something.
async fn is_indexed(tx: &mut Tx, through: i64) -> Result<bool, sqlx::Error> {
    let Tx::Sqlite(transaction) = tx else {
        return Ok(true);
    };
    let missing: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1 FROM statement WHERE place > (SELECT through FROM indexed) AND place <= $1
         AND NOT voided AND target IS NULL LIMIT 1)",
    )
    .bind(through)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(missing == 0)
}
