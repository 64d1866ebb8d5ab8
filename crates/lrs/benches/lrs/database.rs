//! Empty databases: a folder, or a database on a PostgreSQL server.

use std::{path::Path, process::Command};

use cartable_lrs_store::{Location, testing::TestDatabase};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::{
    Result,
    bare::{Bare, PostgreSql},
    options::EngineName,
};

const VARIABLES: [&str; 2] = ["CARTABLE_BENCH_POSTGRES", "CARTABLE_TEST_POSTGRES"];

/// The address of the PostgreSQL server to measure on.
pub(crate) fn postgres_server() -> Option<String> {
    VARIABLES.iter().find_map(|name| std::env::var(name).ok())
}

/// A database that nobody else uses.
pub(crate) struct Database {
    pub(crate) location: Location,
    engine: EngineName,
    folder: Option<TempDir>,
}

impl Database {
    /// Makes one; `name` tells it from the others of this run.
    pub(crate) async fn create(engine: EngineName, folder: &Path, name: &str) -> Result<Self> {
        match engine {
            EngineName::Sqlite => {
                let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(folder)?;
                Ok(Self {
                    location: Location::Folder(folder.path().to_owned()),
                    engine,
                    folder: Some(folder),
                })
            }
            EngineName::Citus => Ok(Self::citus().await),
            EngineName::Postgres => {
                let server = postgres_server().ok_or("no PostgreSQL server")?;
                let (start, _) = server
                    .rsplit_once('/')
                    .ok_or("PostgreSQL's address names no database")?;
                let name = format!("cartable_bench_{}_{name}", std::process::id());
                administer(&format!("CREATE DATABASE {name}")).await?;
                Ok(Self {
                    location: Location::Postgres(format!("{start}/{name}")),
                    engine,
                    folder: None,
                })
            }
        }
    }

    /// Makes a distributed one.
    async fn citus() -> Self {
        let database = TestDatabase::citus().await;
        database.open().await.close().await;
        Self {
            location: database.location,
            engine: EngineName::Citus,
            folder: None,
        }
    }

    /// Has PostgreSQL and the disk do now what they do by themselves some time after many rows have come, and would do during
    /// the measures.
    pub(crate) async fn rest(&self) -> Result<()> {
        if let (EngineName::Postgres, Location::Postgres(url)) = (self.engine, &self.location) {
            let mut connection = PgConnection::connect(url).await?;
            for sql in PostgreSql::REST {
                connection.execute(*sql).await?;
            }
            connection.close().await?;
        }
        Command::new("sync").status()?;
        Ok(())
    }

    /// Removes it, and waits until the disk is done with that.
    pub(crate) async fn drop(self) -> Result<()> {
        // Those of Citus are on several servers; they are left to who runs these.
        if let (EngineName::Postgres, Location::Postgres(url)) = (self.engine, &self.location) {
            let (_, name) = url.rsplit_once('/').unwrap_or_default();
            administer(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        }
        if let Some(folder) = self.folder {
            folder.close()?;
        }
        Command::new("sync").status()?;
        Ok(())
    }
}

async fn administer(sql: &str) -> Result<()> {
    let server = postgres_server().ok_or("no PostgreSQL server")?;
    let mut connection = PgConnection::connect(&server).await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(connection.close().await?)
}
