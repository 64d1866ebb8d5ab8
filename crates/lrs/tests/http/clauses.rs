//! The specification clause by clause, as requests and expected answers: the data is in `tests/clauses`, one file for
//! each kind of requirement, and `REPORT.md` there says what is covered.
//!
//! Each clause runs in each of its versions, in a store of its own: a change of the base statement that is accepted or
//! refused (with the rule, at a place), or a sequence of requests. `${name}` stands for what an earlier answer gave.

#![expect(
    clippy::panic,
    reason = "a file that cannot be read, or an answer that lacks what is asked, stops the test"
)]

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use axum::http::{Method, StatusCode};
use cartable_lrs_store::{StoreId, on_both_engines};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Answer, Client, escape};

#[derive(Deserialize)]
struct File {
    clause: Vec<Clause>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clause {
    /// The clause of 1.0.3, when it has one.
    v1: Option<String>,
    /// The clause of IEEE 9274.1.1, when it has one.
    v2: Option<String>,
    says: String,
    /// Made of every statement of this clause before its own changes.
    #[serde(default)]
    base: Change,
    #[serde(default)]
    accepts: Vec<Change>,
    #[serde(default)]
    refuses: Vec<Change>,
    #[serde(default)]
    steps: Vec<Step>,
}

/// A change of a statement, and what is wrong with the result.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// JSON pointers and the values to be put there; `<null>` is null.
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    remove: Vec<String>,
    rule: Option<String>,
    /// Where; by default at the one place that was changed.
    at: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Method and path.
    send: String,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    /// An empty value leaves a header out.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The body: a statement, several, any JSON, or a text.
    statement: Option<Change>,
    statements: Option<Vec<Change>>,
    json: Option<Value>,
    text: Option<String>,
    status: u16,
    rule: Option<String>,
    at: Option<String>,
    /// What the answer has at JSON pointers.
    #[serde(default)]
    answer: BTreeMap<String, Value>,
    /// How many items it has there.
    #[serde(default)]
    count: BTreeMap<String, usize>,
    #[serde(default)]
    lacks: Vec<String>,
    /// Headers of the answer; `*` alone stands for anything, at the end for any end.
    #[serde(default)]
    header: BTreeMap<String, String>,
    /// Names for values of the answer, at JSON pointers, or of its headers.
    #[serde(default)]
    save: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clauses")
}

/// The files by their names.
fn files() -> BTreeMap<String, Vec<Clause>> {
    let toml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(toml)
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let file: File =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                file.clause,
            )
        })
        .collect()
}

impl Clause {
    fn versions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let first = self.v1.iter().map(|clause| ("1.0.3", clause.as_str()));
        first.chain(self.v2.iter().map(|clause| ("2.0.0", clause.as_str())))
    }

    fn requests(&self) -> usize {
        self.accepts.len() + self.refuses.len() + self.steps.len()
    }
}

fn base() -> Value {
    json!({
        "actor": { "objectType": "Agent", "mbox": "mailto:zoe@example.org" },
        "verb": { "id": "https://example.org/verbs/did", "display": { "en": "did" } },
        "object": { "objectType": "Activity", "id": "https://example.org/activity" },
    })
}

impl Change {
    fn apply(&self, statement: &mut Value) {
        for pointer in &self.remove {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = statement.pointer_mut(parent).and_then(Value::as_object_mut);
            parent
                .unwrap()
                .remove(key)
                .unwrap_or_else(|| panic!("{pointer} is not there"));
        }
        for (pointer, value) in &self.set {
            put(statement, pointer, with_nulls(value));
        }
    }

    fn place(&self) -> &str {
        let changed = self.set.keys().chain(&self.remove).next().map(String::as_str);
        self.at.as_deref().or(changed).unwrap_or_default()
    }
}

/// Puts a value at a place, making the objects on the way.
fn put(json: &mut Value, pointer: &str, value: Value) {
    let mut at = json;
    for key in pointer.split('/').skip(1) {
        let key = key.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Array(items) => &mut items[key.parse::<usize>().unwrap()],
            at => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                at.as_object_mut().unwrap().entry(key).or_insert(Value::Null)
            }
        };
    }
    *at = value;
}

/// TOML has no null.
fn with_nulls(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "<null>" => Value::Null,
        Value::Array(items) => items.iter().map(with_nulls).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), with_nulls(value)))
            .collect(),
        value => value.clone(),
    }
}

/// A clause at work in one version.
struct Run<'c> {
    client: Client,
    clause: &'c Clause,
    saved: BTreeMap<String, String>,
}

impl Run<'_> {
    fn statement(&self, change: &Change) -> Value {
        let mut statement = base();
        self.clause.base.apply(&mut statement);
        change.apply(&mut statement);
        statement
    }

    /// Puts what was saved in place of its names.
    fn fill(&self, text: &str) -> String {
        self.saved.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        })
    }

    async fn judge(&self, change: &Change, accepted: bool) {
        let statement = self.statement(change);
        let answer = self
            .client
            .post_json("/xapi/statements", statement.to_string())
            .await;
        let context = || {
            format!(
                "{} in {}: {statement}: {}",
                self.clause.says,
                self.client.version,
                answer.text()
            )
        };
        if accepted {
            assert_eq!(answer.status, StatusCode::OK, "{}", context());
        } else {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", context());
            if let Some(rule) = &change.rule {
                let violations = answer.json()["violations"].clone();
                let named = violations.as_array().is_some_and(|violations| {
                    violations.iter().any(|violation| {
                        violation["rule"] == **rule && violation["pointer"] == change.place()
                    })
                });
                assert!(named, "{rule} at {}: {}", change.place(), context());
            }
        }
    }

    async fn send(&self, step: &Step) -> Answer {
        let (method, path) = step.send.split_once(' ').unwrap();
        let query: Vec<String> = step
            .query
            .iter()
            .map(|(name, value)| {
                let text = match value {
                    Value::String(text) => text.clone(),
                    value => value.to_string(),
                };
                format!("{}={}", escape(name), escape(&self.fill(&text)))
            })
            .collect();
        let path = self.fill(path);
        let path = match (path.starts_with('/'), query.is_empty()) {
            (true, _) => path,
            (false, true) => format!("/xapi/{path}"),
            (false, false) => format!("/xapi/{path}?{}", query.join("&")),
        };
        let body = match (&step.statement, &step.statements, &step.json, &step.text) {
            (Some(change), ..) => Some(self.statement(change).to_string()),
            (_, Some(changes), ..) => {
                let all: Vec<Value> = changes.iter().map(|change| self.statement(change)).collect();
                Some(Value::from(all).to_string())
            }
            (.., Some(json), _) => Some(with_nulls(json).to_string()),
            (.., text) => text.clone(),
        };
        let body = body.map(|body| self.fill(&body));
        let mut headers = step.headers.clone();
        if body.is_some() {
            headers
                .entry("content-type".to_owned())
                .or_insert_with(|| "application/json".to_owned());
        }
        let headers: Vec<(String, String)> = headers
            .into_iter()
            .map(|(name, value)| (name, self.fill(&value)))
            .collect();
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let method: Method = method.parse().unwrap();
        self.client
            .call(method, &path, &headers, body.unwrap_or_default())
            .await
    }

    async fn step(&mut self, step: &Step) {
        let answer = self.send(step).await;
        let context = format!(
            "{} in {}: {step:?}: {}",
            self.clause.says,
            self.client.version,
            answer.text()
        );
        assert_eq!(answer.status.as_u16(), step.status, "{context}");
        if let Some(rule) = &step.rule {
            let violations = answer.json()["violations"].clone();
            let named = violations.as_array().is_some_and(|violations| {
                violations.iter().any(|violation| {
                    let at = [&violation["pointer"], &violation["parameter"]];
                    violation["rule"] == **rule
                        && step
                            .at
                            .as_ref()
                            .is_none_or(|place| at.iter().any(|at| **at == **place))
                })
            });
            assert!(named, "{context}");
        }
        for (pointer, value) in &step.answer {
            let expected: Value = serde_json::from_str(&self.fill(&with_nulls(value).to_string())).unwrap();
            assert_eq!(
                answer.json().pointer(pointer),
                Some(&expected),
                "{pointer}: {context}"
            );
        }
        for (pointer, count) in &step.count {
            let found = answer
                .json()
                .pointer(pointer)
                .and_then(Value::as_array)
                .map(Vec::len);
            assert_eq!(found, Some(*count), "{pointer}: {context}");
        }
        for pointer in &step.lacks {
            assert_eq!(answer.json().pointer(pointer), None, "{pointer}: {context}");
        }
        for (name, expected) in &step.header {
            let (found, expected) = (answer.header(name), self.fill(expected));
            let holds = match expected.strip_suffix('*') {
                Some(start) => !found.is_empty() && found.starts_with(start),
                None => found == expected,
            };
            assert!(holds, "{name} is {found:?}: {context}");
        }
        for (name, place) in &step.save {
            let value = if place.is_empty() || place.starts_with('/') {
                let json = answer.json();
                let value = json
                    .pointer(place)
                    .unwrap_or_else(|| panic!("{place}: {context}"));
                value.as_str().map_or_else(|| value.to_string(), str::to_owned)
            } else {
                answer.header(place).to_owned()
            };
            self.saved.insert(name.clone(), value);
        }
    }
}

on_both_engines! {
    async fn every_clause_is_kept(database) {
        let client = Client::new(&database).await;
        let mut store = 1000;
        for clause in files().values().flatten() {
            for (version, _) in clause.versions() {
                store += 1;
                let key = format!("store-{store}");
                client.add_credential_to(StoreId(store), &key, "all").await;
                let client = client.with_key(&key).speaking(version);
                let saved = BTreeMap::from([("version".to_owned(), version.to_owned()), ("authorization".to_owned(), client.authorization())]);
                let mut run = Run { client, clause, saved };
                for change in &clause.accepts {
                    run.judge(change, true).await;
                }
                for change in &clause.refuses {
                    run.judge(change, false).await;
                }
                for step in &clause.steps {
                    run.step(step).await;
                }
            }
        }
    }
}

/// What the files cover, by version.
fn report() -> String {
    let mut report = String::from(
        "# What the clause tables cover\n\nMade from the files of this folder by the test `the_report_is_that_of_the_files`.\n",
    );
    for (version, name) in [("1.0.3", "xAPI 1.0.3"), ("2.0.0", "IEEE 9274.1.1 (xAPI 2.0)")] {
        let mut clauses: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let files = files();
        for clause in files.values().flatten() {
            for (_, number) in clause.versions().filter(|(found, _)| *found == version) {
                let entry = clauses.entry(number).or_default();
                entry.0 += 1;
                entry.1 += clause.requests();
            }
        }
        let sum = |of: fn(&(usize, usize)) -> usize| clauses.values().map(of).sum::<usize>();
        let (requirements, requests) = (sum(|entry| entry.0), sum(|entry| entry.1));
        write!(
            report,
            "\n## {name}\n\n{} clauses, {requirements} requirements, {requests} requests.\n\n",
            clauses.len()
        )
        .unwrap();
        report.push_str("| Clause | Requirements | Requests |\n|---|---:|---:|\n");
        for (number, (requirements, requests)) in &clauses {
            writeln!(report, "| {number} | {requirements} | {requests} |").unwrap();
        }
    }
    report
}

#[test]
fn the_report_is_that_of_the_files() {
    let path = folder().join("REPORT.md");
    let found = report();
    if std::env::var_os("CARTABLE_RENEW").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == found,
        "run this test with CARTABLE_RENEW=1 and commit {}",
        path.display()
    );
}
