//! A lesson: TOML front matter between two lines `+++`, then Markdown with directives.

use std::{ops::Range, path::Path};

use crate::{
    directive::{self, Directive, Piece},
    model::{Block, Lesson, Mark, MarkKind, Pool, Question},
    panel,
    problem::Problem,
    prose::{self, References},
    question,
    source::{Located, Source},
    table::{Faults, Table},
};

const FENCE: &str = "+++";
/// The directives that stand in a lesson.
const BLOCKS: &[&str] = &[
    "question",
    "pool",
    "law",
    "example",
    "remember",
    "accordion",
    "tabs",
    "timeline",
    "cards",
    "hotspots",
];
const LONGEST_DURATION: u32 = 24 * 60;

/// A lesson with what its chapter must check about it.
pub(crate) struct Read {
    pub(crate) lesson: Lesson,
    pub(crate) id: Located<String>,
    pub(crate) questions: Vec<Located<String>>,
    pub(crate) references: References,
    pub(crate) source: Source,
}

/// Reads a lesson; `None` when nothing usable is in the file, which has then been reported.
pub(crate) fn read(path: &Path, faults: &Faults) -> Option<Read> {
    let source = Source::read(path, faults)?;
    let Some((matter, body)) = split_front_matter(&source.text) else {
        faults.report(&source, 0..0, Problem::FrontMatterMissing);
        return None;
    };

    let mut table = Table::parse(&source, &source.text[matter.clone()], matter.start, faults);
    let id = table.id("id");
    let title = table.title("title");
    let duration = table.optional_integer("duration", 1..=LONGEST_DURATION);
    table.finish();

    let mut reader = Reader {
        source: &source,
        faults,
        references: References::default(),
        questions: Vec::new(),
    };
    let mut blocks = Vec::new();
    let mut empty = true;
    for piece in directive::split(&source, body, faults) {
        empty = false;
        match piece {
            Piece::Text(range) => {
                let prose = prose::parse(
                    &source.text[range.clone()],
                    range.start,
                    &mut reader.references,
                    &mut |span, problem| faults.report(&source, span, problem),
                );
                blocks.push(Block::Prose(prose));
            }
            Piece::Directive(directive) if directive.name == "question" => {
                blocks.extend(reader.question(&directive).map(Block::Question));
            }
            Piece::Directive(directive) if directive.name == "pool" => {
                blocks.extend(reader.pool(&directive).map(Block::Pool));
            }
            Piece::Directive(directive) => blocks.extend(reader.set_apart(&directive)),
        }
    }
    if empty {
        faults.report(
            &source,
            source.text.len()..source.text.len(),
            Problem::LessonEmpty,
        );
    }

    let (id, title) = (id?, title?);
    let Reader {
        references,
        questions,
        ..
    } = reader;
    let lesson = Lesson {
        id: id.value.clone(),
        title,
        duration,
        blocks,
        file: path.to_owned(),
        marks: marks(&references, &source),
    };
    Some(Read {
        lesson,
        id,
        questions,
        references,
        source,
    })
}

/// Where the parts of a lesson's text are written, in the order of the file.
fn marks(references: &References, source: &Source) -> Vec<Mark> {
    let mark = |mark: &Located<MarkKind>| {
        let (line, column) = source.position(mark.span.start);
        Mark {
            kind: mark.value.clone(),
            line,
            column,
        }
    };
    let mut marks: Vec<_> = references.marks.iter().map(mark).collect();
    marks.sort_by_key(|mark| (mark.line, mark.column));
    marks
}

/// What the directives of a lesson are read with, and what they leave to be checked.
struct Reader<'a> {
    source: &'a Source,
    faults: &'a Faults,
    references: References,
    questions: Vec<Located<String>>,
}

impl Reader<'_> {
    fn question(&mut self, directive: &Directive) -> Option<Question> {
        let question = question::read(self.source, directive, &mut self.references, self.faults)?;
        self.questions.push(Located {
            value: question.id.clone(),
            span: directive.span.clone(),
        });
        Some(question)
    }

    /// A callout or panels.
    fn set_apart(&mut self, directive: &Directive) -> Option<Block> {
        let mut reader = panel::Reader {
            source: self.source,
            faults: self.faults,
            references: &mut self.references,
        };
        let name = directive.name.as_str();
        if let Some((_, kind)) = panel::CALLOUTS.iter().find(|(known, _)| *known == name) {
            reader.callout(directive, *kind).map(Block::Callout)
        } else if let Some((_, kind)) = panel::GROUPS.iter().find(|(known, _)| *known == name) {
            Some(Block::Panels(reader.panels(directive, *kind)))
        } else {
            let name = directive.name.clone();
            let problem = Problem::UnknownDirective { name, known: BLOCKS };
            self.faults.report(self.source, directive.span.clone(), problem);
            None
        }
    }

    /// `::: pool {draw=3}`, around questions of which each take asks so many.
    fn pool(&mut self, directive: &Directive) -> Option<Pool> {
        let mut questions = Vec::new();
        let mut written = 0_usize;
        for piece in &directive.pieces {
            match piece {
                Piece::Directive(inner) if inner.name == "question" => {
                    written += 1;
                    questions.extend(self.question(inner));
                }
                Piece::Directive(Directive { span, .. }) | Piece::Text(span) => {
                    self.faults
                        .report(self.source, span.clone(), Problem::PoolHoldsQuestions);
                }
            }
        }
        let draw = match &directive.attributes[..] {
            [(key, value)] if key == "draw" && directive.id.is_none() => value.parse().ok(),
            _ => None,
        };
        let Some(draw) = draw.filter(|draw| (1..=written).contains(draw)) else {
            let problem = if written == 0 {
                Problem::PoolHoldsQuestions
            } else {
                Problem::PoolDraw { questions: written }
            };
            self.faults.report(self.source, directive.span.clone(), problem);
            return None;
        };
        Some(Pool { draw, questions })
    }
}

/// The byte ranges of the front matter and of what follows it.
fn split_front_matter(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut lines = text.split_inclusive('\n');
    let opening = lines.next().filter(|line| line.trim_end() == FENCE)?;
    let mut end = opening.len();
    for line in lines {
        if line.trim_end() == FENCE {
            return Some((opening.len()..end, end + line.len()..text.len()));
        }
        end += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split_front_matter;

    #[test]
    fn front_matter_stands_between_two_lines_of_pluses() {
        let text = "+++\nid = \"a\"\n+++\nTexte";
        let (matter, body) = split_front_matter(text).unwrap();
        assert_eq!((&text[matter], &text[body]), ("id = \"a\"\n", "Texte"));
    }

    #[test]
    fn windows_line_ends_are_accepted() {
        let text = "+++\r\nid = 1\r\n+++\r\nTexte";
        let (matter, body) = split_front_matter(text).unwrap();
        assert_eq!((&text[matter], &text[body]), ("id = 1\r\n", "Texte"));
    }

    #[test]
    fn front_matter_that_is_absent_or_open_is_none() {
        assert!(split_front_matter("Texte").is_none());
        assert!(split_front_matter("+++\nid = 1\n").is_none());
        assert!(split_front_matter("").is_none());
    }
}
