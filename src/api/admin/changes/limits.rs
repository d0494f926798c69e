//! Rights are given, agreed to and restored only by who could do the same at once: a change is no way around what
//! the endpoints of people, profiles and keys refuse.

use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::keys::limits::within;
use crate::api::admin::people::{PersonError, not_own};
use crate::api::problem::Problem;
use crate::domain::governance::Kind;
use crate::domain::people::{UserId, may_give, may_shape};
use crate::store::{Change, PersonKey, StoreError, grant_of_form, key_of_form, profile_of_form};

/// Whether the caller may have it done.
pub(super) async fn to_do(api: &Api, access: &Access, change: &Change) -> Result<(), Problem> {
    for (proposal, was) in change.proposals.iter().zip(&change.was) {
        let thing = (proposal.kind, proposal.target.as_str());
        judged(api, access, thing, (was.as_deref(), proposal.wanted.as_deref())).await?;
    }
    Ok(())
}

/// Whether the caller may have it undone.
pub(super) async fn to_undo(api: &Api, access: &Access, change: &Change) -> Result<(), Problem> {
    let made = change.made.as_deref().unwrap_or_default();
    for (proposal, (was, made)) in change.proposals.iter().zip(change.was.iter().zip(made)) {
        let thing = (proposal.kind, proposal.target.as_str());
        judged(api, access, thing, (made.as_deref(), was.as_deref())).await?;
    }
    Ok(())
}

/// What stands before and what is to stand must both be theirs; of a key only the latter, since less is never more.
async fn judged(
    api: &Api,
    access: &Access,
    (kind, target): (Kind, &str),
    (before, after): (Option<&str>, Option<&str>),
) -> Result<(), Problem> {
    let failed = |error: StoreError| Problem::from(PersonError::from(error));
    match kind {
        Kind::Person => {
            let id = UserId::new(target).map_err(|_| PersonError::Missing)?;
            let Some(known) = api.store.person(PersonKey::Id(&id)).await.map_err(failed)? else {
                return Ok(());
            };
            not_own(access, &id)?;
            for given in &known.grants {
                may_give(&access.actor, &given.grant).map_err(PersonError::from)?;
            }
        }
        Kind::Grant => {
            for form in [before, after].into_iter().flatten() {
                let mut given = grant_of_form(form).map_err(failed)?;
                not_own(access, &given.person)?;
                if let Some(profile) = &given.profile {
                    let known = api.store.profile(profile).await.map_err(failed)?;
                    given.grant.only = known.map(|profile| profile.permissions);
                }
                may_give(&access.actor, &given.grant).map_err(PersonError::from)?;
            }
        }
        Kind::Profile => {
            for form in [before, after].into_iter().flatten() {
                let profile = profile_of_form(form).map_err(failed)?;
                may_shape(&access.actor, &profile).map_err(PersonError::from)?;
            }
        }
        Kind::Key => {
            if let Some(form) = after {
                within(api, access, &key_of_form(target, form).map_err(failed)?).await?;
            }
        }
        _ => {}
    }
    Ok(())
}
