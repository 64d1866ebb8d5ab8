//! What a credential made for one launch is limited to: a learner, a registration, an activity.

use axum::http::StatusCode;
use cartable_lrs_store::{Facet, Kind, Scope as Reach};
use cartable_xapi::{ActorRef, Statement, Uuid};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The limits of a launch, kept with its credential as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Launch {
    /// The key of the credential that asked for it; when that one ends, so does the launch.
    pub(super) issuer: String,
    /// The learner: the canonical form of an inverse functional identifier.
    pub(super) agent: String,
    pub(super) registration: Uuid,
    pub(super) activities: Vec<String>,
}

impl Launch {
    /// Refuses a statement about anybody or anything else.
    pub(super) fn check(&self, statement: &Statement) -> Result<(), Refusal> {
        let actor = ActorRef::from(&statement.actor).identifier().map(Facet::agent);
        if actor.is_none_or(|facet| facet.value != self.agent) {
            return Err(refusal("the actor is not the learner of this launch"));
        }
        if statement.registration() != Some(self.registration) {
            return Err(refusal("the registration is not the one of this launch"));
        }
        if statement.voids().is_some() {
            return Err(refusal("the credential of a launch cannot void statements"));
        }
        let object = statement.activity().into_iter();
        // Questions and lessons name the activity of the launch as their parent or grouping.
        let mut activities = object.chain(statement.related_activities());
        if activities.any(|activity| self.has(activity.id.as_str())) {
            Ok(())
        } else {
            Err(refusal(
                "neither the object nor the context has the activity of this launch",
            ))
        }
    }

    /// Refuses a state document of anybody or anything else.
    pub(super) fn check_state(
        &self,
        activity: &str,
        agent: &str,
        registration: Option<Uuid>,
    ) -> Result<(), Refusal> {
        if agent != self.agent {
            Err(refusal("the agent is not the learner of this launch"))
        } else if registration != Some(self.registration) {
            Err(refusal("the registration is not the one of this launch"))
        } else if !self.has(activity) {
            Err(refusal("the activity is not the one of this launch"))
        } else {
            Ok(())
        }
    }

    /// By what the statements that it may read are found.
    pub(super) fn facets(&self) -> [(Facet, Option<Reach>); 2] {
        let agent = Facet {
            kind: Kind::Agent,
            value: self.agent.clone(),
        };
        [
            (agent, Some(Reach::Direct)),
            (Facet::registration(self.registration), None),
        ]
    }

    fn has(&self, activity: &str) -> bool {
        self.activities.iter().any(|known| known == activity)
    }
}

fn refusal(reason: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, reason)
}
