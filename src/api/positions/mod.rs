//! Debt positions, as the published contract (GPD) manages them: each endpoint once for all versions.
//!
//! [`contract::Contract`] is what differs, the bodies and how they are read and written, and [`v1`] and [`v3`]
//! say it for each version.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::PartialSchema;

use super::Api;
use super::openapi::{Doc, Method, Routes};
use super::problem::Problem;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::store::NoticeName;

pub(super) mod contract;
mod create;
mod cursor;
mod days;
mod delete;
mod examples;
pub(super) mod field;
pub(in crate::api) mod if_match;
mod in_progress;
mod invalidate;
mod list;
pub(super) mod model;
mod notification_fee;
mod orders;
mod paid;
pub(super) mod parse;
mod publish;
pub(super) mod query;
mod read;
mod refusal;
pub(super) mod render;
mod report;
pub(super) mod rows;
mod transfers;
mod update;
pub mod v1;
pub mod v3;

use contract::Contract;

/// The parameter of paths that names the creditor institution.
const ORGANIZATION: &str = "organizationfiscalcode";

/// The path of all positions of a creditor institution.
const ALL: &str = "/organizations/{organizationfiscalcode}/debtpositions";

/// The path of all transfers is in the first version also that of the position of this name, should
/// there be one.
const TRANSFERS: &str = "transfers";

/// The endpoints that a version has in common with the others.
fn routes<C: Contract>() -> Routes {
    let heading = C::HEADING.0;
    let (publish, invalidate) = (format!("{ALL}/{{iupd}}/publish"), format!("{ALL}/{{iupd}}/invalidate"));
    one::<C>(Routes::default(), Naming::Iupd)
        .on(Method::Get, (heading, ALL), list::handler::<C>, list::doc::<C>())
        .on(Method::Post, (heading, ALL), create::handler::<C>, create::doc::<C>())
        .on(Method::Post, (heading, &publish), publish::handler::<C>, publish::doc::<C>())
        .on(Method::Post, (heading, &invalidate), invalidate::handler::<C>, invalidate::doc::<C>())
}

/// How a path names a position.
#[derive(Clone, Copy)]
enum Naming {
    /// By a parameter.
    Iupd,
    /// By the word that is also the path of all transfers.
    Transfers,
}

/// What can be asked of one position.
fn one<C: Contract>(routes: Routes, naming: Naming) -> Routes {
    let path = match naming {
        Naming::Iupd => format!("{ALL}/{{iupd}}"),
        Naming::Transfers => format!("{ALL}/{TRANSFERS}"),
    };
    let at = (C::HEADING.0, path.as_str());
    routes
        .on(Method::Get, at, read::handler::<C>, read::doc::<C>(naming))
        .on(Method::Put, at, update::handler::<C>, update::doc::<C>(naming))
        .on(Method::Delete, at, delete::handler, delete::doc::<C>(naming))
}

/// The beginning of what is said of an endpoint of one position.
fn doc_of_one<C: Contract>(verb: &str, naming: Naming, summary: &str) -> Doc {
    let name = match naming {
        Naming::Iupd => format!("{verb}{}", C::SUFFIX),
        Naming::Transfers => format!("{verb}Transfers{}", C::SUFFIX),
    };
    let doc = Doc::new(name, summary).organization(ORGANIZATION).refuses([unknown_position()]);
    match naming {
        Naming::Iupd => {
            doc.path("iupd", Iupd::schema(), "The position, by the name that its creditor gave it.")
        }
        Naming::Transfers => doc.about("For the position that is named transfers, should there be one."),
    }
}

/// The notice in the path, by its number or its IUV.
#[derive(Deserialize)]
struct NavPath {
    nav: String,
}

/// The position's name in the path. A text that cannot be one names no position.
struct NamedPosition(Iupd);

#[derive(Deserialize)]
struct IupdPath {
    iupd: Option<String>,
}

impl FromRequestParts<Arc<Api>> for NamedPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let path = Path::<IupdPath>::from_request_parts(parts, api).await;
        let iupd = path.ok().and_then(|Path(path)| Iupd::new(path.iupd.as_deref().unwrap_or(TRANSFERS)).ok());
        iupd.map(NamedPosition).ok_or_else(unknown_position)
    }
}

fn unknown_position() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not found the debt position",
        "unknown_position",
        "The creditor institution has no debt position of that iupd.",
    )
}

fn unknown_notice() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not found the payment option",
        "unknown_notice",
        "The creditor institution has no payment option of that notice number.",
    )
}

/// A notice by what a path names it: its number, or its IUV. A text that is neither names none.
fn notice_name(text: &str) -> Option<NoticeName> {
    let number = NoticeNumber::new(text).map(NoticeName::Number);
    number.or_else(|_| Iuv::new(text).map(NoticeName::Iuv)).ok()
}
