//! `SQLite`: one writer.

use std::{sync::Arc, time::Duration};

use cartable_lrs_store::Location;
use sqlx::{
    Arguments, AssertSqlSafe, ConnectOptions, Row as _, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};

use super::{Bare, Column, Insert, Row, Step, Way, values};
use crate::Result;

pub(crate) struct Sqlite;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Text(Arc<str>),
    Blob(Vec<u8>),
}

impl Bare for Sqlite {
    type Connection = SqliteConnection;
    type Value = Value;
    type Kind = ();
    type Arguments = SqliteArguments;

    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const EMPTY: &'static str = "DELETE FROM";
    const REST: &'static [&'static str] = &["PRAGMA wal_checkpoint(TRUNCATE)"];
    const WAYS: &'static [Way] = &[Way::Rows, Way::Values(16), Way::Values(64), Way::Values(256)];
    const WRITERS: &'static [usize] = &[1];

    /// With the durability of the product, and with as much memory for pages and as long a log as its connection that writes.
    async fn connect(location: &Location) -> Result<SqliteConnection> {
        let Location::Folder(folder) = location else {
            return Err("not SQLite".into());
        };
        let options = SqliteConnectOptions::new()
            .filename(folder.join("cartable.db"))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-8000")
            .pragma("wal_autocheckpoint", "40000");
        Ok(options.connect().await?)
    }

    async fn version(connection: &mut SqliteConnection) -> Result<String> {
        let version: String = sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(connection)
            .await?;
        Ok(format!("SQLite {version}, WAL, synchronous = FULL"))
    }

    async fn columns(connection: &mut SqliteConnection, table: &str) -> Result<Vec<Column<Self>>> {
        let columns: Vec<(String, bool)> =
            sqlx::query_as("SELECT name, pk > 0 FROM pragma_table_info(?) ORDER BY cid")
                .bind(table)
                .fetch_all(connection)
                .await?;
        let column = |(name, is_key)| Column {
            name,
            is_key,
            kind: (),
        };
        Ok(columns.into_iter().map(column).collect())
    }

    async fn rows(connection: &mut SqliteConnection, sql: String) -> Result<Vec<Row<Self>>> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await?;
        rows.iter().map(row).collect()
    }

    async fn execute(
        connection: &mut SqliteConnection,
        sql: Arc<str>,
        arguments: SqliteArguments,
    ) -> Result<()> {
        sqlx::query_with(AssertSqlSafe(sql), arguments)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// A number here would be looked up by its name at each execution.
    fn placeholder(_place: usize) -> String {
        "?".to_owned()
    }

    fn bind(arguments: &mut SqliteArguments, _column: &Column<Self>, value: &Value) -> Result<()> {
        match value {
            Value::Null => arguments.add(None::<i64>),
            Value::Integer(number) => arguments.add(*number),
            Value::Text(text) => arguments.add(Arc::clone(text)),
            Value::Blob(bytes) => arguments.add(bytes.clone()),
        }
    }

    fn steps(inserts: &[Insert<'_, Self>], way: Way) -> Result<Vec<Step<Self>>> {
        match way {
            Way::Rows => values(inserts, 1),
            Way::Values(most) => values(inserts, most),
            Way::Arrays | Way::OneQuery => Err("SQLite has no arrays".into()),
        }
    }
}

fn row(row: &SqliteRow) -> Result<Row<Sqlite>> {
    (0..row.len())
        .map(|place| {
            let value = row.try_get_raw(place)?;
            if value.is_null() {
                return Ok(Value::Null);
            }
            Ok(match value.type_info().name() {
                "TEXT" => Value::Text(row.try_get::<String, _>(place)?.into()),
                "BLOB" => Value::Blob(row.try_get(place)?),
                _ => Value::Integer(row.try_get_unchecked(place)?),
            })
        })
        .collect()
}
