//! How partners that speak the old primitives are asked, and where they call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::admin::KeyHasher;
use crate::config::{Config, LegacyListener};
use crate::domain::certificate::Fingerprint;
use crate::legacy::desk::calls::Called;
use crate::legacy::desk::{Desk, DeskParts, Passwords};
use crate::observe::Outcome;
use crate::serve::{
    BoxFuture, Contract, Interface, Listener, ListenerSettings, SoapCall, SoapHandler, SoapReply,
    SoapSettings, soap_endpoint,
};
use crate::soap::Limits;
use crate::tls::TlsSettings;

use super::{Parts, StartError};

/// The contract as old systems read it.
const CONTRACT: Contract = Contract {
    wsdl: include_str!("../../wsdl/legacy/PagamentiTelematiciRPT.wsdl"),
    schemas: &[
        ("ppt.xsd", include_str!("../../xsd/legacy/ppt.xsd")),
        ("ppthead.xsd", include_str!("../../xsd/legacy/ppthead.xsd")),
        ("pagamenti.xsd", include_str!("../../xsd/legacy/pagamenti.xsd")),
        ("common.xsd", include_str!("../../xsd/common.xsd")),
    ],
};

/// How often it is looked for RPTs that nobody paid in time.
const LOOK: Duration = Duration::from_secs(2);

/// Hands the messages of partners to the desk, and its answers to HTTP.
struct PartnerFacing(Desk);

impl SoapHandler for PartnerFacing {
    fn call(&self, call: SoapCall) -> BoxFuture<SoapReply> {
        let desk = self.0.clone();
        Box::pin(async move {
            let certificate = call.peer.certificate.as_ref();
            let by = certificate.map(|shown| Fingerprint::of_digest(shown.fingerprint));
            reply(desk.called(by.as_ref(), &call.body).await)
        })
    }
}

fn reply(called: Called) -> SoapReply {
    match called {
        Called::Response { operation, message, refused } => SoapReply {
            status: StatusCode::OK,
            body: message.into(),
            primitive: operation.name(),
            outcome: if refused.is_some() { Outcome::Ko } else { Outcome::Ok },
        },
        Called::Fault { message } => SoapReply {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            body: message.into(),
            primitive: "none",
            outcome: Outcome::Fault,
        },
    }
}

/// How long an accepted RPT waits for its receipt.
pub(super) fn validity(config: &Config) -> SignedDuration {
    SignedDuration::try_from(config.legacy.token_validity.get()).unwrap_or(SignedDuration::MAX)
}

impl Parts {
    /// Where payments at old systems are handled.
    pub(super) fn old_desk(&self, config: &Config) -> Result<Desk, StartError> {
        let hasher = KeyHasher::new(self.admin.vault.as_ref())?;
        Ok(Desk::new(DeskParts {
            store: self.store.clone(),
            registry: self.registry.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            exchange: self.exchange.clone(),
            passwords: Passwords::new(move |known, text| hasher.is_password(known, text)),
            limits: Limits { message_bytes: config.soap.max_message.get(), ..Limits::default() },
            validity: validity(config),
            receipt_deadline: config.partners.receipt_deadline.get(),
        }))
    }

    /// Listens for old systems, if it is told where. The bounds of connections are those of the node's listener.
    pub(super) async fn start_legacy(
        &self,
        config: &Config,
        desk: &Desk,
    ) -> Result<Option<SocketAddr>, StartError> {
        let Some(listener) = &config.legacy.listener else { return Ok(None) };
        let LegacyListener { listen, .. } = listener;
        let tls = self.watched("legacy", TlsSettings::for_legacy(listener, config.legacy.reload_interval))?;
        let settings =
            SoapSettings { max_message: config.soap.max_message.get(), public_url: None, contract: CONTRACT };
        let routes = soap_endpoint::routes(settings, Arc::new(PartnerFacing(desk.clone())));
        let router = self.stack(Interface::Soap, config.soap.body_timeout.get()).around(routes);
        let settings = ListenerSettings { name: "legacy", listen: *listen, ..(&config.soap).into() };
        let listener = Listener::bind(settings, Some(tls), Arc::clone(&self.metrics)).await?;
        let address = listener.local_addr();
        tokio::spawn(listener.serve(router, self.shutdown.clone()));
        Ok(Some(address))
    }

    /// Tells partners of RPTs that nobody paid in time.
    pub(super) fn start_expiry(&self, desk: &Desk) {
        let (desk, registry, stop) = (desk.clone(), self.registry.clone(), self.shutdown.soft());
        tokio::spawn(async move {
            loop {
                // Most installations have no partner, and need not ask the database.
                if registry.current().partners().next().is_some()
                    && let Err(error) = desk.expire().await
                {
                    tracing::warn!(%error, "RPTs that expired could not be looked at");
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }
}
