//! The rows of the matrix: no answer, a late one, one that is none of the contract, and what the node sees of each.

use std::time::Duration;

use varco::node::Version;
use varco::node::judge::{Expectations, Received, judge};
use varco::wire::pa_for_node::{Operation, Outcome};

use super::answers::{self, NOTICE};
use super::broken::{Ask, INVALID, Reply, ask, ask_with, assert_found, endpoint, node, told};
use super::edit::{Edit, edit};

const UNREACHABLE: &str = "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE";

#[tokio::test]
async fn nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let exchange = ask_with(&mut node(&format!("http://{free}/")), Ask::Verify).await;
    assert_found(&exchange, "unreachable", "", Some(UNREACHABLE));
    assert!(exchange.received.is_none() && exchange.error.unwrap().contains("cannot connect"));
}

#[tokio::test]
async fn what_answers_speaks_no_http() {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 mail.example.it ESMTP\r\n").await.unwrap();
    });
    let exchange = ask_with(&mut node(&url), Ask::Verify).await;
    assert_found(&exchange, "unreachable", "", Some(UNREACHABLE));
}

#[tokio::test]
async fn the_answer_breaks_off() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<soap").await.unwrap();
    });
    let exchange = ask_with(&mut node(&url), Ask::Verify).await;
    assert_found(&exchange, "unreachable", "", Some(UNREACHABLE));
}

#[tokio::test]
async fn the_forwarder_says_that_it_could_not_connect() {
    let exchange = ask(Ask::Verify, Reply { status: 401, ..Reply::xml("") }).await;
    assert_found(&exchange, "http-unauthorized", "", Some(UNREACHABLE));
}

#[tokio::test]
async fn the_answer_comes_after_the_time_out() {
    let url = endpoint(Reply { after: Duration::from_secs(5), ..Reply::xml(answers::verify()) }).await;
    let mut node = node(&url).waiting(Duration::from_millis(200));
    let exchange = ask_with(&mut node, Ask::Verify).await;
    assert_found(&exchange, "too-late", "", Some("PPT_STAZIONE_INT_PA_TIMEOUT"));
}

/// Judged without waiting: what took longer than two seconds is late for the service level only.
#[test]
fn a_slow_answer_is_advice_and_one_after_the_node_s_own_time_out_is_none() {
    let received = |body: String| Received {
        status: 200,
        content_type: "text/xml; charset=utf-8".to_owned(),
        body: body.into(),
    };
    let said = |operation, body: String, seconds| {
        let asked = varco::node::judge::Asked::about(operation, answers::EC, Some(NOTICE));
        let took = Duration::from_secs_f32(seconds);
        let verdict = judge(&asked, Ok(&received(body)), took, &Expectations::default());
        (
            verdict.findings.iter().map(|f| f.rule.id).collect::<Vec<_>>(),
            verdict.seen_by_psp.map(|p| p.name()),
        )
    };
    let late = Some("PPT_STAZIONE_INT_PA_TIMEOUT");
    let verify = Operation::PaVerifyPaymentNotice;
    assert_eq!(said(verify, answers::verify(), 1.9), (vec![], None));
    assert_eq!(said(verify, answers::verify(), 2.1), (vec!["slow"], None));
    assert_eq!(said(verify, answers::verify(), 7.1), (vec!["too-late"], late));
    let receipt = Operation::PaSendRTV2;
    assert_eq!(said(receipt, answers::receipt("paSendRTV2Response"), 7.1), (vec!["slow"], None));
    assert_eq!(said(receipt, answers::receipt("paSendRTV2Response"), 15.1), (vec!["too-late"], late));
}

macro_rules! statuses {
    ($($name:ident: $status:literal => $rule:literal $seen:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            // The body is a right answer, which with such a status nobody reads.
            let exchange = ask(Ask::Verify, Reply { status: $status, ..Reply::xml(answers::verify()) }).await;
            assert_found(&exchange, $rule, "", Some($seen));
        }
    )*};
}

const INACTIVE: &str = "PPT_STAZIONE_INT_PA_SERVIZIO_NONATTIVO";

statuses! {
    nothing_is_at_that_path: 404 => "service-not-active" INACTIVE;
    the_path_takes_no_post: 405 => "service-not-active" INACTIVE;
    the_path_is_gone: 410 => "service-not-active" INACTIVE;
    the_service_is_not_implemented: 501 => "service-not-active" INACTIVE;
    a_right_answer_with_status_202: 202 => "http-status" INVALID;
    a_redirection: 302 => "http-status" INVALID;
    a_bad_request: 400 => "http-status" INVALID;
    a_caller_that_is_forbidden: 403 => "http-status" INVALID;
    a_failure_of_the_server: 500 => "http-status" INVALID;
    a_server_that_is_busy: 503 => "http-status" INVALID;
}

#[tokio::test]
async fn a_notice_of_another_code_is_not_even_asked_for() {
    let mut node = node("http://127.0.0.1:1/");
    let exchange = node.verify("303000000000000184").await;
    assert_found(&exchange, "not-routed", "", Some("PPT_STAZIONE_INT_PA_SCONOSCIUTA"));
    assert!(exchange.sent.is_empty());
}

#[tokio::test]
async fn a_station_that_is_switched_off_is_not_called() {
    let known = Expectations { switched_off: true, ..Expectations::default() };
    let mut node = node("http://127.0.0.1:1/").knowing(known);
    let exchange = ask_with(&mut node, Ask::Receipt(Version::V2)).await;
    assert_found(&exchange, "station-switched-off", "", Some("PPT_STAZIONE_INT_PA_DISABILITATA"));
    assert!(exchange.sent.is_empty());
}

macro_rules! refusals {
    ($($name:ident: $ask:expr, $code:literal => $advice:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let ask_for = $ask;
            let exchange = ask(ask_for, Reply::xml(answers::ko(ask_for.root(), $code))).await;
            let advice: &[&str] = &$advice;
            assert_eq!(told(&exchange), advice);
            assert_eq!(exchange.verdict.seen_by_psp.unwrap().name(), "PPT_ERRORE_EMESSO_DA_PAA");
            assert!(exchange.verdict.is_right());
            assert_eq!(exchange.verdict.outcome(), Some(Outcome::Ko));
            assert_eq!(exchange.verdict.fault().unwrap().fault_code.as_str(), $code);
        }
    )*};
}

refusals! {
    a_refusal_with_a_code_of_the_contract: Ask::Verify, "PAA_PAGAMENTO_SCADUTO" => [];
    a_refusal_of_an_activation: Ask::Get(Version::V1), "PAA_PAGAMENTO_DUPLICATO" => [];
    a_refusal_of_a_second_activation: Ask::Get(Version::V2), "PAA_SEMANTICA" => [];
    a_refusal_of_a_demand: Ask::Demand, "PAA_SINTASSI_XSD" => [];
    a_refusal_with_a_code_made_up: Ask::Verify, "PAA_CIAO"
        => ["advice fault-code /paVerifyPaymentNoticeRes/fault/faultCode"];
    a_refusal_of_a_receipt: Ask::Receipt(Version::V2), "PAA_SYSTEM_ERROR"
        => ["advice receipt-refused /paSendRTV2Response/fault/faultCode"];
    a_refusal_of_a_receipt_that_is_known: Ask::Receipt(Version::V1), "PAA_RECEIPT_DUPLICATA"
        => ["advice receipt-duplicate /paSendRTRes/fault/faultCode"];
}

#[tokio::test]
async fn the_probe_is_answered_unknown() {
    let message = answers::ko("paVerifyPaymentNoticeRes", "PAA_PAGAMENTO_SCONOSCIUTO");
    let exchange = ask(Ask::Probe, Reply::xml(message)).await;
    assert_eq!(told(&exchange), [""; 0]);
}

#[tokio::test]
async fn the_probe_is_answered_otherwise() {
    let refused = answers::ko("paVerifyPaymentNoticeRes", "PAA_SYSTEM_ERROR");
    for message in [refused, answers::verify()] {
        let exchange = ask(Ask::Probe, Reply::xml(message)).await;
        assert_eq!(told(&exchange), ["wrong probe /paVerifyPaymentNoticeRes/outcome"]);
    }
}

macro_rules! bodies {
    ($($name:ident: $body:expr => $rule:literal $path:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let exchange = ask(Ask::Verify, Reply::xml($body)).await;
            assert_found(&exchange, $rule, $path, Some(INVALID));
        }
    )*};
}

fn fault() -> String {
    answers::envelope(
        "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>x</faultstring></soapenv:Fault>",
    )
}

bodies! {
    an_empty_body: "" => "envelope" "";
    a_page_of_html: "<html><body>Hello</body></html>" => "envelope" "";
    a_body_that_breaks_off: &answers::verify()[..300] => "envelope" "/paVerifyPaymentNoticeRes/paymentList/paymentOptionDescription";
    a_document_type: answers::verify().replace("?>\n", "?>\n<!DOCTYPE a>") => "envelope" "";
    an_envelope_of_soap_1_2: answers::verify()
        .replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
        => "envelope" "";
    a_body_in_another_encoding: answers::verify().replace("Tributi", "Attivit\u{e0}").chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>() => "envelope" "";
    no_body_at_all: edit(&answers::verify(), "..", Edit::Remove) => "envelope" "/Envelope";
    a_body_without_anything: edit(&answers::verify(), "..", Edit::Empty) => "envelope" "/Envelope/Body";
    a_root_that_is_removed: edit(&answers::verify(), ".", Edit::Remove) => "envelope" "/Envelope/Body";
    a_root_that_is_emptied: answers::envelope("<paf:paVerifyPaymentNoticeRes/>")
        => "schema-missing" "/paVerifyPaymentNoticeRes/outcome";
    a_root_twice: edit(&answers::verify(), ".", Edit::Twice)
        => "schema-unexpected" "/Envelope/Body/paVerifyPaymentNoticeRes";
    a_soap_fault: fault() => "soap-fault" "/Envelope/Body/Fault";
    the_answer_to_another_operation: answers::get_v1() => "payload-root" "/Envelope/Body/paGetPaymentRes";
    a_root_outside_the_namespace: answers::verify().replace("/pa/paForNode.xsd", "/paForNode")
        => "payload-root" "/Envelope/Body/paVerifyPaymentNoticeRes";
}

macro_rules! content_types {
    ($($name:ident: $kind:expr, $office:literal => $found:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let message = answers::verify().replace("Tributi", $office);
            let exchange = ask(Ask::Verify, Reply { content_type: $kind, ..Reply::xml(message) }).await;
            let found: &[&str] = &$found;
            assert_eq!(told(&exchange), found);
            assert_eq!(exchange.verdict.seen_by_psp, None);
        }
    )*};
}

content_types! {
    a_charset_in_capitals: Some("text/xml; charset=UTF-8"), "Attività" => [];
    a_charset_in_quotes: Some("text/xml;charset=\"utf-8\""), "Attività" => [];
    another_type_of_xml: Some("application/xml; charset=utf-8"), "Attività" => [];
    no_charset_and_ascii: Some("text/xml"), "Tributi" => ["advice charset-unsaid "];
    no_charset_and_accents: Some("text/xml"), "Attività" => ["wrong charset "];
    another_charset: Some("text/xml; charset=ISO-8859-1"), "Attività" => ["wrong charset "];
    no_content_type: None, "Tributi" => ["wrong content-type "];
    a_type_that_is_not_xml: Some("application/json"), "Tributi" => ["wrong content-type "];
    a_page: Some("text/html; charset=utf-8"), "Tributi" => ["wrong content-type "];
}
