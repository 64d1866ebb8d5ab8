//! The alternate request syntax of 1.0.3 (Part 3, 1.3): a POST with the parameter `method`, whose form carries the
//! headers, the parameters and the content of another request. 2.0 has none.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, Uri, header},
};
use cartable_xapi::Version;

use super::{VERSION, body, version_of};
use crate::{environment::Lrs, refusal::Refusal};

/// The form's fields that stand for headers.
const HEADERS: [HeaderName; 7] = [
    header::AUTHORIZATION,
    VERSION,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::ACCEPT_LANGUAGE,
];

/// The request that one of the alternate syntax stands for; any other as it is.
pub(super) async fn resolve(lrs: &Lrs, request: Request) -> Result<Request, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let is_alternate = request.method() == Method::POST
        && form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "method");
    // In 2.0, `method` is an unknown parameter, which is refused where parameters are read.
    let is_2_0 = version_of(request.headers()).is_some_and(Version::is_2_0);
    if is_alternate && !is_2_0 {
        rewritten(lrs, request).await
    } else {
        Ok(request)
    }
}

async fn rewritten(lrs: &Lrs, request: Request) -> Result<Request, Refusal> {
    let (mut parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let method = match (parameters.next(), parameters.next()) {
        (Some((name, method)), None) if name == "method" => match method.as_ref() {
            "GET" => Method::GET,
            "PUT" => Method::PUT,
            "POST" => Method::POST,
            "DELETE" => Method::DELETE,
            _ => return Err(Refusal::bad_request("method must be GET, PUT, POST or DELETE")),
        },
        _ => {
            return Err(Refusal::bad_request(
                "a request with the parameter method has no other parameter: the others are fields of its form",
            ));
        }
    };
    if body::media_type(&parts.headers) != "application/x-www-form-urlencoded" {
        return Err(Refusal::bad_request(
            "a request with the parameter method must be application/x-www-form-urlencoded",
        ));
    }
    let form = body::read(lrs.bodies(), body).await?;
    // What the outer request says of its own body does not hold for the content.
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::TRANSFER_ENCODING);
    let mut content = None;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(&form) {
        let as_header = HEADERS
            .into_iter()
            .find(|header| header.as_str().eq_ignore_ascii_case(&name));
        if let Some(header) = as_header {
            let value = HeaderValue::try_from(value.as_ref()).map_err(|_| {
                Refusal::bad_request(format!("the form's field {header} is not a header's value"))
            })?;
            // The length is that of the content, which is known.
            if header != header::CONTENT_LENGTH {
                parts.headers.insert(header, value);
            }
        } else if name == "content" {
            if content.replace(value.into_owned()).is_some() {
                return Err(Refusal::bad_request("the form has two fields content"));
            }
        } else {
            query.append_pair(&name, &value);
        }
    }
    let writes = method == Method::PUT || method == Method::POST;
    if writes && content.is_none() {
        return Err(Refusal::bad_request(
            "the form of a PUT or a POST needs the field content",
        ));
    }
    if version_of(&parts.headers).is_some_and(Version::is_2_0) {
        return Err(Refusal::bad_request("xAPI 2.0 has no alternate request syntax"));
    }
    if writes && !parts.headers.contains_key(header::CONTENT_TYPE) {
        let json = HeaderValue::from_static("application/json");
        parts.headers.insert(header::CONTENT_TYPE, json);
    }
    parts.method = method;
    let path = parts.uri.path();
    let uri = match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    parts.uri =
        Uri::try_from(uri).map_err(|_| Refusal::bad_request("the form's fields make too long an address"))?;
    Ok(Request::from_parts(
        parts,
        Body::from(content.unwrap_or_default()),
    ))
}
