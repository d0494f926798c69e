//! What something costs, before a notice is made of it.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::{Sent, Wrong, answered};
use super::form::{self, Named, OfferingView};
use super::frame::{Frame, page};
use super::visit::{Visit, link};
use super::words::Words;
use super::{Pages, refusal, write};
use crate::catalogue::desk::{Asked, DeskError, Issue, Quoted};
use crate::catalogue::price::{PriceError, Refusal};
use crate::catalogue::render::inputs_of_page;
use crate::catalogue::shelf::Shelf;
use crate::catalogue::view::Offered;
use crate::domain::catalogue::form::Inputs;
use crate::domain::position::Destination;
use crate::domain::rome;
use crate::domain::segregation::Segregation;

#[derive(Template)]
#[template(path = "pages/quote.html")]
struct QuotePage {
    frame: Frame,
    offering: OfferingView,
    amount: String,
    description: String,
    due: String,
    shares: Vec<ShareView>,
    answers: Vec<(String, String)>,
    hidden: Sent,
    confirm: String,
    change: String,
}

struct ShareView {
    beneficiary: String,
    account: String,
    amount: String,
}

/// Answers with what it costs, or with the form and what is wrong with it.
pub async fn handler(
    State(pages): State<Pages>,
    Named(named): Named,
    visit: Visit,
    sent: Result<Form<Sent>, FormRejection>,
) -> Response {
    let words = visit.words;
    let Ok(Form(sent)) = sent else { return refusal::unreadable(words) };
    let shelf = pages.shelf();
    let Some(offered) = form::find(&shelf, &named) else { return refusal::missing(words) };
    let asked = asked(&offered, &sent);
    match pages.desk.quote(&asked, shelf.now()).await {
        Ok(quoted) => shown(&shelf, (&offered, &quoted), &asked.inputs, &sent, words),
        Err(error) => refused(&shelf, &offered, &sent, error, words),
    }
}

/// What is asked for, as the desk reads it.
pub fn asked(offered: &Offered, sent: &Sent) -> Asked {
    let form = &offered.listed.service.form;
    let pairs = sent.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Asked {
        ec: offered.offering.ec.clone(),
        service: offered.listed.service.id.clone(),
        inputs: inputs_of_page(form, pairs),
        debtor: None,
        issue: Issue::Within(Segregation::Every),
    }
}

/// The page that says why not: the form, if something that was filled in is wrong.
pub fn refused(
    shelf: &Shelf,
    offered: &Offered,
    sent: &Sent,
    error: DeskError,
    words: &'static Words,
) -> Response {
    let wrong = match error {
        DeskError::Inputs(errors) => Wrong::of(&errors, words),
        DeskError::Price(PriceError::Refused(refusal)) => vec![no_price(&refusal, words)],
        DeskError::Unknown | DeskError::NotOpen(_) => return refusal::missing(words),
        DeskError::Price(PriceError::Unavailable(error)) => {
            tracing::info!(%error, "no price");
            return refusal::unavailable(words);
        }
        DeskError::Price(PriceError::Wrong(_))
        | DeskError::Order(_)
        | DeskError::NoLink(_)
        | DeskError::Unnumbered
        | DeskError::Store(_) => {
            tracing::warn!(%error, "no notice can be made");
            return refusal::unavailable(words);
        }
    };
    form::shown(shelf, offered, (sent, &wrong), words)
}

fn no_price(refusal: &Refusal, words: &Words) -> Wrong {
    match refusal {
        Refusal::Limits { field, min, max } => {
            let (least, most) = (write::euro(words, *min), write::euro(words, *max));
            Wrong { field: Some(field.to_string()), text: (words.limits)(&least, &most) }
        }
        Refusal::Calculator(said) => Wrong { field: None, text: said.to_string() },
        Refusal::NoPrice | Refusal::Formula(_) => Wrong { field: None, text: words.no_price.to_owned() },
    }
}

fn shown(
    shelf: &Shelf,
    (offered, quoted): (&Offered, &Quoted),
    inputs: &Inputs,
    sent: &Sent,
    words: &'static Words,
) -> Response {
    let Some(open) = shelf.shown(offered) else { return refusal::missing(words) };
    let (path, form) = (form::path_of(&open), &open.service.form);
    let named = |ec: &crate::domain::fiscal_code::FiscalCode| {
        shelf.registry().institution(ec).map_or_else(|| ec.to_string(), |known| known.name.to_string())
    };
    let shares = quoted.charge.shares().iter().map(|share| ShareView {
        beneficiary: match &share.company_name {
            Some(name) => name.to_string(),
            None => named(&share.beneficiary),
        },
        account: match &share.destination {
            Destination::Account { iban, .. } => iban.as_str().to_owned(),
            Destination::Stamp(_) => words.stamp.to_owned(),
        },
        amount: write::euro(words, share.amount),
    });
    let is_field = |name: &str| form.fields().iter().any(|field| field.name.as_str() == name);
    let quote = QuotePage {
        frame: Frame::new(words, &path, &[]),
        offering: form::view(&open, words),
        amount: write::euro(words, quoted.charge.amount()),
        description: quoted.description.to_string(),
        due: write::day(words, rome::day(quoted.due)),
        shares: shares.collect(),
        answers: form.read(inputs).map(|answers| answered(form, &answers, words)).unwrap_or_default(),
        hidden: sent.iter().filter(|(name, _)| is_field(name)).cloned().collect(),
        confirm: link(&format!("{path}/avviso"), &[], words),
        change: link(&format!("{path}/dati"), &[], words),
    };
    page(StatusCode::OK, &quote)
}
