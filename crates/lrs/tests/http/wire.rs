//! What only a connection shows.

use std::time::Duration;

use cartable_lrs::serve;
use cartable_lrs_store::on_both_engines;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::Client;

/// Sends bytes as they are, and reads until the server closes.
async fn say(address: std::net::SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses early may close before it has read all.
    let _ = stream.write_all(text.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

on_both_engines! {
    async fn heads_that_are_too_long_or_malformed_are_refused_and_the_server_ends_in_order(database) {
        let client = Client::new(&database).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, client.router.clone(), async { let _ = stopped.await; }));
        let end = "host: lrs\r\nconnection: close\r\n\r\n";
        for (head, status) in [
            ("GET /health/live HTTP/1.1\r\n".to_owned(), "204"),
            (format!("GET /xapi/about?a={} HTTP/1.1\r\n", "a".repeat(20_000)), "414"),
            (format!("GET /xapi/about HTTP/1.1\r\na: {}\r\n", "a".repeat(100_000)), "431"),
            (format!("GET /xapi/about HTTP/1.1\r\n{}", "a: b\r\n".repeat(150)), "431"),
            ("GET nonsense\r\n".to_owned(), "400"),
        ] {
            let answer = say(address, &format!("{head}{end}")).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
            assert_eq!(answer.contains("{\"error\":\""), ["414", "431"].contains(&status), "{answer}");
        }
        let slow = tokio::spawn(say(address, "GET /health/live HTTP/1.1\r\nhost:"));
        let answer = tokio::time::timeout(Duration::from_secs(25), slow).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        // A connection that only waits holds up nothing.
        let idle = TcpStream::connect(address).await.unwrap();
        stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(12), server).await.unwrap().unwrap().unwrap();
        drop(idle);
    }
}
