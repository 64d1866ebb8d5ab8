//! Statements (1.0.3 Part 3, 2.1; 2.0, 4.1.6.1).

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use cartable_lrs_store::{
    Batch, Draft, Facet, Found, Inserted, Order, Page, Place, Scope as Reach, StatementFilter,
};
use cartable_xapi::{Timestamp, Uuid};

use super::{
    XAPI, body,
    call::Call,
    form::Form,
    pages::{self, Pages},
    parameters::Reader,
    submission::Submission,
};
use crate::{environment::Lrs, refusal::Refusal, scope::Scope};

/// A page has this many statements at the most.
const PAGE: u32 = 500;
const BY_ID: [&str; 2] = ["statementId", "voidedStatementId"];
const BY_FILTER: [&str; 11] = [
    "agent",
    "verb",
    "activity",
    "registration",
    "related_activities",
    "related_agents",
    "since",
    "until",
    "limit",
    "ascending",
    CURSOR,
];
const FOR_BOTH: [&str; 2] = ["format", "attachments"];
/// Our own: where the page before ended.
const CURSOR: &str = "cursor";

pub(super) async fn post(
    State(lrs): State<Lrs>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Vec<Uuid>>, Refusal> {
    call.require(Scope::StatementsWrite, false)?;
    call.parameters.reader(&[], call.version).finish(())?;
    let bytes = body::read(lrs.bodies(), body).await?;
    let submission = Submission::read(&headers, call.version, &bytes)?;
    let inserted = insert(&lrs, &call, submission).await?;
    Ok(Json(inserted.ids))
}

pub(super) async fn put(
    State(lrs): State<Lrs>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    call.require(Scope::StatementsWrite, false)?;
    let mut reader = call.parameters.reader(&["statementId"], call.version);
    reader.require("statementId");
    let id = reader.uuid("statementId");
    let id = reader.finish(id)?.unwrap_or_default();
    let bytes = body::read(lrs.bodies(), body).await?;
    let mut submission = Submission::read(&headers, call.version, &bytes)?;
    if submission.is_array {
        return Err(Refusal::bad_request(
            "PUT stores one statement: send a JSON object",
        ));
    }
    for parsed in &mut submission.statements {
        if *parsed.statement.id.get_or_insert(id) != id {
            return Err(Refusal::bad_request(
                "the statement's id is not the one of the parameter statementId",
            ));
        }
    }
    insert(&lrs, &call, submission).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn insert(lrs: &Lrs, call: &Call, submission: Submission<'_>) -> Result<Inserted, Refusal> {
    for parsed in &submission.statements {
        call.check_launch(&parsed.statement)?;
    }
    let drafts = submission
        .statements
        .into_iter()
        .map(|parsed| Draft {
            id: parsed.statement.id.unwrap_or_else(|| lrs.new_id()),
            statement: parsed.statement,
            text: parsed.text.to_owned(),
            version: call.version,
        })
        .collect();
    let batch = Batch {
        drafts,
        attachments: submission.attachments,
        defines: call.defines(),
    };
    Ok(lrs
        .store()
        .insert(call.store(), batch, &call.authority(lrs))
        .await?)
}

pub(super) async fn get(State(lrs): State<Lrs>, call: Call, headers: HeaderMap) -> Result<Response, Refusal> {
    call.require_reading()?;
    let known: Vec<&str> = [&BY_ID[..], &BY_FILTER, &FOR_BOTH].concat();
    let mut reader = call.parameters.reader(&known, call.version);
    let form = Form::read(&mut reader, &headers);
    if BY_ID.iter().any(|name| reader.has(name)) {
        one(&lrs, &call, reader, &form).await
    } else {
        page(&lrs, &call, reader, form).await
    }
}

async fn one(lrs: &Lrs, call: &Call, mut reader: Reader<'_>, form: &Form) -> Result<Response, Refusal> {
    for name in BY_FILTER {
        if reader.has(name) {
            reader.refuse(name, "does not go with statementId or voidedStatementId");
        }
    }
    let (id, voided) = (reader.uuid(BY_ID[0]), reader.uuid(BY_ID[1]));
    if reader.has(BY_ID[0]) && reader.has(BY_ID[1]) {
        reader.refuse(BY_ID[1], "does not go with statementId");
    }
    reader.finish(())?;
    let found = match id.or(voided) {
        Some(id) => lrs.store().statement(call.store(), id, voided.is_some()).await?,
        None => None,
    };
    let found = found.filter(|found| call.may_read(lrs, &found.payload));
    let Found { place, payload, .. } = found.ok_or_else(|| {
        Refusal::not_found(if voided.is_some() {
            "no voided statement has this id"
        } else {
            "no statement has this id, or it was voided"
        })
    })?;
    let attached = form.attached(lrs, call, &[&payload]).await?;
    let mut text = String::new();
    form.write(lrs, call.store(), &[payload], &mut text).await?;
    let modified = http_date(place.stored());
    let mut response = attached.answer(lrs, text);
    if let Ok(modified) = modified.try_into() {
        response.headers_mut().insert(header::LAST_MODIFIED, modified);
    }
    Ok(response)
}

async fn page(lrs: &Lrs, call: &Call, mut reader: Reader<'_>, form: Form) -> Result<Response, Refusal> {
    let query = call.parameters.without(CURSOR);
    // A cursor holds for the store as well: that of one tenant must not open a window on another.
    let signed = format!("{}/{query}", call.store().0);
    let after = reader
        .text(CURSOR)
        .map(|text| lrs.cursor_key().verify(text, &signed));
    if after == Some(None) {
        reader.refuse(CURSOR, "is not one that this server gave for this query");
    }
    let mut filter = StatementFilter {
        after: after.flatten(),
        authority: call.vouching(lrs),
        ..read_filter(&mut reader)
    };
    filter.facets.extend(call.launched());
    reader.finish(())?;
    let more = {
        let lrs = lrs.clone();
        move |place: Place| {
            let separator = if query.is_empty() { "" } else { "&" };
            let cursor = lrs.cursor_key().sign(place, &signed);
            format!(
                "{}{XAPI}/statements?{query}{separator}{CURSOR}={cursor}",
                lrs.prefix()
            )
        }
    };
    if form.attaches() {
        return with_attachments(lrs, call, &filter, &form, more).await;
    }
    let pages = Pages {
        lrs: lrs.clone(),
        store: call.store(),
        filter,
        form,
        more: Box::new(more),
        bytes: 0,
    };
    pages.answer().await
}

/// A page in which the attachments follow the statements.
async fn with_attachments(
    lrs: &Lrs,
    call: &Call,
    filter: &StatementFilter,
    form: &Form,
    more: impl Fn(Place) -> String,
) -> Result<Response, Refusal> {
    let Page {
        mut statements,
        mut next,
    } = lrs.store().statements(call.store(), filter).await?;
    let texts: Vec<&str> = statements.iter().map(|found| &*found.payload).collect();
    let attached = form.attached(lrs, call, &texts).await?;
    if attached.statements < statements.len() {
        statements.truncate(attached.statements);
        next = statements.last().map(|last| last.place);
    }
    let payloads: Vec<_> = statements.into_iter().map(|found| found.payload).collect();
    let mut text = String::from(pages::BEGINNING);
    form.write(lrs, call.store(), &payloads, &mut text).await?;
    pages::end(&mut text, &next.map(more).unwrap_or_default())?;
    Ok(attached.answer(lrs, text))
}

fn read_filter(reader: &mut Reader<'_>) -> StatementFilter {
    let reach = |related: Option<bool>| {
        if related == Some(true) {
            Reach::Related
        } else {
            Reach::Direct
        }
    };
    let agents = reach(reader.boolean("related_agents"));
    let activities = reach(reader.boolean("related_activities"));
    let facets = [
        reader.agent("agent").map(|facet| (facet, Some(agents))),
        reader
            .iri("activity")
            .map(|id| (Facet::activity(id.as_str()), Some(activities))),
        reader.iri("verb").map(|id| (Facet::verb(id.as_str()), None)),
        reader
            .uuid("registration")
            .map(|id| (Facet::registration(id), None)),
    ];
    StatementFilter {
        facets: facets.into_iter().flatten().collect(),
        since: reader.timestamp("since"),
        until: reader.timestamp("until"),
        authority: None,
        after: None,
        order: if reader.boolean("ascending") == Some(true) {
            Order::Ascending
        } else {
            Order::Descending
        },
        limit: match reader.number("limit") {
            None | Some(0) => PAGE,
            Some(limit) => limit.min(PAGE),
        },
    }
}

/// Reads the parameters of a query without asking anything.
#[cfg(feature = "fuzzing")]
pub(crate) fn read_query(query: &str, version: cartable_xapi::Version) {
    if let Ok(parameters) = super::parameters::Parameters::parse(query, version) {
        let known: Vec<&str> = [&BY_ID[..], &BY_FILTER, &FOR_BOTH].concat();
        let mut reader = parameters.reader(&known, version);
        let _ = Form::read(&mut reader, &HeaderMap::new());
        let _ = read_filter(&mut reader);
        let _ = reader.finish(());
        let _ = parameters.without(CURSOR);
    }
}

/// A time as HTTP writes it (RFC 9110, 5.6.7), to the second.
pub(super) fn http_date(time: Timestamp) -> String {
    let since_1970 = std::time::Duration::from_micros(u64::try_from(time.micros()).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_1970)
}
