//! A course's look in a package: the stylesheets that follow the player's, the logo and the fonts.

use std::{
    fmt::Write,
    io,
    path::{Path, PathBuf},
};

use cartable_course::{Course, Font, Palette, Theme};

use crate::{
    media,
    package::{Content, Made},
    page::{LogoContext, ThemeContext},
};

/// What `[theme]` makes of the page.
const THEME: &str = "theme.css";
/// What a designer adds.
const STYLE: &str = "style.css";

/// Names that a browser knows as kinds of fonts: in quotes they would be families.
const GENERIC: [&str; 11] = [
    "serif",
    "sans-serif",
    "monospace",
    "cursive",
    "fantasy",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "math",
];

/// A course's look, as its pages and packages have it.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// What every package holds for it: path in the package, content.
    files: Vec<(String, Content)>,
    /// Stylesheets, after the player's.
    styles: Vec<&'static str>,
    /// The logo's path in the package.
    logo: Option<String>,
    has_font_files: bool,
}

impl Look {
    /// The look of a course.
    ///
    /// # Errors
    ///
    /// When the logo or a font cannot be read.
    pub(crate) fn of(theme: &Theme) -> io::Result<Self> {
        let mut look = Self::default();
        let mut rules = String::new();
        let mut variables = String::new();
        for (font, variable, name, generic) in [
            (&theme.text_font, "text", "course-text", "serif"),
            (&theme.interface_font, "sans", "course-interface", "sans-serif"),
        ] {
            let families = match font {
                None => continue,
                Some(Font::Families(families)) => families.clone(),
                Some(Font::File(file)) => {
                    let path = look.add(file)?;
                    look.has_font_files = true;
                    let _ = writeln!(
                        rules,
                        "@font-face {{ font-family: {name}; src: url(\"{path}\") format(\"woff2\"); font-display: swap; }}"
                    );
                    vec![name.to_owned()]
                }
            };
            let _ = write!(variables, " --{variable}: {};", font_stack(&families, generic));
        }
        if !variables.is_empty() {
            let _ = writeln!(rules, ":root {{{variables} }}");
        }
        add_scheme(&mut rules, "light", &theme.light);
        add_scheme(&mut rules, "dark", &theme.dark);
        if let Some(logo) = &theme.logo {
            look.logo = Some(look.add(&logo.file)?);
            rules.push_str(
                ".logo { margin: 0 0 .5rem; }\n.logo img { display: block; width: auto; height: 3.5rem; }\n\
                 .running .logo img { height: 2rem; }\n",
            );
        }
        for (path, text) in [
            (THEME, Some(rules).filter(|rules| !rules.is_empty())),
            (STYLE, theme.style.clone()),
        ] {
            if let Some(text) = text {
                look.files.push((path.to_owned(), Content::Made(Made::new(text))));
                look.styles.push(path);
            }
        }
        Ok(look)
    }

    /// Adds a file of the course's folder, and gives its path in the package.
    fn add(&mut self, file: &Path) -> io::Result<String> {
        let path = media::name(file)?;
        self.files
            .push((path.clone(), Content::File(PathBuf::from(file))));
        Ok(path)
    }

    /// What every package holds for it: path in the package, content.
    pub(crate) fn files(&self) -> &[(String, Content)] {
        &self.files
    }

    /// What the templates are given.
    pub(crate) fn context<'a>(&'a self, course: &'a Course) -> ThemeContext<'a> {
        let logo = self.logo.as_deref().zip(course.theme.logo.as_ref());
        ThemeContext {
            styles: &self.styles,
            has_font_files: self.has_font_files,
            logo: logo.map(|(path, logo)| LogoContext {
                path,
                text: course.publisher.as_deref().unwrap_or(&course.title),
                width: logo.size.map(|size| size.0),
                height: logo.size.map(|size| size.1),
            }),
        }
    }
}

/// Families as the value of `font-family`, with a kind of font at the end.
fn font_stack(families: &[String], generic: &str) -> String {
    let is_generic = |family: &str| GENERIC.contains(&family);
    let mut stack: Vec<_> = families
        .iter()
        .map(|family| {
            if is_generic(family) {
                family.clone()
            } else {
                format!("\"{}\"", family.replace('\\', "\\\\").replace('"', "\\\""))
            }
        })
        .collect();
    if !families.last().is_some_and(|family| is_generic(family)) {
        stack.push(generic.to_owned());
    }
    stack.join(", ")
}

/// Adds the colours of a scheme, where neither the other one nor the contrast that a learner asks for must change: on a
/// screen that prefers it unless the learner has chosen, and where the learner has chosen it. On paper, ink stays black.
fn add_scheme(rules: &mut String, scheme: &str, palette: &Palette) {
    if palette.is_empty() {
        return;
    }
    let mut colours = String::new();
    for (name, colour) in palette {
        let _ = write!(colours, " --{}: {colour};", name.replace('_', "-"));
    }
    let _ = writeln!(
        rules,
        "@media screen and (prefers-color-scheme: {scheme}) {{ :root:not([data-theme]) {{{colours} }} }}\n\
         @media screen {{ :root[data-theme=\"{scheme}\"] {{{colours} }} }}"
    );
}

#[cfg(test)]
mod tests {
    use super::font_stack;

    #[test]
    fn a_family_cannot_leave_its_quotes() {
        let families = ["Marianne", "a\"; } * { color: red", "system-ui", "back\\"].map(str::to_owned);
        assert_eq!(
            font_stack(&families, "serif"),
            r#""Marianne", "a\"; } * { color: red", system-ui, "back\\", serif"#
        );
        assert_eq!(font_stack(&families[2..3], "serif"), "system-ui");
    }
}
