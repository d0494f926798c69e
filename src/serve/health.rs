//! What the operator's machinery asks: alive, ready, how much.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::BoxFuture;
use crate::observe::Metrics;

/// A check that takes longer has failed: who asks for readiness does not wait long.
const CHECK_TIME: Duration = Duration::from_secs(2);

/// One condition of readiness.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    run: Arc<dyn Fn() -> BoxFuture<Result<(), String>> + Send + Sync>,
}

impl Check {
    /// `run` says what is wrong in words for an operator, without secrets: it is served to whoever asks.
    pub fn new<F>(name: &'static str, run: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { name, run: Arc::new(move || Box::pin(run())) }
    }
}

/// What health answers from.
#[derive(Clone)]
pub struct Health {
    /// All must pass for readiness.
    pub checks: Vec<Check>,
    /// Red at once when cancelled: see [`super::Shutdown::soft`].
    pub stopping: CancellationToken,
    /// Served on `/metrics`.
    pub metrics: Arc<Metrics>,
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    check: &'static str,
    problem: String,
}

/// `/health/live`, `/health/ready`, `/metrics`: for the REST listener.
pub fn routes(health: Health) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health)
}

/// The process answers; whether it should be sent work is readiness.
async fn live() -> Json<Readiness> {
    Json(Readiness { status: "live", problems: Vec::new() })
}

async fn ready(State(health): State<Health>) -> Response {
    let mut problems = Vec::new();
    if health.stopping.is_cancelled() {
        problems.push(Problem { check: "shutdown", problem: "the gateway is stopping".to_owned() });
    } else {
        // All begin before the first is waited for, so that together they take as long as the slowest.
        let begun = health
            .checks
            .iter()
            .map(|check| (check.name, tokio::spawn(tokio::time::timeout(CHECK_TIME, (check.run)()))));
        for (check, task) in begun.collect::<Vec<_>>() {
            let problem = match task.await {
                Ok(Ok(Ok(()))) => continue,
                Ok(Ok(Err(problem))) => problem,
                Ok(Err(_)) => format!("no answer within {} s", CHECK_TIME.as_secs()),
                Err(_) => "the check itself failed".to_owned(),
            };
            problems.push(Problem { check, problem });
        }
    }
    if problems.is_empty() {
        return Json(Readiness { status: "ready", problems }).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, Json(Readiness { status: "not ready", problems })).into_response()
}

async fn metrics(State(health): State<Health>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match health.metrics.render() {
        Ok(text) => ([(CONTENT_TYPE, kind)], text).into_response(),
        Err(std::fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn ask(health: &Health, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = routes(health.clone()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn health(checks: Vec<Check>) -> Health {
        Health { checks, stopping: CancellationToken::new(), metrics: Arc::new(Metrics::new(|_| {})) }
    }

    #[tokio::test]
    async fn ready_while_every_check_passes_and_nothing_stops() {
        let fine = health(vec![Check::new("database", || async { Ok(()) })]);
        assert_eq!(ask(&fine, "/health/ready").await, (200, r#"{"status":"ready"}"#.to_owned()));
        fine.stopping.cancel();
        let (status, body) = ask(&fine, "/health/ready").await;
        assert_eq!(status, 503);
        assert!(body.contains("the gateway is stopping"), "{body}");
        assert_eq!(ask(&fine, "/health/live").await.0, 200);
    }

    #[tokio::test]
    async fn what_is_wrong_is_named() {
        let checks = vec![
            Check::new("database", || async { Err("locked".to_owned()) }),
            Check::new("certificate", || async { Ok(()) }),
            Check::new("outbox", || async { panic!("bug") }),
        ];
        let (status, body) = ask(&health(checks), "/health/ready").await;
        assert_eq!(status, 503);
        let expected = r#"{"status":"not ready","problems":[{"check":"database","problem":"locked"},{"check":"outbox","problem":"the check itself failed"}]}"#;
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn metrics_are_open_metrics() {
        let (status, body) = ask(&health(Vec::new()), "/metrics").await;
        assert_eq!(status, 200);
        assert!(body.ends_with("# EOF\n"), "{body}");
    }
}
