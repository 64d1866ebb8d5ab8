//! SCORM 1.2 (Content Aggregation Model 1.2).

use std::io;

use cartable_player::Standard;

use super::{
    ControlFiles, PackageFormat,
    ims::{self, Profile},
    lom,
};
use crate::rendered::RenderedCourse;

pub(crate) struct Scorm12;

const PROFILE: Profile = Profile {
    namespaces: &[
        ("xmlns", "http://www.imsproject.org/xsd/imscp_rootv1p1p2"),
        ("xmlns:adlcp", "http://www.adlnet.org/xsd/adlcp_rootv1p2"),
        ("xmlns:imsmd", "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"),
    ],
    schemas: &[
        (
            "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
            "imscp_rootv1p1p2.xsd",
        ),
        ("http://www.adlnet.org/xsd/adlcp_rootv1p2", "adlcp_rootv1p2.xsd"),
        (
            "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1",
            "imsmd_rootv1p2p1.xsd",
        ),
    ],
    version: "1.2",
    sco: "adlcp:scormtype",
    metadata: lom::ims,
    item: |_| Ok(()),
    cluster: |_| Ok(()),
};

impl PackageFormat for Scorm12 {
    fn name(&self) -> &'static str {
        "scorm12"
    }

    fn title(&self) -> &'static str {
        "SCORM 1.2"
    }

    fn standard(&self) -> Standard {
        Standard::Scorm12
    }

    fn schemas(&self) -> Vec<&'static str> {
        PROFILE.schemas.iter().map(|(_, file)| *file).collect()
    }

    fn control_files(
        &self,
        course: &RenderedCourse,
        files: &[&str],
        has_schemas: bool,
    ) -> io::Result<ControlFiles> {
        Ok(vec![(
            ims::MANIFEST,
            ims::manifest(&PROFILE, course, files, has_schemas)?,
        )])
    }
}
