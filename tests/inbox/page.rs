//! A receipt as facts, as the node's document, as it was received, and as a page to print.

use hyper::{Method, StatusCode};
use varco::domain::ids::ReceiptId;
use varco::domain::receipt::{FreeText, Receipt, ReceiptOutcome};

use crate::support::TestDatabase;
use crate::support::api::Gateway;
use crate::support::messages::paid;
use crate::support::on_both;
use crate::support::samples::{cents, now, receipt};
use crate::{ask, book, book_as, bytes, get};

#[tokio::test]
async fn the_caller_chooses_the_form_and_the_message_is_what_was_received() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let message = paid("r1", 1, 100).v2().replace("Mensa scolastica", "Niccolò <![CDATA[& C.]]>");
        book_as(&gateway.store, receipt("r1", 1, 100), message.clone(), now()).await;
        let (status, headers, raw) = bytes(&gateway, "receipts/r1/message", "*/*").await;
        assert_eq!((status, &raw[..]), (StatusCode::OK, message.as_bytes()));
        assert_eq!(headers["content-type"], "text/xml");
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (query, accept, kind) in [
            ("", "*/*", "application/json"),
            ("", "application/json, application/xml;q=0.5", "application/json"),
            ("", "application/xml", "application/xml"),
            ("", browser, "text/html; charset=utf-8"),
            ("?format=html", "application/json", "text/html; charset=utf-8"),
            ("?format=xml", browser, "application/xml"),
            ("?format=json", browser, "application/json"),
        ] {
            let (status, headers, body) = bytes(&gateway, &format!("receipts/r1{query}"), accept).await;
            assert_eq!(
                (status, headers["content-type"].to_str().unwrap()),
                (StatusCode::OK, kind),
                "{query}"
            );
            assert!(headers["vary"] == "accept" && headers["cache-control"] == "no-store");
            let text = String::from_utf8(body.to_vec()).unwrap();
            match kind {
                "application/json" => assert!(text.contains(r#""receiptId":"r1""#), "{text}"),
                "application/xml" => assert!(text.contains("paSendRTV2Request"), "{text}"),
                _ => assert!(text.starts_with("<!doctype html>"), "{text}"),
            }
        }
        let wrong = ask(&gateway, Method::GET, "receipts/r1?format=pdf", None).await;
        wrong.is_problem(400, "BAD REQUEST", "query_parameter");
        for unknown in ["receipts/r2", "receipts/%00", "receipts/r2/message"] {
            let unknown = ask(&gateway, Method::GET, unknown, None).await;
            unknown.is_problem(404, "No receipt found", "unknown_receipt");
        }
    })
    .await;
}

#[tokio::test]
async fn whatever_a_receipt_id_holds_it_can_be_named_in_a_path() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let long = "x".repeat(1000);
        for id in ["a/b", "a?b#c", "100% è ok", "a+b c", "sha256:00", "not-executed:r", "..", &long] {
            book(&gateway.store, receipt(id, 1, 100)).await;
            let facts = get(&gateway, &format!("receipts/{}", encode(id))).await;
            assert_eq!(facts["receiptId"], id);
            let (_, _, raw) = bytes(&gateway, &format!("receipts/{}/message", encode(id)), "*/*").await;
            assert_eq!(raw, format!("<message>{id}</message>"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_payment_and_a_message_that_there_was_none_are_told_apart_under_one_id() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        book(&gateway.store, Receipt { outcome: ReceiptOutcome::NotExecuted, ..receipt("r1", 1, 100) }).await;
        assert_eq!(get(&gateway, "receipts/r1").await["status"], "CREATED");
        book(&gateway.store, receipt("r1", 1, 100)).await;
        assert_eq!(get(&gateway, "receipts/r1").await["status"], "PAID");
        assert_eq!(get(&gateway, "receipts/r1?executed=false").await["status"], "CREATED");
        let (_, _, page) = bytes(&gateway, "receipts/r1?executed=false&format=html", "*/*").await;
        assert!(String::from_utf8_lossy(&page).contains("Pagamento non eseguito"));
        assert_eq!(get(&gateway, "receipts/r1").await["anomalies"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_page_holds_no_markup_of_others_and_fetches_nothing() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let evil = "<script>alert('x')</script>\"&";
    let mut odd = receipt("r1", 1, 123_456);
    odd.id = ReceiptId::new(evil);
    odd.subject.description = FreeText::new(evil);
    odd.subject.company_name = evil.to_owned();
    odd.subject.debtor = varco::domain::receipt::SubjectCode::new(evil);
    odd.creditor_reference = evil.to_owned();
    odd.payment.psp = evil.to_owned();
    odd.payment.psp_name = evil.to_owned();
    odd.payment.channel = evil.to_owned();
    odd.payment.method = Some(evil.to_owned());
    odd.payment.fee = Some(cents(150));
    odd.transfers[0].remittance_information = evil.to_owned();
    odd.transfers[0].category = evil.to_owned();
    odd.transfers[0].iban = Some(evil.to_owned());
    book(&gateway.store, odd).await;
    let path = format!("receipts/{}", evil.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>());
    let (status, headers, page) = bytes(&gateway, &path, "text/html").await;
    assert_eq!(status, StatusCode::OK);
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(!page.contains("<script") && !page.contains("<SCRIPT") && !page.contains("')<"), "{page}");
    assert!(page.contains("&#60;script&#62;"), "{page}");
    for outside in ["src=", "href=", "http:", "https:", "url(", "@import", "onload"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for said in
        ["Ricevuta di pagamento", "1.234,56 €", "1.236,06 €", "22/11/2026, ore 11:00:00", "77777777777"]
    {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"));
    assert_eq!(headers["referrer-policy"], "no-referrer");
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(style.as_bytes());
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    assert!(policy.contains(&format!("'sha256-{digest}'")), "the policy names the style sheet that is there");
}
