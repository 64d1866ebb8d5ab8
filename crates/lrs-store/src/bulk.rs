//! Many rows at once: one prepared statement for so many, in place of one for each.
//!
//! `SQLite` gets rows of values, in a few lengths, so that each of these is prepared once; PostgreSQL gets a column each
//! as an array, which it reads faster and plans once. Citus gets rows of values where it must find the worker by them.

use std::{fmt::Write, iter};

use sqlx::{
    AssertSqlSafe, FromRow, Postgres,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::SqliteRow,
};
use uuid::Uuid;

use crate::engine::{Connect, Connection, Tx};

/// So many rows go into one prepared statement, the most first; every number of rows is a sum of these.
const LENGTHS: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// A query looks for so many things at the most.
const LIST: usize = 64;

/// The values of a column, one for each row.
#[derive(Debug)]
pub(crate) enum Column<'v> {
    Integer(Vec<i64>),
    Id(Vec<Uuid>),
    OptionalId(Vec<Option<Uuid>>),
    Flag(Vec<bool>),
    Text(Vec<&'v str>),
    Bytes(Vec<&'v [u8]>),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Integer(values) => values.len(),
            Self::Id(values) => values.len(),
            Self::OptionalId(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    /// The type of an array of it in PostgreSQL.
    fn array(&self) -> &'static str {
        match self {
            Self::Integer(_) => "BIGINT[]",
            Self::Id(_) | Self::OptionalId(_) => "UUID[]",
            Self::Flag(_) => "BOOLEAN[]",
            Self::Text(_) => "TEXT[]",
            Self::Bytes(_) => "BYTEA[]",
        }
    }
}

/// Adds a column's value in one row, or all of its values, to a query.
macro_rules! bind {
    ($query:expr, $column:expr, $values:ident => $value:expr) => {
        match $column {
            Column::Integer($values) => $query.bind($value),
            Column::Id($values) => $query.bind($value),
            Column::OptionalId($values) => $query.bind($value),
            Column::Flag($values) => $query.bind($value),
            Column::Text($values) => $query.bind($value),
            Column::Bytes($values) => $query.bind($value),
        }
    };
}

/// Makes queries for all rows of values, in the lengths of prepared statements: `$text` says what each is for so many,
/// `$send` what becomes of it.
macro_rules! in_lengths {
    ($columns:expr, $text:expr, |$query:ident| $send:expr) => {
        for (first, length) in lengths($columns.first().map_or(0, Column::len)) {
            let mut $query = $text(length);
            for row in first..first + length {
                for column in $columns {
                    $query = bind!($query, column, values => values[row]);
                }
            }
            $send
        }
    };
}

/// Rows to be inserted into a table.
pub(crate) struct Insert<'v> {
    /// The table and its columns: `table (a, b)`.
    pub(crate) into: &'static str,
    /// The values of the columns.
    pub(crate) columns: Vec<Column<'v>>,
    /// What is done with a row that is there already; empty when there is none.
    pub(crate) conflict: &'static str,
}

impl Insert<'_> {
    fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }
}

/// Inserts rows; returns how many were inserted or changed.
pub(crate) async fn insert(tx: &mut Tx, insert: Insert<'_>) -> Result<u64, sqlx::Error> {
    insert_all(tx, &[insert]).await
}

/// Inserts rows into several tables, on PostgreSQL by one query; returns how many were inserted or changed in the last.
pub(crate) async fn insert_all(tx: &mut Tx, inserts: &[Insert<'_>]) -> Result<u64, sqlx::Error> {
    let mut affected = 0;
    match tx.connection() {
        Connection::Sqlite(connection) => {
            for insert in inserts {
                affected = 0;
                let text = |rows| sqlx::query(AssertSqlSafe(values("INSERT OR FAIL", insert, rows, unnamed)));
                in_lengths!(&insert.columns, text, |query| {
                    affected += query.execute(&mut *connection).await?.rows_affected();
                });
            }
        }
        Connection::Citus(connection) => {
            for insert in inserts {
                affected = 0;
                let text = |rows| sqlx::query(AssertSqlSafe(values("INSERT", insert, rows, numbered)));
                in_lengths!(&insert.columns, text, |query| {
                    affected += query.execute(&mut *connection).await?.rows_affected();
                });
            }
        }
        Connection::Postgres(connection) => {
            let inserts: Vec<&Insert<'_>> = inserts.iter().filter(|insert| insert.rows() > 0).collect();
            if inserts.is_empty() {
                return Ok(0);
            }
            let query = sqlx::query(AssertSqlSafe(arrays(&inserts)));
            let columns = inserts.iter().flat_map(|insert| &insert.columns);
            affected = bind(query, columns).execute(connection).await?.rows_affected();
        }
    }
    Ok(affected)
}

/// Adds columns to a query of PostgreSQL, an array each.
pub(crate) fn bind<'q, 'c: 'q>(
    mut query: Query<'q, Postgres, PgArguments>,
    columns: impl IntoIterator<Item = &'q Column<'c>>,
) -> Query<'q, Postgres, PgArguments> {
    for column in columns {
        query = bind!(query, column, values => values);
    }
    query
}

/// Rows to be found in a table, each by the values of some columns, which an index has.
pub(crate) struct Find<'v> {
    /// The columns that are asked for: `a, b`.
    pub(crate) what: &'static str,
    pub(crate) from: &'static str,
    /// The names of the columns by which they are found, and their values.
    pub(crate) columns: Vec<(&'static str, Column<'v>)>,
}

/// Finds rows.
pub(crate) async fn find<R>(by: &mut impl Connect, find: Find<'_>) -> Result<Vec<R>, sqlx::Error>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let (names, columns): (Vec<&str>, Vec<Column<'_>>) = find.columns.into_iter().unzip();
    let count = columns.first().map_or(0, Column::len);
    let select = |condition| format!("SELECT {} FROM {} WHERE {condition}", find.what, find.from);
    let mut found = Vec::new();
    match by.connection() {
        Connection::Sqlite(connection) => {
            let text = |rows| sqlx::query_as(AssertSqlSafe(select(among_values(&names, rows))));
            in_lengths!(&columns, text, |query| {
                found.append(&mut query.fetch_all(&mut *connection).await?);
            });
        }
        Connection::Citus(connection) => {
            let text = |rows| sqlx::query_as(AssertSqlSafe(select(among_lists(&names, rows))));
            in_lengths!(&columns, text, |query| {
                found.append(&mut query.fetch_all(&mut *connection).await?);
            });
        }
        Connection::Postgres(connection) => {
            if count > 0 {
                let sql = each_of_arrays(find.what, find.from, &names, &columns);
                let mut query = sqlx::query_as(AssertSqlSafe(format!("SELECT found.* {sql}")));
                for column in &columns {
                    query = bind!(query, column, values => values);
                }
                found = query.fetch_all(connection).await?;
            }
        }
    }
    by.rest();
    Ok(found)
}

/// Rows to be deleted from a table, each by the values of some columns, which an index has.
pub(crate) struct Delete<'v> {
    pub(crate) from: &'static str,
    /// The names of the columns and their values.
    pub(crate) columns: Vec<(&'static str, Column<'v>)>,
}

/// Deletes rows.
pub(crate) async fn delete(tx: &mut Tx, delete: Delete<'_>) -> Result<(), sqlx::Error> {
    let (names, columns): (Vec<&str>, Vec<Column<'_>>) = delete.columns.into_iter().unzip();
    if columns.first().is_none_or(|column| column.len() == 0) {
        return Ok(());
    }
    let delete_from = |condition| format!("DELETE FROM {} WHERE {condition}", delete.from);
    match tx.connection() {
        Connection::Sqlite(connection) => {
            let text = |rows| sqlx::query(AssertSqlSafe(delete_from(among_values(&names, rows))));
            in_lengths!(&columns, text, |query| {
                query.execute(&mut *connection).await?;
            });
        }
        Connection::Citus(connection) => {
            let text = |rows| sqlx::query(AssertSqlSafe(delete_from(among_lists(&names, rows))));
            in_lengths!(&columns, text, |query| {
                query.execute(&mut *connection).await?;
            });
        }
        Connection::Postgres(connection) => {
            let mut query = sqlx::query(AssertSqlSafe(delete_arrays(delete.from, &names, &columns)));
            for column in &columns {
                query = bind!(query, column, values => values);
            }
            query.execute(connection).await?;
        }
    }
    Ok(())
}

/// `(a, b) IN (VALUES (?, ?), (?, ?) …)`.
fn among_values(names: &[&str], rows: usize) -> String {
    let rows = tuples(rows, names.len(), unnamed);
    format!("({}) IN (VALUES {rows})", names.join(", "))
}

/// `(a, b) IN (($1, $2), ($3, $4) …)`: Citus finds the part in each.
fn among_lists(names: &[&str], rows: usize) -> String {
    let rows = tuples(rows, names.len(), numbered);
    format!("({}) IN ({rows})", names.join(", "))
}

/// Rows of parameters, each as `parameter` writes it: `(?, ?), (?, ?)`, `($1, $2), ($3, $4)`.
fn tuples(rows: usize, columns: usize, parameter: fn(usize) -> String) -> String {
    let tuple = |row: usize| {
        let parameters: Vec<String> = (1..=columns)
            .map(|column| parameter(row * columns + column))
            .collect();
        format!("({})", parameters.join(", "))
    };
    (0..rows).map(tuple).collect::<Vec<String>>().join(", ")
}

/// `SQLite` looks for a parameter with a name among all the others.
fn unnamed(_: usize) -> String {
    "?".to_owned()
}

fn numbered(number: usize) -> String {
    format!("${number}")
}

/// `DELETE FROM table WHERE ctid = ANY(ARRAY(SELECT found.ctid FROM …))`.
fn delete_arrays(from: &str, names: &[&str], columns: &[Column<'_>]) -> String {
    let each = each_of_arrays("ctid", from, names, columns);
    format!("DELETE FROM {from} WHERE ctid = ANY(ARRAY(SELECT found.ctid {each}))")
}

/// `FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS v (a, b) …`: PostgreSQL finds each row by the index, as in [`each`].
fn each_of_arrays(what: &str, from: &str, names: &[&str], columns: &[Column<'_>]) -> String {
    let arrays: Vec<String> = columns
        .iter()
        .zip(1..)
        .map(|(column, number)| format!("${number}::{}", column.array()))
        .collect();
    let equal: Vec<String> = names.iter().map(|name| format!("i.{name} = v.{name}")).collect();
    format!(
        "FROM UNNEST({}) AS v ({}) CROSS JOIN LATERAL (SELECT {what} FROM {from} i WHERE {} OFFSET 0) AS found",
        arrays.join(", "),
        names.join(", "),
        equal.join(" AND ")
    )
}

/// The first row and the length of each query for so many rows.
fn lengths(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    iter::from_fn(move || {
        let length = LENGTHS.into_iter().find(|length| first + length <= rows)?;
        first += length;
        Some((first - length, length))
    })
}

/// `INSERT OR FAIL INTO table (a, b) VALUES (?, ?), (?, ?) …`: `SQLite` keeps a second journal otherwise, to take back the
/// rows before one that fails, which the transaction does anyway.
fn values(verb: &str, insert: &Insert<'_>, rows: usize, parameter: fn(usize) -> String) -> String {
    let Insert { into, conflict, .. } = insert;
    let rows = tuples(rows, insert.columns.len(), parameter);
    format!("{verb} INTO {into} VALUES {rows} {conflict}")
}

/// `INSERT INTO table (a, b) SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[]) …`, after a `WITH` of those before it.
fn arrays(inserts: &[&Insert<'_>]) -> String {
    let mut sql = String::new();
    let mut parameter = 0;
    for (number, insert) in inserts.iter().enumerate() {
        let before = match number {
            _ if inserts.len() == 1 => String::new(),
            0 => "WITH part_0 AS (".to_owned(),
            last if last + 1 == inserts.len() => ") ".to_owned(),
            number => format!("), part_{number} AS ("),
        };
        let _ = write!(sql, "{before}INSERT INTO {} SELECT * FROM UNNEST(", insert.into);
        for (place, column) in insert.columns.iter().enumerate() {
            parameter += 1;
            let comma = if place == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}${parameter}::{}", column.array());
        }
        let _ = write!(sql, ") {}", insert.conflict);
    }
    sql
}

/// What a query may look for many of.
pub(crate) trait Sought: Copy {
    /// The type of an array of it in PostgreSQL.
    const ARRAY: &'static str;
}

impl Sought for i64 {
    const ARRAY: &'static str = "BIGINT[]";
}

impl Sought for Uuid {
    const ARRAY: &'static str = "UUID[]";
}

/// The rows of a store that a query finds by keys, or ids, of which none is there twice:
/// `select!(tx, store, &keys, "SELECT … WHERE … AND key {}")`. Its first two parameters are the store and the part.
macro_rules! select {
    ($tx:expr, $store:expr, $values:expr, $sql:literal) => {{
        let tx = &mut *$tx;
        let values: &[_] = $values;
        let mut rows = Vec::new();
        match $crate::engine::Connect::connection(tx) {
            $crate::engine::Connection::Sqlite(connection) => {
                for list in $crate::bulk::lists(values) {
                    let sql = format!($sql, $crate::bulk::among(list.len()));
                    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql))
                        .bind($store.0)
                        .bind($store.part());
                    for value in list {
                        query = query.bind(value);
                    }
                    rows.append(&mut query.fetch_all(&mut *connection).await?);
                }
            }
            $crate::engine::Connection::Postgres(connection)
            | $crate::engine::Connection::Citus(connection) => {
                if !values.is_empty() {
                    let sql = $crate::bulk::each(&format!($sql, "= v.value"), values);
                    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql))
                        .bind($store.0)
                        .bind($store.part())
                        .bind(values);
                    rows = query.fetch_all(connection).await?;
                }
            }
        }
        $crate::engine::Connect::rest(tx);
        rows
    }};
}
pub(crate) use select;

/// What a query looks for in each of its values: PostgreSQL would rather walk all of a store's rows for a list of them,
/// where it has no statistics yet. The offset keeps it from making a join of that.
pub(crate) fn each<T: Sought>(sql: &str, _values: &[T]) -> String {
    format!(
        "SELECT found.* FROM UNNEST($3::{}) AS v (value) CROSS JOIN LATERAL ({sql} OFFSET 0) AS found",
        T::ARRAY
    )
}

/// What a query looks for, a list at a time, in the lengths of prepared statements: the last value fills a list up.
pub(crate) fn lists<T: Copy>(values: &[T]) -> impl Iterator<Item = Vec<T>> {
    values.chunks(LIST).map(|chunk| {
        let length = LENGTHS.into_iter().rfind(|length| *length >= chunk.len());
        let mut list = chunk.to_vec();
        if let Some(last) = chunk.last() {
            list.resize(length.unwrap_or(chunk.len()), *last);
        }
        list
    })
}

/// Being among so many parameters, the first of which is the third: `IN ($3, $4, $5)`.
pub(crate) fn among(count: usize) -> String {
    let names: Vec<String> = (3..3 + count).map(|number| format!("${number}")).collect();
    format!("IN ({})", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_values_is_asked_for_in_a_few_lengths() {
        for count in 1..=600 {
            let values: Vec<usize> = (0..count).collect();
            let lists: Vec<Vec<usize>> = lists(&values).collect();
            assert!(lists.iter().all(|list| LENGTHS.contains(&list.len())), "{count}");
            let mut asked = lists.concat();
            asked.dedup();
            assert_eq!(asked, values);
        }
    }

    #[test]
    fn a_statement_has_a_parameter_for_each_value() {
        let insert = |into| Insert {
            into,
            columns: vec![Column::Integer(vec![]), Column::Text(vec![])],
            conflict: "c",
        };
        let expected = "INSERT OR FAIL INTO t (a, b) VALUES (?, ?), (?, ?) c";
        assert_eq!(
            values("INSERT OR FAIL", &insert("t (a, b)"), 2, unnamed),
            expected
        );
        let expected = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) c";
        assert_eq!(values("INSERT", &insert("t (a, b)"), 2, numbered), expected);
        let expected = "INSERT INTO t (a, b) SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[]) c";
        assert_eq!(arrays(&[&insert("t (a, b)")]), expected);
        let expected = "WITH part_0 AS (INSERT INTO t SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[]) c) \
                        INSERT INTO u SELECT * FROM UNNEST($3::BIGINT[], $4::TEXT[]) c";
        assert_eq!(arrays(&[&insert("t"), &insert("u")]), expected);
        assert_eq!(among_values(&["a", "b"], 2), "(a, b) IN (VALUES (?, ?), (?, ?))");
        assert_eq!(among_lists(&["a", "b"], 2), "(a, b) IN (($1, $2), ($3, $4))");
        let expected = "DELETE FROM t WHERE ctid = ANY(ARRAY(SELECT found.ctid FROM UNNEST($1::BIGINT[], $2::TEXT[]) AS v (a, b) \
                        CROSS JOIN LATERAL (SELECT ctid FROM t i WHERE i.a = v.a AND i.b = v.b OFFSET 0) AS found))";
        let columns = [Column::Integer(vec![]), Column::Text(vec![])];
        assert_eq!(delete_arrays("t", &["a", "b"], &columns), expected);
        assert_eq!(among(2), "IN ($3, $4)");
        let expected = "SELECT found.* FROM UNNEST($3::UUID[]) AS v (value) \
                        CROSS JOIN LATERAL (SELECT a FROM t WHERE b = v.value OFFSET 0) AS found";
        assert_eq!(
            each("SELECT a FROM t WHERE b = v.value", &[Uuid::nil()]),
            expected
        );
    }
}
