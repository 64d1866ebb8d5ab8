//! `cartable build`: the packages of a course.

use std::path::Path;

use cartable_course::{Course, Locale};
use cartable_packager::{
    Build, BuildError, Change, OutputError, PackageFormat, Part, RenderError, Reported, Schemas, Written,
    format_named, formats, word_keys,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::explain;
use crate::{
    args::{self, Format},
    environment,
    failure::{Failure, JsonDiagnostic, faulty_course, print_diagnostics},
    language::choose,
};

/// Fewer packages than this are built before a progress bar could be read.
const WORTH_A_BAR: usize = 20;

pub(crate) fn run(arguments: &args::Build, locale: Locale) -> Result<(), Failure> {
    let with_format = |failure: Failure| Failure {
        format: arguments.format,
        ..failure
    };
    let loaded = Course::load(&arguments.content, &word_keys());
    let Some(course) = loaded.course else {
        return Err(faulty_course(loaded.diagnostics, arguments.format, locale));
    };
    let parts = choose_parts(&course, &arguments.chapter, locale).map_err(with_format)?;
    let targets: Vec<_> = if arguments.target.is_empty() {
        formats().to_vec()
    } else {
        arguments
            .target
            .iter()
            .filter_map(|name| format_named(name))
            .collect()
    };
    if arguments.explain {
        let explanations = explain::explain(&parts, &targets, locale);
        match arguments.format {
            Format::Json => println!(
                "{}",
                serde_json::to_string_pretty(&explanations).unwrap_or_default()
            ),
            Format::Text => explain::print(&explanations),
        }
        return Ok(());
    }
    let schemas = find_schemas(arguments.schemas.as_deref(), &targets, locale).map_err(with_format)?;
    let built = build(&course, &parts, &targets, &schemas, &arguments.out, locale).map_err(with_format)?;
    match arguments.format {
        Format::Json => {
            let diagnostics = loaded
                .diagnostics
                .iter()
                .map(|fault| JsonDiagnostic::new(fault, locale))
                .collect();
            let packages = built.packages.iter().map(JsonPackage::new).collect();
            let reports = built.reports.iter().flat_map(files).collect();
            println!(
                "{}",
                serde_json::to_string_pretty(&Report {
                    packages,
                    diagnostics,
                    reports,
                })
                .unwrap_or_default()
            );
        }
        Format::Text => {
            print_diagnostics(&loaded.diagnostics, locale);
            print_built(&built.packages, locale);
            print_reports(&built.reports, locale);
        }
    }
    Ok(())
}

/// Builds parts of a course for targets into a folder: all of them, or nothing.
pub(crate) fn build<'a>(
    course: &'a Course,
    parts: &[Part<'a>],
    targets: &[&'static dyn PackageFormat],
    schemas: &[Schemas],
    out: &Path,
    locale: Locale,
) -> Result<BuiltCourse<'a>, Failure> {
    let bar = progress_bar(parts.len() * targets.len());
    let program = environment::program();
    let work = Build {
        course,
        parts,
        targets,
        schemas,
        program: &program,
        progress: &|| bar.inc(1),
    };
    let built = work.run(out).map_err(|error| match error {
        BuildError::Render(RenderError::Faults(faults)) => faulty_course(faults, Format::Text, locale),
        BuildError::Render(error) => cannot_render(&error, locale),
        BuildError::Output(error) => cannot_write(&error, locale),
        BuildError::SuspendData {
            title,
            target,
            limit,
            needed,
        } => too_much_to_keep(&title, target, limit, needed, locale),
    })?;
    bar.finish_and_clear();
    let named = built.packages.into_iter().filter_map(|built| {
        Some(BuiltPackage {
            part: *parts.get(built.part)?,
            target: *targets.get(built.target)?,
            written: built.written,
        })
    });
    Ok(BuiltCourse {
        packages: named.collect(),
        reports: built.reports,
    })
}

/// The schemas that the packager's user holds, for each target.
fn find_schemas(
    folder: Option<&Path>,
    targets: &[&'static dyn PackageFormat],
    locale: Locale,
) -> Result<Vec<Schemas>, Failure> {
    let Some(folder) = folder else {
        return Ok(Vec::new());
    };
    let find = |target: &&'static dyn PackageFormat| {
        Schemas::find(folder, *target).map_err(|error| {
            let name = target.title();
            Failure::new(
                choose(
                    locale,
                    format!("--schemas: the schemas of {name} are not all there: {error}"),
                    format!("--schemas : les schémas de {name} n’y sont pas tous : {error}"),
                ),
                choose(
                    locale,
                    format!(
                        "put them in the folder, or in one below it called {}",
                        target.name()
                    ),
                    format!(
                        "mettez-les dans ce dossier, ou dans un sous-dossier nommé {}",
                        target.name()
                    ),
                ),
            )
        })
    };
    targets.iter().map(find).collect()
}

/// What was built, or was there already.
pub(crate) struct BuiltCourse<'a> {
    pub(crate) packages: Vec<BuiltPackage<'a>>,
    pub(crate) reports: Vec<Reported>,
}

/// A package that was built, or was there already.
pub(crate) struct BuiltPackage<'a> {
    part: Part<'a>,
    target: &'static dyn PackageFormat,
    written: Written,
}

/// The bar is drawn on standard error, and only on a terminal.
fn progress_bar(length: usize) -> ProgressBar {
    if length < WORTH_A_BAR {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

/// What each package holds: what the author wants, or the chapters that are asked for.
fn choose_parts<'a>(course: &'a Course, ids: &[String], locale: Locale) -> Result<Vec<Part<'a>>, Failure> {
    for id in ids {
        if !course.chapters.iter().any(|chapter| chapter.id == *id) {
            let known: Vec<&str> = course
                .chapters
                .iter()
                .map(|chapter| chapter.id.as_str())
                .collect();
            return Err(Failure::new(
                choose(
                    locale,
                    format!("--chapter: no chapter `{id}`"),
                    format!("--chapter : pas de chapitre `{id}`"),
                ),
                choose(
                    locale,
                    format!("the chapters are: {}", known.join(", ")),
                    format!("les chapitres sont : {}", known.join(", ")),
                ),
            ));
        }
    }
    if ids.is_empty() {
        return Ok(Part::all(course));
    }
    let chapters = course.chapters.iter().filter(|chapter| ids.contains(&chapter.id));
    Ok(chapters.map(Part::Chapter).collect())
}

pub(crate) fn cannot_render(error: &dyn std::error::Error, locale: Locale) -> Failure {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Failure::new(
        message,
        choose(locale, "nothing was written", "rien n’a été écrit"),
    )
}

/// A chapter whose suspend data may not fit, with what takes the room.
fn too_much_to_keep(title: &str, target: &str, limit: usize, needed: usize, locale: Locale) -> Failure {
    let message = match locale {
        Locale::English => format!(
            "“{title}” may need {needed} characters to keep what a learner has done, and {target} keeps {limit}"
        ),
        Locale::French => format!(
            "« {title} » peut demander {needed} caractères pour garder ce qu’un apprenant a fait, et {target} en garde {limit}"
        ),
    };
    let help = choose(
        locale,
        "answers that are typed take the most room (200 bytes each): replace some by choices, split the chapter, or \
         leave this target out with --target; nothing was written",
        "les réponses écrites prennent le plus de place (200 octets chacune) : remplacez-en par des choix, coupez le \
         chapitre en deux, ou laissez cette cible par --target ; rien n’a été écrit",
    );
    Failure::new(message, help)
}

fn cannot_write(error: &OutputError, locale: Locale) -> Failure {
    let message = match locale {
        Locale::English => format!("cannot write {error}"),
        Locale::French => format!("écriture impossible, {error}"),
    };
    let help = choose(
        locale,
        "nothing was changed; check --out, its rights and the free space",
        "rien n’a été changé ; vérifiez --out, ses droits et la place libre",
    );
    Failure::new(message, help)
}

#[derive(Serialize)]
struct Report<'a> {
    packages: Vec<JsonPackage<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
    /// The accessibility reports and the drafts of declarations.
    reports: Vec<&'a Path>,
}

/// The files of a report.
fn files(reported: &Reported) -> impl Iterator<Item = &Path> {
    let written = std::iter::once(&reported.report).chain(&reported.declaration);
    written.map(|written| &*written.file)
}

#[derive(Serialize)]
struct JsonPackage<'a> {
    /// The chapter's identifier; of a whole course, the course's.
    chapter: &'a str,
    target: &'static str,
    file: &'a Path,
    /// In bytes.
    size: u64,
    change: &'static str,
}

impl<'a> JsonPackage<'a> {
    fn new(built: &'a BuiltPackage<'_>) -> Self {
        let change = match built.written.change {
            Change::New => "new",
            Change::Changed => "changed",
            Change::Unchanged => "unchanged",
        };
        Self {
            chapter: built.part.id(),
            target: built.target.name(),
            file: &built.written.file,
            size: built.written.size,
            change,
        }
    }
}

/// Prints what was built, chapter by chapter; of a large course, only what has changed.
pub(crate) fn print_built(built: &[BuiltPackage<'_>], locale: Locale) {
    let (same, other): (Vec<_>, Vec<_>) = built
        .iter()
        .partition(|package| package.written.change == Change::Unchanged);
    let shown: Vec<_> = if same.len() > WORTH_A_BAR {
        other
    } else {
        built.iter().collect()
    };
    let mut last = None;
    for package in &shown {
        if last != Some(package.part.id()) {
            match package.part {
                Part::Chapter(chapter) => println!("{} · {}", chapter.number, chapter.title),
                Part::Whole(course) => println!("{}", course.title),
            }
            last = Some(package.part.id());
        }
        let change = match package.written.change {
            Change::New => choose(locale, "new", "nouveau"),
            Change::Changed => choose(locale, "changed", "changé"),
            Change::Unchanged => choose(locale, "unchanged", "inchangé"),
        };
        println!(
            "  {:<18} {:>9}  {:<9}  {}",
            package.target.title(),
            size(package.written.size, locale),
            change,
            package.written.file.display()
        );
    }
    if shown.len() < built.len() {
        let count = same.len();
        println!(
            "{}",
            choose(
                locale,
                format!("{count} packages unchanged"),
                format!("{count} paquets inchangés"),
            )
        );
    }
}

/// Prints how many points of accessibility do not hold, and where to read which; of a large course, all together.
pub(crate) fn print_reports(reports: &[Reported], locale: Locale) {
    let say = |points: usize| match (locale, points) {
        (Locale::English, 0) => "Accessibility: nothing found to correct".to_owned(),
        (Locale::English, 1) => "Accessibility: 1 point to correct".to_owned(),
        (Locale::English, _) => format!("Accessibility: {points} points to correct"),
        (Locale::French, 0) => "Accessibilité : rien à corriger n’a été trouvé".to_owned(),
        (Locale::French, 1) => "Accessibilité : 1 point à corriger".to_owned(),
        (Locale::French, _) => format!("Accessibilité : {points} points à corriger"),
    };
    if reports.len() > WORTH_A_BAR {
        let points = reports.iter().map(|reported| reported.points).sum();
        println!(
            "{}",
            choose(
                locale,
                format!(
                    "{}, in {} reports (*-accessibility.html)",
                    say(points),
                    reports.len()
                ),
                format!(
                    "{}, dans {} rapports (*-accessibility.html)",
                    say(points),
                    reports.len()
                ),
            )
        );
        return;
    }
    for reported in reports {
        println!("{}", say(reported.points));
        for file in files(reported) {
            println!("  {}", file.display());
        }
    }
}

/// A size in the unit and with the decimal mark that people expect.
fn size(bytes: u64, locale: Locale) -> String {
    let tenths = (bytes * 10).div_ceil(1000);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    match locale {
        Locale::English if whole < 1000 => format!("{whole}.{tenth} kB"),
        Locale::English => format!("{}.{} MB", whole / 1000, whole % 1000 / 100),
        Locale::French if whole < 1000 => format!("{whole},{tenth} ko"),
        Locale::French => format!("{},{} Mo", whole / 1000, whole % 1000 / 100),
    }
}
