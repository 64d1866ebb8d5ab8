use cartable_lrs_store::{
    DEFAULT_STORE, DocumentKey, DocumentKind, Precondition, StoreError, StoreId, on_both_engines,
};

use crate::uuid;

const JSON: &str = "application/json; charset=utf-8";

fn state(registration: Option<u128>) -> DocumentKey<'static> {
    DocumentKey {
        kind: DocumentKind::State,
        activity: "https://example.org/7",
        agent: "mailto:zoe@example.org",
        registration: registration.map(uuid),
    }
}

on_both_engines! {
    async fn a_document_is_given_back_byte_for_byte(database) {
        let store = database.open().await;
        let content = b"\x00\xff any bytes \n".to_vec();
        let etag = store.put_document(DEFAULT_STORE, &state(Some(1)), "bookmark", content.clone(), "image/x", &Precondition::None).await.unwrap();
        let document = store.document(DEFAULT_STORE, &state(Some(1)), "bookmark").await.unwrap().unwrap();
        assert_eq!((document.content, document.content_type.as_str(), &document.etag), (content, "image/x", &etag));
        assert_eq!(etag.len(), 40);
        for (key, name) in [(state(Some(2)), "bookmark"), (state(None), "bookmark"), (state(Some(1)), "Bookmark")] {
            assert_eq!(store.document(DEFAULT_STORE, &key, name).await.unwrap(), None);
        }
        assert_eq!(store.document(StoreId(2), &state(Some(1)), "bookmark").await.unwrap(), None);
    }

    async fn a_precondition_that_does_not_hold_changes_nothing(database) {
        let store = database.open().await;
        let put = async |content: &str, precondition: Precondition| {
            store.put_document(DEFAULT_STORE, &state(None), "a", content.into(), JSON, &precondition).await
        };
        let exists = || Precondition::Match(Vec::new());
        let is_new = || Precondition::NoneMatch(Vec::new());
        assert!(matches!(put("1", exists()).await, Err(StoreError::PreconditionFailed)));
        let first = put("1", is_new()).await.unwrap();
        assert!(matches!(put("2", is_new()).await, Err(StoreError::PreconditionFailed)));
        let second = put("2", Precondition::Match(vec![first.clone()])).await.unwrap();
        assert!(matches!(put("3", Precondition::Match(vec![first.clone()])).await, Err(StoreError::PreconditionFailed)));
        assert!(matches!(put("3", Precondition::NoneMatch(vec![second])).await, Err(StoreError::PreconditionFailed)));
        let delete = store.delete_document(DEFAULT_STORE, &state(None), "a", &Precondition::Match(vec![first])).await;
        assert!(matches!(delete, Err(StoreError::PreconditionFailed)));
        assert_eq!(store.document(DEFAULT_STORE, &state(None), "a").await.unwrap().unwrap().content, b"2");
    }

    async fn objects_are_merged_and_nothing_else(database) {
        let store = database.open().await;
        let merge = async |content: &str, media: &str| {
            store.merge_document(DEFAULT_STORE, &state(None), "a", content.into(), media, &Precondition::None).await
        };
        merge(r#"{"a":1,"b":{"c":2}}"#, JSON).await.unwrap();
        merge(r#"{"b":3,"é":4}"#, JSON).await.unwrap();
        assert!(matches!(merge("[]", JSON).await, Err(StoreError::NotMergeable)));
        assert!(matches!(merge("{}", "text/plain").await, Err(StoreError::NotMergeable)));
        let document = store.document(DEFAULT_STORE, &state(None), "a").await.unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&document.content).unwrap();
        assert_eq!(json, serde_json::json!({"a": 1, "b": 3, "é": 4}));
    }

    async fn names_are_listed_by_registration_and_time(database) {
        let store = database.open().await;
        for (registration, name) in [(Some(1), "b"), (Some(2), "a"), (None, "c")] {
            store.put_document(DEFAULT_STORE, &state(registration), name, b"x".to_vec(), JSON, &Precondition::None).await.unwrap();
        }
        let names = async |registration, since| store.document_names(DEFAULT_STORE, &state(registration), since).await.unwrap();
        assert_eq!(names(Some(1), None).await, ["b"]);
        assert_eq!(names(None, None).await, ["a", "b", "c"]);
        let time = store.document(DEFAULT_STORE, &state(Some(1)), "b").await.unwrap().unwrap().updated;
        assert_eq!(names(None, Some(time)).await, ["a", "c"]);

        store.delete_documents(DEFAULT_STORE, &state(Some(1))).await.unwrap();
        assert_eq!(names(None, None).await, ["a", "c"]);
        store.delete_document(DEFAULT_STORE, &state(None), "c", &Precondition::None).await.unwrap();
        assert_eq!(names(None, None).await, ["a"]);
        store.delete_documents(DEFAULT_STORE, &state(None)).await.unwrap();
        assert_eq!(names(None, None).await, [""; 0]);
    }

    async fn writers_that_look_first_never_overwrite_each_other(database) {
        let store = database.open().await;
        let writers: Vec<_> = (0..8).map(|writer: u8| {
            let store = store.clone();
            tokio::spawn(async move {
                store.put_document(DEFAULT_STORE, &state(None), "a", vec![writer], JSON, &Precondition::NoneMatch(Vec::new())).await.is_ok()
            })
        }).collect();
        let mut written = 0;
        for writer in writers {
            written += u32::from(writer.await.unwrap());
        }
        assert_eq!(written, 1);
    }

    async fn what_several_nodes_merge_into_a_document_is_all_there(database) {
        let nodes = [database.open().await, database.open().await];
        let writers: Vec<_> = (0..8).map(|writer: usize| {
            let store = nodes[writer % 2].clone();
            tokio::spawn(async move {
                let mut is_first = 0;
                let (key, is_new) = (state(None), Precondition::NoneMatch(Vec::new()));
                for round in 0..20 {
                    let content = format!(r#"{{"{writer}-{round}":true}}"#).into_bytes();
                    store.merge_document(DEFAULT_STORE, &state(None), "all", content.clone(), JSON, &Precondition::None).await.unwrap();
                    let own = store.put_document(DEFAULT_STORE, &key, "latest", content.clone(), JSON, &Precondition::None);
                    let name = format!("first of {round}");
                    let first = store.put_document(DEFAULT_STORE, &key, &name, content, JSON, &is_new);
                    let (own, first) = tokio::join!(own, first);
                    own.unwrap();
                    is_first += usize::from(first.is_ok());
                }
                is_first
            })
        }).collect();
        let mut firsts = 0;
        for writer in writers {
            firsts += writer.await.unwrap();
        }
        assert_eq!(firsts, 20);
        for store in nodes {
            let all = store.document(DEFAULT_STORE, &state(None), "all").await.unwrap().unwrap();
            let all: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&all.content).unwrap();
            assert_eq!(all.len(), 8 * 20);
            assert!(store.document(DEFAULT_STORE, &state(None), "latest").await.unwrap().is_some());
        }
    }

    async fn many_who_ask_for_documents_at_once_each_get_theirs(database) {
        let store = database.open().await;
        let names: Vec<String> = (0..40).map(|number| format!("name {number}")).collect();
        for name in &names {
            store.put_document(DEFAULT_STORE, &state(Some(1)), name, name.clone().into_bytes(), JSON, &Precondition::None).await.unwrap();
        }
        // Each is asked for three times, and in a store that has none.
        let askers: Vec<_> = (0..4).flat_map(|round| names.iter().map(move |name| (round, name.clone()))).map(|(round, name)| {
            let store = store.clone();
            tokio::spawn(async move {
                let tenant = if round == 3 { StoreId(2) } else { DEFAULT_STORE };
                let found = store.document(tenant, &state(Some(1)), &name).await.unwrap();
                (round, name, found)
            })
        }).collect();
        for asker in askers {
            let (round, name, found) = asker.await.unwrap();
            assert_eq!(found.map(|document| document.content), (round < 3).then(|| name.into_bytes()));
        }
    }
}
