//! What callers say of a partner: read, or everything that is wrong with it.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::SpeaksWord;
use super::refusal::Invalid;
use crate::api::openapi::form::{Text70, Text140};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::domain::access::Tenant;
use crate::domain::certificate::Fingerprint;
use crate::domain::routing::{Invention, InventionError, Partner, PartnerId, Speaks, Wait};
use crate::domain::subscription::WebhookUrl;
use crate::domain::text::Text;

/// A partner as it is wished.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WantedPartner)]
pub(super) struct PartnerRequest {
    /// Whose it is: ec: and a fiscal code, or broker: and a code.
    #[serde(default)]
    #[schema(value_type = String, required)]
    owner: Field<String>,
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    name: Field<String>,
    /// Which language it speaks.
    #[serde(default)]
    #[schema(value_type = SpeaksWord, required)]
    speaks: Field<String>,
    /// Where it listens: an address of https, or of http in networks that the installation allows.
    #[serde(default)]
    #[schema(value_type = String, required)]
    url: Field<String>,
    /// Where an old system listens for receipts, if that is elsewhere.
    #[serde(default)]
    #[schema(value_type = String)]
    rt_url: Field<String>,
    /// Where an old system listens for demands, if that is elsewhere.
    #[serde(default)]
    #[schema(value_type = String)]
    demand_url: Field<String>,
    /// The SHA-256 of the certificate with which an old system calls, in hexadecimal.
    #[serde(default)]
    #[schema(value_type = String)]
    caller: Field<String>,
    /// What is made up for an old system.
    #[serde(default)]
    #[schema(value_type = InventionRequest)]
    invention: Field<InventionRequest>,
    /// Whether it is asked and let in; it is if left out.
    #[serde(default)]
    #[schema(value_type = bool, default = true)]
    enabled: Field<bool>,
}

/// What is made up where an old system has no word for what the node must be told.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WantedInvention)]
pub(super) struct InventionRequest {
    /// The due date: so many days after the answer, in Italy.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 365, default = 1)]
    due_days: Field<i64>,
    /// The debtor's name while no RPT names one; ANONIMO if left out.
    #[serde(default)]
    #[schema(value_type = Text70)]
    debtor_name: Field<String>,
    /// The category of the transfer while no RPT says one; 9/0101108TS/ if left out.
    #[serde(default)]
    #[schema(value_type = Text140)]
    category: Field<String>,
    /// How long an activation waits for the RPT, in milliseconds.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 3000, default = 1000)]
    wait_for_rpt_millis: Field<i64>,
    /// Where payers go who begin at the institution's own pages.
    #[serde(default)]
    #[schema(value_type = String)]
    redirect: Field<String>,
}

impl Shape for PartnerRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for InventionRequest {
    const IS_OBJECT: bool = true;
}

impl Coded for InventionError {
    fn code(&self) -> &'static str {
        match self {
            InventionError::Days => "too_many_days",
            InventionError::Wait => "too_long",
        }
    }
}

/// Reads how the partner of that name is wished.
pub(super) fn read(body: Value, id: &str) -> Result<Partner, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let id = PartnerId::new(id).map_err(|error| report.add(&root, "partner_name_form", error)).ok();
    let field = Field::<PartnerRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let owner = owner(request.owner, &mut report);
    let name = report.text(request.name, &root.field("name"));
    let speaks = speaks(request.speaks, &mut report);
    let at = root.field("url");
    let url = report.required(request.url, &at);
    let url = url.and_then(|text| report.read(&at, WebhookUrl::new(&text)));
    if speaks == Some(Speaks::PaForNode) {
        only_of_old_systems(&request.invention, "invention", &mut report);
        for (field, name) in
            [(&request.rt_url, "rtUrl"), (&request.demand_url, "demandUrl"), (&request.caller, "caller")]
        {
            only_of_old_systems(field, name, &mut report);
        }
    }
    let rt_url = address(request.rt_url, &root.field("rtUrl"), &mut report);
    let demand_url = address(request.demand_url, &root.field("demandUrl"), &mut report);
    let caller = caller(request.caller, &mut report);
    let invention = invention(request.invention, &mut report);
    let enabled = report.optional(request.enabled, &root.field("enabled")).unwrap_or(true);
    match (id, owner, name, speaks, url, report.is_clean()) {
        (Some(id), Some(owner), Some(name), Some(speaks), Some(url), true) => Ok(Partner {
            id,
            owner,
            name,
            speaks,
            url,
            rt_url,
            demand_url,
            caller,
            password: None,
            invention,
            enabled,
        }),
        _ => Err(Invalid(report.into_violations())),
    }
}

fn owner(field: Field<String>, report: &mut Report) -> Option<Tenant> {
    let at = Pointer::root().field("owner");
    let text = report.required(field, &at)?;
    match Tenant::parse(&text) {
        Ok(Tenant::Gateway) | Err(_) => {
            report.add(&at, "owner_form", "must be ec: and a fiscal code, or broker: and a code");
            None
        }
        Ok(tenant) => Some(tenant),
    }
}

fn speaks(field: Field<String>, report: &mut Report) -> Option<Speaks> {
    let at = Pointer::root().field("speaks");
    let word = report.required(field, &at)?;
    let speaks = Speaks::from_word(&word);
    if speaks.is_none() {
        report.add(&at, "unknown_language", "must be pa_for_node or legacy");
    }
    speaks
}

/// What a system that speaks the node's primitives says itself is not made up, nor does it call us.
fn only_of_old_systems<T>(field: &Field<T>, name: &str, report: &mut Report) {
    if !matches!(field, Field::Absent) {
        report.add(&Pointer::root().field(name), "only_of_old_systems", "goes with speaks legacy");
    }
}

fn address(field: Field<String>, at: &Pointer, report: &mut Report) -> Option<WebhookUrl> {
    let text = report.optional_string(field, at)?;
    report.read(at, WebhookUrl::new(&text))
}

fn caller(field: Field<String>, report: &mut Report) -> Option<Fingerprint> {
    let at = Pointer::root().field("caller");
    let text = report.optional_string(field, &at)?;
    Fingerprint::new(text.trim()).map_err(|error| report.add(&at, "fingerprint_form", error)).ok()
}

fn invention(field: Field<InventionRequest>, report: &mut Report) -> Invention {
    let usual = Invention::usual();
    let root = Pointer::root().field("invention");
    let Some(request) = report.optional(field, &root) else { return usual };
    let at = root.field("dueDays");
    let days = report.optional(request.due_days, &at).map(|days| {
        let days = u16::try_from(days).ok().filter(|days| *days <= Invention::MOST_DAYS);
        days.ok_or(InventionError::Days)
    });
    let days = days.and_then(|days| report.read(&at, days));
    let at = root.field("waitForRptMillis");
    let wait = report.optional(request.wait_for_rpt_millis, &at);
    let wait = wait.map(|millis| u16::try_from(millis).map_or(Err(InventionError::Wait), Wait::millis));
    let wait = wait.and_then(|wait| report.read(&at, wait));
    let debtor_name: Option<Text<70>> = report.optional_text(request.debtor_name, &root.field("debtorName"));
    let category: Option<Text<140>> = report.optional_text(request.category, &root.field("category"));
    Invention {
        due_days: days.unwrap_or(usual.due_days),
        debtor_name,
        category,
        wait_for_rpt: wait.unwrap_or(usual.wait_for_rpt),
        redirect: address(request.redirect, &root.field("redirect"), report),
    }
}
