//! What callers say of a key: read, or everything that is wrong with it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{CodeText, OwnerText, RoleWord, ScopeWord};
use crate::api::access::Access;
use crate::api::openapi::form::{Instant, Text140};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::{ApiKey, ApiScope, KeyRights, KeyScope, Role, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;
use crate::domain::text::Text;
use crate::registry::Registry;
use crate::store::KeyRecord;

/// The longest that a secret which was replaced works on, in hours.
const OVERLAP_MAX: i64 = 168;

/// A new key.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewApiKey)]
pub(super) struct CreateRequest {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    label: Field<String>,
    /// Whose it is.
    #[serde(default)]
    #[schema(value_type = OwnerText, required)]
    owner: Field<String>,
    /// What it opens.
    #[serde(default)]
    #[schema(value_type = Vec<ScopeWord>, required, min_items = 1, max_items = 6)]
    scopes: Field<Vec<Field<String>>>,
    /// In what role it administers; only with the scope administration.
    #[serde(default)]
    #[schema(value_type = RoleWord)]
    role: Field<String>,
    /// Only for these of the institutions of its owner; for all if left out.
    #[serde(default)]
    #[schema(value_type = Vec<FiscalCode>, max_items = 100)]
    organizations: Field<Vec<Field<String>>>,
    /// Only for notices of these codes; for all if left out.
    #[serde(default)]
    #[schema(value_type = Vec<CodeText>, max_items = 100)]
    segregation_codes: Field<Vec<Field<String>>>,
    /// Its end; it has none if left out.
    #[serde(default)]
    #[schema(value_type = Instant)]
    expires_at: Field<String>,
}

/// What changes of a key; what is left out stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKeyChange)]
pub(super) struct ChangeRequest {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140)]
    label: Field<String>,
    /// What it opens.
    #[serde(default)]
    #[schema(value_type = Vec<ScopeWord>, min_items = 1, max_items = 6)]
    scopes: Field<Vec<Field<String>>>,
    /// In what role it administers; it goes with the scope administration.
    #[serde(default)]
    #[schema(value_type = RoleWord)]
    role: Field<String>,
    /// Its end, which can be moved.
    #[serde(default)]
    #[schema(value_type = Instant)]
    expires_at: Field<String>,
}

/// How a secret gives way to the next.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KeyRegeneration)]
pub(in crate::api::admin) struct RegenerateRequest {
    /// For how many hours the secret before works on; 0 for not at all.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 168, default = 0)]
    overlap_hours: Field<i64>,
}

impl Shape for CreateRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for ChangeRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for RegenerateRequest {
    const IS_OBJECT: bool = true;
}

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
#[error("the body cannot be carried out")]
pub(in crate::api::admin) struct Invalid(Vec<Violation>);

/// A key as it was asked for.
#[derive(Debug)]
pub(super) struct NewKey {
    pub key: ApiKey,
    pub until: Option<Timestamp>,
}

/// Reads the body of a creation, for the key of that id.
pub(super) fn creation(body: Value, id: String, access: &Access) -> Result<NewKey, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<CreateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let label: Option<Text<140>> = report.text(request.label, &root.field("label"));
    let owner = owner(request.owner, &access.registry, &mut report);
    let at = root.field("scopes");
    let scopes = report.required(request.scopes, &at).map(|given| scopes(given, &mut report));
    let role = role(request.role, &mut report);
    let institutions = institutions(request.organizations, &mut report);
    let segregation = codes(request.segregation_codes, &mut report);
    let until = end(request.expires_at, access.now, &mut report);
    let scopes = scopes.unwrap_or_default();
    together(&scopes, role, &mut report);
    unlimited(&scopes, (&institutions, &segregation), &mut report);
    match (label, owner, report.is_clean()) {
        (Some(label), Some(owner), true) => {
            let rights = KeyRights { owner, scopes, role };
            let label = label.as_str().to_owned();
            Ok(NewKey { key: ApiKey { id, label, institutions, segregation, rights }, until })
        }
        _ => Err(Invalid(report.into_violations())),
    }
}

/// Reads the body of a change of a key.
pub(super) fn change(body: Value, record: &KeyRecord, now: Timestamp) -> Result<NewKey, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<ChangeRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let mut key = record.key.clone();
    if request.label != Field::Absent {
        let label: Option<Text<140>> = report.text(request.label, &root.field("label"));
        key.label = label.map(|label| label.as_str().to_owned()).unwrap_or_default();
    }
    if let Some(given) = report.optional(request.scopes, &root.field("scopes")) {
        key.rights.scopes = scopes(given, &mut report);
    }
    key.rights.role = match role(request.role, &mut report) {
        Some(role) => Some(role),
        None => key.rights.role.filter(|_| key.rights.scopes.contains(&KeyScope::Administration)),
    };
    let until = end(request.expires_at, now, &mut report).or(record.until);
    together(&key.rights.scopes, key.rights.role, &mut report);
    unlimited(&key.rights.scopes, (&key.institutions, &key.segregation), &mut report);
    if report.is_clean() { Ok(NewKey { key, until }) } else { Err(Invalid(report.into_violations())) }
}

/// Reads for how many hours a secret that is replaced works on.
pub(in crate::api::admin) fn overlap(body: Option<Value>) -> Result<i64, Invalid> {
    let Some(body) = body else { return Ok(0) };
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("overlapHours"));
    let field = Field::<RegenerateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.optional(field, &root).unwrap_or_default();
    let hours = report.optional(request.overlap_hours, &at).unwrap_or(0);
    if !(0..=OVERLAP_MAX).contains(&hours) {
        report.add(&at, "overlap_out_of_range", format_args!("must lie between 0 and {OVERLAP_MAX}"));
    }
    if report.is_clean() { Ok(hours) } else { Err(Invalid(report.into_violations())) }
}

fn owner(field: Field<String>, registry: &Registry, report: &mut Report) -> Option<Tenant> {
    let at = Pointer::root().field("owner");
    let text = report.required(field, &at)?;
    let Ok(tenant) = Tenant::parse(&text) else {
        report.add(&at, "owner_form", "must be gateway, ec: and a fiscal code, or broker: and a code");
        return None;
    };
    let known = match &tenant {
        Tenant::Gateway => true,
        Tenant::Institution(ec) => registry.institution(ec).is_some(),
        Tenant::Broker(broker) => registry.broker(broker).is_some(),
    };
    if !known {
        report.add(&at, "unknown_owner", "is not registered here");
    }
    Some(tenant).filter(|_| known)
}

fn scopes(given: Vec<Field<String>>, report: &mut Report) -> BTreeSet<KeyScope> {
    let at = Pointer::root().field("scopes");
    if given.is_empty() {
        report.add(&at, "blank", "must name a scope");
    }
    let mut scopes = BTreeSet::new();
    for (index, word) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(word) = report.required(word, &at) else { continue };
        match KeyScope::named(&word) {
            Some(scope) => drop(scopes.insert(scope)),
            None => {
                report.add(&at, "unknown_scope", "must be one of the scopes that the documentation names")
            }
        }
    }
    scopes
}

fn role(field: Field<String>, report: &mut Report) -> Option<Role> {
    let at = Pointer::root().field("role");
    let word = report.optional_string(field, &at)?;
    let role = Role::named(&word);
    if role.is_none() {
        report.add(&at, "unknown_role", "must be one of the roles that the documentation names");
    }
    role
}

/// A role is what a key administers in, so neither is there without the other.
fn together(scopes: &BTreeSet<KeyScope>, role: Option<Role>, report: &mut Report) {
    let at = Pointer::root().field("role");
    match (scopes.contains(&KeyScope::Administration), role) {
        (true, None) => report.add(&at, "required", "is required with the scope administration"),
        (false, Some(_)) => report.add(&at, "role_without_scope", "goes with the scope administration"),
        _ => {}
    }
}

/// Who administers does so for all of the owner: a limit would promise what nothing holds.
fn unlimited(
    scopes: &BTreeSet<KeyScope>,
    (institutions, segregation): (&ApiScope, &Segregation),
    report: &mut Report,
) {
    let limited = *institutions != ApiScope::Every || *segregation != Segregation::Every;
    let administers = scopes.contains(&KeyScope::Administration) || scopes.contains(&KeyScope::Registry);
    if limited && administers {
        let reason = "administration and registry go with neither organizations nor segregationCodes";
        report.add(&Pointer::root().field("scopes"), "limited_administration", reason);
    }
}

fn institutions(field: Field<Vec<Field<String>>>, report: &mut Report) -> ApiScope {
    let at = Pointer::root().field("organizations");
    let Some(given) = report.optional(field, &at) else { return ApiScope::Every };
    if given.is_empty() {
        report.add(&at, "blank", "must name an institution, or be left out");
    }
    let mut held = BTreeSet::new();
    for (index, text) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(text) = report.required(text, &at) else { continue };
        match FiscalCode::new(&text) {
            Ok(ec) => drop(held.insert(ec)),
            Err(error) => report.add(&at, "fiscal_code", error),
        }
    }
    ApiScope::Only(held)
}

fn codes(field: Field<Vec<Field<String>>>, report: &mut Report) -> Segregation {
    let at = Pointer::root().field("segregationCodes");
    let Some(given) = report.optional(field, &at) else { return Segregation::Every };
    Segregation::Only(code_list(given, &at, report))
}

/// The codes of a list, which must not be empty.
pub(in crate::api::admin) fn code_list(
    given: Vec<Field<String>>,
    at: &Pointer,
    report: &mut Report,
) -> BTreeSet<TwoDigits> {
    if given.is_empty() {
        report.add(at, "blank", "must name a code, or be left out");
    }
    let mut codes = BTreeSet::new();
    for (index, text) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(text) = report.required(text, &at) else { continue };
        match TwoDigits::new(&text) {
            Ok(code) => drop(codes.insert(code)),
            Err(_) => report.add(&at, "segregation_code_form", "must be two digits"),
        }
    }
    codes
}

/// An end that is still to come.
fn end(field: Field<String>, now: Timestamp, report: &mut Report) -> Option<Timestamp> {
    let at = Pointer::root().field("expiresAt");
    let end = moment(field, &at, report)?;
    if end <= now {
        report.add(&at, "past", "must be still to come");
    }
    Some(end)
}

/// An instant that may be left out.
pub(in crate::api::admin) fn moment(
    field: Field<String>,
    at: &Pointer,
    report: &mut Report,
) -> Option<Timestamp> {
    let text = report.optional_string(field, at)?;
    let instant = text.trim().parse::<Timestamp>();
    if instant.is_err() {
        report.add(at, "instant_form", "must be an instant such as 2030-12-31T22:59:59Z");
    }
    let instant = instant.ok()?;
    // As fine as it is kept.
    Timestamp::from_microsecond(instant.as_microsecond()).ok()
}

impl Invalid {
    /// All that is wrong.
    pub(in crate::api::admin) fn into_violations(self) -> Vec<Violation> {
        self.0
    }

    /// One that shows what it looks like.
    pub(in crate::api::admin) fn example() -> Self {
        let (pointer, message) = ("/label".to_owned(), "is required".to_owned());
        Invalid(vec![Violation { pointer, code: "required", message }])
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(violations): Invalid) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "invalid_api_key",
            "The request cannot be carried out, for the reasons that violations gives.",
        )
        .with_violations(violations)
    }
}
