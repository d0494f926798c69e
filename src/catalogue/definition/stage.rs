//! How far a publication has come, as JSON. It is changed by acts, so that what somebody writes here is not read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::catalogue::stage::Stage;

/// How far a publication has come. Only told: it is changed by publishing, suspending, resuming and ending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageDefinition {
    /// When it was first published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false, nullable = false)]
    pub published_at: Option<Timestamp>,
    /// Since when it is held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false, nullable = false)]
    pub suspended_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false, nullable = false)]
    pub ended_at: Option<Timestamp>,
}

impl From<Stage> for StageDefinition {
    fn from(stage: Stage) -> Self {
        let Stage { published_at, suspended_at, ended_at } = stage;
        StageDefinition { published_at, suspended_at, ended_at }
    }
}

impl From<StageDefinition> for Stage {
    fn from(stage: StageDefinition) -> Self {
        let StageDefinition { published_at, suspended_at, ended_at } = stage;
        Stage { published_at, suspended_at, ended_at }
    }
}
