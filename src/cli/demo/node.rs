//! Plays the payment node: asks the gateway over mutual TLS, as the real one does, and reads the
//! answers against the contract.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::Offset;

use super::world::{BROKER, STATION, TOWN, valid};
use crate::cli::Failure;
use crate::domain::amount::Cents;
use crate::domain::notice_number::NoticeNumber;
use crate::node::client::{Client, Outgoing};
use crate::soap::{Limits, read_response, write_request};
use crate::wire::pa_for_node::{
    Acknowledgement, DemandAnswer, IbanOrMbdAttachment, IbanOrRichiestaMarcaDaBollo, NoticeAnswer,
    NoticeCode, NoticeDemand, NoticeVerification, Outcome, PaymentAnswerV2, PaymentDataV2, PaymentRequest,
    PaymentTransfer, ReceiptDeliveryV2, ReceiptTransfer, ReceiptTransferList, ReceiptV2, Request, Response,
};
use crate::wire::{Amount, Base64, Bounded, Date, DateTime, Text};

/// What the payer pays to the payment service provider on top, in cents.
const FEE: i64 = 100;

/// The node, with its connection to the gateway.
#[derive(Debug)]
pub struct Node {
    client: Client,
}

/// An answer and how long it took.
#[derive(Clone, Debug)]
pub struct Timed<T> {
    /// The answer.
    pub answer: T,
    /// How long it took.
    pub took: Duration,
}

impl Node {
    /// A node that calls through this client.
    pub fn new(client: Client) -> Self {
        Node { client }
    }

    /// Asks whether a notice can be paid.
    pub async fn verify(&mut self, notice: &NoticeNumber) -> Result<Timed<NoticeAnswer>, Failure> {
        let request = Request::PaVerifyPaymentNotice(NoticeVerification {
            id_pa: wire(TOWN)?,
            id_broker_pa: wire(BROKER)?,
            id_station: wire(STATION)?,
            qr_code: qr_code(notice)?,
        });
        match self.ask(request).await? {
            Timed { answer: Response::PaVerifyPaymentNotice(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    /// Asks for all that a payment needs.
    pub async fn get(&mut self, notice: &NoticeNumber) -> Result<Timed<PaymentAnswerV2>, Failure> {
        let request = Request::PaGetPaymentV2(PaymentRequest {
            id_pa: wire(TOWN)?,
            id_broker_pa: wire(BROKER)?,
            id_station: wire(STATION)?,
            qr_code: qr_code(notice)?,
            amount: None,
            payment_note: None,
            transfer_type: None,
            due_date: None,
        });
        match self.ask(request).await? {
            Timed { answer: Response::PaGetPaymentV2(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    /// Hands a receipt over to one of its recipients.
    pub async fn deliver(
        &mut self,
        recipient: &str,
        receipt: ReceiptV2,
    ) -> Result<Timed<Acknowledgement>, Failure> {
        let request = Request::PaSendRTV2(ReceiptDeliveryV2 {
            id_pa: wire(recipient)?,
            id_broker_pa: wire(BROKER)?,
            id_station: wire(STATION)?,
            receipt,
        });
        match self.ask(request).await? {
            Timed { answer: Response::PaSendRTV2(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    /// Asks for a notice of a service that the town offers under its own name.
    pub async fn demand(&mut self, service: &str, document: &str) -> Result<Timed<DemandAnswer>, Failure> {
        let request = Request::PaDemandPaymentNotice(NoticeDemand {
            id_pa: wire(TOWN)?,
            id_broker_pa: wire(BROKER)?,
            id_station: wire(STATION)?,
            id_servizio: wire(service)?,
            id_soggetto_servizio: wire(service)?,
            dati_specifici_servizio_request: valid(Base64::encode(document.as_bytes()))?,
        });
        match self.ask(request).await? {
            Timed { answer: Response::PaDemandPaymentNotice(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    async fn ask(&mut self, request: Request) -> Result<Timed<Response>, Failure> {
        let operation = request.operation();
        let message = Bytes::from(write_request(&request));
        let answer = self.client.send(&Outgoing::soap(operation.soap_action(), message)).await;
        let answer = answer.map_err(|error| Failure::Found(format!("{}: {error}", operation.name())))?;
        if answer.status != 200 {
            return Err(Failure::Found(format!("{}: HTTP status {}", operation.name(), answer.status)));
        }
        let response = read_response(&answer.body, operation, &Limits::default());
        let response = response.map_err(|error| Failure::Found(format!("{}: {error}", operation.name())))?;
        Ok(Timed { answer: response, took: answer.took })
    }
}

/// The receipt of a payment that went as the gateway asked.
pub fn receipt(notice: &NoticeNumber, data: &PaymentDataV2, now: Timestamp) -> Result<ReceiptV2, Failure> {
    let transfers = data.transfer_list.transfer.iter().map(paid).collect::<Result<Vec<_>, _>>()?;
    let moment = Offset::UTC.to_datetime(now);
    let today = valid(Date::new(moment.date()))?;
    Ok(ReceiptV2 {
        receipt_id: wire(&format!("demo{}", now.as_microsecond()))?,
        notice_number: wire(notice.as_str())?,
        fiscal_code: wire(TOWN)?,
        outcome: Outcome::Ok,
        creditor_reference_id: data.creditor_reference_id.clone(),
        payment_amount: valid(Amount::new(data.payment_amount.cents()))?,
        description: data.description.clone(),
        company_name: data.company_name.clone(),
        office_name: data.office_name.clone(),
        debtor: data.debtor.clone(),
        transfer_list: ReceiptTransferList { transfer: valid(Bounded::new(transfers))? },
        id_psp: wire("BANCADEMO")?,
        psp_fiscal_code: Some(wire("99000090011")?),
        psp_partita_iva: None,
        psp_company_name: wire("Banca Demo")?,
        id_channel: wire("99000090011_01")?,
        channel_description: wire("app")?,
        payer: None,
        payment_method: Some(wire("creditCard")?),
        payment_note: None,
        fee: Some(valid(Amount::new(valid(Cents::new(FEE))?))?),
        primary_ci_incurred_fee: None,
        id_bundle: None,
        id_ci_bundle: None,
        payment_date_time: Some(valid(DateTime::with_offset(moment, Offset::UTC))?),
        application_date: Some(today),
        transfer_date: Some(today),
        metadata: data.metadata.clone(),
        stand_in: None,
    })
}

fn paid(transfer: &PaymentTransfer) -> Result<ReceiptTransfer, Failure> {
    let destination = match &transfer.iban_or_richiesta_marca_da_bollo {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => IbanOrMbdAttachment::Iban(iban.clone()),
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => {
            IbanOrMbdAttachment::MbdAttachment(valid(Base64::encode(b"<marcaDaBollo/>"))?)
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

fn qr_code(notice: &NoticeNumber) -> Result<NoticeCode, Failure> {
    Ok(NoticeCode { fiscal_code: wire(TOWN)?, notice_number: wire(notice.as_str())? })
}

/// A text of the contract.
fn wire<K: crate::wire::TextKind>(text: &str) -> Result<Text<K>, Failure> {
    valid(Text::new(text))
}

fn unexpected(answer: &Response) -> Failure {
    Failure::Found(format!("the answer is one of {}", answer.operation().name()))
}
