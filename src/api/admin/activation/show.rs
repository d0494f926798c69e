//! `POST …/activation/steps/{step}/evidence`: something is shown of a step.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::model::{EvidenceModel, FileContent, MediaTypeWord, OutcomeWord};
use super::step::refused;
use super::{ActivationError, StepPath, doc_of_step, examples};
use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, AnswerHeader, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::render::unkept;
use crate::api::positions::rows::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Tenant;
use crate::domain::activation::{Attachment, Digest, EvidenceId, MediaType, Outcome};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::text::Text;
use crate::store::{EvidenceForm, FileForm, StoreError};

/// Names for the derived schemas, which cannot write generic types.
type Text1000 = Text<1000>;
/// As [`Text1000`].
type Text100 = Text<{ Attachment::NAME_MAX }>;

/// What is shown.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = ActivationEvidenceRequest)]
pub(super) struct EvidenceRequest {
    /// How the test ended.
    #[serde(default)]
    #[schema(value_type = OutcomeWord, required)]
    outcome: Field<String>,
    /// What is to be said of it.
    #[serde(default)]
    #[schema(value_type = Text1000, required = false)]
    note: Field<String>,
    /// A file.
    #[serde(default)]
    #[schema(value_type = FileRequest, required = false)]
    file: Field<FileRequest>,
}

/// A file that is shown.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EvidenceFileRequest)]
pub(super) struct FileRequest {
    /// Its name, without a path.
    #[serde(default)]
    #[schema(value_type = Text100, required)]
    name: Field<String>,
    /// What it is.
    #[serde(default)]
    #[schema(value_type = MediaTypeWord, required)]
    media_type: Field<String>,
    /// What is in it, in Base64.
    #[serde(default)]
    #[schema(value_type = FileContent, required)]
    content: Field<String>,
}

impl Shape for EvidenceRequest {
    const IS_OBJECT: bool = true;
}

impl Shape for FileRequest {
    const IS_OBJECT: bool = true;
}

/// Evidence with nothing wrong in it.
struct Shown {
    outcome: Outcome,
    note: Option<Text1000>,
    file: Option<Attachment>,
}

/// Answers 201 with the evidence; 409 if something has passed before what it needs was done.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<StepPath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (ec, step) = path.read()?;
    let shown = read(body).map_err(ActivationError::Invalid)?;
    let id = api.admin.secrets.id().map_err(WritesError::from)?;
    let file = match &shown.file {
        Some(file) => Some(keep(&api, &ec, file).await?),
        None => None,
    };
    let form = EvidenceForm {
        outcome: shown.outcome.word().to_owned(),
        note: shown.note.map(|note| note.as_str().to_owned()),
        actor: access.actor.id.clone(),
        actor_name: access.actor.name.clone(),
        file,
    };
    let proposal = Proposal {
        kind: Kind::Activation,
        tenant: Tenant::Institution(ec.clone()),
        target: format!("{ec}/{}/evidence/{id}", step.word()),
        wish: Wish::Create,
        wanted: Some(json!(form).to_string()),
    };
    match carry_out(&api, &access, &[proposal]).await? {
        Written::Done(_) => created(&api, &ec, &id).await,
        waiting => Ok(waiting.answer(|_| Response::default())),
    }
}

/// Keeps a file, which the evidence then names. A file that no evidence comes to name does no harm.
async fn keep(api: &Api, ec: &FiscalCode, file: &Attachment) -> Result<FileForm, Problem> {
    let digest = Digest::of(&Sha256::digest(file.body()).into());
    let kept = api.store.keep_activation_file(ec, &digest, file.body()).await;
    kept.map_err(|error| Problem::internal("Internal Server Error", &error))?;
    Ok(FileForm {
        name: file.name().to_owned(),
        media_type: file.kind().name().to_owned(),
        sha256: digest.as_str().to_owned(),
    })
}

async fn created(api: &Api, ec: &FiscalCode, id: &str) -> Result<Response, Problem> {
    let failed = |error: StoreError| Problem::internal("Internal Server Error", &error);
    let id = EvidenceId::new(id).ok_or(ActivationError::UnknownEvidence)?;
    let found = api.store.activation_evidence(ec, &id).await.map_err(failed)?;
    let (shown, _) = found.ok_or(ActivationError::UnknownEvidence)?;
    let place = format!("/admin/v1/creditor-institutions/{ec}/activation/evidence/{}", id.as_str());
    let mut response = (StatusCode::CREATED, Json(EvidenceModel::new(&shown))).into_response();
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(unkept(response))
}

fn read(body: Value) -> Result<Shown, Vec<Violation>> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<EvidenceRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let at = root.field("outcome");
    let outcome = report.required(request.outcome, &at).and_then(|word| {
        let outcome = Outcome::from_word(&word);
        if outcome.is_none() {
            report.add(&at, "outcome", "must be passed, failed or noted");
        }
        outcome
    });
    let note = report.optional_text(request.note, &root.field("note"));
    let at = root.field("file");
    let file = report.optional(request.file, &at).and_then(|file| attachment(&mut report, file, &at));
    let shown = outcome.map(|outcome| Shown { outcome, note, file });
    shown.filter(|_| report.is_clean()).ok_or_else(|| report.into_violations())
}

fn attachment(report: &mut Report, file: FileRequest, at: &Pointer) -> Option<Attachment> {
    let name = report.required(file.name, &at.field("name"));
    let place = at.field("mediaType");
    let kind = report
        .required(file.media_type, &place)
        .and_then(|text| MediaType::new(&text).map_err(|error| report.add(&place, "media_type", error)).ok());
    let place = at.field("content");
    let body = report.required(file.content, &place).and_then(|text| {
        let decoded = STANDARD.decode(text.as_bytes());
        decoded.map_err(|_| report.add(&place, "base64", "must be Base64 with its padding")).ok()
    });
    let file = Attachment::new(&name?, kind?, body?);
    file.map_err(|error| report.add(at, "file", error)).ok()
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "outcome": "passed", "note": "Prova superata in collaudo",
        "file": { "name": "esito.txt", "mediaType": "text/plain", "content": "UHJvdmEgc3VwZXJhdGE=" },
    });
    let location = AnswerHeader {
        name: "Location",
        about: "Where the evidence is.",
        example: "/admin/v1/creditor-institutions/99000010019/activation/evidence/5b6a79880011223344556677aabbccdd",
    };
    let answer = Answer::json::<EvidenceModel<'static>>("The evidence.", examples::evidence()).with(location);
    let violation = Violation { pointer: "/outcome".into(), code: "required", message: "is required".into() };
    doc_of_step("showActivationEvidence", "Show something of a step")
        .about(
            "It stays: what was shown is neither changed nor taken away, and of the same step the last counts. \
             Nothing has passed before what it needs is done.",
        )
        .takes::<EvidenceRequest>(body)
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person; Location tells where."))
        .refuses([
            ActivationError::Invalid(vec![violation]).into(),
            refused("step_blocked", "Steps that come before it are neither done nor waived: connectivity."),
        ])
}
