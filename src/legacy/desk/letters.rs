//! RTs on their way: the courier has a letter for each receipt of a partner, and for each RPT that nobody paid.
//!
//! RTs are made when their letter is handed over first, kept, and sent as they are kept ever after: what the partner
//! has is what `nodoChiediCopiaRT` gives.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::attempt::Ccp;
use crate::domain::routing::Partner;
use crate::partner::courier::{HandedOver, HandingOver, Letters};
use crate::partner::{Again, Ask, PartnerFailure, Which};
use crate::soap::legacy as old;
use crate::soap::{Limits, read_request};
use crate::store::{
    Asked, AttemptName, Letter, LegacyAttempt, NewRt, RptName, RtFate, StoreError, StoredRpt, StoredRt,
};
use crate::wire::pa_for_node::Request;
use crate::wire::pagamenti::Rpt;
use crate::wire::pagamenti_telematici_rt::{Operation, Response};
use crate::wire::ppt::ReceiptOutcome;
use crate::wire::{Bounds, read_document_leniently};

use super::Desk;
use super::words::{self, NewlyPaid};

/// The code by which a partner says that it has the RT from before.
const DUPLICATE: &str = "PAA_RT_DUPLICATA";

/// How often RTs are made again because another instance made some first.
const TRIES: usize = 3;

/// Why a letter was not handed over.
enum Stopped {
    /// We could not.
    Ours(String),
    /// The partner did not take it.
    Theirs(HandedOver),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "an RT waits for the database");
        Stopped::Ours("the database failed".to_owned())
    }
}

impl Letters for Desk {
    fn hand_over<'a>(&'a self, letter: &'a Letter, partner: &'a Partner) -> HandingOver<'a> {
        Box::pin(async move {
            match self.hand(letter, partner).await {
                Ok(()) => HandedOver::taken(),
                Err(Stopped::Ours(why)) => HandedOver::failed(why),
                Err(Stopped::Theirs(handed)) => handed,
            }
        })
    }
}

impl Desk {
    async fn hand(&self, letter: &Letter, partner: &Partner) -> Result<(), Stopped> {
        let rts = match &letter.message {
            Some((_, message)) => self.of_receipt(letter, message, partner).await?,
            None => self.of_name(letter).await?,
        };
        for rt in &rts {
            // Of a letter with several some may have arrived before.
            if rt.taken_at.is_none() || rt.partner != partner.id {
                self.send(rt, partner).await?;
            }
        }
        Ok(())
    }

    /// The RT of a letter that tells of no receipt.
    async fn of_name(&self, letter: &Letter) -> Result<Vec<StoredRt>, Stopped> {
        let name = RptName::of_letter(&letter.ec, &letter.name);
        let name = name.ok_or_else(|| Stopped::Ours("the letter names no RT".to_owned()))?;
        let rt = self.parts.store.rt(&name).await?;
        rt.map(|rt| vec![rt]).ok_or_else(|| Stopped::Ours("the RT of the letter is not here".to_owned()))
    }

    /// The RTs of a receipt, made if they are not yet.
    async fn of_receipt(
        &self,
        letter: &Letter,
        message: &[u8],
        partner: &Partner,
    ) -> Result<Vec<StoredRt>, Stopped> {
        // It was within the bounds when it was received, and they may have been drawn tighter since.
        let limits = Limits { message_bytes: usize::MAX, ..self.parts.limits };
        let unreadable = || Stopped::Ours("the message of the receipt cannot be read".to_owned());
        let request = read_request(message, &limits).map_err(|_| unreadable())?;
        let paid = words::paid(&request).ok_or_else(unreadable)?;
        for _ in 0..TRIES {
            let attempt = self.attempt_of(letter, &paid, (&request, partner)).await?;
            let made = self.parts.store.rts_of_attempt(&attempt.name).await?;
            let of_this = |rt: &StoredRt| rt.receipt.as_deref() == Some(paid.receipt.as_str());
            let own = |rt: &StoredRt| letter.ec == paid.issuer || rt.name.ec == letter.ec;
            let ready: Vec<StoredRt> = made.iter().filter(|rt| of_this(rt) && own(rt)).cloned().collect();
            if !ready.is_empty() {
                return Ok(ready);
            }
            let rpts = self.parts.store.rpts_of_attempt(&attempt.name).await?;
            let rts = self.make(letter, &paid, (&attempt, &rpts, &made), (&request, partner))?;
            // Another instance may have been faster: then they are there now.
            self.parts.store.keep_rts(&rts).await?;
        }
        Err(Stopped::Ours("another instance makes the RT".to_owned()))
    }

    /// The attempt that was paid. A payment of which nothing was seen here before is noted as one.
    async fn attempt_of(
        &self,
        letter: &Letter,
        paid: &NewlyPaid,
        (request, partner): (&Request, &Partner),
    ) -> Result<LegacyAttempt, Stopped> {
        let store = &self.parts.store;
        let notice = (&paid.issuer, &paid.notice);
        if let Some(attempt) = store.attempt_of_receipt(notice, (&letter.ec, &letter.name)).await? {
            return Ok(attempt);
        }
        let iuv = paid.notice.iuv().as_str().to_owned();
        let last = store.last_attempt(&paid.issuer, &iuv).await?;
        let number = last.map_or(1, |last| last.name.number.saturating_add(1));
        let through = words::through(request);
        let through = through.ok_or_else(|| Stopped::Ours("the receipt names no station".to_owned()))?;
        let asked = Asked {
            name: AttemptName { ec: paid.issuer.clone(), iuv, number },
            ccp: paid.ccp.clone(),
            notice: paid.notice,
            partner: partner.id.clone(),
            through,
            amount: paid.amount,
            at: self.parts.clock.now(),
        };
        Ok(store.begin_by_receipt(&asked).await?)
    }

    /// One RT for each beneficiary that the letter is about: for the issuer of the notice itself and whoever else
    /// an RPT of the attempt is of; for another institution's copy itself alone.
    fn make(
        &self,
        letter: &Letter,
        paid: &NewlyPaid,
        (attempt, rpts, made): (&LegacyAttempt, &[StoredRpt], &[StoredRt]),
        (request, partner): (&Request, &Partner),
    ) -> Result<Vec<NewRt>, Stopped> {
        let mut beneficiaries: Vec<&FiscalCode> = vec![&letter.ec];
        if letter.ec == paid.issuer {
            let others = rpts.iter().map(|rpt| &rpt.name.ec).filter(|ec| **ec != letter.ec);
            beneficiaries.extend(others);
        }
        let mut rts = Vec::with_capacity(beneficiaries.len());
        for ec in beneficiaries {
            let rpt = rpts.iter().find(|rpt| rpt.name.ec == *ec);
            let base = rpt.map_or(attempt.ccp.as_str(), |rpt| rpt.name.ccp.as_str());
            let base = Ccp::new(base).map_err(|_| Stopped::Ours("the RPT has an odd name".to_owned()))?;
            let before = made.iter().filter(|rt| rt.name.ec == *ec && rt.rpt_ccp == base.as_str()).count();
            let ccp = base.version(before + 1);
            let read = rpt.map(|rpt| read_document_leniently::<Rpt>(&rpt.body, Bounds::default())).transpose();
            let read = read.map_err(|_| Stopped::Ours("the RPT cannot be read again".to_owned()))?;
            let iuv = attempt.name.iuv.as_str();
            let body = words::rt(request, (ec, iuv, &ccp), (read.as_ref(), &partner.invention), self.parts.clock.now());
            // A beneficiary with an RPT may have no share in what was paid: there is nothing to tell it.
            let Some(body) = body.map_err(Stopped::Ours)? else { continue };
            rts.push(NewRt {
                name: RptName { ec: ec.clone(), iuv: attempt.name.iuv.clone(), ccp: ccp.as_str().to_owned() },
                rpt_ccp: base,
                attempt: attempt.name.clone(),
                partner: partner.id.clone(),
                outcome: paid.outcome,
                receipt: Some(paid.receipt.as_str().to_owned()),
                made_at: self.parts.clock.now(),
                letter: None,
                body,
            });
        }
        if rts.is_empty() { Err(Stopped::Ours("nobody has a share in the receipt".to_owned())) } else { Ok(rts) }
    }

    async fn send(&self, rt: &StoredRt, partner: &Partner) -> Result<(), Stopped> {
        let attempt = self.parts.store.attempt(&rt.attempt).await?;
        let attempt = attempt.ok_or_else(|| Stopped::Ours("the attempt of the RT is not here".to_owned()))?;
        let message = words::send_rt(rt, (&attempt.broker, &attempt.station)).map_err(Stopped::Ours)?;
        let message = old::write_request::<Operation>(&message);
        let operation = Operation::PaaInviaRT;
        let ask = Ask { which: Which::Rt, action: operation.soap_action(), again: Again::Never };
        let sent = self.parts.exchange.post(partner, ask, message.into(), self.parts.receipt_deadline).await;
        let answer = sent.and_then(|answer| {
            let read = old::read_response(&answer, operation, &self.parts.limits).map_err(PartnerFailure::from);
            read.inspect_err(|failure| self.parts.exchange.invalid(partner, failure))
        });
        let outcome = match answer {
            Ok(Response::PaaInviaRT(answer)) => answer.paa_invia_rt_risposta,
            Err(failure) => return Err(Stopped::Ours(format!("the partner {failure}"))),
        };
        let (fate, ended) = match said(&outcome) {
            None => (RtFate::Taken, Ok(())),
            Some(code) => (RtFate::Refused(code.clone()), Err(Stopped::Theirs(HandedOver::refused(code)))),
        };
        self.parts.store.settle_rt(&rt.name, &fate, self.parts.clock.now()).await?;
        ended
    }
}

/// The code by which an RT is refused; none if the partner has it.
fn said(outcome: &ReceiptOutcome) -> Option<String> {
    let code = outcome.fault.as_ref().map(|fault| fault.fault_code.as_str().trim());
    let plain = |code: &&str| code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    match (outcome.esito.as_str().trim(), code) {
        ("OK", _) | (_, Some(DUPLICATE)) => None,
        // Whatever else it says there may be personal data.
        (_, code) => Some(code.filter(plain).unwrap_or("KO").to_owned()),
    }
}

impl NewlyPaid {
    /// What a receipt says of what was paid.
    pub(super) fn new(issuer: FiscalCode, notice: NoticeNumber, receipt: ReceiptId) -> Option<Self> {
        // A receipt id fits a CCP but for its characters, and is its name where nobody gave it another.
        let name: String = receipt.as_str().chars().filter(char::is_ascii_graphic).take(Ccp::MAX).collect();
        let ccp = Ccp::new(&name).ok()?;
        Some(NewlyPaid {
            issuer,
            notice,
            receipt,
            ccp,
            amount: crate::domain::amount::Cents::ZERO,
            outcome: crate::domain::routing::attempt::RtOutcome::Executed,
        })
    }
}
