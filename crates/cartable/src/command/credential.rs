//! `cartable credential`: keys and secrets of the LRS's clients.

use cartable_course::Locale;
use serde::Serialize;

use crate::{
    args::{CreateCredential, Credential, Format, ListCredentials, RevokeCredential},
    environment,
    failure::Failure,
    language::choose,
    lrs::{Asked, block_on, new_credential, open, store_failure, store_named, time},
};

pub(crate) fn run(arguments: Credential, locale: Locale) -> Result<(), Failure> {
    block_on(
        async {
            match arguments {
                Credential::Create(create) => self::create(&create, locale).await,
                Credential::List(list) => self::list(&list, locale).await,
                Credential::Revoke(revoke) => self::revoke(&revoke, locale).await,
            }
        },
        locale,
    )
}

#[derive(Serialize)]
struct Created<'a> {
    key: &'a str,
    secret: &'a str,
    label: &'a str,
    scopes: &'a [String],
    store: &'a str,
    origins: &'a [String],
    expires: Option<String>,
}

async fn create(arguments: &CreateCredential, locale: Locale) -> Result<(), Failure> {
    let expires = match &arguments.expires {
        Some(text) => Some(time("--expires", text, "2027-08-31T00:00:00Z", locale)?),
        None => None,
    };
    for origin in &arguments.origin {
        check_origin(origin, locale)?;
    }
    let store = open(&arguments.data.location(), locale).await?;
    let key = environment::secret::<12>();
    let asked = Asked {
        store: store_named(&store, &arguments.store, locale).await?,
        key: &key,
        label: &arguments.label,
        scopes: &arguments.scopes.join(" "),
        expires,
        origins: &arguments.origin.join(" "),
    };
    let secret = new_credential(&store, &asked, locale).await?;
    store.close().await;
    match arguments.format {
        Format::Json => {
            let created = Created {
                key: &key,
                secret: &secret,
                label: &arguments.label,
                scopes: &arguments.scopes,
                store: &arguments.store,
                origins: &arguments.origin,
                expires: expires.map(|time| time.to_string()),
            };
            println!("{}", serde_json::to_string_pretty(&created).unwrap_or_default());
        }
        Format::Text => {
            println!("{} {key}", choose(locale, "Key:   ", "Clé :    "));
            println!("{} {secret}", choose(locale, "Secret:", "Secret :"));
            println!(
                "{}",
                choose(
                    locale,
                    "The secret is not kept: write it down now.",
                    "Le secret n’est pas conservé : notez-le maintenant.",
                )
            );
        }
    }
    Ok(())
}

/// An origin as browsers send it: a scheme, a host, perhaps a port, and nothing behind; or `null`.
fn check_origin(origin: &str, locale: Locale) -> Result<(), Failure> {
    let host = origin.split_once("://").map(|(_, host)| host);
    let is_plain = |host: &str| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '\t', '*']);
    if origin == "null" || host.is_some_and(is_plain) {
        return Ok(());
    }
    Err(Failure::new(
        choose(
            locale,
            format!("--origin: `{origin}` is not an origin"),
            format!("--origin : `{origin}` n’est pas une origine"),
        ),
        choose(
            locale,
            "write it like https://lms.example.org, with no path; null is that of files and sandboxed frames",
            "écrivez-la comme https://lms.example.org, sans chemin ; null est celle des fichiers et des cadres isolés",
        ),
    ))
}

#[derive(Serialize)]
struct Listed<'a> {
    key: &'a str,
    store: &'a str,
    label: &'a str,
    scopes: Vec<&'a str>,
    created: String,
    expires: Option<String>,
    revoked: Option<String>,
    last_used: Option<String>,
    origins: Vec<&'a str>,
}

async fn list(arguments: &ListCredentials, locale: Locale) -> Result<(), Failure> {
    let store = open(&arguments.data.location(), locale).await?;
    let only = match &arguments.store {
        Some(name) => Some(store_named(&store, name, locale).await?),
        None => None,
    };
    let fail = |error| store_failure(&error, locale);
    let stores = store.stores().await.map_err(fail)?;
    let mut credentials = store.credentials().await.map_err(fail)?;
    store.close().await;
    // Those of launches come and go by themselves.
    credentials.retain(|credential| {
        credential.launch.is_none() && only.is_none_or(|store| store == credential.store)
    });
    let store_of = |credential: &cartable_lrs_store::Credential| {
        let store = stores.iter().find(|store| store.id == credential.store);
        store.map_or("", |store| store.name.as_str())
    };
    match arguments.format {
        Format::Json => {
            let listed: Vec<_> = credentials
                .iter()
                .map(|credential| Listed {
                    key: &credential.key,
                    store: store_of(credential),
                    label: &credential.label,
                    scopes: credential.scopes.split(' ').collect(),
                    created: credential.created.to_string(),
                    expires: credential.expires.map(|time| time.to_string()),
                    revoked: credential.revoked.map(|time| time.to_string()),
                    last_used: credential.last_used.map(|time| time.to_string()),
                    origins: credential.origins.split_ascii_whitespace().collect(),
                })
                .collect();
            println!("{}", serde_json::to_string_pretty(&listed).unwrap_or_default());
        }
        Format::Text if credentials.is_empty() => {
            println!(
                "{}",
                choose(locale, "There is no credential.", "Il n’y a pas d’identifiants.")
            );
        }
        Format::Text => {
            for credential in credentials {
                println!(
                    "{}  {}  {}  {}  {}{}",
                    credential.key,
                    store_of(&credential),
                    credential.created,
                    credential.scopes,
                    credential.label,
                    limits(&credential, locale)
                );
            }
        }
    }
    Ok(())
}

/// Where and until when a credential is good, and when it was used last: what is known of these, each after two spaces.
fn limits(credential: &cartable_lrs_store::Credential, locale: Locale) -> String {
    let origins = (!credential.origins.is_empty())
        .then(|| format!("{} {}", choose(locale, "  from", "  depuis"), credential.origins));
    let times = [
        (credential.expires, "  until", "  jusqu’à"),
        (credential.last_used, "  last used", "  dernier usage"),
        (credential.revoked, "  revoked", "  révoqué"),
    ];
    let times = times.into_iter().filter_map(|(time, english, french)| {
        time.map(|time| format!("{} {time}", choose(locale, english, french)))
    });
    origins.into_iter().chain(times).collect()
}

async fn revoke(arguments: &RevokeCredential, locale: Locale) -> Result<(), Failure> {
    let store = open(&arguments.data.location(), locale).await?;
    let revoked = store
        .revoke_credential(&arguments.key)
        .await
        .map_err(|error| store_failure(&error, locale))?;
    store.close().await;
    let key = &arguments.key;
    if !revoked {
        return Err(Failure::new(
            choose(
                locale,
                format!("no credential in use has the key {key}"),
                format!("aucun identifiant en service n’a la clé {key}"),
            ),
            choose(
                locale,
                "cartable credential list shows the keys",
                "cartable credential list montre les clés",
            ),
        ));
    }
    println!(
        "{}",
        choose(
            locale,
            format!("The credential {key} is refused from now on."),
            format!("L’identifiant {key} est refusé désormais."),
        )
    );
    Ok(())
}
