//! Files that a lesson shows or offers: what is missing is told before a learner misses it.

use cartable_course::{Locale, MediaKind, Severity};

use crate::load;

/// What an author is told of a lesson beside these files; the kinds of what it holds.
fn told(lesson: &str, files: &[&str]) -> (Vec<String>, Vec<MediaKind>) {
    let loaded = load(&format!("\n{lesson}\n"), files);
    let faults = loaded.diagnostics.iter().map(|fault| {
        let severity = match fault.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!(
            "{severity} {}: {}",
            fault.line(),
            fault.problem().text(Locale::English).0
        )
    });
    let faults = faults.collect();
    let kinds = loaded
        .course
        .map(|course| course.chapters[0].media.iter().map(|media| media.kind).collect());
    (faults, kinds.unwrap_or_default())
}

#[test]
fn each_file_is_known_by_its_type() {
    let (faults, kinds) = told(
        "![a](a.svg)\n\n![b](b.OPUS) ![c](c.webm) [d](d.pdf)",
        &["a.svg", "b.OPUS", "b.txt", "c.webm", "c.vtt", "d.pdf"],
    );
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(
        kinds,
        [
            MediaKind::Image { size: None },
            MediaKind::Audio,
            MediaKind::Video,
            MediaKind::Download
        ]
    );
}

#[test]
fn what_a_learner_would_miss_is_told() {
    for (lesson, files, expected) in [
        ("![a](a.png)", vec![], "error 6: there is no file “a.png”"),
        ("[a](a.pdf)", vec![], "error 6: there is no file “a.pdf”"),
        (
            "![a](../a.png)",
            vec![],
            "error 6: “../a.png” leaves the chapter's folder",
        ),
        (
            "![a](a.tiff)",
            vec!["a.tiff"],
            "error 6: “a.tiff” is not a file that browsers show",
        ),
        (
            "![a](a.mp4)",
            vec!["a.mp4"],
            "warning 6: “a.mp4” has neither captions nor a transcript: some learners cannot follow it",
        ),
    ] {
        assert_eq!(told(lesson, &files).0, [expected], "{lesson}");
    }
}
