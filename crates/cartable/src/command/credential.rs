//! `cartable credential`: keys and secrets of the LRS's clients.

use cartable_course::Locale;
use serde::Serialize;

use crate::{
    args::{CreateCredential, Credential, Format, ListCredentials, RevokeCredential},
    environment,
    failure::Failure,
    language::choose,
    lrs::{block_on, new_credential, open, store_failure},
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
}

async fn create(arguments: &CreateCredential, locale: Locale) -> Result<(), Failure> {
    let store = open(&arguments.data.location(), locale).await?;
    let key = environment::secret::<12>();
    let scopes = arguments.scopes.join(" ");
    let secret = new_credential(&store, &key, &arguments.label, &scopes, locale).await?;
    store.close().await;
    match arguments.format {
        Format::Json => {
            let created = Created {
                key: &key,
                secret: &secret,
                label: &arguments.label,
                scopes: &arguments.scopes,
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

#[derive(Serialize)]
struct Listed<'a> {
    key: &'a str,
    label: &'a str,
    scopes: Vec<&'a str>,
    created: String,
    expires: Option<String>,
    revoked: Option<String>,
}

async fn list(arguments: &ListCredentials, locale: Locale) -> Result<(), Failure> {
    let store = open(&arguments.data.location(), locale).await?;
    let credentials = store
        .credentials()
        .await
        .map_err(|error| store_failure(&error, locale))?;
    store.close().await;
    match arguments.format {
        Format::Json => {
            let listed: Vec<_> = credentials
                .iter()
                .map(|credential| Listed {
                    key: &credential.key,
                    label: &credential.label,
                    scopes: credential.scopes.split(' ').collect(),
                    created: credential.created.to_string(),
                    expires: credential.expires.map(|time| time.to_string()),
                    revoked: credential.revoked.map(|time| time.to_string()),
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
                let revoked = credential.revoked.map(|time| match locale {
                    Locale::English => format!("  revoked {time}"),
                    Locale::French => format!("  révoquée {time}"),
                });
                println!(
                    "{}  {}  {}  {}{}",
                    credential.key,
                    credential.created,
                    credential.scopes,
                    credential.label,
                    revoked.unwrap_or_default()
                );
            }
        }
    }
    Ok(())
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
