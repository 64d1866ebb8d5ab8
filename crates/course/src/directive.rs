//! The one extension of Markdown that lessons use: a block between `::: name {#id key=value}` and `:::`.
//!
//! Directives nest; a `:::` alone closes the innermost. Code blocks are left alone, so that a lesson can show a
//! directive.

use std::ops::Range;

use crate::{problem::Problem, source::Source, table::Faults};

/// Nesting deeper than this is a fault of the file rather than an author's wish.
const DEEPEST: usize = 16;

/// A part of a text that may hold directives; ranges are byte offsets in the file.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Plain Markdown.
    Text(Range<usize>),
    /// A directive with what it holds.
    Directive(Directive),
}

/// A directive.
#[derive(Debug)]
pub(crate) struct Directive {
    /// Its name.
    pub(crate) name: String,
    /// The identifier after `#`.
    pub(crate) id: Option<String>,
    /// The other attributes.
    pub(crate) attributes: Vec<(String, String)>,
    /// The opening line.
    pub(crate) span: Range<usize>,
    /// What stands between the opening and the closing line.
    pub(crate) pieces: Vec<Piece>,
}

/// Splits a part of a file into plain text and directives.
pub(crate) fn split(source: &Source, part: Range<usize>, faults: &Faults) -> Vec<Piece> {
    let mut open: Vec<Directive> = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut text_start = part.start;
    let mut fence: Option<&str> = None;
    let mut line_start = part.start;

    for line in source.text[part.clone()].split_inclusive('\n') {
        let line_end = line_start + line.len();
        let content = line.trim_end();
        let indent = content.len() - content.trim_start_matches(' ').len();
        let content = content.trim_start_matches(' ');
        let span = line_start + indent..line_start + indent + content.len();

        if let Some(marker) = fence {
            if content.starts_with(marker) && content.trim_start_matches(&marker[..1]).is_empty() {
                fence = None;
            }
        } else if indent < 4 && (content.starts_with("```") || content.starts_with("~~~")) {
            let length = content.len() - content.trim_start_matches(&content[..1]).len();
            fence = Some(&content[..length]);
        } else if indent < 4 && content.starts_with(":::") {
            let here = open
                .last_mut()
                .map_or(&mut pieces, |directive| &mut directive.pieces);
            push_text(source, here, text_start..line_start);
            text_start = line_end;
            let head = content.trim_start_matches(':').trim();
            if !head.is_empty() {
                if open.len() >= DEEPEST {
                    faults.report(source, span, Problem::DirectiveTooDeep);
                    return pieces;
                }
                open.push(parse_head(source, head, span, faults));
            } else if let Some(directive) = open.pop() {
                let parent = open
                    .last_mut()
                    .map_or(&mut pieces, |directive| &mut directive.pieces);
                parent.push(Piece::Directive(directive));
            } else {
                faults.report(source, span, Problem::DirectiveStray);
            }
        }
        line_start = line_end;
    }

    let here = open
        .last_mut()
        .map_or(&mut pieces, |directive| &mut directive.pieces);
    push_text(source, here, text_start..part.end);
    while let Some(directive) = open.pop() {
        let problem = Problem::DirectiveUnclosed {
            name: directive.name.clone(),
        };
        faults.report(source, directive.span.clone(), problem);
        let parent = open
            .last_mut()
            .map_or(&mut pieces, |directive| &mut directive.pieces);
        parent.push(Piece::Directive(directive));
    }
    pieces
}

fn push_text(source: &Source, pieces: &mut Vec<Piece>, range: Range<usize>) {
    if !source.text[range.clone()].trim().is_empty() {
        pieces.push(Piece::Text(range));
    }
}

/// Reads `name {#id key=value key="two words"}`.
fn parse_head(source: &Source, head: &str, span: Range<usize>, faults: &Faults) -> Directive {
    let (name, rest) = match head.find('{') {
        Some(brace) => (head[..brace].trim(), Some(&head[brace..])),
        None => (head, None),
    };
    let mut directive = Directive {
        name: name.to_owned(),
        id: None,
        attributes: Vec::new(),
        span: span.clone(),
        pieces: Vec::new(),
    };
    if let Some(rest) = rest {
        let parsed = rest
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .and_then(parse_attributes);
        match parsed {
            Some((id, attributes)) => {
                directive.id = id;
                directive.attributes = attributes;
            }
            None => faults.report(
                source,
                span,
                Problem::DirectiveAttributes {
                    text: rest.to_owned(),
                },
            ),
        }
    }
    directive
}

type Attributes = (Option<String>, Vec<(String, String)>);

fn parse_attributes(mut text: &str) -> Option<Attributes> {
    let mut id = None;
    let mut attributes = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return Some((id, attributes));
        }
        if let Some(rest) = text.strip_prefix('#') {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            if id.replace(rest[..end].to_owned()).is_some() {
                return None;
            }
            text = &rest[end..];
            continue;
        }
        let (key, rest) = text.split_once('=')?;
        if key.is_empty() || key.contains(char::is_whitespace) {
            return None;
        }
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        attributes.push((key.to_owned(), value.to_owned()));
        text = rest;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Directive, Piece, split};
    use crate::{problem::Problem, source::Source, table::Faults};

    fn pieces(text: &str) -> (Vec<Piece>, Vec<Problem>) {
        let source = Source {
            path: "lesson.md".into(),
            text: text.into(),
        };
        let faults = Faults::default();
        let pieces = split(&source, 0..text.len(), &faults);
        (
            pieces,
            faults
                .into_sorted()
                .iter()
                .map(|fault| fault.problem().clone())
                .collect(),
        )
    }

    fn only_directive(text: &str) -> Directive {
        let (mut pieces, problems) = pieces(text);
        assert!(problems.is_empty(), "{problems:?}");
        match pieces.pop() {
            Some(Piece::Directive(directive)) if pieces.is_empty() => directive,
            other => panic!("{other:?} {pieces:?}"),
        }
    }

    #[test]
    fn a_directive_has_a_name_an_identifier_and_attributes() {
        let directive = only_directive("::: question {#role weight=2 note=\"deux mots\"}\nTexte\n:::\n");
        assert_eq!(directive.name, "question");
        assert_eq!(directive.id.as_deref(), Some("role"));
        let expected =
            [("weight", "2"), ("note", "deux mots")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(directive.attributes, expected);
    }

    #[test]
    fn directives_nest_and_the_innermost_closes_first() {
        let outer = only_directive("::: question {#a}\nx\n::: right\ny\n:::\n:::");
        assert!(
            matches!(&outer.pieces[..], [Piece::Text(_), Piece::Directive(inner)] if inner.name == "right")
        );
    }

    #[test]
    fn a_directive_shown_in_a_code_block_is_text() {
        let (pieces, problems) = pieces("```\n::: question\n```\nfin\n");
        assert!(problems.is_empty());
        assert!(matches!(pieces[..], [Piece::Text(_)]));
    }

    #[test]
    fn what_is_open_or_stray_or_malformed_is_reported() {
        assert!(matches!(
            pieces("::: question {#a}\nx").1[..],
            [Problem::DirectiveUnclosed { .. }]
        ));
        assert!(matches!(pieces("x\n:::\n").1[..], [Problem::DirectiveStray]));
        assert!(matches!(
            pieces("::: question {#a #b}\n:::").1[..],
            [Problem::DirectiveAttributes { .. }]
        ));
        assert!(matches!(
            pieces(&"::: a\n".repeat(40)).1[0],
            Problem::DirectiveTooDeep
        ));
    }

    proptest! {
        #[test]
        fn any_text_is_split_without_a_panic(text in "(:::|\\{|\\}|#|=|\"|```|~~~|[a-zé]| |\n){0,60}") {
            pieces(&text);
        }
    }
}
