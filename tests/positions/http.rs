//! What is the same for every endpoint: keys, paths, methods, bodies that are none, request ids.

use super::*;

#[tokio::test]
async fn a_key_opens_only_its_own_institutions() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("mensa-1", 1)).await;
        let ask = |ec: &str, query: &str, key: Option<&str>| {
            let uri =
                format!("/gpd/debt-positions-service/v1/organizations/{ec}/debtpositions/mensa-1{query}");
            let request = Request::builder().uri(uri).header("host", "localhost");
            let request = match key {
                Some(key) => request.header("Ocp-Apim-Subscription-Key", key),
                None => request,
            };
            gateway.send(request.body(Full::default()).unwrap())
        };
        ask(EC, "", None).await.is_problem(401, "Unauthorized", "missing_key");
        ask(EC, "", Some("")).await.is_problem(401, "Unauthorized", "missing_key");
        ask(EC, "", Some("wrong")).await.is_problem(401, "Unauthorized", "unknown_key");
        ask(EC, "?subscription-key=wrong", None).await.is_problem(401, "Unauthorized", "unknown_key");
        assert_eq!(ask(EC, &format!("?subscription-key={KEY}"), None).await.status, StatusCode::OK);

        let foreign = ask(OTHER_EC, "", Some(KEY)).await;
        foreign.is_problem(403, "Forbidden", "foreign_organization");
        assert_eq!(foreign.body["statusCode"], 403);
        assert_eq!(foreign.body["message"], "You are not allowed to access this resource.");
        ask("11111111111", "", Some(KEY)).await.is_problem(403, "Forbidden", "foreign_organization");
        ask("borgo", "", Some(KEY)).await.is_problem(403, "Forbidden", "foreign_organization");

        assert_eq!(ask(EC, "", Some(MASTER_KEY)).await.status, StatusCode::OK);
        let other = ask(OTHER_EC, "", Some(MASTER_KEY)).await;
        other.is_problem(404, "Not found the debt position", "unknown_position");
        for unknown in ["11111111111", "borgo"] {
            let answer = ask(unknown, "", Some(MASTER_KEY)).await;
            answer.is_problem(404, "Not found the organization", "unknown_organization");
        }
    })
    .await;
}

#[tokio::test]
async fn what_http_gets_wrong_is_a_problem_too() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let raw = |uri: &str, content_type: &str, body: Bytes| {
        let uri = format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions{uri}");
        let request = Request::post(uri).header("host", "localhost").header("content-type", content_type);
        gateway.send(request.header("ocp-apim-subscription-key", KEY).body(Full::new(body)).unwrap())
    };
    let fine = Bytes::from(position("mensa-1", 1).to_string());
    raw("", "text/plain", fine.clone()).await.is_problem(
        415,
        "Unsupported Media Type",
        "unsupported_media_type",
    );
    raw("", "application/json", Bytes::from_static(b"{\"iupd\":")).await.is_problem(
        400,
        "BAD REQUEST",
        "malformed_json",
    );
    raw("?toPublish=maybe", "application/json", fine).await.is_problem(400, "BAD REQUEST", "query_parameter");
    let large = Bytes::from(vec![b' '; MAX_BODY + 1]);
    raw("", "application/json", large).await.is_problem(413, "Payload Too Large", "body_too_large");

    gateway.ask(Method::GET, "/a/b/c", None).await.is_problem(404, "Not Found", "unknown_path");
    let answer = gateway.ask(Method::PATCH, "/mensa-1/publish", None).await;
    answer.is_problem(405, "Method Not Allowed", "method_not_allowed");
    assert_eq!(answer.headers["allow"], "POST");
    gateway.read("%FF").await.is_problem(404, "Not Found", "unknown_path");
    for name in ["none", "%00"] {
        gateway.read(name).await.is_problem(404, "Not found the debt position", "unknown_position");
        gateway.publish(name).await.is_problem(404, "Not found the debt position", "unknown_position");
        gateway.invalidate(name).await.is_problem(404, "Not found the debt position", "unknown_position");
        gateway.delete(name).await.is_problem(404, "Not found the debt position", "unknown_position");
    }
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let ask = |id: &str| {
        let request = Request::get("/nowhere").header("host", "localhost").header("x-request-id", id);
        gateway.send(request.body(Full::default()).unwrap())
    };
    assert_eq!(ask("my-id").await.headers["x-request-id"], "my-id");
    let replaced = ask(&"x".repeat(200)).await;
    assert!(replaced.headers["x-request-id"].len() < 200);
    let (one, two) = (gateway.read("none").await, gateway.read("none").await);
    assert_ne!(one.headers["x-request-id"], two.headers["x-request-id"]);
}
