//! `cartable demo`: the course, the LRS and a launch, as an LMS would make it.

mod site;

use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_course::{Course, Locale};
use cartable_lrs::{CONSOLE, Scope, Scopes, XAPI};
use cartable_lrs_store::{DEFAULT_STORE, Location, Store};
use cartable_packager::{Package, Part, Renderer, Schemas, format_named, formats, word_keys};
use form_urlencoded::Serializer;

use self::site::Site;
use super::{
    build::{build, cannot_render, print_built, print_reports},
    serve::{Edge, local_address, log, print_how_to_stop, server, until_asked_to_stop},
};
use crate::{
    args::{Demo, Format},
    environment,
    failure::{Failure, faulty_course, print_diagnostics},
    language::choose,
    lrs::{ACCOUNT, Asked, FolderLock, block_on, listen, new_credential, new_password, open, store_failure},
};

/// The LMS that the demo plays: its address is part of who the learner is, so it is always the same.
const LMS: &str = "https://lms.cartable.example";
/// The credential of the launch; each start gives it another secret.
const KEY: &str = "demo";

pub(crate) fn run(arguments: &Demo, locale: Locale) -> Result<(), Failure> {
    log();
    let loaded = Course::load(&arguments.content, &word_keys());
    let Some(course) = loaded.course else {
        return Err(faulty_course(loaded.diagnostics, Format::Text, locale));
    };
    print_diagnostics(&loaded.diagnostics, locale);
    let parts = Part::all(&course);
    let built = build(&course, &parts, formats(), &[], &arguments.out, locale)?;
    print_built(&built.packages, locale);
    print_reports(&built.reports, locale);
    let packages = launched(&course, &parts, locale)?;
    block_on(serve(arguments, packages, locale), locale)
}

/// The xAPI package of each chapter, or of the whole course, with its activity.
fn launched(course: &Course, parts: &[Part<'_>], locale: Locale) -> Result<Vec<Launched>, Failure> {
    let renderer = Renderer::new(course).map_err(|error| cannot_render(&error, locale))?;
    let mut launched = Vec::new();
    for part in parts {
        let pages = renderer
            .render(course, *part)
            .map_err(|error| cannot_render(&error, locale))?;
        if let Some(target) = format_named("xapi") {
            let package = target
                .package(&pages, part.id().to_owned(), &Schemas::default())
                .map_err(|error| cannot_render(&error, locale))?;
            launched.push(Launched {
                activity: pages.activity().to_owned(),
                package,
            });
        }
    }
    Ok(launched)
}

/// A package to launch.
struct Launched {
    activity: String,
    package: Package,
}

async fn serve(arguments: &Demo, packages: Vec<Launched>, locale: Locale) -> Result<(), Failure> {
    let listener = listen(arguments.listen, "--listen", locale).await?;
    let chapter_listener = listen(arguments.chapter_listen, "--chapter-listen", locale).await?;
    let store = open(&Location::Folder(arguments.data.clone()), locale).await?;
    let lock = FolderLock::take(&arguments.data, locale)?;

    let lrs = format!("http://{}", local_address(&listener, arguments.listen));
    let chapter = format!(
        "http://{}",
        local_address(&chapter_listener, arguments.chapter_listen)
    );
    let server = server(&store, &lrs, Edge::default(), locale).await?;
    let password = new_password(&store, locale).await?;
    let launcher = Launcher::new(&store, &lrs, locale).await?;

    println!();
    let mut sites = Vec::new();
    for Launched { activity, package } in packages {
        let name = package.name.clone();
        println!(
            "{}",
            choose(
                locale,
                "Chapter, as an LMS launches it:",
                "Le chapitre, lancé comme par un LMS :"
            )
        );
        println!("  {chapter}/{name}/index.html?{}", launcher.query(&activity));
        sites.push((name, package));
    }
    println!("Console");
    println!("  {lrs}{CONSOLE}");
    println!(
        "{}",
        choose(
            locale,
            format!("  account {ACCOUNT}, password {password}"),
            format!("  compte {ACCOUNT}, mot de passe {password}"),
        )
    );
    print_how_to_stop(locale);

    let site = Site::new(sites).router();
    let servers = async {
        tokio::try_join!(
            cartable_lrs::serve(listener, server, environment::asked_to_stop()),
            cartable_lrs::serve(chapter_listener, site, environment::asked_to_stop()),
        )
        .map(|_| ())
    };
    let result = until_asked_to_stop(servers, locale).await;
    store.close().await;
    drop(lock);
    result
}

/// Launches as an LMS does: with its endpoint, a credential, a learner and a registration.
struct Launcher {
    endpoint: String,
    auth: String,
    actor: String,
    registration: String,
}

impl Launcher {
    async fn new(store: &Store, lrs: &str, locale: Locale) -> Result<Self, Failure> {
        let fail = |error| store_failure(&error, locale);
        store.forget_credential(KEY).await.map_err(fail)?;
        let scopes = Scopes::from(vec![Scope::StatementsWrite, Scope::State]).to_string();
        let label = choose(locale, "Demo", "Démonstration");
        let asked = Asked {
            store: DEFAULT_STORE,
            key: KEY,
            label,
            scopes: &scopes,
            expires: None,
            origins: "",
        };
        let secret = new_credential(store, &asked, locale).await?;
        // Kept, so that the learner resumes where they left.
        let registration = store
            .setting("demo-registration", &environment::random_bytes::<16>())
            .await
            .map_err(fail)?;
        let registration = uuid::Builder::from_random_bytes(registration.try_into().unwrap_or_default());
        let actor = serde_json::json!({
            "objectType": "Agent",
            "name": "Zoé",
            "account": { "homePage": LMS, "name": "zoe" },
        });
        let token = BASE64_STANDARD.encode(format!("{KEY}:{secret}"));
        Ok(Self {
            endpoint: format!("{lrs}{XAPI}/"),
            auth: format!("Basic {token}"),
            actor: actor.to_string(),
            registration: registration.into_uuid().to_string(),
        })
    }

    /// The launch's parameters, as tincan.xml's launchers add them.
    fn query(&self, activity: &str) -> String {
        Serializer::new(String::new())
            .append_pair("endpoint", &self.endpoint)
            .append_pair("auth", &self.auth)
            .append_pair("actor", &self.actor)
            .append_pair("registration", &self.registration)
            .append_pair("activity_id", activity)
            .finish()
    }
}
