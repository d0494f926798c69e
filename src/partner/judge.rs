//! Whether an answer that fits the schema can be true. What the node would refuse as a broken answer of the station
//! (PPT_STAZIONE_INT_PA_ERRORE_RESPONSE) is found here first, where somebody can be told why.
//!
//! Whether an account is one that the platform knows cannot be told here: only that it is one.

use std::collections::BTreeSet;

use crate::domain::amount::Cents;
use crate::domain::iban::Iban;
use crate::wire::common::{Fault, NoticeCode, OrganizationCode, Outcome, Text35};
use crate::wire::pa_for_node::{
    DemandAnswer, IbanOrRichiestaMarcaDaBollo, NoticeAnswer, PaymentData, PaymentDataV2, Request, Response,
};

use super::failure::Untrue;

/// What cannot be true of a response to a request, the first of it.
pub(super) fn untrue(request: &Request, response: &Response) -> Option<Untrue> {
    judged(request, response).err()
}

fn judged(request: &Request, response: &Response) -> Result<(), Untrue> {
    match (request, response) {
        (Request::PaVerifyPaymentNotice(asked), Response::PaVerifyPaymentNotice(answer)) => {
            head(answer.outcome, answer.fault.as_ref())?;
            if answer.outcome == Outcome::Ok { notice(&asked.id_pa, answer) } else { Ok(()) }
        }
        (Request::PaDemandPaymentNotice(asked), Response::PaDemandPaymentNotice(answer)) => {
            head(answer.outcome, answer.fault.as_ref())?;
            if answer.outcome == Outcome::Ok { demanded(&asked.id_pa, answer) } else { Ok(()) }
        }
        (_, Response::PaGetPayment(answer)) => {
            head(answer.outcome, answer.fault.as_ref())?;
            if answer.outcome == Outcome::Ok { payment(answer.data.as_ref()) } else { Ok(()) }
        }
        (_, Response::PaGetPaymentV2(answer)) => {
            head(answer.outcome, answer.fault.as_ref())?;
            if answer.outcome == Outcome::Ok { payment_v2(answer.data.as_ref()) } else { Ok(()) }
        }
        (_, Response::PaSendRT(answer) | Response::PaSendRTV2(answer)) => {
            head(answer.outcome, answer.fault.as_ref())
        }
        (_, Response::PaVerifyPaymentNotice(answer)) => head(answer.outcome, answer.fault.as_ref()),
        (_, Response::PaDemandPaymentNotice(answer)) => head(answer.outcome, answer.fault.as_ref()),
    }
}

fn head(outcome: Outcome, fault: Option<&Fault>) -> Result<(), Untrue> {
    match (outcome, fault) {
        (Outcome::Ok, Some(_)) => Err(Untrue::OkWithFault),
        (Outcome::Ko, None) => Err(Untrue::KoWithoutFault),
        (Outcome::Ko, Some(fault)) if fault.fault_code.as_str().trim().is_empty() => {
            Err(Untrue::EmptyFaultCode)
        }
        (Outcome::Ok, None) | (Outcome::Ko, Some(_)) => Ok(()),
    }
}

fn notice(id_pa: &Text35, answer: &NoticeAnswer) -> Result<(), Untrue> {
    there(answer.payment_list.as_ref(), "paymentList")?;
    there(answer.payment_description.as_ref(), "paymentDescription")?;
    there(answer.company_name.as_ref(), "companyName")?;
    same(id_pa, answer.fiscal_code_pa.as_ref(), "fiscalCodePA")
}

fn demanded(id_pa: &Text35, answer: &DemandAnswer) -> Result<(), Untrue> {
    let qr_code: Option<&NoticeCode> = answer.qr_code.as_ref();
    same(id_pa, qr_code.map(|code| &code.fiscal_code), "qrCode/fiscalCode")?;
    there(answer.payment_list.as_ref(), "paymentList")?;
    there(answer.payment_description.as_ref(), "paymentDescription")?;
    there(answer.company_name.as_ref(), "companyName")?;
    same(id_pa, answer.fiscal_code_pa.as_ref(), "fiscalCodePA")
}

fn payment(data: Option<&PaymentData>) -> Result<(), Untrue> {
    let data = there(data, "data")?;
    let transfers = || data.transfer_list.transfer.iter();
    sums(data.payment_amount.cents(), transfers().map(|share| share.transfer_amount.cents()))?;
    numbered(transfers().map(|share| share.id_transfer.number()))?;
    transfers().try_for_each(|share| account(share.iban.as_str()))
}

fn payment_v2(data: Option<&PaymentDataV2>) -> Result<(), Untrue> {
    let data = there(data, "data")?;
    let transfers = || data.transfer_list.transfer.iter();
    sums(data.payment_amount.cents(), transfers().map(|share| share.transfer_amount.cents()))?;
    numbered(transfers().map(|share| share.id_transfer.number()))?;
    transfers().try_for_each(|share| match &share.iban_or_richiesta_marca_da_bollo {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => account(iban.as_str()),
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => Ok(()),
    })
}

fn there<T>(part: Option<T>, name: &'static str) -> Result<T, Untrue> {
    part.ok_or(Untrue::Without(name))
}

fn same(id_pa: &Text35, told: Option<&OrganizationCode>, name: &'static str) -> Result<(), Untrue> {
    let told = there(told, name)?;
    if told.as_str() == id_pa.as_str().trim() { Ok(()) } else { Err(Untrue::OtherInstitution(name)) }
}

fn sums(amount: Cents, shares: impl Iterator<Item = Cents>) -> Result<(), Untrue> {
    if Cents::checked_sum(shares) == Some(amount) { Ok(()) } else { Err(Untrue::Sum) }
}

fn numbered<N: Ord>(mut numbers: impl Iterator<Item = N>) -> Result<(), Untrue> {
    let mut seen = BTreeSet::new();
    if numbers.all(|number| seen.insert(number)) { Ok(()) } else { Err(Untrue::TransferTwice) }
}

fn account(iban: &str) -> Result<(), Untrue> {
    Iban::kept(iban).map(drop).map_err(|_| Untrue::Iban)
}
