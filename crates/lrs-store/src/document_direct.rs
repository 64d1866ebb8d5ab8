//! Documents that are written or merged while none is deleted: on PostgreSQL, one query reads those of which it matters what they
//! hold, and one takes the locks and writes all, provided that these are still what was read. That is two journeys to the
//! database at the most, in place of five.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use sqlx::AssertSqlSafe;

use crate::{
    bulk,
    document::Id,
    document_write::{DocumentWrite, Documents, State, rows},
    error::{StoreError, is_division_by_zero},
    store::{Store, StoreId},
    text::to_column,
};

/// The locks are held before anything is written: who reads a document to write it holds its lock as well.
const WANTED: &str = "
    WITH entered AS MATERIALIZED (
        SELECT pg_advisory_xact_lock(number) FROM UNNEST($1::BIGINT[]) AS number
    ), wanted AS MATERIALIZED (
        SELECT u.* FROM (SELECT COUNT(*) AS locks FROM entered) AS counted
        CROSS JOIN UNNEST($3::TEXT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[], $7::BYTEA[], $8::UUID[], $9::BYTEA[], $10::TEXT[],
                          $11::BYTEA[], $12::TEXT[], $13::TEXT[], $14::BIGINT[])
            AS u (expected, store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated)
        WHERE locks > 0
    )";

/// Those that were read: each that has the entity tag that it had then, and each that was not there and is not now.
const READ: &str = "
    , replaced AS (
        UPDATE document AS d
        SET content = w.content, content_type = w.content_type, etag = w.etag, updated = GREATEST(w.updated, d.updated + 1)
        FROM wanted w
        WHERE d.store_id = w.store_id AND d.part = w.part AND d.kind = w.kind AND d.subject = w.subject
        AND d.registration = w.registration AND d.name_hash = w.name_hash AND d.etag = w.expected
        RETURNING 1
    ), added AS (
        INSERT INTO document (store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated)
        SELECT store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated
        FROM wanted WHERE expected = ''
        ON CONFLICT (store_id, kind, subject, registration, name_hash, part) DO NOTHING
        RETURNING 1
    )";

/// Those that are written whatever they hold.
const BLIND: &str = "
    , put AS (
        INSERT INTO document (store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated)
        SELECT store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated
        FROM wanted WHERE expected IS NULL
        ON CONFLICT (store_id, kind, subject, registration, name_hash, part) DO UPDATE
            SET content = excluded.content, content_type = excluded.content_type, etag = excluded.etag,
                updated = GREATEST(excluded.updated, document.updated + 1)
    )";

/// All of those that were read, or a division by zero: then nothing is written.
const ALL_OF_READ: &str = "
    SELECT 1 / ((SELECT COUNT(*) FROM replaced) + (SELECT COUNT(*) FROM added) = $2)::INT";
const NONE_OF_READ: &str = " SELECT 1 WHERE $2::BIGINT = 0";

impl Store {
    /// Does what is asked of the documents of a store by two queries, where the engine can and nobody else writes the same
    /// meanwhile; each is done or refused by itself.
    ///
    /// # Errors
    ///
    /// When none can be done.
    pub(crate) async fn write_documents_directly(
        &self,
        store: StoreId,
        writes: &[&DocumentWrite],
    ) -> Result<Option<Vec<Result<String, StoreError>>>, StoreError> {
        let Some(connections) = self.engine.direct() else {
            return Ok(None);
        };
        if writes.iter().any(|write| write.deletes()) {
            return Ok(None);
        }
        let mut lease = connections.acquire().await?;
        let read: BTreeSet<Id<'_>> = writes.iter().filter_map(|write| write.depends_on()).collect();
        let mut documents = Documents::read(&mut lease, store, &read).await?;
        let etags: BTreeMap<Id<'_>, String> = documents
            .there()
            .map(|(id, state)| (id.clone(), state.etag.clone()))
            .collect();
        let results = writes.iter().map(|write| documents.change(write)).collect();

        let changed: Vec<(&Id<'_>, &str, &State<'_>)> = documents.kept().collect();
        if changed.is_empty() {
            return Ok(Some(results));
        }
        let expected: Vec<Option<&str>> = changed
            .iter()
            .map(|(id, ..)| match etags.get(*id) {
                Some(etag) => Some(etag.as_str()),
                None => read.contains(*id).then_some(""),
            })
            .collect();
        let count = expected.iter().flatten().count();
        let mut sql = WANTED.to_owned();
        if count > 0 {
            sql.push_str(READ);
        }
        if count < expected.len() {
            sql.push_str(BLIND);
        }
        sql.push_str(if count > 0 { ALL_OF_READ } else { NONE_OF_READ });
        let names: Vec<Cow<'_, str>> = changed.iter().map(|(_, name, _)| to_column(name)).collect();
        let columns = rows(store, &changed, &names, (self.clock)().micros());
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(DocumentWrite::locks(store, writes))
            .bind(i64::try_from(count).unwrap_or(i64::MAX))
            .bind(expected);
        match bulk::bind(query, &columns).execute(lease.connection()).await {
            // Another node, or another lane, was faster: it is done again under the locks.
            Err(error) if is_division_by_zero(&error) => Ok(None),
            result => {
                result?;
                lease.rest();
                Ok(Some(results))
            }
        }
    }
}
