//! Subscriptions: who is told of which events, where and in which form.

use std::fmt;

use jiff::Timestamp;

use super::event::{Codes, Event, Feed, Subject, SubscriptionChange, SubscriptionFacts, Told};
use super::fiscal_code::FiscalCode;
use super::ids::BrokerCode;
use super::segregation::Segregation;
use super::text::Text;

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

/// Where events are sent: a URL of HTTP that says all in its own words. Whether its target may be reached
/// is asked each time that it is.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Box<str>);

/// Why a text cannot be where events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookUrlError {
    /// Longer than [`WebhookUrl::MAX`].
    #[error("must have at most 2048 characters")]
    TooLong,
    /// Not the form of a URL.
    #[error("must be a URL with a host, all in ASCII and without blanks")]
    Form,
    /// Another scheme.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// It carries a user or a password.
    #[error("must not hold a user or a password")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("must not have a fragment")]
    Fragment,
}

impl WebhookUrl {
    /// The most characters.
    pub const MAX: usize = 2048;

    /// Reads a URL.
    pub fn new(text: &str) -> Result<Self, WebhookUrlError> {
        if text.len() > Self::MAX {
            return Err(WebhookUrlError::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return Err(WebhookUrlError::Form);
        }
        let (scheme, rest) = text.split_once("://").ok_or(WebhookUrlError::Scheme)?;
        if !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(WebhookUrlError::Scheme);
        }
        if rest.contains('#') {
            return Err(WebhookUrlError::Fragment);
        }
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(WebhookUrlError::Credentials);
        }
        if !is_host_and_port(authority) {
            return Err(WebhookUrlError::Form);
        }
        Ok(WebhookUrl(text.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let in_brackets = host.starts_with('[') && host.ends_with(']') && host.len() > 2;
    let name = !host.is_empty() && !host.contains(['[', ']', ':', '<', '>', '"', '^', '`', '{', '|', '}']);
    port_fits && (in_brackets || name)
}

/// Paths often hold a key, so the log gets the length only.
impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({} characters)", self.0.len())
    }
}

/// The types of events that there are.
pub const EVENT_TYPES: [&str; 28] = [
    "varco.position.created",
    "varco.position.updated",
    "varco.position.published",
    "varco.position.withdrawn",
    "varco.position.invalidated",
    "varco.position.restored",
    "varco.position.deleted",
    "varco.position.partially_paid",
    "varco.position.paid",
    "varco.position.reported",
    "varco.option.added",
    "varco.option.removed",
    "varco.option.paid",
    "varco.option.reported",
    "varco.receipt.booked",
    "varco.receipt.reclassified",
    "varco.anomaly.opened",
    "varco.anomaly.noted",
    "varco.anomaly.resolved",
    "varco.anomaly.reopened",
    "varco.anomaly.closed",
    "varco.subscription.created",
    "varco.subscription.changed",
    "varco.subscription.enabled",
    "varco.subscription.disabled",
    "varco.subscription.deleted",
    "varco.subscription.test",
    "varco.feed.restored",
];

/// Types of events: one type, or all that begin alike (`varco.receipt.*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypePattern(Box<str>);

/// A text that names no type of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a type of event such as varco.receipt.booked, or a family such as varco.receipt.*")]
pub struct TypePatternError;

impl TypePattern {
    /// Reads a pattern: words of small letters and underscores with dots between, the last of which may be
    /// a star.
    pub fn new(text: &str) -> Result<Self, TypePatternError> {
        let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let words = text.strip_suffix(".*").unwrap_or(text);
        let fits = text.len() <= 64 && text.starts_with("varco.") && words.split('.').all(word);
        if fits { Ok(TypePattern(text.into())) } else { Err(TypePatternError) }
    }

    /// Whether there are events of a type that is meant.
    pub fn means_something(&self) -> bool {
        EVENT_TYPES.iter().any(|kind| self.admits(kind))
    }

    /// Whether events of that type are meant.
    pub fn admits(&self, kind: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => kind == &*self.0,
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which events of its feeds a subscription gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFilter {
    /// Of these types; of all if there are none.
    pub types: Vec<TypePattern>,
    /// Of these notices.
    pub codes: Segregation,
}

impl EventFilter {
    /// Whether an event passes. `codes` are those of [`Codes`], as they are kept.
    pub fn admits(&self, kind: &str, codes: &str) -> bool {
        let of_type = self.types.is_empty() || self.types.iter().any(|pattern| pattern.admits(kind));
        of_type && Codes::read(codes).admitted_by(&self.codes)
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
            codes: Codes::none(),
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
    use crate::domain::notice_number::TwoDigits;

    fn filter(types: &[&str], codes: Option<&[&str]>) -> EventFilter {
        EventFilter {
            types: types.iter().map(|text| TypePattern::new(text).unwrap()).collect(),
            codes: match codes {
                None => Segregation::Every,
                Some(codes) => {
                    Segregation::Only(codes.iter().map(|text| TwoDigits::new(text).unwrap()).collect())
                }
            },
        }
    }

    #[test]
    fn a_filter_admits_one_type_or_a_family_and_all_if_it_names_none() {
        let all = filter(&[], None);
        assert!(all.admits("varco.receipt.booked", "02") && all.admits("varco.feed.restored", ""));
        let some = filter(&["varco.receipt.*", "varco.position.paid"], None);
        assert!(some.admits("varco.receipt.booked", "") && some.admits("varco.position.paid", ""));
        assert!(!some.admits("varco.position.paid_twice", "") && !some.admits("varco.receipts", ""));
        assert!(filter(&["varco.*"], None).admits("varco.anomaly.opened", ""));
    }

    #[test]
    fn who_has_some_codes_gets_what_speaks_of_those_alone() {
        let some = filter(&[], Some(&["01", "02"]));
        for (codes, admitted) in
            [("02", true), ("01 02", true), ("02 03", false), ("--", false), ("02 --", false), ("", true)]
        {
            assert_eq!(some.admits("varco.receipt.booked", codes), admitted, "{codes:?}");
        }
    }

    #[test]
    fn forms_of_receipts_tell_of_booked_receipts_alone() {
        for form in SubscriptionForm::ALL {
            assert_eq!(SubscriptionForm::from_word(form.word()), Some(form));
            assert!(form.tells("varco.receipt.booked"));
            assert_eq!(form.tells("varco.receipt.reclassified"), form == SubscriptionForm::Event);
        }
    }

    #[test]
    fn a_pattern_is_words_with_dots_between() {
        for right in ["varco.receipt.booked", "varco.position.partially_paid", "varco.receipt.*", "varco.*"] {
            assert_eq!(TypePattern::new(right).unwrap().as_str(), right);
        }
        for wrong in
            ["", "*", "varco", "varco.", "varco.*.*", "varco.re*", "Varco.receipt.*", "org.receipt.*"]
        {
            assert_eq!(TypePattern::new(wrong), Err(TypePatternError), "{wrong:?}");
        }
        let means_something = |text| TypePattern::new(text).unwrap().means_something();
        assert!(means_something("varco.feed.*") && means_something("varco.receipt.booked"));
        assert!(!means_something("varco.receipt.boked") && !means_something("varco.reciept.*"));
    }

    #[test]
    fn a_url_is_of_http_with_a_host_and_nothing_hidden() {
        for right in [
            "https://example.org",
            "HTTPS://example.org:8443/varco?key=a@b",
            "http://10.0.0.1/x",
            "https://[2001:db8::1]:8443/x",
            "https://[2001:db8::1]",
        ] {
            assert_eq!(WebhookUrl::new(right).unwrap().as_str(), right);
        }
        use WebhookUrlError::{Credentials, Form, Fragment, Scheme, TooLong};
        for (wrong, why) in [
            ("", Scheme),
            ("example.org", Scheme),
            ("ftp://example.org", Scheme),
            ("file:///etc/passwd", Scheme),
            ("https://", Form),
            ("https:///x", Form),
            ("https://:8443/", Form),
            ("https://a:0/", Form),
            ("https://a:b/", Form),
            ("https://a:65536/", Form),
            ("https://[]/", Form),
            ("https://a b/", Form),
            ("https://a/\n", Form),
            ("https://a\\b/", Form),
            ("https://città.it/", Form),
            ("https://user:word@example.org/", Credentials),
            ("https://user@example.org/", Credentials),
            ("https://example.org/#a", Fragment),
            (&format!("https://{}", "a".repeat(2041)), TooLong),
        ] {
            assert_eq!(WebhookUrl::new(wrong), Err(why), "{wrong:?}");
        }
        assert!(WebhookUrl::new(&format!("https://{}", "a".repeat(2040))).is_ok());
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
