//! The criteria of RGAA 4.1, as data, and what a content makes of each.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::{Deserialize, Serialize};
use toml::Table;

use super::checks::Checks;

/// The criteria, in the order of RGAA, and what WCAG 2.2 adds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Criteria {
    criterion: Vec<Criterion>,
    beyond: Vec<Criterion>,
}

/// A criterion.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Criterion {
    /// `theme.place`, such as `6.1`.
    number: String,
    /// The success criteria of WCAG.
    wcag: Vec<String>,
    by: By,
    /// What a page must have for it to apply.
    needs: Option<String>,
    /// The checks whose faults make it fail.
    #[serde(default)]
    checks: Vec<String>,
    fr: Words,
    en: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    name: String,
    /// How it is checked; of what the build verifies there is nothing more to say.
    #[serde(default)]
    how: String,
}

/// Who can say that a criterion holds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum By {
    Build,
    Product,
    Human,
}

static CRITERIA: LazyLock<Criteria> = LazyLock::new(|| {
    // Data that does not parse fails the tests below, and gives nothing here.
    toml::from_str(include_str!("../../../../templates/report/criteria.toml")).unwrap_or_default()
});

/// A theme of RGAA, as the report shows it.
#[derive(Debug, Serialize)]
pub(super) struct Theme<'w> {
    title: &'w str,
    criteria: Vec<Row<'w>>,
}

/// A criterion, as the report shows it.
#[derive(Debug, Serialize)]
struct Row<'w> {
    number: &'w str,
    wcag: String,
    name: &'w str,
    state: &'w str,
    is_fault: bool,
    how: String,
}

/// What a content makes of the criteria, by theme, and how many of them are left to a human.
pub(super) fn themes<'w>(
    words: &'w Table,
    is_french: bool,
    has: &BTreeSet<&'static str>,
    checks: &Checks,
) -> (Vec<Theme<'w>>, usize) {
    let mut for_human = 0;
    let mut row = |criterion: &'w Criterion| {
        let said = if is_french { &criterion.fr } else { &criterion.en };
        let absent = criterion.needs.as_deref().filter(|needs| !has.contains(needs));
        let fails = criterion.checks.iter().any(|name| {
            checks
                .get(&**name)
                .is_some_and(|checked| !checked.points.is_empty())
        });
        let how = said.how.as_str();
        let (state, how) = match criterion.by {
            _ if fails => ("state_fault", [text(words, "fault_found"), how]),
            _ if absent.is_some() => ("state_absent", [reason(words, absent.unwrap_or_default()), ""]),
            By::Build => ("state_holds", ["", ""]),
            By::Product => ("state_product", [how, ""]),
            By::Human if criterion.checks.is_empty() => ("state_human", [how, ""]),
            By::Human => ("state_human", [text(words, "nothing_found"), how]),
        };
        for_human += usize::from(state == "state_human");
        Row {
            number: &criterion.number,
            wcag: criterion.wcag.join(", "),
            name: &said.name,
            state: text(words, state),
            is_fault: fails,
            how: how.join(" ").trim().to_owned(),
        }
    };
    let titles = words.get("themes").and_then(toml::Value::as_array);
    let titles = titles.into_iter().flatten().filter_map(toml::Value::as_str);
    let mut themes: Vec<_> = titles
        .enumerate()
        .map(|(place, title)| {
            let prefix = format!("{}.", place + 1);
            let own = CRITERIA
                .criterion
                .iter()
                .filter(|criterion| criterion.number.starts_with(&prefix));
            Theme {
                title,
                criteria: own.map(&mut row).collect(),
            }
        })
        .collect();
    themes.push(Theme {
        title: text(words, "beyond"),
        criteria: CRITERIA.beyond.iter().map(&mut row).collect(),
    });
    (themes, for_human)
}

/// The criteria that a check stands for: of RGAA and of WCAG, separated by commas; none of a good practice.
pub(super) fn of_check(check: &str) -> (String, String) {
    let named = CRITERIA
        .criterion
        .iter()
        .filter(|criterion| criterion.checks.iter().any(|one| one == check));
    let (mut rgaa, mut wcag) = (Vec::new(), BTreeSet::new());
    for criterion in named {
        rgaa.push(&*criterion.number);
        wcag.extend(criterion.wcag.iter().map(String::as_str));
    }
    let wcag: Vec<_> = wcag.into_iter().collect();
    (rgaa.join(", "), wcag.join(", "))
}

/// A word of the report's.
pub(super) fn text<'w>(words: &'w Table, key: &str) -> &'w str {
    words.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

/// Why a criterion does not apply.
fn reason<'w>(words: &'w Table, needs: &str) -> &'w str {
    words
        .get("needs")
        .and_then(|reasons| reasons.get(needs)?.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{super::CATALOGUES, super::checks::CHECKS, By, Criteria};

    fn criteria() -> Criteria {
        toml::from_str(include_str!("../../../../templates/report/criteria.toml")).unwrap()
    }

    #[test]
    fn all_106_criteria_of_rgaa_4_1_are_there_each_once_and_in_order() {
        let in_theme = [9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12];
        let expected: Vec<String> = in_theme
            .iter()
            .enumerate()
            .flat_map(|(theme, count)| (1..=*count).map(move |place| format!("{}.{place}", theme + 1)))
            .collect();
        let criteria = criteria();
        let numbers: Vec<_> = criteria.criterion.iter().map(|one| one.number.clone()).collect();
        assert_eq!(numbers, expected);
        assert_eq!(numbers.len(), 106);
    }

    #[test]
    fn what_falls_to_a_human_or_to_the_product_says_how_in_both_languages() {
        let criteria = criteria();
        for criterion in criteria.criterion.iter().chain(&criteria.beyond) {
            let never = criterion
                .needs
                .as_deref()
                .is_some_and(|needs| needs.starts_with("never-"));
            for words in [&criterion.fr, &criterion.en] {
                assert!(!words.name.is_empty());
                assert_eq!(
                    words.how.is_empty(),
                    criterion.by == By::Build || never,
                    "{}",
                    criterion.number
                );
            }
            assert!(!criterion.wcag.is_empty(), "{}", criterion.number);
            assert!(
                criterion.by != By::Build || !criterion.checks.is_empty(),
                "{}",
                criterion.number
            );
        }
    }

    #[test]
    fn criteria_name_checks_that_exist_and_needs_that_have_words() {
        let criteria = criteria();
        for (_, words) in CATALOGUES {
            let words: toml::Table = words.parse().unwrap();
            for criterion in criteria.criterion.iter().chain(&criteria.beyond) {
                for check in &criterion.checks {
                    assert!(CHECKS.contains(&&**check), "{check}");
                }
                if let Some(needs) = &criterion.needs {
                    assert!(words["needs"].get(needs).is_some(), "{needs}");
                }
            }
            for check in CHECKS {
                assert!(words["checks"].get(check).is_some(), "{check}");
            }
            assert_eq!(words["themes"].as_array().unwrap().len(), 13);
        }
    }
}
