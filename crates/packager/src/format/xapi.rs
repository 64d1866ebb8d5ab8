//! xAPI with `tincan.xml`, the launch descriptor that Moodle's launcher and others read.

use std::io;

use cartable_player::Standard;

use super::{ControlFiles, PackageFormat, xml};
use crate::{package::PAGE, rendered::RenderedCourse};

pub(crate) struct Xapi;

impl PackageFormat for Xapi {
    fn name(&self) -> &'static str {
        "xapi"
    }

    fn title(&self) -> &'static str {
        "xAPI (tincan.xml)"
    }

    fn standard(&self) -> Standard {
        Standard::Xapi
    }

    fn control_files(
        &self,
        course: &RenderedCourse,
        _files: &[&str],
        _has_schemas: bool,
    ) -> io::Result<ControlFiles> {
        // Launchers read the first activity alone, and its last launch element wins: there is one of each.
        let kind = if course.is_whole() { "course" } else { "module" };
        let kind = format!("http://adlnet.gov/expapi/activities/{kind}");
        let activity = [("id", course.activity()), ("type", &kind)];
        let language = [("lang", &*course.language)];
        let manifest = xml::document(|xml| {
            xml::element(
                xml,
                "tincan",
                &[("xmlns", "http://projecttincan.com/tincan.xsd")],
                |xml| {
                    xml::element(xml, "activities", &[], |xml| {
                        xml::element(xml, "activity", &activity, |xml| {
                            xml::text(xml, "name", &[], course.title())?;
                            xml::text(xml, "description", &language, course.description())?;
                            xml::text(xml, "launch", &language, PAGE)
                        })
                    })
                },
            )
        })?;
        Ok(vec![("tincan.xml", manifest)])
    }
}
