//! Questions that a partner answers: who is asked, in which order, and who answers if nobody does.
//!
//! | what happens | what the node is told |
//! |---|---|
//! | the partner answers, OK or KO | its answer, written anew |
//! | it says that it does not know the notice, in an overlap | what whoever answered before says |
//! | it is slow, and a position that can be paid is here | that position, after `partners.stand_in_after` |
//! | it fails, and a position is here | that position, or why it cannot be paid |
//! | it fails, and none is here | `PAA_SYSTEM_ERROR`, with the kind of the failure |
//!
//! An answer that comes after the node was told something else is dropped. Who answered an activation is kept,
//! because the receipt goes there; so is that we answered in the place of a partner, which is told besides.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument as _;

use crate::domain::catalogue::ids::SubjectId;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::Receipt;
use crate::domain::routing::{Delivery, Handler, Partner, PartnerId};
use crate::legacy::desk::Desk;
use crate::partner::{Forwarder, PartnerFailure};
use crate::registry::Registry;
use crate::store::{Activates, AnsweredBy, StandIn};
use crate::wire::common::{NoticeCode, Outcome as Word};
use crate::wire::pa_for_node::{Fault, Request, Response};

use super::checks::Address;
use super::fault::{Blame, PaaCode, Refused};
use super::receipt::NotStored;
use super::{Outcome, Primitives};

/// How long a note of who answered is waited for; the node counts answers after two seconds against us.
const NOTE_WAIT: Duration = Duration::from_millis(500);

/// How partners are asked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Partners {
    /// Asks those that speak the node's own primitives.
    pub forwarder: Forwarder,
    /// Asks those that speak the old primitives.
    pub old: Desk,
    /// How long the answer to a question may take, whoever is asked for it.
    pub deadline: Duration,
    /// How long a partner is waited for where a position that can be paid is here.
    pub stand_in_after: Duration,
}

/// A question that is not for us alone.
#[derive(Clone, Debug)]
pub struct Routed {
    ec: FiscalCode,
    /// What it is about; none for a demand.
    notice: Option<NoticeNumber>,
    /// Who is asked, one after the other, as long as the notice is not known.
    handlers: Vec<Handler>,
}

/// The way of a question that partners answer; none if it is for us alone, or is refused for its address.
pub fn route(primitives: &Primitives, request: &Request) -> Option<Routed> {
    let (address, qr_code) = about(request)?;
    let registry = primitives.registry.current();
    // Nearly all of them end here: nobody answers for that institution but us.
    let ec = FiscalCode::new(address.id_pa.as_str().trim()).ok()?;
    let routes = registry.routes(&ec)?;
    let now = primitives.clock.now();
    let Some(qr_code) = qr_code else {
        let known = address.asked(&registry).ok()?;
        if is_ours(primitives, request, &ec) {
            return None;
        }
        let partners = routes.of_relation(&known.station, now).into_iter();
        let handlers: Vec<Handler> = partners.filter(|one| **one != Handler::Managed).cloned().collect();
        return (!handlers.is_empty()).then_some(Routed { ec, notice: None, handlers });
    };
    let (known, notice) = address.notice(qr_code, &registry, now).ok()?;
    let standing = routes.at(&known.station, &notice, now);
    let handlers: Vec<Handler> = std::iter::once(standing.handler).chain(standing.also).cloned().collect();
    let is_for_us = handlers.iter().all(|one| *one == Handler::Managed);
    // What we activate is noted too where its receipt could be taken for a partner's.
    let is_noted = is_for_us && activates(request) && routes.concern_partners(&notice);
    (!is_for_us || is_noted).then_some(Routed { ec, notice: Some(notice), handlers })
}

/// Who is named by a question, and which notice; none for a receipt.
fn about(request: &Request) -> Option<(Address<'_>, Option<&NoticeCode>)> {
    macro_rules! address {
        ($request:expr) => {
            Address {
                id_pa: &$request.id_pa,
                id_broker_pa: &$request.id_broker_pa,
                id_station: &$request.id_station,
            }
        };
    }
    match request {
        Request::PaVerifyPaymentNotice(request) => Some((address!(request), Some(&request.qr_code))),
        Request::PaGetPayment(request) | Request::PaGetPaymentV2(request) => {
            Some((address!(request), Some(&request.qr_code)))
        }
        Request::PaDemandPaymentNotice(request) => Some((address!(request), None)),
        Request::PaSendRT(_) | Request::PaSendRTV2(_) => None,
    }
}

/// Whether a notice is about to be paid.
fn activates(request: &Request) -> bool {
    matches!(request, Request::PaGetPayment(_) | Request::PaGetPaymentV2(_))
}

/// Whether what is demanded is offered here by that institution.
fn is_ours(primitives: &Primitives, request: &Request, ec: &FiscalCode) -> bool {
    let Request::PaDemandPaymentNotice(request) = request else { return false };
    let subject = SubjectId::new(request.id_soggetto_servizio.as_str()).ok();
    let offered = subject.and_then(|subject| primitives.desk.catalogue.current().by_subject(&subject));
    offered.is_some_and(|offered| offered.offering.ec == *ec)
}

/// What was answered, and by whom.
type Answered = Result<(Outcome, AnsweredBy), Failed>;

/// Who gave no answer, and why.
#[derive(Debug)]
struct Failed {
    partner: PartnerId,
    failure: PartnerFailure,
}

/// Asks who is to be asked, and answers in time whatever they do.
pub async fn answer(primitives: &Primitives, routed: Routed, request: Request, message: Bytes) -> Outcome {
    let question = Arc::new(Question { primitives: primitives.clone(), routed, request, message });
    question.answer().await
}

/// A question under way.
struct Question {
    primitives: Primitives,
    routed: Routed,
    request: Request,
    message: Bytes,
}

impl Question {
    async fn answer(self: Arc<Self>) -> Outcome {
        if let Some(partner) = self.made_here().await {
            let outcome = self.ours().await;
            // Its receipt goes to the partner all the same.
            self.note(&outcome, &AnsweredBy::Partner(partner)).await;
            return outcome;
        }
        let stand_in_after = self.primitives.partners.stand_in_after;
        // In a task of its own: a partner that is not waited for any longer is heard out all the same, so that it
        // is known whether it is alive.
        let asked = Arc::clone(&self);
        let mut asking = tokio::spawn(async move { asked.ask_in_turn().await }.in_current_span());
        let ended = tokio::select! {
            ended = &mut asking => ended,
            () = sleep(stand_in_after), if self.routed.notice.is_some() => {
                if let Some(response) = self.stand_in(&PartnerFailure::Late, Known::Payable).await {
                    return response;
                }
                asking.await
            }
        };
        match ended {
            Ok(Ok((outcome, by))) => {
                self.note(&outcome, &by).await;
                outcome
            }
            Ok(Err(Failed { partner, failure })) => match self.stand_in(&failure, Known::AtAll).await {
                Some(outcome) => outcome,
                None => Err(self.failed(&partner, &failure)),
            },
            Err(_panicked) => Err(self.refused(PaaCode::SystemError, "the question could not be asked")),
        }
    }

    /// Asks one after the other as long as the notice is not known.
    async fn ask_in_turn(&self) -> Answered {
        let until = Instant::now() + self.primitives.partners.deadline;
        let mut unknown = None;
        for handler in &self.routed.handlers {
            let left = until.saturating_duration_since(Instant::now());
            let answered = match handler.partner() {
                None => (self.ours().await, AnsweredBy::Here),
                Some(id) => {
                    let told = self.ask(handler, id, left).await;
                    let told = told.map_err(|failure| Failed { partner: id.clone(), failure })?;
                    (Ok(told), AnsweredBy::Partner(id.clone()))
                }
            };
            if !is_unknown(&answered.0) {
                return Ok(answered);
            }
            unknown.get_or_insert(answered);
        }
        // There is always somebody to ask.
        let nobody = || (Err(self.refused(PaaCode::SystemError, "nobody was asked")), AnsweredBy::Here);
        Ok(unknown.unwrap_or_else(nobody))
    }

    async fn ask(
        &self,
        handler: &Handler,
        id: &PartnerId,
        left: Duration,
    ) -> Result<Response, PartnerFailure> {
        let partner = self.primitives.registry.current().partner(id).cloned().ok_or(PartnerFailure::Off)?;
        match handler {
            Handler::Forward(_) => {
                let forwarder = &self.primitives.partners.forwarder;
                forwarder.ask(&partner, &self.request, self.message.clone(), left).await
            }
            Handler::Legacy(_) => self.ask_in_old_words(&partner, left).await,
            Handler::Managed => Err(PartnerFailure::NotSpoken),
        }
    }

    async fn ask_in_old_words(&self, partner: &Partner, left: Duration) -> Result<Response, PartnerFailure> {
        let desk = &self.primitives.partners.old;
        match &self.request {
            Request::PaVerifyPaymentNotice(request) => {
                desk.verify(partner, request, left).await.map(Response::PaVerifyPaymentNotice)
            }
            Request::PaGetPayment(request) => {
                desk.activate(partner, request, left).await.map(Response::PaGetPayment)
            }
            Request::PaGetPaymentV2(request) => {
                desk.activate_v2(partner, request, left).await.map(Response::PaGetPaymentV2)
            }
            Request::PaDemandPaymentNotice(request) => {
                desk.demand(partner, request, left).await.map(Response::PaDemandPaymentNotice)
            }
            Request::PaSendRT(_) | Request::PaSendRTV2(_) => Err(PartnerFailure::NotSpoken),
        }
    }

    /// The partner by whose own RPT a position for the notice was made here; none if there is none.
    async fn made_here(&self) -> Option<PartnerId> {
        let notice = self.routed.notice.as_ref()?;
        let speaks_old = |handler: &&Handler| matches!(handler, Handler::Legacy(_));
        let partner = self.routed.handlers.iter().find(speaks_old)?.partner()?;
        match self.primitives.partners.old.stands_here(&self.routed.ec, notice).await {
            Ok(stands) => stands.then(|| partner.clone()),
            Err(error) => {
                tracing::warn!(%error, "it could not be read whether a partner began a payment");
                None
            }
        }
    }

    /// What we say ourselves.
    async fn ours(&self) -> Outcome {
        self.primitives.question(&self.request).await
    }

    /// The answer from the position that is here, in the place of the partner that is asked first; none if there
    /// is no such position.
    async fn stand_in(&self, failure: &PartnerFailure, which: Known) -> Option<Outcome> {
        let notice = self.routed.notice.as_ref()?;
        let partner = self.routed.handlers.first().and_then(Handler::partner)?;
        let outcome = self.ours().await;
        let counts = match &outcome {
            Ok(_) => true,
            // It was offered here, and cannot be paid any more: that is so whatever the partner would say.
            Err(refused) => which == Known::AtAll && is_known_unpayable(refused.code),
        };
        if !counts {
            return None;
        }
        let activates =
            if activates(&self.request) && outcome.is_ok() { Activates::Yes } else { Activates::No };
        let (ec, reason) = (&self.routed.ec, failure.word());
        tracing::warn!(partner = partner.as_str(), %ec, reason, "answered in the place of a partner");
        self.primitives.partners.forwarder.exchange.tally().stood_in();
        let stand_in = StandIn { ec, notice, partner, reason, activates };
        let noted = self.primitives.store.note_stand_in(&stand_in, self.primitives.clock.now());
        noted_in_time(noted).await;
        Some(outcome)
    }

    /// Keeps who answered an activation.
    async fn note(&self, outcome: &Outcome, by: &AnsweredBy) {
        let is_ok = outcome.as_ref().is_ok_and(|response| told(response).0 == Word::Ok);
        if let Some(notice) = self.routed.notice.as_ref().filter(|_| is_ok && activates(&self.request)) {
            let place = (&self.routed.ec, notice);
            let noted = self.primitives.store.note_activation(place, by, self.primitives.clock.now());
            noted_in_time(noted).await;
        }
    }

    fn failed(&self, partner: &PartnerId, failure: &PartnerFailure) -> Refused {
        tracing::warn!(partner = partner.as_str(), reason = failure.word(), "no answer in its place");
        self.refused(PaaCode::SystemError, format!("the system of the creditor institution {failure}"))
    }

    fn refused(&self, code: PaaCode, description: impl Into<String>) -> Refused {
        Refused::new(code, self.routed.ec.as_str(), description)
    }
}

/// Which positions of ours count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Those that can be paid now.
    Payable,
    /// Those that were ever offered.
    AtAll,
}

/// Whether a code says that the position is here, and what became of it.
fn is_known_unpayable(code: PaaCode) -> bool {
    code.blame() == Blame::Creditor && code != PaaCode::PagamentoSconosciuto
}

/// Nothing hangs on the note but where a receipt goes while the route changes: it is waited for, but not long.
async fn noted_in_time(noted: impl Future<Output = Result<(), crate::store::StoreError>>) {
    match timeout(NOTE_WAIT, noted).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "who answered for a notice could not be noted"),
        Err(_elapsed) => tracing::warn!("who answered for a notice could not be noted in time"),
    }
}

/// Whether somebody says that there is no such notice.
fn is_unknown(outcome: &Outcome) -> bool {
    match outcome {
        Ok(response) => told(response)
            .1
            .is_some_and(|fault| fault.fault_code.as_str().trim() == PaaCode::PagamentoSconosciuto.name()),
        Err(refused) => refused.code == PaaCode::PagamentoSconosciuto,
    }
}

/// The head of a response.
pub fn told(response: &Response) -> (Word, Option<&Fault>) {
    match response {
        Response::PaVerifyPaymentNotice(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaGetPayment(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaGetPaymentV2(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaDemandPaymentNotice(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaSendRT(answer) | Response::PaSendRTV2(answer) => (answer.outcome, answer.fault.as_ref()),
    }
}

/// Whom a receipt is handed on to: whoever answered the last activation of its notice, else whoever answers for
/// it now. What cannot be found out now is asked for again.
pub async fn recipient(
    primitives: &Primitives,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<Option<Delivery>, NotStored> {
    let registry = primitives.registry.current();
    let Some(routes) = registry.routes(&receipt.recipient) else { return Ok(None) };
    // The code in the number of another institution's notice says nothing of ours.
    let own = Some(&receipt.notice).filter(|_| receipt.recipient == receipt.issuer);
    let answered = match own {
        Some(notice) => primitives.store.answered_by(&receipt.recipient, notice).await.map_err(|error| {
            tracing::error!(%error, "who answered for the notice of a receipt could not be read");
            NotStored
        })?,
        None => None,
    };
    let partner = match &answered {
        Some(AnsweredBy::Here) => return Ok(None),
        Some(AnsweredBy::Partner(partner)) => Some(partner),
        None => routes.of_receipt(&receipt.station, own, now),
    };
    Ok(partner.and_then(|id| delivery(&registry, id)))
}

fn delivery(registry: &Registry, id: &PartnerId) -> Option<Delivery> {
    let Some(partner) = registry.partner(id) else {
        tracing::error!(partner = id.as_str(), "a receipt is for a partner that is not registered");
        return None;
    };
    Some(Delivery { partner: id.clone(), form: partner.speaks.into() })
}
