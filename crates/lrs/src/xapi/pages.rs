//! A page of statements as it is answered: read and sent a piece at a time, so that neither a long page nor a slow client
//! holds memory or a connection of the database.

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use cartable_lrs_store::{Page, Place, StatementFilter, StoreError, StoreId};
use futures_util::stream;

use super::form::Form;
use crate::{environment::Lrs, refusal::Refusal};

/// A piece has so many statements at the most.
const PIECE: u32 = 100;
/// A page ends after so many bytes of statements.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

/// What is left of a page.
pub(super) struct Pages {
    pub(super) lrs: Lrs,
    pub(super) store: StoreId,
    /// Which statements; its limit is what is left of the page's.
    pub(super) filter: StatementFilter,
    pub(super) form: Form,
    /// Makes the address of the next page.
    pub(super) more: Box<dyn Fn(Place) -> String + Send>,
    pub(super) bytes: usize,
}

impl Pages {
    /// The answer: whole when the page is one piece, otherwise as it is read. What fails in the first piece is refused;
    /// what fails later ends the connection, so that the client does not take a part for the whole.
    pub(super) async fn answer(mut self) -> Result<Response, Refusal> {
        const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];
        let mut text = String::from(BEGINNING);
        let goes_on = self.piece(&mut text).await?;
        if !goes_on {
            return Ok((JSON, text).into_response());
        }
        let first = Ok(Bytes::from(text));
        let rest = stream::try_unfold(Some(self), async |pages| {
            let Some(mut pages) = pages else {
                return Ok(None);
            };
            let mut text = String::new();
            let goes_on = pages.piece(&mut text).await?;
            Ok::<_, StoreError>(Some((Bytes::from(text), goes_on.then_some(pages))))
        });
        let whole = futures_util::StreamExt::chain(stream::iter([first]), rest);
        Ok((JSON, Body::from_stream(whole)).into_response())
    }

    /// Adds the next piece, and the end of the page after the last; whether there is another.
    async fn piece(&mut self, text: &mut String) -> Result<bool, StoreError> {
        let asked = self.filter.limit.min(PIECE);
        let filter = StatementFilter {
            limit: asked,
            ..self.filter.clone()
        };
        let Page { statements, next } = self.lrs.store().statements(self.store, &filter).await?;
        let found = u32::try_from(statements.len()).unwrap_or(u32::MAX);
        self.filter.limit = self.filter.limit.saturating_sub(found);
        let payloads: Vec<_> = statements.into_iter().map(|found| found.payload).collect();
        // What was to follow may have been deleted meanwhile.
        if self.bytes > 0 && !payloads.is_empty() {
            text.push(',');
        }
        self.bytes += payloads.iter().map(|payload| payload.len()).sum::<usize>();
        self.form.write(&self.lrs, self.store, &payloads, text).await?;
        if next.is_some() && self.filter.limit > 0 && self.bytes < PAGE_BYTES {
            self.filter.after = next;
            return Ok(true);
        }
        let more = next.map(|place| (self.more)(place)).unwrap_or_default();
        end(text, &more)?;
        Ok(false)
    }
}

/// How a page begins.
pub(super) const BEGINNING: &str = "{\"statements\":[";

/// Ends a page: `more` is the address of the next, or nothing.
pub(super) fn end(text: &mut String, more: &str) -> Result<(), StoreError> {
    text.push_str("],\"more\":");
    text.push_str(&serde_json::to_string(more).map_err(StoreError::Text)?);
    text.push('}');
    Ok(())
}
