//! Local files in a package: names that every LMS keeps, and how the page shows them.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use cartable_course::{Chapter, Media, MediaKind};
use sha2::{Digest, Sha256};

use crate::prose::escape;

/// Where a package keeps them.
const FOLDER: &str = "media/";

/// The files of a chapter, by the name that its author gives them.
#[derive(Default)]
pub(crate) struct MediaFiles<'c> {
    files: HashMap<&'c str, Named<'c>>,
    language: &'c str,
    transcript: &'c str,
}

/// A file and what the package calls it.
struct Named<'c> {
    media: &'c Media,
    path: String,
    /// In bytes.
    size: u64,
    captions: Option<String>,
}

impl<'c> MediaFiles<'c> {
    /// Names the files: letters that every LMS keeps, and a fingerprint of the content, so that a browser never shows an
    /// earlier version. `transcript` is what the page calls one.
    pub(crate) fn of(chapter: &'c Chapter, language: &'c str, transcript: &'c str) -> io::Result<Self> {
        let mut files = HashMap::new();
        for media in &chapter.media {
            let captions = media.captions.as_deref().map(name).transpose()?;
            let path = name(&media.file)?;
            let size = fs::metadata(&media.file)?.len();
            files.insert(
                media.name.as_str(),
                Named {
                    media,
                    path,
                    size,
                    captions,
                },
            );
        }
        Ok(Self {
            files,
            language,
            transcript,
        })
    }

    /// Everything that the package must hold: path in it, file on disk.
    pub(crate) fn paths(&self) -> Vec<(String, PathBuf)> {
        let mut all = Vec::new();
        for Named {
            media,
            path,
            captions,
            ..
        } in self.files.values()
        {
            all.push((path.clone(), media.file.clone()));
            if let (Some(path), Some(file)) = (captions, &media.captions) {
                all.push((path.clone(), file.clone()));
            }
        }
        all.sort();
        all
    }

    /// The address of a file to keep.
    pub(crate) fn download(&self, name: &str) -> Option<&str> {
        let named = self.files.get(name)?;
        (named.media.kind == MediaKind::Download).then_some(&*named.path)
    }

    /// The path of any file, and its size in bytes.
    pub(crate) fn file(&self, name: &str) -> Option<(&str, u64)> {
        let named = self.files.get(name)?;
        Some((&*named.path, named.size))
    }

    /// The element that shows a file, with what its author says it shows.
    pub(crate) fn element(&self, name: &str, text: &str) -> String {
        let Some(Named {
            media,
            path,
            captions,
            ..
        }) = self.files.get(name)
        else {
            return String::new();
        };
        let text = escape(text);
        match media.kind {
            MediaKind::Image { size } => {
                let size = size.map(|(width, height)| format!(r#" width="{width}" height="{height}""#));
                let size = size.unwrap_or_default();
                format!(r#"<img src="{path}" alt="{text}"{size} loading="lazy">"#)
            }
            MediaKind::Audio => {
                format!(r#"<audio src="{path}" controls preload="metadata" aria-label="{text}"></audio>"#)
            }
            MediaKind::Video => {
                let language = escape(self.language);
                let track = captions.as_ref().map(|captions| {
                    format!(r#"<track kind="captions" src="{captions}" srclang="{language}" label="{language}" default>"#)
                });
                let track = track.unwrap_or_default();
                format!(
                    r#"<video src="{path}" controls playsinline preload="metadata" aria-label="{text}">{track}</video>"#
                )
            }
            MediaKind::Download => String::new(),
        }
    }

    /// What is said in a file, to be opened under it.
    pub(crate) fn transcript(&self, name: &str) -> Option<String> {
        let text = self.files.get(name)?.media.transcript.as_deref()?;
        let mut paragraphs = String::new();
        for paragraph in text
            .split("\n\n")
            .map(str::trim)
            .filter(|paragraph| !paragraph.is_empty())
        {
            paragraphs.push_str("<p>");
            paragraphs.push_str(&escape(paragraph));
            paragraphs.push_str("</p>");
        }
        let title = escape(self.transcript);
        Some(format!(
            r#"<details class="transcript"><summary data-word="transcript">{title}</summary>{paragraphs}</details>"#
        ))
    }
}

/// The path of a file in a package: its name in plain letters, and a fingerprint.
pub(crate) fn name(file: &Path) -> io::Result<String> {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().to_lowercase();
    let stem: String = text(file.file_stem())
        .chars()
        .map(|part| if part.is_ascii_alphanumeric() { part } else { '-' })
        .take(40)
        .collect();
    let stem = stem.trim_matches('-');
    let stem = if stem.is_empty() { "file" } else { stem };
    let mut hasher = Sha256::new();
    let mut reader = File::open(file)?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
    }
    let digest = hasher.finalize();
    let mark = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    Ok(format!("{FOLDER}{stem}-{mark:08x}.{}", text(file.extension())))
}
