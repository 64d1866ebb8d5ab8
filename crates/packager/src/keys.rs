//! The numbers under which suspend data knows lessons and questions.
//!
//! They come from the identifiers that the author wrote, never from a position: what a learner has done survives an
//! edit that adds, removes or reorders.

use std::collections::HashMap;

use cartable_course::Question;
use sha2::{Digest, Sha256};

/// The key of an identifier: the first 24 bits of its SHA-256.
pub(crate) fn key(id: &str) -> u32 {
    let digest = Sha256::digest(id.as_bytes());
    u32::from_be_bytes([0, digest[0], digest[1], digest[2]])
}

/// What a question asks, in 16 bits: another number means that an earlier answer no longer fits.
pub(crate) fn revision(question: &Question) -> u16 {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    add(&format!("{:?}", question.kind));
    add(&question.prompt.plain_text());
    for choice in &question.choices {
        add(&choice.text.plain_text());
        add(if choice.right { "right" } else { "wrong" });
        add(&choice
            .pair
            .as_ref()
            .map(cartable_course::Prose::plain_text)
            .unwrap_or_default());
    }
    let digest = hasher.finalize();
    u16::from_be_bytes([digest[0], digest[1]])
}

/// Two identifiers with the same key, when there are any.
pub(crate) fn collision<'a>(ids: impl Iterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut seen = HashMap::new();
    ids.into_iter()
        .find_map(|id| seen.insert(key(id), id).map(|first| (first, id)))
}

#[cfg(test)]
mod tests {
    use super::{collision, key};

    #[test]
    fn a_key_depends_on_the_identifier_alone() {
        assert_eq!(key("spip"), key("spip"));
        assert_ne!(key("spip"), key("cpip"));
        assert!(key("spip") < 1 << 24);
    }

    #[test]
    fn two_identifiers_with_one_key_are_found() {
        // 24 bits: a few thousand identifiers are sure to hold a pair.
        let ids: Vec<String> = (0..20_000).map(|number| format!("q{number}")).collect();
        let (first, second) = collision(ids.iter().map(String::as_str)).unwrap();
        assert_ne!(first, second);
        assert_eq!(key(first), key(second));
        assert_eq!(collision(["a", "b"].into_iter()), None);
    }
}
