//! `GET …/debtpositions/file/{file-id}/status`: how far a file is. It may be asked as often as one likes.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{NamedUpload, file_id};
use crate::api::openapi::form::{Instant, form, words};
use crate::api::openapi::{Answer, Doc};
use crate::store::{Mode, Upload};

/// How far a file is (`UploadStatus`); instants are UTC.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadStatus {
    /// Its name.
    file_id: String,
    /// How many rows are done.
    processed_item: i64,
    /// How many rows it has.
    submitted_item: i64,
    /// When it was accepted.
    #[schema(value_type = Instant)]
    start_time: String,
    /// When the last row was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    end_time: Option<String>,
    /// How it stands.
    #[schema(value_type = OperationStatus)]
    operation_status: &'static str,
    /// Whether nothing is carried out. Ours.
    dry_run: bool,
}

/// How a file stands, in the documentation.
enum OperationStatus {}
form!(
    OperationStatus,
    "OperationStatus",
    words(
        ["IN_PROGRESS", "COMPLETED", "COMPLETED_WITH_WARNINGS", "COMPLETED_UNSUCCESSFULLY"],
        "Whether rows are left, and whether all, some or none were carried out.",
    )
);

/// An example.
pub(super) fn example() -> Value {
    json!({
        "fileId": "99000020018_99000010019_0a1b2c3d4e5f60718293a4b5", "processedItem": 2, "submittedItem": 2,
        "startTime": "2026-11-22T10:15:00Z", "endTime": "2026-11-22T10:15:01Z",
        "operationStatus": "COMPLETED_WITH_WARNINGS", "dryRun": false,
    })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<UploadStatus>("How far it is.", example());
    super::doc_of_file("readFileStatus", "Tell how far a file is").answers(StatusCode::OK, answer)
}

/// Answers 200; 404 for a file that is not the broker's, 410 for one that is too old.
pub(super) async fn handler(NamedUpload(upload): NamedUpload) -> Json<UploadStatus> {
    Json(UploadStatus::of(&upload))
}

impl UploadStatus {
    /// The status, which no table holds.
    pub(super) fn of(upload: &Upload) -> Self {
        UploadStatus {
            file_id: file_id(&upload.broker, &upload.ec, &upload.id),
            processed_item: upload.processed,
            submitted_item: upload.submitted,
            start_time: upload.received_at.to_string(),
            end_time: upload.finished.map(|finished| finished.at.to_string()),
            operation_status: word(upload),
            dry_run: upload.mode == Mode::DryRun,
        }
    }
}

fn word(upload: &Upload) -> &'static str {
    match upload.finished.map(|finished| finished.succeeded) {
        None => "IN_PROGRESS",
        Some(0) => "COMPLETED_UNSUCCESSFULLY",
        Some(succeeded) if succeeded == upload.submitted => "COMPLETED",
        Some(_) => "COMPLETED_WITH_WARNINGS",
    }
}
