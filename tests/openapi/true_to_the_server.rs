//! The document is true: what it shows is accepted, what it names is there, and nothing is there without it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use serde_json::Value;

use crate::document::{Document, Operation};
use crate::support::api::{EC, Gateway, KEY};
use crate::support::{TestDatabase, on_both, samples};

/// The account of the examples, which is one of the demo's town.
const EXAMPLE_IBAN: &str = "IT80Z0599903600000000001001";

#[tokio::test]
async fn every_example_of_a_creation_is_accepted_and_the_answer_is_as_documented() {
    let document = Document::fetch().await;
    let creations =
        |one: &Operation<'_>| one.value["operationId"].as_str().unwrap().starts_with("createPosition");
    let creations: Vec<_> = document.operations().into_iter().filter(creations).collect();
    assert_eq!(creations.len(), 3, "versions 1 and 3, and in bulk");
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        for creation in &creations {
            let path = creation.path.replace("{organizationfiscalcode}", EC);
            let example = &creation.value["requestBody"]["content"]["application/json"]["example"];
            let body = example.to_string().replace(EXAMPLE_IBAN, samples::IBAN);
            let created = send(&gateway, "POST", &path, body.clone()).await;
            assert_eq!(created.status, StatusCode::CREATED, "{path}: {}", created.body);
            is_as_documented(&document, creation, 201, &created.body);

            if creation.path.ends_with("/bulk") {
                continue;
            }
            let one = format!("{path}/{}", example["iupd"].as_str().unwrap());
            let at = format!("{}/{{iupd}}", creation.path);
            for (method, body) in [("GET", String::new()), ("PUT", body), ("DELETE", String::new())] {
                let answer = send(&gateway, method, &one, body).await;
                assert_eq!(answer.status, StatusCode::OK, "{method} {one}: {}", answer.body);
                is_as_documented(&document, &operation(&document, method, &at), 200, &answer.body);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_documented_operation_is_there_and_asks_for_a_key() {
    let document = Document::fetch().await;
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    for documented in document.operations() {
        let path = documented.path.replace(['{', '}'], "");
        // Those by which people come in ask for something else: each is tested with people.
        let is_open = documented.value["x-varco-access"]["open"] == true;
        assert_eq!(
            is_open,
            path.starts_with("/admin/v1/session/") && path != "/admin/v1/session/token",
            "{path}"
        );
        if is_open {
            continue;
        }
        let request =
            Request::builder().method(documented.method.as_str()).uri(&path).header("host", "localhost");
        let answer = gateway.send(request.body(Full::<Bytes>::default()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {path}: {}", documented.method, answer.body);
        is_as_documented(&document, &documented, 401, &answer.body);
    }
}

#[test]
fn no_endpoint_is_mounted_without_documentation() {
    let mut sources = vec![std::path::PathBuf::from("src/api")];
    let mut seen = 0;
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            sources.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        seen += 1;
        let own = path.starts_with("src/api/openapi");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(own || !text.contains("axum::routing"), "{} mounts by itself", path.display());
        assert!(own || !text.contains(".route("), "{} mounts by itself", path.display());
    }
    assert!(seen > 30, "the sources were read");
}

#[tokio::test]
async fn the_page_is_served_without_a_key_and_fetches_nothing_from_elsewhere() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let page = text(&gateway, "/docs/").await;
    for script in ["swagger-ui-bundle.js", "swagger-initializer.js", "swagger-ui.css"] {
        assert!(page.contains(script), "{page}");
        assert!(!text(&gateway, &format!("/docs/{script}")).await.is_empty());
    }
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "{page}");
    assert!(text(&gateway, "/docs/swagger-initializer.js").await.contains("/openapi.json"));
}

fn operation<'a>(document: &'a Document, method: &str, path: &str) -> Operation<'a> {
    let mut all = document.operations();
    all.retain(|one| one.method == method && one.path == path);
    all.pop().unwrap()
}

#[track_caller]
fn is_as_documented(document: &Document, operation: &Operation<'_>, status: u16, body: &Value) {
    let place = format!("{} {} {status}", operation.method, operation.path);
    let kind = if status < 400 { "application/json" } else { "application/problem+json" };
    let schema = document.answer_schema(operation, status, kind).expect(&place);
    if let Err(error) = jsonschema::validator_for(&schema).unwrap().validate(body) {
        panic!("{place}: {error} at {}: {body}", error.instance_path());
    }
}

async fn send(gateway: &Gateway, method: &str, path: &str, body: String) -> crate::support::api::Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", KEY);
    gateway.send(request.body(Full::from(body)).unwrap()).await
}

async fn text(gateway: &Gateway, path: &str) -> String {
    use http_body_util::BodyExt;
    let stream = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(path).header("host", "localhost").body(Full::<Bytes>::default()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
