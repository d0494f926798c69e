//! `PUT …/debtpositions/{iupd}`: the body takes the place of the position.
//!
//! What is paid stays: a paid payment option must be in the body as it is. Everything else follows the
//! body, and a payment option that it leaves out is gone. Deviations from the published service:
//! - Without `toPublish` what is on offer stays on offer; the published service withdraws it silently.
//!   `toPublish=false` withdraws it to a draft, and of a partly paid plan the unpaid rest.
//! - A partly paid plan can be updated, so that its rest can change, expire or be dropped.
//! - A cancelled position can be updated while nothing is paid: it comes back as a draft, or on offer
//!   with `toPublish=true`.
//! - A rest that was cancelled or withdrawn is on offer again with `toPublish=true`; `publish` is for drafts.
//! - While a payment may be under way (`positions.activation_hold`) nothing of it can be updated.
//! - Dates of a position on offer may have passed if they stay as they are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::contract::{Contract, Inexpressible};
use super::if_match::{IfMatch, Stale};
use super::parse::report::Pointer;
use super::parse::{Context, NewPosition, Places};
use super::query::{self, BadQuery};
use super::refusal::Refusal;
use super::{NamedPosition, in_progress, unknown_position};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::problem::{Problem, Violation};
use crate::domain::hold::PaymentInProgress;
use crate::domain::notification_fee::FeeMisfit;
use crate::domain::position::Position;
use crate::domain::segregation::ForeignNotice;
use crate::domain::status::Status;
use crate::domain::update::{self, NotUpdatable, Publication};
use crate::store::{Numbered, ReplaceError, StoreError};

/// Why a position cannot be updated.
#[derive(Debug, thiserror::Error)]
pub(super) enum UpdateError {
    #[error("no such position")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Stale(#[from] Stale),
    #[error(transparent)]
    Inexpressible(#[from] Inexpressible),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the position is wholly paid")]
    Settled(Status),
    #[error("the body changes or leaves out what is paid")]
    PaidNotices(Vec<Option<Pointer>>),
    #[error("the known notification fee has no place in the body")]
    Fees(Vec<(Option<Pointer>, FeeMisfit)>),
    #[error(transparent)]
    InProgress(#[from] PaymentInProgress),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the position as it is now; 400, 403, 404, 409 or 412 with the reason.
pub(super) async fn handler<C: Contract>(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    NamedPosition(iupd): NamedPosition,
    (uri, wanted): (Uri, IfMatch),
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (now, registry) = (api.clock.now(), api.registry.current());
    let publication = publication(&uri).map_err(UpdateError::from)?;
    let (randomness, mut attempt) = (&api.randomness, 1);
    let position = loop {
        let mut places = Places::default();
        // Read under the lock, because what is wrong depends on what is stored.
        let replace = |stored: &Position| {
            scope.admits(stored)?;
            wanted.check(stored)?;
            C::admits(stored)?;
            let (ec, scope, registry) = (&ec, &scope, &registry);
            let context = Context { ec, scope, registry, randomness, now, stored: Some(stored) };
            let NewPosition { position, places: read } =
                C::read(body.clone(), &context).map_err(Refusal::of)?;
            places = read;
            let replaced = update::replace(stored, position, publication, api.hold, now);
            let position = replaced.map_err(|error| refused(error, &places))?;
            Ok::<_, UpdateError>(Numbered { position, generated: places.generated().to_vec() })
        };
        match api.store.replace_position(&ec, &iupd, replace).await {
            Ok(found) => break found.ok_or(UpdateError::Unknown)??,
            // The number was ours to choose: another will do.
            Err(ReplaceError::NoticeTaken(taken)) if places.may_redraw(&taken, attempt) => attempt += 1,
            Err(ReplaceError::NoticeTaken(taken)) => {
                return Err(UpdateError::from(Refusal::notice_taken(&taken, &places)).into());
            }
            Err(ReplaceError::Store(error)) => return Err(UpdateError::from(error).into()),
        }
    };
    // Read back, because a receipt that came first has paid a notice that is new.
    let stored = api.store.position(&ec, &iupd).await.map_err(UpdateError::from)?;
    Ok(C::with_debtor(StatusCode::OK, &stored.unwrap_or(position), now))
}

fn publication(uri: &Uri) -> Result<Publication, BadQuery> {
    Ok(match query::to_publish(uri)? {
        None => Publication::AsItIs,
        Some(true) => Publication::Publish,
        Some(false) => Publication::Withdraw,
    })
}

pub(super) fn refused(error: NotUpdatable, places: &Places) -> UpdateError {
    match error {
        NotUpdatable::Settled(status) => UpdateError::Settled(status),
        NotUpdatable::PaidNotices(paid) => {
            UpdateError::PaidNotices(paid.iter().map(|number| places.of(number).cloned()).collect())
        }
        NotUpdatable::Fees(misfits) => {
            let placed = misfits.iter().map(|(number, misfit)| (places.of(number).cloned(), *misfit));
            UpdateError::Fees(placed.collect())
        }
        NotUpdatable::InProgress(reason) => UpdateError::InProgress(reason),
    }
}

const NOT_UPDATABLE: &str = "Existing related payment found or not in updatable state";

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::Unknown => unknown_position(),
            UpdateError::Foreign(foreign) => foreign.into(),
            UpdateError::Query(error) => error.into(),
            UpdateError::Stale(stale) => stale.into(),
            UpdateError::Inexpressible(error) => error.into(),
            UpdateError::Refused(refusal) => refusal.into(),
            UpdateError::Settled(status) => Problem::new(
                StatusCode::CONFLICT,
                NOT_UPDATABLE,
                "not_updatable",
                format!("The position stays as it is: it is {}.", status.word()),
            ),
            UpdateError::PaidNotices(places) => Problem::new(
                StatusCode::CONFLICT,
                NOT_UPDATABLE,
                "paid_option_changed",
                "The position stays as it is: payment options that are paid must not change; violations \
                 lists those that would.",
            )
            .with_violations(places.into_iter().map(broken).collect()),
            UpdateError::Fees(misfits) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "No transfer found to which the notification fee could be added",
                "notification_fee_misfit",
                "The position stays as it is: what is known of the cost of notification has no place in the \
                 payment options that violations lists.",
            )
            .with_violations(misfits.into_iter().map(misplaced).collect()),
            UpdateError::InProgress(reason) => in_progress::problem(NOT_UPDATABLE, reason),
            UpdateError::Store(error) => Problem::internal("The debt position update is failed", &error),
        }
    }
}

fn misplaced((place, misfit): (Option<Pointer>, FeeMisfit)) -> Violation {
    Violation {
        pointer: place.map_or_else(|| "/paymentOption".into(), |place| place.to_string()),
        code: "notification_fee_misfit",
        message: misfit.to_string(),
    }
}

fn broken(place: Option<Pointer>) -> Violation {
    match place {
        Some(place) => Violation {
            pointer: place.to_string(),
            code: "paid_option_changed",
            message: "is paid and must stay as it is".into(),
        },
        None => Violation {
            pointer: "/paymentOption".into(),
            code: "paid_option_missing",
            message: "must have every payment option that is paid, as it is".into(),
        },
    }
}
