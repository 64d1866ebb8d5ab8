use cartable_lrs_store::{DEFAULT_STORE, NewCredential, Session, on_both_engines};
use cartable_xapi::Timestamp;

fn credential(key: &str, expires: Option<Timestamp>) -> NewCredential {
    NewCredential {
        key: key.to_owned(),
        secret_hash: "$argon2id$…".to_owned(),
        label: "Moodle".to_owned(),
        scopes: "statements/write state".to_owned(),
        expires,
        origins: "https://lms.example.org null".to_owned(),
        launch: None,
    }
}

on_both_engines! {
    async fn a_credential_serves_until_it_ends_or_is_revoked(database) {
        let store = database.open().await;
        let end = Timestamp::from_micros(1_900_000_000_000_000);
        assert!(store.add_credential(DEFAULT_STORE, &credential("a", end)).await.unwrap());
        assert!(!store.add_credential(DEFAULT_STORE, &credential("a", None)).await.unwrap());
        assert!(store.add_credential(DEFAULT_STORE, &credential("b", None)).await.unwrap());
        let found = store.credential("a").await.unwrap().unwrap();
        assert_eq!((found.label.as_str(), found.scopes.as_str(), found.expires), ("Moodle", "statements/write state", end));
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        assert!(found.is_valid(at(1_899_999_999_999_999)));
        assert!(!found.is_valid(at(1_900_000_000_000_000)));

        assert!(store.revoke_credential("b").await.unwrap());
        assert!(!store.revoke_credential("b").await.unwrap());
        assert!(!store.revoke_credential("c").await.unwrap());
        assert!(!store.credential("b").await.unwrap().unwrap().is_valid(at(0)));
        assert_eq!(store.credential("c").await.unwrap(), None);
        let keys: Vec<_> = store.credentials().await.unwrap().into_iter().map(|credential| credential.key).collect();
        assert_eq!(keys, ["a", "b"]);

        assert!(store.forget_credential("b").await.unwrap());
        assert!(!store.forget_credential("b").await.unwrap());
        assert!(store.add_credential(DEFAULT_STORE, &credential("b", None)).await.unwrap());
        assert!(store.credential("b").await.unwrap().unwrap().is_valid(at(0)));
    }

    async fn a_credential_remembers_its_origins_its_launch_and_its_use(database) {
        let store = database.open().await;
        let launch = Some("{}".to_owned());
        store.add_credential(DEFAULT_STORE, &NewCredential { launch: launch.clone(), ..credential("a", None) }).await.unwrap();
        let found = store.credential("a").await.unwrap().unwrap();
        assert_eq!((found.origins.as_str(), found.launch, found.last_used), ("https://lms.example.org null", launch, None));
        store.touch_credential("a").await.unwrap();
        assert!(store.credential("a").await.unwrap().unwrap().last_used.is_some());
    }

    async fn a_store_has_a_name_of_its_own(database) {
        let store = database.open().await;
        let added = store.add_store("academy").await.unwrap().unwrap();
        assert_ne!(added, DEFAULT_STORE);
        assert_eq!(store.add_store("academy").await.unwrap(), None);
        assert_eq!(store.add_store("default").await.unwrap(), None);
        let names: Vec<_> = store.stores().await.unwrap().into_iter().map(|tenant| (tenant.id, tenant.name)).collect();
        assert_eq!(names, [(DEFAULT_STORE, "default".to_owned()), (added, "academy".to_owned())]);
    }

    async fn an_account_that_is_there_keeps_its_password(database) {
        let store = database.open().await;
        assert!(store.add_account("admin", "hash 1").await.unwrap());
        assert!(!store.add_account("admin", "hash 2").await.unwrap());
        assert_eq!(store.password_hash("admin").await.unwrap().unwrap(), "hash 1");
    }

    async fn a_new_password_ends_the_sessions(database) {
        let store = database.open().await;
        assert!(!store.has_account().await.unwrap());
        store.set_password("admin", "hash 1").await.unwrap();
        assert!(store.has_account().await.unwrap());
        let session = Session { account: "admin".to_owned(), expires: Timestamp::from_micros(1_900_000_000_000_000).unwrap() };
        store.add_session("token", &session).await.unwrap();
        assert_eq!(store.session("token").await.unwrap(), Some(session));
        assert_eq!(store.session("other").await.unwrap(), None);

        store.set_password("admin", "hash 2").await.unwrap();
        assert_eq!(store.session("token").await.unwrap(), None);
        assert_eq!(store.password_hash("admin").await.unwrap().as_deref(), Some("hash 2"));
        assert_eq!(store.password_hash("nobody").await.unwrap(), None);
    }

    async fn a_session_ends_by_itself_or_by_hand(database) {
        let store = database.open().await;
        store.set_password("admin", "hash").await.unwrap();
        let session = |micros| Session { account: "admin".to_owned(), expires: Timestamp::from_micros(micros).unwrap() };
        store.add_session("over", &session(0)).await.unwrap();
        store.add_session("open", &session(1_900_000_000_000_000)).await.unwrap();
        assert_eq!(store.session("over").await.unwrap(), None);
        store.end_session("open").await.unwrap();
        assert_eq!(store.session("open").await.unwrap(), None);
    }

    async fn a_setting_keeps_its_first_value(database) {
        let store = database.open().await;
        assert_eq!(store.setting("key", b"first").await.unwrap(), b"first");
        assert_eq!(store.setting("key", b"second").await.unwrap(), b"first");
    }
}
