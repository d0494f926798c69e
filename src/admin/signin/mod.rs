//! Sign-in by a provider of OpenID Connect: the authorization code flow with PKCE, and its tokens.
//!
//! What the provider says is verified here and read as [`Claimed`]; who that is in this installation is
//! decided by who asks.

mod claims;
mod fetch;
mod flow;
mod tokens;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, Client, ClientId, ClientSecret, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, ProviderMetadataWithLogout, RedirectUrl,
    StandardErrorResponse, StandardTokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::domain::access::Role;

pub use claims::{ClaimNames, Claimed};
pub use fetch::FetchError;
pub use flow::{Attempt, SignedIn};

use fetch::Fetch;

/// How long what the provider says of itself is believed.
const BELIEVED: SignedDuration = SignedDuration::from_hours(1);

/// How often its keys are asked for at most, however many tokens name others.
const KEYS_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// How a provider is asked.
#[derive(Clone)]
pub struct ProviderSettings {
    /// Who issues.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// By which we show that it is us.
    pub client_secret: Option<SecretString>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Where it sends browsers back to.
    pub redirect_url: String,
    /// Where it sends them after the end of a session.
    pub after_logout: String,
    /// Where the claims have what we ask for.
    pub claims: ClaimNames,
    /// What a role of its own is here.
    pub roles: Vec<(String, Role)>,
    /// Whether somebody whom nobody invited is taken in when the claims give a role.
    pub provisions: bool,
    /// Whom its access tokens must be for; without it none is taken.
    pub audience: Option<String>,
    /// Authorities besides those of the system, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// A whole request.
    pub timeout: Duration,
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderSettings({})", self.issuer)
    }
}

/// Why the provider's word is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// A setting that no request can be made of.
    #[error("the provider cannot be asked: {0}")]
    Unusable(String),
    /// It did not answer, or not as a provider does.
    #[error("the provider did not answer as it should: {0}")]
    Unavailable(String),
    /// It does not know the code (any more), or not with this verifier.
    #[error("the provider does not take the code")]
    CodeRefused,
    /// Its token is not good.
    #[error("the token of the provider is not good: {0}")]
    BadToken(String),
    /// It does not say who it is.
    #[error("the token of the provider lacks {0}")]
    Lacks(&'static str),
}

/// All that a token says beside what every token says.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
struct Others {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Others {}

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// What the crate calls a client, with what this flow needs of it.
type Oidc = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Only algorithms by which nobody but the provider can sign.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the provider says of itself, its keys included.
struct Known {
    metadata: ProviderMetadataWithLogout,
    at: Timestamp,
}

/// A provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    settings: Arc<ProviderSettings>,
    fetch: Arc<Fetch>,
    known: Arc<Mutex<Option<Arc<Known>>>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.settings.issuer)
    }
}

/// How old what is known of a provider may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// As old as it is believed.
    Usual,
    /// So new that a key of today is in it.
    New,
}

impl Provider {
    /// A provider, which is not asked before somebody signs in.
    pub fn new(settings: ProviderSettings) -> Result<Self, ProviderError> {
        let fetch = Fetch::new(settings.timeout, settings.authorities.as_deref())
            .map_err(|error| ProviderError::Unusable(error.to_string()))?;
        let known = Arc::new(Mutex::new(None));
        Ok(Provider { settings: Arc::new(settings), fetch: Arc::new(fetch), known })
    }

    /// Who issues.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether somebody whom nobody invited is taken in when the claims give a role.
    pub fn provisions(&self) -> bool {
        self.settings.provisions
    }

    /// Whether it takes access tokens of the provider.
    pub fn takes_access_tokens(&self) -> bool {
        self.settings.audience.is_some()
    }

    async fn known(&self, age: Age, now: Timestamp) -> Result<Arc<Known>, ProviderError> {
        let mut known = self.known.lock().await;
        let most = if age == Age::New { KEYS_AGAIN } else { BELIEVED };
        let fresh = |known: &&Arc<Known>| {
            let age = now.duration_since(known.at);
            !age.is_negative() && age < most
        };
        if let Some(known) = known.as_ref().filter(fresh) {
            return Ok(Arc::clone(known));
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| ProviderError::Unusable(error.to_string()))?;
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &*self.fetch).await;
        let metadata = metadata.map_err(|error| ProviderError::Unavailable(said(&error)))?;
        let found = Arc::new(Known { metadata, at: now });
        *known = Some(Arc::clone(&found));
        Ok(found)
    }

    fn client(&self, known: &Known) -> Result<Oidc, ProviderError> {
        let settings = &self.settings;
        let secret = settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let redirect = RedirectUrl::new(settings.redirect_url.clone())
            .map_err(|error| ProviderError::Unusable(error.to_string()))?;
        let id = ClientId::new(settings.client_id.clone());
        let client = Oidc::from_provider_metadata(known.metadata.clone(), id, secret);
        Ok(client.set_auth_type(fetch::auth_type(&known.metadata)).set_redirect_uri(redirect))
    }
}

/// An error with what is behind it, in one line for the log.
fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
