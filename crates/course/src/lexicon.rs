//! The lexicon of a chapter: `lexicon.toml`.

use std::{collections::HashMap, path::Path};

use crate::{
    model::{Lexicon, Term},
    problem::{Kind, Problem},
    source::{Located, Source},
    table::{Faults, Table},
};

/// Reads the lexicon; a file that is absent is no fault.
pub(crate) fn read(path: &Path, faults: &Faults) -> Option<Lexicon> {
    if !path.exists() {
        return None;
    }
    let source = Source::read(path, faults)?;
    let mut table = Table::parse(&source, &source.text, 0, faults);
    let title = table.optional_text("title").map(|text| text.value);
    let introduction = table.optional_text("introduction").map(|text| text.value);
    let hint = table.optional_text("hint").map(|text| text.value);
    let mut ids = HashMap::new();
    let mut forms = HashMap::new();
    let mut terms = Vec::new();
    for mut entry in table.tables("term") {
        let id = entry.id("id");
        let name = entry.text("name");
        let others = entry.texts("forms");
        let definition = entry.prose("definition");
        entry.finish();
        if let Some(id) = &id {
            unique(&source, &mut ids, id.value.clone(), id, Kind::Term, faults);
        }
        for form in name.iter().chain(&others) {
            unique(
                &source,
                &mut forms,
                folded(&form.value),
                form,
                Kind::TermForm,
                faults,
            );
        }
        if let (Some(id), Some(name), Some(definition)) = (id, name, definition) {
            let forms = others.into_iter().map(|form| form.value).collect();
            terms.push(Term {
                id: id.value,
                name: name.value,
                forms,
                definition,
            });
        }
    }
    table.finish();
    Some(Lexicon {
        title,
        introduction,
        hint,
        terms,
    })
}

/// Reports a value that another entry already has.
pub(crate) fn unique(
    source: &Source,
    seen: &mut HashMap<String, String>,
    key: String,
    value: &Located<String>,
    kind: Kind,
    faults: &Faults,
) {
    let place = source.place(value.span.start);
    if let Some(first) = seen.get(&key) {
        let problem = Problem::Duplicate {
            kind,
            value: value.value.clone(),
            first: first.clone(),
        };
        faults.report(source, value.span.clone(), problem);
    } else {
        seen.insert(key, place);
    }
}

/// Two forms that a reader cannot tell apart name the same term.
fn folded(form: &str) -> String {
    form.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('’', "'")
        .to_lowercase()
}
