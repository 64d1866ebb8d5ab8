//! Keeps statements, documents, credentials and accounts, in `SQLite` or PostgreSQL. Knows nothing of HTTP.
//!
//! - [`Store::open`] connects, migrates, and refuses what is not ours or is newer than this program.
//! - Every write is one transaction (`engine::Tx`) and one SQL text for both engines; 2xx is for after its commit.
//! - [`StatementIndex::of`] derives the rows by which a statement is found, as a pure function.
//!
//! To add a table: a migration of the same name in both folders of `migrations/`, then a module with its queries as
//! methods of [`Store`]; each test runs on both engines.

mod account;
mod activity;
mod agent;
mod attachment;
mod credential;
mod document;
mod engine;
mod error;
mod index;
mod migration;
mod password;
mod query;
mod reference;
mod setting;
mod statement;
mod store;
mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod watermark;

pub use account::Session;
pub use attachment::NewAttachment;
pub use credential::{Credential, NewCredential};
pub use document::{Document, DocumentKey, DocumentKind, Precondition};
pub use engine::Location;
pub use error::StoreError;
pub use index::{Facet, IndexRow, Kind, Scope, StatementIndex};
pub use password::{hash_secret, verify_secret};
pub use query::{Cursor, Found, Order, Page, StatementFilter};
pub use statement::{Batch, Draft, Inserted};
pub use store::{Clock, DEFAULT_STORE, Store, StoreId};
pub use tenant::Tenant;
