//! The form of an offering.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::fields::{Control, ErrorView, FieldView, Sent, Wrong, fields, summary};
use super::frame::{Frame, page};
use super::visit::Visit;
use super::words::Words;
use super::{HOME, Pages, refusal, write};
use crate::catalogue::shelf::Shelf;
use crate::catalogue::view::Offered;
use crate::domain::catalogue::browse::Open;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::offering::Commission;
use crate::domain::catalogue::price::PriceRule;
use crate::domain::fiscal_code::FiscalCode;

#[derive(Template)]
#[template(path = "pages/form.html")]
struct FormPage {
    frame: Frame,
    offering: OfferingView,
    price: Option<String>,
    commission: Option<&'static str>,
    action: String,
    error_title: String,
    errors: Vec<ErrorView>,
    has_required: bool,
    fields: Vec<FieldView>,
}

/// An offering, as pages name it.
pub struct OfferingView {
    /// The name that its institution gives the service.
    pub name: String,
    /// Who provides it.
    pub institution: String,
    /// Their fiscal code.
    pub ec: String,
    /// Which office.
    pub office: Option<String>,
    /// What it is for.
    pub description: Option<String>,
}

/// The two names in an address: of an offering, or of a notice.
pub struct Named(pub (String, String));

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(names)| Named(names)).map_err(|_| refusal::missing(Visit::of(parts).words))
    }
}

/// Answers with the empty form.
pub async fn handler(State(pages): State<Pages>, Named(named): Named, visit: Visit) -> Response {
    let shelf = pages.shelf();
    match find(&shelf, &named) {
        Some(offered) => shown(&shelf, &offered, (&Sent::new(), &[]), visit.words),
        None => refusal::missing(visit.words),
    }
}

/// Answers with the form as it was filled in before.
pub async fn again(
    State(pages): State<Pages>,
    Named(named): Named,
    visit: Visit,
    sent: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = sent else { return refusal::unreadable(visit.words) };
    let shelf = pages.shelf();
    match find(&shelf, &named) {
        Some(offered) => shown(&shelf, &offered, (&sent, &[]), visit.words),
        None => refusal::missing(visit.words),
    }
}

/// Leads to the form who comes without what was filled in.
pub async fn back(Named((ec, service)): Named, visit: Visit) -> Response {
    match FiscalCode::new(&ec).ok().zip(ServiceId::new(&service).ok()) {
        Some((ec, service)) => {
            Redirect::to(&visit.link(&format!("{HOME}/{ec}/{service}"), &[])).into_response()
        }
        None => refusal::missing(visit.words),
    }
}

/// The offering of those names, if it can be asked for.
pub fn find(shelf: &Shelf, (ec, service): &(String, String)) -> Option<Offered> {
    let (ec, service) = FiscalCode::new(ec).ok().zip(ServiceId::new(service).ok())?;
    shelf.find(&ec, &service)
}

/// The form with what was sent before, and what is wrong with it.
pub fn shown(
    shelf: &Shelf,
    offered: &Offered,
    (sent, wrong): (&Sent, &[Wrong]),
    words: &'static Words,
) -> Response {
    let Some(open) = shelf.shown(offered) else { return refusal::missing(words) };
    let path = path_of(&open);
    let fields = fields(open.service, sent, wrong, words);
    let errors = summary(&fields, wrong);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let form = FormPage {
        frame: Frame::new(words, &path, &[]),
        offering: view(&open, words),
        price: price(open.offering.price(open.service), words),
        commission: match open.offering.commission {
            Commission::Charged => Some(words.commission_charged),
            Commission::Free => Some(words.commission_free),
            Commission::Unsaid => None,
        },
        action: super::visit::link(&path, &[], words),
        error_title: (words.errors)(errors.len()),
        has_required: fields.iter().any(|field| field.is_required),
        errors,
        fields,
    };
    page(status, &form)
}

/// Where the form of an offering is.
pub fn path_of(open: &Open<'_>) -> String {
    format!("{HOME}/{}/{}", open.offering.ec, open.service.id)
}

/// An offering, as pages name it.
pub fn view(open: &Open<'_>, words: &Words) -> OfferingView {
    let Open { service, offering, institution } = open;
    OfferingView {
        name: offering.name(service).in_language(words.language).to_string(),
        institution: (*institution).to_owned(),
        ec: offering.ec.to_string(),
        office: offering.office.as_ref().map(ToString::to_string),
        description: service.description.as_ref().map(|about| about.in_language(words.language).to_string()),
    }
}

fn price(rule: &PriceRule, words: &Words) -> Option<String> {
    match rule {
        PriceRule::Fixed(amount) => Some((words.price)(&write::euro(words, *amount))),
        PriceRule::Free(free) => {
            let (least, most) = (write::euro(words, free.min()), write::euro(words, free.max()));
            Some((words.free_price)(&least, &most))
        }
        PriceRule::Table(_) | PriceRule::Formula(_) | PriceRule::Calculator(_) => None,
    }
}
