//! Retention: what was stored before a time is deleted for good, a chunk at a time, beside those who write and read.
//!
//! Each chunk is a transaction of its own and whole: statements, the oldest first, with every row by which they are found
//! or by which others are found through them, and the bytes that only they named. Nothing is promised between two chunks,
//! so that who writes gets in, and what was begun may be stopped and begun again.
//!
//! Figures of what was deleted go with it, where a learner stands included: they say what the remaining statements say.
//! What the store learned remains: the definitions of activities, the names of agents, and what index keys stand for.

use std::collections::{BTreeSet, HashMap};

use cartable_xapi::{Statement, Timestamp, Version};
use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::{
    bulk::{self, Column, Delete},
    engine::{Connect, Tx, on_engine},
    error::{Outage, StoreError},
    figures::Figures,
    index::StatementIndex,
    place::Place,
    reference,
    store::{Store, StoreId},
    tally, watermark,
};

/// A chunk has so many statements or documents at the most, and ends early when its statements have so many bytes: those
/// who write wait for it, and few wait long enough to notice.
const CHUNK: i64 = 500;
const CHUNK_BYTES: usize = 8 * 1024 * 1024;
/// A chunk that got in the way of those who write, or could not get its turn among them, is tried so many times.
const ATTEMPTS: usize = 5;

/// How much is to be forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgettable {
    /// Statements stored before the time, voided ones included.
    pub statements: u64,
    /// State and profile documents last written before the time.
    pub documents: u64,
}

impl Store {
    /// Counts what a store has from before a time.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn forgettable(&self, store: StoreId, before: Timestamp) -> Result<Forgettable, StoreError> {
        let mut reader = self.engine.read().await?;
        // Without the part, only the index in which statements are in order is read.
        let statements: i64 = on_engine!(&mut reader, |connection| {
            sqlx::query_scalar("SELECT COUNT(*) FROM statement WHERE store_id = $1 AND place < $2")
                .bind(store.0)
                .bind(Place::start_of(before).0)
                .fetch_one(connection)
                .await?
        });
        let documents: i64 = on_engine!(&mut reader, |connection| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM document WHERE store_id = $1 AND part = $2 AND updated < $3",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(before.micros())
            .fetch_one(connection)
            .await?
        });
        Ok(Forgettable {
            statements: statements.unsigned_abs(),
            documents: documents.unsigned_abs(),
        })
    }

    /// Begins to forget what a store has from before a time; deletes nothing yet.
    ///
    /// A server may not have indexed yet what it stored in the last seconds: another process leaves a minute.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn forget(&self, store: StoreId, before: Timestamp) -> Result<Forgetting, StoreError> {
        Ok(Forgetting {
            named: Named::read(self, store, before).await?,
            database: self.clone(),
            store,
            before,
            after: Place(i64::MIN),
            document: (-1, Vec::new(), Uuid::nil(), Vec::new()),
        })
    }
}

/// What is being forgotten of a store, chunk by chunk.
pub struct Forgetting {
    database: Store,
    store: StoreId,
    before: Timestamp,
    /// The last place that was forgotten: an index keeps those that were deleted for a while, and would walk over them.
    after: Place,
    /// The last document that was looked at.
    document: DocumentRow,
    named: Named,
}

/// A statement to be deleted.
struct Doomed {
    id: Uuid,
    place: Place,
    /// Whether it is voided, or voids the target.
    voided: bool,
    voids: bool,
    target: Option<Uuid>,
    /// The keys by which it is found.
    keys: Vec<i64>,
    figures: Option<Figures>,
    /// The SHA-2 of the attachments that it names.
    names: Vec<String>,
}

/// A row of `statement`: its place, its id, whether it is voided, whether it voids, its target, its version and text.
type StatementRow = (i64, Uuid, bool, bool, Option<Uuid>, String, String);

/// The key of a row of `document`: its kind, its subject, its registration and the hash of its name.
type DocumentRow = (i16, Vec<u8>, Uuid, Vec<u8>);

impl From<StatementRow> for Doomed {
    fn from((place, id, voided, voids, target, version, payload): StatementRow) -> Self {
        // The rows of one that cannot be read any more lead to nothing once it is gone.
        let statement = parse(&version, &payload);
        let keys = statement
            .as_ref()
            .map_or_else(Vec::new, |statement| StatementIndex::of(statement).keys());
        Self {
            id,
            place: Place(place),
            voided,
            voids,
            target,
            keys,
            figures: statement.as_ref().filter(|_| !voided).map(Figures::of),
            names: statement.as_ref().map_or_else(Vec::new, names),
        }
    }
}

impl Forgetting {
    /// Deletes the next statements, and says how many; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// When the database fails: none of these is deleted, and those before remain so.
    pub async fn next_statements(&mut self) -> Result<Option<u64>, StoreError> {
        let mut attempt = 1;
        loop {
            match self.forget_statements().await {
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => attempt += 1,
                result => return result,
            }
        }
    }

    /// Deletes the next documents, and says how many; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// When the database fails: none of these is deleted, and those before remain so.
    pub async fn next_documents(&mut self) -> Result<Option<u64>, StoreError> {
        let mut attempt = 1;
        loop {
            match self.forget_documents().await {
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => attempt += 1,
                result => return result,
            }
        }
    }

    async fn forget_statements(&mut self) -> Result<Option<u64>, StoreError> {
        // What is deleted has been indexed: its rows would be written after it otherwise.
        self.database.settle().await?;
        let mut tx = self.database.engine.write().await?;
        alone(&mut tx, self.store).await?;
        let chunk = self.chunk(&mut tx).await?;
        let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else {
            drop(tx);
            self.database.count_doubtful(self.store).await?;
            return Ok(None);
        };
        let (store, places) = (self.store, (first.place, last.place));
        let ids: Vec<Uuid> = chunk.iter().map(|doomed| doomed.id).collect();
        self.forget_attachments(&mut tx, &chunk, last.place).await?;
        reference::forget(&mut tx, store, &ids, places).await?;
        unindex(&mut tx, store, &chunk).await?;
        let gone = chunk.iter().map(|doomed| (doomed.place, doomed.figures));
        tally::take_back(&mut tx, store, gone).await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query(
                "DELETE FROM statement WHERE store_id = $1 AND part = $2 AND place BETWEEN $3 AND $4",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(places.0.0)
            .bind(places.1.0)
            .execute(connection)
            .await?;
        });
        forget_voiding(&mut tx, store, &chunk).await?;
        tx.commit().await?;
        self.database.texts.clear();
        self.database.common.clear();
        self.after = last.place;
        self.database.engine.written(chunk.len());
        Ok(Some(u64::try_from(chunk.len()).unwrap_or(u64::MAX)))
    }

    /// The oldest statements that are left.
    async fn chunk(&self, tx: &mut Tx) -> Result<Vec<Doomed>, sqlx::Error> {
        let mut chunk = Vec::new();
        let mut bytes = 0;
        on_engine!(tx, |connection| {
            let mut rows = sqlx::query_as::<_, StatementRow>(
                "SELECT place, id, voided, voids, target, version, payload FROM statement
                 WHERE store_id = $1 AND part = $2 AND place > $3 AND place < $4 ORDER BY place LIMIT $5",
            )
            .bind(self.store.0)
            .bind(self.store.part())
            .bind(self.after.0)
            .bind(Place::start_of(self.before).0)
            .bind(CHUNK)
            .fetch(connection);
            while bytes < CHUNK_BYTES
                && let Some(row) = rows.try_next().await?
            {
                bytes += row.6.len();
                chunk.push(Doomed::from(row));
            }
        });
        Ok(chunk)
    }

    /// Deletes the bytes of attachments that no statement after these names.
    async fn forget_attachments(
        &mut self,
        tx: &mut Tx,
        chunk: &[Doomed],
        last: Place,
    ) -> Result<(), StoreError> {
        let names: BTreeSet<&str> = chunk
            .iter()
            .flat_map(|doomed| doomed.names.iter().map(String::as_str))
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        self.named.catch_up(tx, self.store).await?;
        let orphans: Vec<&str> = names
            .into_iter()
            .filter(|sha2| self.named.last.get(*sha2).is_some_and(|named| *named <= last))
            .collect();
        let delete = Delete {
            from: "attachment",
            columns: vec![
                ("store_id", Column::Integer(vec![self.store.0; orphans.len()])),
                ("part", Column::Integer(vec![self.store.part(); orphans.len()])),
                ("sha2", Column::Text(orphans)),
            ],
        };
        Ok(bulk::delete(tx, delete).await?)
    }

    async fn forget_documents(&mut self) -> Result<Option<u64>, StoreError> {
        let (store, before) = (self.store, self.before.micros());
        let mut reader = self.database.engine.read().await?;
        let (kind, subject, registration, name_hash) = &self.document;
        let rows: Vec<DocumentRow> = on_engine!(&mut reader, |connection| {
            sqlx::query_as(
                "SELECT kind, subject, registration, name_hash FROM document
                 WHERE store_id = $1 AND part = $2 AND updated < $3
                 AND (kind, subject, registration, name_hash) > ($4, $5, $6, $7)
                 ORDER BY kind, subject, registration, name_hash LIMIT $8",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(before)
            .bind(kind)
            .bind(subject.as_slice())
            .bind(registration)
            .bind(name_hash.as_slice())
            .bind(CHUNK)
            .fetch_all(connection)
            .await?
        });
        drop(reader);
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        let mut tx = self.database.engine.write().await?;
        let mut deleted = 0;
        for (kind, subject, registration, name_hash) in &rows {
            // One that was written again meanwhile is no longer old.
            deleted += on_engine!(&mut tx, |connection| {
                sqlx::query(
                    "DELETE FROM document WHERE store_id = $1 AND part = $2 AND kind = $3 AND subject = $4
                     AND registration = $5 AND name_hash = $6 AND updated < $7",
                )
                .bind(store.0)
                .bind(store.part())
                .bind(kind)
                .bind(subject.as_slice())
                .bind(registration)
                .bind(name_hash.as_slice())
                .bind(before)
                .execute(connection)
                .await?
                .rows_affected()
            });
        }
        tx.commit().await?;
        self.database.engine.written(rows.len());
        self.document = last.clone();
        Ok(Some(deleted))
    }
}

/// Which statement is the last to name each attachment.
///
/// No index says so: the texts are searched, once and before anything is locked, since that takes as long as reading them
/// all; what comes later is searched under the lock. Few statements have attachments, and a store whose statements have
/// none is not searched.
struct Named {
    last: HashMap<String, Place>,
    /// Every statement up to here has been searched.
    through: Place,
}

impl Named {
    async fn read(database: &Store, store: StoreId, before: Timestamp) -> Result<Self, StoreError> {
        // Only who is alone knows that nothing will appear before the latest statement.
        let mut tx = database.engine.write().await?;
        alone(&mut tx, store).await?;
        let through = latest(&mut tx, store).await?;
        drop(tx);
        let mut named = Self {
            last: HashMap::new(),
            through: Place(i64::MIN),
        };
        let mut reader = database.engine.read().await?;
        let kept: i64 = on_engine!(&mut reader, |connection| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM (SELECT 1 FROM attachment WHERE store_id = $1 AND part = $2 LIMIT 1) AS kept",
            )
            .bind(store.0)
            .bind(store.part())
            .fetch_one(connection)
            .await?
        });
        if kept > 0 {
            named.search(&mut reader, store).await?;
            // The others are named by a statement that stays.
            named.last.retain(|_, place| *place < Place::start_of(before));
        }
        named.through = through;
        Ok(named)
    }

    /// Searches what was stored since; the transaction is alone.
    async fn catch_up(&mut self, tx: &mut Tx, store: StoreId) -> Result<(), StoreError> {
        self.search(tx, store).await?;
        self.through = latest(tx, store).await?;
        Ok(())
    }

    async fn search(&mut self, source: &mut impl Connect, store: StoreId) -> Result<(), sqlx::Error> {
        on_engine!(source, |connection| {
            // A name may be written with escapes, such as \u0061.
            let mut rows = sqlx::query_as(
                "SELECT place, version, payload FROM statement WHERE store_id = $1 AND part = $2 AND place > $3
                 AND (payload LIKE '%\"sha2\"%' OR payload LIKE '%_u00%') ORDER BY place",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(self.through.0)
            .fetch(connection);
            while let Some((place, version, payload)) = rows.try_next().await? {
                let (version, payload): (String, String) = (version, payload);
                let names = parse(&version, &payload).as_ref().map_or_else(Vec::new, names);
                self.last
                    .extend(names.into_iter().map(|sha2| (sha2, Place(place))));
            }
        });
        Ok(())
    }
}

/// Waits until nobody else writes statements to a store: `SQLite` has one writer at a time anyway.
async fn alone(tx: &mut Tx, store: StoreId) -> Result<(), sqlx::Error> {
    match tx.postgres() {
        None => Ok(()),
        Some(transaction) => watermark::alone(transaction, store).await,
    }
}

/// The place of a store's latest statement.
pub(crate) async fn latest(source: &mut impl Connect, store: StoreId) -> Result<Place, sqlx::Error> {
    let latest: Option<i64> = on_engine!(source, |connection| {
        sqlx::query_scalar("SELECT MAX(place) FROM statement WHERE store_id = $1 AND part = $2")
            .bind(store.0)
            .bind(store.part())
            .fetch_one(connection)
            .await?
    });
    Ok(Place(latest.unwrap_or(i64::MIN)))
}

/// Deletes the rows by which statements are found.
async fn unindex(tx: &mut Tx, store: StoreId, chunk: &[Doomed]) -> Result<(), sqlx::Error> {
    let found = chunk.iter().filter(|doomed| !doomed.voided);
    let mut rows: Vec<(i64, i64)> = found
        .flat_map(|doomed| doomed.keys.iter().map(|key| (*key, doomed.place.0)))
        .collect();
    // In the order of the index, so that its pages are met one after another.
    rows.sort_unstable();
    let delete = Delete {
        from: "statement_index",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; rows.len()])),
            ("part", Column::Integer(vec![store.part(); rows.len()])),
            ("key", Column::Integer(rows.iter().map(|(key, _)| *key).collect())),
            (
                "place",
                Column::Integer(rows.iter().map(|(_, place)| *place).collect()),
            ),
        ],
    };
    bulk::delete(tx, delete).await
}

/// Deletes what says that a statement is voided, where neither it nor one that voids it is there.
async fn forget_voiding(tx: &mut Tx, store: StoreId, deleted: &[Doomed]) -> Result<(), sqlx::Error> {
    let voided = deleted
        .iter()
        .filter(|doomed| doomed.voided || doomed.voids)
        .map(|doomed| doomed.id);
    let voiding = deleted.iter().filter(|doomed| doomed.voids);
    let mut targets: Vec<Uuid> = voided.chain(voiding.filter_map(|doomed| doomed.target)).collect();
    targets.sort_unstable();
    targets.dedup();
    let lost: Vec<(Uuid,)> = bulk::select!(
        tx,
        store,
        &targets,
        "SELECT target FROM voiding WHERE store_id = $1 AND part = $2
         AND NOT EXISTS (SELECT 1 FROM statement s
             WHERE s.store_id = voiding.store_id AND s.id = voiding.target AND s.part = voiding.part)
         AND NOT EXISTS (SELECT 1 FROM statement s
             WHERE s.store_id = voiding.store_id AND s.target = voiding.target AND s.part = voiding.part AND s.voids)
         AND target {}"
    );
    let delete = Delete {
        from: "voiding",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; lost.len()])),
            ("part", Column::Integer(vec![store.part(); lost.len()])),
            (
                "target",
                Column::Id(lost.into_iter().map(|(target,)| target).collect()),
            ),
        ],
    };
    bulk::delete(tx, delete).await
}

fn parse(version: &str, payload: &str) -> Option<Statement> {
    let version = Version::parse(version).unwrap_or(Version::V1_0_3);
    Statement::parse(payload.as_bytes(), version).ok()
}

/// The SHA-2 of each attachment that a statement names, as bytes are kept under it: in lower case.
fn names(statement: &Statement) -> Vec<String> {
    statement
        .all_attachments()
        .map(|(_, attachment)| attachment.sha2.to_ascii_lowercase())
        .collect()
}

/// Whether a fault may pass: a transaction got in the way of another, or the database was busy or away.
fn is_passing(error: &StoreError) -> bool {
    error.is_collision() || error.outage() == Some(Outage::Away)
}
