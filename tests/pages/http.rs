//! What is behind the pages, without a browser.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use tokio::net::TcpStream;

use crate::support::api::{EC, Gateway, KEY};
use crate::support::{TestDatabase, on_both};

/// A page.
struct Page {
    status: StatusCode,
    head: hyper::HeaderMap,
    text: String,
}

async fn visit(gateway: &Gateway, method: Method, path: &str, body: &str) -> Page {
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("accept-language", "it").header("x-forwarded-for", "192.0.2.1");
    let response: Response<Incoming> =
        sender.send_request(request.body(Full::<Bytes>::from(body.to_owned())).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Page { status: head.status, head: head.headers, text }
}

const GIFT: &str = "amount=25%2C00&name=Mario+Rossi&code=rssmra80a01h501u&note=";

fn form(word: &str) -> String {
    format!("/servizi/{EC}/00003{word}")
}

#[tokio::test]
async fn a_notice_is_made_once_and_its_page_is_found_by_who_knows_its_address() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let quote = visit(&gateway, Method::POST, &form(""), GIFT).await;
        assert_eq!(quote.status, StatusCode::OK, "{}", quote.text);
        assert!(quote.text.contains("25,00 €") && quote.text.contains("Mario Rossi"), "{}", quote.text);
        let mut addresses = Vec::new();
        for _ in 0..2 {
            let made = visit(&gateway, Method::POST, &form("/avviso"), GIFT).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
            addresses.push(made.head["location"].to_str().unwrap().to_owned());
        }
        assert_eq!(addresses[0], addresses[1], "who sends it again is led to the same notice");
        assert!(addresses[0].starts_with(&format!("/servizi/avvisi/{EC}/od-")), "{addresses:?}");
        let notice = visit(&gateway, Method::GET, &addresses[0], "").await;
        assert_eq!(notice.status, StatusCode::OK);
        assert!(notice.text.contains("<svg") && notice.text.contains("25,00 €"), "{}", notice.text);
        assert!(!notice.text.contains("Mario Rossi") && !notice.text.contains("RSSMRA"), "nobody is named");
        let print = visit(&gateway, Method::GET, &format!("{}&stampa=1", addresses[0]), "").await;
        assert!(print.status == StatusCode::OK && print.text.contains("<svg"));
        // Other positions have no page, and neither have those that nobody made.
        for other in ["TARI-2026-1", "od-20261122-0000000000000000"] {
            let page = visit(&gateway, Method::GET, &format!("/servizi/avvisi/{EC}/{other}"), "").await;
            assert_eq!(page.status, StatusCode::NOT_FOUND);
        }
    })
    .await;
}

#[tokio::test]
async fn a_notice_that_cannot_be_paid_any_more_says_so_and_has_no_code() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let made = visit(&gateway, Method::POST, &form("/avviso"), GIFT).await;
    let address = made.head["location"].to_str().unwrap().to_owned();
    gateway.clock.advance(SignedDuration::from_hours(24 * 40));
    let expired = visit(&gateway, Method::GET, &address, "").await;
    assert!(expired.text.contains("scaduto") && !expired.text.contains("<svg"), "{}", expired.text);
}

#[tokio::test]
async fn browsers_are_told_to_load_nothing_else_and_to_keep_nothing() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    for path in ["/servizi", form("").as_str(), "/servizi/1/2", "/servizi/avvisi/1/2"] {
        let page = visit(&gateway, Method::GET, path, "").await;
        let policy = page.head["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{path}: {policy}");
        assert!(
            policy.ends_with("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
            "{policy}"
        );
        assert_eq!(page.head["referrer-policy"], "no-referrer");
        assert_eq!(page.head["cache-control"], "no-store", "{path}");
        assert!(!page.text.contains("<script") && !page.text.contains("style="), "{path}");
    }
    let style = page_style(&visit(&gateway, Method::GET, "/servizi", "").await.text);
    let style = visit(&gateway, Method::GET, &style, "").await;
    assert_eq!(style.head["content-type"], "text/css; charset=utf-8");
    assert!(style.head["cache-control"].to_str().unwrap().contains("immutable"));
}

fn page_style(text: &str) -> String {
    let begin = text.split_once("rel=\"stylesheet\" href=\"").unwrap().1;
    begin.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_people_write_is_never_taken_for_html() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let evil = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%20onfocus%3D%22x";
    let found = visit(&gateway, Method::GET, &format!("/servizi?text={evil}&category={evil}"), "").await;
    let wrong =
        visit(&gateway, Method::POST, &form(""), &format!("amount={evil}&name={evil}&code={evil}")).await;
    assert_eq!((found.status, wrong.status), (StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY));
    for page in [found, wrong] {
        assert!(!page.text.contains("<script>") && !page.text.contains("\" onfocus"), "{}", page.text);
    }
}

#[tokio::test]
async fn what_is_asked_for_at_the_wrong_time_leads_back_to_the_form() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    for word in ["/dati", "/avviso"] {
        let back = visit(&gateway, Method::GET, &form(word), "").await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        assert_eq!(back.head["location"], format!("{}?lang=it", form("")));
    }
    let again = visit(&gateway, Method::POST, &form("/dati"), GIFT).await;
    assert!(
        again.text.contains("value=\"Mario Rossi\"") && !again.text.contains("aria-invalid"),
        "{}",
        again.text
    );
}

#[tokio::test]
async fn without_the_setting_there_are_no_pages() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let request =
        Request::get("/servizi").header("host", "localhost").header("ocp-apim-subscription-key", KEY);
    let answer = gateway.send(request.body(Full::<Bytes>::default()).unwrap()).await;
    answer.is_problem(404, "Not Found", "unknown_path");
}
