//! Joins the scripts of each standard and makes them small, so that a learner's browser loads little.

use std::{collections::BTreeSet, env, error::Error, fmt::Write, fs, path::Path};

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, Expression, MethodDefinition, MethodDefinitionKind, Program,
};
use oxc_ast_visit::{Visit, walk};
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_compat::EngineTargets;
use oxc_minifier::{CompressOptions, MangleOptions, ManglePropertiesOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// The oldest language that a learner's browser may speak: nothing newer is written.
const LANGUAGE: &str = "es2020";

/// The scripts that every standard shares, each after those it uses.
const SHARED: [&str; 12] = [
    "dom",
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

/// The scripts of what only some chapters have: `Extra` in the library, and lessons that are launched alone.
const EXTRAS: [&str; 3] = ["kinds", "tabs", "unit"];

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
const COURSE_SHARED: [&str; 5] = ["dom", "tracker", "look", "suspend-data", "course"];

/// The stylesheets: of every page, and of what some pages have.
const STYLES: [&str; 5] = ["player", "course", "kinds", "panels", "tables"];

/// Names of our classes and types that are somebody else's too, and stay as they are: `tests/journeys/names.test.js` says
/// which are missing here.
const KEPT: [&[&str]; 5] = [
    // The browser's, of objects that the scripts use.
    &[
        "close", "data", "get", "headers", "location", "name", "open", "push", "right", "set", "status",
    ],
    // The page's: its data, its strings, its attributes.
    &[
        "activity",
        "answer",
        "chapters",
        "damaged",
        "finish",
        "kind",
        "language",
        "languages",
        "lesson",
        "locked",
        "move",
        "questions",
        "resume",
        "revision",
        "score",
        "seconds",
        "term",
        "title",
        "view",
        "words",
    ],
    // The statements' and the launch's.
    &["actor", "answered", "object", "registration"],
    // The state document's.
    &["complete", "success", "suspendData"],
    // What a page says to the worker of `farewell.js`.
    &["session"],
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=js");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let own = own_names()?;
    for (standard, trackers, class) in STANDARDS {
        let start = format!("whenParsed(() => startPage({class}));");
        let script = joined(&SHARED, trackers, &start)?;
        fs::write(out.join(format!("{standard}.js")), small(&script, &own)?)?;
        let script = joined(&[&SHARED[..], &EXTRAS].concat(), trackers, &start)?;
        fs::write(out.join(format!("{standard}-extras.js")), small(&script, &own)?)?;
    }
    for (standard, trackers, class) in COURSE_PAGES {
        let script = joined(
            &COURSE_SHARED,
            trackers,
            &format!("whenParsed(() => startCourse({class}));"),
        )?;
        fs::write(out.join(format!("course-{standard}.js")), small(&script, &own)?)?;
    }
    let farewell = format!("'use strict';\n{}", fs::read_to_string("js/farewell.js")?);
    fs::write(out.join("farewell.js"), small(&farewell, &own)?)?;
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

/// The names that our classes give to their members and our types to their properties, without those that are kept.
fn own_names() -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut own = OwnNames::default();
    for file in fs::read_dir("js")? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "js") {
            let script = fs::read_to_string(path)?;
            let allocator = Allocator::default();
            let program = parsed(&allocator, &script)?;
            own.visit_program(&program);
            for comment in &program.comments {
                own.0
                    .extend(properties(comment.content_span().source_text(&script)));
            }
        }
    }
    for name in KEPT.into_iter().flatten() {
        own.0.remove(*name);
    }
    Ok(own.0)
}

/// The members of classes: their methods, and what they assign to themselves.
#[derive(Default)]
struct OwnNames(BTreeSet<String>);

impl<'a> Visit<'a> for OwnNames {
    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        if method.kind != MethodDefinitionKind::Constructor {
            self.0.extend(method.key.static_name().map(String::from));
        }
        walk::walk_method_definition(self, method);
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        if let AssignmentTarget::StaticMemberExpression(member) = &assignment.left
            && matches!(member.object, Expression::ThisExpression(_))
        {
            self.0.insert(member.property.name.to_string());
        }
        walk::walk_assignment_expression(self, assignment);
    }
}

/// The types of what a page tells its script as JSON.
const TOLD: [&str; 3] = ["PageData", "QuestionData", "CourseData"];

/// The names in the lines `@property {type} name` of a comment, but of what a page tells.
fn properties(comment: &str) -> Vec<String> {
    let mut names = Vec::new();
    for definition in comment.split("@typedef {object} ").skip(1) {
        let mut properties = definition.split("@property {");
        let title = properties.next().and_then(|line| line.split_whitespace().next());
        if title.is_some_and(|title| TOLD.contains(&title)) {
            continue;
        }
        for property in properties {
            // The type may hold braces of its own, before the one that ends it.
            let mut depth = 1;
            let end = property.find(|character| {
                depth += i32::from(character == '{') - i32::from(character == '}');
                depth == 0
            });
            let name = end.map(|end| property[end + 1..].trim_start_matches([' ', '[']));
            let is_end = |character: char| !character.is_ascii_alphanumeric();
            names.extend(name.and_then(|name| name.split(is_end).next()).map(str::to_owned));
        }
    }
    names
}

fn parsed<'a>(allocator: &'a Allocator, script: &'a str) -> Result<Program<'a>, Box<dyn Error>> {
    let parsed = Parser::new(allocator, script, SourceType::script()).parse();
    match parsed.diagnostics.first() {
        Some(fault) => Err(format!("{fault:?}").into()),
        None => Ok(parsed.program),
    }
}

/// A script with short names, those of our own properties too.
fn small(script: &str, own: &BTreeSet<String>) -> Result<String, Box<dyn Error>> {
    let allocator = Allocator::default();
    let mut program = parsed(&allocator, script)?;
    let names: Vec<&str> = own.iter().map(String::as_str).collect();
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: Some(ManglePropertiesOptions::from_pattern(&format!(
            "^({})$",
            names.join("|")
        ))?),
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
