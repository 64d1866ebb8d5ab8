//! Brings a database to this program's version: forward only, and never a database that is not ours.

use sqlx::{
    AssertSqlSafe, Connection as _, Executor, PgConnection,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use crate::{
    distribution,
    engine::{BY_INDEX, Connect, Connection, Engine, Reader, on_engine},
    error::StoreError,
};

/// The migrations: version, description, text for `SQLite`, text for PostgreSQL.
static MIGRATIONS: [(i64, &str, &str, &str); 8] = [
    (
        1,
        "foundation",
        include_str!("../migrations/sqlite/0001_foundation.sql"),
        include_str!("../migrations/postgres/0001_foundation.sql"),
    ),
    (
        2,
        "resources",
        include_str!("../migrations/sqlite/0002_resources.sql"),
        include_str!("../migrations/postgres/0002_resources.sql"),
    ),
    (
        3,
        "edge",
        include_str!("../migrations/sqlite/0003_edge.sql"),
        include_str!("../migrations/postgres/0003_edge.sql"),
    ),
    (
        4,
        "places",
        include_str!("../migrations/sqlite/0004_places.sql"),
        include_str!("../migrations/postgres/0004_places.sql"),
    ),
    (
        7,
        "indexed",
        include_str!("../migrations/sqlite/0007_indexed.sql"),
        include_str!("../migrations/postgres/0007_indexed.sql"),
    ),
    (
        8,
        "tallies",
        include_str!("../migrations/sqlite/0008_tallies.sql"),
        include_str!("../migrations/postgres/0008_tallies.sql"),
    ),
    (
        9,
        "new_ids",
        include_str!("../migrations/sqlite/0009_new_ids.sql"),
        include_str!("../migrations/postgres/0009_new_ids.sql"),
    ),
    (
        10,
        "verbs",
        include_str!("../migrations/sqlite/0010_verbs.sql"),
        include_str!("../migrations/postgres/0010_verbs.sql"),
    ),
];

/// What they come to, for an empty database of PostgreSQL: a third faster than one after the other.
const SCHEMA: &str = include_str!("../migrations/postgres.sql");

/// The table of the migrations that a database has had.
const APPLIED: &str = "_sqlx_migrations";

pub(crate) async fn migrate(engine: &Engine) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    let found = found(engine).await?;
    if let Some(found) = found
        && found > known
    {
        return Err(StoreError::Newer { found, known });
    }
    let migrations = MIGRATIONS.iter().map(|(version, description, sqlite, postgres)| {
        let text = match engine {
            Engine::Sqlite { .. } => *sqlite,
            Engine::Postgres { .. } => *postgres,
        };
        Migration::new(
            *version,
            (*description).into(),
            MigrationType::Simple,
            sqlx::SqlStr::from_static(text),
            false,
        )
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    match engine {
        Engine::Sqlite { writer, .. } => migrator.run(writer.acquire().await?.connection()).await?,
        Engine::Postgres { writers, .. } => {
            let mut lease = writers.acquire().await?;
            let connection = lease.connection();
            // What is durable later is so with what comes before it; and a migration goes over whole tables.
            let settings = |change: fn(&str) -> String| BY_INDEX.map(|(name, _)| change(name)).join("; ");
            let on = settings(|name| format!("SET {name} = on"));
            let sql = format!("SET synchronous_commit = off; {on}");
            connection.execute(AssertSqlSafe(sql)).await?;
            let result = async {
                if found.is_none() {
                    begin(&mut *connection, &migrator).await?;
                }
                migrator.run(&mut *connection).await
            }
            .await;
            let reset = settings(|name| format!("RESET {name}"));
            let sql = format!("RESET synchronous_commit; {reset}");
            connection.execute(AssertSqlSafe(sql)).await?;
            result?;
            if engine.is_distributed() {
                distribution::complete(connection).await?;
            }
            lease.rest();
        }
    }
    Ok(())
}

/// Gives a database that has had no migration what all of them come to.
async fn begin(connection: &mut PgConnection, migrator: &Migrator) -> Result<(), MigrateError> {
    // Who opens it at the same time waits, and finds it done.
    connection.lock().await?;
    let mut tx = connection.begin().await?;
    tx.ensure_migrations_table(APPLIED).await?;
    if tx.list_applied_migrations(APPLIED).await?.is_empty() {
        tx.execute(SCHEMA).await?;
        for migration in migrator.iter() {
            tx.skip(APPLIED, migration).await?;
        }
    }
    tx.commit().await?;
    connection.unlock().await
}

/// The version of the database, `None` when it is empty; refuses one that has never been one of ours.
async fn found(engine: &Engine) -> Result<Option<i64>, StoreError> {
    let mut reader = engine.read().await?;
    let names = table_names(&mut reader).await?;
    if names.is_empty() {
        return Ok(None);
    }
    if !names.iter().any(|name| name == APPLIED) {
        let tables = names.join(", ");
        return Err(StoreError::NotOurs(format!("it has the tables {tables}")));
    }
    let version: Option<i64> = on_engine!(&mut reader, |connection| {
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(connection)
            .await?
    });
    Ok(version)
}

async fn table_names(reader: &mut Reader) -> Result<Vec<String>, sqlx::Error> {
    let names = match reader.connection() {
        Connection::Sqlite(connection) => {
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
            sqlx::query_scalar(sql).fetch_all(connection).await?
        }
        Connection::Postgres(connection) | Connection::Citus(connection) => {
            let sql = "SELECT relname::text FROM pg_class \
                       WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname";
            sqlx::query_scalar(sql).fetch_all(connection).await?
        }
    };
    reader.rest();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |engine: &str| -> BTreeSet<String> {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("migrations")
                .join(engine);
            fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect()
        };
        assert_eq!(names("sqlite"), names("postgres"));
        let embedded =
            super::MIGRATIONS.map(|(version, description, ..)| format!("{version:04}_{description}.sql"));
        assert_eq!(names("sqlite"), BTreeSet::from(embedded));
    }
}
