//! The useful resources of a chapter: `resources.toml`.

use std::{collections::HashMap, path::Path};

use crate::{
    lexicon::unique,
    model::{Link, Resources},
    problem::Kind,
    source::Source,
    table::{Faults, Table},
};

/// Reads the resources; a file that is absent is no fault.
pub(crate) fn read(path: &Path, faults: &Faults) -> Option<Resources> {
    if !path.exists() {
        return None;
    }
    let source = Source::read(path, faults)?;
    let mut table = Table::parse(&source, &source.text, 0, faults);
    let title = table.optional_text("title").map(|text| text.value);
    let introduction = table.optional_text("introduction").map(|text| text.value);
    let hint = table.optional_text("hint").map(|text| text.value);
    let mut ids = HashMap::new();
    let mut links = Vec::new();
    for mut entry in table.tables("link") {
        let id = entry.id("id");
        let link_title = entry.title("title");
        let url = entry.url("url");
        let publisher = entry.optional_text("publisher").map(|text| text.value);
        let description = entry.optional_text("description").map(|text| text.value);
        entry.finish();
        if let Some(id) = &id {
            unique(&source, &mut ids, id.value.clone(), id, Kind::Resource, faults);
        }
        if let (Some(id), Some(title), Some(url)) = (id, link_title, url) {
            links.push(Link {
                id: id.value,
                title,
                url,
                publisher,
                description,
            });
        }
    }
    table.finish();
    Some(Resources {
        title,
        introduction,
        hint,
        links,
    })
}
