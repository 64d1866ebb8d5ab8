//! Citus: the tables of stores are spread over workers by their part, so that each store is with one of them; the rest
//! stays on the coordinator, by which everybody enters.

use std::time::Duration;

use sqlx::{Connection, PgConnection, Postgres, migrate::Migrate};

use crate::{
    engine::{BY_INDEX, Location, address},
    error::StoreError,
    kept::Kept,
    store::{Clock, Store},
};

/// The tables whose rows are of a store. The others are kept beside the first: what is of one part is with one worker.
const TABLES: [&str; 14] = [
    "statement",
    "statement_index",
    "reference",
    "reference_index",
    "voiding",
    "dictionary",
    "activity",
    "agent_name",
    "attachment",
    "document",
    "tallied",
    "tally",
    "progress",
    "course",
];

/// Who closes connections may take a moment to be gone.
const LEAVING: Duration = Duration::from_millis(200);
const LOOKS: usize = 10;

/// What became of a database that was to be distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// It is distributed now, with what was in it.
    Done,
    /// It was distributed already.
    Before,
}

impl Store {
    /// The tables that are spread.
    pub const DISTRIBUTED: &[&str] = &TABLES;

    /// Spreads the tables of a database over the workers of Citus, with what is in them: all or none. Nobody can open it
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotCitus`], [`StoreError::NoWorker`] or [`StoreError::InUse`] when it cannot be distributed, or when
    /// the database fails: nothing has changed.
    pub async fn distribute(location: &Location, clock: Clock) -> Result<Distribution, StoreError> {
        let Location::Postgres(url) = location else {
            return Err(StoreError::NotCitus);
        };
        let mut connection = PgConnection::connect_with(&address(url)?).await?;
        if !has_citus(&mut connection).await? {
            return Err(StoreError::NotCitus);
        }
        let workers: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_dist_node WHERE groupid > 0 AND noderole = 'primary' AND isactive",
        )
        .fetch_one(&mut connection)
        .await?;
        if workers == 0 {
            return Err(StoreError::NoWorker);
        }
        // It has every table then, and is one of ours.
        Self::open(location, clock).await?.close().await;
        // Who opens the database waits for this lock, and finds it distributed.
        connection.lock().await?;
        let missing = missing(&mut connection).await?;
        let distribution = if missing.is_empty() {
            Distribution::Before
        } else {
            alone(&mut connection).await?;
            plan_by_index(&mut connection).await?;
            spread(&mut connection, &missing).await?;
            Distribution::Done
        };
        forget_copied(&mut connection).await?;
        connection.close().await?;
        Ok(distribution)
    }
}

/// Whether a database is distributed.
pub(crate) async fn is_distributed(connections: &Kept<Postgres>) -> Result<bool, sqlx::Error> {
    let mut lease = connections.acquire().await?;
    let connection = lease.connection();
    let is_distributed = has_citus(connection).await? && missing(connection).await?.len() < TABLES.len();
    lease.rest();
    Ok(is_distributed)
}

/// Distributes the tables that migrations have added to a distributed database.
pub(crate) async fn complete(connection: &mut PgConnection) -> Result<(), StoreError> {
    if missing(connection).await?.is_empty() {
        return Ok(());
    }
    connection.lock().await?;
    let result = async {
        // Another may have done it meanwhile.
        let missing = missing(connection).await?;
        spread(connection, &missing).await
    }
    .await;
    connection.unlock().await?;
    Ok(result?)
}

async fn has_citus(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL")
        .fetch_one(connection)
        .await
}

/// The tables that are not distributed, of those that are to be.
async fn missing(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT name FROM UNNEST($1::TEXT[]) WITH ORDINALITY AS tables (name, place)
         WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass(name)) ORDER BY place",
    )
    .bind(&TABLES[..])
    .fetch_all(connection)
    .await
}

/// Makes sure that nobody else is connected: a server that knows nothing of the distribution would go on as before.
async fn alone(connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut others: i64 = 0;
    for _ in 0..LOOKS {
        others = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
             AND backend_type = 'client backend' AND NOT starts_with(application_name, 'citus_')",
        )
        .fetch_one(&mut *connection)
        .await?;
        if others == 0 {
            return Ok(());
        }
        tokio::time::sleep(LEAVING).await;
    }
    Err(StoreError::InUse(others))
}

/// Distributes tables, with their rows, in one transaction.
async fn spread(connection: &mut PgConnection, tables: &[String]) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for table in tables {
        let beside = if table == TABLES[0] { "none" } else { TABLES[0] };
        sqlx::query("SELECT create_distributed_table($1::TEXT::REGCLASS, 'part', colocate_with => $2)")
            .bind(table)
            .bind(beside)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

/// Has workers go by the index in whatever they are asked: their tables have no statistics for a while.
async fn plan_by_index(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for (name, value) in BY_INDEX {
        sqlx::query(
            "SELECT run_command_on_workers(format(
                 'SET citus.enable_ddl_propagation TO off; ALTER DATABASE %I SET %I = %L',
                 current_database(), $1::TEXT, $2::TEXT))",
        )
        .bind(name)
        .bind(value)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Frees the room of the rows that were copied to the workers.
async fn forget_copied(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let copied: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM UNNEST($1::TEXT[]) AS tables (name) WHERE pg_relation_size(name::REGCLASS) > 0",
    )
    .bind(&TABLES[..])
    .fetch_all(&mut *connection)
    .await?;
    for table in copied {
        sqlx::query("SELECT truncate_local_data_after_distributing_table($1::TEXT::REGCLASS)")
            .bind(table)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
