//! Calls at random: every route of the permission table, its parameters from all tenants, its body that of the
//! documentation with the codes of some tenant in it.

use std::collections::HashMap;

use hyper::Method;
use serde_json::Value;

use crate::chance::Chance;
use crate::seed::id_of;
use crate::support::samples;
use crate::world::{BROKERS, ECS, Tenant};

const ROUTES: &str = include_str!("../permissions/routes.txt");

/// A route.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: String,
    /// The example of its body, in the documentation.
    pub body: Option<String>,
}

/// Every route, with the example of its body.
pub fn routes(document: &Value) -> Vec<Route> {
    let lines = ROUTES.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            let operation = &document["paths"][path][method.to_lowercase()];
            let example = &operation["requestBody"]["content"]["application/json"]["example"];
            let body = (!example.is_null()).then(|| example.to_string());
            Route { method: Method::from_bytes(method.as_bytes()).unwrap(), path: path.to_owned(), body }
        })
        .collect()
}

/// What a request is made of.
pub struct Call {
    pub method: Method,
    pub path: String,
    pub body: String,
}

impl Call {
    pub fn at_random(route: &Route, chance: &mut Chance) -> Call {
        let mut path = String::new();
        let mut before = "";
        for (at, part) in route.path.split(['{', '}']).enumerate() {
            if at % 2 == 0 {
                path.push_str(part);
                before = part.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            } else {
                path.push_str(&parameter(before, part, chance));
            }
        }
        // Lists say what they are about in many ways.
        if route.method == Method::GET && chance.below(3) == 0 {
            let tenant = *chance.one_of(&Tenant::all());
            let code = tenant.code();
            path.push_str(&format!(
                "?tenant={}&organization={code}&code={code}&brokerCode={code}&ciCode={code}&page=0&limit=50",
                tenant.stored()
            ));
        }
        Call { method: route.method.clone(), path, body: body(route.body.as_deref(), chance) }
    }
}

/// A value for a parameter, by its name and by what stands before it in the path.
fn parameter(before: &str, name: &str, chance: &mut Chance) -> String {
    let tenant = *chance.one_of(&Tenant::all());
    let (ec, broker) = (*chance.one_of(&ECS), *chance.one_of(&BROKERS));
    let name = name.to_lowercase();
    match before {
        "creditor-institutions" | "creditorinstitutions" | "organizations" | "payments" => ec.to_owned(),
        "brokers" => broker.to_owned(),
        "stations" => format!("{broker}_01"),
        "services" | "offerings" => format!("s{ec}"),
        "debtpositions" => format!("p{ec}"),
        "receipts" => format!("r{ec}"),
        "ibans" => samples::IBAN.to_owned(),
        "notices" | "paids" => samples::notice_number(1).to_string(),
        "steps" => "station".to_owned(),
        "keys" => {
            let role = ["data", "payments_referent", "partner_referent"][chance.below(3)];
            let id = format!("{} {role}", tenant.stored());
            id.replace(' ', "%20")
        }
        "delegations" => format!("d{}", chance.below(20)),
        "encodings" => ec.to_owned(),
        "station-maintenances" => broker[9..].trim_start_matches('0').to_owned(),
        _ if name.contains("broker") => broker.to_owned(),
        _ if name.contains("station") => format!("{broker}_01"),
        _ if name.contains("institution") || name == "ec" => ec.to_owned(),
        _ => id_of(tenant),
    }
}

/// The example of a body with the codes of tenants in place of those of the demo.
fn body(example: Option<&str>, chance: &mut Chance) -> String {
    let Some(example) = example else { return "{}".to_owned() };
    let (ec, broker) = (*chance.one_of(&ECS), *chance.one_of(&BROKERS));
    let tenant = *chance.one_of(&Tenant::all());
    let places: HashMap<&str, String> = HashMap::from([
        ("99000010019", ec.to_owned()),
        ("99000020018", chance.one_of(&ECS).to_string()),
        ("99000040017", broker.to_owned()),
        ("ec:99000010019", format!("ec:{ec}")),
        ("broker:99000040017", format!("broker:{broker}")),
        ("IT80Z0599903600000000001001", samples::IBAN.to_owned()),
        ("5b6a79880011223344556677aabbccdd", id_of(tenant)),
    ]);
    places.iter().fold(example.to_owned(), |text, (from, to)| text.replace(from, to))
}
