//! State and profile documents.

use std::borrow::Cow;

use cartable_xapi::Timestamp;
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    engine::{Connect, Tx, on_engine},
    error::StoreError,
    store::{Store, StoreId},
    text::{from_column, to_column},
    writer::{Done, Work},
};

/// What a document is about. The numbers are in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum DocumentKind {
    /// The state of an agent in an activity.
    State = 0,
    /// About an activity.
    ActivityProfile = 1,
    /// About an agent.
    AgentProfile = 2,
}

/// Which documents: all of a subject, or one of them.
#[derive(Clone, Debug)]
pub struct DocumentKey<'a> {
    /// What kind of document.
    pub kind: DocumentKind,
    /// The activity's id; empty for an agent's profile.
    pub activity: &'a str,
    /// The agent's canonical identifier; empty for an activity's profile.
    pub agent: &'a str,
    /// The registration, for a state.
    pub registration: Option<Uuid>,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its content, as received.
    pub content: Vec<u8>,
    /// Its media type.
    pub content_type: String,
    /// The hexadecimal SHA-1 of the content (1.0.3 Part 3, 3.1).
    pub etag: String,
    /// When it was last written.
    pub updated: Timestamp,
}

/// What must hold of a document before it is written or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    None,
    /// It has one of these entity tags (`If-Match`); an empty list stands for `*`: it exists.
    Match(Vec<String>),
    /// It has none of these entity tags (`If-None-Match`); an empty list stands for `*`: it does not exist.
    NoneMatch(Vec<String>),
}

impl Precondition {
    fn check(&self, etag: Option<&str>) -> Result<(), StoreError> {
        let holds = match self {
            Self::None => true,
            Self::Match(tags) => {
                etag.is_some_and(|etag| tags.is_empty() || tags.iter().any(|tag| tag == etag))
            }
            Self::NoneMatch(tags) => {
                etag.is_none_or(|etag| !tags.is_empty() && tags.iter().all(|tag| tag != etag))
            }
        };
        if holds {
            Ok(())
        } else {
            Err(StoreError::PreconditionFailed)
        }
    }
}

impl DocumentKey<'_> {
    fn subject(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(self.activity.as_bytes());
        hasher.update([0]);
        hasher.update(self.agent.as_bytes());
        hasher.finalize().to_vec()
    }

    fn registration(&self) -> Uuid {
        self.registration.unwrap_or(Uuid::nil())
    }
}

fn name_hash(name: &str) -> Vec<u8> {
    Sha256::digest(name.as_bytes()).to_vec()
}

impl Store {
    /// A document, when there is one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn document(
        &self,
        store: StoreId,
        key: &DocumentKey<'_>,
        name: &str,
    ) -> Result<Option<Document>, StoreError> {
        let mut reader = self.engine.read().await?;
        let subject = key.subject();
        let name_hash = name_hash(name);
        Ok(get(
            &mut reader,
            store,
            key.kind,
            &subject,
            key.registration(),
            &name_hash,
        )
        .await?)
    }

    /// The names of the documents of a subject that were written after `since`; without a registration, of any.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn document_names(
        &self,
        store: StoreId,
        key: &DocumentKey<'_>,
        since: Option<Timestamp>,
    ) -> Result<Vec<String>, StoreError> {
        let mut reader = self.engine.read().await?;
        let mut names: Vec<String> = on_engine!(&mut reader, |connection| {
            sqlx::query_scalar(
                "SELECT name FROM document WHERE store_id = $1 AND part = $2 AND kind = $3 AND subject = $4
                 AND ($5 OR registration = $6) AND updated > $7",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(key.kind as i16)
            .bind(key.subject())
            .bind(key.registration.is_none())
            .bind(key.registration())
            .bind(since.map_or(i64::MIN, Timestamp::micros))
            .fetch_all(connection)
            .await?
        });
        names = names.into_iter().map(from_column).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Writes a document in place of what was there; returns its entity tag.
    ///
    /// # Errors
    ///
    /// [`StoreError::PreconditionFailed`], or when the database fails.
    pub async fn put_document(
        &self,
        store: StoreId,
        key: &DocumentKey<'_>,
        name: &str,
        content: Vec<u8>,
        content_type: &str,
        precondition: &Precondition,
    ) -> Result<String, StoreError> {
        let change = Change::Put(content, content_type.to_owned());
        self.change_document(store, key, Some(name), change, precondition)
            .await
    }

    /// Merges a JSON object into a document, property by property, or writes it when there is none (1.0.3 Part 3,
    /// 2.2); returns its entity tag.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotMergeable`] when either is no JSON object, [`StoreError::PreconditionFailed`], or when the
    /// database fails.
    pub async fn merge_document(
        &self,
        store: StoreId,
        key: &DocumentKey<'_>,
        name: &str,
        content: Vec<u8>,
        content_type: &str,
        precondition: &Precondition,
    ) -> Result<String, StoreError> {
        let change = Change::Merge(content, content_type.to_owned());
        self.change_document(store, key, Some(name), change, precondition)
            .await
    }

    /// Deletes a document; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`StoreError::PreconditionFailed`], or when the database fails.
    pub async fn delete_document(
        &self,
        store: StoreId,
        key: &DocumentKey<'_>,
        name: &str,
        precondition: &Precondition,
    ) -> Result<(), StoreError> {
        self.change_document(store, key, Some(name), Change::Delete, precondition)
            .await
            .map(|_| ())
    }

    /// Deletes every document of a subject; without a registration, of any.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn delete_documents(&self, store: StoreId, key: &DocumentKey<'_>) -> Result<(), StoreError> {
        self.change_document(store, key, None, Change::Delete, &Precondition::None)
            .await
            .map(|_| ())
    }

    async fn change_document(
        &self,
        store: StoreId,
        key: &DocumentKey<'_>,
        name: Option<&str>,
        change: Change,
        precondition: &Precondition,
    ) -> Result<String, StoreError> {
        let write = DocumentWrite {
            kind: key.kind,
            subject: key.subject(),
            any_registration: key.registration.is_none(),
            registration: key.registration(),
            name: name.map(|name| (name.to_owned(), name_hash(name))),
            change,
            precondition: precondition.clone(),
        };
        match self.submit(store, Work::Document(write)).await? {
            Done::Document(etag) => Ok(etag),
            Done::Inserted(_) => Err(StoreError::Interrupted),
        }
    }

    /// Does what is asked of the documents of a store, one after another; each is done or refused by itself.
    ///
    /// # Errors
    ///
    /// When none can be done.
    pub(crate) async fn write_documents(
        &self,
        tx: &mut Tx,
        store: StoreId,
        writes: &[&DocumentWrite],
    ) -> Result<Vec<Result<String, StoreError>>, StoreError> {
        if let Tx::Postgres(transaction) = tx
            && !writes.is_empty()
        {
            // Nobody else may read one of them to write it; always in the same order, so that nobody waits for ever.
            let mut locks: Vec<i64> = writes.iter().map(|write| write.lock(store)).collect();
            locks.sort_unstable();
            locks.dedup();
            sqlx::query("SELECT pg_advisory_xact_lock(number) FROM UNNEST($1::BIGINT[]) AS number")
                .bind(locks)
                .execute(&mut **transaction)
                .await?;
        }
        let mut results = Vec::with_capacity(writes.len());
        for write in writes {
            results.push(match self.write_document(tx, store, write).await {
                Err(error @ (StoreError::PreconditionFailed | StoreError::NotMergeable)) => Err(error),
                result => Ok(result?),
            });
        }
        Ok(results)
    }

    async fn write_document(
        &self,
        tx: &mut Tx,
        store: StoreId,
        write: &DocumentWrite,
    ) -> Result<String, StoreError> {
        let Some((name, name_hash)) = &write.name else {
            delete_all(tx, store, write).await?;
            return Ok(String::new());
        };
        let current = get(
            tx,
            store,
            write.kind,
            &write.subject,
            write.registration,
            name_hash,
        )
        .await?;
        write
            .precondition
            .check(current.as_ref().map(|document| document.etag.as_str()))?;
        let (content, content_type) = match &write.change {
            Change::Put(content, content_type) => (Cow::Borrowed(content), content_type),
            Change::Merge(content, content_type) => {
                let merged = match &current {
                    None => Cow::Borrowed(content),
                    Some(current) if is_json(&current.content_type) && is_json(content_type) => {
                        let mut merged: Map<String, Value> = object(&current.content)?;
                        merged.extend(object(content)?);
                        Cow::Owned(serde_json::to_vec(&merged).map_err(|_| StoreError::NotMergeable)?)
                    }
                    Some(_) => return Err(StoreError::NotMergeable),
                };
                (merged, content_type)
            }
            Change::Delete => {
                if current.is_some() {
                    delete(tx, store, write, name_hash).await?;
                }
                return Ok(String::new());
            }
        };
        let etag = hexadecimal(&Sha1::digest(content.as_slice()));
        // Each write is later than the one before, whatever the clock says.
        let earliest = current.map_or(i64::MIN, |document| document.updated.micros().saturating_add(1));
        let updated = (self.clock)().micros().max(earliest);
        on_engine!(&mut *tx, |connection| {
            sqlx::query(
                "INSERT INTO document (store_id, part, kind, subject, registration, name_hash, name, content,
                                       content_type, etag, updated)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 ON CONFLICT (store_id, kind, subject, registration, name_hash, part) DO UPDATE
                 SET content = excluded.content, content_type = excluded.content_type, etag = excluded.etag,
                     updated = excluded.updated",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(write.kind as i16)
            .bind(write.subject.as_slice())
            .bind(write.registration)
            .bind(name_hash.as_slice())
            .bind(to_column(name).as_ref())
            .bind(content.as_slice())
            .bind(content_type)
            .bind(&etag)
            .bind(updated)
            .execute(connection)
            .await?;
        });
        Ok(etag)
    }
}

/// What is asked of a document, or of all those of a subject.
#[derive(Debug)]
pub(crate) struct DocumentWrite {
    kind: DocumentKind,
    subject: Vec<u8>,
    registration: Uuid,
    any_registration: bool,
    /// The document's name and its hash; without it, all are deleted.
    name: Option<(String, Vec<u8>)>,
    change: Change,
    precondition: Precondition,
}

/// What is to become of a document; with its content and its media type.
#[derive(Debug)]
enum Change {
    Put(Vec<u8>, String),
    Merge(Vec<u8>, String),
    Delete,
}

impl DocumentWrite {
    /// The bytes that it will write, more or less.
    pub(crate) fn bytes(&self) -> usize {
        match &self.change {
            Change::Put(content, _) | Change::Merge(content, _) => content.len(),
            Change::Delete => 0,
        }
    }

    /// The number of its lock: below zero, where no other locks are.
    fn lock(&self, store: StoreId) -> i64 {
        let mut hasher = Sha256::new();
        hasher.update(store.0.to_be_bytes());
        hasher.update([self.kind as u8]);
        hasher.update(&self.subject);
        let digest = hasher.finalize();
        i64::from_be_bytes(std::array::from_fn(|place| digest[place])) | i64::MIN
    }
}

async fn delete(
    tx: &mut Tx,
    store: StoreId,
    write: &DocumentWrite,
    name_hash: &[u8],
) -> Result<(), sqlx::Error> {
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "DELETE FROM document WHERE store_id = $1 AND part = $2 AND kind = $3 AND subject = $4
             AND registration = $5 AND name_hash = $6",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(write.kind as i16)
        .bind(write.subject.as_slice())
        .bind(write.registration)
        .bind(name_hash)
        .execute(connection)
        .await?;
    });
    Ok(())
}

async fn delete_all(tx: &mut Tx, store: StoreId, write: &DocumentWrite) -> Result<(), sqlx::Error> {
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "DELETE FROM document WHERE store_id = $1 AND part = $2 AND kind = $3 AND subject = $4
             AND ($5 OR registration = $6)",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(write.kind as i16)
        .bind(write.subject.as_slice())
        .bind(write.any_registration)
        .bind(write.registration)
        .execute(connection)
        .await?;
    });
    Ok(())
}

async fn get(
    tx: &mut impl Connect,
    store: StoreId,
    kind: DocumentKind,
    subject: &[u8],
    registration: Uuid,
    name_hash: &[u8],
) -> Result<Option<Document>, sqlx::Error> {
    let row: Option<(Vec<u8>, String, String, i64)> = on_engine!(tx, |connection| {
        sqlx::query_as(
            "SELECT content, content_type, etag, updated FROM document
             WHERE store_id = $1 AND part = $2 AND kind = $3 AND subject = $4 AND registration = $5
             AND name_hash = $6",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(kind as i16)
        .bind(subject)
        .bind(registration)
        .bind(name_hash)
        .fetch_optional(connection)
        .await?
    });
    Ok(row.map(|(content, content_type, etag, updated)| Document {
        content,
        content_type,
        etag,
        updated: Timestamp::from_micros(updated).unwrap_or(Timestamp::MIN),
    }))
}

/// Whether a media type is JSON, whatever its parameters.
fn is_json(content_type: &str) -> bool {
    content_type
        .split(';')
        .next()
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

fn object(content: &[u8]) -> Result<Map<String, Value>, StoreError> {
    serde_json::from_slice(content).map_err(|_| StoreError::NotMergeable)
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .collect()
}
