//! What an LMS matches attempts by, whatever becomes of a chapter.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{content, package, spip, spip_by_lesson, text};

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
