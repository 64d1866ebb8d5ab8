//! The xAPI data model and its rules, for versions 1.0.3 and 2.0 (IEEE 9274.1.1).
//!
//! Pure: no input or output, no clock, no generator.

mod activity;
mod actor;
mod attachment;
mod batch;
mod check;
mod completion;
mod context;
mod definition;
mod duration;
mod equivalence;
mod extensions;
mod format;
mod identifier;
mod interaction;
mod iri;
mod json;
mod language;
mod object;
mod parts;
mod related;
mod result;
mod rule;
mod statement;
mod timestamp;
mod verb;
mod version;
mod violation;

pub use activity::{Activity, ActivityDefinition};
pub use actor::{Actor, Agent, Group};
pub use attachment::Attachment;
pub use batch::{ParsedStatement, parse_batch};
pub use completion::{CompletedText, Completion};
pub use context::{Context, ContextActivities, ContextAgent, ContextGroup};
pub use definition::merge_definition;
pub use duration::Duration;
pub use extensions::Extensions;
pub use format::{activity_ids, make_canonical, reduce_to_ids};
pub use identifier::{Account, InverseFunctionalIdentifier, Mbox, MboxSha1Sum, NotAnIdentifier};
pub use interaction::{Interaction, InteractionComponent, InteractionType};
pub use iri::Iri;
pub use language::{LanguageMap, LanguageTag};
pub use object::{Object, StatementRef, SubStatement};
pub use related::ActorRef;
pub use result::{Result, Score};
pub use rule::Rule;
pub use statement::Statement;
pub use timestamp::Timestamp;
pub use uuid::Uuid;
pub use verb::Verb;
pub use version::Version;
pub use violation::{Violation, Violations};
