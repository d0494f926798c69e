//! From the first redirect to verified claims.

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreGenderClaim};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, RequestTokenError,
    Scope, SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde_json::{Map, Value};

use super::{ALGORITHMS, Age, Claimed, Known, Oidc, Others, Provider, ProviderError, said};

/// How old a token of a sign-in may be, and how far ahead the provider's clock, in seconds.
const TOKEN_AGE: i64 = 10 * 60;
const CLOCKS_APART: i64 = 60;

/// A sign-in under way: what must be known again when the browser comes back.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back inside the token.
    pub nonce: String,
    /// Shows the provider that the code was ours to begin with.
    pub verifier: String,
}

/// Somebody whom the provider has let in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who, in its words.
    pub claimed: Claimed,
    /// Its token, by which the session is ended there.
    pub id_token: String,
}

type Token = openidconnect::StandardTokenResponse<super::Fields, openidconnect::core::CoreTokenType>;

impl Provider {
    /// Where the browser is sent.
    pub async fn begin(&self, attempt: &Attempt, now: Timestamp) -> Result<String, ProviderError> {
        let known = self.known(Age::Usual, now).await?;
        let client = self.client(&known)?;
        let Attempt { state, nonce, verifier } = attempt.clone();
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier));
        // The crate asks for `openid` by itself.
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.into())
    }

    /// Who it is that came back with a code.
    pub async fn finish(
        &self,
        attempt: &Attempt,
        code: &str,
        now: Timestamp,
    ) -> Result<SignedIn, ProviderError> {
        let known = self.known(Age::Usual, now).await?;
        let client = self.client(&known)?;
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| ProviderError::Unavailable(said(&error)))?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let token = request.set_pkce_verifier(verifier).request_async(&*self.fetch).await;
        let token: Token = token.map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => ProviderError::CodeRefused,
            error => ProviderError::Unavailable(said(&error)),
        })?;
        let mut claims = match self.claims((&client, now), &token, attempt) {
            // The key may be one of today.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let known = self.known(Age::New, now).await?;
                self.claims((&self.client(&known)?, now), &token, attempt)
            }
            verified => verified,
        }
        .map_err(|error| ProviderError::BadToken(said(&error)))?;
        self.ask_more(&client, &token, &mut claims).await?;
        let id_token = token.id_token().map(ToString::to_string).unwrap_or_default();
        Ok(SignedIn { claimed: Claimed::read(&claims, &self.settings)?, id_token })
    }

    /// The claims of the token, verified.
    fn claims(
        &self,
        (client, now): (&Oidc, Timestamp),
        token: &Token,
        attempt: &Attempt,
    ) -> Result<Map<String, Value>, ClaimsVerificationError> {
        let other = |text: &str| ClaimsVerificationError::Other(text.to_owned());
        let id_token = token.id_token().ok_or_else(|| other("it has no ID token"))?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || instant(now))
            .set_issue_time_verifier_fn(move |issued| is_recent(now, issued));
        let claims = id_token.claims(&verifier, &Nonce::new(attempt.nonce.clone()))?;
        if let Some(expected) = claims.access_token_hash() {
            let actual = id_token.signing_alg().ok().zip(id_token.signing_key(&verifier).ok());
            let actual = actual
                .and_then(|(alg, key)| AccessTokenHash::from_token(token.access_token(), alg, key).ok());
            if actual.as_ref() != Some(expected) {
                return Err(other("its access token is another"));
            }
        }
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err(other("its claims are no object")),
        }
    }

    /// Adds what the provider only tells when asked: most keep names and addresses out of the token.
    async fn ask_more(
        &self,
        client: &Oidc,
        token: &Token,
        claims: &mut Map<String, Value>,
    ) -> Result<(), ProviderError> {
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
        let subject = SubjectIdentifier::new(subject);
        let Ok(request) = client.user_info(token.access_token().clone(), Some(subject)) else {
            return Ok(());
        };
        let told: UserInfoClaims<Others, CoreGenderClaim> = request
            .request_async(&*self.fetch)
            .await
            .map_err(|error| ProviderError::Unavailable(said(&error)))?;
        if let Ok(Value::Object(told)) = serde_json::to_value(told) {
            for (name, value) in told.into_iter().filter(|(_, value)| !value.is_null()) {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(())
    }

    /// Where the browser is sent to end its session at the provider too, if that can be done there.
    pub async fn logout_url(&self, id_token: &str, now: Timestamp) -> Option<String> {
        let known: std::sync::Arc<Known> = self.known(Age::Usual, now).await.ok()?;
        let end = known.metadata.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::new(self.settings.after_logout.clone()).ok()?;
        let request = LogoutRequest::from(end)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        let mut url = request.http_get_url();
        url.query_pairs_mut().append_pair("id_token_hint", id_token);
        Some(url.into())
    }
}

fn instant(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default()
}

fn is_recent(now: Timestamp, issued: DateTime<Utc>) -> Result<(), String> {
    let age = now.as_second() - issued.timestamp();
    if (-CLOCKS_APART..=TOKEN_AGE).contains(&age) {
        Ok(())
    } else {
        Err("it was issued at another time".to_owned())
    }
}
