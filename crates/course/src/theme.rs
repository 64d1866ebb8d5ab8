//! A course's look: `[theme]` in `course.toml`, and the folder `templates` beside it.
//!
//! 1. The logo and the fonts are files of the course's folder, or fonts that learners have.
//! 2. Colours replace the product's, scheme by scheme, and every text must still be read on what is behind it.
//! 3. Templates replace the product's own; whether they can be rendered is the packager's affair.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use crate::{
    contrast::{Colour, NEEDED},
    diagnostic::Diagnostic,
    load::list,
    media,
    problem::Problem,
    source::{Located, Source},
    table::{Faults, Table},
};

/// The templates that a course may replace.
pub const TEMPLATES: [&str; 6] = [
    "callout.html",
    "course.html",
    "dialogs.html",
    "page.html",
    "panels.html",
    "question.html",
];
/// Where they lie in the course's folder.
const FOLDER: &str = "templates";
/// A stylesheet of the designer's, beside them.
const STYLE: &str = "style.css";
/// What the folder may hold.
const KNOWN: [&str; 7] = [
    TEMPLATES[0],
    TEMPLATES[1],
    TEMPLATES[2],
    TEMPLATES[3],
    TEMPLATES[4],
    TEMPLATES[5],
    STYLE,
];

/// A colour of the page: its name, and what it is in the light and in the dark scheme unless a course replaces it.
type Token = (&'static str, Colour, Colour);

/// The colours of `player.css`, where `_` is written `-`.
#[rustfmt::skip]
const TOKENS: [Token; 10] = [
    ("paper", Colour([0xfb, 0xf7, 0xee]), Colour([0x2a, 0x24, 0x1c])),
    ("page", Colour([0xf4, 0xee, 0xe0]), Colour([0x21, 0x1c, 0x15])),
    ("ink", Colour([0x26, 0x21, 0x1b]), Colour([0xec, 0xe3, 0xd2])),
    ("soft", Colour([0x66, 0x5c, 0x4f]), Colour([0xb9, 0xad, 0x99])),
    ("line", Colour([0xd8, 0xcd, 0xb8]), Colour([0x4d, 0x44, 0x36])),
    ("accent", Colour([0x7d, 0x4a, 0x21]), Colour([0xd9, 0xa0, 0x66])),
    ("on_accent", Colour([0xff, 0xfa, 0xf0]), Colour([0x24, 0x1a, 0x0f])),
    ("link", Colour([0x1d, 0x4f, 0x91]), Colour([0x9d, 0xc1, 0xf5])),
    ("right", Colour([0x2b, 0x60, 0x33]), Colour([0x9b, 0xd0, 0xa0])),
    ("wrong", Colour([0x97, 0x30, 0x1f]), Colour([0xf0, 0xa1, 0x91])),
];

/// The colours that texts have, and what they stand on. `line` is decoration.
const TEXTS: [(&str, &[&str]); 7] = [
    ("ink", &["paper", "page"]),
    ("soft", &["paper", "page"]),
    ("accent", &["paper", "page"]),
    ("on_accent", &["accent"]),
    ("link", &["paper", "page"]),
    ("right", &["paper", "page"]),
    ("wrong", &["paper", "page"]),
];

/// A course's look, where it differs from the product's.
#[derive(Clone, Debug, Default)]
pub struct Theme {
    /// The publisher's or the course's sign.
    pub logo: Option<Logo>,
    /// The font of lessons.
    pub text_font: Option<Font>,
    /// The font of buttons, labels and lists of contents.
    pub interface_font: Option<Font>,
    /// Colours of the light scheme.
    pub light: Palette,
    /// Colours of the dark scheme.
    pub dark: Palette,
    /// Templates that replace the product's, by name.
    pub templates: Vec<Template>,
    /// A stylesheet of the designer's: the text of `templates/style.css`.
    pub style: Option<String>,
}

/// Colours by the names of `player.css`, where `-` is written `_`.
pub type Palette = Vec<(&'static str, Colour)>;

/// A picture in the course's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// The file: svg, png, webp or jpg.
    pub file: PathBuf,
    /// Its width and height in pixels, where they can be read.
    pub size: Option<(usize, usize)>,
}

/// What a text is set in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Font {
    /// Families that learners may have, the first one that is found; at least one, without control characters.
    Families(Vec<String>),
    /// A WOFF2 file in the course's folder.
    File(PathBuf),
}

impl Theme {
    /// The files of the course's folder that the look needs: the logo and the fonts.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let logo = self.logo.as_ref().map(|logo| &*logo.file);
        let fonts = [&self.text_font, &self.interface_font];
        let fonts = fonts.into_iter().filter_map(|font| match font {
            Some(Font::File(file)) => Some(&**file),
            _ => None,
        });
        logo.into_iter().chain(fonts)
    }
}

/// A template of the course's: Tera, as those of `templates/player/`.
#[derive(Clone, Debug)]
pub struct Template {
    /// Which one it replaces: one of [`TEMPLATES`].
    pub name: &'static str,
    source: Source,
}

impl Template {
    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// A fault at a line and a column, both from 1; the column counts characters.
    #[must_use]
    pub fn fault(&self, line: usize, column: usize, problem: Problem) -> Diagnostic {
        let before = self.text().split_inclusive('\n').take(line.saturating_sub(1));
        let start: usize = before.map(str::len).sum();
        let line = self.text()[start..].chars().take(column.saturating_sub(1));
        let offset = start + line.map(char::len_utf8).sum::<usize>();
        Diagnostic::new(&self.source, offset..offset, problem)
    }
}

/// Reads the look of the course in a folder: a table of its file, and its templates.
pub(crate) fn read(table: Option<Table<'_>>, folder: &Path, source: &Source, faults: &Faults) -> Theme {
    let mut theme = Theme::default();
    if let Some(mut table) = table {
        theme.logo = read_logo(&mut table, folder, source, faults);
        theme.text_font = read_font(&mut table, "text_font", folder, source, faults);
        theme.interface_font = read_font(&mut table, "interface_font", folder, source, faults);
        let mut palette = |scheme, default: fn(&Token) -> Colour| {
            let table = table.table(scheme);
            table.map(|table| read_palette(table, scheme, default, source, faults))
        };
        theme.light = palette("light", |token| token.1).unwrap_or_default();
        theme.dark = palette("dark", |token| token.2).unwrap_or_default();
        table.finish();
    }
    read_templates(folder, &mut theme, faults);
    theme
}

fn read_logo(table: &mut Table<'_>, folder: &Path, source: &Source, faults: &Faults) -> Option<Logo> {
    let name = table.optional_text("logo")?;
    if !has_extension(&name.value, &["svg", "png", "webp", "jpg", "jpeg"]) {
        let problem = Problem::LogoType {
            name: name.value.clone(),
        };
        faults.report(source, name.span, problem);
        return None;
    }
    let file = find(&name, folder, source, faults)?;
    let size = imagesize::size(&file).ok();
    Some(Logo {
        size: size.map(|size| (size.width, size.height)),
        file,
    })
}

/// Reads a font: a list of families, or the name of a file.
fn read_font(
    table: &mut Table<'_>,
    key: &'static str,
    folder: &Path,
    source: &Source,
    faults: &Faults,
) -> Option<Font> {
    let full = format!("theme.{key}");
    if table.is_list(key) {
        let mut families = Vec::new();
        for Located { value, span } in table.texts(key) {
            if value.chars().any(char::is_control) {
                let key = full.clone();
                faults.report(source, span, Problem::ControlCharacter { key });
            }
            families.push(value);
        }
        return (!families.is_empty()).then_some(Font::Families(families));
    }
    let name = table.optional_text(key)?;
    let is_named_so = has_extension(&name.value, &["woff2"]);
    let file = is_named_so.then(|| find(&name, folder, source, faults));
    if let Some(file) = &file
        && file.as_deref().is_none_or(is_woff2)
    {
        return file.clone().map(Font::File);
    }
    let Located { value: name, span } = name;
    faults.report(source, span, Problem::FontType { key: full, name });
    None
}

/// Whether a file begins as WOFF2 does.
fn is_woff2(file: &Path) -> bool {
    let mut signature = [0; 4];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut signature));
    read.is_ok() && signature == *b"wOF2"
}

fn has_extension(name: &str, known: &[&str]) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| known.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// A file of the course's folder, which must be there.
fn find(name: &Located<String>, folder: &Path, source: &Source, faults: &Faults) -> Option<PathBuf> {
    let Located { value: name, span } = name;
    let file = folder.join(name);
    let problem = if media::leaves_its_folder(name) {
        Problem::ThemeFileOutside { name: name.clone() }
    } else if !file.is_file() {
        Problem::ThemeFileMissing { name: name.clone() }
    } else {
        return Some(file);
    };
    faults.report(source, span.clone(), problem);
    None
}

/// Reads the colours of a scheme, and looks whether texts can be read with them and the others.
fn read_palette(
    mut table: Table<'_>,
    scheme: &'static str,
    default: fn(&Token) -> Colour,
    source: &Source,
    faults: &Faults,
) -> Palette {
    let mut own = Vec::new();
    let mut all_read = true;
    for (token, ..) in TOKENS {
        let Some(Located { value, span }) = table.optional_text(token) else {
            continue;
        };
        if let Some(colour) = Colour::parse(&value) {
            own.push((token, Located { value: colour, span }));
        } else {
            all_read = false;
            let key = format!("theme.{scheme}.{token}");
            faults.report(source, span, Problem::BadColour { key, value });
        }
    }
    table.finish();
    // What a colour that is not understood was meant to be, nobody knows.
    if all_read {
        check_contrast(&own, scheme, default, source, faults);
    }
    own.into_iter()
        .map(|(token, colour)| (token, colour.value))
        .collect()
}

/// Reports each text that cannot be read on what is behind it, at the place of the colour that the course gives.
fn check_contrast(
    own: &[(&'static str, Located<Colour>)],
    scheme: &'static str,
    default: fn(&Token) -> Colour,
    source: &Source,
    faults: &Faults,
) {
    let place = |name: &str| own.iter().find(|(token, _)| *token == name);
    let colour = |name: &str| match place(name) {
        Some((_, own)) => own.value,
        None => TOKENS
            .iter()
            .find(|token| token.0 == name)
            .map_or(Colour([0; 3]), default),
    };
    for (text, backgrounds) in TEXTS {
        for background in backgrounds {
            let Some((_, Located { span, .. })) = place(text).or_else(|| place(background)) else {
                continue;
            };
            let contrast = colour(text).contrast(colour(background));
            if contrast < NEEDED {
                let behind: Vec<Colour> = backgrounds.iter().copied().map(colour).collect();
                let problem = Problem::LowContrast {
                    scheme,
                    text,
                    text_colour: colour(text),
                    background,
                    background_colour: colour(background),
                    contrast,
                    needed: NEEDED,
                    readable: colour(text).readable_on(&behind),
                };
                faults.report(source, span.clone(), problem);
            }
        }
    }
}

/// Reads the templates of a course, if it has a folder of them.
fn read_templates(folder: &Path, theme: &mut Theme, faults: &Faults) {
    let folder = folder.join(FOLDER);
    if !folder.is_dir() {
        return;
    }
    for path in list(&folder, faults) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(name) = KNOWN.into_iter().find(|known| *known == name) else {
            let problem = Problem::UnknownTemplate {
                name: name.into_owned(),
                known: &KNOWN,
            };
            faults.add(Diagnostic::of_file(path.display().to_string().into(), problem));
            continue;
        };
        let Some(source) = Source::read(&path, faults) else {
            continue;
        };
        if name == STYLE {
            theme.style = Some(source.text.to_string());
        } else {
            theme.templates.push(Template { name, source });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Colour, NEEDED, TEXTS, TOKENS};

    /// The colours of the rule that follows a text of `player.css`, by their names.
    fn tokens_after(style: &str, before: &str) -> Vec<(String, Colour)> {
        let rule = style.split_once(before).unwrap().1;
        let rule = rule.split_once('{').unwrap().1.split_once('}').unwrap().0;
        let declarations = rule
            .split(';')
            .filter_map(|one| one.trim().strip_prefix("--")?.split_once(':'));
        declarations
            .filter_map(|(name, value)| Some((name.replace('-', "_"), Colour::parse(value.trim())?)))
            .filter(|(name, _)| TOKENS.iter().any(|token| token.0 == name))
            .collect()
    }

    #[test]
    fn the_colours_are_those_of_the_player_and_can_be_read() {
        let style = concat!(env!("CARGO_MANIFEST_DIR"), "/../player/js/player.css");
        let style = fs::read_to_string(style).unwrap();
        let light = tokens_after(&style, "\n:root");
        let dark = tokens_after(&style, "@media (prefers-color-scheme: dark) {");
        for (found, default) in [(light, 0), (dark, 1)] {
            let known = TOKENS.map(|(name, light, dark)| (name.to_owned(), [light, dark][default]));
            assert_eq!(found, known);
            let colour = |name: &str| found.iter().find(|(found, _)| found == name).unwrap().1;
            for (text, backgrounds) in TEXTS {
                for background in backgrounds {
                    let contrast = colour(text).contrast(colour(background));
                    assert!(contrast >= NEEDED, "{text} on {background}: {contrast}");
                }
            }
        }
    }
}
