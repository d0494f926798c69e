//! Telling that a certificate ends: once for each threshold, whichever instance sees it first.

use jiff::Timestamp;

use crate::domain::certificate::Fingerprint;
use crate::domain::certificate::alarm::Threshold;
use crate::domain::event::{CertificateFacts, Codes, Event, Feed, Subject, Told};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::events;
use crate::store::{Store, StoreError};

/// The end of a certificate that is near or past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The certificate.
    pub fingerprint: Fingerprint,
    /// How near.
    pub threshold: Threshold,
    /// What is told of it.
    pub facts: CertificateFacts,
}

impl Ending {
    fn event(&self, at: Timestamp) -> Event {
        Event {
            feed: Feed::Gateway,
            at,
            subject: Subject::Other("certificates", self.facts.id.clone()),
            codes: Codes::none(),
            told: Told::CertificateExpiring(self.facts.clone()),
        }
    }
}

impl Store {
    /// Tells of these ends what was not told before; returns what was told now.
    pub async fn tell_endings(&self, endings: &[Ending], now: Timestamp) -> Result<Vec<Ending>, StoreError> {
        // Nearly always everything was told: that is seen without a writer.
        let told = on_engine!(&self.pools, read, |pool, engine| engine::told(pool).await);
        let told = told.map_err(StoreError::during("tell_endings"))?;
        let is_told = |one: &&Ending| {
            told.iter().any(|(fingerprint, days)| {
                fingerprint == one.fingerprint.as_str() && *days == one.threshold.days()
            })
        };
        let new: Vec<Ending> = endings.iter().filter(|one| !is_told(one)).cloned().collect();
        if new.is_empty() {
            return Ok(new);
        }
        on_engine!(&self.pools, write, |pool, engine| engine::tell(pool, new, now).await)
            .map_err(StoreError::during("tell_endings"))
    }
}

for_both_engines! {
    [events]

    pub(super) async fn told(pool: &Pool) -> Result<Vec<(String, i64)>, sqlx::Error> {
        sqlx::query_as("SELECT fingerprint, days FROM certificate_alarm").fetch_all(pool).await
    }

    pub(super) async fn tell(pool: &Pool, endings: Vec<Ending>, now: Timestamp) -> Result<Vec<Ending>, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let mut new = Vec::new();
        for one in endings {
            let written = sqlx::query(
                "INSERT INTO certificate_alarm (fingerprint, days, told_at) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(one.fingerprint.as_str())
            .bind(one.threshold.days())
            .bind(now.as_microsecond())
            .execute(&mut *tx)
            .await?;
            if written.rows_affected() > 0 {
                new.push(one);
            }
        }
        let told: Vec<Event> = new.iter().map(|one| one.event(now)).collect();
        record(&mut tx, &told).await?;
        tx.commit().await?;
        Ok(new)
    }
}
