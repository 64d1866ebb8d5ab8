//! The limit: the rows that a server stored, written again to a young database of the same engine, schema and durability,
//! with no HTTP, no parsing and no validation. Nothing that writes the same rows in the same transactions can be faster.

mod postgres;
mod sqlite;

use std::{
    cell::Cell,
    collections::HashMap,
    fmt::Write,
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};

use cartable_lrs_store::Location;
use futures_util::future::try_join_all;

pub(crate) use self::{postgres::PostgreSql, sqlite::Sqlite};
use crate::{Error, Result, rate};

/// The table of statements, and those whose rows belong to a statement, by its place, which is the order in which they
/// came.
const STATEMENT: &str = "statement";
const INDEXES: [&str; 1] = ["statement_index"];
const PLACE: &str = "place";
const DOCUMENT: &str = "document";

/// Statements in a transaction: what 16 clients send at once, one each or fifty each.
pub(crate) const FEW: usize = 16;
pub(crate) const MANY: usize = 800;

/// A way to write the rows of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// One prepared INSERT for each row.
    Rows,
    /// Up to so many rows in an INSERT.
    Values(usize),
    /// One INSERT for each table, from an array for each column.
    Arrays,
    /// The same, in one query that is its own transaction.
    OneQuery,
}

impl Way {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Rows => "one INSERT a row".to_owned(),
            Self::Values(1) => "one INSERT, which is the transaction".to_owned(),
            Self::Values(most) => format!("up to {most} rows an INSERT"),
            Self::Arrays => "UNNEST, one INSERT a table".to_owned(),
            Self::OneQuery => "UNNEST, one query a transaction".to_owned(),
        }
    }
}

/// A database without the product.
pub(crate) trait Bare: Sized {
    type Connection;
    /// A value, as opaque as the engine lets it be.
    type Value: Clone + Eq + Hash;
    /// What else is to be known of a column.
    type Kind;
    /// Values that are bound to a query, made before the time is taken.
    type Arguments: Clone + Default;

    const BEGIN: &'static str;
    /// Empties the table whose name follows.
    const EMPTY: &'static str;
    /// What the database would do by itself some time after many rows have come.
    const REST: &'static [&'static str];
    /// The fastest for many rows comes last.
    const WAYS: &'static [Way];
    /// Connections that write at once: each number is tried.
    const WRITERS: &'static [usize];

    async fn connect(location: &Location) -> Result<Self::Connection>;
    async fn version(connection: &mut Self::Connection) -> Result<String>;
    async fn columns(connection: &mut Self::Connection, table: &str) -> Result<Vec<Column<Self>>>;
    async fn rows(connection: &mut Self::Connection, sql: String) -> Result<Vec<Row<Self>>>;
    async fn execute(
        connection: &mut Self::Connection,
        sql: Arc<str>,
        arguments: Self::Arguments,
    ) -> Result<()>;

    /// The placeholder of a query's value.
    fn placeholder(place: usize) -> String;
    fn bind(arguments: &mut Self::Arguments, column: &Column<Self>, value: &Self::Value) -> Result<()>;
    fn steps(inserts: &[Insert<'_, Self>], way: Way) -> Result<Vec<Step<Self>>>;
}

type Row<E> = Vec<<E as Bare>::Value>;

pub(crate) struct Column<E: Bare> {
    name: String,
    /// Whether the primary key has it.
    is_key: bool,
    kind: E::Kind,
}

/// A table with the rows that were copied from the server's.
struct Table<E: Bare> {
    name: &'static str,
    columns: Vec<Column<E>>,
    rows: Vec<Row<E>>,
    /// Whether a row takes the place of one with its key.
    replaces: bool,
}

/// Rows of a table that a transaction writes.
pub(crate) struct Insert<'a, E: Bare> {
    table: &'a Table<E>,
    rows: Vec<&'a Row<E>>,
}

/// A query, ready to be sent.
pub(crate) struct Step<E: Bare> {
    sql: Arc<str>,
    arguments: E::Arguments,
}

/// How the loop writes.
#[derive(Clone, Copy)]
pub(crate) struct Writing {
    /// Statements, or documents, in a transaction.
    pub(crate) size: usize,
    pub(crate) way: Way,
    pub(crate) connections: usize,
}

/// What the loop reached.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) writing: Writing,
    pub(crate) per_second: f64,
}

/// The most that the loop reached alone with transactions of a size; what several of them reach at once is shown beside.
pub(crate) fn fastest(limits: &[Limit], size: usize) -> Option<Limit> {
    let of_size = limits
        .iter()
        .filter(|limit| limit.writing.size == size && limit.writing.connections == 1);
    of_size
        .max_by(|one, other| one.per_second.total_cmp(&other.per_second))
        .copied()
}

/// A database without the program that filled it, with the rows of the statements and documents that it was filled with.
pub(crate) struct Alone<'a, E: Bare> {
    location: &'a Location,
    statement: Table<E>,
    indexes: Vec<Table<E>>,
    document: Table<E>,
    /// Statements that there are when others are written.
    youth: usize,
}

impl<'a, E: Bare> Alone<'a, E> {
    /// Copies what is there.
    pub(crate) async fn copy(location: &'a Location, youth: usize) -> Result<Self> {
        let connection = &mut E::connect(location).await?;
        let mut indexes = Vec::new();
        for name in INDEXES {
            indexes.push(Table::read(connection, name, None).await?);
        }
        let mut document = Table::read(connection, DOCUMENT, None).await?;
        document.replaces = true;
        Ok(Self {
            location,
            statement: Table::read(connection, STATEMENT, Some(PLACE)).await?,
            indexes,
            document,
            youth,
        })
    }

    /// Writes statements in every way.
    pub(crate) async fn time_statements(&self, lasting: Duration) -> Result<Vec<Limit>> {
        let mut limits = Vec::new();
        for size in [FEW, MANY] {
            for &way in E::WAYS {
                for &connections in E::WRITERS {
                    let writing = Writing {
                        size,
                        way,
                        connections,
                    };
                    let per_second = self.time(writing, lasting).await?;
                    limits.push(Limit { writing, per_second });
                }
            }
        }
        Ok(limits)
    }

    /// Writes statements in one way, and returns how many a second.
    pub(crate) async fn time(&self, writing: Writing, lasting: Duration) -> Result<f64> {
        let rows = self.statement.rows.split_at_checked(self.youth);
        let (first, others) = rows.ok_or("too few statements")?;
        let fastest = *E::WAYS.last().ok_or("no way to write")?;
        let first = self.steps(first, MANY, fastest)?;
        let steps = self.steps(others, writing.size, writing.way)?;
        time::<E>(self.location, &steps, writing, &first, lasting).await
    }

    /// Writes the documents, over and over: each time as new ones, since the same content again would cost nothing.
    pub(crate) async fn time_documents(&self, lasting: Duration) -> Result<Vec<Limit>> {
        let mut limits = Vec::new();
        for (size, ways) in [(1, &[Way::Values(1)][..]), (FEW, E::WAYS)] {
            // Only whole transactions.
            let transactions = self.document.rows.chunks_exact(size).map(|rows| Insert {
                table: &self.document,
                rows: rows.iter().collect(),
            });
            let transactions: Vec<_> = transactions.collect();
            for &way in ways {
                let steps = transactions
                    .iter()
                    .map(|insert| E::steps(std::slice::from_ref(insert), way))
                    .collect::<Result<Vec<_>>>()?;
                for &connections in E::WRITERS {
                    let writing = Writing {
                        size,
                        way,
                        connections,
                    };
                    let per_second = time::<E>(self.location, &steps, writing, &[], lasting).await?;
                    limits.push(Limit { writing, per_second });
                }
            }
        }
        Ok(limits)
    }

    /// The transactions that write some statements in a way, so many in each: whole ones only. The rows of an index are in
    /// the order of its key, in which they are written fastest.
    fn steps(&self, statements: &[Row<E>], size: usize, way: Way) -> Result<Vec<Vec<Step<E>>>> {
        let (statement, id) = (&self.statement, self.statement.place(PLACE)?);
        let places: HashMap<_, _> = (0..).zip(statements).map(|(n, row)| (&row[id], n)).collect();
        let mut transactions: Vec<Vec<Insert<'_, E>>> = statements
            .chunks_exact(size)
            .map(|rows| {
                let rows = rows.iter().collect();
                vec![Insert {
                    table: statement,
                    rows,
                }]
            })
            .collect();
        for table in &self.indexes {
            let id = table.place(PLACE)?;
            for transaction in &mut transactions {
                transaction.push(Insert {
                    table,
                    rows: Vec::new(),
                });
            }
            for row in &table.rows {
                // Others have those of other statements.
                let place: Option<&usize> = places.get(&row[id]);
                let insert = place
                    .and_then(|place| transactions.get_mut(place / size))
                    .and_then(|inserts| inserts.last_mut());
                if let Some(insert) = insert {
                    insert.rows.push(row);
                }
            }
        }
        transactions
            .iter()
            .map(|inserts| E::steps(inserts, way))
            .collect()
    }
}

impl<E: Bare> Table<E> {
    /// Copies the rows of a table, by default in the order of its key.
    async fn read(connection: &mut E::Connection, name: &'static str, order: Option<&str>) -> Result<Self> {
        let columns = E::columns(connection, name).await?;
        let order = order.map_or_else(
            || names(columns.iter().filter(|column| column.is_key)),
            str::to_owned,
        );
        let sql = format!("SELECT {} FROM {name} ORDER BY {order}", names(&columns));
        Ok(Self {
            name,
            rows: E::rows(connection, sql).await?,
            columns,
            replaces: false,
        })
    }

    fn place(&self, column: &str) -> Result<usize> {
        let place = self.columns.iter().position(|known| known.name == column);
        Ok(place.ok_or_else(|| format!("{} has no column {column}", self.name))?)
    }

    /// `INSERT INTO statement (…)`.
    fn insert_into(&self) -> String {
        format!("INSERT INTO {} ({})", self.name, names(&self.columns))
    }

    /// What is done when there is a row with the same key.
    fn on_conflict(&self) -> String {
        if !self.replaces {
            return String::new();
        }
        let keys = names(self.columns.iter().filter(|column| column.is_key));
        let others: Vec<_> = self
            .columns
            .iter()
            .filter(|column| !column.is_key)
            .map(|column| format!("{0} = excluded.{0}", column.name))
            .collect();
        format!(" ON CONFLICT ({keys}) DO UPDATE SET {}", others.join(", "))
    }
}

fn names<'a, E: Bare + 'a>(columns: impl IntoIterator<Item = &'a Column<E>>) -> String {
    let names: Vec<_> = columns.into_iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

/// The steps that write at most so many rows each. Their numbers of rows are powers of two, so that few texts serve
/// all transactions: the engine prepares each once.
fn values<E: Bare>(inserts: &[Insert<'_, E>], most: usize) -> Result<Vec<Step<E>>> {
    let mut steps = Vec::new();
    for Insert { table, rows } in inserts {
        let mut rows = rows.as_slice();
        while !rows.is_empty() {
            let count = most.min(1 << rows.len().ilog2());
            let (now, later) = rows.split_at(count);
            rows = later;
            let mut arguments = E::Arguments::default();
            let mut sql = table.insert_into();
            let mut place = 0;
            for (number, row) in now.iter().enumerate() {
                sql.push_str(if number == 0 { " VALUES (" } else { "), (" });
                for (number, (column, value)) in table.columns.iter().zip(*row).enumerate() {
                    place += 1;
                    let comma = if number == 0 { "" } else { ", " };
                    write!(sql, "{comma}{}", E::placeholder(place))?;
                    E::bind(&mut arguments, column, value)?;
                }
            }
            write!(sql, "){}", table.on_conflict())?;
            steps.push(Step {
                sql: sql.into(),
                arguments,
            });
        }
    }
    Ok(steps)
}

/// Makes the database what it is before the first transaction: there is what the first ones write, and nothing else.
async fn begin<E: Bare>(connection: &mut E::Connection, first: &[Vec<Step<E>>]) -> Result<()> {
    for table in INDEXES.into_iter().chain([STATEMENT, DOCUMENT]) {
        let sql = format!("{} {table}", E::EMPTY).into();
        E::execute(connection, sql, E::Arguments::default()).await?;
    }
    for steps in first {
        write::<E>(connection, steps).await?;
    }
    for sql in E::REST {
        E::execute(connection, (*sql).into(), E::Arguments::default()).await?;
    }
    Ok(())
}

/// Writes transactions for a while, beginning again after the last; returns how many statements or documents a
/// second. Only they count.
async fn time<E: Bare>(
    location: &Location,
    transactions: &[Vec<Step<E>>],
    writing: Writing,
    first: &[Vec<Step<E>>],
    lasting: Duration,
) -> Result<f64> {
    if transactions.is_empty() {
        return Err("too few rows for one transaction: store more statements".into());
    }
    let mut connections = Vec::new();
    for _ in 0..writing.connections {
        connections.push(E::connect(location).await?);
    }
    let (mut spent, done) = (Duration::ZERO, &Cell::new(0));
    while spent < lasting {
        begin::<E>(&mut connections[0], first).await?;
        let next = &Cell::new(0);
        let start = Instant::now();
        let work = connections.iter_mut().map(|connection| async move {
            while spent + start.elapsed() < lasting {
                let Some(steps) = transactions.get(next.replace(next.get() + 1)) else {
                    break;
                };
                write::<E>(connection, steps).await?;
                done.set(done.get() + 1);
            }
            Ok::<_, Error>(())
        });
        try_join_all(work).await?;
        spent += start.elapsed();
    }
    Ok(rate(done.get() * writing.size, spent))
}

async fn write<E: Bare>(connection: &mut E::Connection, steps: &[Step<E>]) -> Result<()> {
    // A query alone is a transaction.
    let alone = steps.len() == 1;
    if !alone {
        E::execute(connection, E::BEGIN.into(), E::Arguments::default()).await?;
    }
    for step in steps {
        E::execute(connection, Arc::clone(&step.sql), step.arguments.clone()).await?;
    }
    if !alone {
        E::execute(connection, "COMMIT".into(), E::Arguments::default()).await?;
    }
    Ok(())
}
