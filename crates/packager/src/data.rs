//! What a page tells its script: everything that the document does not already say.

use cartable_course::{
    Block, Chapter, Course, Lesson, Numeric, Question, QuestionKind, QuizCompletion, Score,
};
use serde::Serialize;
use toml::Table;

use crate::{
    keys,
    page::{ChapterData, CompletionData, CourseData, Data, LessonData, QuestionData},
    rendered::{chapter_activity, lesson_activity},
    words,
};

/// A kind of question as the script knows it.
pub(crate) fn kind(question: &Question) -> &'static str {
    match question.kind {
        QuestionKind::Single => "single",
        QuestionKind::Multiple => "multiple",
        QuestionKind::TrueFalse => "true-false",
        QuestionKind::Likert => "likert",
        QuestionKind::Sequencing => "sequencing",
        QuestionKind::Matching => "matching",
        QuestionKind::FillIn(_) => "fill-in",
        QuestionKind::Numeric(_) => "numeric",
        QuestionKind::LongAnswer => "long-answer",
    }
}

/// The right answer as the script compares it (`answers.js`).
fn correct(question: &Question) -> Vec<String> {
    let ids = question.choices.iter().map(|choice| choice.id.clone());
    match &question.kind {
        QuestionKind::Likert | QuestionKind::LongAnswer => Vec::new(),
        QuestionKind::Sequencing => ids.collect(),
        QuestionKind::Matching => ids.map(|id| format!("{id}.{id}")).collect(),
        QuestionKind::FillIn(fill_in) => fill_in.answers.clone(),
        QuestionKind::Numeric(Numeric { least, most }) => vec![least.to_string(), most.to_string()],
        QuestionKind::Single | QuestionKind::Multiple | QuestionKind::TrueFalse => question
            .choices
            .iter()
            .filter(|choice| choice.right)
            .map(|choice| choice.id.clone())
            .collect(),
    }
}

/// Every question with its lesson and the place of its pool.
fn asked(chapter: &Chapter) -> impl Iterator<Item = (&Lesson, Option<usize>, &Question)> {
    let mut pools = 0;
    let blocks = chapter
        .lessons
        .iter()
        .flat_map(|lesson| lesson.blocks.iter().map(move |block| (lesson, block)));
    blocks.flat_map(move |(lesson, block)| {
        let (pool, questions) = match block {
            Block::Prose(_) | Block::Callout(_) | Block::Panels(_) => (None, &[][..]),
            Block::Question(question) => (None, std::slice::from_ref(question)),
            Block::Pool(pool) => {
                pools += 1;
                (Some(pools - 1), &pool.questions[..])
            }
        };
        questions.iter().map(move |question| (lesson, pool, question))
    })
}

/// What the page of a chapter tells its script, as JSON that is safe inside a script element.
///
/// # Errors
///
/// Never in practice: it is written to memory.
pub(crate) fn data(
    course: &Course,
    chapter: &Chapter,
    words: &Table,
    whole: Option<&str>,
) -> serde_json::Result<String> {
    let activity = &chapter_activity(course, chapter);
    let data = Data {
        format: 1,
        language: &course.language,
        languages: words::others(&course.language).collect(),
        course: &course.id,
        course_title: &course.title,
        course_activity: &course.iri,
        chapter: &chapter.id,
        title: &chapter.title,
        version: &course.version,
        activity,
        pass_mark: chapter.quiz.pass_mark.map(|percent| f64::from(percent) / 100.0),
        attempts: chapter.quiz.attempts,
        retakes: chapter.quiz.retakes,
        score: match chapter.quiz.score {
            Score::Best => "best",
            Score::Last { .. } => "last",
        },
        revocable: chapter.quiz.score
            == Score::Last {
                pass_may_be_lost: true,
            },
        shuffled_choices: chapter.quiz.shuffled_choices,
        shuffled_questions: chapter.quiz.shuffled_questions,
        pools: chapter
            .lessons
            .iter()
            .flat_map(Lesson::pools)
            .map(|pool| pool.draw)
            .collect(),
        feedback_at_end: chapter.quiz.feedback_at_end,
        completion: CompletionData {
            lessons: (chapter.lessons.len() * usize::from(chapter.completion.lessons)).div_ceil(100),
            quiz: match chapter.completion.quiz {
                QuizCompletion::Answered => "answered",
                QuizCompletion::Passed => "passed",
                QuizCompletion::Ignored => "ignored",
            },
            seconds: chapter.completion.minutes * 60,
        },
        ordered: chapter.ordered,
        lessons: chapter
            .lessons
            .iter()
            .map(|lesson| LessonData {
                id: &lesson.id,
                key: keys::key(&lesson.id),
                activity: lesson_activity(activity, &lesson.id),
                title: &lesson.title,
            })
            .collect(),
        questions: asked(chapter)
            .map(|(lesson, pool, question)| QuestionData {
                id: &question.id,
                key: keys::key(&question.id),
                revision: keys::revision(question),
                lesson: &lesson.id,
                activity: format!("{activity}/questions/{}", question.id),
                kind: kind(question),
                choices: question.choices.iter().map(|choice| choice.id.as_str()).collect(),
                correct: correct(question),
                case: matches!(&question.kind, QuestionKind::FillIn(fill_in) if fill_in.case),
                accents: matches!(&question.kind, QuestionKind::FillIn(fill_in) if fill_in.accents),
                weight: question.weight,
                pool,
            })
            .collect(),
        whole,
        words: words.get(words::SCRIPT),
    };
    json(&data)
}

/// What the page of a whole course tells its script, in the same way.
///
/// # Errors
///
/// Never in practice: it is written to memory.
pub(crate) fn course_data(course: &Course) -> serde_json::Result<String> {
    let chapters = course.chapters.iter().map(|chapter| ChapterData {
        id: &chapter.id,
        activity: chapter_activity(course, chapter),
    });
    json(&CourseData {
        course: &course.id,
        activity: &course.iri,
        chapters: chapters.collect(),
    })
}

/// `<` alone could end the script element early; JSON allows its escape everywhere it can appear.
fn json(data: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string(data)?.replace('<', "\\u003c"))
}
