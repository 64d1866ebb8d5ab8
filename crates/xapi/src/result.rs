//! The outcome of what was done.

use serde::Serialize;

use crate::duration::Duration;
use crate::extensions::Extensions;

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
