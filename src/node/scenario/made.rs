//! Notices that a scenario needs: made through the published API for debt positions (GPD, version 1).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use jiff::SignedDuration;
use serde_json::json;

use super::super::client::{Answer, Client, ClientError, Outgoing, TlsFiles};
use super::form::{Position, PositionState, Share};
use super::session::Session;
use crate::domain::clock::Clock;
use crate::domain::rome;

/// Longer than any API takes to make one position.
const PATIENCE: Duration = Duration::from_secs(20);
/// Far off, for notices that are not to expire.
const FAR: &str = "2099-06-30T21:59:59";
/// The debtor of all notices, who is invented.
const DEBTOR: (&str, &str) = ("VRCGNN80A01H501H", "Gianna Varchi");
/// What the stamp of a notice is for.
const STAMPED: &str = "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=";

/// The API in which notices are made.
#[derive(Debug)]
pub struct PositionApi {
    url: String,
    prefix: String,
    files: TlsFiles,
    key: String,
    clock: Clock,
    made: AtomicU64,
}

impl PositionApi {
    /// The API at that address, with the key of one who may create positions.
    pub fn new(url: &str, key: &str, files: TlsFiles, clock: Clock) -> Self {
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        let prefix = path.unwrap_or_default().trim_end_matches('/').to_owned();
        let (url, key) = (url.to_owned(), key.to_owned());
        PositionApi { url, prefix, files, key, clock, made: AtomicU64::new(0) }
    }

    /// Makes the position of an institution; returns the number of its notice.
    pub async fn make(&self, ec: &str, position: &Position, session: &Session) -> Result<String, String> {
        let now = self.clock.now();
        // Milliseconds since 1970 have the thirteen digits of a base, and differ from run to run.
        let base = u64::try_from(now.as_millisecond()).unwrap_or_default()
            + self.made.fetch_add(1, Ordering::Relaxed);
        let notice = session.fill(&format!("${{NOTICE:{base}}}"))?;
        let due = match position.due_in {
            Some(span) => {
                let span = SignedDuration::try_from(span.0).map_err(|error| error.to_string())?;
                let due = now.checked_add(span).map_err(|error| error.to_string())?;
                rome::wall_clock(due).strftime("%Y-%m-%dT%H:%M:%S").to_string()
            }
            None => FAR.to_owned(),
        };
        let iupd = format!("VARCO-NODE-{base}");
        let body = body(&iupd, &notice, (position, due), session)?;
        let published = position.state != PositionState::Draft;
        let folder =
            format!("{}/gpd/debt-positions-service/v1/organizations/{ec}/debtpositions", self.prefix);
        let mut client = self.client().map_err(|error| error.to_string())?;
        let created =
            self.post(&mut client, format!("{folder}?toPublish={published}"), body.to_string()).await?;
        expect(&created, 201)?;
        if position.state == PositionState::Cancelled {
            let cancelled =
                self.post(&mut client, format!("{folder}/{iupd}/invalidate"), String::new()).await?;
            expect(&cancelled, 200)?;
        }
        Ok(notice)
    }

    fn client(&self) -> Result<Client, ClientError> {
        Client::new(&self.url, &self.files, PATIENCE)
    }

    async fn post(&self, client: &mut Client, path: String, body: String) -> Result<Answer, String> {
        let headers = [("Content-Type", "application/json"), ("Ocp-Apim-Subscription-Key", &self.key)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let outgoing = Outgoing { method: Method::POST, path: Some(path), headers, body: Bytes::from(body) };
        client.send(&outgoing).await.map_err(|error| error.to_string())
    }
}

fn expect(answer: &Answer, status: u16) -> Result<(), String> {
    if answer.status == status {
        return Ok(());
    }
    let said: String = String::from_utf8_lossy(&answer.body).chars().take(400).collect();
    Err(format!("the API for debt positions answered {} instead of {status}: {said}", answer.status))
}

fn body(
    iupd: &str,
    notice: &str,
    (position, due): (&Position, String),
    session: &Session,
) -> Result<serde_json::Value, String> {
    let description = session.fill(&position.description)?;
    let transfers =
        (1..).zip(&position.transfers).map(|(id, share)| transfer(id, share, &description, session));
    let transfers = transfers.collect::<Result<Vec<_>, _>>()?;
    let amount: i64 = position.transfers.iter().map(|share| share.cents).sum();
    let (code, name) = DEBTOR;
    Ok(json!({
        "iupd": iupd, "type": "F", "fiscalCode": code, "fullName": name,
        "companyName": "Ente creditore in prova", "switchToExpired": true,
        "paymentOption": [{
            // A notice of aux digit 3 without it is the reference.
            "iuv": notice.get(1..).unwrap_or_default(), "amount": amount, "description": description,
            "isPartialPayment": false, "dueDate": due, "transfer": transfers,
        }],
    }))
}

fn transfer(
    id: u8,
    share: &Share,
    description: &str,
    session: &Session,
) -> Result<serde_json::Value, String> {
    let stamp = json!({ "hashDocument": STAMPED, "stampType": "01", "provincialResidence": "RM" });
    let iban = session.fill_some(share.iban.as_ref())?;
    let stamp = iban.is_none().then_some(stamp);
    Ok(json!({
        "idTransfer": id.to_string(), "amount": share.cents,
        "organizationFiscalCode": session.fill(&share.to)?, "remittanceInformation": description,
        "category": session.fill(&share.category)?, "iban": iban, "stamp": stamp,
        "postalIban": session.fill_some(share.postal_iban.as_ref())?,
    }))
}
