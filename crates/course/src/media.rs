//! Local files that a lesson shows or offers: `![text](photo.jpg)`, `![text](film.mp4)`, `[text](fiche.pdf)`.
//!
//! Beside a film or a sound, the file of the same name in `.vtt` holds its captions, in `.txt` its transcript.

use std::{fs, path::Path};

use crate::{
    model::{Media, MediaKind},
    problem::Problem,
    source::{Located, Source},
    table::Faults,
};

/// The file behind a reference, when it lies in the chapter's folder and browsers know its type.
pub(crate) fn find(
    folder: &Path,
    source: &Source,
    reference: &Located<String>,
    faults: &Faults,
) -> Option<Media> {
    let Located { value: name, span } = reference;
    let file = folder.join(name);
    let problem = if leaves_its_folder(name) {
        Problem::ImageOutside { name: name.clone() }
    } else if kind(name).is_none() {
        Problem::ImageType { name: name.clone() }
    } else if !file.is_file() {
        Problem::ImageMissing { name: name.clone() }
    } else {
        let kind = match kind(name)? {
            MediaKind::Image { .. } => MediaKind::Image {
                size: imagesize::size(&file).ok().map(|size| (size.width, size.height)),
            },
            kind => kind,
        };
        let speaks = matches!(kind, MediaKind::Audio | MediaKind::Video);
        let beside = |extension| Some(file.with_extension(extension)).filter(|file| speaks && file.is_file());
        let captions = beside("vtt");
        let transcript = beside("txt").and_then(|file| fs::read_to_string(file).ok());
        if speaks && captions.is_none() && transcript.is_none() {
            faults.report(
                source,
                span.clone(),
                Problem::MediaWithoutText { name: name.clone() },
            );
        }
        return Some(Media {
            name: name.clone(),
            file,
            kind,
            captions,
            transcript,
        });
    };
    faults.report(source, span.clone(), problem);
    None
}

/// Whether a path leads out of the folder it is relative to, or is not written in the plainest way.
pub(crate) fn leaves_its_folder(name: &str) -> bool {
    name.split('/')
        .any(|part| part.is_empty() || part == "." || part == "..")
}

/// What a file is, by its extension.
fn kind(name: &str) -> Option<MediaKind> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match &*extension.to_ascii_lowercase() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "svg" | "avif" => MediaKind::Image { size: None },
        "mp3" | "m4a" | "ogg" | "opus" | "wav" => MediaKind::Audio,
        "mp4" | "webm" => MediaKind::Video,
        "pdf" | "odt" | "ods" | "odp" | "docx" | "xlsx" | "pptx" | "csv" | "epub" | "ics" | "zip" => {
            MediaKind::Download
        }
        _ => return None,
    })
}

/// Whether a link leads to a file that a package can hold.
pub(crate) fn is_download(url: &str) -> bool {
    !url.contains(':') && matches!(kind(url), Some(MediaKind::Download))
}
