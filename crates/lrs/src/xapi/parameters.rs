//! The parameters of an address, read strictly: each once, none that is unknown, and every fault named at once
//! (1.0.3 Part 3, 2.1.3 and 3.2; 2.0, 4.1.4).

use std::collections::HashSet;

use cartable_lrs_store::Facet;
use cartable_xapi::{Actor, Iri, Timestamp, Uuid, Version};

use crate::refusal::{ParameterViolation, Refusal};

/// So many violations are told, with so much of a parameter's name: what has no bounds must not come back as an answer
/// without bounds.
const KEPT: usize = 100;
const SHOWN: usize = 80;

/// The parameters of a request.
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    pub(super) fn parse(query: &str, version: Version) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut seen = HashSet::with_capacity(pairs.len());
        let repeated: Vec<_> = pairs
            .iter()
            .filter(|(name, _)| !seen.insert(name))
            .take(KEPT)
            .map(|(name, _)| ParameterViolation {
                parameter: name.chars().take(SHOWN).collect(),
                rule: "repeated-parameter",
                message: "this parameter is there twice".to_owned(),
                clause: clause(version),
            })
            .collect();
        if repeated.is_empty() {
            Ok(Self { pairs })
        } else {
            Err(Refusal::parameters(&repeated))
        }
    }

    /// Begins to read the parameters that a resource knows.
    pub(super) fn reader<'p>(&'p self, known: &[&str], version: Version) -> Reader<'p> {
        let mut reader = Reader {
            parameters: self,
            version,
            violations: Vec::new(),
        };
        for (name, _) in &self.pairs {
            if !known.contains(&name.as_str()) {
                let message = format!("unknown; this request knows: {}", known.join(", "));
                reader.add(name, "unknown-parameter", message);
            }
        }
        reader
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// All of them but one, written again for an address.
    pub(super) fn without(&self, name: &str) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.pairs.iter().filter(|(found, _)| found != name))
            .finish()
    }
}

/// Reads parameters and gathers what is wrong.
pub(super) struct Reader<'p> {
    parameters: &'p Parameters,
    version: Version,
    violations: Vec<ParameterViolation>,
}

impl<'p> Reader<'p> {
    pub(super) fn refuse(&mut self, parameter: &str, message: impl Into<String>) {
        self.add(parameter, "parameter-value", message.into());
    }

    fn add(&mut self, parameter: &str, rule: &'static str, message: String) {
        if self.violations.len() < KEPT {
            self.violations.push(ParameterViolation {
                parameter: parameter.chars().take(SHOWN).collect(),
                rule,
                message,
                clause: clause(self.version),
            });
        }
    }

    /// What was read, if nothing was wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Refusal> {
        if self.violations.is_empty() {
            Ok(value)
        } else {
            Err(Refusal::parameters(&self.violations))
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parameters.get(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<&'p str> {
        self.parameters.get(name)
    }

    pub(super) fn require(&mut self, name: &str) {
        if !self.has(name) {
            self.add(
                name,
                "required-parameter",
                "this parameter is required".to_owned(),
            );
        }
    }

    fn parsed<T>(&mut self, name: &str, message: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(text);
        if value.is_none() {
            self.refuse(name, message);
        }
        value
    }

    pub(super) fn uuid(&mut self, name: &str) -> Option<Uuid> {
        const STANDARD_FORM: usize = 36;
        self.parsed(name, "must be a UUID", |text| {
            Uuid::try_parse(text).ok().filter(|_| text.len() == STANDARD_FORM)
        })
    }

    pub(super) fn iri(&mut self, name: &str) -> Option<Iri> {
        self.parsed(name, "must be an IRI with a scheme", Iri::parse)
    }

    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, "must be true or false", |text| match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    pub(super) fn number(&mut self, name: &str) -> Option<u32> {
        self.parsed(name, "must be a whole number, 0 or more", |text| {
            text.parse().ok()
        })
    }

    /// A time. A plus sign that was not escaped arrives as a space.
    pub(super) fn timestamp(&mut self, name: &str) -> Option<Timestamp> {
        let version = self.version;
        self.parsed(
            name,
            "must be a date and time of ISO 8601, such as 2026-01-31T10:20:08.120Z",
            |text| Timestamp::parse(&text.replace(' ', "+"), version),
        )
    }

    /// An agent or an identified group, given as JSON, as what it is found by.
    pub(super) fn agent(&mut self, name: &str) -> Option<Facet> {
        self.actor(name)?.identifier().map(Facet::agent)
    }

    /// An agent or an identified group, given as JSON.
    pub(super) fn actor(&mut self, name: &str) -> Option<Actor> {
        let json = self.text(name)?;
        match Actor::parse_parameter(json, self.version) {
            Ok(actor) => Some(actor),
            Err(violations) => {
                for violation in &violations {
                    self.refuse(name, violation.to_string());
                }
                None
            }
        }
    }
}

/// Where the parameters of each resource are.
fn clause(version: Version) -> &'static str {
    if version.is_2_0() {
        "IEEE 9274.1.1, 4.1.6"
    } else {
        "xAPI 1.0.3, Part 3, 2"
    }
}
