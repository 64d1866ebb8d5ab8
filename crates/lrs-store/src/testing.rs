//! Databases for tests: an empty one on each engine.
//!
//! PostgreSQL's is made on the server of `CARTABLE_TEST_POSTGRES`, an address whose user may create databases;
//! `tests/run` starts one. [`on_both_engines!`](crate::on_both_engines) makes two tests of one body, and a third that only runs
//! when it is asked for: on a cluster of Citus, by the address of its coordinator in `CARTABLE_TEST_CITUS`.

#![expect(
    clippy::expect_used,
    reason = "a test that has no database has nothing else to do than to say so"
)]

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use cartable_xapi::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

use crate::{Clock, Location, Store};

/// The variable that holds the address of a PostgreSQL server.
pub const POSTGRES: &str = "CARTABLE_TEST_POSTGRES";

/// The variable that holds the address of a coordinator of Citus: of a database that knows its workers.
pub const CITUS: &str = "CARTABLE_TEST_CITUS";

/// Few, so that a database is soon made.
const SHARDS: &str = "?options=-c%20citus.shard_count%3D4";

/// Numbers the databases of this process.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty database.
#[derive(Debug)]
pub struct TestDatabase {
    /// Where it is.
    pub location: Location,
    /// Whether it is to be distributed.
    is_distributed: bool,
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
            is_distributed: false,
            _folder: Some(folder),
        }
    }

    /// On the server of [`POSTGRES`].
    ///
    /// # Panics
    ///
    /// When the variable is not set, or the server refuses.
    pub async fn postgres() -> Self {
        let server = std::env::var(POSTGRES).expect(
            "CARTABLE_TEST_POSTGRES must hold the address of a PostgreSQL server, such as postgres://localhost/postgres; \
             tests/run starts one",
        );
        let name = name();
        let options = PgConnectOptions::from_str(&server).expect("an address");
        create(&options, &name).await;
        let (start, _) = server.rsplit_once('/').expect("an address with a database");
        Self {
            location: Location::Postgres(format!("{start}/{name}")),
            is_distributed: false,
            _folder: None,
        }
    }

    /// On the cluster of [`CITUS`]; what is opened is distributed.
    ///
    /// # Panics
    ///
    /// When the variable is not set, or a server refuses.
    pub async fn citus() -> Self {
        let server = std::env::var(CITUS).expect(
            "CARTABLE_TEST_CITUS must hold the address of a coordinator of Citus, such as postgres://localhost/postgres",
        );
        let name = name();
        let coordinator = PgConnectOptions::from_str(&server).expect("an address");
        let mut connection = connect(&coordinator).await;
        let workers: Vec<(String, i32)> =
            sqlx::query_as("SELECT nodename, nodeport FROM pg_dist_node WHERE groupid > 0")
                .fetch_all(&mut connection)
                .await
                .expect("the workers that the database knows");
        // Nodes that are added to two databases at once get in each other's way.
        connection
            .execute("SELECT pg_advisory_lock(1)")
            .await
            .expect("the turn to make a database");
        let mut nodes = vec![format!(
            "SELECT citus_set_coordinator_host('{}', {})",
            coordinator.get_host(),
            coordinator.get_port()
        )];
        create(&coordinator, &name).await;
        execute(&coordinator.clone().database(&name), "CREATE EXTENSION citus").await;
        for (host, port) in workers {
            let port = u16::try_from(port).expect("a port");
            let worker = coordinator.clone().host(&host).port(port);
            create(&worker, &name).await;
            execute(&worker.database(&name), "CREATE EXTENSION citus").await;
            nodes.push(format!("SELECT citus_add_node('{host}', {port})"));
        }
        execute(&coordinator.database(&name), &nodes.join("; ")).await;
        let (start, _) = server.rsplit_once('/').expect("an address with a database");
        Self {
            location: Location::Postgres(format!("{start}/{name}{SHARDS}")),
            is_distributed: true,
            _folder: None,
        }
    }

    /// Opens it, with a clock that advances by a millisecond each time it is read.
    ///
    /// # Panics
    ///
    /// When it cannot be opened.
    pub async fn open(&self) -> Store {
        if self.is_distributed {
            Store::distribute(&self.location, ticking())
                .await
                .expect("the test database is distributed");
        }
        Store::open(&self.location, ticking())
            .await
            .expect("the test database opens")
    }
}

fn name() -> String {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("cartable_test_{}_{count}", std::process::id())
}

async fn create(server: &PgConnectOptions, name: &str) {
    execute(server, &format!("DROP DATABASE IF EXISTS {name}")).await;
    execute(server, &format!("CREATE DATABASE {name}")).await;
}

async fn execute(options: &PgConnectOptions, sql: &str) {
    let result = connect(options).await.execute(AssertSqlSafe(sql)).await;
    result.expect("a new database");
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options)
        .await
        .expect("the test server")
}

/// A clock that begins in 2026 and advances by a millisecond each time it is read.
#[must_use]
pub fn ticking() -> Clock {
    let micros = AtomicI64::new(1_795_000_000_000_000);
    Arc::new(move || {
        let now = micros.fetch_add(1000, Ordering::Relaxed);
        Timestamp::from_micros(now).unwrap_or(Timestamp::MIN)
    })
}

/// Makes of each body two tests, `on_sqlite` and `on_postgres`, in a module of its name, and `on_citus`, which is ignored
/// unless it is asked for.
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

            #[tokio::test]
            #[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
            async fn on_citus() {
                check($crate::testing::TestDatabase::citus().await).await;
            }
        })+
    };
}
