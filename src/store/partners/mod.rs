//! What the gateway keeps of partners: who answered for a notice last, and what is handed on to them.
//!
//! A receipt that is a partner's becomes a letter in the commit that books it: none is made twice and none is
//! left out. Whoever sends one holds it by a lease, and only the holder writes what came of it.

pub(super) mod answers;
pub(super) mod claim;
pub(super) mod letters;
pub(super) mod list;
mod settle;

use jiff::{SignedDuration, Timestamp};

use crate::domain::event::{Codes, Event, Feed, PartnerChange, PartnerFacts, Subject, Told};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::{Handed, LetterForm, PartnerId};

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError, events};

pub use answers::{Activates, AnsweredBy, StandIn};
pub use list::{LetterPlace, LetterQuery, LetterState, ListedLetter};

/// A lease so much longer than any that is given was given by a clock that has since been set back.
const TOO_LONG: SignedDuration = SignedDuration::from_hours(1);

/// A letter that is to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Whose receipt.
    pub ec: FiscalCode,
    /// The key of the receipt, or the name of a letter that is made without one.
    pub name: String,
    /// Whom it is for.
    pub partner: PartnerId,
    /// In which form.
    pub form: LetterForm,
    /// The notice.
    pub notice: NoticeNumber,
    /// How often it was tried before.
    pub attempts: i64,
    /// The operation that brought the receipt, and the message as it was received; none of a letter that is made
    /// without one.
    pub message: Option<(String, Vec<u8>)>,
    /// Who holds it.
    pub holder: i64,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterTried {
    /// Of which letter.
    pub letter: Letter,
    /// When it was sent.
    pub at: Timestamp,
    /// What it came to.
    pub handed: Handed,
    /// Why it was not taken, if it was not; no personal data.
    pub error: Option<String>,
    /// When it is tried again; none once it was taken.
    pub next: Option<Timestamp>,
    /// Whose feed tells that it does not arrive.
    pub feed: Feed,
}

/// How many letters wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LettersWaiting {
    /// All of them.
    pub pending: i64,
    /// Those that were refused last.
    pub refused: i64,
    /// When the oldest was made.
    pub oldest: Option<Timestamp>,
}

fn too_long(now: Timestamp) -> i64 {
    now.saturating_add(TOO_LONG).map_or(i64::MAX, Timestamp::as_microsecond)
}

/// Something that is told of a partner.
fn event(feed: Feed, change: PartnerChange, facts: PartnerFacts, at: Timestamp) -> Event {
    let codes = facts.notice.as_ref().map_or_else(Codes::of_no_code, |notice| Codes::of([notice]));
    let subject = Subject::Other("partners", facts.partner.clone());
    Event { feed, at, subject, codes, told: Told::Partner(change, facts) }
}

impl Store {
    /// Tells that a partner fails, or answers again, and why.
    pub async fn tell_partner(
        &self,
        (feed, partner): (Feed, &PartnerId),
        change: PartnerChange,
        reason: Option<String>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let facts =
            PartnerFacts { partner: partner.as_str().to_owned(), notice: None, delivery: None, reason };
        let told = [event(feed, change, facts, at)];
        on_engine!(&self.pools, write, |pool, engine| engine::tell(pool, &told).await)
            .map_err(StoreError::during("tell_partner"))
    }
}

for_both_engines! {
    [events]

    pub(super) async fn tell(pool: &Pool, told: &[Event]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        record(&mut tx, told).await?;
        tx.commit().await
    }
}
