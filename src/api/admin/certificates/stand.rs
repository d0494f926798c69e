//! `POST /certificates/{certificate}/activate`, `/retire` and `/revoke`: into use, out of use, and for ever.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::examples;
use super::held::{Held, conflict, doc_of_one, invalid, proposal, refusals, written};
use super::model::CertificateModel;
use crate::admin::certificates::Material;
use crate::api::Api;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::domain::certificate::{Certificate, Content, Life, Standing, State as Stands};
use crate::domain::governance::{Proposal, Wish};

/// For how many hours at most others are used side by side: a quarter of a year.
const OVERLAP_MAX: i64 = 92 * 24;

/// How a certificate takes the place of others.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CertificateActivation)]
pub(super) struct ActivateRequest {
    /// The ids of those whose place it takes. What a listener shows gives way by itself.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    supersedes: Field<Vec<Field<String>>>,
    /// For how many hours those are used all the same; 0 for not at all.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 2208, default = 0)]
    overlap_hours: Field<i64>,
}

impl Shape for ActivateRequest {
    const IS_OBJECT: bool = true;
}

/// What gives way, and until when it is used all the same.
struct Giving {
    way: Vec<Certificate>,
    until: Option<Timestamp>,
}

/// Answers 200 with the certificate; 202, 400, 404 or 409.
pub(super) async fn activate(
    State(api): State<Arc<Api>>,
    held: Held,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let giving = read(body, &held)?;
    fit(&held).await?;
    let mut proposals: Vec<Proposal> = giving
        .way
        .iter()
        .map(|former| put(former, Standing::Superseded { until: giving.until }, held.access.now))
        .collect();
    proposals.push(put(&held.one, Standing::Active, held.access.now));
    written(&api, &held.access, StatusCode::OK, &proposals).await
}

/// Answers 200 with the certificate; 202, 400, 404 or 409.
pub(super) async fn retire(
    State(api): State<Arc<Api>>,
    held: Held,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let Giving { until, .. } = read(body, &held)?;
    if !matches!(held.one.life.standing(), Standing::Active | Standing::Superseded { .. }) {
        return Err(not_used());
    }
    let proposal = put(&held.one, Standing::Superseded { until }, held.access.now);
    written(&api, &held.access, StatusCode::OK, &[proposal]).await
}

/// Answers 200 with the certificate; 202, 404 or 409.
pub(super) async fn revoke(State(api): State<Arc<Api>>, held: Held) -> Result<Response, Problem> {
    if matches!(held.one.content, Content::Requested(_)) {
        return Err(not_signed());
    }
    let proposal = put(&held.one, Standing::Revoked, held.access.now);
    written(&api, &held.access, StatusCode::OK, &[proposal]).await
}

/// What is to be used must be fit now, whatever it was when it came.
async fn fit(held: &Held) -> Result<(), Problem> {
    if held.one.environment != held.desk.environment() {
        return Err(other_environment());
    }
    match held.one.state(held.access.now) {
        Stands::Requested => return Err(not_signed()),
        Stands::Expired => return Err(expired()),
        Stands::Uploaded | Stands::Active | Stands::Superseded | Stands::Revoked => {}
    }
    let Content::Chain(chain) = &held.one.content else { return Ok(()) };
    let certificates = chain.pem.clone();
    let material = Material::Pem { certificates, key: None, password: None };
    held.desk.judge(material, (held.one.role, &held.one.owner), held.access.now).await?;
    if held.one.role.is_ours() {
        held.desk.private_key(&chain.facts.public_key).await?;
    }
    Ok(())
}

/// Proposes that a certificate stands elsewhere. When it came to stand there is for the commit to say; that
/// it stands, the proposal says by the instants that it has.
fn put(one: &Certificate, standing: Standing, now: Timestamp) -> Proposal {
    let here = Life {
        uploaded_at: one.life.uploaded_at.or(Some(now)),
        activated_at: None,
        superseded_at: None,
        overlap_until: None,
        revoked_at: None,
        ..one.life
    };
    let life = match standing {
        Standing::Requested => Life { uploaded_at: None, ..here },
        Standing::Uploaded => here,
        Standing::Active => Life { activated_at: Some(now), ..here },
        Standing::Superseded { until } => Life {
            activated_at: one.life.activated_at,
            superseded_at: Some(now),
            overlap_until: until,
            ..here
        },
        Standing::Revoked => Life { revoked_at: Some(now), ..one.life },
    };
    proposal(&Certificate { life, ..one.clone() }, Wish::Replace)
}

fn read(body: Option<Value>, held: &Held) -> Result<Giving, Problem> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = match body {
        None => Field::Absent,
        Some(body) => Field::<ActivateRequest>::deserialize(body).unwrap_or(Field::WrongType),
    };
    let request = report.optional(field, &root).unwrap_or_default();
    let at = root.field("overlapHours");
    let hours = report.optional(request.overlap_hours, &at).unwrap_or(0);
    if !(0..=OVERLAP_MAX).contains(&hours) {
        report.add(&at, "overlap_out_of_range", format_args!("must lie between 0 and {OVERLAP_MAX}"));
    }
    let at = root.field("supersedes");
    let mut way: Vec<Certificate> = Vec::new();
    for (number, id) in report.optional(request.supersedes, &at).unwrap_or_default().into_iter().enumerate() {
        let place = at.item(number);
        let Some(id) = report.required(id, &place) else { continue };
        let known = held.all.iter().find(|one| one.id.as_str() == id && is_like(one, &held.one));
        match known.filter(|one| one.life.standing() == Standing::Active) {
            Some(one) => way.push(one.clone()),
            None => {
                report.add(&place, "not_superseded", "must be another one of the same role that is active")
            }
        }
    }
    if held.one.role.is_exclusive() {
        let others =
            held.all.iter().filter(|one| is_like(one, &held.one) && one.life.standing() == Standing::Active);
        way = others.cloned().collect();
    }
    if !report.is_clean() {
        return Err(invalid(report.into_violations()));
    }
    let until = held.access.now.checked_add(SignedDuration::from_hours(hours)).ok();
    let until = until.filter(|_| hours > 0 && !held.one.role.is_exclusive());
    Ok(Giving { way, until })
}

/// Whether one could stand in the other's place.
fn is_like(one: &Certificate, other: &Certificate) -> bool {
    one.id != other.id
        && one.role == other.role
        && one.environment == other.environment
        && one.owner == other.owner
}

fn not_used() -> Problem {
    conflict("not_used", "The certificate is not in use.")
}

fn not_signed() -> Problem {
    conflict("not_signed_yet", "There is only a request: bring the signed certificate first.")
}

fn expired() -> Problem {
    conflict("certificate_expired", "The certificate has ended.")
}

fn other_environment() -> Problem {
    conflict("other_environment", "The certificate belongs to another environment than this installation.")
}

fn answer(about: &str) -> Answer {
    Answer::json::<CertificateModel>(about, examples::certificate())
}

/// What is said of taking into use.
pub(super) fn doc_of_activate() -> Doc {
    let body = json!({ "supersedes": ["0c9be3a75f1d428896b1f2c3d4e5a607"], "overlapHours": 168 });
    doc_of_one("activateCertificate", "Take a certificate into use")
        .about(
            "At once, without a restart: by the listeners of this instance when it is answered, by those of the \
             others within five seconds. What a listener shows takes the place of the former, and connections \
             stay; where callers change, requests under way are finished. To go back, activate the former.",
        )
        .may_take::<ActivateRequest>(body)
        .answers(StatusCode::OK, answer("The certificate, in use."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses(refusals())
        .refuses([not_signed(), expired(), other_environment()])
}

/// What is said of taking out of use.
pub(super) fn doc_of_retire() -> Doc {
    doc_of_one("retireCertificate", "Take a certificate out of use")
        .about("At once, or at the end of an overlap. Where none of its role is left, the files of the configuration count again.")
        .may_take::<ActivateRequest>(json!({ "overlapHours": 24 }))
        .answers(StatusCode::OK, answer("The certificate, out of use."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([invalid(Vec::new()), not_used()])
}

/// What is said of revoking.
pub(super) fn doc_of_revoke() -> Doc {
    doc_of_one("revokeCertificate", "Never use a certificate again")
        .about("It is refused even where a file of the configuration has it, or its authority is known.")
        .answers(StatusCode::OK, answer("The certificate, revoked."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([not_signed()])
}
