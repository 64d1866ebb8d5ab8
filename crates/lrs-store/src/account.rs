//! Accounts of the console, and their sessions.

use cartable_xapi::Timestamp;
use sha2::{Digest, Sha256};

use crate::{engine::on_engine, error::StoreError, store::Store};

/// A session of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The account's name.
    pub account: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// A token is as long as a key and as random: a plain hash keeps it secret.
fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Store {
    /// Whether the console has an account.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn has_account(&self) -> Result<bool, StoreError> {
        let mut reader = self.engine.read().await?;
        let count: i64 = on_engine!(&mut reader, |connection| {
            sqlx::query_scalar("SELECT COUNT(*) FROM account")
                .fetch_one(connection)
                .await?
        });
        Ok(count > 0)
    }

    /// Makes an account, unless it is there already; says whether it was made.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_account(&self, account: &str, password_hash: &str) -> Result<bool, StoreError> {
        let mut tx = self.engine.write().await?;
        let added = on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO account (name, password_hash, created) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
            )
            .bind(account)
            .bind(password_hash)
            .bind((self.clock)().micros())
            .execute(connection)
            .await?
            .rows_affected()
        });
        tx.commit().await?;
        Ok(added > 0)
    }

    /// Makes an account, or changes its password; its sessions end.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_password(&self, account: &str, password_hash: &str) -> Result<(), StoreError> {
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO account (name, password_hash, created) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash",
            )
            .bind(account)
            .bind(password_hash)
            .bind((self.clock)().micros())
            .execute(connection)
            .await?;
        });
        on_engine!(&mut tx, |connection| {
            sqlx::query("DELETE FROM session WHERE account = $1")
                .bind(account)
                .execute(connection)
                .await?;
        });
        Ok(tx.commit().await?)
    }

    /// The hash of an account's password.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn password_hash(&self, account: &str) -> Result<Option<String>, StoreError> {
        let mut reader = self.engine.read().await?;
        Ok(on_engine!(&mut reader, |connection| {
            sqlx::query_scalar("SELECT password_hash FROM account WHERE name = $1")
                .bind(account)
                .fetch_optional(connection)
                .await?
        }))
    }

    /// Begins a session, and forgets those that have ended.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_session(&self, token: &str, session: &Session) -> Result<(), StoreError> {
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query("DELETE FROM session WHERE expires <= $1")
                .bind((self.clock)().micros())
                .execute(connection)
                .await?;
        });
        on_engine!(&mut tx, |connection| {
            sqlx::query("INSERT INTO session (token_hash, account, expires) VALUES ($1, $2, $3)")
                .bind(token_hash(token))
                .bind(&session.account)
                .bind(session.expires.micros())
                .execute(connection)
                .await?;
        });
        Ok(tx.commit().await?)
    }

    /// The session of a token, unless it has ended.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        let mut reader = self.engine.read().await?;
        let row: Option<(String, i64)> = on_engine!(&mut reader, |connection| {
            sqlx::query_as("SELECT account, expires FROM session WHERE token_hash = $1 AND expires > $2")
                .bind(token_hash(token))
                .bind((self.clock)().micros())
                .fetch_optional(connection)
                .await?
        });
        Ok(row.map(|(account, expires)| Session {
            account,
            expires: Timestamp::from_micros(expires).unwrap_or(Timestamp::MIN),
        }))
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn end_session(&self, token: &str) -> Result<(), StoreError> {
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query("DELETE FROM session WHERE token_hash = $1")
                .bind(token_hash(token))
                .execute(connection)
                .await?;
        });
        Ok(tx.commit().await?)
    }
}
