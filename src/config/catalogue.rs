//! `[catalogue]`: services that are paid for without a notice.

use toml::Table;

use super::source::Section;
use super::table;
use super::values::{Count, HumanDuration, Setting};

/// The catalogue of spontaneous services.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Whether the catalogue is open to everybody, without a key.
    pub public: bool,
    /// Whether its pages are served.
    pub pages: bool,
    /// How many requests a minute an address without a key may make.
    pub requests_per_minute: Count,
    /// For how long the same demand gives the same notice.
    pub same_demand: HumanDuration,
    /// For how long a notice on demand that expired unpaid is kept.
    pub kept: HumanDuration,
    /// How long the calculator of a creditor institution may take.
    pub calculator_deadline: HumanDuration,
}

const HOUR: u64 = 3600;

impl Catalogue {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            public: section.or("public", false),
            pages: section.or("pages", false),
            requests_per_minute: section.or("requests_per_minute", Count::new(60)),
            same_demand: section.or("same_demand", HumanDuration::from_secs(HOUR)),
            kept: section.or("kept", HumanDuration::from_secs(30 * 24 * HOUR)),
            calculator_deadline: section.or("calculator_deadline", HumanDuration::from_millis(1500)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        table([
            ("public", self.public.to_value()),
            ("pages", self.pages.to_value()),
            ("requests_per_minute", self.requests_per_minute.to_value()),
            ("same_demand", self.same_demand.to_value()),
            ("kept", self.kept.to_value()),
            ("calculator_deadline", self.calculator_deadline.to_value()),
        ])
    }
}
