//! Interactions: activities that are questions.

use serde::Serialize;

use crate::language::LanguageMap;

/// What makes an activity a question.
///
/// 1.0.3 Part 2, 2.4.4.1 (Interaction Activities); 2.0, 4.2.2.3.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Interaction {
    /// The kind of question.
    pub interaction_type: InteractionType,
    /// The correct responses, each in the format of the interaction type. Empty: every response is incorrect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct_responses_pattern: Option<Vec<String>>,
    /// What can be chosen or put in order (`choice`, `sequencing`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<InteractionComponent>>,
    /// The degrees of a scale (`likert`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Vec<InteractionComponent>>,
    /// What is matched (`matching`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Vec<InteractionComponent>>,
    /// What it is matched to (`matching`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Vec<InteractionComponent>>,
    /// The steps of a task (`performance`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<InteractionComponent>>,
}

/// The kinds of questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InteractionType {
    /// True or false.
    TrueFalse,
    /// One or several items of a list.
    Choice,
    /// A short text.
    FillIn,
    /// A long text.
    LongFillIn,
    /// Items matched to others.
    Matching,
    /// A task of several steps.
    Performance,
    /// Items put in order.
    Sequencing,
    /// A degree on a scale.
    Likert,
    /// A number.
    Numeric,
    /// Anything else.
    Other,
}

impl InteractionType {
    /// Reads the name as the specification writes it, case included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "true-false" => Self::TrueFalse,
            "choice" => Self::Choice,
            "fill-in" => Self::FillIn,
            "long-fill-in" => Self::LongFillIn,
            "matching" => Self::Matching,
            "performance" => Self::Performance,
            "sequencing" => Self::Sequencing,
            "likert" => Self::Likert,
            "numeric" => Self::Numeric,
            "other" => Self::Other,
            _ => return None,
        })
    }

    /// Whether a list of components of this name belongs to this kind of question.
    #[must_use]
    pub fn supports(self, list: &str) -> bool {
        match list {
            "choices" => matches!(self, Self::Choice | Self::Sequencing),
            "scale" => self == Self::Likert,
            "source" | "target" => self == Self::Matching,
            "steps" => self == Self::Performance,
            _ => false,
        }
    }
}

/// One item of a question.
///
/// 1.0.3 Part 2, 2.4.4.1 (Interaction Components); 2.0, 4.2.2.3.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InteractionComponent {
    /// Identifies the item within its list.
    pub id: String,
    /// The item in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<LanguageMap>,
}
