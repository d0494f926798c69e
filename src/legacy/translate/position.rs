//! A request for payment that the public body begins itself, as a position that anyone can pay: table 6.3.

use super::{Requested, Unusable};
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::iban::Iban;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{
    Address, AfterDue, Debtor, Destination, History, IBAN_APPOGGIO, Notice, OptionShape, PaymentOption,
    Position, Stamp, StandIn, Transfer,
};
use crate::domain::rome;
use crate::domain::text::{Text, TextError};
use crate::wire::common::{Subject, SubjectKind};
use crate::wire::pa_for_node::{IbanOrRichiestaMarcaDaBollo, PaymentTransfer};
use jiff::Timestamp;

/// What a position needs besides what was asked for.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its name.
    pub iupd: Iupd,
    /// Its notice: that of a basket's name, or that of the IUV ([`NoticeNumber::of_iuv`]).
    pub notice: NoticeNumber,
    /// The public body's name.
    pub company_name: Text<140>,
    /// Now.
    pub now: Timestamp,
}

/// Rows of table 6.3 as a position of one notice, published at once, that stays payable when its due date, the last
/// second of dataEsecuzionePagamento, has passed.
pub fn position(asked: &Requested, loaded: Loaded) -> Result<Position, Unusable> {
    let Loaded { iupd, notice, company_name, now } = loaded;
    if asked.iuv.as_str() != notice.iuv().as_str() {
        return Err(Unusable::OtherDebt);
    }
    let transfers: Result<Vec<Transfer>, Unusable> = asked.transfers.iter().map(transfer).collect();
    let transfers = transfers?;
    let reason = transfers.first().map(|one| one.remittance_information.clone()).ok_or(Unusable::Shares)?;
    let due = rome::instant(asked.due.day().at(23, 59, 59, 0)).unwrap_or(now);
    let notice = Notice {
        number: notice,
        iuv: notice.iuv(),
        amount: asked.amount.cents(),
        notification_fee: Cents::ZERO,
        description: reason,
        due,
        retention: None,
        metadata: Vec::new(),
        transfers,
        activated_at: None,
        payment: None,
    };
    let option = PaymentOption {
        number: 1,
        shape: OptionShape::Single,
        description: None,
        valid_from: None,
        after_due: AfterDue::StaysPayable,
        debtor: debtor(&asked.debtor)?,
        notices: vec![notice],
    };
    Ok(Position {
        ec: asked.ec.clone(),
        iupd,
        company_name,
        office_name: None,
        stand_in: StandIn::Allowed,
        history: History {
            created_at: now,
            updated_at: now,
            published_at: Some(now),
            invalidated_at: None,
            version: 0,
        },
        options: vec![option],
    })
}

fn debtor(person: &Subject) -> Result<Debtor, Unusable> {
    let kind = match person.unique_identifier.entity_unique_identifier_type {
        SubjectKind::F => PersonKind::Natural,
        SubjectKind::G => PersonKind::Legal,
    };
    let code = person.unique_identifier.entity_unique_identifier_value.as_str();
    let wrong = |_| Unusable::Document("/soggettoPagatore: not a fiscal code".to_owned());
    let id = PersonId::new(kind, code).map_err(wrong)?;
    let text = |text: &Option<crate::wire::common::Text35>| text.as_ref().map(|one| Text::cut(one.as_str()));
    let address = Address {
        street: kept(person.street_name.as_ref().map(|one| Text::cut(one.as_str())))?,
        civic_number: kept(person.civic_number.as_ref().map(|one| Text::cut(one.as_str())))?,
        postal_code: kept(person.postal_code.as_ref().map(|one| Text::cut(one.as_str())))?,
        city: kept(text(&person.city))?,
        province: kept(text(&person.state_province_region))?,
        region: None,
        country: kept(person.country.as_ref().map(|one| Text::new(one.as_str())))?,
        email: kept(person.e_mail.as_ref().map(|one| Text::new(one.as_str())))?,
        phone: None,
    };
    Ok(Debtor {
        id,
        full_name: kept(Some(Text::cut(person.full_name.as_str())))?.ok_or(Unusable::NoTerms)?,
        address,
    })
}

/// A text of the domain, which is stricter than that of the wire.
fn kept<const MAX: usize>(text: Option<Result<Text<MAX>, TextError>>) -> Result<Option<Text<MAX>>, Unusable> {
    text.transpose().map_err(|error| Unusable::Document(error.to_string()))
}

fn transfer(asked: &PaymentTransfer) -> Result<Transfer, Unusable> {
    let account = |text: &str| Iban::kept(text).map_err(|_| Unusable::NoAccount);
    let destination = match &asked.iban_or_richiesta_marca_da_bollo {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => {
            let entries = asked.metadata.iter().flat_map(|metadata| &metadata.map_entry);
            let beside = entries.filter(|entry| entry.key.as_str() == IBAN_APPOGGIO);
            let beside = beside.map(|entry| account(entry.value.as_str())).next().transpose()?;
            Destination::Account { iban: account(iban.as_str())?, postal: beside.filter(Iban::is_postal) }
        }
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(stamp) => {
            let part = |text: Option<Text<2>>| text.ok_or(Unusable::NoAccount);
            Destination::Stamp(Stamp {
                document_hash: kept(Some(Text::new(stamp.hash_documento.as_str())))?
                    .ok_or(Unusable::NoAccount)?,
                kind: part(kept(Some(Text::new(stamp.tipo_bollo.as_str())))?)?,
                province: part(kept(Some(Text::new(stamp.provincia_residenza.as_str())))?)?,
            })
        }
    };
    let missing = Unusable::NoTerms;
    Ok(Transfer {
        id: i64::from(asked.id_transfer.number()),
        amount: asked.transfer_amount.cents(),
        beneficiary: FiscalCode::new(asked.fiscal_code_pa.as_str()).map_err(|_| Unusable::Beneficiary)?,
        company_name: kept(asked.company_name.as_ref().map(|name| Text::cut(name.as_str())))?,
        remittance_information: kept(Some(Text::cut(asked.remittance_information.as_str())))?
            .ok_or(missing.clone())?,
        category: kept(Some(Text::new(asked.transfer_category.as_str())))?.ok_or(missing)?,
        destination,
        metadata: Vec::new(),
        reported_at: None,
    })
}
