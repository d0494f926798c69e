//! `paVerifyPaymentNotice` as `paaVerificaRPT`, and its answer.

use super::reason::{Terms, terms};
use super::{Invented, Unusable, caller, fault, iuv};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::Invention;
use crate::wire::common::{AmountOption, Fault, NoticeCode, OrganizationCode, Outcome, Text35};
use crate::wire::pa_for_node::{NoticeAnswer, NoticeVerification, PaymentOption, PaymentOptionList};
use crate::wire::pagamenti_telematici_ccp::Request;
use crate::wire::ppt::{PaaVerificaRPT, PaymentTerms, TermsOutcome};
use crate::wire::ppthead::IntestazionePPT;
use crate::wire::{Date, Text};
use jiff::{Span, civil};

/// What stands for the words that an old system does not have.
#[derive(Clone, Copy, Debug)]
pub struct Answering<'a> {
    /// The public body that is asked.
    pub ec: &'a FiscalCode,
    /// What the registry calls it; for answers that do not name it.
    pub ec_name: &'a str,
    /// What is made up.
    pub invention: &'a Invention,
    /// The day of the answer, in Italy.
    pub today: civil::Date,
}

impl Answering<'_> {
    /// Row "– → dueDate": the day of the answer and as many days as were chosen.
    pub(super) fn due(&self) -> Result<Date, Unusable> {
        let days = Span::new().days(i64::from(self.invention.due_days));
        Ok(Date::new(self.today.checked_add(days).unwrap_or(self.today))?)
    }

    /// The public body as the node names it.
    pub(super) fn organization(&self) -> Result<OrganizationCode, Unusable> {
        Ok(Text::new(self.ec.as_str())?)
    }
}

/// Rows "idPA / idBrokerPA / idStation → header", "NAV → header IUV", "header CCP".
pub(super) fn header(
    (ec, broker, station): (&Text35, &Text35, &Text35),
    qr_code: &NoticeCode,
    ccp: &Text35,
) -> Result<IntestazionePPT, Unusable> {
    Ok(IntestazionePPT {
        identificativo_intermediario_pa: broker.clone(),
        identificativo_stazione_intermediario_pa: station.clone(),
        identificativo_dominio: ec.clone(),
        identificativo_univoco_versamento: iuv(qr_code)?,
        codice_contesto_pagamento: ccp.clone(),
    })
}

/// Row "paVerifyPaymentNotice → paaVerificaRPT".
pub fn verify_request(asked: &NoticeVerification, ccp: &Text35) -> Result<Request, Unusable> {
    let NoticeVerification { id_pa, id_broker_pa, id_station, qr_code } = asked;
    let header = header((id_pa, id_broker_pa, id_station), qr_code, ccp)?;
    Ok(Request::PaaVerificaRPT(header, PaaVerificaRPT { identificativo_psp: Text::new(caller::PSP)? }))
}

/// What both answers say of a debt: either what is owed, or a refusal. An answer that is neither is of no use.
pub(super) fn told(outcome: &TermsOutcome) -> Result<Result<&PaymentTerms, Fault>, Unusable> {
    match (outcome.esito.as_str().trim(), &outcome.fault, &outcome.dati_pagamento_pa) {
        ("OK", None, Some(terms)) => Ok(Ok(terms)),
        ("OK", None, None) => Err(Unusable::NoTerms),
        ("OK", Some(_), _) => Err(Unusable::Fault),
        ("KO", told, _) => fault(told.as_ref()).map(Err),
        _ => Err(Unusable::Outcome),
    }
}

/// Rows "datiPagamentoPA → …" for a verification, with what was made up.
pub fn verify_answer(
    outcome: &TermsOutcome,
    asked: &NoticeVerification,
    answering: &Answering<'_>,
) -> Result<(NoticeAnswer, Vec<Invented>), Unusable> {
    let found = match told(outcome)? {
        Ok(found) => found,
        Err(refused) => return Ok((refusal(refused), Vec::new())),
    };
    let Terms { amount, account: _, company_name, office_name, reason, mut invented } =
        terms(found, answering, iuv(&asked.qr_code)?.as_str())?;
    invented.push(Invented::DueDate);
    let answer = NoticeAnswer {
        outcome: Outcome::Ok,
        fault: None,
        payment_list: Some(options(amount, answering, found.iban_accredito.as_str())?),
        payment_description: Some(reason),
        fiscal_code_pa: Some(answering.organization()?),
        company_name: Some(company_name),
        office_name,
    };
    Ok((answer, invented))
}

/// The one way to pay a debt of an old system: all of it.
pub(super) fn options(
    amount: crate::wire::common::PositiveAmount,
    answering: &Answering<'_>,
    account: &str,
) -> Result<PaymentOptionList, Unusable> {
    let payment_option_description = PaymentOption {
        amount,
        options: AmountOption::Eq,
        due_date: Some(answering.due()?),
        detail_description: None,
        all_ccp: super::category::is_postal(account),
    };
    Ok(PaymentOptionList { payment_option_description })
}

fn refusal(fault: Fault) -> NoticeAnswer {
    NoticeAnswer {
        outcome: Outcome::Ko,
        fault: Some(fault),
        payment_list: None,
        payment_description: None,
        fiscal_code_pa: None,
        company_name: None,
        office_name: None,
    }
}
