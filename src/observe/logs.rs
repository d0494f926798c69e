//! Logs: one line per request and per thing an operator can act on, to stderr.
//!
//! Bodies, names, fiscal codes of persons and whole notice numbers are never passed to `tracing`, so
//! there is nothing here to filter out.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::Subscriber;

use crate::config::{Log, LogFormat};

/// Why logs can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `log.filter` is no filter.
    #[error("log.filter: {filter:?} is not a filter such as info or info,varco::store=debug")]
    Filter {
        /// As configured.
        filter: String,
    },
    /// Somebody else in the process set logs up before.
    #[error("logs are set up already")]
    Twice,
}

/// Sends logs to stderr as configured; call once, at start.
pub fn init(settings: &Log) -> Result<(), LogError> {
    let filter = EnvFilter::builder()
        .parse(&settings.filter)
        .map_err(|_| LogError::Filter { filter: settings.filter.clone() })?;
    let subscriber = Subscriber::builder().with_env_filter(filter).with_writer(stderr);
    let set = match settings.format {
        LogFormat::Text => tracing::subscriber::set_global_default(subscriber.with_ansi(colours()).finish()),
        LogFormat::Json => {
            let json = subscriber.json().flatten_event(true).with_current_span(true).with_span_list(false);
            tracing::subscriber::set_global_default(json.finish())
        }
    };
    set.map_err(|_| LogError::Twice)
}

/// Colours for a person at a terminal who did not ask for none (no-color.org: set and not empty).
fn colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && stderr().is_terminal()
}
