//! What is shown of the calculators of creditor institutions.

use std::fmt;
use std::sync::Mutex;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::metrics::{Shared, lock};

/// What is counted of calculators.
#[derive(Debug, Clone, Default)]
pub struct CalculatorMetrics {
    /// How many questions ended in each way.
    pub outcomes: Vec<(&'static str, u64)>,
    /// How many calculators failed lately, by what becomes of them.
    pub broken: Vec<(&'static str, usize)>,
}

type Counts = Box<dyn Fn() -> CalculatorMetrics + Send + Sync>;

/// Counts, read when asked for.
#[derive(Default)]
pub(super) struct Calculators(pub(super) Mutex<Option<Counts>>);

impl fmt::Debug for Calculators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Calculators")
    }
}

impl Collector for Shared<Calculators> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(counts) = lock(&self.0.0).as_ref().map(|counts| counts()) else { return Ok(()) };
        let help = "Questions to calculators of creditor institutions, by outcome";
        let mut metric =
            encoder.encode_descriptor("calculator_questions", help, None, MetricType::Counter)?;
        for (outcome, count) in &counts.outcomes {
            ConstCounter::new(*count).encode(metric.encode_family(&[("outcome", *outcome)])?)?;
        }
        let help = "Calculators that failed lately, by state of their circuit";
        let mut metric = encoder.encode_descriptor("calculators_broken", help, None, MetricType::Gauge)?;
        for (state, count) in &counts.broken {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(metric.encode_family(&[("state", *state)])?)?;
        }
        Ok(())
    }
}
