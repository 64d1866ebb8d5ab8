//! `cartable store`: the LRS's stores, each with its own statements, documents and credentials.

use std::{pin::pin, time::Duration};

use cartable_course::Locale;
use cartable_lrs_store::{Forgettable, Forgetting, StoreError};
use cartable_xapi::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::{
    args::{CreateStore, Forget, Format, ListStores, Store},
    environment,
    failure::Failure,
    language::choose,
    lrs::{block_on, open, store_failure, store_named, time},
};

/// Between two chunks that are forgotten, a server gets in to write: of those who wait for SQLite's turn, each looks again
/// so often.
const PAUSE: Duration = Duration::from_millis(50);
/// What came in the last minute is kept, in microseconds: the server that stored it may not have indexed it yet.
const MINUTE: i64 = 60_000_000;

pub(crate) fn run(arguments: Store, locale: Locale) -> Result<(), Failure> {
    block_on(
        async {
            match arguments {
                Store::Create(create) => self::create(&create, locale).await,
                Store::List(list) => self::list(&list, locale).await,
                Store::Forget(forget) => self::forget(&forget, locale).await.map_err(|failure| Failure {
                    format: forget.format,
                    ..failure
                }),
            }
        },
        locale,
    )
}

#[derive(Serialize)]
struct Created<'a> {
    name: &'a str,
}

async fn create(arguments: &CreateStore, locale: Locale) -> Result<(), Failure> {
    let name = arguments.name.trim();
    if name.is_empty() {
        let message = choose(locale, "a store needs a name", "il faut un nom à un entrepôt");
        return Err(Failure::new(message, ""));
    }
    let store = open(&arguments.data.location(), locale).await?;
    let added = store
        .add_store(name)
        .await
        .map_err(|error| store_failure(&error, locale))?;
    store.close().await;
    if added.is_none() {
        return Err(Failure::new(
            choose(
                locale,
                format!("there is a store named {name} already"),
                format!("un entrepôt s’appelle déjà {name}"),
            ),
            choose(
                locale,
                "cartable store list shows the stores",
                "cartable store list montre les entrepôts",
            ),
        ));
    }
    match arguments.format {
        Format::Json => println!(
            "{}",
            serde_json::to_string_pretty(&Created { name }).unwrap_or_default()
        ),
        Format::Text => println!(
            "{}",
            choose(
                locale,
                format!("The store {name} is made: cartable credential create --store gives access to it."),
                format!("L’entrepôt {name} est créé : cartable credential create --store y donne accès."),
            )
        ),
    }
    Ok(())
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    created: String,
}

async fn list(arguments: &ListStores, locale: Locale) -> Result<(), Failure> {
    let store = open(&arguments.data.location(), locale).await?;
    let stores = store
        .stores()
        .await
        .map_err(|error| store_failure(&error, locale))?;
    store.close().await;
    match arguments.format {
        Format::Json => {
            let listed: Vec<_> = stores
                .iter()
                .map(|store| Listed {
                    name: &store.name,
                    created: store.created.to_string(),
                })
                .collect();
            println!("{}", serde_json::to_string_pretty(&listed).unwrap_or_default());
        }
        Format::Text => {
            for store in stores {
                println!("{}  {}", store.name, store.created);
            }
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Forgotten<'a> {
    store: &'a str,
    before: String,
    dry_run: bool,
    statements: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<u64>,
}

async fn forget(arguments: &Forget, locale: Locale) -> Result<(), Failure> {
    let before = time("--before", &arguments.before, "2023-09-01T00:00:00Z", locale)?;
    let now = environment::clock()().micros();
    let before = before.min(Timestamp::from_micros(now - MINUTE).unwrap_or(Timestamp::MIN));
    let fail = |error: StoreError| store_failure(&error, locale);
    let store = open(&arguments.data.location(), locale).await?;
    let id = store_named(&store, &arguments.store, locale).await?;
    let mut count = store.forgettable(id, before).await.map_err(fail)?;
    if !arguments.documents {
        count.documents = 0;
    }
    if !arguments.dry_run {
        let forgetting = store.forget(id, before).await.map_err(fail)?;
        let bar = progress_bar(count);
        count = Forgettable::default();
        let end = forget_all(forgetting, arguments.documents, &bar, &mut count).await;
        bar.finish_and_clear();
        let what = amount(count, arguments.documents, locale);
        let rest = choose(
            locale,
            format!("forgotten so far: {what}; run the same command again for the rest"),
            format!("oubliés jusqu’ici : {what} ; relancez la même commande pour le reste"),
        );
        match end {
            Ok(true) => {}
            Ok(false) => {
                let message = choose(locale, "stopped before the end", "arrêté avant la fin");
                return Err(Failure::new(message, rest));
            }
            Err(error) => {
                let failure = fail(error);
                let help = format!("{}\n{rest}", failure.help);
                return Err(Failure { help, ..failure });
            }
        }
    }
    store.close().await;
    match arguments.format {
        Format::Json => {
            let forgotten = Forgotten {
                store: &arguments.store,
                before: before.to_string(),
                dry_run: arguments.dry_run,
                statements: count.statements,
                documents: arguments.documents.then_some(count.documents),
            };
            println!("{}", serde_json::to_string_pretty(&forgotten).unwrap_or_default());
        }
        Format::Text => {
            let (what, name) = (amount(count, arguments.documents, locale), &arguments.store);
            let said = match (locale, arguments.dry_run) {
                (Locale::English, false) => format!("The store {name} forgot {what} of before {before}."),
                (Locale::English, true) => {
                    format!("The store {name} would forget {what} of before {before}.")
                }
                (Locale::French, false) => format!("L’entrepôt {name} a oublié {what} d’avant {before}."),
                (Locale::French, true) => format!("L’entrepôt {name} oublierait {what} d’avant {before}."),
            };
            println!("{said}");
        }
    }
    Ok(())
}

/// Forgets chunk by chunk, and counts; whether the end was reached before someone asked to stop.
async fn forget_all(
    mut forgetting: Forgetting,
    documents: bool,
    bar: &ProgressBar,
    count: &mut Forgettable,
) -> Result<bool, StoreError> {
    let mut stop = pin!(environment::asked_to_stop());
    let mut goes_on = async |forgotten| {
        bar.inc(forgotten);
        tokio::select! {
            () = &mut stop => false,
            () = tokio::time::sleep(PAUSE) => true,
        }
    };
    while let Some(forgotten) = forgetting.next_statements().await? {
        count.statements += forgotten;
        if !goes_on(forgotten).await {
            return Ok(false);
        }
    }
    while documents && let Some(forgotten) = forgetting.next_documents().await? {
        count.documents += forgotten;
        if !goes_on(forgotten).await {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The bar is drawn on standard error, and only on a terminal.
fn progress_bar(count: Forgettable) -> ProgressBar {
    let bar = ProgressBar::new(count.statements + count.documents);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

/// So many statements, and so many documents where they count.
fn amount(count: Forgettable, documents: bool, locale: Locale) -> String {
    let is_one = |count| count == 1 || (count == 0 && locale == Locale::French);
    let words = |count, one, several| format!("{count} {}", if is_one(count) { one } else { several });
    let (one, several, and) = choose(
        locale,
        ("statement", "statements", "and"),
        ("énoncé", "énoncés", "et"),
    );
    let statements = words(count.statements, one, several);
    if documents {
        format!(
            "{statements} {and} {}",
            words(count.documents, "document", "documents")
        )
    } else {
        statements
    }
}
