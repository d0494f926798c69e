//! A file on its way in: from the request to the disk, never whole in memory.

use std::io;

use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::Massive;
use super::convert::{FileFault, Target, convert};
use super::folder::{Folder, Part};
use super::table::CsvFault;
use crate::api::problem::{Problem, Violation};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::Operation;

/// Why a file is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
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
    /// The file is not one that can be carried out.
    #[error(transparent)]
    Fault(#[from] FileFault),
}

/// A file that is on the disk to stay.
pub struct Received {
    /// The upload's name.
    pub id: String,
    /// How many rows it has.
    pub rows: i64,
    /// The SHA-256 of what was sent.
    pub digest: [u8; 32],
}

/// Takes in the part `file` of a request.
pub async fn receive(
    massive: &Massive,
    ec: &FiscalCode,
    operation: Operation,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Received, ReceiveError> {
    let mut parts = parts?;
    // Closed never.
    let _place = massive.receiving.acquire().await;
    let id = massive.draw();
    let folder = Folder::new(&massive.settings.folder);
    folder.make().map_err(FileFault::Disk)?;
    let part = folder.part(&id);
    let max = massive.settings.max_file;
    let digest = write_part(&mut parts, &part, max).await?.ok_or(ReceiveError::NoFile)?;
    let target = Target { folder, ec: ec.clone(), id: id.clone(), operation, max };
    let converted = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(part.path()).map_err(FileFault::Disk)?;
        convert(file, &target)
    });
    let rows = converted.await.map_err(|error| FileFault::Disk(io::Error::other(error)))??;
    Ok(Received { id, rows, digest })
}

/// Writes the part `file` to the disk, if there is one, and returns its SHA-256.
async fn write_part(parts: &mut Multipart, to: &Part, max: u64) -> Result<Option<[u8; 32]>, ReceiveError> {
    let mut written = None;
    while let Some(mut field) = parts.next_field().await? {
        if field.name() != Some("file") {
            continue;
        }
        if written.is_some() {
            return Err(ReceiveError::SeveralFiles);
        }
        let mut file = tokio::fs::File::create(to.path()).await.map_err(FileFault::Disk)?;
        let (mut left, mut digest) = (max, Sha256::new());
        while let Some(chunk) = field.chunk().await? {
            left = left.checked_sub(chunk.len() as u64).ok_or(FileFault::TooLarge)?;
            digest.update(&chunk);
            file.write_all(&chunk).await.map_err(FileFault::Disk)?;
        }
        file.flush().await.map_err(FileFault::Disk)?;
        written = Some(digest.finalize().into());
    }
    Ok(written)
}

/// How files are refused.
pub fn problems() -> impl Iterator<Item = Problem> {
    let faults = [
        FileFault::Empty,
        FileFault::NotAnArchive,
        FileFault::NotOneEntry,
        FileFault::EntryName,
        FileFault::Unreadable,
        FileFault::TooLarge,
        FileFault::Json { line: 1, column: 1 },
        FileFault::Positions("paymentPositions"),
        FileFault::NoRows,
        FileFault::TooManyRows,
        FileFault::LargeRow { list: "paymentPositions", row: Some(0) },
        FileFault::Csv(CsvFault::Missing("iupd")),
        FileFault::Csv(CsvFault::Twice(2)),
        FileFault::Csv(CsvFault::Encoding(2)),
        FileFault::Csv(CsvFault::Cells(2)),
    ];
    let faults = faults.into_iter().map(Problem::from);
    faults.chain([ReceiveError::NoFile.into(), ReceiveError::SeveralFiles.into(), no_parts(), broken()])
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
    Problem::new(StatusCode::BAD_REQUEST, "BAD REQUEST", code, detail)
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::NoParts(_) => no_parts(),
            ReceiveError::Broken(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            ReceiveError::Broken(_) => broken(),
            ReceiveError::NoFile => bad("no_file", "The body has no part that is called file."),
            ReceiveError::SeveralFiles => {
                bad("several_files", "The body must have one part that is called file, and no second one.")
            }
            ReceiveError::Fault(fault) => fault.into(),
        }
    }
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "Payload Too Large",
        "file_too_large",
        "The file exceeds the largest size that is accepted, packed or unpacked.",
    )
}

fn large_row(pointer: Option<String>) -> Problem {
    let violation =
        |pointer| Violation { pointer, code: "position_too_large", message: "is too large".into() };
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "Payload Too Large",
        "position_too_large",
        "A position of the file, or something beside the positions, exceeds the largest size of a position.",
    )
    .with_violations(pointer.map(violation).into_iter().collect())
}

impl From<FileFault> for Problem {
    fn from(fault: FileFault) -> Self {
        let (title, code) = match &fault {
            FileFault::TooLarge => return too_large(),
            FileFault::LargeRow { list, row } => return large_row(row.map(|row| format!("/{list}/{row}"))),
            FileFault::Disk(error) => {
                tracing::error!(%error, "a file cannot be taken in");
                return Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "INTERNAL SERVER ERROR",
                    "internal_error",
                    "The file could not be kept because of a failure on our side; it can be sent again.",
                );
            }
            FileFault::Empty => ("The file is empty", "empty_file"),
            FileFault::NotAnArchive => ("The file is not a ZIP archive", "not_a_zip"),
            FileFault::NotOneEntry => ("The ZIP archive must hold one file", "zip_entries"),
            FileFault::EntryName => ("The ZIP archive must hold one file", "zip_entry_name"),
            FileFault::Unreadable => ("The ZIP archive cannot be unpacked", "unzip_failed"),
            FileFault::Json { .. } => ("The file is not valid JSON", "malformed_json"),
            FileFault::Positions(_) => ("The file does not list positions", "invalid_positions"),
            FileFault::NoRows => ("The file does not list positions", "no_positions"),
            FileFault::TooManyRows => ("The file lists too many positions", "too_many_positions"),
            FileFault::Csv(CsvFault::Missing(_)) => ("The file cannot be read", "unknown_form"),
            FileFault::Csv(CsvFault::Unknown(_) | CsvFault::Twice(_)) => {
                ("The file is not a valid table", "csv_header")
            }
            FileFault::Csv(CsvFault::Encoding(_)) => ("The file is not a valid table", "csv_encoding"),
            FileFault::Csv(CsvFault::Cells(_)) => ("The file is not a valid table", "csv_cells"),
        };
        let mut detail = format!("{fault}.");
        detail.get_mut(..1).map(str::make_ascii_uppercase);
        Problem::new(StatusCode::BAD_REQUEST, title, code, detail)
    }
}
