//! What to try by hand, once the demo is up.

use jiff::Timestamp;

use super::folder::{Access, Folder};
use super::gallery::GALLERY;
use super::settings::ENVIRONMENT;
use super::stories::Told;
use super::world::{BANK_IBAN, BROKER, STATION, TOWN, TOWN_NAME, notice_number};
use crate::cli::{Failure, print};
use crate::domain::notice_number::NoticeNumber;

/// The base of a notice that was never issued.
const UNKNOWN: u64 = 9_999;

const VERIFY: &str = "verify.xml";
const POSITION: &str = "position.json";

/// The notices that others may ask for by name: one of each story, and one for each reason not to be payable.
pub fn named(told: &[Told]) -> Result<Vec<(&'static str, NoticeNumber)>, Failure> {
    let stories = ["", "_SHARED", "_POSTAL", "_STAMP", "_OVERDUE"];
    let mut named: Vec<_> = stories.into_iter().zip(told.iter().map(|one| one.notice)).collect();
    for (name, base) in
        [("_DRAFT", 9001), ("_FUTURE", 9002), ("_CANCELLED", 9003), ("_EXPIRED", 9004), ("_PAID", 9005)]
    {
        named.push((name, notice_number(base)?));
    }
    named.push(("_UNKNOWN", notice_number(UNKNOWN)?));
    Ok(named)
}

/// Lists the notices that can be paid, and those that cannot.
pub fn notices(told: &[Told]) -> Result<(), Failure> {
    print(&format!("\nNotices of {TOWN_NAME} that can be paid now\n\n"))?;
    for one in told {
        print(&format!("  {}  {}\n{:22}{}\n", one.notice, one.story.title, "", one.story.lesson))?;
    }
    print("\nNotices for testers, always the same\n\n")?;
    for exhibit in &GALLERY {
        for base in exhibit.bases {
            print(&format!("  {}  {}\n", notice_number(*base)?, exhibit.what))?;
        }
    }
    Ok(())
}

/// Prints commands that work as they stand; the messages they send are files in the demo's folder.
pub fn commands(folder: &Folder, told: &[Told], now: Timestamp) -> Result<(), Failure> {
    let Some(simple) = told.first() else { return Ok(()) };
    folder.write(VERIFY, &verify_message(simple), Access::Public)?;
    folder.write(POSITION, &new_position(now)?, Access::Public)?;
    let file = |name: &str| folder.path(name).display().to_string();
    let program =
        std::env::current_exe().map_or_else(|_| "varco".to_owned(), |path| path.display().to_string());
    let (environment, verify, position) = (file(ENVIRONMENT), file(VERIFY), file(POSITION));
    print(&format!(
        r#"
Try it by hand, in another terminal

  . "{environment}"

  Be the node: ask for a notice over mutual TLS.
    curl --cacert "$VARCO_CA" --cert "$VARCO_NODE_CERT" --key "$VARCO_NODE_KEY" \
      -H 'Content-Type: text/xml; charset=utf-8' --data-binary @"{verify}" "$VARCO_SOAP_URL"

  Be the node without writing a message: every answer is checked as the node checks it.
    "{program}" node pay --env "{environment}" --notice shared --broadcast
    "{program}" node verify --env "{environment}" --notice paid --expect PAA_PAGAMENTO_DUPLICATO

  Be the town: look at a position, create and publish another one, which can be paid at once.
    curl -H "Ocp-Apim-Subscription-Key: $VARCO_API_KEY" \
      "$VARCO_API_URL/gpd/debt-positions-service/v1/organizations/$VARCO_EC/debtpositions/{}"
    curl -H "Ocp-Apim-Subscription-Key: $VARCO_API_KEY" -H 'Content-Type: application/json' \
      --data-binary @"{position}" \
      "$VARCO_API_URL/gpd/debt-positions-service/v1/organizations/$VARCO_EC/debtpositions?toPublish=true"

  Be the town's accounting: everything that has happened, by the page and as it happens; receipts that
  did not fit; and a webhook to a receiver of yours.
    curl -H "Ocp-Apim-Subscription-Key: $VARCO_API_KEY" "$VARCO_API_URL/events?after=0"
    curl -N -H "Ocp-Apim-Subscription-Key: $VARCO_API_KEY" -H 'Accept: text/event-stream' "$VARCO_API_URL/events"
    curl -H "Ocp-Apim-Subscription-Key: $VARCO_API_KEY" \
      "$VARCO_API_URL/inbox/v1/organizations/$VARCO_EC/anomalies"
    curl -H "Ocp-Apim-Subscription-Key: $VARCO_API_KEY" -H 'Content-Type: application/json' \
      -d '{{"label": "Ragioneria", "url": "http://127.0.0.1:9000/", "types": ["varco.receipt.*"]}}' \
      "$VARCO_API_URL/subscriptions/v1/organizations/$VARCO_EC/subscriptions"

  Be a citizen: pay without a notice, in a browser, at $VARCO_API_URL/servizi

  Be the tester: all fixtures, compared answer by answer.
    "{program}" replay fixtures/paForNode --env "{environment}" --url "$VARCO_SOAP_URL" \
      --ca "$VARCO_CA" --cert "$VARCO_NODE_CERT" --key "$VARCO_NODE_KEY"

  Be the operator.
    curl "$VARCO_API_URL/health/ready"
    curl "$VARCO_API_URL/metrics"

"#,
        simple.iupd
    ))
}

fn verify_message(told: &Told) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">
  <soapenv:Body>
    <pa:paVerifyPaymentNoticeReq xmlns:pa="http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd">
      <idPA>{TOWN}</idPA>
      <idBrokerPA>{BROKER}</idBrokerPA>
      <idStation>{STATION}</idStation>
      <qrCode>
        <fiscalCode>{TOWN}</fiscalCode>
        <noticeNumber>{}</noticeNumber>
      </qrCode>
    </pa:paVerifyPaymentNoticeReq>
  </soapenv:Body>
</soapenv:Envelope>
"#,
        told.notice
    )
}

/// A position in the words of the REST contract: one notice, one transfer.
fn new_position(now: Timestamp) -> Result<String, Failure> {
    // Seconds since 1970 are far above the bases of stories and gallery, and differ from run to run.
    let base = u64::try_from(now.as_second()).unwrap_or_default();
    let notice = notice_number(base)?;
    let transfer = serde_json::json!({
        "idTransfer": "1",
        "amount": 2500,
        "organizationFiscalCode": TOWN,
        "remittanceInformation": "Palestra comunale, quota annuale",
        "category": "9/0101109IM/",
        "iban": BANK_IBAN,
    });
    let position = serde_json::json!({
        "iupd": format!("PALESTRA-{base}"),
        "type": "F",
        "fiscalCode": "VRCGNN80A01H501H",
        "fullName": "Gianna Varchi",
        "companyName": TOWN_NAME,
        "officeName": "Ufficio sport",
        "switchToExpired": true,
        "paymentOption": [{
            "iuv": notice.iuv().to_string(),
            "amount": 2500,
            "description": "Palestra comunale, quota annuale",
            "isPartialPayment": false,
            "dueDate": "2099-06-30T21:59:59",
            "transfer": [transfer],
        }],
    });
    Ok(format!("{position:#}\n"))
}
