//! `POST /admin/v1/people/{person}/grants`: somebody is named to another role.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::model::{GrantModel, NewGrant};
use super::{PersonError, narrowed, not_own, of_one, power_refusals, seen};
use crate::admin::people::DoorError;
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::admin::session::failed;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::{GivenGrant, GivingError, GrantId, may_give};
use crate::store::grant_form;

/// Answers 201; 400, 403, 404, 409 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(person): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<NewGrant>::deserialize(body).unwrap_or(Field::WrongType);
    let wanted = report.required(field, &root).and_then(|grant| grant.read(&root, &mut report));
    let wanted = wanted.ok_or_else(|| PersonError::Invalid(report.into_violations()))?;
    let known = seen(&api, &access, &person).await?;
    not_own(&access, &known.person.id)?;
    let grant = narrowed(&api, &wanted).await?;
    may_give(&access.actor, &grant).map_err(PersonError::from)?;
    let id = api.admin.secrets.id().map_err(|error| failed(error.into()))?;
    let id = GrantId::new(&id).map_err(|_| failed(DoorError::Failed("the name of a grant")))?;
    let given = GivenGrant { id, person: known.person.id, profile: wanted.profile, grant };
    let proposal = Proposal {
        kind: Kind::Grant,
        tenant: given.grant.tenant.clone(),
        target: given.id.to_string(),
        wish: Wish::Create,
        wanted: Some(grant_form(&given)),
    };
    let written: Written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| unkept((StatusCode::CREATED, Json(GrantModel::from(&given))).into_response())))
}

/// The person has that role already.
pub(super) fn exists() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "Conflict",
        "grant_exists",
        "The person has this role for this tenant already.",
    )
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<GrantModel>(
        "What was given.",
        json!({
            "id": "00112233445566778899aabbccddeeff", "tenant": "ec:99000010019", "role": "technical_referent",
        }),
    );
    let wrong = Violation { pointer: "/role".into(), code: "unknown_role", message: "must be a role".into() };
    of_one("giveGrant", "Give somebody a role")
        .takes::<NewGrant>(json!({ "tenant": "ec:99000010019", "role": "technical_referent" }))
        .answers(StatusCode::CREATED, answer)
        .refuses([
            PersonError::Invalid(vec![wrong]).into(),
            PersonError::NoProfile.into(),
            PersonError::Giving(GivingError::Unsound).into(),
            exists(),
        ])
        .refuses(power_refusals())
}
