//! Which of several facets is in the fewest statements: the others are looked up for each that it finds.

use std::fmt::{self, Write};

use quick_cache::sync::Cache;
use sqlx::AssertSqlSafe;

use crate::{
    engine::{Reader, on_engine},
    index::{Facet, Kind, Scope},
    query::StatementFilter,
    search::Query,
    store::StoreId,
};

/// The statements of a facet are counted so far: it is common then.
const COUNTED: i64 = 200;
/// So many common facets are remembered, most of all verbs.
const REMEMBERED: usize = 4096;

/// Facets that are in many statements, which are not counted again. One that became rare since, because statements were voided
/// or another process deleted them, is found as well as before, only slower.
pub(crate) struct Common(Cache<(StoreId, Vec<i64>), ()>);

impl Default for Common {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl fmt::Debug for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Common").field("count", &self.0.len()).finish()
    }
}

impl Common {
    /// Which of several facets, each by its keys, has the fewest rows; of those that are common, the first.
    pub(crate) async fn rarest(
        &self,
        reader: &mut Reader,
        store: StoreId,
        filter: &StatementFilter,
        facets: &[Vec<i64>],
    ) -> Result<usize, sqlx::Error> {
        let unknown = if has_bounds(filter) {
            (0..facets.len()).collect()
        } else {
            self.unknown(store, facets)
        };
        // A facet that is not known to be common is the rarest when it is the only one.
        if unknown.len() < 2 {
            return Ok(unknown.first().copied().unwrap_or_default());
        }
        let mut counts = vec![COUNTED; facets.len()];
        for (place, counted) in count(reader, store, filter, facets, &unknown).await? {
            if let Some(count) = usize::try_from(place)
                .ok()
                .and_then(|place| counts.get_mut(place))
            {
                *count = counted;
            }
        }
        if !has_bounds(filter) {
            self.note(store, facets, &counts);
        }
        let rarest = counts.iter().enumerate().min_by_key(|(_, count)| **count);
        Ok(rarest.map_or(0, |(place, _)| place))
    }

    /// The places of the facets that are not known to be common.
    fn unknown(&self, store: StoreId, facets: &[Vec<i64>]) -> Vec<usize> {
        let is_common = |keys: &Vec<i64>| self.0.get(&(store, keys.clone())).is_some();
        (0..facets.len())
            .filter(|place| !is_common(&facets[*place]))
            .collect()
    }

    /// Remembers which facets have as many statements as are counted.
    fn note(&self, store: StoreId, facets: &[Vec<i64>], counts: &[i64]) {
        for (keys, count) in facets.iter().zip(counts) {
            if *count >= COUNTED {
                self.0.insert((store, keys.clone()), ());
            }
        }
    }

    /// Forgets everything: statements were deleted.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}

/// Whether statements of a part of the order are asked for, in which what is common may be rare.
fn has_bounds(filter: &StatementFilter) -> bool {
    filter.since.is_some() || filter.until.is_some() || filter.after.is_some()
}

/// How many statements some of the facets have, each with the facet's place among them.
async fn count(
    reader: &mut Reader,
    store: StoreId,
    filter: &StatementFilter,
    facets: &[Vec<i64>],
    among: &[usize],
) -> Result<Vec<(i32, i64)>, sqlx::Error> {
    let mut query = Query {
        sql: String::new(),
        first: 1,
        values: Vec::new(),
        is_distributed: reader.is_distributed(),
    };
    for place in among {
        let before = if query.sql.is_empty() { "" } else { " UNION ALL " };
        let _ = write!(
            query.sql,
            "{before}SELECT {place}, (SELECT COUNT(*) FROM (SELECT 1 FROM statement_index i WHERE "
        );
        query.store("i", store);
        query.sql.push_str(" AND i.key IN (");
        query.list(&facets[*place]);
        query.sql.push(')');
        query.bounds("i", filter);
        query.sql.push_str(" LIMIT ");
        query.value(COUNTED);
        query.sql.push_str(") AS counted)");
    }
    on_engine!(reader, |connection| {
        let mut statement = sqlx::query_as(AssertSqlSafe(query.sql));
        for value in query.values {
            statement = statement.bind(value);
        }
        Ok(statement.fetch_all(connection).await?)
    })
}

/// The keys of each facet, those that usually have the fewest rows first.
pub(crate) fn sorted(facets: &[(Facet, Option<Scope>)]) -> Vec<Vec<i64>> {
    let mut sorted: Vec<&(Facet, Option<Scope>)> = facets.iter().collect();
    sorted.sort_by_key(|(facet, _)| selectivity(facet.kind));
    sorted
        .into_iter()
        .map(|(facet, scope)| keys(facet, *scope))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::{COUNTED, Common};
    use crate::store::{DEFAULT_STORE, StoreId};

    #[test]
    fn a_facet_that_is_common_is_not_counted_again() {
        let common = Common::default();
        let facets = [vec![7], vec![8, 9], vec![10]];
        assert_eq!(common.unknown(DEFAULT_STORE, &facets), [0, 1, 2]);
        common.note(DEFAULT_STORE, &facets, &[COUNTED - 1, COUNTED, COUNTED]);
        assert_eq!(common.unknown(DEFAULT_STORE, &facets), [0]);
        // Neither for another store, nor where it is looked for in other places.
        assert_eq!(common.unknown(StoreId(2), &facets), [0, 1, 2]);
        assert_eq!(common.unknown(DEFAULT_STORE, &[vec![8]]), [0]);
        common.clear();
        assert_eq!(common.unknown(DEFAULT_STORE, &facets), [0, 1, 2]);
    }
}
