//! The store as a whole: opening, closing, health, and what has been promised about time.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use cartable_xapi::{Actor, Timestamp};

use crate::{
    activity::Known,
    backlog::Backlog,
    credential::Credential,
    document_read::{self, Wanted},
    draft::{Batch, Inserted},
    engine::{Engine, Location, Tx, in_time, on_engine},
    error::StoreError,
    lanes::Lanes,
    migration,
    place::Place,
    readiness::Readiness,
    recent::{Recent, is_within},
    seen::Seen,
    selectivity::Common,
    tally,
    texts::Texts,
    uncounted::Uncounted,
    watermark::{self, Held},
    writer::{Done, Work, Writer},
};

/// A tenant: nothing is visible from one store to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(pub i64);

/// The store that every database has.
pub const DEFAULT_STORE: StoreId = StoreId(1);

impl StoreId {
    /// The part in which everything of a store is, as long as it has one part: 1024 are kept for each store.
    pub(crate) fn part(self) -> i64 {
        self.0 * 1024
    }
}

/// A clock: the current time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    in_flight: Arc<InFlight>,
    pub(crate) writer: Arc<Writer>,
    /// The documents that are asked for.
    pub(crate) wanted: Arc<Lanes<Wanted>>,
    pub(crate) readiness: Arc<Readiness>,
    /// What index keys stand for, and names of agents, as far as they are known to be there.
    pub(crate) dictionary: Arc<Seen>,
    pub(crate) names: Arc<Seen>,
    pub(crate) definitions: Arc<Known>,
    pub(crate) credentials: Arc<Recent<Credential>>,
    pub(crate) uncounted: Arc<Uncounted>,
    pub(crate) texts: Arc<Texts>,
    pub(crate) common: Arc<Common>,
    /// Where the rows of the index are written later.
    pub(crate) backlog: Option<Arc<Backlog>>,
}

/// What is being written: `stored` is chosen before the commit makes a statement visible.
#[derive(Debug, Default)]
struct InFlight {
    /// The time before which everything stored can be read, while a write is under way; for `SQLite`, which has one
    /// process.
    floor: Mutex<Option<Timestamp>>,
    /// The latest time that was promised, so that it does not go back when a clock does.
    promised: AtomicI64,
    /// When PostgreSQL was last asked what can be promised, in microseconds.
    asked: AtomicI64,
    /// The latest time at which this process knows that something was stored.
    latest: AtomicI64,
}

impl Store {
    /// Opens a database, making or migrating it where needed.
    ///
    /// # Errors
    ///
    /// When it cannot be reached or written to, holds something else, or was made by a newer program.
    pub async fn open(location: &Location, clock: Clock) -> Result<Self, StoreError> {
        Self::open_with(location, None, clock).await
    }

    /// The same, with the address of a replica that answers searches.
    ///
    /// # Errors
    ///
    /// The same, and when the replica cannot be reached.
    pub async fn open_with(
        location: &Location,
        replica: Option<&str>,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let engine = loop {
            let engine = Engine::connect(location, replica).await?;
            migration::migrate(&engine).await?;
            // Who distributes a database has others wait with their migration.
            if engine.is_as_found().await? {
                break engine;
            }
            engine.close().await;
        };
        let store = Self {
            writer: Arc::new(Writer::new(&engine)),
            wanted: Arc::new(Lanes::new(document_read::LANES)),
            backlog: matches!(engine, Engine::Sqlite { .. }).then(Arc::default),
            engine,
            clock,
            in_flight: Arc::default(),
            readiness: Arc::default(),
            dictionary: Arc::default(),
            names: Arc::default(),
            definitions: Arc::default(),
            credentials: Arc::default(),
            uncounted: Arc::default(),
            texts: Arc::default(),
            common: Arc::default(),
        };
        store.make_default().await?;
        store.read_latest().await?;
        Ok(store)
    }

    /// Finds out where the order ends, so that it goes on from there even when a clock has gone back.
    async fn read_latest(&self) -> Result<(), StoreError> {
        let stores = self.stores().await?;
        let mut reader = self.engine.read().await?;
        for store in stores {
            let latest: Option<i64> = on_engine!(&mut reader, |connection| {
                sqlx::query_scalar("SELECT MAX(place) FROM statement WHERE store_id = $1 AND part = $2")
                    .bind(store.id.0)
                    .bind(store.id.part())
                    .fetch_one(connection)
                    .await?
            });
            if let Some(latest) = latest {
                self.in_flight
                    .latest
                    .fetch_max(Place(latest).micros(), Ordering::AcqRel);
            }
            self.uncounted
                .begin(store.id, tally::counted(&mut reader, store.id).await?);
        }
        Ok(())
    }

    /// Stores a batch for which `authority` vouches. A statement that is there already with the same meaning is left as
    /// it is. Once begun, it goes on even if the caller does not wait for its end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when an id is taken by a statement of another meaning, [`StoreError::Busy`] when too much
    /// waits to be written, or when the database fails: nothing is stored.
    pub async fn insert(
        &self,
        store: StoreId,
        batch: impl Into<Batch>,
        authority: &Actor,
    ) -> Result<Inserted, StoreError> {
        let mut batch = self.prepare(store, batch.into(), authority)?;
        if batch.learned.defines() {
            in_time(self.leave_out_known(store, &mut batch.learned)).await?;
        }
        match self.submit(store, Work::Statements(batch)).await? {
            Done::Inserted(inserted) => Ok(inserted),
            Done::Document(_) => Err(StoreError::Interrupted),
        }
    }

    async fn make_default(&self) -> Result<(), StoreError> {
        let now = (self.clock)().micros();
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO store (store_id, name, parts, created) VALUES ($1, 'default', 1, $2)
                 ON CONFLICT DO NOTHING",
            )
            .bind(DEFAULT_STORE.0)
            .bind(now)
            .execute(connection)
            .await?;
        });
        Ok(tx.commit().await?)
    }

    /// Finishes what is under way and closes the connections.
    pub async fn close(&self) {
        if let Some(backlog) = &self.backlog
            && !backlog.is_empty()
        {
            // What fails is done at the next start.
            let _ = self.settle().await;
        }
        self.count_kept().await;
        self.engine.close().await;
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let mut reader = self.engine.read().await?;
        on_engine!(&mut reader, |connection| {
            sqlx::query("SELECT 1").execute(connection).await?;
        });
        Ok(())
    }

    /// The time up to which every stored statement can be read (1.0.3 Part 3, 2.1.4; 2.0, 4.1.6.1). It never goes back.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn consistent_through(&self) -> Result<Timestamp, StoreError> {
        match &self.engine {
            Engine::Sqlite { .. } => {
                // Kept under the lock under which a writer begins, so that the writer knows of the promise.
                let floor = lock(&self.in_flight.floor);
                Ok(self.promise(floor.unwrap_or_else(|| (self.clock)())))
            }
            Engine::Postgres { readers, replica, .. } => {
                // What was promised a moment ago still holds, and while one asks for another promise.
                let now = (self.clock)().micros();
                let asked = self.in_flight.asked.load(Ordering::Acquire);
                let is_first = !is_within(1, now, asked)
                    && (self.in_flight.asked)
                        .compare_exchange(asked, now, Ordering::AcqRel, Ordering::Acquire)
                        .is_ok();
                if !is_first && self.in_flight.promised.load(Ordering::Acquire) > 0 {
                    return Ok(self.promise(Timestamp::MIN));
                }
                let through = in_time(async {
                    let mut lease = readers.acquire().await?;
                    let through = match replica {
                        Some(replica) => replica.through(lease.connection()).await?,
                        None => Some(watermark::read(lease.connection()).await?),
                    };
                    lease.rest();
                    Ok(through.unwrap_or(Timestamp::MIN))
                })
                .await?;
                Ok(self.promise(through))
            }
        }
    }

    fn promise(&self, through: Timestamp) -> Timestamp {
        let before = self
            .in_flight
            .promised
            .fetch_max(through.micros(), Ordering::AcqRel);
        through.max(Timestamp::from_micros(before).unwrap_or(Timestamp::MIN))
    }
}

/// The turn to write statements. While it is held, nothing later than its beginning is promised to readers.
pub(crate) struct Turn<'a> {
    store: &'a Store,
    /// When the latest statement was stored, in microseconds.
    latest: i64,
    /// The writer's number.
    writer: i64,
}

impl Store {
    /// Begins to write statements of some stores, each with whether they refer to others; the turn ends when it is
    /// dropped, after the commit.
    pub(crate) async fn turn(&self, tx: &mut Tx, stores: &[(StoreId, bool)]) -> Result<Turn<'_>, StoreError> {
        let mut held = match tx.postgres() {
            None => {
                // The clock is read under the lock that readers take: none of them can have promised a later time.
                let mut floor = lock(&self.in_flight.floor);
                let now = (self.clock)();
                *floor = Some(now);
                Held {
                    since: now.micros(),
                    writer: 0,
                }
            }
            Some(transaction) => watermark::hold(transaction, stores, self.writer.number())
                .await?
                .ok_or(StoreError::Busy)?,
        };
        held.since = held.since.max(self.floor());
        Ok(self.turn_of(held))
    }

    /// The turn of who writes what is stored after a time.
    pub(crate) fn turn_of(&self, held: Held) -> Turn<'_> {
        Turn {
            store: self,
            latest: held.since,
            writer: held.writer,
        }
    }

    /// The time after which the next statement is stored, whatever the clock says: what was promised, or stored before.
    pub(crate) fn floor(&self) -> i64 {
        let promised = self.in_flight.promised.load(Ordering::Acquire);
        promised.max(self.in_flight.latest.load(Ordering::Acquire))
    }
}

impl Turn<'_> {
    /// The place of the next statement.
    pub(crate) fn next(&mut self) -> Place {
        self.latest = self.latest.saturating_add(1);
        Place::new(self.latest, self.writer)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let in_flight = &self.store.in_flight;
        in_flight.latest.fetch_max(self.latest, Ordering::AcqRel);
        *lock(&in_flight.floor) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
