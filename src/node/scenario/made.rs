//! Notices that a scenario needs: made through the published API for debt positions (GPD, version 1).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use jiff::SignedDuration;
use serde_json::json;

use super::super::client::{Answer, Client, ClientError, Outgoing, TlsFiles};
use super::super::variables::Variables;
use super::form::{Position, PositionState, Share};
use super::session::Session;
use crate::domain::clock::Clock;
use crate::domain::rome;

/// Longer than any API takes to make one position.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many numbers are tried: somebody else may draw them at the same time.
const ATTEMPTS: u8 = 20;
/// The HTTP status for a number that is taken.
const CONFLICT: u16 = 409;
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
    last: AtomicU64,
}

impl PositionApi {
    /// The API at that address, with the key of one who may create positions.
    pub fn new(url: &str, key: &str, files: TlsFiles, clock: Clock) -> Self {
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        let prefix = path.unwrap_or_default().trim_end_matches('/').to_owned();
        let (url, key) = (url.to_owned(), key.to_owned());
        PositionApi { url, prefix, files, key, clock, last: AtomicU64::new(0) }
    }

    /// Makes the position of an institution; returns the number of its notice.
    pub async fn make(&self, ec: &str, position: &Position, session: &Session) -> Result<String, String> {
        let mut client = self.client().map_err(|error| error.to_string())?;
        let folder =
            format!("{}/gpd/debt-positions-service/v1/organizations/{ec}/debtpositions", self.prefix);
        let published = position.state != PositionState::Draft;
        for _ in 0..ATTEMPTS {
            let base = self.base();
            let notice = session.fill(&format!("${{NOTICE:{base}}}"))?;
            let iupd = format!("VARCO-NODE-{base}");
            let body = body(&iupd, &notice, (position, self.due(position)?), session)?.to_string();
            let created = self.post(&mut client, format!("{folder}?toPublish={published}"), body).await?;
            if created.status == CONFLICT {
                continue;
            }
            expect(&created, 201)?;
            if position.state == PositionState::Cancelled {
                let cancelled = self.post(&mut client, format!("{folder}/{iupd}/invalidate"), String::new());
                expect(&cancelled.await?, 200)?;
            }
            return Ok(notice);
        }
        Err(format!("the API for debt positions has taken none of {ATTEMPTS} numbers"))
    }

    /// A base for a notice number: milliseconds since 1970 have its thirteen digits, and differ from run to run.
    fn base(&self) -> u64 {
        let now = u64::try_from(self.clock.now().as_millisecond()).unwrap_or_default();
        let last = self.last.fetch_max(now, Ordering::Relaxed);
        if last < now { now } else { self.last.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    fn due(&self, position: &Position) -> Result<String, String> {
        let Some(span) = position.due_in else { return Ok(FAR.to_owned()) };
        let span = SignedDuration::try_from(span.0).map_err(|error| error.to_string())?;
        let due = self.clock.now().checked_add(span).map_err(|error| error.to_string())?;
        Ok(rome::wall_clock(due).strftime("%Y-%m-%dT%H:%M:%S").to_string())
    }

    /// Makes a position that anybody can pay: 120.00 euro on the account IBAN of the institution EC.
    pub async fn plain(&self, variables: &Variables) -> Result<String, String> {
        let ec = variables.get("EC").ok_or("variable EC has no value")?;
        let share = Share {
            to: "${EC}".to_owned(),
            cents: 12_000,
            iban: Some("${IBAN}".to_owned()),
            postal_iban: None,
            category: Share::usual(),
        };
        let position = Position {
            description: Position::about(),
            due_in: None,
            state: PositionState::Payable,
            transfers: vec![share],
        };
        self.make(ec, &position, &Session::new(variables.clone())).await
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
