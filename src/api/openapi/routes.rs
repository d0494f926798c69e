//! Routes with their documentation. It is the only way to mount an endpoint, so none can be without.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem, Paths};

use super::doc::{Doc, Schemas};
use crate::api::Api;
use crate::api::access::{Guard, Needs, Rule, Rules, refusals};
use crate::domain::access::KeyScope;

/// A method of HTTP that an endpoint can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Takes away.
    Delete,
}

/// Routes of the API, and what is said of each.
pub struct Routes<S = Arc<Api>> {
    router: Router<S>,
    operations: Vec<(String, Method, Operation, Rule)>,
    schemas: Schemas,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Routes { router: Router::new(), operations: Vec::new(), schemas: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Mounts an endpoint under a heading of the document. It is closed until [`opened_by`](Routes::opened_by)
    /// says which keys open it.
    pub fn on<H, T>(self, method: Method, place: (&str, &str), handler: H, doc: Doc) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.ruled(Rule::Closed, (method, place), handler, doc)
    }

    /// Mounts an endpoint for who was given a permission.
    pub fn guarded<H, T>(self, needs: Needs, place: (Method, (&str, &str)), handler: H, doc: Doc) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.ruled(Rule::Admin(needs), place, handler, doc.refuses(refusals()))
    }

    /// Mounts an endpoint for who is not known yet.
    pub fn open<H, T>(self, place: (Method, (&str, &str)), handler: H, doc: Doc) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.ruled(Rule::Open, place, handler, doc)
    }

    fn ruled<H, T>(
        mut self,
        rule: Rule,
        (method, (heading, path)): (Method, (&str, &str)),
        handler: H,
        doc: Doc,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let (operation, schemas) = doc.into_parts(heading);
        self.operations.push((path.to_owned(), method, operation, rule));
        self.schemas.extend(schemas);
        Routes { router: self.router.route(path, on(method.filter(), handler)), ..self }
    }

    /// Says which keys open the endpoints that were mounted without a rule.
    pub fn opened_by(self, scope: KeyScope) -> Self {
        self.where_closed(Rule::Key(scope))
    }

    /// The same of endpoints that are open to everybody where the installation is public.
    pub fn opened_by_key_or_public(self, scope: KeyScope) -> Self {
        self.where_closed(Rule::KeyOrPublic(scope))
    }

    fn where_closed(mut self, instead: Rule) -> Self {
        for (_, _, _, rule) in &mut self.operations {
            if *rule == Rule::Closed {
                *rule = instead;
            }
        }
        self
    }

    /// Mounts others below a path.
    pub fn nest(mut self, prefix: &str, others: Routes<S>) -> Self {
        let below = others.operations.into_iter();
        let below = below.map(|(path, method, doc, rule)| (format!("{prefix}{path}"), method, doc, rule));
        self.operations.extend(below);
        self.schemas.extend(others.schemas);
        Routes { router: self.router.nest(prefix, others.router), ..self }
    }

    /// Mounts others beside these.
    pub fn beside(mut self, others: Routes<S>) -> Self {
        self.operations.extend(others.operations);
        self.schemas.extend(others.schemas);
        Routes { router: self.router.merge(others.router), ..self }
    }

    /// Tells of routes that another router serves.
    pub fn telling_of<T>(mut self, others: Routes<T>) -> Self {
        self.operations.extend(others.operations);
        self.schemas.extend(others.schemas);
        self
    }

    /// The router alone, with its guard: another document tells of it.
    pub fn into_router(self, api: &Arc<Api>) -> Router<S> {
        let rules = self.rules();
        Guard::new(api, rules).before(self.router)
    }

    fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        for (path, method, _, rule) in &self.operations {
            rules.add(path.clone(), *method, *rule);
        }
        rules
    }

    /// The router with its guard, and the paths and schemas of its document.
    pub fn into_parts(self, api: &Arc<Api>) -> (Router<S>, Paths, Schemas) {
        let rules = self.rules();
        let mut paths = Paths::new();
        for (path, method, mut operation, rule) in self.operations {
            let shown = ExtensionsBuilder::new().add("x-varco-access", rule.described()).build();
            operation.extensions = Some(shown);
            let item = PathItem::new(method.documented(), operation);
            match paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(paths.paths.insert(path, item)),
            }
        }
        (Guard::new(api, rules).before(self.router), paths, self.schemas)
    }
}

impl Method {
    /// Whether an endpoint of this method answers a request; one that reads answers HEAD too.
    pub fn answers(self, asked: &axum::http::Method) -> bool {
        let own = match self {
            Method::Get => &[axum::http::Method::GET, axum::http::Method::HEAD][..],
            Method::Post => &[axum::http::Method::POST],
            Method::Put => &[axum::http::Method::PUT],
            Method::Patch => &[axum::http::Method::PATCH],
            Method::Delete => &[axum::http::Method::DELETE],
        };
        own.contains(asked)
    }

    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        }
    }

    fn documented(self) -> HttpMethod {
        match self {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Put => HttpMethod::Put,
            Method::Patch => HttpMethod::Patch,
            Method::Delete => HttpMethod::Delete,
        }
    }
}
