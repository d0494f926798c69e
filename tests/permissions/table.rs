//! The tables written by hand, and that they say something of every route and every permission.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use varco::domain::access::Permission;

use crate::calls::Server;
use crate::support::TestDatabase;

const ROUTES: &str = include_str!("routes.txt");
const ROLES: &str = include_str!("roles.txt");

/// What a route asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// To be known.
    ToBeKnown,
    /// An API key with that scope.
    Scope(String),
    /// A permission about a tenant.
    Permission(String, About),
}

/// Which tenant a route is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The creditor institution of that parameter.
    Institution(String),
    /// The broker of that parameter.
    Broker(String),
    /// The broker of the station of that parameter.
    Station(String),
    /// The installation.
    Gateway,
    /// Whichever the caller may see.
    Own,
    /// Whichever the body or the thing itself names.
    Body,
}

/// A route with what it asks for.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: String,
    pub path: String,
    pub asks: Asks,
}

/// Who holds a permission.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    pub payments: bool,
    pub technical: bool,
    pub partner: bool,
    /// The products that hand it on.
    pub handed_on_by: BTreeSet<String>,
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// The routes, as the table has them.
pub fn routes() -> Vec<Route> {
    lines(ROUTES)
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [method, path, asks] = words[..] else { panic!("{line:?} is not METHOD PATH WHAT") };
            Route { method: method.to_owned(), path: path.to_owned(), asks: asks_for(asks) }
        })
        .collect()
}

fn asks_for(text: &str) -> Asks {
    // Here nothing is public; that keys open it and where nobody needs one, the tests of channels show.
    if let Some(scope) = text.strip_prefix("scope:").or_else(|| text.strip_prefix("scope-or-public:")) {
        return Asks::Scope(scope.to_owned());
    }
    match text {
        "open" => return Asks::Nothing,
        "known" => return Asks::ToBeKnown,
        _ => {}
    }
    let (permission, about) = text.split_once('@').expect(text);
    let (kind, parameter) = about.split_once(':').unwrap_or((about, ""));
    let about = match (kind, parameter) {
        ("institution", name) => About::Institution(name.to_owned()),
        ("broker", name) => About::Broker(name.to_owned()),
        ("station", name) => About::Station(name.to_owned()),
        ("gateway", "") => About::Gateway,
        ("own", "") => About::Own,
        ("body", "") => About::Body,
        _ => panic!("{text:?} names no tenant"),
    };
    Asks::Permission(permission.to_owned(), about)
}

/// Who holds which permission, as the table has it.
pub fn roles() -> BTreeMap<String, Holders> {
    lines(ROLES)
        .map(|line| {
            let (who, products) = line.split_once('|').expect(line);
            let mut who = who.split_whitespace();
            let permission = who.next().expect(line).to_owned();
            let mut holders = Holders::default();
            for letter in who {
                match letter {
                    "P" => holders.payments = true,
                    "T" => holders.technical = true,
                    "B" => holders.partner = true,
                    other => panic!("{other:?} in {line:?}"),
                }
            }
            holders.handed_on_by = products.split_whitespace().map(str::to_owned).collect();
            (permission, holders)
        })
        .collect()
}

/// A line of the table, as the document would have it.
fn documented(rule: &Value) -> String {
    if let Some(scope) = rule.get("scope") {
        let public = if rule.get("public").is_some() { "-or-public" } else { "" };
        return format!("scope{public}:{}", scope.as_str().unwrap());
    }
    if rule.get("open").is_some() {
        return "open".to_owned();
    }
    let Some(permission) = rule.get("permission") else { return "CLOSED".to_owned() };
    let Some(permission) = permission.as_str() else { return "known".to_owned() };
    let of = rule["of"].as_str().unwrap();
    match rule["parameter"].as_str() {
        Some(parameter) => format!("{permission}@{of}:{parameter}"),
        None => format!("{permission}@{of}"),
    }
}

#[tokio::test]
async fn every_route_has_a_row_and_every_row_a_route() {
    let server = Server::start(TestDatabase::sqlite()).await;
    let document = server.document().await;
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                let rule = documented(&operation["x-varco-access"]);
                found.insert(format!("{} {path} {rule}", method.to_uppercase()));
            }
        }
    }
    let written: BTreeSet<String> =
        lines(ROUTES).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let missing: Vec<&String> = found.difference(&written).collect();
    let gone: Vec<&String> = written.difference(&found).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "tests/permissions/routes.txt is what people agreed that each route asks for. Judge each of these routes, \
         and if that is what it should ask for, add its line:\n{}\n\nThese lines are of no route that there is, \
         or of one that asks for something else:\n{}",
        missing.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"),
        gone.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"),
    );
}

#[test]
fn every_permission_has_its_holders_and_is_asked_for() {
    let held: BTreeSet<String> = roles().into_keys().collect();
    let all: BTreeSet<String> = Permission::ALL.iter().map(|one| one.name().to_owned()).collect();
    assert_eq!(held, all, "tests/permissions/roles.txt");
}
