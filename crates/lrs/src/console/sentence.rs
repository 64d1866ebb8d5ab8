//! A statement in words: « Zoé a terminé Le SPIP · 80 % ».

use cartable_lrs_store::Found;
use cartable_xapi::{
    ActorRef, InverseFunctionalIdentifier, LanguageMap, Object, Result as Outcome, Statement, Timestamp,
    Verb, Version,
};
use serde::Serialize;

use super::language::Language;

/// A line of the list.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) actor: String,
    pub(super) verb: String,
    pub(super) object: String,
    pub(super) detail: Option<String>,
    /// When it was stored, for people.
    pub(super) time: String,
    /// The same for machines.
    pub(super) datetime: String,
}

/// The vocabularies whose verbs the catalogues know by their last segment.
const VOCABULARIES: [&str; 4] = [
    "http://adlnet.gov/expapi/verbs/",
    "https://w3id.org/xapi/adl/verbs/",
    "https://w3id.org/xapi/dod-isd/verbs/",
    "http://activitystrea.ms/schema/1.0/",
];
/// The share of an activity that was done, in percent (the extension of cmi5, 9.5.5.2).
const PROGRESS: &str = "https://w3id.org/xapi/cmi5/result/extensions/progress";

/// The line of a statement; `None` for one that cannot be read any more.
pub(super) fn line(found: &Found, language: Language) -> Option<Line> {
    let payload = found.payload.as_bytes();
    let statement = Statement::parse(payload, Version::V2_0_0)
        .or_else(|_| Statement::parse(payload, Version::V1_0_3))
        .ok()?;
    let (time, datetime) = times(found.place.micros(), language);
    Some(Line {
        actor: actor(ActorRef::from(&statement.actor), language),
        verb: verb(&statement.verb, language),
        object: object(&statement.object, language),
        detail: statement
            .result
            .as_ref()
            .and_then(|outcome| detail(outcome, language)),
        time,
        datetime,
    })
}

fn actor(actor: ActorRef<'_>, language: Language) -> String {
    if let Some(name) = actor.name().filter(|name| !name.trim().is_empty()) {
        return name.to_owned();
    }
    identifier(actor.identifier(), language)
}

/// An agent's identifier, as people write it.
pub(super) fn identifier(identifier: Option<&InverseFunctionalIdentifier>, language: Language) -> String {
    match identifier {
        Some(InverseFunctionalIdentifier::Mbox(mbox)) => {
            mbox.as_str().trim_start_matches("mailto:").to_owned()
        }
        Some(InverseFunctionalIdentifier::Account(account)) => account.name.clone(),
        Some(other) => other.to_string(),
        None => word(language, "group"),
    }
}

fn verb(verb: &Verb, language: Language) -> String {
    let id = verb.id.as_str();
    verb_by_id(id, language)
        .or_else(|| best(verb.display.as_ref(), language))
        .unwrap_or_else(|| last_segment(id).to_owned())
}

/// A verb of a vocabulary that the catalogues know.
pub(super) fn verb_by_id(id: &str, language: Language) -> Option<String> {
    VOCABULARIES
        .iter()
        .find_map(|vocabulary| id.strip_prefix(vocabulary))
        .and_then(|name| language.word("verbs", name))
        .map(str::to_owned)
}

fn object(object: &Object, language: Language) -> String {
    match object {
        Object::Activity(activity) => {
            let definition = activity.definition.as_deref();
            definition
                .and_then(|definition| best(definition.name.as_ref(), language))
                .or_else(|| definition.and_then(|definition| best(definition.description.as_ref(), language)))
                .unwrap_or_else(|| activity.id.as_str().to_owned())
        }
        Object::Agent(agent) => actor(ActorRef::Agent(agent), language),
        Object::Group(group) => actor(ActorRef::Group(group), language),
        Object::StatementRef(reference) => format!("{} {}", word(language, "statement"), reference.id),
        Object::SubStatement(sub) => format!(
            "{} {} {}",
            actor(ActorRef::from(&sub.actor), language),
            verb(&sub.verb, language),
            self::object(&sub.object, language)
        ),
    }
}

/// Score, success and progress, as far as they are there.
fn detail(outcome: &Outcome, language: Language) -> Option<String> {
    let percent = |share| percent(share, language);
    let score = outcome
        .score
        .as_ref()
        .and_then(|score| match (score.scaled, score.raw, score.max) {
            (Some(scaled), ..) => Some(percent(scaled * 100.0)),
            (None, Some(raw), Some(max)) => Some(format!("{raw} / {max}")),
            (None, Some(raw), None) => Some(raw.to_string()),
            _ => None,
        });
    let success = outcome
        .success
        .filter(|_| score.is_none())
        .map(|success| word(language, if success { "right" } else { "wrong" }));
    let progress = outcome
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get(PROGRESS)?.as_f64())
        .map(percent);
    let parts: Vec<String> = [score, success, progress].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A share in percent.
pub(super) fn percent(share: f64, language: Language) -> String {
    match language {
        Language::French => format!("{share:.0}\u{a0}%"),
        Language::English => format!("{share:.0}%"),
    }
}

/// A number, its digits by threes: `12 345`, `12,345`.
pub(super) fn number(number: i64, language: Language) -> String {
    let separator = match language {
        Language::French => '\u{202f}',
        Language::English => ',',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * separator.len_utf8());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

fn word(language: Language, key: &str) -> String {
    language.word("things", key).unwrap_or(key).to_owned()
}

fn best(map: Option<&LanguageMap>, language: Language) -> Option<String> {
    let (_, text) = map?.best(&[language.tag()])?;
    Some(text.to_owned()).filter(|text| !text.trim().is_empty())
}

pub(super) fn last_segment(iri: &str) -> &str {
    iri.trim_end_matches('/')
        .rsplit(['/', '#', ':'])
        .next()
        .unwrap_or(iri)
}

/// A time, for people and for machines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Moment {
    pub(super) text: String,
    pub(super) datetime: String,
}

/// A time to the second.
fn times(stored: i64, language: Language) -> (String, String) {
    let datetime = Timestamp::from_micros(stored)
        .unwrap_or(Timestamp::MIN)
        .to_string();
    let format = match language {
        Language::French => "%d/%m/%Y %H:%M:%S",
        Language::English => "%Y-%m-%d %H:%M:%S",
    };
    (formatted(stored, format), datetime)
}

/// A time to the minute.
pub(super) fn moment(micros: i64, language: Language) -> Moment {
    let format = match language {
        Language::French => "%d/%m/%Y %H:%M",
        Language::English => "%Y-%m-%d %H:%M",
    };
    Moment {
        text: formatted(micros, format),
        datetime: formatted(micros, "%Y-%m-%dT%H:%M:%SZ"),
    }
}

/// A day.
pub(super) fn day(micros: i64, language: Language) -> Moment {
    let format = match language {
        Language::French => "%d/%m/%Y",
        Language::English => "%Y-%m-%d",
    };
    Moment {
        text: formatted(micros, format),
        datetime: formatted(micros, "%Y-%m-%d"),
    }
}

/// Nothing for a time that no calendar has.
fn formatted(micros: i64, format: &str) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::new(), |time| time.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use cartable_lrs_store::Place;
    use cartable_xapi::Uuid;

    use super::*;

    fn sentence(statement: &str, language: Language) -> String {
        let found = Found {
            id: Uuid::nil(),
            place: Place(1_795_485_005_000_000 * 1024),
            payload: statement.into(),
        };
        let line = line(&found, language).unwrap();
        let detail = line
            .detail
            .map(|detail| format!(" · {detail}"))
            .unwrap_or_default();
        format!("{} {} {}{detail}", line.actor, line.verb, line.object)
    }

    #[test]
    fn long_numbers_are_read_by_threes() {
        let of = |count| [Language::French, Language::English].map(|language| number(count, language));
        assert_eq!(of(999), ["999", "999"]);
        assert_eq!(of(1000), ["1\u{202f}000", "1,000"]);
        assert_eq!(of(1_234_567), ["1\u{202f}234\u{202f}567", "1,234,567"]);
    }

    #[test]
    fn a_statement_reads_as_a_sentence_in_both_languages() {
        let completed = r#"{"actor":{"name":"Zoé","mbox":"mailto:zoe@example.org"},
            "verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},
            "object":{"id":"https://example.org/7","definition":{"name":{"fr":"Le SPIP","en":"The SPIP"}}},
            "result":{"score":{"scaled":0.8},"success":true}}"#;
        assert_eq!(
            sentence(completed, Language::French),
            "Zoé a terminé Le SPIP · 80\u{a0}%"
        );
        assert_eq!(
            sentence(completed, Language::English),
            "Zoé completed The SPIP · 80%"
        );
    }

    #[test]
    fn what_has_no_name_is_called_by_what_it_has() {
        let other = r#"{"actor":{"account":{"homePage":"https://lms.example.org","name":"42"}},
            "verb":{"id":"https://example.org/verbs/folded","display":{"fr":"a plié"}},
            "object":{"id":"https://example.org/boat"},"result":{"success":false}}"#;
        assert_eq!(
            sentence(other, Language::French),
            "42 a plié https://example.org/boat · faux"
        );
        let voided = r#"{"actor":{"mbox":"mailto:a@example.org"},
            "verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},
            "object":{"objectType":"StatementRef","id":"00000000-0000-4000-8000-000000000001"}}"#;
        assert_eq!(
            sentence(voided, Language::English),
            "a@example.org voided statement 00000000-0000-4000-8000-000000000001"
        );
    }
}
