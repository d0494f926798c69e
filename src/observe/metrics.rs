//! Metrics, in the OpenMetrics text form. Every label has a bounded set of values.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, EncodeLabelValue, EncodeMetric, LabelValueEncoder,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::calculators::{CalculatorMetrics, Calculators};
use super::deliveries::{Deliveries, DeliveryCounts};
use super::partners::{PartnerMetrics, Partners};

/// The service level the node holds us to: 98 % of a month's calls within 2 s.
const WITHIN: Duration = Duration::from_secs(2);

/// Seconds; 2 is the service level, 7 and 15 are when the node gives up.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 7.0, 15.0];

/// How a SOAP request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Answered with outcome OK.
    Ok,
    /// Answered with outcome KO and a PAA fault.
    Ko,
    /// Answered with a soap:Fault: not a message we know.
    Fault,
    /// Answered 503 without a body: the caller should try again.
    Unavailable,
    /// Refused by size, type or method before it was read.
    Refused,
    /// Not answered within the time for a whole request.
    TimedOut,
    /// The handler panicked.
    Panicked,
    /// The caller hung up before the answer.
    Abandoned,
    /// The contract was served.
    Contract,
}

impl Outcome {
    /// The word used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Ko => "ko",
            Self::Fault => "fault",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::TimedOut => "timed-out",
            Self::Panicked => "panicked",
            Self::Abandoned => "abandoned",
            Self::Contract => "contract",
        }
    }
}

impl EncodeLabelValue for Outcome {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        self.as_str().encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    primitive: &'static str,
    outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PrimitiveLabels {
    primitive: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ApiLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabels {
    listener: &'static str,
}

/// A count by the value of one label.
pub type LabelledCount = Family<[(&'static str, &'static str); 1], Counter>;

type Latency<L> = Family<L, Histogram, fn() -> Histogram>;

/// Every metric of the gateway; share it in an `Arc`.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Latency<PrimitiveLabels>,
    timely: Arc<Timely>,
    api_requests: Family<ApiLabels, Counter>,
    api_latency: Latency<RouteLabels>,
    connections: Family<ListenerLabels, Gauge>,
    missed_holds: Counter,
    unpublished: Gauge,
    receipts: LabelledCount,
    receipts_not_booked: LabelledCount,
    certificates: Arc<Certificates>,
    deliveries: Arc<Deliveries>,
    calculators: Arc<Calculators>,
    partners: Arc<Partners>,
}

impl Metrics {
    /// The gateway's own metrics, and those that other parts register in `more` (name them `varco_…`).
    pub fn new(more: impl FnOnce(&mut Registry)) -> Self {
        let mut registry = Registry::with_prefix("varco");
        let histogram = || Histogram::new(BUCKETS);
        let metrics = Self {
            requests: Family::default(),
            latency: Latency::new_with_constructor(histogram),
            timely: Arc::default(),
            api_requests: Family::default(),
            api_latency: Latency::new_with_constructor(histogram),
            connections: Family::default(),
            missed_holds: Counter::default(),
            unpublished: Gauge::default(),
            receipts: LabelledCount::default(),
            receipts_not_booked: LabelledCount::default(),
            certificates: Arc::default(),
            deliveries: Arc::default(),
            calculators: Arc::default(),
            partners: Arc::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "SOAP requests by primitive and outcome", metrics.requests.clone());
        let help = "Time to answer a SOAP request, in seconds";
        registry.register("request_duration_seconds", help, metrics.latency.clone());
        registry.register("api_requests", "REST requests", metrics.api_requests.clone());
        let help = "Time to answer a REST request, in seconds";
        registry.register("api_request_duration_seconds", help, metrics.api_latency.clone());
        registry.register("connections", "Open connections by listener", metrics.connections.clone());
        let help = "Gets answered without a hold on the position";
        registry.register("activation_holds_missed", help, metrics.missed_holds.clone());
        let help = "Events that are not published to NATS yet";
        registry.register("nats_unpublished_events", help, metrics.unpublished.clone());
        registry.register("receipts", "New receipts by their class", metrics.receipts.clone());
        let help = "Messages that brought no new receipt, by the reason";
        registry.register("receipts_not_booked", help, metrics.receipts_not_booked.clone());
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The running version", build);
        registry.register_collector(Box::new(Shared(Arc::clone(&metrics.timely))));
        registry.register_collector(Box::new(Shared(Arc::clone(&metrics.certificates))));
        registry.register_collector(Box::new(Shared(Arc::clone(&metrics.deliveries))));
        registry.register_collector(Box::new(Shared(Arc::clone(&metrics.calculators))));
        registry.register_collector(Box::new(Shared(Arc::clone(&metrics.partners))));
        more(&mut registry);
        Self { registry, ..metrics }
    }

    /// Counts a SOAP request that ended `outcome` after `elapsed`. `primitive` is a constant of the
    /// code, never text of a request.
    pub fn soap_request(&self, primitive: &'static str, outcome: Outcome, elapsed: Duration) {
        self.requests.get_or_create(&RequestLabels { primitive, outcome }).inc();
        self.latency.get_or_create(&PrimitiveLabels { primitive }).observe(elapsed.as_secs_f64());
        self.timely.count(primitive, elapsed);
    }

    /// Counts a REST request; `route` is the route's pattern (`/…/{iupd}`), never a path.
    pub fn api_request(&self, method: &'static str, route: &str, status: u16, elapsed: Duration) {
        let route = route.to_owned();
        self.api_latency.get_or_create(&RouteLabels { route: route.clone() }).observe(elapsed.as_secs_f64());
        self.api_requests.get_or_create(&ApiLabels { method, route, status }).inc();
    }

    /// Counts a connection for as long as the returned guard lives.
    pub fn connection(&self, listener: &'static str) -> ConnectionCount {
        let gauge = self.connections.get_or_create_owned(&ListenerLabels { listener });
        gauge.inc();
        ConnectionCount(gauge)
    }

    /// The count of gets that were answered OK though their hold could not be written in time.
    pub fn missed_holds(&self) -> Counter {
        self.missed_holds.clone()
    }

    /// The count of events that are not published to NATS yet.
    pub fn unpublished(&self) -> Gauge {
        self.unpublished.clone()
    }

    /// The count of new receipts by `class`, and of the messages that brought none by `reason`.
    pub fn receipts(&self) -> [LabelledCount; 2] {
        [self.receipts.clone(), self.receipts_not_booked.clone()]
    }

    /// Shows `days_left()` of a certificate at each scrape, under the name `certificate`.
    pub fn watch_certificate(
        &self,
        certificate: &'static str,
        days_left: impl Fn() -> i64 + Send + Sync + 'static,
    ) {
        lock(&self.certificates.listeners).insert(certificate, Box::new(days_left));
    }

    /// Shows these certificates besides: their names, the words for what they are for, and the days left.
    pub fn certificates_left(&self, days: Vec<(String, &'static str, i64)>) {
        *lock(&self.certificates.managed) = days;
    }

    /// Shows what is counted of deliveries at each scrape.
    pub fn watch_deliveries(&self, counts: impl Fn() -> DeliveryCounts + Send + Sync + 'static) {
        *lock(&self.deliveries.0) = Some(Box::new(counts));
    }

    /// Shows what is counted of calculators at each scrape.
    pub fn watch_calculators(&self, counts: impl Fn() -> CalculatorMetrics + Send + Sync + 'static) {
        *lock(&self.calculators.0) = Some(Box::new(counts));
    }

    /// Shows what is counted of partners at each scrape.
    pub fn watch_partners(&self, counts: impl Fn() -> PartnerMetrics + Send + Sync + 'static) {
        *lock(&self.partners.0) = Some(Box::new(counts));
    }

    /// All metrics as text, for `application/openmetrics-text`.
    pub fn render(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// One open connection in the gauge; dropping it counts it out.
#[derive(Debug)]
pub struct ConnectionCount(Gauge);

impl Drop for ConnectionCount {
    fn drop(&mut self) {
        self.0.dec();
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Counters stay meaningful whoever panicked while holding them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Per primitive: answered in all, and answered within the service level.
#[derive(Debug, Default)]
struct Timely(Mutex<BTreeMap<&'static str, (u64, u64)>>);

impl Timely {
    fn count(&self, primitive: &'static str, elapsed: Duration) {
        let mut counts = lock(&self.0);
        let (all, within) = counts.entry(primitive).or_default();
        *all += 1;
        *within += u64::from(elapsed <= WITHIN);
    }
}

/// Days left: of what listeners show, read when asked for; of the others, as they were last said.
#[derive(Default)]
struct Certificates {
    listeners: Mutex<BTreeMap<&'static str, DaysLeft>>,
    managed: Mutex<Vec<(String, &'static str, i64)>>,
}

type DaysLeft = Box<dyn Fn() -> i64 + Send + Sync>;

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(lock(&self.listeners).keys()).finish()
    }
}

/// The registry owns its collectors; this one is also ours to write to.
#[derive(Debug)]
pub(super) struct Shared<T>(pub(super) Arc<T>);

impl Collector for Shared<Timely> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let counts = lock(&self.0.0);
        if counts.is_empty() {
            return Ok(());
        }
        let name = "requests_within_2s_ratio";
        let help = "Share of SOAP requests answered within 2 s since start";
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (primitive, (all, within)) in counts.iter() {
            ConstGauge::new(ratio(*within, *all))
                .encode(metric.encode_family(&[("primitive", *primitive)])?)?;
        }
        Ok(())
    }
}

impl Collector for Shared<Certificates> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let certificates = lock(&self.0.listeners);
        let managed = lock(&self.0.managed);
        if certificates.is_empty() && managed.is_empty() {
            return Ok(());
        }
        let help = "Whole days until the certificate ends";
        let mut metric = encoder.encode_descriptor("certificate_days_left", help, None, MetricType::Gauge)?;
        for (certificate, days_left) in certificates.iter() {
            ConstGauge::new(days_left()).encode(metric.encode_family(&[("certificate", *certificate)])?)?;
        }
        for (certificate, role, days) in managed.iter() {
            let labels = [("certificate", certificate.as_str()), ("role", role)];
            ConstGauge::new(*days).encode(metric.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

/// Parts per million first: integers go to floats without loss that way.
fn ratio(part: u64, whole: u64) -> f64 {
    let millionths = u128::from(part) * 1_000_000 / u128::from(whole.max(1));
    f64::from(u32::try_from(millionths).unwrap_or(u32::MAX)) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_what_was_counted() {
        let metrics = Metrics::new(|_| {});
        metrics.soap_request("paSendRTV2", Outcome::Ok, Duration::from_millis(3));
        metrics.soap_request("paSendRTV2", Outcome::Ko, Duration::from_secs(2));
        metrics.soap_request("paSendRTV2", Outcome::Ok, Duration::from_millis(2001));
        metrics.soap_request("paSendRTV2", Outcome::Ok, Duration::from_millis(1));
        metrics.api_request("GET", "/x/{id}", 200, Duration::from_millis(1));
        metrics.watch_certificate("soap", || -3);
        let open = metrics.connection("soap");
        let text = metrics.render().unwrap();
        for line in [
            r#"varco_requests_total{primitive="paSendRTV2",outcome="ok"} 3"#,
            r#"varco_requests_within_2s_ratio{primitive="paSendRTV2"} 0.75"#,
            r#"varco_request_duration_seconds_bucket{le="2.0",primitive="paSendRTV2"} 3"#,
            r#"varco_api_requests_total{method="GET",route="/x/{id}",status="200"} 1"#,
            r#"varco_certificate_days_left{certificate="soap"} -3"#,
            r#"varco_connections{listener="soap"} 1"#,
            concat!("varco_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        drop(open);
        assert!(metrics.render().unwrap().contains(r#"varco_connections{listener="soap"} 0"#));
    }

    #[test]
    fn other_parts_register_theirs() {
        let depth = Gauge::<i64>::default();
        depth.set(5);
        let metrics = Metrics::new(|registry| registry.register("outbox_waiting", "Rows", depth.clone()));
        assert!(metrics.render().unwrap().contains("varco_outbox_waiting 5"));
    }
}
