//! A request's statements: one, or an array of them, each with its own text.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::check::{Check, Place};
use crate::json::Json;
use crate::rule::Rule;
use crate::statement::Statement;
use crate::version::Version;
use crate::violation::Violations;

/// A statement and the text it was read from.
#[derive(Clone, Debug)]
pub struct ParsedStatement<'t> {
    /// The statement.
    pub statement: Statement,
    /// Its JSON object as received, without the white space around it.
    pub text: &'t str,
}

/// Reads the body of a request: a statement, or an array of statements, perhaps empty.
///
/// Pointers in the violations start with the index of the statement when the body is an array. 2.0 refuses an id that
/// is there twice (2.0, 4.1.6.1).
///
/// # Errors
/// Everything that is wrong in all of the statements.
pub fn parse_batch(json: &[u8], version: Version) -> Result<Vec<ParsedStatement<'_>>, Violations> {
    let mut check = Check::new(version);
    let batch = check.utf_8(json).and_then(|text| {
        if text.trim_ascii_start().starts_with('[') {
            read_array(&mut check, text)
        } else {
            read_one(&mut check, text, &Place::ROOT).map(|parsed| vec![parsed])
        }
    });
    check.finish(batch)
}

fn read_one<'t>(check: &mut Check, text: &'t str, at: &Place<'_>) -> Option<ParsedStatement<'t>> {
    let text = text.trim_ascii();
    let json = Json::parse(text)
        .map_err(|error| check.refuse_because(Rule::Json, at, &error))
        .ok()?;
    Statement::read(check, &json, at).map(|statement| ParsedStatement { statement, text })
}

fn read_array<'t>(check: &mut Check, text: &'t str) -> Option<Vec<ParsedStatement<'t>>> {
    let texts: Vec<&RawValue> = serde_json::from_str(text)
        .map_err(|error| check.refuse_because(Rule::Json, &Place::ROOT, &error))
        .ok()?;
    let root = Place::ROOT;
    let mut batch = Vec::with_capacity(texts.len());
    let mut ids = HashMap::with_capacity(texts.len());
    for (index, text) in texts.into_iter().enumerate() {
        let at = root.item(index);
        let Some(parsed) = read_one(check, text.get(), &at) else {
            continue;
        };
        if let Some(id) = parsed.statement.id.filter(|_| check.version.is_2_0())
            && let Some(first) = ids.insert(id, index)
        {
            let detail = format!("also at /{first}");
            check.refuse_because(Rule::BatchDuplicateId, &at.member("id"), &detail);
        }
        batch.push(parsed);
    }
    Some(batch)
}
