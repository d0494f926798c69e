//! What the node asks, asked of a partner in the old words.
//!
//! The name of an attempt (CCP) follows from its number, so that a verify writes nothing. An activation is noted
//! before the partner is asked, for its RPT may come before its answer. A further activation with the same amount
//! is the same attempt as long as nothing has ended it; any other is the next one.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::rome;
use crate::domain::routing::Partner;
use crate::domain::routing::attempt::Begun;
use crate::legacy::translate::{self, Activated, Answering, Invented, Payment, Unusable};
use crate::partner::{Again, Ask, PartnerFailure, Which};
use crate::soap::legacy::{self, Service};
use crate::store::{Answered, Asked, AttemptName, LegacyAttempt, StoreError};
use crate::wire::common::{Amount, Fault, Outcome, Text35};
use crate::wire::pa_for_node::{
    DemandAnswer, NoticeAnswer, NoticeDemand, NoticeVerification, PaymentAnswer, PaymentAnswerV2,
    PaymentRequest,
};
use crate::wire::pagamenti::Rpt;
use crate::wire::ppt::TermsOutcome;
use crate::wire::{
    Bounds, PlainText, pagamenti_telematici_ccp as payments, read_document_leniently,
    richiesta_avvisi as notices,
};

use super::Desk;
use super::about::{About, amount_of, names_nobody, not_kept, same_account, text, verification};

impl Desk {
    /// Can this notice be paid, and how much is it?
    pub async fn verify(
        &self,
        partner: &Partner,
        request: &NoticeVerification,
        deadline: Duration,
    ) -> Result<NoticeAnswer, PartnerFailure> {
        let parties = (&request.id_pa, &request.id_broker_pa, &request.id_station);
        let about = self.about(parties, &request.qr_code, deadline)?;
        let outcome = self.verifies(partner, request, &about).await?;
        let told = translate::verify_answer(&outcome, request, &about.answering(partner));
        told.map(|(answer, _)| answer).map_err(|unusable| self.untold(partner, &unusable))
    }

    /// What is needed to pay this notice? In the words of the first version.
    pub async fn activate(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        deadline: Duration,
    ) -> Result<PaymentAnswer, PartnerFailure> {
        let refused = |fault| PaymentAnswer { outcome: Outcome::Ko, fault: Some(fault), data: None };
        match self.activated(partner, request, deadline).await? {
            Activated::Refused(fault) => Ok(refused(fault)),
            Activated::Payable(payment) => match payment.first_version() {
                Ok(data) => Ok(PaymentAnswer { outcome: Outcome::Ok, fault: None, data: Some(data) }),
                Err(Unusable::Stamp) => Ok(refused(stamp_needs_version_2(&request.id_pa))),
                Err(unusable) => Err(self.untold(partner, &unusable)),
            },
        }
    }

    /// The same in the words of the second version.
    pub async fn activate_v2(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        deadline: Duration,
    ) -> Result<PaymentAnswerV2, PartnerFailure> {
        Ok(match self.activated(partner, request, deadline).await? {
            Activated::Refused(fault) => {
                PaymentAnswerV2 { outcome: Outcome::Ko, fault: Some(fault), data: None }
            }
            Activated::Payable(payment) => {
                PaymentAnswerV2 { outcome: Outcome::Ok, fault: None, data: Some(payment.data) }
            }
        })
    }

    /// A notice for what somebody filled in.
    pub async fn demand(
        &self,
        partner: &Partner,
        request: &NoticeDemand,
        deadline: Duration,
    ) -> Result<DemandAnswer, PartnerFailure> {
        let until = Instant::now() + deadline;
        let asked = translate::demand_request(request).map_err(|unusable| self.untold(partner, &unusable))?;
        let how = (Which::Demand, Again::Never);
        let answer = self.ask::<notices::Operation>(partner, &asked, how, until).await?;
        let notices::Response::PaaChiediNumeroAvviso(answer) = answer;
        let ec = FiscalCode::new(request.id_pa.as_str().trim()).map_err(|_| names_nobody())?;
        let (name, today) = (self.name_of(&ec), rome::day(self.parts.clock.now()));
        let answering = Answering { ec: &ec, ec_name: &name, invention: &partner.invention, today };
        let told = translate::demand_answer(&answer.paa_chiedi_numero_avviso_risposta, &answering);
        told.map(|demanded| demanded.answer).map_err(|unusable| self.untold(partner, &unusable))
    }

    /// Whether a notice is paid by a position that an RPT of the partner's own has made here: then it is managed,
    /// as long as that RPT waits for its receipt.
    pub async fn stands_here(&self, ec: &FiscalCode, notice: &NoticeNumber) -> Result<bool, StoreError> {
        let now = self.parts.clock.now();
        let last = self.parts.store.last_attempt_of_notice(ec, notice).await?;
        let waits = |attempt: LegacyAttempt| {
            attempt.begun == Begun::ByPartner && attempt.facts.waits(self.parts.validity, now)
        };
        Ok(last.is_some_and(waits))
    }

    /// Asks until the amount fits, at most twice, and completes the answer by the RPTs that come in time.
    async fn activated(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        deadline: Duration,
    ) -> Result<Activated, PartnerFailure> {
        let parties = (&request.id_pa, &request.id_broker_pa, &request.id_station);
        let about = self.about(parties, &request.qr_code, deadline)?;
        let answering = about.answering(partner);
        let told = |outcome: &TermsOutcome, rpts: &[Rpt]| {
            translate::activate_answer(outcome, request, rpts, &answering)
                .map_err(|unusable| self.untold(partner, &unusable))
        };
        let mut verified = None;
        let mut wanted = request.amount.map(Amount::cents).filter(|amount| *amount > Cents::ZERO);
        for again in [true, false] {
            if wanted.is_none() {
                let outcome = self.verifies(partner, &verification(request), &about).await?;
                if let Activated::Refused(fault) = told(&outcome, &[])? {
                    return Ok(Activated::Refused(fault));
                }
                wanted = amount_of(&outcome);
                verified = Some(outcome);
            }
            let amount = wanted.take().ok_or_else(|| self.untold(partner, &Unusable::NoTerms))?;
            let (name, outcome) = self.activates(partner, request, (&about, amount)).await?;
            match told(&outcome, &[])? {
                Activated::Payable(_) => {
                    same_account(verified.as_ref(), &outcome)?;
                    self.note(&name, &outcome, None).await?;
                    let rpts = self.wait(partner, &about, &name).await?;
                    let told = told(&outcome, &rpts)?;
                    if let Activated::Payable(payment) = &told {
                        self.note(&name, &outcome, Some(payment)).await?;
                    }
                    return Ok(told);
                }
                Activated::Refused(fault) if again && translate::is_amount_refused(&fault) => {
                    wanted = amount_of(&outcome).filter(|other| *other != amount && *other > Cents::ZERO);
                }
                Activated::Refused(fault) if translate::is_amount_refused(&fault) => {
                    return Ok(Activated::Refused(translate::refused_amount(fault)));
                }
                refused @ Activated::Refused(_) => return Ok(refused),
            }
        }
        Err(self.untold(partner, &Unusable::NoTerms))
    }

    async fn verifies(
        &self,
        partner: &Partner,
        request: &NoticeVerification,
        about: &About,
    ) -> Result<TermsOutcome, PartnerFailure> {
        let last = self.last(about).await?;
        let (_, ccp) = self.attempt(about, last.as_ref(), None);
        let asked = translate::verify_request(request, &text(&ccp)?);
        let asked = asked.map_err(|unusable| self.untold(partner, &unusable))?;
        let how = (Which::Ccp, Again::Unanswered);
        match self.ask::<payments::Operation>(partner, &asked, how, about.until).await? {
            payments::Response::PaaVerificaRPT(answer) => Ok(answer.paa_verifica_rpt_risposta),
            payments::Response::PaaAttivaRPT(_) => Err(PartnerFailure::NoResponse),
        }
    }

    /// Notes the activation, and asks for it.
    async fn activates(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        (about, amount): (&About, Cents),
    ) -> Result<(AttemptName, TermsOutcome), PartnerFailure> {
        let last = self.last(about).await?;
        let (name, ccp) = self.attempt(about, last.as_ref(), Some(amount));
        let noted = Asked {
            name: name.clone(),
            ccp: ccp.clone(),
            notice: about.notice,
            partner: partner.id.clone(),
            through: about.through.clone(),
            amount,
            at: about.now,
        };
        self.parts.store.begin_attempt(&noted).await.map_err(|error| not_kept(&error))?;
        let asked = translate::activate_request(request, amount, &text(&ccp)?);
        let asked = asked.map_err(|unusable| self.untold(partner, &unusable))?;
        let how = (Which::Ccp, Again::Unsent);
        match self.ask::<payments::Operation>(partner, &asked, how, about.until).await? {
            payments::Response::PaaAttivaRPT(answer) => Ok((name, answer.paa_attiva_rpt_risposta)),
            payments::Response::PaaVerificaRPT(_) => Err(PartnerFailure::NoResponse),
        }
    }

    /// Asks a service of a partner, and reads what it answers.
    async fn ask<S: Service>(
        &self,
        partner: &Partner,
        request: &S::Request,
        (which, again): (Which, Again),
        until: Instant,
    ) -> Result<S::Response, PartnerFailure> {
        let operation = S::of(request);
        let message = legacy::write_request::<S>(request);
        let ask = Ask { which, action: operation.soap_action(), again };
        let left = until.saturating_duration_since(Instant::now());
        let answer = self.parts.exchange.post(partner, ask, message.into(), left).await?;
        legacy::read_response(&answer, operation, &self.parts.limits)
            .map_err(PartnerFailure::from)
            .inspect_err(|failure| self.parts.exchange.invalid(partner, failure))
    }

    /// An answer that fits its schema and cannot be said in the node's words.
    fn untold(&self, partner: &Partner, unusable: &Unusable) -> PartnerFailure {
        let failure = PartnerFailure::Untold(unusable.to_string());
        self.parts.exchange.invalid(partner, &failure);
        failure
    }

    /// Notes what the partner answered, and what the node is told besides once that is known.
    async fn note(
        &self,
        name: &AttemptName,
        outcome: &TermsOutcome,
        told: Option<&Payment>,
    ) -> Result<(), PartnerFailure> {
        let Some(terms) = &outcome.dati_pagamento_pa else { return Ok(()) };
        let invented = told.map_or(&[][..], |payment| &payment.invented);
        let answered = Answered {
            amount: terms.importo_singolo_versamento.cents(),
            iban: terms.iban_accredito.as_str().to_owned(),
            invented: invented.iter().map(|one: &Invented| one.word().to_owned()).collect(),
            at: self.parts.clock.now(),
        };
        self.parts.store.answer_attempt(name, &answered).await.map_err(|error| not_kept(&error))
    }

    /// The RPTs of an attempt, if they come as soon as the partner's terms and the deadline allow.
    async fn wait(
        &self,
        partner: &Partner,
        about: &About,
        name: &AttemptName,
    ) -> Result<Vec<Rpt>, PartnerFailure> {
        // What is left is needed to answer.
        let left = about.until.saturating_duration_since(Instant::now()) * 4 / 5;
        let wait = partner.invention.wait_for_rpt.get().min(left);
        let kept = self.arrivals.wait(&self.parts.store, name, wait).await;
        let kept = kept.map_err(|error| not_kept(&error))?;
        let read = kept.iter().map(|rpt| read_document_leniently::<Rpt>(&rpt.body, Bounds::default()));
        let read: Result<Vec<Rpt>, _> = read.collect();
        // It was read when it came.
        read.map_err(|_| self.untold(partner, &Unusable::OtherDebt))
    }
}

/// The first version has no place for a digital stamp: the same refusal as for a position of ours.
fn stamp_needs_version_2(ec: &Text35) -> Fault {
    let plain = |text: &str| PlainText::new(text).unwrap_or_default();
    Fault {
        fault_code: plain("PAA_SEMANTICA"),
        fault_string: plain("Il contenuto della richiesta è incoerente."),
        id: plain(ec.as_str().trim()),
        description: Some(plain("a notice with a digital stamp is served by paGetPaymentV2 only")),
        serial: None,
        original_fault_code: None,
        original_fault_string: None,
        original_description: None,
    }
}
