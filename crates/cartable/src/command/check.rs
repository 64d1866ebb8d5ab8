//! `cartable check`: every fault of a course, with its place.

use cartable_course::{Course, Locale};
use cartable_packager::{RenderError, check_templates, word_keys};
use serde::Serialize;

use super::build::cannot_render;
use crate::{
    args::{Check, Format},
    failure::{Failure, JsonDiagnostic, faulty_course, print_diagnostics},
    language::choose,
};

#[derive(Serialize)]
struct Report<'a> {
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

pub(crate) fn run(arguments: &Check, locale: Locale) -> Result<(), Failure> {
    let loaded = Course::load(&arguments.content, &word_keys());
    let Some(course) = loaded.course else {
        return Err(faulty_course(loaded.diagnostics, arguments.format, locale));
    };
    check_templates(&course).map_err(|error| match error {
        RenderError::Faults(faults) => faulty_course(faults, arguments.format, locale),
        error => Failure {
            format: arguments.format,
            ..cannot_render(&error, locale)
        },
    })?;
    match arguments.format {
        Format::Json => {
            let diagnostics = loaded
                .diagnostics
                .iter()
                .map(|fault| JsonDiagnostic::new(fault, locale))
                .collect();
            println!(
                "{}",
                serde_json::to_string_pretty(&Report { diagnostics }).unwrap_or_default()
            );
        }
        Format::Text => {
            print_diagnostics(&loaded.diagnostics, locale);
            let (chapters, lessons, questions) = course.chapters.iter().fold((0, 0, 0), |sum, chapter| {
                (
                    sum.0 + 1,
                    sum.1 + chapter.lessons.len(),
                    sum.2 + chapter.questions().count(),
                )
            });
            println!(
                "{}",
                choose(
                    locale,
                    format!(
                        "The course is sound: chapters {chapters}, lessons {lessons}, questions {questions}."
                    ),
                    format!(
                        "Le cours est en ordre : chapitres {chapters}, leçons {lessons}, questions {questions}."
                    ),
                )
            );
        }
    }
    Ok(())
}
