//! Reads a whole course: `course.toml`, then each chapter's folder.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    chapter,
    diagnostic::Diagnostic,
    lexicon::unique,
    model::{Course, Member, Words},
    problem::{Kind, Problem},
    source::{Located, Source},
    table::{Faults, Table, is_web_address},
    theme,
};

/// What reading a course gave.
#[derive(Debug)]
pub struct Loaded {
    /// The course, when no fault is an error.
    pub course: Option<Course>,
    /// Errors and warnings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Course {
    /// Reads the course in a folder, and every fault in it. `words` are the interface strings that it may replace.
    #[must_use]
    pub fn load(folder: &Path, words: &[&'static str]) -> Loaded {
        let faults = Faults::default();
        let course = read(folder, words, &faults).filter(|_| !faults.any_error());
        Loaded {
            course,
            diagnostics: faults.into_sorted(),
        }
    }
}

fn read(folder: &Path, words: &[&'static str], faults: &Faults) -> Option<Course> {
    let source = Source::read(&folder.join("course.toml"), faults)?;
    let mut table = Table::parse(&source, &source.text, 0, faults);
    let id = table.id("id");
    let title = table.title("title");
    let language = table.text("language");
    let version = table.text("version");
    let iri = table.text("iri");
    let publisher = table.optional_text("publisher").map(|text| text.value);
    let member = table.table("member").and_then(read_member);
    let words = table
        .table("words")
        .map(|table| read_words(table, words))
        .unwrap_or_default();
    let whole = table.table("package").is_some_and(read_whole);
    let theme = theme::read(table.table("theme"), folder, &source, faults);
    table.finish();

    check(
        &source,
        language.as_ref(),
        is_language,
        |value| Problem::BadLanguage { value },
        faults,
    );
    check(
        &source,
        version.as_ref(),
        is_version,
        |value| Problem::BadVersion { value },
        faults,
    );
    check(
        &source,
        iri.as_ref(),
        is_activity_base,
        |value| Problem::BadIri { value },
        faults,
    );

    let mut ids = HashMap::new();
    let mut numbers: HashMap<u32, String> = HashMap::new();
    let mut chapters = Vec::new();
    let folders: Vec<PathBuf> = list(folder, faults)
        .into_iter()
        .filter(|path| path.join(chapter::FILE).is_file())
        .collect();
    if folders.is_empty() {
        faults.report(&source, 0..0, Problem::CourseWithoutChapters);
    }
    for folder in folders {
        let Some(read) = chapter::read(&folder, faults) else {
            continue;
        };
        unique(
            &read.source,
            &mut ids,
            read.id.value.clone(),
            &read.id,
            Kind::Chapter,
            faults,
        );
        if let Some(first) = numbers.insert(read.chapter.number, read.source.place(0)) {
            let value = read.chapter.number.to_string();
            faults.report(
                &read.source,
                0..0,
                Problem::Duplicate {
                    kind: Kind::ChapterNumber,
                    value,
                    first,
                },
            );
        }
        chapters.push(read.chapter);
    }
    chapters.sort_by_key(|chapter| chapter.number);

    Some(Course {
        folder: folder.to_owned(),
        id: id?.value,
        title: title?,
        language: language?.value,
        version: version?.value,
        iri: iri?.value,
        publisher,
        member,
        words,
        theme,
        whole,
        chapters,
    })
}

/// Whether `[package]` asks for the whole course in one package.
fn read_whole(mut table: Table<'_>) -> bool {
    let whole = table.optional_choice("holds", &["chapter", "course"], &[false, true]);
    table.finish();
    whole.unwrap_or_default()
}

fn read_words(mut table: Table<'_>, known: &[&'static str]) -> Words {
    let words = known
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), table.optional_text(key)?.value)))
        .collect();
    table.finish();
    words
}

fn read_member(mut table: Table<'_>) -> Option<Member> {
    let heading = table.title("heading");
    let title = table.title("title");
    let text = table.prose("text");
    let url = table.optional_url("url");
    let label = table.optional_text("label").map(|text| text.value);
    table.finish();
    Some(Member {
        heading: heading?,
        title: title?,
        text: text?,
        url,
        label,
    })
}

/// The entries of a folder, sorted by path; hidden ones are left out.
pub(crate) fn list(folder: &Path, faults: &Faults) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match entries {
        Ok(entries) => {
            let mut paths: Vec<_> = entries
                .iter()
                .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
                .map(fs::DirEntry::path)
                .collect();
            paths.sort();
            paths
        }
        Err(error) => {
            let problem = Problem::unreadable(&error);
            faults.add(Diagnostic::of_file(folder.display().to_string().into(), problem));
            Vec::new()
        }
    }
}

fn check(
    source: &Source,
    value: Option<&Located<String>>,
    is_good: fn(&str) -> bool,
    problem: fn(String) -> Problem,
    faults: &Faults,
) {
    if let Some(Located { value, span }) = value
        && !is_good(value)
    {
        faults.report(source, span.clone(), problem(value.clone()));
    }
}

/// A language tag as RFC 5646 shapes it: subtags of 1 to 8 letters or digits, the first of 2 or 3 letters.
pub(crate) fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.chars().all(|letter| letter.is_ascii_alphabetic())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.chars().all(|part| part.is_ascii_alphanumeric())
        })
}

/// A version that can be part of a file name.
fn is_version(version: &str) -> bool {
    version.len() <= 32
        && version.starts_with(|first: char| first.is_ascii_alphanumeric())
        && version
            .chars()
            .all(|part| part.is_ascii_alphanumeric() || ".-".contains(part))
}

/// A web address to which `/chapter` can be added: no query, no fragment, no slash at the end.
fn is_activity_base(iri: &str) -> bool {
    is_web_address(iri) && !iri.contains(['?', '#']) && !iri.ends_with('/') && iri.len() <= 200
}

#[cfg(test)]
mod tests {
    use super::{is_activity_base, is_language, is_version};

    #[test]
    fn a_language_is_a_tag() {
        assert!(
            ["fr", "en", "fr-CA", "zh-Hant-TW"]
                .iter()
                .all(|tag| is_language(tag))
        );
        assert!(
            !["", "f", "français", "fr_FR", "fr-", "12"]
                .iter()
                .any(|tag| is_language(tag))
        );
    }

    #[test]
    fn a_version_fits_a_file_name() {
        assert!(
            ["1.0.0", "2026-11", "3"]
                .iter()
                .all(|version| is_version(version))
        );
        assert!(
            !["", "1/2", "../x", "v 1", &"1".repeat(33)]
                .iter()
                .any(|version| is_version(version))
        );
    }

    #[test]
    fn activities_are_named_below_a_web_address() {
        assert!(is_activity_base("https://example.org/courses/justice"));
        let bad = [
            "https://example.org/",
            "https://example.org/a?b",
            "urn:x",
            "https://example.org/a#b",
        ];
        assert!(!bad.iter().any(|iri| is_activity_base(iri)));
    }
}
