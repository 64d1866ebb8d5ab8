//! Documents in: what is asked of several at the same time is read and written together.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    bulk::{self, Column, Delete, Find, Insert},
    document::{DocumentKey, DocumentKind, Id, Precondition, columns, name_hash},
    engine::{Connect, Tx, on_engine},
    error::StoreError,
    store::{Store, StoreId},
    text::to_column,
};

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
pub(crate) enum Change {
    Put(Vec<u8>, String),
    Merge(Vec<u8>, String),
    Delete,
}

/// Which document, and what it holds, as they are read.
type Row = (i16, Vec<u8>, Uuid, Vec<u8>, Vec<u8>, String, String);

/// A document as it is, or will be.
#[derive(Clone, Debug)]
pub(crate) struct State<'w> {
    pub(crate) content: Cow<'w, [u8]>,
    pub(crate) content_type: Cow<'w, str>,
    pub(crate) etag: String,
}

/// The documents of a group, and those that it has changed since it last wrote.
#[derive(Default)]
pub(crate) struct Documents<'w> {
    /// Each as it is; nothing, when it is not there.
    states: BTreeMap<Id<'w>, Option<State<'w>>>,
    changed: BTreeMap<Id<'w>, &'w str>,
}

impl DocumentWrite {
    pub(crate) fn new(
        key: &DocumentKey<'_>,
        name: Option<&str>,
        change: Change,
        precondition: Precondition,
    ) -> Self {
        Self {
            kind: key.kind,
            subject: key.subject(),
            any_registration: key.registration.is_none(),
            registration: key.registration(),
            name: name.map(|name| (name.to_owned(), name_hash(name))),
            change,
            precondition,
        }
    }

    /// The bytes that it will write, more or less.
    pub(crate) fn bytes(&self) -> usize {
        match &self.change {
            Change::Put(content, _) | Change::Merge(content, _) => content.len(),
            Change::Delete => 0,
        }
    }

    /// The numbers of their locks, below zero, where no other locks are: always in the same order, so that nobody waits for
    /// ever.
    pub(crate) fn locks(store: StoreId, writes: &[&Self]) -> Vec<i64> {
        let mut locks: Vec<i64> = writes.iter().map(|write| write.lock(store)).collect();
        locks.sort_unstable();
        locks.dedup();
        locks
    }

    fn lock(&self, store: StoreId) -> i64 {
        let mut hasher = Sha256::new();
        hasher.update(store.0.to_be_bytes());
        hasher.update([self.kind as u8]);
        hasher.update(&self.subject);
        let digest = hasher.finalize();
        i64::from_be_bytes(std::array::from_fn(|place| digest[place])) | i64::MIN
    }

    fn id<'w>(&'w self, name_hash: &'w [u8]) -> Id<'w> {
        (
            self.kind as i16,
            Cow::Borrowed(&self.subject),
            self.registration,
            Cow::Borrowed(name_hash),
        )
    }

    /// Whether it deletes.
    pub(crate) fn deletes(&self) -> bool {
        matches!(self.change, Change::Delete)
    }

    /// The document, when what becomes of it depends on what it is.
    pub(crate) fn depends_on(&self) -> Option<Id<'_>> {
        let (_, name_hash) = self.name.as_ref()?;
        let is_blind = self.precondition == Precondition::None && !matches!(self.change, Change::Merge(..));
        (!is_blind).then(|| self.id(name_hash))
    }

    /// What becomes of a document.
    fn apply<'w>(&'w self, current: Option<&State<'w>>) -> Result<Option<State<'w>>, StoreError> {
        self.precondition
            .check(current.map(|state| state.etag.as_str()))?;
        let (content, content_type) = match &self.change {
            Change::Delete => return Ok(None),
            Change::Put(content, content_type) => (Cow::Borrowed(content.as_slice()), content_type),
            Change::Merge(content, content_type) => match current {
                None => (Cow::Borrowed(content.as_slice()), content_type),
                Some(current) if is_json(&current.content_type) && is_json(content_type) => {
                    let mut merged: Map<String, Value> = object(&current.content)?;
                    merged.extend(object(content)?);
                    let merged = serde_json::to_vec(&merged).map_err(|_| StoreError::NotMergeable)?;
                    (Cow::Owned(merged), content_type)
                }
                Some(_) => return Err(StoreError::NotMergeable),
            },
        };
        Ok(Some(State {
            etag: hexadecimal(&Sha1::digest(&content)),
            content,
            content_type: Cow::Borrowed(content_type),
        }))
    }
}

impl Store {
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
        lock(tx, store, writes).await?;
        let now = (self.clock)().micros();
        let ids = writes.iter().filter_map(|write| write.depends_on()).collect();
        let mut documents = Documents::read(tx, store, &ids).await?;
        let mut results = Vec::with_capacity(writes.len());
        for write in writes {
            if write.name.is_none() {
                documents.write(tx, store, now).await?;
                delete_all(tx, store, write).await?;
                documents.forget(write);
            }
            results.push(documents.change(write));
        }
        documents.write(tx, store, now).await?;
        Ok(results)
    }
}

impl<'w> Documents<'w> {
    /// Reads documents.
    pub(crate) async fn read(
        by: &mut impl Connect,
        store: StoreId,
        ids: &BTreeSet<Id<'w>>,
    ) -> Result<Self, StoreError> {
        let find = Find {
            what: "kind, subject, registration, name_hash, content, content_type, etag",
            from: "document",
            columns: columns(store, ids.iter()),
        };
        let rows: Vec<Row> = bulk::find(by, find).await?;
        let state = |(kind, subject, registration, name_hash, content, content_type, etag): Row| {
            let id = (kind, Cow::Owned(subject), registration, Cow::Owned(name_hash));
            let state = State {
                content: Cow::Owned(content),
                content_type: Cow::Owned(content_type),
                etag,
            };
            (id, Some(state))
        };
        Ok(Self {
            states: rows.into_iter().map(state).collect(),
            changed: BTreeMap::new(),
        })
    }

    /// Those that are there.
    pub(crate) fn there(&self) -> impl Iterator<Item = (&Id<'w>, &State<'w>)> {
        let states = self.states.iter();
        states.filter_map(|(id, state)| Some((id, state.as_ref()?)))
    }

    /// Those that have changed and are there, with their names.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (&Id<'w>, &'w str, &State<'w>)> {
        let changed = self.changed.iter();
        changed.filter_map(|(id, name)| Some((id, *name, self.states.get(id)?.as_ref()?)))
    }

    /// Does what is asked of a document, in memory; its entity tag.
    pub(crate) fn change(&mut self, write: &'w DocumentWrite) -> Result<String, StoreError> {
        let Some((name, name_hash)) = &write.name else {
            return Ok(String::new());
        };
        let id = write.id(name_hash);
        let state = write.apply(self.states.get(&id).and_then(Option::as_ref))?;
        let etag = state.as_ref().map(|state| state.etag.clone());
        self.changed.insert(id.clone(), name);
        self.states.insert(id, state);
        Ok(etag.unwrap_or_default())
    }

    /// Knows no longer what all the documents of a subject have been deleted hold.
    fn forget(&mut self, deleted: &DocumentWrite) {
        for ((kind, subject, registration, _), state) in &mut self.states {
            if *kind == deleted.kind as i16
                && **subject == *deleted.subject
                && (deleted.any_registration || *registration == deleted.registration)
            {
                *state = None;
            }
        }
    }

    /// Writes what has changed.
    async fn write(&mut self, tx: &mut Tx, store: StoreId, now: i64) -> Result<(), StoreError> {
        let is_there = |id: &Id<'w>| self.states.get(id).is_some_and(Option::is_some);
        let gone: Vec<&Id<'w>> = self.changed.keys().filter(|id| !is_there(id)).collect();
        let delete = Delete {
            from: "document",
            columns: columns(store, gone.into_iter()),
        };
        bulk::delete(tx, delete).await?;

        let kept: Vec<(&Id<'w>, &str, &State<'w>)> = self.kept().collect();
        let names: Vec<Cow<'_, str>> = kept.iter().map(|(_, name, _)| to_column(name)).collect();
        let insert = Insert {
            into: "document (store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated)",
            columns: rows(store, &kept, &names, now),
            // Each write is later than the one before, whatever the clock says.
            conflict: "ON CONFLICT (store_id, kind, subject, registration, name_hash, part) DO UPDATE
                 SET content = excluded.content, content_type = excluded.content_type, etag = excluded.etag,
                     updated = CASE WHEN excluded.updated > document.updated THEN excluded.updated
                                    ELSE document.updated + 1 END",
        };
        bulk::insert(tx, insert).await?;
        self.changed.clear();
        Ok(())
    }
}

/// The rows of documents with their names, a column each.
pub(crate) fn rows<'c>(
    store: StoreId,
    kept: &'c [(&Id<'_>, &str, &State<'_>)],
    names: &'c [Cow<'_, str>],
    now: i64,
) -> Vec<Column<'c>> {
    let ids = columns(store, kept.iter().map(|(id, ..)| *id));
    let mut rows: Vec<Column<'_>> = ids.into_iter().map(|(_, column)| column).collect();
    rows.extend([
        Column::Text(names.iter().map(AsRef::as_ref).collect()),
        Column::Bytes(kept.iter().map(|(.., state)| &*state.content).collect()),
        Column::Text(kept.iter().map(|(.., state)| &*state.content_type).collect()),
        Column::Text(kept.iter().map(|(.., state)| state.etag.as_str()).collect()),
        Column::Integer(vec![now; kept.len()]),
    ]);
    rows
}

/// Lets nobody else read one of the documents to write it; `SQLite` has one writer at a time anyway.
async fn lock(tx: &mut Tx, store: StoreId, writes: &[&DocumentWrite]) -> Result<(), sqlx::Error> {
    if let Some(transaction) = tx.postgres()
        && !writes.is_empty()
    {
        sqlx::query("SELECT pg_advisory_xact_lock(number) FROM UNNEST($1::BIGINT[]) AS number")
            .bind(DocumentWrite::locks(store, writes))
            .execute(transaction)
            .await?;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DEFAULT_STORE, on_both_engines};

    fn key(registration: u128) -> DocumentKey<'static> {
        DocumentKey {
            kind: DocumentKind::State,
            activity: "https://example.org/7",
            agent: "zoe",
            registration: (registration > 0).then(|| Uuid::from_u128(registration)),
        }
    }

    fn write(
        registration: u128,
        name: Option<&str>,
        change: Change,
        precondition: Precondition,
    ) -> DocumentWrite {
        DocumentWrite::new(&key(registration), name, change, precondition)
    }

    on_both_engines! {
        async fn what_is_asked_of_documents_together_is_done_one_after_another(database) {
            let store = database.open().await;
            let json = || "application/json".to_owned();
            let put = |text: &str| Change::Put(text.into(), json());
            let merge = |text: &str| Change::Merge(text.into(), json());
            let none = || Precondition::None;
            let there = || Precondition::Match(Vec::new());
            let absent = || Precondition::NoneMatch(Vec::new());
            let mut before = None;
            // The second time, the documents are there.
            for _ in 0..2 {
                let writes = [
                    (write(1, Some("gone"), put("{}"), none()), true),
                    (write(2, Some("other"), put("[]"), none()), true),
                    (write(1, None, Change::Delete, none()), true),
                    (write(1, Some("gone"), put("{}"), there()), false),
                    (write(1, Some("kept"), merge("{\"a\":0}"), absent()), true),
                    (write(1, Some("kept"), put("{\"a\":1}"), absent()), false),
                    (write(1, Some("kept"), put("{\"a\":1}"), none()), true),
                    (write(1, Some("kept"), merge("{\"b\":2}"), there()), true),
                    (write(1, Some("kept"), merge("no object"), there()), false),
                    (write(2, Some("other"), merge("{}"), none()), false),
                    (write(2, Some("deleted"), put("{}"), none()), true),
                    (write(2, Some("deleted"), Change::Delete, there()), true),
                    (write(2, Some("deleted"), Change::Delete, there()), false),
                    (write(2, Some("deleted"), Change::Delete, none()), true),
                ];
                let mut tx = store.engine.write().await.unwrap();
                let asked: Vec<&DocumentWrite> = writes.iter().map(|(write, _)| write).collect();
                let results = store.write_documents(&mut tx, DEFAULT_STORE, &asked).await.unwrap();
                tx.commit().await.unwrap();
                for ((write, is_done), result) in writes.iter().zip(&results) {
                    assert_eq!(result.is_ok(), *is_done, "{write:?}: {result:?}");
                }
                let kept = store.document(DEFAULT_STORE, &key(1), "kept").await.unwrap().unwrap();
                assert_eq!(kept.content, b"{\"a\":1,\"b\":2}");
                assert_eq!(results.get(7).unwrap().as_ref().unwrap(), &kept.etag);
                assert!(before < Some(kept.updated));
                before = Some(kept.updated);
                assert_eq!(store.document_names(DEFAULT_STORE, &key(1), None).await.unwrap(), ["kept"]);
                assert_eq!(store.document_names(DEFAULT_STORE, &key(2), None).await.unwrap(), ["other"]);
            }
            let all = [write(0, None, Change::Delete, none())];
            let mut tx = store.engine.write().await.unwrap();
            store.write_documents(&mut tx, DEFAULT_STORE, &[&all[0]]).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(store.document_names(DEFAULT_STORE, &key(0), None).await.unwrap(), Vec::<String>::new());
        }
    }
}
