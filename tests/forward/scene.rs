//! A gateway with partners behind it.

use std::time::Duration;

use varco::domain::event::Feed;
use varco::store::{LetterQuery, ListedLetter, StoredEvent};
use varco::wire::pa_for_node::{NoticeAnswer, Operation, Outcome, Response};

use crate::support::TestDatabase;
use crate::support::gateway::TestGateway;
use crate::support::messages::Question;
pub use crate::support::partner::Way;
use crate::support::partner::modern::Modern;
use crate::support::partner::partner_row;
use crate::support::samples::{self, EC, STATION};
use crate::support::trouble::Intruder;

/// Partners are reached over TLS on this host, under the node's certificate. They have less time than usual; and
/// none is left alone unless a test says so.
pub const SETTINGS: [(&str, &str); 8] = [
    ("VARCO__PARTNERS__ALLOW_NETWORKS", "127.0.0.0/8"),
    ("VARCO__PARTNERS__CA_FILE", "ca.pem"),
    ("VARCO__PARTNERS__CLIENT_CERT", "node.pem"),
    ("VARCO__PARTNERS__CLIENT_KEY", "node.key"),
    ("VARCO__PARTNERS__DEADLINE", "1500ms"),
    ("VARCO__PARTNERS__STAND_IN_AFTER", "300ms"),
    ("VARCO__PARTNERS__RECEIPT_DEADLINE", "1s"),
    ("VARCO__PARTNERS__FAILURES", "1000"),
];

/// A partner answers for the notices of the samples, and did so yesterday.
pub fn forwarded(partner: &'static str) -> Way {
    Way::to(partner)
}

pub struct Scene {
    pub gateway: TestGateway,
    /// In the order of their names.
    pub partners: Vec<Modern>,
}

/// Runs a test with one partner on each engine, and checks the ledger that it leaves behind.
pub async fn on_both_scenes(test: impl AsyncFn(&Scene)) {
    with(&[], &["uno"], &[forwarded("uno")], test).await;
}

/// The same with other settings, partners and ways.
pub async fn with(settings: &[(&str, &str)], partners: &[&str], ways: &[Way], test: impl AsyncFn(&Scene)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, settings, partners, ways).await;
        test(&scene).await;
        scene.gateway.end().await;
    }
}

impl Scene {
    pub async fn start(
        database: TestDatabase,
        settings: &[(&str, &str)],
        names: &[&str],
        ways: &[Way],
    ) -> Scene {
        let (url, all) = (database.url.clone(), [&SETTINGS, settings].concat());
        let mut partners = Vec::new();
        let gateway = TestGateway::start_after(database, &url, &all, async |folder, database| {
            let mut intruder = Intruder::enter(database).await;
            for name in names {
                let partner = Modern::start(folder).await;
                intruder.run(&partner_row(name, &partner.url())).await;
                partners.push(partner);
            }
            for way in ways {
                intruder.run(&way.row()).await;
            }
        })
        .await;
        Scene { gateway, partners }
    }

    /// The only partner, or the first.
    pub fn partner(&self) -> &Modern {
        &self.partners[0]
    }

    /// What the node is told of a verify, which must be valid.
    pub async fn verify(&self, question: &Question) -> NoticeAnswer {
        self.gateway.verify(question).await
    }

    /// Code and description of a verify that is refused.
    pub async fn refused(&self, question: &Question) -> (String, String) {
        fault(&Response::PaVerifyPaymentNotice(self.verify(question).await))
    }

    /// Types of the events of the institution of the samples, and of the gateway.
    pub async fn told(&self, kind: &str) -> Vec<StoredEvent> {
        let mut told = Vec::new();
        for feed in [Feed::Institution(samples::ec()), Feed::Gateway] {
            told.extend(self.gateway.store().events_after(&feed, 0, 500).await.unwrap());
        }
        told.retain(|event| event.kind == kind);
        told
    }

    /// Waits until so many events of a type were told.
    pub async fn is_told(&self, kind: &str, times: usize) -> Vec<StoredEvent> {
        let mut told = Vec::new();
        eventually(&format!("{times} events {kind}"), async || {
            told = self.told(kind).await;
            told.len() == times
        })
        .await;
        told
    }

    pub async fn letters(&self) -> Vec<ListedLetter> {
        let query = LetterQuery { ec: None, partner: None, state: None, after: None, limit: 100 };
        self.gateway.store().letters(&query).await.unwrap().0
    }

    /// Waits until the partner has those receipts, in that order.
    pub async fn has_receipts(&self, ids: &[&str]) {
        eventually(&format!("the receipts {ids:?}"), async || self.partner().receipts() == ids).await;
    }

    pub fn hours_pass(&self, hours: i64) {
        self.gateway.clock.advance(jiff::SignedDuration::from_hours(hours));
    }
}

/// Waits until something holds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waited).await.is_ok(), "never: {what}");
}

/// Code and description of a refusal.
pub fn fault(response: &Response) -> (String, String) {
    let (outcome, fault) = match response {
        Response::PaVerifyPaymentNotice(answer) => (answer.outcome, &answer.fault),
        Response::PaGetPayment(answer) => (answer.outcome, &answer.fault),
        Response::PaGetPaymentV2(answer) => (answer.outcome, &answer.fault),
        Response::PaDemandPaymentNotice(answer) => (answer.outcome, &answer.fault),
        Response::PaSendRT(answer) | Response::PaSendRTV2(answer) => (answer.outcome, &answer.fault),
    };
    assert_eq!(outcome, Outcome::Ko);
    let fault = fault.as_ref().unwrap();
    let description = fault.description.as_ref().map_or("", |text| text.as_str());
    (fault.fault_code.as_str().to_owned(), description.to_owned())
}

/// The answer to a demand.
pub fn demand() -> (String, Operation) {
    let root = "paDemandPaymentNoticeRequest";
    let text = format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><soapenv:Body><pafn:{root}>\
         <idPA>{EC}</idPA><idBrokerPA>{}</idBrokerPA><idStation>{STATION}</idStation>\
         <idServizio>00001</idServizio><idSoggettoServizio>00042</idSoggettoServizio>\
         <datiSpecificiServizioRequest>PGEvPg==</datiSpecificiServizioRequest></pafn:{root}></soapenv:Body>\
         </soapenv:Envelope>",
        samples::BROKER
    );
    (text, Operation::PaDemandPaymentNotice)
}
