//! A payment as the node makes it, through whatever address it is told.

use std::time::Duration;

use bytes::Bytes;
use varco::node::client::{Client, Outgoing, TlsFiles};

use super::programs::Demo;

/// Asks, gets, hands over the receipt in both versions, and asks again.
pub fn pay(url: &str, demo: &Demo) {
    let notice = demo.value("NOTICE");
    let (ec, broker, station) = (demo.value("EC"), demo.value("BROKER"), demo.value("STATION"));
    let head = format!("<idPA>{ec}</idPA><idBrokerPA>{broker}</idBrokerPA><idStation>{station}</idStation>");
    let about =
        format!("{head}<qrCode><fiscalCode>{ec}</fiscalCode><noticeNumber>{notice}</noticeNumber></qrCode>");
    let verified = ask(url, "paVerifyPaymentNotice", &envelope("paVerifyPaymentNoticeReq", &about));
    assert_eq!(leaf(&verified, "outcome"), "OK", "{verified}");
    let amount = leaf(&verified, "amount");
    let due = leaf(&verified, "dueDate");
    let question = format!("{about}<amount>{amount}</amount><dueDate>{due}</dueDate>");
    let got = ask(url, "paGetPaymentV2", &envelope("paGetPaymentV2Request", &question));
    assert_eq!(leaf(&got, "outcome"), "OK", "{got}");

    let receipt = |version: u8| {
        let company = if version == 2 {
            format!("<companyName>{}</companyName>", leaf(&got, "companyName"))
        } else {
            String::new()
        };
        format!(
            "{head}<receipt><receiptId>payment-of-a-test</receiptId><noticeNumber>{notice}</noticeNumber>\
             <fiscalCode>{ec}</fiscalCode><outcome>OK</outcome>\
             <creditorReferenceId>{}</creditorReferenceId><paymentAmount>{amount}</paymentAmount>\
             <description>{}</description><companyName>{}</companyName>{}<transferList><transfer>\
             <idTransfer>1</idTransfer><transferAmount>{amount}</transferAmount><fiscalCodePA>{ec}</fiscalCodePA>\
             {company}<IBAN>{}</IBAN><remittanceInformation>{}</remittanceInformation>\
             <transferCategory>{}</transferCategory></transfer></transferList><idPSP>BANCAPROVA</idPSP>\
             <PSPCompanyName>Banca di Prova</PSPCompanyName><idChannel>99000090011_01</idChannel>\
             <channelDescription>app</channelDescription><paymentMethod>creditCard</paymentMethod><fee>1.50</fee>\
             <paymentDateTime>2026-11-22T10:59:00+01:00</paymentDateTime></receipt>",
            leaf(&got, "creditorReferenceId"),
            leaf(&got, "description"),
            leaf(&got, "companyName"),
            element(&got, "debtor"),
            leaf(&got, "IBAN"),
            leaf(&got, "remittanceInformation"),
            leaf(&got, "transferCategory"),
        )
    };
    let taken = ask(url, "paSendRTV2", &envelope("paSendRTV2Request", &receipt(2)));
    assert_eq!(leaf(&taken, "outcome"), "OK", "{taken}");
    let again = ask(url, "paSendRT", &envelope("paSendRTReq", &receipt(1)));
    assert_eq!(leaf(&again, "outcome"), "OK", "{again}");
    let refused = ask(url, "paVerifyPaymentNotice", &envelope("paVerifyPaymentNoticeReq", &about));
    assert_eq!(leaf(&refused, "faultCode"), "PAA_PAGAMENTO_DUPLICATO", "{refused}");
}

/// Sends a message over plain HTTP and returns status and body of the answer.
pub fn send(url: &str, action: &str, message: Vec<u8>) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(async {
        let mut client = Client::new(url, &TlsFiles::default(), Duration::from_secs(30)).unwrap();
        client.send(&Outgoing::soap(action, Bytes::from(message))).await.unwrap()
    });
    (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
}

fn ask(url: &str, action: &str, message: &str) -> String {
    let (status, answer) = send(url, action, message.as_bytes().to_vec());
    assert_eq!(status, 200, "{answer}");
    answer
}

fn envelope(root: &str, inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
         <p:{root} xmlns:p=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">{inside}</p:{root}>\
         </soapenv:Body></soapenv:Envelope>"
    )
}

/// An element as it is written.
fn element<'t>(text: &'t str, name: &str) -> &'t str {
    let from = text.find(&format!("<{name}>")).unwrap_or_else(|| panic!("{name}: {text}"));
    let end = format!("</{name}>");
    let to = from + text[from..].find(&end).unwrap() + end.len();
    &text[from..to]
}

/// The text of an element without others in it.
fn leaf<'t>(text: &'t str, name: &str) -> &'t str {
    let element = element(text, name);
    &element[name.len() + 2..element.len() - name.len() - 3]
}
