//! What reads whatever a stranger sends, each as a function of bytes that must neither panic nor break its own promise.
//! `crates/lrs/fuzz` feeds them; a test replays what it found.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a broken promise must stop the fuzzer"
)]

use axum::http::{HeaderMap, HeaderValue, header};
use cartable_lrs_store::StatementIndex;
use cartable_xapi::{
    Completion, Duration, Iri, Statement, Timestamp, Uuid, Version, activity_ids, make_canonical,
    parse_batch, reduce_to_ids,
};

use crate::{
    cursor::CursorKey,
    xapi::{Submission, read_query},
};

const VERSIONS: [Version; 2] = [Version::V1_0_3, Version::V2_0_0];

/// What takes bytes, and panics when a promise is broken.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 7] = [
    ("cursor", cursor),
    ("duration", duration),
    ("iri", iri),
    ("multipart", multipart),
    ("query", query),
    ("statement", statement),
    ("timestamp", timestamp),
];

/// A statement that is accepted is completed, indexed, answered in each format, and read again with the same meaning.
pub fn statement(data: &[u8]) {
    for version in VERSIONS {
        let Ok(parsed) = parse_batch(data, version) else {
            continue;
        };
        for parsed in parsed {
            let mut statement = parsed.statement;
            let authority = statement.actor.clone();
            let completion = Completion {
                id: statement.id.unwrap_or(Uuid::nil()),
                authority: &authority,
                version,
            };
            completion.complete(&mut statement);
            let text = completion
                .complete_text(parsed.text)
                .expect("an accepted statement is completed")
                .stamp(Timestamp::MAX);
            if let Ok(again) = Statement::parse(text.as_bytes(), version) {
                assert!(again.is_equivalent(&statement), "{text}");
            } else {
                // An anonymous group of other than two members is no authority, though it may act.
                assert!(authority.identifier().is_none(), "{text}");
            }
            let _ = StatementIndex::of(&statement);
            let mut value: serde_json::Value = serde_json::from_str(&text).expect("a completed text is JSON");
            let _ = activity_ids(&mut value);
            make_canonical(&mut value, &["fr"], &|_| None);
            reduce_to_ids(&mut value);
        }
    }
}

/// A duration is written as it was read.
pub fn duration(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(duration) = Duration::parse(text) {
        assert_eq!(duration.to_string(), text);
        assert!(duration == duration.clone() && duration.approximate_seconds() >= 0.0);
    }
}

/// A timestamp is read back as it is written.
pub fn timestamp(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for version in VERSIONS {
        if let Some(timestamp) = Timestamp::parse(text, version) {
            assert_eq!(Timestamp::parse(&timestamp.to_string(), version), Some(timestamp));
        }
    }
}

/// An IRI is kept as it was written.
pub fn iri(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(iri) = Iri::parse(text) {
        assert_eq!(iri.as_str(), text);
    }
}

/// The first line is a Content-Type, the rest a body: what is accepted has the bytes of each attachment that it keeps.
pub fn multipart(data: &[u8]) {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let (Some(content_type), Some(body)) = (lines.next(), lines.next()) else {
        return;
    };
    let Ok(content_type) = HeaderValue::from_bytes(content_type) else {
        return;
    };
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
    for version in VERSIONS {
        if let Ok(submission) = Submission::read(&headers, version, body) {
            for attachment in submission.attachments {
                assert!(!attachment.sha2.is_empty());
            }
        }
    }
}

/// The parameters of statements are read or refused.
pub fn query(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for version in VERSIONS {
        read_query(text, version);
    }
}

/// Nobody makes a cursor but this server.
pub fn cursor(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let key = CursorKey::new(&[7; 32]);
    assert!(key.verify(text, "query").is_none(), "a cursor was forged: {text}");
}
