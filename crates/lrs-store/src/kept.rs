//! Connections to a database, kept for who comes next.
//!
//! A pool tries each connection when it gets it back, which costs a query as much as another query. One whose work came to its
//! end needs no trial: it is kept beside the pool. What was left halfway goes back to the pool.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    Connection, Database, Pool, SqlStr,
    pool::{PoolConnection, PoolOptions},
};
use sqlx_core::transaction::TransactionManager;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Who wants a connection waits so long for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// A connection is tried before use when it has been idle for so long.
const IDLE: Duration = Duration::from_secs(1);

type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// Connections with the same options.
#[derive(Debug)]
pub(crate) struct Kept<DB: Database>(Arc<Connections<DB>>);

#[derive(Debug)]
struct Connections<DB: Database> {
    pool: Pool<DB>,
    /// One for each connection that there may be: who has one finds a connection that is free, or opens one.
    places: Arc<Semaphore>,
    free: Mutex<Free<DB>>,
    stale: Stale,
}

#[derive(Debug)]
struct Free<DB: Database> {
    /// Each with the time since which it rests, the latest last.
    connections: Vec<(PoolConnection<DB>, Instant)>,
    /// How many times those before were given up.
    generation: u32,
}

/// How many connections of the pool must be closed instead of being used again.
///
/// A connection that an outage met may stay as it was then: `SQLite` opens a file that cannot be written for reading only,
/// and a session of PostgreSQL keeps the settings with which it began.
#[derive(Clone, Debug, Default)]
struct Stale(Arc<AtomicU32>);

impl Stale {
    /// Whether the next connection may be used.
    fn is_past(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1))
            .is_err()
    }
}

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Lease<DB: Database> {
    /// There until it is given back.
    connection: Option<PoolConnection<DB>>,
    is_at_rest: bool,
    generation: u32,
    kept: Kept<DB>,
    /// Freed after the connection.
    _place: OwnedSemaphorePermit,
}

/// A transaction; dropped without a commit, it is rolled back.
#[derive(Debug)]
pub(crate) struct Transaction<DB: Database> {
    lease: Lease<DB>,
    is_open: bool,
}

impl<DB: Database> Clone for Kept<DB> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<DB: Database> Kept<DB> {
    /// Opens one connection, and so many at the most later.
    pub(crate) async fn connect(most: u32, options: Options<DB>) -> Result<Self, sqlx::Error> {
        let stale = Stale::default();
        let pool = PoolOptions::new()
            .max_connections(most)
            .acquire_timeout(PATIENCE)
            .before_acquire({
                let stale = stale.clone();
                move |connection: &mut DB::Connection, _| {
                    // A transaction that SQLite took back by itself, as it does when the disk is full, still counts as open:
                    // such a connection would never begin another.
                    let is_usable = stale.is_past() && !connection.is_in_transaction();
                    Box::pin(async move { Ok(is_usable) })
                }
            })
            .connect_with(options)
            .await?;
        Ok(Self(Arc::new(Connections {
            pool,
            places: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1))),
            free: Mutex::new(Free {
                connections: Vec::new(),
                generation: 0,
            }),
            stale,
        })))
    }

    /// A connection.
    pub(crate) async fn acquire(&self) -> Result<Lease<DB>, sqlx::Error> {
        timeout(PATIENCE, self.lease())
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Begins a transaction, by `BEGIN` or by what else is said.
    pub(crate) async fn begin(
        &self,
        statement: Option<&'static str>,
    ) -> Result<Transaction<DB>, sqlx::Error> {
        // From here on open: what begins it may have been sent when this is given up.
        let mut transaction = Transaction {
            lease: self.acquire().await?,
            is_open: true,
        };
        let statement = statement.map(SqlStr::from_static);
        DB::TransactionManager::begin(transaction.lease.connection(), statement).await?;
        Ok(transaction)
    }

    async fn lease(&self) -> Result<Lease<DB>, sqlx::Error> {
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let (free, generation) = {
            let mut free = self.lock();
            (free.connections.pop(), free.generation)
        };
        let mut kept = None;
        if let Some((mut connection, since)) = free
            && (since.elapsed() < IDLE || connection.ping().await.is_ok())
        {
            kept = Some(connection);
        }
        let connection = match kept {
            Some(connection) => connection,
            None => Box::pin(self.0.pool.acquire()).await?,
        };
        Ok(Lease {
            connection: Some(connection),
            is_at_rest: true,
            generation,
            kept: self.clone(),
            _place: place,
        })
    }

    /// Uses new connections from now on.
    pub(crate) fn renew(&self) {
        self.0.stale.0.store(self.0.pool.size(), Ordering::Relaxed);
        self.give_up();
    }

    /// Uses new connections from now on, which are opened in another way.
    pub(crate) fn reconnect(&self, options: Options<DB>) {
        self.0.pool.set_connect_options(options);
        self.renew();
    }

    /// Closes all connections, when they are no longer used.
    pub(crate) async fn close(&self) {
        let closed = self.0.pool.close();
        self.give_up();
        closed.await;
    }

    /// Gives the pool those that are free, and those in use once they are.
    fn give_up(&self) {
        let mut free = self.lock();
        free.connections.clear();
        free.generation = free.generation.wrapping_add(1);
    }

    fn lock(&self) -> MutexGuard<'_, Free<DB>> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<DB: Database> Lease<DB> {
    /// The connection, to be used; who has done with it says so by [`Lease::rest`].
    #[expect(
        clippy::expect_used,
        reason = "it is taken when the lease is dropped, and not before"
    )]
    pub(crate) fn connection(&mut self) -> &mut DB::Connection {
        self.is_at_rest = false;
        self.connection.as_mut().expect("a connection in use")
    }

    /// Says that whatever was sent is answered, so that it need not be tried before it is used again.
    pub(crate) fn rest(&mut self) {
        self.is_at_rest = true;
    }
}

impl<DB: Database> Drop for Lease<DB> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let mut free = self.kept.lock();
        if self.is_at_rest && self.generation == free.generation && !self.kept.0.pool.is_closed() {
            free.connections.push((connection, Instant::now()));
        }
    }
}

impl<DB: Database> Transaction<DB> {
    /// The connection, to be used.
    pub(crate) fn connection(&mut self) -> &mut DB::Connection {
        self.lease.connection()
    }

    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        DB::TransactionManager::commit(self.lease.connection()).await?;
        self.is_open = false;
        self.lease.rest();
        Ok(())
    }
}

impl<DB: Database> Drop for Transaction<DB> {
    fn drop(&mut self) {
        if self.is_open {
            DB::TransactionManager::start_rollback(self.lease.connection());
        }
    }
}

impl<DB: Database> Drop for Connections<DB> {
    fn drop(&mut self) {
        // The pool would take them back by a task, for which there may be no runtime any more.
        let free = self.free.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (connection, _) in free.connections.drain(..) {
            drop(connection.detach());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use tokio::time::timeout;

    use crate::{
        engine::{Engine, on_engine},
        on_both_engines,
    };

    async fn settings(engine: &Engine) -> i64 {
        let mut reader = engine.read().await.unwrap();
        on_engine!(&mut reader, |connection| {
            sqlx::query_scalar("SELECT COUNT(*) FROM setting")
                .fetch_one(connection)
                .await
                .unwrap()
        })
    }

    async fn write(engine: &Engine, name: &str, is_left: bool) -> Result<(), sqlx::Error> {
        let mut tx = engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2)")
                .bind(name)
                .bind(Vec::<u8>::new())
                .execute(connection)
                .await?;
        });
        if is_left {
            pending::<()>().await;
        }
        tx.commit().await
    }

    on_both_engines! {
        async fn what_was_left_halfway_is_not_found_by_who_comes_next(database) {
            let store = database.open().await;
            let before = settings(&store.engine).await;
            for round in 0..20 {
                let name = format!("left {round}");
                let left = write(&store.engine, &name, true);
                assert!(timeout(Duration::from_millis(20), left).await.is_err());
                write(&store.engine, &format!("kept {round}"), false).await.unwrap();
                assert_eq!(settings(&store.engine).await, before + round + 1);
            }
        }

        async fn many_more_than_there_are_connections_each_get_one(database) {
            let store = database.open().await;
            let before = settings(&store.engine).await;
            let work = (0..100).map(|number| {
                let engine = store.engine.clone();
                tokio::spawn(async move {
                    write(&engine, &format!("number {number}"), false).await.unwrap();
                    assert!(settings(&engine).await > before);
                    if number % 10 == 0 {
                        engine.renew();
                    }
                })
            });
            for task in work.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            assert_eq!(settings(&store.engine).await, before + 100);
            store.close().await;
            assert!(store.engine.read().await.is_err());
        }
    }
}
