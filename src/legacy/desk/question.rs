//! What the node asks, asked of a partner in the old words.
//!
//! The name of an attempt (CCP) follows from its number, so that a verify writes nothing. An activation is noted
//! before the partner is asked, for its RPT may come before its answer. A further activation with the same amount
//! is the same attempt as long as nothing has ended it; any other is the next one.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::rome;
use crate::domain::routing::Partner;
use crate::domain::routing::attempt::{Begun, Ccp};
use crate::partner::{Again, Ask, PartnerFailure, Which};
use crate::soap::legacy::{self, Service};
use crate::store::{Answered, Asked, AttemptName, LegacyAttempt, StoreError};
use crate::wire::common::{Amount, Fault, NoticeCode, Text35};
use crate::wire::pa_for_node::{
    DemandAnswer, NoticeAnswer, NoticeDemand, NoticeVerification, PaymentAnswer, PaymentAnswerV2, PaymentRequest,
};
use crate::wire::pagamenti::Rpt;
use crate::wire::ppt::{PaymentTerms, TermsOutcome};
use crate::wire::{Bounds, pagamenti_telematici_ccp as ccp_service, read_document_leniently, richiesta_avvisi};

use super::Desk;
use super::words::{self, Told};

/// The refusal by which a partner says that the amount is another.
const OTHER_AMOUNT: &str = "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO";

/// What a question is about.
struct About {
    ec: FiscalCode,
    notice: NoticeNumber,
    through: (BrokerCode, StationCode),
    now: Timestamp,
    until: Instant,
}

/// What an activation came to.
enum Activated {
    /// The partner refused.
    Refused(Fault),
    /// The partner answered, and these RPTs of its came in time.
    Told(PaymentTerms, Vec<Rpt>, AttemptName),
}

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
        let last = self.last(&about).await?;
        let (_, ccp) = self.attempt(&about, last.as_ref(), None);
        let outcome = self.verifies(partner, request, (&about, &ccp)).await?;
        words::verified(request, &outcome, &partner.invention, rome::day(about.now))
            .inspect_err(|failure| self.parts.exchange.invalid(partner, failure))
    }

    /// What is needed to pay this notice? In the words of the first version.
    pub async fn activate(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        deadline: Duration,
    ) -> Result<PaymentAnswer, PartnerFailure> {
        self.activated(partner, request, deadline, words::activated).await
    }

    /// The same in the words of the second version.
    pub async fn activate_v2(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        deadline: Duration,
    ) -> Result<PaymentAnswerV2, PartnerFailure> {
        self.activated(partner, request, deadline, words::activated_v2).await
    }

    /// A notice for what somebody filled in.
    pub async fn demand(
        &self,
        partner: &Partner,
        request: &NoticeDemand,
        deadline: Duration,
    ) -> Result<DemandAnswer, PartnerFailure> {
        let asked = richiesta_avvisi::Request::PaaChiediNumeroAvviso(
            words::demand_header(request)?,
            words::demand(request)?,
        );
        let until = Instant::now() + deadline;
        let answer = self.ask::<richiesta_avvisi::Operation>(partner, asked, (Which::Demand, Again::Never), until).await?;
        let richiesta_avvisi::Response::PaaChiediNumeroAvviso(answer) = answer;
        let now = self.parts.clock.now();
        words::demanded(request, &answer.paa_chiedi_numero_avviso_risposta, &partner.invention, rome::day(now))
            .inspect_err(|failure| self.parts.exchange.invalid(partner, failure))
    }

    /// Whether a notice is paid by a position that an RPT of the partner's own has made here: then it is managed,
    /// as long as that RPT waits for its receipt.
    pub async fn stands_here(&self, ec: &FiscalCode, notice: &NoticeNumber) -> Result<bool, StoreError> {
        let now = self.parts.clock.now();
        let last = self.parts.store.last_attempt_of_notice(ec, notice).await?;
        let by_partner = last.filter(|attempt| attempt.begun == Begun::ByPartner);
        Ok(by_partner.is_some_and(|attempt| attempt.facts.waits(self.parts.validity, now)))
    }

    async fn activated<T>(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        deadline: Duration,
        tell: impl Fn(&PaymentRequest, Told<'_>) -> Result<(T, Vec<String>), PartnerFailure>,
    ) -> Result<T, PartnerFailure> {
        let parties = (&request.id_pa, &request.id_broker_pa, &request.id_station);
        let about = self.about(parties, &request.qr_code, deadline)?;
        let invention = &partner.invention;
        let today = rome::day(about.now);
        match self.carry_on(partner, request, &about).await? {
            Activated::Refused(fault) => tell(request, Told::Refused(&fault)).map(|(told, _)| told),
            Activated::Told(terms, rpts, name) => {
                let told = tell(request, Told::Terms { terms: &terms, rpts: &rpts, invention, today });
                let (told, invented) =
                    told.inspect_err(|failure| self.parts.exchange.invalid(partner, failure))?;
                self.note(&name, &terms, invented).await?;
                Ok(told)
            }
        }
    }

    /// Asks until the amount fits: at most twice.
    async fn carry_on(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        about: &About,
    ) -> Result<Activated, PartnerFailure> {
        let mut verified: Option<PaymentTerms> = None;
        let mut wanted = request.amount.map(Amount::cents).filter(|amount| *amount > Cents::ZERO);
        for again in [true, false] {
            let amount = match wanted {
                Some(amount) => amount,
                None => match self.terms(partner, request, about).await? {
                    Ok(terms) => {
                        let amount = terms.importo_singolo_versamento.cents();
                        verified = Some(terms);
                        amount
                    }
                    Err(fault) => return Ok(Activated::Refused(fault)),
                },
            };
            let last = self.last(about).await?;
            let (name, ccp) = self.attempt(about, last.as_ref(), Some(amount));
            self.begin(partner, about, (&name, &ccp, amount)).await?;
            let outcome = self.activates(partner, request, (about, &ccp, amount)).await?;
            match words::terms(&outcome)? {
                Ok(terms) => {
                    if verified.as_ref().is_some_and(|known| known.iban_accredito != terms.iban_accredito) {
                        let why = "ibanAccredito differs between paaVerificaRPT and paaAttivaRPT";
                        return Err(PartnerFailure::Untold(why.to_owned()));
                    }
                    let rpts = self.wait(partner, about, &name).await?;
                    return Ok(Activated::Told(terms.clone(), rpts, name));
                }
                Err(fault) if again && fault.fault_code.as_str() == OTHER_AMOUNT => {
                    let said = outcome.dati_pagamento_pa.as_ref();
                    wanted = said.map(|terms| terms.importo_singolo_versamento.cents());
                }
                Err(fault) => return Ok(Activated::Refused(fault.clone())),
            }
        }
        Err(PartnerFailure::Untold("no amount that it would take".to_owned()))
    }

    /// What a verification says, for the amount.
    async fn terms(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        about: &About,
    ) -> Result<Result<PaymentTerms, Fault>, PartnerFailure> {
        let question = NoticeVerification {
            id_pa: request.id_pa.clone(),
            id_broker_pa: request.id_broker_pa.clone(),
            id_station: request.id_station.clone(),
            qr_code: request.qr_code.clone(),
        };
        let last = self.last(about).await?;
        let (_, ccp) = self.attempt(about, last.as_ref(), None);
        let outcome = self.verifies(partner, &question, (about, &ccp)).await?;
        Ok(words::terms(&outcome)?.map(Clone::clone).map_err(Clone::clone))
    }

    async fn verifies(
        &self,
        partner: &Partner,
        request: &NoticeVerification,
        (about, ccp): (&About, &Ccp),
    ) -> Result<TermsOutcome, PartnerFailure> {
        let (header, body) = words::verify(request, ccp)?;
        let asked = ccp_service::Request::PaaVerificaRPT(header, body);
        match self.ask::<ccp_service::Operation>(partner, asked, (Which::Ccp, Again::Unanswered), about.until).await? {
            ccp_service::Response::PaaVerificaRPT(answer) => Ok(answer.paa_verifica_rpt_risposta),
            ccp_service::Response::PaaAttivaRPT(_) => Err(PartnerFailure::NoResponse),
        }
    }

    async fn activates(
        &self,
        partner: &Partner,
        request: &PaymentRequest,
        (about, ccp, amount): (&About, &Ccp, Cents),
    ) -> Result<TermsOutcome, PartnerFailure> {
        let (header, body) = words::activate(request, ccp, amount)?;
        let asked = ccp_service::Request::PaaAttivaRPT(header, body);
        match self.ask::<ccp_service::Operation>(partner, asked, (Which::Ccp, Again::Unsent), about.until).await? {
            ccp_service::Response::PaaAttivaRPT(answer) => Ok(answer.paa_attiva_rpt_risposta),
            ccp_service::Response::PaaVerificaRPT(_) => Err(PartnerFailure::NoResponse),
        }
    }

    /// Asks a service of a partner, and reads what it answers.
    async fn ask<S: Service>(
        &self,
        partner: &Partner,
        request: S::Request,
        (which, again): (Which, Again),
        until: Instant,
    ) -> Result<S::Response, PartnerFailure> {
        let operation = S::of(&request);
        let message = legacy::write_request::<S>(&request);
        let ask = Ask { which, action: operation.soap_action(), again };
        let left = until.saturating_duration_since(Instant::now());
        let answer = self.parts.exchange.post(partner, ask, message.into(), left).await?;
        legacy::read_response(&answer, operation, &self.parts.limits)
            .map_err(PartnerFailure::from)
            .inspect_err(|failure| self.parts.exchange.invalid(partner, failure))
    }

    fn about(
        &self,
        (ec, broker, station): (&Text35, &Text35, &Text35),
        qr_code: &NoticeCode,
        deadline: Duration,
    ) -> Result<About, PartnerFailure> {
        let until = Instant::now() + deadline;
        // All of it was checked against the registry before.
        let odd = || PartnerFailure::Untold("the question names nobody".to_owned());
        Ok(About {
            ec: FiscalCode::new(ec.as_str().trim()).map_err(|_| odd())?,
            notice: NoticeNumber::new(qr_code.notice_number.as_str()).map_err(|_| odd())?,
            through: (
                BrokerCode::new(broker.as_str().trim()).map_err(|_| odd())?,
                StationCode::new(station.as_str().trim()).map_err(|_| odd())?,
            ),
            now: self.parts.clock.now(),
            until,
        })
    }

    async fn last(&self, about: &About) -> Result<Option<LegacyAttempt>, PartnerFailure> {
        self.parts.store.last_attempt(&about.ec, about.notice.iuv().as_str()).await.map_err(not_kept)
    }

    /// The attempt that a question belongs to, and its name.
    fn attempt(
        &self,
        about: &About,
        last: Option<&LegacyAttempt>,
        amount: Option<Cents>,
    ) -> (AttemptName, Ccp) {
        let iuv = about.notice.iuv().as_str().to_owned();
        let goes_on = last.filter(|last| last.facts.is_open(self.parts.validity, about.now)).filter(|last| {
            let same = amount.is_none() || last.asked_amount == amount;
            same || last.facts.answered_at.is_none()
        });
        if let Some(last) = goes_on {
            return (last.name.clone(), last.ccp.clone());
        }
        let number = last.map_or(1, |last| last.name.number.saturating_add(1));
        let ccp = Ccp::of_attempt(&about.ec, &iuv, number);
        (AttemptName { ec: about.ec.clone(), iuv, number }, ccp)
    }

    async fn begin(
        &self,
        partner: &Partner,
        about: &About,
        (name, ccp, amount): (&AttemptName, &Ccp, Cents),
    ) -> Result<(), PartnerFailure> {
        let asked = Asked {
            name: name.clone(),
            ccp: ccp.clone(),
            notice: about.notice,
            partner: partner.id.clone(),
            through: about.through.clone(),
            amount,
            at: about.now,
        };
        self.parts.store.begin_attempt(&asked).await.map_err(not_kept)
    }

    async fn note(
        &self,
        name: &AttemptName,
        terms: &PaymentTerms,
        invented: Vec<String>,
    ) -> Result<(), PartnerFailure> {
        let answered = Answered {
            amount: terms.importo_singolo_versamento.cents(),
            iban: terms.iban_accredito.as_str().to_owned(),
            invented,
            at: self.parts.clock.now(),
        };
        self.parts.store.answer_attempt(name, &answered).await.map_err(not_kept)
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
        let kept = self.arrivals.wait(&self.parts.store, name, wait).await.map_err(not_kept)?;
        let read = kept.iter().map(|rpt| read_document_leniently::<Rpt>(&rpt.body, Bounds::default()));
        let read: Result<Vec<Rpt>, _> = read.collect();
        // It was read when it came.
        read.map_err(|_| PartnerFailure::Untold("its RPT cannot be read again".to_owned()))
    }
}

fn not_kept(error: StoreError) -> PartnerFailure {
    tracing::error!(%error, "an attempt at a partner could not be noted");
    PartnerFailure::Untold("nothing, for the attempt could not be noted".to_owned())
}
