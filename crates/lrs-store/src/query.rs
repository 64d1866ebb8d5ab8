//! Statements out: by id, or a page of those that a filter matches.

use std::fmt::Write;

use cartable_xapi::Timestamp;
use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    backlog::Span,
    engine::{Reader, in_time, on_engine},
    error::StoreError,
    index::{Facet, Kind, Scope},
    place::Place,
    store::{Store, StoreId},
};

/// A page ends early when its statements have so many bytes, so that a few long ones do not fill the memory.
const PAGE_BYTES: usize = 1024 * 1024;
/// Of several facets, the one with the fewest rows is walked; they are counted so far.
const COUNTED: i64 = 200;

/// The order of a page, by the time at which statements were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest first.
    #[default]
    Descending,
    /// The oldest first.
    Ascending,
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
    pub after: Option<Place>,
    /// In this order.
    pub order: Order,
    /// How many at the most.
    pub limit: u32,
}

impl StatementFilter {
    /// One place beyond the page tells whether there is another.
    fn places(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    fn span(&self) -> Span {
        let (mut after, mut before) = (i64::MIN, i64::MAX);
        if let Some(since) = self.since {
            after = Place::end_of(since).0;
        }
        if let Some(until) = self.until {
            before = Place::end_of(until).0.saturating_add(1);
        }
        match (self.after, self.order) {
            (Some(place), Order::Ascending) => after = after.max(place.0),
            (Some(place), Order::Descending) => before = before.min(place.0),
            (None, _) => {}
        }
        Span {
            after,
            before,
            order: self.order,
            limit: usize::try_from(self.places()).unwrap_or(usize::MAX),
        }
    }
}

/// A statement found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: Uuid,
    /// When it was stored.
    pub place: Place,
    /// Its text.
    pub payload: String,
}

/// A page of statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The statements, in order.
    pub statements: Vec<Found>,
    /// Where the next page begins, when there is one.
    pub next: Option<Place>,
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
        in_time(async {
            let mut found = get(&mut self.engine.search().await?, store, id, voided).await?;
            // Who has just stored a statement may ask for it before a replica has it.
            if found.is_none() && self.engine.has_replica() {
                found = get(&mut self.engine.read().await?, store, id, voided).await?;
            }
            Ok(found)
        })
        .await
    }

    /// A page of the statements that a filter matches; voided ones are left out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn statements(&self, store: StoreId, filter: &StatementFilter) -> Result<Page, StoreError> {
        in_time(self.page(store, filter)).await
    }

    async fn page(&self, store: StoreId, filter: &StatementFilter) -> Result<Page, StoreError> {
        let mut facets: Vec<Vec<i64>> = sorted(&filter.facets);
        // Before the index is read: what leaves the backlog is in the index by then.
        let unindexed = self.unindexed(store, filter, &facets).await?;
        let mut reader = self.engine.search().await?;
        if facets.len() > 1 {
            let rarest = rarest(&mut reader, store, filter, &facets).await?;
            facets.swap(0, rarest);
        }
        let query = Query::of(store, filter, &facets, !unindexed.is_empty());
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let mut statements: Vec<Found> = Vec::new();
        let mut bytes = 0;
        let mut is_cut = false;
        on_engine!(&mut reader, |connection| {
            // The text is made of this module's own words; every value is bound.
            let mut statement = sqlx::query_as(AssertSqlSafe(query.sql.clone()));
            if query.first > 1 {
                statement = statement.bind(format!("{unindexed:?}"));
            }
            for value in &query.values {
                statement = statement.bind(*value);
            }
            let mut rows = statement.fetch(connection);
            while let Some((id, place, payload)) = rows.try_next().await? {
                let payload: String = payload;
                if statements.len() == limit || (bytes >= PAGE_BYTES && !statements.is_empty()) {
                    is_cut = true;
                    break;
                }
                bytes += payload.len();
                statements.push(Found {
                    id,
                    place: Place(place),
                    payload,
                });
            }
        });
        // They come in order, though SQL does not promise it.
        match filter.order {
            Order::Ascending => statements.sort_by_key(|found| found.place),
            Order::Descending => statements.sort_by_key(|found| std::cmp::Reverse(found.place)),
        }
        let next = statements.last().filter(|_| is_cut).map(|last| last.place);
        Ok(Page { statements, next })
    }

    /// The places of a page's statements that are in no index yet.
    async fn unindexed(
        &self,
        store: StoreId,
        filter: &StatementFilter,
        facets: &[Vec<i64>],
    ) -> Result<Vec<i64>, StoreError> {
        let Some(backlog) = self.backlog().await? else {
            return Ok(Vec::new());
        };
        let authority = filter.authority.iter().map(|authority| vec![authority.key()]);
        let facets: Vec<Vec<i64>> = facets.iter().cloned().chain(authority).collect();
        Ok(backlog.search(store, &facets, filter.span()))
    }
}

async fn get(
    reader: &mut Reader,
    store: StoreId,
    id: Uuid,
    voided: bool,
) -> Result<Option<Found>, sqlx::Error> {
    let row: Option<(i64, String)> = on_engine!(reader, |connection| {
        sqlx::query_as(
            "SELECT place, payload FROM statement
             WHERE store_id = $1 AND part = $2 AND id = $3 AND voided = $4",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(id)
        .bind(voided)
        .fetch_optional(connection)
        .await?
    });
    Ok(row.map(|(place, payload)| Found {
        id,
        place: Place(place),
        payload,
    }))
}

/// Which of several facets has the fewest rows; of those that have many, the first.
async fn rarest(
    reader: &mut Reader,
    store: StoreId,
    filter: &StatementFilter,
    facets: &[Vec<i64>],
) -> Result<usize, sqlx::Error> {
    let mut query = Query {
        sql: String::from("SELECT "),
        first: 1,
        values: Vec::new(),
    };
    for (count, keys) in facets.iter().enumerate() {
        let before = if count == 0 { "" } else { " UNION ALL SELECT " };
        let _ = write!(query.sql, "{before}{count}, (");
        query
            .sql
            .push_str("SELECT COUNT(*) FROM (SELECT 1 FROM statement_index i WHERE i.store_id = ");
        query.value(store.0);
        query.sql.push_str(" AND i.key IN (");
        query.list(keys);
        query.sql.push(')');
        query.bounds("i", filter);
        query.sql.push_str(" LIMIT ");
        query.value(COUNTED);
        query.sql.push_str(") AS counted)");
    }
    let counts: Vec<(i32, i64)> = on_engine!(reader, |connection| {
        let mut statement = sqlx::query_as(AssertSqlSafe(query.sql));
        for value in query.values {
            statement = statement.bind(value);
        }
        statement.fetch_all(connection).await?
    });
    let rarest = counts.into_iter().min_by_key(|(place, count)| (*count, *place));
    Ok(rarest.map_or(0, |(place, _)| usize::try_from(place).unwrap_or(0)))
}

/// The keys of each facet, those that usually have the fewest rows first.
fn sorted(facets: &[(Facet, Option<Scope>)]) -> Vec<Vec<i64>> {
    let mut sorted: Vec<&(Facet, Option<Scope>)> = facets.iter().collect();
    sorted.sort_by_key(|(facet, _)| selectivity(facet.kind));
    sorted
        .into_iter()
        .map(|(facet, scope)| keys(facet, *scope))
        .collect()
}

/// A query's text with the values of its parameters.
struct Query {
    sql: String,
    /// The number of the first of them.
    first: usize,
    values: Vec<i64>,
}

impl Query {
    /// With `has_unindexed`, the first parameter is a JSON array of places that match as well.
    fn of(store: StoreId, filter: &StatementFilter, facets: &[Vec<i64>], has_unindexed: bool) -> Self {
        let mut query = Self {
            sql: String::from("SELECT s.id, s.place, s.payload FROM "),
            first: 1 + usize::from(has_unindexed),
            values: Vec::new(),
        };
        let direction = if filter.order == Order::Ascending {
            "ASC"
        } else {
            "DESC"
        };
        let limit = filter.places();
        let authority = filter.authority.as_ref().map(Facet::key);

        if facets.is_empty() && authority.is_none() {
            query
                .sql
                .push_str("statement s WHERE NOT s.voided AND s.store_id = ");
            query.value(store.0);
            query.bounds("s", filter);
            let _ = write!(query.sql, " ORDER BY s.place {direction} LIMIT ");
            query.value(limit);
        } else {
            // The most selective facet is walked in the order of the answer, once among the statements it is in and
            // once among those that refer to such a statement; the other facets are looked up for each row, in the
            // statement that matches. A statement may be found in several of these ways.
            query.sql.push('(');
            match facets.split_first() {
                Some((first, others)) => {
                    for (count, (arm, key)) in [Arm::Statement, Arm::Reference]
                        .into_iter()
                        .flat_map(|arm| first.iter().map(move |key| (arm, *key)))
                        .enumerate()
                    {
                        if count > 0 {
                            query.sql.push_str(" UNION ");
                        }
                        query.arm(
                            store,
                            filter,
                            arm,
                            key,
                            others,
                            authority,
                            (direction, limit, count),
                        );
                    }
                }
                // What refers to a statement of an authority is not found by it.
                None => query.arm(
                    store,
                    filter,
                    Arm::Statement,
                    authority.unwrap_or_default(),
                    &[],
                    None,
                    (direction, limit, 0),
                ),
            }
            if has_unindexed {
                query.unindexed(store);
            }
            // The places are put in order before the texts are read: both engines read these one after another, and sorting
            // them with the texts would cost more than all the rest.
            let _ = write!(query.sql, " ORDER BY place {direction} LIMIT ");
            query.value(limit);
            query.sql.push_str(
                ") AS found CROSS JOIN statement s WHERE s.place = found.place AND s.part = found.part AND s.store_id = ",
            );
            query.value(store.0);
        }
        query
    }

    /// The places of an array, as far as statements are there and not voided.
    fn unindexed(&mut self, store: StoreId) {
        self.sql.push_str(
            " UNION SELECT v.place, v.part FROM json_each($1) AS j CROSS JOIN statement v \
             WHERE v.place = j.value AND NOT v.voided AND v.store_id = ",
        );
        self.value(store.0);
    }

    /// The places of the statements with a key that match the rest as well, as many as a page has.
    #[expect(clippy::too_many_arguments, reason = "they are the parts of one query")]
    fn arm(
        &mut self,
        store: StoreId,
        filter: &StatementFilter,
        arm: Arm,
        key: i64,
        others: &[Vec<i64>],
        authority: Option<i64>,
        (direction, limit, number): (&str, i64, usize),
    ) {
        let (table, distinct) = match arm {
            Arm::Statement => ("statement_index", ""),
            // It may refer to several that match.
            Arm::Reference => ("reference_index", "DISTINCT "),
        };
        let _ = write!(
            self.sql,
            "SELECT * FROM (SELECT {distinct}i.place, i.part FROM {table} i WHERE i.store_id = "
        );
        self.value(store.0);
        self.sql.push_str(" AND i.key = ");
        self.value(key);
        self.bounds("i", filter);
        for keys in others {
            self.exists(store, table, arm == Arm::Reference, keys);
        }
        if let Some(authority) = authority {
            self.exists(store, "statement_index", false, &[authority]);
        }
        let _ = write!(self.sql, " ORDER BY i.place {direction} LIMIT ");
        self.value(limit);
        let _ = write!(self.sql, ") AS arm_{number}");
    }

    /// That a row with one of these keys stands at the same place, and has the same source where it is a reference.
    fn exists(&mut self, store: StoreId, table: &str, has_source: bool, keys: &[i64]) {
        let _ = write!(
            self.sql,
            " AND EXISTS (SELECT 1 FROM {table} o WHERE o.store_id = "
        );
        self.value(store.0);
        self.sql.push_str(" AND o.key IN (");
        self.list(keys);
        self.sql.push_str(") AND o.place = i.place");
        if has_source {
            self.sql.push_str(" AND o.source = i.source");
        }
        // With an offset, PostgreSQL looks it up for each row, and makes no join of it that would read all of both.
        self.sql.push_str(" LIMIT 1 OFFSET 0)");
    }

    fn bounds(&mut self, table: &str, filter: &StatementFilter) {
        if let Some(since) = filter.since {
            let _ = write!(self.sql, " AND {table}.place > ");
            self.value(Place::end_of(since).0);
        }
        if let Some(until) = filter.until {
            let _ = write!(self.sql, " AND {table}.place <= ");
            self.value(Place::end_of(until).0);
        }
        if let Some(after) = filter.after {
            let beyond = if filter.order == Order::Ascending {
                ">"
            } else {
                "<"
            };
            let _ = write!(self.sql, " AND {table}.place {beyond} ");
            self.value(after.0);
        }
    }

    fn list(&mut self, values: &[i64]) {
        for (count, value) in values.iter().enumerate() {
            if count > 0 {
                self.sql.push_str(", ");
            }
            self.value(*value);
        }
    }

    fn value(&mut self, value: i64) {
        let _ = write!(self.sql, "${}", self.first + self.values.len());
        self.values.push(value);
    }
}

/// Where matches are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arm {
    Statement,
    Reference,
}

/// The keys under which a facet is found, where it stands as the scope says or closer.
fn keys(facet: &Facet, scope: Option<Scope>) -> Vec<i64> {
    let key = facet.key();
    if scope != Some(Scope::Related) {
        return vec![key];
    }
    let mut keys = vec![key, Scope::Related.of(key)];
    if facet.kind == Kind::Agent {
        // Who vouches for a statement is an agent of it as well.
        let authority = Facet {
            kind: Kind::Authority,
            value: facet.value.clone(),
        };
        keys.push(authority.key());
    }
    keys
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
