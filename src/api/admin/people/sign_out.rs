//! `DELETE /admin/v1/people/{person}/sessions`: somebody is signed out everywhere.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{PersonError, governed, of_one, power_refusals};
use crate::api::Api;
use crate::api::access::{Access, NoDoor, door};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::store::Sessions;

/// Answers 204; 403 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(person): Path<String>,
) -> Result<StatusCode, Problem> {
    let (known, tenant) = governed(&api, &access, &person).await?;
    let id = &known.person.id;
    door(&api)?.end(Sessions::AllOf(id), access.now).await.map_err(PersonError::from)?;
    let noted = api.store.note(&access.author(), "session.end_all", (&tenant, id.as_str())).await;
    noted.map_err(PersonError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    of_one("signPersonOut", "Sign somebody out everywhere")
        .answers(StatusCode::NO_CONTENT, Answer::empty("The sessions have ended."))
        .refuses(power_refusals())
        .refuses([NoDoor.into()])
}
