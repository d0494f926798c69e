//! What the endpoints of certificates share: the one that the path names, and how refusals look.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::model::CertificateModel;
use crate::admin::certificates::{CertificateError, Certificates, Unreadable};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::openapi::{Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::domain::certificate::check::Fault;
use crate::domain::certificate::{Certificate, CertificateId, in_use};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{StoreError, certificate_form, read_certificate_form};

/// The certificate that the path names, for a caller who may see it.
pub(super) struct Held {
    pub access: Access,
    pub desk: Certificates,
    pub one: Certificate,
    /// All there are.
    pub all: Vec<Certificate>,
}

#[derive(Deserialize)]
struct CertificatePath {
    certificate: String,
}

impl FromRequestParts<Arc<Api>> for Held {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let access = Access::from_request_parts(parts, api).await?;
        let path = Path::<CertificatePath>::from_request_parts(parts, api).await;
        let id = path.ok().and_then(|Path(path)| CertificateId::new(&path.certificate).ok());
        let desk = desk(api)?.clone();
        let all = api.store.certificates().await.map_err(failed)?;
        let one = all.iter().find(|one| Some(&one.id) == id.as_ref() && access.sees(&one.owner)).cloned();
        let one = one.ok_or_else(unknown)?;
        Ok(Held { access, desk, one, all })
    }
}

/// What handles certificates.
pub(super) fn desk(api: &Api) -> Result<&Certificates, Problem> {
    api.admin.certificates.as_ref().ok_or_else(|| no_vault("certificates_not_configured"))
}

/// There is none of that name that the caller may see.
pub(super) fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not Found",
        "unknown_certificate",
        "There is no such certificate, or it is not yours.",
    )
}

fn no_vault(code: &'static str) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Service Unavailable",
        code,
        "This installation keeps no private keys: it lacks the setting vault.master_key.",
    )
}

pub(super) fn failed(error: StoreError) -> Problem {
    Problem::internal("Internal Server Error", &error)
}

/// A rule stands against it.
pub(super) fn conflict(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "Conflict", code, detail)
}

/// What cannot be carried out, with everything that is wrong.
pub(super) fn invalid(violations: Vec<Violation>) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "Bad Request",
        "invalid_request",
        "The body cannot be carried out; the violations say why.",
    )
    .with_violations(violations)
}

fn unfit(violations: Vec<Violation>) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "Bad Request",
        "unfit_certificate",
        "The certificate is not fit for what it is meant for; the violations say why.",
    )
    .with_violations(violations)
}

/// The reasons why a certificate is not fit.
pub(super) fn reasons(faults: &[Fault]) -> Vec<Violation> {
    let sentence = |fault: &Fault| fault.to_string();
    let reason = |fault: &Fault| Violation {
        pointer: "/certificates".to_owned(),
        code: fault.code(),
        message: sentence(fault),
    };
    faults.iter().map(reason).collect()
}

/// The reason why what was brought can't be read.
pub(super) fn unreadable(why: Unreadable) -> Violation {
    let pointer = match why {
        Unreadable::Key => "/key",
        Unreadable::NotPkcs12 | Unreadable::Outdated => "/pkcs12",
        Unreadable::Password => "/password",
        Unreadable::NoCertificate | Unreadable::BrokenCertificate => "/certificates",
        Unreadable::NotList | Unreadable::UnusableList => "/list",
    };
    Violation { pointer: pointer.to_owned(), code: why.code(), message: why.to_string() }
}

impl From<CertificateError> for Problem {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::NoVault => no_vault("no_master_key"),
            CertificateError::Unreadable(why) => unfit(vec![unreadable(why)]),
            CertificateError::Unfit(faults) => unfit(reasons(&faults)),
            CertificateError::NoKey => conflict("key_missing", "The private key is not here."),
            CertificateError::Vault(_) => conflict(
                "key_unreadable",
                "The private key was sealed with another vault.master_key than the one of this installation.",
            ),
            CertificateError::Library(error) => {
                tracing::error!(%error, "cryptography failed");
                failed(StoreError::Closed)
            }
            CertificateError::Interrupted => failed(StoreError::Closed),
            CertificateError::Store(error) => failed(error),
        }
    }
}

/// Proposes a certificate as it is to be.
pub(super) fn proposal(one: &Certificate, wish: Wish) -> Proposal {
    Proposal {
        kind: Kind::Certificate,
        tenant: one.owner.clone(),
        target: one.id.as_str().to_owned(),
        wish,
        wanted: (wish != Wish::Remove).then(|| certificate_form(one)),
    }
}

/// Carries proposals out, lets the listeners of this instance use what is kept then, and answers with the
/// certificate of the last proposal; or says that it waits for a second person.
pub(super) async fn written(
    api: &Api,
    access: &Access,
    status: StatusCode,
    proposals: &[Proposal],
) -> Result<Response, Problem> {
    let written = carry_out(api, access, proposals).await?;
    if matches!(written, Written::Done(_)) {
        desk(api)?.apply().await;
    }
    let all = api.store.certificates().await.map_err(failed)?;
    let (target, now) = (proposals.last().map(|last| last.target.as_str()), access.now);
    let environment = desk(api)?.environment();
    Ok(written.answer(|carried| {
        let after = carried.last().and_then(|last| last.after.as_deref());
        let one = after.zip(target).and_then(|(after, id)| read_certificate_form(id, after).ok());
        match one {
            None => StatusCode::NO_CONTENT.into_response(),
            Some(one) => {
                let used = in_use(&all, environment, now);
                unkept((status, Json(CertificateModel::new(&one, &used, now))).into_response())
            }
        }
    }))
}

/// An endpoint for one certificate.
pub(super) fn doc_of_one(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(
            "certificate",
            form::text("^[0-9a-f]{32}$", "The id of a certificate.", super::examples::ID),
            "The certificate.",
        )
        .refuses([unknown(), no_vault("certificates_not_configured")])
}

/// What a certificate can be refused for.
pub(super) fn refusals() -> [Problem; 3] {
    let example = Fault::Incomplete { at: 1, issuer: "CN=Autorità di prova".to_owned() };
    [unfit(reasons(&[example])), invalid(Vec::new()), no_vault("no_master_key")]
}
