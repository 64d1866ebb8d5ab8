//! `cartable build --explain`: each rule of the author, and what carries it to an LMS, target by target.

use cartable_course::{Chapter, Lesson, Locale, QuizCompletion, Score};
use cartable_packager::{PackageFormat, Part, suspend_data};
use serde::Serialize;

use crate::language::choose;

/// A rule of the author's in words, and what carries it.
#[derive(Serialize)]
pub(crate) struct Row {
    rule: String,
    carrier: String,
}

/// What a target does with the rules of a chapter.
#[derive(Serialize)]
pub(crate) struct Explanation<'a> {
    chapter: &'a str,
    target: &'static str,
    rules: Vec<Row>,
}

/// Explains chapters for targets.
pub(crate) fn explain<'a>(
    parts: &[Part<'a>],
    targets: &[&'static dyn PackageFormat],
    locale: Locale,
) -> Vec<Explanation<'a>> {
    let mut all = Vec::new();
    for chapter in parts.iter().flat_map(|part| part.chapters()) {
        for target in targets {
            all.push(Explanation {
                chapter: &chapter.id,
                target: target.name(),
                rules: rules(chapter, *target, locale),
            });
        }
    }
    all
}

/// Prints explanations for a person.
pub(crate) fn print(explanations: &[Explanation<'_>]) {
    for explanation in explanations {
        println!("{} · {}", explanation.chapter, explanation.target);
        for Row { rule, carrier } in &explanation.rules {
            println!("  {rule}");
            println!("    → {carrier}");
        }
    }
}

fn rules(chapter: &Chapter, target: &dyn PackageFormat, locale: Locale) -> Vec<Row> {
    let mut rows = outcome(chapter, target.name(), locale);
    if chapter.questions().next().is_some() {
        rows.extend(answers(chapter, target.name(), locale));
        rows.extend(chance(chapter, target.name(), locale));
    }
    rows.extend(progress(chapter, target, locale));
    rows
}

/// What carries a rule: in SCORM 1.2, in SCORM 2004, in xAPI, in cmi5.
fn row(target: &str, locale: Locale, rule: String, [scorm12, scorm2004, xapi, cmi5]: [&str; 4]) -> Row {
    let carrier = match target {
        "scorm12" => scorm12,
        "scorm2004-3" | "scorm2004-4" => scorm2004,
        "xapi" => xapi,
        "cmi5" => cmi5,
        _ => choose(locale, "this browser's storage", "la mémoire de ce navigateur"),
    };
    Row {
        rule,
        carrier: carrier.to_owned(),
    }
}

/// Completed, and passed.
fn outcome(chapter: &Chapter, target: &str, locale: Locale) -> Vec<Row> {
    let Some(mark) = chapter.quiz.pass_mark else {
        let carriers = [
            "cmi.core.lesson_status = completed",
            "cmi.completion_status = completed",
            "statement `completed`, result.completion = true",
            "statement `completed`; moveOn=\"Completed\"",
        ];
        return vec![row(target, locale, completion(chapter, locale), carriers)];
    };
    let passed = match locale {
        Locale::English => format!("passed from {mark}%"),
        Locale::French => format!("réussi à partir de {mark}\u{a0}%"),
    };
    let mastery = format!(
        "statement `passed` | `failed`; masteryScore=\"{}\"",
        f64::from(mark) / 100.0
    );
    let completed = [
        "cmi.core.lesson_status = passed | failed",
        "cmi.completion_status = completed",
        "statement `completed`, result.completion = true",
        "statement `completed`; moveOn=\"CompletedAndPassed\"",
    ];
    let passed_by = [
        "cmi.core.lesson_status = passed | failed",
        "cmi.success_status = passed | failed",
        "statement `passed` | `failed`, result.success",
        &mastery,
    ];
    let mut rows = vec![
        row(target, locale, completion(chapter, locale), completed),
        row(target, locale, passed, passed_by),
    ];
    if chapter.quiz.score
        == (Score::Last {
            pass_may_be_lost: true,
        })
    {
        let lost = choose(locale, "a pass may be lost", "une réussite peut se perdre");
        let lost_by = [
            "cmi.core.lesson_status = failed",
            "cmi.success_status = failed",
            "statement `failed`",
            choose(
                locale,
                "kept all the same: in cmi5, `failed` never follows `passed`",
                "gardée quand même : en cmi5, `failed` ne suit jamais `passed`",
            ),
        ];
        rows.push(row(target, locale, lost.to_owned(), lost_by));
    }
    rows
}

/// What is shuffled or drawn, if anything.
fn chance(chapter: &Chapter, target: &str, locale: Locale) -> Option<Row> {
    let mut parts = Vec::new();
    if chapter.quiz.shuffled_questions {
        parts.push(choose(locale, "questions shuffled", "questions mélangées").to_owned());
    }
    if chapter.quiz.shuffled_choices {
        parts.push(choose(locale, "choices shuffled", "choix mélangés").to_owned());
    }
    for pool in chapter.lessons.iter().flat_map(Lesson::pools) {
        let (draw, all) = (pool.draw, pool.questions.len());
        parts.push(match locale {
            Locale::English => format!("{draw} questions drawn from {all}"),
            Locale::French => format!("{draw} questions tirées parmi {all}"),
        });
    }
    if parts.is_empty() {
        return None;
    }
    let rule = match locale {
        Locale::English => format!("each take: {}", parts.join(", ")),
        Locale::French => format!("à chaque fois\u{a0}: {}", parts.join(", ")),
    };
    let suspended = choose(
        locale,
        "the seed in cmi.suspend_data",
        "la graine, dans cmi.suspend_data",
    );
    let state = choose(
        locale,
        "the seed in the state document",
        "la graine, dans le document d’état",
    );
    Some(row(target, locale, rule, [suspended, suspended, state, state]))
}

/// The score, and each question.
fn answers(chapter: &Chapter, target: &str, locale: Locale) -> [Row; 2] {
    const STATEMENT: &str =
        "statement `answered`: interactionType, correctResponsesPattern, response, success, duration";
    let scored_by = [
        "cmi.core.score.raw (0..100), min, max",
        "cmi.score.scaled, raw (0..100), min, max",
        "result.score.scaled, raw (`completed`, `passed`, `failed`, `scored`)",
        "result.score.scaled, raw (`passed`, `failed`, `scored`)",
    ];
    let answered_by = [
        "cmi.interactions.n: id, type, time, correct_responses, student_response, result, latency",
        "cmi.interactions.n: id, type, description, timestamp, correct_responses, learner_response, result, latency",
        STATEMENT,
        STATEMENT,
    ];
    [
        row(target, locale, score(chapter, locale), scored_by),
        row(target, locale, questions(chapter, locale), answered_by),
    ]
}

/// What is kept, the time, the lessons.
fn progress(chapter: &Chapter, target: &dyn PackageFormat, locale: Locale) -> [Row; 3] {
    let (needed, limit) = suspend_data(chapter, target);
    let kept = match locale {
        Locale::English => format!("resume: {needed} characters at the worst, of {limit}"),
        Locale::French => format!("reprise\u{a0}: {needed} caractères au pire, sur {limit}"),
    };
    let lessons = match (chapter.ordered, locale) {
        (true, Locale::English) => "lessons in order, the progress of each",
        (false, Locale::English) => "lessons in any order, the progress of each",
        (true, Locale::French) => "leçons dans l’ordre, progression de chacune",
        (false, Locale::French) => "leçons dans un ordre libre, progression de chacune",
    };
    let kept_by = [
        "cmi.suspend_data, cmi.core.lesson_location, cmi.core.exit = suspend",
        "cmi.suspend_data, cmi.location, cmi.exit = suspend",
        "state document `suspendData`",
        "state document `suspendData`",
    ];
    let timed_by = [
        "cmi.core.session_time",
        "cmi.session_time",
        "result.duration (`terminated`)",
        "result.duration (`terminated`)",
    ];
    let seen_by = [
        choose(
            locale,
            "cmi.suspend_data (SCORM 1.2 has no element)",
            "cmi.suspend_data (SCORM 1.2 n’a pas d’élément)",
        ),
        "cmi.progress_measure",
        "statements `experienced`, `progressed`",
        "statements `experienced`, `progressed`",
    ];
    let name = target.name();
    let time = choose(locale, "time spent", "temps passé");
    [
        row(name, locale, kept, kept_by),
        row(name, locale, time.to_owned(), timed_by),
        row(name, locale, lessons.to_owned(), seen_by),
    ]
}

/// When the chapter is completed, in words.
fn completion(chapter: &Chapter, locale: Locale) -> String {
    let completion = chapter.completion;
    let mut parts = Vec::new();
    if completion.lessons > 0 {
        parts.push(match locale {
            Locale::English => format!("{}% of the lessons seen", completion.lessons),
            Locale::French => format!("{}\u{a0}% des leçons vues", completion.lessons),
        });
    }
    if chapter.questions().next().is_some() {
        match completion.quiz {
            QuizCompletion::Answered => {
                parts.push(
                    choose(
                        locale,
                        "every question answered",
                        "toutes les questions répondues",
                    )
                    .to_owned(),
                );
            }
            QuizCompletion::Passed => {
                parts.push(choose(locale, "the quiz passed", "le quiz réussi").to_owned());
            }
            QuizCompletion::Ignored => {}
        }
    }
    if completion.minutes > 0 {
        parts.push(match locale {
            Locale::English => format!("{} minutes spent", completion.minutes),
            Locale::French => format!("{} minutes passées", completion.minutes),
        });
    }
    let start = choose(locale, "completed: ", "terminé\u{a0}: ");
    if parts.is_empty() {
        return format!("{start}{}", choose(locale, "once opened", "dès l’ouverture"));
    }
    format!("{start}{}", parts.join(", "))
}

fn score(chapter: &Chapter, locale: Locale) -> String {
    let attempts = match (chapter.quiz.attempts, locale) {
        (Some(attempts), Locale::English) => format!("{attempts} attempts a question"),
        (Some(attempts), Locale::French) => format!("{attempts} essais par question"),
        (None, Locale::English) => "attempts without limit".to_owned(),
        (None, Locale::French) => "essais sans limite".to_owned(),
    };
    let counts = match chapter.quiz.score {
        Score::Best => choose(locale, "the best score counts", "la meilleure note compte"),
        Score::Last { .. } => choose(locale, "the last score counts", "la dernière note compte"),
    };
    let retakes = match (chapter.quiz.retakes, locale) {
        (0, Locale::English) => "the quiz is taken once".to_owned(),
        (0, Locale::French) => "le quiz se fait une fois".to_owned(),
        (count, Locale::English) => format!("the quiz may be taken again {count} times, {counts}"),
        (count, Locale::French) => format!("le quiz peut se refaire {count} fois, {counts}"),
    };
    let feedback = if chapter.quiz.feedback_at_end {
        choose(locale, "feedback at the end", "corrigé à la fin")
    } else {
        choose(
            locale,
            "feedback after each answer",
            "corrigé après chaque réponse",
        )
    };
    let weights = weights(chapter, locale);
    match locale {
        Locale::English => format!("score: {weights}, {attempts}, {retakes}, {feedback}"),
        Locale::French => format!("note\u{a0}: {weights}, {attempts}, {retakes}, {feedback}"),
    }
}

/// What the questions count for together; where some are drawn, only each one's weight is known.
fn weights(chapter: &Chapter, locale: Locale) -> String {
    if chapter.lessons.iter().flat_map(Lesson::pools).next().is_some() {
        return choose(
            locale,
            "each question by its weight",
            "chaque question selon son poids",
        )
        .to_owned();
    }
    let total: u32 = chapter.questions().map(|question| question.weight).sum();
    format!("{total} points")
}

fn questions(chapter: &Chapter, locale: Locale) -> String {
    let count = chapter.questions().count();
    let scored = chapter
        .questions()
        .filter(|question| question.kind.is_scored())
        .count();
    match locale {
        Locale::English => format!("questions: {count}, of which {scored} count"),
        Locale::French => format!("questions\u{a0}: {count}, dont {scored} comptent"),
    }
}
