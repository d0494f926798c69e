//! Certificates change while connections go on.
//!
//! Each configuration is a generation with a token. A change of callers (authorities, list) opens a new
//! token and cancels the old one: connections of callers who would not be let in any more finish the request
//! in flight and close; the others stay, for closing an idle one may cross a request on its way. A renewal of our own certificate hands the old token on: nobody is disturbed. Files that
//! can't be used leave everything as it is.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::ClientCertificate;
use super::acceptor::{Fingerprint, TlsError, TlsSettings, build, unix_time};
use super::held::Held;
use super::identity::AllowedClientVerifier;
use super::material::Material;
use crate::domain::clock::Clock;

/// One TLS configuration in use.
#[derive(Debug)]
pub struct Generation {
    /// Counts configurations from 1, for logs and tests.
    pub number: u64,
    /// What new connections are accepted with.
    pub config: Arc<ServerConfig>,
    /// Cancelled when whom we let in has changed since.
    pub token: CancellationToken,
    /// What we show: the first certificate of our chain.
    pub shown: ClientCertificate,
    judge: Option<Arc<AllowedClientVerifier>>,
    own: Fingerprint,
    callers: Fingerprint,
}

/// What a reload found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The files are as before.
    Unchanged,
    /// Our certificate changed; old connections stay.
    CertificateRenewed,
    /// Whom we let in changed; old connections finish their request and close.
    CallersChanged,
}

/// The TLS configuration of one listener, reloadable; share it in an `Arc`.
#[derive(Debug)]
pub struct TlsReloader {
    clock: Clock,
    current: ArcSwap<Generation>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    settings: TlsSettings,
    /// What counts over the files of the settings.
    held: Held,
    /// What the last failure said, so that the same one is not logged at each look.
    failure: Option<String>,
}

impl TlsReloader {
    /// Reads the files for the first time; here any fault is an error, there is nothing to fall back on.
    pub fn load(settings: TlsSettings, clock: Clock) -> Result<Self, TlsError> {
        let held = Held::default();
        let material = Material::read(&settings, &held)?;
        let built = build(&settings, &held, &material, &clock)?;
        let first = Generation {
            number: 1,
            config: built.config,
            token: CancellationToken::new(),
            shown: built.shown,
            judge: built.judge,
            own: material.own,
            callers: material.callers,
        };
        let state = Mutex::new(State { settings, held, failure: None });
        Ok(Self { clock, current: ArcSwap::from_pointee(first), state })
    }

    /// The configuration for a connection accepted now.
    pub fn current(&self) -> Arc<Generation> {
        self.current.load_full()
    }

    /// Whole days until our certificate ends, negative once it has.
    pub fn days_left(&self) -> i64 {
        let seconds = self.current().shown.not_after.as_second() - self.clock.now().as_second();
        seconds.div_euclid(86_400)
    }

    /// Whether a caller's certificate has ended: a session may be resumed after the end of the
    /// certificate that opened it, and resumption asks no verifier.
    pub fn has_ended(&self, certificate: &ClientCertificate) -> bool {
        certificate.not_after < self.clock.now()
    }

    /// Whether who showed these certificates would be let in by a configuration now. That they hold the key
    /// was shown when they were let in.
    pub fn admits(&self, generation: &Generation, shown: &[CertificateDer<'_>]) -> bool {
        let Some(judge) = &generation.judge else { return true };
        let (Some((leaf, others)), Some(now)) = (shown.split_first(), unix_time(&self.clock)) else {
            return false;
        };
        judge.verify_client_cert(leaf, others, now).is_ok()
    }

    /// Looks at the files and, if they changed and are good, swaps. Reads files: not on an async thread.
    pub fn reload(&self) -> Result<Reload, TlsError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.swap(&mut state)
    }

    /// Takes other settings (a changed list of callers, other files) and reloads; on an error the old
    /// settings stay too.
    pub fn replace(&self, settings: TlsSettings) -> Result<Reload, TlsError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut state.settings, settings);
        let swapped = self.swap(&mut state);
        if swapped.is_err() {
            state.settings = old;
        }
        swapped
    }

    /// Takes what is held over the files, and reloads. What can't be used leaves what is in use; whom we let
    /// in does not wait for a certificate of ours that can't be used.
    pub fn hold(&self, held: Held) -> Result<Reload, TlsError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut state.held, held.clone());
        let swapped = self.swap(&mut state);
        let Err(error) = swapped else { return swapped };
        state.held = Held { own: old.own.clone(), ..held };
        if self.swap(&mut state).is_err() {
            state.held = old;
        }
        Err(error)
    }

    /// The lock on the state makes reloads one at a time.
    fn swap(&self, state: &mut State) -> Result<Reload, TlsError> {
        let old = self.current();
        let material = Material::read(&state.settings, &state.held)?;
        let callers_changed = material.callers != old.callers;
        if !callers_changed && material.own == old.own {
            state.failure = None;
            return Ok(Reload::Unchanged);
        }
        let built = build(&state.settings, &state.held, &material, &self.clock)?;
        state.failure = None;
        let token = if callers_changed { CancellationToken::new() } else { old.token.clone() };
        self.current.store(Arc::new(Generation {
            number: old.number + 1,
            config: built.config,
            token,
            shown: built.shown,
            judge: built.judge,
            own: material.own,
            callers: material.callers,
        }));
        if callers_changed {
            // After the swap: a connection accepted in between is of the new generation already.
            old.token.cancel();
        }
        let section = state.settings.section;
        tracing::info!(section, generation = old.number + 1, callers_changed, "TLS configuration reloaded");
        Ok(if callers_changed { Reload::CallersChanged } else { Reload::CertificateRenewed })
    }

    /// Looks at the files every `reload_interval` and on SIGHUP, until `stop`.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let interval = self.state.lock().unwrap_or_else(PoisonError::into_inner).settings.reload_interval;
        let mut hangup = signal(SignalKind::hangup())
            .inspect_err(|error| tracing::warn!(%error, "SIGHUP can't be watched; files are still looked at"))
            .ok();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(interval) => {}
                () = received(&mut hangup) => tracing::info!("SIGHUP: looking at the TLS files"),
            }
            let this = Arc::clone(&self);
            // The task ends by itself; a panic in it is logged by the runtime's hook.
            let _ = tokio::task::spawn_blocking(move || this.look()).await;
        }
    }

    /// A reload whose failure is logged, once for each different one.
    fn look(&self) {
        let Err(error) = self.reload() else {
            return;
        };
        let problem = error.to_string();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failure.as_ref() != Some(&problem) {
            tracing::error!(%error, "TLS files can't be used: the ones in use stay");
            state.failure = Some(problem);
        }
    }
}

async fn received(hangup: &mut Option<Signal>) {
    let got = match hangup {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if got.is_none() {
        std::future::pending::<()>().await;
    }
}
