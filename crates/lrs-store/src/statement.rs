//! Statements in: each batch of a group is stored whole or not at all.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use cartable_xapi::{Statement, Version};
use uuid::Uuid;

use crate::{
    activity::Learned,
    agent::{self, Name},
    attachment::{self, NewAttachment},
    bulk::{self, Column, Insert},
    dictionary,
    draft::{Inserted, Prepared, PreparedBatch},
    engine::{Tx, on_engine},
    error::StoreError,
    figures::Figures,
    place::Place,
    reference::{self, New, Row, Stored},
    seen::Mark,
    store::{Store, StoreId},
    tally,
};

/// Batches of a store that are written together.
#[derive(Clone, Copy)]
pub(crate) struct Group<'g> {
    pub(crate) store: StoreId,
    pub(crate) batches: &'g [&'g PreparedBatch],
    /// Whether ids that were made here are looked up as well.
    pub(crate) is_wary: bool,
}

/// What a transaction will have made known, once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Lessons {
    values: Vec<Mark>,
    names: Vec<Mark>,
    definitions: Vec<(StoreId, Vec<(i64, u64)>)>,
    /// Statements that are not indexed yet, with their keys.
    pub(crate) unindexed: Vec<(StoreId, Place, Vec<i64>)>,
    /// The places of statements that are voided.
    pub(crate) voided: Vec<i64>,
    /// The new statements, with what they add to figures unless they are voided.
    pub(crate) counted: Vec<(StoreId, Place, Option<Figures>)>,
}

impl Store {
    /// Remembers what was committed.
    pub(crate) fn learn(&self, lessons: Lessons) {
        self.dictionary.extend(lessons.values);
        self.names.extend(lessons.names);
        for (store, definitions) in lessons.definitions {
            self.definitions.extend(store, definitions, (self.clock)());
        }
    }

    /// Writes the batches of a store, each of which is accepted or refused as a whole; `next` gives each new statement
    /// its place.
    ///
    /// # Errors
    ///
    /// When none can be written.
    pub(crate) async fn write_batches(
        &self,
        tx: &mut Tx,
        group: Group<'_>,
        next: &mut (impl FnMut() -> Place + Send),
        lessons: &mut Lessons,
    ) -> Result<Vec<Result<Inserted, StoreError>>, StoreError> {
        let Group { store, batches, .. } = group;
        let mut ledger = Ledger {
            known: known(tx, group).await?,
            accepted: HashMap::new(),
            new: Vec::new(),
        };
        let mut learned = Learned::default();
        let mut values = BTreeMap::new();
        let mut attachments: BTreeMap<&str, &NewAttachment> = BTreeMap::new();
        let mut results = Vec::with_capacity(batches.len());
        for batch in batches {
            let result = ledger.accept(batch, next);
            if result.is_ok() {
                learned.merge(&batch.learned);
                for (key, (check, value)) in &batch.values {
                    let (known, other) = values.entry(*key).or_insert_with(|| (*check, value.clone()));
                    if known != check {
                        return Err(StoreError::KeyCollision(other.clone(), value.clone()));
                    }
                }
                attachments.extend(batch.attachments.iter().map(|new| (new.sha2.as_str(), new)));
            }
            results.push(result);
        }
        let is_put_off = self.backlog.is_some();
        let voided = write(tx, store, &ledger.new, is_put_off).await?;
        dictionary::remember(tx, store, &values).await?;
        learned.keep_definitions(tx, store).await?;
        let is_new = |name: &&Name| !self.names.contains(&name.mark(store));
        let names: Vec<&Name> = learned.names.iter().filter(is_new).collect();
        agent::insert_names(tx, store, &names).await?;
        attachment::insert(tx, store, attachments.values().copied()).await?;
        let counted = ledger.new.iter().map(|(prepared, place)| {
            let figures = Some(prepared.figures).filter(|_| !voided.contains(&place.0));
            (store, *place, figures)
        });
        lessons.counted.extend(counted);
        if is_put_off {
            let new = ledger
                .new
                .iter()
                .filter(|(prepared, _)| prepared.target.is_none());
            let unindexed = new.map(|(prepared, place)| (store, *place, prepared.keys.clone()));
            lessons.unindexed.extend(unindexed);
            lessons.voided.extend(voided);
        }
        lessons
            .values
            .extend(values.iter().map(|(key, (check, _))| (store, *key, *check)));
        lessons.names.extend(names.iter().map(|name| name.mark(store)));
        lessons.definitions.push((store, learned.last().collect()));
        Ok(results)
    }
}

/// What a store has of the ids that a group names, and what the group adds.
struct Ledger<'g> {
    /// The statements that were there.
    known: HashMap<Uuid, Option<Statement>>,
    /// Those that the group accepted.
    accepted: HashMap<Uuid, &'g Prepared>,
    new: Vec<(&'g Prepared, Place)>,
}

impl<'g> Ledger<'g> {
    /// Accepts a batch, unless an id is taken by a statement of another meaning (1.0.3 Part 3, 2.1.1: ids are unique,
    /// and equal statements welcome).
    fn accept(
        &mut self,
        batch: &'g PreparedBatch,
        next: &mut impl FnMut() -> Place,
    ) -> Result<Inserted, StoreError> {
        let mut own: HashMap<Uuid, &Prepared> = HashMap::new();
        let mut new = Vec::with_capacity(batch.statements.len());
        for prepared in &batch.statements {
            let id = prepared.id;
            if prepared.is_named || self.known.contains_key(&id) {
                let taken = if let Some(known) = self.known.get(&id) {
                    Some(known.as_ref().map(Cow::Borrowed))
                } else {
                    let other = self.accepted.get(&id).or_else(|| own.get(&id));
                    other.map(|other| other.statement().map(Cow::Owned))
                };
                match taken.map(|taken| (taken, prepared.statement())) {
                    Some((Some(taken), Some(statement))) if taken.is_equivalent(&statement) => continue,
                    // One that cannot be read any more is equal to none.
                    Some(_) => return Err(StoreError::Conflict(id)),
                    None => own.insert(id, prepared),
                };
            }
            new.push(prepared);
        }
        self.accepted.extend(own);
        let new: Vec<_> = new.into_iter().map(|prepared| (prepared, next())).collect();
        let inserted = Inserted {
            ids: batch.statements.iter().map(|prepared| prepared.id).collect(),
            stored: new.last().map(|(_, place)| place.stored()),
        };
        self.new.extend(new);
        Ok(inserted)
    }
}

/// The statements that have the ids which batches name.
async fn known(tx: &mut Tx, group: Group<'_>) -> Result<HashMap<Uuid, Option<Statement>>, StoreError> {
    let store = group.store;
    let statements = group.batches.iter().flat_map(|batch| &batch.statements);
    let named = statements.filter(|prepared| prepared.is_named || group.is_wary);
    let mut ids: Vec<Uuid> = named.map(|prepared| prepared.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<(Uuid, String, String)> = bulk::select!(
        tx,
        store,
        &ids,
        "SELECT id, version, payload FROM statement WHERE store_id = $1 AND part = $2 AND id {}"
    );
    let read = |(id, version, payload): (Uuid, String, String)| {
        let version = Version::parse(&version).unwrap_or(Version::V1_0_3);
        (id, Statement::parse(payload.as_bytes(), version).ok())
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Writes new statements with the rows by which they are found, unless these are put off, and voids those that they void;
/// returns the places of all that are voided now.
async fn write(
    tx: &mut Tx,
    store: StoreId,
    new: &[(&Prepared, Place)],
    is_put_off: bool,
) -> Result<Vec<i64>, StoreError> {
    let awaited = awaited(tx, store, new).await?;
    // A statement that voids cannot itself be voided (1.0.3 Part 2, 2.3.2).
    let voided: Vec<bool> = new
        .iter()
        .map(|(prepared, _)| !prepared.voids && awaited.contains(&prepared.id))
        .collect();
    let texts: Vec<String> = new
        .iter()
        .map(|(prepared, place)| prepared.text.stamp(place.stored()))
        .collect();
    let versions: Vec<String> = new
        .iter()
        .map(|(prepared, _)| prepared.version.to_string())
        .collect();
    let statements = Insert {
        into: "statement (place, store_id, part, id, version, voided, target, voids, payload)",
        columns: vec![
            Column::Integer(new.iter().map(|(_, place)| place.0).collect()),
            Column::Integer(vec![store.0; new.len()]),
            Column::Integer(vec![store.part(); new.len()]),
            Column::Id(new.iter().map(|(prepared, _)| prepared.id).collect()),
            Column::Text(versions.iter().map(String::as_str).collect()),
            Column::Flag(voided.clone()),
            Column::OptionalId(new.iter().map(|(prepared, _)| prepared.target).collect()),
            Column::Flag(new.iter().map(|(prepared, _)| prepared.voids).collect()),
            Column::Text(texts.iter().map(String::as_str).collect()),
        ],
        conflict: "",
    };

    // In the order of the index, so that its pages are met one after another.
    let mut rows: Vec<(i64, i64, i64)> = new
        .iter()
        .zip(&voided)
        .filter(|((prepared, _), voided)| !**voided && (!is_put_off || prepared.target.is_some()))
        .flat_map(|((prepared, place), _)| {
            let verb = prepared.figures.verb;
            prepared.keys.iter().map(move |key| (*key, place.0, verb))
        })
        .collect();
    rows.sort_unstable();
    let index = Insert {
        into: "statement_index (store_id, part, key, place, verb)",
        columns: vec![
            Column::Integer(vec![store.0; rows.len()]),
            Column::Integer(vec![store.part(); rows.len()]),
            Column::Integer(rows.iter().map(|(key, ..)| *key).collect()),
            Column::Integer(rows.iter().map(|(_, place, _)| *place).collect()),
            Column::Integer(rows.iter().map(|(.., verb)| *verb).collect()),
        ],
        conflict: "",
    };
    bulk::insert_all(tx, &[statements, index]).await?;

    // Nothing can refer to a statement whose id was made here.
    let referring: Vec<New<'_>> = new
        .iter()
        .zip(&voided)
        .filter(|((prepared, _), _)| prepared.is_named || prepared.target.is_some())
        .map(|((prepared, place), voided)| New {
            id: prepared.id,
            place: *place,
            keys: &prepared.keys,
            target: prepared.target,
            voided: *voided,
        })
        .collect();
    reference::insert(tx, store, &referring).await?;
    let mut targets: Vec<Uuid> = new
        .iter()
        .filter(|(prepared, _)| prepared.voids)
        .filter_map(|(prepared, _)| prepared.target)
        .collect();
    targets.sort_unstable();
    targets.dedup();
    let mut hidden = void(tx, store, &targets).await?;
    let awaited = new.iter().zip(&voided).filter(|(_, voided)| **voided);
    hidden.extend(awaited.map(|((_, place), _)| place.0));
    Ok(hidden)
}

/// Those of new statements that were voided before they came.
async fn awaited(tx: &mut Tx, store: StoreId, new: &[(&Prepared, Place)]) -> Result<Vec<Uuid>, sqlx::Error> {
    let named = new.iter().filter(|(prepared, _)| prepared.is_named);
    let ids: Vec<Uuid> = named.map(|(prepared, _)| prepared.id).collect();
    let awaited: Vec<(Uuid,)> = bulk::select!(
        tx,
        store,
        &ids,
        "SELECT target FROM voiding WHERE store_id = $1 AND part = $2 AND target {}"
    );
    Ok(awaited.into_iter().map(|(id,)| id).collect())
}

/// Voids statements, now or when they arrive; returns the places of those that were there.
async fn void(tx: &mut Tx, store: StoreId, targets: &[Uuid]) -> Result<Vec<i64>, StoreError> {
    let voided: Vec<Row> = bulk::select!(
        tx,
        store,
        targets,
        "SELECT place, version, payload FROM statement
         WHERE store_id = $1 AND part = $2 AND NOT voids AND NOT voided AND id {}"
    );
    for (place, ..) in &voided {
        on_engine!(&mut *tx, |connection| {
            sqlx::query(
                "UPDATE statement SET voided = TRUE WHERE store_id = $1 AND part = $2 AND place = $3",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(place)
            .execute(connection)
            .await?;
        });
    }
    let places = voided.iter().map(|(place, ..)| *place).collect();
    let gone = voided
        .iter()
        .map(|(place, version, payload)| (Place(*place), Figures::read(version, payload)));
    tally::take_back(tx, store, gone).await?;
    reference::hide(tx, store, voided.into_iter().map(Stored::from)).await?;
    let insert = Insert {
        into: "voiding (store_id, part, target)",
        columns: vec![
            Column::Integer(vec![store.0; targets.len()]),
            Column::Integer(vec![store.part(); targets.len()]),
            Column::Id(targets.to_vec()),
        ],
        conflict: "ON CONFLICT (store_id, target, part) DO NOTHING",
    };
    bulk::insert(tx, insert).await?;
    Ok(places)
}
