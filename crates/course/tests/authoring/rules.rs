//! The rules of a chapter: what they are when nothing is said, and what cannot be asked for.

use cartable_course::{Locale, Quiz, Score};

use crate::load_with_rules;

/// The quiz of a chapter with these lines under `[quiz]`, or what its author is told.
fn quiz(lines: &str) -> Result<Quiz, Vec<String>> {
    let loaded = load_with_rules(&format!("[quiz]\n{lines}\n"), "Texte.\n", &[]);
    let told = loaded
        .diagnostics
        .iter()
        .map(|fault| format!("{}: {}", fault.line(), fault.problem().text(Locale::English).0));
    match loaded.course {
        Some(course) => Ok(course.chapters[0].quiz),
        None => Err(told.collect()),
    }
}

#[test]
fn a_quiz_is_taken_once_unless_its_author_says_otherwise() {
    assert_eq!(quiz(""), Ok(Quiz::default()));
    let rules = "retakes = 3\nscore = \"last\"\npass = \"revocable\"\nquestions = \"shuffled\"";
    let expected = Quiz {
        retakes: 3,
        score: Score::Last {
            pass_may_be_lost: true,
        },
        shuffled_questions: true,
        ..Quiz::default()
    };
    assert_eq!(quiz(rules), Ok(expected));
}

#[test]
fn a_pass_cannot_be_lost_where_the_best_score_counts() {
    let told = Err(vec![
        "4: the best score never falls, so a pass cannot be lost".to_owned(),
    ]);
    assert_eq!(quiz("pass = \"revocable\""), told);
    assert_eq!(quiz("pass = \"revocable\"\nscore = \"best\""), told);
    assert!(quiz("pass = \"kept\"\nscore = \"last\"").is_ok());
    assert!(quiz("retakes = 101").is_err());
}
