//! Points in time.

use std::fmt;

use crate::version::Version;

/// A point in time, in microseconds since 1970 in UTC, in the years 0000 to 9999.
///
/// Written in UTC, with milliseconds (`2026-01-31T10:20:08.120Z`) or, where they say more, microseconds.
///
/// 1.0.3 Part 2, 4.5; 2.0, 4.2.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;

impl Timestamp {
    /// The first microsecond of the year 0000.
    pub const MIN: Self = Self(-62_167_219_200 * SECOND);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self(253_402_300_800 * SECOND - 1);

    /// `None` outside the years 0000 to 9999.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 {
            None
        } else {
            Some(Self(micros))
        }
    }

    /// Microseconds since 1970, in UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The time with all its microseconds, so that every time is as long: 27 bytes.
    #[must_use]
    pub fn with_micros(self) -> String {
        let seconds = self.0.div_euclid(SECOND);
        format!("{}.{:06}Z", Seconds(seconds), self.0.rem_euclid(SECOND))
    }

    /// Reads a timestamp; digits beyond the microsecond are dropped.
    ///
    /// 2.0 accepts what RFC 3339 describes. 1.0.3 also accepts the rest of a calendar date and time in ISO 8601: the
    /// basic format, minutes and seconds left out, a comma, and no time zone, which is read as UTC. Both refuse the
    /// offset `-00:00`, which ISO 8601 does not have. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str, version: Version) -> Option<Self> {
        let mut text = Scanner {
            rest: text.as_bytes(),
        };
        let rfc_3339 = version.is_2_0();
        let year = text.number(4)?;
        let extended = text.skip(b"-");
        let month = text.number(2)?;
        let separated = !extended || text.skip(b"-");
        let day = text.number(2)?;
        if !separated || !text.skip(if rfc_3339 { b"Tt" } else { b"T" }) || (rfc_3339 && !extended) {
            return None;
        }
        let time = text.time(extended, rfc_3339)?;
        let offset = text.offset(extended, rfc_3339)?;
        if !text.rest.is_empty() || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        let seconds = days_before(year, month, day) * DAY + time.seconds - offset;
        Self::from_micros(seconds * SECOND + time.micros)
    }
}

/// The time of a day, in seconds (86,400 for `24:00:00` and after a leap second) and microseconds.
struct Time {
    seconds: i64,
    micros: i64,
}

struct Scanner<'t> {
    rest: &'t [u8],
}

impl Scanner<'_> {
    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (head, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        head.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i64::from(byte - b'0'))
        })
    }

    /// Whether the next byte was one of these.
    fn skip(&mut self, any: &[u8]) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if any.contains(first) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn starts_with_digit(&self) -> bool {
        self.rest.first().is_some_and(u8::is_ascii_digit)
    }

    fn time(&mut self, extended: bool, whole: bool) -> Option<Time> {
        let hour = self.number(2)?;
        let mut minute = 0;
        let mut second = 0;
        let mut micros = 0;
        let more = |text: &mut Self| {
            if extended {
                text.skip(b":")
            } else {
                text.starts_with_digit()
            }
        };
        let has_minute = more(self);
        if has_minute {
            minute = self.number(2)?;
        }
        let has_second = has_minute && more(self);
        if has_second {
            second = self.number(2)?;
            if self.skip(if whole { b"." } else { b".," }) {
                micros = self.fraction()?;
            }
        }
        let midnight = !whole && hour == 24 && minute == 0 && second == 0 && micros == 0;
        let sound = (hour < 24 || midnight) && minute < 60 && (second < 60 || (second == 60 && minute == 59));
        (sound && (has_second || !whole)).then_some(Time {
            seconds: hour * 3600 + minute * 60 + second,
            micros,
        })
    }

    /// At least one digit; microseconds.
    fn fraction(&mut self) -> Option<i64> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (head, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        let micros = (0..6).map(|place| head.get(place).map_or(0, |byte| i64::from(byte - b'0')));
        (digits > 0).then(|| micros.fold(0, |number, digit| number * 10 + digit))
    }

    /// The offset from UTC, in seconds.
    fn offset(&mut self, extended: bool, whole: bool) -> Option<i64> {
        if self.skip(if whole { b"Zz" } else { b"Z" }) || (self.rest.is_empty() && !whole) {
            return Some(0);
        }
        let negative = self.skip(b"-");
        if !negative && !self.skip(b"+") {
            return None;
        }
        let hours = self.number(2)?;
        let minutes = if extended && self.skip(b":") {
            self.number(2)?
        } else if whole {
            return None;
        } else if self.starts_with_digit() {
            // `2008-09-15T15:53:00+0200` mixes both formats; clients send it and it has one meaning.
            self.number(2)?
        } else {
            0
        };
        let seconds = hours * 3600 + minutes * 60;
        let sound = hours < 24 && minutes < 60 && !(negative && seconds == 0);
        sound.then_some(if negative { -seconds } else { seconds })
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days in 400 years of the Gregorian calendar, and from 0000-03-01 to 1970-01-01.
const DAYS_IN_ERA: i64 = 146_097;
const DAYS_TO_1970: i64 = 719_468;

/// Days from 1970-01-01. Years begin in March, so that a leap day ends one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * DAYS_IN_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_1970
}

/// The inverse of [`days_before`]: year, month and day.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let era = days.div_euclid(DAYS_IN_ERA);
    let day_of_era = days.rem_euclid(DAYS_IN_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Seconds since 1970, written without their fraction and zone.
struct Seconds(i64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0.div_euclid(DAY));
        let time = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.rem_euclid(SECOND);
        if micros % 1000 == 0 {
            let seconds = Seconds(self.0.div_euclid(SECOND));
            write!(f, "{seconds}.{:03}Z", micros / 1000)
        } else {
            f.write_str(&self.with_micros())
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, version: Version) -> Option<String> {
        Timestamp::parse(text, version).map(|timestamp| timestamp.to_string())
    }

    #[test]
    fn what_rfc_3339_describes_is_read_by_both_versions_and_written_in_utc() {
        for (text, utc) in [
            ("2008-09-15T15:53:00.601+00:00", "2008-09-15T15:53:00.601Z"),
            ("2008-09-15T15:53:00Z", "2008-09-15T15:53:00.000Z"),
            ("2008-09-15T01:53:00+02:30", "2008-09-14T23:23:00.000Z"),
            ("2008-12-31T23:30:00-01:00", "2009-01-01T00:30:00.000Z"),
            ("2024-02-29T00:00:00.1234567891Z", "2024-02-29T00:00:00.123456Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
            ("1900-02-28T23:59:59.999Z", "1900-02-28T23:59:59.999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(read(text, Version::V1_0_3).as_deref(), Some(utc), "{text}");
            assert_eq!(read(text, Version::V2_0_0).as_deref(), Some(utc), "{text}");
        }
        assert_eq!(
            Timestamp::parse("1970-01-01T00:00:00Z", Version::V2_0_0).map(Timestamp::micros),
            Some(0)
        );
    }

    #[test]
    fn the_rest_of_iso_8601_is_read_in_1_0_alone() {
        for (text, utc) in [
            ("20080915T155300Z", "2008-09-15T15:53:00.000Z"),
            ("20080915T1553+02", "2008-09-15T13:53:00.000Z"),
            ("2008-09-15T15:53:00.601", "2008-09-15T15:53:00.601Z"),
            ("2008-09-15T15:53:00,601Z", "2008-09-15T15:53:00.601Z"),
            ("2008-09-15T15:53Z", "2008-09-15T15:53:00.000Z"),
            ("2008-09-15T15:53:00+02", "2008-09-15T13:53:00.000Z"),
            ("2008-09-15T15:53:00+0200", "2008-09-15T13:53:00.000Z"),
            ("2008-09-15T24:00:00Z", "2008-09-16T00:00:00.000Z"),
        ] {
            assert_eq!(read(text, Version::V1_0_3).as_deref(), Some(utc), "{text}");
            assert_eq!(read(text, Version::V2_0_0), None, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "should fail",
            "01/011/2015",
            "2015-01-01",
            "2015-01-01T",
            "2015-13-01T00:00:00Z",
            "2015-00-01T00:00:00Z",
            "2015-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2015-04-31T00:00:00Z",
            "2015-01-01T24:00:01Z",
            "2015-01-01T00:60:00Z",
            "2015-01-01T00:00:60Z",
            "2015-01-01T00:00:00.Z",
            "2015-01-01 00:00:00Z",
            "2008-09-15T15:53:00.601-00",
            "2008-09-15T15:53:00.601-0000",
            "2008-09-15T15:53:00.601-00:00",
            "2015-01-01T00:00:00+24:00",
            "2015-01-01T00:00:00Z ",
            "201-501-01T00:00:00Z",
            "2015-0101T00:00:00Z",
            "2015-01-01T00:00:00+",
            "0000-01-01T00:00:00+01:00",
            "٢٠١٥-01-01T00:00:00Z",
            "+2015-01-01T00:00:00Z",
        ] {
            assert_eq!(read(text, Version::V1_0_3), None, "{text}");
            assert_eq!(read(text, Version::V2_0_0), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let timestamp = Timestamp(micros);
            prop_assert_eq!(Timestamp::parse(&timestamp.to_string(), Version::V2_0_0), Some(timestamp));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9TZ:.,+-]{0,40}") {
            for version in [Version::V1_0_3, Version::V2_0_0] {
                if let Some(timestamp) = Timestamp::parse(&text, version) {
                    prop_assert_eq!(Timestamp::parse(&timestamp.to_string(), version), Some(timestamp));
                }
            }
        }
    }
}
