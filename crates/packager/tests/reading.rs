//! The page as it is read: its typography, its languages, its headings, quotations, tables and resources.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{collections::BTreeSet, fs, path::Path};

use cartable_course::{Course, Locale};
use cartable_packager::{Content, Package, Part, Renderer, Schemas, format_named, word_keys};
use tempfile::TempDir;

const COURSE: &str =
    "id = \"c\"\ntitle = \"L'essai: un\"\nversion = \"1.0.0\"\niri = \"https://example.org/c\"\n";
const CHAPTER: &str = "id = \"a\"\nnumber = 1\ntitle = \"Qu'est-ce \\\"ça\\\"?\"\nsummary = \"Le [*gender*]{lang=en} d'ici: 12 min\"\n";

/// A course of one chapter with one lesson, and these files in the chapter's folder.
fn course(language: &str, lesson: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let chapter = folder.path().join("1");
    fs::create_dir(&chapter).unwrap();
    let course = format!("{COURSE}language = \"{language}\"\n");
    fs::write(folder.path().join("course.toml"), course).unwrap();
    fs::write(chapter.join("chapter.toml"), CHAPTER).unwrap();
    let lesson = format!("+++\nid = \"lecon\"\ntitle = \"L'une\"\n+++\n\n{lesson}\n");
    fs::write(chapter.join("1.md"), lesson).unwrap();
    for (name, text) in files {
        fs::write(chapter.join(name), text).unwrap();
    }
    folder
}

fn faults(folder: &Path) -> Vec<String> {
    let loaded = Course::load(folder, &word_keys());
    let said = loaded.diagnostics.iter().map(|fault| {
        format!(
            "{}:{} {}",
            fault.line(),
            fault.column(),
            fault.problem().text(Locale::French).0
        )
    });
    said.collect()
}

fn package(folder: &Path) -> Package {
    assert_eq!(faults(folder), Vec::<String>::new());
    let course = Course::load(folder, &word_keys()).course.unwrap();
    let pages = Renderer::new(&course)
        .unwrap()
        .render(&course, Part::all(&course)[0])
        .unwrap();
    let target = format_named("scorm12").unwrap();
    target
        .package(&pages, "x".to_owned(), &Schemas::default())
        .unwrap()
}

fn text(package: &Package, file: &str) -> String {
    match &package.files[file] {
        Content::Made(made) => String::from_utf8(made.bytes().to_vec()).unwrap(),
        Content::File(path) => fs::read_to_string(path).unwrap(),
    }
}

/// The page; `~` shows a no-break space and `❘` a narrow one.
fn page(folder: &Path) -> String {
    let page = text(&package(folder), "index.html");
    page.replace('\u{a0}', "~").replace('\u{202f}', "❘")
}

fn assert_holds(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[test]
fn every_text_of_the_page_has_its_typography_and_the_manifest_what_was_written() {
    let lesson = "Dit-il \"*oui*\"? L'**aide** d'[un site](https://example.org/?a;b): `l'x: y`...\n\n    l'x: \"y\"\n\n\
        ::: question {#q}\nEt l'une?\n\n- ( ) L'autre!\n  > Non!\n- (x) \"Moi\"\n\n::: right\nC'est ça!\n:::\n:::\n\n\
        ::: question {#r}\nL'ordre?\n\n= l'un\n:::\n";
    let lexicon = "hint = \"L'indice!\"\n[[term]]\nid = \"t\"\nname = \"L'aide\"\nforms = [\"personne de l'État\"]\ndefinition = \"C'est: \\\"x\\\"\"\n";
    let folder = course("fr", lesson, &[("lexicon.toml", lexicon)]);
    let package = package(folder.path());
    assert_holds(
        &page(folder.path()),
        &[
            "<title>Qu’est-ce «~ça~»❘?</title>",
            "<p>Le <span lang=\"en\"><em>gender</em></span> d’ici~: 12~min</p>",
            "<h2 tabindex=\"-1\">L’une</h2>",
            "<p>Dit-il «~<em>oui</em>~»❘? L’<strong>aide</strong> d’<a href=\"https://example.org/?a;b\"",
            "un site</a>~: <code>l'x: y</code>…</p>",
            "<pre><code>l'x: \"y\"",
            "<p>Et l’une❘?</p>",
            "L’autre❘!</span>",
            "<p>Non❘!</p>",
            "«~Moi~»</span>",
            "<p>C’est ça❘!</p>",
            "<p class=\"hint quiet\">L’indice❘!</p>",
            "<dfn>L’aide</dfn>",
            "<p>C’est~: «~x~»</p>",
            "L’essai~: un · <span data-word=\"version\">",
            // What the script compares, and what it tells an LMS.
            "\"correct\":[\"l'un\"]",
            "\"title\":\"Qu'est-ce \\\"ça\\\"?\"",
        ],
    );
    let manifest = text(&package, "imsmanifest.xml");
    assert_holds(
        &manifest,
        &["Qu&apos;est-ce &quot;ça&quot;?", "Le gender d&apos;ici: 12 min"],
    );
}

#[test]
fn a_term_is_found_across_the_spaces_and_apostrophes_that_typography_sets() {
    let lexicon = "[[term]]\nid = \"t\"\nname = \"l'aide : 12 min\"\ndefinition = \"x\"\n";
    let folder = course("fr", "Voici l'aide: 12 min.", &[("lexicon.toml", lexicon)]);
    assert_holds(&page(folder.path()), &["data-term=\"t\">l’aide~: 12~min</a>"]);
}

#[test]
fn foreign_words_have_their_language_and_its_typography() {
    let lesson = "La [\"*probation* officer\"]{lang=en}, [wer? sagt's]{lang=de}: oui?\n\n## [It's mine!]{lang=en-GB}\n";
    let folder = course("fr", lesson, &[]);
    assert_holds(
        &page(folder.path()),
        &[
            "<p>La <span lang=\"en\">“<em>probation</em> officer”</span>, <span lang=\"de\">wer? sagt's</span>~: oui❘?</p>",
            "id=\"lecon.it-s-mine\" tabindex=\"-1\"><a class=\"anchor\" href=\"#lecon.it-s-mine\"><span lang=\"en-GB\">It’s mine!</span></a>",
        ],
    );
    let folder = course("fr", "Un [mot]{lang=x}", &[]);
    assert_eq!(faults(folder.path()), ["6:9 `x` n’est pas un code de langue"]);
}

#[test]
fn an_english_course_has_english_typography() {
    let folder = course("en", "It's \"so\": really?", &[]);
    assert_holds(&page(folder.path()), &["<p>It’s “so”: really?</p>"]);
}

#[test]
fn a_heading_has_an_identifier_that_no_other_has_and_a_link() {
    let lesson = "## L'évaluation\n\nx\n\n### L’*évaluation* ?\n\n::: question {#q}\nOui ?\n\n- (x) a\n- ( ) b\n:::\n\n\
        ## Le plan\n\n## Autre {#le-plan}\n\n## 学习\n";
    let folder = course("fr", lesson, &[]);
    let page = page(folder.path());
    assert_holds(
        &page,
        &[
            "<h3 id=\"lecon.l-evaluation\" tabindex=\"-1\"><a class=\"anchor\" href=\"#lecon.l-evaluation\">L’évaluation</a></h3>",
            "<h4 id=\"lecon.l-evaluation-2\" tabindex=\"-1\"><a class=\"anchor\" href=\"#lecon.l-evaluation-2\">L’<em>évaluation</em>❘?</a>",
            "<h3 id=\"lecon.le-plan-2\" tabindex=\"-1\"><a class=\"anchor\" href=\"#lecon.le-plan-2\">Le plan</a></h3>",
            "<h3 id=\"lecon.le-plan\" tabindex=\"-1\"><a class=\"anchor\" href=\"#lecon.le-plan\">Autre</a></h3>",
            "<h3 id=\"lecon.part\" tabindex=\"-1\"><a class=\"anchor\" href=\"#lecon.part\">学习</a></h3>",
        ],
    );
    let ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
    let folder = course("fr", "## Un {#a}\n\n## Deux {#a}\n\n## Trois {#É}\n", &[]);
    let said = faults(folder.path());
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].starts_with("8:1 deux intertitres") && said[1].starts_with("10:1 `É` ne peut pas"),
        "{said:?}"
    );
}

#[test]
fn a_quotation_has_its_source_and_a_table_its_headers() {
    let lesson = "> L'État d'abord.\n>\n> -- L'*auteur*, 19 mars 2008\n\n| Qui ? | Combien |\n|---|--:|\n| L'un | 50% |\n";
    let folder = course("fr", lesson, &[]);
    assert_holds(
        &page(folder.path()),
        &[
            "<figure class=\"quotation\">\n<blockquote>\n<p>L’État d’abord.</p>\n</blockquote>\n<figcaption>L’<em>auteur</em>, 19~mars 2008</figcaption>\n</figure>",
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Tableau\" data-word-label=\"table\"><table role=\"table\">",
            "<th scope=\"col\" role=\"columnheader\">Qui❘?</th>",
            "<td role=\"cell\" data-label=\"Qui❘?\">L’un</td><td role=\"cell\" data-label=\"Combien\" data-align=\"right\">50~%</td>",
        ],
    );
}

#[test]
fn a_resource_is_a_card_that_tells_what_it_is() {
    let resources = "[[link]]\nid = \"a\"\ntitle = \"L'un\"\nurl = \"https://example.org/\"\ntype = \"law\"\nlanguage = \"en-GB\"\nsize = \"2,4 Mo\"\npublisher = \"L'État\"\ndescription = \"Voici: x\"\n\
        [[link]]\nid = \"b\"\ntitle = \"Fiche\"\nfile = \"fiche.pdf\"\n\
        [[link]]\nid = \"c\"\ntitle = \"Rien\"\nurl = \"https://example.org/c\"\n\
        [[link]]\nid = \"d\"\ntitle = \"Ja\"\nurl = \"https://example.org/d\"\nlanguage = \"ja\"\n";
    let fiche = "x".repeat(12_345);
    let folder = course(
        "fr",
        "Texte.",
        &[("resources.toml", resources), ("fiche.pdf", &fiche)],
    );
    let page = page(folder.path());
    assert_holds(
        &page,
        &[
            "<h3 class=\"card-title\"><a class=\"external\" href=\"https://example.org/\" target=\"_blank\" rel=\"noopener noreferrer\" hreflang=\"en-GB\">L’un<span class=\"visually-hidden\"> (<span data-word=\"new_tab\">",
            "<p class=\"card-facts quiet\"><span data-word=\"resource_law\">Loi</span> · <span class=\"publisher\">L’État</span> · <span data-word=\"language_en\">anglais</span> · 2,4~Mo</p>",
            "<p>Voici~: x</p>",
            "download=\"fiche.pdf\">Fiche</a></h3>",
            "<p class=\"card-facts quiet\"><span data-word=\"resource_text\">Texte</span> · 12~ko</p>",
            "<p class=\"card-facts quiet\">ja</p>",
        ],
    );
    assert_eq!(page.matches("<li class=\"card\">").count(), 4);
    assert_eq!(page.matches("<p class=\"card-facts quiet\">").count(), 3);
    let package = package(folder.path());
    let file = package
        .files
        .keys()
        .find(|path| path.starts_with("media/fiche-"))
        .unwrap();
    assert!(page.contains(&format!("<a href=\"{file}\" download")), "{file}");
    assert!(text(&package, "imsmanifest.xml").contains(&format!("<file href=\"{file}\"/>")));
}

#[test]
fn what_is_wrong_with_a_resource_is_told_where_it_is() {
    let resources = "[[link]]\nid = \"a\"\ntitle = \"A\"\n\
        [[link]]\nid = \"b\"\ntitle = \"B\"\nurl = \"https://example.org/\"\nfile = \"fiche.pdf\"\n\
        [[link]]\nid = \"c\"\ntitle = \"C\"\nfile = \"absent.pdf\"\n\
        [[link]]\nid = \"d\"\ntitle = \"D\"\nurl = \"https://example.org/\"\ntype = \"loi\"\nlanguage = \"français\"\n";
    let folder = course(
        "fr",
        "Texte.",
        &[("resources.toml", resources), ("fiche.pdf", "x")],
    );
    let both = "une ressource mène à une adresse ou à un fichier, à l’un des deux";
    assert_eq!(
        faults(folder.path()),
        [
            format!("1:1 {both}"),
            format!("4:1 {both}"),
            "12:8 il n’y a pas de fichier «\u{a0}absent.pdf\u{a0}»".to_owned(),
            "17:8 `link.type` ne peut pas être `loi`".to_owned(),
            "18:12 `français` n’est pas un code de langue".to_owned(),
        ]
    );
}
