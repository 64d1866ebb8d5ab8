//! The rules a statement must follow, each with its name, its message and its clauses. This table is the one place
//! where they are worded.

use crate::version::Version;

macro_rules! rules {
    ($($rule:ident $code:literal $message:literal $v1:literal $v2:literal;)+) => {
        /// A rule of the specification. The [code](Rule::code) never changes, so that programs can rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule {
            $(#[doc = concat!("`", $code, "`, worded by [`Rule::message`].")] $rule,)+
        }

        impl Rule {
            /// Every rule, in the order of the specification.
            pub const ALL: &[Self] = &[$(Self::$rule,)+];

            /// The stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$rule => $code,)+ }
            }

            /// What is wrong and what to do, in plain English.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$rule => $message,)+ }
            }

            /// The clause: of 1.0.3 Part Two (Part Three where it says so), or of IEEE 9274.1.1 for 2.0.
            #[must_use]
            pub const fn clause(self, version: Version) -> &'static str {
                match self { $(Self::$rule => if version.is_2_0() { $v2 } else { $v1 },)+ }
            }
        }
    };
}

rules! {
    Encoding "encoding" "The text must be UTF-8." "Part 3, 1.4" "4.1.2";
    Json "json" "The text must be one well-formed JSON value and nothing after it." "2.1" "4.2.1";
    Null "null" "null is not allowed here: leave the property out. Only extensions may hold null." "2.2" "4.2.1";
    ObjectType "expected-object" "The value must be a JSON object." "2.2" "4.2.1";
    ArrayType "expected-array" "The value must be a JSON array." "2.2" "4.2.1";
    StringType "expected-string" "The value must be a string." "2.2" "4.2.1";
    NumberType "expected-number" "The value must be a number, not in quotes." "2.2" "4.2.1";
    BooleanType "expected-boolean" "The value must be true or false, not in quotes." "2.2" "4.2.1";
    DuplicateProperty "duplicate-property" "The property is there twice: keep one." "2.2" "4.2.1";
    UnknownProperty "unknown-property"
        "The specification has no such property here: check its spelling and its case, or put it in extensions."
        "2.2" "4.2.1";

    StatementShape "statement-shape" "A statement must be a JSON object." "2.4" "4.2.2";
    StatementRequires "statement-requires" "A statement needs this property." "2.4" "4.2.2";
    Uuid "uuid"
        "The value must be a UUID in its standard form of 36 characters (RFC 4122), such as \
         8f87ccde-bb56-4c2e-ab83-44982ef22df0."
        "4.4" "4.2.7";
    BatchDuplicateId "batch-duplicate-id" "Two statements of the batch have this id: each needs its own."
        "Part 3, 2.1.2" "4.1.6.1";

    ActorType "actor-type" "An actor's objectType must be Agent or Group, or be left out for an agent." "2.4.2" "4.2.2.1";
    AgentType "agent-type" "An agent is expected here: its objectType must be Agent, or be left out." "2.4.2.1" "4.2.2.1";
    GroupType "group-type" "A group is expected here: its objectType must be Group." "2.4.2.2" "4.2.2.1";
    AgentIdentifier "agent-identifier" "An agent needs one identifier: mbox, mbox_sha1sum, openid or account."
        "2.4.2.1" "4.2.2.1";
    OneIdentifier "one-identifier" "Keep one identifier: mbox, mbox_sha1sum, openid or account." "2.4.2.3" "4.2.4.2";
    GroupMember "group-member" "A group without an identifier needs its members, in member." "2.4.2.2" "4.2.2.1";
    AgentMember "agent-member" "Only a group has members: set objectType to Group, or leave member out."
        "2.4.2.1" "4.2.2.1";
    NestedGroup "nested-group" "A member of a group must be an agent, not a group." "2.4.2.2" "4.2.4.2";
    Mbox "mbox" "The value must be mailto: and one e-mail address, such as mailto:zoe@example.com." "2.4.2.3" "4.2.2.1";
    MboxSha1Sum "mbox-sha1sum" "The value must be the SHA-1 of a mailto IRI: 40 hexadecimal digits." "2.4.2.3" "4.2.2.1";
    OpenId "openid" "The value must be a URI with a scheme." "2.4.2.3" "4.2.2.1";
    AccountRequires "account-requires" "An account needs this property." "2.4.2.4" "4.2.2.1";
    AccountName "account-name" "The account's name must not be empty." "2.4.2.4" "4.2.2.1";
    AccountHomePage "account-home-page"
        "The account's homePage must be an IRL with a scheme, such as https://lms.example.com." "2.4.2.4" "4.2.2.1";

    VerbRequires "verb-requires" "A verb needs this property." "2.4.3" "4.2.2.2";
    Voiding "voiding"
        "A statement with the verb voided must have as object a StatementRef with the id of the statement to void."
        "2.3.2" "4.2.5";

    ObjectKind "object-type"
        "An object's objectType must be Activity, Agent, Group, StatementRef or SubStatement, or be left out for an \
         activity."
        "2.4.4" "4.2.2.3";
    ActivityType "activity-type" "An activity is expected here: its objectType must be Activity, or be left out."
        "2.4.4.1" "4.2.2.3";
    ActivityRequires "activity-requires" "An activity needs this property." "2.4.4.1" "4.2.2.3";
    InteractionTypeRequired "interaction-type-required"
        "What describes a question needs an interactionType: add it, or leave this property out." "2.4.4.1" "4.2.4.2";
    InteractionTypeName "interaction-type"
        "The interactionType must be true-false, choice, fill-in, long-fill-in, matching, performance, sequencing, \
         likert, numeric or other."
        "2.4.4.1" "4.2.4.2";
    InteractionComponents "interaction-components"
        "This interactionType has no such list: choices goes with choice and sequencing, scale with likert, source \
         and target with matching, steps with performance."
        "2.4.4.1" "4.2.2.3";
    InteractionComponentRequires "interaction-component-requires" "An interaction component needs this property."
        "2.4.4.1" "4.2.2.3";
    InteractionComponentId "interaction-component-id" "The id must be distinct within its list."
        "2.4.4.1" "4.2.2.3";
    StatementRefType "statement-ref-type" "A reference to a statement needs the objectType StatementRef."
        "2.4.4.3" "4.2.2.3";
    StatementRefRequires "statement-ref-requires" "A reference to a statement needs this property." "2.4.4.3" "4.2.2.3";
    SubStatementProperty "substatement-property"
        "A SubStatement has no id, stored, version or authority: leave the property out." "2.4.4.3" "4.2.2.3";
    NestedSubStatement "nested-substatement" "A SubStatement must not contain another one." "2.4.4.3" "4.2.4.2";

    ScoreScaled "score-scaled" "scaled must be from -1 to 1." "2.4.5.1" "4.2.2.4";
    ScoreRange "score-range" "min must be less than max." "2.4.5.1" "4.2.2.4";
    ScoreRaw "score-raw" "raw must be from min to max." "2.4.5.1" "4.2.2.4";
    Duration "duration"
        "The value must be an ISO 8601 duration with designators, such as PT1H30M or P4W; weeks stand alone."
        "4.6" "4.2.7";

    ContextActivityOnly "context-activity-only"
        "revision and platform are for statements whose object is an activity: leave the property out."
        "2.4.6" "4.2.2.5";
    ContextAgentType "context-agent-type" "The objectType must be contextAgent." "2.4.6" "4.2.2.5";
    ContextAgentRequires "context-agent-requires" "A contextAgent needs this property." "2.4.6" "4.2.2.5";
    ContextGroupType "context-group-type" "The objectType must be contextGroup." "2.4.6" "4.2.2.5";
    ContextGroupRequires "context-group-requires" "A contextGroup needs this property." "2.4.6" "4.2.2.5";
    RelevantTypes "relevant-types" "relevantTypes must list at least one IRI, or be left out." "2.4.6" "4.2.2.5";

    AuthorityType "authority-type"
        "The authority must be an agent, or a group without an identifier that has two members."
        "2.4.9" "4.2.4.2";
    StatementVersion "statement-version" "The version must be 1.0.0 or another 1.0.x; with 2.0, it may also be 2.0.x."
        "2.4.10" "4.2.4.2";
    AttachmentRequires "attachment-requires" "An attachment needs this property." "2.4.11" "4.2.2.6";
    AttachmentContentType "attachment-content-type" "The value must be a media type, such as text/plain."
        "2.4.11" "4.2.2.6";
    AttachmentLength "attachment-length" "The length must be a whole number of bytes, 0 or more." "2.4.11" "4.2.2.6";
    AttachmentSha2 "attachment-sha2"
        "The value must be a SHA-2 in hexadecimal: 56, 64, 96 or 128 digits." "2.4.11" "4.2.2.6";

    AttachmentPart "attachment-part"
        "The bytes of an attachment must come along: send multipart/mixed with a part whose X-Experience-API-Hash is \
         this sha2, or give the attachment a fileUrl."
        "2.4.11" "4.2.2.6";
    Signature "signature"
        "A signature must be a JSON web signature (RFC 7515) in its compact form, of the contentType \
         application/octet-stream, made with RS256, RS384 or RS512 over a statement that means the same."
        "2.6" "4.2.6";

    ExtensionKey "extension-key" "The key of an extension must be an IRI with a scheme." "4.1" "4.2.7";
    LanguageTag "language-tag" "This must be a language tag of RFC 5646, such as fr or en-GB." "4.2" "4.2.7";
    Iri "iri" "The value must be an IRI with a scheme, such as https://example.com/lesson/1." "4.3" "4.2.7";
    Timestamp "timestamp"
        "The value must be a date and time of ISO 8601, such as 2026-01-31T10:20:08.120Z; 2.0 requires the form of RFC \
         3339; the offset -00:00 is refused."
        "4.5" "4.2.7";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_rule_has_a_code_of_its_own_and_says_what_to_do() {
        let codes: HashSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.message().ends_with('.'), "{rule:?}");
            assert!(rule.clause(Version::V2_0_0).starts_with("4."), "{rule:?}");
        }
    }
}
