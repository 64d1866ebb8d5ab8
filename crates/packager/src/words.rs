//! The interface's strings: one catalogue per language, in `templates/player/words/`.

use std::sync::LazyLock;

use cartable_course::Course;
use toml::{Table, Value};

use crate::{
    package::Made,
    typography::{Rules, typeset},
};

/// The catalogues by language; the first is used for a language that has none.
static CATALOGUES: [(&str, &str); 2] = [
    ("fr", include_str!("../../../templates/player/words/fr.toml")),
    ("en", include_str!("../../../templates/player/words/en.toml")),
];

/// The table of the script's own strings inside a catalogue.
pub(crate) const SCRIPT: &str = "script";

static PARSED: LazyLock<Vec<(&str, Table)>> = LazyLock::new(|| {
    // A catalogue that does not parse fails the tests below, and gives an empty one here.
    CATALOGUES
        .iter()
        .map(|(language, text)| {
            let mut table = text.parse().unwrap_or_default();
            set(&mut table, Rules::of(language));
            (*language, table)
        })
        .collect()
});

/// Sets every word of a catalogue.
fn set(table: &mut Table, rules: Rules) {
    for (_, value) in table {
        match value {
            Value::String(word) => *word = typeset(word, rules),
            Value::Table(inner) => set(inner, rules),
            _ => {}
        }
    }
}

/// The keys that a course may replace in `[words]` of `course.toml`.
#[must_use]
pub fn word_keys() -> Vec<&'static str> {
    let Some((_, table)) = PARSED.first() else {
        return Vec::new();
    };
    table
        .iter()
        .filter(|(_, value)| value.is_str())
        .map(|(key, _)| key.as_str())
        .collect()
}

/// The strings for a course: its language's catalogue, then what the course replaces.
pub(crate) fn words(course: &Course) -> Table {
    let found = PARSED.get(place(&course.language));
    let mut table = found.map(|(_, table)| table.clone()).unwrap_or_default();
    for (key, value) in &course.words {
        let value = typeset(value, Rules::of(&course.language));
        table.insert(key.clone(), Value::String(value));
    }
    table
}

/// The place of a language's catalogue: the last where there is none.
fn place(language: &str) -> usize {
    let primary = language.split('-').next().unwrap_or_default();
    let found = CATALOGUES
        .iter()
        .position(|(name, _)| primary.eq_ignore_ascii_case(name));
    found.unwrap_or(CATALOGUES.len() - 1)
}

/// The languages that the interface can speak beside that of a course, for learners who prefer them.
pub(crate) fn others(language: &str) -> impl Iterator<Item = &'static str> {
    let own = place(language);
    let all = CATALOGUES.iter().enumerate();
    all.filter(move |(place, _)| *place != own)
        .map(|(_, (name, _))| *name)
}

/// The file of a catalogue in a package, and its content as JSON.
pub(crate) fn file(language: &str) -> (String, Made) {
    static FILES: LazyLock<Vec<Made>> = LazyLock::new(|| {
        let json = |(_, table): &(&str, Table)| Made::new(serde_json::to_vec(table).unwrap_or_default());
        PARSED.iter().map(json).collect()
    });
    let made = FILES.get(place(language)).cloned();
    (
        format!("words-{language}.json"),
        made.unwrap_or_else(|| Made::new("{}")),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use toml::Table;

    use super::CATALOGUES;

    /// Every key of a table, with those of the tables in it.
    pub(crate) fn keys(table: &Table, prefix: &str) -> BTreeSet<String> {
        table
            .iter()
            .flat_map(|(key, value)| match value {
                toml::Value::Table(inner) => keys(inner, &format!("{prefix}{key}.")),
                _ => BTreeSet::from([format!("{prefix}{key}")]),
            })
            .collect()
    }

    #[test]
    fn every_language_has_every_string() {
        let tables: Vec<Table> = CATALOGUES.iter().map(|(_, text)| text.parse().unwrap()).collect();
        for (table, (language, _)) in tables.iter().zip(CATALOGUES) {
            assert_eq!(keys(table, ""), keys(&tables[0], ""), "{language}");
        }
        assert!(tables[0].len() > 10);
    }
}
