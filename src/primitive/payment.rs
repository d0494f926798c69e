//! What the node is told of a payable notice, in the words of the contract.

use crate::domain::fiscal_code::PersonKind;
use crate::domain::iban::Iban;
use crate::domain::position::{Debtor, IBAN_APPOGGIO, MapEntry, NOTIFICATION_FEE, Notice, Transfer};
use crate::domain::rome;
use crate::domain::text::Text as DomainText;
use crate::wire::common::{
    AmountOption, Metadata, MetadataEntry, PositiveAmount, Subject, SubjectCode, SubjectIdentifier,
    SubjectKind, TransferChannel, TransferNumber,
};
use crate::wire::pa_for_node::{PaymentOption, PaymentOptionList};
use crate::wire::{Bounded, Date, DateTime, FacetError, Text, TextKind};

/// A text whose length the domain has already bounded.
pub fn text<K: TextKind, const MAX: usize>(value: &DomainText<MAX>) -> Result<Text<K>, FacetError> {
    Text::new(value.as_str())
}

/// An optional text; what the stricter form of the contract refuses is left out.
fn optional<K: TextKind, const MAX: usize>(value: &Option<DomainText<MAX>>) -> Option<Text<K>> {
    value.as_ref().and_then(|value| Text::new(value.as_str()).ok())
}

/// The day until which a notice should be paid, without offset, as printed on it.
pub fn due_date(notice: &Notice) -> Result<Date, FacetError> {
    Date::new(rome::day(notice.due))
}

/// The moment until which the creditor keeps a notice.
pub fn retention_date(notice: &Notice) -> Result<Option<DateTime>, FacetError> {
    notice.retention.map(|retention| DateTime::new(rome::wall_clock(retention))).transpose()
}

/// The one way to pay a notice: all of it at once. Every transfer may go to a postal account, or the notice cannot
/// be paid as a postal slip (`allCCP`).
pub fn listed(notice: &Notice) -> Result<PaymentOptionList, FacetError> {
    let option = PaymentOption {
        amount: amount(notice.amount)?,
        options: AmountOption::Eq,
        due_date: Some(due_date(notice)?),
        detail_description: Some(text(&notice.description)?),
        all_ccp: notice.transfers.iter().all(|transfer| transfer.destination.postal_iban().is_some()),
    };
    Ok(PaymentOptionList { payment_option_description: option })
}

/// The amount of a notice or a transfer, which is never zero.
pub fn amount(cents: crate::domain::amount::Cents) -> Result<PositiveAmount, FacetError> {
    PositiveAmount::new(cents)
}

/// Who owes.
pub fn debtor(debtor: &Debtor) -> Result<Subject, FacetError> {
    let address = &debtor.address;
    Ok(Subject {
        unique_identifier: SubjectIdentifier {
            entity_unique_identifier_type: match debtor.id.kind() {
                PersonKind::Natural => SubjectKind::F,
                PersonKind::Legal => SubjectKind::G,
            },
            entity_unique_identifier_value: SubjectCode::new(debtor.id.as_str())?,
        },
        full_name: text(&debtor.full_name)?,
        street_name: optional(&address.street),
        civic_number: optional(&address.civic_number),
        postal_code: optional(&address.postal_code),
        city: optional(&address.city),
        state_province_region: optional(&address.province).or_else(|| optional(&address.region)),
        country: optional(&address.country),
        e_mail: optional(&address.email),
    })
}

/// The number of a transfer.
pub fn transfer_number(transfer: &Transfer) -> Result<TransferNumber, FacetError> {
    TransferNumber::try_from(i32::try_from(transfer.id).unwrap_or_default())
}

/// Metadata as the contract writes it: never an empty tag.
pub fn metadata<'a>(entries: impl IntoIterator<Item = &'a MapEntry>) -> Result<Option<Metadata>, FacetError> {
    let entries = entries.into_iter().map(|entry| Ok((text(&entry.key)?, text(&entry.value)?)));
    list(
        entries
            .map(|entry| entry.map(|(key, value)| MetadataEntry { key, value }))
            .collect::<Result<_, _>>()?,
    )
}

/// The metadata of a transfer, with the postal account where the payment goes to the bank account.
pub fn metadata_with_account(
    entries: &[MapEntry],
    postal: Option<&Iban>,
) -> Result<Option<Metadata>, FacetError> {
    let written = metadata(entries)?.map_or_else(Vec::new, |written| written.map_entry.into_vec());
    let account = postal
        .map(|iban| Ok(MetadataEntry { key: Text::new(IBAN_APPOGGIO)?, value: Text::new(iban.as_str())? }));
    list(written.into_iter().chain(account.transpose()?).collect())
}

/// The metadata of a notice, with what its notification cost, in cents.
pub fn metadata_with_fee(notice: &Notice) -> Result<Option<Metadata>, FacetError> {
    let written = metadata(&notice.metadata)?.map_or_else(Vec::new, |written| written.map_entry.into_vec());
    let fee = Some(notice.notification_fee.get()).filter(|fee| *fee > 0).map(|fee| {
        Ok(MetadataEntry { key: Text::new(NOTIFICATION_FEE)?, value: Text::new(fee.to_string())? })
    });
    list(written.into_iter().chain(fee.transpose()?).collect())
}

fn list(entries: Vec<MetadataEntry>) -> Result<Option<Metadata>, FacetError> {
    if entries.is_empty() {
        return Ok(None);
    }
    Ok(Some(Metadata { map_entry: Bounded::new(entries)? }))
}

/// The account that a transfer is paid to: the postal one for a payment by postal slip, where there is one.
pub fn account<'a>(iban: &'a Iban, postal: Option<&'a Iban>, channel: Option<TransferChannel>) -> &'a Iban {
    match channel {
        Some(TransferChannel::Postal) => postal.unwrap_or(iban),
        Some(TransferChannel::Pagopa) | None => iban,
    }
}
