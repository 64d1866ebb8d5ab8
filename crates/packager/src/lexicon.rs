//! Recognises the lexicon's terms in a text: the first occurrence of each in a lesson.

use std::collections::{HashMap, HashSet};

use cartable_course::Lexicon;
use regex::Regex;

/// The terms of a lexicon, ready to be found.
pub(crate) struct Terms {
    pattern: Option<Regex>,
    /// Folded form to the term's identifier.
    ids: HashMap<String, String>,
}

/// A term found in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'t> {
    pub(crate) range: std::ops::Range<usize>,
    pub(crate) id: &'t str,
}

impl Terms {
    /// Prepares a lexicon. Acronyms are found as written, other forms in any case; an apostrophe is typed or
    /// typographic, a space breaking or not.
    pub(crate) fn new(lexicon: Option<&Lexicon>) -> Self {
        let mut ids = HashMap::new();
        let mut forms = Vec::new();
        for term in lexicon.iter().flat_map(|lexicon| &lexicon.terms) {
            for form in std::iter::once(&term.name).chain(&term.forms) {
                ids.insert(fold(form), term.id.clone());
                forms.push(form);
            }
        }
        // The regular expression takes the first alternative that fits, so the longest form comes first.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let alternatives: Vec<String> = forms.into_iter().map(|form| pattern(form)).collect();
        let pattern = if alternatives.is_empty() {
            None
        } else {
            Regex::new(&format!(r"\b(?:{})\b", alternatives.join("|"))).ok()
        };
        Self { pattern, ids }
    }

    /// The terms in a text that are not in `seen` yet, which they then are.
    pub(crate) fn find<'t>(&'t self, text: &str, seen: &mut HashSet<&'t str>) -> Vec<Found<'t>> {
        let Some(pattern) = &self.pattern else {
            return Vec::new();
        };
        pattern
            .find_iter(text)
            .filter_map(|found| {
                let id = self.ids.get(&fold(found.as_str()))?.as_str();
                seen.insert(id).then(|| Found {
                    range: found.range(),
                    id,
                })
            })
            .collect()
    }
}

fn fold(form: &str) -> String {
    form.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('’', "'")
        .to_lowercase()
}

fn pattern(form: &str) -> String {
    let words: Vec<String> = form
        .split_whitespace()
        .map(|word| regex::escape(word).replace(['’', '\''], "['’]"))
        .collect();
    let pattern = words.join(r"\s+");
    let acronym = !form.chars().any(char::is_lowercase);
    if acronym {
        pattern
    } else {
        format!("(?i:{pattern})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use cartable_course::{Lexicon, Prose, Term};

    use super::Terms;

    fn lexicon(terms: &[(&str, &str, &[&str])]) -> Lexicon {
        let terms = terms
            .iter()
            .map(|(id, name, forms)| Term {
                id: (*id).to_owned(),
                name: (*name).to_owned(),
                forms: forms.iter().map(ToString::to_string).collect(),
                definition: Prose::default(),
            })
            .collect();
        Lexicon {
            title: None,
            introduction: None,
            hint: None,
            terms,
        }
    }

    fn found(terms: &Terms, text: &str) -> Vec<(String, String)> {
        let mut seen = HashSet::new();
        let found = terms.find(text, &mut seen);
        found
            .into_iter()
            .map(|found| (found.id.to_owned(), text[found.range].to_owned()))
            .collect()
    }

    #[test]
    fn the_longest_form_is_found_once_whatever_its_spaces_and_apostrophes() {
        let lexicon = lexicon(&[
            ("spip", "SPIP", &["service d’insertion"]),
            ("insertion", "insertion", &[]),
        ]);
        let terms = Terms::new(Some(&lexicon));
        let text = "Le Service\u{a0}d'insertion, ou SPIP, vise l’insertion et l’insertion.";
        let expected = [("spip", "Service\u{a0}d'insertion"), ("insertion", "insertion")]
            .map(|(a, b)| (a.into(), b.into()));
        assert_eq!(found(&terms, text), expected);
    }

    #[test]
    fn an_acronym_is_found_as_written_and_as_a_whole_word() {
        let lexicon = lexicon(&[("spip", "SPIP", &[])]);
        let terms = Terms::new(Some(&lexicon));
        assert!(found(&terms, "spip, SPIPS, École-spip").is_empty());
        assert_eq!(found(&terms, "les SPIP.").len(), 1);
    }

    #[test]
    fn without_a_lexicon_nothing_is_found() {
        assert!(found(&Terms::new(None), "SPIP").is_empty());
    }
}
