//! What can go wrong in the store; the edge decides what it means to a client.

use std::{path::PathBuf, sync::Arc};

use sqlx::error::DatabaseError;
use uuid::Uuid;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder cannot be made or written to.
    #[error("the data folder {} cannot be written to: {error}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database was made by a newer version of the program.
    #[error("the database is at version {found}, this program knows versions up to {known}")]
    Newer {
        /// The database's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The file or database holds something else.
    #[error("the database is not one of Cartable's: {0}")]
    NotOurs(String),
    /// The database's address cannot be understood.
    #[error("`{0}` is not the address of a database")]
    Address(String),
    /// The database has no Citus by which it could be distributed.
    #[error("the database has no Citus")]
    NotCitus,
    /// The coordinator of Citus knows no worker.
    #[error("the coordinator of Citus knows no worker")]
    NoWorker,
    /// Others are connected to the database that must not be.
    #[error("others are connected to the database: {0}")]
    InUse(i64),
    /// A statement with this id is there already and says something else.
    #[error("a statement with the id {0} exists and says something else")]
    Conflict(Uuid),
    /// A precondition on a document did not hold.
    #[error("the document is not as the precondition says")]
    PreconditionFailed,
    /// A document must be merged into one that is no JSON object, or is none itself.
    #[error("only JSON objects can be merged")]
    NotMergeable,
    /// A secret cannot be hashed.
    #[error("the secret cannot be hashed")]
    Hash,
    /// Two different values have one 64-bit key.
    #[error("the values `{0}` and `{1}` have the same key")]
    KeyCollision(String, String),
    /// The text of a statement cannot be completed: it had not been parsed.
    #[error("the text is no statement: {0}")]
    Text(serde_json::Error),
    /// More waits to be written than there is room for: come again in a moment.
    #[error("too much waits to be written")]
    Busy,
    /// What was to be written was given up.
    #[error("the write came to a bad end")]
    Interrupted,
    /// A moment ago, nothing could be stored.
    #[error("nothing can be stored for now: {0:?}")]
    Unwritable(Outage),
    /// The database failed for several who wrote together.
    #[error(transparent)]
    Group(Arc<StoreError>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// Why nothing can be stored, or not even read, for the time being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// The disk is full.
    Full,
    /// The database may only be read.
    ReadOnly,
    /// The database does not answer.
    Away,
}

impl StoreError {
    /// Whether the cause is in the state of the database, and not in what it was asked.
    #[must_use]
    pub fn outage(&self) -> Option<Outage> {
        match self {
            Self::Group(error) => error.outage(),
            Self::Unwritable(outage) => Some(*outage),
            Self::Database(sqlx::Error::Database(error)) => match error.code()?.as_ref() {
                // Classes of PostgreSQL: no connection; no rights to write; no room; other resources; intervention.
                "25006" => Some(Outage::ReadOnly),
                "53100" => Some(Outage::Full),
                code if code.len() == 5 => ["08", "53", "57P", "58"]
                    .iter()
                    .any(|class| code.starts_with(class))
                    .then_some(Outage::Away),
                // SQLite's codes carry more in their upper bits: busy, locked, read-only, I/O error, full, cannot open.
                code => match code.parse::<i32>().ok()? & 0xff {
                    8 => Some(Outage::ReadOnly),
                    13 => Some(Outage::Full),
                    5 | 6 | 10 | 14 => Some(Outage::Away),
                    _ => None,
                },
            },
            Self::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed,
            ) => Some(Outage::Away),
            _ => None,
        }
    }

    /// Whether the database was waited for in vain.
    pub(crate) fn is_timeout(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::PoolTimedOut) => true,
            // SQLite was locked by another process.
            Self::Database(sqlx::Error::Database(error)) => error.code().as_deref() == Some("5"),
            _ => false,
        }
    }

    /// Whether a transaction got in the way of another, and would not if it were tried again.
    pub(crate) fn is_collision(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        // Unique violation, serialization failure, deadlock; of SQLite, the two kinds of the first.
        matches!(
            error.code().as_deref(),
            Some("23505" | "40001" | "40P01" | "1555" | "2067")
        )
    }
}

/// Whether a query found that what it takes for granted does not hold, which it says by a division by zero: nothing was
/// written.
pub(crate) fn is_division_by_zero(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(DatabaseError::code).as_deref() == Some("22012")
}
