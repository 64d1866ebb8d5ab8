//! The resources of a chapter as cards: what each is, whose, in which language, how large.

use cartable_course::{Destination, Link, LinkKind, Resources};

use crate::{
    page::{LanguageContext, LinkContext, ResourcesContext},
    prose::Setting,
    typography::Rules,
};

/// What the template shows of the resources.
pub(crate) fn context<'r>(resources: &'r Resources, setting: &Setting<'r>) -> ResourcesContext<'r> {
    ResourcesContext {
        title: setting.optional(resources.title.as_deref()),
        introduction: setting.optional(resources.introduction.as_deref()),
        hint: setting.optional(resources.hint.as_deref()),
        links: resources.links.iter().map(|link| card(link, setting)).collect(),
    }
}

fn card<'r>(link: &'r Link, setting: &Setting<'r>) -> LinkContext<'r> {
    let (url, download, measured) = match &link.destination {
        Destination::Web(url) => (url.as_str(), None, None),
        Destination::File(name) => {
            let (path, bytes) = setting.media.file(name).unwrap_or_default();
            (path, name.rsplit('/').next(), Some(size(bytes, setting)))
        }
    };
    LinkContext {
        title: setting.text(&link.title),
        url,
        download,
        kind: link.kind.map(kind),
        publisher: setting.optional(link.publisher.as_deref()),
        language: link.language.as_deref().map(|tag| language(tag, setting)),
        size: setting.optional(link.size.as_deref().or(measured.as_deref())),
        description: setting.optional(link.description.as_deref()),
    }
}

/// The key of the word for what a resource is.
fn kind(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Text => "resource_text",
        LinkKind::Video => "resource_video",
        LinkKind::Audio => "resource_audio",
        LinkKind::Site => "resource_site",
        LinkKind::Law => "resource_law",
        LinkKind::Form => "resource_form",
        LinkKind::File => "resource_file",
    }
}

fn language<'r>(tag: &'r str, setting: &Setting<'_>) -> LanguageContext<'r> {
    let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let word = Some(format!("language_{primary}")).filter(|word| setting.words.contains_key(word));
    LanguageContext { tag, word }
}

/// A number of bytes as people read it, such as `2,4 Mo`: one decimal below ten.
fn size(bytes: u64, setting: &Setting<'_>) -> String {
    let unit = setting.word("bytes");
    let mut prefixes = ["k", "M", "G", "T"].into_iter();
    let (mut tenths, mut prefix) = (bytes.saturating_mul(10), "");
    while tenths >= 9_995
        && let Some(next) = prefixes.next()
    {
        tenths = tenths.saturating_add(500) / 1000;
        prefix = next;
    }
    let number = if prefix.is_empty() || tenths >= 100 {
        ((tenths + 5) / 10).to_string()
    } else {
        let comma = match Rules::of(setting.language) {
            Rules::French => ',',
            Rules::English | Rules::Other => '.',
        };
        format!("{}{comma}{}", tenths / 10, tenths % 10)
    };
    format!("{number} {prefix}{unit}")
}

#[cfg(test)]
mod tests {
    use toml::Table;

    use super::{language, size};
    use crate::{media::MediaFiles, prose::Setting};

    #[test]
    fn a_size_is_told_in_the_unit_that_fits() {
        let words: Table = "bytes = \"o\"".parse().unwrap();
        let media = MediaFiles::default();
        let setting = Setting {
            media: &media,
            language: "fr",
            words: &words,
        };
        for (bytes, text) in [
            (0, "0 o"),
            (999, "999 o"),
            (1_000, "1,0 ko"),
            (9_960, "10 ko"),
            (12_345, "12 ko"),
            (2_449_000, "2,4 Mo"),
            (999_999, "1,0 Mo"),
            (3_000_000_000, "3,0 Go"),
        ] {
            assert_eq!(size(bytes, &setting), text, "{bytes}");
        }
        let setting = Setting {
            language: "en",
            ..setting
        };
        assert_eq!(size(2_449_000, &setting), "2.4 Mo");
        assert!(size(u64::MAX, &setting).ends_with("To"));
    }

    #[test]
    fn a_language_has_a_name_or_is_told_by_its_tag() {
        let words: Table = "language_en = \"anglais\"".parse().unwrap();
        let media = MediaFiles::default();
        let setting = Setting {
            media: &media,
            language: "fr",
            words: &words,
        };
        assert_eq!(language("EN-GB", &setting).word.as_deref(), Some("language_en"));
        assert_eq!(language("ja", &setting).word, None);
    }
}
