//! `GET /routing/deliveries`: receipts of the caller's institutions on their way to partners, and those that arrived.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;
use utoipa::PartialSchema;

use super::delivery_model::{DELIVERY, DeliveriesModel, DeliveryModel, DeliveryStateWord, example};
use super::model::PARTNER;
use super::refusal::Missing;
use super::seen_letter;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::inbox::params::{LIMIT, LIMITS, Params};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::PartnerId;
use crate::store::{LetterPlace, LetterQuery, LetterState};

const STATE: BadQuery = BadQuery("The query parameter state must be pending, refused or delivered.");

/// Answers 200 with a page, which may have fewer than were asked for, or none; 400 if a parameter is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = read(&uri)?;
    let (letters, next) = api.store.letters(&query).await.map_err(Missing::from)?;
    let seen = letters.into_iter().filter(|letter| seen_letter(&access, letter));
    let deliveries = seen.map(DeliveryModel::from).collect();
    let next_cursor = next.as_ref().map(write_place);
    Ok(unkept(Json(DeliveriesModel { deliveries, next_cursor }).into_response()))
}

fn read(uri: &Uri) -> Result<LetterQuery, BadQuery> {
    let params = Params::read(uri)?;
    let ec = BadQuery("The query parameter ec must be the fiscal code of a creditor institution.");
    let partner = BadQuery("The query parameter partner must be the name of a partner.");
    let cursor = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    Ok(LetterQuery {
        ec: params.word("ec", |text| FiscalCode::new(text).ok(), ec)?,
        partner: params.word("partner", |text| PartnerId::new(text).ok(), partner)?,
        state: params.word("state", LetterState::from_word, STATE)?,
        after: params.word("cursor", read_place, cursor)?,
        limit: params.limit()?,
    })
}

/// Where a walk goes on: the microsecond, a dot, and the name of the delivery.
fn write_place(place: &LetterPlace) -> String {
    format!("{}.{}", place.made_at.as_microsecond(), place.id)
}

fn read_place(text: &str) -> Option<LetterPlace> {
    let (at, id) = text.split_once('.')?;
    let made_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    let sound = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
    sound.then(|| LetterPlace { made_at, id: id.to_owned() })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let page = Answer::json::<DeliveriesModel>("The page.", json!({ "deliveries": [example()] }));
    let cursor = format!("1795341600000000.{DELIVERY}");
    Doc::new("listPartnerDeliveries", "List receipts on their way to partners")
        .about(
            "A receipt whose notice a partner answers for is handed on until the partner has it. A page may have \
             fewer than limit, and another one behind it.",
        )
        .query("ec", form::institution(), "Only those of this institution.")
        .query("partner", form::example_text(PARTNER), "Only those for this partner.")
        .query("state", form::or_empty(DeliveryStateWord::schema()), "Only those in this state.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query("cursor", form::example_text(&cursor), "Where to go on, as nextCursor gave it.")
        .answers(StatusCode::OK, page)
        .refuses([STATE.into()])
}
