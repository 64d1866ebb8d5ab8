//! Statements out: by id, or a page of those that a filter matches.

use std::fmt::Write;

use cartable_xapi::Timestamp;
use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    engine::on_engine,
    error::StoreError,
    index::{Facet, Kind, Scope},
    store::{Store, StoreId},
};

/// A page ends early when its statements have so many bytes, so that a few long ones do not fill the memory.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

/// The order of a page, by the time at which statements were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest first.
    #[default]
    Descending,
    /// The oldest first.
    Ascending,
}

/// Where a page ends and the next begins: a statement's place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When that statement was stored, in microseconds.
    pub stored: i64,
    /// Its id.
    pub id: Uuid,
}

/// Which statements are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementFilter {
    /// All of these, each where [`Scope`] says or closer.
    pub facets: Vec<(Facet, Option<Scope>)>,
    /// For which this authority vouches, itself: what refers to such a statement is not found by it.
    pub authority: Option<Facet>,
    /// Stored after this.
    pub since: Option<Timestamp>,
    /// Stored at this time or before.
    pub until: Option<Timestamp>,
    /// Beyond this place in the order.
    pub after: Option<Cursor>,
    /// In this order.
    pub order: Order,
    /// How many at the most.
    pub limit: u32,
}

/// A statement found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: Uuid,
    /// When it was stored.
    pub stored: i64,
    /// Its text.
    pub payload: String,
}

/// A page of statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The statements, in order.
    pub statements: Vec<Found>,
    /// Where the next page begins, when there is one.
    pub next: Option<Cursor>,
}

impl Store {
    /// The statement with an id; a voided one only when it is asked for as such, and then only if it is voided.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn statement(
        &self,
        store: StoreId,
        id: Uuid,
        voided: bool,
    ) -> Result<Option<Found>, StoreError> {
        let mut tx = self.engine.read().await?;
        let row: Option<(i64, String)> = on_engine!(&mut tx, |connection| {
            sqlx::query_as(
                "SELECT stored, payload FROM statement
                 WHERE store_id = $1 AND part = $2 AND id = $3 AND voided = $4",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(id)
            .bind(voided)
            .fetch_optional(connection)
            .await?
        });
        Ok(row.map(|(stored, payload)| Found { id, stored, payload }))
    }

    /// A page of the statements that a filter matches; voided ones are left out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn statements(&self, store: StoreId, filter: &StatementFilter) -> Result<Page, StoreError> {
        let query = Query::of(store, filter);
        let mut tx = self.engine.read().await?;
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let mut statements: Vec<Found> = Vec::new();
        let mut bytes = 0;
        let mut is_cut = false;
        on_engine!(&mut tx, |connection| {
            // The text is made of this module's own words; every value is bound.
            let mut statement = sqlx::query_as(AssertSqlSafe(query.sql.clone()));
            for value in &query.values {
                statement = match value {
                    Value::Integer(integer) => statement.bind(*integer),
                    Value::Id(id) => statement.bind(*id),
                };
            }
            let mut rows = statement.fetch(connection);
            while let Some((id, stored, payload)) = rows.try_next().await? {
                let payload: String = payload;
                if statements.len() == limit || (bytes >= PAGE_BYTES && !statements.is_empty()) {
                    is_cut = true;
                    break;
                }
                bytes += payload.len();
                statements.push(Found { id, stored, payload });
            }
        });
        let next = statements.last().filter(|_| is_cut).map(|last| Cursor {
            stored: last.stored,
            id: last.id,
        });
        Ok(Page { statements, next })
    }
}

enum Value {
    Integer(i64),
    Id(Uuid),
}

/// A query's text with the values of its parameters.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn of(store: StoreId, filter: &StatementFilter) -> Self {
        let mut query = Self {
            sql: String::new(),
            values: Vec::new(),
        };
        let direction = if filter.order == Order::Ascending {
            "ASC"
        } else {
            "DESC"
        };
        // One row beyond the page tells whether there is another.
        let limit = i64::from(filter.limit) + 1;
        let authority = filter.authority.clone().map(|authority| (authority, None));
        let mut facets: Vec<&(Facet, Option<Scope>)> = filter.facets.iter().collect();
        if facets.is_empty() {
            facets.extend(&authority);
        }
        facets.sort_by_key(|(facet, _)| selectivity(facet.kind));

        query
            .sql
            .push_str("SELECT s.id, s.stored, s.payload FROM statement s");
        if let Some(((facet, scope), others)) = facets.split_first() {
            // The most selective facet is walked in the order of the answer, once among the statements it is in and
            // once among those that refer to such a statement; the other facets are looked up for each row, in the
            // statement that matches. A statement may be found in several of these ways.
            query.sql.push_str(" JOIN (");
            let mut arms = 0;
            for (table, stored, id) in [
                ("statement_index", "stored", "id"),
                ("reference_index", "source_stored", "source"),
            ] {
                if facet.kind == Kind::Authority && arms > 0 {
                    continue;
                }
                for scope in reach(*scope) {
                    if arms > 0 {
                        query.sql.push_str(" UNION ");
                    }
                    let _ = write!(
                        query.sql,
                        "SELECT * FROM (SELECT DISTINCT i.stored, i.id, i.part FROM {table} i WHERE "
                    );
                    query.facet("i", store, facet, &[*scope]);
                    query.bounds("i", filter);
                    for (other, scope) in others {
                        query
                            .sql
                            .push_str(" AND EXISTS (SELECT 1 FROM statement_index o WHERE ");
                        query.facet("o", store, other, reach(*scope));
                        let _ = write!(query.sql, " AND o.stored = i.{stored} AND o.id = i.{id})");
                    }
                    if let Some(authority) = filter.authority.as_ref().filter(|authority| *authority != facet)
                    {
                        query
                            .sql
                            .push_str(" AND EXISTS (SELECT 1 FROM statement_index a WHERE ");
                        query.facet("a", store, authority, &[Scope::Direct]);
                        query.sql.push_str(" AND a.stored = i.stored AND a.id = i.id)");
                    }
                    // Voided statements are left out before the page is cut, or it would come out short.
                    query.sql.push_str(
                        " AND NOT EXISTS (SELECT 1 FROM statement v WHERE v.store_id = i.store_id \
                         AND v.id = i.id AND v.part = i.part AND v.voided)",
                    );
                    let _ = write!(
                        query.sql,
                        " ORDER BY i.stored {direction}, i.id {direction} LIMIT "
                    );
                    query.integer(limit);
                    let _ = write!(query.sql, ") AS arm_{arms}");
                    arms += 1;
                }
            }
            query
                .sql
                .push_str(") AS found ON s.id = found.id AND s.part = found.part WHERE s.store_id = ");
            query.integer(store.0);
        } else {
            query.sql.push_str(" WHERE NOT s.voided AND s.store_id = ");
            query.integer(store.0);
            query.bounds("s", filter);
        }
        let _ = write!(
            query.sql,
            " ORDER BY s.stored {direction}, s.id {direction} LIMIT "
        );
        query.integer(limit);
        query
    }

    fn facet(&mut self, table: &str, store: StoreId, facet: &Facet, scopes: &[Scope]) {
        let _ = write!(self.sql, "{table}.store_id = ");
        self.integer(store.0);
        let _ = write!(self.sql, " AND {table}.kind = ");
        self.integer(i64::from(facet.kind as i16));
        let _ = write!(self.sql, " AND {table}.key = ");
        self.integer(facet.key());
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope as i16).to_string()).collect();
        let _ = write!(self.sql, " AND {table}.scope IN ({})", scopes.join(", "));
    }

    fn bounds(&mut self, table: &str, filter: &StatementFilter) {
        if let Some(since) = filter.since {
            let _ = write!(self.sql, " AND {table}.stored > ");
            self.integer(since.micros());
        }
        if let Some(until) = filter.until {
            let _ = write!(self.sql, " AND {table}.stored <= ");
            self.integer(until.micros());
        }
        if let Some(cursor) = filter.after {
            let beyond = if filter.order == Order::Ascending {
                ">"
            } else {
                "<"
            };
            let _ = write!(self.sql, " AND ({table}.stored, {table}.id) {beyond} (");
            self.integer(cursor.stored);
            self.sql.push_str(", ");
            self.value(Value::Id(cursor.id));
            self.sql.push(')');
        }
    }

    fn integer(&mut self, integer: i64) {
        self.value(Value::Integer(integer));
    }

    fn value(&mut self, value: Value) {
        self.values.push(value);
        let _ = write!(self.sql, "${}", self.values.len());
    }
}

fn reach(scope: Option<Scope>) -> &'static [Scope] {
    match scope {
        Some(Scope::Related) => &[Scope::Direct, Scope::Related],
        _ => &[Scope::Direct],
    }
}

/// The kinds of facets from the one that usually matches the fewest statements.
fn selectivity(kind: Kind) -> u8 {
    match kind {
        Kind::Registration => 0,
        Kind::Agent => 1,
        Kind::Activity => 2,
        Kind::Verb => 3,
        Kind::Authority => 4,
    }
}
