//! Statements out: by id, or a page of those that a filter matches.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use cartable_xapi::Timestamp;
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, FromRow, Row as _};
use uuid::Uuid;

use crate::{
    backlog::Span,
    bulk::select,
    engine::{Reader, in_time, on_engine},
    error::StoreError,
    index::{Facet, Scope},
    place::Place,
    search::{Answer, Query},
    selectivity,
    store::{Store, StoreId},
};

/// A page ends early when its statements have so many bytes, so that a few long ones do not fill the memory.
const PAGE_BYTES: usize = 1024 * 1024;
/// Statements that are read at once, before it is seen how long they are.
const READ_AT_ONCE: usize = 64;

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
    pub(crate) fn places(&self) -> i64 {
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
    pub payload: Arc<str>,
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
        let mut facets = selectivity::sorted(&filter.facets);
        // Before the index is read: what leaves the backlog is in the index by then.
        let unindexed = self.unindexed(store, filter, &facets).await?;
        let mut reader = self.engine.search().await?;
        if facets.len() > 1 {
            let rarest = self.common.rarest(&mut reader, store, filter, &facets).await?;
            facets.swap(0, rarest);
        }
        let answer = if self.texts.are_mostly_here() {
            Answer::Places
        } else {
            Answer::Statements
        };
        let query = Query::of(
            store,
            filter,
            &facets,
            !unindexed.is_empty(),
            reader.is_distributed(),
            answer,
        );
        let (mut places, mut read) = find(&mut reader, &query, &unindexed, answer).await?;
        // They come in order, though SQL does not promise it.
        match filter.order {
            Order::Ascending => places.sort_unstable(),
            Order::Descending => places.sort_unstable_by_key(|place| Reverse(*place)),
        }
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let mut is_cut = places.len() > limit;
        places.truncate(limit);
        let mut statements: Vec<Found> = Vec::new();
        let mut bytes = 0;
        'page: for places in places.chunks(READ_AT_ONCE) {
            for found in self.texts(&mut reader, store, places, &mut read).await? {
                if bytes >= PAGE_BYTES {
                    is_cut = true;
                    break 'page;
                }
                bytes += found.payload.len();
                statements.push(found);
            }
        }
        // When all of them were deleted meanwhile, the next page still begins after them.
        let last = statements
            .last()
            .map(|last| last.place)
            .or(places.last().copied());
        let next = last.filter(|_| is_cut);
        Ok(Page { statements, next })
    }

    /// The statements at places, in the same order; those that were deleted meanwhile are missing. Some may have been `read`
    /// with their places.
    async fn texts(
        &self,
        reader: &mut Reader,
        store: StoreId,
        places: &[Place],
        read: &mut BTreeMap<Place, Found>,
    ) -> Result<Vec<Found>, sqlx::Error> {
        let mut known: BTreeMap<Place, Found> = BTreeMap::new();
        let (mut new, mut unknown) = (Vec::new(), Vec::new());
        for place in places {
            match (self.texts.get(store, *place), read.remove(place)) {
                (Some(found), _) => _ = known.insert(*place, found),
                (None, Some(found)) => new.push(found),
                (None, None) => unknown.push(place.0),
            }
        }
        self.texts.note(known.len(), places.len());
        let rows: Vec<Row> = select!(
            reader,
            store,
            &unknown,
            "SELECT id, place, payload FROM statement WHERE store_id = $1 AND part = $2 AND place {}"
        );
        new.extend(rows.into_iter().map(Found::from));
        for found in new {
            self.texts.put(store, &found);
            known.insert(found.place, found);
        }
        Ok(places.iter().filter_map(|place| known.remove(place)).collect())
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

/// A statement's id, place and text.
type Row = (Uuid, i64, String);

impl From<Row> for Found {
    fn from((id, place, payload): Row) -> Self {
        Self {
            id,
            place: Place(place),
            payload: payload.into(),
        }
    }
}

/// The places that a search finds, and the statements that it answers with them: so many as fill a page, and one.
async fn find(
    reader: &mut Reader,
    query: &Query,
    unindexed: &[i64],
    answer: Answer,
) -> Result<(Vec<Place>, BTreeMap<Place, Found>), sqlx::Error> {
    let (mut places, mut read) = (Vec::new(), BTreeMap::new());
    let mut bytes = 0;
    on_engine!(reader, |connection| {
        // The text is made of this module's own words; every value is bound.
        let mut statement = sqlx::query(AssertSqlSafe(query.sql.clone()));
        if query.first > 1 {
            statement = statement.bind(format!("{unindexed:?}"));
        }
        for value in &query.values {
            statement = statement.bind(*value);
        }
        let mut rows = statement.fetch(connection);
        while let Some(row) = rows.try_next().await? {
            if answer == Answer::Places {
                let text: Option<String> = row.try_get(0)?;
                places = read_places(&text.unwrap_or_default());
                continue;
            }
            let found = Found::from(Row::from_row(&row)?);
            let is_full = bytes >= PAGE_BYTES;
            bytes += found.payload.len();
            places.push(found.place);
            read.insert(found.place, found);
            if is_full {
                break;
            }
        }
    });
    Ok((places, read))
}

/// Places as [`Answer::Places`] has them, with commas between them.
fn read_places(text: &str) -> Vec<Place> {
    text.split(',')
        .filter_map(|place| place.parse().ok())
        .map(Place)
        .collect()
}

async fn get(
    reader: &mut Reader,
    store: StoreId,
    id: Uuid,
    voided: bool,
) -> Result<Option<Found>, sqlx::Error> {
    let row: Option<Row> = on_engine!(reader, |connection| {
        sqlx::query_as(
            "SELECT id, place, payload FROM statement
             WHERE store_id = $1 AND part = $2 AND id = $3 AND voided = $4",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(id)
        .bind(voided)
        .fetch_optional(connection)
        .await?
    });
    Ok(row.map(Found::from))
}
