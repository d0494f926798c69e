//! The messages of the node, written from plain texts.

use super::Parties;
use super::receipt::{Document, ReceiptPlan};
use crate::wire::common::TransferChannel;
use crate::wire::pa_for_node::Operation;
use crate::wire::{Base64, Name, Write, Writer};

/// Which version of the two operations that have two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `paGetPayment`, `paSendRT`.
    V1,
    /// `paGetPaymentV2`, `paSendRTV2`.
    V2,
}

impl Version {
    /// The operation that activates a payment.
    pub const fn get(self) -> Operation {
        match self {
            Version::V1 => Operation::PaGetPayment,
            Version::V2 => Operation::PaGetPaymentV2,
        }
    }

    /// The operation that delivers a receipt.
    pub const fn receipt(self) -> Operation {
        match self {
            Version::V1 => Operation::PaSendRT,
            Version::V2 => Operation::PaSendRTV2,
        }
    }
}

/// What is asked when a payment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The version.
    pub version: Version,
    /// The notice.
    pub notice: String,
    /// What the payer was shown, in euro.
    pub amount: Option<String>,
    /// A note of the payer's side.
    pub note: Option<String>,
    /// Which kind of account the intermediary wants to credit.
    pub channel: Option<TransferChannel>,
    /// What the payer was shown as the day by which to pay.
    pub due_date: Option<String>,
}

impl Activation {
    /// An activation that says no more than it must.
    pub fn of(version: Version, notice: &str) -> Self {
        let notice = notice.to_owned();
        Activation { version, notice, amount: None, note: None, channel: None, due_date: None }
    }
}

/// What is asked where there is no notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The service wanted (`idServizio`).
    pub service: String,
    /// Who offers it (`idSoggettoServizio`).
    pub subject: String,
    /// The document of the service, not yet in base64.
    pub document: Vec<u8>,
}

const PREFIXES: &[(&str, &str)] = &[("pafn", "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd")];

const ID_PA: Name = Name::local("idPA");
const ID_BROKER_PA: Name = Name::local("idBrokerPA");
const ID_STATION: Name = Name::local("idStation");
const QR_CODE: Name = Name::local("qrCode");
const FISCAL_CODE: Name = Name::local("fiscalCode");
const NOTICE_NUMBER: Name = Name::local("noticeNumber");
const AMOUNT: Name = Name::local("amount");
const PAYMENT_NOTE: Name = Name::local("paymentNote");
const TRANSFER_TYPE: Name = Name::local("transferType");
const DUE_DATE: Name = Name::local("dueDate");
const ID_SERVIZIO: Name = Name::local("idServizio");
const ID_SOGGETTO_SERVIZIO: Name = Name::local("idSoggettoServizio");
const DATI_SPECIFICI: Name = Name::local("datiSpecificiServizioRequest");
const RECEIPT: Name = Name::local("receipt");

/// A text that is sent as it is.
struct Raw<'a>(&'a str);

impl Write for Raw<'_> {
    fn write(&self, to: &mut Writer) {
        to.text(self.0);
    }
}

/// The three identifiers with which every request begins, and what follows them.
struct Addressed<'a, T>(&'a Parties, T);

impl<T: Write> Write for Addressed<'_, T> {
    fn write(&self, to: &mut Writer) {
        to.one(&ID_PA, &Raw(&self.0.pa));
        to.one(&ID_BROKER_PA, &Raw(&self.0.broker));
        to.one(&ID_STATION, &Raw(&self.0.station));
        self.1.write(to);
    }
}

/// What the code on a notice says.
struct Code<'a> {
    ec: &'a str,
    notice: &'a str,
}

impl Write for Code<'_> {
    fn write(&self, to: &mut Writer) {
        to.one(&FISCAL_CODE, &Raw(self.ec));
        to.one(&NOTICE_NUMBER, &Raw(self.notice));
    }
}

struct Verification<'a>(Code<'a>);

impl Write for Verification<'_> {
    fn write(&self, to: &mut Writer) {
        to.one(&QR_CODE, &self.0);
    }
}

struct Payment<'a>(Code<'a>, &'a Activation);

impl Write for Payment<'_> {
    fn write(&self, to: &mut Writer) {
        let Payment(code, activation) = self;
        to.one(&QR_CODE, code);
        to.optional(&AMOUNT, &activation.amount.as_deref().map(Raw));
        to.optional(&PAYMENT_NOTE, &activation.note.as_deref().map(Raw));
        to.optional(&TRANSFER_TYPE, &activation.channel);
        to.optional(&DUE_DATE, &activation.due_date.as_deref().map(Raw));
    }
}

impl Write for &Demand {
    fn write(&self, to: &mut Writer) {
        to.one(&ID_SERVIZIO, &Raw(&self.service));
        to.one(&ID_SOGGETTO_SERVIZIO, &Raw(&self.subject));
        // Base64 of any bytes keeps the rules of base64.
        let document = Base64::encode(&self.document).ok();
        to.optional(&DATI_SPECIFICI, &document);
    }
}

impl Write for &ReceiptPlan {
    fn write(&self, to: &mut Writer) {
        match &self.document {
            Document::V1(receipt) => to.one(&RECEIPT, receipt),
            Document::V2(receipt) => to.one(&RECEIPT, receipt),
        }
    }
}

pub(super) fn verify(parties: &Parties, notice: &str) -> Vec<u8> {
    let code = Code { ec: &parties.pa, notice };
    enveloped(Operation::PaVerifyPaymentNotice, &Addressed(parties, Verification(code)))
}

pub(super) fn activate(parties: &Parties, activation: &Activation) -> Vec<u8> {
    let code = Code { ec: &parties.pa, notice: &activation.notice };
    enveloped(activation.version.get(), &Addressed(parties, Payment(code, activation)))
}

pub(super) fn demand(parties: &Parties, demand: &Demand) -> Vec<u8> {
    enveloped(Operation::PaDemandPaymentNotice, &Addressed(parties, demand))
}

pub(super) fn receipt(parties: &Parties, plan: &ReceiptPlan) -> Vec<u8> {
    enveloped(plan.version().receipt(), &Addressed(parties, plan))
}

fn enveloped(operation: Operation, payload: &impl Write) -> Vec<u8> {
    let mut to = Writer::new();
    to.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope ");
    to.markup("xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header/><soapenv:Body>");
    to.root(operation.request_root(), PREFIXES, payload);
    to.markup("</soapenv:Body></soapenv:Envelope>");
    to.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::{Limits, Refusal, read_request};
    use crate::wire::pa_for_node::Request;

    fn parties() -> Parties {
        Parties {
            pa: "99000010019".to_owned(),
            broker: "99000020018".to_owned(),
            station: "99000020018_01".to_owned(),
        }
    }

    fn read(message: &[u8]) -> Result<Request, Refusal> {
        read_request(message, &Limits::default())
    }

    #[test]
    fn what_is_written_is_what_the_contract_says() {
        let notice = "302000000000000184";
        let verified = read(&verify(&parties(), notice)).unwrap();
        assert_eq!(verified.operation(), Operation::PaVerifyPaymentNotice);
        let activation = Activation {
            amount: Some("12.50".to_owned()),
            note: Some("a & b".to_owned()),
            channel: Some(TransferChannel::Postal),
            due_date: Some("2026-11-22".to_owned()),
            ..Activation::of(Version::V2, notice)
        };
        let Request::PaGetPaymentV2(asked) = read(&activate(&parties(), &activation)).unwrap() else {
            panic!("not an activation")
        };
        assert_eq!(asked.payment_note.unwrap().as_str(), "a & b");
        assert_eq!(asked.transfer_type, Some(TransferChannel::Postal));
        assert_eq!(asked.amount.unwrap().cents().to_string(), "12.50");
        let demanded =
            Demand { service: "00001".into(), subject: "00002".into(), document: b"<a/>".to_vec() };
        let Request::PaDemandPaymentNotice(asked) = read(&demand(&parties(), &demanded)).unwrap() else {
            panic!("not a demand")
        };
        assert_eq!(asked.dati_specifici_servizio_request.decode(), b"<a/>");
    }

    #[test]
    fn what_the_contract_forbids_is_sent_as_well() {
        let odd = Parties { pa: "<nobody>".to_owned(), ..parties() };
        let message = String::from_utf8(verify(&odd, "12")).unwrap();
        assert!(message.contains("<idPA>&lt;nobody&gt;</idPA>"), "{message}");
        assert!(message.contains("<noticeNumber>12</noticeNumber>"), "{message}");
        assert!(matches!(read(message.as_bytes()), Err(Refusal::Syntax(_))));
    }
}
