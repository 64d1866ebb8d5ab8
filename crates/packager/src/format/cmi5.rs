//! cmi5: `cmi5.xml`, the course structure (cmi5, 13), with the chapter as its assignable unit, or a block of one
//! per lesson.

use std::io;

use cartable_player::Standard;

use super::{
    ControlFiles, PackageFormat,
    xml::{self, Xml},
};
use crate::rendered::{RenderedChapter, RenderedCourse, Unit};

pub(crate) struct Cmi5;

impl PackageFormat for Cmi5 {
    fn name(&self) -> &'static str {
        "cmi5"
    }

    fn title(&self) -> &'static str {
        "cmi5"
    }

    fn standard(&self) -> Standard {
        Standard::Cmi5
    }

    fn control_files(
        &self,
        course: &RenderedCourse,
        _files: &[&str],
        _has_schemas: bool,
    ) -> io::Result<ControlFiles> {
        // The structure is the package's own: of the course, the statements speak in their context. No chapter is called so.
        let structure = format!("{}/cmi5.xml", course.activity());
        let namespace = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd";
        let language = &course.language;
        let manifest = xml::document(|xml| {
            xml::element(xml, "courseStructure", &[("xmlns", namespace)], |xml| {
                xml::element(xml, "course", &[("id", &structure)], |xml| {
                    string(xml, "title", language, course.title())?;
                    string(xml, "description", language, course.description())
                })?;
                for chapter in &course.chapters {
                    let description = chapter.description.as_deref().unwrap_or(&chapter.title);
                    if let [unit] = &chapter.units[..] {
                        assignable_unit(xml, language, chapter, unit, description)?;
                        continue;
                    }
                    xml::element(xml, "block", &[("id", &chapter.activity)], |xml| {
                        string(xml, "title", language, &chapter.title)?;
                        string(xml, "description", language, description)?;
                        chapter
                            .units
                            .iter()
                            .try_for_each(|unit| assignable_unit(xml, language, chapter, unit, &unit.title))
                    })?;
                }
                Ok(())
            })
        })?;
        Ok(vec![("cmi5.xml", manifest)])
    }
}

fn assignable_unit(
    xml: &mut Xml,
    language: &str,
    chapter: &RenderedChapter,
    unit: &Unit,
    description: &str,
) -> io::Result<()> {
    let mastery = chapter
        .pass_mark
        .filter(|_| unit.is_passed)
        .map(|percent| decimal(percent).to_string());
    let mut attributes = vec![
        ("id", &*unit.activity),
        (
            "moveOn",
            if mastery.is_some() {
                "CompletedAndPassed"
            } else {
                "Completed"
            },
        ),
    ];
    if let Some(mastery) = &mastery {
        attributes.push(("masteryScore", mastery));
    }
    attributes.extend([
        ("launchMethod", "AnyWindow"),
        ("activityType", "http://adlnet.gov/expapi/activities/module"),
    ]);
    xml::element(xml, "au", &attributes, |xml| {
        string(xml, "title", language, &unit.title)?;
        string(xml, "description", language, description)?;
        xml::text(xml, "url", &[], &format!("{}{}", chapter.page, unit.parameters))
    })
}

fn string(xml: &mut Xml, name: &str, language: &str, text: &str) -> io::Result<()> {
    xml::element(xml, name, &[], |xml| {
        xml::text(xml, "langstring", &[("lang", language)], text)
    })
}

/// A share as the schema's decimal takes it: 0 to 1, never in scientific notation.
fn decimal(percent: u8) -> f64 {
    f64::from(percent) / 100.0
}
