//! SCORM 2004, third and fourth edition.

use std::io;

use cartable_player::Standard;

use super::{
    ControlFiles, PackageFormat,
    ims::{self, Profile},
    lom,
    xml::{self, Xml},
};
use crate::rendered::RenderedCourse;

/// The metadata's path in a package.
const METADATA: &str = "metadata.xml";

/// An edition of SCORM 2004.
pub(crate) enum Scorm2004 {
    ThirdEdition,
    FourthEdition,
}

impl Scorm2004 {
    fn profile(&self) -> Profile {
        Profile {
            namespaces: &[
                ("xmlns", "http://www.imsglobal.org/xsd/imscp_v1p1"),
                ("xmlns:adlcp", "http://www.adlnet.org/xsd/adlcp_v1p3"),
                ("xmlns:adlnav", "http://www.adlnet.org/xsd/adlnav_v1p3"),
                ("xmlns:imsss", "http://www.imsglobal.org/xsd/imsss"),
            ],
            schemas: &[
                ("http://www.imsglobal.org/xsd/imscp_v1p1", "imscp_v1p1.xsd"),
                ("http://www.adlnet.org/xsd/adlcp_v1p3", "adlcp_v1p3.xsd"),
                ("http://www.adlnet.org/xsd/adlnav_v1p3", "adlnav_v1p3.xsd"),
                ("http://www.imsglobal.org/xsd/imsss", "imsss_v1p0.xsd"),
            ],
            // An LMS compares this text letter by letter.
            version: match self {
                Self::ThirdEdition => "2004 3rd Edition",
                Self::FourthEdition => "2004 4th Edition",
            },
            sco: "adlcp:scormType",
            // Beside the manifest: the third edition's schema takes no metadata in it without its schema.
            metadata: |xml, _| xml::text(xml, "adlcp:location", &[], METADATA),
            item,
            cluster,
        }
    }
}

/// The chapter says itself when it is completed and passed, and has its own buttons.
fn item(xml: &mut Xml) -> io::Result<()> {
    xml::element(xml, "imsss:sequencing", &[], |xml| {
        let by_content = [
            ("completionSetByContent", "true"),
            ("objectiveSetByContent", "true"),
        ];
        xml::empty(xml, "imsss:deliveryControls", &by_content)
    })?;
    xml::element(xml, "adlnav:presentation", &[], |xml| {
        xml::element(xml, "adlnav:navigationInterface", &[], |xml| {
            ["previous", "continue"]
                .iter()
                .try_for_each(|button| xml::text(xml, "adlnav:hideLMSUI", &[], button))
        })
    })
}

/// An LMS may begin with the first unit at once, and go to any.
fn cluster(xml: &mut Xml) -> io::Result<()> {
    xml::element(xml, "imsss:sequencing", &[], |xml| {
        xml::empty(xml, "imsss:controlMode", &[("choice", "true"), ("flow", "true")])
    })
}

impl PackageFormat for Scorm2004 {
    fn name(&self) -> &'static str {
        match self {
            Self::ThirdEdition => "scorm2004-3",
            Self::FourthEdition => "scorm2004-4",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::ThirdEdition => "SCORM 2004 (3)",
            Self::FourthEdition => "SCORM 2004 (4)",
        }
    }

    fn standard(&self) -> Standard {
        Standard::Scorm2004
    }

    fn schemas(&self) -> Vec<&'static str> {
        self.profile().schemas.iter().map(|(_, file)| *file).collect()
    }

    fn control_files(
        &self,
        course: &RenderedCourse,
        files: &[&str],
        has_schemas: bool,
    ) -> io::Result<ControlFiles> {
        let manifest = ims::manifest(&self.profile(), course, files, has_schemas)?;
        Ok(vec![(ims::MANIFEST, manifest), (METADATA, lom::ieee(course)?)])
    }
}
