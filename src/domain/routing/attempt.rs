//! Attempts to have a notice of a legacy partner paid: how they are named, and how they stand.
//!
//! An attempt is named by its `codiceContestoPagamento` (CCP), which verify, activation, RPT and RT share. Its
//! state follows from facts and the clock; nothing of it is stored. The words are those that
//! `nodoChiediStatoRPT` answers (SANP 2.x, "stati della RPT").

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::domain::fiscal_code::FiscalCode;

/// The name of an attempt under a creditor institution and IUV (`codiceContestoPagamento`): 1 to 35 visible
/// characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ccp(Box<str>);

/// A text that names no attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 35 visible ASCII characters")]
pub struct CcpError;

impl Ccp {
    /// The most characters.
    pub const MAX: usize = 35;

    /// The name as a partner wrote it.
    pub fn new(text: &str) -> Result<Self, CcpError> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::MAX || !visible {
            return Err(CcpError);
        }
        Ok(Ccp(text.into()))
    }

    /// The name of the attempt of that number, from 1: the same whoever derives it, so that a verify writes
    /// nothing. At most 32 characters, so that there is room for what follows a negative RT.
    pub fn of_attempt(ec: &FiscalCode, iuv: &str, number: i64) -> Self {
        let iuv: String = iuv.chars().filter(char::is_ascii_alphanumeric).take(17).collect();
        Ccp(format!("{ec}{iuv}{:04}", number.rem_euclid(10_000)).into())
    }

    /// The name of a further RT under the same attempt, such as the positive one after a negative: the name
    /// with a suffix from `-v2` on. Of a name that is too long the end gives way.
    pub fn version(&self, number: usize) -> Self {
        if number < 2 {
            return self.clone();
        }
        let suffix = format!("-v{number}");
        let room = Self::MAX.saturating_sub(suffix.len());
        let kept: String = self.0.chars().take(room).collect();
        Ccp(format!("{kept}{suffix}").into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ccp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Ccp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ccp({})", self.0)
    }
}

/// Who began an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The node, by an activation.
    ByNode,
    /// The partner, by an RPT that nobody had asked for.
    ByPartner,
    /// Nobody here: a receipt came for a payment of which nothing was seen before.
    ByReceipt,
}

impl Begun {
    /// Every way.
    pub const ALL: [Begun; 3] = [Begun::ByNode, Begun::ByPartner, Begun::ByReceipt];

    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            Begun::ByNode => "node",
            Begun::ByPartner => "partner",
            Begun::ByReceipt => "receipt",
        }
    }

    /// The way of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Begun::ALL.into_iter().find(|begun| begun.word() == word)
    }
}

/// What an RT says of the payment (`codiceEsitoPagamento`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtOutcome {
    /// It was carried out: code 0.
    Executed,
    /// Time ran out: code 3.
    Expired,
}

impl RtOutcome {
    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            RtOutcome::Executed => "executed",
            RtOutcome::Expired => "expired",
        }
    }

    /// The outcome of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        [RtOutcome::Executed, RtOutcome::Expired].into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What is known of an RT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtFacts {
    /// What it says.
    pub outcome: RtOutcome,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the partner said that it has it.
    pub taken_at: Option<Timestamp>,
    /// When the partner last refused it.
    pub refused_at: Option<Timestamp>,
}

/// What is known of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptFacts {
    /// When the partner was last asked to activate it.
    pub asked_at: Option<Timestamp>,
    /// When the partner answered that with OK.
    pub answered_at: Option<Timestamp>,
    /// When its RPT was accepted.
    pub rpt_at: Option<Timestamp>,
    /// When a receipt of its payment was booked.
    pub paid_at: Option<Timestamp>,
    /// Its RTs, in the order in which they were made.
    pub rts: Vec<RtFacts>,
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// The partner was asked and has not answered OK.
    Asked,
    /// The partner answered; its RPT has not come.
    Activated,
    /// Its RPT is here; a receipt is waited for.
    RptAccepted,
    /// No receipt came in time; the negative RT is due.
    Expired,
    /// A receipt is booked; its RT is due.
    Paid,
    /// An RT was made and is on its way.
    RtUnderWay,
    /// The partner has the RT.
    RtTaken,
    /// The partner refused the RT; it is sent again.
    RtRefused,
}

impl AttemptState {
    /// Every state.
    pub const ALL: [AttemptState; 8] = [
        AttemptState::Asked,
        AttemptState::Activated,
        AttemptState::RptAccepted,
        AttemptState::Expired,
        AttemptState::Paid,
        AttemptState::RtUnderWay,
        AttemptState::RtTaken,
        AttemptState::RtRefused,
    ];

    /// The name for programs.
    pub const fn word(self) -> &'static str {
        match self {
            AttemptState::Asked => "asked",
            AttemptState::Activated => "activated",
            AttemptState::RptAccepted => "rpt_accepted",
            AttemptState::Expired => "expired",
            AttemptState::Paid => "paid",
            AttemptState::RtUnderWay => "rt_under_way",
            AttemptState::RtTaken => "rt_taken",
            AttemptState::RtRefused => "rt_refused",
        }
    }

    /// What `nodoChiediStatoRPT` says; none as long as there is no RPT to ask about.
    pub const fn stato(self) -> Option<Stato> {
        match self {
            AttemptState::Asked | AttemptState::Activated => None,
            AttemptState::RptAccepted => Some(Stato::RptAccettataNodo),
            AttemptState::Expired => Some(Stato::RptDecorsiTermini),
            AttemptState::Paid => Some(Stato::RtRicevutaNodo),
            AttemptState::RtUnderWay => Some(Stato::RtAccettataNodo),
            AttemptState::RtTaken => Some(Stato::RtAccettataPa),
            AttemptState::RtRefused => Some(Stato::RtRifiutataPa),
        }
    }
}

/// The states of an RPT as `nodoChiediStatoRPT` and `nodoChiediListaPendentiRPT` write them: those that an RPT
/// can have here, of the longer list of SANP 2.x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stato {
    /// The RPT came.
    RptRicevutaNodo,
    /// The RPT is valid.
    RptAccettataNodo,
    /// Time ran out.
    RptDecorsiTermini,
    /// What an RT is made of came.
    RtRicevutaNodo,
    /// The RT is on its way to the creditor institution.
    RtAccettataNodo,
    /// The creditor institution has the RT.
    RtAccettataPa,
    /// The creditor institution refused the RT.
    RtRifiutataPa,
}

impl Stato {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Stato::RptRicevutaNodo => "RPT_RICEVUTA_NODO",
            Stato::RptAccettataNodo => "RPT_ACCETTATA_NODO",
            Stato::RptDecorsiTermini => "RPT_DECORSI_TERMINI",
            Stato::RtRicevutaNodo => "RT_RICEVUTA_NODO",
            Stato::RtAccettataNodo => "RT_ACCETTATA_NODO",
            Stato::RtAccettataPa => "RT_ACCETTATA_PA",
            Stato::RtRifiutataPa => "RT_RIFIUTATA_PA",
        }
    }

    /// The sentence beside it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Stato::RptRicevutaNodo => "RPT ricevuta",
            Stato::RptAccettataNodo => "RPT accettata come valida",
            Stato::RptDecorsiTermini => "Decorso il tempo previsto per il pagamento",
            Stato::RtRicevutaNodo => "Esito del pagamento ricevuto",
            Stato::RtAccettataNodo => "RT in corso di invio all'ente creditore",
            Stato::RtAccettataPa => "RT accettata dall'ente creditore",
            Stato::RtRifiutataPa => "RT rifiutata dall'ente creditore",
        }
    }

    /// Whether the history of the RPT ends with it; what has not ended is pending.
    pub const fn is_final(self) -> bool {
        matches!(self, Stato::RtAccettataPa)
    }
}

impl AttemptFacts {
    /// When the time for paying it runs out; none as long as there is no RPT that waits for its RT.
    pub fn expires_at(&self, validity: SignedDuration) -> Option<Timestamp> {
        let accepted = self.rpt_at?;
        let since = self.asked_at.map_or(accepted, |asked| asked.max(accepted));
        since.checked_add(validity).ok()
    }

    /// How it stands at an instant, where a token is good for so long.
    pub fn state(&self, validity: SignedDuration, now: Timestamp) -> AttemptState {
        if let Some(last) = self.rts.last() {
            return match (last.taken_at, last.refused_at) {
                _ if self.receipt_waits(last) => AttemptState::Paid,
                (Some(_), _) => AttemptState::RtTaken,
                (None, Some(_)) => AttemptState::RtRefused,
                (None, None) => AttemptState::RtUnderWay,
            };
        }
        if self.paid_at.is_some() {
            return AttemptState::Paid;
        }
        match self.expires_at(validity) {
            Some(end) if end <= now => AttemptState::Expired,
            Some(_) => AttemptState::RptAccepted,
            None if self.answered_at.is_some() => AttemptState::Activated,
            None => AttemptState::Asked,
        }
    }

    /// Whether its RPT waits for a receipt that may still come in time.
    pub fn waits(&self, validity: SignedDuration, now: Timestamp) -> bool {
        self.state(validity, now) == AttemptState::RptAccepted
    }

    /// Whether a receipt was booked that no RT tells of yet.
    fn receipt_waits(&self, last: &RtFacts) -> bool {
        last.outcome == RtOutcome::Expired && self.paid_at.is_some()
    }

    /// Whether a further activation belongs to this attempt: nothing has ended it.
    pub fn is_open(&self, validity: SignedDuration, now: Timestamp) -> bool {
        let running = |asked: Timestamp| asked.checked_add(validity).is_ok_and(|end| now < end);
        self.rts.is_empty() && self.paid_at.is_none() && self.asked_at.is_some_and(running)
    }

    /// What has happened to its RPT so far, the earliest first; nothing without one.
    pub fn history(&self, validity: SignedDuration, now: Timestamp) -> Vec<(Timestamp, Stato)> {
        let Some(accepted) = self.rpt_at else { return Vec::new() };
        let mut history = vec![(accepted, Stato::RptRicevutaNodo), (accepted, Stato::RptAccettataNodo)];
        let expired = self.rts.iter().any(|rt| rt.outcome == RtOutcome::Expired);
        let due = self.state(validity, now) == AttemptState::Expired;
        if let Some(end) = self.expires_at(validity).filter(|_| expired || due) {
            history.push((end, Stato::RptDecorsiTermini));
        }
        history.extend(self.paid_at.map(|paid| (paid, Stato::RtRicevutaNodo)));
        for rt in &self.rts {
            history.push((rt.made_at, Stato::RtAccettataNodo));
            let refused = rt.refused_at.filter(|_| rt.taken_at.is_none());
            history.extend(refused.map(|refused| (refused, Stato::RtRifiutataPa)));
            history.extend(rt.taken_at.map(|taken| (taken, Stato::RtAccettataPa)));
        }
        history.sort_by_key(|(at, _)| *at);
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALIDITY: SignedDuration = SignedDuration::from_mins(30);

    fn at(minutes: i64) -> Timestamp {
        "2026-11-22T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    fn rt(outcome: RtOutcome, made: i64) -> RtFacts {
        RtFacts { outcome, made_at: at(made), taken_at: None, refused_at: None }
    }

    fn accepted() -> AttemptFacts {
        AttemptFacts {
            asked_at: Some(at(0)),
            answered_at: Some(at(0)),
            rpt_at: Some(at(1)),
            ..AttemptFacts::default()
        }
    }

    fn stands(facts: &AttemptFacts, minutes: i64) -> AttemptState {
        facts.state(VALIDITY, at(minutes))
    }

    #[test]
    fn the_name_of_an_attempt_follows_from_its_number() {
        let ec = FiscalCode::new("77777777777").unwrap();
        let first = Ccp::of_attempt(&ec, "02000000000000153", 1);
        assert_eq!(first.as_str(), "77777777777020000000000001530001");
        assert_eq!(first.as_str().len(), 32);
        assert_ne!(first, Ccp::of_attempt(&ec, "02000000000000153", 2));
        assert_eq!(first.version(1), first);
        assert_eq!(first.version(2).as_str(), "77777777777020000000000001530001-v2");
    }

    #[test]
    fn a_long_name_gives_way_to_its_version() {
        let long = Ccp::new(&"x".repeat(35)).unwrap();
        assert_eq!(long.version(2).as_str(), format!("{}-v2", "x".repeat(32)));
        assert_eq!(long.version(10).as_str(), format!("{}-v10", "x".repeat(31)));
        for wrong in ["", "a b", &"x".repeat(36)] {
            assert_eq!(Ccp::new(wrong), Err(CcpError), "{wrong:?}");
        }
    }

    #[test]
    fn an_attempt_without_an_rpt_has_no_state_to_be_told() {
        let mut facts = AttemptFacts { asked_at: Some(at(0)), ..AttemptFacts::default() };
        assert_eq!(stands(&facts, 1), AttemptState::Asked);
        facts.answered_at = Some(at(0));
        assert_eq!(stands(&facts, 99), AttemptState::Activated);
        assert_eq!(stands(&facts, 99).stato(), None);
        assert_eq!(facts.history(VALIDITY, at(99)), []);
    }

    #[test]
    fn an_rpt_waits_for_its_receipt_as_long_as_the_token_is_good() {
        let facts = accepted();
        assert_eq!(stands(&facts, 30), AttemptState::RptAccepted);
        assert_eq!(stands(&facts, 31), AttemptState::Expired);
        assert_eq!(facts.history(VALIDITY, at(30)).len(), 2);
        assert_eq!(facts.history(VALIDITY, at(31)).last(), Some(&(at(31), Stato::RptDecorsiTermini)));
    }

    #[test]
    fn a_repeated_activation_makes_the_token_good_again() {
        let facts = AttemptFacts { asked_at: Some(at(20)), ..accepted() };
        assert_eq!(stands(&facts, 49), AttemptState::RptAccepted);
        assert_eq!(stands(&facts, 50), AttemptState::Expired);
    }

    #[test]
    fn an_rt_is_under_way_until_the_partner_has_it() {
        let mut facts = AttemptFacts { paid_at: Some(at(5)), ..accepted() };
        assert_eq!(stands(&facts, 99), AttemptState::Paid);
        facts.rts.push(rt(RtOutcome::Executed, 6));
        assert_eq!(stands(&facts, 99), AttemptState::RtUnderWay);
        facts.rts[0].refused_at = Some(at(7));
        assert_eq!(stands(&facts, 99), AttemptState::RtRefused);
        facts.rts[0].taken_at = Some(at(8));
        assert_eq!(stands(&facts, 99), AttemptState::RtTaken);
        let words: Vec<Stato> = facts.history(VALIDITY, at(99)).into_iter().map(|(_, stato)| stato).collect();
        assert_eq!(
            words,
            [
                Stato::RptRicevutaNodo,
                Stato::RptAccettataNodo,
                Stato::RtRicevutaNodo,
                Stato::RtAccettataNodo,
                Stato::RtAccettataPa
            ]
        );
    }

    #[test]
    fn a_payment_after_the_negative_rt_waits_for_one_more() {
        let taken = RtFacts { taken_at: Some(at(32)), ..rt(RtOutcome::Expired, 31) };
        let mut facts = AttemptFacts { rts: vec![taken], ..accepted() };
        assert_eq!(stands(&facts, 99), AttemptState::RtTaken);
        facts.paid_at = Some(at(40));
        assert_eq!(stands(&facts, 99), AttemptState::Paid);
        facts.rts.push(rt(RtOutcome::Executed, 41));
        assert_eq!(stands(&facts, 99), AttemptState::RtUnderWay);
    }

    #[test]
    fn what_has_ended_is_not_activated_again() {
        let facts = accepted();
        assert!(facts.is_open(VALIDITY, at(29)));
        assert!(!facts.is_open(VALIDITY, at(30)));
        let paid = AttemptFacts { paid_at: Some(at(2)), ..accepted() };
        assert!(!paid.is_open(VALIDITY, at(3)));
        let closed = AttemptFacts { rts: vec![rt(RtOutcome::Expired, 2)], ..accepted() };
        assert!(!closed.is_open(VALIDITY, at(3)));
    }
}
