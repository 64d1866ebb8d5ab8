//! Who calls, by which version of the specification.

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{StatusCode, header, request::Parts},
};
use cartable_lrs_store::{Credential, Facet, Scope as Reach, StoreId};
use cartable_xapi::{Account, Actor, Agent, InverseFunctionalIdentifier, Statement, Uuid, Version};

use super::{VERSION, authentication::authenticate, launch::Launch, parameters::Parameters, version_of};
use crate::{
    Peer,
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
    launch: Option<Launch>,
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

    /// Refuses a call that may read no statement at all.
    pub(super) fn require_reading(&self) -> Result<(), Refusal> {
        if self.scopes.allow(Scope::StatementsReadMine, true) {
            Ok(())
        } else {
            self.require(Scope::StatementsRead, true)
        }
    }

    /// Who must vouch for the statements that this credential may read, when it may not read all.
    pub(super) fn vouching(&self, lrs: &Lrs) -> Option<Facet> {
        if self.scopes.allow(Scope::StatementsRead, true) {
            return None;
        }
        self.authority(lrs).identifier().map(Facet::authority)
    }

    /// By what the statements of the credential's launch are found.
    pub(super) fn launched(&self) -> impl Iterator<Item = (Facet, Option<Reach>)> {
        self.launch.iter().flat_map(Launch::facets)
    }

    /// Whether the credential may read this statement, given as it is stored.
    pub(super) fn may_read(&self, lrs: &Lrs, payload: &str) -> bool {
        let launched = self.launched().map(|(facet, _)| facet);
        let needed: Vec<Facet> = self.vouching(lrs).into_iter().chain(launched).collect();
        if needed.is_empty() {
            return true;
        }
        // What is stored follows the rules of one of the versions.
        let statement = [Version::V2_0_0, Version::V1_0_3]
            .into_iter()
            .find_map(|version| Statement::parse(payload.as_bytes(), version).ok());
        let Some(statement) = statement else {
            return false;
        };
        let rows = cartable_lrs_store::StatementIndex::of(&statement).rows;
        needed.iter().all(|facet| {
            rows.iter()
                .any(|row| row.facet == *facet && row.scope == Reach::Direct)
        })
    }

    /// Refuses statements that the credential's launch is not about.
    pub(super) fn check_launch(&self, statement: &Statement) -> Result<(), Refusal> {
        self.launch
            .as_ref()
            .map_or(Ok(()), |launch| launch.check(statement))
    }

    /// Refuses state documents that the credential's launch is not about.
    pub(super) fn check_launch_state(
        &self,
        activity: &str,
        agent: &str,
        registration: Option<Uuid>,
    ) -> Result<(), Refusal> {
        self.launch
            .as_ref()
            .map_or(Ok(()), |launch| launch.check_state(activity, agent, registration))
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
                // A launch speaks for the credential that asked for it, which is there longer.
                name: self
                    .launch
                    .as_ref()
                    .map_or(&self.credential.key, |launch| &launch.issuer)
                    .clone(),
            }),
        })
    }
}

impl FromRequestParts<Lrs> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, lrs: &Lrs) -> Result<Self, Refusal> {
        let Identity(credential) = Identity::from_request_parts(parts, lrs).await?;
        let version = version_of(&parts.headers).ok_or_else(|| {
            Refusal::bad_request(format!(
                "the header {VERSION} must name a version that this server speaks: 1.0.0 to 1.0.3, or 2.0.0"
            ))
        })?;
        // A scope of a newer program allows nothing here.
        let scopes = credential.scopes.parse().unwrap_or_default();
        let launch = match &credential.launch {
            // Limits that cannot be read must not become none.
            Some(launch) => Some(serde_json::from_str(launch).map_err(|_| {
                Refusal::new(StatusCode::FORBIDDEN, "the credential's launch cannot be read")
            })?),
            None => None,
        };
        Ok(Self {
            version,
            parameters: Parameters::parse(parts.uri.query().unwrap_or_default(), version)?,
            credential,
            scopes,
            launch,
        })
    }
}

/// The credential of a request that may go on: it is right, its origin is allowed, and it does not come too often.
pub(super) struct Identity(pub(super) Credential);

impl FromRequestParts<Lrs> for Identity {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, lrs: &Lrs) -> Result<Self, Refusal> {
        let from = Peer::from_request_parts(parts, lrs).await.ok();
        let address = from.map(|ConnectInfo(peer)| peer.ip());
        let credential = authenticate(lrs, &parts.headers, address).await?;
        let now = lrs.now();
        if let Some(seconds) = lrs.rate().wait(&credential.key, now) {
            return Err(Refusal::too_many(
                "this credential asks too often: wait as long as Retry-After says",
                seconds,
            ));
        }
        lrs.rate().take(credential.key.clone(), now);
        let origin = parts.headers.get(header::ORIGIN);
        let mut allowed = credential.origins.split_ascii_whitespace().peekable();
        if let Some(origin) = origin
            && allowed.peek().is_some()
            && !allowed.any(|allowed| allowed.as_bytes() == origin.as_bytes())
        {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "the credential is not for pages of this origin",
            ));
        }
        let encoding = parts.headers.get(header::CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "this server takes no compressed bodies: send the body without Content-Encoding",
            ));
        }
        Ok(Self(credential))
    }
}
