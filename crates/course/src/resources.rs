//! The useful resources of a chapter: `resources.toml`.

use std::{collections::HashMap, path::Path};

use crate::{
    lexicon::unique,
    load::is_language,
    media,
    model::{Destination, Link, LinkKind, Media, MediaKind, Resources},
    problem::{Kind, Problem},
    source::{Located, Source},
    table::{Faults, Table},
};

/// The file of the resources in a chapter's folder.
const FILE: &str = "resources.toml";

/// The values of `type`, and what each means.
const TYPES: &[&str] = &["text", "video", "audio", "site", "law", "form", "file"];
const KINDS: [LinkKind; 7] = [
    LinkKind::Text,
    LinkKind::Video,
    LinkKind::Audio,
    LinkKind::Site,
    LinkKind::Law,
    LinkKind::Form,
    LinkKind::File,
];

/// Reads the resources of a chapter and the files that they offer; a file that is absent is no fault.
pub(crate) fn read(folder: &Path, faults: &Faults) -> Option<(Resources, Vec<Media>)> {
    let path = folder.join(FILE);
    if !path.exists() {
        return None;
    }
    let source = Source::read(&path, faults)?;
    let mut table = Table::parse(&source, &source.text, 0, faults);
    let title = table.optional_text("title").map(|text| text.value);
    let introduction = table.optional_text("introduction").map(|text| text.value);
    let hint = table.optional_text("hint").map(|text| text.value);
    let mut ids = HashMap::new();
    let mut links = Vec::new();
    let mut files = Vec::new();
    for mut entry in table.tables("link") {
        let id = entry.id("id");
        let link_title = entry.title("title");
        let url = entry.optional_url("url");
        let file = entry.optional_text("file");
        let said = entry.optional_choice("type", TYPES, &KINDS);
        let language = entry.optional_text("language");
        let size = entry.optional_text("size").map(|text| text.value);
        let publisher = entry.optional_text("publisher").map(|text| text.value);
        let description = entry.optional_text("description").map(|text| text.value);
        let media = file
            .as_ref()
            .and_then(|file| media::find(folder, &source, file, faults));
        let destination = match (url, file) {
            (Some(url), None) => Some(Destination::Web(url)),
            (None, Some(file)) => Some(Destination::File(file.value)),
            _ => {
                entry.report(Problem::ResourceDestination);
                None
            }
        };
        if let Some(Located { value, span }) = &language
            && !is_language(value)
        {
            let value = value.clone();
            faults.report(&source, span.clone(), Problem::BadLanguage { value });
        }
        entry.finish();
        if let Some(id) = &id {
            unique(&source, &mut ids, id.value.clone(), id, Kind::Resource, faults);
        }
        let kind = said.or_else(|| media.as_ref().map(kind_of));
        files.extend(media);
        if let (Some(id), Some(title), Some(destination)) = (id, link_title, destination) {
            links.push(Link {
                id: id.value,
                title,
                destination,
                kind,
                language: language.map(|text| text.value),
                size,
                publisher,
                description,
            });
        }
    }
    table.finish();
    let resources = Resources {
        title,
        introduction,
        hint,
        links,
    };
    Some((resources, files))
}

/// What a file is, when its author does not say.
fn kind_of(media: &Media) -> LinkKind {
    let is_text = [".pdf", ".odt", ".docx", ".epub"]
        .iter()
        .any(|ending| media.name.to_ascii_lowercase().ends_with(ending));
    match media.kind {
        MediaKind::Audio => LinkKind::Audio,
        MediaKind::Video => LinkKind::Video,
        MediaKind::Download if is_text => LinkKind::Text,
        MediaKind::Download | MediaKind::Image { .. } => LinkKind::File,
    }
}
