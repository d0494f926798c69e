//! Accounts as api-config writes them. Days come with the offset of Italy, so that the day is the one that
//! stands there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};

use crate::api::admin::accounts::terms::Asked;
use crate::api::openapi::form::{MaybeText300, Moment, form};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::Pointer;
use crate::domain::account::Purpose;
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::domain::text::Text;
use crate::store::{NamedAccount, PurposeRow};

/// An instant with the offset that Italy has then.
pub(in crate::api) enum LocalInstant {}
form!(
    LocalInstant,
    "LocalInstant",
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("An instant, with the offset that Italy has then."))
        .examples([serde_json::json!("2026-12-01T00:00:00+01:00")])
);

/// An instant with the offset that Italy has then.
pub(in crate::api) fn local(instant: Timestamp) -> String {
    instant.display_with_offset(rome::zone().to_offset(instant)).to_string()
}

/// An account that is to be registered or changed.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = IbanEnhancedRequest)]
pub(super) struct IbanRequest {
    /// The account.
    #[serde(default)]
    #[schema(value_type = Iban, required)]
    iban: Field<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = MaybeText300)]
    description: Field<String>,
    /// Whether money may come.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    is_active: Field<bool>,
    /// The Italian day from which on: tomorrow or later.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    validity_date: Field<String>,
    /// The last Italian day; only its owner changes it.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    due_date: Field<String>,
    /// What it is chosen for, in the place of another.
    #[serde(default)]
    #[schema(value_type = Vec<LabelRequest>, max_items = 100)]
    labels: Field<Vec<Field<LabelRequest>>>,
}

/// A label, by its name.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = IbanLabelRequest)]
pub(super) struct LabelRequest {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = LabelName, required)]
    pub name: Field<String>,
    /// What it means; ignored where an account is given the label.
    #[serde(default)]
    #[schema(value_type = MaybeText300, required)]
    pub description: Field<String>,
}

/// The name of a label.
pub(in crate::api) enum LabelName {}
form!(
    LabelName,
    "IbanLabelName",
    crate::api::openapi::form::text(
        "^[!-~]{1,50}$",
        "A name of what accounts are chosen for: ACA (payments in stand-in), 0201138TS (CUP).",
        Purpose::ARCHIVE,
    )
);

impl Shape for IbanRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for LabelRequest {
    const IS_OBJECT: bool = true;
}

impl IbanRequest {
    /// Its fields, and whether the list of labels could be read.
    pub(super) fn asked(self, at: &Pointer) -> (Asked, Field<()>) {
        let at = at.field("labels");
        let (labels, list) = match self.labels {
            Field::Given(labels) => (labels, Field::Absent),
            Field::Absent => (Vec::new(), Field::Absent),
            Field::WrongType => (Vec::new(), Field::WrongType),
            Field::TooMany => (Vec::new(), Field::TooMany),
        };
        let named = |(index, label): (usize, Field<LabelRequest>)| {
            let at = at.item(index).field("name");
            match label {
                Field::Given(label) => (at, label.name),
                Field::Absent => (at, Field::Absent),
                Field::WrongType | Field::TooMany => (at, Field::WrongType),
            }
        };
        let asked = Asked {
            iban: self.iban,
            description: self.description,
            active: self.is_active,
            from: self.validity_date,
            due: self.due_date,
            labels: labels.into_iter().enumerate().map(named).collect(),
            ..Asked::default()
        };
        (asked, list)
    }
}

/// A label with its meaning.
#[derive(Serialize, ToSchema)]
#[schema(as = IbanLabel)]
pub(in crate::api) struct LabelModel {
    /// Its name.
    #[schema(value_type = LabelName)]
    name: String,
    /// What it means.
    description: String,
}

impl LabelModel {
    pub(in crate::api) fn new(row: &PurposeRow) -> Self {
        LabelModel { name: row.purpose.as_str().to_owned(), description: row.description.to_string() }
    }
}

/// What accounts can be chosen for.
#[derive(Serialize, ToSchema)]
#[schema(as = IbanLabels)]
pub(in crate::api) struct LabelsModel {
    /// Each of them.
    pub labels: Vec<LabelModel>,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = IbanEnhanced)]
pub(super) struct IbanModel {
    /// The account.
    #[schema(value_type = Iban)]
    iban: String,
    /// The creditor institution that registered it first.
    ci_owner: String,
    /// In whose name it is: that of the creditor institution unless another was given.
    company_name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whether money may come.
    is_active: bool,
    /// The same.
    active: bool,
    /// The Italian day from which on; always if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    validity_date: Option<String>,
    /// When it was registered; left out if that was before anybody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    publication_date: Option<String>,
    /// The last Italian day; none if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    due_date: Option<String>,
    /// What it was chosen for.
    labels: Vec<LabelModel>,
}

impl IbanModel {
    pub(super) fn new(known: &NamedAccount, purposes: &[PurposeRow]) -> Self {
        let (account, terms) = (&known.account, &known.account.terms);
        let chosen = purposes.iter().filter(|row| terms.purposes.contains(&row.purpose));
        let company_name = terms.company_name.as_ref().map_or_else(|| known.name.clone(), Text::to_string);
        IbanModel {
            iban: account.iban.to_string(),
            ci_owner: account.owner.to_string(),
            company_name,
            description: terms.description.as_ref().map(Text::to_string),
            is_active: terms.usage.active,
            active: terms.usage.active,
            validity_date: terms.usage.from.map(local),
            publication_date: account.published_at.map(local),
            due_date: terms.usage.due.map(local),
            labels: chosen.map(LabelModel::new).collect(),
        }
    }
}

/// An account in short.
#[derive(Serialize, ToSchema)]
#[schema(as = IbanInShort)]
pub(super) struct ShortModel {
    /// The account.
    #[schema(value_type = String)]
    iban: String,
    /// The Italian day from which on; always if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    validity_date: Option<String>,
    /// When it was registered; left out if that was before anybody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    publication_date: Option<String>,
}

impl ShortModel {
    pub(super) fn new(known: &NamedAccount) -> Self {
        let account = &known.account;
        ShortModel {
            iban: account.iban.to_string(),
            validity_date: account.terms.usage.from.map(local),
            publication_date: account.published_at.map(local),
        }
    }
}

/// The accounts of a creditor institution in short.
#[derive(Serialize, ToSchema)]
#[schema(as = IbansInShort)]
pub(super) struct ShortListModel {
    /// Each of them.
    pub ibans: Vec<ShortModel>,
}

/// A page of the accounts of a creditor institution.
#[derive(Serialize, ToSchema)]
#[schema(as = IbansEnhanced)]
pub(super) struct ListModel {
    /// Each of them.
    pub ibans_enhanced: Vec<IbanModel>,
    /// Where the page is.
    pub page_info: PageInfo,
}

/// Where a page is among all.
#[derive(Serialize, ToSchema)]
#[schema(as = PageInfo)]
pub(in crate::api) struct PageInfo {
    /// Which page, from 0.
    page: u32,
    /// How many each has at most.
    limit: u32,
    /// How many this one has.
    items_found: usize,
    /// How many pages there are.
    total_pages: u64,
    /// How many there are in all.
    total_items: u64,
}

impl PageInfo {
    /// Of a page that has so many, of so many in all.
    pub(in crate::api) fn new(page: u32, limit: u32, (items_found, total_items): (usize, u64)) -> Self {
        let total_pages = total_items.div_ceil(u64::from(limit.max(1)));
        PageInfo { page, limit, items_found, total_pages, total_items }
    }
}

/// Creditor institutions, in short.
#[derive(Serialize, ToSchema)]
#[schema(as = InstitutionsInShort)]
pub(super) struct InstitutionsModel {
    /// Each of them.
    pub creditor_institutions: Vec<InstitutionModel>,
}

/// A creditor institution, in short.
#[derive(Serialize, ToSchema)]
#[schema(as = InstitutionInShort)]
pub(super) struct InstitutionModel {
    /// Its fiscal code.
    pub creditor_institution_code: String,
    /// Its name.
    pub business_name: String,
    /// Whether it is served.
    pub enabled: bool,
}
