//! `GET …/debtpositions/file/{file-id}/status`: how far a file is. It may be asked as often as one likes.

use axum::Json;
use serde::Serialize;

use super::{NamedUpload, file_id};
use crate::store::{Mode, Upload};

/// How far a file is (`UploadStatus`); instants are UTC.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadStatus {
    file_id: String,
    processed_item: i64,
    submitted_item: i64,
    start_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    operation_status: &'static str,
    dry_run: bool,
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
