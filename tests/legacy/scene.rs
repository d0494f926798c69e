//! A gateway with an old system behind it.

use std::fmt::Write as _;
use std::path::Path;

use jiff::ToSpan;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use varco::store::{AttemptQuery, LegacyAttempt};
use varco::wire::pa_for_node::{DemandAnswer, Operation, Response};

use crate::support::TestDatabase;
use crate::support::gateway::TestGateway;
use crate::support::messages::{Question, about, euro};
use crate::support::partner::legacy::LegacyEc;
use crate::support::partner::legacy_words::{Caller, Debt, debt, tag};
use crate::support::samples::{self, BROKER, EC, STATION, notice_number};
use crate::support::trouble::Intruder;
use crate::support::world::{OTHER_EC, SECOND_STATION};

pub const PASSWORD: &str = "un-segreto-15ch";
pub const SECOND_PASSWORD: &str = "altro-segreto-1";
/// The partner that answers for the notices of the samples.
pub const FIRST: &str = "vecchio";
/// How long an accepted RPT waits, in minutes.
pub const VALIDITY: i64 = 30;

/// Old systems are reached over TLS on this host and call the listener of their own. None is left alone.
const SETTINGS: [(&str, &str); 11] = [
    ("VARCO__PARTNERS__ALLOW_NETWORKS", "127.0.0.0/8"),
    ("VARCO__PARTNERS__CA_FILE", "ca.pem"),
    ("VARCO__PARTNERS__CLIENT_CERT", "node.pem"),
    ("VARCO__PARTNERS__CLIENT_KEY", "node.key"),
    ("VARCO__PARTNERS__RECEIPT_DEADLINE", "2s"),
    ("VARCO__PARTNERS__FAILURES", "1000"),
    ("VARCO__LEGACY__LISTEN", "127.0.0.1:0"),
    ("VARCO__LEGACY__CERTIFICATE", "server.pem"),
    ("VARCO__LEGACY__KEY", "server.key"),
    ("VARCO__LEGACY__CLIENT_CA", "ca.pem"),
    ("VARCO__LEGACY__TOKEN_VALIDITY", "30m"),
];

pub struct Scene {
    pub gateway: TestGateway,
    pub partner: LegacyEc,
}

/// Runs a test on each engine, and checks the ledger that it leaves behind.
pub async fn on_both_scenes(test: impl AsyncFn(&Scene)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start(database, 1000).await;
        test(&scene).await;
        scene.gateway.end().await;
    }
}

/// The same where another partner, or this one, answers for the notices of the second institution.
pub async fn on_both_with_a_second(partner: &str, test: impl AsyncFn(&Scene)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let scene = Scene::start_with(database, 1000, Some(partner)).await;
        test(&scene).await;
        scene.gateway.end().await;
    }
}

/// The notice of that base as the partner knows it.
pub fn iuv(base: u64) -> String {
    notice_number(base).iuv().as_str().to_owned()
}

/// A debt of the partner's for the notice of that base.
pub fn owed(base: u64, amount: &str) -> Debt {
    debt(EC, &iuv(base), amount)
}

/// What the node asks about the notice of that base when the payer saw that amount.
pub fn get(base: u64, amount: &str) -> String {
    with_amount(&about(base).get(), amount)
}

pub fn get_v2(base: u64, amount: &str) -> String {
    with_amount(&about(base).get_v2(), amount)
}

fn with_amount(message: &str, amount: &str) -> String {
    assert!(message.contains("<amount>1.00</amount>"));
    message.replace("<amount>1.00</amount>", amount)
}

/// `<amount>` of a get.
pub fn amount(euro: &str) -> String {
    format!("<amount>{euro}</amount>")
}

/// Who gets how much of a payment, and where it goes: an account, or a stamp as base64.
pub struct Share {
    pub ec: &'static str,
    pub cents: i64,
    pub to: Result<&'static str, &'static str>,
}

/// The node's receipt of the notice of that base, written by hand; for the recipient's copy.
pub fn receipt(id: &str, notice: &str, shares: &[Share]) -> String {
    let total: i64 = shares.iter().map(|share| share.cents).sum();
    let mut transfers = String::new();
    for (at, share) in shares.iter().enumerate() {
        let to = match share.to {
            Ok(iban) => format!("<IBAN>{iban}</IBAN>"),
            Err(stamp) => format!("<MBDAttachment>{stamp}</MBDAttachment>"),
        };
        write!(
            transfers,
            "<transfer><idTransfer>{}</idTransfer><transferAmount>{}</transferAmount><fiscalCodePA>{}\
             </fiscalCodePA><companyName>Nome dal nodo</companyName>{to}<remittanceInformation>Mensa dal nodo\
             </remittanceInformation><transferCategory>9/0101002IM/</transferCategory></transfer>",
            at + 1,
            euro(share.cents),
            share.ec
        )
        .unwrap();
    }
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><soapenv:Body>\
         <pafn:paSendRTV2Request><idPA>{EC}</idPA><idBrokerPA>{BROKER}</idBrokerPA><idStation>{STATION}</idStation>\
         <receipt><receiptId>{id}</receiptId><noticeNumber>{notice}</noticeNumber><fiscalCode>{EC}</fiscalCode>\
         <outcome>OK</outcome><creditorReferenceId>{}</creditorReferenceId><paymentAmount>{}</paymentAmount>\
         <description>Mensa dal nodo</description><companyName>Comune di Borgo</companyName><debtor>\
         <uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
         <entityUniqueIdentifierValue>RSSMRA80A01H501U</entityUniqueIdentifierValue></uniqueIdentifier>\
         <fullName>Maria Rossi</fullName></debtor><transferList>{transfers}</transferList><idPSP>15376371009</idPSP>\
         <PSPCompanyName>Banca di Prova</PSPCompanyName><idChannel>99000090011_01</idChannel>\
         <channelDescription>app</channelDescription><payer><uniqueIdentifier><entityUniqueIdentifierType>F\
         </entityUniqueIdentifierType><entityUniqueIdentifierValue>VRDLGU75B02H501X</entityUniqueIdentifierValue>\
         </uniqueIdentifier><fullName>Luigi Verdi</fullName></payer><paymentMethod>creditCard</paymentMethod>\
         <fee>1.50</fee><paymentDateTime>2026-11-22T11:05:06</paymentDateTime>\
         <applicationDate>2026-11-23</applicationDate><transferDate>2026-11-24</transferDate></receipt>\
         </pafn:paSendRTV2Request></soapenv:Body></soapenv:Envelope>",
        &notice[1..],
        euro(total)
    )
}

/// All of a payment for the institution of the samples.
pub fn whole(cents: i64) -> [Share; 1] {
    [Share { ec: EC, cents, to: Ok("IT60X0542811101000000123456") }]
}

pub fn shared(own: i64, other: i64) -> [Share; 2] {
    let iban = Ok("IT60X0542811101000000123456");
    [Share { ec: EC, cents: own, to: iban }, Share { ec: OTHER_EC, cents: other, to: iban }]
}

/// The copy of a receipt for the second institution, through its own station.
pub fn copy_for_the_second(receipt: &str) -> String {
    receipt.replace(&format!("<idPA>{EC}</idPA>"), &format!("<idPA>{OTHER_EC}</idPA>")).replace(
        &format!("<idStation>{STATION}</idStation>"),
        &format!("<idStation>{SECOND_STATION}</idStation>"),
    )
}

impl Scene {
    /// With an old system that answers for the notices of the samples, and whose RPT is waited for so many
    /// milliseconds.
    pub async fn start(database: TestDatabase, wait_for_rpt: u32) -> Scene {
        Scene::start_with(database, wait_for_rpt, None).await
    }

    /// With a partner besides that answers for the notices of the second institution: the same system under another
    /// name and password, if it is another one.
    async fn start_with(database: TestDatabase, wait_for_rpt: u32, second: Option<&str>) -> Scene {
        let (url, mut started) = (database.url.clone(), None);
        let gateway = TestGateway::start_after(database, &url, &SETTINGS, async |folder, database| {
            let (broker, station) = (BROKER.to_owned(), STATION.to_owned());
            let partner =
                LegacyEc::start(folder, Caller { broker, station, password: PASSWORD.to_owned() }).await;
            let mut intruder = Intruder::enter(database).await;
            let row = |name: &str, password: &str| {
                partner_row(&partner, folder, (database.engine, wait_for_rpt), (name, password))
            };
            intruder.run(&row(FIRST, PASSWORD)).await;
            intruder.run(&route_row((EC, STATION, "02"), FIRST)).await;
            if let Some(second) = second {
                if second != FIRST {
                    intruder.run(&row(second, SECOND_PASSWORD)).await;
                }
                intruder.run(&route_row((OTHER_EC, SECOND_STATION, "05"), second)).await;
            }
            started = Some(partner);
        })
        .await;
        let partner = started.unwrap();
        partner.calls(gateway.legacy_addr());
        Scene { gateway, partner }
    }

    /// Stops the gateway and starts it again on the same database.
    pub async fn restart(self) -> Scene {
        let Scene { gateway, partner } = self;
        let gateway = gateway.restart_with(&SETTINGS).await;
        partner.calls(gateway.legacy_addr());
        Scene { gateway, partner }
    }

    /// What the node is answered, as it is.
    pub async fn ask(&self, message: &str) -> String {
        let reply = self.gateway.post(message).await.unwrap();
        assert_eq!(reply.status, 200);
        String::from_utf8(reply.body.to_vec()).unwrap()
    }

    /// What the node is answered, held against the contract.
    pub async fn told(&self, message: &str, operation: Operation) -> Response {
        self.gateway.post(message).await.unwrap().response(operation)
    }

    pub async fn verified(&self, question: &Question) -> String {
        self.ask(&question.verify()).await
    }

    /// Delivers a receipt that must be answered OK.
    pub async fn settle(&self, receipt: &str) {
        let answer = self.ask(receipt).await;
        assert_eq!(tag(&answer, "outcome").as_deref(), Some("OK"), "{answer}");
    }

    pub async fn attempts(&self) -> Vec<LegacyAttempt> {
        let query = AttemptQuery { ec: samples::ec(), after: None, limit: 100 };
        self.gateway.store().attempts(&query).await.unwrap().0
    }

    /// Asks as the partner what has become of an RPT.
    pub async fn state(&self, ccp: &str, base: u64) -> String {
        let asked = self.partner.caller().ask("nodoChiediStatoRPT", (EC, &iuv(base), ccp));
        self.partner.call(asked).await
    }

    pub async fn copy(&self, ec: &str, base: u64, ccp: &str) -> String {
        let asked = self.partner.caller().ask("nodoChiediCopiaRT", (ec, &iuv(base), ccp));
        self.partner.call(asked).await
    }

    pub fn minutes_pass(&self, minutes: i64) {
        self.gateway.clock.advance(jiff::SignedDuration::from_mins(minutes));
    }

    pub async fn demand(&self) -> DemandAnswer {
        let message = format!(
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><soapenv:Body>\
             <pafn:paDemandPaymentNoticeRequest><idPA>{EC}</idPA><idBrokerPA>{BROKER}</idBrokerPA>\
             <idStation>{STATION}</idStation><idServizio>00001</idServizio><idSoggettoServizio>00042\
             </idSoggettoServizio><datiSpecificiServizioRequest>PGEvPg==</datiSpecificiServizioRequest>\
             </pafn:paDemandPaymentNoticeRequest></soapenv:Body></soapenv:Envelope>"
        );
        match self.told(&message, Operation::PaDemandPaymentNotice).await {
            Response::PaDemandPaymentNotice(answer) => answer,
            other => panic!("{other:?}"),
        }
    }
}

/// Waits until something holds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(std::time::Duration::from_secs(20), waited).await.is_ok(), "never: {what}");
}

fn partner_row(
    partner: &LegacyEc,
    folder: &Path,
    (engine, wait_for_rpt): (&str, u32),
    (name, password): (&str, &str),
) -> String {
    let certificate = CertificateDer::from_pem_file(folder.join("partner.pem")).unwrap();
    let caller = hex(&Sha256::digest(&certificate));
    let password = hex(&Sha256::digest(password));
    let password =
        if engine == "sqlite" { format!("x'{password}'") } else { format!("decode('{password}', 'hex')") };
    let (url, rt, demand) = (partner.url("ccp"), partner.url("rt"), partner.url("avvisi"));
    format!(
        "INSERT INTO partner (id, owner, name, speaks, url, rt_url, demand_url, caller, password_hash, \
         password_keyed, due_days, wait_for_rpt, redirect, enabled, created_at, updated_at) VALUES ('{name}', \
         'ec:{EC}', 'Sistema vecchio', 'legacy', '{url}', '{rt}', '{demand}', '{caller}', {password}, FALSE, 3, \
         {wait_for_rpt}, 'https://pagamenti.example.it/vai', TRUE, 0, 0)"
    )
}

fn route_row((ec, station, code): (&str, &str, &str), partner: &str) -> String {
    let from = (samples::now() - 24.hours()).as_microsecond();
    format!(
        "INSERT INTO route (ec, station, aux_digit, code, from_at, id, handler, partner, made_at) \
         VALUES ('{ec}', '{station}', 3, '{code}', {from}, 'via-{code}', 'legacy', '{partner}', 0)"
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
