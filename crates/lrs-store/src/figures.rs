//! What a statement adds to the figures of its store: a pure function of it.

use std::{borrow::Cow, collections::BTreeMap};

use cartable_xapi::{Statement, Timestamp, Version};
use serde::Deserialize;

use crate::{index::Facet, place::Place};

/// A day, in microseconds.
const DAY: i64 = 86_400 * 1_000_000;

/// Verbs that tell how far a learner came in an activity, beside those that tell how it ended. The others, such as
/// `answered`, are about a part of it.
const STEPS: [&str; 11] = [
    "http://adlnet.gov/expapi/verbs/launched",
    "http://adlnet.gov/expapi/verbs/initialized",
    "http://adlnet.gov/expapi/verbs/attempted",
    "http://adlnet.gov/expapi/verbs/progressed",
    "http://adlnet.gov/expapi/verbs/suspended",
    "http://adlnet.gov/expapi/verbs/resumed",
    "http://adlnet.gov/expapi/verbs/terminated",
    "http://adlnet.gov/expapi/verbs/exited",
    "https://w3id.org/xapi/adl/verbs/abandoned",
    "https://w3id.org/xapi/adl/verbs/satisfied",
    "https://w3id.org/xapi/adl/verbs/waived",
];
const COMPLETED: &str = "http://adlnet.gov/expapi/verbs/completed";
const PASSED: [&str; 2] = [
    "http://adlnet.gov/expapi/verbs/passed",
    "http://adlnet.gov/expapi/verbs/mastered",
];
const FAILED: &str = "http://adlnet.gov/expapi/verbs/failed";

/// How far a learner came in an activity, by what statements say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// When the first thing happened, in microseconds since 1970.
    pub first: i64,
    /// When the last thing happened.
    pub last: i64,
    /// How many statements there are.
    pub statements: i64,
    /// How many say that it was completed.
    pub completed: i64,
    /// How many say that it was passed.
    pub passed: i64,
    /// How many say that it was failed.
    pub failed: i64,
    /// How many have a scaled score.
    pub scored: i64,
    /// The best of these, in millionths; 0 without any.
    pub best: i64,
}

/// Where a learner stands in an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is neither completed nor judged.
    Unfinished,
    /// It is completed, and was not judged.
    Completed,
    /// It was passed, maybe after it was failed.
    Passed,
    /// It was failed, and not passed.
    Failed,
}

impl Progress {
    /// Adds what other statements say.
    pub(crate) fn add(&mut self, other: &Self) {
        if other.statements == 0 {
            return;
        }
        if self.statements == 0 {
            *self = *other;
            return;
        }
        self.best = match (self.scored > 0, other.scored > 0) {
            (true, true) => self.best.max(other.best),
            (true, false) => self.best,
            (false, _) => other.best,
        };
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.statements += other.statements;
        self.completed += other.completed;
        self.passed += other.passed;
        self.failed += other.failed;
        self.scored += other.scored;
    }

    /// Where the learner stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self { passed: 1.., .. } => Standing::Passed,
            Self { failed: 1.., .. } => Standing::Failed,
            Self { completed: 1.., .. } => Standing::Completed,
            _ => Standing::Unfinished,
        }
    }

    /// The best scaled score, from -1 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "it has six digits")]
    pub fn score(&self) -> Option<f64> {
        (self.scored > 0).then_some(self.best as f64 / 1e6)
    }
}

/// A learner in an activity: the keys of the activity and of the agent.
pub(crate) type Pair = (i64, i64);

/// What one statement adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    /// When it happened, in microseconds; when it was stored, if it does not say.
    time: Option<i64>,
    /// The key of the verb.
    pub(crate) verb: i64,
    progress: Option<(Pair, Progress)>,
}

impl Figures {
    /// Derives what a statement adds.
    pub(crate) fn of(statement: &Statement) -> Self {
        Self {
            time: statement.timestamp.map(Timestamp::micros),
            verb: Facet::verb(statement.verb.id.as_str()).key(),
            progress: progress(statement),
        }
    }

    /// Those of a stored statement; nothing, when it cannot be read any more.
    pub(crate) fn read(version: &str, payload: &str) -> Option<Self> {
        let version = Version::parse(version).unwrap_or(Version::V1_0_3);
        if let Ok(glance) = serde_json::from_str::<Glance<'_>>(payload)
            && !is_progress(&glance.verb.id)
        {
            let time = match glance.timestamp {
                Some(time) => Some(Timestamp::parse(&time, version)?.micros()),
                None => None,
            };
            return Some(Self {
                time,
                verb: Facet::verb(&glance.verb.id).key(),
                progress: None,
            });
        }
        let statement = Statement::parse(payload.as_bytes(), version).ok()?;
        Some(Self::of(&statement))
    }
}

/// Of most statements, this is all that counts: the rest need not be understood.
#[derive(Deserialize)]
struct Glance<'t> {
    #[serde(borrow)]
    verb: VerbGlance<'t>,
    #[serde(borrow)]
    timestamp: Option<Cow<'t, str>>,
}

#[derive(Deserialize)]
struct VerbGlance<'t> {
    #[serde(borrow)]
    id: Cow<'t, str>,
}

/// Whether a verb tells how far a learner came.
fn is_progress(verb: &str) -> bool {
    verb == COMPLETED || verb == FAILED || PASSED.contains(&verb) || STEPS.contains(&verb)
}

fn progress(statement: &Statement) -> Option<(Pair, Progress)> {
    let verb = statement.verb.id.as_str();
    if !is_progress(verb) {
        return None;
    }
    let (completes, passes, fails) = (verb == COMPLETED, PASSED.contains(&verb), verb == FAILED);
    let activity = statement.activity()?;
    let learner = statement.actor.identifier()?;
    let result = statement.result.as_ref();
    let success = result.and_then(|result| result.success);
    let completion = result.and_then(|result| result.completion);
    let scaled = result
        .and_then(|result| result.score.as_ref())
        .and_then(|score| score.scaled);
    let progress = Progress {
        statements: 1,
        completed: i64::from(completes || completion == Some(true)),
        passed: i64::from(passes || (success == Some(true) && !fails)),
        failed: i64::from(fails || (success == Some(false) && !passes)),
        scored: i64::from(scaled.is_some()),
        best: scaled.map_or(0, millionths),
        ..Progress::default()
    };
    let pair = (
        Facet::activity(activity.id.as_str()).key(),
        Facet::agent(learner).key(),
    );
    Some((pair, progress))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a scaled score is between -1 and 1"
)]
fn millionths(scaled: f64) -> i64 {
    (scaled.clamp(-1.0, 1.0) * 1e6).round() as i64
}

/// What several statements add, in the order of the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Statements by day and verb.
    pub(crate) days: BTreeMap<(i64, i64), i64>,
    pub(crate) progress: BTreeMap<Pair, Progress>,
}

impl Sums {
    /// Adds a statement.
    pub(crate) fn add(&mut self, place: Place, figures: &Figures) {
        let time = figures.time.unwrap_or_else(|| place.micros());
        *self.days.entry((day(time), figures.verb)).or_default() += 1;
        if let Some((pair, progress)) = figures.progress {
            let progress = Progress {
                first: time,
                last: time,
                ..progress
            };
            self.progress.entry(pair).or_default().add(&progress);
        }
    }
}

/// The day of a time, counted from 1970.
pub(crate) fn day(micros: i64) -> i64 {
    micros.div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(verb: &str, more: &str) -> Figures {
        let text = format!(
            r#"{{"actor":{{"mbox":"mailto:zoe@example.org"}},"verb":{{"id":"{verb}"}},
               "object":{{"id":"https://example.org/course"}},"timestamp":"2026-11-28T23:59:59Z"{more}}}"#
        );
        Figures::read("1.0.3", &text).unwrap()
    }

    fn sums(all: &[Figures]) -> Sums {
        let mut sums = Sums::default();
        for figures in all {
            sums.add(Place(0), figures);
        }
        sums
    }

    fn only(all: &[Figures]) -> Progress {
        *sums(all).progress.values().next().unwrap()
    }

    #[test]
    fn a_statement_counts_on_the_day_on_which_it_happened() {
        let answered = statement("http://adlnet.gov/expapi/verbs/answered", "");
        let sums = sums(&[answered, answered]);
        assert_eq!(
            sums.days.into_iter().collect::<Vec<_>>(),
            [((20785, answered.verb), 2)]
        );
        assert!(sums.progress.is_empty());
        assert_eq!((day(-1), day(0)), (-1, 0));
        let mut sums = Sums::default();
        sums.add(
            Place::new(DAY * 3, 7),
            &Figures {
                time: None,
                ..answered
            },
        );
        assert_eq!(sums.days.keys().next(), Some(&(3, answered.verb)));
    }

    #[test]
    fn a_glance_sees_what_reading_does() {
        for more in [
            "",
            r#","result":{"score":{"scaled":1}}"#,
            r#","id":"00000000-0000-4000-8000-000000000001""#,
        ] {
            for verb in ["http://example.org/verbs/\\u00e9tudié", "http://example.org/a/b"] {
                let text = format!(
                    r#"{{"actor":{{"mbox":"mailto:zoe@example.org"}},"verb":{{"id":"{verb}","display":{{"fr":"é"}}}},
                       "object":{{"id":"https://example.org/c"}},"timestamp":"2026-11-28T23:59:59.5+01:00"{more}}}"#
                );
                let statement = Statement::parse(text.as_bytes(), Version::V1_0_3).unwrap();
                assert_eq!(Figures::read("1.0.3", &text), Some(Figures::of(&statement)));
            }
        }
        assert_eq!(Figures::read("1.0.3", "{}"), None);
    }

    #[test]
    fn verbs_and_results_tell_where_a_learner_stands() {
        let began = statement("http://adlnet.gov/expapi/verbs/initialized", "");
        let done = statement(COMPLETED, "");
        let left = statement(
            "http://adlnet.gov/expapi/verbs/terminated",
            r#","result":{"completion":true}"#,
        );
        let failed = statement(FAILED, r#","result":{"score":{"scaled":-0.25},"success":false}"#);
        let passed = statement(
            PASSED[0],
            r#","result":{"score":{"scaled":0.8500004},"success":true}"#,
        );
        let judged = statement(COMPLETED, r#","result":{"success":false}"#);
        let standing = |all: &[Figures]| only(all).standing();
        assert_eq!(standing(&[began]), Standing::Unfinished);
        assert_eq!(standing(&[began, done]), Standing::Completed);
        assert_eq!(standing(&[left]), Standing::Completed);
        assert_eq!(standing(&[judged, done]), Standing::Failed);
        assert_eq!(standing(&[passed, failed]), Standing::Passed);
        assert_eq!(only(&[began]).score(), None);
        assert_eq!(only(&[began, failed]).score(), Some(-0.25));
        assert_eq!(only(&[failed, passed, began]).score(), Some(0.85));
        assert_eq!(only(&[passed, failed]).statements, 2);
    }

    #[test]
    fn what_has_no_activity_or_no_learner_is_nobodys_progress() {
        let of = |actor: &str, object: &str| {
            let text = format!(r#"{{"actor":{actor},"verb":{{"id":"{COMPLETED}"}},"object":{object}}}"#);
            Figures::read("1.0.3", &text).unwrap().progress
        };
        let (zoe, course) = (
            r#"{"mbox":"mailto:zoe@example.org"}"#,
            r#"{"id":"https://example.org/c"}"#,
        );
        let group = r#"{"objectType":"Group","member":[{"mbox":"mailto:zoe@example.org"}]}"#;
        let reference = r#"{"objectType":"StatementRef","id":"00000000-0000-4000-8000-000000000001"}"#;
        assert!(of(zoe, course).is_some());
        assert!(of(group, course).is_none());
        assert!(of(zoe, reference).is_none());
    }

    #[test]
    fn times_and_scores_are_merged_in_any_order() {
        let at = |time, scored, best| Progress {
            first: time,
            last: time,
            statements: 1,
            scored,
            best,
            ..Progress::default()
        };
        let all = [at(5, 0, 0), at(3, 1, -4), at(9, 1, -7)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let mut merged = Progress::default();
            for number in order {
                merged.add(&all[number]);
            }
            let expected = Progress {
                first: 3,
                last: 9,
                statements: 3,
                scored: 2,
                best: -4,
                ..Progress::default()
            };
            assert_eq!(merged, expected);
        }
    }
}
