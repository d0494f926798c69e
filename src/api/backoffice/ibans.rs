//! `GET /brokers/{brokerCode}/ibans`: the accounts of all institutions that a broker's stations serve.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Page, PageInfo, doc as doc_of};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::apiconfig::ibans::model::{LocalInstant, local};
use crate::api::apiconfig::maintenances::known_broker;
use crate::api::openapi::form::{form, words};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::account::AccountStatus;
use crate::domain::rome;
use crate::domain::text::Text;
use crate::store::NamedAccount;

/// Whether an account is switched on, in the word of the contract.
enum SwitchWord {}
form!(SwitchWord, "AccountSwitch", words(["ENABLED", "DISABLED"], "Whether its creditor wants money on it."));

/// An account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExternalIban)]
struct IbanModel {
    /// Name of the creditor institution.
    ci_name: String,
    /// Its fiscal code.
    ci_fiscal_code: String,
    /// The account.
    iban: String,
    /// Whether its creditor wants money on it.
    #[schema(value_type = SwitchWord)]
    status: &'static str,
    /// The Italian day from which on; always if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    validity_date: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What it was chosen for, with commas between.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// The last Italian day; none if left out. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    due_date: Option<String>,
    /// Whether debts may name it today. Ours.
    payable: bool,
}

impl IbanModel {
    fn new(known: &NamedAccount, today: Date) -> Self {
        let (account, terms) = (&known.account, &known.account.terms);
        let purposes: Vec<&str> = terms.purposes.iter().map(|purpose| purpose.as_str()).collect();
        IbanModel {
            ci_name: known.name.clone(),
            ci_fiscal_code: account.ec.to_string(),
            iban: account.iban.to_string(),
            status: if terms.usage.active { "ENABLED" } else { "DISABLED" },
            validity_date: terms.usage.from.map(local),
            description: terms.description.as_ref().map(Text::to_string),
            label: (!purposes.is_empty()).then(|| purposes.join(",")),
            due_date: terms.usage.due.map(local),
            payable: terms.usage.status(today) == AccountStatus::Active,
        }
    }
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExternalIbans)]
pub(super) struct IbansModel {
    /// Each of them.
    ibans: Vec<IbanModel>,
    /// Where the page is.
    page_info: PageInfo,
}

/// Answers 200 with the page; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<IbansModel>, Problem> {
    let broker = known_broker(&access, &code)?;
    let page = Page::read(&uri)?;
    let found = api.store.accounts_of_broker(&broker, (page.limit, page.offset())).await;
    let (accounts, total) = found.map_err(failed)?;
    let today = rome::day(access.now);
    let ibans = accounts.iter().map(|known| IbanModel::new(known, today)).collect();
    Ok(Json(IbansModel { ibans, page_info: page.info(total) }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({
        "ibans": [{
            "ciName": "Comune di Borgo", "ciFiscalCode": "99000010019", "iban": "IT80Z0599903600000000001001",
            "status": "ENABLED", "validityDate": "2026-12-01T00:00:00+01:00",
            "description": "Riscossione tributi", "label": "ACA", "dueDate": "2027-12-31T23:59:59+01:00",
            "payable": true,
        }],
        "pageInfo": { "page": 0, "limit": 10, "totalElements": 1, "totalPages": 1 },
    });
    doc_of("getBrokerIbans", "List the accounts of the institutions that a broker serves").answers(
        StatusCode::OK,
        Answer::json::<IbansModel>("As they are now, by institution and account.", answer),
    )
}
