//! Sessions: found by the keyed hash of a token that is nowhere kept.

use jiff::Timestamp;

use super::{GRANTS_OF_PERSON, GrantRow, PersonRow, SessionGrants, grants_of};
use crate::domain::people::{Means, Person, SessionId, SessionTimes, UserId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{Store, StoreError};

/// A session with whose it is.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Its name, which opens nothing.
    pub id: SessionId,
    /// Whose it is, as it is now.
    pub person: Person,
    /// What that person may do.
    pub grants: SessionGrants,
    /// By what it signed in.
    pub means: Means,
    /// What happened to it, and when.
    pub times: SessionTimes,
}

/// A session that begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The keyed hash of its token.
    pub hash: [u8; 32],
    /// Its name.
    pub id: SessionId,
    /// Whose it is.
    pub person: UserId,
    /// By what the person signed in.
    pub means: Means,
    /// What the provider's claims grant, in the form of [`SessionGrants`].
    pub claimed: String,
    /// The provider's token, sealed.
    pub id_token: Option<Vec<u8>>,
    /// What it was signed in from.
    pub from: SignedInFrom,
    /// When it ends.
    pub times: SessionTimes,
}

/// Where a session was begun, as its person may recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedInFrom {
    /// The address; empty if nobody knows.
    pub address: String,
    /// What the program called itself.
    pub agent: String,
}

/// A session as its person's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// Its name.
    pub id: SessionId,
    /// Where it was begun.
    pub from: SignedInFrom,
    /// By what.
    pub means: Means,
    /// What happened to it, and when.
    pub times: SessionTimes,
}

/// Which sessions are meant.
#[derive(Clone, Copy, Debug)]
pub enum Sessions<'a> {
    /// One of a person.
    One(&'a UserId, &'a SessionId),
    /// All of a person.
    AllOf(&'a UserId),
}

/// The most sessions of a person that a list shows.
const LISTED: i64 = 100;

/// How long what has ended is kept, in microseconds: 30 days.
const KEPT: i64 = 30 * 86_400 * 1_000_000;

/// By what a session is looked up.
#[derive(Clone, Copy, Debug)]
pub enum SessionKey<'a> {
    /// The keyed hash of its token.
    Token(&'a [u8; 32]),
    /// Its name.
    Name(&'a SessionId),
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct SessionRow {
    session: String,
    means: String,
    claimed: String,
    began_at: i64,
    seen_at: i64,
    ends_at: i64,
    ended_at: Option<i64>,
    #[sqlx(flatten)]
    person: PersonRow,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct ListedRow {
    id: String,
    means: String,
    address: String,
    agent: String,
    began_at: i64,
    seen_at: i64,
    ends_at: i64,
    ended_at: Option<i64>,
}

fn means(word: &str) -> Result<Means, StoreError> {
    Means::from_word(word).ok_or(StoreError::Corrupt { what: "means of a session" })
}

impl SessionRow {
    fn read(self, grants: Vec<GrantRow>) -> Result<StoredSession, StoreError> {
        let times = SessionTimes {
            began_at: instant(self.began_at)?,
            seen_at: instant(self.seen_at)?,
            ends_at: instant(self.ends_at)?,
            ended_at: optional_instant(self.ended_at)?,
        };
        Ok(StoredSession {
            id: read(SessionId::new(&self.session), "name of a session")?,
            person: self.person.read()?,
            grants: SessionGrants {
                given: grants_of(grants)?,
                claimed: SessionGrants::parse(&self.claimed)?,
            },
            means: means(&self.means)?,
            times,
        })
    }
}

impl ListedRow {
    fn read(self) -> Result<ListedSession, StoreError> {
        let times = SessionTimes {
            began_at: instant(self.began_at)?,
            seen_at: instant(self.seen_at)?,
            ends_at: instant(self.ends_at)?,
            ended_at: optional_instant(self.ended_at)?,
        };
        let from = SignedInFrom { address: self.address, agent: self.agent };
        let id = read(SessionId::new(&self.id), "name of a session")?;
        Ok(ListedSession { id, from, means: means(&self.means)?, times })
    }
}

impl Store {
    /// Begins a session, and forgets a few that ended long ago.
    pub async fn begin_session(&self, session: &NewSession) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::begin_session(pool, session).await)
            .map_err(StoreError::during("begin_session"))
    }

    /// The session, whether it still stands or not.
    pub async fn session(&self, key: SessionKey<'_>) -> Result<Option<StoredSession>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::session(pool, key).await);
        let found = found.map_err(StoreError::during("session"))?;
        found.map(|(row, grants)| row.read(grants)).transpose()
    }

    /// Notes that a session was used.
    pub async fn see_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::see(pool, id, now).await)
            .map_err(StoreError::during("see_session"))
    }

    /// Ends sessions that stand; returns how many there were.
    pub async fn end_sessions(&self, which: Sessions<'_>, now: Timestamp) -> Result<u64, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::end(pool, which, now).await)
            .map_err(StoreError::during("end_sessions"))
    }

    /// The last sessions of a person, the youngest first.
    pub async fn sessions_of(&self, person: &UserId) -> Result<Vec<ListedSession>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::sessions_of(pool, person).await);
        rows.map_err(StoreError::during("sessions_of"))?.into_iter().map(ListedRow::read).collect()
    }

    /// The provider's token of a session, sealed, if it has one.
    pub async fn id_token_of(&self, id: &SessionId) -> Result<Option<Vec<u8>>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::id_token(pool, id).await)
            .map_err(StoreError::during("id_token_of"))
    }
}

/// The columns of [`SessionRow`].
macro_rules! session_columns {
    () => {
        concat!(
            "SELECT s.id AS session, s.means, s.claimed, s.began_at, s.seen_at, s.ends_at, s.ended_at, ",
            $crate::store::people::person_columns!(),
            " FROM session s JOIN person p ON p.id = s.person WHERE "
        )
    };
}

for_both_engines! {
    pub(super) async fn begin_session(pool: &Pool, session: &NewSession) -> Result<(), sqlx::Error> {
        const ADD: &str = "INSERT INTO session (hash, id, person, means, claimed, id_token, address, agent, \
            began_at, seen_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let NewSession { times, from, .. } = session;
        let mut tx = begin(pool, BEGIN).await?;
        sqlx::query("DELETE FROM session WHERE ends_at <= $1")
            .bind(times.began_at.as_microsecond() - KEPT)
            .execute(&mut *tx)
            .await?;
        sqlx::query(ADD)
            .bind(session.hash.as_slice())
            .bind(session.id.as_str())
            .bind(session.person.as_str())
            .bind(session.means.word())
            .bind(&session.claimed)
            .bind(session.id_token.as_deref())
            .bind(&from.address)
            .bind(&from.agent)
            .bind(times.began_at.as_microsecond())
            .bind(times.seen_at.as_microsecond())
            .bind(times.ends_at.as_microsecond())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    pub(super) async fn session(
        pool: &Pool,
        key: SessionKey<'_>,
    ) -> Result<Option<(SessionRow, Vec<GrantRow>)>, sqlx::Error> {
        const BY_TOKEN: &str = concat!(session_columns!(), "s.hash = $1");
        const BY_NAME: &str = concat!(session_columns!(), "s.id = $1");
        let found: Option<SessionRow> = match key {
            SessionKey::Token(hash) => sqlx::query_as(BY_TOKEN).bind(hash.as_slice()).fetch_optional(pool).await?,
            SessionKey::Name(id) => sqlx::query_as(BY_NAME).bind(id.as_str()).fetch_optional(pool).await?,
        };
        let Some(found) = found else { return Ok(None) };
        let grants = sqlx::query_as(GRANTS_OF_PERSON).bind(&found.person.id).fetch_all(pool).await?;
        Ok(Some((found, grants)))
    }

    pub(super) async fn see(pool: &Pool, id: &SessionId, now: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND ended_at IS NULL")
            .bind(id.as_str())
            .bind(now.as_microsecond())
            .execute(pool)
            .await?;
        Ok(())
    }

    pub(super) async fn end(pool: &Pool, which: Sessions<'_>, now: Timestamp) -> Result<u64, sqlx::Error> {
        const ONE: &str = "UPDATE session SET ended_at = $1, id_token = NULL \
            WHERE id = $2 AND person = $3 AND ended_at IS NULL AND ends_at > $1";
        const ALL: &str = "UPDATE session SET ended_at = $1, id_token = NULL \
            WHERE person = $2 AND began_at <> 0 AND ended_at IS NULL AND ends_at > $1";
        let statement = match which {
            Sessions::One(person, id) => {
                sqlx::query(ONE).bind(now.as_microsecond()).bind(id.as_str()).bind(person.as_str())
            }
            Sessions::AllOf(person) => sqlx::query(ALL).bind(now.as_microsecond()).bind(person.as_str()),
        };
        Ok(statement.execute(pool).await?.rows_affected())
    }

    pub(super) async fn sessions_of(pool: &Pool, person: &UserId) -> Result<Vec<ListedRow>, sqlx::Error> {
        const LIST: &str = "SELECT id, means, address, agent, began_at, seen_at, ends_at, ended_at \
            FROM session WHERE person = $1 AND began_at <> 0 ORDER BY began_at DESC, id LIMIT $2";
        sqlx::query_as(LIST).bind(person.as_str()).bind(LISTED).fetch_all(pool).await
    }

    pub(super) async fn id_token(pool: &Pool, id: &SessionId) -> Result<Option<Vec<u8>>, sqlx::Error> {
        let found: Option<(Option<Vec<u8>>,)> =
            sqlx::query_as("SELECT id_token FROM session WHERE id = $1").bind(id.as_str()).fetch_optional(pool).await?;
        Ok(found.and_then(|(token,)| token))
    }
}
