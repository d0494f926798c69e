//! Routes with their documentation. It is the only way to mount an endpoint, so none can be without.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::{Operation, PathItem, Paths};

use super::doc::{Doc, Schemas};
use crate::api::Api;

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
    operations: Vec<(String, Method, Operation)>,
    schemas: Schemas,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Routes { router: Router::new(), operations: Vec::new(), schemas: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Mounts an endpoint under a heading of the document.
    pub fn on<H, T>(mut self, method: Method, (heading, path): (&str, &str), handler: H, doc: Doc) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let (operation, schemas) = doc.into_parts(heading);
        self.operations.push((path.to_owned(), method, operation));
        self.schemas.extend(schemas);
        Routes { router: self.router.route(path, on(method.filter(), handler)), ..self }
    }

    /// Mounts others below a path.
    pub fn nest(mut self, prefix: &str, others: Routes<S>) -> Self {
        let below = others.operations.into_iter();
        self.operations.extend(below.map(|(path, method, doc)| (format!("{prefix}{path}"), method, doc)));
        self.schemas.extend(others.schemas);
        Routes { router: self.router.nest(prefix, others.router), ..self }
    }

    /// Tells of routes that another router serves.
    pub fn telling_of<T>(mut self, others: Routes<T>) -> Self {
        self.operations.extend(others.operations);
        self.schemas.extend(others.schemas);
        self
    }

    /// The router alone: another document tells of it.
    pub fn into_router(self) -> Router<S> {
        self.router
    }

    /// The router, and the paths and schemas of its document.
    pub fn into_parts(self) -> (Router<S>, Paths, Schemas) {
        let mut paths = Paths::new();
        for (path, method, operation) in self.operations {
            let item = PathItem::new(method.documented(), operation);
            match paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(paths.paths.insert(path, item)),
            }
        }
        (self.router, paths, self.schemas)
    }
}

impl Method {
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
