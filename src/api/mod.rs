//! The REST API: one folder per published contract, one file per endpoint.
//!
//! An endpoint's file holds its error enum, its handler and its mapping to the contract's answers.
//! What all share is here: [`problem`] (how refusals look), [`auth`] (who may ask), [`body`] (how a
//! body is read) and [`idempotency`] (how a creation is sent again). Sizes, times and request ids are bounded by the listener's layers before.

use std::sync::Arc;

use axum::Router;
use jiff::SignedDuration;

use self::openapi::Routes;
use crate::admin::certificates::Certificates;
use crate::admin::people::{Door, PeopleSettings};
use crate::admin::{KeyHasher, Secrets, Vault};
use crate::catalogue::desk::Desk;
use crate::catalogue::view::CatalogueView;
use crate::domain::access::KeyScope;
use crate::domain::clock::Clock;
use crate::domain::governance::Approval;
use crate::domain::hold::HoldPolicy;
use crate::domain::randomness::Randomness;
use crate::registry::RegistryView;
use crate::store::Store;

pub use access::{Callers, ClientAddress, Pace, TooOften};
pub use subscriptions::{SecretOf, SendNow, Sent, TargetCheck, TestEvent, Webhooks};

mod accept;
mod access;
mod admin;
mod apiconfig;
pub mod auth;
mod backoffice;
mod body;
mod bulk;
mod catalogue;
mod documents;
pub mod events;
mod exports;
mod idempotency;
mod imports;
mod inbox;
pub mod massive;
mod openapi;
mod payment_options;
mod positions;
pub mod problem;
mod receipts;
mod sheet;
mod spontaneous;
mod subscriptions;

/// What the API works with.
#[derive(Clone)]
pub struct ApiState {
    /// Where positions and keys are kept.
    pub store: Store,
    /// Who the creditor institutions are, and which stations serve them.
    pub registry: RegistryView,
    /// What can be paid on demand.
    pub catalogue: CatalogueView,
    /// Where it is asked for.
    pub desk: Desk,
    /// What time it is.
    pub clock: Clock,
    /// How long a payment under way holds a position.
    pub hold: HoldPolicy,
    /// What notice numbers are drawn from.
    pub randomness: Randomness,
    /// Cuts the document that callers read out of the message of a receipt.
    pub receipt_document: ReceiptDocument,
    /// Sends events to who subscribed.
    pub webhooks: Webhooks,
    /// What the admin surface works with.
    pub admin: Admin,
    /// How often callers without a key may ask where none is needed; none if a key is needed everywhere.
    pub public: Option<Callers>,
    /// Where notices on demand have pages for people; none if pages are not served.
    pub notice_pages: Option<&'static str>,
}

/// What the admin surface works with.
#[derive(Clone, Debug, Default)]
pub struct Admin {
    /// Where secrets are kept; without it what needs one is refused.
    pub vault: Option<Vault>,
    /// Where new ones are drawn from.
    pub secrets: Secrets,
    /// Which changes wait for a second person.
    pub approval: Approval,
    /// How people sign in.
    pub people: PeopleSettings,
    /// How long before they begin maintenances are announced.
    pub maintenance_notice: MaintenanceNotice,
    /// What handles certificates; without it there are none to manage.
    pub certificates: Option<Certificates>,
    /// How long an activation at an old system waits for its receipt.
    pub token_validity: TokenValidity,
}

/// How long an activation at an old system waits for its receipt: half an hour, unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenValidity(pub SignedDuration);

impl Default for TokenValidity {
    fn default() -> Self {
        TokenValidity(SignedDuration::from_mins(30))
    }
}

/// How long before it begins a maintenance is announced: three days, as the node asks for, unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaintenanceNotice(pub SignedDuration);

impl Default for MaintenanceNotice {
    fn default() -> Self {
        MaintenanceNotice(SignedDuration::from_hours(72))
    }
}

/// The payload of a stored message as an XML document; none if the message cannot be read. Envelopes are not
/// for this layer, so it is handed in.
pub type ReceiptDocument = fn(&[u8]) -> Option<Vec<u8>>;

/// What handlers share: the state and the keys seen lately.
struct Api {
    store: Store,
    registry: RegistryView,
    catalogue: CatalogueView,
    desk: Desk,
    clock: Clock,
    hold: HoldPolicy,
    randomness: Randomness,
    receipt_document: ReceiptDocument,
    webhooks: Webhooks,
    admin: Admin,
    hasher: KeyHasher,
    public: Option<Callers>,
    notice_pages: Option<&'static str>,
    /// By which people come in; none without a vault.
    door: Option<Door>,
}

impl Api {
    /// Lets this instance see what was just written of the parties and the catalogue; the others see it when they read again.
    async fn refresh(&self) {
        self.registry.keys().changed();
        match self.store.parties().await {
            Ok(parties) => self.registry.replace(parties),
            Err(error) => tracing::warn!(%error, "the parties could not be read again"),
        }
        if let Err(error) = self.catalogue.refresh(&self.store).await {
            tracing::warn!(%error, "the catalogue could not be read again");
        }
        if let Some(door) = &self.door {
            door.forget();
        }
    }
}

/// The whole API as one router. It answers unknown paths too, so it is merged into no other router
/// that does.
pub fn router(state: ApiState) -> Router {
    let (positions, receipts) = (KeyScope::Positions, KeyScope::Receipts);
    let routes = Routes::default()
        .nest("/gpd/debt-positions-service/v1", positions::v1::routes().opened_by(positions))
        .nest("/gpd/debt-positions-service/v2", bulk::routes().opened_by(positions))
        .nest("/gpd/debt-positions-service/v3", positions::v3::routes().opened_by(positions))
        .nest("/pn-integration-gpd/api/v1", positions::v1::send_routes().opened_by(positions))
        .nest("/gpd/payments-receipts-service/v1", receipts::routes().opened_by(receipts))
        .nest("/inbox/v1", inbox::routes().opened_by(receipts))
        .nest("/payment-options", payment_options::routes().opened_by(positions))
        .nest("/gps/spontaneous-payments-service/v1", spontaneous::routes())
        .nest("/subscriptions/v1", subscriptions::routes().opened_by(KeyScope::Events))
        .nest("/catalogue/v1", catalogue::routes().opened_by_key_or_public(KeyScope::Catalogue))
        .nest("/apiconfig/auth/api/v1", apiconfig::routes())
        .nest("/backoffice/external/ec/v1", backoffice::routes())
        .nest("/admin/v1", admin::routes())
        .telling_of(massive::routes())
        .telling_of(events::routes());
    let headings = [
        positions::v1::HEADING,
        positions::v3::HEADING,
        bulk::HEADING,
        massive::HEADING,
        receipts::HEADING,
        inbox::HEADING,
        payment_options::HEADING,
        spontaneous::HEADING,
        subscriptions::HEADING,
        events::HEADING,
        catalogue::HEADING,
        apiconfig::HEADING,
        backoffice::HEADING,
        admin::HEADING,
        admin::certificates::HEADING,
    ];
    let api = shared(state);
    openapi::serve(routes, &headings, &api)
        .fallback(async || problem::unknown_path())
        .method_not_allowed_fallback(async || problem::unknown_method())
        .with_state(api)
}

fn shared(state: ApiState) -> Arc<Api> {
    // Without a key that was derived, secrets under it are not known: that refuses and opens nothing.
    let admin = &state.admin;
    let hasher = KeyHasher::new(admin.vault.as_ref()).unwrap_or_default();
    let door = admin.vault.clone().and_then(|vault| {
        let door = Door::new(state.store.clone(), vault, admin.secrets.clone(), admin.people.clone());
        door.inspect_err(|error| tracing::error!(%error, "nobody can sign in")).ok()
    });
    Arc::new(Api {
        store: state.store,
        registry: state.registry,
        catalogue: state.catalogue,
        desk: state.desk,
        clock: state.clock,
        hold: state.hold,
        randomness: state.randomness,
        receipt_document: state.receipt_document,
        webhooks: state.webhooks,
        admin: state.admin,
        hasher,
        public: state.public,
        notice_pages: state.notice_pages,
        door,
    })
}
