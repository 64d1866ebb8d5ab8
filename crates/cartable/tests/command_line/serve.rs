//! What keeps a server from starting, and how it starts.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
};

use cartable_lrs_store::{
    Location, Store,
    testing::{TestDatabase, ticking},
    verify_secret,
};

use crate::{Workshop, assert_says};

#[test]
fn a_port_in_use_is_named() {
    let workshop = Workshop::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let said = workshop.refused(&["serve", "--listen", &address, "--lang", "en"]);
    assert_says(&said, &["--listen", &address, "already"]);
    assert!(!workshop.path(".cartable").exists());
    let said = workshop.refused(&[
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--chapter-listen",
        &address,
        "--lang",
        "fr",
    ]);
    assert_says(&said, &["--chapter-listen", &address, "déjà"]);
}

/// The line of its log in which a server says that it listens.
fn listening(workshop: &Workshop, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut server = Command::new(env!("CARGO_BIN_EXE_cartable"))
        .current_dir(workshop.folder.path())
        .env_clear()
        .env("CARTABLE_LOG", "cartable=info")
        .envs(variables.iter().copied())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(server.stderr.take().unwrap());
    let line = log
        .lines()
        .map(Result::unwrap)
        .find(|line| line.contains("listening"));
    server.kill().unwrap();
    server.wait().unwrap();
    line.unwrap()
}

#[test]
fn a_server_has_as_many_threads_as_it_is_told() {
    let workshop = Workshop::new();
    let said = listening(&workshop, &["--threads", "3"], &[]);
    assert_says(&said, &["threads=3"]);
    let said = listening(&workshop, &[], &[("CARTABLE_THREADS", "5")]);
    assert_says(&said, &["threads=5"]);
    let said = listening(&workshop, &[], &[]);
    let processors = std::thread::available_parallelism().unwrap();
    assert_says(&said, &[&format!("threads={processors}")]);
}

#[tokio::test]
async fn of_several_servers_that_start_on_a_new_database_one_shows_the_password_that_holds() {
    let database = TestDatabase::postgres().await;
    let Location::Postgres(url) = &database.location else {
        unreachable!("it is on a server")
    };
    let workshop = Workshop::new();
    let servers: Vec<_> = (0..4)
        .map(|_| {
            Command::new(env!("CARGO_BIN_EXE_cartable"))
                .current_dir(workshop.folder.path())
                .env_clear()
                .args([
                    "serve",
                    "--listen",
                    "127.0.0.1:0",
                    "--database",
                    url,
                    "--lang",
                    "en",
                ])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut shown = Vec::new();
    for mut server in servers {
        let lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let lines: Vec<_> = lines
            .map(Result::unwrap)
            .take_while(|line| !line.contains("Ctrl+C"))
            .collect();
        server.kill().unwrap();
        server.wait().unwrap();
        assert_says(&lines.join(" "), &["LRS", "Console"]);
        let password = |line: &str| Some(line.split_once("password ")?.1.split(' ').next()?.to_owned());
        shown.extend(lines.iter().filter_map(|line| password(line)));
    }
    let store = Store::open(&database.location, ticking()).await.unwrap();
    let hash = store.password_hash("admin").await.unwrap().unwrap();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(verify_secret(&shown[0], &hash).await);
}

#[test]
fn a_database_that_is_not_ours_or_cannot_be_reached_is_refused() {
    let workshop = Workshop::new();
    fs::create_dir(workshop.path("data")).unwrap();
    let letter = "a letter, long enough to be read as the header of a database, which it is not";
    fs::write(workshop.path("data/cartable.db"), letter).unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--lang", "en"];
    let said = workshop.refused(&[&serve[..], &["--data", "data"]].concat());
    assert_says(&said, &["not one of Cartable's", "--data"]);
    assert_eq!(
        fs::read_to_string(workshop.path("data/cartable.db")).unwrap(),
        letter
    );
    let said = workshop.refused(&[&serve[..], &["--database", "mysql://host/name"]].concat());
    assert_says(&said, &["--database", "mysql://"]);
    let said = workshop.refused(&[&serve[..], &["--public-url", "example.org"]].concat());
    assert_says(&said, &["--public-url", "example.org"]);
}

#[test]
fn a_database_from_a_newer_version_is_left_alone() {
    let workshop = Workshop::new();
    assert!(workshop.run(&["password", "--lang", "en"]).status.success());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sqlx::{Connection, Executor};
        let url = format!("sqlite://{}", workshop.path(".cartable/cartable.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let sql = "UPDATE _sqlx_migrations SET version = 9000 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
        connection.execute(sql).await.unwrap();
    });
    let said = workshop.refused(&["serve", "--listen", "127.0.0.1:0", "--lang", "en"]);
    assert_says(&said, &["version 9000", "newer"]);
    assert_says(
        &workshop.refused(&["credential", "list", "--lang", "fr"]),
        &["version 9000"],
    );
}
