//! Who calls, by which version of the specification.

use axum::{extract::FromRequestParts, http::request::Parts};
use cartable_lrs_store::{Credential, Facet, StoreId};
use cartable_xapi::{Account, Actor, Agent, InverseFunctionalIdentifier, Version};

use super::{VERSION, authentication::authenticate, parameters::Parameters, version_of};
use crate::{
    environment::Lrs,
    refusal::Refusal,
    scope::{Scope, Scopes},
};

/// A request whose version is known and whose credential is right.
pub(super) struct Call {
    pub(super) version: Version,
    pub(super) parameters: Parameters,
    credential: Credential,
    scopes: Scopes,
}

impl Call {
    /// The store that the credential gives access to.
    pub(super) fn store(&self) -> StoreId {
        self.credential.store
    }

    /// Refuses a call whose credential does not allow this.
    pub(super) fn require(&self, scope: Scope, only_to_read: bool) -> Result<(), Refusal> {
        if self.scopes.allow(scope, only_to_read) {
            Ok(())
        } else {
            Err(Refusal::new(
                axum::http::StatusCode::FORBIDDEN,
                format!("the credential lacks the scope `{scope}`"),
            ))
        }
    }

    /// Refuses a call that may read no statement; the authority of those it may read, when it may not read all.
    pub(super) fn require_statements(&self, lrs: &Lrs) -> Result<Option<Facet>, Refusal> {
        if !self.scopes.allow(Scope::StatementsRead, true)
            && self.scopes.allow(Scope::StatementsReadMine, true)
        {
            return Ok(self.authority(lrs).identifier().map(Facet::authority));
        }
        self.require(Scope::StatementsRead, true)?;
        Ok(None)
    }

    /// Whether what the statements of this credential say of activities and agents is believed.
    pub(super) fn defines(&self) -> bool {
        self.scopes.allow(Scope::Define, false)
    }

    /// Who vouches for the statements of this credential: an account of this server (1.0.3 Part 2, 2.4.9).
    pub(super) fn authority(&self, lrs: &Lrs) -> Actor {
        Actor::Agent(Agent {
            name: Some(self.credential.label.clone()).filter(|label| !label.is_empty()),
            identifier: InverseFunctionalIdentifier::Account(Account {
                home_page: lrs.public_url().clone(),
                name: self.credential.key.clone(),
            }),
        })
    }
}

impl FromRequestParts<Lrs> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, lrs: &Lrs) -> Result<Self, Refusal> {
        let credential = authenticate(lrs, &parts.headers).await?;
        let version = version_of(&parts.headers).ok_or_else(|| {
            Refusal::bad_request(format!(
                "the header {VERSION} must name a version that this server speaks: 1.0.0 to 1.0.3, or 2.0.0"
            ))
        })?;
        // A scope of a newer program allows nothing here.
        let scopes = credential.scopes.parse().unwrap_or_default();
        Ok(Self {
            version,
            parameters: Parameters::parse(parts.uri.query().unwrap_or_default(), version)?,
            credential,
            scopes,
        })
    }
}
