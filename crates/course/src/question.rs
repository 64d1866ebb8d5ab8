//! A question in a lesson:
//!
//! ```text
//! ::: question {#autorite weight=2}
//! Sous l’autorité de qui les CPIP sont-ils placés ?
//!
//! - ( ) de psychologues
//!   > Les psychologues font partie de l’équipe.
//! - (x) de directeurs pénitentiaires d’insertion et de probation
//!
//! ::: right
//! Oui.
//! :::
//! :::
//! ```
//!
//! `( )` takes one answer, `[ ]` any number; `x` marks what is right; a quoted line under a choice is its feedback.

use std::ops::Range;

use crate::{
    directive::{Directive, Piece},
    model::{Choice, Question, QuestionKind},
    problem::Problem,
    prose::{self, Prose, References},
    source::Source,
    table::{Faults, is_id},
};

const HEAVIEST: u32 = 1000;
const MOST_CHOICES: usize = 26;

/// Reads a `question` directive, reporting each fault; `None` when there is no question to speak of.
pub(crate) fn read(
    source: &Source,
    directive: &Directive,
    references: &mut References,
    faults: &Faults,
) -> Option<Question> {
    let head = &directive.span;
    let id = directive.id.clone();
    match &id {
        None => faults.report(source, head.clone(), Problem::QuestionWithoutId),
        Some(id) if !is_id(id) => faults.report(source, head.clone(), Problem::BadId { id: id.clone() }),
        Some(_) => {}
    }

    let mut drafts = Vec::new();
    let mut prompt: Option<Prose> = None;
    let (mut right, mut wrong) = (None, None);
    for piece in &directive.pieces {
        match piece {
            Piece::Text(range) => {
                let prompt_end = read_choices(source, range.clone(), &mut drafts);
                if !source.text[range.start..prompt_end].trim().is_empty() && prompt.is_none() {
                    prompt = Some(parse(source, range.start..prompt_end, references, faults));
                } else if !source.text[range.start..prompt_end].trim().is_empty() {
                    faults.report(source, range.start..prompt_end, Problem::QuestionTextAfterChoices);
                }
            }
            Piece::Directive(inner) => {
                let feedback = match inner.name.as_str() {
                    "right" => &mut right,
                    "wrong" => &mut wrong,
                    name => {
                        let problem = Problem::UnknownDirective {
                            name: name.to_owned(),
                            known: &["right", "wrong"],
                        };
                        faults.report(source, inner.span.clone(), problem);
                        continue;
                    }
                };
                *feedback = read_feedback(source, inner, references, faults);
            }
        }
    }

    let Some(prompt) = prompt else {
        faults.report(source, head.clone(), Problem::QuestionWithoutText);
        return None;
    };
    let kind = check_choices(source, head, &drafts, faults)?;
    let weight = read_weight(source, directive, faults);
    let choices = drafts
        .into_iter()
        .zip('a'..='z')
        .map(|(draft, letter)| Choice {
            id: letter.to_string(),
            text: parse(source, draft.text, references, faults),
            right: draft.right,
            feedback: draft
                .feedback
                .map(|range| parse_quoted(source, range, references, faults)),
        })
        .collect();
    Some(Question {
        id: id?,
        kind,
        prompt,
        choices,
        right,
        wrong,
        weight,
    })
}

fn parse(source: &Source, range: Range<usize>, references: &mut References, faults: &Faults) -> Prose {
    prose::parse(
        &source.text[range.clone()],
        range.start,
        references,
        &mut |span, problem| {
            faults.report(source, span, problem);
        },
    )
}

/// Parses quoted lines and drops the quotation around them.
fn parse_quoted(source: &Source, range: Range<usize>, references: &mut References, faults: &Faults) -> Prose {
    let text: String = source.text[range.clone()]
        .lines()
        .map(|line| line.trim_start().trim_start_matches('>').trim_start())
        .collect::<Vec<_>>()
        .join("\n");
    prose::parse(&text, 0, references, &mut |_, problem| {
        faults.report(source, range.clone(), problem);
    })
}

fn read_feedback(
    source: &Source,
    directive: &Directive,
    references: &mut References,
    faults: &Faults,
) -> Option<Prose> {
    if let [Piece::Text(range)] = &directive.pieces[..] {
        return Some(parse(source, range.clone(), references, faults));
    }
    let problem = Problem::FeedbackNotText {
        name: directive.name.clone(),
    };
    faults.report(source, directive.span.clone(), problem);
    None
}

fn read_weight(source: &Source, directive: &Directive, faults: &Faults) -> u32 {
    let mut weight = 1;
    for (key, value) in &directive.attributes {
        if key != "weight" {
            let problem = Problem::UnknownKey {
                key: key.clone(),
                nearest: None,
                known: vec!["weight"],
            };
            faults.report(source, directive.span.clone(), problem);
        } else if let Some(number) = value
            .parse()
            .ok()
            .filter(|number| (1..=HEAVIEST).contains(number))
        {
            weight = number;
        } else {
            let problem = Problem::OutOfBounds {
                key: "weight".to_owned(),
                least: 1,
                most: HEAVIEST,
            };
            faults.report(source, directive.span.clone(), problem);
        }
    }
    weight
}

/// A choice before its text is parsed.
struct Draft {
    kind: QuestionKind,
    right: bool,
    mark: Range<usize>,
    text: Range<usize>,
    feedback: Option<Range<usize>>,
}

/// Collects the choices of a text; returns where its prompt ends.
fn read_choices(source: &Source, range: Range<usize>, drafts: &mut Vec<Draft>) -> usize {
    let mut prompt_end = None;
    let mut start = range.start;
    for line in source.text[range.clone()].split_inclusive('\n') {
        let end = start + line.trim_end().len();
        if let Some((kind, right, text)) = read_mark(line) {
            prompt_end.get_or_insert(start);
            drafts.push(Draft {
                kind,
                right,
                mark: start..start + text,
                text: start + text..end.max(start + text),
                feedback: None,
            });
        } else if prompt_end.is_some()
            && let Some(draft) = drafts.last_mut()
            && !line.trim().is_empty()
        {
            // A line after the feedback goes on with it, as a quotation does in Markdown.
            if line.trim_start().starts_with('>') || draft.feedback.is_some() {
                let from = draft.feedback.as_ref().map_or(start, |range| range.start);
                draft.feedback = Some(from..end);
            } else {
                draft.text.end = end;
            }
        }
        start += line.len();
    }
    prompt_end.unwrap_or(range.end)
}

/// Reads `- ( ) text`, `- (x) text`, `- [ ] text` or `- [x] text`: the kind, whether it is right, where the text begins.
fn read_mark(line: &str) -> Option<(QuestionKind, bool, usize)> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let rest = line[indent..]
        .strip_prefix(['-', '*', '+'])?
        .trim_start_matches(' ');
    let (kind, closing) = match rest.chars().next()? {
        '(' => (QuestionKind::Single, ')'),
        '[' => (QuestionKind::Multiple, ']'),
        _ => return None,
    };
    let mut inside = rest[1..].chars();
    let right = match inside.next()? {
        ' ' => false,
        'x' | 'X' => true,
        _ => return None,
    };
    if indent > 3 || inside.next()? != closing || !inside.as_str().starts_with([' ', '\r', '\n']) {
        return None;
    }
    let text = inside.as_str();
    Some((
        kind,
        right,
        line.len() - text.len() + (text.len() - text.trim_start_matches(' ').len()),
    ))
}

/// Checks the choices as a whole; `None` when there are none.
fn check_choices(
    source: &Source,
    head: &Range<usize>,
    drafts: &[Draft],
    faults: &Faults,
) -> Option<QuestionKind> {
    let Some(first) = drafts.first() else {
        faults.report(source, head.clone(), Problem::QuestionWithoutChoices);
        return None;
    };
    if drafts.len() == 1 {
        faults.report(source, head.clone(), Problem::QuestionWithOneChoice);
    }
    if drafts.len() > MOST_CHOICES {
        faults.report(
            source,
            head.clone(),
            Problem::QuestionTooManyChoices { limit: MOST_CHOICES },
        );
    }
    for draft in drafts {
        if draft.kind != first.kind {
            faults.report(source, draft.mark.clone(), Problem::QuestionMixedMarks);
        }
        if source.text[draft.text.clone()].trim().is_empty() {
            faults.report(source, draft.mark.clone(), Problem::ChoiceWithoutText);
        }
    }
    let mut right = drafts.iter().filter(|draft| draft.right);
    if right.next().is_none() {
        faults.report(source, head.clone(), Problem::QuestionWithoutRightAnswer);
    }
    if first.kind == QuestionKind::Single
        && let Some(second) = right.next()
    {
        faults.report(source, second.mark.clone(), Problem::QuestionSeveralRightAnswers);
    }
    Some(first.kind)
}
