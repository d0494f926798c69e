//! `GET /admin/v1/brokers/{broker}/export/ibans.csv`: the accounts of those whom a broker serves, page by page.

use std::io;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{CHUNK, documented, status, streamed};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::admin::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::Thing;
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::Problem;
use crate::api::sheet::lines;
use crate::domain::access::Permission;
use crate::domain::ids::BrokerCode;
use crate::domain::rome;
use crate::store::{NamedAccount, StoreError};

const HEADS: [&str; 8] =
    ["ciName", "ciFiscalCode", "iban", "status", "validityDate", "description", "label", "dueDate"];

pub(super) fn routes() -> Routes {
    let needs = Needs::new(Permission::Export, Of::Broker("broker"));
    let place = (Method::Get, (HEADING.0, "/brokers/{broker}/export/ibans.csv"));
    Routes::default().guarded(needs, place, handler, doc())
}

async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let broker = BrokerCode::new(&code).map_err(|_| Thing::Broker.missing())?;
    if access.registry.broker(&broker).is_none() {
        return Err(Thing::Broker.missing());
    }
    let today = rome::day(access.now);
    let pages = stream::try_unfold(0_u64, move |offset| {
        let (api, broker) = (Arc::clone(&api), broker.clone());
        async move { page(&api, &broker, (offset, today)).await.map_err(broken) }
    });
    Ok(streamed("attachment; filename=\"ibans.csv\"", HEADS, pages))
}

/// The lines from an offset on, and where the next begin; none at the end.
async fn page(
    api: &Api,
    broker: &BrokerCode,
    (offset, today): (u64, Date),
) -> Result<Option<(Bytes, u64)>, StoreError> {
    let (found, _) = api.store.accounts_of_broker(broker, (CHUNK as u32, offset)).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let next = offset + found.len() as u64;
    Ok(Some((Bytes::from(lines(found.iter().map(|known| cells(known, today)))), next)))
}

fn broken(error: StoreError) -> io::Error {
    tracing::error!(%error, "an export broke off");
    io::Error::other("the export broke off")
}

fn cells(known: &NamedAccount, today: Date) -> [String; 8] {
    let (account, terms) = (&known.account, &known.account.terms);
    let day = |instant: Option<Timestamp>| instant.map_or_else(String::new, |at| rome::day(at).to_string());
    let purposes: Vec<&str> = terms.purposes.iter().map(|purpose| purpose.as_str()).collect();
    [
        known.name.clone(),
        account.ec.to_string(),
        account.iban.to_string(),
        status(terms.usage.status(today)),
        day(terms.usage.from),
        terms.description.as_ref().map_or_else(String::new, ToString::to_string),
        purposes.join(" "),
        day(terms.usage.due),
    ]
}

fn doc() -> Doc {
    let doc =
        Doc::new("exportBrokerAccounts", "Take the accounts of those whom a broker serves away as a table")
            .path("broker", form::example_text("99000020018"), "Code of the broker.")
            .about("As they are now. The last column is ours: what the portal does not tell.")
            .refuses([Thing::Broker.missing()]);
    documented(doc, &HEADS)
}
