//! A transfer: whose money, how much, and where it goes.

use super::super::field::Field;
use super::super::model::{StampRequest, TransferRequest};
use super::Context;
use super::metadata::{self, metadata};
use super::report::{Pointer, Report};
use crate::api::auth::FOREIGN_SEGREGATION;
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::position::{Destination, Notice, Stamp, Transfer};
use crate::domain::rome;
use crate::domain::taxonomy::TaxonomyCode;
use crate::domain::text::Text;

/// What could be read of a transfer.
#[derive(Default)]
pub struct ReadTransfer {
    /// Its id and amount, which the rules of the whole notice ask for even if the rest is wrong.
    pub share: Option<(i64, Cents)>,
    /// All of it.
    pub transfer: Option<Transfer>,
}

/// What decides where the money of a notice may go.
pub struct Payees<'a> {
    /// Whose notice it is, and who is registered here.
    pub context: &'a Context<'a>,
    /// The notice as it is stored: what it has may stay, though it could not come anew.
    pub stored: Option<&'a Notice>,
}

impl Payees<'_> {
    fn stored(&self) -> impl Iterator<Item = &Transfer> {
        self.stored.iter().flat_map(|notice| &notice.transfers)
    }

    /// Whether money of that beneficiary may go to an account. Of one that is not registered here we do
    /// not know the accounts.
    fn may_pay(&self, beneficiary: &FiscalCode, iban: &Iban) -> bool {
        let registry = self.context.registry;
        let has = |transfer: &Transfer| match &transfer.destination {
            Destination::Account { iban: known, postal } => known == iban || postal.as_ref() == Some(iban),
            Destination::Stamp(_) => false,
        };
        registry.may_pay(beneficiary, iban, rome::day(self.context.now))
            || self.stored().any(|transfer| transfer.beneficiary == *beneficiary && has(transfer))
    }
}

/// Reads a transfer.
pub fn transfer(
    request: TransferRequest,
    at: &Pointer,
    payees: &Payees<'_>,
    report: &mut Report,
) -> ReadTransfer {
    let id = id(request.id_transfer, &at.field("idTransfer"), report);
    let amount = report.amount(request.amount, &at.field("amount"));
    let share = id.zip(amount);
    let beneficiary = beneficiary(request.organization_fiscal_code, at, payees.context.ec, report);
    let company_name = report.optional_text(request.company_name, &at.field("companyName"));
    let remittance = report.text(request.remittance_information, &at.field("remittanceInformation"));
    let category = category(request.category, &at.field("category"), payees, report);
    let accounts = Accounts { iban: request.iban, postal: request.postal_iban, stamp: request.stamp };
    let destination = destination(accounts, at, report);
    if let (Some(beneficiary), Some(destination)) = (&beneficiary, &destination) {
        check_census(destination, beneficiary, (at, payees), report);
    }
    let postal = destination.as_ref().and_then(Destination::postal_iban).is_some();
    let reserved = if postal { metadata::OF_POSTAL_TRANSFERS } else { &[] };
    let metadata = metadata(request.transfer_metadata, &at.field("transferMetadata"), reserved, report);
    let all = (share, beneficiary, remittance, category, destination);
    let (
        Some((id, amount)),
        Some(beneficiary),
        Some(remittance_information),
        Some(category),
        Some(destination),
    ) = all
    else {
        return ReadTransfer { share, transfer: None };
    };
    let transfer = Transfer {
        id,
        amount,
        beneficiary,
        company_name,
        remittance_information,
        category,
        destination,
        metadata,
        reported_at: None,
    };
    ReadTransfer { share, transfer: Some(transfer) }
}

fn id(field: Field<String>, at: &Pointer, report: &mut Report) -> Option<i64> {
    let text = report.required(field, at)?;
    let id = match text.as_str() {
        "1" => Some(1),
        "2" => Some(2),
        "3" => Some(3),
        "4" => Some(4),
        "5" => Some(5),
        _ => None,
    };
    if id.is_none() {
        report.add(at, "transfer_id", "must be one of the texts 1, 2, 3, 4, 5");
    }
    id
}

fn beneficiary(
    field: Field<String>,
    at: &Pointer,
    ec: &FiscalCode,
    report: &mut Report,
) -> Option<FiscalCode> {
    let at = at.field("organizationFiscalCode");
    match field {
        Field::Absent => Some(ec.clone()),
        Field::Given(text) if text.trim().is_empty() => Some(ec.clone()),
        given => {
            let text = report.required(given, &at)?;
            report.read(&at, FiscalCode::new(&text))
        }
    }
}

/// Until a taxonomy is imported only the form of the code is checked.
fn category(
    field: Field<String>,
    at: &Pointer,
    payees: &Payees<'_>,
    report: &mut Report,
) -> Option<Text<140>> {
    let text = report.text::<140>(field, at)?;
    let code = report.read(at, TaxonomyCode::of_category(text.as_str()))?;
    if payees.stored().all(|transfer| transfer.category != text) {
        let today = rome::day(payees.context.now);
        report.read(at, payees.context.registry.taxonomy().check(code, today));
    }
    if !payees.context.scope.serves(text.as_str()) {
        report.add(at, FOREIGN_SEGREGATION, "is of a service that is not delegated to your API key's owner");
    }
    Some(text)
}

fn check_census(
    destination: &Destination,
    beneficiary: &FiscalCode,
    (at, payees): (&Pointer, &Payees<'_>),
    report: &mut Report,
) {
    let Destination::Account { iban, postal } = destination else { return };
    for (field, account) in [("iban", Some(iban)), ("postalIban", postal.as_ref())] {
        if account.is_some_and(|account| !payees.may_pay(beneficiary, account)) {
            let sentence = "is no registered account of the creditor institution of the transfer";
            report.add(&at.field(field), "iban_not_in_census", sentence);
        }
    }
}

struct Accounts {
    iban: Field<String>,
    postal: Field<String>,
    stamp: Field<StampRequest>,
}

fn destination(accounts: Accounts, at: &Pointer, report: &mut Report) -> Option<Destination> {
    let (iban_at, postal_at, stamp_at) = (at.field("iban"), at.field("postalIban"), at.field("stamp"));
    let misread = matches!(accounts.iban, Field::WrongType) || matches!(accounts.stamp, Field::WrongType);
    let iban_text = report.optional_string(accounts.iban, &iban_at);
    let postal_text = report.optional_string(accounts.postal, &postal_at);
    let iban = iban_text.as_deref().and_then(|text| report.read(&iban_at, Iban::new(text)));
    let postal = postal_text.as_deref().and_then(|text| report.read(&postal_at, Iban::new(text)));
    let stamp = report.optional(accounts.stamp, &stamp_at);
    match (iban_text.is_some(), stamp) {
        (true, Some(_)) => {
            report.add(&stamp_at, "iban_or_stamp", "excludes iban: a transfer has one of them");
            None
        }
        (false, Some(stamp)) => {
            if postal_text.is_some() {
                report.add(&postal_at, "postal_iban_alone", "can only accompany iban");
            }
            read_stamp(stamp, &stamp_at, report).map(Destination::Stamp)
        }
        (true, None) => iban.map(|iban| Destination::Account { iban, postal }),
        (false, None) => {
            // One of the wrong type is reported as such already.
            if !misread {
                report.add(at, "iban_or_stamp", "must have either iban or stamp");
            }
            None
        }
    }
}

fn read_stamp(request: StampRequest, at: &Pointer, report: &mut Report) -> Option<Stamp> {
    let hash_at = at.field("hashDocument");
    let document_hash = report.text::<72>(request.hash_document, &hash_at);
    let document_hash = document_hash.filter(|hash| report.read(&hash_at, Stamp::judge_hash(hash)).is_some());
    let kind_at = at.field("stampType");
    let kind = report.text::<2>(request.stamp_type, &kind_at);
    let kind = kind.filter(|kind| report.read(&kind_at, Stamp::judge_kind(kind)).is_some());
    let province_at = at.field("provincialResidence");
    let province = report.text::<2>(request.provincial_residence, &province_at);
    let province =
        province.filter(|province| report.read(&province_at, Stamp::judge_province(province)).is_some());
    Some(Stamp { document_hash: document_hash?, kind: kind?, province: province? })
}
