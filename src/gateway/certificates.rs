//! Certificates that people manage, in the listeners: at the start, at each change, and every few seconds for
//! what another instance changed or time did.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::admin::certificates::{CertificateSettings, Certificates, Live, Shown, Unusable};
use crate::config::{self, Config};
use crate::domain::certificate::{Environment, Host, Role};
use crate::domain::clock::Clock;
use crate::observe::Metrics;
use crate::outbox::{Guard, Lookup};
use crate::partner::Exchange;
use crate::tls::{Held, Outdated, OwnPair, Revocation, TlsError, TlsReloader, TlsSettings};

use super::{Parts, StartError, partners};

/// How often it is looked for changes of others, and for overlaps that end.
const LOOK: Duration = Duration::from_secs(2);

/// Every how many looks it is looked for certificates that end.
const LOOKS_PER_ALARM: u64 = 30;

/// The TLS sides of both listeners; the REST listener may be without.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) soap: Arc<TlsReloader>,
    pub(super) api: Option<Arc<TlsReloader>>,
}

/// Keeps the listeners with what is to be used.
struct Keeper {
    certificates: Certificates,
    tls: Tls,
    clock: Clock,
    revocation: Revocation,
    metrics: Arc<Metrics>,
    /// What shows our certificate to systems that we call, unless the configuration names files.
    callers: Option<Exchange>,
    /// One after another, so that an older state never comes after a newer one.
    turn: tokio::sync::Mutex<LastGood>,
    /// What was said last, so that the same is not said at each look.
    said: Mutex<Vec<String>>,
}

/// What was shown last of what could be used.
#[derive(Default)]
struct LastGood {
    soap: Option<OwnPair>,
    api: Option<OwnPair>,
    client: Option<OwnPair>,
}

/// How certificates are handled, by the configuration.
pub(super) fn settings(config: &Config, guard: Guard) -> Result<CertificateSettings, StartError> {
    let authorities = match &config.delivery.ca_file {
        Some(file) => Some(std::fs::read(file).map_err(|source| StartError::Authorities { source })?),
        None => None,
    };
    let hosts = |texts: &[String]| texts.iter().filter_map(|text| Host::new(text).ok()).collect();
    let own = &config.certificates;
    Ok(CertificateSettings {
        environment: if own.production { Environment::Production } else { Environment::Test },
        soap_hosts: hosts(&own.soap_hosts),
        api_hosts: hosts(&own.api_hosts),
        authorities,
        guard,
        lookup: Lookup::system(),
        patience: own.handshake_timeout.get(),
    })
}

fn revocation(config: &config::Certificates) -> Revocation {
    let outdated = if config.refuse_on_outdated_list { Outdated::Refuses } else { Outdated::Counts };
    Revocation { files: config.revocation_lists.clone(), lists: Vec::new(), outdated }
}

impl Parts {
    /// Loads the certificates of the files, and watches them.
    pub(super) fn tls(&self, config: &Config) -> Result<Tls, TlsError> {
        let interval = config.soap.tls.reload_interval;
        let api = config.api.tls.as_ref().map(|tls| TlsSettings::for_api(tls, interval));
        Ok(Tls {
            soap: self.watched("soap", TlsSettings::from(&config.soap.tls))?,
            api: api.map(|settings| self.watched("api", settings)).transpose()?,
        })
    }

    /// Loads certificates, watches them for changes, and shows how long ours is good for.
    pub(super) fn watched(
        &self,
        name: &'static str,
        settings: TlsSettings,
    ) -> Result<Arc<TlsReloader>, TlsError> {
        let tls = Arc::new(TlsReloader::load(settings, self.clock.clone())?);
        let watched = Arc::clone(&tls);
        self.metrics.watch_certificate(name, move || watched.days_left());
        tokio::spawn(Arc::clone(&tls).watch(self.shutdown.soft()));
        Ok(tls)
    }

    /// Lets the listeners use what people manage, before they serve; then keeps them so.
    pub(super) async fn start_certificates(&self, config: &Config, tls: Tls) -> Result<(), StartError> {
        let Some(certificates) = self.admin.certificates.clone() else { return Ok(()) };
        let keeper = Arc::new(Keeper {
            certificates: certificates.clone(),
            tls,
            clock: self.clock.clone(),
            revocation: revocation(&config.certificates),
            metrics: Arc::clone(&self.metrics),
            callers: config.partners.client_cert.is_none().then(|| self.exchange.clone()),
            turn: tokio::sync::Mutex::default(),
            said: Mutex::default(),
        });
        keeper.begin().await?;
        let applied = Arc::clone(&keeper);
        certificates.applied_by(Box::new(move || {
            let keeper = Arc::clone(&applied);
            Box::pin(async move { keeper.look().await }) as Pin<Box<dyn Future<Output = ()> + Send>>
        }));
        let stop = self.shutdown.soft();
        tokio::spawn(async move {
            for looks in 0_u64.. {
                if looks.is_multiple_of(LOOKS_PER_ALARM) {
                    keeper.tell_endings().await;
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK) => keeper.look().await,
                }
            }
        });
        Ok(())
    }
}

impl Keeper {
    /// The first time, what can't be used keeps the gateway from starting: nothing is in use that could stay.
    async fn begin(&self) -> Result<(), StartError> {
        let live = self.certificates.live(self.clock.now()).await?;
        let mut last = self.turn.lock().await;
        let Live { soap_server, api_server, .. } = live;
        *last = LastGood { soap: soap_server?, api: api_server?, client: None };
        let live = Live { soap_server: Ok(last.soap.clone()), api_server: Ok(last.api.clone()), ..live };
        for outcome in self.hold(&mut last, live).await {
            outcome?;
        }
        Ok(())
    }

    async fn look(&self) {
        let mut last = self.turn.lock().await;
        match self.certificates.live(self.clock.now()).await {
            Ok(live) => {
                let outcomes = self.hold(&mut last, live).await;
                self.say(
                    outcomes.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect(),
                );
            }
            Err(error) => tracing::warn!(%error, "the certificates could not be read again"),
        }
    }

    /// Hands everything to the listeners; what can't be used leaves what is in use.
    async fn hold(&self, last: &mut LastGood, live: Live) -> Vec<Result<(), StartError>> {
        let mut outcomes = Vec::new();
        let mut kept = |own: Result<Option<OwnPair>, Unusable>, last: &mut Option<OwnPair>| {
            match own {
                Ok(own) => *last = own,
                Err(error) => outcomes.push(Err(StartError::Certificate(error))),
            }
            last.clone()
        };
        let shown = last.client.as_ref().map(|pair| pair.chain.clone());
        let client = kept(live.client, &mut last.client);
        let soap = Held {
            own: kept(live.soap_server, &mut last.soap),
            anchors: live.authorities,
            allowed: live.callers,
            revoked: live.revoked.into_iter().collect(),
            revocation: Revocation { lists: live.lists, ..self.revocation.clone() },
        };
        let api = Held { own: kept(live.api_server, &mut last.api), ..Held::default() };
        if client.as_ref().map(|pair| &pair.chain) != shown.as_ref() {
            outcomes.push(self.identify(client.as_ref()));
        }
        let sides = [(Some(Arc::clone(&self.tls.soap)), soap), (self.tls.api.clone(), api)];
        for (reloader, held) in sides {
            let Some(reloader) = reloader else { continue };
            // It reads files.
            let reloaded = tokio::task::spawn_blocking(move || reloader.hold(held)).await;
            if let Ok(reloaded) = reloaded {
                outcomes.push(reloaded.map(drop).map_err(StartError::from));
            }
        }
        outcomes
    }

    /// Shows a certificate to systems that we call, from now on.
    fn identify(&self, pair: Option<&OwnPair>) -> Result<(), StartError> {
        let Some(exchange) = &self.callers else { return Ok(()) };
        let identity = pair.map(partners::identity).transpose()?;
        Ok(exchange.identify(identity)?)
    }

    /// Logs each problem once for as long as it lasts.
    fn say(&self, problems: Vec<String>) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        for problem in problems.iter().filter(|problem| !said.contains(problem)) {
            tracing::error!(problem, "a certificate can't be used: the one in use stays");
        }
        *said = problems;
    }

    async fn tell_endings(&self) {
        let now = self.clock.now();
        let shown = |role: Role, tls: &Arc<TlsReloader>| {
            let current = tls.current();
            Shown {
                role: role.word(),
                fingerprint: current.shown.fingerprint,
                not_after: current.shown.not_after,
            }
        };
        let soap = Some(shown(Role::SoapServer, &self.tls.soap));
        let api = self.tls.api.as_ref().map(|tls| shown(Role::ApiServer, tls));
        let listeners: Vec<Shown> = soap.into_iter().chain(api).collect();
        match self.certificates.tell_endings(&listeners, now).await {
            Ok(told) => told.iter().for_each(|ending| {
                let (certificate, days_left) = (&ending.facts.id, ending.facts.days_left);
                tracing::warn!(certificate, role = ending.facts.role, days_left, "a certificate ends soon");
            }),
            Err(error) => tracing::warn!(%error, "the ends of certificates could not be told"),
        }
        match self.certificates.days_left(now).await {
            Ok(days) => self.metrics.certificates_left(days),
            Err(error) => tracing::warn!(%error, "the ends of certificates could not be read"),
        }
    }
}
