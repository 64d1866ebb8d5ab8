//! Documents that are written or merged while none is deleted: on PostgreSQL, one query reads those of which it matters what they
//! hold, and one takes the locks and writes all, provided that these are still what was read. That is two journeys to the
//! database at the most, in place of five.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use sqlx::AssertSqlSafe;

use crate::{
    document::Id,
    document_write::{DocumentWrite, Documents, State},
    engine::{Engine, Reader},
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
        CROSS JOIN UNNEST($5::SMALLINT[], $6::BYTEA[], $7::UUID[], $8::BYTEA[], $9::TEXT[], $10::BYTEA[], $11::TEXT[],
                          $12::TEXT[], $13::TEXT[])
            AS u (kind, subject, registration, name_hash, name, content, content_type, etag, expected)
        WHERE locks > 0
    )";

/// Those that were read: each that has the entity tag that it had then, and each that was not there and is not now.
const READ: &str = "
    , replaced AS (
        UPDATE document AS d
        SET content = w.content, content_type = w.content_type, etag = w.etag, updated = GREATEST($4, d.updated + 1)
        FROM wanted w
        WHERE d.store_id = $2 AND d.part = $3 AND d.kind = w.kind AND d.subject = w.subject
        AND d.registration = w.registration AND d.name_hash = w.name_hash AND d.etag = w.expected
        RETURNING 1
    ), added AS (
        INSERT INTO document (store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated)
        SELECT $2, $3, kind, subject, registration, name_hash, name, content, content_type, etag, $4
        FROM wanted WHERE expected = ''
        ON CONFLICT (store_id, kind, subject, registration, name_hash, part) DO NOTHING
        RETURNING 1
    )";

/// Those that are written whatever they hold.
const BLIND: &str = "
    , put AS (
        INSERT INTO document (store_id, part, kind, subject, registration, name_hash, name, content, content_type, etag, updated)
        SELECT $2, $3, kind, subject, registration, name_hash, name, content, content_type, etag, $4
        FROM wanted WHERE expected IS NULL
        ON CONFLICT (store_id, kind, subject, registration, name_hash, part) DO UPDATE
            SET content = excluded.content, content_type = excluded.content_type, etag = excluded.etag,
                updated = GREATEST(excluded.updated, document.updated + 1)
    )";

/// All of those that were read, or a division by zero: then nothing is written.
const ALL_OF_READ: &str = "
    SELECT 1 / ((SELECT COUNT(*) FROM replaced) + (SELECT COUNT(*) FROM added) = $14)::INT";
const NONE_OF_READ: &str = " SELECT 1 WHERE $14::BIGINT = 0";

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
        // Citus writes to a table of several workers.
        let Engine::Postgres {
            writers,
            is_distributed: false,
            ..
        } = &self.engine
        else {
            return Ok(None);
        };
        if writes.iter().any(|write| write.deletes()) {
            return Ok(None);
        }
        let mut connection = Reader::Postgres(writers.acquire().await?);
        let read: BTreeSet<Id<'_>> = writes.iter().filter_map(|write| write.depends_on()).collect();
        let mut documents = Documents::read(&mut connection, store, &read).await?;
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
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(DocumentWrite::locks(store, writes))
            .bind(store.0)
            .bind(store.part())
            .bind((self.clock)().micros())
            .bind(changed.iter().map(|((kind, ..), ..)| *kind).collect::<Vec<i16>>())
            .bind(
                changed
                    .iter()
                    .map(|((_, subject, ..), ..)| &**subject)
                    .collect::<Vec<&[u8]>>(),
            )
            .bind(
                changed
                    .iter()
                    .map(|((.., registration, _), ..)| *registration)
                    .collect::<Vec<_>>(),
            )
            .bind(
                changed
                    .iter()
                    .map(|((.., hash), ..)| &**hash)
                    .collect::<Vec<&[u8]>>(),
            )
            .bind(names.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
            .bind(
                changed
                    .iter()
                    .map(|(.., state)| &*state.content)
                    .collect::<Vec<&[u8]>>(),
            )
            .bind(
                changed
                    .iter()
                    .map(|(.., state)| &*state.content_type)
                    .collect::<Vec<&str>>(),
            )
            .bind(
                changed
                    .iter()
                    .map(|(.., state)| state.etag.as_str())
                    .collect::<Vec<&str>>(),
            )
            .bind(expected)
            .bind(i64::try_from(count).unwrap_or(i64::MAX));
        let Reader::Postgres(connection) = &mut connection else {
            return Ok(None);
        };
        match query.execute(&mut **connection).await {
            // Another node, or another lane, was faster: it is done again under the locks.
            Err(error) if is_division_by_zero(&error) => Ok(None),
            result => {
                result?;
                Ok(Some(results))
            }
        }
    }
}
