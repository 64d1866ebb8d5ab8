//! State and profile documents.

use std::borrow::Cow;

use cartable_xapi::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    bulk::Column,
    document_write::{Change, DocumentWrite},
    engine::on_engine,
    error::StoreError,
    store::{Store, StoreId},
    text::from_column,
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
    pub(crate) fn check(&self, etag: Option<&str>) -> Result<(), StoreError> {
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
    pub(crate) fn subject(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(self.activity.as_bytes());
        hasher.update([0]);
        hasher.update(self.agent.as_bytes());
        hasher.finalize().to_vec()
    }

    pub(crate) fn registration(&self) -> Uuid {
        self.registration.unwrap_or(Uuid::nil())
    }
}

/// Which document: its kind, its subject, its registration, the hash of its name.
pub(crate) type Id<'i> = (i16, Cow<'i, [u8]>, Uuid, Cow<'i, [u8]>);

/// The columns by which documents are found.
pub(crate) fn columns<'c, 'i: 'c>(
    store: StoreId,
    ids: impl ExactSizeIterator<Item = &'c Id<'i>> + Clone,
) -> Vec<(&'static str, Column<'c>)> {
    let count = ids.len();
    vec![
        ("store_id", Column::Integer(vec![store.0; count])),
        ("part", Column::Integer(vec![store.part(); count])),
        (
            "kind",
            Column::Integer(ids.clone().map(|(kind, ..)| i64::from(*kind)).collect()),
        ),
        (
            "subject",
            Column::Bytes(ids.clone().map(|(_, subject, ..)| &**subject).collect()),
        ),
        (
            "registration",
            Column::Id(ids.clone().map(|(_, _, registration, _)| *registration).collect()),
        ),
        (
            "name_hash",
            Column::Bytes(ids.map(|(.., name_hash)| &**name_hash).collect()),
        ),
    ]
}

pub(crate) fn name_hash(name: &str) -> Vec<u8> {
    Sha256::digest(name.as_bytes()).to_vec()
}

impl Store {
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
        let write = DocumentWrite::new(key, name, change, precondition.clone());
        match self.submit(store, Work::Document(write)).await? {
            Done::Document(etag) => Ok(etag),
            Done::Inserted(_) => Err(StoreError::Interrupted),
        }
    }
}
