//! The use cases whose calls go wrong, each on a position of its own.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use varco::domain::event::Feed;
use varco::domain::ids::{BrokerCode, Iupd};
use varco::domain::position::OptionShape;
use varco::domain::segregation::Segregation;
use varco::store::{
    Applied, BookReceipt, Lease, Mode, Numbered, Offer, Operation, RowEnd, RowJob, UnbookedMessage, Upload,
    Verdict, Work,
};

use crate::support::api::*;
use crate::support::samples;

/// What is asked of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseCase {
    /// The receipt of one notice.
    Book,
    /// Receipts that are delivered together: of three notices, one of them twice, and of no notice of ours.
    BookTogether,
    KeepUnbooked,
    Activate,
    Create,
    /// With an idempotency key.
    CreateOnce,
    Update,
    Publish,
    Invalidate,
    PayElsewhere,
    Fee,
    Delete,
    /// Two rows of a file.
    Rows,
}

pub const ALL: [UseCase; 13] = [
    UseCase::Book,
    UseCase::BookTogether,
    UseCase::KeepUnbooked,
    UseCase::Activate,
    UseCase::Create,
    UseCase::CreateOnce,
    UseCase::Update,
    UseCase::Publish,
    UseCase::Invalidate,
    UseCase::PayElsewhere,
    UseCase::Fee,
    UseCase::Delete,
    UseCase::Rows,
];

/// What who asked knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It may be done or not.
    Unknown,
    /// The gateway says that it cannot be done: so it must if it is done already.
    Refused,
}

impl From<StatusCode> for Outcome {
    fn from(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Outcome::Done,
            500.. => Outcome::Unknown,
            _ => Outcome::Refused,
        }
    }
}

fn told<T, E>(result: &Result<T, E>) -> Outcome {
    if result.is_ok() { Outcome::Done } else { Outcome::Unknown }
}

fn iupd(base: u64) -> String {
    format!("p{base}")
}

/// A plan of two notices and a whole payment.
fn body(base: u64) -> Value {
    with_options(&iupd(base), &[instalment(base), instalment(base + 1), payment_option(base + 2)])
}

impl UseCase {
    /// Makes what the use case needs.
    pub async fn prepare(self, gateway: &Gateway, base: u64) {
        match self {
            UseCase::KeepUnbooked | UseCase::Create | UseCase::CreateOnce => {}
            UseCase::Publish => assert_eq!(gateway.create(&body(base)).await.status, 201),
            UseCase::Rows => {
                let upload = upload(base);
                gateway.store.add_upload(&upload).await.unwrap();
                assert!(gateway.store.claim_upload(lease(&upload)).await.unwrap());
            }
            _ => drop(gateway.create_published(&body(base)).await),
        }
    }

    pub async fn act(self, gateway: &Gateway, base: u64) -> Outcome {
        match self {
            UseCase::Book => book(gateway, "a", base).await,
            UseCase::BookTogether => {
                let first = async { tokio::join!(book(gateway, "a", base), book(gateway, "a", base)) };
                let others = async {
                    let (one, two) = (book(gateway, "b", base + 1), book(gateway, "c", base + 2));
                    tokio::join!(one, two, book(gateway, "d", base + 9))
                };
                let ((a, b), (c, d, e)) = tokio::join!(first, others);
                let all = [a, b, c, d, e];
                if all == [Outcome::Done; 5] { Outcome::Done } else { Outcome::Unknown }
            }
            UseCase::KeepUnbooked => told(&gateway.store.keep_unbooked(&message(base)).await),
            UseCase::Activate => {
                let (ec, notice) = (samples::ec(), samples::notice_number(base));
                told(&gateway.store.activate_notice(&ec, &notice, samples::now()).await)
            }
            UseCase::Create => {
                gateway.ask(Method::POST, "?toPublish=true", Some(&body(base))).await.status.into()
            }
            UseCase::CreateOnce => gateway.send(keyed(base)).await.status.into(),
            UseCase::Update => {
                let body = but(body(base), "/companyName", json!("Comune nuovo"));
                gateway.update(&iupd(base), "", &body).await.status.into()
            }
            UseCase::Publish => gateway.publish(&iupd(base)).await.status.into(),
            UseCase::Invalidate => gateway.invalidate(&iupd(base)).await.status.into(),
            UseCase::PayElsewhere => gateway.mark_paid(&nav(base), None).await.status.into(),
            UseCase::Fee => {
                let uri = format!(
                    "/gpd/debt-positions-service/v1/organizations/{EC}/paymentoptions/{}/notificationfee",
                    nav(base)
                );
                gateway.call(Method::PUT, &uri, Some(&json!({ "notificationFee": 250 }))).await.status.into()
            }
            UseCase::Delete => gateway.delete(&iupd(base)).await.status.into(),
            UseCase::Rows => rows(gateway, base).await,
        }
    }

    /// Whether it succeeds however often it is asked for; else what is done already is refused.
    pub fn can_be_repeated(self) -> bool {
        !matches!(
            self,
            UseCase::Create
                | UseCase::Publish
                | UseCase::Invalidate
                | UseCase::PayElsewhere
                | UseCase::Delete
        )
    }

    /// Whether it is done, and once.
    pub async fn is_done(self, gateway: &Gateway, base: u64) -> bool {
        let store = &gateway.store;
        match self {
            UseCase::Book => receipts(gateway, base).await == ["a"],
            UseCase::BookTogether => {
                let notices = [base, base + 1, base + 2, base + 9];
                let mut found = Vec::new();
                for notice in notices {
                    found.extend(receipts(gateway, notice).await);
                }
                found == ["a", "b", "c", "d"]
            }
            UseCase::KeepUnbooked => {
                let kept = store.unbooked().await.unwrap();
                kept.iter().filter(|(_, raw)| raw == &message(base).raw).count() == 1
            }
            UseCase::Activate => {
                let found =
                    store.payable_notice(&samples::ec(), &samples::notice_number(base)).await.unwrap();
                found.unwrap().notice.activated_at == Some(samples::now())
            }
            UseCase::Rows => {
                let outcomes = store.row_outcomes(&upload(base), 0, 10).await.unwrap();
                let statuses: Vec<i64> = outcomes.iter().map(|row| row.status).collect();
                let (one, two) = (gateway.read(&iupd(base)).await, gateway.read(&iupd(base + 1)).await);
                statuses == [201, 201] && (one.status, two.status) == (StatusCode::OK, StatusCode::OK)
            }
            UseCase::Delete => gateway.read(&iupd(base)).await.status == 404,
            _ => {
                let read = gateway.read(&iupd(base)).await;
                let first = &read.body["paymentOption"][0];
                match self {
                    UseCase::Update => read.body["companyName"] == "Comune nuovo",
                    UseCase::Invalidate => read.body["status"] == "INVALID",
                    UseCase::PayElsewhere => first["status"] == "PO_PAID",
                    UseCase::Fee => first["notificationFee"] == 250,
                    _ => read.body["status"] == "VALID",
                }
            }
        }
    }
}

async fn book(gateway: &Gateway, id: &str, base: u64) -> Outcome {
    let receipt = samples::receipt(&format!("{id}-{base}"), base, 10_000);
    let (primitive, raw, received_at) = ("paSendRTV2", Bytes::from_static(b"<x/>"), samples::now());
    told(
        &gateway
            .store
            .book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None })
            .await,
    )
}

/// The first letters of the receipts of a notice.
async fn receipts(gateway: &Gateway, base: u64) -> Vec<String> {
    let number = samples::notice_number(base);
    let found = gateway.store.receipts_of_notice(&samples::ec(), &number).await.unwrap();
    found.into_iter().map(|receipt| receipt.id[..1].to_owned()).collect()
}

fn message(base: u64) -> UnbookedMessage {
    UnbookedMessage {
        primitive: "paSendRTV2",
        reason: "PAA_ID_INTERMEDIARIO_ERRATO",
        raw: Bytes::from(format!("<x>{base}</x>")),
        received_at: samples::now(),
        feed: Feed::Gateway,
        names: None,
    }
}

fn keyed(base: u64) -> Request<Full<Bytes>> {
    let uri = format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions?toPublish=true");
    Request::post(uri)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", KEY)
        .header("idempotency-key", format!("key-{base}"))
        .body(Full::from(body(base).to_string()))
        .unwrap()
}

fn upload(base: u64) -> Upload {
    Upload {
        ec: samples::ec(),
        id: format!("u{base}"),
        broker: BrokerCode::new(samples::BROKER).unwrap(),
        scope: Segregation::Every,
        operation: Operation::Create,
        offer: Offer::Published,
        mode: Mode::Real,
        submitted: 2,
        received_at: samples::now(),
        processed: 0,
        finished: None,
        purged_at: None,
    }
}

fn lease(upload: &Upload) -> Lease<'_> {
    Lease { upload, worker: 1, now: samples::now() }
}

/// Carries out the rows that are not done, as the worker does: after a failure it asks the database which.
async fn rows(gateway: &Gateway, base: u64) -> Outcome {
    let id = upload(base).id;
    let Ok(Some(upload)) = gateway.store.upload(&samples::ec(), &id).await else { return Outcome::Unknown };
    let jobs: Vec<RowJob<'_>> = (upload.processed..2).map(|row| row_job(base, row)).collect();
    match gateway.store.apply_rows(lease(&upload), &jobs).await {
        Ok(Applied::Done) => Outcome::Done,
        Ok(Applied::LeaseLost) => Outcome::Refused,
        Err(_) => Outcome::Unknown,
    }
}

fn row_job(base: u64, row_no: i64) -> RowJob<'static> {
    let base = base + row_no as u64;
    let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 10_000)]);
    let position = samples::position(&iupd(base), vec![option]);
    let new = Numbered::from(position.clone());
    RowJob {
        row_no,
        line: None,
        iupd: Some(Iupd::new(&iupd(base)).unwrap()),
        work: Work::Create(Box::new(new), Box::new(move || Ok(Numbered::from(position.clone())))),
        tell: Box::new(|end| Verdict {
            status: if end == RowEnd::Done { 201 } else { 500 },
            code: None,
            message: "told".to_owned(),
            detail: None,
            violations: None,
        }),
    }
}
