//! Questions as authors write them, and what they are told when they err.

use cartable_course::{Chapter, FillIn, Loaded, Locale, Numeric, QuestionKind};
use proptest::prelude::*;

use crate::load;

/// A question with these lines under it, from line 8 of the file.
fn question(attributes: &str, lines: &str) -> Loaded {
    load(
        &format!("::: question {{#q{attributes}}}\nLaquelle ?\n\n{lines}\n:::\n"),
        &[],
    )
}

fn chapter(loaded: Loaded) -> Chapter {
    let faults = faults(&loaded);
    assert_eq!(faults, Vec::<String>::new());
    loaded.course.unwrap().chapters.remove(0)
}

/// What an author is told: `line: message`.
fn faults(loaded: &Loaded) -> Vec<String> {
    let told = loaded
        .diagnostics
        .iter()
        .map(|fault| format!("{}: {}", fault.line(), fault.problem().text(Locale::English).0));
    told.collect()
}

fn kind(attributes: &str, lines: &str) -> QuestionKind {
    chapter(question(attributes, lines))
        .questions()
        .next()
        .unwrap()
        .kind
        .clone()
}

#[test]
fn each_way_of_writing_makes_its_kind() {
    assert_eq!(kind("", "- ( ) A\n- (x) B"), QuestionKind::Single);
    assert_eq!(kind("", "* [x] A\n* [X] B\n* [ ] C"), QuestionKind::Multiple);
    assert_eq!(
        kind(" kind=true-false", "- (x) Vrai\n- ( ) Faux"),
        QuestionKind::TrueFalse
    );
    assert_eq!(
        kind(" kind=likert", "- ( ) Peu\n- ( ) Beaucoup"),
        QuestionKind::Likert
    );
    assert_eq!(kind("", "1. A\n2. B"), QuestionKind::Sequencing);
    assert_eq!(kind("", "- A => 1\n- B => 2"), QuestionKind::Matching);
    assert_eq!(kind("", "- [A]{lang=en} => 1\n- B => 2"), QuestionKind::Matching);
    assert_eq!(kind("", "= …"), QuestionKind::LongAnswer);
    let fill_in = |answers: &[&str], case, accents| {
        QuestionKind::FillIn(FillIn {
            answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
            case,
            accents,
        })
    };
    assert_eq!(
        kind("", "= CPIP\n= un CPIP"),
        fill_in(&["CPIP", "un CPIP"], false, false)
    );
    assert_eq!(
        kind(" case=strict accents=strict", "= Été"),
        fill_in(&["Été"], true, true)
    );
    // Two numbers are two texts: a range says so.
    assert_eq!(kind("", "= 12\n= douze"), fill_in(&["12", "douze"], false, false));
    for (text, least, most) in [
        ("= 12", 12.0, 12.0),
        ("= -3,5", -3.5, -3.5),
        ("= 12 ± 0,5", 11.5, 12.5),
        ("= 10..20", 10.0, 20.0),
    ] {
        assert_eq!(
            kind("", text),
            QuestionKind::Numeric(Numeric { least, most }),
            "{text}"
        );
    }
}

#[test]
fn what_belongs_to_a_choice_is_kept_with_it() {
    let chapter = chapter(question(
        " weight=3",
        "- CPIP => conseiller\n  pénitentiaire\n- DPIP => directeur\n",
    ));
    let question = chapter.questions().next().unwrap();
    assert_eq!(question.weight, 3);
    let pairs: Vec<_> = question
        .choices
        .iter()
        .map(|choice| {
            (
                choice.id.as_str(),
                choice.text.plain_text(),
                choice.pair.as_ref().unwrap().plain_text(),
            )
        })
        .collect();
    assert_eq!(
        pairs,
        [
            ("a", "CPIP".to_owned(), "conseiller pénitentiaire".to_owned()),
            ("b", "DPIP".to_owned(), "directeur".to_owned()),
        ]
    );
}

#[test]
fn what_does_not_count_has_no_weight() {
    for (attributes, lines) in [
        (" kind=likert weight=5", "- ( ) A\n- ( ) B"),
        (" weight=5", "= …"),
    ] {
        let chapter = chapter(question(attributes, lines));
        assert_eq!(chapter.questions().next().unwrap().weight, 0);
    }
}

#[test]
fn each_mistake_is_told_where_it_is() {
    let long = format!("= {}", "a".repeat(101));
    let cases: [(&str, &str, &str); 12] = [
        (
            "",
            "- ( ) A\n- ( ) B",
            "5: no choice of this question is marked as right",
        ),
        ("", "- (x) A\n- (x) B", "9: a second choice is marked as right"),
        ("", "- (x) A", "5: this question has a single choice"),
        (
            "",
            "- (x) A\n- [ ] B",
            "9: two ways of answering are mixed in one question",
        ),
        (
            "",
            "- (x) A\n= B",
            "9: two ways of answering are mixed in one question",
        ),
        ("", "- (x) A\n- ( ) ", "9: this choice has no text"),
        ("", "- A => 1\n- B =>", "9: this choice has no text"),
        (
            " kind=likert",
            "- (x) A\n- ( ) B",
            "8: a scale has no right answer",
        ),
        (
            " kind=true-false",
            "- (x) A\n- ( ) B\n- ( ) C",
            "5: true or false are two choices",
        ),
        (
            " kind=hotspot",
            "- (x) A\n- ( ) B",
            "5: `kind` cannot be `hotspot`",
        ),
        ("", "= 20..10", "8: the least number is more than the most"),
        ("", &long, "8: this answer has more than 100 characters"),
    ];
    for (attributes, lines, expected) in cases {
        let loaded = question(attributes, lines);
        assert!(loaded.course.is_none(), "{lines}");
        assert_eq!(faults(&loaded), [expected], "{attributes} {lines}");
    }
    for (attributes, expected) in [
        (" weight=0", "weight"),
        (" wieght=2", "wieght"),
        (" case=no", "`case` cannot be `no`"),
    ] {
        let told = faults(&question(attributes, "- (x) A\n- ( ) B"));
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
}

proptest! {
    #[test]
    fn any_lesson_is_read_or_refused_with_a_place(body in "(::: question \\{#q\\}\n|:::|- \\(x\\) |- \\[ \\] |= |1\\. |=> |> |±|\\.\\.|[a-zé ]{0,8}|\n|\\PC){0,40}") {
        let loaded = load(&body, &[]);
        prop_assert!(loaded.course.is_some() || !loaded.diagnostics.is_empty());
        for fault in &loaded.diagnostics {
            prop_assert!(fault.line() >= 1 && fault.column() >= 1);
            for locale in [Locale::English, Locale::French] {
                let (message, help) = fault.problem().text(locale);
                prop_assert!(!message.is_empty() && !help.is_empty());
            }
        }
    }
}

/// A question of a pool.
fn choice(id: &str) -> String {
    format!("::: question {{#{id}}}\nLaquelle ?\n\n- (x) A\n- ( ) B\n:::\n")
}

#[test]
fn a_pool_says_how_many_of_its_questions_are_asked() {
    let body = format!(
        "::: pool {{draw=2}}\n{}{}{}:::\n{}",
        choice("a"),
        choice("b"),
        choice("c"),
        choice("d")
    );
    let chapter = chapter(load(&body, &[]));
    let ids: Vec<&str> = chapter.questions().map(|question| question.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert_eq!(chapter.asked(), 3);
    assert_eq!(
        chapter.lessons[0]
            .pools()
            .map(|pool| pool.draw)
            .collect::<Vec<_>>(),
        [2]
    );
}

#[test]
fn a_pool_that_cannot_be_drawn_from_is_refused() {
    let draw = "5: this pool has 1 questions, and does not say how many are asked";
    let holds = "a pool holds questions and nothing else";
    for (head, inside, expected) in [
        ("{draw=2}", choice("a"), draw.to_owned()),
        ("{draw=0}", choice("a"), draw.to_owned()),
        ("{draws=1}", choice("a"), draw.to_owned()),
        ("", choice("a"), draw.to_owned()),
        ("{draw=1}", String::new(), format!("5: {holds}")),
        (
            "{draw=1}",
            format!("Texte\n{}", choice("a")),
            format!("6: {holds}"),
        ),
        (
            "{draw=1}",
            format!("{}::: right\nOui\n:::\n", choice("a")),
            format!("12: {holds}"),
        ),
    ] {
        let loaded = load(&format!("::: pool {head}\n{inside}:::\n"), &[]);
        assert_eq!(faults(&loaded), [expected], "{head} {inside}");
    }
    // One identifier, in a pool and beside it.
    let twice = load(
        &format!("{}::: pool {{draw=1}}\n{}:::\n", choice("a"), choice("a")),
        &[],
    );
    assert!(faults(&twice)[0].contains("two questions of this chapter have the identifier `a`"));
}
