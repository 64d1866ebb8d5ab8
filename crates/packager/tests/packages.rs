//! The files of a package, as an LMS and a browser read them: a change in one of them shows here before it shows there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{collections::BTreeSet, fs, path::Path};

use cartable_course::{Course, Locale};
use cartable_packager::{
    Build, BuildError, Change, Content, Package, Part, RenderError, Renderer, Schemas, check_templates,
    format_named, formats, word_keys,
};
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

/// What an LMS and an LRS know things by, in every target: items, activities, questions.
fn identifiers(course: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut add = |text: &str, before: &str| {
        for rest in text.split(before).skip(1) {
            all.insert(format!("{before}{}", rest.split('"').next().unwrap()));
        }
    };
    for target in ["scorm12", "scorm2004-3", "scorm2004-4"] {
        add(
            &text(&package(course, target), "imsmanifest.xml"),
            "<item identifier=\"",
        );
    }
    add(&text(&package(course, "cmi5"), "cmi5.xml"), "<au id=\"");
    add(&text(&package(course, "xapi"), "tincan.xml"), "<activity id=\"");
    let page = text(&package(course, "web"), "index.html");
    let data = page.split("id=\"page-data\">").nth(1).unwrap();
    let data: serde_json::Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    for list in ["lessons", "questions"] {
        for entry in data[list].as_array().unwrap() {
            all.insert(format!(
                "{list} {} {} {}",
                entry["id"], entry["key"], entry["activity"]
            ));
        }
    }
    all
}

/// Renames a file of the chapter.
fn rename(chapter: &Path, from: &str, to: &str) {
    fs::rename(chapter.join(from), chapter.join(to)).unwrap();
}

/// Replaces a text in a file of the chapter.
fn replace(chapter: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(chapter.join(file)).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(chapter.join(file), text.replace(from, to)).unwrap();
}

/// An edit of a chapter, by the folder that holds it.
type Edit = fn(&Path);

/// Identifiers that an LMS matches attempts by never change, whatever is renamed, moved, added or taken away.
#[test]
fn an_edit_keeps_every_identifier_that_must_stay() {
    const FIRST: &str = "01-role-missions-methodes.md";
    const LAST: &str = "04-approche-motivationnelle.md";
    let none: &[&str] = &[];
    let edits: [(&str, Edit, &[&str], &[&str]); 7] = [
        (
            "files renamed",
            |chapter| rename(chapter, FIRST, "01-autre-nom.md"),
            none,
            none,
        ),
        (
            "lessons reordered",
            |chapter| rename(chapter, FIRST, "99-role.md"),
            none,
            none,
        ),
        (
            "everything retitled",
            |chapter| {
                replace(
                    chapter,
                    "chapter.toml",
                    "Le service pénitentiaire",
                    "Un service pénitentiaire",
                );
                replace(chapter, FIRST, "title = \"", "title = \"Nouveau : ");
                replace(chapter, "chapter.toml", "number = 7", "number = 8");
            },
            none,
            none,
        ),
        (
            "a lesson added in front",
            |chapter| {
                let lesson = "+++\nid = \"nouvelle\"\ntitle = \"Nouvelle\"\n+++\n\nTexte.\n";
                fs::write(chapter.join("00-nouvelle.md"), lesson).unwrap();
            },
            &["nouvelle"],
            none,
        ),
        (
            "a lesson taken away",
            |chapter| fs::remove_file(chapter.join(FIRST)).unwrap(),
            none,
            &["role-missions-methodes"],
        ),
        (
            "a question added in front",
            |chapter| {
                let question = "+++\n\n::: question {#neuve}\nOui ?\n\n- (x) Oui\n- ( ) Non\n:::\n";
                let text = fs::read_to_string(chapter.join(LAST)).unwrap();
                let (matter, body) = text[3..].split_once("+++\n").unwrap();
                fs::write(chapter.join(LAST), format!("+++{matter}{question}{body}")).unwrap();
            },
            &["neuve"],
            none,
        ),
        (
            "a lexicon taken away",
            |chapter| fs::remove_file(chapter.join("lexicon.toml")).unwrap(),
            none,
            none,
        ),
    ];
    let before = identifiers(spip_by_lesson().path());
    assert!(before.len() > 15, "{before:?}");
    for (name, edit, added, taken) in edits {
        let folder = spip_by_lesson();
        edit(&folder.path().join("7"));
        let after = identifiers(folder.path());
        for new in after.difference(&before) {
            assert!(
                added.iter().any(|part| new.contains(part)),
                "{name}: {new} is new"
            );
        }
        for lost in before.difference(&after) {
            assert!(
                taken.iter().any(|part| lost.contains(part)),
                "{name}: {lost} is gone"
            );
        }
        assert_eq!(added.is_empty(), after.is_subset(&before), "{name}");
        assert_eq!(taken.is_empty(), before.is_subset(&after), "{name}");
    }
    // Another folder, and the same chapter a SCO of its own.
    assert_eq!(
        identifiers(spip("99-autre-dossier").path()),
        identifiers(content())
    );
}

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
