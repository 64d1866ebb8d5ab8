//! How much suspend data a chapter can need: every lesson seen, every question answered at the greatest length.
//!
//! The format is that of `suspend-data.js` and `answers.js` of the player.

use cartable_course::{Block, Chapter, Question, QuestionKind};

use crate::format::PackageFormat;

/// Bytes of a typed text that are kept whatever else there is; more where there is room.
const TEXT_KEPT: usize = 200;

/// The characters of suspend data that a chapter needs at the worst, and those that a target keeps.
#[must_use]
pub fn suspend_data(chapter: &Chapter, target: &dyn PackageFormat) -> (usize, usize) {
    (worst_case(chapter), target.suspend_limit())
}

/// The number of characters of a chapter's suspend data at the worst.
pub(crate) fn worst_case(chapter: &Chapter) -> usize {
    let questions: usize = chapter
        .lessons
        .iter()
        .flat_map(|lesson| &lesson.blocks)
        .map(answers)
        .sum();
    let lessons = chapter.lessons.len();
    // Flags, seed, takes, score, seconds, location; then each list with its length; then the checksum.
    let bytes = 1
        + 2
        + variable(usize::from(chapter.quiz.retakes))
        + 2
        + 5
        + 3
        + variable(lessons)
        + 3 * lessons
        + variable(chapter.asked())
        + questions
        + 2;
    // The version, then base64 without padding.
    1 + (bytes * 4).div_ceil(3)
}

/// The bytes of the answers in a part of a lesson: of a pool, the longest that may be drawn.
fn answers(block: &Block) -> usize {
    match block {
        Block::Prose(_) | Block::Callout(_) | Block::Panels(_) => 0,
        Block::Question(question) => answer(question),
        Block::Pool(pool) => {
            let mut bytes: Vec<usize> = pool.questions.iter().map(answer).collect();
            bytes.sort_unstable_by(|one, other| other.cmp(one));
            bytes.iter().take(pool.draw).sum()
        }
    }
}

/// The bytes of an answer: key, revision, tries, then its length and itself.
fn answer(question: &Question) -> usize {
    let choices = question.choices.len();
    let bytes = match question.kind {
        QuestionKind::FillIn(_) | QuestionKind::Numeric(_) | QuestionKind::LongAnswer => TEXT_KEPT,
        QuestionKind::Sequencing | QuestionKind::Matching => choices,
        _ => choices.div_ceil(8),
    };
    3 + 2 + 1 + variable(bytes) + bytes
}

/// The bytes of a number of variable length, 7 bits in each.
fn variable(number: usize) -> usize {
    let mut bytes = 1;
    let mut rest = number >> 7;
    while rest > 0 {
        bytes += 1;
        rest >>= 7;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write, fs};

    use cartable_course::Course;

    use super::{variable, worst_case};

    /// What a chapter with so many copies of a question needs.
    fn needed(question: &str, copies: usize) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let chapter = folder.path().join("1");
        fs::create_dir(&chapter).unwrap();
        let course = "id = \"c\"\ntitle = \"C\"\nlanguage = \"fr\"\nversion = \"1.0.0\"\niri = \"https://example.org/c\"\n";
        fs::write(folder.path().join("course.toml"), course).unwrap();
        fs::write(
            chapter.join("chapter.toml"),
            "id = \"a\"\nnumber = 1\ntitle = \"A\"\n",
        )
        .unwrap();
        let mut lesson = "+++\nid = \"l\"\ntitle = \"L\"\n+++\n\nTexte.\n\n".to_owned();
        for copy in 0..copies {
            write!(
                lesson,
                "::: question {{#q{copy}}}\nLaquelle ?\n\n{question}\n:::\n\n"
            )
            .unwrap();
        }
        fs::write(chapter.join("1.md"), lesson).unwrap();
        let loaded = Course::load(folder.path(), &[]);
        worst_case(&loaded.course.unwrap().chapters[0])
    }

    #[test]
    fn two_hundred_questions_of_26_choices_fit_scorm_1_2() {
        let mut choices = String::from("- [x] A\n");
        for choice in 1..26 {
            writeln!(choices, "- [ ] {choice}").unwrap();
        }
        let needed = needed(&choices, 200);
        // 200 × (3 + 2 + 1 + 1 + 4) + 3 for the lesson + 14 + 1 + 2 + 2, as `suspend-data.js` writes them.
        assert_eq!(needed, 1 + (2222 * 4_usize).div_ceil(3));
        assert!(needed <= 4096);
    }

    #[test]
    fn typed_answers_take_the_most() {
        assert!(needed("= …", 14) < 4096);
        assert!(needed("= …", 15) > 4096);
        assert!(needed("1. A\n2. B\n3. C", 200) < needed("= A", 200));
    }

    #[test]
    fn numbers_take_a_byte_for_each_7_bits() {
        assert_eq!([0, 127, 128, 16383, 16384].map(variable), [1, 1, 2, 2, 3]);
    }
}
