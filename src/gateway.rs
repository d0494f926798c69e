//! The composition root: builds every part and joins them. It owns no rule.

mod calls;
mod catalogue;
mod certificates;
mod changes;
mod channels;
mod deletions;
mod delivery;
mod demands;
mod desk;
mod draws;
mod legacy;
mod nats;
mod node;
mod partners;
mod people;
mod sweep;
mod upkeep;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use crate::admin::certificates::{Certificates, Unusable};
use crate::admin::{Vault, VaultError};
use crate::api;
use crate::api::events::{EventSettings, Events};
use crate::api::massive::{UploadSettings, Uploads};
use crate::catalogue::desk::Desk;
use crate::catalogue::view::CatalogueView;
use crate::config::{Api, Config, Upload};
use crate::domain::certificate::Role;
use crate::domain::clock::Clock;
use crate::domain::hold::HoldPolicy;
use crate::domain::randomness::Randomness;
use crate::legacy::desk::Desk as OldDesk;
use crate::observe::Metrics;
use crate::outbox::ClientError;
use crate::partner::Exchange;
use crate::primitive::{Deadlines, Primitives, ReceiptCounts};
use crate::registry::RegistryView;
use crate::serve::{
    Contract, Health, Interface, Listener, ListenerSettings, RequestIds, ServeError, Shutdown, SoapSettings,
    Stack, Stopped, health, soap_endpoint,
};
use crate::soap::{self, Limits};
use crate::store::{FeedWatch, Store, StoreError, StoreOptions};
use crate::tls::{TlsError, TlsReloader};

use channels::Channels;
use delivery::Deliverer;
use draws::{random, randomness};
use node::NodeFacing;
use people::PeopleError;

/// The contract as the node reads it.
pub const CONTRACT: Contract = Contract {
    wsdl: include_str!("../wsdl/paForNode.wsdl"),
    schemas: &[
        ("paForNode.xsd", include_str!("../xsd/paForNode.xsd")),
        ("common.xsd", include_str!("../xsd/common.xsd")),
    ],
};

/// How often it is looked for events that another instance wrote.
const FEED_LOOK: Duration = Duration::from_millis(150);

/// How long a stream of events is silent before a sign of life, and how long it may outlive its key.
const HEARTBEAT: Duration = Duration::from_secs(15);
const KEY_CHECK: Duration = Duration::from_secs(5);

/// Why the gateway could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key under which secrets are kept.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A certificate or key.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A certificate that people manage.
    #[error(transparent)]
    Certificate(#[from] Unusable),
    /// A socket or signal.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// What reaches the endpoints of subscribers.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The authorities that sign the certificates of endpoints.
    #[error("the file of delivery.ca_file cannot be read: {source}")]
    Authorities {
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of `[partners]`.
    #[error("the file {} of partners cannot be read: {source}", path.display())]
    PartnerFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// How people sign in.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The system gave no random bytes.
    #[error("the system has no source of randomness: {0}")]
    Random(getrandom::Error),
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    soap_addr: SocketAddr,
    legacy_addr: Option<SocketAddr>,
    api_addr: SocketAddr,
    store: Store,
    shutdown: Shutdown,
    grace: Duration,
}

impl Gateway {
    /// Opens the database, brings its schema up to date, and listens on both addresses.
    pub async fn start(config: Config, clock: Clock) -> Result<Gateway, StartError> {
        let options = StoreOptions {
            max_connections: config.database.max_connections.get(),
            acquire_timeout: config.database.acquire_timeout.get(),
        };
        let store = Store::open(config.database.url.expose_secret(), options).await?;
        for migration in store.migrate().await? {
            tracing::info!(migration, "schema brought up to date");
        }
        let webhooks = Deliverer::new(&config.delivery, &store, &clock)?;
        let vault = config.vault.master_key.clone().map(Vault::new);
        let settings = certificates::settings(&config, webhooks.guard())?;
        let admin = api::Admin {
            approval: changes::approval(&config.approval),
            people: people::settings(&config)?,
            maintenance_notice: deletions::notice(config.maintenance.notice),
            certificates: Some(Certificates::new(store.clone(), vault.clone(), settings)),
            vault,
            token_validity: api::TokenValidity(legacy::validity(&config)),
            ..Default::default()
        };
        let registry = RegistryView::new(store.parties().await?);
        let randomness = randomness(random()?);
        let needs =
            desk::Needs { store: &store, registry: &registry, clock: &clock, randomness: &randomness };
        let desk = desk::desk(&config.catalogue, &needs, (&webhooks, admin.vault.as_ref()))?;
        desk.catalogue.refresh(&store).await?;
        let parts = Parts {
            exchange: partners::exchange(&config, &store, &clock)?,
            registry,
            catalogue: desk.catalogue.clone(),
            desk,
            channels: Channels::new(&config, &clock),
            webhooks,
            watch: store.watch_feeds(FEED_LOOK),
            clock,
            shutdown: Shutdown::new(),
            metrics: Arc::new(Metrics::new(|_| {})),
            ids: Arc::new(RequestIds::new(u64::from_ne_bytes(random()?))),
            hold: HoldPolicy::lasting(config.positions.activation_hold.get()),
            randomness,
            admin,
            store,
        };
        let tls = parts.tls(&config)?;
        parts.start_certificates(&config, tls.clone()).await?;
        parts.seal_keys().await?;
        let old = parts.old_desk(&config)?;
        let soap_addr = parts.start_soap(&config, tls.soap, &old).await?;
        let legacy_addr = parts.start_legacy(&config, &old).await?;
        let uploads = parts.start_uploads(&config.upload)?;
        let apart = uploads.merge(parts.events(&config.api)).merge(parts.pages(&config.api));
        let api_addr = parts.start_api(&config.api, tls.api, apart).await?;
        parts.start_tasks(&config, &old)?;
        let Parts { store, shutdown, .. } = parts;
        Ok(Gateway {
            soap_addr,
            legacy_addr,
            api_addr,
            store,
            shutdown,
            grace: config.soap.shutdown_grace.get(),
        })
    }

    /// Where the node calls.
    pub fn soap_addr(&self) -> SocketAddr {
        self.soap_addr
    }

    /// Where old systems of institutions call, if they do.
    pub fn legacy_addr(&self) -> Option<SocketAddr> {
        self.legacy_addr
    }

    /// Where EC systems and operators call.
    pub fn api_addr(&self) -> SocketAddr {
        self.api_addr
    }

    /// Where facts are kept.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Serves until a signal asks to stop, then finishes what is in flight.
    pub async fn run_until_stopped(self) -> Result<(), StartError> {
        let signalled = self.shutdown.on_signal()?;
        // Told only now: who reads it may send a signal at once.
        tracing::info!(soap = %self.soap_addr, api = %self.api_addr, "ready");
        signalled.await;
        self.finish().await;
        Ok(())
    }

    /// Stops accepting and finishes what is in flight.
    pub async fn stop(self) {
        self.shutdown.begin();
        self.finish().await;
    }

    async fn finish(self) {
        match self.shutdown.finish(self.grace).await {
            Stopped::Clean => tracing::info!("stopped"),
            Stopped::Forced { left } => tracing::warn!(left, "stopped while connections were still open"),
        }
        calls::write(&self.store).await;
        self.store.close().await;
    }
}

struct Parts {
    store: Store,
    registry: RegistryView,
    catalogue: CatalogueView,
    desk: Desk,
    channels: Channels,
    watch: FeedWatch,
    clock: Clock,
    shutdown: Shutdown,
    metrics: Arc<Metrics>,
    ids: Arc<RequestIds>,
    hold: HoldPolicy,
    randomness: Randomness,
    webhooks: Deliverer,
    exchange: Exchange,
    admin: api::Admin,
}

impl Parts {
    async fn start_soap(
        &self,
        config: &Config,
        tls: Arc<TlsReloader>,
        old: &OldDesk,
    ) -> Result<SocketAddr, StartError> {
        let (partners, config) = (&config.partners, &config.soap);
        let settings = SoapSettings {
            max_message: config.max_message.get(),
            public_url: config.public_url.clone(),
            contract: CONTRACT,
        };
        let [booked, not_booked] = self.metrics.receipts();
        let limits = Limits { message_bytes: config.max_message.get(), ..Limits::default() };
        let primitives = Primitives {
            receipts: ReceiptCounts { booked, not_booked },
            store: self.store.clone(),
            registry: self.registry.clone(),
            clock: self.clock.clone(),
            partners: self.partners(partners, limits, old),
            limits,
            deadlines: Deadlines {
                question: config.verify_deadline.get(),
                receipt: config.receipt_deadline.get(),
            },
            hold: self.hold,
            missed_holds: self.metrics.missed_holds(),
            desk: self.desk.clone(),
        };
        let routes = soap_endpoint::routes(settings, Arc::new(NodeFacing(Arc::new(primitives))));
        let router = self.stack(Interface::Soap, config.body_timeout.get()).around(routes);
        let listener = Listener::bind(config.into(), Some(tls), Arc::clone(&self.metrics)).await?;
        Ok(self.serve(Role::SoapServer, listener, router))
    }

    /// `apart` are endpoints with bounds of their own.
    async fn start_api(
        &self,
        config: &Api,
        tls: Option<Arc<TlsReloader>>,
        apart: axum::Router,
    ) -> Result<SocketAddr, StartError> {
        let health = Health {
            checks: vec![self.database_check()],
            stopping: self.shutdown.soft(),
            metrics: Arc::clone(&self.metrics),
        };
        let routes = api::router(self.api_state()).merge(health::routes(health));
        let interface = Interface::Api { max_body: config.max_body.get() };
        let routes = people::with_addresses(routes);
        let router = self.stack(interface, config.request_timeout.get()).around(routes).merge(apart);
        let listener = Listener::bind(ListenerSettings::from(config), tls, Arc::clone(&self.metrics)).await?;
        Ok(self.serve(Role::ApiServer, listener, router))
    }

    fn api_state(&self) -> api::ApiState {
        api::ApiState {
            store: self.store.clone(),
            registry: self.registry.clone(),
            catalogue: self.catalogue.clone(),
            clock: self.clock.clone(),
            hold: self.hold,
            randomness: self.randomness.clone(),
            receipt_document: soap::document,
            webhooks: self.webhooks.for_api(),
            admin: self.admin.clone(),
            desk: self.desk.clone(),
            public: self.channels.public(),
            notice_pages: self.channels.notice_pages(),
        }
    }

    /// The pages for people, if they are served.
    fn pages(&self, config: &Api) -> axum::Router {
        let Some(pages) = self.channels.pages(&self.desk, &self.clock) else { return axum::Router::new() };
        let interface = Interface::Api { max_body: config.max_body.get() };
        let router = people::with_addresses(pages.router());
        self.stack(interface, config.request_timeout.get()).around(router)
    }

    /// The endpoint for events, whose callers wait.
    fn events(&self, config: &Api) -> axum::Router {
        let settings = EventSettings {
            max_streams: config.max_streams.as_usize(),
            heartbeat: HEARTBEAT,
            key_check: KEY_CHECK,
            watch: self.watch.clone(),
            stop: self.shutdown.soft(),
        };
        let interface = Interface::Api { max_body: config.max_body.get() };
        let timeout = config.request_timeout.get() + Events::longest();
        self.stack(interface, timeout).around(Events::new(self.api_state(), settings).router())
    }

    /// The endpoints for files, with bounds of their own, and the workers that carry files out.
    fn start_uploads(&self, config: &Upload) -> Result<axum::Router, StartError> {
        let max_file = config.max_file.get();
        let settings = UploadSettings {
            folder: config.folder.clone(),
            max_file: u64::try_from(max_file).unwrap_or(u64::MAX),
            seed: u64::from_ne_bytes(random()?),
        };
        let uploads = Uploads::new(self.api_state(), settings);
        for _ in 0..config.workers.get() {
            self.shutdown.tasks().spawn(uploads.worker().run(self.shutdown.soft()));
        }
        // Room for what a form puts around the file.
        let interface = Interface::Api { max_body: max_file.saturating_add(1 << 16) };
        Ok(self.stack(interface, config.receive_timeout.get()).around(uploads.router()))
    }

    fn stack(&self, interface: Interface, timeout: Duration) -> Stack {
        Stack { interface, timeout, ids: Arc::clone(&self.ids), metrics: Arc::clone(&self.metrics) }
    }

    fn serve(&self, role: Role, listener: Listener, router: axum::Router) -> SocketAddr {
        let address = listener.local_addr();
        if let Some(certificates) = &self.admin.certificates {
            certificates.listens(role, address);
        }
        tokio::spawn(listener.serve(router, self.shutdown.clone()));
        address
    }
}
