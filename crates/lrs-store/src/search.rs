//! The text of a search: what a filter asks for, by the index of its rarest facet.

use std::fmt::Write;

use crate::{
    index::{Facet, is_verb},
    place::Place,
    query::{Order, StatementFilter},
    store::StoreId,
};

/// A query's text with the values of its parameters.
pub(crate) struct Query {
    pub(crate) sql: String,
    /// The number of the first of them.
    pub(crate) first: usize,
    pub(crate) values: Vec<i64>,
    /// Whether each table must be told the part: Citus finds the worker by it.
    pub(crate) is_distributed: bool,
}

/// What a search answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One text, the places in their order with commas between them, which costs less than a row for each.
    Places,
    /// For each statement a row: its id, its place and its text.
    Statements,
}

impl Query {
    /// With `has_unindexed`, the first parameter is a JSON array of places that match as well.
    pub(crate) fn of(
        store: StoreId,
        filter: &StatementFilter,
        facets: &[Vec<i64>],
        has_unindexed: bool,
        is_distributed: bool,
        answer: Answer,
    ) -> Self {
        let mut query = Self {
            sql: match answer {
                Answer::Places => String::from("SELECT STRING_AGG(CAST(place AS TEXT), ',') FROM ("),
                Answer::Statements => String::from("SELECT s.id, s.place, s.payload FROM ("),
            },
            first: 1 + usize::from(has_unindexed),
            values: Vec::new(),
            is_distributed,
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
                .push_str("SELECT s.place FROM statement s WHERE NOT s.voided AND ");
            query.store("s", store);
            query.bounds("s", filter);
            let _ = write!(query.sql, " ORDER BY s.place {direction} LIMIT ");
            query.value(limit);
        } else {
            // The most selective facet is walked in the order of the answer, once among the statements it is in and
            // once among those that refer to such a statement; the other facets are looked up for each row, in the
            // statement that matches, but for the verb, which the row of a statement says itself. A statement may be found
            // in several of these ways.
            query.sql.push_str("SELECT place FROM (");
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
            let _ = write!(query.sql, ") AS found ORDER BY place {direction} LIMIT ");
            query.value(limit);
        }
        query.sql.push_str(") AS page");
        if answer == Answer::Statements {
            query.statements(store);
        }
        query
    }

    /// The statements at the places that were found, which are in order by then: both engines read these one after another,
    /// and sorting them with their texts would cost more than all the rest.
    fn statements(&mut self, store: StoreId) {
        // A worker of Citus may have no statistics: it looks each up by its place, and reads no store for each.
        let (before, after) = if self.is_distributed {
            (
                "LATERAL (SELECT s.id, s.place, s.payload FROM statement s",
                " OFFSET 0) AS s",
            )
        } else {
            ("statement s", "")
        };
        let _ = write!(self.sql, " CROSS JOIN {before} WHERE s.place = page.place AND ");
        self.store("s", store);
        self.sql.push_str(after);
    }

    /// The places of an array, as far as statements are there and not voided.
    fn unindexed(&mut self, store: StoreId) {
        self.sql.push_str(
            " UNION SELECT v.place FROM json_each($1) AS j CROSS JOIN statement v \
             WHERE v.place = j.value AND NOT v.voided AND ",
        );
        self.store("v", store);
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
            "SELECT * FROM (SELECT {distinct}i.place FROM {table} i WHERE "
        );
        self.store("i", store);
        self.sql.push_str(" AND i.key = ");
        self.value(key);
        self.bounds("i", filter);
        for keys in others {
            match keys[..] {
                [verb] if arm == Arm::Statement && is_verb(verb) => {
                    self.sql.push_str(" AND i.verb = ");
                    self.value(verb);
                }
                _ => self.exists(store, table, arm == Arm::Reference, keys),
            }
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
        let _ = write!(self.sql, " AND EXISTS (SELECT 1 FROM {table} o WHERE ");
        self.store("o", store);
        self.sql.push_str(" AND o.key IN (");
        self.list(keys);
        self.sql.push_str(") AND o.place = i.place");
        if has_source {
            self.sql.push_str(" AND o.source = i.source");
        }
        // With an offset, PostgreSQL looks it up for each row, and makes no join of it that would read all of both.
        self.sql.push_str(" LIMIT 1 OFFSET 0)");
    }

    /// That a row is the store's.
    pub(crate) fn store(&mut self, table: &str, store: StoreId) {
        let _ = write!(self.sql, "{table}.store_id = ");
        self.value(store.0);
        if self.is_distributed {
            let _ = write!(self.sql, " AND {table}.part = ");
            self.value(store.part());
        }
    }

    pub(crate) fn bounds(&mut self, table: &str, filter: &StatementFilter) {
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

    pub(crate) fn list(&mut self, values: &[i64]) {
        for (count, value) in values.iter().enumerate() {
            if count > 0 {
                self.sql.push_str(", ");
            }
            self.value(*value);
        }
    }

    pub(crate) fn value(&mut self, value: i64) {
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
