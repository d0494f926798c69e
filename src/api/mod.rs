//! The REST API: one folder per published contract, one file per endpoint.
//!
//! An endpoint's file holds its error enum, its handler and its mapping to the contract's answers.
//! What all share is here: [`problem`] (how refusals look), [`auth`] (who may ask), [`body`] (how a
//! body is read) and [`request_id`].

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;

use crate::domain::clock::Clock;
use crate::registry::RegistryView;
use crate::store::Store;

pub mod auth;
mod body;
mod positions;
pub mod problem;
mod request_id;

/// The largest body that is read. A hundred notices with five transfers each fit well.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;

/// What the API works with.
#[derive(Clone)]
pub struct ApiState {
    /// Where positions and keys are kept.
    pub store: Store,
    /// Who the creditor institutions are, and which stations serve them.
    pub registry: RegistryView,
    /// What time it is.
    pub clock: Clock,
}

/// What handlers share: the state and the keys seen lately.
struct Api {
    store: Store,
    registry: RegistryView,
    clock: Clock,
    keys: auth::KeyCache,
}

/// The whole API as one router. It answers unknown paths too, so it is merged into no other router
/// that does.
pub fn router(state: ApiState) -> Router {
    let ApiState { store, registry, clock } = state;
    let api = Arc::new(Api { store, registry, clock, keys: auth::KeyCache::default() });
    Router::new()
        .nest("/gpd/debt-positions-service/v1", positions::router())
        .fallback(async || problem::unknown_path())
        .method_not_allowed_fallback(async || problem::unknown_method())
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&api), request_id::echo))
        .with_state(api)
}
