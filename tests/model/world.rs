//! The real thing: the API in this process over a real database, with a clock that is moved by hand.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Method, Request as HttpRequest};
use jiff::ToSpan;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tower::ServiceExt;
use varco::api::{self, ApiState};
use varco::catalogue::view::CatalogueView;
use varco::domain::clock::{Clock, ClockHand};
use varco::domain::hold::HoldPolicy;
use varco::domain::payability::check;
use varco::domain::randomness::Randomness;
use varco::registry::RegistryView;
use varco::store::{BookReceipt, Store, StoreOptions};

use crate::form::{account, iupd, moment};
use crate::reference::{Answer, Outcome, Receipt, Request};
use crate::steps::{Account, Minute, Tag, Version};
use crate::support::api::{EC, HOLD, KEY, iuv, nav, seed};
use crate::support::catalogue::desk;
use crate::support::{postgres, samples};

/// What a sequence leaves behind, in an order that no foreign key minds.
const WIPE: [&str; 9] = [
    "DELETE FROM position",
    "DELETE FROM receipt_transfer",
    "DELETE FROM receipt",
    "DELETE FROM retired_notice",
    "DELETE FROM unbooked_message",
    "DELETE FROM anomaly",
    "DELETE FROM anomaly_note",
    "DELETE FROM event",
    "DELETE FROM event_head",
];

enum Cleaner {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub struct World {
    router: Router,
    clock: ClockHand,
    pub store: Store,
    cleaner: Cleaner,
    _folder: Option<TempDir>,
}

/// An answer of the API; the tag is none if it has none.
pub struct Reply {
    pub status: u16,
    pub tag: Option<String>,
    pub body: Value,
}

impl World {
    /// On SQLite, in memory where the machine has a folder there: what is durable is tested elsewhere.
    pub async fn on_sqlite() -> World {
        let memory = std::path::Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let url = format!("sqlite://{}", folder.path().join("varco.db").display());
        let store = migrated(&url).await;
        let cleaner = Cleaner::Sqlite(SqliteConnection::connect(&url).await.unwrap());
        World::start(store, cleaner, Some(folder)).await
    }

    pub async fn on_postgres() -> World {
        let url = postgres::empty_database().await;
        let store = migrated(&url).await;
        let cleaner = Cleaner::Postgres(PgConnection::connect(&url).await.unwrap());
        World::start(store, cleaner, None).await
    }

    async fn start(store: Store, cleaner: Cleaner, folder: Option<TempDir>) -> World {
        seed(&store).await;
        let (clock, hand) = Clock::manual(samples::now());
        let draws = AtomicU64::new(1_000);
        let (registry, catalogue) =
            (RegistryView::new(store.parties().await.unwrap()), CatalogueView::default());
        let randomness = Randomness::new(move || draws.fetch_add(1, Ordering::SeqCst));
        let state = ApiState {
            store: store.clone(),
            desk: desk((&store, &registry), &catalogue, (&clock, &randomness)),
            registry,
            catalogue,
            clock,
            hold: HoldPolicy::lasting(HOLD),
            randomness,
            receipt_document: varco::soap::document,
            webhooks: varco::api::Webhooks::default(),
            admin: api::Admin::default(),
            public: None,
            notice_pages: None,
        };
        World { router: api::router(state), clock: hand, store, cleaner, _folder: folder }
    }

    /// Forgets all positions and receipts, and puts the clock back.
    pub async fn begin_anew(&mut self) {
        for statement in WIPE {
            let statement = AssertSqlSafe(statement);
            match &mut self.cleaner {
                Cleaner::Sqlite(connection) => sqlx::raw_sql(statement).execute(connection).await.map(drop),
                Cleaner::Postgres(connection) => sqlx::raw_sql(statement).execute(connection).await.map(drop),
            }
            .unwrap();
        }
        self.clock.set(samples::now());
    }

    /// Asks for a path below that of the API's own.
    pub async fn ask(&self, method: Method, uri: &str, (body, tag): (Option<Value>, Option<&str>)) -> Reply {
        let mut request = HttpRequest::builder().method(method).uri(uri);
        request = request.header("host", "localhost").header("content-type", "application/json");
        request = request.header("ocp-apim-subscription-key", KEY);
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Reply { status, tag, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub async fn get(&self, uri: &str) -> Reply {
        self.ask(Method::GET, uri, (None, None)).await
    }

    async fn post(&self, uri: &str) -> Answer {
        outcome(&self.ask(Method::POST, uri, (None, None)).await)
    }

    /// Does what is asked, and says what came of it as the model does. `receipts` came before.
    pub async fn perform(&self, request: &Request, receipts: &[Receipt], now: Minute) -> Answer {
        match request {
            Request::Create { api, slot, form, publish } => {
                let uri = format!("{}?toPublish={publish}", positions(*api));
                let body = form.body(*slot, *api);
                outcome(&self.ask(Method::POST, &uri, (Some(body), None)).await)
            }
            Request::Publish { api, slot } => self.post(&format!("{}/publish", position(*api, *slot))).await,
            Request::Update { api, slot, form, publish, tag } => {
                let query = publish.map(|publish| format!("?toPublish={publish}")).unwrap_or_default();
                let tag = match tag {
                    Tag::Any => None,
                    Tag::Current => self.get(&position(Version::V3, *slot)).await.tag,
                    Tag::Stale => Some("\"0\"".to_owned()),
                };
                let uri = format!("{}{query}", position(*api, *slot));
                let body = form.body(*slot, *api);
                outcome(&self.ask(Method::PUT, &uri, (Some(body), tag.as_deref())).await)
            }
            Request::Invalidate { api, slot } => {
                self.post(&format!("{}/invalidate", position(*api, *slot))).await
            }
            Request::Delete { api, slot } => {
                outcome(&self.ask(Method::DELETE, &position(*api, *slot), (None, None)).await)
            }
            Request::Pay { receipt } => self.book(receipts.len(), receipt).await,
            Request::Redeliver { nth } => match receipts.get(*nth) {
                Some(receipt) => self.book(*nth, receipt).await,
                None => Ok(Outcome(0, String::new())),
            },
            Request::PaidElsewhere { base } => {
                self.post(&format!("{}/paids/{}", notices(), nav(u64::from(*base)))).await
            }
            Request::Report { base, transfer, by_iuv } => {
                let uri = format!("{}/{}/transfers/{transfer}/report", notices(), name(*base, *by_iuv));
                self.post(&uri).await
            }
            Request::Activate { base } => {
                let number = samples::notice_number(u64::from(*base));
                self.store.activate_notice(&samples::ec(), &number, moment(now)).await.unwrap();
                Ok(Outcome(0, String::new()))
            }
            Request::Fee { base, cents, by_iuv } => {
                let uri = format!("{}/{}/notificationfee", notices(), name(*base, *by_iuv));
                let body = json!({ "notificationFee": cents });
                outcome(&self.ask(Method::PUT, &uri, (Some(body), None)).await)
            }
            Request::Accounts { to, limit } => self.change_accounts(*to, *limit).await,
            Request::Wait { minutes } => {
                self.clock.set(moment(now) + minutes.minutes());
                Ok(Outcome(0, String::new()))
            }
        }
    }

    async fn change_accounts(&self, to: Account, limit: usize) -> Answer {
        let from = if to == Account::Old { Account::New } else { Account::Old };
        let uri = format!("{}/transfers?oldIban={}&limit={limit}", positions(Version::V1), account(from));
        let body = json!({ "newIban": account(to) });
        let reply = self.ask(Method::PATCH, &uri, (Some(body), None)).await;
        outcome(&reply).map(|Outcome(status, _)| Outcome(status, reply.body["updatedTransfers"].to_string()))
    }

    async fn book(&self, nth: usize, receipt: &Receipt) -> Answer {
        let id = format!("r{nth:03}");
        let mut message = samples::receipt(&id, u64::from(receipt.base), receipt.amount);
        message.payment.paid_at = Some(moment(receipt.paid_at));
        let (primitive, raw, received_at) =
            ("paSendRTV2", Bytes::from_static(b"<x/>"), moment(receipt.received));
        let booking = BookReceipt { receipt: message, primitive, raw, received_at, deliver_to: None };
        let booked = self.store.book_receipt(booking).await.unwrap();
        Ok(Outcome(0, format!("{} {:?}", booked.class.word(), booked.novelty)))
    }

    /// What the node is told of a notice.
    pub async fn verdict(&self, base: u8, now: Minute) -> String {
        let number = samples::notice_number(u64::from(base));
        match self.store.payable_notice(&samples::ec(), &number).await.unwrap() {
            None => "Unknown".to_owned(),
            Some(found) => match check(&found.facts, moment(now)) {
                Ok(()) => "Payable".to_owned(),
                Err(reason) => format!("{reason:?}"),
            },
        }
    }

    /// The class of each receipt of a notice, in the order of their ids.
    pub async fn classes(&self, base: u8) -> Vec<String> {
        let number = samples::notice_number(u64::from(base));
        let receipts = self.store.receipts_of_notice(&samples::ec(), &number).await.unwrap();
        receipts.into_iter().map(|receipt| receipt.class).collect()
    }
}

async fn migrated(url: &str) -> Store {
    let store = Store::open(url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

fn outcome(reply: &Reply) -> Answer {
    let code = reply.body["code"].as_str().unwrap_or_default().to_owned();
    if (200..300).contains(&reply.status) {
        Ok(Outcome(reply.status, String::new()))
    } else {
        Err(Outcome(reply.status, code))
    }
}

fn service(api: Version) -> String {
    let version = if api == Version::V1 { "v1" } else { "v3" };
    format!("/gpd/debt-positions-service/{version}/organizations/{EC}")
}

pub fn positions(api: Version) -> String {
    format!("{}/debtpositions", service(api))
}

pub fn position(api: Version, slot: u8) -> String {
    format!("{}/{}", positions(api), iupd(slot))
}

fn notices() -> String {
    format!("{}/paymentoptions", service(Version::V1))
}

fn name(base: u8, by_iuv: bool) -> String {
    if by_iuv { iuv("02", u64::from(base)) } else { nav(u64::from(base)) }
}
