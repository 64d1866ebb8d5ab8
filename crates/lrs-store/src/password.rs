//! Secrets are kept as Argon2id hashes (RFC 9106), in the PHC string format.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::task::spawn_blocking;

use crate::error::StoreError;

/// 19 MiB and two passes: OWASP's minimum for Argon2id.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Hashes a secret with a salt of 16 random bytes. Takes tens of milliseconds, on a thread of its own.
///
/// # Errors
///
/// [`StoreError::Hash`] when the runtime ends meanwhile.
pub async fn hash_secret(secret: &str, salt: [u8; 16]) -> Result<String, StoreError> {
    let secret = secret.to_owned();
    let hash = spawn_blocking(move || argon2().hash_password_with_salt(secret.as_bytes(), &salt));
    match hash.await {
        Ok(Ok(hash)) => Ok(hash.to_string()),
        _ => Err(StoreError::Hash),
    }
}

/// Whether a secret is the one that was hashed. Takes as long.
pub async fn verify_secret(secret: &str, hash: &str) -> bool {
    let (secret, hash) = (secret.to_owned(), hash.to_owned());
    let verified = spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(secret.as_bytes(), &hash).is_ok())
    });
    verified.await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{hash_secret, verify_secret};

    #[tokio::test]
    async fn a_secret_is_verified_by_its_hash_alone() {
        let hash = hash_secret("motdepasse", [7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("motdepasse"));
        assert!(verify_secret("motdepasse", &hash).await);
        assert!(!verify_secret("autre", &hash).await);
        assert!(!verify_secret("motdepasse", "no hash").await);
        assert_ne!(hash, hash_secret("motdepasse", [8; 16]).await.unwrap());
    }
}
