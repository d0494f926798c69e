//! `POST /certificates`: a certificate is brought, judged and kept; it is not used yet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::examples;
use super::held::{conflict, desk, invalid, proposal, refusals, written};
use super::model::{CertificateModel, EnvironmentWord, KnownByWord, OwnerText, RoleWord};
use crate::admin::certificates::{Certificates, Material, caller_names};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::form::Text140;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::certificate::{
    CallerNames, Certificate, CertificateId, Chain, Content, Environment, KnownBy, Life, Role,
};
use crate::domain::governance::Wish;
use crate::domain::text::Text;

/// A certificate as it is brought: in PEM form, as PKCS#12, or as the names of a caller.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BroughtCertificate)]
pub(super) struct BringRequest {
    /// What it is for.
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
    /// The certificates in PEM form: the one that it is about first, then each that signed the former.
    #[serde(default)]
    #[schema(value_type = String)]
    certificates: Field<String>,
    /// The private key in PEM form; not needed if its request was made here.
    #[serde(default)]
    #[schema(value_type = String)]
    key: Field<String>,
    /// A PKCS#12 file, in Base64.
    #[serde(default)]
    #[schema(value_type = String)]
    pkcs12: Field<String>,
    /// What the key, or the file, is locked with.
    #[serde(default)]
    #[schema(value_type = String)]
    password: Field<String>,
    /// The names of a caller whose certificate need not be known.
    #[serde(default)]
    #[schema(value_type = NamesRequest)]
    caller_names: Field<NamesRequest>,
    /// How a caller is known by its certificate; by its fingerprint if left out.
    #[serde(default)]
    #[schema(value_type = KnownByWord)]
    known_by: Field<String>,
}

/// The names of a caller, as `CN=…, O=…, C=…`.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CallerNames)]
pub(super) struct NamesRequest {
    /// Whom its certificate names.
    #[serde(default)]
    #[schema(value_type = String, required)]
    subject: Field<String>,
    /// Who signed it.
    #[serde(default)]
    #[schema(value_type = String, required)]
    issuer: Field<String>,
}

impl Shape for BringRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for NamesRequest {
    const IS_OBJECT: bool = true;
}

/// What is brought, read.
pub(super) struct Brought {
    pub role: Role,
    pub label: Text<140>,
    pub environment: Environment,
    pub owner: Tenant,
    pub known_by: KnownBy,
    pub what: What,
}

/// What there is of it.
pub(super) enum What {
    Material(Material),
    Names(CallerNames),
}

/// Answers 201 with the certificate; 202, 400, 409 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let desk = desk(&api)?;
    let brought = read(body, desk)?;
    access.about(&brought.owner)?;
    let content = match brought.what {
        What::Names(names) => Content::Names(names),
        What::Material(material) => {
            let chain = desk.take_in(material, (brought.role, &brought.owner), access.now).await?;
            Content::Chain(Chain { known_by: brought.known_by, ..chain })
        }
    };
    let one = Certificate {
        id: CertificateId::drawn(api.randomness.number(), api.randomness.number()),
        owner: brought.owner,
        role: brought.role,
        environment: brought.environment,
        label: brought.label,
        content,
        life: Life::begun(access.now, Some(access.now)),
    };
    written(&api, &access, StatusCode::CREATED, &[proposal(&one, Wish::Create)]).await
}

/// Reads the body, or says everything that is wrong with it.
pub(super) fn read(body: Value, desk: &Certificates) -> Result<Brought, Problem> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<BringRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let role = report.required(request.role.clone(), &root.field("role"));
    let role = role.and_then(|word| word_at(Role::from_word(&word), &root.field("role"), &mut report));
    let label = report.text(request.label.clone(), &root.field("label"));
    let at = root.field("environment");
    let environment = report.optional_string(request.environment.clone(), &at);
    let environment = environment.map(|word| word_at(Environment::from_word(&word), &at, &mut report));
    let owner = owner(request.owner.clone(), role, &mut report);
    let at = root.field("knownBy");
    let known_by = report.optional_string(request.known_by.clone(), &at);
    let known_by = known_by.map(|word| word_at(KnownBy::from_word(&word), &at, &mut report));
    let what = what(request, role, &mut report);
    match (role, label, what, report.is_clean()) {
        (Some(role), Some(label), Some(what), true) => Ok(Brought {
            role,
            label,
            environment: environment.flatten().unwrap_or_else(|| desk.environment()),
            owner,
            known_by: known_by.flatten().unwrap_or(KnownBy::Fingerprint),
            what,
        }),
        _ => Err(invalid(report.into_violations())),
    }
}

pub(super) fn word_at<T>(value: Option<T>, at: &Pointer, report: &mut Report) -> Option<T> {
    if value.is_none() {
        report.add(at, "unknown_word", "must be one of the words that the documentation names");
    }
    value
}

/// Whose it is: what the listeners use is the gateway's.
pub(super) fn owner(field: Field<String>, role: Option<Role>, report: &mut Report) -> Tenant {
    let at = Pointer::root().field("owner");
    let Some(text) = report.optional_string(field, &at) else { return Tenant::Gateway };
    match Tenant::parse(&text) {
        Err(error) => report.add(&at, "owner_form", error),
        Ok(Tenant::Gateway) => {}
        Ok(_) if role != Some(Role::Client) => {
            report.add(&at, "owner_of_role", "must be the gateway, unless it is a client certificate");
        }
        Ok(owner) => return owner,
    }
    Tenant::Gateway
}

fn what(request: BringRequest, role: Option<Role>, report: &mut Report) -> Option<What> {
    let root = Pointer::root();
    let certificates = report.optional_string(request.certificates, &root.field("certificates"));
    let key = report.optional_string(request.key, &root.field("key")).map(SecretString::from);
    let file = report.optional_string(request.pkcs12, &root.field("pkcs12"));
    let password = report.optional(request.password, &root.field("password")).map(SecretString::from);
    let names = report.optional(request.caller_names, &root.field("callerNames"));
    match (certificates, file, names) {
        (Some(certificates), None, None) => {
            Some(What::Material(Material::Pem { certificates, key, password }))
        }
        (None, Some(file), None) => match STANDARD.decode(file.split_whitespace().collect::<String>()) {
            Ok(bytes) => {
                let password = password.unwrap_or_default();
                Some(What::Material(Material::Pkcs12 { bytes, password }))
            }
            Err(_) => {
                report.add(&root.field("pkcs12"), "base64_form", "is not Base64");
                None
            }
        },
        (None, None, Some(names)) => {
            let at = root.field("callerNames");
            if role.is_some_and(|role| role != Role::NodeCaller) {
                report.add(&at, "names_of_role", "names are enough of a node_caller alone");
            }
            let subject = report.required(names.subject, &at.field("subject"));
            let issuer = report.required(names.issuer, &at.field("issuer"));
            match caller_names(&subject?, &issuer?) {
                Ok(names) => Some(What::Names(names)),
                Err((field, message)) => {
                    report.add(&at.field(field), "name_form", message);
                    None
                }
            }
        }
        _ => {
            let message = "must have one of certificates, pkcs12 and callerNames, and no other";
            report.add(&root, "one_of", message);
            None
        }
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "role": "soap_server", "label": "Nodo 2026", "certificates": "-----BEGIN CERTIFICATE-----\n…",
        "key": "-----BEGIN PRIVATE KEY-----\n…",
    });
    let answer = Answer::json::<CertificateModel>("The certificate, not used yet.", examples::certificate());
    Doc::new("bringCertificate", "Bring a certificate")
        .about(
            "What listeners show, and client certificates, come with their whole chain and their private key, \
             which is sealed before it is kept, unless their request was made here. Authorities and callers of \
             the node come one by one. Everything that is wrong is told at once.",
        )
        .takes::<BringRequest>(body)
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses(refusals())
        .refuses([conflict("already_there", "The same certificate is here already for the same use.")])
}
