use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use cartable_lrs_store::{hash_secret, on_both_engines};

use crate::{Answer, Client, statement};

async fn page(client: &Client, path: &str, cookie: &str, language: &str) -> Answer {
    let request = Request::get(path)
        .header("cookie", cookie)
        .header("accept-language", language);
    client.send(request.body(Body::empty()).unwrap()).await
}

async fn form(client: &Client, path: &str, site: &str, cookie: &str, body: &'static str) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", site)
        .header("cookie", cookie);
    client.send(request.body(Body::from(body)).unwrap()).await
}

/// A server whose console has an account.
async fn server(database: &cartable_lrs_store::testing::TestDatabase) -> Client {
    let client = Client::new(database).await;
    let hash = hash_secret("mot de passe", [3; 16]).await.unwrap();
    client.store.set_password("admin", &hash).await.unwrap();
    client
}

const RIGHT: &str = "account=admin&password=mot+de+passe";

on_both_engines! {
    async fn the_statements_are_behind_the_login(database) {
        let client = server(&database).await;
        assert_eq!(client.post_json("/xapi/statements", statement("zoe", "completed").to_string()).await.status, StatusCode::OK);
        let answer = page(&client, "/console", "", "fr").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/console/login"));
        let answer = page(&client, "/console", "cartable_session=guess", "fr").await;
        assert_eq!(answer.header("location"), "/console/login");
        let answer = page(&client, "/console/login", "", "fr").await;
        assert!(answer.text().contains("Se connecter"));
        assert!(page(&client, "/console/login", "", "en").await.text().contains("Sign in"));

        for wrong in ["account=admin&password=guess", "account=nobody&password=mot+de+passe"] {
            let answer = form(&client, "/console/login", "same-origin", "", wrong).await;
            assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::UNAUTHORIZED, ""));
        }
        let answer = form(&client, "/console/login", "same-origin", "", RIGHT).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/console"));
        let cookie = answer.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/console"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let answer = page(&client, "/console", &cookie, "fr").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().contains("zoe@example.org"), "{}", answer.text());
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(answer.header("cache-control"), "no-store");

        let answer = form(&client, "/console/logout", "same-origin", &cookie, "").await;
        assert_eq!(answer.header("location"), "/console/login");
        assert_eq!(page(&client, "/console", &cookie, "fr").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_form_from_another_site_is_refused(database) {
        let client = server(&database).await;
        for site in ["cross-site", "same-site", "none"] {
            let answer = form(&client, "/console/login", site, "", RIGHT).await;
            assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::FORBIDDEN, ""), "{site}");
        }
    }

    async fn who_guesses_passwords_waits(database) {
        let client = server(&database).await;
        for _ in 0..10 {
            let answer = form(&client, "/console/login", "same-origin", "", "account=admin&password=guess").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        let answer = form(&client, "/console/login", "same-origin", "", RIGHT).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::TOO_MANY_REQUESTS, ""));
    }

    async fn older_statements_are_a_page_further(database) {
        let client = server(&database).await;
        let batch: Vec<_> = (0..60).map(|place| statement(&format!("learner-{place}-"), "completed")).collect();
        assert_eq!(client.post_json("/xapi/statements", serde_json::json!(batch).to_string()).await.status, StatusCode::OK);
        let answer = form(&client, "/console/login", "same-origin", "", RIGHT).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let first = page(&client, "/console", &cookie, "en").await.text();
        assert!(first.contains("learner-59-@") && first.contains("learner-10-@") && !first.contains("learner-9-@"));
        let start = first.find("/console?before=").unwrap();
        let link = first[start..].split('"').next().unwrap();
        let second = page(&client, link, &cookie, "en").await.text();
        assert!(second.contains("learner-9-@") && second.contains("learner-0-@") && !second.contains("learner-10-@"));
        assert!(second.contains("Back to the latest"));
    }

    async fn who_finished_what_is_behind_the_login(database) {
        let client = server(&database).await;
        let did = |actor: &str, verb: &str, minute: u32| serde_json::json!({
            "timestamp": format!("2026-11-17T10:{minute}:00Z"),
            "actor": { "mbox": format!("mailto:{actor}@example.org"), "name": actor.to_uppercase() },
            "verb": { "id": format!("http://adlnet.gov/expapi/verbs/{verb}") },
            "object": { "id": "https://example.org/7?a=b&c=d", "definition": { "name": { "fr": "Le bateau", "en": "The boat" } } },
            "result": { "score": { "scaled": 0.85 } },
        });
        let batch = serde_json::json!([did("zoe", "initialized", 10), did("zoe", "passed", 11), did("ali", "initialized", 12), did("ali", "answered", 13)]);
        assert_eq!(client.post_json("/xapi/statements", batch.to_string()).await.status, StatusCode::OK);
        for path in ["/console/overview", "/console/activity?id=https%3A%2F%2Fexample.org%2F7%3Fa%3Db%26c%3Dd"] {
            let answer = page(&client, path, "", "fr").await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/console/login"));
        }
        let answer = form(&client, "/console/login", "same-origin", "", RIGHT).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let overview = page(&client, "/console/overview", &cookie, "fr").await.text();
        let link = link(&overview, "/console/activity?");
        for part in ["Le bateau", "data-label=\"Apprenants\">2<", "data-label=\"Ont réussi\">1<", "a réussi", "a répondu à"] {
            assert!(overview.contains(part), "{part}: {overview}");
        }
        let activity = page(&client, &link, &cookie, "en").await.text();
        for part in ["The boat", "ZOE", "zoe@example.org", "ALI", "Under way", "Passed", "85%"] {
            assert!(activity.contains(part), "{part}: {activity}");
        }
        // Ali came last, and what he answered is told with the rest.
        let statements = page(&client, &self::link(&activity, "/console?agent="), &cookie, "en").await.text();
        assert!(statements.contains("ALI") && statements.contains("answered") && !statements.contains("ZOE"), "{statements}");
        assert_eq!(page(&client, "/console/activity?id=https%3A%2F%2Fexample.org%2F8", &cookie, "en").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_page_that_cannot_be_shown_says_why_and_what_to_do(database) {
        let client = server(&database).await;
        let answer = form(&client, "/console/login", "same-origin", "", RIGHT).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        client.store.close().await;
        for path in ["/console", "/console/overview", "/console/activity?id=https%3A%2F%2Fexample.org%2F7"] {
            for (language, told) in [("fr", "La base de données ne répond pas"), ("en", "The database does not answer")] {
                let answer = page(&client, path, &cookie, language).await;
                assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{path}");
                assert!(answer.text().contains(told), "{}", answer.text());
                assert!(answer.header("content-type").starts_with("text/html"));
                assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
            }
        }
        // Who was not signed in is not told to sign in, nor that a password is wrong.
        let answer = form(&client, "/console/login", "same-origin", "", RIGHT).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }
}

/// The first address of a page that begins so.
fn link(html: &str, start: &str) -> String {
    let at = html.find(start).unwrap();
    html[at..].split('"').next().unwrap().replace("&amp;", "&")
}
