//! Statements that refer to others: a filter finds them by what it finds those by, directly or through further
//! references (1.0.3 Part 3, 2.1.3; 2.0, 4.1.6.1).
//!
//! The rows are written when the later of the two arrives, so that a query walks them in its order like any others. A
//! voided statement has none.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    bulk::{self, Column, Delete, Insert},
    engine::{Tx, on_engine},
    error::StoreError,
    index::StatementIndex,
    place::Place,
    store::StoreId,
};

/// References are followed so far: a chain is short, and what anyone may send must not cost more than it weighs.
const STEPS: usize = 16;

/// Where a statement is, and the keys by which it is found.
struct Source {
    place: Place,
    keys: Vec<i64>,
}

/// A statement that refers to another.
struct Referrer {
    target: Uuid,
    id: Uuid,
    place: Place,
    voided: bool,
}

/// A new statement.
pub(crate) struct New<'n> {
    pub(crate) id: Uuid,
    pub(crate) place: Place,
    pub(crate) keys: &'n [i64],
    pub(crate) target: Option<Uuid>,
    pub(crate) voided: bool,
}

/// Writes the rows that new statements bring: their own, for what they refer to, and those of the statements that refer
/// to them and came first.
pub(crate) async fn insert(tx: &mut Tx, store: StoreId, new: &[New<'_>]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = new.iter().map(|new| new.id).collect();
    let referred: HashSet<Uuid> = referrers(tx, store, &ids)
        .await?
        .into_iter()
        .map(|referrer| referrer.target)
        .collect();
    for new in new {
        if new.target.is_some() || referred.contains(&new.id) {
            insert_one(tx, store, new).await?;
        }
    }
    Ok(())
}

async fn insert_one(tx: &mut Tx, store: StoreId, new: &New<'_>) -> Result<(), StoreError> {
    let mut sources = match new.target {
        Some(target) => chain(tx, store, target).await?,
        None => Vec::new(),
    };
    if !new.voided {
        link(tx, store, new.place, &sources).await?;
    }
    sources.push(Source {
        place: new.place,
        keys: new.keys.to_vec(),
    });
    let mut seen = HashSet::from([new.id]);
    let mut level = vec![new.id];
    for _ in 0..STEPS {
        let mut next = Vec::new();
        for referrer in referrers(tx, store, &level).await? {
            if !seen.insert(referrer.id) {
                continue;
            }
            if !referrer.voided {
                link(tx, store, referrer.place, &sources).await?;
            }
            next.push(referrer.id);
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    Ok(())
}

/// A statement and what it refers to in turn, as far as it is there, each with the keys it is found by.
async fn chain(tx: &mut Tx, store: StoreId, first: Uuid) -> Result<Vec<Source>, StoreError> {
    let mut chain: Vec<Source> = Vec::new();
    let mut next = Some(first);
    while let Some(id) = next.take().filter(|_| chain.len() < STEPS) {
        let found: Option<(i64, String, String)> = on_engine!(&mut *tx, |connection| {
            sqlx::query_as(
                "SELECT place, version, payload FROM statement WHERE store_id = $1 AND part = $2 AND id = $3",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(id)
            .fetch_optional(connection)
            .await?
        });
        let Some((place, version, payload)) = found else {
            break;
        };
        let place = Place(place);
        if chain.iter().any(|known| known.place == place) {
            break;
        }
        if let Some(index) = StatementIndex::read(&version, &payload) {
            next = index.target;
            chain.push(Source {
                place,
                keys: index.keys(),
            });
        }
    }
    Ok(chain)
}

async fn referrers(tx: &mut Tx, store: StoreId, targets: &[Uuid]) -> Result<Vec<Referrer>, sqlx::Error> {
    let rows: Vec<(Uuid, Uuid, i64, bool)> = bulk::select!(
        tx,
        store,
        targets,
        "SELECT target, id, place, voided FROM statement WHERE store_id = $1 AND part = $2 AND target {}"
    );
    let referrer = |(target, id, place, voided)| Referrer {
        target,
        id,
        place: Place(place),
        voided,
    };
    Ok(rows.into_iter().map(referrer).collect())
}

/// Lets a statement be found by what finds each source, once.
async fn link(tx: &mut Tx, store: StoreId, place: Place, sources: &[Source]) -> Result<(), StoreError> {
    for source in sources {
        // Two statements may refer to each other.
        if source.place == place {
            continue;
        }
        let column = |value| Column::Integer(vec![value]);
        let insert = Insert {
            into: "reference (store_id, part, place, source)",
            columns: [store.0, store.part(), place.0, source.place.0]
                .map(column)
                .into(),
            conflict: "ON CONFLICT (store_id, place, source, part) DO NOTHING",
        };
        if bulk::insert(tx, insert).await? == 0 {
            continue;
        }
        let column = |value| Column::Integer(vec![value; source.keys.len()]);
        let insert = Insert {
            into: "reference_index (store_id, part, key, place, source)",
            columns: vec![
                column(store.0),
                column(store.part()),
                Column::Integer(source.keys.clone()),
                column(place.0),
                column(source.place.0),
            ],
            conflict: "",
        };
        bulk::insert(tx, insert).await?;
    }
    Ok(())
}

/// Lets statements that have just been voided be found no more.
pub(crate) async fn hide(
    tx: &mut Tx,
    store: StoreId,
    voided: impl Iterator<Item = Stored>,
) -> Result<(), StoreError> {
    for statement in voided {
        let place = statement.place;
        unindex(tx, store, &statement.keys(), place, None).await?;
        let sources: Vec<i64> = on_engine!(&mut *tx, |connection| {
            sqlx::query_scalar(
                "DELETE FROM reference WHERE store_id = $1 AND part = $2 AND place = $3 RETURNING source",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(place)
            .fetch_all(connection)
            .await?
        });
        for source in at(tx, store, &sources).await? {
            unindex(tx, store, &source.keys(), place, Some(source.place)).await?;
        }
    }
    Ok(())
}

/// A statement as it is stored.
pub(crate) struct Stored {
    pub(crate) place: i64,
    version: String,
    payload: String,
}

/// Its place, its version and its text.
pub(crate) type Row = (i64, String, String);

impl From<Row> for Stored {
    fn from((place, version, payload): Row) -> Self {
        Self {
            place,
            version,
            payload,
        }
    }
}

impl Stored {
    fn keys(&self) -> Vec<i64> {
        StatementIndex::read(&self.version, &self.payload).map_or_else(Vec::new, |index| index.keys())
    }
}

async fn at(tx: &mut Tx, store: StoreId, places: &[i64]) -> Result<Vec<Stored>, sqlx::Error> {
    let rows: Vec<Row> = bulk::select!(
        tx,
        store,
        places,
        "SELECT place, version, payload FROM statement WHERE store_id = $1 AND part = $2 AND place {}"
    );
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// Deletes the rows by which the statement at a place is found: its own, or those of a source that it refers to.
async fn unindex(
    tx: &mut Tx,
    store: StoreId,
    keys: &[i64],
    place: i64,
    source: Option<i64>,
) -> Result<(), sqlx::Error> {
    let column = |value| Column::Integer(vec![value; keys.len()]);
    let mut delete = Delete {
        from: "statement_index",
        columns: vec![
            ("store_id", column(store.0)),
            ("part", column(store.part())),
            ("key", Column::Integer(keys.to_vec())),
            ("place", column(place)),
        ],
    };
    if let Some(source) = source {
        delete.from = "reference_index";
        delete.columns.push(("source", column(source)));
    }
    bulk::delete(tx, delete).await
}

/// Takes back all that statements brought which are about to be deleted, those between two places: what they were found
/// by through others, and what others that stay are found by through them.
pub(crate) async fn forget(
    tx: &mut Tx,
    store: StoreId,
    ids: &[Uuid],
    places: (Place, Place),
) -> Result<(), StoreError> {
    let mut references: Vec<(i64, i64)> = on_engine!(&mut *tx, |connection| {
        sqlx::query_as(
            "DELETE FROM reference WHERE store_id = $1 AND part = $2 AND place BETWEEN $3 AND $4
             RETURNING place, source",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(places.0.0)
        .bind(places.1.0)
        .fetch_all(connection)
        .await?
    });
    let lost = lost(tx, store, ids).await?;
    let delete = Delete {
        from: "reference",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; lost.len()])),
            ("part", Column::Integer(vec![store.part(); lost.len()])),
            (
                "place",
                Column::Integer(lost.iter().map(|(place, _)| *place).collect()),
            ),
            (
                "source",
                Column::Integer(lost.iter().map(|(_, source)| *source).collect()),
            ),
        ],
    };
    bulk::delete(tx, delete).await?;

    references.extend(lost);
    let mut sources: Vec<i64> = references.iter().map(|(_, source)| *source).collect();
    sources.sort_unstable();
    sources.dedup();
    let sources = at(tx, store, &sources).await?;
    let keys: HashMap<i64, Vec<i64>> = sources
        .iter()
        .map(|source| (source.place, source.keys()))
        .collect();
    let mut rows: Vec<(i64, i64, i64)> = Vec::new();
    for (place, source) in references {
        let keys = keys.get(&source).into_iter().flatten();
        rows.extend(keys.map(|key| (*key, place, source)));
    }
    rows.sort_unstable();
    let delete = Delete {
        from: "reference_index",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; rows.len()])),
            ("part", Column::Integer(vec![store.part(); rows.len()])),
            ("key", Column::Integer(rows.iter().map(|row| row.0).collect())),
            ("place", Column::Integer(rows.iter().map(|row| row.1).collect())),
            ("source", Column::Integer(rows.iter().map(|row| row.2).collect())),
        ],
    };
    Ok(bulk::delete(tx, delete).await?)
}

/// What others reach only through statements that are about to be deleted: the place of each, and the source that it loses.
async fn lost(tx: &mut Tx, store: StoreId, ids: &[Uuid]) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    // A statement refers to one other, so that there is one way from each referrer to the first that is deleted.
    let deleted: HashSet<Uuid> = ids.iter().copied().collect();
    let mut kept: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut level: HashMap<Uuid, Vec<i64>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    // One that arrived between two chains joined them: each may have had all of its steps.
    for _ in 0..2 * STEPS {
        let targets: Vec<Uuid> = level.keys().copied().collect();
        let mut next = HashMap::new();
        for referrer in referrers(tx, store, &targets).await? {
            if let Some(way) = level
                .get(&referrer.target)
                .filter(|_| !deleted.contains(&referrer.id))
            {
                kept.insert(referrer.place.0, way.clone());
                let mut way = way.clone();
                way.push(referrer.place.0);
                next.insert(referrer.id, way);
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }

    let places: Vec<i64> = kept.keys().copied().collect();
    let mut lost: Vec<(i64, i64)> = bulk::select!(
        tx,
        store,
        &places,
        "SELECT place, source FROM reference WHERE store_id = $1 AND part = $2 AND place {}"
    );
    lost.retain(|(place, source)| !kept.get(place).is_some_and(|kept| kept.contains(source)));
    Ok(lost)
}
