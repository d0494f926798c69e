//! Changes as JSON. Instants are UTC.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::find::Found;
use crate::api::admin::diff::{Difference, between};
use crate::api::openapi::form::{Instant, form, words};
use crate::domain::access::Role;
use crate::domain::governance::change::State;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{Change, ChangeStep};

/// The id of the change of the examples.
pub(super) const EXAMPLE_ID: &str = "5f0c1a6e2b7d4c3f8a9b0c1d2e3f4a5b";

/// Where a change stands.
pub(super) enum StateWord {}
form!(
    StateWord,
    "ChangeState",
    words(
        State::ALL.map(State::word),
        "draft: it is being written; submitted: it waits for a second person; approved: it waits for its instant; \
         rejected, withdrawn, failed: it was not done; applied: it is done; rolled_back: it was done and undone.",
    )
);

/// A kind of thing.
pub(super) enum KindWord {}
form!(KindWord, "Kind", words(Kind::ALL.iter().map(|kind| kind.name()), "A kind of thing."));

/// What is to be done with a thing.
pub(super) enum WishWord {}
form!(
    WishWord,
    "Wish",
    words(
        [Wish::Create, Wish::Replace, Wish::Put, Wish::Remove].map(Wish::name),
        "create: it is made; replace: it is changed; put: it is made or changed; remove: it is taken away.",
    )
);

/// A role.
pub(in crate::api::admin) enum RoleWord {}
form!(RoleWord, "RoleName", words(Role::ALL.map(Role::name), "What somebody is for a tenant."));

/// Somebody who did something.
#[derive(Serialize, ToSchema)]
#[schema(as = Actor)]
pub(in crate::api::admin) struct ActorModel {
    /// The id of the person, of the API key, or of the part of the gateway.
    pub id: String,
    /// What people call them.
    pub name: String,
}

/// A change as a list shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeSummary)]
pub(super) struct SummaryModel {
    /// Its id.
    id: String,
    /// Where it stands.
    #[schema(value_type = StateWord)]
    state: &'static str,
    /// Whose things it is about: gateway, ec:<fiscal code> or broker:<code>.
    tenants: Vec<String>,
    /// Why, in the words of who proposed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When it was drafted.
    #[schema(value_type = Instant)]
    created_at: String,
    /// By whom.
    created_by: ActorModel,
    /// From when it holds, once that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    effective_at: Option<String>,
    /// When it was carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    applied_at: Option<String>,
    /// Why it could not be carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureModel>,
    /// The id of the change that this one undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    rolls_back: Option<String>,
    /// The id of the change by which this one was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    rolled_back_by: Option<String>,
    /// What is wished, in this order.
    proposals: Vec<ProposalModel>,
}

/// Why a change could not be carried out.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangeFailure)]
struct FailureModel {
    /// A word for programs.
    code: String,
    /// A sentence for people.
    message: String,
}

/// What is wished of one thing.
#[derive(Serialize, ToSchema)]
#[schema(as = Proposal)]
struct ProposalModel {
    /// What kind of thing.
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// Whose.
    tenant: String,
    /// Which: the name that its kind gives it.
    target: String,
    /// What is to be done with it.
    #[schema(value_type = WishWord)]
    wish: &'static str,
}

/// A change with what it does to each thing, and what was done with it.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(super) struct ChangeModel {
    /// The change as lists show it.
    #[serde(flatten)]
    #[schema(inline)]
    summary: SummaryModel,
    /// What it does to each thing, in the order of its proposals.
    effects: Vec<EffectModel>,
    /// What was done with it, oldest first.
    history: Vec<StepModel>,
}

/// What a change does to a thing.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangeEffect)]
struct EffectModel {
    /// How it was when that was proposed; left out if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// How it is then: as it is wished, or, once that is carried out, as it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
    /// The fields that differ.
    differences: Vec<Difference>,
}

/// Something that was done with a change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeStep)]
struct StepModel {
    /// What: draft, edit, submit, withdraw, approve, reject, apply, fail or roll_back.
    #[schema(value_type = String)]
    act: &'static str,
    /// When.
    #[schema(value_type = Instant)]
    at: String,
    /// By whom.
    by: ActorModel,
    /// In what role; left out for the gateway itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RoleWord)]
    role: Option<&'static str>,
    /// Whose role it is.
    acting_for: String,
    /// What they noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl SummaryModel {
    pub(super) fn new(change: &Change) -> Self {
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_string());
        SummaryModel {
            id: change.id.clone(),
            state: change.course.state().word(),
            tenants: change.tenants().into_iter().map(ToString::to_string).collect(),
            reason: change.reason.clone(),
            created_at: change.created_at.to_string(),
            created_by: ActorModel { id: change.created_by.clone(), name: change.creator_name.clone() },
            effective_at: instant(change.course.effective_at),
            applied_at: instant(change.course.applied_at),
            failure: change.failure.clone().map(|(code, message)| FailureModel { code, message }),
            rolls_back: change.rolls_back.clone(),
            rolled_back_by: change.rolled_back_by.clone(),
            proposals: change.proposals.iter().map(ProposalModel::new).collect(),
        }
    }
}

impl ProposalModel {
    fn new(proposal: &Proposal) -> Self {
        ProposalModel {
            kind: proposal.kind.name(),
            tenant: proposal.tenant.to_string(),
            target: proposal.target.clone(),
            wish: proposal.wish.name(),
        }
    }
}

impl ChangeModel {
    pub(super) fn new(Found { change, steps }: &Found) -> Self {
        let state = |text: &Option<String>| {
            let read: Option<Value> = text.as_deref().and_then(|text| serde_json::from_str(text).ok());
            read.map(without_hash)
        };
        let made = change.made.as_ref();
        let effects = change.proposals.iter().zip(&change.was).enumerate().map(|(index, (proposal, was))| {
            let after = made.and_then(|made| made.get(index)).unwrap_or(&proposal.wanted);
            let (before, after): (Option<Value>, Option<Value>) = (state(was), state(after));
            let differences = between(before.as_ref(), after.as_ref());
            EffectModel { before, after, differences }
        });
        ChangeModel {
            summary: SummaryModel::new(change),
            effects: effects.collect(),
            history: steps.iter().map(StepModel::new).collect(),
        }
    }
}

/// That a password is to change is for everybody who may see the change; by what it is known is for nobody.
fn without_hash(mut state: Value) -> Value {
    if let Some(password) = state.get_mut("newPassword") {
        *password = Value::Bool(true);
    }
    state
}

impl StepModel {
    fn new(ChangeStep { act, author }: &ChangeStep) -> Self {
        StepModel {
            act: act.word(),
            at: author.at.to_string(),
            by: ActorModel { id: author.actor.clone(), name: author.name.clone() },
            role: author.role.map(Role::name),
            acting_for: author.tenant.to_string(),
            note: author.reason.as_ref().map(ToString::to_string),
        }
    }
}

/// A change as a list shows it.
pub(super) fn summary_example() -> Value {
    Value::Object(summary_fields())
}

fn summary_fields() -> Map<String, Value> {
    let example = json!({
        "id": EXAMPLE_ID, "state": "submitted", "tenants": ["ec:99000010019"], "reason": "Nuovo tesoriere",
        "createdAt": "2026-11-22T10:00:00Z", "createdBy": { "id": "person:1", "name": "Anna Verdi" },
        "proposals": [{ "kind": "iban", "tenant": "ec:99000010019",
            "target": "99000010019/IT60X0542811101000000123456", "wish": "replace" }],
    });
    example.as_object().cloned().unwrap_or_default()
}

/// The same with all that is known of it.
pub(super) fn example() -> Value {
    let mut example = summary_fields();
    let (before, after) =
        (json!({ "description": "Tesoreria" }), json!({ "description": "Nuova tesoreria" }));
    let differs = json!({ "pointer": "/description", "before": "Tesoreria", "after": "Nuova tesoreria" });
    let effects = json!([{ "before": before, "after": after, "differences": [differs] }]);
    let step = |act: &str| {
        json!({ "act": act, "at": "2026-11-22T10:00:00Z", "by": { "id": "person:1", "name": "Anna Verdi" },
            "role": "payments_referent", "actingFor": "ec:99000010019" })
    };
    example.insert("effects".to_owned(), effects);
    example.insert("history".to_owned(), json!([step("draft"), step("submit")]));
    Value::Object(example)
}
