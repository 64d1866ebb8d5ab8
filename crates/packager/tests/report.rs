//! The accessibility reports and the drafts of declarations, as a person reads them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use cartable_course::Course;
use cartable_packager::{Build, Change, Outcome, Part, format_named, word_keys};
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A course and what it is built to.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    /// A course of the repository, in a folder of its own.
    fn of(course: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&Path::new(ROOT).join(course), &folder.path().join("content"));
        Self { folder }
    }

    /// The course of faults, with its files.
    fn of_faults() -> Self {
        let workshop = Self::of("tests/courses/faults");
        let files = [
            "plan.png",
            "salle.png",
            "visite.mp4",
            "entretien.mp3",
            "sous-titre.mp4",
        ];
        for file in files {
            workshop.write(&format!("1-fautes/{file}"), "");
        }
        workshop.write("1-fautes/sous-titre.vtt", "WEBVTT\n");
        workshop.write("1-fautes/sous-titre.txt", "Ce qui se dit.\n");
        workshop
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("content").join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        self.write(file, &text.replace(from, to));
    }

    fn build(&self) -> Outcome {
        let course = Course::load(&self.path(""), &word_keys()).course.unwrap();
        let build = Build {
            course: &course,
            parts: &Part::all(&course),
            targets: &[format_named("xapi").unwrap()],
            schemas: &[],
            program: b"test",
            progress: &|| {},
        };
        build.run(&self.folder.path().join("out")).unwrap()
    }

    /// The first report.
    fn report(&self) -> String {
        fs::read_to_string(&self.build().reports[0].report.file).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The text between tags, as a browser shows it: one line for each run.
fn lines(html: &str) -> Vec<String> {
    let body = &html[html.find("<body>").unwrap()..];
    body.split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| spaces(text))
        .filter(|text| !text.is_empty())
        .collect()
}

/// A text with every run of spaces, breaking or not, as one.
fn spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The points of a report: what is wrong, and where it was written.
fn points(html: &str) -> Vec<(String, String)> {
    let list = html.split("<ol class=\"points\">").nth(1).unwrap_or_default();
    let list = list.split("</ol>").next().unwrap();
    list.split("<li>")
        .skip(1)
        .map(|point| {
            let between = |from: &str, to: &str| {
                let rest = point.split(from).nth(1).unwrap_or_default();
                spaces(rest.split(to).next().unwrap())
            };
            (
                between("<p class=\"fault\">", "</p>"),
                between("class=\"source\">(", ")"),
            )
        })
        .collect()
}

/// The row of a criterion: its state, and how it is checked.
fn criterion(html: &str, number: &str) -> (String, String) {
    let row = html
        .split(&format!("<tr><th scope=\"row\">{number}</th>"))
        .nth(1)
        .unwrap();
    let row = lines(&format!("<body>{}", row.split("</tr>").next().unwrap()));
    (row[2].clone(), row.get(3).cloned().unwrap_or_default())
}

#[test]
fn each_point_that_does_not_hold_is_told_with_the_line_that_its_author_wrote() {
    let workshop = Workshop::of_faults();
    let found = points(&workshop.report());
    let lesson = |place: &str| format!("1-fautes/01-lecon.md{place}");
    let expected = [
        ("Un titre saute un niveau.", lesson(":23:1")),
        ("Une alternative est un nom de fichier.", lesson(":13:1")),
        (
            "Une alternative dit que c’est une image : le lecteur d’écran le dit déjà.",
            lesson(":13:23"),
        ),
        ("Un film n’a pas de transcription.", lesson(":15:1")),
        ("Un son n’a pas de transcription.", lesson(":17:1")),
        ("Un film n’a pas de sous-titres.", lesson(":15:1")),
        ("Un tableau n’a pas d’en-têtes.", lesson(":25:1")),
        ("Le texte d’un lien ne dit pas où il mène.", lesson(":6:28")),
        ("Le texte d’un lien est une adresse.", lesson(":9:1")),
        (
            "Le texte d’un lien ne dit pas où il mène.",
            "1-fautes/resources.toml".to_owned(),
        ),
        (
            "Deux liens du même texte mènent ailleurs l’un que l’autre.",
            lesson(":8:50"),
        ),
        (
            "Une phrase est toute en capitales : elle se lit mal, et certains lecteurs d’écran l’épellent.",
            lesson(""),
        ),
    ];
    let expected: Vec<_> = expected.map(|(what, place)| (what.to_owned(), place)).into();
    assert_eq!(found, expected);
}

#[test]
fn a_point_names_its_criteria_and_what_to_do() {
    let report = lines(&Workshop::of_faults().report());
    for line in [
        "ici",
        "Critères : RGAA 6.1, WCAG 1.1.1, 2.4.4, 2.5.3",
        "Que faire : Mettez à côté du film un fichier du même nom en .vtt (WebVTT).",
        "Critères : RGAA 4.3, WCAG 1.2.2",
        "IL EST INTERDIT DE FUMER DANS LA SALLE.",
        "Critères : bonne pratique",
        "le code (https://example.org/penal, https://example.org/civil)",
    ] {
        assert!(report.iter().any(|one| one == line), "{line}");
    }
}

#[test]
fn a_point_that_is_corrected_is_gone_and_its_criterion_holds() {
    let workshop = Workshop::of_faults();
    let before = workshop.build().reports[0].points;
    let captions = workshop.report();
    assert_eq!(criterion(&captions, "4.3").0, "Ne tient pas");
    workshop.write("1-fautes/visite.vtt", "WEBVTT\n");
    assert_eq!(workshop.build().reports[0].points, before - 1);
    assert_eq!(
        criterion(&workshop.report(), "4.3").0,
        "Vérifié par la construction"
    );
}

#[test]
fn a_criterion_is_for_the_build_the_product_a_human_or_does_not_apply() {
    let spip = Workshop::of("content").report();
    let expected = [
        ("4.3", "Ne s’applique pas", "Il n’y a pas de film."),
        ("8.5", "Vérifié par la construction", ""),
        (
            "9.4",
            "À vérifier par une personne",
            "Un passage cité en bloc commence-t-il par « &gt; » ?",
        ),
        ("1.4", "Ne s’applique pas", "Un paquet n’a jamais de CAPTCHA."),
    ];
    for (number, state, how) in expected {
        assert_eq!(
            criterion(&spip, number),
            (state.to_owned(), how.to_owned()),
            "{number}"
        );
    }
    assert_eq!(criterion(&spip, "3.2").0, "Vérifié par les tests du produit");
    let faults = Workshop::of_faults().report();
    assert_eq!(criterion(&faults, "4.4").0, "À vérifier par une personne");
    assert_eq!(criterion(&faults, "6.1").0, "Ne tient pas");
}

#[test]
fn the_images_and_the_films_that_a_human_judges_are_listed() {
    let report = lines(&Workshop::of_faults().report());
    let at = |text: &str| report.iter().rposition(|line| line == text).unwrap();
    let picture = at("La salle");
    assert_eq!(
        report[picture - 1..=picture + 2],
        [
            "salle.png",
            "La salle",
            "Leçon 1, « Une leçon »",
            "(1-fautes/01-lecon.md:13:55)"
        ]
    );
    let film = at("sous-titre.mp4");
    assert_eq!(report[film + 1..=film + 3], ["Film sous-titré", "oui", "oui"]);
    let sound = at("entretien.mp3");
    assert_eq!(
        report[sound + 1..=sound + 3],
        ["Entretien avec un conseiller", "sans objet", "non"]
    );
}

#[test]
fn the_chapter_that_ships_has_nothing_to_correct_and_a_declaration_to_complete() {
    let workshop = Workshop::of("content");
    let reported = workshop.build().reports.remove(0);
    assert_eq!(reported.points, 0);
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let declaration = reported.declaration.unwrap().file;
    assert_eq!(
        name(&reported.report.file),
        "justice-7-spip-1.0.0-accessibility.html"
    );
    assert_eq!(name(&declaration), "justice-7-spip-1.0.0-declaration.html");
    let html = spaces(&fs::read_to_string(declaration).unwrap());
    for heading in [
        "<h1>Déclaration d’accessibilité</h1>",
        "<h2>État de conformité</h2>",
        "<h3>Résultats des tests</h3>",
        "<h2>Contenus non accessibles</h2>",
        "<h3>Non-conformités</h3>",
        "<h3>Dérogations pour charge disproportionnée</h3>",
        "<h3>Contenus non soumis à l’obligation d’accessibilité</h3>",
        "<h2>Établissement de cette déclaration d’accessibilité</h2>",
        "<h3>Technologies utilisées pour la réalisation du contenu</h3>",
        "<h3>Environnement de test</h3>",
        "<h3>Outils pour évaluer l’accessibilité</h3>",
        "<h3>Pages du contenu ayant fait l’objet de la vérification de conformité</h3>",
        "<h2>Retour d’information et contact</h2>",
        "<h2>Voies de recours</h2>",
    ] {
        assert!(html.contains(heading), "{heading}");
    }
    for part in [
        "[à compléter après l’audit : non, partiellement ou totalement]",
        "[à compléter : nom de l’organisme]",
        "Leçon 2, « Les personnes du SPIP »",
        "Libre réponse 71120",
        "article 47 de la loi n° 2005-102",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn the_declaration_tells_what_was_found_and_who_publishes() {
    let workshop = Workshop::of_faults();
    let declaration = workshop.build().reports.remove(0).declaration.unwrap();
    let text = lines(&fs::read_to_string(declaration.file).unwrap()).join(" ");
    assert!(text.contains("École d’essai s’engage"));
    assert!(
        !text.contains("IL EST INTERDIT"),
        "a good practice is no criterion"
    );
    assert!(
        text.contains("Un film n’a pas de sous-titres. « visite.mp4 » (Leçon 1, « Une leçon » ; RGAA 4.3)")
    );
}

#[test]
fn a_course_in_english_has_an_english_report_and_no_declaration() {
    let workshop = Workshop::of_faults();
    workshop.change("course.toml", "\"fr\"", "\"en-GB\"");
    workshop.change("1-fautes/01-lecon.md", "[ici]", "[click here]");
    let reported = workshop.build().reports.remove(0);
    assert!(reported.declaration.is_none());
    let html = fs::read_to_string(reported.report.file).unwrap();
    assert!(html.contains("<html lang=\"en\">"));
    assert_eq!(criterion(&html, "4.3").0, "Does not hold");
    let vague = points(&html)
        .into_iter()
        .find(|(what, _)| what == "The text of a link does not say where it leads.");
    assert_eq!(vague.unwrap().1, "1-fautes/01-lecon.md:6:28");
}

#[test]
fn a_report_is_made_again_only_when_its_chapter_has_changed() {
    let workshop = Workshop::of_faults();
    let first = workshop.build().reports.remove(0);
    let second = workshop.build().reports.remove(0);
    assert_eq!(
        (first.report.change, second.report.change),
        (Change::New, Change::Unchanged)
    );
    assert_eq!(second.declaration.unwrap().change, Change::Unchanged);
    assert_eq!(second.points, first.points);
    fs::remove_file(&first.report.file).unwrap();
    assert_eq!(workshop.build().reports[0].report.change, Change::New);
    workshop.change("1-fautes/01-lecon.md", "La salle", "La grande salle");
    let third = workshop.build().reports.remove(0);
    assert_eq!(third.report.change, Change::Changed);
    assert_eq!(third.declaration.unwrap().change, Change::Unchanged);
}

#[test]
fn a_whole_course_has_one_report_that_names_the_chapter_of_each_place() {
    let workshop = Workshop::of_faults();
    copy(
        &Path::new(ROOT).join("content/07-spip"),
        &workshop.path("07-spip"),
    );
    let toml = fs::read_to_string(workshop.path("course.toml")).unwrap();
    workshop.write("course.toml", &format!("{toml}\n[package]\nholds = \"course\"\n"));
    let reports = workshop.build().reports;
    assert_eq!(reports.len(), 1);
    assert!(
        reports[0]
            .report
            .file
            .ends_with("fautes-1.0.0-accessibility.html")
    );
    let html = spaces(&fs::read_to_string(&reports[0].report.file).unwrap());
    assert!(html.contains("Chapitre 1, Leçon 1, « Une leçon »"));
    let declaration = fs::read_to_string(&reports[0].declaration.as_ref().unwrap().file).unwrap();
    assert!(
        declaration.contains("<li>Page du cours</li>")
            && declaration.contains("<li>Chapitre 7, Lexique</li>")
    );
}
