//! What can go wrong in the store; the edge decides what it means to a client.

use std::path::PathBuf;

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
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
}
