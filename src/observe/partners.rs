//! What is shown of systems behind us.

use std::fmt;
use std::sync::Mutex;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::metrics::{Shared, lock};

/// What is counted of partners.
#[derive(Debug, Clone, Default)]
pub struct PartnerMetrics {
    /// How many calls ended in each way, by the language of the partner.
    pub calls: Vec<(&'static str, &'static str, u64)>,
    /// How many answers could not be told, by the language of the partner.
    pub invalid: Vec<(&'static str, u64)>,
    /// How often this gateway answered in the place of a partner.
    pub stood_in: u64,
    /// How many tries to hand a receipt on ended in each way.
    pub handed: Vec<(&'static str, u64)>,
    /// How many partners failed lately, by what becomes of them.
    pub broken: Vec<(&'static str, usize)>,
    /// How many receipts are on their way.
    pub pending: i64,
    /// How many of them a partner refused.
    pub refused: i64,
    /// How old the oldest of them is, in seconds.
    pub oldest_seconds: i64,
}

type Counts = Box<dyn Fn() -> PartnerMetrics + Send + Sync>;

/// Counts, read when asked for.
#[derive(Default)]
pub(super) struct Partners(pub(super) Mutex<Option<Counts>>);

impl fmt::Debug for Partners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Partners")
    }
}

impl Collector for Shared<Partners> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(counts) = lock(&self.0.0).as_ref().map(|counts| counts()) else { return Ok(()) };
        let help = "Calls to partners, by language and outcome";
        let mut metric = encoder.encode_descriptor("partner_calls", help, None, MetricType::Counter)?;
        for (speaks, outcome, count) in &counts.calls {
            let labels = [("speaks", *speaks), ("outcome", *outcome)];
            ConstCounter::new(*count).encode(metric.encode_family(&labels)?)?;
        }
        let help = "Answers of partners that could not be told to the node";
        let mut metric =
            encoder.encode_descriptor("partner_answers_invalid", help, None, MetricType::Counter)?;
        for (speaks, count) in &counts.invalid {
            ConstCounter::new(*count).encode(metric.encode_family(&[("speaks", *speaks)])?)?;
        }
        let help = "Tries to hand a receipt on to a partner, by outcome";
        let mut metric = encoder.encode_descriptor("partner_receipts", help, None, MetricType::Counter)?;
        for (outcome, count) in &counts.handed {
            ConstCounter::new(*count).encode(metric.encode_family(&[("outcome", *outcome)])?)?;
        }
        let help = "Partners that failed lately, by state of their circuit";
        let mut metric = encoder.encode_descriptor("partners_broken", help, None, MetricType::Gauge)?;
        for (state, count) in &counts.broken {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(metric.encode_family(&[("state", *state)])?)?;
        }
        let help = "Answers given in the place of a partner";
        let metric = encoder.encode_descriptor("partner_stand_ins", help, None, MetricType::Counter)?;
        ConstCounter::new(counts.stood_in).encode(metric)?;
        for (name, help, value) in [
            ("partner_receipts_pending", "Receipts on their way to partners", counts.pending),
            ("partner_receipts_refused", "Receipts that a partner refused last", counts.refused),
            ("partner_receipt_oldest_seconds", "Age of the oldest receipt that waits", counts.oldest_seconds),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        Ok(())
    }
}
