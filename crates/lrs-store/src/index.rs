//! By what a statement can be found: a pure function of it.

use cartable_xapi::{Actor, ActorRef, InverseFunctionalIdentifier, Statement, Version};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What kind of thing a statement is found by. The numbers are in the database, where a key has room for eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Kind {
    /// An agent or an identified group.
    Agent = 0,
    /// An activity.
    Activity = 1,
    /// A verb.
    Verb = 2,
    /// A registration.
    Registration = 3,
    /// Who vouches for the statement.
    Authority = 4,
}

/// Where in the statement it stands. The numbers are in the database, where a key has room for two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Scope {
    /// Where the plain filter looks: actor or object, the object's id, the verb, the registration.
    Direct = 0,
    /// Elsewhere, for `related_agents` and `related_activities`.
    Related = 1,
}

/// A thing by which statements are found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet {
    /// What it is.
    pub kind: Kind,
    /// Its identifier: an IRI, a UUID, or the canonical form of an inverse functional identifier.
    pub value: String,
}

impl Facet {
    /// An agent or an identified group.
    #[must_use]
    pub fn agent(identifier: &InverseFunctionalIdentifier) -> Self {
        Self {
            kind: Kind::Agent,
            value: identifier.to_string(),
        }
    }

    /// Who vouches for a statement.
    #[must_use]
    pub fn authority(identifier: &InverseFunctionalIdentifier) -> Self {
        Self {
            kind: Kind::Authority,
            value: identifier.to_string(),
        }
    }

    /// An activity, by its id.
    #[must_use]
    pub fn activity(id: &str) -> Self {
        Self {
            kind: Kind::Activity,
            value: id.to_owned(),
        }
    }

    /// A verb, by its id.
    #[must_use]
    pub fn verb(id: &str) -> Self {
        Self {
            kind: Kind::Verb,
            value: id.to_owned(),
        }
    }

    /// A registration.
    #[must_use]
    pub fn registration(id: Uuid) -> Self {
        Self {
            kind: Kind::Registration,
            value: id.to_string(),
        }
    }

    /// The facet's key: 60 bits of the SHA-256 of its value, its kind, and a last bit that is 0.
    pub(crate) fn key(&self) -> i64 {
        self.keys().0
    }

    /// The facet's key, and 64 more bits of the hash, by which two values with one key are told apart.
    pub(crate) fn keys(&self) -> (i64, u64) {
        let digest = Sha256::digest(self.value.as_bytes());
        let bytes = |start: usize| -> [u8; 8] { std::array::from_fn(|place| digest[start + place]) };
        let hash = i64::from_be_bytes(bytes(0)) & !0xf;
        (
            hash | (i64::from(self.kind as i16) * 2),
            u64::from_be_bytes(bytes(8)),
        )
    }
}

impl Scope {
    /// The key of a facet where it stands in this scope.
    pub(crate) fn of(self, key: i64) -> i64 {
        key | i64::from(self as i16)
    }
}

/// Whether a key is that of a verb.
pub(crate) fn is_verb(key: i64) -> bool {
    key & 0xf == i64::from(Kind::Verb as i16) * 2
}

/// A row of the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexRow {
    /// By what the statement is found.
    pub facet: Facet,
    /// Where that stands in it.
    pub scope: Scope,
}

/// The rows by which a statement is found, sorted, each facet once and in its closest scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementIndex {
    /// The rows.
    pub rows: Vec<IndexRow>,
    /// The statement it refers to.
    pub target: Option<Uuid>,
    /// Whether it voids that statement.
    pub voids: bool,
}

impl StatementIndex {
    /// Derives the index rows (the filters of 1.0.3 Part 3, 2.1.3 and 2.0, 4.1.6.1).
    #[must_use]
    pub fn of(statement: &Statement) -> Self {
        let mut rows: Vec<IndexRow> = Vec::new();
        let mut add = |facet, scope| rows.push(IndexRow { facet, scope });
        for identifier in statement.agents().filter_map(ActorRef::identifier) {
            add(Facet::agent(identifier), Scope::Direct);
        }
        // Who vouches is an agent of the statement as well, which its own row says.
        let authority = statement.authority.as_ref().and_then(Actor::identifier);
        for identifier in statement.related_agents().filter_map(ActorRef::identifier) {
            if Some(identifier) != authority {
                add(Facet::agent(identifier), Scope::Related);
            }
        }
        if let Some(activity) = statement.activity() {
            add(Facet::activity(activity.id.as_str()), Scope::Direct);
        }
        for activity in statement.related_activities() {
            add(Facet::activity(activity.id.as_str()), Scope::Related);
        }
        add(Facet::verb(statement.verb.id.as_str()), Scope::Direct);
        if let Some(identifier) = authority {
            add(Facet::authority(identifier), Scope::Direct);
        }
        if let Some(registration) = statement.registration() {
            add(Facet::registration(registration), Scope::Direct);
        }
        rows.sort();
        rows.dedup_by(|later, earlier| later.facet == earlier.facet);
        Self {
            rows,
            target: statement.target(),
            voids: statement.voids().is_some(),
        }
    }

    /// What a stored statement is found by; nothing, when it cannot be read any more.
    pub(crate) fn read(version: &str, payload: &str) -> Option<Self> {
        let version = Version::parse(version).unwrap_or(Version::V1_0_3);
        let statement = Statement::parse(payload.as_bytes(), version).ok()?;
        Some(Self::of(&statement))
    }

    /// The keys of the rows.
    pub(crate) fn keys(&self) -> Vec<i64> {
        self.rows
            .iter()
            .map(|row| row.scope.of(row.facet.key()))
            .collect()
    }
}
