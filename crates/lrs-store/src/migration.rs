//! Brings a database to this program's version: forward only, and never a database that is not ours.

use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::{
    distribution,
    engine::{Connect, Connection, Engine, on_engine},
    error::StoreError,
};

/// The migrations: version, description, text for `SQLite`, text for PostgreSQL.
static MIGRATIONS: [(i64, &str, &str, &str); 6] = [
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
];

pub(crate) async fn migrate(engine: &Engine) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    match applied(engine).await? {
        Some(found) if found > known => return Err(StoreError::Newer { found, known }),
        Some(_) => {}
        None => refuse_others(engine).await?,
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
        Engine::Sqlite { writer, .. } => migrator.run(writer).await?,
        Engine::Postgres { writers, .. } => {
            migrator.run(writers).await?;
            if engine.is_distributed() {
                distribution::complete(writers).await?;
            }
        }
    }
    Ok(())
}

/// The version of the database, `None` when it has never been one of ours.
async fn applied(engine: &Engine) -> Result<Option<i64>, StoreError> {
    if !table_names(engine)
        .await?
        .iter()
        .any(|name| name == "_sqlx_migrations")
    {
        return Ok(None);
    }
    let mut reader = engine.read().await?;
    let version: Option<i64> = on_engine!(&mut reader, |connection| {
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(connection)
            .await?
    });
    Ok(Some(version.unwrap_or(0)))
}

async fn refuse_others(engine: &Engine) -> Result<(), StoreError> {
    let names = table_names(engine).await?;
    if names.is_empty() {
        Ok(())
    } else {
        Err(StoreError::NotOurs(format!(
            "it has the tables {}",
            names.join(", ")
        )))
    }
}

async fn table_names(engine: &Engine) -> Result<Vec<String>, sqlx::Error> {
    match engine.read().await?.connection() {
        Connection::Sqlite(connection) => {
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
            sqlx::query_scalar(sql).fetch_all(connection).await
        }
        Connection::Postgres(connection) | Connection::Citus(connection) => {
            let sql = "SELECT table_name::text FROM information_schema.tables \
                       WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name";
            sqlx::query_scalar(sql).fetch_all(connection).await
        }
    }
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
