//! What is shown of deliveries.

use std::fmt;
use std::sync::Mutex;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::metrics::{Shared, lock};

/// What is counted of deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveryCounts {
    /// How many tries ended in each way.
    pub outcomes: Vec<(&'static str, u64)>,
    /// How many deliveries wait.
    pub pending: i64,
    /// How old the oldest event among them is, in seconds.
    pub oldest_seconds: i64,
    /// How many subscriptions are disabled because their endpoints failed or are gone.
    pub disabled: i64,
}

type Counts = Box<dyn Fn() -> DeliveryCounts + Send + Sync>;

/// Counts, read when asked for.
#[derive(Default)]
pub(super) struct Deliveries(pub(super) Mutex<Option<Counts>>);

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deliveries")
    }
}

impl Collector for Shared<Deliveries> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(counts) = lock(&self.0.0).as_ref().map(|counts| counts()) else { return Ok(()) };
        let help = "Tries to deliver an event, by outcome";
        let mut metric = encoder.encode_descriptor("deliveries", help, None, MetricType::Counter)?;
        for (outcome, count) in &counts.outcomes {
            ConstCounter::new(*count).encode(metric.encode_family(&[("outcome", *outcome)])?)?;
        }
        for (name, help, value) in [
            ("deliveries_pending", "Deliveries that wait", counts.pending),
            ("delivery_oldest_seconds", "Age of the oldest event that waits", counts.oldest_seconds),
            ("subscriptions_disabled", "Subscriptions whose endpoints failed or are gone", counts.disabled),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        Ok(())
    }
}
