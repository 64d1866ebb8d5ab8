//! The outcome of what was done.

use serde::Serialize;

use crate::check::{Check, Place};
use crate::duration::Duration;
use crate::extensions::Extensions;
use crate::json::Json;
use crate::rule::Rule;

/// A measured outcome.
///
/// 1.0.3 Part 2, 2.4.5; 2.0, 4.2.2.4.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Result {
    /// The score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Whether the attempt was successful.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// Whether the activity was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<bool>,
    /// What was answered, in the format of the interaction type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extensions>,
}

/// A score.
///
/// 1.0.3 Part 2, 2.4.5.1; 2.0, 4.2.2.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// From −1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaled: Option<f64>,
    /// From `min` to `max`, where they are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<f64>,
    /// The lowest possible score, less than `max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The highest possible score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

impl Result {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let mut result = Self::default();
        for (key, value) in check.members(json, at)? {
            let at = at.member(key);
            match key.as_ref() {
                "score" => result.score = Score::read(check, value, &at),
                "success" => result.success = check.boolean(value, &at),
                "completion" => result.completion = check.boolean(value, &at),
                "response" => result.response = check.string(value, &at),
                "duration" => result.duration = check.parsed(value, &at, Rule::Duration, Duration::parse),
                "extensions" => result.extensions = Extensions::read(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        Some(result)
    }
}

impl Score {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let mut score = Self::default();
        for (key, value) in check.members(json, at)? {
            let at = at.member(key);
            match key.as_ref() {
                "scaled" => score.scaled = check.number(value, &at),
                "raw" => score.raw = check.number(value, &at),
                "min" => score.min = check.number(value, &at),
                "max" => score.max = check.number(value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        if score.scaled.is_some_and(|scaled| !(-1.0..=1.0).contains(&scaled)) {
            check.refuse(Rule::ScoreScaled, &at.member("scaled"));
        }
        if score.min.zip(score.max).is_some_and(|(min, max)| min >= max) {
            check.refuse(Rule::ScoreRange, &at.member("min"));
        }
        let below = score.raw.zip(score.min).is_some_and(|(raw, min)| raw < min);
        let above = score.raw.zip(score.max).is_some_and(|(raw, max)| raw > max);
        if below || above {
            check.refuse(Rule::ScoreRaw, &at.member("raw"));
        }
        Some(score)
    }
}
