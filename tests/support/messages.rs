//! The node's requests, written by hand so that no code of ours decides what a test sends.

use std::fmt::Write;

use super::samples::{BROKER, EC, IBAN, STATION, notice_number};

const ROOT: &str = "xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"";

/// Who asks about which notice.
#[derive(Clone, Debug)]
pub struct Question {
    pub ec: String,
    pub broker: String,
    pub station: String,
    /// The creditor of the QR code, which should be `ec`.
    pub qr_ec: String,
    pub notice: String,
    /// POSTAL or PAGOPA, for a get.
    pub transfer_type: Option<&'static str>,
}

/// A question about the notice of that base, with nothing wrong in it.
pub fn about(base: u64) -> Question {
    Question {
        ec: EC.to_owned(),
        broker: BROKER.to_owned(),
        station: STATION.to_owned(),
        qr_ec: EC.to_owned(),
        notice: notice_number(base).to_string(),
        transfer_type: None,
    }
}

impl Question {
    fn head(&self) -> String {
        let Question { ec, broker, station, qr_ec, notice, .. } = self;
        format!(
            "<idPA>{ec}</idPA><idBrokerPA>{broker}</idBrokerPA><idStation>{station}</idStation>\
             <qrCode><fiscalCode>{qr_ec}</fiscalCode><noticeNumber>{notice}</noticeNumber></qrCode>"
        )
    }

    pub fn verify(&self) -> String {
        envelope("paVerifyPaymentNoticeReq", &self.head())
    }

    pub fn get(&self) -> String {
        envelope("paGetPaymentReq", &self.get_content())
    }

    pub fn get_v2(&self) -> String {
        envelope("paGetPaymentV2Request", &self.get_content())
    }

    fn get_content(&self) -> String {
        let kind = self.transfer_type.map(|kind| format!("<transferType>{kind}</transferType>"));
        format!("{}<amount>1.00</amount>{}", self.head(), kind.unwrap_or_default())
    }
}

/// A receipt to be delivered.
#[derive(Clone, Debug)]
pub struct Paid {
    pub recipient: String,
    pub broker: String,
    pub station: String,
    pub id: String,
    pub notice: String,
    pub issuer: String,
    pub outcome: &'static str,
    /// In cents; one transfer of as much for each of `transfers`.
    pub amount: i64,
    /// The ids of the transfers.
    pub transfers: Vec<u8>,
    /// When it was paid; none leaves out everything that may be left out.
    pub paid_at: Option<&'static str>,
    pub stand_in: bool,
}

/// A receipt of that id for the notice of that base, with nothing odd in it.
pub fn paid(id: impl Into<String>, base: u64, amount: i64) -> Paid {
    Paid {
        recipient: EC.to_owned(),
        broker: BROKER.to_owned(),
        station: STATION.to_owned(),
        id: id.into(),
        notice: notice_number(base).to_string(),
        issuer: EC.to_owned(),
        outcome: "OK",
        amount,
        transfers: vec![1],
        paid_at: Some("2026-11-22T10:59:00+01:00"),
        stand_in: false,
    }
}

impl Paid {
    pub fn v1(&self) -> String {
        envelope("paSendRTReq", &self.content(false))
    }

    pub fn v2(&self) -> String {
        envelope("paSendRTV2Request", &self.content(true))
    }

    fn content(&self, second: bool) -> String {
        let Paid { recipient, broker, station, id, notice, issuer, outcome, .. } = self;
        let iuv = notice.get(1..).unwrap_or_default();
        let mut text = format!(
            "<idPA>{recipient}</idPA><idBrokerPA>{broker}</idBrokerPA><idStation>{station}</idStation>\
             <receipt><receiptId>{id}</receiptId><noticeNumber>{notice}</noticeNumber>\
             <fiscalCode>{issuer}</fiscalCode><outcome>{outcome}</outcome>\
             <creditorReferenceId>{iuv}</creditorReferenceId><paymentAmount>{}</paymentAmount>\
             <description>Mensa scolastica</description><companyName>Comune di Borgo</companyName>\
             <debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
             <entityUniqueIdentifierValue>RSSMRA80A01H501U</entityUniqueIdentifierValue></uniqueIdentifier>\
             <fullName>Maria Rossi</fullName></debtor><transferList>",
            euro(self.amount),
        );
        for transfer in &self.transfers {
            let company = if second { "<companyName>Comune di Borgo</companyName>" } else { "" };
            let _ = write!(
                text,
                "<transfer><idTransfer>{transfer}</idTransfer><transferAmount>{}</transferAmount>\
                 <fiscalCodePA>{issuer}</fiscalCodePA>{company}<IBAN>{IBAN}</IBAN>\
                 <remittanceInformation>Mensa</remittanceInformation>\
                 <transferCategory>9/0101002IM/</transferCategory></transfer>",
                euro(self.amount),
            );
        }
        text.push_str(
            "</transferList><idPSP>BANCAPROVA</idPSP><PSPCompanyName>Banca di Prova</PSPCompanyName>\
             <idChannel>99000090011_01</idChannel><channelDescription>app</channelDescription>",
        );
        if let Some(paid_at) = self.paid_at {
            let _ = write!(
                text,
                "<paymentMethod>creditCard</paymentMethod><fee>1.50</fee>\
                 <paymentDateTime>{paid_at}</paymentDateTime>\
                 <applicationDate>2026-11-23</applicationDate><transferDate>2026-11-24+01:00</transferDate>"
            );
        }
        if self.stand_in {
            text.push_str("<standIn>true</standIn>");
        }
        text.push_str("</receipt>");
        text
    }
}

pub fn euro(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn envelope(root: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" {ROOT}>\
         <soapenv:Header/><soapenv:Body><pafn:{root}>{content}</pafn:{root}></soapenv:Body></soapenv:Envelope>"
    )
}
