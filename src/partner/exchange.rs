//! One exchange with a partner: bounded in time, size and number, over a connection that is kept, under our
//! certificate.
//!
//! Nothing is sent twice that could do harm twice ([`Again`]). A partner that keeps failing is left alone for a
//! while; that it does and that it is back is told once each, whoever finds out.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use jiff::SignedDuration;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use crate::domain::access::Tenant;
use crate::domain::clock::Clock;
use crate::domain::event::{Feed, PartnerChange};
use crate::domain::routing::Partner;
use crate::guard::{
    Answer, CircuitSettings, Circuits, ClientError, ClientSettings, Identity, NoAnswer, Sender, Sign, Stage,
    Turn, soap_headers,
};
use crate::store::Store;

use super::failure::PartnerFailure;
use super::tally::Tally;

/// How partners are reached.
#[derive(Clone, Debug)]
pub struct ExchangeSettings {
    /// How an exchange is bounded; our certificate besides, if it is known at the start.
    pub client: ClientSettings,
    /// When a partner is left alone.
    pub circuit: CircuitSettings,
    /// Where it is told that a partner fails.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
}

/// Reaches partners. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Exchange(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: ExchangeSettings,
    sender: RwLock<Sender>,
    circuits: Circuits,
    tally: Arc<Tally>,
}

/// Which of the addresses of a partner is meant; most have one for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Where it is asked for notices (old systems: PagamentiTelematiciCCP).
    Ccp,
    /// Where it takes receipts (old systems: PagamentiTelematiciRT).
    Rt,
    /// Where it is asked for payments without a notice (old systems: RichiestaAvvisi).
    Demand,
}

/// When something is sent a second time, as long as there is time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// If no whole answer came: a question that changes nothing.
    Unanswered,
    /// Only if no connection stood. A partner may note an activation, and two of them are not one.
    Unsent,
    /// Never: each time that it arrives it may make another notice.
    Never,
}

/// What is sent to a partner.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Where.
    pub which: Which,
    /// The value of SOAPAction.
    pub action: &'a str,
    /// Whether it is sent a second time.
    pub again: Again,
}

impl Exchange {
    /// Reaches partners under these bounds.
    pub fn new(settings: ExchangeSettings) -> Result<Self, ClientError> {
        let sender = RwLock::new(Sender::new(&settings.client)?);
        let circuits = Circuits::new(settings.circuit);
        Ok(Exchange(Arc::new(Parts { settings, sender, circuits, tally: Arc::default() })))
    }

    /// Shows this certificate from now on; connections that are open are not used again.
    pub fn identify(&self, identity: Option<Identity>) -> Result<(), ClientError> {
        let client = ClientSettings { identity, ..self.0.settings.client.clone() };
        let sender = Sender::new(&client)?;
        *self.0.sender.write().unwrap_or_else(PoisonError::into_inner) = sender;
        Ok(())
    }

    /// What is counted.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.0.tally
    }

    /// How many partners are left alone now, and how many are about to be tried again.
    pub fn broken(&self) -> crate::guard::Broken {
        self.0.circuits.broken(self.0.settings.clock.now())
    }

    /// How many more requests a partner may have at that address now.
    pub fn room(&self, partner: &Partner, which: Which) -> u32 {
        self.0.circuits.room(&circuit(partner, which), self.0.settings.clock.now())
    }

    /// Posts a message and waits for the whole answer, all of it within the deadline.
    pub async fn post(
        &self,
        partner: &Partner,
        ask: Ask<'_>,
        body: Bytes,
        deadline: Duration,
    ) -> Result<Bytes, PartnerFailure> {
        let answer = self.bounded(partner, ask, body, deadline).await;
        self.0.tally.count(partner.speaks, answer.as_ref().err());
        if let Err(failure) = &answer {
            let (partner, reason) = (partner.id.as_str(), failure.word());
            tracing::warn!(partner, reason, action = ask.action, %failure, "a partner gave no answer");
        }
        answer
    }

    /// Notes that an answer was no good.
    pub fn invalid(&self, partner: &Partner, failure: &PartnerFailure) {
        self.0.tally.invalid(partner.speaks);
        let (partner, reason) = (partner.id.as_str(), failure.word());
        tracing::warn!(partner, reason, %failure, "a partner answered what cannot be told");
    }

    async fn bounded(
        &self,
        partner: &Partner,
        ask: Ask<'_>,
        body: Bytes,
        deadline: Duration,
    ) -> Result<Bytes, PartnerFailure> {
        if !partner.enabled {
            return Err(PartnerFailure::Off);
        }
        let until = Instant::now() + deadline;
        let clock = &self.0.settings.clock;
        let name = circuit(partner, ask.which);
        let first = self.once(partner, ask, body.clone(), (&name, until)).await;
        let is_worth_it = match (&first, ask.again) {
            (Err(Tried::No(none)), Again::Unanswered) => {
                matches!(none.stage, Stage::NotConnected | Stage::Broken)
            }
            (Err(Tried::No(none)), Again::Unsent) => none.stage == Stage::NotConnected,
            (Ok(_) | Err(_), _) => false,
        };
        // A connection that cannot stand within the rest of the time is not tried for.
        let has_time = Instant::now() + deadline / 4 < until && !self.is_open(&name, clock);
        let last =
            if is_worth_it && has_time { self.once(partner, ask, body, (&name, until)).await } else { first };
        last.map_err(Tried::failure)
    }

    fn is_open(&self, name: &str, clock: &Clock) -> bool {
        self.0.circuits.room(name, clock.now()) == 0
    }

    async fn once(
        &self,
        partner: &Partner,
        ask: Ask<'_>,
        body: Bytes,
        (name, until): (&str, Instant),
    ) -> Result<Bytes, Tried> {
        let clock = &self.0.settings.clock;
        let pass = self.0.circuits.enter(name, clock.now()).map_err(|denied| Tried::Yes(denied.into()))?;
        let sender = self.0.sender.read().unwrap_or_else(PoisonError::into_inner).clone();
        let sent = sender.post(address(partner, ask.which), soap_headers(ask.action), body);
        let answer = match timeout_at(until, sent).await {
            Ok((answer, _)) => answer.map_err(Tried::No),
            Err(_elapsed) => Err(Tried::Yes(PartnerFailure::Late)),
        };
        let answer = answer.and_then(|answer| whole(answer).map_err(Tried::Yes));
        let sign = match &answer {
            // That it may not be reached is nothing that it did.
            Err(Tried::No(NoAnswer { stage: Stage::Forbidden, .. })) => return answer,
            Ok(_) => Sign::Alive,
            Err(_) => Sign::Failing,
        };
        let failure = answer.as_ref().err().map(Tried::word);
        self.tell(partner, pass.settle(sign, clock.now()), failure);
        answer
    }

    /// Tells when a partner is left alone, and when it is back: in a task of its own, so that nobody waits.
    fn tell(&self, partner: &Partner, turn: Turn, reason: Option<&'static str>) {
        let change = match turn {
            Turn::None => return,
            Turn::Opened => PartnerChange::Failed,
            Turn::Closed => PartnerChange::Recovered,
        };
        let (id, feed) = (partner.id.clone(), feed(partner));
        tracing::warn!(
            partner = id.as_str(),
            change = change.kind(),
            reason,
            "the state of a partner changed"
        );
        let (store, now) = (self.0.settings.store.clone(), self.0.settings.clock.now());
        let reason = reason.map(str::to_owned);
        let told = async move {
            if let Err(error) = store.tell_partner((feed, &id), change, reason, now).await {
                tracing::warn!(%error, "the state of a partner could not be told");
            }
        };
        tokio::spawn(told.in_current_span());
    }
}

/// A failure, and whether it may be mended by another try.
enum Tried {
    /// There is no answer.
    No(NoAnswer),
    /// There was one, or there is no time left.
    Yes(PartnerFailure),
}

impl Tried {
    fn failure(self) -> PartnerFailure {
        match self {
            Tried::No(none) => {
                tracing::debug!(%none, "an exchange with a partner failed");
                PartnerFailure::from(&none)
            }
            Tried::Yes(failure) => failure,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Tried::No(none) => PartnerFailure::from(none).word(),
            Tried::Yes(failure) => failure.word(),
        }
    }
}

/// Whose feed tells of a partner: that of the institution whose it is, or the gateway's.
pub(super) fn feed(partner: &Partner) -> Feed {
    match &partner.owner {
        Tenant::Institution(ec) => Feed::Institution(ec.clone()),
        Tenant::Broker(_) | Tenant::Gateway => Feed::Gateway,
    }
}

/// Old systems listen at several places, and one of them may be down alone.
fn circuit(partner: &Partner, which: Which) -> String {
    format!("{} {}", partner.id, address(partner, which))
}

fn address(partner: &Partner, which: Which) -> &str {
    let elsewhere = match which {
        Which::Ccp => None,
        Which::Rt => partner.rt_url.as_ref(),
        Which::Demand => partner.demand_url.as_ref(),
    };
    elsewhere.unwrap_or(&partner.url).as_str()
}

/// The body, if the answer is one that can be read: status 200, XML, and all of it.
fn whole(answer: Answer) -> Result<Bytes, PartnerFailure> {
    if answer.status != 200 {
        return Err(PartnerFailure::Status(answer.status));
    }
    // Some say nothing of what they send; who says something means it.
    let content_type = answer.content_type.as_deref().unwrap_or("text/xml").to_ascii_lowercase();
    if !content_type.contains("xml") {
        return Err(PartnerFailure::ContentType);
    }
    if answer.whole { Ok(answer.body) } else { Err(PartnerFailure::TooLong) }
}

/// A duration of the configuration, for the clock.
pub(super) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
