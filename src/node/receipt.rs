//! Receipts as the node writes them, from what an activation was answered.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::Version;
use crate::domain::amount::Cents;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::rome;
use crate::wire::common::{Subject, SubjectCode, SubjectIdentifier, SubjectKind, TransferNumber};
use crate::wire::pa_for_node::{
    IbanOrMbdAttachment, IbanOrRichiestaMarcaDaBollo, Outcome, PaymentDataV2, PaymentTransfer,
    PaymentTransferList, Receipt, ReceiptTransfer, ReceiptTransferList, ReceiptV2, Transfer, TransferList,
};
use crate::wire::{Amount, Base64, Bounded, Date, DateTime, FacetError, Text, TextKind};

/// What stands for a digital stamp in a receipt: nobody reads it but the body that asked for it.
const STAMP: &[u8] = b"<marcaDaBollo xmlns=\"http://www.agenziaentrate.gov.it/2014/MarcaDaBollo\"/>";

/// How a notice was paid, beyond what the creditor had answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// In which version the receipt is written.
    pub version: Version,
    /// The fiscal code of the institution that issued the notice.
    pub issuer: String,
    /// The notice.
    pub notice: String,
    /// The name of the receipt, which is the token of the payment.
    pub receipt_id: String,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// How it went; the node sends receipts of payments that went well only.
    pub outcome: Outcome,
    /// Whether the node had answered in place of the creditor.
    pub stand_in: bool,
    /// Who paid, where it was somebody else: code and name.
    pub payer: Option<(String, String)>,
    /// What the payer paid on top.
    pub fee: Option<Cents>,
    /// The note of the activation; only the second version has room for it.
    pub note: Option<String>,
}

impl Payment {
    /// A payment that went as the creditor had asked.
    pub fn of(issuer: &str, notice: &str, receipt_id: &str, paid_at: Timestamp) -> Self {
        Payment {
            version: Version::V2,
            issuer: issuer.to_owned(),
            notice: notice.to_owned(),
            receipt_id: receipt_id.to_owned(),
            paid_at,
            outcome: Outcome::Ok,
            stand_in: false,
            payer: None,
            fee: Cents::new(100).ok(),
            note: None,
        }
    }
}

/// A receipt that is ready to be sent to any of its recipients, any number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPlan {
    /// The fiscal code of the institution that issued the notice.
    pub issuer: String,
    /// The notice.
    pub notice: String,
    /// The name of the receipt.
    pub receipt_id: String,
    /// Everybody who gets a share, in the order of the transfers, each once.
    pub beneficiaries: Vec<String>,
    /// The receipt itself.
    pub document: Document,
}

/// A receipt in one of the two versions.
#[allow(clippy::large_enum_variant, reason = "one receipt lives at a time")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// For `paSendRT`.
    V1(Receipt),
    /// For `paSendRTV2`.
    V2(ReceiptV2),
}

/// Why a receipt cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// Something that was given breaks the contract.
    #[error("the receipt cannot be written: {what} {reason}")]
    Value {
        /// The element.
        what: &'static str,
        /// The facet that it breaks.
        reason: FacetError,
    },
    /// The first version has no room for a digital stamp.
    #[error("a receipt of version 1 cannot carry a digital stamp: send version 2")]
    Stamp,
}

/// To whom a receipt is handed, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Whether every beneficiary gets a copy, or the issuer alone.
    pub broadcast: bool,
    /// Whether the copies of others come before that of the issuer.
    pub reversed: bool,
    /// How often each copy is sent again.
    pub again: u8,
}

/// What one institution gets on one account.
#[derive(Clone, Copy, Debug)]
pub struct Share<'a> {
    /// The institution, which is also the one that issued the notice.
    pub ec: &'a str,
    /// The account.
    pub iban: &'a str,
    /// How much.
    pub amount: Cents,
}

/// What a payment in stand-in knows without having asked: a notice, one account and an amount; the debtor is nobody.
pub fn invented(notice: &str, share: Share<'_>, now: Timestamp) -> Result<PaymentDataV2, Unwritable> {
    let iuv = NoticeNumber::new(notice).map_or_else(|_| notice.to_owned(), |number| number.iuv().to_string());
    let amount = value("paymentAmount", Amount::new(share.amount))?;
    let transfer = PaymentTransfer {
        id_transfer: TransferNumber::N1,
        transfer_amount: amount,
        fiscal_code_pa: text("fiscalCodePA", share.ec)?,
        company_name: None,
        iban_or_richiesta_marca_da_bollo: IbanOrRichiestaMarcaDaBollo::Iban(text("IBAN", share.iban)?),
        remittance_information: text("remittanceInformation", &format!("/RFB/{iuv}/{}", share.amount))?,
        transfer_category: text("transferCategory", "9/0101100IM/")?,
        metadata: None,
    };
    Ok(PaymentDataV2 {
        creditor_reference_id: text("creditorReferenceId", &iuv)?,
        payment_amount: amount,
        due_date: value("dueDate", Date::new(rome::day(now)))?,
        retention_date: None,
        last_payment: None,
        description: text("description", "Pagamento in stand-in")?,
        company_name: text("companyName", share.ec)?,
        office_name: None,
        debtor: subject("ANONIMO", "ANONIMO")?,
        transfer_list: PaymentTransferList { transfer: value("transferList", Bounded::new(vec![transfer]))? },
        metadata: None,
    })
}

impl ReceiptPlan {
    /// The version it is written in.
    pub const fn version(&self) -> Version {
        match self.document {
            Document::V1(_) => Version::V1,
            Document::V2(_) => Version::V2,
        }
    }

    /// The recipients of all copies, in the order in which they are sent.
    pub fn deliveries(&self, spread: Spread) -> Vec<&str> {
        let mut recipients = vec![self.issuer.as_str()];
        if spread.broadcast {
            let others = self.beneficiaries.iter().map(String::as_str);
            recipients.extend(others.filter(|other| *other != self.issuer));
        }
        if spread.reversed {
            recipients.reverse();
        }
        let copies = usize::from(spread.again) + 1;
        recipients.into_iter().flat_map(|recipient| std::iter::repeat_n(recipient, copies)).collect()
    }
}

/// Writes the receipt of a payment of what the creditor had answered.
pub fn plan(payment: &Payment, data: &PaymentDataV2) -> Result<ReceiptPlan, Unwritable> {
    let receipt = second_version(payment, data)?;
    let mut beneficiaries: Vec<String> = Vec::new();
    for transfer in receipt.transfer_list.transfer.iter() {
        let beneficiary = transfer.fiscal_code_pa.as_str();
        if !beneficiaries.iter().any(|known| known == beneficiary) {
            beneficiaries.push(beneficiary.to_owned());
        }
    }
    let document = match payment.version {
        Version::V2 => Document::V2(receipt),
        Version::V1 => Document::V1(first_version(receipt)?),
    };
    Ok(ReceiptPlan {
        issuer: payment.issuer.clone(),
        notice: payment.notice.clone(),
        receipt_id: payment.receipt_id.clone(),
        beneficiaries,
        document,
    })
}

fn second_version(payment: &Payment, data: &PaymentDataV2) -> Result<ReceiptV2, Unwritable> {
    let transfers = data.transfer_list.transfer.iter().map(paid).collect::<Result<Vec<_>, _>>()?;
    let moment = Offset::UTC.to_datetime(payment.paid_at);
    let today = value("applicationDate", Date::new(rome::day(payment.paid_at)))?;
    let tomorrow = value("transferDate", Date::new(today.day().tomorrow().unwrap_or(today.day())))?;
    let payer = payment.payer.as_ref().map(|(code, name)| subject(code, name)).transpose()?;
    let amount = value("paymentAmount", Amount::new(data.payment_amount.cents()))?;
    Ok(ReceiptV2 {
        receipt_id: text("receiptId", &payment.receipt_id)?,
        notice_number: text("noticeNumber", &payment.notice)?,
        fiscal_code: text("fiscalCode", &payment.issuer)?,
        outcome: payment.outcome,
        creditor_reference_id: data.creditor_reference_id.clone(),
        payment_amount: amount,
        description: data.description.clone(),
        company_name: data.company_name.clone(),
        office_name: data.office_name.clone(),
        debtor: data.debtor.clone(),
        transfer_list: ReceiptTransferList { transfer: value("transferList", Bounded::new(transfers))? },
        id_psp: text("idPSP", "BANCADEMO")?,
        psp_fiscal_code: Some(text("pspFiscalCode", "99000090011")?),
        psp_partita_iva: None,
        psp_company_name: text("PSPCompanyName", "Banca Demo")?,
        id_channel: text("idChannel", "99000090011_01")?,
        channel_description: text("channelDescription", "app")?,
        payer,
        payment_method: Some(text("paymentMethod", "creditCard")?),
        payment_note: payment.note.as_deref().map(|note| text("paymentNote", note)).transpose()?,
        fee: payment.fee.map(|fee| value("fee", Amount::new(fee))).transpose()?,
        primary_ci_incurred_fee: None,
        id_bundle: None,
        id_ci_bundle: None,
        payment_date_time: Some(value("paymentDateTime", DateTime::with_offset(moment, Offset::UTC))?),
        application_date: Some(today),
        transfer_date: Some(tomorrow),
        metadata: data.metadata.clone(),
        stand_in: payment.stand_in.then_some(true),
    })
}

fn paid(transfer: &PaymentTransfer) -> Result<ReceiptTransfer, Unwritable> {
    let destination = match &transfer.iban_or_richiesta_marca_da_bollo {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => IbanOrMbdAttachment::Iban(iban.clone()),
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => {
            IbanOrMbdAttachment::MbdAttachment(value("MBDAttachment", Base64::encode(STAMP))?)
        }
    };
    Ok(ReceiptTransfer {
        id_transfer: transfer.id_transfer,
        transfer_amount: transfer.transfer_amount,
        fiscal_code_pa: transfer.fiscal_code_pa.clone(),
        company_name: transfer.company_name.clone(),
        iban_or_mbd_attachment: destination,
        remittance_information: transfer.remittance_information.clone(),
        transfer_category: transfer.transfer_category.clone(),
        metadata: transfer.metadata.clone(),
    })
}

/// The same receipt in the first version, which knows neither stamps nor what was paid for on the creditor's side.
fn first_version(receipt: ReceiptV2) -> Result<Receipt, Unwritable> {
    let transfers = receipt.transfer_list.transfer.into_vec().into_iter().map(|transfer| {
        let IbanOrMbdAttachment::Iban(iban) = transfer.iban_or_mbd_attachment else {
            return Err(Unwritable::Stamp);
        };
        Ok(Transfer {
            id_transfer: transfer.id_transfer,
            transfer_amount: transfer.transfer_amount,
            fiscal_code_pa: transfer.fiscal_code_pa,
            iban,
            remittance_information: transfer.remittance_information,
            transfer_category: transfer.transfer_category,
            metadata: transfer.metadata,
        })
    });
    let transfers = transfers.collect::<Result<Vec<_>, _>>()?;
    Ok(Receipt {
        receipt_id: receipt.receipt_id,
        notice_number: receipt.notice_number,
        fiscal_code: receipt.fiscal_code,
        outcome: receipt.outcome,
        creditor_reference_id: receipt.creditor_reference_id,
        payment_amount: receipt.payment_amount,
        description: receipt.description,
        company_name: receipt.company_name,
        office_name: receipt.office_name,
        debtor: receipt.debtor,
        transfer_list: TransferList { transfer: value("transferList", Bounded::new(transfers))? },
        id_psp: receipt.id_psp,
        psp_fiscal_code: receipt.psp_fiscal_code,
        psp_partita_iva: receipt.psp_partita_iva,
        psp_company_name: receipt.psp_company_name,
        id_channel: receipt.id_channel,
        channel_description: receipt.channel_description,
        payer: receipt.payer,
        payment_method: receipt.payment_method,
        fee: receipt.fee,
        payment_date_time: receipt.payment_date_time,
        application_date: receipt.application_date,
        transfer_date: receipt.transfer_date,
        metadata: receipt.metadata,
        stand_in: receipt.stand_in,
    })
}

/// A person, or a body if the code is eleven digits.
fn subject(code: &str, name: &str) -> Result<Subject, Unwritable> {
    let body = code.len() == 11 && code.bytes().all(|byte| byte.is_ascii_digit());
    let kind = if body { SubjectKind::G } else { SubjectKind::F };
    Ok(Subject {
        unique_identifier: SubjectIdentifier {
            entity_unique_identifier_type: kind,
            entity_unique_identifier_value: value("payer", SubjectCode::new(code))?,
        },
        full_name: text("payer", name)?,
        street_name: None,
        civic_number: None,
        postal_code: None,
        city: None,
        state_province_region: None,
        country: None,
        e_mail: None,
    })
}

fn text<K: TextKind>(what: &'static str, text: &str) -> Result<Text<K>, Unwritable> {
    value(what, Text::new(text))
}

fn value<T>(what: &'static str, value: Result<T, FacetError>) -> Result<T, Unwritable> {
    value.map_err(|reason| Unwritable::Value { what, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::common::StampKind;
    use crate::wire::pa_for_node::StampRequest;

    const TOWN: &str = "99000010019";
    const PROVINCE: &str = "99000030017";
    const NOTICE: &str = "302000000000000184";

    fn now() -> Timestamp {
        "2026-11-22T23:30:00Z".parse().unwrap()
    }

    fn data() -> PaymentDataV2 {
        let share =
            Share { ec: TOWN, iban: "IT80Z0599903600000000001001", amount: Cents::new(1_250).unwrap() };
        invented(NOTICE, share, now()).unwrap()
    }

    /// The transfer of [`data`], and the same for the province and for the town again.
    fn shared() -> PaymentDataV2 {
        let mut data = data();
        let first = data.transfer_list.transfer[0].clone();
        let second = PaymentTransfer { fiscal_code_pa: Text::new(PROVINCE).unwrap(), ..first.clone() };
        data.transfer_list.transfer = Bounded::new(vec![second, first.clone(), first]).unwrap();
        data
    }

    #[test]
    fn it_says_what_the_creditor_had_answered_and_the_day_in_italy() {
        let plan = plan(&Payment::of(TOWN, NOTICE, "token", now()), &data()).unwrap();
        let Document::V2(receipt) = &plan.document else { panic!("{:?}", plan.version()) };
        assert_eq!(receipt.creditor_reference_id, "02000000000000184");
        assert_eq!(receipt.payment_amount.cents().get(), 1_250);
        assert_eq!(receipt.application_date.unwrap().day().to_string(), "2026-11-23");
        assert_eq!((receipt.outcome, receipt.stand_in, &receipt.payer), (Outcome::Ok, None, &None));
    }

    #[test]
    fn every_beneficiary_gets_a_copy_in_the_order_that_is_asked_for() {
        let plan = plan(&Payment::of(TOWN, NOTICE, "token", now()), &shared()).unwrap();
        assert_eq!(plan.beneficiaries, [PROVINCE, TOWN]);
        assert_eq!(plan.deliveries(Spread::default()), [TOWN]);
        let spread = Spread { broadcast: true, ..Spread::default() };
        assert_eq!(plan.deliveries(spread), [TOWN, PROVINCE]);
        let spread = Spread { reversed: true, again: 1, ..spread };
        assert_eq!(plan.deliveries(spread), [PROVINCE, PROVINCE, TOWN, TOWN]);
    }

    #[test]
    fn the_first_version_says_the_same_but_has_no_room_for_a_stamp() {
        let payment = Payment {
            version: Version::V1,
            stand_in: true,
            payer: Some((PROVINCE.to_owned(), "Provincia".to_owned())),
            ..Payment::of(TOWN, NOTICE, "token", now())
        };
        let Document::V1(receipt) = plan(&payment, &shared()).unwrap().document else { panic!("version 2") };
        assert_eq!((receipt.transfer_list.transfer.len(), receipt.stand_in), (3, Some(true)));
        let payer = receipt.payer.unwrap().unique_identifier;
        assert_eq!(payer.entity_unique_identifier_type, SubjectKind::G);

        let mut stamped = data();
        let mut transfer = stamped.transfer_list.transfer[0].clone();
        transfer.iban_or_richiesta_marca_da_bollo =
            IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(StampRequest {
                hash_documento: crate::wire::Base64Text::encode(&[7; 32]).unwrap(),
                tipo_bollo: StampKind::ALL[0],
                provincia_residenza: Text::new("RM").unwrap(),
            });
        stamped.transfer_list.transfer = Bounded::new(vec![transfer]).unwrap();
        assert_eq!(plan(&payment, &stamped), Err(Unwritable::Stamp));
        let second = Payment { version: Version::V2, ..payment };
        let Document::V2(receipt) = plan(&second, &stamped).unwrap().document else { panic!("version 1") };
        let paid = &receipt.transfer_list.transfer[0].iban_or_mbd_attachment;
        assert!(matches!(paid, IbanOrMbdAttachment::MbdAttachment(_)));
    }

    #[test]
    fn what_breaks_the_contract_is_named() {
        let payment = Payment::of("nobody", NOTICE, "token", now());
        let error = plan(&payment, &data()).unwrap_err().to_string();
        assert!(error.starts_with("the receipt cannot be written: fiscalCode "), "{error}");
    }
}
