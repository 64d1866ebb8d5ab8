//! How long a large course takes to build, beside the limit: deflating and writing the same bytes with nothing else.
//!
//! `cargo bench -p cartable-packager` prints the table of the README; `-- 200` builds another number of chapters.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{BufWriter, Read, Write},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use cartable_course::Course;
use cartable_packager::{Build, Part, formats, word_keys};
use rayon::prelude::*;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

const WORDS: [&str; 16] = [
    "le",
    "service",
    "pénitentiaire",
    "accompagne",
    "une",
    "personne",
    "évaluation",
    "du",
    "plan",
    "motivation",
    "justice",
    "milieu",
    "ouvert",
    "mesure",
    "autorité",
    "équipe",
];
const LESSONS: usize = 4;
const WORDS_OF_A_LESSON: usize = 150;

/// Writes a course: 600 words, four lessons, four questions and a lexicon in each chapter.
fn write_course(folder: &Path, chapters: usize) {
    fs::create_dir_all(folder).unwrap();
    let course = "id = \"banc\"\ntitle = \"Banc d’essai\"\nlanguage = \"fr\"\nversion = \"1.0.0\"\niri = \"https://example.org/banc\"\n";
    fs::write(folder.join("course.toml"), course).unwrap();
    // A generator of its own: the same course each time.
    let mut state = 7_u64;
    let mut random = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % limit
    };
    for chapter in 0..chapters {
        let folder = folder.join(format!("{chapter:05}"));
        fs::create_dir(&folder).unwrap();
        let number = chapter + 1;
        let toml = format!(
            "id = \"chapitre-{number}\"\nnumber = {number}\ntitle = \"Chapitre {number}\"\n\n[quiz]\npass_mark = 70\n"
        );
        fs::write(folder.join("chapter.toml"), toml).unwrap();
        let mut lexicon = String::new();
        for word in &WORDS[9..] {
            let id = word.replace(['é', '’'], "e");
            writeln!(
                lexicon,
                "[[term]]\nid = \"{id}\"\nname = \"{word}\"\ndefinition = \"Ce qu’est {word}.\"\n"
            )
            .unwrap();
        }
        fs::write(folder.join("lexicon.toml"), lexicon).unwrap();
        for lesson in 0..LESSONS {
            let mut text =
                format!("+++\nid = \"lecon-{lesson}\"\ntitle = \"Leçon {lesson}\"\nduration = 3\n+++\n\n");
            for word in 0..WORDS_OF_A_LESSON {
                text.push_str(WORDS[random(WORDS.len())]);
                text.push_str(if word % 50 == 49 { ".\n\n" } else { " " });
            }
            write!(
                text,
                "::: question {{#question-{lesson}}}\nLaquelle ?\n\n- ( ) Une\n- (x) Deux\n- ( ) Trois\n\n::: right\nOui.\n:::\n:::\n"
            )
            .unwrap();
            fs::write(folder.join(format!("{lesson:02}.md")), text).unwrap();
        }
    }
}

fn build(content: &Path, out: &Path) -> usize {
    let course = Course::load(content, &word_keys()).course.unwrap();
    let build = Build {
        course: &course,
        parts: &Part::all(&course),
        targets: formats(),
        schemas: &[],
        program: b"bench",
        progress: &|| {},
    };
    build.run(out).unwrap().packages.len()
}

/// Deflates and writes what the zips of a folder hold, and nothing else.
fn deflate_again(from: &Path, to: &Path) -> Duration {
    let contents: Vec<Vec<(String, Vec<u8>)>> = fs::read_dir(from)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "zip"))
        .map(|path| {
            let mut zip = ZipArchive::new(File::open(path).unwrap()).unwrap();
            (0..zip.len())
                .map(|index| {
                    let mut entry = zip.by_index(index).unwrap();
                    let mut bytes = Vec::new();
                    entry.read_to_end(&mut bytes).unwrap();
                    (entry.name().unwrap().into_owned(), bytes)
                })
                .collect()
        })
        .collect();
    fs::create_dir_all(to).unwrap();
    let start = Instant::now();
    contents.par_iter().enumerate().for_each(|(place, files)| {
        let file = File::create(to.join(format!("{place}.zip"))).unwrap();
        let mut zip = ZipWriter::new(BufWriter::new(file));
        for (name, bytes) in files {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            zip.start_file(name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().flush().unwrap();
    });
    start.elapsed()
}

/// The most memory that this process has held, in megabytes.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1000.0
}

fn main() {
    let asked: Option<usize> = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    if let Some(chapters) = asked {
        return measure(chapters);
    }
    println!("| Chapters | Packages | Build | Peak memory | One edit | Limit | Ratio |");
    println!("|---|---|---|---|---|---|---|");
    for chapters in [1, 250, 500, 1000] {
        // A process of its own, whose peak is its own.
        let program = std::env::current_exe().unwrap();
        let status = Command::new(program).arg(chapters.to_string()).status().unwrap();
        assert!(status.success());
    }
}

/// Prints the row of a course of so many chapters.
fn measure(chapters: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (content, out) = (folder.path().join("content"), folder.path().join("out"));
    write_course(&content, chapters);
    let start = Instant::now();
    let packages = build(&content, &out);
    let whole = start.elapsed();
    let memory = peak();
    let lesson = content.join("00000/00.md");
    let edited = fs::read_to_string(&lesson)
        .unwrap()
        .replace("+++\n\n", "+++\n\nUn mot de plus. ");
    fs::write(&lesson, edited).unwrap();
    let start = Instant::now();
    build(&content, &out);
    let edit = start.elapsed();
    let limit = deflate_again(&out, &folder.path().join("limit"));
    println!(
        "| {chapters} | {packages} | {:.3} s | {memory:.0} MB | {:.3} s | {:.3} s | {:.2} |",
        whole.as_secs_f64(),
        edit.as_secs_f64(),
        limit.as_secs_f64(),
        whole.as_secs_f64() / limit.as_secs_f64()
    );
}
