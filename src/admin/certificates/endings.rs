//! Certificates that end soon: told once for each threshold.

use jiff::Timestamp;

use super::Certificates;
use crate::domain::certificate::alarm::{Threshold, days_left};
use crate::domain::certificate::{Certificate, Fingerprint, Standing};
use crate::domain::event::CertificateFacts;
use crate::store::{Ending, StoreError};

/// What a listener shows, wherever it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The word for what it is for.
    pub role: &'static str,
    /// The SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
    /// When it ends.
    pub not_after: Timestamp,
}

impl Certificates {
    /// Tells of every certificate in use, or shown by a listener, whose end is near; returns what was told
    /// now.
    pub async fn tell_endings(&self, shown: &[Shown], now: Timestamp) -> Result<Vec<Ending>, StoreError> {
        let all = self.0.store.certificates().await?;
        let used = all
            .iter()
            .filter(|one| one.environment == self.environment() && one.life.standing() == Standing::Active);
        let mut endings: Vec<Ending> = used.filter_map(|one| ending(one, now)).collect();
        for one in shown {
            let fingerprint = Fingerprint::of_digest(one.fingerprint);
            let known =
                all.iter().filter_map(Certificate::facts).any(|facts| facts.fingerprint == fingerprint);
            if !known {
                endings.extend(of_listener(one, fingerprint, now));
            }
        }
        self.0.store.tell_endings(&endings, now).await
    }

    /// How many days are left of each certificate in use and of each revocation list: its name, the word for
    /// what it is for, and the days.
    pub async fn days_left(&self, now: Timestamp) -> Result<Vec<(String, &'static str, i64)>, StoreError> {
        let all = self.0.store.certificates().await?;
        let used = all
            .iter()
            .filter(|one| one.environment == self.environment() && one.life.standing() == Standing::Active);
        let days = |one: &Certificate| {
            Some((one.id.as_str().to_owned(), one.role.word(), days_left(one.not_after()?, now)))
        };
        let mut left: Vec<_> = used.filter_map(days).collect();
        for list in self.0.store.revocation_lists().await? {
            if let Some(end) = list.next_update {
                left.push((list.authority.as_str().to_owned(), "revocation_list", days_left(end, now)));
            }
        }
        Ok(left)
    }
}

fn ending(one: &Certificate, now: Timestamp) -> Option<Ending> {
    let facts = one.facts()?;
    let threshold = Threshold::reached(facts.not_after, now)?;
    let facts = CertificateFacts {
        id: one.id.as_str().to_owned(),
        role: one.role.word(),
        fingerprint: facts.fingerprint.as_str().to_owned(),
        not_after: facts.not_after,
        days_left: days_left(facts.not_after, now),
        threshold: threshold.days(),
    };
    Some(Ending { fingerprint: one.facts()?.fingerprint.clone(), threshold, facts })
}

fn of_listener(one: &Shown, fingerprint: Fingerprint, now: Timestamp) -> Option<Ending> {
    let threshold = Threshold::reached(one.not_after, now)?;
    let facts = CertificateFacts {
        id: fingerprint.as_str().to_owned(),
        role: one.role,
        fingerprint: fingerprint.as_str().to_owned(),
        not_after: one.not_after,
        days_left: days_left(one.not_after, now),
        threshold: threshold.days(),
    };
    Some(Ending { fingerprint, threshold, facts })
}
