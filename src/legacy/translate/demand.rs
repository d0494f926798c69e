//! `paDemandPaymentNotice` as `paaChiediNumeroAvviso`, and its answer.

use super::fault::fault_of_notice;
use super::reason::{Terms, terms_of_notice};
use super::verify::options;
use super::{Answering, Invented, Unusable, caller, notice_number};
use crate::domain::notice_number::NoticeNumber;
use crate::wire::Text;
use crate::wire::common::{NoticeCode, Outcome};
use crate::wire::pa_for_node::{DemandAnswer, NoticeDemand};
use crate::wire::ppt::{NoticeOutcome, PaaChiediNumeroAvviso};
use crate::wire::ppthead_avvisi::IntestazioneAvvisi;
use crate::wire::richiesta_avvisi::Request;

/// An answer to a demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demanded {
    /// What the node is told.
    pub answer: DemandAnswer,
    /// The new notice; none for a refusal.
    pub notice: Option<NoticeNumber>,
    /// What was made up.
    pub invented: Vec<Invented>,
}

/// Row "paDemandPaymentNotice → paaChiediNumeroAvviso": the data of the service as they are. The header has neither
/// debt nor attempt.
pub fn demand_request(asked: &NoticeDemand) -> Result<Request, Unusable> {
    let header = IntestazioneAvvisi {
        identificativo_intermediario_pa: asked.id_broker_pa.clone(),
        identificativo_stazione_intermediario_pa: asked.id_station.clone(),
        identificativo_dominio: asked.id_pa.clone(),
    };
    let body = PaaChiediNumeroAvviso {
        identificativo_psp: Text::new(caller::PSP)?,
        dati_specifici_servizio: asked.dati_specifici_servizio_request.clone(),
    };
    Ok(Request::PaaChiediNumeroAvviso(header, body))
}

/// Rows "datiPagamentoPA → …" and "numeroAvviso → qrCode.noticeNumber" for a demand.
pub fn demand_answer(outcome: &NoticeOutcome, answering: &Answering<'_>) -> Result<Demanded, Unusable> {
    match (outcome.esito.as_str().trim(), &outcome.fault) {
        ("OK", None) => made(outcome, answering),
        ("OK", Some(_)) => Err(Unusable::Fault),
        ("KO", told) => {
            let fault = fault_of_notice(told.as_ref())?;
            let answer = DemandAnswer { outcome: Outcome::Ko, fault: Some(fault), ..nothing() };
            Ok(Demanded { answer, notice: None, invented: Vec::new() })
        }
        _ => Err(Unusable::Outcome),
    }
}

fn made(outcome: &NoticeOutcome, answering: &Answering<'_>) -> Result<Demanded, Unusable> {
    let notice = notice_number(outcome.numero_avviso.as_ref().ok_or(Unusable::NoNotice)?)?;
    let found = outcome.dati_pagamento_pa.as_ref().ok_or(Unusable::NoTerms)?;
    let Terms { amount, account: _, company_name, office_name, reason, mut invented } =
        terms_of_notice(found, answering, notice.iuv().as_str())?;
    invented.push(Invented::DueDate);
    let qr_code =
        NoticeCode { fiscal_code: answering.organization()?, notice_number: Text::new(notice.as_str())? };
    let answer = DemandAnswer {
        outcome: Outcome::Ok,
        fault: None,
        qr_code: Some(qr_code),
        payment_list: Some(options(amount, answering, found.iban_accredito.as_str())?),
        payment_description: Some(reason),
        fiscal_code_pa: Some(answering.organization()?),
        company_name: Some(company_name),
        office_name,
    };
    Ok(Demanded { answer, notice: Some(notice), invented })
}

fn nothing() -> DemandAnswer {
    DemandAnswer {
        outcome: Outcome::Ko,
        fault: None,
        qr_code: None,
        payment_list: None,
        payment_description: None,
        fiscal_code_pa: None,
        company_name: None,
        office_name: None,
    }
}
