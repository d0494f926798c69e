//! One connection to NATS, which ends when it breaks.
//!
//! The client would connect again by itself and send what it had not sent yet, behind a gap of what was
//! under way: later events would overtake. So it is given nowhere to connect to, and what it holds goes
//! with it; a new connection begins behind the last event that was confirmed.

use std::future::IntoFuture;
use std::time::Duration;

use async_nats::jetstream::context::{GetStreamErrorKind, PublishAckFuture};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{Context, ErrorCode, stream};
use async_nats::{Client, ConnectOptions, HeaderMap};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout_at};

use crate::store::StoredEvent;

use super::{NatsLogin, NatsSettings};

/// How long a connection, an answer or a confirmation may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether the connection is still there.
const PULSE: Duration = Duration::from_millis(500);

/// An address at which nobody listens.
const NOWHERE: &str = "nats://127.0.0.1:0";

/// Why the connection cannot be used, or an event was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("the credentials of nats.credentials_file cannot be read: {0}")]
    Credentials(std::io::Error),
    #[error("no connection to NATS: {0}")]
    Connect(async_nats::ConnectError),
    #[error("the connection to NATS is lost")]
    Lost,
    #[error("the stream cannot be found or made: {0}")]
    Stream(Box<dyn std::error::Error + Send + Sync>),
    #[error("the stream {stream} does not take the subjects {subjects}")]
    Subjects { stream: String, subjects: String },
    #[error("the stream confirms nothing")]
    Unconfirmed,
    #[error("the stream did not take an event: {0}")]
    Refused(async_nats::jetstream::context::PublishError),
}

/// A connection.
pub(super) struct Link {
    client: Client,
    jetstream: Context,
}

/// What the server will say of an event that was sent.
pub(super) struct Confirmation(PublishAckFuture);

impl Link {
    /// Connects, and sees to it that the stream is there.
    pub(super) async fn open(settings: &NatsSettings) -> Result<Self, LinkError> {
        let options = ConnectOptions::new()
            .name("varco")
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .ignore_discovered_servers()
            .max_reconnects(settings.servers.len());
        let options = match &settings.login {
            NatsLogin::Anonymous => options,
            NatsLogin::Password(user, password) => {
                options.user_and_password(user.clone(), password.expose_secret().to_owned())
            }
            NatsLogin::Credentials(file) => {
                options.credentials_file(file).await.map_err(LinkError::Credentials)?
            }
        };
        let options = match &settings.authorities {
            Some(file) => options.add_root_certificates(file.clone()),
            None => options,
        };
        let client = options.connect(settings.servers.as_slice()).await.map_err(LinkError::Connect)?;
        client.set_server_pool(NOWHERE).await.map_err(|_| LinkError::Lost)?;
        let mut jetstream = async_nats::jetstream::new(client.clone());
        jetstream.set_timeout(PATIENCE);
        find_or_make_stream(&jetstream, settings).await?;
        Ok(Link { client, jetstream })
    }

    /// Ends when the connection does.
    pub(super) async fn lost(&self) {
        while self.client.connection_state() == async_nats::connection::State::Connected {
            tokio::time::sleep(PULSE).await;
        }
    }

    /// Sends an event.
    pub(super) async fn send(&self, prefix: &str, event: &StoredEvent) -> Result<Confirmation, LinkError> {
        let kind = event.kind.strip_prefix("varco.").unwrap_or(&event.kind);
        let mut headers = HeaderMap::new();
        headers.insert("Content-Type", "application/cloudevents+json");
        let message = PublishMessage::build()
            .headers(headers)
            .message_id(event.id())
            .payload(event.body.clone().into());
        let sent = self.jetstream.send_publish(format!("{prefix}.{}.{kind}", event.feed), message).await;
        sent.map(Confirmation).map_err(LinkError::Refused)
    }
}

impl Confirmation {
    /// Waits until the stream has the event.
    pub(super) async fn by(self, until: Instant) -> Result<(), LinkError> {
        let taken = timeout_at(until, self.0.into_future()).await.map_err(|_| LinkError::Unconfirmed)?;
        taken.map(drop).map_err(LinkError::Refused)
    }
}

async fn find_or_make_stream(jetstream: &Context, settings: &NatsSettings) -> Result<(), LinkError> {
    let subjects = format!("{}.>", settings.prefix);
    let found = match jetstream.get_stream(&settings.stream).await {
        Ok(found) => found,
        Err(error) if is_unknown(&error.kind()) => {
            let made = jetstream.create_stream(stream::Config {
                name: settings.stream.clone(),
                subjects: vec![subjects.clone()],
                duplicate_window: settings.duplicate_window,
                ..stream::Config::default()
            });
            made.await.map_err(|error| LinkError::Stream(error.into()))?
        }
        Err(error) => return Err(LinkError::Stream(error.into())),
    };
    let config = &found.cached_info().config;
    if !config.subjects.iter().any(|pattern| covers(pattern, &settings.prefix)) {
        return Err(LinkError::Subjects { stream: settings.stream.clone(), subjects });
    }
    if config.duplicate_window < settings.duplicate_window {
        let seconds = config.duplicate_window.as_secs();
        tracing::warn!(seconds, "the stream knows message ids for less time than nats.duplicate_window");
    }
    Ok(())
}

fn is_unknown(error: &GetStreamErrorKind) -> bool {
    matches!(error, GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// Whether a pattern of subjects takes all that begin with a prefix.
fn covers(pattern: &str, prefix: &str) -> bool {
    let mut words = prefix.split('.');
    for part in pattern.split('.') {
        let word = words.next();
        match (part, word) {
            (">", _) => return true,
            (_, None) => return false,
            ("*", Some(_)) => {}
            (part, Some(word)) if part == word => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_takes_all_subjects_or_is_not_used() {
        for pattern in ["varco.>", ">", "*.>"] {
            assert!(covers(pattern, "varco"), "{pattern}");
        }
        for pattern in ["varco", "varco.*", "varco.*.receipt.>", "other.>", "varco.77777777777.>", ""] {
            assert!(!covers(pattern, "varco"), "{pattern}");
        }
        assert!(covers("it.varco.>", "it.varco") && covers("it.>", "it.varco"));
        assert!(!covers("it.varco.test.>", "it.varco"));
    }
}
