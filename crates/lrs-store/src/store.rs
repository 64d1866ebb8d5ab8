//! The store as a whole: opening, closing, health, and what has been promised about time.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use cartable_xapi::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard};

use crate::{
    engine::{Engine, Location, on_engine},
    error::StoreError,
    migration, watermark,
};

/// A tenant: nothing is visible from one store to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
}

/// What is being written: `stored` is chosen before the commit makes a statement visible.
#[derive(Debug, Default)]
struct InFlight {
    /// Held from the choice of `stored` to the commit, so that statements become visible in their order.
    writer: AsyncMutex<()>,
    /// The time before which everything stored can be read, while a write is under way; for `SQLite`, which has one
    /// process.
    floor: Mutex<Option<Timestamp>>,
    /// The latest time that was promised, so that it does not go back when a clock does.
    promised: AtomicI64,
}

impl Store {
    /// Opens a database, making or migrating it where needed.
    ///
    /// # Errors
    ///
    /// When it cannot be reached or written to, holds something else, or was made by a newer program.
    pub async fn open(location: &Location, clock: Clock) -> Result<Self, StoreError> {
        let engine = Engine::connect(location).await?;
        migration::migrate(&engine).await?;
        let store = Self {
            engine,
            clock,
            in_flight: Arc::default(),
        };
        store.make_default().await?;
        Ok(store)
    }

    async fn make_default(&self) -> Result<(), StoreError> {
        let now = (self.clock)().micros();
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO store (store_id, name, parts, created) VALUES ($1, 'default', 1, $2)
                 ON CONFLICT (store_id) DO NOTHING",
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
        self.engine.close().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.engine.read().await?;
        on_engine!(&mut tx, |connection| {
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
            Engine::Postgres(pool) => Ok(self.promise(watermark::read(pool).await?)),
        }
    }

    fn promise(&self, through: Timestamp) -> Timestamp {
        let before = self
            .in_flight
            .promised
            .fetch_max(through.micros(), Ordering::AcqRel);
        through.max(Timestamp::from_micros(before).unwrap_or(Timestamp::MIN))
    }

    /// The latest time that this process has promised to readers: what is stored from now on is later.
    pub(crate) fn promised(&self) -> i64 {
        self.in_flight.promised.load(Ordering::Acquire)
    }
}

/// The turn to write statements. While it is held, nothing later than `floor` is promised to readers.
pub(crate) struct Turn<'a> {
    /// When the turn began: what is stored in it is later.
    pub(crate) floor: Timestamp,
    store: &'a Store,
    _writer: AsyncMutexGuard<'a, ()>,
}

impl Store {
    /// Waits for the turn to write statements; it ends when the turn is dropped, after the commit.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        let writer = self.in_flight.writer.lock().await;
        // The clock is read under the lock that readers take: none of them can have promised a later time.
        let mut floor = lock(&self.in_flight.floor);
        let now = (self.clock)();
        *floor = Some(now);
        Turn {
            floor: now,
            store: self,
            _writer: writer,
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.store.in_flight.floor) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
