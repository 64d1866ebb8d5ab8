//! What runs in the learner's browser: one small player, and one tracker per standard, embedded as bytes.
//!
//! The scripts of `js/` are classic scripts: they run from a disk, and in an LMS that refuses modules. A package gets
//! the shared ones and its standard's tracker, joined inside one function and without their comments.

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

/// The scripts that every standard shares, each after those it uses.
const SHARED: [&str; 6] = [
    include_str!("../js/suspend-data.js"),
    include_str!("../js/progress.js"),
    include_str!("../js/tracker.js"),
    include_str!("../js/lexicon.js"),
    include_str!("../js/questions.js"),
    include_str!("../js/page.js"),
];

/// The stylesheet of the page.
#[must_use]
pub fn style() -> &'static str {
    include_str!("../js/player.css")
}

/// Scripts that the page of a standard asks for beside its own: file names and texts.
#[must_use]
pub fn workers(standard: Standard) -> Vec<(&'static str, String)> {
    match standard {
        Standard::Cmi5 => {
            let mut script = String::from("'use strict';\n");
            push_code(include_str!("../js/farewell.js"), &mut script);
            vec![("farewell.js", script)]
        }
        _ => Vec::new(),
    }
}

/// The script of the page for a standard.
#[must_use]
pub fn script(standard: Standard) -> String {
    const SCORM: &str = include_str!("../js/scorm.js");
    const LRS: &str = include_str!("../js/lrs.js");
    let (trackers, class): (&[&str], &str) = match standard {
        Standard::Scorm12 => (&[SCORM, include_str!("../js/scorm12.js")], "Scorm12Tracker"),
        Standard::Scorm2004 => (&[SCORM, include_str!("../js/scorm2004.js")], "Scorm2004Tracker"),
        Standard::Xapi => (&[LRS, include_str!("../js/xapi.js")], "XapiTracker"),
        Standard::Cmi5 => (&[LRS, include_str!("../js/cmi5.js")], "Cmi5Tracker"),
        Standard::Web => (&[include_str!("../js/web.js")], "WebTracker"),
    };
    let mut script = String::from("(function () {\n'use strict';\n");
    for part in SHARED.iter().chain(trackers) {
        push_code(part, &mut script);
    }
    script.push_str("startPage(");
    script.push_str(class);
    script.push_str(");\n})();\n");
    script
}

/// Adds a script without its comments and indentation.
///
/// Our scripts keep to what this understands: a `//` comment has its line for itself, `/** … */` stands nowhere in a
/// string, and no string spans lines.
fn push_code(source: &str, out: &mut String) {
    let mut rest = source;
    let mut code = String::with_capacity(source.len());
    while let Some(start) = rest.find("/**") {
        code.push_str(&rest[..start]);
        rest = rest[start..]
            .find("*/")
            .map_or("", |end| &rest[start + end + 2..]);
    }
    code.push_str(rest);
    for line in code
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
    {
        out.push_str(line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{Standard, push_code, script, style};

    #[test]
    fn comments_and_indentation_are_left_out() {
        let mut out = String::new();
        push_code(
            "// a\n/**\n * b\n */\nfunction f() {\n  const c = /** @type {D} */ (e); // kept\n}\n",
            &mut out,
        );
        assert_eq!(out, "function f() {\nconst c =  (e); // kept\n}\n");
    }

    #[test]
    fn each_standard_gets_its_own_tracker_within_the_budget() {
        const LIMIT: usize = 45_000;
        for (standard, own, other) in [
            (Standard::Scorm12, "cmi.core.", "statements"),
            (Standard::Scorm2004, "API_1484_11", "statements"),
            (Standard::Xapi, "activity_id", "cmi.suspend_data"),
            (Standard::Cmi5, "fetchUrl", "cmi.suspend_data"),
            (Standard::Web, "WebTracker", "statements"),
        ] {
            let script = script(standard);
            assert!(script.contains(own) && !script.contains(other), "{standard:?}");
            assert!(
                script.len() + style().len() < LIMIT,
                "{standard:?}: {}",
                script.len() + style().len()
            );
            // Neither may end the element that loads it.
            assert!(!script.contains("</"), "{standard:?}");
        }
    }
}
