//! Accounts in our own words. Instants come with the offset of Italy, because they stand for its days.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::terms::Asked;
use crate::api::apiconfig::ibans::model::{LabelName, LocalInstant, local};
use crate::api::openapi::form::{MaybeMoment, MaybeText100, MaybeText140, MaybeText300, Moment, form, words};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::Pointer;
use crate::domain::account::AccountStatus;
use crate::domain::iban::Iban;
use crate::domain::text::Text;
use crate::store::NamedAccount;

/// What an account is now.
pub(super) enum StatusWord {}
form!(
    StatusWord,
    "AccountStatus",
    words(
        AccountStatus::ALL.map(AccountStatus::word),
        "active: debts may name it; not_yet_valid, expired: its days are to come or gone; disabled: its creditor switched it off.",
    )
);

/// An account that is to be registered or changed.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountRequest)]
pub(super) struct AccountRequest {
    /// The account.
    #[serde(default)]
    #[schema(value_type = Iban, required)]
    pub iban: Field<String>,
    /// What the creditor calls it among its own.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    pub label: Field<String>,
    /// In whose name it is; that of the creditor institution if left out.
    #[serde(default)]
    #[schema(value_type = MaybeText100)]
    pub company_name: Field<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = MaybeText300)]
    pub description: Field<String>,
    /// Whether money may come; it may if left out.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub active: Field<bool>,
    /// The Italian day from which on: tomorrow or later. It must be said of an account that does not go.
    #[serde(default)]
    #[schema(value_type = Moment)]
    pub valid_from: Field<String>,
    /// The last Italian day; none if left out.
    #[serde(default)]
    #[schema(value_type = MaybeMoment)]
    pub due: Field<String>,
    /// What it is chosen for, in the place of another.
    #[serde(default)]
    #[schema(value_type = Vec<LabelName>, max_items = 100)]
    pub labels: Field<Vec<Field<String>>>,
}

impl Shape for AccountRequest {
    const IS_OBJECT: bool = true;
}

impl AccountRequest {
    /// Its fields, and whether the list of labels could be read.
    pub(super) fn asked(self, at: &Pointer) -> (Asked, Field<()>) {
        let at = at.field("labels");
        let (labels, list) = match self.labels {
            Field::Given(labels) => (labels, Field::Absent),
            Field::Absent => (Vec::new(), Field::Absent),
            Field::WrongType => (Vec::new(), Field::WrongType),
            Field::TooMany => (Vec::new(), Field::TooMany),
        };
        let asked = Asked {
            iban: self.iban,
            label: self.label,
            company_name: self.company_name,
            description: self.description,
            active: self.active,
            from: self.valid_from,
            due: self.due,
            labels: labels.into_iter().enumerate().map(|(index, label)| (at.item(index), label)).collect(),
        };
        (asked, list)
    }
}

/// An account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub(super) struct AccountModel {
    /// The account.
    #[schema(value_type = Iban)]
    iban: String,
    /// What it is now.
    #[schema(value_type = StatusWord)]
    status: &'static str,
    /// Why no debt can name it; left out if one can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    not_payable_because: Option<&'static str>,
    /// Whether it is at the post office, so that slips can be printed.
    postal: bool,
    /// What the creditor calls it among its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// In whose name it is.
    company_name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whether its creditor wants money on it.
    active: bool,
    /// The Italian day from which on; always if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    valid_from: Option<String>,
    /// The last Italian day; none if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    due: Option<String>,
    /// What it was chosen for.
    #[schema(value_type = Vec<LabelName>)]
    labels: Vec<String>,
    /// The creditor institution that registered it first, which says until when it lasts.
    owner: String,
    /// When it was registered; left out if that was before anybody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    published_at: Option<String>,
}

impl AccountModel {
    pub(super) fn new(known: &NamedAccount, today: Date) -> Self {
        let (account, terms) = (&known.account, &known.account.terms);
        let status = terms.usage.status(today);
        AccountModel {
            iban: account.iban.to_string(),
            status: status.word(),
            not_payable_because: status.obstacle(),
            postal: account.iban.is_postal(),
            label: terms.label.as_ref().map(Text::to_string),
            company_name: terms.company_name.as_ref().map_or_else(|| known.name.clone(), Text::to_string),
            description: terms.description.as_ref().map(Text::to_string),
            active: terms.usage.active,
            valid_from: terms.usage.from.map(local),
            due: terms.usage.due.map(local),
            labels: terms.purposes.iter().map(|purpose| purpose.as_str().to_owned()).collect(),
            owner: account.owner.to_string(),
            published_at: account.published_at.map(local),
        }
    }
}

/// The accounts of a creditor institution.
#[derive(Serialize, ToSchema)]
#[schema(as = Accounts)]
pub(super) struct AccountsModel {
    /// Each of them.
    pub accounts: Vec<AccountModel>,
}

pub(super) fn example() -> Value {
    json!({
        "iban": "IT80Z0599903600000000001001", "status": "active", "postal": false,
        "companyName": "Comune di Borgo", "description": "Riscossione tributi", "active": true,
        "validFrom": "2026-12-01T00:00:00+01:00", "labels": ["ACA"], "owner": "99000010019",
        "publishedAt": "2026-11-22T11:00:00+01:00",
    })
}

pub(super) fn example_of_request() -> Value {
    json!({
        "iban": "IT80Z0599903600000000001001", "description": "Riscossione tributi",
        "validFrom": "2026-12-01", "labels": ["ACA"],
    })
}
