//! The language in which the program speaks to the person who runs it.

/// A language that the program's own messages exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English, also used when the system names no language.
    #[default]
    English,
    /// French.
    French,
}

impl Locale {
    /// The locale for a POSIX locale name or a language tag (`fr_FR.UTF-8`, `fr-CA`, `en`, `C`).
    #[must_use]
    pub fn of(name: &str) -> Self {
        let language = name.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("fr") {
            Self::French
        } else {
            Self::English
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn french_is_recognised_in_posix_names_and_language_tags() {
        for name in ["fr", "fr_FR.UTF-8", "fr-CA", "FR", "fr@euro"] {
            assert_eq!(Locale::of(name), Locale::French, "{name}");
        }
        for name in ["", "C", "C.UTF-8", "POSIX", "en_GB.UTF-8", "fra", "frisian"] {
            assert_eq!(Locale::of(name), Locale::English, "{name}");
        }
    }
}
