//! A course's own look and templates.

use std::fs;

use cartable_course::{Course, Locale};
use cartable_packager::{
    Build, BuildError, Change, Package, Part, RenderError, check_templates, format_named, formats, word_keys,
};
use tempfile::TempDir;

use crate::{PNG, append, package, small_course, text};

/// The smallest course with a look of its own.
fn themed_course() -> TempDir {
    let folder = small_course();
    let lines = "publisher = \"École & Cie\"\n\n[theme]\nlogo = \"images/Notre logo.png\"\ntext_font = \"corps.woff2\"\n\
        interface_font = [\"Marianne\", \"sans-serif\"]\n\n[theme.light]\naccent = \"#00458b\"\non_accent = \"#ffffff\"\n\n\
        [theme.dark]\naccent = \"#9dc1f5\"\n";
    append(&folder.path().join("course.toml"), lines);
    for name in ["images", "templates"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("images/Notre logo.png"), PNG).unwrap();
    fs::write(folder.path().join("corps.woff2"), "wOF2 corps").unwrap();
    fs::write(
        folder.path().join("templates/style.css"),
        ".prompt { font-style: italic; }",
    )
    .unwrap();
    folder
}

/// The path in a package that begins and ends so.
fn path<'p>(package: &'p Package, start: &str, end: &str) -> &'p str {
    let mut paths = package.files.keys();
    paths
        .find(|path| path.starts_with(start) && path.ends_with(end))
        .unwrap()
}

#[test]
fn a_theme_is_in_every_package_and_its_manifest() {
    let folder = themed_course();
    for target in formats() {
        let package = package(folder.path(), target.name());
        let page = text(&package, "index.html");
        let (logo, font) = (
            path(&package, "media/notre-logo-", ".png"),
            path(&package, "media/corps-", ".woff2"),
        );
        let head = "<link rel=\"stylesheet\" href=\"player.css\">\n<link rel=\"stylesheet\" href=\"theme.css\">\n\
            <link rel=\"stylesheet\" href=\"style.css\">\n<script";
        let image = format!("<img src=\"{logo}\" alt=\"École &amp; Cie\" width=\"3\" height=\"2\">");
        for part in [head, &image, " font-src 'self';"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        let style = text(&package, "theme.css");
        assert!(
            style.contains(&format!("src: url(\"{font}\") format(\"woff2\")")),
            "{style}"
        );
        assert_eq!(text(&package, "style.css"), ".prompt { font-style: italic; }");
        if package.files.contains_key("imsmanifest.xml") {
            let manifest = text(&package, "imsmanifest.xml");
            for path in [logo, font, "theme.css", "style.css"] {
                let entry = format!("<file href=\"{path}\"/>");
                assert_eq!(manifest.matches(&entry).count(), 1, "{entry}");
            }
        }
    }
}

#[test]
fn the_stylesheet_of_a_theme() {
    insta::assert_snapshot!(text(&package(themed_course().path(), "web"), "theme.css"));
}

#[test]
fn a_whole_course_has_its_theme_once_for_all_chapters() {
    let folder = themed_course();
    let toml = fs::read_to_string(folder.path().join("course.toml")).unwrap();
    fs::write(
        folder.path().join("course.toml"),
        format!("{toml}\n[package]\nholds = \"course\"\n"),
    )
    .unwrap();
    let manifest = text(&package(folder.path(), "scorm2004-4"), "imsmanifest.xml");
    let shared = manifest.split("identifier=\"essai_player\"").nth(1).unwrap();
    assert!(
        shared.contains("<file href=\"theme.css\"/>") && shared.contains("<file href=\"media/notre-logo-")
    );
    let course_page = text(&package(folder.path(), "web"), "index.html");
    assert!(course_page.contains("href=\"theme.css\"") && course_page.contains("alt=\"École &amp; Cie\""));
}

#[test]
fn a_course_without_a_theme_has_nothing_of_one() {
    let package = package(small_course().path(), "web");
    let page = text(&package, "index.html");
    assert!(
        !page.contains("font-src") && !page.contains("class=\"logo\"") && page.matches("<link").count() == 2
    );
    assert!(!package.files.contains_key("theme.css") && !package.files.contains_key("style.css"));
}

#[test]
fn a_template_of_the_course_takes_the_place_of_the_product_s() {
    let folder = small_course();
    let templates = folder.path().join("templates");
    fs::create_dir(&templates).unwrap();
    fs::write(
        templates.join("question.html"),
        "<form class=\"ours\" data-question=\"{{ question.id }}\">{{ question.prompt | safe }}{{ words.validate }}</form>\n",
    )
    .unwrap();
    let page = text(&package(folder.path(), "scorm12"), "index.html");
    assert!(page.contains(
        "<form class=\"ours\" data-question=\"laquelle\"><p>Laquelle\u{202f}?</p>\nValider</form>"
    ));
    // The rest is the product's.
    assert!(page.contains("<main id=\"main\"") && !page.contains("class=\"question\""));
}

/// The place of each fault of the templates, and what is said of it.
fn faults_of_templates(templates: &[(&str, &str)]) -> Vec<String> {
    let folder = small_course();
    fs::create_dir(folder.path().join("templates")).unwrap();
    for (name, text) in templates {
        fs::write(folder.path().join("templates").join(name), text).unwrap();
    }
    let course = Course::load(folder.path(), &word_keys()).course.unwrap();
    let Err(RenderError::Faults(faults)) = check_templates(&course) else {
        return Vec::new();
    };
    let told = faults.iter().map(|fault| {
        let file = fault.file().rsplit('/').next().unwrap();
        let message = fault.problem().text(Locale::English).0;
        format!("{file}:{}:{}: {message}", fault.line(), fault.column())
    });
    told.collect()
}

#[test]
fn every_fault_of_a_template_has_its_place() {
    const PAGE: &str = "{{ data | safe }}{{ script }}{{ lessons | length }}";
    // Tera says what it misses in its own words: what stands before them, and the place, are ours.
    for (templates, expected) in [
        (
            vec![
                ("page.html", "<p>\n  é {% if %}"),
                ("question.html", "{{ question"),
            ],
            vec![
                "page.html:2:11: this template cannot be rendered: ",
                "question.html:1:",
            ],
        ),
        (
            vec![("question.html", "{{ question.id }}\n{{ question.colour }}")],
            vec!["question.html:2:"],
        ),
        (
            vec![("question.html", "{{ question | a }}\n{{ question | b }}")],
            vec![
                "question.html:1:15: this template cannot be rendered: Unknown filter `a`",
                "question.html:2:15: this template cannot be rendered: Unknown filter `b`",
            ],
        ),
        (
            vec![("page.html", "{{ data | safe }}{{ lessons[9].title }}{{ script }}")],
            vec!["page.html:1:"],
        ),
        (
            vec![
                ("question.html", "Bonjour"),
                ("page.html", "{{ lessons | length }}"),
            ],
            vec![
                "page.html:1:1: this template does not use `data`, without which the page cannot work",
                "page.html:1:1: this template does not use `script`, without which the page cannot work",
                "question.html:1:1: this template does not use `question`, without which the page cannot work",
            ],
        ),
        (
            vec![("page.html", "{% include \"page.html\" %}")],
            vec!["page.html:1:1: this template cannot be rendered: Circular include"],
        ),
        (vec![("page.html", PAGE)], vec![]),
    ] {
        let told = faults_of_templates(&templates);
        assert_eq!(told.len(), expected.len(), "{templates:?}: {told:?}");
        for (told, expected) in told.iter().zip(&expected) {
            assert!(told.starts_with(expected), "{told} is not {expected}");
        }
    }
}

#[test]
fn a_build_makes_again_what_a_new_look_changes() {
    let folder = themed_course();
    let out = tempfile::tempdir().unwrap();
    let build = || {
        let course = Course::load(folder.path(), &word_keys()).course.unwrap();
        let parts = Part::all(&course);
        let build = Build {
            course: &course,
            parts: &parts,
            targets: &[format_named("scorm12").unwrap()],
            schemas: &[],
            program: b"",
            progress: &|| (),
        };
        build
            .run(out.path())
            .map(|built| built.packages[0].written.change)
    };
    assert_eq!(build().unwrap(), Change::New);
    assert_eq!(build().unwrap(), Change::Unchanged);
    for (file, text) in [
        ("templates/style.css", ".prompt { font-style: normal; }"),
        ("templates/question.html", "{{ question.id }}"),
        ("corps.woff2", "wOF2 autre corps"),
        ("images/Notre logo.png", "Un autre logo"),
    ] {
        fs::write(folder.path().join(file), text).unwrap();
        assert_eq!(build().unwrap(), Change::Changed, "{file}");
        assert_eq!(build().unwrap(), Change::Unchanged, "{file}");
    }
    // A template that fails leaves the packages as they were.
    let zip = || {
        let mut files = fs::read_dir(out.path()).unwrap();
        let zip = files.find(|file| file.as_ref().unwrap().path().extension().is_some());
        fs::read(zip.unwrap().unwrap().path()).unwrap()
    };
    let before = zip();
    fs::write(
        folder.path().join("templates/question.html"),
        "{{ question.none }}",
    )
    .unwrap();
    assert!(matches!(
        build(),
        Err(BuildError::Render(RenderError::Faults(faults))) if faults.len() == 1
    ));
    assert_eq!(zip(), before);
}
