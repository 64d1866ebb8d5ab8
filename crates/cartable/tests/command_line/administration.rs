//! Credentials and stores.

use std::fs;

use crate::{Workshop, assert_says};

#[test]
fn a_credential_is_made_listed_and_revoked() {
    let workshop = Workshop::new();
    let output = workshop.run(&[
        "credential",
        "create",
        "--label",
        "Moodle",
        "--scopes",
        "statements/write,state",
        "--format",
        "json",
    ]);
    let created: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let (key, secret) = (
        created["key"].as_str().unwrap(),
        created["secret"].as_str().unwrap(),
    );

    let output = workshop.run(&["credential", "list", "--format", "json"]);
    let list = String::from_utf8(output.stdout).unwrap();
    assert_says(&list, &[key, "Moodle", "statements/write"]);
    assert!(!list.contains(secret) && !list.contains("argon2"), "{list}");
    for entry in fs::read_dir(workshop.path(".cartable")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let kept = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!kept, "the secret is on the disk");
    }

    assert!(workshop.run(&["credential", "revoke", key]).status.success());
    assert_says(
        &workshop.refused(&["credential", "revoke", key, "--lang", "en"]),
        &[key],
    );
    let output = workshop.run(&["credential", "create", "--scopes", "everything"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_store_has_credentials_of_its_own_with_an_end_and_origins() {
    let workshop = Workshop::new();
    assert!(workshop.run(&["store", "create", "academy"]).status.success());
    assert_says(
        &workshop.refused(&["store", "create", "academy", "--lang", "fr"]),
        &["academy", "déjà"],
    );
    let output = workshop.run(&["store", "list", "--format", "json"]);
    let stores: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&stores[0]["name"], &stores[1]["name"]),
        (&"default".into(), &"academy".into())
    );

    let create = ["credential", "create", "--store", "academy", "--format", "json"];
    let asked = [
        "--expires",
        "2030-08-31T00:00:00Z",
        "--origin",
        "https://lms.example.org",
        "--origin",
        "null",
    ];
    assert!(workshop.run(&[&create[..], &asked].concat()).status.success());
    let list = |store| {
        let output = workshop.run(&["credential", "list", "--store", store, "--format", "json"]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    assert_eq!(list("default"), serde_json::json!([]));
    let listed = &list("academy")[0];
    assert_eq!(listed["store"], "academy");
    assert_eq!(
        listed["origins"],
        serde_json::json!(["https://lms.example.org", "null"])
    );
    assert!(listed["expires"].as_str().unwrap().starts_with("2030-08-31"));
    let output = workshop.run(&["credential", "list", "--lang", "fr"]);
    assert_says(
        &String::from_utf8(output.stdout).unwrap(),
        &[
            "academy",
            "depuis https://lms.example.org null",
            "jusqu’à 2030-08-31",
        ],
    );

    for (option, value) in [
        ("--store", "elsewhere"),
        ("--expires", "tomorrow"),
        ("--origin", "https://lms.example.org/path"),
    ] {
        for language in ["en", "fr"] {
            let said = workshop.refused(&["credential", "create", option, value, "--lang", language]);
            assert_says(&said, &[option, value]);
        }
    }
}

#[test]
fn a_store_forgets_what_is_older_than_a_time_that_can_be_read() {
    let workshop = Workshop::new();
    assert!(workshop.run(&["store", "list"]).status.success());
    // One statement and one document of 1970, and one of each of the year 2255.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sqlx::{Connection, Executor};
        let url = format!("sqlite://{}", workshop.path(".cartable/cartable.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        for time in ["1", "9000000000000000"] {
            let sql = format!(
                "INSERT INTO statement VALUES ({time} * 1024, 1, 1024, randomblob(16), '1.0.3', 0, NULL, 0, '{{}}');
                 INSERT INTO document VALUES (1, 1024, 0, x'00', zeroblob(16), randomblob(32), '', x'', '', '', {time})"
            );
            connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
    });
    let forget = |arguments: &[&str]| {
        let forget = ["store", "forget", "--before", "2023-09-01T00:00:00Z"];
        let output = workshop.run(&[&forget[..], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let said = forget(&["--documents", "--dry-run", "--lang", "en"]);
    assert_says(&said, &["would forget 1 statement and 1 document", "2023-09-01"]);
    let said = forget(&["--dry-run", "--lang", "fr"]);
    assert_says(&said, &["default oublierait 1 énoncé d’avant 2023-09-01"]);
    let said = forget(&["--lang", "fr"]);
    assert_says(&said, &["default a oublié 1 énoncé d’avant 2023-09-01"]);
    let report = forget(&["--documents", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(
        (&report["statements"], &report["documents"], &report["dry_run"]),
        (&0.into(), &1.into(), &false.into())
    );
    let said = forget(&["--documents", "--lang", "en"]);
    assert_says(&said, &["forgot 0 statements and 0 documents"]);

    let refused = |before, store, language| {
        let forget = [
            "store", "forget", "--before", before, "--store", store, "--lang", language,
        ];
        workshop.refused(&forget)
    };
    for (language, parts) in [
        ("en", ["is not a time", "write it like 2023-09-01T00:00:00Z"]),
        (
            "fr",
            ["n’est pas un instant", "écrivez-le comme 2023-09-01T00:00:00Z"],
        ),
    ] {
        let said = refused("last year", "default", language);
        assert_says(&said, &["--before", "last year", parts[0], parts[1]]);
        let said = refused("2023-09-01T00:00:00Z", "elsewhere", language);
        assert_says(&said, &["--store", "elsewhere", "default"]);
    }
    assert_eq!(workshop.run(&["store", "forget"]).status.code(), Some(2));
}
