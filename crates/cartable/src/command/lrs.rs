//! `cartable lrs`: the database of the LRS, for those who run it.

use cartable_course::Locale;
use cartable_lrs_store::{Distribution, Location, Store};

use crate::{
    args::{Distribute, Lrs},
    environment,
    failure::Failure,
    language::choose,
    lrs::{block_on, store_failure},
};

pub(crate) fn run(arguments: &Lrs, locale: Locale) -> Result<(), Failure> {
    match arguments {
        Lrs::Distribute(distribute) => block_on(self::distribute(distribute, locale), locale),
    }
}

async fn distribute(arguments: &Distribute, locale: Locale) -> Result<(), Failure> {
    let location = Location::Postgres(arguments.database.clone());
    let distribution = Store::distribute(&location, environment::clock())
        .await
        .map_err(|error| store_failure(&error, locale))?;
    let said = match distribution {
        Distribution::Done => choose(
            locale,
            "The database is distributed: start the servers again, with the same address.",
            "La base de données est répartie : relancez les serveurs, à la même adresse.",
        ),
        Distribution::Before => choose(
            locale,
            "The database was distributed already: nothing is left to be done.",
            "La base de données était déjà répartie : il n’y a rien à faire.",
        ),
    };
    println!("{said}");
    Ok(())
}
