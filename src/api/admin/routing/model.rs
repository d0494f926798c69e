//! Partners and routes as JSON.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::{Instant, form, text, words};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::{Handler, PartnerId, RouteState, Routes, Speaks};
use crate::domain::subscription::WebhookUrl;
use crate::store::{PartnerRecord, RouteRecord};

/// The name of a partner, for the document.
pub(super) const PARTNER: &str = "comune-di-prova";

/// The name of a route, for the document.
pub(super) const ROUTE: &str = "5a1f6a0c27d3e4f5a9b8c0d1e2f3a4b5";

/// Which language a partner speaks.
pub(super) enum SpeaksWord {}
form!(
    SpeaksWord,
    "PartnerLanguage",
    words(
        Speaks::ALL.map(Speaks::word),
        "pa_for_node: the node's own primitives, relayed as they are; legacy: the old ones (paaVerificaRPT and their like), translated.",
    )
);

/// Who answers.
pub(super) enum HandlerWord {}
form!(
    HandlerWord,
    "RouteHandler",
    words(
        ["managed", "forward", "legacy"],
        "managed: the gateway, from the positions that it keeps; forward: a partner that speaks pa_for_node; legacy: a partner that speaks the old primitives.",
    )
);

/// Where a route stands.
pub(super) enum StateWord {}
form!(
    StateWord,
    "RouteState",
    words(
        RouteState::ALL.map(RouteState::word),
        "planned: it is still to come; overlap: it holds, and the way before works too; in_force: it holds; past: another one took its place.",
    )
);

/// The name of a partner.
pub(super) enum PartnerName {}
form!(
    PartnerName,
    "PartnerName",
    text("^[a-z0-9-]{1,35}$", "The name of a partner, chosen by people and unique here.", PARTNER)
);

/// What is made up where an old system has no word for what the node must be told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invention)]
pub(super) struct InventionModel<'a> {
    /// The due date: so many days after the answer, in Italy.
    due_days: u16,
    /// The debtor's name while no RPT names one.
    #[schema(value_type = String)]
    debtor_name: &'a str,
    /// The category of the transfer while no RPT says one.
    #[schema(value_type = String)]
    category: &'a str,
    /// How long an activation waits for the RPT, in milliseconds.
    wait_for_rpt_millis: u16,
    /// Where payers go who begin at the institution's own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    redirect: Option<&'a str>,
}

/// A system behind the gateway.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Partner)]
pub(super) struct PartnerModel<'a> {
    /// Its name.
    #[schema(value_type = PartnerName)]
    id: &'a str,
    /// Whose it is.
    #[schema(value_type = String)]
    owner: String,
    /// What people call it.
    #[schema(value_type = String)]
    name: &'a str,
    /// Which language it speaks.
    #[schema(value_type = SpeaksWord)]
    speaks: &'static str,
    /// Where it listens.
    #[schema(value_type = String)]
    url: &'a str,
    /// Where it listens for receipts, if that is elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    rt_url: Option<&'a str>,
    /// Where it listens for demands, if that is elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    demand_url: Option<&'a str>,
    /// The SHA-256 of the certificate with which it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    caller: Option<&'a str>,
    /// When it got the password that it has; left out if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    password_made_at: Option<Timestamp>,
    /// What is made up for it; only of an old system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = InventionModel<'static>)]
    invention: Option<InventionModel<'a>>,
    /// Whether it is asked and let in.
    enabled: bool,
    /// How many routes by which it answers hold now.
    routes_in_force: usize,
    /// How many are still to come.
    routes_planned: usize,
    /// When it was made.
    #[schema(value_type = Instant)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = Instant)]
    updated_at: Timestamp,
}

/// Some partners.
#[derive(Serialize, ToSchema)]
#[schema(as = Partners)]
pub(super) struct PartnersModel<'a> {
    /// In the order of their names.
    #[schema(value_type = Vec<PartnerModel<'static>>)]
    pub partners: Vec<PartnerModel<'a>>,
}

/// That from an instant on somebody answers for some notices.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Route)]
pub(super) struct RouteModel<'a> {
    /// Its name.
    #[schema(value_type = String)]
    id: &'a str,
    /// The institution.
    #[schema(value_type = FiscalCode)]
    organization: &'a str,
    /// The station through which the notices come.
    #[schema(value_type = String)]
    station: &'a str,
    /// The first digit of the notices.
    aux_digit: i64,
    /// Their application or segregation code; left out with aux digits 1 and 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Who answers.
    #[schema(value_type = HandlerWord)]
    handler: &'static str,
    /// Which partner, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = PartnerName)]
    partner: Option<&'a str>,
    /// From when on.
    #[schema(value_type = Instant)]
    from: Timestamp,
    /// Until when the way before works too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    overlap_until: Option<Timestamp>,
    /// The station through which the notices came before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    moved_from: Option<&'a str>,
    /// Where it stands.
    #[schema(value_type = StateWord)]
    state: &'static str,
    /// When it was carried out.
    #[schema(value_type = Instant)]
    made_at: Timestamp,
}

/// Some routes.
#[derive(Serialize, ToSchema)]
#[schema(as = Routes)]
pub(super) struct RoutesModel<'a> {
    /// Those of the same notices together, in the order in which they begin.
    #[schema(value_type = Vec<RouteModel<'static>>)]
    pub routes: Vec<RouteModel<'a>>,
}

/// Where routes stand among all that there are.
pub(super) struct Stands<'a> {
    of_institutions: HashMap<&'a FiscalCode, Routes>,
    now: Timestamp,
}

impl<'a> Stands<'a> {
    /// Of these, which must be all.
    pub(super) fn of(records: &'a [RouteRecord], now: Timestamp) -> Self {
        let mut of_institutions: HashMap<&FiscalCode, Vec<_>> = HashMap::new();
        for record in records {
            of_institutions.entry(&record.route.ec).or_default().push(record.route.clone());
        }
        let of_institutions =
            of_institutions.into_iter().map(|(ec, routes)| (ec, Routes::new(routes))).collect();
        Stands { of_institutions, now }
    }

    /// Where one of them stands.
    pub(super) fn of_route(&self, record: &RouteRecord) -> RouteState {
        let known = self.of_institutions.get(&record.route.ec);
        known.map_or(RouteState::Past, |routes| routes.state(&record.route, self.now))
    }

    /// How many by which a partner answers hold, and how many are still to come.
    fn counts(&self, records: &[RouteRecord], partner: &PartnerId) -> (usize, usize) {
        let own = records.iter().filter(|record| record.route.handler.partner() == Some(partner));
        let states: Vec<RouteState> = own.map(|record| self.of_route(record)).collect();
        let count = |of: &[RouteState]| states.iter().filter(|state| of.contains(state)).count();
        (count(&[RouteState::InForce, RouteState::Overlap]), count(&[RouteState::Planned]))
    }
}

impl<'a> PartnerModel<'a> {
    /// A partner among all routes.
    pub(super) fn new(record: &'a PartnerRecord, routes: &[RouteRecord], now: Timestamp) -> Self {
        let partner = &record.partner;
        let url = |url: &'a Option<WebhookUrl>| url.as_ref().map(WebhookUrl::as_str);
        let (routes_in_force, routes_planned) = Stands::of(routes, now).counts(routes, &partner.id);
        let invention = &partner.invention;
        let legacy = partner.speaks == Speaks::Legacy;
        PartnerModel {
            id: partner.id.as_str(),
            owner: partner.owner.to_string(),
            name: partner.name.as_str(),
            speaks: partner.speaks.word(),
            url: partner.url.as_str(),
            rt_url: url(&partner.rt_url),
            demand_url: url(&partner.demand_url),
            caller: partner.caller.as_ref().map(|caller| caller.as_str()),
            password_made_at: record.password_at,
            invention: legacy.then(|| InventionModel {
                due_days: invention.due_days,
                debtor_name: invention.debtor(),
                category: invention.category(),
                wait_for_rpt_millis: invention.wait_for_rpt.as_millis(),
                redirect: url(&invention.redirect),
            }),
            enabled: partner.enabled,
            routes_in_force,
            routes_planned,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

impl<'a> RouteModel<'a> {
    pub(super) fn new(record: &'a RouteRecord, stands: &Stands<'_>) -> Self {
        let route = &record.route;
        RouteModel {
            id: &record.id,
            organization: route.ec.as_str(),
            station: route.station.as_str(),
            aux_digit: route.code.aux_digit().number(),
            code: route.code.code().map(|code| code.to_string()),
            handler: Handler::word(&route.handler),
            partner: route.handler.partner().map(PartnerId::as_str),
            from: route.from,
            overlap_until: route.overlap_until,
            moved_from: route.moved_from.as_ref().map(|station| station.as_str()),
            state: stands.of_route(record).word(),
            made_at: record.made_at,
        }
    }
}

/// A partner, for the document.
pub(super) fn partner_example() -> Value {
    json!({
        "id": PARTNER, "owner": "ec:99000010019", "name": "Gestionale del Comune", "speaks": "legacy",
        "url": "https://pagamenti.comune.example/PagamentiTelematiciCCP",
        "rtUrl": "https://pagamenti.comune.example/PagamentiTelematiciRT",
        "caller": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "passwordMadeAt": "2026-11-22T10:20:00Z",
        "invention": {
            "dueDays": 1, "debtorName": "ANONIMO", "category": "9/0101108TS/", "waitForRptMillis": 1000,
        },
        "enabled": true, "routesInForce": 1, "routesPlanned": 0,
        "createdAt": "2026-11-22T10:20:00Z", "updatedAt": "2026-11-22T10:20:00Z",
    })
}

/// A route, for the document.
pub(super) fn route_example() -> Value {
    json!({
        "id": ROUTE, "organization": "99000010019", "station": "99000040017_01", "auxDigit": 3, "code": "02",
        "handler": "legacy", "partner": PARTNER, "from": "2026-12-01T00:00:00Z",
        "overlapUntil": "2026-12-15T00:00:00Z", "state": "planned", "madeAt": "2026-11-22T10:20:00Z",
    })
}
