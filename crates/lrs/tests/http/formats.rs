use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;
use serde_json::json;

use crate::{Client, escape, statement};

on_both_engines! {
    async fn a_statement_is_answered_in_each_format(database) {
        let client = Client::new(&database).await;
        let mut said = statement("zoe", "completed");
        said["actor"]["name"] = "Zoé".into();
        said["verb"]["display"] = json!({ "en": "completed", "fr": "a terminé" });
        said["object"]["definition"] = json!({ "name": { "en": "Seven", "fr": "Sept" } });
        let answer = client.post_json("/xapi/statements", said.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let mut later = statement("ali", "completed");
        later["object"]["definition"] = json!({ "description": { "fr": "Le septième" }, "type": "https://example.org/lesson" });
        client.post_json("/xapi/statements", later.to_string()).await;

        let ask = async |format: &str, language: &str| {
            let agent = escape(r#"{"mbox":"mailto:zoe@example.org"}"#);
            let path = format!("/xapi/statements?agent={agent}&format={format}");
            client.call(Method::GET, &path, &[("accept-language", language)], "").await.json()["statements"][0].clone()
        };
        let exact = ask("exact", "fr").await;
        for (place, value) in [("actor", &said["actor"]), ("verb", &said["verb"]), ("object", &said["object"])] {
            assert_eq!(&exact[place], value);
        }
        let ids = ask("ids", "fr").await;
        assert_eq!(ids["actor"], json!({ "mbox": "mailto:zoe@example.org" }));
        assert_eq!(ids["verb"], json!({ "id": "https://example.org/completed" }));
        assert_eq!(ids["object"], json!({ "id": "https://example.org/7" }));
        let canonical = ask("canonical", "de, fr-CA;q=0.8, en;q=0.7").await;
        assert_eq!(canonical["verb"]["display"], json!({ "fr": "a terminé" }));
        assert_eq!(canonical["object"]["definition"], json!({ "name": { "fr": "Sept" }, "description": { "fr": "Le septième" }, "type": "https://example.org/lesson" }));
    }

    async fn what_is_known_of_activities_and_agents_is_told(database) {
        let client = Client::new(&database).await;
        client.add_credential("player", "statements/write statements/read").await;
        for (key, name, definition) in [
            ("all", "Zoé", json!({ "name": { "fr": "Sept" }, "extensions": { "https://example.org/e": 1 } })),
            ("all", "Zoe", json!({ "name": { "en": "Seven" } })),
            // Without the scope `define`, what a statement says of them is kept in the statement alone.
            ("player", "Mallory", json!({ "name": { "fr": "Huit" } })),
        ] {
            let mut said = statement("zoe", "completed");
            said["actor"]["name"] = name.into();
            said["object"]["definition"] = definition;
            let answer = client.with_key(key).post_json("/xapi/statements", said.to_string()).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        }
        let activity = client.get("/xapi/activities?activityId=https://example.org/7").await;
        assert_eq!(activity.json(), json!({
            "objectType": "Activity", "id": "https://example.org/7",
            "definition": { "name": { "fr": "Sept", "en": "Seven" }, "extensions": { "https://example.org/e": 1 } },
        }));
        let unknown = client.get("/xapi/activities?activityId=https://example.org/8").await;
        assert_eq!(unknown.json(), json!({ "objectType": "Activity", "id": "https://example.org/8" }));
        let agent = escape(r#"{"mbox":"mailto:zoe@example.org"}"#);
        let person = client.get(&format!("/xapi/agents?agent={agent}")).await;
        assert_eq!(person.json(), json!({ "objectType": "Person", "name": ["Zoe", "Zoé"], "mbox": ["mailto:zoe@example.org"] }));
        for agent in [
            r#"{"objectType":"Agent","mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}"#,
            r#"{"openid":"https://example.org/zoe"}"#,
            r#"{"account":{"homePage":"https://example.org","name":"zoe"}}"#,
        ] {
            let agent: serde_json::Value = serde_json::from_str(agent).unwrap();
            let person = client.get(&format!("/xapi/agents?agent={}", escape(&agent.to_string()))).await.json();
            let (property, value) = agent.as_object().unwrap().iter().find(|(key, _)| *key != "objectType").unwrap();
            assert_eq!(person, json!({ "objectType": "Person", property: [value] }));
        }
        for path in [
            "/xapi/activities", "/xapi/activities?activityId=7", "/xapi/agents", "/xapi/agents?agent=zoe",
            &format!("/xapi/agents?agent={}", escape(r#"{"objectType":"Group","mbox":"mailto:g@example.org"}"#)),
        ] {
            assert_eq!(client.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
        }
        let head = client.call(Method::HEAD, "/xapi/activities?activityId=https://example.org/7", &[], "").await;
        assert_eq!((head.status, head.body), (StatusCode::OK, Vec::new()));
    }
}
