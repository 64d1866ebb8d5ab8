//! The OpenAPI document says what there is, no more and no less.

use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;

use crate::Client;

on_both_engines! {
    async fn each_method_is_described_that_a_resource_has_and_no_other(database) {
        let client = Client::new(&database).await;
        let document = client.get("/openapi.json").await.json();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 8, "{paths:?}");
        for (path, described) in paths {
            for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
                let answer = client.call(method.clone(), path, &[], "").await;
                let is_described = described.get(method.as_str().to_lowercase()).is_some();
                assert_eq!(answer.status == StatusCode::METHOD_NOT_ALLOWED, !is_described, "{method} {path}: {}", answer.status);
                assert!(!answer.text().contains("no such xAPI resource"), "{method} {path}");
            }
        }
    }
}
