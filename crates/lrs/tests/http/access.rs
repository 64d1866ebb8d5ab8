use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use cartable_lrs_store::{DEFAULT_STORE, NewCredential, hash_secret, on_both_engines};

use crate::{Client, PROXY, RATE, SECRET, statement};

on_both_engines! {
    async fn every_answer_names_its_version_and_how_far_it_is_consistent(database) {
        let client = Client::new(&database).await;
        for (version, answered) in [("1.0.0", "1.0.0"), ("1.0", "1.0.0"), ("1.0.3", "1.0.3"), ("2.0.0", "2.0.0")] {
            for path in ["/xapi/statements", "/xapi/statements?nothing=1", "/xapi/about", "/xapi/nowhere"] {
                let answer = client.speaking(version).get(path).await;
                assert_eq!(answer.header("x-experience-api-version"), answered, "{path}");
                let through = answer.header("x-experience-api-consistent-through");
                assert!(cartable_xapi::Timestamp::parse(through, cartable_xapi::Version::V2_0_0).is_some(), "{path}: {through}");
            }
        }
        for version in ["", "0.95", "3.0.0", "1.0.x"] {
            let answer = client.speaking(version).get("/xapi/statements").await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{version:?}");
            assert!(answer.json()["error"].as_str().unwrap().contains("x-experience-api-version"));
        }
    }

    async fn a_wrong_credential_is_refused_and_a_revoked_one_at_once(database) {
        let client = Client::new(&database).await;
        assert_eq!(client.get("/xapi/statements").await.status, StatusCode::OK);
        let answer = client.with_key("other").get("/xapi/statements").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.header("www-authenticate").starts_with("Basic"));
        for header in ["Basic YWxsOndyb25n", "Basic !", "Bearer x", ""] {
            let request = Request::get("/xapi/statements").header("authorization", header).header("x-experience-api-version", "1.0.3");
            let answer = client.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header}");
        }
        client.store.revoke_credential("all").await.unwrap();
        assert_eq!(client.get("/xapi/statements").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_credential_does_no_more_than_its_scopes(database) {
        let client = Client::new(&database).await;
        client.add_credential("player", "statements/write state").await;
        client.add_credential("reader", "all/read").await;
        let state = "/xapi/activities/state?activityId=https://example.org/7&stateId=a&agent=%7B%22mbox%22:%22mailto:zoe@example.org%22%7D";
        let text = statement("zoe", "completed").to_string();
        for (key, reads, writes, reads_state, writes_state) in [
            ("player", 403, 200, 404, 204),
            ("reader", 200, 403, 200, 403),
        ] {
            let client = client.with_key(key);
            assert_eq!(client.get("/xapi/statements").await.status, reads, "{key}");
            assert_eq!(client.post_json("/xapi/statements", text.clone()).await.status, writes, "{key}");
            assert_eq!(client.get(state).await.status, reads_state, "{key}");
            assert_eq!(client.call(Method::PUT, state, &[], "x").await.status, writes_state, "{key}");
        }
    }

    async fn a_credential_may_be_limited_to_what_it_stored(database) {
        let client = Client::new(&database).await;
        client.add_credential("mine", "statements/write statements/read/mine").await;
        let mine = client.with_key("mine");
        let id = |answer: &crate::Answer| answer.json()[0].as_str().unwrap().to_owned();
        let theirs = id(&client.post_json("/xapi/statements", statement("zoe", "completed").to_string()).await);
        let own = id(&mine.post_json("/xapi/statements", statement("zoe", "completed").to_string()).await);
        // Another's statement that refers to one's own stays another's.
        let mut reference = statement("zoe", "commented");
        reference["object"] = serde_json::json!({ "objectType": "StatementRef", "id": own });
        client.post_json("/xapi/statements", reference.to_string()).await;
        for query in ["", "?verb=https://example.org/completed", "?limit=1&activity=https://example.org/7"] {
            let page = mine.get(&format!("/xapi/statements{query}")).await.json();
            let ids: Vec<_> = page["statements"].as_array().unwrap().iter().map(|statement| &statement["id"]).collect();
            assert_eq!(ids, [&own], "{query}");
            assert_eq!(page["more"], "");
        }
        assert_eq!(mine.get(&format!("/xapi/statements?statementId={own}")).await.status, StatusCode::OK);
        assert_eq!(mine.get(&format!("/xapi/statements?statementId={theirs}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(client.get("/xapi/statements").await.json()["statements"].as_array().unwrap().len(), 3);
    }

    async fn a_credential_with_origins_refuses_the_pages_of_another(database) {
        let client = Client::new(&database).await;
        let credential = NewCredential {
            key: "page".to_owned(), secret_hash: hash_secret(SECRET, [9; 16]).await.unwrap(), label: String::new(),
            scopes: "all".to_owned(), expires: None, origins: "https://lms.example.org null".to_owned(), launch: None,
        };
        client.add(DEFAULT_STORE, &credential).await;
        let page = client.with_key("page");
        for (origin, status) in [("https://lms.example.org", 200), ("null", 200), ("https://elsewhere.example.org", 403)] {
            let answer = page.call(Method::GET, "/xapi/statements", &[("origin", origin)], "").await;
            assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (status, "*"), "{origin}");
        }
        // A server sends no Origin.
        assert_eq!(page.get("/xapi/statements").await.status, StatusCode::OK);
    }

    async fn a_compressed_body_is_refused_with_the_reason(database) {
        let client = Client::new(&database).await;
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
        let answer = client.call(Method::POST, "/xapi/statements", &headers, vec![31, 139, 8]).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(answer.json()["error"].as_str().unwrap().contains("Content-Encoding"));
    }

    async fn an_address_that_guesses_waits_and_its_neighbours_who_were_right_do_not(database) {
        let client = Client::new(&database).await;
        assert_eq!(client.get("/xapi/statements").await.status, StatusCode::OK);
        let guesser = client.with_key("unknown");
        for _ in 0..60 {
            assert_eq!(guesser.get("/xapi/statements").await.status, StatusCode::UNAUTHORIZED);
        }
        let answer = guesser.get("/xapi/statements").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
        assert_eq!(client.get("/xapi/statements").await.status, StatusCode::OK);
    }

    async fn behind_the_proxy_that_is_named_each_client_has_its_own_address_and_behind_no_other(database) {
        let client = Client::new(&database).await;
        let guess = async |peer: IpAddr, forwarded: &str| {
            let mut request = Request::get("/xapi/statements")
                .header("authorization", client.with_key("unknown").authorization())
                .header("x-experience-api-version", "1.0.3")
                .header("x-forwarded-for", forwarded)
                .body(Body::empty())
                .unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 4000)));
            client.send(request).await.status
        };
        let stranger = IpAddr::from([192, 0, 2, 9]);
        for _ in 0..60 {
            assert_eq!(guess(PROXY, "198.51.100.1").await, StatusCode::UNAUTHORIZED);
            assert_eq!(guess(stranger, "203.0.113.5").await, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(guess(PROXY, "198.51.100.1").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(guess(PROXY, "198.51.100.2").await, StatusCode::UNAUTHORIZED);
        // Nobody else escapes by naming another address, nor makes another wait.
        assert_eq!(guess(stranger, "203.0.113.6").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(guess(PROXY, "203.0.113.5").await, StatusCode::UNAUTHORIZED);
    }

    async fn a_credential_that_asks_too_often_is_told_when_to_come_back(database) {
        let client = Client::new(&database).await;
        let mut last = client.get("/xapi/about").await.status;
        // The clock of the tests stands still: the burst is all there is.
        for _ in 0..=RATE * 10 {
            let answer = client.get("/xapi/statements?limit=1").await;
            last = answer.status;
            if last == StatusCode::TOO_MANY_REQUESTS {
                assert_eq!(answer.header("retry-after"), "1");
                break;
            }
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        client.add_credential("other", "all").await;
        assert_eq!(client.with_key("other").get("/xapi/statements").await.status, StatusCode::OK);
    }

    async fn a_page_of_any_origin_may_call_and_read_what_it_needs(database) {
        let client = Client::new(&database).await;
        let preflight = Request::builder().method(Method::OPTIONS).uri("/xapi/statements").header("origin", "null")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-experience-api-version,if-match,if-none-match");
        let answer = client.send(preflight.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        for header in ["authorization", "content-type", "x-experience-api-version", "if-match", "if-none-match"] {
            assert!(answer.header("access-control-allow-headers").contains(header), "{header}");
        }
        // A refusal can be read as well, or the page would not know why.
        let answer = client.call(Method::GET, "/xapi/statements?no=1", &[("origin", "https://lms.example.org")], "").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::BAD_REQUEST, "*"));
        assert!(answer.header("access-control-expose-headers").contains("etag"));
    }

    async fn what_is_not_there_is_refused_without_a_redirect(database) {
        let client = Client::new(&database).await;
        assert_eq!(client.get("/xapi/statements/").await.status, StatusCode::OK);
        assert_eq!(client.get("/xapi/about/").await.status, StatusCode::OK);
        let answer = client.get("/xapi/elsewhere").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.json()["error"].is_string());
        let answer = client.call(Method::PATCH, "/xapi/statements", &[], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.json()["error"].is_string());
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(client.get(path).await.status, StatusCode::NO_CONTENT, "{path}");
        }
        client.store.close().await;
        let answer = client.get("/health/ready").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.json()["error"].is_string() && !answer.header("retry-after").is_empty());
        let answer = client.get("/xapi/statements").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!answer.text().to_lowercase().contains("pool"), "{}", answer.text());
    }

    async fn the_interface_is_described_for_machines_and_for_people(database) {
        let client = Client::at(&database, "https://example.org/lrs").await;
        let document = client.get("/openapi.json").await.json();
        assert_eq!((&document["openapi"], &document["servers"][0]["url"]), (&"3.1.0".into(), &"/lrs".into()));
        // The resources that the server has are described, and answer as they are described.
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = method.to_ascii_uppercase().parse::<Method>().unwrap();
                let answer = client.call(method.clone(), path, &[], "").await;
                let described = operation["responses"].get(answer.status.as_str());
                assert!(described.is_some(), "{method} {path} {}", answer.status);
            }
        }
        for (language, title) in [("fr", "Interface de programmation"), ("en", "Programming interface")] {
            let answer = client.call(Method::GET, "/openapi", &[("accept-language", language)], "").await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(answer.header("content-security-policy").contains("default-src 'none'"));
            let page = answer.text();
            assert!(page.contains(title) && page.contains("/lrs/xapi/statements") && !page.contains("<script"), "{page}");
        }
    }

    async fn anyone_may_ask_which_versions_are_spoken(database) {
        let client = Client::new(&database).await;
        let answer = client.send(Request::get("/xapi/about").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let versions = answer.json()["version"].as_array().unwrap().clone();
        assert!(versions.contains(&"1.0.3".into()) && versions.contains(&"2.0.0".into()));
    }
}
