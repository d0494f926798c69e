//! The REST API on a real socket, and what its callers send.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{TestDatabase, catalogue, samples};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use varco::api::events::{EventSettings, Events};
use varco::api::massive::{UploadSettings, Uploads};
use varco::api::{self, Admin, ApiState, Callers, Pace, Webhooks, auth::hash_key};
use varco::catalogue::desk::Desk;
use varco::catalogue::view::CatalogueView;
use varco::domain::clock::{Clock, ClockHand};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::hold::HoldPolicy;
use varco::domain::iban::Iban;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use varco::domain::party::{Broker, CreditorInstitution, EcIban, PrimitiveVersion, Station, StationLink};
use varco::domain::randomness::Randomness;
use varco::domain::segregation::Segregation;
use varco::observe::Metrics;
use varco::pages::{NOTICES, Pages};
use varco::registry::RegistryView;
use varco::serve::{Interface, RequestIds, Stack};
use varco::store::{ApiKey, ApiScope, BookReceipt, KeyRights, Store};

/// Held by [`KEY`]; its code 02 is served by a V2 station, its code 01 by a V1 station.
pub const EC: &str = samples::EC;
/// Exists, but is not held by [`KEY`]. Owns the account of the samples, not [`NEW_IBAN`].
pub const OTHER_EC: &str = "66666666666";
/// An account of [`EC`] beside that of the samples.
pub const NEW_IBAN: &str = "IT57N0760114800000011050036";
pub const KEY: &str = "key-of-one-institution";
pub const MASTER_KEY: &str = "key-of-every-institution";
/// How long a payment under way holds a position.
pub const HOLD: Duration = Duration::from_secs(30 * 60);
pub const MAX_BODY: usize = 64 * 1024;
/// How many callers may wait for events.
pub const MAX_STREAMS: usize = 8;
/// How often the gateway looks for events.
pub const FEED_LOOK: Duration = Duration::from_millis(20);

pub struct Gateway {
    pub address: SocketAddr,
    pub clock: ClockHand,
    pub store: Store,
    pub registry: RegistryView,
    pub catalogue: CatalogueView,
    /// Twice the next number that is drawn.
    pub draws: Arc<AtomicU64>,
    /// Ends streams, as the stop of the process does.
    pub stop: CancellationToken,
    _database: TestDatabase,
    _uploads: TempDir,
}

/// How a gateway is entered.
struct Doors {
    webhooks: Webhooks,
    admin: Admin,
    max_body: usize,
    /// How often an address without a key may ask; none if it may not.
    requests_per_minute: Option<NonZeroU32>,
}

impl Default for Doors {
    fn default() -> Self {
        let (webhooks, admin) = (Webhooks::default(), Admin::default());
        Doors { webhooks, admin, max_body: MAX_BODY, requests_per_minute: None }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

/// Callers without a key, if there may be any, and the pages that they read.
fn public(
    requests_per_minute: Option<NonZeroU32>,
    (desk, clock): (&Desk, &Clock),
    stack: &Stack,
) -> (Option<Callers>, axum::Router) {
    let callers = requests_per_minute
        .map(|requests| Callers::new(Pace::new(requests, clock.clone()), Some("x-forwarded-for".to_owned())));
    let pages = callers.clone().map(|callers| Pages {
        desk: desk.clone(),
        clock: clock.clone(),
        admit: Arc::new(move |parts| callers.admit(parts).map_err(|error| error.seconds)),
    });
    let pages = pages.map_or_else(axum::Router::new, |pages| stack.clone().around(pages.router()));
    (callers, pages)
}

impl Gateway {
    pub async fn start(database: TestDatabase) -> Gateway {
        Gateway::start_with(database, Webhooks::default()).await
    }

    /// A gateway with something that sends events.
    pub async fn start_with(database: TestDatabase, webhooks: Webhooks) -> Gateway {
        let store = database.store().await;
        Self::start_whole(database, store, (webhooks, Admin::default(), MAX_BODY)).await
    }

    /// A gateway that takes larger bodies, for files.
    pub async fn start_roomy(database: TestDatabase, max_body: usize) -> Gateway {
        let store = database.store().await;
        Self::start_whole(database, store, (Webhooks::default(), Admin::default(), max_body)).await
    }

    /// The same on a store that was opened in another way.
    pub async fn start_on(database: TestDatabase, store: Store) -> Gateway {
        Self::start_whole(database, store, (Webhooks::default(), Admin::default(), MAX_BODY)).await
    }

    /// A gateway whose admin surface works with that.
    pub async fn start_admin(database: TestDatabase, admin: Admin) -> Gateway {
        let store = database.store().await;
        Self::start_whole(database, store, (Webhooks::default(), admin, MAX_BODY)).await
    }

    /// A gateway with a catalogue, where callers without a key may ask so often a minute, by the address that the
    /// header `x-forwarded-for` names. It serves pages to them too.
    pub async fn start_public(database: TestDatabase, requests_per_minute: u32) -> Gateway {
        let store = database.store().await;
        let doors = Doors { requests_per_minute: NonZeroU32::new(requests_per_minute), ..Doors::default() };
        let gateway = Self::start_with_doors(database, store, doors).await;
        catalogue::seed(&gateway.store).await;
        gateway.refresh().await;
        gateway
    }

    async fn start_whole(
        database: TestDatabase,
        store: Store,
        (webhooks, admin, max_body): (Webhooks, Admin, usize),
    ) -> Gateway {
        let doors = Doors { webhooks, admin, max_body, requests_per_minute: None };
        Self::start_with_doors(database, store, doors).await
    }

    async fn start_with_doors(database: TestDatabase, store: Store, doors: Doors) -> Gateway {
        let Doors { webhooks, admin, max_body, requests_per_minute } = doors;
        seed(&store).await;
        let registry = RegistryView::new(store.parties().await.unwrap());
        let catalogue_view = CatalogueView::default();
        let (clock, hand) = Clock::manual(samples::now());
        let hold = HoldPolicy::lasting(HOLD);
        let stack = Stack {
            interface: Interface::Api { max_body },
            timeout: Duration::from_secs(30),
            ids: Arc::new(RequestIds::new(1)),
            metrics: Arc::new(Metrics::new(|_| {})),
        };
        // Numbers that tests can foresee, each drawn twice: 1, 1, 2, 2, 3 …
        let draws = Arc::new(AtomicU64::new(2));
        let drawn = Arc::clone(&draws);
        let randomness = Randomness::new(move || drawn.fetch_add(1, Ordering::SeqCst) / 2);
        let receipt_document = varco::soap::document;
        let desk = catalogue::desk((&store, &registry), &catalogue_view, (&clock, &randomness));
        let (callers, pages) = public(requests_per_minute, (&desk, &clock), &stack);
        let state = ApiState {
            desk,
            notice_pages: callers.as_ref().map(|_| NOTICES),
            store: store.clone(),
            registry: registry.clone(),
            catalogue: catalogue_view.clone(),
            clock,
            hold,
            randomness,
            receipt_document,
            webhooks,
            admin,
            public: callers,
        };
        let folder = tempfile::tempdir().unwrap();
        let settings =
            UploadSettings { folder: folder.path().to_owned(), max_file: MAX_BODY as u64, seed: 1 };
        let uploads = stack.clone().around(Uploads::new(state.clone(), settings).router());
        let (watch, stop) = (store.watch_feeds(FEED_LOOK), CancellationToken::new());
        let settings = EventSettings {
            max_streams: MAX_STREAMS,
            heartbeat: Duration::from_millis(300),
            key_check: Duration::from_millis(500),
            watch,
            stop: stop.clone(),
        };
        let events = stack.clone().around(Events::new(state.clone(), settings).router());
        let router = stack.around(api::router(state)).merge(uploads).merge(events).merge(pages);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let (_database, _uploads) = (database, folder);
        Gateway {
            address,
            clock: hand,
            store,
            registry,
            catalogue: catalogue_view,
            draws,
            stop,
            _database,
            _uploads,
        }
    }

    /// Where it keeps everything.
    pub fn database(&self) -> &TestDatabase {
        &self._database
    }

    /// Lets the gateway see at once what was written of the parties and the catalogue.
    pub async fn refresh(&self) {
        self.registry.replace(self.store.parties().await.unwrap());
        self.catalogue.refresh(&self.store).await.unwrap();
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        send(self.address, request).await
    }

    /// Asks for a path below that of the creditor institution's positions, with its key.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask_if(method, path, body, None).await
    }

    /// The same, on condition that the position has that entity tag.
    pub async fn ask_if(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        tag: Option<&str>,
    ) -> Answer {
        let path = format!("v1/organizations/{EC}/debtpositions{path}");
        self.ask_as(KEY, method, &path, (body, tag)).await
    }

    /// Asks for a path below that of the service, with that key.
    pub async fn ask_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        (body, tag): (Option<&Value>, Option<&str>),
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/gpd/debt-positions-service/{path}"))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Asks for any path, with the key of the creditor institution.
    pub async fn call(&self, method: Method, uri: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder().method(method).uri(uri).header("host", "localhost");
        let request =
            request.header("content-type", "application/json").header("ocp-apim-subscription-key", KEY);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Marks the notice of a IUV as paid elsewhere.
    pub async fn mark_paid(&self, nav: &str, body: Option<&Value>) -> Answer {
        let uri = format!("/gpd/debt-positions-service/v1/organizations/{EC}/paymentoptions/paids/{nav}");
        let request = Request::post(uri)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", KEY);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    pub async fn create_published(&self, body: &Value) -> Answer {
        let created = self.ask(Method::POST, "?toPublish=true", Some(body)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        created
    }

    pub async fn update(&self, iupd: &str, query: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, &format!("/{iupd}{query}"), Some(body)).await
    }

    pub async fn create(&self, body: &Value) -> Answer {
        self.ask(Method::POST, "", Some(body)).await
    }

    pub async fn publish(&self, iupd: &str) -> Answer {
        self.ask(Method::POST, &format!("/{iupd}/publish"), None).await
    }

    pub async fn invalidate(&self, iupd: &str) -> Answer {
        self.ask(Method::POST, &format!("/{iupd}/invalidate"), None).await
    }

    pub async fn read(&self, iupd: &str) -> Answer {
        self.ask(Method::GET, &format!("/{iupd}"), None).await
    }

    pub async fn delete(&self, iupd: &str) -> Answer {
        self.ask(Method::DELETE, &format!("/{iupd}"), None).await
    }

    pub async fn pay(&self, base: u64, amount: i64) {
        pay(&self.store, base, amount).await;
    }
}

/// Books a receipt for the notice of that base.
pub async fn pay(store: &Store, base: u64, amount: i64) {
    let receipt = samples::receipt(&format!("receipt-{base}"), base, amount);
    let (primitive, raw, received_at) = ("paSendRTV2", Bytes::from_static(b"<x/>"), samples::now());
    store.book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None }).await.unwrap();
}

/// Sends a request to an API and waits for the whole answer.
pub async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status, headers: parts.headers, body }
}

impl Answer {
    /// Checks that it is a problem of that status, title and code.
    #[track_caller]
    pub fn is_problem(&self, status: u16, title: &str, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["title"], title, "{}", self.body);
        assert_eq!(self.body["code"], code, "{}", self.body);
        assert!(self.body["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{}", self.body);
    }

    /// Pointer and code of each violation.
    pub fn violations(&self) -> Vec<(&str, &str)> {
        let all = self.body["violations"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().map(|one| (one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
    }
}

pub async fn seed(store: &Store) {
    let broker = BrokerCode::new(samples::BROKER).unwrap();
    store.put_broker(&Broker { code: broker.clone(), name: samples::text("Regione") }).await.unwrap();
    for (code, name) in [(EC, "Comune di Borgo"), (OTHER_EC, "Comune di Colle")] {
        let ec = FiscalCode::new(code).unwrap();
        let institution = CreditorInstitution { ec, name: samples::text(name) };
        store.put_creditor_institution(&institution).await.unwrap();
    }
    let stations =
        [("88888888888_01", "02", PrimitiveVersion::V2), ("88888888888_02", "01", PrimitiveVersion::V1)];
    for (code, segregation, primitives) in stations {
        let station = StationCode::new(code).unwrap();
        let known = Station { code: station.clone(), broker: broker.clone(), primitives };
        store.put_station(&known).await.unwrap();
        let code = Some(TwoDigits::new(segregation).unwrap());
        let link = StationLink { ec: samples::ec(), station, aux_digit: AuxDigit::Three, code };
        store.put_link(&link).await.unwrap();
    }
    for iban in [samples::IBAN, NEW_IBAN] {
        let iban = Iban::new(iban).unwrap();
        store.put_iban(&EcIban { ec: samples::ec(), iban, label: None }).await.unwrap();
    }
    let (ec, iban) = (FiscalCode::new(OTHER_EC).unwrap(), Iban::new(samples::IBAN).unwrap());
    store.put_iban(&EcIban { ec, iban, label: None }).await.unwrap();
    let only = ApiScope::Only(BTreeSet::from([samples::ec()]));
    for (id, secret, institutions) in [("one", KEY, only), ("every", MASTER_KEY, ApiScope::Every)] {
        let segregation = Segregation::Every;
        let key =
            ApiKey { id: id.into(), label: id.into(), institutions, segregation, rights: KeyRights::data() };
        store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    }
}

pub fn iuv(segregation: &str, base: u64) -> String {
    let code = TwoDigits::new(segregation).unwrap();
    NoticeNumber::issue(code, base).unwrap().iuv().to_string()
}

/// A payment option of 100.00 euro, due in thirty days.
pub fn payment_option(base: u64) -> Value {
    json!({
        "iuv": iuv("02", base), "amount": 10_000, "description": "Mensa scolastica",
        "isPartialPayment": false, "dueDate": "2026-12-22T11:00:00",
        "transfer": [{
            "idTransfer": "1", "amount": 10_000, "remittanceInformation": "Mensa di novembre",
            "category": "9/0101002IM/", "iban": samples::IBAN,
        }],
    })
}

/// The number of the notice of that base.
pub fn nav(base: u64) -> String {
    samples::notice_number(base).to_string()
}

/// An instalment of 100.00 euro.
pub fn instalment(base: u64) -> Value {
    let mut row = payment_option(base);
    row["isPartialPayment"] = json!(true);
    row
}

/// A position with these payment options.
pub fn with_options(iupd: &str, options: &[Value]) -> Value {
    let mut body = position(iupd, 1);
    body["paymentOption"] = json!(options);
    body
}

/// A position with one payment option.
pub fn position(iupd: &str, base: u64) -> Value {
    json!({
        "iupd": iupd, "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi",
        "switchToExpired": true, "companyName": "Comune di Borgo", "paymentOption": [payment_option(base)],
    })
}

/// The position with one value replaced; `null` takes the field away.
pub fn but(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[field] = value;
    body
}

/// The sorted statuses of eight equal requests that are under way together.
pub async fn at_once(gateway: &Arc<Gateway>, ask: impl AsyncFn(&Gateway) -> Answer) -> Vec<u16> {
    let ask = || async { ask(gateway).await.status.as_u16() };
    let (a, b, c, d, e, f, g, h) = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask(), ask(), ask());
    let mut statuses = vec![a, b, c, d, e, f, g, h];
    statuses.sort_unstable();
    statuses
}
