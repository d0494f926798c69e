//! Attempts as JSON: facts of payments, and nothing about people. Instants are UTC, amounts cents.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::Instant;
use crate::domain::amount::Cents;
use crate::domain::routing::attempt::{AttemptState, RtFacts};
use crate::store::LegacyAttempt;

/// An attempt to have a notice of a partner paid that speaks the old primitives.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RoutingAttempt)]
pub(super) struct AttemptModel {
    /// The notice.
    notice_number: String,
    /// The reference of the payment at the partner (IUV).
    iuv: String,
    /// The number of the attempt, from 1.
    number: i64,
    /// The name of the attempt at the partner (codiceContestoPagamento).
    ccp: String,
    /// The partner.
    partner: String,
    /// The station that it goes through.
    station: String,
    /// Who began it: node, partner or receipt.
    begun_by: &'static str,
    /// When.
    #[schema(value_type = Instant)]
    began_at: String,
    /// How it stands: asked, activated, rpt_accepted, expired, paid, rt_under_way, rt_taken or rt_refused.
    state: &'static str,
    /// The state as nodoChiediStatoRPT tells it; left out as long as there is no RPT.
    #[serde(skip_serializing_if = "Option::is_none")]
    stato: Option<&'static str>,
    /// How much the partner answered, in cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    /// What the node was told and the partner did not say.
    invented: Vec<String>,
    /// When its RPT was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Instant>)]
    rpt_at: Option<String>,
    /// When its receipt was booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Instant>)]
    paid_at: Option<String>,
    /// The RTs that were made of it, in their order.
    rts: Vec<RtModel>,
}

/// An RT.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RoutingRt)]
pub(super) struct RtModel {
    /// What it says: executed or expired.
    outcome: &'static str,
    /// When it was made.
    #[schema(value_type = Instant)]
    made_at: String,
    /// When the partner took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Instant>)]
    taken_at: Option<String>,
    /// When the partner last refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Instant>)]
    refused_at: Option<String>,
}

/// A page of attempts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RoutingAttempts)]
pub(super) struct AttemptsModel {
    /// The attempts, the latest first.
    pub attempts: Vec<AttemptModel>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl AttemptModel {
    /// How an attempt stands at an instant, where a token is good for so long.
    pub fn new(attempt: LegacyAttempt, validity: SignedDuration, now: Timestamp) -> Self {
        let facts = attempt.facts;
        let state = facts.state(validity, now);
        AttemptModel {
            notice_number: attempt.notice.to_string(),
            iuv: attempt.name.iuv,
            number: attempt.name.number,
            ccp: attempt.ccp.to_string(),
            partner: attempt.partner.to_string(),
            station: attempt.station.to_string(),
            begun_by: attempt.begun.word(),
            began_at: attempt.began_at.to_string(),
            state: state.word(),
            stato: state.stato().filter(|_| told(&facts.rpt_at, state)).map(|stato| stato.word()),
            amount: attempt.amount.map(Cents::get),
            invented: attempt.invented,
            rpt_at: facts.rpt_at.map(|at| at.to_string()),
            paid_at: facts.paid_at.map(|at| at.to_string()),
            rts: facts.rts.iter().map(RtModel::from).collect(),
        }
    }
}

/// A partner can ask only after an RPT of its own.
fn told(rpt_at: &Option<Timestamp>, state: AttemptState) -> bool {
    rpt_at.is_some() || state == AttemptState::RptAccepted
}

impl From<&RtFacts> for RtModel {
    fn from(rt: &RtFacts) -> Self {
        RtModel {
            outcome: rt.outcome.word(),
            made_at: rt.made_at.to_string(),
            taken_at: rt.taken_at.map(|at| at.to_string()),
            refused_at: rt.refused_at.map(|at| at.to_string()),
        }
    }
}

/// An attempt, to show what it looks like.
pub(super) fn example() -> Value {
    json!({
        "noticeNumber": "302000000000100055", "iuv": "02000000000100055", "number": 1,
        "ccp": "77777777777020000000001000550001", "partner": "comune-di-prova", "station": "88888888888_01",
        "begunBy": "node", "beganAt": "2026-11-22T10:00:00Z", "state": "rpt_accepted",
        "stato": "RPT_ACCETTATA_NODO", "amount": 1234, "invented": ["due_date"],
        "rptAt": "2026-11-22T10:00:01Z", "rts": [],
    })
}
