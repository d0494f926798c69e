//! Bearer tokens: a session, for programs that send no cookies, for a quarter of an hour at a time.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::sessions::Signed;
use super::{Door, DoorError};
use crate::domain::people::SessionId;
use crate::store::{StoreError, StoredSession};

/// How long a token is good.
pub const BEARER_LASTS: SignedDuration = SignedDuration::from_mins(15);

/// Who issues, and for whom.
const ISSUER: &str = "varco";
const AUDIENCE: &str = "varco-admin";

/// A token.
pub struct Bearer {
    /// What is sent.
    pub token: String,
    /// When it is no longer good.
    pub ends_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// The session: the token is good as long as it stands.
    sid: String,
    iat: i64,
    exp: i64,
    jti: String,
}

impl Door {
    /// A token of a session.
    pub fn bearer(&self, session: &StoredSession, now: Timestamp) -> Result<Bearer, DoorError> {
        let latest = now.checked_add(BEARER_LASTS).unwrap_or(now);
        let ends_at = latest.min(session.times.ends_at);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: session.person.id.to_string(),
            sid: session.id.to_string(),
            iat: now.as_second(),
            exp: ends_at.as_second(),
            jti: self.secrets.id()?,
        };
        let key = EncodingKey::from_secret(&self.keys.bearer);
        let token = encode(&Header::new(Algorithm::HS256), &claims, &key);
        let token = token.map_err(|_| DoorError::Failed("the signing of a token"))?;
        Ok(Bearer { token, ends_at })
    }

    /// The session of a token of ours, if both still stand. None of a token that is not ours, too.
    pub async fn session_of_bearer(&self, token: &str, now: Timestamp) -> Result<Option<Signed>, StoreError> {
        let Some(claims) = self.verified(token).filter(|claims| claims.exp > now.as_second()) else {
            return Ok(None);
        };
        let Ok(id) = SessionId::new(&claims.sid) else { return Ok(None) };
        let found = self.session_named(&id, now).await?;
        Ok(found.filter(|signed| signed.session.person.id.as_str() == claims.sub))
    }

    fn verified(&self, token: &str) -> Option<Claims> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By our clock, by who asks.
        rules.validate_exp = false;
        let key = DecodingKey::from_secret(&self.keys.bearer);
        decode::<Claims>(token, &key, &rules).ok().map(|token| token.claims)
    }

    /// Whether a token says that it is of the kind of ours; else it may be the provider's.
    pub fn is_own_kind(token: &str) -> bool {
        decode_header(token).is_ok_and(|header| header.alg == Algorithm::HS256)
    }
}
