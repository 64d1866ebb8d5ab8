//! PostgreSQL: several writers, and arrays. A value is the bytes of its binary format.

use std::{fmt::Write, sync::Arc};

use cartable_lrs_store::Location;
use sqlx::{
    AssertSqlSafe, Connection, Encode, PgConnection, Postgres, Row as _, Type, ValueRef,
    encode::IsNull,
    postgres::{PgArgumentBuffer, PgArguments, PgRow, PgTypeInfo, types::Oid},
};

use super::{Bare, Column, Insert, Row, Step, Way, names, values};
use crate::{Error, Result};

pub(crate) struct PostgreSql;

/// A column's type, and that of its arrays.
pub(crate) struct Kind {
    element: Oid,
    array: Oid,
}

impl Bare for PostgreSql {
    type Connection = PgConnection;
    type Value = Option<Vec<u8>>;
    type Kind = Kind;
    type Arguments = PgArguments;

    const BEGIN: &'static str = "BEGIN";
    const EMPTY: &'static str = "TRUNCATE";
    const REST: &'static [&'static str] = &["VACUUM (ANALYZE)", "CHECKPOINT"];
    const WAYS: &'static [Way] = &[
        Way::Rows,
        Way::Values(16),
        Way::Values(256),
        Way::Arrays,
        Way::OneQuery,
    ];
    const WRITERS: &'static [usize] = &[1, 4];

    async fn connect(location: &Location) -> Result<PgConnection> {
        let Location::Postgres(url) = location else {
            return Err("not PostgreSQL".into());
        };
        Ok(PgConnection::connect(url).await?)
    }

    async fn version(connection: &mut PgConnection) -> Result<String> {
        let setting = |name: &str| format!("current_setting('{name}')");
        let sql = format!(
            "SELECT 'PostgreSQL ' || {} || ', shared_buffers = ' || {} || ', synchronous_commit = ' || {}",
            setting("server_version"),
            setting("shared_buffers"),
            setting("synchronous_commit")
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(connection)
            .await?)
    }

    async fn columns(connection: &mut PgConnection, table: &str) -> Result<Vec<Column<Self>>> {
        let columns: Vec<(String, bool, Oid, Oid)> = sqlx::query_as(
            "SELECT attname::text, COALESCE(attnum = ANY (indkey), FALSE), pg_type.oid, typarray
             FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
             LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
             WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
             ORDER BY attnum",
        )
        .bind(table)
        .fetch_all(connection)
        .await?;
        let column = |(name, is_key, element, array)| Column {
            name,
            is_key,
            kind: Kind { element, array },
        };
        Ok(columns.into_iter().map(column).collect())
    }

    async fn rows(connection: &mut PgConnection, sql: String) -> Result<Vec<Row<Self>>> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await?;
        rows.iter().map(row).collect()
    }

    async fn execute(connection: &mut PgConnection, sql: Arc<str>, arguments: PgArguments) -> Result<()> {
        sqlx::query_with(AssertSqlSafe(sql), arguments)
            .execute(connection)
            .await?;
        Ok(())
    }

    fn placeholder(place: usize) -> String {
        format!("${place}")
    }

    fn bind(arguments: &mut PgArguments, column: &Column<Self>, value: &Self::Value) -> Result<()> {
        add(
            arguments,
            &Raw {
                kind: column.kind.element,
                bytes: value.as_deref(),
            },
        )
    }

    fn steps(inserts: &[Insert<'_, Self>], way: Way) -> Result<Vec<Step<Self>>> {
        match way {
            Way::Rows => values(inserts, 1),
            Way::Values(most) => values(inserts, most),
            Way::Arrays => inserts.chunks(1).map(one_query).collect(),
            Way::OneQuery => Ok(vec![one_query(inserts)?]),
        }
    }
}

fn row(row: &PgRow) -> Result<Row<PostgreSql>> {
    (0..row.len())
        .map(|place| {
            let value = row.try_get_raw(place)?;
            if value.is_null() {
                return Ok(None);
            }
            Ok(Some(value.as_bytes()?.to_vec()))
        })
        .collect()
}

/// `WITH written_0 AS (INSERT …), … INSERT …`: all the rows of each table from arrays.
fn one_query(inserts: &[Insert<'_, PostgreSql>]) -> Result<Step<PostgreSql>> {
    let mut arguments = PgArguments::default();
    let mut sql = String::new();
    let mut place = 0;
    for (number, Insert { table, rows }) in inserts.iter().enumerate() {
        let mut arrays = Vec::new();
        for (position, column) in table.columns.iter().enumerate() {
            let array = array(
                column.kind.element,
                rows.iter().map(|row| row[position].as_deref()),
            )?;
            let bytes = Some(array.as_slice());
            add(
                &mut arguments,
                &Raw {
                    kind: column.kind.array,
                    bytes,
                },
            )?;
            place += 1;
            arrays.push(format!("${place}"));
        }
        let insert = format!(
            "{} SELECT {} FROM UNNEST({}) AS given ({}){}",
            table.insert_into(),
            names(&table.columns),
            arrays.join(", "),
            names(&table.columns),
            table.on_conflict()
        );
        if number + 1 < inserts.len() {
            let before = if number == 0 { "WITH" } else { "," };
            write!(sql, "{before} written_{number} AS ({insert}) ")?;
        } else {
            sql.push_str(&insert);
        }
    }
    Ok(Step {
        sql: sql.into(),
        arguments,
    })
}

/// The binary format of an array of one dimension.
fn array<'a>(element: Oid, values: impl ExactSizeIterator<Item = Option<&'a [u8]>>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (dimensions, may_hold_null, first) = (1_i32, 1_i32, 1_i32);
    let count = i32::try_from(values.len())?;
    bytes.extend(dimensions.to_be_bytes());
    bytes.extend(may_hold_null.to_be_bytes());
    bytes.extend(element.0.to_be_bytes());
    bytes.extend(count.to_be_bytes());
    bytes.extend(first.to_be_bytes());
    for value in values {
        let length = value.map_or(Ok(-1), |value| i32::try_from(value.len()))?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(value.unwrap_or_default());
    }
    Ok(bytes)
}

fn add(arguments: &mut PgArguments, value: &Raw<'_>) -> Result<()> {
    sqlx::Arguments::add(arguments, value)
}

/// Bytes of a type that only the database knows.
struct Raw<'a> {
    kind: Oid,
    bytes: Option<&'a [u8]>,
}

impl Type<Postgres> for Raw<'_> {
    /// `unknown`; each value says better.
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(705))
    }
}

impl Encode<'_, Postgres> for Raw<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> std::result::Result<IsNull, Error> {
        let Some(bytes) = self.bytes else {
            return Ok(IsNull::Yes);
        };
        buffer.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(self.kind))
    }
}
