//! Local accounts: how a person shows that it is itself without a provider, and the links that set it up.

use jiff::Timestamp;

use crate::domain::people::{Lockout, Trouble, UserId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, read};
use crate::store::{Store, StoreError};

/// What a local account is compared with.
#[derive(Clone)]
pub struct LocalAccount {
    /// Argon2id, in the PHC form.
    pub password: String,
    /// The secret of the one-time codes, sealed.
    pub totp: Vec<u8>,
}

/// An account that is set up.
#[derive(Clone)]
pub struct NewLocalAccount {
    /// Whose it is.
    pub person: UserId,
    /// What it is compared with.
    pub account: LocalAccount,
    /// The step of the code by which the person showed that it has the secret.
    pub step: i64,
    /// Keyed hashes of the codes that stand in for a lost device.
    pub recovery: Vec<[u8; 32]>,
    /// When.
    pub at: Timestamp,
}

/// For whom a link is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkFor {
    /// Whoever has it: the first operator.
    FirstOperator,
    /// A person who is known.
    Person(UserId),
}

/// What is shown beside the password.
#[derive(Clone, Copy, Debug)]
pub enum SecondFactor<'a> {
    /// A code of that step, which must be a later one than the last.
    Step(i64),
    /// The keyed hash of a recovery code, which must be unused.
    Recovery(&'a [u8; 32]),
}

/// What an attempt is counted under: a keyed hash, and how patient we are with it.
pub type Counted = ([u8; 32], Lockout);

impl Store {
    /// The local account of a person.
    pub async fn local_account(&self, person: &UserId) -> Result<Option<LocalAccount>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::account(pool, person).await);
        let found = found.map_err(StoreError::during("local_account"))?;
        Ok(found.map(|(password, totp)| LocalAccount { password, totp }))
    }

    /// Sets an account up by a link, which is used up by it, in place of the one before: its codes, its
    /// other links and its sessions end with it. False if the link is not good (any more).
    pub async fn enrol(&self, link: &[u8; 32], account: &NewLocalAccount) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::enrol(pool, link, account).await)
            .map_err(StoreError::during("enrol"))
    }

    /// Adds a link, in place of those before for the same.
    pub async fn add_enrolment_link(
        &self,
        hash: &[u8; 32],
        of: &LinkFor,
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let ends = (now, ends_at);
        on_engine!(&self.pools, write, |pool, engine| engine::add_link(pool, hash, of, ends).await)
            .map_err(StoreError::during("add_enrolment_link"))
    }

    /// For whom a link is, if it is good.
    pub async fn enrolment_link(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<LinkFor>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::link(pool, hash, now).await);
        match found.map_err(StoreError::during("enrolment_link"))? {
            None => Ok(None),
            Some(None) => Ok(Some(LinkFor::FirstOperator)),
            Some(Some(person)) => {
                Ok(Some(LinkFor::Person(read(UserId::new(&person), "person of an enrolment link")?)))
            }
        }
    }

    /// Uses a second factor up. False if it was used before, or never given.
    pub async fn use_second_factor(
        &self,
        person: &UserId,
        factor: SecondFactor<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::use_factor(pool, person, factor, now).await)
            .map_err(StoreError::during("use_second_factor"))
    }

    /// Counts an attempt to sign in before it is judged. None if it may be judged; else from when on.
    pub async fn count_attempt(
        &self,
        counted: &[Counted],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::count(pool, counted, now).await)
    }

    /// Forgets the failures of the account that has signed in, and the attempt of its address.
    pub async fn forget_attempts(&self, account: &[u8; 32], address: &[u8; 32]) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::forget(pool, account, address).await)
            .map_err(StoreError::during("forget_attempts"))
    }

    /// Notes that a sign-in came back from the provider. False if it did before.
    pub async fn note_login_return(
        &self,
        hash: &[u8; 32],
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let ends = (now, ends_at);
        on_engine!(&self.pools, write, |pool, engine| engine::note_return(pool, hash, ends).await)
            .map_err(StoreError::during("note_login_return"))
    }
}

for_both_engines! {
    pub(super) async fn account(
        pool: &Pool,
        person: &UserId,
    ) -> Result<Option<(String, Vec<u8>)>, sqlx::Error> {
        sqlx::query_as("SELECT password, totp FROM local_account WHERE person = $1")
            .bind(person.as_str())
            .fetch_optional(pool)
            .await
    }

    pub(super) async fn enrol(
        pool: &Pool,
        link: &[u8; 32],
        new: &NewLocalAccount,
    ) -> Result<bool, sqlx::Error> {
        const TAKE: &str = "DELETE FROM enrolment_link WHERE hash = $1 AND ends_at > $2";
        const PUT: &str = "INSERT INTO local_account (person, password, totp, last_step, enrolled_at) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person) DO UPDATE SET password = excluded.password, \
            totp = excluded.totp, last_step = excluded.last_step, enrolled_at = excluded.enrolled_at";
        const END: &str = "UPDATE session SET ended_at = $2, id_token = NULL \
            WHERE person = $1 AND began_at <> 0 AND ended_at IS NULL";
        let (person, at) = (new.person.as_str(), new.at.as_microsecond());
        let mut tx = begin(pool, BEGIN).await?;
        let taken = sqlx::query(TAKE).bind(link.as_slice()).bind(at).execute(&mut *tx).await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(PUT)
            .bind(person)
            .bind(&new.account.password)
            .bind(new.account.totp.as_slice())
            .bind(new.step)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        sqlx::query(END).bind(person).bind(at).execute(&mut *tx).await?;
        for statement in ["DELETE FROM enrolment_link WHERE person = $1", "DELETE FROM recovery_code WHERE person = $1"] {
            sqlx::query(statement).bind(person).execute(&mut *tx).await?;
        }
        for hash in &new.recovery {
            sqlx::query("INSERT INTO recovery_code (person, hash) VALUES ($1, $2)")
                .bind(person)
                .bind(hash.as_slice())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn add_link(
        pool: &Pool,
        hash: &[u8; 32],
        of: &LinkFor,
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let person = match of {
            LinkFor::FirstOperator => {
                sqlx::query("DELETE FROM enrolment_link WHERE person IS NULL").execute(&mut *tx).await?;
                None
            }
            LinkFor::Person(person) => {
                sqlx::query("DELETE FROM enrolment_link WHERE person = $1")
                    .bind(person.as_str())
                    .execute(&mut *tx)
                    .await?;
                Some(person.as_str())
            }
        };
        sqlx::query("INSERT INTO enrolment_link (hash, person, created_at, ends_at) VALUES ($1, $2, $3, $4)")
            .bind(hash.as_slice())
            .bind(person)
            .bind(now.as_microsecond())
            .bind(ends_at.as_microsecond())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    pub(super) async fn link(
        pool: &Pool,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Option<String>>, sqlx::Error> {
        let found: Option<(Option<String>,)> =
            sqlx::query_as("SELECT person FROM enrolment_link WHERE hash = $1 AND ends_at > $2")
                .bind(hash.as_slice())
                .bind(now.as_microsecond())
                .fetch_optional(pool)
                .await?;
        Ok(found.map(|(person,)| person))
    }

    pub(super) async fn use_factor(
        pool: &Pool,
        person: &UserId,
        factor: SecondFactor<'_>,
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        const STEP: &str = "UPDATE local_account SET last_step = $2 WHERE person = $1 AND last_step < $2";
        const CODE: &str = "UPDATE recovery_code SET used_at = $3 WHERE person = $1 AND hash = $2 AND used_at IS NULL";
        let statement = match factor {
            SecondFactor::Step(step) => sqlx::query(STEP).bind(person.as_str()).bind(step),
            SecondFactor::Recovery(hash) => {
                sqlx::query(CODE).bind(person.as_str()).bind(hash.as_slice()).bind(now.as_microsecond())
            }
        };
        Ok(statement.execute(pool).await?.rows_affected() == 1)
    }

    pub(super) async fn count(
        pool: &Pool,
        counted: &[Counted],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let failed = |error| StoreError::during("count_attempt")(error);
        let mut tx = begin(pool, BEGIN).await.map_err(failed)?;
        let wait = count_each(&mut tx, counted, now).await?;
        match wait {
            // Nothing is written: who knocks too early is told so, and no more.
            Some(_) => tx.rollback().await.map_err(failed)?,
            None => tx.commit().await.map_err(failed)?,
        }
        Ok(wait)
    }

    async fn count_each(
        tx: &mut Connection,
        counted: &[Counted],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        const KNOWN: &str = "SELECT failures, last_at, not_before FROM sign_in_trouble WHERE subject = $1";
        const PUT: &str = "UPDATE sign_in_trouble SET failures = $2, last_at = $3, not_before = $4 WHERE subject = $1";
        // Holds the row against who counts the same at the same time.
        const HOLD: &str = "INSERT INTO sign_in_trouble (subject, failures, last_at, not_before) VALUES ($1, 0, 0, 0) \
            ON CONFLICT (subject) DO UPDATE SET failures = sign_in_trouble.failures";
        let failed = |error| StoreError::during("count_attempt")(error);
        let old = now.as_microsecond() - i64::try_from(Lockout::FORGOTTEN.as_micros()).unwrap_or(0);
        sqlx::query("DELETE FROM sign_in_trouble WHERE last_at <= $1").bind(old).execute(&mut *tx).await.map_err(failed)?;
        for (subject, lockout) in counted {
            sqlx::query(HOLD).bind(subject.as_slice()).execute(&mut *tx).await.map_err(failed)?;
            let (failures, last_at, not_before): (i64, i64, i64) =
                sqlx::query_as(KNOWN).bind(subject.as_slice()).fetch_one(&mut *tx).await.map_err(failed)?;
            let known = Trouble { failures, last_at: instant(last_at)?, not_before: instant(not_before)? };
            let known = match lockout.attempt(Some(known), now) {
                Ok(known) => known,
                Err(until) => return Ok(Some(until)),
            };
            sqlx::query(PUT)
                .bind(subject.as_slice())
                .bind(known.failures)
                .bind(known.last_at.as_microsecond())
                .bind(known.not_before.as_microsecond())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        Ok(None)
    }

    pub(super) async fn forget(pool: &Pool, account: &[u8; 32], address: &[u8; 32]) -> Result<(), sqlx::Error> {
        // Only the one that was no failure: who has an account must not guess those of others for nothing.
        const LESS: &str = "UPDATE sign_in_trouble SET failures = failures - 1, not_before = 0 \
            WHERE subject = $1 AND failures > 0";
        let mut tx = begin(pool, BEGIN).await?;
        sqlx::query("DELETE FROM sign_in_trouble WHERE subject = $1")
            .bind(account.as_slice())
            .execute(&mut *tx)
            .await?;
        sqlx::query(LESS).bind(address.as_slice()).execute(&mut *tx).await?;
        tx.commit().await
    }

    pub(super) async fn note_return(
        pool: &Pool,
        hash: &[u8; 32],
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<bool, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        sqlx::query("DELETE FROM login_return WHERE ends_at <= $1").bind(now.as_microsecond()).execute(&mut *tx).await?;
        let added = sqlx::query("INSERT INTO login_return (hash, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(hash.as_slice())
            .bind(ends_at.as_microsecond())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(added.rows_affected() == 1)
    }
}
