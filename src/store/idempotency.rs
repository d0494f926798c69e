//! Requests that are carried out once, however often they are sent: what was answered, kept in the
//! transaction of what was done.
//!
//! A request claims its key first of all. Another one with the same key then waits for the end of that
//! transaction (PostgreSQL, at the unique key; SQLite has one writer), and finds the answer or, if
//! nothing came of it, the key free. So a refused request leaves its key to a corrected one.

use jiff::{SignedDuration, Timestamp};

use crate::domain::fiscal_code::FiscalCode;

use super::dialect::{for_both_engines, on_engine};
use super::positions::until_no_conflict;
use super::{Store, StoreError};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A request that must be carried out once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceRequest {
    /// The creditor institution that it is for.
    pub ec: FiscalCode,
    /// The id of the API key that sent it.
    pub caller: String,
    /// What it asks for.
    pub operation: String,
    /// The SHA-256 of the key that the caller gave it.
    pub key: [u8; 32],
    /// The SHA-256 of all that makes two requests the same.
    pub digest: [u8; 32],
    /// When it came.
    pub at: Timestamp,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Names and values of the headers.
    pub headers: Vec<(String, String)>,
    /// The body. May hold personal data.
    pub body: Vec<u8>,
}

/// What a key was used for before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// The same request: this is what it was answered.
    Same(GivenAnswer),
    /// A request that differs.
    Other,
}

/// What has become of a request that is carried out once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out now, and this is the answer that is kept.
    Now(GivenAnswer),
    /// Its key was used before; nothing was done.
    Before(Before),
}

/// Says what the request is answered, from what was written; none if that cannot be kept.
pub(super) type AnswerOf<'a, T> = dyn Fn(&T) -> Option<GivenAnswer> + Send + Sync + 'a;

/// A request, and how it is answered once it is carried out.
pub struct Once<'a, T: ?Sized> {
    /// The request.
    pub request: &'a OnceRequest,
    /// The answer to what was written. It is asked inside the transaction, so it must not wait.
    pub answer: &'a AnswerOf<'a, T>,
}

impl OnceRequest {
    /// Answers of that instant and before have been forgotten.
    fn forgotten(&self) -> i64 {
        forgotten(self.at)
    }
}

fn forgotten(now: Timestamp) -> i64 {
    (now.as_microsecond()).saturating_sub(i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX))
}

impl Store {
    /// What the key of a request was used for before, if anything. None is no promise: ask again while
    /// carrying it out.
    pub async fn answered_before(&self, request: &OnceRequest) -> Result<Option<Before>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::answered(pool, request).await);
        found.map_err(StoreError::during("answered_before"))?.map(|row| row.read(request)).transpose()
    }

    /// Keeps the answer to a request that makes the same thing however often it is carried out, after it was; or
    /// says what its key was used for before.
    pub async fn keep_answer_of(
        &self,
        request: &OnceRequest,
        given: GivenAnswer,
    ) -> Result<Outcome, StoreError> {
        let answer = |given: &GivenAnswer| Some(given.clone());
        let once = Once { request, answer: &answer };
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::keep_alone(pool, &once, &given).await
        }))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    request_digest: Vec<u8>,
    status: Option<i64>,
    headers: Option<String>,
    body: Option<Vec<u8>>,
}

impl Row {
    fn read(self, request: &OnceRequest) -> Result<Before, StoreError> {
        if self.request_digest != request.digest {
            return Ok(Before::Other);
        }
        let corrupt = || StoreError::Corrupt { what: "answer" };
        let status = self.status.and_then(|status| u16::try_from(status).ok()).ok_or_else(corrupt)?;
        let lines = self.headers.as_deref().ok_or_else(corrupt)?.lines();
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.into(), value.into()));
        let headers = lines.map(header).collect::<Option<_>>().ok_or_else(corrupt)?;
        Ok(Before::Same(GivenAnswer { status, headers, body: self.body.ok_or_else(corrupt)? }))
    }
}

pub(super) const ANSWERED: &str = "SELECT request_digest, status, headers, body FROM answered_request \
    WHERE ec = $1 AND caller = $2 AND operation = $3 AND key_digest = $4 AND answered_at > $5";

/// A key whose answer is forgotten but still there is claimed as a new one.
const CLAIM: &str = "INSERT INTO answered_request AS known (ec, caller, operation, key_digest, answered_at, \
    request_digest) VALUES ($1, $2, $3, $4, $6, $7) ON CONFLICT (ec, caller, operation, key_digest) \
    DO UPDATE SET answered_at = excluded.answered_at, request_digest = excluded.request_digest, \
    status = NULL, headers = NULL, body = NULL WHERE known.answered_at <= $5";

const KEEP: &str = "UPDATE answered_request SET status = $5, headers = $6, body = $7 \
    WHERE ec = $1 AND caller = $2 AND operation = $3 AND key_digest = $4";

for_both_engines! {
    pub(super) async fn answered<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        request: &OnceRequest,
    ) -> Result<Option<Row>, sqlx::Error> {
        sqlx::query_as(ANSWERED)
            .bind(request.ec.as_str())
            .bind(&request.caller)
            .bind(&request.operation)
            .bind(request.key.as_slice())
            .bind(request.forgotten())
            .fetch_optional(executor)
            .await
    }

    /// Takes the key of a request, the first thing of its transaction; or says what it was used for.
    pub(in crate::store) async fn claim_key(
        connection: &mut Connection,
        request: &OnceRequest,
    ) -> Result<Option<Before>, StoreError> {
        let claimed = sqlx::query(CLAIM)
            .bind(request.ec.as_str())
            .bind(&request.caller)
            .bind(&request.operation)
            .bind(request.key.as_slice())
            .bind(request.forgotten())
            .bind(request.at.as_microsecond())
            .bind(request.digest.as_slice())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::during("claim_key"))?;
        if claimed.rows_affected() > 0 {
            return Ok(None);
        }
        let row = answered(connection, request).await.map_err(StoreError::during("claim_key"))?;
        // Another transaction may have swept it away in between: then the key is free.
        row.ok_or(StoreError::Beaten)?.read(request).map(Some)
    }

    /// Keeps the answer to what was written under the key that was claimed, in the same transaction; the
    /// last thing before its commit.
    pub(in crate::store) async fn keep_answer<T: ?Sized>(
        connection: &mut Connection,
        once: &Once<'_, T>,
        written: &T,
    ) -> Result<GivenAnswer, StoreError> {
        let failed = || StoreError::during("keep_answer");
        let given = (once.answer)(written).ok_or(StoreError::Unavailable { during: "keep_answer" })?;
        let lines: String = given.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        sqlx::query(KEEP)
            .bind(once.request.ec.as_str())
            .bind(&once.request.caller)
            .bind(&once.request.operation)
            .bind(once.request.key.as_slice())
            .bind(i64::from(given.status))
            .bind(lines)
            .bind(given.body.as_slice())
            .execute(&mut *connection)
            .await
            .map_err(failed())?;
        forget_answers(connection, once.request.at).await.map_err(failed())?;
        Ok(given)
    }

    /// Claims the key of a request and keeps its answer.
    pub(super) async fn keep_alone(
        pool: &Pool,
        once: &Once<'_, GivenAnswer>,
        given: &GivenAnswer,
    ) -> Result<Outcome, StoreError> {
        let failed = || StoreError::during("keep_answer_of");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        if let Some(before) = claim_key(&mut tx, once.request).await? {
            return Ok(Outcome::Before(before));
        }
        let answer = keep_answer(&mut tx, once, given).await?;
        tx.commit().await.map_err(failed())?;
        Ok(Outcome::Now(answer))
    }

    /// Deletes a few answers that are too old, whosever they are: an institution that sends nothing more
    /// must not leave debtors' data behind. The last thing of a transaction.
    pub(in crate::store) async fn forget_answers(
        connection: &mut Connection,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(FORGET_ANSWERS).bind(forgotten(now)).execute(connection).await.map(drop)
    }
}
