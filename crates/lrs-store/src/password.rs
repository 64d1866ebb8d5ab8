//! Secrets are kept as Argon2id hashes (RFC 9106), in the PHC string format.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::error::StoreError;

/// 19 MiB and two passes: OWASP's minimum for Argon2id.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Hashes a secret with a salt of 16 random bytes. Takes tens of milliseconds: not for an async thread.
///
/// # Errors
///
/// When the salt is shorter than 8 bytes.
pub fn hash_secret(secret: &str, salt: &[u8; 16]) -> Result<String, StoreError> {
    let hash = argon2()
        .hash_password_with_salt(secret.as_bytes(), salt)
        .map_err(|_| StoreError::Hash)?;
    Ok(hash.to_string())
}

/// Whether a secret is the one that was hashed. Takes tens of milliseconds: not for an async thread.
#[must_use]
pub fn verify_secret(secret: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(secret.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{hash_secret, verify_secret};

    #[test]
    fn a_secret_is_verified_by_its_hash_alone() {
        let hash = hash_secret("motdepasse", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("motdepasse"));
        assert!(verify_secret("motdepasse", &hash));
        assert!(!verify_secret("autre", &hash));
        assert!(!verify_secret("motdepasse", "no hash"));
        assert_ne!(hash, hash_secret("motdepasse", &[8; 16]).unwrap());
    }
}
