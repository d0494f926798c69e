//! The guard in front of all handlers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::held::{Access, Public, draft, reason};
use super::identify::identify;
use super::rules::{Needs, Of, Rule, Rules};
use crate::api::Api;
use crate::api::auth::{self, AuthError};
use crate::api::problem::Problem;
use crate::domain::access::{KeyScope, Tenant, policy};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::registry::Registry;

/// Judges every request by the rule of its route.
#[derive(Clone)]
pub struct Guard {
    api: Arc<Api>,
    rules: Arc<Rules>,
}

impl Guard {
    pub(in crate::api) fn new(api: &Arc<Api>, rules: Rules) -> Self {
        Guard { api: Arc::clone(api), rules: Arc::new(rules) }
    }

    /// Puts the guard in front of the routes that the router has now.
    pub(in crate::api) fn before<S: Clone + Send + Sync + 'static>(self, router: Router<S>) -> Router<S> {
        router.route_layer(from_fn_with_state(self, stand))
    }
}

async fn stand(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match judge(&mut parts, &guard).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    }
}

async fn judge(parts: &mut Parts, guard: &Guard) -> Result<(), Problem> {
    let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    // A path without that method is answered 405 behind the guard, whoever asks.
    let Some(rule) = guard.rules.of(path, &parts.method) else { return Ok(()) };
    match rule {
        Rule::Open => Ok(()),
        Rule::Closed => Err(AuthError::Denied.into()),
        Rule::Key(scope) => by_key(parts, &guard.api, scope).await,
        Rule::KeyOrPublic(scope) => match &guard.api.public {
            Some(callers) if auth::shows_no_key(parts) => {
                callers.admit(parts)?;
                parts.extensions.insert(Public);
                Ok(())
            }
            _ => by_key(parts, &guard.api, scope).await,
        },
        Rule::Admin(needs) => {
            let access = admitted(parts, &guard.api, needs).await?;
            parts.extensions.insert(access);
            Ok(())
        }
    }
}

/// Lets in who has a key of that scope.
async fn by_key(parts: &mut Parts, api: &Arc<Api>, scope: KeyScope) -> Result<(), Problem> {
    let key = auth::key_behind(&auth::presented(parts)?, api).await?;
    key.admits(scope)?;
    parts.extensions.insert(key);
    parts.extensions.insert(scope);
    Ok(())
}

/// Who asks, if they may.
async fn admitted(parts: &mut Parts, api: &Arc<Api>, needs: Needs) -> Result<Access, Problem> {
    let actor = identify(parts, api).await?;
    let (registry, now) = (api.registry.current(), api.clock.now());
    let acting = match needs.permission {
        None => None,
        Some(permission) => Some(match about(parts, needs.of, &registry).await {
            None => policy::decide_somewhere(&actor, permission),
            Some(tenant) => policy::decide(&actor, permission, &tenant, registry.delegations(), now),
        }?),
    };
    let (reason, draft) = (reason(parts)?, draft(parts)?);
    let request = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let request = request.to_owned();
    Ok(Access { actor, permission: needs.permission, acting, request, reason, draft, registry, now })
}

/// The tenant that the path names; none if the handler asks for itself. A name that cannot be read is nobody's:
/// only who may everything learns so.
async fn about(parts: &mut Parts, of: Of, registry: &Registry) -> Option<Tenant> {
    let (Of::Institution(name) | Of::Broker(name) | Of::Station(name)) = of else {
        return matches!(of, Of::Gateway).then_some(Tenant::Gateway);
    };
    let named = RawPathParams::from_request_parts(parts, &()).await.ok();
    let value =
        named.and_then(|all| all.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()));
    let value = value.unwrap_or_default();
    let tenant = match of {
        Of::Institution(_) => FiscalCode::new(&value).ok().map(Tenant::Institution),
        Of::Broker(_) => BrokerCode::new(&value).ok().map(Tenant::Broker),
        _ => station_owner(&value, registry).map(Tenant::Broker),
    };
    Some(tenant.unwrap_or(Tenant::Gateway))
}

/// Whose a station is; where there is none, whose it would be by its code.
fn station_owner(code: &str, registry: &Registry) -> Option<BrokerCode> {
    let station = StationCode::new(code).ok()?;
    match registry.station(&station) {
        Some(known) => Some(known.broker.clone()),
        None => code.rsplit_once('_').and_then(|(broker, _)| BrokerCode::new(broker).ok()),
    }
}
