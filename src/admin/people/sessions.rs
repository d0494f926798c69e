//! Sessions: begun, found again by their token, ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::{Door, DoorError, keyed, same};
use crate::admin::Sealed;
use crate::domain::access::{Actor, ActorKind, Grant};
use crate::domain::people::{Means, SessionId, SessionTimes, UserId};
use crate::store::{
    ListedSession, NewSession, SessionGrants, SessionKey, Sessions, SignedInFrom, StoreError, StoredSession,
};

/// How long a session that was ended elsewhere may still be served.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(5);

/// How many sessions are remembered.
const REMEMBERED_MAX: usize = 1024;

/// For what the provider's token is sealed.
const ID_TOKEN: &str = "people id token";

/// Somebody who comes in.
#[derive(Clone, Debug)]
pub struct Newcomer<'a> {
    /// Who.
    pub person: &'a UserId,
    /// By what.
    pub means: Means,
    /// What the provider's claims grant.
    pub claimed: &'a [Grant],
    /// The provider's token.
    pub id_token: Option<&'a str>,
    /// From where.
    pub from: SignedInFrom,
}

/// A session that has begun. The token is nowhere else.
pub struct Begun {
    /// What opens it.
    pub token: String,
    /// What a request that changes something must repeat.
    pub csrf: String,
    /// Its name.
    pub id: SessionId,
    /// When it ends.
    pub times: SessionTimes,
}

/// A session that stands, and who asks by it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The session.
    pub session: Arc<StoredSession>,
    /// Who asks.
    pub actor: Arc<Actor>,
}

/// The sessions seen lately, so that a request costs no question to the database.
#[derive(Default)]
pub(super) struct Seen(Mutex<HashMap<SeenKey, (Signed, Timestamp)>>);

#[derive(Clone, PartialEq, Eq, Hash)]
enum SeenKey {
    Token([u8; 32]),
    Name(SessionId),
}

impl Seen {
    fn recall(&self, key: &SeenKey, now: Timestamp) -> Option<Signed> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(key).filter(|(_, at)| is_fresh(*at, now)).map(|(signed, _)| signed.clone())
    }

    fn remember(&self, key: SeenKey, signed: Signed, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED_MAX {
            seen.retain(|_, (_, at)| is_fresh(*at, now));
        }
        if seen.len() < REMEMBERED_MAX {
            seen.insert(key, (signed, now));
        }
    }

    fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A clock that was set back makes an entry stale, not eternal.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age < REMEMBERED
}

impl Door {
    /// Begins a session.
    pub async fn begin(&self, newcomer: Newcomer<'_>, now: Timestamp) -> Result<Begun, DoorError> {
        let token = self.token()?;
        let id =
            SessionId::new(&self.secrets.id()?).map_err(|_| DoorError::Failed("the name of a session"))?;
        let sealed = newcomer.id_token.map(|token| self.vault.seal(ID_TOKEN, id.as_str(), token.as_bytes()));
        let times = SessionTimes::beginning(now, self.settings.span);
        let session = NewSession {
            hash: keyed(&self.keys.session, &token),
            id: id.clone(),
            person: newcomer.person.clone(),
            means: newcomer.means,
            claimed: SessionGrants::kept(newcomer.claimed),
            id_token: sealed.transpose()?.map(|sealed| sealed.0),
            from: newcomer.from,
            times,
        };
        self.store.begin_session(&session).await?;
        Ok(Begun { token, csrf: self.csrf(&id), id, times })
    }

    /// The session that a token opens, if it still stands.
    pub async fn session_of(&self, token: &str, now: Timestamp) -> Result<Option<Signed>, StoreError> {
        self.standing(SeenKey::Token(keyed(&self.keys.session, token)), now).await
    }

    /// The session of that name, if it still stands.
    pub(super) async fn session_named(
        &self,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Option<Signed>, StoreError> {
        self.standing(SeenKey::Name(id.clone()), now).await
    }

    async fn standing(&self, key: SeenKey, now: Timestamp) -> Result<Option<Signed>, StoreError> {
        let found = match self.seen.recall(&key, now) {
            Some(signed) => signed,
            None => {
                let wanted = match &key {
                    SeenKey::Token(hash) => SessionKey::Token(hash),
                    SeenKey::Name(id) => SessionKey::Name(id),
                };
                let Some(session) = self.store.session(wanted).await? else { return Ok(None) };
                let signed = signed(session);
                self.seen.remember(key.clone(), signed.clone(), now);
                signed
            }
        };
        let session = &found.session;
        if session.person.suspended_at.is_some() || !session.times.stands(now, self.settings.span) {
            return Ok(None);
        }
        if session.times.is_worth_noting(now) {
            self.store.see_session(&session.id, now).await?;
            let times = SessionTimes { seen_at: now, ..session.times };
            let session = Arc::new(StoredSession { times, ..StoredSession::clone(session) });
            self.seen.remember(key, Signed { session, actor: Arc::clone(&found.actor) }, now);
        }
        Ok(Some(found))
    }

    /// Ends sessions of a person; returns how many stood.
    pub async fn end(&self, which: Sessions<'_>, now: Timestamp) -> Result<u64, StoreError> {
        let ended = self.store.end_sessions(which, now).await?;
        self.forget();
        Ok(ended)
    }

    /// The last sessions of a person.
    pub async fn sessions_of(&self, person: &UserId) -> Result<Vec<ListedSession>, StoreError> {
        self.store.sessions_of(person).await
    }

    /// Forgets the sessions that this instance remembers: what somebody was given may be another now.
    pub fn forget(&self) {
        self.seen.forget();
    }

    /// Where the browser is sent to end a session at the provider too, if it was begun there.
    pub async fn logout_url(&self, id: &SessionId, now: Timestamp) -> Result<Option<String>, DoorError> {
        let Some(provider) = &self.settings.provider else { return Ok(None) };
        let Some(sealed) = self.store.id_token_of(id).await? else { return Ok(None) };
        let token = self.vault.open(ID_TOKEN, id.as_str(), &Sealed(sealed))?;
        Ok(provider.logout_url(&String::from_utf8_lossy(&token), now).await)
    }

    /// What a request by cookie that changes something must repeat.
    pub fn csrf(&self, id: &SessionId) -> String {
        URL_SAFE_NO_PAD.encode(keyed(&self.keys.csrf, id.as_str()))
    }

    /// Whether a request repeats it.
    pub fn csrf_matches(&self, id: &SessionId, given: &str) -> bool {
        same(&self.csrf(id), given)
    }
}

fn signed(session: StoredSession) -> Signed {
    let actor = Actor {
        id: session.person.id.to_string(),
        name: session.person.name.to_string(),
        kind: ActorKind::Person,
        grants: session.grants.all(),
    };
    Signed { session: Arc::new(session), actor: Arc::new(actor) }
}
