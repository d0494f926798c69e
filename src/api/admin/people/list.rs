//! `GET /admin/v1/people`: who may sign in.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::PersonError;
use super::model::{HexName, PersonModel, TenantName};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::domain::access::{Denied, Tenant};
use crate::domain::people::UserId;
use crate::store::KnownPerson;

/// People of a page, and of a page unless another number is asked for.
const MOST: u32 = 100;
const USUAL: u32 = 50;

/// The parameters.
#[derive(Default, Deserialize)]
pub(super) struct Params {
    tenant: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

/// A page of people.
#[derive(Serialize, ToSchema)]
#[schema(as = People)]
struct PeopleModel {
    /// In the order of their names in this API.
    people: Vec<PersonModel>,
    /// The last of them, to ask for those behind; not there on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = HexName, required = false)]
    after: Option<String>,
}

/// Answers 200 with those who have a role for a tenant that the caller sees.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    params: Result<Query<Params>, QueryRejection>,
) -> Result<Response, Problem> {
    let wrong = |name: &str| {
        let pointer = format!("/{name}");
        PersonError::Invalid(vec![Violation {
            pointer,
            code: "parameter_form",
            message: "cannot be read".into(),
        }])
    };
    let Query(params) = params.map_err(|_| wrong("tenant"))?;
    let tenant = given(&params.tenant).map(Tenant::parse).transpose().map_err(|_| wrong("tenant"))?;
    let after = given(&params.after).map(UserId::new).transpose().map_err(|_| wrong("after"))?;
    let limit = given(&params.limit).map_or(Ok(USUAL), str::parse).map_err(|_| wrong("limit"))?;
    if !(1..=MOST).contains(&limit) {
        return Err(wrong("limit").into());
    }
    let tenants = asked(&access, tenant)?;
    let mut found: Vec<KnownPerson> = Vec::new();
    for tenant in &tenants {
        let page = api.store.people(tenant.as_ref(), after.as_ref(), i64::from(limit) + 1).await;
        found.extend(page.map_err(PersonError::from)?);
    }
    found.sort_by(|one, other| one.person.id.cmp(&other.person.id));
    found.dedup_by(|one, other| one.person.id == other.person.id);
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    let after = found.last().filter(|_| more).map(|last| last.person.id.to_string());
    let people = found.iter().map(|known| PersonModel::new(known, &access)).collect();
    Ok(unkept(Json(PeopleModel { people, after }).into_response()))
}

fn given(parameter: &Option<String>) -> Option<&str> {
    parameter.as_deref().filter(|text| !text.is_empty())
}

/// Whose people: of one tenant, of those of the caller, or of all.
fn asked(access: &Access, tenant: Option<Tenant>) -> Result<Vec<Option<Tenant>>, Denied> {
    if let Some(tenant) = tenant {
        access.about(&tenant)?;
        return Ok(vec![Some(tenant)]);
    }
    if access.sees(&Tenant::Gateway) {
        return Ok(vec![None]);
    }
    let own = access.actor.grants.iter().map(|grant| &grant.tenant).filter(|tenant| access.sees(tenant));
    let mut own: Vec<Option<Tenant>> = own.cloned().map(Some).collect();
    own.sort();
    own.dedup();
    Ok(own)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<PeopleModel>(
        "Those who have a role for a tenant that the caller sees.",
        json!({ "people": [super::read::example()] }),
    );
    let wrong =
        Violation { pointer: "/limit".into(), code: "parameter_form", message: "cannot be read".into() };
    Doc::new("listPeople", "List people")
        .query("tenant", form::or_empty(TenantName::schema()), "Only those with a role for this tenant.")
        .query("after", form::or_empty(HexName::schema()), "Only those behind this one.")
        .query("limit", form::number(1..=MOST, USUAL), "How many at most.")
        .answers(StatusCode::OK, answer)
        .refuses([PersonError::Invalid(vec![wrong]).into()])
}
