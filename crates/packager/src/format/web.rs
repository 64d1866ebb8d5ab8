//! The web: a folder that opens by a double-click, and a zip of it. There is no manifest: the page is all.

use std::io;

use cartable_player::Standard;

use super::{ControlFiles, PackageFormat};
use crate::rendered::RenderedCourse;

pub(crate) struct Web;

impl PackageFormat for Web {
    fn name(&self) -> &'static str {
        "web"
    }

    fn title(&self) -> &'static str {
        "Web"
    }

    fn standard(&self) -> Standard {
        Standard::Web
    }

    fn is_unpacked(&self) -> bool {
        true
    }

    fn control_files(
        &self,
        _course: &RenderedCourse,
        _files: &[&str],
        _has_schemas: bool,
    ) -> io::Result<ControlFiles> {
        Ok(Vec::new())
    }
}
