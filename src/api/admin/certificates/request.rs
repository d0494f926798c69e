//! `POST /certificates/requests`: a key is made here, and a request for its certificate.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::bring::{owner, word_at};
use super::examples;
use super::held::{desk, invalid, proposal, refusals, written};
use super::model::{AlgorithmWord, CertificateModel, EnvironmentWord, OwnerText, RoleWord};
use crate::admin::certificates::{Certificates, KeyAlgorithm, Subject, Wanted};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::form::Text140;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::certificate::{Certificate, CertificateId, Content, Environment, Host, Life, Role};
use crate::domain::governance::Wish;
use crate::domain::text::Text;

/// A key to be made, and whom its certificate is to name.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewCertificateRequest)]
pub(super) struct AskRequest {
    /// What the certificate is for: soap_server, api_server or client.
    #[serde(default)]
    #[schema(value_type = RoleWord, required)]
    role: Field<String>,
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    label: Field<String>,
    /// Which node it belongs to; that of the installation if left out.
    #[serde(default)]
    #[schema(value_type = EnvironmentWord)]
    environment: Field<String>,
    /// Whose it is; the gateway's if left out. Only a client certificate can be another's.
    #[serde(default)]
    #[schema(value_type = OwnerText)]
    owner: Field<String>,
    /// What kind of key; RSA if left out.
    #[serde(default)]
    #[schema(value_type = AlgorithmWord)]
    algorithm: Field<String>,
    /// Whom it names.
    #[serde(default)]
    #[schema(value_type = SubjectRequest, required)]
    subject: Field<SubjectRequest>,
    /// The hosts that it is to be good for; those of the listener if left out.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    hosts: Field<Vec<Field<String>>>,
}

/// Whom a certificate is to name.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CertificateSubject)]
pub(super) struct SubjectRequest {
    /// Two letters (C).
    #[serde(default)]
    #[schema(value_type = String)]
    country: Field<String>,
    /// Province (ST).
    #[serde(default)]
    #[schema(value_type = String)]
    province: Field<String>,
    /// Town (L).
    #[serde(default)]
    #[schema(value_type = String)]
    locality: Field<String>,
    /// Organisation (O).
    #[serde(default)]
    #[schema(value_type = String)]
    organization: Field<String>,
    /// Part of it (OU).
    #[serde(default)]
    #[schema(value_type = String)]
    organizational_unit: Field<String>,
    /// The name itself (CN).
    #[serde(default)]
    #[schema(value_type = String, required)]
    common_name: Field<String>,
}

impl Shape for AskRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for SubjectRequest {
    const IS_OBJECT: bool = true;
}

struct Asked {
    wanted: Wanted,
    label: Text<140>,
    environment: Environment,
    owner: Tenant,
}

/// Answers 201 with what stands for the certificate until it is signed; 202, 400 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let desk = desk(&api)?;
    let Asked { wanted, label, environment, owner } = read(body, desk)?;
    access.about(&owner)?;
    let role = wanted.role;
    let request = desk.request(wanted, access.now).await?;
    let one = Certificate {
        id: CertificateId::drawn(api.randomness.number(), api.randomness.number()),
        owner,
        role,
        environment,
        label,
        content: Content::Requested(request),
        life: Life::begun(access.now, None),
    };
    written(&api, &access, StatusCode::CREATED, &[proposal(&one, Wish::Create)]).await
}

fn read(body: Value, desk: &Certificates) -> Result<Asked, Problem> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<AskRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let at = root.field("role");
    let role = report.required(request.role, &at);
    let role = role.and_then(|word| word_at(Role::from_word(&word), &at, &mut report));
    if role.is_some_and(|role| !role.is_ours()) {
        report.add(&at, "key_of_role", "must be one whose private key is ours");
    }
    let label = report.text(request.label, &root.field("label"));
    let at = root.field("environment");
    let environment = report.optional_string(request.environment, &at);
    let environment = environment.map(|word| word_at(Environment::from_word(&word), &at, &mut report));
    let owner = owner(request.owner, role, &mut report);
    let at = root.field("algorithm");
    let algorithm = report.optional_string(request.algorithm, &at);
    let algorithm = algorithm.map(|word| word_at(KeyAlgorithm::from_word(&word), &at, &mut report));
    let subject = subject(request.subject, &mut report);
    let hosts = hosts(request.hosts, &mut report);
    let (Some(role), Some(label), true) = (role, label, report.is_clean()) else {
        return Err(invalid(report.into_violations()));
    };
    let hosts = hosts.unwrap_or_else(|| desk.hosts(role).to_vec());
    let algorithm = algorithm.flatten().unwrap_or(KeyAlgorithm::Rsa3072);
    Ok(Asked {
        wanted: Wanted { role, algorithm, subject, hosts },
        label,
        environment: environment.flatten().unwrap_or_else(|| desk.environment()),
        owner,
    })
}

fn subject(field: Field<SubjectRequest>, report: &mut Report) -> Subject {
    let at = Pointer::root().field("subject");
    let request = report.required(field, &at).unwrap_or_default();
    let place = at.field("country");
    let country: Option<Text<2>> = report.optional_text(request.country, &place);
    let is_country =
        |text: &Text<2>| text.as_str().len() == 2 && text.as_str().bytes().all(|b| b.is_ascii_uppercase());
    if country.as_ref().is_some_and(|text| !is_country(text)) {
        report.add(&place, "country_form", "must be two capital letters");
    }
    let mut parts: Vec<(&'static str, String)> =
        country.into_iter().map(|text| ("C", text.as_str().to_owned())).collect();
    let others = [
        ("ST", "province", request.province),
        ("L", "locality", request.locality),
        ("O", "organization", request.organization),
        ("OU", "organizationalUnit", request.organizational_unit),
    ];
    for (part, name, field) in others {
        // The bound is that of X.520.
        let text: Option<Text<64>> = report.optional_text(field, &at.field(name));
        parts.extend(text.map(|text| (part, text.as_str().to_owned())));
    }
    let name: Option<Text<64>> = report.text(request.common_name, &at.field("commonName"));
    parts.extend(name.map(|text| ("CN", text.as_str().to_owned())));
    Subject { parts }
}

fn hosts(field: Field<Vec<Field<String>>>, report: &mut Report) -> Option<Vec<Host>> {
    let at = Pointer::root().field("hosts");
    let texts = report.optional(field, &at)?;
    let mut hosts = Vec::new();
    for (number, text) in texts.into_iter().enumerate() {
        let place = at.item(number);
        let Some(text) = report.required(text, &place) else { continue };
        match Host::new(&text) {
            Ok(host) => hosts.push(host),
            Err(error) => report.add(&place, "host_form", error),
        }
    }
    Some(hosts)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "role": "soap_server", "label": "Nodo 2027", "algorithm": "p_256",
        "subject": { "country": "IT", "organization": "Ente", "commonName": "pagopa.ente.example.it" },
        "hosts": ["pagopa.ente.example.it"],
    });
    let about = "What stands for the certificate until it is signed.";
    Doc::new("requestCertificate", "Make a key, and a request for its certificate")
        .about(
            "The private key is made here, sealed, and never shown. An authority signs the request, and what it \
             signed is brought as the chain of this certificate.",
        )
        .takes::<AskRequest>(body)
        .answers(StatusCode::CREATED, Answer::json::<CertificateModel>(about, examples::certificate()))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses(refusals())
}
