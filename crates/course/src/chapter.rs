//! A chapter: a folder with `chapter.toml`, its lessons, its lexicon and its resources.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use crate::{
    diagnostic::Diagnostic,
    lesson,
    lexicon::{self, unique},
    load::list,
    media,
    model::{Chapter, Completion, Ending, Media, Next, Quiz, QuizCompletion, Score},
    problem::{Kind, Problem},
    resources,
    source::{Located, Source},
    table::{Faults, Table},
};

/// The file that makes a folder a chapter.
pub(crate) const FILE: &str = "chapter.toml";

/// A chapter with what the course must check about it.
pub(crate) struct Read {
    pub(crate) source: Source,
    pub(crate) chapter: Chapter,
    pub(crate) id: Located<String>,
}

/// Reads a chapter; `None` when its own file could not be understood, which has then been reported.
pub(crate) fn read(folder: &Path, faults: &Faults) -> Option<Read> {
    let source = Source::read(&folder.join(FILE), faults)?;
    let mut table = Table::parse(&source, &source.text, 0, faults);
    let id = table.id("id");
    let number = table.integer("number", 1..=9999);
    let title = table.title("title");
    let summary = table.optional_prose("summary");
    let quiz = table.table("quiz").map(read_quiz).unwrap_or_default();
    let completion = table.table("completion").map(read_completion).unwrap_or_default();
    if completion.quiz == QuizCompletion::Passed && quiz.pass_mark.is_none() {
        faults.report(&source, 0..0, Problem::PassedWithoutMark);
    }
    let ordered = table
        .optional_choice("navigation", &["free", "ordered"], &[false, true])
        .unwrap_or_default();
    let by_lesson = table.table("package").is_some_and(read_by_lesson);
    let end = table.table("end").map_or(
        Ending {
            title: None,
            text: None,
        },
        read_end,
    );
    let next = table.table("next").and_then(read_next);
    table.finish();

    let lexicon = lexicon::read(&folder.join("lexicon.toml"), faults);
    let (resources, offered) = resources::read(folder, faults).unzip();

    let lessons: Vec<_> = lesson_files(folder, faults)
        .iter()
        .filter_map(|file| lesson::read(file, faults))
        .collect();
    if lessons.is_empty() && !faults.any_error() {
        faults.add(Diagnostic::new(&source, 0..0, Problem::ChapterWithoutLessons));
    }
    let mut ids = HashMap::new();
    let mut questions = HashMap::new();
    let offered = offered.into_iter().flatten();
    let mut files: BTreeMap<_, _> = offered.map(|media: Media| (media.name.clone(), media)).collect();
    for lesson in &lessons {
        unique(
            &lesson.source,
            &mut ids,
            lesson.id.value.clone(),
            &lesson.id,
            Kind::Lesson,
            faults,
        );
        for question in &lesson.questions {
            unique(
                &lesson.source,
                &mut questions,
                question.value.clone(),
                question,
                Kind::Question,
                faults,
            );
        }
        let mut headings = HashMap::new();
        for heading in &lesson.references.headings {
            unique(
                &lesson.source,
                &mut headings,
                heading.value.clone(),
                heading,
                Kind::Heading,
                faults,
            );
        }
        for reference in &lesson.references.media {
            if let Some(media) = media::find(folder, &lesson.source, reference, faults) {
                files.insert(media.name.clone(), media);
            }
        }
    }

    let (id, number, title) = (id?, number?, title?);
    let chapter = Chapter {
        folder: folder.to_owned(),
        id: id.value.clone(),
        number,
        title,
        summary,
        quiz,
        completion,
        ordered,
        by_lesson,
        end,
        next,
        lessons: lessons.into_iter().map(|read| read.lesson).collect(),
        lexicon,
        resources,
        media: files.into_values().collect(),
    };
    Some(Read { source, chapter, id })
}

fn read_quiz(mut table: Table<'_>) -> Quiz {
    let small = |number: Option<u32>| number.and_then(|number| u8::try_from(number).ok());
    let feedback_at_end = table
        .optional_choice("feedback", &["now", "end"], &[false, true])
        .unwrap_or_default();
    let attempts = small(table.optional_integer("attempts", 1..=100));
    let mut shuffled = |key| table.optional_choice(key, &["fixed", "shuffled"], &[false, true]);
    let (shuffled_choices, shuffled_questions) = (shuffled("choices"), shuffled("questions"));
    let quiz = Quiz {
        pass_mark: small(table.optional_integer("pass_mark", 1..=100)),
        // Who is told at the end has answered once, unless the author says otherwise.
        attempts: attempts.or(feedback_at_end.then_some(1)),
        retakes: small(table.optional_integer("retakes", 0..=100)).unwrap_or_default(),
        score: read_score(&mut table),
        shuffled_choices: shuffled_choices.unwrap_or_default(),
        shuffled_questions: shuffled_questions.unwrap_or_default(),
        feedback_at_end,
    };
    table.finish();
    quiz
}

fn read_score(table: &mut Table<'_>) -> Score {
    let last_counts = table.optional_choice("score", &["best", "last"], &[false, true]);
    let pass_may_be_lost = table
        .optional_choice("pass", &["kept", "revocable"], &[false, true])
        .unwrap_or_default();
    if last_counts.unwrap_or_default() {
        return Score::Last { pass_may_be_lost };
    }
    if pass_may_be_lost {
        table.report(Problem::BestScoreRevocable);
    }
    Score::Best
}

/// Whether `[package]` asks for a unit per lesson.
fn read_by_lesson(mut table: Table<'_>) -> bool {
    let by_lesson = table.optional_choice("granularity", &["chapter", "lesson"], &[false, true]);
    table.finish();
    by_lesson.unwrap_or_default()
}

fn read_completion(mut table: Table<'_>) -> Completion {
    const LONGEST: u32 = 24 * 60;
    let usual = Completion::default();
    let lessons = table.optional_integer("lessons", 0..=100);
    let quiz = table.optional_choice(
        "quiz",
        &["answered", "passed", "ignored"],
        &[
            QuizCompletion::Answered,
            QuizCompletion::Passed,
            QuizCompletion::Ignored,
        ],
    );
    let minutes = table.optional_integer("minutes", 0..=LONGEST);
    table.finish();
    Completion {
        lessons: lessons
            .and_then(|percent| u8::try_from(percent).ok())
            .unwrap_or(usual.lessons),
        quiz: quiz.unwrap_or(usual.quiz),
        minutes: minutes.unwrap_or(usual.minutes),
    }
}

fn read_end(mut table: Table<'_>) -> Ending {
    let ending = Ending {
        title: table.optional_text("title").map(|text| text.value),
        text: table.optional_text("text").map(|text| text.value),
    };
    table.finish();
    ending
}

fn read_next(mut table: Table<'_>) -> Option<Next> {
    let title = table.title("title");
    let url = table.optional_url("url");
    table.finish();
    Some(Next { title: title?, url })
}

/// The Markdown files of a chapter, in the order of their names; numbers count as numbers (`2-` before `10-`).
fn lesson_files(folder: &Path, faults: &Faults) -> Vec<PathBuf> {
    let mut files = list(folder, faults);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md") && file.is_file());
    files.sort_by_cached_key(|file| {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let digits = name.len()
            - name
                .trim_start_matches(|first: char| first.is_ascii_digit())
                .len();
        (name[..digits].parse::<u64>().unwrap_or(u64::MAX), name)
    });
    files
}
