//! `POST`, `PUT` and `DELETE …/debtpositions/file`: a file of positions to create, to update or to delete.
//!
//! `toPublish=false` leaves drafts; without it positions are published, as the published service always
//! does. `dryRun=true` only tells what would become of each row.

use std::sync::Arc;

use axum::extract::Multipart;
use axum::extract::State;
use axum::extract::multipart::MultipartRejection;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::folder::Folder;
use super::receive::{ReceiveError, receive};
use super::{Brokered, Massive, file_id, retry_after};
use crate::api::positions::rows::{BadQuery, flag, to_publish};
use crate::api::problem::Problem;
use crate::store::{Mode, Offer, Operation, StoreError, Upload};

/// Why a file is not accepted.
#[derive(Debug, thiserror::Error)]
pub(super) enum UploadError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Parts = Result<Multipart, MultipartRejection>;

/// A file of new positions. Answers 202 once it cannot be lost; 400 or 413 with what is wrong with it.
pub(super) async fn create(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    uri: Uri,
    parts: Parts,
) -> Result<Response, Problem> {
    Ok(accept(&massive, whose, (uri, Operation::Create), parts).await?)
}

/// A file of positions to write over.
pub(super) async fn update(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    uri: Uri,
    parts: Parts,
) -> Result<Response, Problem> {
    Ok(accept(&massive, whose, (uri, Operation::Update), parts).await?)
}

/// A file of names of positions to delete.
pub(super) async fn delete(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    uri: Uri,
    parts: Parts,
) -> Result<Response, Problem> {
    Ok(accept(&massive, whose, (uri, Operation::Delete), parts).await?)
}

async fn accept(
    massive: &Massive,
    Brokered { ec, broker, scope }: Brokered,
    (uri, operation): (Uri, Operation),
    parts: Parts,
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
    if let Err(error) = massive.api.store.add_upload(&upload).await {
        // Nobody will ask for them.
        let rows = Folder::new(&massive.settings.folder).rows(&upload.ec, &upload.id);
        let _gone = std::fs::remove_file(rows);
        return Err(error.into());
    }
    massive.arrived.notify_one();
    Ok(accepted(&upload))
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
            UploadError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}
