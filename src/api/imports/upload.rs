//! A file on its way in, whole in memory: it is small.

use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, Uri};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, Required};

use super::FILE_MAX;
use crate::api::inbox::params::Params;
use crate::api::openapi::form::form;
use crate::api::openapi::{Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::problem::Problem;

/// A file, and whether it is only tried.
pub(in crate::api) struct Upload {
    /// What was sent.
    pub bytes: Vec<u8>,
    /// Whether nothing is to be done.
    pub dry_run: bool,
    /// What else stands in the query.
    pub params: Params,
}

/// Why a file is not taken in.
#[derive(Debug, thiserror::Error)]
pub(in crate::api) enum UploadError {
    /// The query cannot be read.
    #[error(transparent)]
    Query(#[from] BadQuery),
    /// The body has no such parts.
    #[error(transparent)]
    NoParts(#[from] MultipartRejection),
    /// The body broke off, or is too large.
    #[error(transparent)]
    Broken(#[from] MultipartError),
    /// No part is called `file`.
    #[error("no part is called file")]
    NoFile,
    /// Several parts are called `file`.
    #[error("several parts are called file")]
    SeveralFiles,
    /// The file is larger than any may be.
    #[error("the file is too large")]
    TooLarge,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(read(request, state).await?)
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Upload, UploadError> {
    let (params, dry_run) = asked(request.uri())?;
    let mut parts = Multipart::from_request(request, state).await?;
    let mut file: Option<Vec<u8>> = None;
    while let Some(mut field) = parts.next_field().await? {
        if field.name() != Some("file") {
            continue;
        }
        if file.is_some() {
            return Err(UploadError::SeveralFiles);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await? {
            if bytes.len() + chunk.len() > FILE_MAX {
                return Err(UploadError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        file = Some(bytes);
    }
    Ok(Upload { bytes: file.ok_or(UploadError::NoFile)?, dry_run, params })
}

fn asked(uri: &Uri) -> Result<(Params, bool), BadQuery> {
    let params = Params::read(uri)?;
    let wrong = BadQuery("The query parameter dryRun must be true or false.");
    let dry_run = params.flag("dryRun", wrong)?.unwrap_or(false);
    Ok((params, dry_run))
}

/// What is sent, in the documentation.
enum FileForm {}
form!(FileForm, "RegisterFile", form::file_in("file", "The file."));

/// What is said of the body.
pub(in crate::api) fn documented(doc: Doc) -> Doc {
    let content = ContentBuilder::new().schema(Some(form::reference::<FileForm>()));
    let body = RequestBodyBuilder::new().content("multipart/form-data", content.build());
    doc.names::<FileForm>().body(body.required(Some(Required::True)).build()).refuses([
        UploadError::Query(BadQuery("A query parameter is wrong.")).into(),
        UploadError::NoFile.into(),
        UploadError::SeveralFiles.into(),
        UploadError::TooLarge.into(),
        broken(),
        no_parts(),
    ])
}

fn no_parts() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Unsupported Media Type",
        "unsupported_media_type",
        "The body must be multipart/form-data with the part file.",
    )
}

fn broken() -> Problem {
    bad("body_not_received", "The body could not be received whole.")
}

fn bad(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "Bad Request", code, detail)
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let too_large = || {
            let detail = "The file exceeds the largest size that is accepted.";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", "file_too_large", detail)
        };
        match error {
            UploadError::Query(error) => error.into(),
            UploadError::NoParts(_) => no_parts(),
            UploadError::Broken(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            UploadError::Broken(_) => broken(),
            UploadError::NoFile => bad("no_file", "The body has no part that is called file."),
            UploadError::SeveralFiles => {
                bad("several_files", "The body must have one part that is called file, and no second one.")
            }
            UploadError::TooLarge => too_large(),
        }
    }
}
