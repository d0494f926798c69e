//! The values of the rows of a position, in the order of their columns: one row to a statement, or many.

use crate::domain::position::{
    AfterDue, Destination, Notice, OptionShape, PaymentOption, Position, StandIn, Transfer,
};
use crate::store::dialect::for_both_engines;
use crate::store::rows::metadata_json;

use super::write::{micros, optional};

for_both_engines! {
    /// `ec` to `version`.
    pub(in crate::store) fn bind_position<'q>(query: Query<'q>, position: &'q Position) -> Query<'q> {
        let history = &position.history;
        query
            .bind(position.ec.as_str())
            .bind(position.iupd.as_str())
            .bind(position.company_name.as_str())
            .bind(optional(&position.office_name))
            .bind(position.stand_in == StandIn::Allowed)
            .bind(history.created_at.as_microsecond())
            .bind(history.updated_at.as_microsecond())
            .bind(micros(history.published_at))
            .bind(micros(history.invalidated_at))
            .bind(history.version)
    }

    /// `ec` to `phone`.
    pub(in crate::store) fn bind_option<'q>(
        query: Query<'q>,
        position: &'q Position,
        option: &'q PaymentOption,
    ) -> Query<'q> {
        let (debtor, address) = (&option.debtor, &option.debtor.address);
        query
            .bind(position.ec.as_str())
            .bind(position.iupd.as_str())
            .bind(option.number)
            .bind(option.shape == OptionShape::Plan)
            .bind(optional(&option.description))
            .bind(micros(option.valid_from))
            .bind(option.after_due == AfterDue::Expires)
            .bind(debtor.id.kind().code())
            .bind(debtor.id.as_str())
            .bind(debtor.full_name.as_str())
            .bind(optional(&address.street))
            .bind(optional(&address.civic_number))
            .bind(optional(&address.postal_code))
            .bind(optional(&address.city))
            .bind(optional(&address.province))
            .bind(optional(&address.region))
            .bind(optional(&address.country))
            .bind(optional(&address.email))
            .bind(optional(&address.phone))
    }

    /// `ec` to `metadata`: what the creditor says, not what has happened to it.
    pub(in crate::store) fn bind_notice<'q>(
        query: Query<'q>,
        position: &'q Position,
        option: &PaymentOption,
        (index, notice): (i64, &'q Notice),
    ) -> Query<'q> {
        query
            .bind(position.ec.as_str())
            .bind(notice.number.as_str())
            .bind(notice.iuv.as_str())
            .bind(position.iupd.as_str())
            .bind(option.number)
            .bind(index)
            .bind(notice.amount.get())
            .bind(notice.description.as_str())
            .bind(notice.due.as_microsecond())
            .bind(micros(notice.retention))
            .bind(metadata_json(&notice.metadata))
    }

    /// `ec` to `reported_at`.
    pub(in crate::store) fn bind_transfer<'q>(
        query: Query<'q>,
        position: &'q Position,
        notice: &'q Notice,
        transfer: &'q Transfer,
    ) -> Query<'q> {
        let (account, stamp) = match &transfer.destination {
            Destination::Account { iban, postal } => (Some((iban, postal)), None),
            Destination::Stamp(stamp) => (None, Some(stamp)),
        };
        query
            .bind(position.ec.as_str())
            .bind(notice.number.as_str())
            .bind(transfer.id)
            .bind(transfer.amount.get())
            .bind(transfer.beneficiary.as_str())
            .bind(optional(&transfer.company_name))
            .bind(transfer.remittance_information.as_str())
            .bind(transfer.category.as_str())
            .bind(account.map(|(iban, _)| iban.as_str()))
            .bind(account.and_then(|(_, postal)| postal.as_ref()).map(|iban| iban.as_str()))
            .bind(stamp.map(|stamp| stamp.document_hash.as_str()))
            .bind(stamp.map(|stamp| stamp.kind.as_str()))
            .bind(stamp.map(|stamp| stamp.province.as_str()))
            .bind(metadata_json(&transfer.metadata))
            .bind(micros(transfer.reported_at))
    }
}
