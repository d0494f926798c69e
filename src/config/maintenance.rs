//! `[maintenance]`: when stations are not there.

use toml::Table;

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};

/// What holds for announced maintenance.
#[derive(Debug, Clone)]
pub struct Maintenance {
    /// How long before it begins a maintenance is announced.
    pub notice: HumanDuration,
}

impl Maintenance {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self { notice: section.or("notice", HumanDuration::from_secs(72 * 3600)) }
    }

    pub(super) fn to_table(&self) -> Table {
        table([("notice", self.notice.to_value())])
    }
}
