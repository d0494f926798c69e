//! Demands as JSON. Instants are UTC.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::Instant;
use crate::store::ListedDemand;

/// A payment that somebody asked for without a notice.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Demand)]
pub(super) struct DemandModel {
    /// The debt position that was made for it.
    iupd: String,
    /// The notice of that position.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_number: Option<String>,
    /// The service that was asked for.
    service: String,
    /// What was filled in, by field.
    inputs: Map<String, Value>,
    /// When.
    #[schema(value_type = Instant)]
    made_at: String,
}

/// A page of demands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Demands)]
pub(super) struct DemandsModel {
    /// The demands, the latest first.
    pub demands: Vec<DemandModel>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<ListedDemand> for DemandModel {
    fn from(demand: ListedDemand) -> Self {
        DemandModel {
            iupd: demand.iupd,
            notice_number: demand.notice,
            service: demand.service,
            // Written by us; of what no version of ours wrote nothing is shown.
            inputs: serde_json::from_str(&demand.inputs).unwrap_or_default(),
            made_at: demand.made_at.to_string(),
        }
    }
}

/// A demand, to show what it looks like.
pub(super) fn example() -> Value {
    json!({
        "iupd": "od-20261122-9f86d081884c7d65", "noticeNumber": "302000000000100055", "service": "00001",
        "inputs": { "plate": "AB123CD", "vehicle_type": 1 }, "madeAt": "2026-11-22T10:00:00Z",
    })
}
