//! `POST /admin/v1/people`: somebody is invited, with a first role.
//!
//! Whom the caller sees, and is known by that address already, gets the role, and a link only where all its other roles could be given
//! by the same caller: whoever has the link is that person, for everybody who named it. Somebody of other tenants
//! is left to an operator: who named them first may have named them wrongly.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::model::{NewGrant, PersonModel, Wanted};
use super::{PersonError, narrowed, not_own, power_refusals, sees};
use crate::admin::people::DoorError;
use crate::api::Api;
use crate::api::access::{Access, NoDoor, Written, carry_out, door};
use crate::api::admin::session::failed;
use crate::api::body::JsonBody;
use crate::api::openapi::form::{Instant, Text140};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::people::{Email, FiscalNumber, GivenGrant, GrantId, Person, UserId, may_give};
use crate::domain::text::Text;
use crate::store::{LinkFor, PersonKey, grant_form, person_form};

/// Somebody who is invited.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
struct Invitation {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    name: Field<String>,
    /// The address, by which it signs in here and by which the provider may know it.
    #[serde(default)]
    #[schema(value_type = String, required)]
    email: Field<String>,
    /// The fiscal number, by which SPID and CIE know it.
    #[serde(default)]
    #[schema(value_type = String)]
    fiscal_number: Field<String>,
    /// The first role.
    #[serde(default)]
    #[schema(value_type = NewGrant, required)]
    grant: Field<NewGrant>,
}

impl Shape for Invitation {
    const IS_OBJECT: bool = true;
}

/// Somebody who was invited.
#[derive(Serialize, ToSchema)]
#[schema(as = Invited)]
struct Invited {
    /// Who.
    person: PersonModel,
    /// How it sets its account up; not there for who has one or is also another's, nor where people sign in by a
    /// provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkModel>,
}

/// How an account is set up, once. It is shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EnrolmentCode)]
pub(super) struct LinkModel {
    /// The code for /admin/v1/session/enrolment.
    pub link: String,
    /// Until when.
    #[schema(value_type = Instant)]
    pub ends_at: String,
}

struct Asked {
    name: Text<140>,
    email: Email,
    fiscal_number: Option<FiscalNumber>,
    grant: Wanted,
}

/// Answers 201; 400, 403, 409, 422 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let asked = read(body)?;
    access.about(&asked.grant.tenant)?;
    let grant = narrowed(&api, &asked.grant).await?;
    may_give(&access.actor, &grant).map_err(PersonError::from)?;
    door(&api)?;
    let known = api.store.person(PersonKey::Email(&asked.email)).await.map_err(PersonError::from)?;
    let name = || api.admin.secrets.id().map_err(|error| failed(error.into()));
    let unnamed = |_| failed(DoorError::Failed("the name of a person"));
    let tenant = grant.tenant.clone();
    let propose = |kind, target: &str, wanted| {
        let (tenant, target) = (tenant.clone(), target.to_owned());
        Proposal { kind, tenant, target, wish: Wish::Create, wanted: Some(wanted) }
    };
    let mut proposals = Vec::new();
    let person = match known {
        Some(known) if !sees(&access, &known) => return Err(PersonError::KnownElsewhere.into()),
        Some(known) => known.person.id,
        None => {
            let id = UserId::new(&name()?).map_err(unnamed)?;
            let Asked { name, email, fiscal_number, .. } = asked;
            let person = Person { id, name, email, fiscal_number, identity: None, suspended_at: None };
            proposals.push(propose(Kind::Person, person.id.as_str(), person_form(&person)));
            person.id
        }
    };
    not_own(&access, &person)?;
    let id = GrantId::new(&name()?).map_err(unnamed)?;
    let given = GivenGrant { id, person: person.clone(), profile: asked.grant.profile, grant };
    proposals.push(propose(Kind::Grant, given.id.as_str(), grant_form(&given)));
    match carry_out(&api, &access, &proposals).await? {
        waiting @ Written::Waiting(_) => Ok(waiting.answer(|_| StatusCode::ACCEPTED.into_response())),
        Written::Done(_) => answer(&api, &access, &person).await,
    }
}

async fn answer(api: &Api, access: &Access, person: &UserId) -> Result<Response, Problem> {
    let known = api.store.person(PersonKey::Id(person)).await.map_err(PersonError::from)?;
    let known = known.ok_or(PersonError::Missing)?;
    let governed = known.grants.iter().all(|given| may_give(&access.actor, &given.grant).is_ok());
    let open = governed && !known.enrolled && known.person.suspended_at.is_none();
    let link = match open && door(api)?.settings().local_accounts {
        true => Some(new_link(api, person).await?),
        false => None,
    };
    let invited = Invited { person: PersonModel::new(&known, access), link };
    Ok(unkept((StatusCode::CREATED, Json(invited)).into_response()))
}

/// A link for a person.
pub(super) async fn new_link(api: &Api, person: &UserId) -> Result<LinkModel, Problem> {
    let door = door(api)?;
    let now = api.clock.now();
    let ends_at = now.checked_add(door.settings().invitation).unwrap_or(now);
    let link = door.add_link(&LinkFor::Person(person.clone()), (now, ends_at)).await.map_err(failed)?;
    Ok(LinkModel { link, ends_at: ends_at.to_string() })
}

fn read(body: Value) -> Result<Asked, PersonError> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<Invitation>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let name = report.text(request.name, &root.field("name"));
    let at = root.field("email");
    let email = report.required(request.email, &at).and_then(|email| report.read(&at, Email::new(&email)));
    let at = root.field("fiscalNumber");
    let fiscal_number = report.optional_string(request.fiscal_number, &at);
    let fiscal_number = fiscal_number.and_then(|number| report.read(&at, FiscalNumber::new(&number)));
    let at = root.field("grant");
    let grant = report.required(request.grant, &at).and_then(|grant| grant.read(&at, &mut report));
    match (name, email, grant, report.is_clean()) {
        (Some(name), Some(email), Some(grant), true) => Ok(Asked { name, email, fiscal_number, grant }),
        _ => Err(PersonError::Invalid(report.into_violations())),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "name": "Anna Bianchi", "email": "anna.bianchi@comune.example",
        "grant": { "tenant": "ec:99000010019", "role": "payments_referent" },
    });
    let answer = Answer::json::<Invited>(
        "The person, with the code by which it sets its account up.",
        json!({
            "person": super::read::example(),
            "link": { "link": "sTqfVg", "endsAt": "2026-11-25T11:00:00Z" },
        }),
    );
    let wrong = Violation { pointer: "/email".into(), code: "required", message: "is required".into() };
    Doc::new("invitePerson", "Invite somebody")
        .about(
            "An operator names everybody; a payments referent names referents of its institution, a partner's \
             referent others of its broker. Who is known by the address already gets the role; the links that it \
             had are no longer good, and it gets another only from who could give it all its roles.",
        )
        .takes::<Invitation>(body)
        .answers(StatusCode::CREATED, answer)
        .refuses([PersonError::Invalid(vec![wrong]).into(), PersonError::NoProfile.into(), NoDoor.into()])
        .refuses([crate::domain::people::GivingError::Unsound].map(|error| PersonError::from(error).into()))
        .refuses(power_refusals())
        .refuses([PersonError::KnownElsewhere.into()])
        .refuses([super::give::exists()])
}
