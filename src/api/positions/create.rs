//! `POST …/debtpositions`: a new position, a draft or (`toPublish=true`) published at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;

use super::ORGANIZATION;
use super::contract::Contract;
use super::parse::{Context, NewPosition, Places};
use super::query::{self, BadQuery};
use super::refusal::{self, Refusal, taken};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::idempotency::{self, Begun, IdempotencyError, IdempotencyKey, given};
use crate::api::openapi::{Answer, Doc, ETAG, form};
use crate::api::problem::Problem;
use crate::domain::lifecycle::mark_published;
use crate::domain::position::Position;
use crate::store::{self, Once, OnceRequest, Store, StoreError};

/// Why a position cannot be created.
#[derive(Debug, thiserror::Error)]
pub(super) enum CreatePositionError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the iupd is taken")]
    IupdTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 201 with the position; 400 with everything that is wrong, 409 where something is taken. With an
/// `Idempotency-Key` the same request again gets the same answer, another one 422.
pub(super) async fn handler<C: Contract>(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    key: IdempotencyKey,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let once = match key.begin(&api.store, &ec, &body, now).await? {
        Begun::Answered(response) => return Ok(response),
        Begun::Anew(once) => once,
    };
    let to_publish = query::to_publish(&uri).map_err(CreatePositionError::from)?;
    let registry = api.registry.current();
    let randomness = &api.randomness;
    let context = Context { ec: &ec, scope: &scope, registry: &registry, randomness, now, stored: None };
    let mut attempt = 1;
    loop {
        let new = C::read(body.clone(), &context);
        let mut new = new.map_err(|wrong| CreatePositionError::from(Refusal::of(wrong)))?;
        if to_publish == Some(true) {
            mark_published(&mut new.position, now);
        }
        match write::<C>(&api.store, &new, once.as_ref(), now).await {
            Ok(outcome) => return Ok(outcome?),
            // The number was ours to choose: another will do.
            Err(store::CreateError::NoticeTaken(taken)) if new.places.may_redraw(&taken, attempt) => {
                attempt += 1;
            }
            Err(error) => return Err(clash(error, &new.places).into()),
        }
    }
}

/// Writes the position, once if the request is to be carried out once, and says what to answer.
async fn write<C: Contract>(
    store: &Store,
    NewPosition { position, places }: &NewPosition,
    once: Option<&OnceRequest>,
    now: Timestamp,
) -> Result<Result<Response, IdempotencyError>, store::CreateError> {
    let created = |stored: &Position| C::with_debtor(StatusCode::CREATED, stored, now);
    if let Some(request) = once {
        let answer = |stored: &Position| given(created(stored));
        let once = Once { request, answer: &answer };
        return store.create_once(position, places.generated(), once).await.map(idempotency::answer);
    }
    store.create_numbered(position, places.generated()).await?;
    // Read back, because a receipt that came first has paid it by now.
    let stored = store.position(&position.ec, &position.iupd).await?;
    Ok(Ok(created(stored.as_ref().unwrap_or(position))))
}

fn clash(error: store::CreateError, places: &Places) -> CreatePositionError {
    match error {
        store::CreateError::IupdTaken => CreatePositionError::IupdTaken,
        store::CreateError::NoticeTaken(taken) => Refusal::notice_taken(&taken, places).into(),
        store::CreateError::Store(error) => CreatePositionError::Store(error),
    }
}

/// What is said of it.
pub(super) fn doc<C: Contract>() -> Doc {
    let examples = C::examples();
    let answer =
        Answer::json::<C::WithDebtor>("The position, with the numbers of its notices.", examples.with_debtor);
    let here = [(ORGANIZATION, "$request.path.organizationfiscalcode"), ("iupd", "$response.body#/iupd")];
    let next = ["readPosition", "updatePosition", "publishPosition", "invalidatePosition", "deletePosition"];
    let answer = next
        .iter()
        .fold(answer.with(ETAG), |answer, verb| answer.leads_to(&format!("{verb}{}", C::SUFFIX), &here));
    let doc = Doc::new(format!("createPosition{}", C::SUFFIX), "Create a debt position");
    idempotency::doc(doc)
        .about("A draft, or on offer at once with toPublish=true. Numbers that the body leaves out are generated.")
        .organization(ORGANIZATION)
        .query("toPublish", form::flag(), "Whether to publish it at once.")
        .takes::<C::Request>(examples.request)
        .answers(StatusCode::CREATED, answer.with(idempotency::TOLD_BEFORE))
        .refuses([query::WRONG.into(), CreatePositionError::IupdTaken.into()])
        .refuses(refusal::problems())
}

impl From<CreatePositionError> for Problem {
    fn from(error: CreatePositionError) -> Self {
        match error {
            CreatePositionError::Query(error) => error.into(),
            CreatePositionError::Refused(refusal) => refusal.into(),
            CreatePositionError::IupdTaken => {
                let detail = "The creditor institution has a debt position of this iupd already.";
                taken("iupd_taken", detail, "/iupd".into())
            }
            CreatePositionError::Store(error) => {
                Problem::internal("The debt position creation is failed", &error)
            }
        }
    }
}
