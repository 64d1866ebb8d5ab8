//! The walk over received JSON: where it is, and what it finds wrong there.
//!
//! Places live on the stack and violations are rare, so a sound statement is walked without allocating for either.

use std::borrow::Cow;
use std::collections::HashSet;

use uuid::Uuid;

use crate::json::{Json, Member};
use crate::rule::Rule;
use crate::timestamp::Timestamp;
use crate::version::Version;
use crate::violation::{Violation, Violations};

/// A place in the JSON, made known by its parents up to the root.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    step: Step<'p>,
    parent: Option<&'p Place<'p>>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Member(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    pub(crate) const ROOT: Self = Self {
        step: Step::Root,
        parent: None,
    };

    pub(crate) fn member(&'p self, key: &'p str) -> Self {
        Self {
            step: Step::Member(key),
            parent: Some(self),
        }
    }

    pub(crate) fn item(&'p self, index: usize) -> Self {
        Self {
            step: Step::Item(index),
            parent: Some(self),
        }
    }

    /// The JSON pointer (RFC 6901); a key of more than 80 characters is cut.
    fn pointer(&self) -> String {
        const SHOWN: usize = 80;
        let mut pointer = self.parent.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Item(index) => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Step::Member(key) => {
                pointer.push('/');
                for (place, c) in key.chars().enumerate() {
                    match c {
                        _ if place == SHOWN => {
                            pointer.push('…');
                            break;
                        }
                        '~' => pointer.push_str("~0"),
                        '/' => pointer.push_str("~1"),
                        c => pointer.push(c),
                    }
                }
            }
        }
        pointer
    }
}

/// What checks a value, and keeps what is wrong.
pub(crate) struct Check {
    pub(crate) version: Version,
    pub(crate) violations: Violations,
}

impl Check {
    pub(crate) fn new(version: Version) -> Self {
        Self {
            version,
            violations: Violations::default(),
        }
    }

    /// What was read, if nothing was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Violations> {
        // A reader returns nothing only after it has refused something.
        value
            .filter(|_| self.violations.is_empty())
            .ok_or(self.violations)
    }

    /// The bytes as text.
    pub(crate) fn utf_8<'t>(&mut self, bytes: &'t [u8]) -> Option<&'t str> {
        str::from_utf8(bytes)
            .map_err(|error| self.refuse_because(Rule::Encoding, &Place::ROOT, &error))
            .ok()
    }

    /// The text as JSON.
    pub(crate) fn json<'t>(&mut self, text: &'t str) -> Option<Json<'t>> {
        Json::parse(text)
            .map_err(|error| self.refuse_because(Rule::Json, &Place::ROOT, &error))
            .ok()
    }

    pub(crate) fn refuse(&mut self, rule: Rule, at: &Place<'_>) {
        self.add(rule, at, || None);
    }

    /// Refuses a value and shows it.
    pub(crate) fn refuse_value(&mut self, rule: Rule, json: &Json<'_>, at: &Place<'_>) {
        self.add(rule, at, || Some(json.to_string()));
    }

    /// Refuses with a sentence that says more.
    pub(crate) fn refuse_because(&mut self, rule: Rule, at: &Place<'_>, detail: &dyn ToString) {
        self.add(rule, at, || Some(detail.to_string()));
    }

    fn add(&mut self, rule: Rule, at: &Place<'_>, detail: impl FnOnce() -> Option<String>) {
        let version = self.version;
        self.violations.add(|| Violation {
            pointer: at.pointer(),
            rule,
            version,
            detail: detail(),
        });
    }

    fn refuse_type(&mut self, rule: Rule, json: &Json<'_>, at: &Place<'_>) {
        let rule = if matches!(json, Json::Null) {
            Rule::Null
        } else {
            rule
        };
        self.refuse_value(rule, json, at);
    }

    /// The members of an object, each there once.
    pub(crate) fn members<'j, 't>(&mut self, json: &'j Json<'t>, at: &Place<'_>) -> Option<&'j [Member<'t>]> {
        let Json::Object(members) = json else {
            self.refuse_type(Rule::ObjectType, json, at);
            return None;
        };
        self.refuse_duplicates(members, at);
        Some(members)
    }

    fn refuse_duplicates(&mut self, members: &[Member<'_>], at: &Place<'_>) {
        const FEW: usize = 16;
        if members.len() <= FEW {
            for (place, (key, _)) in members.iter().enumerate() {
                if members.iter().take(place).any(|(earlier, _)| earlier == key) {
                    self.refuse(Rule::DuplicateProperty, &at.member(key));
                }
            }
        } else {
            let mut seen = HashSet::with_capacity(members.len());
            for (key, _) in members {
                if !seen.insert(key) {
                    self.refuse(Rule::DuplicateProperty, &at.member(key));
                }
            }
        }
    }

    /// Refuses an object that lacks this member; a member that is there but wrong is refused where it is read.
    pub(crate) fn require(&mut self, members: &[Member<'_>], key: &str, rule: Rule, at: &Place<'_>) {
        if !has(members, key) {
            self.refuse(rule, &at.member(key));
        }
    }

    /// Every item of an array, read; `None` when one cannot be.
    pub(crate) fn items<T>(
        &mut self,
        json: &Json<'_>,
        at: &Place<'_>,
        mut read: impl FnMut(&mut Self, &Json<'_>, &Place<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Json::Array(items) = json else {
            self.refuse_type(Rule::ArrayType, json, at);
            return None;
        };
        let mut values = Some(Vec::with_capacity(items.len()));
        for (index, item) in items.iter().enumerate() {
            match (read(self, item, &at.item(index)), &mut values) {
                (Some(value), Some(values)) => values.push(value),
                _ => values = None,
            }
        }
        values
    }

    pub(crate) fn text<'j>(&mut self, json: &'j Json<'_>, at: &Place<'_>) -> Option<&'j Cow<'j, str>> {
        if let Json::String(text) = json {
            return Some(text);
        }
        self.refuse_type(Rule::StringType, json, at);
        None
    }

    /// A string of any content.
    pub(crate) fn string(&mut self, json: &Json<'_>, at: &Place<'_>) -> Option<String> {
        self.text(json, at).map(|text| text.clone().into_owned())
    }

    /// A string of a format.
    pub(crate) fn parsed<T>(
        &mut self,
        json: &Json<'_>,
        at: &Place<'_>,
        rule: Rule,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(self.text(json, at)?);
        if value.is_none() {
            self.refuse_value(rule, json, at);
        }
        value
    }

    pub(crate) fn boolean(&mut self, json: &Json<'_>, at: &Place<'_>) -> Option<bool> {
        if let Json::Bool(value) = json {
            return Some(*value);
        }
        self.refuse_type(Rule::BooleanType, json, at);
        None
    }

    pub(crate) fn number(&mut self, json: &Json<'_>, at: &Place<'_>) -> Option<f64> {
        if let Json::Number(number) = json {
            return number.as_f64();
        }
        self.refuse_type(Rule::NumberType, json, at);
        None
    }

    pub(crate) fn uuid(&mut self, json: &Json<'_>, at: &Place<'_>) -> Option<Uuid> {
        // The crate also reads other forms, of other lengths.
        const STANDARD_FORM: usize = 36;
        self.parsed(json, at, Rule::Uuid, |text| {
            Uuid::try_parse(text).ok().filter(|_| text.len() == STANDARD_FORM)
        })
    }

    /// A date and time in the form that the version accepts.
    pub(crate) fn timestamp(&mut self, json: &Json<'_>, at: &Place<'_>) -> Option<Timestamp> {
        let version = self.version;
        self.parsed(json, at, Rule::Timestamp, |text| Timestamp::parse(text, version))
    }

    /// Any value at all, as an extension may hold; members are still there once.
    pub(crate) fn anything(&mut self, json: &Json<'_>, at: &Place<'_>) {
        match json {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.anything(item, &at.item(index));
                }
            }
            Json::Object(members) => {
                self.refuse_duplicates(members, at);
                for (key, value) in members {
                    self.anything(value, &at.member(key));
                }
            }
            _ => {}
        }
    }
}

/// Whether the object has this member.
pub(crate) fn has(members: &[Member<'_>], key: &str) -> bool {
    members.iter().any(|(found, _)| found == key)
}

/// The objectType, when it is there and a string.
pub(crate) fn object_type<'j>(members: &'j [Member<'_>]) -> Option<&'j str> {
    members.iter().find_map(|(key, value)| match value {
        Json::String(text) if key == "objectType" => Some(text.as_ref()),
        _ => None,
    })
}
