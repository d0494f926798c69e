//! Puts the values of another installation, and of today, in the place of those of a recording.
//!
//! Parties and notices are given by whoever replays; dates move by the days that have passed; names of messages and
//! payments are new each time; and what an answer said (an amount, a debtor, an account) is what later requests say,
//! wherever the recording did.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::fields::Kind;
use super::rewrite::{Rewriter, Spot, Unwritable, rewrite};
use super::session::Session;
use crate::domain::iban::Iban;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::randomness::Randomness;
use crate::domain::rome;

/// Shorter texts are too often the same by chance to mean the same.
const LEAST: usize = 4;

/// What stands for what.
#[derive(Debug)]
pub struct Bindings {
    bound: BTreeMap<(Realm, String), String>,
    explicit: BTreeMap<String, String>,
    secret: Option<String>,
    days: i32,
    randomness: Randomness,
    notes: Vec<String>,
}

/// What stood for what at some moment.
#[derive(Debug)]
pub struct Mark(BTreeMap<(Realm, String), String>);

/// What a replay is given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Values by their names in the manifest: `EC`, `NOTICE_2`, …
    pub named: BTreeMap<String, String>,
    /// Values by the texts of the recording.
    pub explicit: BTreeMap<String, String>,
}

/// A value that only whoever replays can give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the session asks about a notice that is written down as {recorded}, a number that was invented: give --set {name}=NUMBER, or --bind {recorded}=NUMBER"
)]
pub struct Unbound {
    /// Its name.
    pub name: String,
    /// The text in the files.
    pub recorded: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Realm {
    Institution,
    Broker,
    Station,
    Notice,
    Iuv,
    Token,
    Amount,
    Due,
    Free,
}

impl Bindings {
    /// The bindings before the first request.
    ///
    /// # Errors
    /// All notices that a request names and nobody gave a number for.
    pub fn new(
        session: &Session,
        given: &Given,
        now: Timestamp,
        randomness: Randomness,
    ) -> Result<Self, Vec<Unbound>> {
        let passed = rome::day(now) - rome::day(session.recorded_at);
        let mut bindings = Bindings {
            bound: BTreeMap::new(),
            explicit: given.explicit.clone(),
            secret: given.named.get("PASSWORD").cloned(),
            days: passed.get_days(),
            randomness,
            notes: Vec::new(),
        };
        let mut unbound = Vec::new();
        for value in &session.values {
            let name = value.name.as_deref().unwrap_or_default();
            let actual = given.explicit.get(&value.recorded).or_else(|| given.named.get(name));
            match (realm(value.kind, &value.recorded), actual) {
                (Some(realm), Some(actual)) => bindings.bind(realm, &value.recorded, actual),
                (Some(Realm::Notice), None) if value.invented && value.is_given() => {
                    unbound.push(Unbound { name: name.to_owned(), recorded: value.recorded.clone() });
                }
                _ => {}
            }
        }
        if unbound.is_empty() { Ok(bindings) } else { Err(unbound) }
    }

    /// The request as the target is to get it.
    pub fn request(&mut self, recorded: &[u8]) -> Result<Vec<u8>, Unwritable> {
        rewrite(recorded, &mut Asking(self))
    }

    /// What a text of an answer must be, where the recording has this one and the target sent that one.
    pub fn expected(&mut self, spot: &Spot<'_>, recorded: &str, actual: &str) -> String {
        if let Some(explicit) = self.explicit.get(recorded) {
            return explicit.clone();
        }
        let kind = Kind::of(spot);
        if kind == Kind::Moment {
            return if kind.may_stay(actual) && !actual.is_empty() { actual } else { recorded }.to_owned();
        }
        let Some(realm) = realm(kind, recorded) else { return recorded.to_owned() };
        if let Some(bound) = self.bound.get(&(realm, recorded.to_owned())) {
            return bound.clone();
        }
        if !fits(kind, realm, actual) {
            return recorded.to_owned();
        }
        if realm != Realm::Free || recorded.chars().count() >= LEAST {
            self.bind(realm, recorded, actual);
        }
        if realm == Realm::Amount && recorded != actual {
            self.notes.push(format!("the amount {recorded} of the recording is {actual} here"));
        }
        actual.to_owned()
    }

    /// What stands for what now, to come back to when an answer turns out to be a wrong one.
    pub fn mark(&self) -> Mark {
        Mark(self.bound.clone())
    }

    /// Forgets what was learnt since.
    pub fn forget(&mut self, mark: Mark) {
        self.bound = mark.0;
    }

    /// What is different from the recording and not wrong, since this was asked last.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn bind(&mut self, realm: Realm, recorded: &str, actual: &str) {
        let numbers = (NoticeNumber::new(recorded), NoticeNumber::new(actual));
        if let (Realm::Notice, (Ok(before), Ok(now))) = (realm, numbers) {
            self.bound.insert((Realm::Iuv, before.iuv().to_string()), now.iuv().to_string());
        }
        self.bound.insert((realm, recorded.to_owned()), actual.to_owned());
    }

    fn asked(&mut self, spot: &Spot<'_>, recorded: &str) -> String {
        if let Some(explicit) = self.explicit.get(recorded) {
            return explicit.clone();
        }
        let kind = Kind::of(spot);
        match kind {
            Kind::Moment => return self.moved(recorded),
            Kind::Secret => return self.secret.clone().unwrap_or_else(|| recorded.to_owned()),
            Kind::Enclosed => return self.enclosed(recorded),
            _ => {}
        }
        let Some(realm) = realm(kind, recorded) else { return recorded.to_owned() };
        if let Some(bound) = self.bound.get(&(realm, recorded.to_owned())) {
            return bound.clone();
        }
        match realm {
            Realm::Due => self.moved(recorded),
            Realm::Token => {
                let fresh = format!("{:016x}{:016x}", self.randomness.number(), self.randomness.number());
                self.bind(realm, recorded, &fresh);
                fresh
            }
            _ => recorded.to_owned(),
        }
    }

    /// A day, or a moment, as many days later as have passed since the recording.
    fn moved(&self, recorded: &str) -> String {
        let Some((day, rest)) = recorded.split_at_checked(10) else { return recorded.to_owned() };
        let later = day.parse::<Date>().ok().and_then(|day| day.checked_add(self.days.days()).ok());
        later.map_or_else(|| recorded.to_owned(), |day| format!("{day}{rest}"))
    }

    fn enclosed(&mut self, recorded: &str) -> String {
        let compact: String = recorded.chars().filter(|c| !c.is_whitespace()).collect();
        let opened = STANDARD.decode(&compact).ok();
        let rebound = opened.and_then(|document| self.request(&document).ok());
        rebound.map_or_else(|| recorded.to_owned(), |document| STANDARD.encode(document))
    }
}

struct Asking<'b>(&'b mut Bindings);

impl Rewriter for Asking<'_> {
    fn text(&mut self, spot: &Spot<'_>, text: &str) -> String {
        self.0.asked(spot, text)
    }
}

/// Among which values a text of the recording has a counterpart; none for what is the same everywhere.
fn realm(kind: Kind, recorded: &str) -> Option<Realm> {
    let staying = |realm| if kind.may_stay(recorded) { realm } else { Some(Realm::Free) };
    match kind {
        Kind::Markup | Kind::Moment => None,
        Kind::Institution => staying(Some(Realm::Institution)),
        Kind::Broker => staying(Some(Realm::Broker)),
        Kind::Station => staying(Some(Realm::Station)),
        Kind::Amount => staying(Some(Realm::Amount)),
        Kind::Due => staying(Some(Realm::Due)),
        Kind::Notice if kind.may_stay(recorded) => None,
        Kind::Notice => Some(Realm::Notice),
        Kind::Iuv => Some(Realm::Iuv),
        Kind::Token => Some(Realm::Token),
        _ => staying(None),
    }
}

/// Whether a text of an answer can be the counterpart of one of that kind.
fn fits(kind: Kind, realm: Realm, actual: &str) -> bool {
    match (realm, kind) {
        (Realm::Institution | Realm::Broker | Realm::Station, _) => false,
        (Realm::Amount | Realm::Due, _) => !actual.is_empty() && kind.may_stay(actual),
        (Realm::Notice, _) => NoticeNumber::new(actual).is_ok(),
        (_, Kind::Iban) => Iban::new(actual).is_ok(),
        _ => !actual.trim().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::Seen;
    use super::super::session::Half;
    use super::*;

    fn session() -> Session {
        let mut session = Session::begun("2026-03-01T10:00:00Z".parse().unwrap());
        let seen = |kind, text: &str, invented| Seen { kind, text: text.to_owned(), invented };
        session.note(
            1,
            Half::Asked,
            &[seen(Kind::Institution, "77777777777", false), seen(Kind::Notice, "302000000000000184", true)],
        );
        session
    }

    fn given(named: &[(&str, &str)]) -> Given {
        let named = named.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Given { named, ..Given::default() }
    }

    fn bindings(named: &[(&str, &str)]) -> Result<Bindings, Vec<Unbound>> {
        let now = "2026-03-04T10:00:00Z".parse().unwrap();
        Bindings::new(&session(), &given(named), now, Randomness::new(|| 10))
    }

    fn ask(bindings: &mut Bindings, message: &str) -> String {
        String::from_utf8(bindings.request(message.as_bytes()).unwrap()).unwrap()
    }

    fn answer(bindings: &mut Bindings, name: &str, recorded: &str, actual: &str) -> String {
        let path = ["data".to_owned(), name.to_owned()];
        bindings.expected(&Spot { path: &path, attribute: None }, recorded, actual)
    }

    const NOTICE: (&str, &str) = ("NOTICE", "302000000000000285");

    #[test]
    fn a_notice_that_was_invented_must_be_given() {
        let unbound = bindings(&[("EC", "88888888888")]).unwrap_err();
        assert!(unbound[0].to_string().contains("--set NOTICE=NUMBER"), "{unbound:?}");
        assert!(bindings(&[NOTICE]).is_ok());
    }

    #[test]
    fn requests_name_the_targets_parties_notices_and_days() {
        let mut bindings = bindings(&[("EC", "88888888888"), NOTICE]).unwrap();
        let rebound = ask(
            &mut bindings,
            "<a><idPA>77777777777</idPA><noticeNumber> 302000000000000184</noticeNumber>\
             <creditorReferenceId>02000000000000184</creditorReferenceId><receiptId>abc</receiptId>\
             <receiptId>abc</receiptId><paymentDateTime>2026-02-28T09:00:00+01:00</paymentDateTime></a>",
        );
        let fresh = "000000000000000a000000000000000a";
        assert_eq!(
            rebound,
            format!(
                "<a><idPA>88888888888</idPA><noticeNumber> 302000000000000285</noticeNumber>\
                 <creditorReferenceId>02000000000000285</creditorReferenceId><receiptId>{fresh}</receiptId>\
                 <receiptId>{fresh}</receiptId><paymentDateTime>2026-03-03T09:00:00+01:00</paymentDateTime></a>"
            )
        );
    }

    #[test]
    fn what_an_answer_said_is_what_later_requests_say() {
        let mut bindings = bindings(&[NOTICE]).unwrap();
        assert_eq!(answer(&mut bindings, "amount", "84.50", "90.00"), "90.00");
        assert_eq!(answer(&mut bindings, "paymentAmount", "84.50", "84.50"), "90.00", "it is bound");
        assert_eq!(answer(&mut bindings, "fullName", "Alba Abete 1", "Gianna Verdi"), "Gianna Verdi");
        assert_eq!(answer(&mut bindings, "outcome", "OK", "KO"), "OK");
        assert_eq!(answer(&mut bindings, "amount", "1.00", "one"), "1.00");
        assert_eq!(answer(&mut bindings, "dueDate", "2026-04-01", "2026-04-05"), "2026-04-05");
        let receipt = ask(
            &mut bindings,
            "<r><paymentAmount>84.50</paymentAmount><fullName>Alba Abete 1</fullName><dueDate>2026-04-01</dueDate></r>",
        );
        assert_eq!(
            receipt,
            "<r><paymentAmount>90.00</paymentAmount><fullName>Gianna Verdi</fullName><dueDate>2026-04-05</dueDate></r>"
        );
        assert_eq!(bindings.notes(), ["the amount 84.50 of the recording is 90.00 here"]);
    }

    #[test]
    fn enclosed_documents_are_rebound_too() {
        let mut bindings = bindings(&[("EC", "88888888888"), NOTICE]).unwrap();
        let inner = STANDARD.encode("<RPT><identificativoDominio>77777777777</identificativoDominio></RPT>");
        let outer = ask(&mut bindings, &format!("<a><rpt>{inner}</rpt></a>"));
        let inner = STANDARD.encode("<RPT><identificativoDominio>88888888888</identificativoDominio></RPT>");
        assert_eq!(outer, format!("<a><rpt>{inner}</rpt></a>"));
    }
}
