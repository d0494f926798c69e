//! Access tokens that the provider issued for this API.

use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::{Age, Claimed, Known, Provider, ProviderError};

/// Only algorithms by which nobody but the provider can sign.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// How far apart our clock and the provider's may be, in seconds.
const CLOCKS_APART: i64 = 60;

/// A token that the keys of a moment do not verify.
enum NotGood {
    /// Other keys might.
    NoSuchKey,
    /// None will.
    Ever(&'static str),
}

impl Provider {
    /// Whom an access token is of. Only asked when the configuration says whom such tokens are for.
    pub async fn access_token(&self, token: &str, now: Timestamp) -> Result<Claimed, ProviderError> {
        let audience = self.settings.audience.as_deref().ok_or(ProviderError::Lacks("an audience"))?;
        let known = self.known(Age::Usual, now).await?;
        let claims = match self.verified(&known, (token, audience), now) {
            Err(NotGood::NoSuchKey) => {
                let known = self.known(Age::New, now).await?;
                self.verified(&known, (token, audience), now)
            }
            verified => verified,
        };
        match claims {
            Ok(claims) => Claimed::read(&claims, &self.settings),
            Err(NotGood::NoSuchKey) => {
                Err(ProviderError::BadToken("no key of the provider signed it".to_owned()))
            }
            Err(NotGood::Ever(why)) => Err(ProviderError::BadToken(why.to_owned())),
        }
    }

    fn verified(
        &self,
        known: &Known,
        (token, audience): (&str, &str),
        now: Timestamp,
    ) -> Result<Map<String, Value>, NotGood> {
        let header = decode_header(token).map_err(|_| NotGood::Ever("it is no token"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(NotGood::Ever("it is signed in a way that is not taken"));
        }
        let keys = serde_json::to_value(known.metadata.jwks()).and_then(serde_json::from_value::<JwkSet>);
        let keys = keys.map_err(|_| NotGood::NoSuchKey)?;
        let key = match &header.kid {
            Some(kid) => keys.find(kid),
            None => keys.keys.first().filter(|_| keys.keys.len() == 1),
        };
        let key = key.and_then(|key| DecodingKey::from_jwk(key).ok()).ok_or(NotGood::NoSuchKey)?;
        let mut rules = Validation::new(header.alg);
        rules.set_audience(&[audience]);
        rules.set_issuer(&[&self.settings.issuer]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By our clock, below.
        rules.validate_exp = false;
        let claims = decode::<Map<String, Value>>(token, &key, &rules);
        let claims = claims.map_err(|_| NotGood::Ever("signature, issuer or audience are wrong"))?.claims;
        let now = now.as_second();
        let at = |name: &str| claims.get(name).and_then(Value::as_i64);
        match (at("exp"), at("nbf")) {
            (None, _) => Err(NotGood::Ever("it never ends")),
            (Some(exp), _) if exp <= now => Err(NotGood::Ever("it has expired")),
            (_, Some(nbf)) if nbf > now + CLOCKS_APART => Err(NotGood::Ever("it is not good yet")),
            _ => Ok(claims),
        }
    }
}
