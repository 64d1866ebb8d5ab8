//! Joins the scripts of each standard and makes them small, so that a learner's browser loads little.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_compat::EngineTargets;
use oxc_minifier::{CompressOptions, MangleOptions, ManglePropertiesOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// The oldest language that a learner's browser may speak: nothing newer is written.
const LANGUAGE: &str = "es2020";

/// The scripts that every standard shares, each after those it uses.
const SHARED: [&str; 11] = [
    "tracker",
    "look",
    "suspend-data",
    "answers",
    "progress",
    "questions",
    "lexicon",
    "search",
    "panels",
    "ending",
    "page",
];

/// The trackers of each standard, and the class to start.
const STANDARDS: [(&str, &[&str], &str); 5] = [
    ("scorm12", &["scorm", "scorm12"], "Scorm12Tracker"),
    ("scorm2004", &["scorm", "scorm2004"], "Scorm2004Tracker"),
    ("xapi", &["lrs", "xapi"], "XapiTracker"),
    ("cmi5", &["lrs", "cmi5"], "Cmi5Tracker"),
    ("web", &["web"], "WebTracker"),
];

/// The standards whose packages of a whole course have a page of their own, with the trackers that know what was done.
const COURSE_PAGES: [(&str, &[&str], &str); 2] = [
    ("xapi", &["lrs", "xapi"], "XapiTracker"),
    ("web", &["web"], "WebTracker"),
];

/// What the page of a whole course uses.
const COURSE_SHARED: [&str; 4] = ["tracker", "look", "suspend-data", "course"];

/// The stylesheets: of every page, and of what some pages have.
const STYLES: [&str; 3] = ["player", "panels", "kinds"];

/// Properties that our classes alone know: shortened, since no LMS, document or browser reads them.
const OWN: &str = "authorize|closeLabel|contentsButton|controls|dialect|earlierSeconds|fetchState|hasCoursePage|isFinal|isNormal|\
    isOver|keepQueue|launchData|lessonOf|mayRetake|milestone|newScore|offerRetake|onAnswer|putState|readPreferences|retryDelay|\
    sendLast|sessionOf|setStatus|settled|showEnd|shownAt|stateKnown|statePath|suspendLimit|terminate|toggleContents|triesLeft|\
    uncommitted|watchEnds|watchTime|withoutLms|writable|writeOutcome";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=js");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    for (standard, trackers, class) in STANDARDS {
        let script = joined(
            &SHARED,
            trackers,
            &format!("whenParsed(() => startPage({class}));"),
        )?;
        fs::write(out.join(format!("{standard}.js")), small(&script)?)?;
    }
    for (standard, trackers, class) in COURSE_PAGES {
        let script = joined(
            &COURSE_SHARED,
            trackers,
            &format!("whenParsed(() => startCourse({class}));"),
        )?;
        fs::write(out.join(format!("course-{standard}.js")), small(&script)?)?;
    }
    let farewell = format!("'use strict';\n{}", fs::read_to_string("js/farewell.js")?);
    fs::write(out.join("farewell.js"), small(&farewell)?)?;
    for name in STYLES {
        let style = fs::read_to_string(format!("js/{name}.css"))?;
        fs::write(out.join(format!("{name}.css")), small_style(&style))?;
    }
    Ok(())
}

/// Scripts inside one function, and the statement that starts them.
fn joined(shared: &[&str], trackers: &[&str], start: &str) -> Result<String, Box<dyn Error>> {
    let mut script = String::from("(function () {\n'use strict';\n");
    for name in shared.iter().chain(trackers) {
        script.push_str(&fs::read_to_string(format!("js/{name}.js"))?);
    }
    writeln!(script, "{start}\n}})();")?;
    Ok(script)
}

fn small(script: &str) -> Result<String, Box<dyn Error>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::script()).parse();
    if let Some(fault) = parsed.diagnostics.first() {
        return Err(format!("{fault:?}").into());
    }
    let mut program = parsed.program;
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: Some(ManglePropertiesOptions::from_pattern(&format!("^({OWN})$"))?),
        compress: Some(CompressOptions {
            target: EngineTargets::from_target(LANGUAGE)?,
            ..CompressOptions::smallest()
        }),
    };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let code = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .build(&program)
        .code;
    Ok(code)
}

/// Where a space says nothing, in a stylesheet that has none inside its quoted texts.
const IDLE_SPACES: [(&str, &str); 9] = [
    (" {", "{"),
    ("{ ", "{"),
    (": ", ":"),
    ("; ", ";"),
    (", ", ","),
    (" }", "}"),
    (";}", "}"),
    (" > ", ">"),
    (" !important", "!important"),
];

/// A stylesheet without comments, line ends and idle spaces.
fn small_style(style: &str) -> String {
    let mut rest = style;
    let mut code = String::with_capacity(style.len());
    while let Some(start) = rest.find("/*") {
        code.push_str(&rest[..start]);
        rest = rest[start..]
            .find("*/")
            .map_or("", |end| &rest[start + end + 2..]);
    }
    code.push_str(rest);
    let mut small = String::with_capacity(code.len());
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let line = IDLE_SPACES
            .iter()
            .fold(line.to_owned(), |line, (idle, kept)| line.replace(idle, kept));
        small.push_str(&line);
        // A declaration ends with its semicolon, a rule with its brace: only a selector goes on with the next line.
        if !line.ends_with([';', '{', '}', ',']) {
            small.push('\n');
        }
    }
    small
}
