//! What a credential allows (2.0, 4.1.9; 1.0.3 Part 3, 4.2).

use std::{fmt, str::FromStr};

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `statements/write`: store statements.
    StatementsWrite,
    /// `statements/read`: read every statement.
    StatementsRead,
    /// `statements/read/mine`: read the statements for which this credential vouches.
    StatementsReadMine,
    /// `state`: read and write state documents.
    State,
    /// `profile`: read and write profiles of activities and agents.
    Profile,
    /// `define`: change the definitions of activities by statements.
    Define,
    /// `all/read`: read everything.
    AllRead,
    /// `all`: everything.
    All,
}

impl Scope {
    /// Every scope that this server knows.
    pub const EVERY: [Self; 8] = [
        Self::StatementsWrite,
        Self::StatementsRead,
        Self::StatementsReadMine,
        Self::State,
        Self::Profile,
        Self::Define,
        Self::AllRead,
        Self::All,
    ];

    /// Its name in the specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StatementsWrite => "statements/write",
            Self::StatementsRead => "statements/read",
            Self::StatementsReadMine => "statements/read/mine",
            Self::State => "state",
            Self::Profile => "profile",
            Self::Define => "define",
            Self::AllRead => "all/read",
            Self::All => "all",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A scope that this server does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope")]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::EVERY
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// The permissions of a credential, written with spaces between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Whether one of them allows what `needed` does.
    #[must_use]
    pub fn allow(&self, needed: Scope, only_to_read: bool) -> bool {
        self.0.iter().any(|scope| match scope {
            Scope::All => true,
            Scope::AllRead => only_to_read,
            Scope::StatementsRead if needed == Scope::StatementsReadMine => true,
            scope => *scope == needed,
        })
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(scopes: Vec<Scope>) -> Self {
        Self(scopes)
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split_ascii_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.0.iter().enumerate() {
            write!(f, "{}{scope}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_as_they_are_read() {
        let text = "statements/write state";
        assert_eq!(text.parse::<Scopes>().unwrap().to_string(), text);
        assert_eq!(
            "all everything".parse::<Scopes>(),
            Err(UnknownScope("everything".to_owned()))
        );
    }

    #[test]
    fn a_scope_allows_no_more_than_it_says() {
        let allow = |scopes: &str, needed, only_to_read| {
            scopes.parse::<Scopes>().unwrap().allow(needed, only_to_read)
        };
        assert!(allow("all", Scope::State, false));
        assert!(allow("all/read", Scope::StatementsRead, true));
        assert!(allow("all/read", Scope::State, true));
        assert!(!allow("all/read", Scope::State, false));
        assert!(!allow("statements/write", Scope::StatementsRead, true));
        assert!(!allow("", Scope::StatementsRead, true));
        assert!(!allow("statements/read/mine", Scope::StatementsRead, true));
        assert!(allow("statements/read", Scope::StatementsReadMine, true));
        assert!(!allow("statements/write state", Scope::Profile, true));
        assert!(!allow("statements/write", Scope::Define, false));
    }
}
