//! Where a page of statements ends, as a text that only this server could have written: nothing is kept for it, and it
//! cannot be turned into a window on another query.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cartable_lrs_store::Place;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The key that signs cursors.
pub(crate) struct CursorKey(Hmac<Sha256>);

/// Half of the tag is enough, and keeps addresses short (RFC 2104, 5).
const TAG: usize = 16;
const PLACE: usize = 8;

impl CursorKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        // Whatever its length, the key becomes one block (RFC 2104, 2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&Sha256::digest(key));
        Self(Hmac::new(&block.into()))
    }

    /// The text of a cursor for a query.
    pub(crate) fn sign(&self, cursor: Place, query: &str) -> String {
        let mut bytes = Vec::with_capacity(PLACE + TAG);
        bytes.extend(cursor.0.to_be_bytes());
        let tag = self.mac(&bytes, query).finalize().into_bytes();
        bytes.extend(tag.iter().take(TAG));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The cursor in a text, if it was signed for this query.
    pub(crate) fn verify(&self, text: &str, query: &str) -> Option<Place> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (place, tag) = bytes
            .split_at_checked(PLACE)
            .filter(|(_, tag)| tag.len() == TAG)?;
        self.mac(place, query).verify_truncated_left(tag).ok()?;
        Some(Place(i64::from_be_bytes(*place.first_chunk()?)))
    }

    fn mac(&self, place: &[u8], query: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(place);
        mac.update(query.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURSOR: Place = Place(1_838_080_000_000_000_007);

    #[test]
    fn a_cursor_is_read_back_for_its_query_and_by_its_key_alone() {
        let key = CursorKey::new(&[1; 32]);
        let text = key.sign(CURSOR, "1/verb=a");
        assert_eq!(key.verify(&text, "1/verb=a"), Some(CURSOR));
        assert_eq!(key.verify(&text, "1/verb=b"), None);
        assert_eq!(CursorKey::new(&[2; 32]).verify(&text, "1/verb=a"), None);
    }

    #[test]
    fn a_cursor_that_was_changed_is_refused() {
        let key = CursorKey::new(&[1; 32]);
        let text = key.sign(CURSOR, "");
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(key.verify(&changed, ""), None, "{changed}");
        }
        for text in ["", "AAAA", "é", &text[..31], &format!("{text}AAAA")] {
            assert_eq!(key.verify(text, ""), None, "{text}");
        }
    }
}
