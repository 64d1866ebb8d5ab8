//! A course's look: what it may change, and what would keep a learner from reading.

use std::fs;

use cartable_course::{Colour, Course, Font, Loaded, Locale, Theme};

/// A course of one lesson with these lines from line 6 of course.toml, and these files in its folder.
fn load(lines: &str, files: &[(&str, &str)]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let course = "id = \"c\"\ntitle = \"C\"\nlanguage = \"fr\"\nversion = \"1.0.0\"\niri = \"https://example.org/c\"\n";
    let toml = format!("{course}{lines}");
    let chapter = [
        ("course.toml", &*toml),
        ("1/chapter.toml", "id = \"a\"\nnumber = 1\ntitle = \"A\"\n"),
        ("1/1.md", "+++\nid = \"l\"\ntitle = \"L\"\n+++\nTexte.\n"),
    ];
    for (name, text) in chapter.iter().chain(files) {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    Course::load(folder.path(), &[])
}

fn theme(lines: &str, files: &[(&str, &str)]) -> Theme {
    let loaded = load(lines, files);
    assert_eq!(told(&loaded, Locale::English), Vec::<String>::new());
    loaded.course.unwrap().theme
}

/// The end of the file's path, the place and the words of each fault, with what to do.
fn told(loaded: &Loaded, locale: Locale) -> Vec<String> {
    let told = loaded.diagnostics.iter().map(|fault| {
        let file = fault.file().rsplit('/').next().unwrap();
        let (message, help) = fault.problem().text(locale);
        format!("{file}:{}:{}: {message}; {help}", fault.line(), fault.column())
    });
    told.collect()
}

#[test]
fn a_course_without_a_theme_looks_like_the_product() {
    let theme = theme("", &[]);
    assert!(theme.logo.is_none() && theme.text_font.is_none() && theme.style.is_none());
    assert!(theme.light.is_empty() && theme.dark.is_empty() && theme.templates.is_empty());
}

#[test]
fn a_course_has_its_logo_fonts_colours_and_templates() {
    let theme = theme(
        "[theme]\nlogo = \"images/logo.SVG\"\ntext_font = \"fonts/body.woff2\"\ninterface_font = [\"Marianne\", \"sans-serif\"]\n\
         [theme.light]\naccent = \"#00458B\"\n[theme.dark]\non_accent = \"#000000\"\nline = \"#2a241c\"\n",
        &[
            ("images/logo.SVG", "<svg/>"),
            ("fonts/body.woff2", "wOF2…"),
            ("templates/question.html", "{{ question }}"),
            ("templates/style.css", ".prompt { font-style: italic; }"),
            ("templates/.page.html.swp", ""),
        ],
    );
    assert!(theme.logo.as_ref().unwrap().file.ends_with("images/logo.SVG"));
    assert!(matches!(&theme.text_font, Some(Font::File(file)) if file.ends_with("fonts/body.woff2")));
    let families = ["Marianne", "sans-serif"].map(str::to_owned).to_vec();
    assert_eq!(theme.interface_font, Some(Font::Families(families)));
    assert_eq!(theme.light, [("accent", Colour([0x00, 0x45, 0x8b]))]);
    // What is decoration needs no contrast.
    let dark = [
        ("line", Colour([0x2a, 0x24, 0x1c])),
        ("on_accent", Colour([0; 3])),
    ];
    assert_eq!(theme.dark, dark);
    assert_eq!(theme.templates.len(), 1);
    assert_eq!(
        (theme.templates[0].name, theme.templates[0].text()),
        ("question.html", "{{ question }}")
    );
    assert_eq!(theme.style.as_deref(), Some(".prompt { font-style: italic; }"));
    assert_eq!(theme.files().count(), 2);
}

#[test]
fn a_colour_that_cannot_be_read_is_told_with_one_that_can() {
    let loaded = load("[theme.light]\nsoft = \"#999999\"\n", &[]);
    assert_eq!(
        told(&loaded, Locale::English),
        [
            "course.toml:7:8: [theme.light]: `soft` (#999999) on `paper` (#fbf7ee) has a contrast of 2.66, and 4.50 are needed to read it; `soft = \"#6c6c6c\"` would do",
            "course.toml:7:8: [theme.light]: `soft` (#999999) on `page` (#f4eee0) has a contrast of 2.46, and 4.50 are needed to read it; `soft = \"#6c6c6c\"` would do",
        ]
    );
    assert!(told(&loaded, Locale::French)[0].starts_with(
        "course.toml:7:8: [theme.light] : `soft` (#999999) sur `paper` (#fbf7ee) a un contraste de 2,66, et il en faut 4,50"
    ));
    assert!(loaded.course.is_none());
    let told = |lines| told(&load(lines, &[]), Locale::English).len();
    assert_eq!(told("[theme.light]\nsoft = \"#6c6c6c\"\n"), 0);
}

#[test]
fn a_background_is_looked_at_with_every_text_that_stands_on_it() {
    let lines = "[theme.dark]\npaper = \"#ffffff\"\nink = \"#000000\"\naccent = \"#241a0f\"\n";
    let told = told(&load(lines, &[]), Locale::English);
    let found: Vec<_> = told
        .iter()
        .map(|fault| fault.split(" has a contrast").next().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            // The texts of the dark scheme are light.
            "course.toml:7:9: [theme.dark]: `soft` (#b9ad99) on `paper` (#ffffff)",
            "course.toml:7:9: [theme.dark]: `link` (#9dc1f5) on `paper` (#ffffff)",
            "course.toml:7:9: [theme.dark]: `right` (#9bd0a0) on `paper` (#ffffff)",
            "course.toml:7:9: [theme.dark]: `wrong` (#f0a191) on `paper` (#ffffff)",
            "course.toml:8:7: [theme.dark]: `ink` (#000000) on `page` (#211c15)",
            "course.toml:9:10: [theme.dark]: `accent` (#241a0f) on `page` (#211c15)",
            "course.toml:9:10: [theme.dark]: `on_accent` (#241a0f) on `accent` (#241a0f)",
        ]
    );
    // No ink is read on black and on white.
    assert!(
        told[4].ends_with("bring what `ink` stands on closer together, then make `ink` darker or lighter")
    );
}

#[test]
fn what_cannot_be_understood_is_told_all_at_once() {
    let loaded = load(
        "[theme]\nlogo = \"logo.gif\"\ntext_font = \"Arial\"\ninterface_font = \"false.woff2\"\ncolour = \"#123456\"\n\
         [theme.light]\naccent = \"brown\"\npaper = \"#000000\"\ninc = \"#000000\"\n",
        &[
            ("logo.gif", "GIF89a"),
            ("false.woff2", "OTTO"),
            ("templates/pages.html", ""),
        ],
    );
    let told = told(&loaded, Locale::English);
    let found: Vec<_> = told
        .iter()
        .map(|fault| fault.split("; ").next().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "course.toml:7:8: “logo.gif” cannot be a logo",
            "course.toml:8:13: `theme.text_font`: “Arial” is not a WOFF2 font",
            "course.toml:9:18: `theme.interface_font`: “false.woff2” is not a WOFF2 font",
            "course.toml:10:1: unknown key `theme.colour`",
            "course.toml:12:10: `theme.light.accent`: “brown” is not a colour",
            "course.toml:14:1: unknown key `theme.light.inc`",
            "pages.html:1:1: there is no template “pages.html” to replace",
        ]
    );
    assert!(told[6].ends_with("known here: callout.html, course.html, dialogs.html, page.html, panels.html, question.html, style.css"));
}

#[test]
fn a_file_must_be_in_the_course_s_folder() {
    for (lines, expected) in [
        ("logo = \"a.png\"", "there is no file “a.png”"),
        ("logo = \"../a.png\"", "“../a.png” leaves the course's folder"),
        (
            "text_font = \"/a.woff2\"",
            "“/a.woff2” leaves the course's folder",
        ),
        ("interface_font = \"a.woff2\"", "there is no file “a.woff2”"),
        (
            "text_font = [\"a\\nb\"]",
            "`theme.text_font` has a line break or a control character",
        ),
        ("text_font = [1]", "`theme.text_font` should be a list of texts"),
    ] {
        let told = told(&load(&format!("[theme]\n{lines}\n"), &[]), Locale::English);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(expected), "{told:?}");
    }
}
