//! `GET`, `POST`, `PUT` and `DELETE /organizations/{organizationFiscalCode}`: an institution that takes part.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;

use super::convert::{self, organization, organization_model};
use super::enrollment::{proposed, registered};
use super::model::{
    NewOrganizationRequest, OrganizationModel, OrganizationRequest, Status, organization_example,
};
use super::{GpsError, example_of, for_keys, of_organization};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::catalogue::refusal::{carried, example_of_conflict, failed};
use crate::api::apiconfig::names::Named;
use crate::api::auth::{AuthError, Organization as Opened};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::text::Text;
use crate::store::{Organization, organization_form};

/// Answers 200 with the institution and what it provides; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    Opened(ec, _): Opened,
) -> Result<Json<OrganizationModel>, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = organization(&catalogue, &api.registry.current(), &ec);
    let known = known.ok_or(GpsError::UnknownOrganization)?;
    Ok(Json(organization_model(&catalogue, &known)))
}

/// Answers 201 with the institution, 202 if that waits; 400, 404, 409 or 422.
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = registered(&access, &code)?;
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<NewOrganizationRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let name: Option<Text<140>> = report.text(request.company_name, &root.field("companyName"));
    let at = root.field("enrollments");
    let enrollments = report.optional(request.enrollments, &at).unwrap_or_default();
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    if catalogue.organization(&ec).is_some() {
        return Err(GpsError::Exists("organization_exists").into());
    }
    let (mut offered, mut wrong) = (Vec::new(), Vec::new());
    for (index, enrollment) in enrollments.into_iter().enumerate() {
        let at = at.item(index);
        let Some(enrollment) = report.required(enrollment, &at) else { continue };
        let Some(service) = report.required(enrollment.service_id, &at.field("serviceId")) else { continue };
        match proposed(&access, &catalogue, (&ec, &service), (enrollment.enrollment, &at)) {
            Ok(proposal) => offered.push(proposal),
            Err(GpsError::Invalid(more)) => more.into_iter().for_each(|one| report.note(one)),
            Err(GpsError::Unfit(more)) => wrong.extend(more),
            Err(error) => return Err(error.into()),
        }
    }
    let (Some(name), true) = (name, report.is_clean()) else {
        return Err(GpsError::Invalid(report.into_violations()).into());
    };
    if !wrong.is_empty() {
        return Err(GpsError::Unfit(wrong).into());
    }
    let organization = Organization { ec, company_name: name, enabled: true };
    let mut proposals = vec![proposal(&organization, Wish::Create)];
    proposals.extend(offered);
    let written = carried(&api, &access, &proposals).await?;
    let now = api.catalogue.current();
    Ok(written
        .answer(|_| (StatusCode::CREATED, Json(organization_model(&now, &organization))).into_response()))
}

/// Answers 200 with the institution, 202 if that waits; 400 or 404.
pub(super) async fn update(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = FiscalCode::new(&code).map_err(|_| GpsError::UnknownOrganization)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = organization(&catalogue, &access.registry, &ec).ok_or(GpsError::UnknownOrganization)?;
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<OrganizationRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let name = report.optional_text(request.company_name, &root.field("companyName"));
    let status = report.optional_string(request.status, &root.field("status"));
    let status = status.map(|word| convert::status(&word, &root, &mut report));
    if !report.is_clean() {
        return Err(GpsError::Invalid(report.into_violations()).into());
    }
    let wanted = Organization {
        ec,
        company_name: name.unwrap_or(known.company_name),
        enabled: status.map_or(known.enabled, |status| status == Status::Enabled),
    };
    let written = carried(&api, &access, &[proposal(&wanted, Wish::Put)]).await?;
    let now = api.catalogue.current();
    Ok(written.answer(|_| Json(organization_model(&now, &wanted)).into_response()))
}

/// Answers 200, 202 if that waits; 404, or 409 while it provides services.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let ec = FiscalCode::new(&code).map_err(|_| GpsError::UnknownOrganization)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = organization(&catalogue, &access.registry, &ec).ok_or(GpsError::UnknownOrganization)?;
    if catalogue.offerings().any(|offered| offered.offering.ec == ec) {
        return Err(still_provides());
    }
    let proposal = Proposal { wanted: None, ..proposal(&known, Wish::Remove) };
    let written = carried(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| Json("The organization is gone.").into_response()))
}

/// How an institution is wished to take part.
fn proposal(organization: &Organization, wish: Wish) -> Proposal {
    Proposal {
        kind: Kind::Organization,
        tenant: Tenant::Institution(organization.ec.clone()),
        target: organization.ec.to_string(),
        wish,
        wanted: Some(organization_form(organization)),
    }
}

fn still_provides() -> Problem {
    example_of_conflict("in_use", "It cannot be removed while it has services.")
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<OrganizationModel>("The institution.", organization_example());
    of_organization(for_keys("getECEnrollments", "Read an institution and what it provides"))
        .answers(StatusCode::OK, answer)
        .refuses([
            GpsError::UnknownOrganization.into(),
            AuthError::Forbidden.into(),
            AuthError::UnknownOrganization.into(),
        ])
}

/// What is said of the creation.
pub(super) fn doc_of_create() -> Doc {
    let answer = Answer::json::<OrganizationModel>("The institution.", organization_example());
    let example = serde_json::json!({
        "companyName": "Comune di Borgo", "enrollments": [super::model::enrollment_example()],
    });
    of_organization(Doc::new("createEC", "Let an institution take part"))
        .about("It has to be registered here, with its accounts and stations.")
        .takes::<NewOrganizationRequest>(example)
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            GpsError::Invalid(example_of("/companyName", "required", "is required")).into(),
            GpsError::Exists("organization_exists").into(),
            GpsError::NotRegistered.into(),
            GpsError::Unfit(example_of(
                "/enrollments/0/iban",
                "iban_not_owned",
                "must be an account of the creditor institution that can be paid to today",
            ))
            .into(),
        ])
}

/// What is said of the change.
pub(super) fn doc_of_update() -> Doc {
    let answer = Answer::json::<OrganizationModel>("The institution, as it is now.", organization_example());
    of_organization(Doc::new("updateEC", "Change an institution"))
        .about("While it is DISABLED none of its services can be paid.")
        .takes::<OrganizationRequest>(
            serde_json::json!({ "companyName": "Comune di Borgo", "status": "DISABLED" }),
        )
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            GpsError::Invalid(example_of("/status", "unknown_word", "must be ENABLED or DISABLED")).into(),
            GpsError::UnknownOrganization.into(),
        ])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    of_organization(Doc::new("deleteEC", "Let an institution take part no more"))
        .about("It goes only while it provides no service.")
        .answers(StatusCode::OK, Answer::json::<String>("It is gone.", "The organization is gone.".into()))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([GpsError::UnknownOrganization.into(), still_provides()])
}
