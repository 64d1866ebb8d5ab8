//! The program as a person meets it who made a mistake: what is wrong, where, what to do, and nothing half-done.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{
    fmt::Write,
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{self, Output, Stdio},
};

use assert_cmd::Command;
use tempfile::TempDir;

/// The course that ships with the product.
const CONTENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content");

/// A copy of the course that a test may spoil.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(Path::new(CONTENT), &folder.path().join("content"));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a part of a file, which must be there.
    fn change(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// Runs the program in the workshop.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::cargo_bin("cartable")
            .unwrap()
            .current_dir(self.folder.path())
            .env_clear()
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs a command that must fail, and gives what it says on one line.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn assert_says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
}

#[test]
fn each_fault_of_a_course_is_told_with_its_place_and_what_to_do() {
    let faults: [(&str, &str, &str, &[&str]); 6] = [
        (
            "content/07-spip/chapter.toml",
            "number = 7",
            "number = seven",
            &["chapter.toml:3:"],
        ),
        (
            "content/07-spip/chapter.toml",
            "number = 7",
            "number = 7\ncolour = \"red\"",
            &["chapter.toml:4:1", "colour"],
        ),
        (
            "content/course.toml",
            "title =",
            "titel =",
            &["course.toml:", "titel"],
        ),
        (
            "content/07-spip/02-personnes.md",
            "- (x)",
            "- ( )",
            &["02-personnes.md:"],
        ),
        (
            "content/07-spip/lexicon.toml",
            "[[term]]",
            "[[term]]\nid = \"spip\"\nname = \"SPIP\"\ndefinition = \"Deux fois\"\n[[term]]",
            &["lexicon.toml:"],
        ),
        (
            "content/07-spip/03-evaluation-et-plan.md",
            "+++",
            "",
            &["03-evaluation-et-plan.md:"],
        ),
    ];
    for (file, from, to, parts) in faults {
        let workshop = Workshop::new();
        workshop.change(file, from, to);
        for language in ["en", "fr"] {
            let said = workshop.refused(&["build", "--lang", language]);
            assert_says(&said, parts);
            assert_says(&said, &["help:"]);
            let nothing = ["nothing was written", "rien n’a été écrit"];
            assert!(nothing.iter().any(|nothing| said.contains(nothing)), "{said}");
        }
        assert!(!workshop.path("dist").exists());
    }
}

#[test]
fn a_title_that_an_lms_cannot_keep_is_told_before_it_sees_it() {
    let workshop = Workshop::new();
    let long = format!("title = \"{}\"", "é".repeat(300));
    let title = "title = \"Le service pénitentiaire d’insertion et de probation (SPIP)\"";
    workshop.change("content/07-spip/chapter.toml", title, &long);
    let said = workshop.refused(&["build", "--lang", "en"]);
    assert_says(&said, &["chapter.toml:4:", "255"]);
    let kept = format!("title = \"{}\"", "é".repeat(255));
    workshop.change("content/07-spip/chapter.toml", &long, &kept);
    assert!(workshop.run(&["build"]).status.success());
}

#[test]
fn every_fault_is_told_at_once() {
    let workshop = Workshop::new();
    workshop
        .change("content/07-spip/chapter.toml", "number = 7", "number = \"7\"")
        .change("content/07-spip/02-personnes.md", "- (x)", "- ( )")
        .change(
            "content/07-spip/04-approche-motivationnelle.md",
            "id = ",
            "ident = ",
        );
    let said = workshop.refused(&["check", "--lang", "en"]);
    assert_says(
        &said,
        &[
            "chapter.toml:3:",
            "02-personnes.md:",
            "04-approche-motivationnelle.md:",
        ],
    );
}

#[test]
fn a_chapter_that_could_lose_what_was_done_is_refused_before_an_lms_sees_it() {
    let workshop = Workshop::new();
    let lesson = workshop.path("content/07-spip/02-personnes.md");
    let mut text = fs::read_to_string(&lesson).unwrap();
    for number in 0..20 {
        write!(
            text,
            "\n::: question {{#libre-{number}}}\nPourquoi ?\n\n= …\n:::\n"
        )
        .unwrap();
    }
    fs::write(lesson, text).unwrap();
    let said = workshop.refused(&["build", "--lang", "en"]);
    assert_says(
        &said,
        &[
            "SCORM 1.2 keeps 4096",
            "200 bytes",
            "--target",
            "nothing was written",
        ],
    );
    assert!(!workshop.path("dist/justice-7-spip-1.0.0-scorm12.zip").exists());
    assert!(
        workshop
            .run(&["build", "--target", "scorm2004-4,cmi5"])
            .status
            .success()
    );
}

#[test]
fn the_rules_of_a_chapter_are_explained_target_by_target() {
    let workshop = Workshop::new();
    workshop.change(
        "content/07-spip/chapter.toml",
        "[end]",
        "[completion]\nlessons = 75\nquiz = \"passed\"\nminutes = 10\n\n[end]",
    );
    let output = workshop.run(&["build", "--explain", "--lang", "en"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_says(
        &said,
        &[
            "75% of the lessons seen, the quiz passed, 10 minutes spent",
            "spip · scorm12",
            "cmi.core.lesson_status = passed | failed",
            "spip · scorm2004-4",
            "cmi.success_status",
            "spip · cmi5",
            "moveOn=\"CompletedAndPassed\"",
            "masteryScore=\"0.7\"",
            "of 4096",
        ],
    );
    assert!(!workshop.path("dist").exists());
    let output = workshop.run(&["build", "--explain", "--format", "json", "--target", "scorm12"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report[0]["target"], "scorm12");
    assert!(report[0]["rules"].as_array().unwrap().len() > 4);

    workshop.change("content/07-spip/chapter.toml", "pass_mark = 70", "# sans note");
    assert_says(
        &workshop.refused(&["check", "--lang", "en"]),
        &["chapter.toml", "pass_mark"],
    );
    workshop.change("content/07-spip/chapter.toml", "\"passed\"", "\"perfect\"");
    assert_says(
        &workshop.refused(&["check", "--lang", "en"]),
        &["chapter.toml:12:", "completion.quiz", "perfect", "answered"],
    );
}

#[test]
fn a_machine_gets_json_for_success_and_failure() {
    let workshop = Workshop::new();
    let output = workshop.run(&["build", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["packages"].as_array().unwrap().len(), 6);
    assert_eq!(report["packages"][0]["change"], "new");

    workshop.change("content/07-spip/chapter.toml", "number = 7", "number = \"7\"");
    let output = workshop.run(&["build", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["diagnostics"][0]["line"], 3);
    assert_eq!(report["diagnostics"][0]["severity"], "error");
    assert!(report["error"].is_string());
}

#[test]
fn a_folder_or_chapter_that_is_not_there_is_named() {
    let workshop = Workshop::new();
    assert_says(
        &workshop.refused(&["build", "nowhere", "--lang", "en"]),
        &["nowhere"],
    );
    let said = workshop.refused(&["build", "--chapter", "spap", "--lang", "en"]);
    assert_says(&said, &["--chapter", "spap", "spip"]);
    let output = workshop.run(&["build", "--target", "scorm13"]);
    assert_eq!(output.status.code(), Some(2));
    assert_says(
        &String::from_utf8(output.stderr).unwrap(),
        &["scorm13", "scorm12"],
    );
}

#[test]
fn only_what_has_changed_is_built_again() {
    let workshop = Workshop::new();
    let changes = |arguments: &[&str]| -> Vec<String> {
        let output = workshop.run(&[&["build", "--format", "json"], arguments].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = report["packages"].as_array().unwrap().iter();
        packages
            .map(|package| package["change"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(changes(&["--target", "scorm12,web"]), ["new"; 2]);
    assert_eq!(changes(&["--target", "scorm12,web"]), ["unchanged"; 2]);
    let zip = workshop.path("dist/justice-7-spip-1.0.0-scorm12.zip");
    let (before, written) = (
        fs::read(&zip).unwrap(),
        fs::metadata(&zip).unwrap().modified().unwrap(),
    );

    // A file that someone else changed, or took away, is made again; the same bytes are left alone.
    fs::write(&zip, "not a package").unwrap();
    fs::remove_dir_all(workshop.path("dist/justice-7-spip-1.0.0-web")).unwrap();
    assert_eq!(changes(&["--target", "scorm12,web"]), ["changed", "unchanged"]);
    assert_eq!(fs::read(&zip).unwrap(), before);
    assert_ne!(fs::metadata(&zip).unwrap().modified().unwrap(), written);
    assert!(workshop.path("dist/justice-7-spip-1.0.0-web/index.html").exists());

    workshop.change(
        "content/07-spip/01-role-missions-methodes.md",
        "L’article",
        "L’article ",
    );
    assert_eq!(changes(&["--target", "scorm12,web"]), ["changed"; 2]);
    workshop.change("content/course.toml", "Formation sur la justice", "Formation");
    assert_eq!(changes(&["--target", "scorm12,web"]), ["changed"; 2]);
    fs::write(workshop.path("dist/.cartable.json"), "{").unwrap();
    assert_eq!(changes(&["--target", "scorm12,web"]), ["unchanged"; 2]);
}

#[cfg(unix)]
#[test]
fn a_large_course_needs_few_open_files() {
    let workshop = Workshop::new();
    for number in 100..130 {
        let folder = workshop.path(&format!("content/{number}"));
        fs::create_dir(&folder).unwrap();
        let chapter = format!("id = \"c{number}\"\nnumber = {number}\ntitle = \"Chapitre {number}\"\n");
        fs::write(folder.join("chapter.toml"), chapter).unwrap();
        fs::write(
            folder.join("1.md"),
            "+++\nid = \"l\"\ntitle = \"L\"\n+++\n\nTexte.\n",
        )
        .unwrap();
    }
    let program = assert_cmd::cargo::cargo_bin("cartable");
    let script = format!("ulimit -n 64; exec '{}' build --lang en", program.display());
    let output = Command::new("sh")
        .current_dir(workshop.folder.path())
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let zips = fs::read_dir(workshop.path("dist"))
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .ends_with(".zip")
        })
        .count();
    assert_eq!(zips, 31 * 6);
}

#[test]
fn only_the_targets_asked_for_are_built() {
    let workshop = Workshop::new();
    let output = workshop.run(&[
        "build",
        "--target",
        "xapi",
        "--chapter",
        "spip",
        "--out",
        "there",
        "--lang",
        "fr",
    ]);
    assert!(output.status.success());
    let mut names: Vec<_> = fs::read_dir(workshop.path("there"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "justice-7-spip-1.0.0-accessibility.html",
            "justice-7-spip-1.0.0-declaration.html",
            "justice-7-spip-1.0.0-xapi.zip"
        ]
    );
    assert_says(&String::from_utf8(output.stdout).unwrap(), &["nouveau", "ko"]);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let workshop = Workshop::new();
    fs::write(workshop.path("file"), "").unwrap();
    assert_says(
        &workshop.refused(&["build", "--out", "file/dist", "--lang", "en"]),
        &["--out", "file/dist"],
    );
    let said = workshop.refused(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        "file/data",
        "--lang",
        "en",
    ]);
    assert_says(&said, &["--data", "file/data"]);
    let said = workshop.refused(&["credential", "list", "--data", "file/data", "--lang", "fr"]);
    assert_says(&said, &["--data", "file/data", "impossible d’écrire"]);
}

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
    let mut server = process::Command::new(env!("CARGO_BIN_EXE_cartable"))
        .current_dir(workshop.folder.path())
        .env_clear()
        .env("CARTABLE_LOG", "cartable=info")
        .env("NO_COLOR", "1")
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

#[test]
fn a_template_that_fails_is_told_with_its_place_before_anything_is_written() {
    let workshop = Workshop::new();
    fs::create_dir(workshop.path("content/templates")).unwrap();
    let template = workshop.path("content/templates/question.html");
    for (text, place) in [
        ("<p>{% if %}</p>", "question.html:1:10"),
        ("\n{{ question.colour }}", "question.html:2:"),
    ] {
        fs::write(&template, text).unwrap();
        for command in [&["check", "content"][..], &["build", "content", "--out", "out"]] {
            let said = workshop.refused(&[command, &["--lang", "fr"]].concat());
            assert_says(&said, &[place, "gabarit", "help:", "le cours a une erreur"]);
        }
        let packages = fs::read_dir(workshop.path("out")).map_or(0, Iterator::count);
        assert_eq!(packages, 0);
    }
    fs::write(&template, "<p>{{ question.id }}</p>").unwrap();
    assert!(
        workshop
            .run(&["build", "content", "--out", "out"])
            .status
            .success()
    );
}
