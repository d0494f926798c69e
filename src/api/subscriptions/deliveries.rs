//! `GET …/subscriptions/{subscription}/deliveries` and `…/dead-letters`: what has become of events, with each
//! time that they were sent.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::holder::{Family, Held, failed};
use super::model::{DeliveriesModel, DeliveryModel, StateWord};
use super::{doc_of_one, examples};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery, number, word};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::event::Feed;
use crate::domain::subscription::Subscription;
use crate::store::{DeliveryPage, DeliveryPlace, DeliveryState};

/// The bounds of `limit`, and what it is when left out.
const LIMITS: RangeInclusive<u32> = 1..=100;
const LIMIT: u32 = 20;

#[derive(Deserialize)]
struct DeliveriesQuery {
    state: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

/// Answers 200 with a page; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Held(one): Held,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = read(&uri)?;
    let wrong = BadQuery("The query parameter state must be pending, delivered or dead.");
    let named = |text: &str| DeliveryState::from_word(text).map(Some);
    let state = word(query.state.as_deref(), None, named, wrong)?;
    page(&api, &one, &query, state).await
}

/// Answers 200 with a page of those that were given up; 400 or 404.
pub(super) async fn dead(
    State(api): State<Arc<Api>>,
    Held(one): Held,
    uri: Uri,
) -> Result<Response, Problem> {
    page(&api, &one, &read(&uri)?, Some(DeliveryState::Dead)).await
}

fn read(uri: &Uri) -> Result<DeliveriesQuery, BadQuery> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<DeliveriesQuery>::try_from_uri(uri).map_err(|_| twice)?;
    Ok(query)
}

async fn page(
    api: &Api,
    one: &Subscription,
    query: &DeliveriesQuery,
    state: Option<DeliveryState>,
) -> Result<Response, Problem> {
    let size = BadQuery("The query parameter limit must be a whole number from 1 to 100.");
    let unread = BadQuery("The query parameter after must be the next of an answer.");
    let limit = number(query.limit.as_deref(), LIMIT, LIMITS, size)?;
    let after = query.after.as_deref().filter(|text| !text.is_empty());
    let after = after.map(|text| place(text).ok_or(unread)).transpose()?;
    // One more than asked for tells whether there is a next page.
    let asked = DeliveryPage { subscription: one.id.clone(), state, after, limit: limit + 1 };
    let mut found = api.store.deliveries(&asked).await.map_err(failed)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| cursor(&last.place));
    let deliveries = found.into_iter().map(DeliveryModel::new).collect();
    Ok(unkept(Json(DeliveriesModel { deliveries, next }).into_response()))
}

fn cursor(place: &DeliveryPlace) -> String {
    format!("{}.{}", place.feed, place.seq)
}

fn place(text: &str) -> Option<DeliveryPlace> {
    let (feed, seq) = text.split_once('.')?;
    let feed = Feed::new(feed)?.as_str().to_owned();
    let place = DeliveryPlace { feed, seq: seq.parse().ok()? };
    // One spelling for each place, so that nothing is read that was not written here.
    (cursor(&place) == text).then_some(place)
}

fn doc_of(family: Family, name: (&str, &str), shown: DeliveryState) -> Doc {
    let cursor = form::example_text("99000010019.17");
    let answer = Answer::json::<DeliveriesModel>(
        "The page: by feed, the latest event of each first.",
        examples::deliveries(shown.word()),
    );
    doc_of_one(family, name)
        .query("after", cursor, "Where to go on, as next gave it.")
        .query("limit", form::number(LIMITS, LIMIT), "How many deliveries a page has.")
        .answers(StatusCode::OK, answer)
        .refuses([query::WRONG.into()])
}

/// What is said of the first.
pub(super) fn doc(family: Family) -> Doc {
    let name = ("listDeliveries", "List deliveries with their log");
    let state = form::or_empty(form::reference::<StateWord>());
    doc_of(family, name, DeliveryState::Delivered).names::<StateWord>().query(
        "state",
        state,
        "Only deliveries in that state.",
    )
}

/// What is said of the second.
pub(super) fn doc_of_dead(family: Family) -> Doc {
    doc_of(family, ("listDeadLetters", "List events that were given up"), DeliveryState::Dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_and_other_texts_are_none() {
        for feed in ["77777777777", "gateway"] {
            let written = DeliveryPlace { feed: feed.into(), seq: 42 };
            assert_eq!(place(&cursor(&written)), Some(written));
        }
        for wrong in ["", "x.1", "gateway", "gateway.", "gateway.01", "gateway.1.2"] {
            assert_eq!(place(wrong), None, "{wrong:?}");
        }
    }
}
