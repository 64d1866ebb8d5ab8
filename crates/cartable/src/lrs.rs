//! What the commands that need the LRS's data share: opening it, its faults in words, its first password.

use std::{future::Future, io, net::SocketAddr, path::Path};

use cartable_course::Locale;
use cartable_lrs_store::{Location, NewCredential, Store, StoreError, StoreId, hash_secret};
use cartable_xapi::{Timestamp, Version};
use tokio::{net::TcpListener, runtime::Builder};

use crate::{args::Data, environment, failure::Failure, language::choose};

/// After so many tasks at the most, a thread looks for what has come: a task may read a whole request, and the database stands
/// still as long as its answer waits.
const TASKS: u32 = 10;

/// The console's account.
pub(crate) const ACCOUNT: &str = "admin";

/// Runs an asynchronous command.
pub(crate) fn block_on<T>(
    command: impl Future<Output = Result<T, Failure>>,
    locale: Locale,
) -> Result<T, Failure> {
    block_on_threads(environment::processors(), command, locale)
}

/// Runs an asynchronous command on so many threads.
pub(crate) fn block_on_threads<T>(
    threads: usize,
    command: impl Future<Output = Result<T, Failure>>,
    locale: Locale,
) -> Result<T, Failure> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .event_interval(TASKS)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        let message = choose(
            locale,
            "the program cannot start its threads",
            "le programme ne peut pas démarrer ses fils d’exécution",
        );
        Failure::new(format!("{message}: {error}"), "")
    })?;
    runtime.block_on(command)
}

impl Data {
    /// Where the data is: the database that was named, else the folder.
    pub(crate) fn location(&self) -> Location {
        match &self.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Folder(self.data.clone()),
        }
    }
}

/// Opens the database.
pub(crate) async fn open(location: &Location, locale: Locale) -> Result<Store, Failure> {
    open_with(location, None, locale).await
}

/// Opens the database, with a replica that answers searches.
pub(crate) async fn open_with(
    location: &Location,
    replica: Option<&str>,
    locale: Locale,
) -> Result<Store, Failure> {
    Store::open_with(location, replica, environment::clock())
        .await
        .map_err(|error| store_failure(&error, locale))
}

/// Listens on an address.
pub(crate) async fn listen(
    address: SocketAddr,
    option: &str,
    locale: Locale,
) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| cannot_listen(address, option, &error, locale))
}

fn cannot_listen(address: SocketAddr, option: &str, error: &io::Error, locale: Locale) -> Failure {
    let message = match (error.kind(), locale) {
        (io::ErrorKind::AddrInUse, Locale::English) => {
            format!("{option}: another program already listens on {address}")
        }
        (io::ErrorKind::AddrInUse, Locale::French) => {
            format!("{option} : un autre programme écoute déjà sur {address}")
        }
        (_, Locale::English) => format!("{option}: cannot listen on {address}: {error}"),
        (_, Locale::French) => format!("{option} : impossible d’écouter sur {address} : {error}"),
    };
    let other = SocketAddr::new(address.ip(), address.port().wrapping_add(10).max(1024));
    let help = choose(
        locale,
        format!("stop that program, or choose another address, such as {option} {other}"),
        format!("arrêtez ce programme, ou choisissez une autre adresse, par exemple {option} {other}"),
    );
    Failure::new(message, help)
}

/// A fault of the database, in words.
pub(crate) fn store_failure(error: &StoreError, locale: Locale) -> Failure {
    let (message, help) = match (error, locale) {
        (StoreError::Folder { folder, error }, Locale::English) => (
            format!(
                "--data: the folder {} cannot be written to: {error}",
                folder.display()
            ),
            "choose another folder, or give this user the right to write there",
        ),
        (StoreError::Folder { folder, error }, Locale::French) => (
            format!(
                "--data : impossible d’écrire dans le dossier {} : {error}",
                folder.display()
            ),
            "choisissez un autre dossier, ou donnez à cet utilisateur le droit d’y écrire",
        ),
        (StoreError::Newer { found, known }, Locale::English) => (
            format!("the database is at version {found}, and this program knows versions up to {known}"),
            "start the newer Cartable that made it, or choose another with --data or --database; nothing was changed",
        ),
        (StoreError::Newer { found, known }, Locale::French) => (
            format!(
                "la base de données est à la version {found}, et ce programme connaît les versions jusqu’à {known}"
            ),
            "lancez le Cartable plus récent qui l’a faite, ou choisissez-en une autre par --data ou --database ; rien n’a été changé",
        ),
        (StoreError::NotOurs(why), Locale::English) => (
            format!("the database is not one of Cartable's: {why}"),
            "choose another with --data or --database; nothing was changed",
        ),
        (StoreError::NotOurs(why), Locale::French) => (
            format!("cette base de données n’est pas une base de Cartable : {why}"),
            "choisissez-en une autre par --data ou --database ; rien n’a été changé",
        ),
        (StoreError::Address(address), Locale::English) => (
            format!("--database: `{address}` is not the address of a database"),
            "write it like postgres://user:password@host/name",
        ),
        (StoreError::Address(address), Locale::French) => (
            format!("--database : `{address}` n’est pas l’adresse d’une base de données"),
            "écrivez-la comme postgres://utilisateur:motdepasse@hôte/nom",
        ),
        (StoreError::NotCitus, Locale::English) => (
            "--database: the database has no Citus by which it could be distributed".to_owned(),
            "run CREATE EXTENSION citus in it, on the coordinator and on each worker; nothing was changed",
        ),
        (StoreError::NotCitus, Locale::French) => (
            "--database : la base de données n’a pas Citus, qui la répartirait".to_owned(),
            "exécutez-y CREATE EXTENSION citus, sur le coordinateur et sur chaque nœud de travail ; rien n’a été changé",
        ),
        (StoreError::NoWorker, Locale::English) => (
            "--database: the coordinator of Citus knows no worker".to_owned(),
            "name each by SELECT citus_add_node('host', 5432) on the coordinator; nothing was changed",
        ),
        (StoreError::NoWorker, Locale::French) => (
            "--database : le coordinateur de Citus ne connaît aucun nœud de travail".to_owned(),
            "nommez-les-lui par SELECT citus_add_node('hôte', 5432) ; rien n’a été changé",
        ),
        (StoreError::InUse(others), Locale::English) => (
            format!("the database is in use, by connections of others: {others}"),
            "stop every cartable serve on it, then run the same command again; nothing was changed",
        ),
        (StoreError::InUse(others), Locale::French) => (
            format!("la base de données est utilisée par d’autres connexions : {others}"),
            "arrêtez chaque cartable serve qui s’en sert, puis relancez la même commande ; rien n’a été changé",
        ),
        (error, Locale::English) => (
            format!("the database does not answer as it should: {error}"),
            "check that it runs, and its address, user and rights",
        ),
        (error, Locale::French) => (
            format!("la base de données ne répond pas comme elle devrait : {error}"),
            "vérifiez qu’elle est en marche, son adresse, son utilisateur et ses droits",
        ),
    };
    Failure::new(message, help)
}

/// Makes the console's account where there is none, and returns its password. Of several servers that start on a new
/// database, one does.
pub(crate) async fn first_password(store: &Store, locale: Locale) -> Result<Option<String>, Failure> {
    let failed = |error| store_failure(&error, locale);
    if store.has_account().await.map_err(failed)? {
        return Ok(None);
    }
    let password = environment::secret::<12>();
    let hash = hash(&password, locale).await?;
    let added = store.add_account(ACCOUNT, &hash).await.map_err(failed)?;
    Ok(added.then_some(password))
}

/// Gives the console's account a new password, and returns it.
pub(crate) async fn new_password(store: &Store, locale: Locale) -> Result<String, Failure> {
    let password = environment::secret::<12>();
    let hash = hash(&password, locale).await?;
    store
        .set_password(ACCOUNT, &hash)
        .await
        .map_err(|error| store_failure(&error, locale))?;
    Ok(password)
}

/// A credential as a command asks for it.
pub(crate) struct Asked<'a> {
    pub(crate) store: StoreId,
    pub(crate) key: &'a str,
    pub(crate) label: &'a str,
    pub(crate) scopes: &'a str,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) origins: &'a str,
}

/// Makes a credential, and returns its secret.
pub(crate) async fn new_credential(
    store: &Store,
    asked: &Asked<'_>,
    locale: Locale,
) -> Result<String, Failure> {
    let secret = environment::secret::<24>();
    let credential = NewCredential {
        key: asked.key.to_owned(),
        secret_hash: hash(&secret, locale).await?,
        label: asked.label.to_owned(),
        scopes: asked.scopes.to_owned(),
        expires: asked.expires,
        origins: asked.origins.to_owned(),
        launch: None,
    };
    let added = store
        .add_credential(asked.store, &credential)
        .await
        .map_err(|error| store_failure(&error, locale))?;
    if added {
        return Ok(secret);
    }
    let message = choose(locale, "this key is taken", "cette clé est déjà prise");
    Err(Failure::new(format!("{message}: {}", asked.key), ""))
}

/// The store with a name.
pub(crate) async fn store_named(store: &Store, name: &str, locale: Locale) -> Result<StoreId, Failure> {
    let stores = store
        .stores()
        .await
        .map_err(|error| store_failure(&error, locale))?;
    let found = stores.iter().find(|tenant| tenant.name == name);
    found.map(|tenant| tenant.id).ok_or_else(|| {
        let names: Vec<_> = stores.iter().map(|tenant| tenant.name.as_str()).collect();
        let names = names.join(", ");
        Failure::new(
            choose(
                locale,
                format!("--store: there is no store named {name}"),
                format!("--store : aucun entrepôt ne s’appelle {name}"),
            ),
            choose(
                locale,
                format!("the stores are: {names}; cartable store create makes another"),
                format!("les entrepôts sont : {names} ; cartable store create en fait un autre"),
            ),
        )
    })
}

/// The time that an option gives; one to write it like is shown when it cannot be read.
pub(crate) fn time(option: &str, text: &str, example: &str, locale: Locale) -> Result<Timestamp, Failure> {
    Timestamp::parse(text, Version::V1_0_3).ok_or_else(|| {
        Failure::new(
            choose(
                locale,
                format!("{option}: `{text}` is not a time"),
                format!("{option} : `{text}` n’est pas un instant"),
            ),
            choose(
                locale,
                format!("write it like {example}"),
                format!("écrivez-le comme {example}"),
            ),
        )
    })
}

async fn hash(secret: &str, locale: Locale) -> Result<String, Failure> {
    let hash = hash_secret(secret, environment::random_bytes()).await;
    hash.map_err(|error| store_failure(&error, locale))
}

/// Holds a data folder for one server at a time; freed when the program ends, however it ends.
pub(crate) struct FolderLock(#[expect(dead_code, reason = "it is held")] std::fs::File);

impl FolderLock {
    /// Takes the folder.
    pub(crate) fn take(folder: &Path, locale: Locale) -> Result<Self, Failure> {
        let path = folder.join("serve.lock");
        let fail = |error: io::Error| {
            let folder = folder.to_owned();
            store_failure(&StoreError::Folder { folder, error }, locale)
        };
        let file = std::fs::File::create(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => {
                let shown = folder.display();
                Err(Failure::new(
                    choose(
                        locale,
                        format!("--data: another server already uses the folder {shown}"),
                        format!("--data : un autre serveur utilise déjà le dossier {shown}"),
                    ),
                    choose(
                        locale,
                        "stop it, or choose another folder",
                        "arrêtez-le, ou choisissez un autre dossier",
                    ),
                ))
            }
            Err(std::fs::TryLockError::Error(error)) => Err(fail(error)),
        }
    }
}
