//! Requests to the provider: bounded in time and size, encrypted, and never to where an answer points.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::core::CoreClientAuthMethod;
use openidconnect::{AsyncHttpClient, AuthType, HttpRequest, HttpResponse, ProviderMetadataWithLogout, http};
use reqwest::{Certificate, Client, redirect};

/// The most that is read of an answer.
const READ: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The provider names a place that is not encrypted, nor on this machine.
    #[error("the provider names an address that is neither https nor on this machine")]
    NotEncrypted,
    /// The answer does not end.
    #[error("the answer is larger than {READ} bytes")]
    TooLarge,
    /// It could not be reached, or did not speak HTTP.
    #[error("it cannot be reached")]
    Failed(#[from] reqwest::Error),
    /// The answer cannot be put together.
    #[error("its answer is not HTTP")]
    NotHttp(#[from] http::Error),
}

/// Sends requests to a provider.
pub(super) struct Fetch {
    client: Client,
}

impl Fetch {
    pub(super) fn new(timeout: Duration, authorities: Option<&[u8]>) -> Result<Self, FetchError> {
        let authorities = match authorities {
            Some(pem) => Certificate::from_pem_bundle(pem)?,
            None => Vec::new(),
        };
        let client = || {
            Client::builder()
                .user_agent(concat!("varco/", env!("CARGO_PKG_VERSION")))
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .connect_timeout(timeout)
                .timeout(timeout)
        };
        let of_system = client().tls_certs_merge(authorities.clone()).build();
        // A machine without authorities of its own must not keep the gateway from starting.
        let client = of_system.or_else(|error| {
            tracing::warn!(%error, "the authorities of the system cannot be used for the provider");
            client().tls_certs_only(authorities).build()
        })?;
        Ok(Fetch { client })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let request: reqwest::Request = request.try_into()?;
        let host = request.url().host_str().unwrap_or_default();
        let here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        if request.url().scheme() != "https" && !here {
            return Err(FetchError::NotEncrypted);
        }
        let mut response = self.client.execute(request).await?;
        let mut built = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            built = built.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > READ {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(built.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

/// How we show the provider that it is us: in a header, as the standard asks, unless it only takes the body.
pub(super) fn auth_type(metadata: &ProviderMetadataWithLogout) -> AuthType {
    match metadata.token_endpoint_auth_methods_supported() {
        Some(ways) if !ways.contains(&CoreClientAuthMethod::ClientSecretBasic) => AuthType::RequestBody,
        _ => AuthType::BasicAuth,
    }
}
