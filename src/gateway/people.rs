//! How people sign in, as it is configured.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_request;
use jiff::SignedDuration;

use crate::admin::people::PeopleSettings;
use crate::admin::signin::{ClaimNames, Provider, ProviderError, ProviderSettings};
use crate::api::ClientAddress;
use crate::config::{Config, HumanDuration, Oidc, Origin, People, Word};
use crate::domain::access::Role;
use crate::domain::people::SessionSpan;
use crate::serve::Peer;

/// People cannot sign in as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// A provider sends browsers back, and nobody said where to.
    #[error("people.public_url is missing: the provider of [oidc] sends browsers back there")]
    NoPublicUrl,
    /// The authorities that sign the provider's certificate.
    #[error("the file of oidc.ca_file cannot be read: {0}")]
    Authorities(#[source] std::io::Error),
    /// The provider's settings.
    #[error("[oidc]: {0}")]
    Provider(#[from] ProviderError),
}

/// The settings of the sections `[people]` and `[oidc]`.
pub fn settings(config: &Config) -> Result<PeopleSettings, PeopleError> {
    let People { public_url, session_idle, session_longest, invitation, local_accounts, address_header } =
        &config.people;
    let provider = provider(&config.oidc, public_url.as_ref())?;
    Ok(PeopleSettings {
        public_url: public_url.as_ref().map(|url| url.as_str().to_owned()),
        span: SessionSpan { idle: span(*session_idle), longest: span(*session_longest) },
        invitation: span(*invitation),
        local_accounts: local_accounts.unwrap_or(provider.is_none()),
        address_header: address_header.as_ref().map(ToString::to_string),
        provider,
    })
}

fn span(duration: HumanDuration) -> SignedDuration {
    SignedDuration::try_from(duration.get()).unwrap_or(SignedDuration::MAX)
}

fn provider(oidc: &Oidc, public_url: Option<&Origin>) -> Result<Option<Provider>, PeopleError> {
    let (Some(issuer), Some(client_id)) = (&oidc.issuer, &oidc.client_id) else { return Ok(None) };
    let here = public_url.ok_or(PeopleError::NoPublicUrl)?.as_str();
    let authorities =
        oidc.ca_file.as_ref().map(std::fs::read).transpose().map_err(PeopleError::Authorities)?;
    let names = &oidc.claims;
    let role = |rule: &crate::config::RoleRule| Some((rule.theirs.clone(), Role::named(&rule.ours)?));
    let settings = ProviderSettings {
        issuer: issuer.as_str().to_owned(),
        client_id: client_id.to_string(),
        client_secret: oidc.client_secret.clone(),
        scopes: oidc.scopes.iter().map(Word::to_string).collect(),
        redirect_url: format!("{here}/admin/v1/session/callback"),
        after_logout: format!("{here}/"),
        claims: ClaimNames {
            subject: names.subject.to_string(),
            name: names.name.to_string(),
            email: names.email.to_string(),
            fiscal_number: names.fiscal_number.to_string(),
            organization: names.organization.as_ref().map(Word::to_string),
            role: names.role.as_ref().map(Word::to_string),
        },
        roles: oidc.roles.iter().filter_map(role).collect(),
        provisions: oidc.provision,
        audience: oidc.audience.as_ref().map(Word::to_string),
        authorities,
        timeout: oidc.timeout.get(),
    };
    Ok(Some(Provider::new(settings)?))
}

/// Tells the API where a request came from.
pub fn with_addresses(router: Router) -> Router {
    router.layer(map_request(async |mut request: Request| {
        let peer = request.extensions().get::<Arc<Peer>>().map(|peer| peer.addr.ip());
        if let Some(address) = peer {
            request.extensions_mut().insert(ClientAddress(address));
        }
        request
    }))
}
