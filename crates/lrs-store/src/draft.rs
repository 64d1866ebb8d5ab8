//! Statements on their way in: what can be done for them before their turn to be written.

use std::collections::BTreeMap;

use cartable_xapi::{Actor, CompletedText, Completion, Statement, Timestamp, Version};
use uuid::Uuid;

use crate::{
    activity::Learned,
    attachment::NewAttachment,
    error::StoreError,
    figures::Figures,
    index::StatementIndex,
    seen::Mark,
    store::{Store, StoreId},
};

/// A statement to be stored.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id: its own, or one made for it.
    pub id: Uuid,
    /// What it says.
    pub statement: Statement,
    /// Its text, as it was received.
    pub text: String,
    /// The version whose rules it was read by.
    pub version: Version,
}

/// Statements to be stored together, and what comes with them.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The statements.
    pub drafts: Vec<Draft>,
    /// The bytes of their attachments, as far as they came along.
    pub attachments: Vec<NewAttachment>,
    /// Whether what they say of activities and agents may change what the store knows of those (the scope `define`).
    pub defines: bool,
}

impl From<Vec<Draft>> for Batch {
    /// Statements without attachments that may define.
    fn from(drafts: Vec<Draft>) -> Self {
        Self {
            drafts,
            attachments: Vec::new(),
            defines: true,
        }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// The ids in the order of the batch, whether stored now or before.
    pub ids: Vec<Uuid>,
    /// When the last of them was stored.
    pub stored: Option<Timestamp>,
}

/// A statement whose rows are known but for its place.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) id: Uuid,
    /// Whether the id is the client's, and another statement may have it.
    pub(crate) is_named: bool,
    pub(crate) version: Version,
    pub(crate) text: CompletedText,
    /// The keys by which it is found.
    pub(crate) keys: Vec<i64>,
    pub(crate) figures: Figures,
    pub(crate) target: Option<Uuid>,
    pub(crate) voids: bool,
}

impl Prepared {
    /// What it says, read again where that is asked for: it takes many times the room of its text.
    pub(crate) fn statement(&self) -> Option<Statement> {
        Statement::parse(self.text.stamp(Timestamp::MIN).as_bytes(), self.version).ok()
    }
}

/// A batch whose rows are known but for their places.
#[derive(Debug)]
pub(crate) struct PreparedBatch {
    pub(crate) statements: Vec<Prepared>,
    pub(crate) attachments: Vec<NewAttachment>,
    /// What keys stand for that may not be in the database yet.
    pub(crate) values: BTreeMap<i64, (u64, String)>,
    pub(crate) learned: Learned,
}

impl PreparedBatch {
    /// The bytes that it will write, more or less.
    pub(crate) fn bytes(&self) -> usize {
        let texts: usize = self.statements.iter().map(|prepared| prepared.text.bytes()).sum();
        let attached: usize = self
            .attachments
            .iter()
            .map(|attachment| attachment.content.len())
            .sum();
        texts + attached
    }

    /// Whether others must not write meanwhile: it refers to statements, or changes what is known of activities.
    pub(crate) fn refers(&self) -> bool {
        self.learned.defines() || self.statements.iter().any(|prepared| prepared.target.is_some())
    }
}

impl Store {
    /// Does for a batch all that needs no database.
    pub(crate) fn prepare(
        &self,
        store: StoreId,
        batch: Batch,
        authority: &Actor,
    ) -> Result<PreparedBatch, StoreError> {
        let mut prepared = PreparedBatch {
            statements: Vec::with_capacity(batch.drafts.len()),
            attachments: batch.attachments,
            values: BTreeMap::new(),
            learned: Learned::default(),
        };
        let now = (self.clock)();
        for mut draft in batch.drafts {
            let version = if draft.version.is_2_0() {
                Version::V2_0_0
            } else {
                Version::V1_0_0
            };
            let completion = Completion {
                id: draft.id,
                authority,
                version,
            };
            let is_named = draft.statement.id.is_some();
            completion.complete(&mut draft.statement);
            let text = completion.complete_text(&draft.text).map_err(StoreError::Text)?;
            let index = StatementIndex::of(&draft.statement);
            let mut keys = Vec::with_capacity(index.rows.len());
            for row in index.rows {
                let (key, check) = row.facet.keys();
                keys.push(row.scope.of(key));
                let mark: Mark = (store, key, check);
                if !self.dictionary.contains(&mark) {
                    let known = prepared
                        .values
                        .entry(key)
                        .or_insert((check, row.facet.value.clone()));
                    if known.0 != check {
                        return Err(StoreError::KeyCollision(known.1.clone(), row.facet.value));
                    }
                }
            }
            if batch.defines {
                prepared
                    .learned
                    .take(&draft.statement, &self.definitions, store, now)
                    .map_err(StoreError::Text)?;
            }
            prepared.statements.push(Prepared {
                id: draft.id,
                is_named,
                figures: Figures::of(&draft.statement),
                version: draft.version,
                text,
                keys,
                target: index.target,
                voids: index.voids,
            });
        }
        Ok(prepared)
    }
}
