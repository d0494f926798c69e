//! Many positions by one request (GPD v2): all of them or none.
//!
//! The published service has the update and the deletion at two paths; both are served.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{post, put};
use serde_json::{Map, Value};

use super::Api;
use super::positions::rows;
use super::problem::{Problem, Violation};
use crate::domain::ids::Iupd;
use crate::store::{BulkError, StoreError};

mod create;
mod delete;
mod update;

pub(super) fn router() -> Router<Arc<Api>> {
    let all = "/organizations/{organizationfiscalcode}/debtpositions";
    let bulk = post(create::handler).put(update::handler).delete(delete::handler);
    Router::new().route(&format!("{all}/bulk"), bulk).route(all, put(update::handler).delete(delete::handler))
}

/// The list of positions of a body.
const POSITIONS: &str = "paymentPositions";
/// The list of names of a body.
const NAMES: &str = "paymentPositionIUPDs";

/// The most positions of a body.
const POSITIONS_MAX: usize = 100;
/// The most names of a body.
const NAMES_MAX: usize = 20;

/// Why none of the positions is carried out.
#[derive(Debug, thiserror::Error)]
enum BulkRefusal {
    #[error("the body has no such list")]
    NoList(&'static str),
    #[error("the list is empty or too long")]
    Length(&'static str, usize),
    #[error("positions break rules")]
    Refused(Vec<(usize, Problem)>, &'static str),
    #[error("names are there twice or are none")]
    Names(Vec<Violation>),
    #[error("the database failed in {0}")]
    Store(&'static str, StoreError),
}

/// The list of that name, with one element at least and so many at most.
fn list(body: Value, name: &'static str, most: usize) -> Result<Vec<Value>, BulkRefusal> {
    let Value::Object(mut fields) = body else { return Err(BulkRefusal::NoList(name)) };
    let Some(Value::Array(list)) = Map::remove(&mut fields, name) else {
        return Err(BulkRefusal::NoList(name));
    };
    if list.is_empty() || list.len() > most { Err(BulkRefusal::Length(name, most)) } else { Ok(list) }
}

/// The names that the elements give, each of them once. `at` says where in an element the name is.
fn names(
    list: &[Value],
    (name, at): (&'static str, &str),
    of: impl Fn(&Value) -> Option<&str>,
) -> Result<Vec<Iupd>, BulkRefusal> {
    let mut iupds: Vec<Iupd> = Vec::with_capacity(list.len());
    let mut wrong = Vec::new();
    for (place, element) in list.iter().enumerate() {
        let mut add = |code, message: &str| {
            let pointer = format!("/{name}/{place}{at}");
            wrong.push(Violation { pointer, code, message: message.to_owned() });
        };
        match of(element).map(Iupd::new) {
            Some(Ok(iupd)) if iupds.contains(&iupd) => add("duplicate_iupd", "is there before in the list"),
            Some(Ok(iupd)) => iupds.push(iupd),
            Some(Err(error)) => add("identifier_form", &error.to_string()),
            None => add("required", "must name a position"),
        }
    }
    if wrong.is_empty() { Ok(iupds) } else { Err(BulkRefusal::Names(wrong)) }
}

/// What the store says of the position at a place.
fn refusal(error: BulkError<Problem>, list: &'static str, places: &[rows::Places]) -> BulkRefusal {
    let (place, problem) = match error {
        BulkError::Unknown(place) => (place, rows::unknown()),
        BulkError::Refused(place, problem) => (place, problem),
        BulkError::IupdTaken(place) => (place, rows::iupd_taken()),
        BulkError::NoticeTaken(place, number) => {
            let nowhere = rows::Places::default();
            (place, rows::notice_taken(&number, places.get(place).unwrap_or(&nowhere)))
        }
        BulkError::Store(error) => {
            return BulkRefusal::Store("The debt positions could not be written", error);
        }
    };
    BulkRefusal::Refused(vec![(place, problem)], list)
}

impl From<BulkRefusal> for Problem {
    fn from(refusal: BulkRefusal) -> Self {
        let bad = |code, detail: String| {
            Problem::new(StatusCode::BAD_REQUEST, "Error in the debt position request data", code, detail)
        };
        match refusal {
            BulkRefusal::NoList(name) => {
                bad("no_list", format!("The body must be an object with the list {name}."))
            }
            BulkRefusal::Length(name, most) => {
                bad("list_length", format!("The list {name} must have 1 to {most} elements."))
            }
            BulkRefusal::Refused(refused, list) => all_of(refused, list),
            BulkRefusal::Names(violations) => {
                bad("invalid_position", "Names of positions are wrong; violations lists them.".into())
                    .with_violations(violations)
            }
            BulkRefusal::Store(title, error) => Problem::internal(title, &error),
        }
    }
}

/// The first refusal, with everything that is wrong with each position, and where.
fn all_of(refused: Vec<(usize, Problem)>, list: &str) -> Problem {
    let mut violations = Vec::new();
    let mut first = None;
    for (place, problem) in refused {
        let at = format!("/{list}/{place}");
        let problem = problem.within(&at);
        if problem.violations().is_empty() {
            let (code, message) = (problem.code(), problem.detail().to_owned());
            violations.push(Violation { pointer: at, code, message });
        }
        violations.extend_from_slice(problem.violations());
        // One that is wrong in itself is told before one that clashes.
        let graver =
            |known: &Problem| known.status() == StatusCode::CONFLICT && problem.status() < known.status();
        if first.as_ref().is_none_or(graver) {
            first = Some(problem);
        }
    }
    first.map_or_else(rows::unknown, |problem| problem.with_violations(violations))
}
