//! Counts statements some time after they arrive, for the figures that the console shows.
//!
//! Up to a place everything is counted. What comes later is counted in the order of the statements, a chunk at a time, each in a
//! transaction that also says how far it came: by what this process kept of those it wrote, or else by reading them. So it is
//! after a kill, with a database that an earlier program made, and with several nodes, which take turns.

use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
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

/// A chunk that is read has so many statements at the most, and ends early when they have so many bytes.
const CHUNK: i64 = 2000;
const CHUNK_BYTES: usize = 8 * 1024 * 1024;
/// So many learners are counted again in one transaction.
const AGAIN: i64 = 50;
/// Nobody writes when nothing has come for so long; nothing waits longer than that.
const QUIET: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);
/// Those who write get in between two chunks, and have at least so many times as long as a chunk took.
const PAUSE: Duration = Duration::from_millis(5);
const REST: u32 = 4;

impl Store {
    /// Counts what is not counted yet, as far as that takes a moment; whether all of it is.
    ///
    /// # Errors
    ///
    /// When the database fails, but for an outage: then figures are those of before.
    pub async fn count(&self, store: StoreId) -> Result<bool, StoreError> {
        match in_time(self.count_some(store)).await {
            Err(error) if error.outage().is_some() => Ok(false),
            Ok(false) => {
                self.uncounted.set_behind(store, true);
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

    /// Counts a chunk at the most; whether that is all.
    async fn count_some(&self, store: StoreId) -> Result<bool, StoreError> {
        self.count_doubtful(store).await?;
        Ok(self.is_counted(store).await? || self.count_chunk(store).await?)
    }

    /// Whether every statement that can be read is counted.
    async fn is_counted(&self, store: StoreId) -> Result<bool, StoreError> {
        let mut reader = self.engine.read().await?;
        let Counted { through, .. } = tally::counted(&mut reader, store).await?;
        let is_counted = latest(&mut reader, store).await?.0 <= through;
        self.uncounted.came(store, through, false);
        Ok(is_counted)
    }

    /// Counts what was kept, or the next statements by reading them; whether that was all that can be counted.
    async fn count_chunk(&self, store: StoreId) -> Result<bool, StoreError> {
        let watermark = match &self.engine {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { writers, .. } => {
                let mut lease = writers.acquire().await?;
                let watermark = Place::end_of(watermark::read(lease.connection()).await?);
                lease.rest();
                self.uncounted.noted().await;
                Some(watermark)
            }
        };
        let _turn = match self.backlog().await? {
            Some(backlog) => Some(backlog.turn().await),
            None => None,
        };
        let mut tx = self.engine.write().await?;
        beside(&mut tx, store).await?;
        let counted = tally::lock(&mut tx, store, false).await?;
        // What is stored up to there can be read in the transaction, this process has noted what it wrote of it, and
        // nothing will appear before it.
        let readable = match watermark {
            Some(watermark) => watermark,
            None => latest(&mut tx, store).await?,
        };
        let kept = match self.uncounted.take(store, counted, readable) {
            Some(kept) if is_all(&mut tx, store, counted.through, readable, kept.len()).await? => Some(kept),
            _ => None,
        };
        let (sums, through, is_all) = match kept {
            Some(kept) => {
                let through = kept
                    .last_key_value()
                    .map_or(counted.through, |(place, _)| place.0);
                (sum(&kept), through, true)
            }
            None => read(&mut tx, store, counted.through, readable).await?,
        };
        if through > counted.through {
            tally::add(&mut tx, store, &sums, through).await?;
            tx.commit().await?;
        }
        self.uncounted.came(store, through, is_all);
        Ok(is_all)
    }

    /// Counts what was written once nobody writes.
    pub(crate) fn attend_counter(&self) {
        if self.uncounted.waiting().0.is_empty() || self.uncounted.is_attended.swap(true, Ordering::AcqRel) {
            return;
        }
        let store = self.clone();
        tokio::spawn(async move {
            let mut begin = Instant::now();
            let mut result = Ok(());
            loop {
                let (waiting, before, _) = store.uncounted.waiting();
                if waiting.is_empty() || result.is_err() {
                    break;
                }
                tokio::time::sleep(QUIET).await;
                let (waiting, added, is_full) = store.uncounted.waiting();
                if added == before || is_full || begin.elapsed() >= LONGEST {
                    for waiting in waiting {
                        result = result.and(store.count_all(waiting).await);
                    }
                    begin = Instant::now();
                }
            }
            store.uncounted.is_attended.store(false, Ordering::Release);
            // What failed is tried again with the next statement; what came just now found this task still there.
            if result.is_ok() {
                store.attend_counter();
            }
        });
    }

    /// Counts what is in memory; what fails is read again at the next start.
    pub(crate) async fn count_kept(&self) {
        for store in self.uncounted.waiting().0 {
            let _ = in_time(self.count_some(store)).await;
        }
    }

    async fn count_all(&self, store: StoreId) -> Result<(), StoreError> {
        loop {
            let begin = Instant::now();
            if self.count_some(store).await? {
                break;
            }
            tokio::time::sleep(PAUSE.max(begin.elapsed() * REST)).await;
        }
        self.uncounted.set_behind(store, false);
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

/// Whether so many statements are all that there are after a place and up to another: no other process wrote or deleted some.
async fn is_all(
    tx: &mut Tx,
    store: StoreId,
    after: i64,
    readable: Place,
    statements: usize,
) -> Result<bool, sqlx::Error> {
    let statements = i64::try_from(statements).unwrap_or(i64::MAX - 1);
    let found: i64 = on_engine!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM (
                 SELECT 1 FROM statement WHERE store_id = $1 AND part = $2 AND place > $3 AND place <= $4 LIMIT $5
             ) AS found",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(after)
        .bind(readable.0)
        .bind(statements + 1)
        .fetch_one(connection)
        .await?
    });
    Ok(found == statements)
}

/// What statements say that are not voided.
fn sum(kept: &BTreeMap<Place, Option<Figures>>) -> Sums {
    let mut sums = Sums::default();
    for (place, figures) in kept {
        if let Some(figures) = figures {
            sums.add(*place, figures);
        }
    }
    sums
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
    .fetch_one(transaction.connection())
    .await?;
    Ok(missing == 0)
}
