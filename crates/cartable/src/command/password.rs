//! `cartable password`: a new password for the console.

use cartable_course::Locale;

use crate::{
    args::Password,
    failure::Failure,
    language::choose,
    lrs::{ACCOUNT, block_on, new_password, open},
};

pub(crate) fn run(arguments: &Password, locale: Locale) -> Result<(), Failure> {
    let password = block_on(
        async {
            let store = open(&arguments.data.location(), locale).await?;
            let password = new_password(&store, locale).await?;
            store.close().await;
            Ok(password)
        },
        locale,
    )?;
    println!(
        "{}",
        choose(
            locale,
            format!("The console's account {ACCOUNT} has a new password: {password}"),
            format!("Le compte {ACCOUNT} de la console a un nouveau mot de passe : {password}"),
        )
    );
    Ok(())
}
