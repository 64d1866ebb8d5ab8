//! What the LRS adds to a statement, in the statement and in its text.

use std::mem;
use std::ops::Range;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::actor::Actor;
use crate::json::Key;
use crate::statement::Statement;
use crate::timestamp::Timestamp;
use crate::version::Version;

/// What the LRS sets on every statement it keeps (1.0.3 Part 2, 2.4.1 and 2.4.7 to 2.4.10; 2.0, 4.2.4.2), but for the
/// time at which it is stored, which is known last: see [`CompletedText::stamp`].
#[derive(Clone, Debug)]
pub struct Completion<'c> {
    /// The id: the statement's own, or a new one.
    pub id: Uuid,
    /// Who vouches for it.
    pub authority: &'c Actor,
    /// The version given to a statement that came without one: `1.0.0` or `2.0.0`.
    pub version: Version,
}

impl Completion<'_> {
    /// Completes the statement.
    pub fn complete(&self, statement: &mut Statement) {
        statement.id = Some(self.id);
        statement.authority = Some(self.authority.clone());
        statement.version.get_or_insert(self.version);
    }

    /// Completes the text of a statement, which has passed [`Statement::parse`], into what `format=exact` answers.
    ///
    /// The rest of the text stays as it was received, but for what the specification requires of answers: a single
    /// activity in contextActivities becomes an array of one (1.0.3 Part 2, 2.4.6.2), and times are put in UTC (2.0,
    /// 4.2.7).
    ///
    /// # Errors
    /// When the text is not a JSON object, which no statement that has been parsed is.
    pub fn complete_text(&self, text: &str) -> serde_json::Result<CompletedText> {
        let text = text.trim_ascii();
        let Members(members) = serde_json::from_str(text)?;
        let mut edits = Edits {
            text,
            list: Vec::new(),
        };
        for (Key(key), value) in &members {
            match key.as_ref() {
                "id" => edits.replace(value, By::Text(json(&self.id)?)),
                "stored" => edits.replace(
                    value,
                    By::Stored {
                        before: String::new(),
                    },
                ),
                "authority" => edits.replace(value, By::Text(json(self.authority)?)),
                "timestamp" => edits.put_in_utc(value)?,
                "context" => edits.context(value)?,
                "object" => edits.object(value)?,
                _ => {}
            }
        }
        let end = text.len() - 1;
        let mut comma = if members.is_empty() { "" } else { "," };
        for (key, value) in [
            ("id", Some(json(&self.id)?)),
            ("timestamp", None),
            ("stored", None),
            ("authority", Some(json(self.authority)?)),
            ("version", Some(json(&self.version)?)),
        ] {
            if members.iter().all(|(Key(found), _)| found != key) {
                let before = format!("{comma}\"{key}\":");
                let by = match value {
                    Some(value) => By::Text(before + &value),
                    None => By::Stored { before },
                };
                edits.list.push((end..end, by));
                comma = ",";
            }
        }
        Ok(edits.apply())
    }
}

/// The time at which a statement is stored is as long as this.
const TIME: &str = "2026-11-29T12:00:00.000000Z";

/// A completed text, whole but for the time at which it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedText(Vec<String>);

impl CompletedText {
    /// Its length, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pieces: usize = self.0.iter().map(String::len).sum();
        pieces + self.0.len().saturating_sub(1) * TIME.len()
    }

    /// The pieces of the text between which that time stands: two, or three when the statement came without a timestamp.
    #[must_use]
    pub fn pieces(&self) -> &[String] {
        &self.0
    }

    /// The text of a statement stored at this time, which is also its timestamp when it came without one.
    #[must_use]
    pub fn stamp(&self, stored: Timestamp) -> String {
        self.0.join(&stored.with_micros())
    }
}

/// What a part of a text is replaced by.
enum By {
    Text(String),
    /// The time at which the statement is stored, as a string, after this.
    Stored {
        before: String,
    },
}

fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value)
}

/// Changes to a text, from its beginning to its end.
struct Edits<'t> {
    text: &'t str,
    list: Vec<(Range<usize>, By)>,
}

impl Edits<'_> {
    /// Where a part of the text stands in it.
    fn range(&self, part: &RawValue) -> Range<usize> {
        let start = part.get().as_ptr().addr() - self.text.as_ptr().addr();
        start..start + part.get().len()
    }

    fn replace(&mut self, value: &RawValue, by: By) {
        self.list.push((self.range(value), by));
    }

    /// Leaves a time alone that is in UTC already.
    fn put_in_utc(&mut self, value: &RawValue) -> serde_json::Result<()> {
        let Key(text) = serde_json::from_str(value.get())?;
        let rfc_3339 = Timestamp::parse(&text, Version::V2_0_0);
        let timestamp = rfc_3339.or_else(|| Timestamp::parse(&text, Version::V1_0_3));
        if let Some(timestamp) = timestamp.filter(|_| rfc_3339.is_none() || !text.ends_with('Z')) {
            self.replace(value, By::Text(json(&timestamp)?));
        }
        Ok(())
    }

    fn object(&mut self, object: &RawValue) -> serde_json::Result<()> {
        let Members(members) = serde_json::from_str(object.get())?;
        for (Key(key), value) in members {
            // Only a SubStatement has these.
            match key.as_ref() {
                "timestamp" => self.put_in_utc(value)?,
                "context" => self.context(value)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn context(&mut self, context: &RawValue) -> serde_json::Result<()> {
        let Members(members) = serde_json::from_str(context.get())?;
        for (_, activities) in members.iter().filter(|(key, _)| key.0 == "contextActivities") {
            let Members(lists) = serde_json::from_str(activities.get())?;
            for (_, list) in lists.iter().filter(|(_, list)| list.get().starts_with('{')) {
                let Range { start, end } = self.range(list);
                self.list.extend([
                    (start..start, By::Text("[".to_owned())),
                    (end..end, By::Text("]".to_owned())),
                ]);
            }
        }
        Ok(())
    }

    fn apply(self) -> CompletedText {
        let added = self.list.iter().map(|(_, by)| match by {
            By::Text(text) => text.len(),
            By::Stored { before } => before.len() + 2,
        });
        let mut text = String::with_capacity(self.text.len() + added.sum::<usize>());
        let mut pieces = Vec::with_capacity(3);
        let mut done = 0;
        for (Range { start, end }, by) in self.list {
            text.push_str(self.text.get(done..start).unwrap_or_default());
            match by {
                By::Text(by) => text.push_str(&by),
                By::Stored { before } => {
                    text.push_str(&before);
                    text.push('"');
                    pieces.push(mem::replace(&mut text, String::from('"')));
                }
            }
            done = end;
        }
        text.push_str(self.text.get(done..).unwrap_or_default());
        pieces.push(text);
        CompletedText(pieces)
    }
}

/// The members of an object, each with the text of its value.
struct Members<'t>(Vec<(Key<'t>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}
