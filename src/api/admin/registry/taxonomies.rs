//! `GET /admin/v1/taxonomies`: what transfers may be for.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::access::Access;
use crate::api::apiconfig::paging::{PageInfo, Paging, has};
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::rome;
use crate::domain::taxonomy::TaxonomyEntry;

/// A row of the taxonomy.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TaxonomyRow)]
struct Row {
    /// The code as transfers carry it.
    code: String,
    /// The type of creditor: two digits.
    ec_type: String,
    /// The macro area: two digits.
    macro_area: String,
    /// The service: three digits.
    service: String,
    /// The legal reason: two letters.
    reason: String,
    /// Its first day, in Italy.
    valid_from: String,
    /// Its last day.
    valid_until: String,
}

impl From<&TaxonomyEntry> for Row {
    fn from(entry: &TaxonomyEntry) -> Self {
        let [ec_type, macro_area, service, reason] = entry.code.parts().map(str::to_owned);
        Row {
            code: format!("9/{}/", entry.code),
            ec_type,
            macro_area,
            service,
            reason,
            valid_from: entry.valid_from.to_string(),
            valid_until: entry.valid_until.to_string(),
        }
    }
}

/// A page of the taxonomy.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Taxonomies)]
struct TaxonomyPage {
    /// The rows of the page.
    taxonomies: Vec<Row>,
    /// Where the page stands.
    page_info: PageInfo,
}

/// Answers 200 with a page of the taxonomy.
pub(super) async fn handler(access: Access, uri: Uri) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let paging = Paging::read(&params)?;
    let (code, ec, area) = (params.one("code")?, params.one("ec")?, params.one("macro_area")?);
    let wrong = BadQuery("The query parameter only_valid must be true or false.");
    let only_valid = params.flag("only_valid", wrong)?.unwrap_or(false);
    let today = rome::day(access.now);
    let wanted = |entry: &TaxonomyEntry| {
        let [ec_type, macro_area, ..] = entry.code.parts();
        has(&format!("9/{}/", entry.code), code)
            && ec.is_none_or(|ec| ec == ec_type)
            && area.is_none_or(|area| area == macro_area)
            && (!only_valid || (entry.valid_from..=entry.valid_until).contains(&today))
    };
    let mut rows = access.registry.taxonomy().entries();
    rows.retain(wanted);
    let (page, page_info) = paging.of(rows);
    Ok(unkept(
        Json(TaxonomyPage { taxonomies: page.iter().map(Row::from).collect(), page_info }).into_response(),
    ))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({
        "taxonomies": [{
            "code": "9/0101002IM/", "ecType": "01", "macroArea": "01", "service": "002", "reason": "IM",
            "validFrom": "2020-01-01", "validUntil": "2099-12-31",
        }],
        "pageInfo": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    Paging::documented(Doc::new("listTaxonomies", "List what transfers may be for"))
        .about("The taxonomy of collection services as it was imported; empty until it is.")
        .query("code", form::example_text("0101002IM"), "Only codes with this in them.")
        .query("ec", form::example_text("01"), "Only those of this type of creditor.")
        .query("macro_area", form::example_text("01"), "Only those of this macro area.")
        .query("only_valid", form::flag(), "Only those that hold today.")
        .answers(StatusCode::OK, Answer::json::<TaxonomyPage>("The page.", example))
}
