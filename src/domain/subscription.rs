//! Subscriptions: who is told of which events, where and in which form.

use jiff::Timestamp;

use super::event::{Codes, Event, Feed, Subject, SubscriptionChange, SubscriptionFacts, Told};
use super::fiscal_code::FiscalCode;
use super::ids::BrokerCode;
use super::text::Text;

mod endpoint;
mod filter;

pub use endpoint::{WebhookUrl, WebhookUrlError};
pub use filter::{EVENT_TYPES, EventFilter, TypePattern, TypePatternError};

/// The name of a subscription: 32 hexadecimal digits that no other has. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(Box<str>);

/// A text that is no name of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 hexadecimal digits")]
pub struct SubscriptionIdError;

impl SubscriptionId {
    /// The name of a new subscription, from two random numbers.
    pub fn drawn(one: u64, other: u64) -> Self {
        SubscriptionId(format!("{one:016x}{other:016x}").into())
    }

    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, SubscriptionIdError> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 32 && text.bytes().all(digit) {
            Ok(SubscriptionId(text.into()))
        } else {
            Err(SubscriptionIdError)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose a subscription is, which says whose events it may get.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionOwner {
    /// A creditor institution, for its own feed.
    Organization(FiscalCode),
    /// A broker, for the feeds of the institutions that its stations serve.
    Broker(BrokerCode),
    /// Whoever runs this installation, for all feeds.
    Gateway,
}

impl SubscriptionOwner {
    /// The word for its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            SubscriptionOwner::Organization(_) => "organization",
            SubscriptionOwner::Broker(_) => "broker",
            SubscriptionOwner::Gateway => "gateway",
        }
    }

    /// Its code; empty for the gateway.
    pub fn code(&self) -> &str {
        match self {
            SubscriptionOwner::Organization(ec) => ec.as_str(),
            SubscriptionOwner::Broker(broker) => broker.as_str(),
            SubscriptionOwner::Gateway => "",
        }
    }

    /// Reads what [`kind`](Self::kind) and [`code`](Self::code) say.
    pub fn read(kind: &str, code: &str) -> Option<Self> {
        match kind {
            "organization" => FiscalCode::new(code).ok().map(SubscriptionOwner::Organization),
            "broker" => BrokerCode::new(code).ok().map(SubscriptionOwner::Broker),
            "gateway" => code.is_empty().then_some(SubscriptionOwner::Gateway),
            _ => None,
        }
    }

    /// The feed that tells of its subscriptions.
    pub fn feed(&self) -> Feed {
        match self {
            SubscriptionOwner::Organization(ec) => Feed::Institution(ec.clone()),
            SubscriptionOwner::Broker(_) | SubscriptionOwner::Gateway => Feed::Gateway,
        }
    }
}

/// What is sent of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionForm {
    /// The event itself.
    Event,
    /// Of a booked receipt the node's message, as it was received.
    ReceiptSoap,
    /// Of a booked receipt its facts, with those of the debtor, as JSON.
    ReceiptJson,
}

/// The type of the events that the forms of receipts are made of.
const BOOKED: &str = "varco.receipt.booked";

impl SubscriptionForm {
    /// All forms.
    pub const ALL: [SubscriptionForm; 3] =
        [SubscriptionForm::Event, SubscriptionForm::ReceiptSoap, SubscriptionForm::ReceiptJson];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            SubscriptionForm::Event => "event",
            SubscriptionForm::ReceiptSoap => "receipt_soap",
            SubscriptionForm::ReceiptJson => "receipt_json",
        }
    }

    /// The form of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }

    /// Whether there is anything of this form to send of an event of that type.
    pub fn tells(self, kind: &str) -> bool {
        self == SubscriptionForm::Event || kind == BOOKED
    }
}

/// What its owner says of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionTerms {
    /// What people call it.
    pub label: Text<140>,
    /// Where events are sent.
    pub url: WebhookUrl,
    /// Which events.
    pub filter: EventFilter,
}

/// A subscription as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its name.
    pub id: SubscriptionId,
    /// Whose it is.
    pub owner: SubscriptionOwner,
    /// What is sent.
    pub form: SubscriptionForm,
    /// What its owner can change.
    pub terms: SubscriptionTerms,
    /// Which of its secrets signs, from 1.
    pub secret_no: i64,
    /// Until when the secret before it signs too.
    pub previous_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The id of the API key that made it.
    pub created_by: String,
    /// Since when and why nothing is sent, if so.
    pub disabled: Option<Disabled>,
    /// How its endpoint does.
    pub health: EndpointHealth,
}

impl Subscription {
    /// Whether an event is for it. Codes are as in [`EventFilter::admits`].
    pub fn wants(&self, kind: &str, codes: &str) -> bool {
        self.form.tells(kind) && self.terms.filter.admits(kind, codes)
    }

    /// The event that tells what was done with it.
    pub fn event(&self, change: SubscriptionChange, at: Timestamp) -> Event {
        let reason = match change {
            SubscriptionChange::Disabled => self.disabled.map(|disabled| disabled.reason.word()),
            _ => None,
        };
        Event {
            feed: self.owner.feed(),
            at,
            subject: Subject::Other("subscriptions", self.id.as_str().to_owned()),
            codes: Codes::of_scope(&self.terms.filter.codes),
            told: Told::Subscription(
                change,
                SubscriptionFacts {
                    id: self.id.as_str().to_owned(),
                    owner_kind: self.owner.kind(),
                    owner: self.owner.code().to_owned(),
                    reason,
                },
            ),
        }
    }
}

/// Since when and why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: DisabledReason,
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledReason {
    /// Its owner wants it so.
    ByOwner,
    /// The endpoint answered 410.
    Gone,
    /// The endpoint failed for days.
    Failing,
    /// It is being deleted.
    Deleted,
}

impl DisabledReason {
    /// All reasons.
    pub const ALL: [DisabledReason; 4] =
        [DisabledReason::ByOwner, DisabledReason::Gone, DisabledReason::Failing, DisabledReason::Deleted];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            DisabledReason::ByOwner => "by_owner",
            DisabledReason::Gone => "gone",
            DisabledReason::Failing => "failing",
            DisabledReason::Deleted => "deleted",
        }
    }

    /// The reason of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// How the endpoint of a subscription does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointHealth {
    /// Since when nothing has arrived, if so.
    pub failing_since: Option<Timestamp>,
    /// How many times in a row nothing arrived.
    pub failures: i64,
    /// Nothing is sent before.
    pub not_before: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::segregation::Segregation;

    #[test]
    fn forms_of_receipts_tell_of_booked_receipts_alone() {
        for form in SubscriptionForm::ALL {
            assert_eq!(SubscriptionForm::from_word(form.word()), Some(form));
            assert!(form.tells("varco.receipt.booked"));
            assert_eq!(form.tells("varco.receipt.reclassified"), form == SubscriptionForm::Event);
        }
    }

    #[test]
    fn who_may_not_see_a_subscription_is_not_told_of_it() {
        let code = |text: &str| crate::domain::notice_number::TwoDigits::new(text).unwrap();
        let only = |codes: &[&str]| Segregation::Only(codes.iter().map(|text| code(text)).collect());
        for (codes, caller) in [
            (Segregation::Every, Segregation::Every),
            (Segregation::Every, only(&["01"])),
            (only(&["01"]), only(&["01", "02"])),
            (only(&["01", "02"]), only(&["01"])),
        ] {
            assert_eq!(Codes::of_scope(&codes).admitted_by(&caller), caller.covers(&codes), "{codes:?}");
        }
    }

    #[test]
    fn owners_and_ids_are_read_as_they_are_written() {
        let ec = SubscriptionOwner::Organization(FiscalCode::new("77777777777").unwrap());
        let broker = SubscriptionOwner::Broker(BrokerCode::new("88888888888").unwrap());
        for (owner, feed) in
            [(ec, "77777777777"), (broker, "gateway"), (SubscriptionOwner::Gateway, "gateway")]
        {
            assert_eq!(owner.feed().as_str(), feed);
            assert_eq!(SubscriptionOwner::read(owner.kind(), owner.code()), Some(owner));
        }
        assert_eq!(SubscriptionOwner::read("gateway", "x"), None);
        let id = SubscriptionId::drawn(1, u64::MAX);
        assert_eq!(id.as_str(), "0000000000000001ffffffffffffffff");
        assert_eq!(SubscriptionId::new(id.as_str()), Ok(id));
        assert_eq!(SubscriptionId::new("x"), Err(SubscriptionIdError));
        for reason in DisabledReason::ALL {
            assert_eq!(DisabledReason::from_word(reason.word()), Some(reason));
        }
    }
}
