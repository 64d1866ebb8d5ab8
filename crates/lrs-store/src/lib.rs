//! Keeps statements, documents, credentials and accounts, in `SQLite` or PostgreSQL. Knows nothing of HTTP.
//!
//! - [`Store::open`] connects, migrates, and refuses what is not ours or is newer than this program.
//! - Every write is one transaction (`engine::Tx`) and one SQL text for both engines; 2xx is for after its commit.
//! - [`StatementIndex::of`] derives the rows by which a statement is found, as a pure function.
//!
//! To add a table: a migration of the same name in both folders of `migrations/`, and what it comes to in
//! `migrations/postgres.sql`, then a module with its queries as methods of [`Store`]; each test runs on both engines.

mod account;
mod activity;
mod agent;
mod attachment;
mod backlog;
mod bulk;
mod counter;
mod credential;
mod dictionary;
mod direct;
mod distribution;
mod document;
mod document_direct;
mod document_read;
mod document_write;
mod draft;
mod engine;
mod error;
mod figures;
mod index;
mod kept;
mod lanes;
mod migration;
mod overview;
mod password;
mod place;
mod query;
mod readiness;
mod recent;
mod reference;
mod replica;
mod retention;
mod search;
mod seen;
mod selectivity;
mod setting;
mod statement;
mod store;
mod tally;
mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod texts;
mod uncounted;
mod watermark;
mod writer;

pub use account::Session;
pub use attachment::NewAttachment;
pub use credential::{Credential, NewCredential};
pub use distribution::Distribution;
pub use document::{Document, DocumentKey, DocumentKind, Precondition};
pub use draft::{Batch, Draft, Inserted};
pub use engine::Location;
pub use error::{Outage, StoreError};
pub use figures::{Progress, Standing};
pub use index::{Facet, IndexRow, Kind, Scope, StatementIndex};
pub use overview::{Beyond, Course, DayCount, Learner, Listing};
pub use password::{hash_secret, verify_secret};
pub use place::Place;
pub use query::{Found, Order, Page, StatementFilter};
pub use retention::{Forgettable, Forgetting};
pub use store::{Clock, DEFAULT_STORE, Store, StoreId};
pub use tenant::Tenant;
