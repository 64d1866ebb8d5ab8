//! Documents out: those that are asked for at the same time are read by one query.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use cartable_xapi::Timestamp;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    bulk::{self, Find},
    document::{Document, DocumentKey, Id, columns, name_hash},
    engine::in_time,
    error::StoreError,
    lanes::Lanes,
    store::{Store, StoreId},
};

/// Queries at once: while one is under way, the next is made.
pub(crate) const LANES: usize = 2;
/// A query reads so many documents at the most: each may have megabytes.
const GROUP: usize = 16;

/// A document that somebody waits for.
#[derive(Debug)]
pub(crate) struct Wanted {
    store: StoreId,
    id: Id<'static>,
    answer: Answer,
}

type Answer = oneshot::Sender<Result<Option<Document>, StoreError>>;

/// What is read of a document: which it is, what it holds, and when it was written.
type Row = (i16, Vec<u8>, Uuid, Vec<u8>, Vec<u8>, String, String, i64);

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
        let id = (
            key.kind as i16,
            Cow::Owned(key.subject()),
            key.registration(),
            Cow::Owned(name_hash(name)),
        );
        let (answer, answered) = oneshot::channel();
        if self.wanted.push(Wanted { store, id, answer }) {
            tokio::spawn(self.clone().read_wanted());
        }
        // Without an answer, the lane came to a bad end.
        answered.await.unwrap_or(Err(StoreError::Interrupted))
    }

    /// A lane that reads what is wanted.
    async fn read_wanted(self) {
        let lanes: Arc<Lanes<Wanted>> = Arc::clone(&self.wanted);
        let mut lane = lanes.begin();
        loop {
            let mut store = None;
            let mut count = 0;
            let group = lane
                .take(|wanted| {
                    count += 1;
                    count <= GROUP && *store.get_or_insert(wanted.store) == wanted.store
                })
                .await;
            let Some(store) = store else {
                return;
            };
            let mut answers: BTreeMap<Id<'static>, Vec<Answer>> = BTreeMap::new();
            for wanted in group {
                answers.entry(wanted.id).or_default().push(wanted.answer);
            }
            match in_time(self.read_documents(store, answers.keys())).await {
                Ok(mut found) => {
                    for (id, mut answers) in answers {
                        let document = found.remove(&id);
                        // What may be large is copied for the others alone. Who asked may be gone.
                        let last = answers.pop();
                        for answer in answers {
                            let _ = answer.send(Ok(document.clone()));
                        }
                        let _ = last.map(|answer| answer.send(Ok(document)));
                    }
                }
                Err(error) => {
                    // Those behind would wait as long, group after group.
                    let others = if error.is_timeout() {
                        lanes.drain()
                    } else {
                        Vec::new()
                    };
                    let others = others.into_iter().map(|wanted| wanted.answer);
                    let error = Arc::new(error);
                    for answer in answers.into_values().flatten().chain(others) {
                        let _ = answer.send(Err(StoreError::Group(Arc::clone(&error))));
                    }
                }
            }
        }
    }

    async fn read_documents(
        &self,
        store: StoreId,
        ids: impl ExactSizeIterator<Item = &Id<'static>> + Clone,
    ) -> Result<BTreeMap<Id<'static>, Document>, StoreError> {
        let mut reader = self.engine.read().await?;
        let find = Find {
            what: "kind, subject, registration, name_hash, content, content_type, etag, updated",
            from: "document",
            columns: columns(store, ids),
        };
        let rows: Vec<Row> = bulk::find(&mut reader, find).await?;
        let document =
            |(kind, subject, registration, name_hash, content, content_type, etag, updated): Row| {
                let id = (kind, Cow::Owned(subject), registration, Cow::Owned(name_hash));
                let document = Document {
                    content,
                    content_type,
                    etag,
                    updated: Timestamp::from_micros(updated).unwrap_or(Timestamp::MIN),
                };
                (id, document)
            };
        Ok(rows.into_iter().map(document).collect())
    }
}
