//! How every change of the registry is carried out or put before a second person.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::held::{Access, Draft};
use crate::admin::NoRandomness;
use crate::api::Api;
use crate::api::problem::Problem;
use crate::domain::access::Denied;
use crate::domain::governance::change::written_with;
use crate::domain::governance::{Carried, Proposal};
use crate::store::{ChangeAct, ChangeError, NewChange, StoreError, WriteError, WriteFailure, WriteMode};

/// What became of proposals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// They were carried out.
    Done(Vec<Carried>),
    /// They wait for a second person, as the change of that id.
    Waiting(String),
}

/// Why proposals were neither carried out nor kept.
#[derive(Debug, thiserror::Error)]
pub enum WritesError {
    /// The caller may not change that tenant.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// One of them cannot be carried out.
    #[error(transparent)]
    Refused(#[from] WriteFailure),
    /// The draft that is to be written anew is none.
    #[error("there is no such draft")]
    NoDraft,
    /// There is no name for the change.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<StoreError> for WritesError {
    fn from(error: StoreError) -> Self {
        WritesError::Refused(WriteFailure { index: 0, error: error.into() })
    }
}

impl From<ChangeError> for WritesError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Missing | ChangeError::NotNow(_) | ChangeError::NotADecider(_) => {
                WritesError::NoDraft
            }
            ChangeError::Unfit(failure) => WritesError::Refused(failure),
            ChangeError::Store(error) => error.into(),
        }
    }
}

/// Carries proposals out, all or none, or keeps them for a second person if one of them asks for it. The view of
/// this instance has seen it when this returns.
pub async fn carry_out(api: &Api, access: &Access, proposals: &[Proposal]) -> Result<Written, WritesError> {
    for proposal in proposals {
        access.about(&proposal.tenant)?;
    }
    let author = access.author();
    if let Draft::Of(id) = &access.draft {
        let (draft, _) = api.store.change(id).await?.ok_or(ChangeError::Missing)?;
        for proposal in &draft.proposals {
            access.may(written_with(proposal), &proposal.tenant)?;
        }
        api.store.rewrite_change(&author, id, proposals).await?;
        return Ok(Written::Waiting(id.clone()));
    }
    let waits = proposals.iter().any(|proposal| api.admin.approval.asks_for(proposal.kind));
    if waits || access.draft == Draft::New {
        let id = api.admin.secrets.id()?;
        let then: &[ChangeAct] = if access.draft == Draft::New { &[] } else { &[ChangeAct::Submit(None)] };
        let new = NewChange { id: &id, proposals, rolls_back: None };
        api.store.keep_change(&author, new, then).await?;
        return Ok(Written::Waiting(id));
    }
    let carried = api.store.carry_out(&author, proposals, WriteMode::Commit).await?;
    api.refresh().await;
    Ok(Written::Done(carried))
}

/// What became of a list of proposals.
#[derive(Debug)]
pub enum Every {
    /// All can be carried out: they were, or would be, or wait.
    Written(Written),
    /// Nothing was done: those of these places cannot be carried out, for these reasons.
    Refused(Vec<(usize, WriteError)>),
}

/// Carries a list of proposals out like [`carry_out`], and tells of all that cannot be, not of the first only.
pub async fn carry_out_every(
    api: &Api,
    access: &Access,
    proposals: &[Proposal],
    mode: WriteMode,
) -> Result<Every, WritesError> {
    for proposal in proposals {
        access.about(&proposal.tenant)?;
    }
    let asked = proposals.iter().any(|proposal| api.admin.approval.asks_for(proposal.kind));
    let waits = asked || access.draft != Draft::No;
    let tried = if waits { WriteMode::DryRun } else { mode };
    let judged = api.store.carry_out_every(&access.author(), proposals, tried).await;
    let judged = judged.map_err(|error| WriteFailure { index: 0, error: error.into() })?;
    let (mut carried, mut refused) = (Vec::with_capacity(judged.len()), Vec::new());
    for (index, one) in judged.into_iter().enumerate() {
        match one {
            Ok(one) => carried.push(one),
            Err(error) => refused.push((index, error)),
        }
    }
    if !refused.is_empty() {
        return Ok(Every::Refused(refused));
    }
    if waits && mode == WriteMode::Commit {
        return carry_out(api, access, proposals).await.map(Every::Written);
    }
    if mode == WriteMode::Commit {
        api.refresh().await;
    }
    Ok(Every::Written(Written::Done(carried)))
}

impl Written {
    /// The answer to who asked: that of something done, or that it waits and where to look.
    pub fn answer(self, done: impl FnOnce(Vec<Carried>) -> Response) -> Response {
        match self {
            Written::Done(carried) => done(carried),
            Written::Waiting(id) => {
                let place = HeaderValue::try_from(format!("/admin/v1/changes/{id}"));
                let place = place.unwrap_or_else(|_| HeaderValue::from_static("/admin/v1/changes"));
                (StatusCode::ACCEPTED, [(header::LOCATION, place)]).into_response()
            }
        }
    }
}

impl From<WritesError> for Problem {
    fn from(error: WritesError) -> Self {
        match error {
            WritesError::Denied(denied) => denied.into(),
            WritesError::NoDraft => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "no_draft",
                "There is no draft of the id in the header X-Varco-Draft, or it is no draft any more.",
            ),
            WritesError::NoRandomness(_) => Problem::internal("Internal Server Error", &StoreError::Closed),
            WritesError::Refused(failure) => match failure.error {
                WriteError::Missing => Problem::new(
                    StatusCode::NOT_FOUND,
                    "Not Found",
                    "unknown_target",
                    "There is no such thing, or no longer.",
                ),
                WriteError::Exists => {
                    Problem::new(StatusCode::CONFLICT, "Conflict", "exists", "It is there already.")
                }
                WriteError::Conflict(conflict) => {
                    Problem::new(StatusCode::CONFLICT, "Conflict", conflict.code, conflict.message)
                }
                WriteError::Store(error) => Problem::internal("Internal Server Error", &error),
            },
        }
    }
}
