//! RTs on their way: the courier has a letter for each receipt of a partner, and for each RPT that nobody paid.
//!
//! RTs are made when their letter is handed over first, kept, and sent as they are kept ever after: what the partner
//! has is what `nodoChiediCopiaRT` gives.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::Partner;
use crate::domain::routing::attempt::{Ccp, RtOutcome};
use crate::legacy::translate::{self, Attempt, Unusable};
use crate::partner::courier::{HandedOver, HandingOver, Letters};
use crate::partner::{Again, Ask, PartnerFailure, Which};
use crate::soap::legacy as old;
use crate::soap::{Limits, read_request};
use crate::store::{
    Asked, AttemptName, LegacyAttempt, Letter, NewRt, RptName, RtFate, StoreError, StoredRpt, StoredRt,
};
use crate::wire::common::Text35;
use crate::wire::pagamenti::Rpt;
use crate::wire::pagamenti_telematici_rt::{Operation, Request, Response};
use crate::wire::ppt::PaaInviaRT;
use crate::wire::ppthead::IntestazionePPT;
use crate::wire::{Base64, Bounds, FacetError, PlainText, Text, read_document_leniently, write_document};

use super::Desk;
use super::made::Paid;

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

impl From<Unusable> for Stopped {
    fn from(unusable: Unusable) -> Self {
        Stopped::Ours(format!("no RT can be made of the receipt: {unusable}"))
    }
}

impl From<FacetError> for Stopped {
    fn from(error: FacetError) -> Self {
        Stopped::Ours(format!("no RT can be made of the receipt: {error}"))
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
                match self.send(rt, partner).await {
                    // Who does not take the one that nobody paid gets the one of the payment all the same.
                    Err(Stopped::Theirs(_)) if letter.message.is_some() && rt.receipt.is_none() => {}
                    sent => sent?,
                }
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
        let paid = Paid::of(&request).ok_or_else(unreadable)?;
        for _ in 0..TRIES {
            let attempt = self.attempt_paid(letter, &paid, partner).await?;
            let made = self.parts.store.rts_of_attempt(&attempt.name).await?;
            let rpts = self.parts.store.rpts_of_attempt(&attempt.name).await?;
            let mut rts = self.make(letter, &paid, (&attempt, &rpts, &made), partner)?;
            let wanted: Vec<FiscalCode> = rts.iter().map(|rt| rt.name.ec.clone()).collect();
            let of_this = |rt: &StoredRt| rt.receipt.as_deref() == Some(&*paid.receipt);
            // The letter of another institution's copy may have made that one's before.
            rts.retain(|rt| !made.iter().any(|there| of_this(there) && there.name.ec == rt.name.ec));
            if rts.is_empty() {
                // That nobody paid in time is told before that somebody did, whichever letter was written first.
                let waits = |rt: &StoredRt| rt.taken_at.is_none() && rt.partner == partner.id;
                let is_first = |rt: &StoredRt| rt.outcome == RtOutcome::Expired && waits(rt);
                let is_its = |rt: &StoredRt| (of_this(rt) || is_first(rt)) && wanted.contains(&rt.name.ec);
                let mut ready: Vec<StoredRt> = made.into_iter().filter(is_its).collect();
                ready.sort_by_key(|rt| rt.receipt.is_some());
                return Ok(ready);
            }
            // Another instance may have been faster: then they are there now.
            self.parts.store.keep_rts(&rts).await?;
        }
        Err(Stopped::Ours("another instance makes the RT".to_owned()))
    }

    /// The attempt that was paid. A payment of which nothing was seen here before is noted as one.
    async fn attempt_paid(
        &self,
        letter: &Letter,
        paid: &Paid,
        partner: &Partner,
    ) -> Result<LegacyAttempt, Stopped> {
        let store = &self.parts.store;
        let notice = (&paid.issuer, &paid.notice);
        if let Some(attempt) = store.attempt_of_receipt(notice, (&letter.ec, &letter.name)).await? {
            return Ok(attempt);
        }
        let iuv = paid.notice.iuv().as_str().to_owned();
        let last = store.last_attempt(&paid.issuer, &iuv).await?;
        let number = last.map_or(1, |last| last.name.number.saturating_add(1));
        let asked = Asked {
            name: AttemptName { ec: paid.issuer.clone(), iuv, number },
            ccp: paid.ccp.clone(),
            notice: paid.notice,
            partner: partner.id.clone(),
            through: paid.through.clone(),
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
        paid: &Paid,
        (attempt, rpts, made): (&LegacyAttempt, &[StoredRpt], &[StoredRt]),
        partner: &Partner,
    ) -> Result<Vec<NewRt>, Stopped> {
        let now = self.parts.clock.now();
        let read: Result<Vec<Rpt>, _> =
            rpts.iter().map(|rpt| read_document_leniently::<Rpt>(&rpt.body, Bounds::default())).collect();
        let read = read.map_err(|_| Stopped::Ours("the RPT cannot be read again".to_owned()))?;
        let station: Text35 = Text::new(attempt.station.as_str())?;
        let about = Attempt { ccp: None, station: &station, rpts: &read, received_at: now };
        let mut rts = Vec::new();
        for recipient in translate::receipt_rts(&paid.words, &about)? {
            let of = rpts.iter().find(|rpt| rpt.name.ec.as_str() == recipient.ec.as_str());
            let own = recipient.ec.as_str() == letter.ec.as_str();
            if !own && (of.is_none() || letter.ec != paid.issuer) {
                continue;
            }
            let ec = of.map_or_else(|| letter.ec.clone(), |rpt| rpt.name.ec.clone());
            let base = of.map_or(attempt.ccp.as_str(), |rpt| rpt.name.ccp.as_str());
            let base = Ccp::new(base).map_err(|_| Stopped::Ours("the RPT has an odd name".to_owned()))?;
            let before = made.iter().filter(|rt| rt.name.ec == ec && rt.rpt_ccp == base.as_str()).count();
            let ccp = base.version(before + 1);
            let mut rt = recipient.rt;
            rt.dati_pagamento.codice_contesto_pagamento = Text::new(ccp.as_str())?;
            // The partner's own reference, where the number of the notice was made here.
            rt.dati_pagamento.identificativo_univoco_versamento = Text::new(attempt.name.iuv.as_str())?;
            rts.push(NewRt {
                name: RptName { ec, iuv: attempt.name.iuv.clone(), ccp: ccp.as_str().to_owned() },
                rpt_ccp: base,
                attempt: attempt.name.clone(),
                partner: partner.id.clone(),
                outcome: RtOutcome::Executed,
                receipt: Some(paid.receipt.clone()),
                made_at: now,
                letter: None,
                body: write_document(&rt),
            });
        }
        if rts.is_empty() {
            Err(Stopped::Ours("nobody has a share in the receipt".to_owned()))
        } else {
            Ok(rts)
        }
    }

    async fn send(&self, rt: &StoredRt, partner: &Partner) -> Result<(), Stopped> {
        let attempt = self.parts.store.attempt(&rt.attempt).await?;
        let attempt = attempt.ok_or_else(|| Stopped::Ours("the attempt of the RT is not here".to_owned()))?;
        let message = old::write_request::<Operation>(&message(rt, &attempt)?);
        let operation = Operation::PaaInviaRT;
        let ask = Ask { which: Which::Rt, action: operation.soap_action(), again: Again::Never };
        let sent = self.parts.exchange.post(partner, ask, message.into(), self.parts.receipt_deadline).await;
        let answer = sent.and_then(|answer| {
            let read =
                old::read_response(&answer, operation, &self.parts.limits).map_err(PartnerFailure::from);
            read.inspect_err(|failure| self.parts.exchange.invalid(partner, failure))
        });
        let outcome = match answer {
            Ok(Response::PaaInviaRT(answer)) => answer.paa_invia_rt_risposta,
            Err(failure) => return Err(Stopped::Ours(format!("the partner {failure}"))),
        };
        let (fate, ended) = match translate::rt_refused(&outcome) {
            Ok(None) => (RtFate::Taken, Ok(())),
            Ok(Some(fault)) => {
                let code = code(fault.fault_code.as_str().trim());
                (RtFate::Refused(code.to_owned()), Err(Stopped::Theirs(HandedOver::refused(code))))
            }
            Err(unusable) => return Err(Stopped::Ours(format!("the partner answered {unusable}"))),
        };
        self.parts.store.settle_rt(&rt.name, &fate, self.parts.clock.now()).await?;
        ended
    }
}

/// paaInviaRT of an RT: not signed, under the name of the RT.
fn message(rt: &StoredRt, attempt: &LegacyAttempt) -> Result<Request, FacetError> {
    let header = IntestazionePPT {
        identificativo_intermediario_pa: Text::new(attempt.broker.as_str())?,
        identificativo_stazione_intermediario_pa: Text::new(attempt.station.as_str())?,
        identificativo_dominio: Text::new(rt.name.ec.as_str())?,
        identificativo_univoco_versamento: Text::new(rt.name.iuv.as_str())?,
        codice_contesto_pagamento: Text::new(rt.name.ccp.as_str())?,
    };
    let body = PaaInviaRT { tipo_firma: PlainText::default(), rt: Base64::encode(&rt.body)? };
    Ok(Request::PaaInviaRT(header, body))
}

/// A code of a refusal; whatever else stands there may be personal data.
fn code(text: &str) -> &str {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if text.bytes().all(plain) { text } else { "KO" }
}
