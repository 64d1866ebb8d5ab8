//! What is built, and what is not built again.

use std::fs;

use assert_cmd::Command;

use crate::{Workshop, assert_says};

#[test]
fn only_what_has_changed_is_built_again() {
    let workshop = Workshop::new();
    let changes = |arguments: &[&str]| -> Vec<String> {
        let output = workshop.run(&[&["build", "--format", "json"], arguments].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = report["packages"].as_array().unwrap().iter();
        packages
            .map(|package| package["change"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(changes(&["--target", "scorm12,web"]), ["new"; 2]);
    assert_eq!(changes(&["--target", "scorm12,web"]), ["unchanged"; 2]);
    let zip = workshop.path("dist/justice-7-spip-1.0.0-scorm12.zip");
    let (before, written) = (
        fs::read(&zip).unwrap(),
        fs::metadata(&zip).unwrap().modified().unwrap(),
    );

    // A file that someone else changed, or took away, is made again; the same bytes are left alone.
    fs::write(&zip, "not a package").unwrap();
    fs::remove_dir_all(workshop.path("dist/justice-7-spip-1.0.0-web")).unwrap();
    assert_eq!(changes(&["--target", "scorm12,web"]), ["changed", "unchanged"]);
    assert_eq!(fs::read(&zip).unwrap(), before);
    assert_ne!(fs::metadata(&zip).unwrap().modified().unwrap(), written);
    assert!(workshop.path("dist/justice-7-spip-1.0.0-web/index.html").exists());

    workshop.change(
        "content/07-spip/01-role-missions-methodes.md",
        "L’article",
        "L’article ",
    );
    assert_eq!(changes(&["--target", "scorm12,web"]), ["changed"; 2]);
    workshop.change("content/course.toml", "Formation sur la justice", "Formation");
    assert_eq!(changes(&["--target", "scorm12,web"]), ["changed"; 2]);
    fs::write(workshop.path("dist/.cartable.json"), "{").unwrap();
    assert_eq!(changes(&["--target", "scorm12,web"]), ["unchanged"; 2]);
}

#[cfg(unix)]
#[test]
fn a_large_course_needs_few_open_files() {
    let workshop = Workshop::new();
    for number in 100..130 {
        let folder = workshop.path(&format!("content/{number}"));
        fs::create_dir(&folder).unwrap();
        let chapter = format!("id = \"c{number}\"\nnumber = {number}\ntitle = \"Chapitre {number}\"\n");
        fs::write(folder.join("chapter.toml"), chapter).unwrap();
        fs::write(
            folder.join("1.md"),
            "+++\nid = \"l\"\ntitle = \"L\"\n+++\n\nTexte.\n",
        )
        .unwrap();
    }
    let program = assert_cmd::cargo::cargo_bin("cartable");
    let script = format!("ulimit -n 64; exec '{}' build --lang en", program.display());
    let output = Command::new("sh")
        .current_dir(workshop.folder.path())
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let zips = fs::read_dir(workshop.path("dist"))
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .ends_with(".zip")
        })
        .count();
    assert_eq!(zips, 31 * 6);
}

#[test]
fn only_the_targets_asked_for_are_built() {
    let workshop = Workshop::new();
    let output = workshop.run(&[
        "build",
        "--target",
        "xapi",
        "--chapter",
        "spip",
        "--out",
        "there",
        "--lang",
        "fr",
    ]);
    assert!(output.status.success());
    let mut names: Vec<_> = fs::read_dir(workshop.path("there"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "justice-7-spip-1.0.0-accessibility.html",
            "justice-7-spip-1.0.0-declaration.html",
            "justice-7-spip-1.0.0-xapi.zip"
        ]
    );
    assert_says(&String::from_utf8(output.stdout).unwrap(), &["nouveau", "ko"]);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let workshop = Workshop::new();
    fs::write(workshop.path("file"), "").unwrap();
    assert_says(
        &workshop.refused(&["build", "--out", "file/dist", "--lang", "en"]),
        &["--out", "file/dist"],
    );
    let said = workshop.refused(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        "file/data",
        "--lang",
        "en",
    ]);
    assert_says(&said, &["--data", "file/data"]);
    let said = workshop.refused(&["credential", "list", "--data", "file/data", "--lang", "fr"]);
    assert_says(&said, &["--data", "file/data", "impossible d’écrire"]);
}
