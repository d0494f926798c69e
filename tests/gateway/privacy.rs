//! Logs hold no personal data, whatever is logged and whatever goes wrong.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::ToSpan;
use tokio::net::TcpStream;
use varco::domain::clock::Clock;

use crate::support::child::Served;
use crate::support::messages::{Question, about, paid};
use crate::support::node::{Node, get};
use crate::support::samples::{EC, IBAN, notice_number};
use crate::support::trouble::Intruder;
use crate::support::world::API_KEY;
use crate::support::{TestDatabase, pki, world};

const PERSON: &str = "VRDGPP85T10A562S";
const NAME: &str = "Giuseppa Verdelli";

async fn rest(api: std::net::SocketAddr, method: &str, path: &str, body: String) -> (u16, String) {
    let stream = TcpStream::connect(api).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions{path}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", API_KEY)
        .body(Full::<Bytes>::from(body))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn position(due: &str) -> String {
    let iuv = notice_number(1).iuv().to_string();
    serde_json::json!({
        "iupd": "P1", "type": "F", "fiscalCode": PERSON, "fullName": NAME,
        "email": "giuseppa.verdelli@example.org", "streetName": "Vicolo Stretto",
        "companyName": "Comune di Borgo", "switchToExpired": false,
        "paymentOption": [{
            "iuv": iuv, "amount": 100, "description": "Mensa scolastica", "isPartialPayment": false,
            "dueDate": due,
            "transfer": [{
                "idTransfer": "1", "amount": 100, "remittanceInformation": "Mensa", "iban": IBAN,
                "category": "9/0101002IM/",
            }],
        }],
    })
    .to_string()
}

#[tokio::test]
async fn a_whole_payment_at_the_finest_log_level_names_nobody() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let folder = tempfile::tempdir().unwrap();
        let tls = pki::issue(folder.path());
        let store = database.store().await;
        world::seed(&store).await;
        store.close().await;
        let config = pki::write_config(folder.path(), &database.url);
        let served = Served::start(&config, &[], &[("VARCO__LOG__FILTER", "trace")]);
        let node = Node::new(served.soap, tls);
        let due = (Clock::system().now() + 240.hours()).strftime("%Y-%m-%dT%H:%M:%S").to_string();

        for (method, path, body, expected) in [
            ("POST", "?toPublish=true", position(&due), 201),
            ("POST", "?toPublish=true", position(&due), 409),
            ("POST", "", format!("{{\"fullName\": \"{NAME}\", "), 400),
            ("GET", "/P1", String::new(), 200),
        ] {
            let (status, answer) = rest(served.api, method, path, body).await;
            assert_eq!(status, expected, "{method} {path}: {answer}");
        }
        let receipt =
            paid("r1", 1, 100).v2().replace("RSSMRA80A01H501U", PERSON).replace("Maria Rossi", NAME);
        let mut broken = about(1);
        broken.notice.push('0');
        for message in [about(1).verify(), about(1).get(), about(1).get_v2(), about(2).verify()] {
            assert_eq!(node.post(&message).await.unwrap().status, 200);
        }
        let stranger = Question { broker: "99999999999".to_owned(), ..about(1) };
        for message in [broken.verify(), stranger.verify(), receipt.replace(NAME, &NAME.repeat(9))] {
            assert_eq!(node.post(&message).await.unwrap().status, 200);
        }
        let mut intruder = Intruder::enter(&database).await;
        intruder.hide_tables().await;
        assert_eq!(node.post(&receipt).await.unwrap().status, 503);
        assert_eq!(node.post(&about(1).verify()).await.unwrap().status, 200);
        intruder.show_tables().await;
        for _ in 0..2 {
            assert_eq!(node.post(&receipt).await.unwrap().status, 200);
        }
        let notice = notice_number(1);
        for path in [
            format!("/gpd/payments-receipts-service/v1/payments/{EC}/receipts?debtor={PERSON}"),
            format!(
                "/gpd/payments-receipts-service/v1/payments/{EC}/receipts/{}?segregationCodes=02",
                notice.iuv()
            ),
            format!("/payment-options/organizations/{EC}/notices/{notice}?x=y"),
        ] {
            let (status, answer) = get(served.api, &format!("{path}&subscription-key={API_KEY}")).await;
            assert_eq!(status, 200, "{answer}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let log = std::sync::Arc::clone(&served.log);
        served.stop();
        let log = log.lock().unwrap().join("\n");
        assert!(log.contains("soap request") && log.contains("receipt booked"), "{log}");
        let notice = notice_number(1).to_string();
        let iuv = notice_number(1).iuv().to_string();
        for secret in [PERSON, NAME, "giuseppa.verdelli", "Vicolo", &notice, &iuv, API_KEY] {
            let told = log.lines().find(|line| line.contains(secret));
            assert_eq!(told, None, "{} tells {secret}", database.engine);
        }
    }
}
