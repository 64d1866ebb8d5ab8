//! What the LRS adds to a statement, in the statement and in its text.

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

/// What the LRS sets on every statement it keeps (1.0.3 Part 2, 2.4.1 and 2.4.7 to 2.4.10; 2.0, 4.2.4.2).
#[derive(Clone, Debug)]
pub struct Completion<'c> {
    /// The id: the statement's own, or a new one.
    pub id: Uuid,
    /// When it is stored; also its timestamp, when it came without one.
    pub stored: Timestamp,
    /// Who vouches for it.
    pub authority: &'c Actor,
    /// The version given to a statement that came without one: `1.0.0` or `2.0.0`.
    pub version: Version,
}

impl Completion<'_> {
    /// Completes the statement.
    pub fn complete(&self, statement: &mut Statement) {
        statement.id = Some(self.id);
        statement.stored = Some(self.stored);
        statement.authority = Some(self.authority.clone());
        statement.timestamp.get_or_insert(self.stored);
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
    pub fn complete_text(&self, text: &str) -> serde_json::Result<String> {
        let text = text.trim_ascii();
        let Members(members) = serde_json::from_str(text)?;
        let mut edits = Edits {
            text,
            list: Vec::new(),
        };
        for (Key(key), value) in &members {
            match key.as_ref() {
                "id" => edits.replace(value, json(&self.id)?),
                "stored" => edits.replace(value, json(&self.stored)?),
                "authority" => edits.replace(value, json(self.authority)?),
                "timestamp" => edits.put_in_utc(value)?,
                "context" => edits.context(value)?,
                "object" => edits.object(value)?,
                _ => {}
            }
        }
        let end = text.len() - 1;
        let mut comma = if members.is_empty() { "" } else { "," };
        for (key, value) in [
            ("id", json(&self.id)?),
            ("timestamp", json(&self.stored)?),
            ("stored", json(&self.stored)?),
            ("authority", json(self.authority)?),
            ("version", json(&self.version)?),
        ] {
            if members.iter().all(|(Key(found), _)| found != key) {
                edits.list.push((end..end, format!("{comma}\"{key}\":{value}")));
                comma = ",";
            }
        }
        Ok(edits.apply())
    }
}

fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value)
}

/// Changes to a text, from its beginning to its end.
struct Edits<'t> {
    text: &'t str,
    list: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    /// Where a part of the text stands in it.
    fn range(&self, part: &RawValue) -> Range<usize> {
        let start = part.get().as_ptr().addr() - self.text.as_ptr().addr();
        start..start + part.get().len()
    }

    fn replace(&mut self, value: &RawValue, by: String) {
        self.list.push((self.range(value), by));
    }

    /// Leaves a time alone that is in UTC already.
    fn put_in_utc(&mut self, value: &RawValue) -> serde_json::Result<()> {
        let Key(text) = serde_json::from_str(value.get())?;
        let rfc_3339 = Timestamp::parse(&text, Version::V2_0_0);
        let timestamp = rfc_3339.or_else(|| Timestamp::parse(&text, Version::V1_0_3));
        if let Some(timestamp) = timestamp.filter(|_| rfc_3339.is_none() || !text.ends_with('Z')) {
            self.replace(value, json(&timestamp)?);
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
                self.list
                    .extend([(start..start, "[".to_owned()), (end..end, "]".to_owned())]);
            }
        }
        Ok(())
    }

    fn apply(self) -> String {
        let added: usize = self.list.iter().map(|(_, by)| by.len()).sum();
        let mut whole = String::with_capacity(self.text.len() + added);
        let mut done = 0;
        for (Range { start, end }, by) in self.list {
            whole.push_str(self.text.get(done..start).unwrap_or_default());
            whole.push_str(&by);
            done = end;
        }
        whole.push_str(self.text.get(done..).unwrap_or_default());
        whole
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
