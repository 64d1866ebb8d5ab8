//! Signed statements (1.0.3 Part 2, 2.6; 2.0, 4.2.6): a JSON web signature (RFC 7515) in an attachment.
//!
//! What is verified: the form, the algorithm, that the payload means the same as the statement, and, when the header
//! has a certificate in `x5c`, that its key made the signature. Whether the certificate deserves trust is for the reader
//! of the statement to say: the specification names no authority.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use cartable_xapi::{Statement, Version};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use serde::Deserialize;
use webpki::{EndEntityCert, ring};

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Option<Vec<String>>,
}

/// What is wrong with a statement's signature, if anything is.
pub(super) fn verify(signature: &[u8], statement: &Statement, version: Version) -> Result<(), String> {
    let text = str::from_utf8(signature).map_err(|_| "it is not text")?;
    let mut segments = text.trim_ascii().split('.');
    let (Some(header), Some(payload), Some(mark), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err("it has not three segments".to_owned());
    };
    let decode = |segment: &str, name: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(segment)
            .map_err(|_| format!("its {name} is not in base64url"))
    };
    let decoded: Header = serde_json::from_slice(&decode(header, "header")?)
        .map_err(|error| format!("its header cannot be read: {error}"))?;
    let algorithm = algorithm(&decoded.alg).ok_or_else(|| {
        format!(
            "its algorithm is {:?}",
            decoded.alg.chars().take(20).collect::<String>()
        )
    })?;
    let mark = decode(mark, "signature")?;
    if mark.is_empty() {
        return Err("it is empty".to_owned());
    }
    let signed = Statement::parse(&decode(payload, "payload")?, version)
        .map_err(|violations| format!("its payload is no statement: {violations}"))?;
    if !signed.is_equivalent(statement) {
        return Err("its payload is a statement that means something else".to_owned());
    }
    let Some(chain) = decoded.x5c else { return Ok(()) };
    let certificate = chain
        .first()
        .and_then(|first| BASE64_STANDARD.decode(first).ok())
        .ok_or("its x5c has no certificate in base64")?;
    let certificate = CertificateDer::from(certificate);
    let certificate = EndEntityCert::try_from(&certificate)
        .map_err(|error| format!("the certificate in x5c cannot be read: {error}"))?;
    let message = format!("{header}.{payload}");
    certificate
        .verify_signature(algorithm, message.as_bytes(), &mark)
        .map_err(|_| "the certificate's key did not make it".to_owned())
}

fn algorithm(name: &str) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    Some(match name {
        "RS256" => ring::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => ring::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => ring::RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}
