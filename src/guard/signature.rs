//! Signatures of what is sent, as Standard Webhooks 1.0 has them, and the secrets behind them.
//!
//! A secret is derived from the master key, the name of who gets it and a count, so that none is kept anywhere: a copy
//! of the database signs nothing.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

/// What the secrets are derived for, so that the key may serve other ends too.
const PURPOSE: &[u8] = b"varco webhook";

const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// What a secret begins with where it is shown.
const SHOWN: &str = "whsec_";

/// Secrets of those to whom something is sent, as long as there is a master key.
#[derive(Clone)]
pub struct Secrets {
    master: SecretSlice<u8>,
}

/// A secret that we share with one receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secrets {
    /// Secrets under this key.
    pub fn new(master: SecretString) -> Self {
        Secrets { master: master.expose_secret().as_bytes().to_vec().into() }
    }

    /// Secrets under a key that serves nothing else.
    pub fn under(key: [u8; 32]) -> Self {
        Secrets { master: key.to_vec().into() }
    }

    /// The secret of that number of a receiver.
    pub fn of(&self, receiver: &str, number: i64) -> Secret {
        let number = number.to_string();
        Secret(mac(
            self.master.expose_secret(),
            &[PURPOSE, b"\0", receiver.as_bytes(), b"\0", number.as_bytes()],
        ))
    }
}

impl Secret {
    /// The form in which it is handed to the receiver, once: `whsec_` and Base64.
    pub fn shown(&self) -> SecretString {
        SecretString::from(format!("{SHOWN}{}", STANDARD.encode(self.0)))
    }

    /// The signature over a delivery: `v1,` and Base64.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let seconds = seconds.to_string();
        let code = mac(&self.0, &[id.as_bytes(), b".", seconds.as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(code))
    }
}

/// The headers of Standard Webhooks: the name of a message, when it is sent in seconds since 1970, and a signature
/// for each secret that holds.
pub fn signed_headers(id: &str, seconds: i64, body: &[u8], secrets: &[Secret]) -> HeaderMap {
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(id, seconds, body)).collect();
    let pairs = [
        (WEBHOOK_ID, id.to_owned()),
        (WEBHOOK_TIMESTAMP, seconds.to_string()),
        (WEBHOOK_SIGNATURE, signatures.join(" ")),
    ];
    let header = |(name, text): (HeaderName, String)| Some((name, HeaderValue::from_str(&text).ok()?));
    pairs.into_iter().filter_map(header).collect()
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // The standard's own rule for a key of any length cannot fail; an empty code never comes of it.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subscription_and_number_has_its_secret() {
        let secrets = Secrets::new(SecretString::from("a master key of the tests"));
        let secret = secrets.of("sub", 1);
        assert_eq!(secret, secrets.of("sub", 1));
        assert_ne!(secret, secrets.of("sub", 2));
        assert_ne!(secret, secrets.of("sub1", 1));
        assert_ne!(secret, Secrets::new(SecretString::from("another")).of("sub", 1));
        assert_eq!(format!("{secrets:?} {secret:?}"), "Secrets(…) Secret(…)");
        assert_eq!(secret.shown().expose_secret().len(), SHOWN.len() + 44);
    }

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the specification's libraries.
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed: [u8; 32] =
            mac(&key, &[b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}"]);
        assert_eq!(STANDARD.encode(signed), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
