//! What callers say of a subscription: read, or everything that is wrong with it.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::TargetCheck;
use super::model::{EventTypePattern, FormWord, SegregationCode, StartWord, Url};
use crate::api::openapi::form::Text140;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;
use crate::domain::subscription::{
    EventFilter, SubscriptionForm, SubscriptionTerms, TypePattern, TypePatternError, WebhookUrl,
    WebhookUrlError,
};
use crate::store::{FirstEvents, Switch, TermsChange};

/// A new subscription.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewSubscription)]
pub(super) struct CreateRequest {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    label: Field<String>,
    /// Where events are sent.
    #[serde(default)]
    #[schema(value_type = Url, required)]
    url: Field<String>,
    /// What is sent; the event itself if left out.
    #[serde(default)]
    #[schema(value_type = FormWord)]
    form: Field<String>,
    /// Which types of events; all if left out or empty.
    #[serde(default)]
    #[schema(value_type = Vec<EventTypePattern>, max_items = 100)]
    types: Field<Vec<Field<String>>>,
    /// Only events of notices of these codes; of all that the key may work with if left out.
    #[serde(default)]
    #[schema(value_type = Vec<SegregationCode>, max_items = 100)]
    segregation_codes: Field<Vec<Field<String>>>,
    /// Which events it begins with: those from now on, or all that are kept.
    #[serde(default)]
    #[schema(value_type = StartWord)]
    from: Field<String>,
}

/// What changes of a subscription; what is left out stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubscriptionChange)]
pub(super) struct ChangeRequest {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140)]
    label: Field<String>,
    /// Where events are sent. The secret stays.
    #[serde(default)]
    #[schema(value_type = Url)]
    url: Field<String>,
    /// Which types of events; all if empty. Events before are not sent anew.
    #[serde(default)]
    #[schema(value_type = Vec<EventTypePattern>, max_items = 100)]
    types: Field<Vec<Field<String>>>,
    /// Whether anything is sent. What waits is sent when it is again.
    #[serde(default)]
    #[schema(value_type = bool)]
    enabled: Field<bool>,
}

impl Shape for CreateRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for ChangeRequest {
    const IS_OBJECT: bool = true;
}

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
#[error("the body cannot be carried out")]
pub(super) struct Invalid(pub Vec<Violation>);

/// A new subscription, as it was asked for.
pub(super) struct Asked {
    pub terms: SubscriptionTerms,
    pub form: SubscriptionForm,
    pub first: FirstEvents,
}

/// Reads the body of a creation, for a caller who may see that much.
pub(super) fn creation(body: Value, scope: &Segregation, check: &TargetCheck) -> Result<Asked, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<CreateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let label = report.text(request.label, &root.field("label"));
    let at = root.field("url");
    let url = report.required(request.url, &at).and_then(|text| url(&text, check, &at, &mut report));
    let at = root.field("form");
    let form = report.optional_string(request.form, &at).map(|word| (SubscriptionForm::from_word(&word), at));
    let types = types(request.types, &mut report);
    let codes = codes(request.segregation_codes, scope, &mut report);
    let at = root.field("from");
    let first = report.optional_string(request.from, &at).map(|word| (first(&word), at));
    let form = choice(form, SubscriptionForm::Event, &mut report);
    let first = choice(first, FirstEvents::New, &mut report);
    match (label, url, report.is_clean()) {
        (Some(label), Some(url), true) => {
            let filter = EventFilter { types: types.unwrap_or_default(), codes };
            Ok(Asked { terms: SubscriptionTerms { label, url, filter }, form, first })
        }
        _ => Err(Invalid(report.into_violations())),
    }
}

/// Reads the body of a change.
pub(super) fn change(body: Value, check: &TargetCheck) -> Result<TermsChange, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<ChangeRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let label = match request.label {
        Field::Absent => None,
        given => report.text(given, &root.field("label")),
    };
    let at = root.field("url");
    let url = report.optional(request.url, &at).and_then(|text| url(&text, check, &at, &mut report));
    let types = types(request.types, &mut report);
    let enabled = report.optional(request.enabled, &root.field("enabled"));
    let switch = enabled.map(|enabled| if enabled { Switch::On } else { Switch::Off });
    if report.is_clean() {
        Ok(TermsChange { label, url, types, switch })
    } else {
        Err(Invalid(report.into_violations()))
    }
}

/// The value of a word, or the default where none was said.
fn choice<T>(said: Option<(Option<T>, Pointer)>, default: T, report: &mut Report) -> T {
    match said {
        None => default,
        Some((Some(value), _)) => value,
        Some((None, at)) => {
            report.add(&at, "unknown_word", "must be one of the words that the documentation names");
            default
        }
    }
}

fn first(word: &str) -> Option<FirstEvents> {
    match word {
        "now" => Some(FirstEvents::New),
        "beginning" => Some(FirstEvents::Kept),
        _ => None,
    }
}

fn url(text: &str, check: &TargetCheck, at: &Pointer, report: &mut Report) -> Option<WebhookUrl> {
    let url = report.read(at, WebhookUrl::new(text))?;
    match check(&url) {
        Ok(()) => Some(url),
        Err(why) => {
            report.add(at, "url_not_allowed", why);
            None
        }
    }
}

fn types(field: Field<Vec<Field<String>>>, report: &mut Report) -> Option<Vec<TypePattern>> {
    let at = Pointer::root().field("types");
    let given = report.optional(field, &at)?;
    let mut types: Vec<TypePattern> = Vec::new();
    for (index, text) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(text) = report.required(text, &at) else { continue };
        let pattern = TypePattern::new(&text).ok().filter(TypePattern::means_something);
        let pattern = report.read(&at, pattern.ok_or(TypePatternError));
        types.extend(pattern.filter(|pattern| !types.contains(pattern)));
    }
    Some(types)
}

/// The notices that a subscription is of: those of the caller, or fewer if the caller says so.
fn codes(field: Field<Vec<Field<String>>>, scope: &Segregation, report: &mut Report) -> Segregation {
    let at = Pointer::root().field("segregationCodes");
    let Some(given) = report.optional(field, &at) else { return scope.clone() };
    if given.is_empty() {
        report.add(&at, "blank", "must name a code, or be left out");
    }
    let mut codes = std::collections::BTreeSet::new();
    for (index, text) in given.into_iter().enumerate() {
        let at = at.item(index);
        let Some(text) = report.required(text, &at) else { continue };
        match TwoDigits::new(&text) {
            Err(_) => report.add(&at, "segregation_code_form", "must be two digits"),
            Ok(code) if !scope.covers(&Segregation::Only([code].into())) => {
                report.add(&at, "foreign_segregation", "is a code that the API key does not have");
            }
            Ok(code) => drop(codes.insert(code)),
        }
    }
    Segregation::Only(codes)
}

impl Coded for WebhookUrlError {
    fn code(&self) -> &'static str {
        match self {
            WebhookUrlError::TooLong => "too_long",
            WebhookUrlError::Form => "url_form",
            WebhookUrlError::Scheme => "url_scheme",
            WebhookUrlError::Credentials => "url_credentials",
            WebhookUrlError::Fragment => "url_fragment",
        }
    }
}

impl Coded for TypePatternError {
    fn code(&self) -> &'static str {
        "unknown_event_type"
    }
}

impl Invalid {
    /// One that shows what it looks like.
    pub(super) fn example() -> Self {
        Invalid(vec![Violation { pointer: "/url".into(), code: "required", message: "is required".into() }])
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(violations): Invalid) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "BAD REQUEST",
            "invalid_subscription",
            "The request cannot be carried out, for the reasons that violations gives.",
        )
        .with_violations(violations)
    }
}
