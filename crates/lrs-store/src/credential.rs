//! Credentials of clients: a key, and the hash of a secret.

use cartable_xapi::Timestamp;

use crate::{
    engine::{in_time, on_engine},
    error::StoreError,
    store::{Store, StoreId},
};

/// A credential to be kept.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// The user name of Basic authentication.
    pub key: String,
    /// The Argon2id hash of the password.
    pub secret_hash: String,
    /// What the credential is for, in the administrator's words.
    pub label: String,
    /// The scopes, separated by spaces (2.0, 6.4).
    pub scopes: String,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// The web origins from which it may be used, separated by spaces; empty for any.
    pub origins: String,
    /// What it is limited to when it was made for one launch: JSON, which the store does not read.
    pub launch: Option<String>,
}

/// A credential, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The user name of Basic authentication.
    pub key: String,
    /// The store that it gives access to.
    pub store: StoreId,
    /// The Argon2id hash of the password.
    pub secret_hash: String,
    /// What it is for.
    pub label: String,
    /// The scopes, separated by spaces.
    pub scopes: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// The web origins from which it may be used, separated by spaces; empty for any.
    pub origins: String,
    /// What it is limited to when it was made for one launch.
    pub launch: Option<String>,
    /// When it was last used, give or take a few minutes.
    pub last_used: Option<Timestamp>,
}

impl Credential {
    /// Whether it may be used now.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

type Row = (
    String,
    i64,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    String,
    Option<String>,
    Option<i64>,
);

fn credential(row: Row) -> Credential {
    let (key, store, secret_hash, label, scopes, created, expires, revoked, origins, launch, last_used) = row;
    let time = |micros| Timestamp::from_micros(micros).unwrap_or(Timestamp::MIN);
    Credential {
        key,
        store: StoreId(store),
        secret_hash,
        label,
        scopes,
        created: time(created),
        expires: expires.map(time),
        revoked: revoked.map(time),
        origins,
        launch,
        last_used: last_used.map(time),
    }
}

impl Store {
    /// Keeps a new credential. `false` when its key is taken.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_credential(&self, store: StoreId, new: &NewCredential) -> Result<bool, StoreError> {
        let mut tx = self.engine.write().await?;
        let added = on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO credential (key, store_id, secret_hash, label, scopes, created, expires, origins, launch)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING",
            )
            .bind(&new.key)
            .bind(store.0)
            .bind(&new.secret_hash)
            .bind(&new.label)
            .bind(&new.scopes)
            .bind((self.clock)().micros())
            .bind(new.expires.map(Timestamp::micros))
            .bind(&new.origins)
            .bind(&new.launch)
            .execute(connection)
            .await?
            .rows_affected()
        });
        tx.commit().await?;
        Ok(added > 0)
    }

    /// The credential with a key; a change by another process is seen after 20 milliseconds at the latest.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn credential(&self, key: &str) -> Result<Option<Credential>, StoreError> {
        // Read before the database is: the answer may be older than the end of the wait for it.
        let now = (self.clock)();
        if let Some(known) = self.credentials.get(key, now) {
            return Ok(Some(known));
        }
        let row: Option<Row> = in_time(async {
            let mut reader = self.engine.read().await?;
            Ok(on_engine!(&mut reader, |connection| {
                sqlx::query_as(
                    "SELECT key, store_id, secret_hash, label, scopes, created, expires, revoked, origins, launch,
                            last_used
                     FROM credential WHERE key = $1",
                )
                .bind(key)
                .fetch_optional(connection)
                .await?
            }))
        })
        .await?;
        let found = row.map(credential);
        if let Some(found) = &found {
            self.credentials.put(key, found.clone(), now);
        }
        Ok(found)
    }

    /// All credentials, the oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn credentials(&self) -> Result<Vec<Credential>, StoreError> {
        let mut reader = self.engine.read().await?;
        let rows: Vec<Row> = on_engine!(&mut reader, |connection| {
            sqlx::query_as(
                "SELECT key, store_id, secret_hash, label, scopes, created, expires, revoked, origins, launch,
                        last_used
                 FROM credential ORDER BY created, key",
            )
            .fetch_all(connection)
            .await?
        });
        Ok(rows.into_iter().map(credential).collect())
    }

    /// Revokes a credential. `false` when there is none with this key, or it was revoked before.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn revoke_credential(&self, key: &str) -> Result<bool, StoreError> {
        let mut tx = self.engine.write().await?;
        let revoked = on_engine!(&mut tx, |connection| {
            sqlx::query("UPDATE credential SET revoked = $2 WHERE key = $1 AND revoked IS NULL")
                .bind(key)
                .bind((self.clock)().micros())
                .execute(connection)
                .await?
                .rows_affected()
        });
        tx.commit().await?;
        self.credentials.clear();
        Ok(revoked > 0)
    }

    /// Notes that a credential is in use.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn touch_credential(&self, key: &str) -> Result<(), StoreError> {
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query("UPDATE credential SET last_used = $2 WHERE key = $1")
                .bind(key)
                .bind((self.clock)().micros())
                .execute(connection)
                .await?;
        });
        tx.commit().await?;
        self.credentials.clear();
        Ok(())
    }

    /// Forgets the credentials of launches that ended before a time.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn forget_launches(&self, before: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query("DELETE FROM credential WHERE launch IS NOT NULL AND expires < $1")
                .bind(before.micros())
                .execute(connection)
                .await?;
        });
        Ok(tx.commit().await?)
    }

    /// Forgets a credential altogether, so that its key can be given again. `false` when there is none with this key.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn forget_credential(&self, key: &str) -> Result<bool, StoreError> {
        let mut tx = self.engine.write().await?;
        let forgotten = on_engine!(&mut tx, |connection| {
            sqlx::query("DELETE FROM credential WHERE key = $1")
                .bind(key)
                .execute(connection)
                .await?
                .rows_affected()
        });
        tx.commit().await?;
        self.credentials.clear();
        Ok(forgotten > 0)
    }
}
