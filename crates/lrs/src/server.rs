//! Connections: so many at once, none that is slow for ever, and an end that lets them finish.

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt;

use crate::{environment::Lrs, proxy, refusal::Refusal};

/// Connections at once; others wait to be accepted.
const CONNECTIONS: usize = 1024;
/// The request line and the headers have so long to arrive.
const HEADERS: Duration = Duration::from_secs(15);
/// The largest address and headers, in bytes.
const HEAD: usize = 64 * 1024;
/// The most headers.
const HEADER_COUNT: usize = 100;
/// Where hyper itself stops reading a head: it answers 431 and cannot say why, so that [`bound`] comes first.
const UNREADABLE: usize = 2;
/// A request takes no longer than this.
const REQUEST: Duration = Duration::from_mins(1);
/// The longest address, in bytes: an agent and an activity may be long.
const ADDRESS: usize = 16 * 1024;
/// After a fault of the listener, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);
/// What is in flight has so long to finish.
const FAREWELL: Duration = Duration::from_secs(10);

/// Answers requests until `shutdown` ends, then finishes those in flight, for ten seconds at the most.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        match (place, accepted) {
            (Ok(place), Ok((stream, peer))) => connect(&graceful, stream, peer, router.clone(), place),
            (_, Err(error)) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
            (Err(_), Ok(_)) => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish before the end");
    }
    Ok(())
}

/// Answers the requests of one connection, in a task of its own.
fn connect(
    graceful: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: OwnedSemaphorePermit,
) {
    // An answer is sent as it is made; waiting for more would only delay it.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<Response, Infallible>(router.oneshot(request).await.into_response()) }
    });
    let late = Arc::new(AtomicBool::new(false));
    let wire = Wire {
        stream,
        unanswered: false,
        late: Arc::clone(&late),
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(UNREADABLE * HEAD)
        .max_header_size(UNREADABLE * HEAD)
        .max_headers(UNREADABLE * HEADER_COUNT)
        .serve_connection(TokioIo::new(wire), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let mut connection = pin!(connection);
        if let Err(error) = connection.as_mut().await {
            late.store(error.is_timeout(), Ordering::Relaxed);
            tracing::debug!(%error, "a connection ended badly");
        }
        drop(place);
    });
}

/// A connection that says 408 when it ends because a request that had begun did not arrive; hyper says nothing.
struct Wire {
    stream: TcpStream,
    /// Something arrived after the last answer.
    unanswered: bool,
    late: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        const LATE: &[u8] =
            b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\n\
                              content-length: 46\r\n\r\n{\"error\":\"the headers did not arrive in time\"}";
        if self.unanswered && self.late.load(Ordering::Relaxed) {
            // The client may be gone, and is owed no more than an attempt.
            let _ = self.stream.try_write(LATE);
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.unanswered |= buffer.filled().len() > before;
        result
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.unanswered = false;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unanswered = false;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What every request goes through first: from whom it really comes, and its bounds.
pub(crate) async fn admit(State(lrs): State<Lrs>, request: Request, next: Next) -> Response {
    match bound(&request) {
        Ok(()) => {
            let request = proxy::forwarded(&lrs, request).await;
            in_time(next.run(request)).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Refuses, with a reason, a head that is too long.
fn bound(request: &Request) -> Result<(), Refusal> {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    let headers = request.headers();
    let head = headers.iter().fold(address, |sum, (name, value)| {
        sum + name.as_str().len() + value.len()
    });
    if address > ADDRESS {
        let reason = format!("the address is longer than {ADDRESS} bytes");
        Err(Refusal::new(StatusCode::URI_TOO_LONG, reason))
    } else if head > HEAD || headers.len() > HEADER_COUNT {
        let reason =
            format!("the address and the headers are longer than {HEAD} bytes, or more than {HEADER_COUNT}");
        Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, reason))
    } else {
        Ok(())
    }
}

/// Refuses, with a reason, a request that takes too long.
async fn in_time(answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(REQUEST, answer).await.unwrap_or_else(|_| {
        let reason = format!("the request did not end in {} seconds", REQUEST.as_secs());
        Refusal::new(StatusCode::REQUEST_TIMEOUT, reason).into_response()
    })
}

#[cfg(test)]
mod tests {
    use axum::{body::Bytes, routing::post};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_refused_with_a_reason() {
        let router = Router::new()
            .route("/", post(async |_: Bytes| ()))
            .layer(axum::middleware::from_fn(async |request: Request, next: Next| {
                in_time(next.run(request)).await
            }));
        let body = Body::from_stream(futures_util::stream::pending::<io::Result<Bytes>>());
        let answer = router
            .oneshot(Request::post("/").body(body).unwrap())
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(&*body, br#"{"error":"the request did not end in 60 seconds"}"#);
    }
}
