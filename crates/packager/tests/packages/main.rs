//! The files of a package, as an LMS and a browser read them: a change in one of them shows here before it shows there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod identifiers;
mod theme;

use std::{fs, path::Path};

use cartable_course::{Course, Locale};
use cartable_packager::{Content, Package, Part, Renderer, Schemas, format_named, formats, word_keys};
use tempfile::TempDir;

fn package(course: &Path, target: &str) -> Package {
    let loaded = Course::load(course, &word_keys());
    let faults: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|fault| fault.problem().text(Locale::English).0)
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    let course = loaded.course.unwrap();
    let page = Renderer::new(&course)
        .unwrap()
        .render(&course, Part::all(&course)[0])
        .unwrap();
    format_named(target)
        .unwrap()
        .package(&page, target.to_owned(), &Schemas::default())
        .unwrap()
}

fn text(package: &Package, file: &str) -> String {
    match &package.files[file] {
        Content::Made(made) => String::from_utf8(made.bytes().to_vec()).unwrap(),
        Content::File(path) => fs::read_to_string(path).unwrap(),
    }
}

/// The course that ships with the product.
fn content() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content"))
}

/// A chapter of one lesson with one of everything.
fn small_course() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let chapter = folder.path().join("1-essai");
    fs::create_dir(&chapter).unwrap();
    fs::write(
        folder.path().join("course.toml"),
        "id = \"essai\"\ntitle = \"R&D <École>\"\nlanguage = \"fr\"\nversion = \"2.1.0\"\niri = \"https://example.org/essai\"\n",
    )
    .unwrap();
    fs::write(
        chapter.join("chapter.toml"),
        "id = \"un\"\nnumber = 1\ntitle = \"‹x› “7” ’ é\"\n\n[quiz]\npass_mark = 50\n",
    )
    .unwrap();
    fs::write(
        chapter.join("lexicon.toml"),
        "[[term]]\nid = \"spip\"\nname = \"SPIP\"\ndefinition = \"Un *service*.\"\n",
    )
    .unwrap();
    fs::write(
        chapter.join("01-lecon.md"),
        "+++\nid = \"lecon\"\ntitle = \"Une leçon\"\n+++\n\nLe SPIP & les \\<autres>.\n\n\
         ::: question {#laquelle}\nLaquelle ?\n\n- (x) La **bonne**\n- ( ) L’autre\n\n  > Non.\n\n::: right\nOui.\n:::\n:::\n",
    )
    .unwrap();
    folder
}

#[test]
fn the_scorm_1_2_manifest_of_the_spip_chapter() {
    insta::assert_snapshot!(text(&package(content(), "scorm12"), "imsmanifest.xml"));
}

#[test]
fn the_tincan_manifest_of_the_spip_chapter() {
    insta::assert_snapshot!(text(&package(content(), "xapi"), "tincan.xml"));
}

#[test]
fn the_scorm_2004_manifest_of_the_spip_chapter() {
    let (third, fourth) = (
        package(content(), "scorm2004-3"),
        package(content(), "scorm2004-4"),
    );
    insta::assert_snapshot!(text(&fourth, "imsmanifest.xml"));
    insta::assert_snapshot!(text(&fourth, "metadata.xml"));
    // The editions differ in their name alone.
    let renamed = text(&third, "imsmanifest.xml").replace("2004 3rd Edition", "2004 4th Edition");
    assert_eq!(renamed, text(&fourth, "imsmanifest.xml"));
}

#[test]
fn the_cmi5_course_structure_of_the_spip_chapter() {
    insta::assert_snapshot!(text(&package(content(), "cmi5"), "cmi5.xml"));
}

#[test]
fn the_page_of_a_chapter_with_one_of_everything() {
    insta::assert_snapshot!(text(&package(small_course().path(), "xapi"), "index.html"));
}

/// The smallest picture: 3 by 2 pixels, as its header says.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0\x12\x16\xf1M";

#[test]
fn files_that_a_lesson_shows_or_offers_go_into_the_package_under_safe_names() {
    let folder = small_course();
    let chapter = folder.path().join("1-essai");
    fs::create_dir(chapter.join("été")).unwrap();
    for (name, bytes) in [
        ("été/Ma photo n°1 & l’autre.PNG", PNG),
        ("film.mp4", b"film"),
        ("film.vtt", b"WEBVTT\n"),
        ("film.txt", b"Bonjour <tous>.\n\nAu revoir."),
        ("voix.mp3", b"voix"),
        ("voix.txt", b"Une voix."),
        ("fiche.pdf", b"%PDF"),
    ] {
        fs::write(chapter.join(name), bytes).unwrap();
    }
    let lesson = "+++\nid = \"lecon\"\ntitle = \"Une leçon\"\n+++\n\n\
        ![Un \"plan\" de 12\" & un SPIP](<été/Ma photo n°1 & l’autre.PNG>)\n\n![Le film](film.mp4)\n\n![La voix](voix.mp3)\n\n\
        Voyez [la fiche](fiche.pdf).\n";
    fs::write(chapter.join("01-lecon.md"), lesson).unwrap();
    let package = package(folder.path(), "scorm12");
    let page = text(&package, "index.html");
    let media: Vec<&String> = package
        .files
        .keys()
        .filter(|path| path.starts_with("media/"))
        .collect();
    assert_eq!(media.len(), 5, "{media:?}");
    for path in &media {
        assert!(
            path.chars()
                .all(|part| part.is_ascii_alphanumeric() || "._-/".contains(part)),
            "{path}"
        );
        assert!(page.contains(&format!("\"{path}\"")), "{path}");
        assert!(
            text(&package, "imsmanifest.xml").contains(&format!("<file href=\"{path}\"/>")),
            "{path}"
        );
    }
    for part in [
        r#"alt="Un « plan » de 12&quot; &amp; un SPIP" width="3" height="2""#,
        r#"<track kind="captions" src="media/film-"#,
        r#"srclang="fr" label="fr" default></video>"#,
        "<summary data-word=\"transcript\">Transcription</summary><p>Bonjour &lt;tous&gt;.</p><p>Au revoir.</p></details>",
        r#"aria-label="La voix"></audio>"#,
        r#"download="fiche.pdf">la fiche</a>"#,
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    // Another content has another name: no browser shows what it kept.
    fs::write(chapter.join("fiche.pdf"), "%PDF 2").unwrap();
    let other = self::package(folder.path(), "scorm12");
    assert_eq!(
        other
            .files
            .keys()
            .filter(|path| !media.contains(path) && path.starts_with("media/"))
            .count(),
        1
    );
}

/// Adds lines to the end of a file.
fn append(file: &Path, lines: &str) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, format!("{text}\n{lines}\n")).unwrap();
}

/// Copies the files of a folder into a new one.
fn copy_files(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A course with the SPIP chapter, in a folder of this name.
fn spip(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(content().join("course.toml"), folder.path().join("course.toml")).unwrap();
    copy_files(&content().join("07-spip"), &folder.path().join(name));
    folder
}

/// The same with a SCO per lesson.
fn spip_by_lesson() -> TempDir {
    let folder = spip("7");
    let file = folder.path().join("7/chapter.toml");
    append(&file, "[package]\ngranularity = \"lesson\"");
    folder
}

#[test]
fn a_chapter_may_be_a_unit_per_lesson() {
    let folder = spip_by_lesson();
    let manifest = text(&package(folder.path(), "scorm12"), "imsmanifest.xml");
    let start = manifest.find("<organizations").unwrap();
    insta::assert_snapshot!(&manifest[start..]);
    insta::assert_snapshot!(text(&package(folder.path(), "cmi5"), "cmi5.xml"));
    // Launchers read one activity of tincan.xml: it stays the chapter.
    assert_eq!(
        text(&package(folder.path(), "xapi"), "tincan.xml")
            .matches("<activity ")
            .count(),
        1
    );
}

#[test]
fn a_whole_course_may_be_one_package() {
    let folder = spip_by_lesson();
    copy_files(&small_course().path().join("1-essai"), &folder.path().join("8"));
    append(
        &folder.path().join("course.toml"),
        "[package]\nholds = \"course\"",
    );

    let scorm12 = package(folder.path(), "scorm12");
    let manifest = text(&scorm12, "imsmanifest.xml");
    let start = manifest.find("<organizations").unwrap();
    insta::assert_snapshot!(&manifest[start..]);
    insta::assert_snapshot!(text(&package(folder.path(), "cmi5"), "cmi5.xml"));
    let xapi = package(folder.path(), "xapi");
    insta::assert_snapshot!(text(&xapi, "tincan.xml"));
    insta::assert_snapshot!(text(&xapi, "index.html"));
    // An LMS that leads to each unit needs no page that does.
    assert!(!scorm12.files.contains_key("index.html"));
    // An LMS finds the attempts at a chapter under the same identifiers, whole or alone.
    let alone = text(&package(small_course().path(), "scorm12"), "imsmanifest.xml");
    let item = "<item identifier=\"un\" identifierref=\"un_resource\">";
    assert!(manifest.contains(item) && alone.contains(item));
}

#[test]
fn every_target_has_the_same_page_and_style() {
    let scorm12 = package(content(), "scorm12");
    for target in formats() {
        let other = package(content(), target.name());
        for file in ["index.html", "player.css"] {
            assert_eq!(
                text(&scorm12, file),
                text(&other, file),
                "{file} of {}",
                target.name()
            );
        }
    }
}
