//! What noting, resolving and reopening have in common: who says it, and that it goes into the history.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::anomaly::{AnomalyError, AnomalyPath, find, show};
use super::desk::Desk;
use crate::api::Api;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::rows::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::anomaly::{Author, Step};
use crate::domain::text::Text;
use crate::store::{Acted, AnomalyAct, StoreError};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ActError {
    #[error(transparent)]
    Anomaly(#[from] AnomalyError),
    #[error("the body is not what it must be")]
    Invalid(Vec<Violation>),
    #[error("it is put to rest already")]
    AlreadyResolved,
    #[error("it is open")]
    NotResolved,
}

/// What a person says.
pub(super) struct Said {
    pub person: Text<140>,
    pub step: Step,
    pub note: Text<1000>,
}

/// Writes what a person says into the history of an anomaly, and shows it.
pub(super) async fn act(
    api: &Api,
    desk: Desk,
    path: &AnomalyPath,
    said: Result<Said, Vec<Violation>>,
    status: StatusCode,
) -> Result<Response, ActError> {
    let anomaly = find(api, &desk, path).await?;
    let Said { person, step, note } = said.map_err(ActError::Invalid)?;
    let act = AnomalyAct {
        feed: desk.feed.clone(),
        id: anomaly.facts.id,
        at: api.clock.now(),
        author: Author { caller: desk.caller.clone(), person },
        step,
        note,
    };
    match (api.store.act_on_anomaly(&act).await.map_err(stored)?, step) {
        (Acted::Done, _) => {}
        (Acted::NotNow, Step::Reopened) => return Err(ActError::NotResolved),
        (Acted::NotNow, Step::Resolved(_) | Step::Closed(_)) => return Err(ActError::AlreadyResolved),
        (Acted::NotNow, Step::Noted) => return Err(AnomalyError::Unknown.into()),
    }
    let now = api.store.anomaly(&desk.feed, &act.id).await.map_err(stored)?.ok_or(AnomalyError::Unknown)?;
    Ok(show(api, &desk, status, &now).await?)
}

fn stored(error: StoreError) -> ActError {
    AnomalyError::Store(error).into()
}

/// Reads a body by its fields; what is wrong with them is told at once.
pub(super) fn read<T: Shape + for<'de> Deserialize<'de>>(
    body: Value,
    fields: impl FnOnce(&mut Report, T) -> Option<Said>,
) -> Result<Said, Vec<Violation>> {
    let mut report = Report::default();
    let field = Field::<T>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root());
    let said = request.and_then(|request| fields(&mut report, request));
    said.filter(|_| report.is_clean()).ok_or_else(|| report.into_violations())
}

/// What a wrong body is answered, to show it.
pub(super) fn invalid_example() -> Problem {
    let violation = Violation { pointer: "/person".into(), code: "required", message: "is required".into() };
    ActError::Invalid(vec![violation]).into()
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        let conflict = |code, detail: &'static str| {
            Problem::new(StatusCode::CONFLICT, "The anomaly is in another state", code, detail)
        };
        match error {
            ActError::Anomaly(error) => error.into(),
            ActError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "invalid_entry",
                "The entry cannot be written, for the reasons that violations gives.",
            )
            .with_violations(violations),
            ActError::AlreadyResolved => conflict(
                "already_resolved",
                "Somebody has resolved the anomaly meanwhile, or its notice appeared; its history says who.",
            ),
            ActError::NotResolved => conflict("not_resolved", "The anomaly is open."),
        }
    }
}
