//! Interactions: activities that are questions.

use std::collections::HashSet;

use serde::Serialize;

use crate::check::{Check, Place};
use crate::json::{Json, Member};
use crate::language::LanguageMap;
use crate::rule::Rule;

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

impl Interaction {
    /// The properties that an activity's definition has when it is a question.
    pub(crate) const PROPERTIES: [&str; 7] = [
        "interactionType",
        "correctResponsesPattern",
        "choices",
        "scale",
        "source",
        "target",
        "steps",
    ];

    /// What a definition says of the question, if it is one; other members are left aside.
    pub(crate) fn of(check: &mut Check, members: &[Member<'_>], at: &Place<'_>) -> Option<Self> {
        let typed = members.iter().find(|(key, _)| key == "interactionType");
        let interaction_type = typed.and_then(|(key, value)| {
            check.parsed(
                value,
                &at.member(key),
                Rule::InteractionTypeName,
                InteractionType::parse,
            )
        });
        let mut pattern = None;
        let [mut choices, mut scale, mut source, mut target, mut steps] = [const { None }; 5];
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "correctResponsesPattern" => pattern = check.items(value, &at, Check::string),
                "choices" => choices = read_components(check, value, &at),
                "scale" => scale = read_components(check, value, &at),
                "source" => source = read_components(check, value, &at),
                "target" => target = read_components(check, value, &at),
                "steps" => steps = read_components(check, value, &at),
                _ => continue,
            }
            if typed.is_none() {
                check.refuse(Rule::InteractionTypeRequired, &at);
            } else if interaction_type
                .is_some_and(|kind| key != "correctResponsesPattern" && !kind.supports(key))
            {
                check.refuse(Rule::InteractionComponents, &at);
            }
        }
        let interaction_type = interaction_type?;
        let correct_responses_pattern = pattern;
        Some(Self {
            interaction_type,
            correct_responses_pattern,
            choices,
            scale,
            source,
            target,
            steps,
        })
    }
}

/// A list of components whose ids are distinct.
fn read_components(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Vec<InteractionComponent>> {
    let components = check.items(json, at, InteractionComponent::read)?;
    let mut seen = HashSet::with_capacity(components.len());
    for (index, component) in components.iter().enumerate() {
        if !seen.insert(component.id.as_str()) {
            check.refuse(Rule::InteractionComponentId, &at.item(index).member("id"));
        }
    }
    Some(components)
}

impl InteractionComponent {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        let mut id = None;
        let mut description = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "id" => id = check.string(value, &at),
                "description" => description = LanguageMap::read(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "id", Rule::InteractionComponentRequires, at);
        Some(Self { id: id?, description })
    }
}
