//! Packages served as a web site, as an LMS serves what it has unpacked.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use cartable_packager::{Content, Package};

/// The packages, each under a name.
#[derive(Clone)]
pub(super) struct Site(Arc<BTreeMap<String, Package>>);

impl Site {
    pub(super) fn new(packages: impl IntoIterator<Item = (String, Package)>) -> Self {
        Self(Arc::new(packages.into_iter().collect()))
    }

    pub(super) fn router(self) -> Router {
        Router::new().route("/{name}/{*path}", get(file)).with_state(self)
    }
}

async fn file(State(Site(packages)): State<Site>, Path((name, path)): Path<(String, String)>) -> Response {
    let Some(content) = packages.get(&name).and_then(|package| package.files.get(&path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let bytes = match content {
        Content::Made(made) => made.bytes().to_vec(),
        Content::File(file) => match tokio::fs::read(file).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, file = %file.display(), "a file of the course cannot be read");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
    };
    let media = mime_guess::from_path(&path).first_or_octet_stream();
    ([(header::CONTENT_TYPE, media.as_ref())], bytes).into_response()
}
