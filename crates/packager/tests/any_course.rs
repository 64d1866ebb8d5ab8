//! Whatever an author writes, what is built is well-formed, the same each time, and safe in every LMS.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use cartable_course::{Chapter, Course};
use cartable_packager::{Build, Content, Renderer, Schemas, formats, word_keys};
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};

/// A course as its author might write it: any titles, any texts, any questions.
#[derive(Clone, Debug)]
struct Written {
    title: String,
    chapter: String,
    publisher: Option<String>,
    lessons: Vec<(String, String, Vec<String>)>,
    terms: Vec<(String, String)>,
    rules: String,
}

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

fn course() -> impl Strategy<Value = Written> {
    let text = "[a-zéà ,.;’()0-9]{0,80}";
    let lesson = (line(), text, prop::collection::vec(question(), 0..4));
    let rules = prop_oneof![
        Just(String::new()),
        Just("navigation = \"ordered\"\n[quiz]\npass_mark = 50\n".to_owned()),
        Just("[completion]\nlessons = 50\nquiz = \"ignored\"\nminutes = 3\n".to_owned()),
    ];
    (
        line(),
        line(),
        prop::option::of(line()),
        prop::collection::vec(lesson, 1..4),
        prop::collection::vec(("[a-z]{3,10}", line()), 0..4),
        rules,
    )
        .prop_map(|(title, chapter, publisher, lessons, terms, rules)| Written {
            title,
            chapter,
            publisher,
            lessons,
            terms,
            rules,
        })
}

/// A TOML string.
fn toml(text: &str) -> String {
    // A JSON string is a basic string of TOML, but for DEL.
    serde_json::to_string(text).unwrap().replace('\u{7f}', "")
}

impl Written {
    fn write(&self, folder: &Path) {
        let chapter = folder.join("1");
        fs::create_dir_all(&chapter).unwrap();
        let publisher = self
            .publisher
            .as_ref()
            .map(|name| format!("publisher = {}\n", toml(name)));
        let course = format!(
            "id = \"c\"\ntitle = {}\nlanguage = \"fr\"\nversion = \"1.0.0\"\niri = \"https://example.org/c\"\n{}",
            toml(&self.title),
            publisher.unwrap_or_default()
        );
        fs::write(folder.join("course.toml"), course).unwrap();
        let toml_of_chapter = format!(
            "id = \"a\"\nnumber = 1\ntitle = {}\n{}",
            toml(&self.chapter),
            self.rules
        );
        fs::write(chapter.join("chapter.toml"), toml_of_chapter).unwrap();
        let terms: BTreeMap<_, _> = self.terms.iter().cloned().collect();
        let mut lexicon = String::new();
        for (name, definition) in &terms {
            let definition = format!("C’est {}", definition.replace(['<', '&', '\\', '`', '['], " "));
            let definition = toml(&definition);
            writeln!(
                lexicon,
                "[[term]]\nid = \"{name}\"\nname = \"{name}\"\ndefinition = {definition}"
            )
            .unwrap();
        }
        if !lexicon.is_empty() {
            fs::write(chapter.join("lexicon.toml"), lexicon).unwrap();
        }
        for (place, (title, text, questions)) in self.lessons.iter().enumerate() {
            let mut lesson = format!(
                "+++\nid = \"l{place}\"\ntitle = {}\n+++\n\nTexte {text}\n\n",
                toml(title)
            );
            for (number, question) in questions.iter().enumerate() {
                write!(
                    lesson,
                    "::: question {{#q{place}-{number}}}\nLaquelle ?\n\n{question}\n:::\n\n"
                )
                .unwrap();
            }
            fs::write(chapter.join(format!("{place}.md")), lesson).unwrap();
        }
    }
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
        let content = folder.path().join("content");
        written.write(&content);
        let loaded = Course::load(&content, &word_keys());
        let faults: Vec<_> = loaded.diagnostics.iter().map(|fault| format!("{:?}", fault.problem())).collect();
        prop_assert!(loaded.course.is_some(), "{faults:?}");
        let course = loaded.course.unwrap();
        let chapters: Vec<&Chapter> = course.chapters.iter().collect();
        let build = Build { course: &course, chapters: &chapters, targets: formats(), schemas: &[], program: b"test", progress: &|| {} };
        for out in ["one", "two"] {
            build.run(&folder.path().join(out)).unwrap();
        }
        prop_assert_eq!(everything(&folder.path().join("one")), everything(&folder.path().join("two")));

        let page = Renderer::new().unwrap().render(&course, chapters[0]).unwrap();
        for target in formats() {
            let package = target.package(&page, "x".to_owned(), &Schemas::default()).unwrap();
            for (path, content) in &package.files {
                prop_assert!(path.chars().all(|part| part.is_ascii_alphanumeric() || "._-/".contains(part)));
                let Content::Made(made) = content else { continue };
                if Path::new(path).extension().is_some_and(|extension| extension == "xml") {
                    let texts = texts(made.bytes());
                    if path != "metadata.xml" {
                        prop_assert!(texts.contains(&chapters[0].title), "{} not in {:?}", chapters[0].title, texts);
                    }
                }
            }
        }
    }
}
