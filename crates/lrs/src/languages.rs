//! The languages that a client prefers.

use axum::http::{HeaderMap, header};

/// More languages than this are not read.
const MOST: usize = 32;

/// The languages of `Accept-Language`, the preferred ones first (RFC 9110, 12.5.4).
pub(crate) fn languages(headers: &HeaderMap) -> Vec<&str> {
    let mut ranges: Vec<(f32, &str)> = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(MOST)
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let tag = tag.trim();
            (weight > 0.0 && !matches!(tag, "" | "*")).then_some((weight, tag))
        })
        .collect();
    ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranges.into_iter().map(|(_, tag)| tag).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn languages_are_read_in_their_order() {
        for (header, expected) in [
            ("fr-CA, en;q=0.5 , fr;q=0.9,*;q=0.1", &["fr-CA", "fr", "en"][..]),
            ("de;q=0, en", &["en"]),
            ("en;q=x, it;q=NaN, ;;, fr", &["fr"]),
            ("", &[]),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(header))]);
            assert_eq!(languages(&headers), expected, "{header}");
        }
    }
}
