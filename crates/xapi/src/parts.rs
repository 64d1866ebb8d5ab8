//! What a statement and a `SubStatement` have in common.

use crate::actor::Actor;
use crate::attachment::Attachment;
use crate::check::{Check, Place};
use crate::context::Context;
use crate::json::{Json, Member};
use crate::object::Object;
use crate::result::Result;
use crate::rule::Rule;
use crate::timestamp::Timestamp;
use crate::verb::Verb;

/// The common properties, as far as they have been read.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) actor: Option<Actor>,
    pub(crate) verb: Option<Verb>,
    pub(crate) object: Option<Object>,
    pub(crate) result: Option<Result>,
    pub(crate) context: Option<Box<Context>>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) attachments: Option<Vec<Attachment>>,
}

impl Parts {
    /// Reads one of the common properties; any other is refused as unknown.
    pub(crate) fn read(
        &mut self,
        check: &mut Check,
        key: &str,
        json: &Json<'_>,
        at: &Place<'_>,
        nested: bool,
    ) {
        match key {
            "actor" => self.actor = Actor::read(check, json, at),
            "verb" => self.verb = Verb::read(check, json, at),
            "object" => self.object = Object::read(check, json, at, nested),
            "result" => self.result = Result::read(check, json, at),
            "context" => self.context = Context::read(check, json, at).map(Box::new),
            "timestamp" => self.timestamp = check.timestamp(json, at),
            "attachments" => self.attachments = check.items(json, at, Attachment::read),
            _ => check.refuse(Rule::UnknownProperty, at),
        }
    }

    /// The rules that tie properties together.
    pub(crate) fn check(&self, check: &mut Check, members: &[Member<'_>], at: &Place<'_>) {
        for key in ["actor", "verb", "object"] {
            check.require(members, key, Rule::StatementRequires, at);
        }
        let Some(object) = &self.object else { return };
        let voids = self.verb.as_ref().is_some_and(Verb::is_voided);
        if voids && !matches!(object, Object::StatementRef(_)) {
            check.refuse(Rule::Voiding, &at.member("object"));
        }
        if let (Some(context), None) = (&self.context, object.as_activity()) {
            let at = at.member("context");
            if context.revision.is_some() {
                check.refuse(Rule::ContextActivityOnly, &at.member("revision"));
            }
            if context.platform.is_some() {
                check.refuse(Rule::ContextActivityOnly, &at.member("platform"));
            }
        }
    }
}
