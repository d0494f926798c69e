//! `paGetPayment` and `paGetPaymentV2` as `paaAttivaRPT`, and its answer, completed by the RPT if that came in time.

use super::reason::{Terms, terms};
use super::request::{Requested, requested};
use super::verify::{header, told};
use super::{Answering, Invented, Unusable, caller, iuv};
use crate::domain::amount::Cents;
use crate::domain::routing::ANONYMOUS;
use crate::wire::common::{
    Amount, Fault, PositiveAmount, Subject, SubjectIdentifier, SubjectKind, Text35, Text140, TransferNumber,
};
use crate::wire::pa_for_node::{
    IbanOrRichiestaMarcaDaBollo as Destination, PaymentData, PaymentDataV2, PaymentRequest, PaymentTransfer,
    PaymentTransferList, Transfer, TransferList,
};
use crate::wire::pagamenti::Rpt;
use crate::wire::pagamenti_telematici_ccp::Request;
use crate::wire::ppt::{PaaAttivaRPT, PaymentOffer, TermsOutcome};
use crate::wire::{Bounded, Date, Text};

/// What an old system says to an activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activated {
    /// It can be paid.
    Payable(Box<Payment>),
    /// It cannot, for the reason given.
    Refused(Fault),
}

/// What is to be paid, as the second version of the primitive says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// What the node is told.
    pub data: PaymentDataV2,
    /// What was made up.
    pub invented: Vec<Invented>,
}

/// Row "paGetPayment → paaAttivaRPT": importoSingoloVersamento is what the node saw, or what a verification said.
pub fn activate_request(asked: &PaymentRequest, amount: Cents, ccp: &Text35) -> Result<Request, Unusable> {
    let PaymentRequest { id_pa, id_broker_pa, id_station, qr_code, .. } = asked;
    let header = header((id_pa, id_broker_pa, id_station), qr_code, ccp)?;
    let offer = PaymentOffer {
        importo_singolo_versamento: Amount::new(amount)?,
        iban_appoggio: None,
        bic_appoggio: None,
        soggetto_versante: None,
        iban_addebito: None,
        bic_addebito: None,
        soggetto_pagatore: None,
    };
    let body = PaaAttivaRPT {
        identificativo_psp: Text::new(caller::PSP)?,
        dati_pagamento_psp: offer,
        identificativo_intermediario_psp: Text::new(caller::BROKER)?,
        identificativo_canale_psp: Text::new(caller::CHANNEL)?,
    };
    Ok(Request::PaaAttivaRPT(header, body))
}

/// Rows "datiPagamentoPA → …" for an activation; with the RPT, table 6.3 for all that it says better: the transfers,
/// their sum and the debtor. Several RPTs are the basket of one debt.
pub fn activate_answer(
    outcome: &TermsOutcome,
    asked: &PaymentRequest,
    rpts: &[Rpt],
    answering: &Answering<'_>,
) -> Result<Activated, Unusable> {
    let found = match told(outcome)? {
        Ok(found) => found,
        Err(refused) => return Ok(Activated::Refused(refused)),
    };
    let reference = iuv(&asked.qr_code)?;
    let terms = terms(found, answering, reference.as_str())?;
    let (known, mut invented) = match rpts {
        [] => made_up(&terms, answering)?,
        _ => (asked_for(rpts, asked, &reference, answering)?, Vec::new()),
    };
    let Known { amount, debtor, transfers } = known;
    let Terms { company_name, office_name, reason, invented: of_terms, .. } = terms;
    invented.extend(of_terms);
    invented.push(Invented::DueDate);
    invented.sort_unstable();
    let data = PaymentDataV2 {
        creditor_reference_id: reference,
        payment_amount: amount,
        due_date: answering.due()?,
        retention_date: None,
        last_payment: None,
        description: reason,
        company_name,
        office_name,
        debtor,
        transfer_list: PaymentTransferList {
            transfer: Bounded::new(transfers).map_err(|_| Unusable::Shares)?,
        },
        metadata: None,
    };
    Ok(Activated::Payable(Box::new(Payment { data, invented })))
}

struct Known {
    amount: PositiveAmount,
    debtor: Subject,
    transfers: Vec<PaymentTransfer>,
}

/// Rows "– → debtor: else ANONIMO" and "importoSingoloVersamento → transfer 1 amount": one transfer, because the
/// answer knows of no other.
fn made_up(terms: &Terms, answering: &Answering<'_>) -> Result<(Known, Vec<Invented>), Unusable> {
    let debtor = Subject {
        unique_identifier: SubjectIdentifier {
            entity_unique_identifier_type: SubjectKind::F,
            entity_unique_identifier_value: Text::new(ANONYMOUS)?,
        },
        full_name: Text::new(answering.invention.debtor())?,
        street_name: None,
        civic_number: None,
        postal_code: None,
        city: None,
        state_province_region: None,
        country: None,
        e_mail: None,
    };
    let transfer = PaymentTransfer {
        id_transfer: TransferNumber::N1,
        transfer_amount: terms.amount,
        fiscal_code_pa: answering.organization()?,
        company_name: None,
        iban_or_richiesta_marca_da_bollo: Destination::Iban(Text::new(terms.account.as_str())?),
        remittance_information: terms.reason.clone(),
        transfer_category: Text140::new(answering.invention.category())?,
        metadata: None,
    };
    let known = Known { amount: terms.amount, debtor, transfers: vec![transfer] };
    Ok((known, vec![Invented::Debtor, Invented::Category]))
}

fn asked_for(
    rpts: &[Rpt],
    asked: &PaymentRequest,
    reference: &Text35,
    answering: &Answering<'_>,
) -> Result<Known, Unusable> {
    let Requested { ec, iuv, amount, debtor, transfers, .. } = requested(rpts, asked.transfer_type)?;
    if iuv != *reference {
        return Err(Unusable::OtherDebt);
    }
    if ec != *answering.ec {
        return Err(Unusable::Beneficiary);
    }
    Ok(Known { amount, debtor, transfers })
}

impl Payment {
    /// The same as the first version of the primitive says it, which has no place for a stamp nor for the names of
    /// other beneficiaries.
    pub fn first_version(&self) -> Result<PaymentData, Unusable> {
        let data = self.data.clone();
        let transfers: Result<Vec<Transfer>, Unusable> =
            data.transfer_list.transfer.into_iter().map(first_version).collect();
        let due_date: Date = data.due_date;
        Ok(PaymentData {
            creditor_reference_id: data.creditor_reference_id,
            payment_amount: data.payment_amount,
            due_date,
            retention_date: data.retention_date,
            last_payment: data.last_payment,
            description: data.description,
            company_name: Some(data.company_name),
            office_name: data.office_name,
            debtor: data.debtor,
            transfer_list: TransferList { transfer: Bounded::new(transfers?).map_err(|_| Unusable::Shares)? },
            metadata: data.metadata,
        })
    }
}

fn first_version(transfer: PaymentTransfer) -> Result<Transfer, Unusable> {
    let Destination::Iban(iban) = transfer.iban_or_richiesta_marca_da_bollo else {
        return Err(Unusable::Stamp);
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
}
