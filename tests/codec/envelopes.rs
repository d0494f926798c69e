//! Every envelope that has been seen, and those that must not be accepted.

use crate::violations::{RECEIPT, change};
use varco::soap::{FaultCode, Limits, Refusal, ResponseError, read_request, read_response};
use varco::wire::Rule;
use varco::wire::pa_for_node::{Operation, Request};

const NS: &str = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd";
const BODY: &str = "<idPA>77777777777</idPA><idBrokerPA>15376371009</idBrokerPA><idStation>15376371009_01</idStation>\
    <qrCode><fiscalCode>77777777777</fiscalCode><noticeNumber>302000100000009424</noticeNumber></qrCode>";

pub fn soap(payload: &str) -> String {
    let open = "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header/><soapenv:Body>";
    format!("{open}{payload}</soapenv:Body></soapenv:Envelope>")
}

fn verify() -> String {
    soap(&format!(
        "<pafn:paVerifyPaymentNoticeReq xmlns:pafn=\"{NS}\">{BODY}</pafn:paVerifyPaymentNoticeReq>"
    ))
}

fn read(message: &str) -> Result<Request, Refusal> {
    read_request(message.as_bytes(), &Limits::default())
}

#[test]
fn every_envelope_in_use_is_read() {
    let want = read(&verify()).unwrap();
    let plain = verify();
    let unqualified =
        ["idPA", "idBrokerPA", "idStation", "qrCode"].into_iter().fold(BODY.to_owned(), |body, name| {
            body.replace(&format!("<{name}>"), &format!("<{name} xmlns=\"\">"))
        });
    let default_root =
        format!("<paVerifyPaymentNoticeReq xmlns=\"{NS}\">{unqualified}</paVerifyPaymentNoticeReq>");
    let declared = |declaration: &str| format!("{declaration}{plain}");
    let cases = [
        plain.replace("soapenv", "soap"),
        plain.replace("soapenv", "SOAP-ENV"),
        plain.replace("soapenv:", "").replace(":soapenv", "").replace(BODY, &unqualified),
        plain.replace("<soapenv:Header/>", ""),
        plain.replace("<soapenv:Header/>", "<soapenv:Header />"),
        plain.replace("<soapenv:Header/>", "<soapenv:Header></soapenv:Header>"),
        plain.replace(
            "<soapenv:Header/>",
            "<soapenv:Header><a xmlns='urn:a' b='c'>text<d/></a></soapenv:Header>",
        ),
        plain
            .replace("<soapenv:Header/>", "<soapenv:Header><a soapenv:mustUnderstand='0'/></soapenv:Header>"),
        plain.replace("pafn", "paf"),
        plain.replace("pafn", "nod"),
        plain
            .replace("pafn", "ns6")
            .replace(" xmlns:ns6", " xmlns:ns2=\"urn:2\" xmlns:ns3=\"urn:3\" xmlns:ns6"),
        soap(&default_root),
        plain.replace(
            "<soapenv:Envelope",
            "<soapenv:Envelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd='urn:x'",
        ),
        plain.replace("<soapenv:Body>", "\n  <soapenv:Body  wsu:Id='b' xmlns:wsu='urn:wsu'>\n\t"),
        plain
            .replace(&format!(" xmlns:pafn=\"{NS}\""), "")
            .replace("<soapenv:Envelope", &format!("<soapenv:Envelope xmlns:pafn='{NS}'")),
        declared("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        declared("<?xml version=\"1.0\" encoding=\"utf-8\"?>"),
        declared("<?xml version='1.0' encoding='UTF-8'?>"),
        declared("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"),
        declared("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>"),
        declared("<?xml version=\"1.0\"?>"),
        declared("\u{FEFF}"),
        declared("\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
        declared("\n  <!-- a comment -->\n"),
        format!("{plain}\n<!-- the end -->\n"),
        plain.replace("77777777777</idPA>", "<![CDATA[77777777777]]></idPA>"),
    ];
    for message in cases {
        assert_eq!(read(&message), Ok(want.clone()), "{message}");
    }
}

#[test]
fn other_envelopes_get_a_fault() {
    let plain = verify();
    let soap12 = "http://www.w3.org/2003/05/soap-envelope";
    let header = |content: &str| {
        plain.replace("<soapenv:Header/>", &format!("<soapenv:Header>{content}</soapenv:Header>"))
    };
    let cases = [
        (plain.replace("http://schemas.xmlsoap.org/soap/envelope/", soap12), FaultCode::VersionMismatch),
        (plain.replace("http://schemas.xmlsoap.org/soap/envelope/", "urn:x"), FaultCode::VersionMismatch),
        (header("<a soapenv:mustUnderstand='1'/>"), FaultCode::MustUnderstand),
        (header("<b/><a soapenv:mustUnderstand='1'>x</a>"), FaultCode::MustUnderstand),
        (header("<a soapenv:mustUnderstand='2'/>"), FaultCode::Client),
        (header("text"), FaultCode::Client),
        (soap(""), FaultCode::Client),
        (soap("<x/>"), FaultCode::Client),
        (soap("text"), FaultCode::Client),
        (soap("<y:paVerifyPaymentNotice xmlns:y='urn:y'/>"), FaultCode::Client),
        (plain.replace("soapenv:Body", "soapenv:body"), FaultCode::Client),
        (plain.replace("<soapenv:Body>", "<soapenv:Header/><soapenv:Body>"), FaultCode::Client),
        (plain.replace("<soapenv:Header/>", "<x/>"), FaultCode::Client),
        (BODY.to_owned(), FaultCode::Client),
        (String::new(), FaultCode::Client),
        ("{\"json\": true}".to_owned(), FaultCode::Client),
    ];
    for (message, code) in cases {
        match read(&message) {
            Err(Refusal::Fault(fault)) => assert_eq!(fault.code, code, "{message}"),
            other => panic!("{other:?}: {message}"),
        }
    }
}

#[test]
fn a_known_operation_is_refused_in_its_own_words() {
    let plain = verify();
    let cases = [
        (plain.replace(NS, "urn:other"), Rule::Expected("the namespace of the service")),
        (
            plain.replace("<fiscalCode>7", "<fiscalCode>X"),
            Rule::Facet(varco::wire::FacetError::Pattern("[0-9]{11}")),
        ),
        (plain.replace("</soapenv:Body>", "<x/></soapenv:Body>"), Rule::Unexpected),
        (plain.replace("</soapenv:Envelope>", "<x/></soapenv:Envelope>"), Rule::Unexpected),
        (plain.replace("</soapenv:Body>", "<!DOCTYPE a></soapenv:Body>"), Rule::Forbidden("document types")),
        (format!("{plain}<x/>"), Rule::WellFormed("more than one root element")),
        (format!("{plain}x"), Rule::WellFormed("text outside the root element")),
        (plain.replace("</qrCode>", "</qrcode>"), Rule::WellFormed("end tag of another element")),
    ];
    for (message, rule) in cases {
        let Err(Refusal::Syntax(refusal)) = read(&message) else { panic!("not refused: {message}") };
        assert_eq!(
            (refusal.operation, refusal.violation.rule()),
            (Operation::PaVerifyPaymentNotice, &rule),
            "{message}"
        );
        assert_eq!(refusal.id_pa.as_ref().map(|id| id.as_str()), Some("77777777777"), "{message}");
        assert_eq!(refusal.id_broker_pa.as_ref().map(|id| id.as_str()), Some("15376371009"));
    }
    let Err(Refusal::Syntax(refusal)) = read(&plain.replace("302000100000009424", "1")) else {
        panic!("not refused")
    };
    let want = "riga 1, colonna 356, /paVerifyPaymentNoticeReq/qrCode/noticeNumber: must match [0-9]{18}";
    assert_eq!(refusal.description(), want);
    let Err(Refusal::Syntax(refusal)) = read(&plain.replace("<idPA>77777777777</idPA>", "")) else {
        panic!("not refused")
    };
    assert_eq!(refusal.id_pa, None);
}

#[test]
fn responses_belong_to_their_operation() {
    let response = format!("<r:paSendRTRes xmlns:r=\"{NS}\"><outcome>OK</outcome></r:paSendRTRes>");
    let message = soap(&response);
    let read = |operation| read_response(message.as_bytes(), operation, &Limits::default());
    assert!(read(Operation::PaSendRT).is_ok());
    assert!(matches!(read(Operation::PaSendRTV2), Err(ResponseError::Fault(_))));
    let wrong = message.replace("OK", "NO");
    let found = read_response(wrong.as_bytes(), Operation::PaSendRT, &Limits::default());
    assert!(matches!(found, Err(ResponseError::Syntax { .. })), "{found:?}");
}

#[test]
fn every_operation_can_refuse() {
    let text = |text: &str| varco::wire::PlainText::new(text).unwrap();
    for operation in Operation::ALL {
        let fault = varco::wire::pa_for_node::Fault {
            fault_code: text("PAA_SYSTEM_ERROR"),
            fault_string: text("Errore generico"),
            id: text("77777777777"),
            description: None,
            serial: None,
            original_fault_code: None,
            original_fault_string: None,
            original_description: None,
        };
        let response = varco::soap::refusal(operation, fault);
        let message = varco::soap::write_response(&response);
        assert_eq!(read_response(&message, operation, &Limits::default()), Ok(response));
    }
}

#[test]
fn faults_are_messages_too() {
    let Err(Refusal::Fault(fault)) = read(&soap("<x/>")) else { panic!("not refused") };
    let text = String::from_utf8(fault.render()).unwrap();
    assert!(text.contains("<faultcode>soapenv:Client</faultcode><faultstring>"), "{text}");
    assert!(
        text.contains("<v:line>1</v:line>") && text.contains("<v:path>/Envelope/Body</v:path>"),
        "{text}"
    );
    assert!(roxmltree::Document::parse(&text).is_ok());
}

/// The flag of stand-in receipts, wherever and however senders write it.
#[test]
fn stand_in_is_read_leniently() {
    let flag = "<standIn>false</standIn>\n";
    let outside = change(&change(RECEIPT, flag, ""), "</receipt>", "</receipt><standIn>true</standIn>");
    let cases = [
        (RECEIPT.replace("standIn>false", "standIn>true"), Some(true)),
        (RECEIPT.replace("standIn", "standin").replace(">false<", ">true<"), Some(true)),
        (outside.clone(), Some(true)),
        (outside.replace("standIn", "standin"), Some(true)),
        (change(&change(RECEIPT, flag, ""), "<idPSP>", "<standin>1</standin><idPSP>"), Some(true)),
        (change(RECEIPT, flag, ""), None),
    ];
    for (payload, want) in cases {
        match read(&soap(&payload)) {
            Ok(Request::PaSendRTV2(delivery)) => assert_eq!(delivery.receipt.stand_in, want, "{payload}"),
            other => panic!("{other:?}"),
        }
    }
    let twice =
        change(&RECEIPT.replace("standIn", "standin"), "</receipt>", "</receipt><standIn>true</standIn>");
    let bad = RECEIPT.replace("standIn>false", "standIn>maybe");
    let other = change(&RECEIPT.replace("standIn", "standin"), "<idPSP>", "<idpsp/><idPSP>");
    for payload in [twice, bad, other] {
        assert!(matches!(read(&soap(&payload)), Err(Refusal::Syntax(_))), "{payload}");
    }
}
