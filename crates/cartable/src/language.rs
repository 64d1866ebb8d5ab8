//! The language in which the program speaks: asked for, or that of the system.

use std::env;

use cartable_course::Locale;
use clap::ValueEnum;

/// The languages of the program's own messages.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Language {
    /// English.
    En,
    /// Français.
    Fr,
}

/// The language asked for, else the first that the environment names (in the order of POSIX).
pub(crate) fn of_user(asked: Option<Language>) -> Locale {
    match asked {
        Some(Language::En) => Locale::English,
        Some(Language::Fr) => Locale::French,
        None => ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| env::var(name).ok())
            .find(|value| !value.is_empty())
            .map_or(Locale::default(), |value| Locale::of(&value)),
    }
}

/// The text of the user's language.
pub(crate) fn choose<T>(locale: Locale, english: T, french: T) -> T {
    match locale {
        Locale::English => english,
        Locale::French => french,
    }
}
