//! What an activation says of a payment: sums, accounts, institutions.

use std::collections::BTreeSet;

use super::notice::{absent, blank, due_date};
use super::rules::{
    CATEGORY, DUPLICATE, IBAN_APPOGGIO, POSTAL_ACCOUNT, REFERENCE, SUM, UNKNOWN_EC, UNKNOWN_IBAN,
};
use super::{Asked, Expectations, Finding};
use crate::domain::amount::Cents;
use crate::domain::iban::Iban;
use crate::domain::notice_number::NoticeNumber;
use crate::node::paid_data;
use crate::wire::common::TransferChannel;
use crate::wire::pa_for_node::{IbanOrRichiestaMarcaDaBollo, PaymentDataV2, PaymentTransfer, Response};

/// The metadata key of the alternative account of a transfer.
const ALTERNATIVE: &str = "IBANAPPOGGIO";

pub(super) fn check(asked: &Asked, answer: &Response, known: &Expectations, found: &mut Vec<Finding>) {
    let root = asked.operation.response_root().local;
    let Some(data) = paid_data(answer, &asked.ec) else {
        found.push(absent(&format!("/{root}/data")));
        return;
    };
    let path = format!("/{root}/data");
    whole(asked, &data, &path, found);
    let mut numbers = BTreeSet::new();
    for (index, transfer) in (1..).zip(data.transfer_list.transfer.iter()) {
        let path = format!("{path}/transferList/transfer[{index}]");
        if !numbers.insert(transfer.id_transfer.number()) {
            let said = "another transfer has the same number";
            found.push(Finding::new(&DUPLICATE, format!("{path}/idTransfer"), said));
        }
        one(transfer, known, &path, found);
    }
    accounts(asked, &data, &path, found);
}

fn whole(asked: &Asked, data: &PaymentDataV2, path: &str, found: &mut Vec<Finding>) {
    let reference = asked.notice.as_deref().and_then(|notice| NoticeNumber::new(notice).ok());
    if reference.is_some_and(|notice| notice.iuv().as_str() != data.creditor_reference_id.as_str()) {
        let said = "the reference is not the one inside the notice number";
        found.push(Finding::new(&REFERENCE, format!("{path}/creditorReferenceId"), said));
    }
    let amounts = data.transfer_list.transfer.iter().map(|transfer| transfer.transfer_amount.cents());
    let sum = Cents::checked_sum(amounts);
    if sum != Some(data.payment_amount.cents()) {
        let sum = sum.map_or_else(|| "more than an amount can be".to_owned(), |sum| format!("{sum} euro"));
        let said = format!("the amount is {} euro, the transfers sum to {sum}", data.payment_amount.cents());
        found.push(Finding::new(&SUM, format!("{path}/paymentAmount"), said));
    }
    due_date(data.due_date, &format!("{path}/dueDate"), found);
    blank(data.description.as_str(), &format!("{path}/description"), found);
    blank(data.company_name.as_str(), &format!("{path}/companyName"), found);
    if let Some(office) = &data.office_name {
        blank(office.as_str(), &format!("{path}/officeName"), found);
    }
}

fn one(transfer: &PaymentTransfer, known: &Expectations, path: &str, found: &mut Vec<Finding>) {
    if known.known_ecs.as_ref().is_some_and(|known| !known.contains(transfer.fiscal_code_pa.as_str())) {
        let said = "the institution is not registered";
        found.push(Finding::new(&UNKNOWN_EC, format!("{path}/fiscalCodePA"), said));
    }
    if let (Some(known), Some(iban)) = (&known.ibans, account(transfer))
        && !known.contains(iban)
    {
        found.push(Finding::new(&UNKNOWN_IBAN, format!("{path}/IBAN"), "the account is not registered"));
    }
    let others =
        alternatives(transfer).filter(|iban| known.ibans.as_ref().is_some_and(|k| !k.contains(*iban)));
    for _ in others {
        let said = "the alternative account is not registered";
        found.push(Finding::new(&UNKNOWN_IBAN, format!("{path}/metadata"), said));
    }
    if let Some(name) = &transfer.company_name {
        blank(name.as_str(), &format!("{path}/companyName"), found);
    }
    blank(transfer.remittance_information.as_str(), &format!("{path}/remittanceInformation"), found);
    if !is_category(transfer.transfer_category.as_str()) {
        let said = "the code is not written as those of the taxonomy";
        found.push(Finding::new(&CATEGORY, format!("{path}/transferCategory"), said));
    }
}

fn accounts(asked: &Asked, data: &PaymentDataV2, path: &str, found: &mut Vec<Finding>) {
    let transfers = &data.transfer_list.transfer;
    match asked.channel {
        Some(TransferChannel::Postal) if !transfers.first().and_then(account).is_some_and(is_postal) => {
            let path = format!("{path}/transferList/transfer[1]/IBAN");
            found.push(Finding::new(&POSTAL_ACCOUNT, path, "the account is not a postal one"));
        }
        Some(TransferChannel::Pagopa) => {
            let named = transfers.iter().filter(|transfer| names_alternative(transfer)).count();
            if named > 0 && named < transfers.len() {
                let said = "some transfers name an alternative account and others do not";
                found.push(Finding::new(&IBAN_APPOGGIO, format!("{path}/transferList"), said));
            }
        }
        Some(TransferChannel::Postal) | None => {}
    }
}

fn account(transfer: &PaymentTransfer) -> Option<&str> {
    match &transfer.iban_or_richiesta_marca_da_bollo {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => Some(iban.as_str()),
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => None,
    }
}

pub(super) fn is_postal(iban: &str) -> bool {
    Iban::new(iban).is_ok_and(|iban| iban.is_postal())
}

/// Whether every account of a payment is a postal one.
pub(super) fn all_postal(data: &PaymentDataV2) -> bool {
    data.transfer_list.transfer.iter().all(|transfer| account(transfer).is_some_and(is_postal))
}

fn names_alternative(transfer: &PaymentTransfer) -> bool {
    alternatives(transfer).next().is_some()
}

/// The accounts that stand under the key of the alternative one.
fn alternatives(transfer: &PaymentTransfer) -> impl Iterator<Item = &str> {
    let entries = transfer.metadata.iter().flat_map(|metadata| metadata.map_entry.iter());
    entries.filter(|entry| entry.key == ALTERNATIVE).map(|entry| entry.value.as_str())
}

/// `9/0101002IM/`: a digit, seven digits in the middle, the reason of the revenue.
fn is_category(text: &str) -> bool {
    let Some((kind, rest)) = text.split_once('/') else { return false };
    let Some(code) = rest.strip_suffix('/') else { return false };
    let (Some(digits), Some(reason)) = (code.get(..7), code.get(7..)) else { return false };
    ["6", "7", "8", "9"].contains(&kind)
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && ["IM", "TS", "SP", "SA", "AP"].contains(&reason)
}
