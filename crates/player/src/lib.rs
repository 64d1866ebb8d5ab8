//! What runs in the learner's browser: one small player, and one tracker per standard, embedded as bytes.
//!
//! The scripts of `js/` are classic scripts: they run from a disk, and in an LMS that refuses modules. A package gets
//! the shared ones and its standard's tracker, joined inside one function and made small by `build.rs`.

/// A standard that the page can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// SCORM 1.2.
    Scorm12,
    /// SCORM 2004, third and fourth edition.
    Scorm2004,
    /// xAPI, launched as `tincan.xml` describes.
    Xapi,
    /// cmi5.
    Cmi5,
    /// No standard: progress stays in the browser.
    Web,
}

impl Standard {
    /// Every standard, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Scorm12, Self::Scorm2004, Self::Xapi, Self::Cmi5, Self::Web];
}

/// What `build.rs` made.
macro_rules! built {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// What only some chapters have, and bring a stylesheet of their own for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Callouts and panels in a lesson.
    Panels,
    /// Questions whose answer is typed, put in order or paired.
    Kinds,
    /// Tables.
    Tables,
}

impl Extra {
    /// Every extra.
    pub const ALL: [Self; 3] = [Self::Panels, Self::Kinds, Self::Tables];

    /// Whether it needs more of the script than every page has.
    #[must_use]
    pub fn has_script(self) -> bool {
        matches!(self, Self::Panels | Self::Kinds)
    }

    /// The stylesheet's path in a package.
    #[must_use]
    pub fn style_path(self) -> &'static str {
        match self {
            Self::Panels => "panels.css",
            Self::Kinds => "kinds.css",
            Self::Tables => "tables.css",
        }
    }

    /// The stylesheet.
    #[must_use]
    pub fn style(self) -> &'static str {
        match self {
            Self::Panels => built!("panels.css"),
            Self::Kinds => built!("kinds.css"),
            Self::Tables => built!("tables.css"),
        }
    }
}

/// The stylesheet of every page.
#[must_use]
pub fn style() -> &'static str {
    built!("player.css")
}

/// What the page of a whole course adds to it.
#[must_use]
pub fn course_style() -> &'static str {
    built!("course.css")
}

/// The script of the page for a standard: without extras, or with all of them.
#[must_use]
pub fn script(standard: Standard, has_extras: bool) -> &'static str {
    match (standard, has_extras) {
        (Standard::Scorm12, false) => built!("scorm12.js"),
        (Standard::Scorm12, true) => built!("scorm12-extras.js"),
        (Standard::Scorm2004, false) => built!("scorm2004.js"),
        (Standard::Scorm2004, true) => built!("scorm2004-extras.js"),
        (Standard::Xapi, false) => built!("xapi.js"),
        (Standard::Xapi, true) => built!("xapi-extras.js"),
        (Standard::Cmi5, false) => built!("cmi5.js"),
        (Standard::Cmi5, true) => built!("cmi5-extras.js"),
        (Standard::Web, false) => built!("web.js"),
        (Standard::Web, true) => built!("web-extras.js"),
    }
}

/// The script of the page that leads to the chapters of a whole course, for a standard without an LMS that does.
#[must_use]
pub fn course_script(standard: Standard) -> Option<&'static str> {
    match standard {
        Standard::Xapi => Some(built!("course-xapi.js")),
        Standard::Web => Some(built!("course-web.js")),
        Standard::Scorm12 | Standard::Scorm2004 | Standard::Cmi5 => None,
    }
}

/// Scripts that the page of a standard asks for beside its own: file names and texts.
#[must_use]
pub fn workers(standard: Standard) -> &'static [(&'static str, &'static str)] {
    match standard {
        Standard::Cmi5 => &[("farewell.js", built!("farewell.js"))],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{Standard, script, style, workers};

    #[test]
    fn the_dark_colours_are_the_same_for_who_chose_them_and_for_a_device_that_does() {
        let colours = |start: &str| {
            let (_, rule) = style().split_once(start).unwrap();
            let (block, _) = rule.split_once('}').unwrap();
            block
                .trim_start_matches("color-scheme:dark;")
                .trim_end_matches(';')
        };
        let device = colours("dark){:root:not([data-theme]){");
        assert!(device.contains("--paper:"));
        assert_eq!(device, colours("[data-theme=dark]{"));
    }

    #[test]
    fn each_standard_gets_its_own_tracker_within_the_budget() {
        // Of what a chapter without extras loads.
        const LIMIT: usize = 45_000;
        for (standard, own, other) in [
            (Standard::Scorm12, "cmi.core.", "terminated"),
            (Standard::Scorm2004, "API_1484_11", "terminated"),
            (Standard::Xapi, "activity_id", "cmi.suspend_data"),
            (Standard::Cmi5, "LMS.LaunchData", "cmi.suspend_data"),
            (Standard::Web, ":web:", "terminated"),
        ] {
            let full = script(standard, true);
            let script = script(standard, false);
            assert!(script.contains(own) && !script.contains(other), "{standard:?}");
            assert!(
                full.contains("matching") && !script.contains("matching"),
                "{standard:?}"
            );
            let workers: usize = workers(standard).iter().map(|(_, text)| text.len()).sum();
            let all = script.len() + style().len() + workers;
            assert!(all < LIMIT, "{standard:?}: {all}");
            // Neither may end the element that loads it.
            assert!(!full.contains("</"), "{standard:?}");
        }
    }
}
