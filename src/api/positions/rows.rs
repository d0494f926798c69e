//! What creation, update and deletion do to one position, for endpoints that take many: the rules and the
//! refusals are those of the endpoints for one.

use jiff::Timestamp;
use serde_json::Value;

use super::contract::Contract;
use super::create::CreatePositionError;
use super::delete::DeleteError;
use super::refusal::Refusal;
use super::update::{UpdateError, refused};
use super::v1::V1;
use super::{in_progress, query, unknown_position};
use crate::api::problem::Problem;
use crate::domain::hold::HoldPolicy;
use crate::domain::lifecycle::{check_deletable, mark_published};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::domain::segregation::Segregation;
use crate::domain::status::Status;
use crate::domain::update::{self, Publication};

use crate::store::Numbered;

pub(in crate::api) use super::contract::Inexpressible;
pub(in crate::api) use super::parse::report::{Pointer, Report};
pub(in crate::api) use super::parse::{Context, NewPosition, Places};
pub(in crate::api) use super::query::{BadQuery, flag, number, to_publish, word};
pub(in crate::api) use super::refusal::problems;
pub(in crate::api) use super::v1::{ManyPositions, PositionRequest, many};

/// Whether new positions are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Start {
    Published,
    Draft,
}

/// The position that a body makes.
pub(in crate::api) fn created(
    body: Value,
    context: &Context<'_>,
    start: Start,
) -> Result<NewPosition, Problem> {
    let mut new = V1::read(body, context).map_err(Refusal::of)?;
    if start == Start::Published {
        mark_published(&mut new.position, context.now);
    }
    Ok(new)
}

/// The position that a body makes of the stored one, which the context has.
pub(in crate::api) fn replaced(
    body: Value,
    context: &Context<'_>,
    stored: &Position,
    (publication, hold): (Publication, HoldPolicy),
) -> Result<NewPosition, Problem> {
    context.scope.admits(stored)?;
    V1::admits(stored)?;
    let NewPosition { position, places } = V1::read(body, context).map_err(Refusal::of)?;
    match update::replace(stored, position, publication, hold, context.now) {
        Ok(position) => Ok(NewPosition { position, places }),
        Err(error) => Err(refused(error, &places).into()),
    }
}

/// The same as the store takes it.
pub(in crate::api) fn numbered(new: &NewPosition) -> Numbered {
    Numbered { position: new.position.clone(), generated: new.places.generated().to_vec() }
}

/// Refuses to let a position go that money was received for, or may be under way, or is another's.
pub(in crate::api) fn deletable(
    position: &Position,
    scope: &Segregation,
    hold: HoldPolicy,
    now: Timestamp,
) -> Result<(), Problem> {
    scope.admits(position)?;
    Ok(check_deletable(position, hold, now).map_err(DeleteError::from)?)
}

/// An example of the body of one position, and of the answer.
pub(in crate::api) fn examples() -> (Value, Value) {
    let examples = V1::examples();
    (examples.request, examples.with_debtor)
}

/// A payment of a position may be under way.
pub(in crate::api) fn held() -> Problem {
    UpdateError::InProgress(in_progress::example()).into()
}

/// A position that is wholly paid.
pub(in crate::api) fn settled() -> Problem {
    UpdateError::Settled(Status::Paid).into()
}

/// A parameter of the query is wrong.
pub(in crate::api) fn bad_query() -> Problem {
    query::WRONG.into()
}

/// There is no position of the name.
pub(in crate::api) fn unknown() -> Problem {
    unknown_position()
}

/// The name is that of another position.
pub(in crate::api) fn iupd_taken() -> Problem {
    CreatePositionError::IupdTaken.into()
}

/// A notice is one of another position.
pub(in crate::api) fn notice_taken(taken: &NoticeNumber, places: &Places) -> Problem {
    UpdateError::from(Refusal::notice_taken(taken, places)).into()
}
