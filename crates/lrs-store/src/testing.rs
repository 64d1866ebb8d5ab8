//! Databases for tests: an empty one on each engine.
//!
//! PostgreSQL's is made on the server of `CARTABLE_TEST_POSTGRES`, an address whose user may create databases;
//! `tests/run` starts one. [`on_both_engines!`](crate::on_both_engines) makes two tests of one body.

#![expect(
    clippy::expect_used,
    reason = "a test that has no database has nothing else to do than to say so"
)]

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU32, Ordering},
};

use cartable_xapi::Timestamp;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::{Clock, Location, Store};

/// The variable that holds the address of a PostgreSQL server.
pub const POSTGRES: &str = "CARTABLE_TEST_POSTGRES";

/// An empty database.
#[derive(Debug)]
pub struct TestDatabase {
    /// Where it is.
    pub location: Location,
    /// Removes the folder at the end.
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// In a temporary folder.
    ///
    /// # Panics
    ///
    /// When the folder cannot be made.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self {
            location: Location::Folder(folder.path().to_owned()),
            _folder: Some(folder),
        }
    }

    /// On the server of [`POSTGRES`].
    ///
    /// # Panics
    ///
    /// When the variable is not set, or the server refuses.
    pub async fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var(POSTGRES).expect(
            "CARTABLE_TEST_POSTGRES must hold the address of a PostgreSQL server, such as postgres://localhost/postgres; \
             tests/run starts one",
        );
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cartable_test_{}_{count}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.expect("the test server");
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
        ] {
            connection
                .execute(sqlx::AssertSqlSafe(sql))
                .await
                .expect("a new database");
        }
        let (start, _) = server.rsplit_once('/').expect("an address with a database");
        Self {
            location: Location::Postgres(format!("{start}/{name}")),
            _folder: None,
        }
    }

    /// Opens it, with a clock that advances by a millisecond each time it is read.
    ///
    /// # Panics
    ///
    /// When it cannot be opened.
    pub async fn open(&self) -> Store {
        Store::open(&self.location, ticking())
            .await
            .expect("the test database opens")
    }
}

/// A clock that begins in 2026 and advances by a millisecond each time it is read.
fn ticking() -> Clock {
    let micros = AtomicI64::new(1_795_000_000_000_000);
    Arc::new(move || {
        let now = micros.fetch_add(1000, Ordering::Relaxed);
        Timestamp::from_micros(now).unwrap_or(Timestamp::MIN)
    })
}

/// Makes of each body two tests, `on_sqlite` and `on_postgres`, in a module of its name.
#[macro_export]
macro_rules! on_both_engines {
    ($(async fn $name:ident($database:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn check($database: $crate::testing::TestDatabase) $body

            #[tokio::test]
            async fn on_sqlite() {
                check($crate::testing::TestDatabase::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                check($crate::testing::TestDatabase::postgres().await).await;
            }
        })+
    };
}
