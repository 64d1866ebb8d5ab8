//! Faults of a course and of its look, told before anything is written.

use std::{fmt::Write, fs};

use crate::{Workshop, assert_says};

#[test]
fn each_fault_of_a_course_is_told_with_its_place_and_what_to_do() {
    let faults: [(&str, &str, &str, &[&str]); 6] = [
        (
            "content/07-spip/chapter.toml",
            "number = 7",
            "number = seven",
            &["chapter.toml:3:"],
        ),
        (
            "content/07-spip/chapter.toml",
            "number = 7",
            "number = 7\ncolour = \"red\"",
            &["chapter.toml:4:1", "colour"],
        ),
        (
            "content/course.toml",
            "title =",
            "titel =",
            &["course.toml:", "titel"],
        ),
        (
            "content/07-spip/02-personnes.md",
            "- (x)",
            "- ( )",
            &["02-personnes.md:"],
        ),
        (
            "content/07-spip/lexicon.toml",
            "[[term]]",
            "[[term]]\nid = \"spip\"\nname = \"SPIP\"\ndefinition = \"Deux fois\"\n[[term]]",
            &["lexicon.toml:"],
        ),
        (
            "content/07-spip/03-evaluation-et-plan.md",
            "+++",
            "",
            &["03-evaluation-et-plan.md:"],
        ),
    ];
    for (file, from, to, parts) in faults {
        let workshop = Workshop::new();
        workshop.change(file, from, to);
        for language in ["en", "fr"] {
            let said = workshop.refused(&["build", "--lang", language]);
            assert_says(&said, parts);
            assert_says(&said, &["help:"]);
            let nothing = ["nothing was written", "rien n’a été écrit"];
            assert!(nothing.iter().any(|nothing| said.contains(nothing)), "{said}");
        }
        assert!(!workshop.path("dist").exists());
    }
}

#[test]
fn a_title_that_an_lms_cannot_keep_is_told_before_it_sees_it() {
    let workshop = Workshop::new();
    let long = format!("title = \"{}\"", "é".repeat(300));
    let title = "title = \"Le service pénitentiaire d’insertion et de probation (SPIP)\"";
    workshop.change("content/07-spip/chapter.toml", title, &long);
    let said = workshop.refused(&["build", "--lang", "en"]);
    assert_says(&said, &["chapter.toml:4:", "255"]);
    let kept = format!("title = \"{}\"", "é".repeat(255));
    workshop.change("content/07-spip/chapter.toml", &long, &kept);
    assert!(workshop.run(&["build"]).status.success());
}

#[test]
fn every_fault_is_told_at_once() {
    let workshop = Workshop::new();
    workshop
        .change("content/07-spip/chapter.toml", "number = 7", "number = \"7\"")
        .change("content/07-spip/02-personnes.md", "- (x)", "- ( )")
        .change(
            "content/07-spip/04-approche-motivationnelle.md",
            "id = ",
            "ident = ",
        );
    let said = workshop.refused(&["check", "--lang", "en"]);
    assert_says(
        &said,
        &[
            "chapter.toml:3:",
            "02-personnes.md:",
            "04-approche-motivationnelle.md:",
        ],
    );
}

#[test]
fn a_chapter_that_could_lose_what_was_done_is_refused_before_an_lms_sees_it() {
    let workshop = Workshop::new();
    let lesson = workshop.path("content/07-spip/02-personnes.md");
    let mut text = fs::read_to_string(&lesson).unwrap();
    for number in 0..20 {
        write!(
            text,
            "\n::: question {{#libre-{number}}}\nPourquoi ?\n\n= …\n:::\n"
        )
        .unwrap();
    }
    fs::write(lesson, text).unwrap();
    let said = workshop.refused(&["build", "--lang", "en"]);
    assert_says(
        &said,
        &[
            "SCORM 1.2 keeps 4096",
            "200 bytes",
            "--target",
            "nothing was written",
        ],
    );
    assert!(!workshop.path("dist/justice-7-spip-1.0.0-scorm12.zip").exists());
    assert!(
        workshop
            .run(&["build", "--target", "scorm2004-4,cmi5"])
            .status
            .success()
    );
}

#[test]
fn the_rules_of_a_chapter_are_explained_target_by_target() {
    let workshop = Workshop::new();
    workshop.change(
        "content/07-spip/chapter.toml",
        "[end]",
        "[completion]\nlessons = 75\nquiz = \"passed\"\nminutes = 10\n\n[end]",
    );
    let output = workshop.run(&["build", "--explain", "--lang", "en"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_says(
        &said,
        &[
            "75% of the lessons seen, the quiz passed, 10 minutes spent",
            "spip · scorm12",
            "cmi.core.lesson_status = passed | failed",
            "spip · scorm2004-4",
            "cmi.success_status",
            "spip · cmi5",
            "moveOn=\"CompletedAndPassed\"",
            "masteryScore=\"0.7\"",
            "of 4096",
        ],
    );
    assert!(!workshop.path("dist").exists());
    let output = workshop.run(&["build", "--explain", "--format", "json", "--target", "scorm12"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report[0]["target"], "scorm12");
    assert!(report[0]["rules"].as_array().unwrap().len() > 4);

    workshop.change("content/07-spip/chapter.toml", "pass_mark = 70", "# sans note");
    assert_says(
        &workshop.refused(&["check", "--lang", "en"]),
        &["chapter.toml", "pass_mark"],
    );
    workshop.change("content/07-spip/chapter.toml", "\"passed\"", "\"perfect\"");
    assert_says(
        &workshop.refused(&["check", "--lang", "en"]),
        &["chapter.toml:12:", "completion.quiz", "perfect", "answered"],
    );
}

#[test]
fn a_machine_gets_json_for_success_and_failure() {
    let workshop = Workshop::new();
    let output = workshop.run(&["build", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["packages"].as_array().unwrap().len(), 6);
    assert_eq!(report["packages"][0]["change"], "new");

    workshop.change("content/07-spip/chapter.toml", "number = 7", "number = \"7\"");
    let output = workshop.run(&["build", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["diagnostics"][0]["line"], 3);
    assert_eq!(report["diagnostics"][0]["severity"], "error");
    assert!(report["error"].is_string());
}

#[test]
fn a_folder_or_chapter_that_is_not_there_is_named() {
    let workshop = Workshop::new();
    assert_says(
        &workshop.refused(&["build", "nowhere", "--lang", "en"]),
        &["nowhere"],
    );
    let said = workshop.refused(&["build", "--chapter", "spap", "--lang", "en"]);
    assert_says(&said, &["--chapter", "spap", "spip"]);
    let output = workshop.run(&["build", "--target", "scorm13"]);
    assert_eq!(output.status.code(), Some(2));
    assert_says(
        &String::from_utf8(output.stderr).unwrap(),
        &["scorm13", "scorm12"],
    );
}

#[test]
fn a_template_that_fails_is_told_with_its_place_before_anything_is_written() {
    let workshop = Workshop::new();
    fs::create_dir(workshop.path("content/templates")).unwrap();
    let template = workshop.path("content/templates/question.html");
    for (text, place) in [
        ("<p>{% if %}</p>", "question.html:1:10"),
        ("\n{{ question.colour }}", "question.html:2:"),
    ] {
        fs::write(&template, text).unwrap();
        for command in [&["check", "content"][..], &["build", "content", "--out", "out"]] {
            let said = workshop.refused(&[command, &["--lang", "fr"]].concat());
            assert_says(&said, &[place, "gabarit", "help:", "le cours a une erreur"]);
        }
        let packages = fs::read_dir(workshop.path("out")).map_or(0, Iterator::count);
        assert_eq!(packages, 0);
    }
    fs::write(&template, "<p>{{ question.id }}</p>").unwrap();
    assert!(
        workshop
            .run(&["build", "content", "--out", "out"])
            .status
            .success()
    );
}
