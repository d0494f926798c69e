//! A broker: who runs stations.

use crate::domain::ids::BrokerCode;
use crate::domain::text::Text;

/// All that is known of a broker (api-config 0.59, `BrokerDetails`).
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerFacts {
    /// Its code, usually a fiscal code.
    pub code: BrokerCode,
    /// Its name.
    pub description: Text<255>,
    /// Whether the node may come through its stations.
    pub enabled: bool,
    /// Whether the node hands the institution's own fault on to payment service providers.
    pub extended_fault_bean: bool,
}
