//! `POST`, `PUT` and `DELETE …/debtpositions/file`: a file of positions to create, to update or to delete.
//!
//! `toPublish=false` leaves drafts; without it positions are published, as the published service always
//! does. `dryRun=true` only tells what would become of each row. A file that is sent again with the same
//! `Idempotency-Key` is not taken in twice.

use std::sync::Arc;

use axum::extract::Multipart;
use axum::extract::State;
use axum::extract::multipart::MultipartRejection;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, Required};

use super::folder::Folder;
use super::receive::{ReceiveError, problems, receive};
use super::{Brokered, Massive, file_id, retry_after};
use crate::api::idempotency::{self, IdempotencyError, IdempotencyKey, given};
use crate::api::openapi::form::form;
use crate::api::openapi::{Answer, AnswerHeader, Doc, RETRY_AFTER, form};
use crate::api::positions::rows::{BadQuery, bad_query, flag, to_publish};
use crate::api::problem::Problem;
use crate::store::{Mode, Offer, Once, Operation, Outcome, StoreError, Upload};

/// Why a file is not accepted.
#[derive(Debug, thiserror::Error)]
pub(super) enum UploadError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    #[error(transparent)]
    Key(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Parts = Result<Multipart, MultipartRejection>;

/// A file of new positions. Answers 202 once it cannot be lost; 400 or 413 with what is wrong with it.
pub(super) async fn create(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    key: IdempotencyKey,
    uri: Uri,
    parts: Parts,
) -> Result<Response, Problem> {
    Ok(accept(&massive, whose, (uri, Operation::Create), (key, parts)).await?)
}

/// A file of positions to write over.
pub(super) async fn update(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    key: IdempotencyKey,
    uri: Uri,
    parts: Parts,
) -> Result<Response, Problem> {
    Ok(accept(&massive, whose, (uri, Operation::Update), (key, parts)).await?)
}

/// A file of names of positions to delete.
pub(super) async fn delete(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    key: IdempotencyKey,
    uri: Uri,
    parts: Parts,
) -> Result<Response, Problem> {
    Ok(accept(&massive, whose, (uri, Operation::Delete), (key, parts)).await?)
}

/// What is said of it, under that name.
pub(super) fn doc(id: &str, summary: &str) -> Doc {
    let content = ContentBuilder::new().schema(Some(form::reference::<FileForm>()));
    let body = RequestBodyBuilder::new().content("multipart/form-data", content.build());
    let accepted = Answer::empty("The file is kept; it is carried out in the background.");
    idempotency::doc(super::doc(id, summary))
        .about("A ZIP archive of one JSON or CSV file, or that file itself; README.md has the columns of the table.")
        .query("toPublish", form::flag(), "Whether what is written is on offer afterwards; true if left out.")
        .query("dryRun", form::flag(), "Whether only to tell what would become of each row. Ours.")
        .names::<FileForm>()
        .body(body.required(Some(Required::True)).build())
        .answers(StatusCode::ACCEPTED, accepted.with(LOCATION).with(RETRY_AFTER).with(idempotency::TOLD_BEFORE))
        .refuses([bad_query()])
        .refuses(problems())
}

/// What is sent, in the documentation.
enum FileForm {}
form!(FileForm, "FileForm", form::file_in("file", "The file."));

const LOCATION: AnswerHeader = AnswerHeader {
    name: "Location",
    about: "Where its status is.",
    example: "/upload/gpd/debt-positions-service/v2/brokers/99000020018/organizations/99000010019/debtpositions/file/99000020018_99000010019_0a1b2c3d4e5f60718293a4b5/status",
};

async fn accept(
    massive: &Massive,
    Brokered { ec, broker, scope }: Brokered,
    (uri, operation): (Uri, Operation),
    (key, parts): (IdempotencyKey, Parts),
) -> Result<Response, UploadError> {
    let offer = if to_publish(&uri)? == Some(false) { Offer::Drafts } else { Offer::Published };
    let mode = if flag(&uri, "dryRun")? { Mode::DryRun } else { Mode::Real };
    let received = receive(massive, &ec, operation, parts).await?;
    let upload = Upload {
        ec,
        id: received.id,
        broker,
        scope,
        operation,
        offer,
        mode,
        submitted: received.rows,
        received_at: massive.api.clock.now(),
        processed: 0,
        finished: None,
        purged_at: None,
    };
    let request = key.request(&upload.ec, received.digest, upload.received_at);
    let store = &massive.api.store;
    let kept = match &request {
        Some(request) => {
            let once = Once { request, answer: &|upload| given(accepted(upload)) };
            store.add_upload_once(&upload, once).await.map(Some)
        }
        None => store.add_upload(&upload).await.map(|()| None),
    };
    // After a failure nobody knows whether it was committed: rows that are not needed are swept away later.
    let kept = kept?;
    if let Some(Outcome::Before(_)) = &kept {
        // Nobody will ask for them.
        let rows = Folder::new(&massive.settings.folder).rows(&upload.ec, &upload.id);
        let _gone = std::fs::remove_file(rows);
    } else {
        massive.arrived.notify_one();
    }
    Ok(match kept {
        None => accepted(&upload),
        Some(outcome) => idempotency::answer(outcome)?,
    })
}

fn accepted(upload: &Upload) -> Response {
    let id = file_id(&upload.broker, &upload.ec, &upload.id);
    let (broker, ec) = (escaped(upload.broker.as_str()), &upload.ec);
    let location = format!(
        "/upload/gpd/debt-positions-service/v2/brokers/{broker}/organizations/{ec}/debtpositions/file/{}/status",
        escaped(&id)
    );
    let mut response = StatusCode::ACCEPTED.into_response();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after(upload.submitted)));
    response
}

/// A name as a part of a path.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let escape = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(escape).collect()
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Query(error) => error.into(),
            UploadError::Receive(error) => error.into(),
            UploadError::Key(error) => error.into(),
            UploadError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
