//! `cartable store`: the LRS's stores, each with its own statements, documents and credentials.

use cartable_course::Locale;
use serde::Serialize;

use crate::{
    args::{CreateStore, Format, ListStores, Store},
    failure::Failure,
    language::choose,
    lrs::{block_on, open, store_failure},
};

pub(crate) fn run(arguments: Store, locale: Locale) -> Result<(), Failure> {
    block_on(
        async {
            match arguments {
                Store::Create(create) => self::create(&create, locale).await,
                Store::List(list) => self::list(&list, locale).await,
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
