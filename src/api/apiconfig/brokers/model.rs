//! Brokers as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::apiconfig::paging::PageInfo;
use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::openapi::form::Identifier35;
use crate::api::positions::field::{Field, Shape};
use crate::domain::ids::BrokerCode;
use crate::domain::registry::BrokerFacts;
use crate::domain::text::Text;

/// As the derived schemas write it.
type Text255 = Text<255>;

/// A broker as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = BrokerEdit)]
pub(in crate::api) struct BrokerRequest {
    /// Its code, usually its tax code.
    #[serde(default)]
    #[schema(value_type = Identifier35, required)]
    broker_code: Field<String>,
    /// Whether payments pass through its stations.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    enabled: Field<bool>,
    /// Its name.
    #[serde(default)]
    #[schema(value_type = Text255, required)]
    description: Field<String>,
    /// Whether payment service providers are given the fault of the institution itself.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    extended_fault_bean: Field<bool>,
}

impl Shape for BrokerRequest {
    const IS_OBJECT: bool = true;
}

/// Reads a broker; the path, if it names one, must name the same.
pub(in crate::api) fn read(body: Value, path: Option<&BrokerCode>) -> Result<BrokerFacts, Invalid> {
    let (mut reading, request) = Reading::of::<BrokerRequest>(body);
    let facts = facts(&mut reading, request, path);
    reading.end(facts)
}

/// The same within a body that has more.
pub(in crate::api) fn facts(
    reading: &mut Reading,
    request: BrokerRequest,
    path: Option<&BrokerCode>,
) -> Option<BrokerFacts> {
    let code = reading.parsed("broker_code", request.broker_code, BrokerCode::new);
    reading.same_as_path("broker_code", code.as_ref(), path);
    let enabled = reading.needed("enabled", request.enabled);
    let description = reading.text("description", request.description);
    let extended_fault_bean = reading.needed("extended_fault_bean", request.extended_fault_bean);
    Some(BrokerFacts {
        code: code?,
        description: description?,
        enabled: enabled?,
        extended_fault_bean: extended_fault_bean?,
    })
}

/// A broker.
#[derive(Serialize, ToSchema)]
#[schema(as = BrokerDetails)]
pub(in crate::api) struct BrokerModel {
    /// Its code.
    broker_code: String,
    /// Whether payments pass through its stations.
    enabled: bool,
    /// Its name.
    description: String,
    /// Whether payment service providers are given the fault of the institution itself.
    extended_fault_bean: bool,
}

impl From<&BrokerFacts> for BrokerModel {
    fn from(facts: &BrokerFacts) -> Self {
        BrokerModel {
            broker_code: facts.code.to_string(),
            enabled: facts.enabled,
            description: facts.description.to_string(),
            extended_fault_bean: facts.extended_fault_bean,
        }
    }
}

/// A broker in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Broker)]
pub(super) struct ListedBroker {
    /// Its code.
    broker_code: String,
    /// Whether payments pass through its stations.
    enabled: bool,
    /// Its name.
    description: String,
}

impl From<&BrokerFacts> for ListedBroker {
    fn from(facts: &BrokerFacts) -> Self {
        ListedBroker {
            broker_code: facts.code.to_string(),
            enabled: facts.enabled,
            description: facts.description.to_string(),
        }
    }
}

/// A page of brokers.
#[derive(Serialize, ToSchema)]
#[schema(as = Brokers)]
pub(super) struct BrokersPage {
    /// Those of the page.
    pub brokers: Vec<ListedBroker>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// What a broker looks like.
pub(in crate::api) fn example() -> Value {
    json!({
        "broker_code": "99000020018", "enabled": true, "description": "Varco demo", "extended_fault_bean": false,
    })
}
