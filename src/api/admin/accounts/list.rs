//! `GET …/ibans`: all accounts of a creditor institution, with what each of them is now.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use utoipa::PartialSchema;

use super::model::{AccountModel, AccountsModel, StatusWord, example};
use super::terms::known_institution;
use super::{doc as doc_of, failed};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery, word};
use crate::api::problem::Problem;
use crate::domain::account::AccountStatus;
use crate::domain::rome;
use crate::store::AccountFilter;

#[derive(Deserialize)]
struct ListQuery {
    status: Option<String>,
}

/// Answers 200 with those of a status, or all; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<AccountsModel>, Problem> {
    let ec = known_institution(&access, &code)?;
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<ListQuery>::try_from_uri(&uri).map_err(|_| twice)?;
    let wrong = BadQuery("The query parameter status must be active, not_yet_valid, expired or disabled.");
    let of_word = |word: &str| AccountStatus::ALL.into_iter().find(|status| status.word() == word);
    let status = word(query.status.as_deref(), None, |word| of_word(word).map(Some), wrong)?;
    let today = rome::day(access.now);
    let mut accounts = api.store.accounts_of(&ec, &AccountFilter::default()).await.map_err(failed)?;
    accounts.retain(|known| status.is_none_or(|status| known.account.terms.usage.status(today) == status));
    let accounts = accounts.iter().map(|known| AccountModel::new(known, today)).collect();
    Ok(Json(AccountsModel { accounts }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "accounts": [example()] });
    doc_of("listAccounts", "List the accounts of a creditor institution with their status")
        .query("status", form::or_empty(StatusWord::schema()), "Only those of this status.")
        .answers(StatusCode::OK, Answer::json::<AccountsModel>("In the order of the accounts.", answer))
        .refuses([query::WRONG.into()])
}
