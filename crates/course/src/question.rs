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
//! `kind=true-false` and `kind=likert` go with `( )`. Other lines make other kinds:
//!
//! ```text
//! - SPIP => service pénitentiaire d’insertion et de probation      each with what goes with it
//! 1. l’évaluation                                                   in their order
//! = conseiller pénitentiaire                                        a text, or any of several
//! = 12 ± 0,5                                                        a number; or 10..20
//! = …                                                               a long answer, which does not count
//! ```

use std::ops::Range;

use crate::{
    directive::{Directive, Piece},
    model::{Choice, FillIn, Numeric, Question, QuestionKind},
    problem::Problem,
    prose::{self, Prose, References},
    source::Source,
    table::{Faults, is_id},
};

const HEAVIEST: u32 = 1000;
const MOST_CHOICES: usize = 26;
/// In characters: what a learner types fits every LMS.
const LONGEST_ANSWER: usize = 100;
/// Between what goes together.
const ARROW: &str = "=>";

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
    let attributes = read_attributes(source, directive, faults);
    let kind = read_kind(source, head, &drafts, &attributes, faults)?;
    let is_true_false = kind == QuestionKind::TrueFalse;
    let choices = drafts
        .into_iter()
        .filter(|draft| draft.mark != Mark::Answer)
        .zip('a'..='z')
        .enumerate()
        .map(|(place, (draft, letter))| Choice {
            id: match (is_true_false, place) {
                (true, 0) => "true".to_owned(),
                (true, _) => "false".to_owned(),
                _ => letter.to_string(),
            },
            text: parse(source, draft.text, references, faults),
            pair: draft.pair.map(|range| parse(source, range, references, faults)),
            right: draft.right,
            feedback: draft
                .feedback
                .map(|range| parse_quoted(source, range, references, faults)),
        })
        .collect();
    Some(Question {
        id: id?,
        weight: if kind.is_scored() { attributes.weight } else { 0 },
        kind,
        prompt,
        choices,
        right,
        wrong,
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
    let problem = Problem::BlockNotText {
        name: directive.name.clone(),
    };
    faults.report(source, directive.span.clone(), problem);
    None
}

/// What stands beside the identifier.
struct Attributes {
    weight: u32,
    /// `true-false` or `likert`.
    kind: Option<String>,
    /// Whether capitals count.
    case: bool,
    /// Whether accents count.
    accents: bool,
}

fn read_attributes(source: &Source, directive: &Directive, faults: &Faults) -> Attributes {
    let mut attributes = Attributes {
        weight: 1,
        kind: None,
        case: false,
        accents: false,
    };
    for (key, value) in &directive.attributes {
        let expected: &'static [&'static str] = match (key.as_str(), value.as_str()) {
            ("weight", _) => {
                let number = value.parse().ok();
                let Some(number) = number.filter(|number| (1..=HEAVIEST).contains(number)) else {
                    let problem = Problem::OutOfBounds {
                        key: key.clone(),
                        least: 1,
                        most: HEAVIEST,
                    };
                    faults.report(source, directive.span.clone(), problem);
                    continue;
                };
                attributes.weight = number;
                continue;
            }
            ("kind", "true-false" | "likert") => {
                attributes.kind = Some(value.clone());
                continue;
            }
            ("case", "strict") => {
                attributes.case = true;
                continue;
            }
            ("accents", "strict") => {
                attributes.accents = true;
                continue;
            }
            ("kind", _) => &["true-false", "likert"],
            ("case" | "accents", _) => &["strict"],
            _ => {
                let problem = Problem::UnknownKey {
                    key: key.clone(),
                    nearest: None,
                    known: vec!["weight", "kind", "case", "accents"],
                };
                faults.report(source, directive.span.clone(), problem);
                continue;
            }
        };
        let problem = Problem::UnknownValue {
            key: key.clone(),
            value: value.clone(),
            known: expected,
        };
        faults.report(source, directive.span.clone(), problem);
    }
    attributes
}

/// What a line offers to the learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// `- ( )`
    Single,
    /// `- [ ]`
    Multiple,
    /// `- one => the other`
    Match,
    /// `1.`
    Sequence,
    /// `= text`
    Answer,
}

/// A choice before its text is parsed.
struct Draft {
    mark: Mark,
    right: bool,
    /// The line up to the text.
    head: Range<usize>,
    text: Range<usize>,
    pair: Option<Range<usize>>,
    feedback: Option<Range<usize>>,
}

/// Collects the choices of a text; returns where its prompt ends.
fn read_choices(source: &Source, range: Range<usize>, drafts: &mut Vec<Draft>) -> usize {
    let mut prompt_end = None;
    let mut start = range.start;
    for line in source.text[range.clone()].split_inclusive('\n') {
        let end = start + line.trim_end().len();
        if let Some(line) = read_line(line) {
            prompt_end.get_or_insert(start);
            let text = start + line.text..end.max(start + line.text);
            let arrow = source.text[text.clone()]
                .find(ARROW)
                .filter(|_| line.mark == Mark::Match);
            drafts.push(Draft {
                mark: line.mark,
                right: line.right,
                head: start..text.start,
                pair: arrow.map(|arrow| text.start + arrow + ARROW.len()..text.end),
                text: text.start..arrow.map_or(text.end, |arrow| text.start + arrow),
                feedback: None,
            });
        } else if let Some(draft) = drafts.last_mut()
            && !line.trim().is_empty()
        {
            // A line after the feedback goes on with it, as a quotation does in Markdown.
            if line.trim_start().starts_with('>') || draft.feedback.is_some() {
                let from = draft.feedback.as_ref().map_or(start, |range| range.start);
                draft.feedback = Some(from..end);
            } else {
                draft.pair.as_mut().unwrap_or(&mut draft.text).end = end;
            }
        }
        start += line.len();
    }
    prompt_end.unwrap_or(range.end)
}

/// A line that offers something.
struct Line {
    mark: Mark,
    right: bool,
    /// Where the text begins.
    text: usize,
}

/// Reads a line: `- ( ) text`, `- [x] text`, `- one => other`, `1. text` or `= text`.
fn read_line(line: &str) -> Option<Line> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    if indent > 3 {
        return None;
    }
    let rest = &line[indent..];
    let at = |text: &str| line.len() - text.trim_start_matches(' ').len();
    if let Some(text) = rest.strip_prefix("= ") {
        return Some(Line {
            mark: Mark::Answer,
            right: true,
            text: at(text),
        });
    }
    let digits = rest.len()
        - rest
            .trim_start_matches(|digit: char| digit.is_ascii_digit())
            .len();
    if (1..=2).contains(&digits)
        && let Some(text) = rest[digits..].strip_prefix(". ")
    {
        return Some(Line {
            mark: Mark::Sequence,
            right: true,
            text: at(text),
        });
    }
    let rest = rest.strip_prefix(['-', '*', '+'])?.trim_start_matches(' ');
    // Brackets around more than a mark are text, such as `[probation]{lang=en}`.
    let is_mark = |closing: char| {
        let mut after = rest.chars().skip(2);
        after.next() == Some(closing) && after.next().is_none_or(char::is_whitespace)
    };
    let (mark, closing) = match rest.chars().next()? {
        '(' if is_mark(')') => (Mark::Single, ')'),
        '[' if is_mark(']') => (Mark::Multiple, ']'),
        _ if rest.contains(ARROW) => {
            return Some(Line {
                mark: Mark::Match,
                right: true,
                text: at(rest),
            });
        }
        _ => return None,
    };
    let mut inside = rest[1..].chars();
    let right = match inside.next()? {
        ' ' => false,
        'x' | 'X' => true,
        _ => return None,
    };
    if inside.next()? != closing || !inside.as_str().starts_with([' ', '\r', '\n']) {
        return None;
    }
    Some(Line {
        mark,
        right,
        text: at(inside.as_str()),
    })
}

/// Checks the lines as a whole and says how the question is answered; `None` when there is no answer to give.
fn read_kind(
    source: &Source,
    head: &Range<usize>,
    drafts: &[Draft],
    attributes: &Attributes,
    faults: &Faults,
) -> Option<QuestionKind> {
    let Some(first) = drafts.first() else {
        faults.report(source, head.clone(), Problem::QuestionWithoutChoices);
        return None;
    };
    for draft in drafts {
        if draft.mark != first.mark {
            faults.report(source, draft.head.clone(), Problem::QuestionMixedMarks);
        }
        let empty = |range: &Range<usize>| source.text[range.clone()].trim().is_empty();
        if empty(&draft.text) || draft.pair.as_ref().is_some_and(empty) {
            faults.report(source, draft.head.clone(), Problem::ChoiceWithoutText);
        }
    }
    if drafts.iter().any(|draft| draft.mark != first.mark) {
        return None;
    }
    if first.mark == Mark::Answer {
        return Some(read_answers(source, drafts, attributes, faults));
    }
    if drafts.len() == 1 {
        faults.report(source, head.clone(), Problem::QuestionWithOneChoice);
    }
    if drafts.len() > MOST_CHOICES {
        let problem = Problem::QuestionTooManyChoices { limit: MOST_CHOICES };
        faults.report(source, head.clone(), problem);
    }
    match first.mark {
        Mark::Match => return Some(QuestionKind::Matching),
        Mark::Sequence => return Some(QuestionKind::Sequencing),
        _ => {}
    }
    let mut right = drafts.iter().filter(|draft| draft.right);
    if attributes.kind.as_deref() == Some("likert") {
        if let Some(draft) = right.next() {
            faults.report(source, draft.head.clone(), Problem::LikertWithRightAnswer);
        }
        return Some(QuestionKind::Likert);
    }
    if right.next().is_none() {
        faults.report(source, head.clone(), Problem::QuestionWithoutRightAnswer);
    }
    if first.mark == Mark::Multiple {
        return Some(QuestionKind::Multiple);
    }
    if let Some(second) = right.next() {
        faults.report(source, second.head.clone(), Problem::QuestionSeveralRightAnswers);
    }
    if attributes.kind.is_none() {
        return Some(QuestionKind::Single);
    }
    if drafts.len() > 2 {
        faults.report(source, head.clone(), Problem::TrueFalseNotTwo);
    }
    Some(QuestionKind::TrueFalse)
}

/// Answers that are typed: numbers, texts, or a long text.
fn read_answers(source: &Source, drafts: &[Draft], attributes: &Attributes, faults: &Faults) -> QuestionKind {
    let answers: Vec<&str> = drafts
        .iter()
        .map(|draft| source.text[draft.text.clone()].trim())
        .collect();
    for (draft, answer) in drafts.iter().zip(&answers) {
        if answer.chars().count() > LONGEST_ANSWER {
            let problem = Problem::AnswerTooLong {
                limit: LONGEST_ANSWER,
            };
            faults.report(source, draft.text.clone(), problem);
        }
    }
    match &answers[..] {
        ["…" | "..."] => QuestionKind::LongAnswer,
        [one] if read_range(one).is_some() => {
            let (least, most) = read_range(one).unwrap_or_default();
            if least > most {
                let range = drafts.first().map_or(0..0, |draft| draft.text.clone());
                faults.report(source, range, Problem::RangeBackwards);
            }
            QuestionKind::Numeric(Numeric { least, most })
        }
        _ => QuestionKind::FillIn(FillIn {
            answers: answers.into_iter().map(str::to_owned).collect(),
            case: attributes.case,
            accents: attributes.accents,
        }),
    }
}

/// `12`, `12,5`, `12 ± 0,5` or `10..20`: the least and the most.
fn read_range(text: &str) -> Option<(f64, f64)> {
    if let Some((middle, tolerance)) = text.split_once('±') {
        let (middle, tolerance) = (read_number(middle)?, read_number(tolerance)?);
        return Some((middle - tolerance, middle + tolerance));
    }
    if let Some((least, most)) = text.split_once("..") {
        return Some((read_number(least)?, read_number(most)?));
    }
    read_number(text).map(|number| (number, number))
}

/// A number as people write it: with a comma or a point.
fn read_number(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let plain = text
        .chars()
        .all(|part| part.is_ascii_digit() || matches!(part, '.' | '-' | '+'));
    text.parse().ok().filter(|_| plain && !text.is_empty())
}
