//! Lengths of time.

use std::fmt;

use serde::Serialize;

/// A duration of ISO 8601 in the format with designators (`PT1H30M`, `P3Y`, `P4W`), kept as it was received.
///
/// Durations are compared as texts, since months and days have no fixed length, and what is finer than 0.01 s is left
/// out of the comparison (1.0.3 Part 2, 2.3.1 and 4.6; 2.0, 4.2.7).
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Duration(Box<str>);

impl Duration {
    /// `None` when the text is not such a duration. Weeks stand alone, and only the last number may have decimals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        components(text).map(|_| Self(text.into()))
    }

    /// The text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The length in seconds, with a year of 365.25 days and a month of a twelfth of it: for display, never for
    /// comparison.
    #[must_use]
    pub fn approximate_seconds(&self) -> f64 {
        components(&self.0).unwrap_or_default()
    }

    /// The text without the decimals of seconds beyond the second and without trailing zeros among them.
    fn compared(&self) -> (&str, &str) {
        let text = self.0.strip_suffix('S').unwrap_or(&self.0);
        match text.split_once(['.', ',']) {
            Some((whole, decimals)) if text.len() < self.0.len() => {
                (whole, decimals.get(..2).unwrap_or(decimals).trim_end_matches('0'))
            }
            _ => (text, ""),
        }
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
            || (self.0.ends_with('S') && other.0.ends_with('S') && self.compared() == other.compared())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const DAY: f64 = 86_400.0;
const YEAR: f64 = 365.25 * DAY;

/// Checks the text and adds up its components, in seconds.
fn components(text: &str) -> Option<f64> {
    let text = text.strip_prefix('P')?;
    if let Some(weeks) = text.strip_suffix('W') {
        return number(weeks).map(|(weeks, _)| weeks * 7.0 * DAY);
    }
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let (date, decimals) = sum(date, &[(b'Y', YEAR), (b'M', YEAR / 12.0), (b'D', DAY)])?;
    if decimals && !time.is_empty() {
        return None;
    }
    let (time, _) = sum(time, &[(b'H', 3600.0), (b'M', 60.0), (b'S', 1.0)])?;
    Some(date + time)
}

/// Adds up numbers, each before its designator, in the order given; says whether the last has decimals.
fn sum(mut text: &str, designators: &[(u8, f64)]) -> Option<(f64, bool)> {
    let mut total = 0.0;
    let mut decimals = false;
    let mut left = designators.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let designator = text.as_bytes().get(end)?;
        let (_, unit) = left.find(|(name, _)| name == designator)?;
        if decimals {
            return None;
        }
        let (value, has_decimals) = number(text.get(..end)?)?;
        decimals = has_decimals;
        total += value * unit;
        text = text.get(end + 1..)?;
    }
    Some((total, decimals))
}

/// Digits, then perhaps a mark and more digits.
fn number(text: &str) -> Option<(f64, bool)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(['.', ',']) {
        Some((whole, decimals)) if digits(whole) && digits(decimals) => format!("{whole}.{decimals}")
            .parse()
            .ok()
            .map(|value| (value, true)),
        None if digits(text) => text.parse().ok().map(|value| (value, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn designators_in_order_each_with_its_number_are_a_duration() {
        for (text, seconds) in [
            ("PT4H35M59.14S", 16_559.14),
            ("PT16559.14S", 16_559.14),
            ("P1DT12H", 129_600.0),
            ("P4W", 2_419_200.0),
            ("P0.5D", 43_200.0),
            ("PT0S", 0.0),
            ("PT1,5M", 90.0),
            ("PT36H", 129_600.0),
            ("PT1H0M0.1S", 3_600.1),
        ] {
            let length = Duration::parse(text).map(|duration| duration.approximate_seconds());
            assert!(
                length.is_some_and(|length| (length - seconds).abs() < 1e-6),
                "{text}: {length:?}"
            );
        }
        assert!(Duration::parse("P3Y1M29DT4H35M59.14S").is_some());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "PT1H0M0.1ST",
            "P1DT",
            "PA1H0M0S",
            "should fail",
            "P4W1D",
            "P1Y4W",
            "PT1S1M",
            "PT1M1M",
            "P1S",
            "PT1Y",
            "PT1.5H1M",
            "P0.5DT1H",
            "PT.5S",
            "PT5.S",
            "PT1.5.5S",
            "PT-1S",
            "-PT1S",
            "+PT1S",
            "pt1s",
            "PT1s",
            "PT 1S",
            "P0001-01-01T00:00:00",
            "PT1",
            "P1",
            "PT1é",
            "P1DT1H ",
            "PTS",
            "PW",
        ] {
            assert!(Duration::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_finer_than_a_hundredth_of_a_second_is_not_compared() {
        let equal = |one, other| Duration::parse(one) == Duration::parse(other);
        assert!(equal("PT1.239S", "PT1.23S"));
        assert!(equal("PT1.2S", "PT1.209S"));
        assert!(equal("PT1S", "PT1.009S"));
        assert!(equal("PT1,5S", "PT1.5S"));
        assert!(!equal("PT1.23S", "PT1.24S"));
        assert!(!equal("PT60S", "PT1M"));
        assert!(!equal("PT1.239H", "PT1.23H"));
        assert!(!equal("PT1M", "PT1S"));
    }

    proptest! {
        #[test]
        fn any_text_is_kept_or_refused(text in "\\PC{0,30}|P[0-9YMDTHSW.,]{0,30}") {
            if let Some(duration) = Duration::parse(&text) {
                prop_assert_eq!(duration.as_str(), &text);
                prop_assert!(duration.approximate_seconds() >= 0.0);
            }
        }

        #[test]
        fn every_combination_of_components_is_read(
            date in proptest::option::of(0_u32..10_000), hours in 0_u32..10_000, seconds in 0.0_f64..1e6,
        ) {
            let date = date.map_or_else(String::new, |days| format!("{days}D"));
            let text = format!("P{date}T{hours}H{seconds:.2}S");
            prop_assert!(Duration::parse(&text).is_some());
        }
    }
}
