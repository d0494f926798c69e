//! What a question is about, and which attempt it belongs to.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::rome;
use crate::domain::routing::Partner;
use crate::domain::routing::attempt::Ccp;
use crate::legacy::translate::Answering;
use crate::partner::PartnerFailure;
use crate::store::{AttemptName, LegacyAttempt, StoreError};
use crate::wire::Text;
use crate::wire::common::{NoticeCode, Text35};
use crate::wire::pa_for_node::{NoticeVerification, PaymentRequest};
use crate::wire::ppt::TermsOutcome;

use super::Desk;

/// What a question is about.
pub(super) struct About {
    pub ec: FiscalCode,
    /// What the registry calls it.
    name: String,
    pub notice: NoticeNumber,
    pub through: (BrokerCode, StationCode),
    pub now: Timestamp,
    pub until: Instant,
}

impl About {
    /// What stands for the words that the partner does not have.
    pub(super) fn answering<'a>(&'a self, partner: &'a Partner) -> Answering<'a> {
        Answering {
            ec: &self.ec,
            ec_name: &self.name,
            invention: &partner.invention,
            today: rome::day(self.now),
        }
    }
}

impl Desk {
    pub(super) fn about(
        &self,
        (ec, broker, station): (&Text35, &Text35, &Text35),
        qr_code: &NoticeCode,
        deadline: Duration,
    ) -> Result<About, PartnerFailure> {
        let until = Instant::now() + deadline;
        // All of it was checked against the registry before.
        let ec = FiscalCode::new(ec.as_str().trim()).map_err(|_| names_nobody())?;
        Ok(About {
            name: self.name_of(&ec),
            ec,
            notice: NoticeNumber::new(qr_code.notice_number.as_str()).map_err(|_| names_nobody())?,
            through: (
                BrokerCode::new(broker.as_str().trim()).map_err(|_| names_nobody())?,
                StationCode::new(station.as_str().trim()).map_err(|_| names_nobody())?,
            ),
            now: self.parts.clock.now(),
            until,
        })
    }

    pub(super) fn name_of(&self, ec: &FiscalCode) -> String {
        let registry = self.parts.registry.current();
        registry.institution(ec).map_or_else(|| ec.to_string(), |known| known.name.as_str().to_owned())
    }

    pub(super) async fn last(&self, about: &About) -> Result<Option<LegacyAttempt>, PartnerFailure> {
        let last = self.parts.store.last_attempt(&about.ec, about.notice.iuv().as_str()).await;
        last.map_err(|error| not_kept(&error))
    }

    /// The attempt that a question belongs to, and its name.
    pub(super) fn attempt(
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
}

/// The question for the amount of a notice that is about to be paid.
pub(super) fn verification(request: &PaymentRequest) -> NoticeVerification {
    NoticeVerification {
        id_pa: request.id_pa.clone(),
        id_broker_pa: request.id_broker_pa.clone(),
        id_station: request.id_station.clone(),
        qr_code: request.qr_code.clone(),
    }
}

pub(super) fn amount_of(outcome: &TermsOutcome) -> Option<Cents> {
    outcome.dati_pagamento_pa.as_ref().map(|terms| terms.importo_singolo_versamento.cents())
}

/// Both answers name the same account (spec §6.2).
pub(super) fn same_account(
    verified: Option<&TermsOutcome>,
    activated: &TermsOutcome,
) -> Result<(), PartnerFailure> {
    let account = |outcome: &TermsOutcome| {
        outcome.dati_pagamento_pa.as_ref().map(|terms| terms.iban_accredito.as_str().to_owned())
    };
    if verified.is_some_and(|verified| account(verified) != account(activated)) {
        let why = "ibanAccredito differs between paaVerificaRPT and paaAttivaRPT";
        return Err(PartnerFailure::Untold(why.to_owned()));
    }
    Ok(())
}

pub(super) fn text(ccp: &Ccp) -> Result<Text35, PartnerFailure> {
    Text::new(ccp.as_str()).map_err(|_| names_nobody())
}

pub(super) fn names_nobody() -> PartnerFailure {
    PartnerFailure::Untold("nothing, for the question names nobody".to_owned())
}

pub(super) fn not_kept(error: &StoreError) -> PartnerFailure {
    tracing::error!(%error, "an attempt at a partner could not be noted");
    PartnerFailure::Untold("nothing, for the attempt could not be noted".to_owned())
}
