//! The two engines behind one way of writing queries.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::error::StoreError;

const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
const PATIENCE: Duration = Duration::from_secs(10);

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
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction on either engine; dropped without a commit, it is rolled back.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Expands one body, with one SQL text, for each engine: `on_engine!(tx, |connection| query.fetch_one(connection))`.
macro_rules! on_engine {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::engine::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::engine::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on_engine;

impl Engine {
    pub(crate) async fn connect(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::Folder(folder) => Self::embedded(folder).await,
            Location::Postgres(url) => {
                let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
                let options = PgConnectOptions::from_str(url)
                    .ok()
                    .filter(|_| is_postgres)
                    .ok_or_else(|| StoreError::Address(without_password(url)))?;
                // A generic plan for `key = $1` is many times slower here than one made for the value.
                let options = options.options([("plan_cache_mode", "force_custom_plan")]);
                let pool = PgPoolOptions::new()
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(PATIENCE)
                    .connect_with(options)
                    .await?;
                Ok(Self::Postgres(pool))
            }
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
            .busy_timeout(PATIENCE);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
        };
        let writer = pool(1)
            .connect_with(options.clone())
            .await
            .map_err(not_a_database)?;
        let readers = pool(READERS)
            .connect_with(options.read_only(true))
            .await
            .map_err(not_a_database)?;
        Ok(Self::Sqlite { writer, readers })
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            // Taken at once: a read lock that later becomes a write lock can fail halfway.
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads.
    pub(crate) async fn read(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
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

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}
