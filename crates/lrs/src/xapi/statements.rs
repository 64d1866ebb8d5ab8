//! Statements (1.0.3 Part 3, 2.1; 2.0, 4.1.6.1).

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use cartable_lrs_store::{
    Draft, Facet, Found, Inserted, Order, Page, Scope as Reach, StatementFilter, StoreError,
};
use cartable_xapi::{ParsedStatement, Timestamp, Uuid, parse_batch};

use super::{XAPI, body, call::Call, parameters::Reader};
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
    let bytes = body::read(body).await?;
    let statements = parse(&call, &headers, &bytes)?;
    let inserted = insert(&lrs, &call, statements).await?;
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
    let bytes = body::read(body).await?;
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Refusal::bad_request(
            "PUT stores one statement: send a JSON object",
        ));
    }
    let mut statements = parse(&call, &headers, &bytes)?;
    for parsed in &mut statements {
        if *parsed.statement.id.get_or_insert(id) != id {
            return Err(Refusal::bad_request(
                "the statement's id is not the one of the parameter statementId",
            ));
        }
    }
    insert(&lrs, &call, statements).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse<'b>(call: &Call, headers: &HeaderMap, bytes: &'b [u8]) -> Result<Vec<ParsedStatement<'b>>, Refusal> {
    match body::media_type(headers).as_str() {
        "application/json" => {}
        "multipart/mixed" => {
            return Err(Refusal::bad_request(
                "this server does not take multipart/mixed yet: send application/json, and give the address of each \
                 attachment in its fileUrl",
            ));
        }
        _ => {
            return Err(Refusal::bad_request(
                "the Content-Type of statements must be application/json",
            ));
        }
    }
    let statements = parse_batch(bytes, call.version)?;
    let misses_file = |parsed: &ParsedStatement<'_>| {
        let attachments = parsed.statement.attachments.iter().flatten();
        attachments
            .clone()
            .any(|attachment| attachment.file_url.is_none())
    };
    if statements.iter().any(misses_file) {
        return Err(Refusal::bad_request(
            "an attachment has neither a fileUrl nor a part of the body",
        ));
    }
    Ok(statements)
}

/// Stores statements in a task of its own, which a client that goes away does not interrupt.
async fn insert(lrs: &Lrs, call: &Call, statements: Vec<ParsedStatement<'_>>) -> Result<Inserted, Refusal> {
    let drafts = statements
        .into_iter()
        .map(|parsed| Draft {
            id: parsed.statement.id.unwrap_or_else(|| lrs.new_id()),
            statement: parsed.statement,
            text: parsed.text.to_owned(),
            version: call.version,
        })
        .collect();
    let (store, id, authority) = (lrs.store().clone(), call.store(), call.authority(lrs));
    let task = tokio::spawn(async move { store.insert(id, drafts, &authority).await });
    match task.await {
        Ok(result) => Ok(result?),
        Err(error) => {
            tracing::error!(%error, "a batch could not be stored");
            Err(Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the statements could not be stored",
            ))
        }
    }
}

pub(super) async fn get(State(lrs): State<Lrs>, call: Call) -> Result<Response, Refusal> {
    call.require(Scope::StatementsRead, true)?;
    let known: Vec<&str> = [&BY_ID[..], &BY_FILTER, &FOR_BOTH].concat();
    let mut reader = call.parameters.reader(&known, call.version);
    read_common(&mut reader);
    if BY_ID.iter().any(|name| reader.has(name)) {
        one(&lrs, &call, reader).await
    } else {
        page(&lrs, &call, reader).await
    }
}

fn read_common(reader: &mut Reader<'_>) {
    match reader.text("format") {
        None | Some("exact") => {}
        Some("ids" | "canonical") => reader.refuse("format", "this server answers `exact` only, for now"),
        Some(_) => reader.refuse("format", "must be ids, exact or canonical"),
    }
    if reader.boolean("attachments") == Some(true) {
        reader.refuse("attachments", "this server does not keep attachments yet");
    }
}

async fn one(lrs: &Lrs, call: &Call, mut reader: Reader<'_>) -> Result<Response, Refusal> {
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
    let Found { stored, payload, .. } = found.ok_or_else(|| {
        Refusal::not_found(if voided.is_some() {
            "no voided statement has this id"
        } else {
            "no statement has this id, or it was voided"
        })
    })?;
    let modified = http_date(Timestamp::from_micros(stored).unwrap_or(Timestamp::MIN));
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::LAST_MODIFIED, modified),
    ];
    Ok((headers, payload).into_response())
}

async fn page(lrs: &Lrs, call: &Call, mut reader: Reader<'_>) -> Result<Response, Refusal> {
    let query = call.parameters.without(CURSOR);
    // A cursor holds for the store as well: that of one tenant must not open a window on another.
    let signed = format!("{}/{query}", call.store().0);
    let after = reader
        .text(CURSOR)
        .map(|text| lrs.cursor_key().verify(text, &signed));
    if after == Some(None) {
        reader.refuse(CURSOR, "is not one that this server gave for this query");
    }
    let filter = StatementFilter {
        after: after.flatten(),
        ..read_filter(&mut reader)
    };
    reader.finish(())?;
    let Page { statements, next } = lrs.store().statements(call.store(), &filter).await?;

    let mut text = String::from("{\"statements\":[");
    for (place, found) in statements.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&found.payload);
    }
    let more = next.map(|cursor| {
        let separator = if query.is_empty() { "" } else { "&" };
        let cursor = lrs.cursor_key().sign(cursor, &signed);
        format!(
            "{}{XAPI}/statements?{query}{separator}{CURSOR}={cursor}",
            lrs.prefix()
        )
    });
    let more = serde_json::to_string(&more.unwrap_or_default()).map_err(StoreError::Text)?;
    text.push_str("],\"more\":");
    text.push_str(&more);
    text.push('}');
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
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

/// A time as HTTP writes it (RFC 9110, 5.6.7), to the second.
pub(super) fn http_date(time: Timestamp) -> String {
    let since_1970 = std::time::Duration::from_micros(u64::try_from(time.micros()).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_1970)
}
