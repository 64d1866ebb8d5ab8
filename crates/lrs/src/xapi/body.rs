//! Bodies of requests, bounded: each of them, and all that are read at once.

use std::{ops::Deref, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// The largest body, in bytes.
const LIMIT: usize = 16 * 1024 * 1024;
/// All bodies that are held at once have so much room, in pieces; who finds none is asked to come again.
const ROOM: usize = 64 * 1024 * 1024;
const PIECE: usize = 16 * 1024;

/// The room for bodies.
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM / PIECE)))
    }
}

/// A body, and the room that it takes until it is dropped.
pub(super) struct Received {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Deref for Received {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The whole body, unless it is too large.
pub(super) async fn read(room: &Room, body: Body) -> Result<Received, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Bytes::new();
    let mut longer: Vec<u8> = Vec::new();
    let mut total = 0;
    let mut taken: Option<OwnedSemaphorePermit> = None;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::bad_request("the body did not arrive whole"))?;
        total += chunk.len();
        if total > LIMIT {
            return Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is larger than {LIMIT} bytes: send it in parts"),
            ));
        }
        let held = taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(total.div_ceil(PIECE).saturating_sub(held)).unwrap_or(u32::MAX);
        if more > 0 {
            let more = Arc::clone(&room.0)
                .try_acquire_many_owned(more)
                .map_err(|_| Refusal::busy())?;
            match &mut taken {
                Some(taken) => taken.merge(more),
                None => taken = Some(more),
            }
        }
        // Most bodies are one chunk, which is kept as it came.
        if total == chunk.len() {
            bytes = chunk;
        } else {
            if longer.is_empty() {
                longer.extend_from_slice(&bytes);
            }
            longer.extend_from_slice(&chunk);
        }
    }
    Ok(Received {
        bytes: if longer.is_empty() { bytes } else { longer.into() },
        _room: taken,
    })
}

/// The media type of a body, without its parameters, in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    content_type(headers)
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The Content-Type as it was sent.
pub(super) fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/octet-stream")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_bodies_together_have_so_much_room_and_give_it_back() {
        let room = Room::default();
        let body = || Body::from(vec![b'x'; LIMIT]);
        let mut held = Vec::new();
        for _ in 0..ROOM / LIMIT {
            held.push(read(&room, body()).await.ok().unwrap());
        }
        assert!(read(&room, Body::from("x")).await.is_err());
        held.pop();
        assert_eq!(read(&room, body()).await.ok().unwrap().len(), LIMIT);
    }

    #[tokio::test]
    async fn a_body_in_chunks_is_put_together() {
        let chunks = ["a", "", "bc", "d"].map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
        let body = Body::from_stream(futures_util::stream::iter(chunks));
        assert_eq!(&*read(&Room::default(), body).await.ok().unwrap(), b"abcd");
    }
}
