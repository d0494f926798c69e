//! The data behind the requests: one town, its station, and as many payable notices as asked for.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use varco::api::auth::hash_key;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::iban::Iban;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use varco::domain::party::{Broker, CreditorInstitution, EcIban, PrimitiveVersion, Station, StationLink};
use varco::domain::segregation::Segregation;
use varco::domain::text::Text;
use varco::store::{ApiKey, ApiScope, KeyRights, Store, StoreOptions};

pub const EC: &str = "99000010019";
pub const BROKER: &str = "99000020018";
pub const STATION: &str = "99000020018_01";
pub const IBAN: &str = "IT80Z0599903600000000001001";

/// From the year 2020 to the year 2050, in microseconds: every notice is payable.
const PUBLISHED: u64 = 1_577_836_800_000_000;
const DUE: u64 = 2_524_608_000_000_000;

/// How many positions one statement inserts.
const AT_ONCE: u64 = 500;

/// The notice of a number.
pub fn notice(number: u64) -> NoticeNumber {
    NoticeNumber::issue(TwoDigits::new("02").unwrap(), number).unwrap()
}

/// Makes the schema, the parties, and positions of one notice and three transfers each.
pub async fn create(url: &str, positions: u64) {
    let store = Store::open(url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    register(&store).await;
    store.close().await;
    let mut statements = Vec::new();
    let postgres = !url.starts_with("sqlite:");
    for first in (0..positions).step_by(AT_ONCE as usize) {
        statements.extend(inserts(first, positions.min(first + AT_ONCE)));
        if postgres && first == 0 {
            // A plan made for empty tables would read them all for every row that follows.
            statements.push("ANALYZE".to_owned());
        }
    }
    if !postgres {
        let mut database = SqliteConnection::connect(url).await.unwrap();
        database.execute("BEGIN").await.unwrap();
        for statement in statements {
            database.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        database.execute("COMMIT").await.unwrap();
    } else {
        let mut database = PgConnection::connect(url).await.unwrap();
        for statement in statements {
            database.execute(AssertSqlSafe(statement)).await.unwrap();
        }
    }
    settle_down(url).await;
}

/// Does what autovacuum does within a minute of any large change.
pub async fn settle_down(url: &str) {
    if !url.starts_with("sqlite:") {
        let mut database = PgConnection::connect(url).await.unwrap();
        database.execute("ANALYZE").await.unwrap();
    }
}

/// Lets a key in, and an account that transfers may go to.
pub async fn admit(url: &str, key: &str) {
    let store = Store::open(url, StoreOptions::default()).await.unwrap();
    let (ec, iban) = (FiscalCode::new(EC).unwrap(), Iban::new(IBAN).unwrap());
    store.put_iban(&EcIban { ec, iban, label: None }).await.unwrap();
    let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
    let known = ApiKey {
        id: "bench".into(),
        label: "bench".into(),
        institutions,
        segregation,
        rights: KeyRights::data(),
    };
    store.add_api_key(&known, &hash_key(key)).await.unwrap();
    store.close().await;
}

async fn register(store: &Store) {
    let ec = FiscalCode::new(EC).unwrap();
    let (broker, station) = (BrokerCode::new(BROKER).unwrap(), StationCode::new(STATION).unwrap());
    let name = Text::new("Comune di Borgo Varco").unwrap();
    store.put_creditor_institution(&CreditorInstitution { ec: ec.clone(), name }).await.unwrap();
    let name = Text::new("Varco").unwrap();
    store.put_broker(&Broker { code: broker.clone(), name }).await.unwrap();
    let primitives = PrimitiveVersion::V2;
    store.put_station(&Station { code: station.clone(), broker, primitives }).await.unwrap();
    let code = Some(TwoDigits::new("02").unwrap());
    store.put_link(&StationLink { ec, station, aux_digit: AuxDigit::Three, code }).await.unwrap();
}

/// Statements that insert the positions of a range, for each table one.
pub fn inserts(first: u64, end: u64) -> [String; 4] {
    let mut position = String::from(
        "INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, \
         published_at, version) VALUES ",
    );
    let mut option = String::from(
        "INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, \
         debtor_name, street, civic_number, postal_code, city, province, country, email, valid_from) VALUES ",
    );
    let mut notices = String::from(
        "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, \
         due_at, metadata) VALUES ",
    );
    let mut transfer = String::from(
        "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, company_name, \
         remittance, category, iban) VALUES ",
    );
    for number in first..end {
        let comma = if number == first { "" } else { "," };
        let (digits, iuv) = (notice(number), notice(number).iuv());
        write!(
            position,
            "{comma}('{EC}', 'P{number}', 'Comune di Borgo Varco', true, {PUBLISHED}, {PUBLISHED}, {PUBLISHED}, 1)"
        )
        .unwrap();
        write!(
            option,
            "{comma}('{EC}', 'P{number}', 1, false, false, 'F', 'VRCGNN80A01H501H', 'Gianna Varchi', \
             'Via del Passo', '3', '99100', 'Borgo Varco', 'BV', 'IT', 'gianna.varchi@example.org', {PUBLISHED})"
        )
        .unwrap();
        write!(
            notices,
            "{comma}('{EC}', '{digits}', '{iuv}', 'P{number}', 1, 1, 12000, \
             'Tributo comunale sui rifiuti, anno 2026', {DUE}, '[[\"pratica\",\"TARI/2026\"]]')"
        )
        .unwrap();
        for (id, cents) in [(1, 8000), (2, 3000), (3, 1000)] {
            let comma = if id == 1 { comma } else { "," };
            write!(
                transfer,
                "{comma}('{EC}', '{digits}', {id}, {cents}, '{EC}', 'Comune di Borgo Varco', \
                 'Tributo comunale sui rifiuti', '9/0101101IM/', '{IBAN}')"
            )
            .unwrap();
        }
    }
    [position, option, notices, transfer]
}

/// The receipt as the node would deliver it, about 4 KB, with its places for a notice.
pub const RECEIPT: &str = include_str!("receipt.xml");

/// A whole request for the receipt of a notice.
pub fn receipt_body(number: u64) -> String {
    let notice = notice(number);
    let payload = RECEIPT.trim_end().replace("@ID@", &receipt_id(number));
    enveloped(&payload.replace("@NOTICE@", notice.as_str()).replace("@IUV@", notice.iuv().as_str()))
}

/// The node's name of the payment of a notice: 32 characters, in no order.
pub fn receipt_id(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{mixed:016x}{number:016x}")
}

/// A whole request to verify a notice.
pub fn verify_body(number: u64) -> String {
    enveloped(&format!(
        "<pa:paVerifyPaymentNoticeReq xmlns:pa=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">\
         <idPA>{EC}</idPA><idBrokerPA>{BROKER}</idBrokerPA><idStation>{STATION}</idStation><qrCode>\
         <fiscalCode>{EC}</fiscalCode><noticeNumber>{}</noticeNumber></qrCode></pa:paVerifyPaymentNoticeReq>",
        notice(number)
    ))
}

fn enveloped(payload: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header/><soapenv:Body>\
         {payload}</soapenv:Body></soapenv:Envelope>"
    )
}

/// The HTTP request with that body.
pub fn http(body: &str, to: &mut Vec<u8>) {
    use std::io::Write as _;
    write!(
        to,
        "POST /paForNode HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"paForNode\"\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}
