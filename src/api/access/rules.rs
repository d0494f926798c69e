//! What a route asks of who calls it.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::api::openapi::Method;
use crate::domain::access::{KeyScope, Permission};

/// What a route asks of who calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An API key that opens this; whose data it opens is for the handler's extractor.
    Key(KeyScope),
    /// The same, or no key at all where the installation is open to the public; whoever shows one is judged by it.
    KeyOrPublic(KeyScope),
    /// Somebody who was given a permission.
    Admin(Needs),
    /// Nothing: it is for who is not known yet.
    Open,
    /// Nobody said: it is closed.
    Closed,
}

/// A permission, and of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Which permission; none if it is enough to be known.
    pub permission: Option<Permission>,
    /// About which tenant.
    pub of: Of,
}

/// Which tenant a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The creditor institution of that parameter of the path.
    Institution(&'static str),
    /// The broker of that parameter.
    Broker(&'static str),
    /// The broker of the station of that parameter.
    Station(&'static str),
    /// The installation as a whole.
    Gateway,
    /// Whichever the caller may see: the handler leaves out the others.
    Own,
    /// Those that the body or the thing itself names: the handler asks for each of them.
    Body,
}

impl Needs {
    /// A permission about a tenant.
    pub const fn new(permission: Permission, of: Of) -> Self {
        Needs { permission: Some(permission), of }
    }

    /// Only to be known.
    pub const fn known() -> Self {
        Needs { permission: None, of: Of::Own }
    }
}

impl Of {
    /// The kind of tenant, and the parameter that names it.
    fn described(self) -> (&'static str, Option<&'static str>) {
        match self {
            Of::Institution(parameter) => ("institution", Some(parameter)),
            Of::Broker(parameter) => ("broker", Some(parameter)),
            Of::Station(parameter) => ("station", Some(parameter)),
            Of::Gateway => ("gateway", None),
            Of::Own => ("own", None),
            Of::Body => ("body", None),
        }
    }
}

impl Rule {
    /// The rule as the document shows it.
    pub fn described(self) -> Value {
        match self {
            Rule::Key(scope) => json!({ "scope": scope.name() }),
            Rule::KeyOrPublic(scope) => json!({ "scope": scope.name(), "public": true }),
            Rule::Admin(needs) => {
                let (of, parameter) = needs.of.described();
                let permission = needs.permission.map(Permission::name);
                json!({ "permission": permission, "of": of, "parameter": parameter })
            }
            Rule::Open => json!({ "open": true }),
            Rule::Closed => json!({ "closed": true }),
        }
    }
}

/// The rules of all routes, by path and method.
#[derive(Clone, Debug, Default)]
pub struct Rules(HashMap<String, Vec<(Method, Rule)>>);

impl Rules {
    /// Adds the rule of a route.
    pub fn add(&mut self, path: String, method: Method, rule: Rule) {
        self.0.entry(path).or_default().push((method, rule));
    }

    /// The rule of a path and method; none if the path has no such method.
    pub fn of(&self, path: &str, method: &axum::http::Method) -> Option<Rule> {
        let Some(methods) = self.0.get(path) else { return Some(Rule::Closed) };
        methods.iter().find(|(known, _)| known.answers(method)).map(|(_, rule)| *rule)
    }
}
