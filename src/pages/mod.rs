//! Pages where people find a service, fill in its form and get a notice that they can pay everywhere.
//!
//! They are plain HTML: no script, no cookie, nothing from another host. What was filled in travels in the bodies
//! of requests only; the address of a notice has the name of its position, which nobody can guess.

mod fields;
mod form;
mod frame;
mod list;
mod notice;
mod quote;
mod refusal;
mod visit;
mod words;
mod write;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::catalogue::desk::Desk;
use crate::catalogue::shelf::Shelf;
use crate::domain::clock::Clock;

use frame::STYLE;

/// Where the pages are.
const HOME: &str = "/servizi";

/// Where the pages of notices are, each below by creditor institution and name of its position.
pub const NOTICES: &str = "/servizi/avvisi";

/// Whether somebody may ask, who has no key: by what is known of where the request comes from. If not, in how many
/// seconds.
pub type Admit = dyn Fn(&Parts) -> Result<(), i64> + Send + Sync;

/// What the pages work with. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    /// Where services are asked for, and the catalogue that it knows.
    pub desk: Desk,
    /// What time it is.
    pub clock: Clock,
    /// How often somebody may ask.
    pub admit: Arc<Admit>,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

impl Pages {
    /// The pages as a router, which is merged into that of the API.
    pub fn router(self) -> Router {
        let offering = "/servizi/{ec}/{service}";
        Router::new()
            .route(HOME, get(list::handler))
            .route("/servizi/", get(|| async { Redirect::permanent(HOME) }))
            .route(offering, get(form::handler).post(quote::handler))
            .route("/servizi/{ec}/{service}/dati", get(form::back).post(form::again))
            .route("/servizi/{ec}/{service}/avviso", get(form::back).post(notice::make))
            .route("/servizi/avvisi/{ec}/{iupd}", get(notice::handler))
            .route_layer(from_fn_with_state(self.clone(), admitted))
            .route("/servizi/stile.css", get(style))
            .layer(map_response(guarded))
            .with_state(self)
    }

    /// The catalogue as it is now.
    fn shelf(&self) -> Shelf {
        let registry = self.desk.registry.current();
        Shelf::new(self.desk.catalogue.current(), registry, self.clock.now())
    }
}

async fn admitted(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match (pages.admit)(&parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(seconds) => refusal::too_often(&parts, seconds),
    }
}

async fn style() -> Response {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    // Another style has another address.
    ([kind, (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], STYLE).into_response()
}

/// What browsers are told to keep others from doing with the pages.
const GUARD: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

async fn guarded(mut response: Response) -> Response {
    for (name, value) in GUARD {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // What people filled in, or were answered, stays with them.
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(kept);
    response
}
