//! Where a request comes from, behind the proxies that are named; nobody else's word on it counts.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::HeaderMap,
};

use crate::{Peer, environment::Lrs};

/// Replaces the proxy's address by the client's in all that follows.
pub(crate) async fn forwarded(lrs: &Lrs, request: Request) -> Request {
    if lrs.trusted_proxies().is_empty() {
        return request;
    }
    let (mut parts, body) = request.into_parts();
    if let Ok(ConnectInfo(peer)) = Peer::from_request_parts(&mut parts, lrs).await {
        let client = client(peer, &parts.headers, lrs.trusted_proxies());
        parts.extensions.insert(ConnectInfo(client));
    }
    Request::from_parts(parts, body)
}

/// The last address of `X-Forwarded-For` that is not itself a trusted proxy.
fn client(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> SocketAddr {
    if !trusted.contains(&peer.ip()) {
        return peer;
    }
    let mut client = peer;
    let values: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let hops = values.iter().rev().filter_map(|value| value.to_str().ok());
    for hop in hops.flat_map(|value| value.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = SocketAddr::new(address, 0);
        if !trusted.contains(&address) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_named_proxy_is_believed_and_only_as_far_as_it_knows() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let asked = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let peer = SocketAddr::new(address(peer), 4000);
            client(peer, &headers, &[address("10.0.0.1"), address("10.0.0.2")]).ip()
        };
        assert_eq!(asked("192.0.2.7", "198.51.100.1"), address("192.0.2.7"));
        assert_eq!(asked("10.0.0.1", "198.51.100.1"), address("198.51.100.1"));
        assert_eq!(
            asked("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2"),
            address("198.51.100.1")
        );
        assert_eq!(asked("10.0.0.1", "1.1.1.1, nonsense"), address("10.0.0.1"));
    }
}
