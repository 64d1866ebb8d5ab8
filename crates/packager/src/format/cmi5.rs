//! cmi5: `cmi5.xml`, the course structure (cmi5, 13), with the chapter as its assignable unit.

use std::io;

use cartable_player::Standard;

use super::{
    ControlFiles, PackageFormat,
    xml::{self, Xml},
};
use crate::{package::PAGE, render::RenderedChapter};

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
        chapter: &RenderedChapter,
        _files: &[&str],
        _has_schemas: bool,
    ) -> io::Result<ControlFiles> {
        let description = chapter.description.as_deref().unwrap_or(&chapter.title);
        let mastery = chapter.pass_mark.map(|percent| decimal(percent).to_string());
        let mut unit = vec![
            ("id", &*chapter.activity),
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
            unit.push(("masteryScore", mastery));
        }
        unit.extend([
            ("launchMethod", "AnyWindow"),
            ("activityType", "http://adlnet.gov/expapi/activities/module"),
        ]);
        // The structure is the package's own: of the course, the statements speak in their context.
        let course = format!("{}/cmi5", chapter.activity);
        let namespace = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd";
        let manifest = xml::document(|xml| {
            xml::element(xml, "courseStructure", &[("xmlns", namespace)], |xml| {
                xml::element(xml, "course", &[("id", &course)], |xml| {
                    string(xml, "title", &chapter.language, &chapter.title)?;
                    string(xml, "description", &chapter.language, description)
                })?;
                xml::element(xml, "au", &unit, |xml| {
                    string(xml, "title", &chapter.language, &chapter.title)?;
                    string(xml, "description", &chapter.language, description)?;
                    xml::text(xml, "url", &[], PAGE)
                })
            })
        })?;
        Ok(vec![("cmi5.xml", manifest)])
    }
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
