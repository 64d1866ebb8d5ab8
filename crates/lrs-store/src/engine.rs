//! The two engines behind one way of writing queries.

use std::{
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sqlx::{
    PgConnection, Postgres, Sqlite, SqliteConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    distribution,
    error::StoreError,
    kept::{Kept, Lease, PATIENCE, Transaction},
    replica::Replica,
};

/// Connections that read.
const READERS: u32 = 4;
/// Connections that read from PostgreSQL: more queries at once than it has processors only make each slower.
const POSTGRES_READERS: u32 = 8;
/// Connections that write to PostgreSQL: those that store what clients send, and a few for the rest.
const POSTGRES_WRITERS: u32 = 8;
/// A server that has come to a halt without closing its connections is waited for so long.
const HALT: Duration = Duration::from_secs(15);
/// The write-ahead log of `SQLite` is carried over to the database beside the writing, each time so many rows were
/// written: often enough to stay small, seldom enough to carry over a page once for many changes.
const CARRIED: usize = 2000;
/// What was written meanwhile is carried over as well, in so many passes: the database is synced only once all of the log is
/// in it, and the log begins anew only then.
const PASSES: usize = 3;
/// The writer does it itself, and has everybody wait for that sync, only when the log has so many pages of 4 KiB.
const LOG_PAGES: &str = "40000";
/// Memory for the pages of the connection that writes, and of each that reads, in KiB: the upper pages of a large index do
/// not fit in the usual 2 MiB.
const WRITER_CACHE: &str = "-8000";
const READER_CACHE: &str = "-4000";
/// Queries that the connection that writes keeps prepared: those of each table, in a few lengths.
const WRITER_QUERIES: usize = 300;
/// Every query goes by an index that begins with what it asks for and ends in the order of the answer. It is planned once,
/// and must not be planned for values that most statements share or that few have: the ways that would then look better
/// are many times slower for the others.
const PLANNED_ONCE: [(&str, &str); 1] = [("plan_cache_mode", "force_generic_plan")];
pub(crate) const BY_INDEX: [(&str, &str); 5] = [
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_seqscan", "off"),
    ("jit", "off"),
];
/// Citus sends each query to the worker that its part says, and must know the part to plan it.
const PLANNED_EACH_TIME: [(&str, &str); 1] = [("plan_cache_mode", "force_custom_plan")];

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder, which receives an embedded database.
    Folder(PathBuf),
    /// `postgres://user:password@host/database`.
    Postgres(String),
}

/// Connections to a database.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    /// One connection writes, several read: the write-ahead log lets them do so at once.
    Sqlite {
        writer: Kept<Sqlite>,
        readers: Kept<Sqlite>,
        carrier: Arc<Carrier>,
    },
    Postgres {
        writers: Kept<Postgres>,
        readers: Kept<Postgres>,
        /// Whether it is a coordinator of Citus, whose workers have the tables of stores.
        is_distributed: bool,
        /// Answers searches in place of the readers.
        replica: Option<Arc<Replica>>,
    },
}

/// Carries the write-ahead log over to the database.
#[derive(Debug)]
pub(crate) struct Carrier {
    pool: SqlitePool,
    /// The rows that were written since it last did.
    rows: AtomicUsize,
}

/// A transaction on either engine; dropped without a commit, it is rolled back.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<Sqlite>),
    Postgres(Transaction<Postgres>),
    Citus(Transaction<Postgres>),
}

/// A connection that reads, each query for itself.
#[derive(Debug)]
pub(crate) enum Reader {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
    Citus(Lease<Postgres>),
}

/// What queries are sent to.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
    /// To the coordinator of distributed tables.
    Citus(&'c mut PgConnection),
}

/// What has a connection: a transaction, a reader, or one of PostgreSQL by itself.
pub(crate) trait Connect: Send {
    /// The connection, to be used.
    fn connection(&mut self) -> Connection<'_>;

    /// Says that whatever was sent is answered: a connection of which nobody said so is tried before it is used again.
    fn rest(&mut self);
}

impl Connect for Tx {
    fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(transaction) => Connection::Sqlite(transaction.connection()),
            Self::Postgres(transaction) => Connection::Postgres(transaction.connection()),
            Self::Citus(transaction) => Connection::Citus(transaction.connection()),
        }
    }

    /// It does so by its commit.
    fn rest(&mut self) {}
}

impl Connect for Lease<Postgres> {
    fn connection(&mut self) -> Connection<'_> {
        Connection::Postgres(self.connection())
    }

    fn rest(&mut self) {
        self.rest();
    }
}

impl Connect for Reader {
    fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(lease) => Connection::Sqlite(lease.connection()),
            Self::Postgres(lease) => Connection::Postgres(lease.connection()),
            Self::Citus(lease) => Connection::Citus(lease.connection()),
        }
    }

    fn rest(&mut self) {
        match self {
            Self::Sqlite(lease) => lease.rest(),
            Self::Postgres(lease) | Self::Citus(lease) => lease.rest(),
        }
    }
}

/// Expands one body, with one SQL text, for each engine: `on_engine!(tx, |connection| query.fetch_one(connection))`.
macro_rules! on_engine {
    ($tx:expr, |$connection:ident| $body:expr) => {{
        let tx = &mut *$tx;
        let result = match $crate::engine::Connect::connection(tx) {
            $crate::engine::Connection::Sqlite($connection) => $body,
            $crate::engine::Connection::Postgres($connection)
            | $crate::engine::Connection::Citus($connection) => $body,
        };
        $crate::engine::Connect::rest(tx);
        result
    }};
}
pub(crate) use on_engine;

impl Engine {
    pub(crate) async fn connect(location: &Location, replica: Option<&str>) -> Result<Self, StoreError> {
        match location {
            Location::Folder(folder) => Self::embedded(folder).await,
            Location::Postgres(url) => {
                let options = options(url, false)?;
                let (writers, readers) = tokio::try_join!(
                    Kept::connect(POSTGRES_WRITERS, options.clone()),
                    Kept::connect(POSTGRES_READERS, options),
                )?;
                let is_distributed = distribution::is_distributed(&writers).await?;
                if is_distributed {
                    let options = self::options(url, true)?;
                    writers.reconnect(options.clone());
                    readers.reconnect(options);
                }
                Ok(Self::Postgres {
                    writers,
                    is_distributed,
                    readers,
                    replica: match replica {
                        Some(url) => {
                            let options = self::options(url, is_distributed)?;
                            let connections = Kept::connect(POSTGRES_READERS, options).await?;
                            Some(Arc::new(Replica::new(connections)))
                        }
                        None => None,
                    },
                })
            }
        }
    }

    /// What writes by one query, which may be to several tables: PostgreSQL, and not Citus.
    pub(crate) fn direct(&self) -> Option<&Kept<Postgres>> {
        match self {
            Self::Postgres {
                writers,
                is_distributed: false,
                ..
            } => Some(writers),
            _ => None,
        }
    }

    /// Whether the tables of stores are distributed.
    pub(crate) fn is_distributed(&self) -> bool {
        matches!(
            self,
            Self::Postgres {
                is_distributed: true,
                ..
            }
        )
    }

    /// Whether its tables are where they were when it connected.
    pub(crate) async fn is_as_found(&self) -> Result<bool, sqlx::Error> {
        match self {
            Self::Sqlite { .. } => Ok(true),
            Self::Postgres {
                writers,
                is_distributed,
                ..
            } => Ok(distribution::is_distributed(writers).await? == *is_distributed),
        }
    }

    async fn embedded(folder: &std::path::Path) -> Result<Self, StoreError> {
        let fail = |error| StoreError::Folder {
            folder: folder.to_owned(),
            error,
        };
        make_private(folder).map_err(fail)?;
        // SQLite's own message names neither the folder nor the reason.
        tempfile_probe(folder).map_err(fail)?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("cartable.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("temp_store", "MEMORY")
            .busy_timeout(PATIENCE);
        let writing = options
            .clone()
            .statement_cache_capacity(WRITER_QUERIES)
            .pragma("cache_size", WRITER_CACHE)
            .pragma("wal_autocheckpoint", LOG_PAGES);
        let reading = options.clone().read_only(true).pragma("cache_size", READER_CACHE);
        Ok(Self::Sqlite {
            writer: Kept::connect(1, writing).await.map_err(not_a_database)?,
            carrier: Arc::new(Carrier {
                pool: SqlitePoolOptions::new()
                    .max_connections(1)
                    .test_before_acquire(false)
                    .connect_with(options)
                    .await
                    .map_err(not_a_database)?,
                rows: AtomicUsize::new(0),
            }),
            readers: Kept::connect(READERS, reading).await.map_err(not_a_database)?,
        })
    }

    /// Notes that so many rows were written.
    pub(crate) fn written(&self, rows: usize) {
        if let Self::Sqlite { carrier, .. } = self
            && carrier.rows.fetch_add(rows, Ordering::Relaxed) + rows >= CARRIED
        {
            // None is free while the log is being carried over already.
            if let Some(mut connection) = carrier.pool.try_acquire() {
                carrier.rows.store(0, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut last = 0;
                    for _ in 0..PASSES {
                        let carried = sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(PASSIVE)")
                            .fetch_one(&mut *connection)
                            .await;
                        match carried {
                            Ok((_, pages, _)) if pages != last => last = pages,
                            // Nothing came meanwhile; what fails now is done by the writer, or at the next start.
                            _ => break,
                        }
                    }
                });
            }
        }
    }

    /// Writes by new connections from now on.
    pub(crate) fn renew(&self) {
        match self {
            Self::Sqlite { writer, .. } => writer.renew(),
            Self::Postgres { writers, .. } => writers.renew(),
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            // Taken at once: a read lock that later becomes a write lock can fail halfway.
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin(Some("BEGIN IMMEDIATE")).await?),
            Self::Postgres {
                writers,
                is_distributed: true,
                ..
            } => Tx::Citus(writers.begin(None).await?),
            Self::Postgres { writers, .. } => Tx::Postgres(writers.begin(None).await?),
        })
    }

    /// A connection that reads.
    pub(crate) async fn read(&self) -> Result<Reader, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Self::Postgres {
                readers,
                is_distributed,
                ..
            } => Reader::of(readers.acquire().await?, *is_distributed),
        })
    }

    /// A connection that searches: on a replica, which knows a little less, where there is one.
    pub(crate) async fn search(&self) -> Result<Reader, sqlx::Error> {
        match self {
            Self::Postgres {
                replica: Some(replica),
                is_distributed,
                ..
            } => Ok(Reader::of(replica.connections.acquire().await?, *is_distributed)),
            _ => self.read().await,
        }
    }

    /// Whether searches may know less than what is stored.
    pub(crate) fn has_replica(&self) -> bool {
        matches!(self, Self::Postgres { replica: Some(_), .. })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite {
                writer,
                readers,
                carrier,
                ..
            } => {
                readers.close().await;
                carrier.pool.close().await;
                writer.close().await;
            }
            Self::Postgres {
                writers,
                readers,
                replica,
                ..
            } => {
                if let Some(replica) = replica {
                    replica.connections.close().await;
                }
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

impl Reader {
    fn of(lease: Lease<Postgres>, is_distributed: bool) -> Self {
        if is_distributed {
            Self::Citus(lease)
        } else {
            Self::Postgres(lease)
        }
    }

    /// Whether it leads to distributed tables.
    pub(crate) fn is_distributed(&self) -> bool {
        matches!(self, Self::Citus(_))
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) | Self::Citus(transaction) => transaction.commit().await,
        }
    }

    /// The connection to PostgreSQL, whose writers exclude each other by locks; `SQLite` has one writer anyway.
    pub(crate) fn postgres(&mut self) -> Option<&mut PgConnection> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(transaction) | Self::Citus(transaction) => Some(transaction.connection()),
        }
    }
}

/// Waits for a database, but not for ever.
///
/// What waits is kept apart: it is several kilobytes, which whoever calls would have to carry along each time that it finds
/// what it looks for without the database.
pub(crate) fn in_time<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> impl Future<Output = Result<T, StoreError>> {
    let work = Box::pin(tokio::time::timeout(HALT, work));
    async {
        work.await
            .unwrap_or(Err(StoreError::Database(sqlx::Error::PoolTimedOut)))
    }
}

/// Makes a folder that no other user can read: it holds what people did.
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Finds out whether a folder can be written to, by writing to it.
fn tempfile_probe(folder: &std::path::Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(&probe)
}

fn not_a_database(error: sqlx::Error) -> StoreError {
    // SQLITE_NOTADB: the file has another format.
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    if code.as_deref() == Some("26") {
        StoreError::NotOurs(error.to_string())
    } else {
        error.into()
    }
}

fn options(url: &str, is_distributed: bool) -> Result<PgConnectOptions, StoreError> {
    let options = address(url)?;
    Ok(if is_distributed {
        options
            .options(PLANNED_EACH_TIME)
            .statement_cache_capacity(WRITER_QUERIES)
    } else {
        options.options(PLANNED_ONCE).options(BY_INDEX)
    })
}

pub(crate) fn address(url: &str) -> Result<PgConnectOptions, StoreError> {
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    PgConnectOptions::from_str(url)
        .ok()
        .filter(|_| is_postgres)
        .ok_or_else(|| StoreError::Address(without_password(url)))
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}
