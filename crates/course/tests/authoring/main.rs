//! What authors write, and what they are told when they err.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod media;
mod panels;
mod questions;
mod rules;
mod theme;

use std::fs;

use cartable_course::{Course, Loaded};

/// A course of one lesson that holds this, from line 5 of its file, with these files beside it.
fn load(body: &str, files: &[&str]) -> Loaded {
    load_with_rules("", body, files)
}

/// The same with these rules, from line 4 of chapter.toml.
fn load_with_rules(rules: &str, body: &str, files: &[&str]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let chapter = folder.path().join("1");
    fs::create_dir(&chapter).unwrap();
    let course = "id = \"c\"\ntitle = \"C\"\nlanguage = \"fr\"\nversion = \"1.0.0\"\niri = \"https://example.org/c\"\n";
    fs::write(folder.path().join("course.toml"), course).unwrap();
    let toml = format!("id = \"a\"\nnumber = 1\ntitle = \"A\"\n{rules}");
    fs::write(chapter.join("chapter.toml"), toml).unwrap();
    let lesson = format!("+++\nid = \"l\"\ntitle = \"L\"\n+++\n{body}");
    fs::write(chapter.join("1.md"), lesson).unwrap();
    for file in files {
        fs::write(chapter.join(file), "x").unwrap();
    }
    Course::load(folder.path(), &[])
}
