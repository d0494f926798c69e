//! Starts what publishes events to NATS.

use crate::config::Nats;
use crate::outbox::{NatsLogin, NatsSettings, Publisher};

use super::{Parts, StartError, random};

impl Parts {
    /// Publishes events, if it is said where. That the servers are away hinders nothing else.
    pub(super) fn start_publisher(&self, config: &Nats) -> Result<(), StartError> {
        let Some(servers) = &config.url else { return Ok(()) };
        let login = match (&config.user, &config.password, &config.credentials_file) {
            (Some(user), Some(password), _) => NatsLogin::Password(user.to_string(), password.clone()),
            (_, _, Some(file)) => NatsLogin::Credentials(file.clone()),
            _ => NatsLogin::Anonymous,
        };
        let settings = NatsSettings {
            servers: servers.urls().to_vec(),
            stream: config.stream.to_string(),
            prefix: config.subject_prefix.to_string(),
            login,
            authorities: config.ca.clone(),
            duplicate_window: config.duplicate_window.get(),
        };
        let publisher = Publisher {
            store: self.store.clone(),
            watch: self.watch.clone(),
            clock: self.clock.clone(),
            worker: i64::from_ne_bytes(random()?),
            settings,
            unpublished: self.metrics.unpublished(),
        };
        self.shutdown.tasks().spawn(publisher.run(self.shutdown.soft()));
        Ok(())
    }
}
