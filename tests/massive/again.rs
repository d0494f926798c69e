//! A file that is sent again because its answer was lost is not taken in twice.

use hyper::Method;

use crate::desk::*;
use crate::support::api::position;
use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::samples::{BROKER, EC};

/// Sends a file with that key, in a form with that boundary.
async fn send_with(gateway: &TestGateway, key: &str, boundary: &str, file: &[u8]) -> Answer {
    let mut body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n").into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let form = format!("multipart/form-data; boundary={boundary}");
    let path = format!("{}/file", base(EC, BROKER));
    let headers = [("content-type", form.as_str()), ("idempotency-key", key)];
    ask(gateway.api_addr(), (Method::POST, &path), &headers, body).await
}

/// How many files there are.
async fn files(gateway: &TestGateway) -> usize {
    let path = format!("{}/files", base(EC, BROKER));
    let listed = ask(gateway.api_addr(), (Method::GET, &path), &[], "").await;
    listed.json()["fileIds"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_file_that_is_sent_again_is_taken_in_once() {
    on_both_gateways(async |gateway| {
        let first = send_with(gateway, "k", "a-boundary", &file(&[position("P1", 1)])).await;
        assert_eq!((first.status, first.headers.get("idempotency-replayed")), (202, None));
        done(gateway.api_addr(), &place(&first)).await;

        let again = send_with(gateway, "k", "another-boundary", &file(&[position("P1", 1)])).await;
        assert_eq!((again.status, &again.headers["idempotency-replayed"]), (202, &"true".parse().unwrap()));
        for name in ["location", "retry-after"] {
            assert_eq!(again.headers[name], first.headers[name]);
        }
        let other = send_with(gateway, "k", "a-boundary", &file(&[position("P2", 2)])).await;
        other.is_problem(422, "idempotency_key_reused");
        assert_eq!(files(gateway).await, 1);

        let new = send_with(gateway, "l", "a-boundary", &file(&[position("P2", 2)])).await;
        assert_eq!(done(gateway.api_addr(), &place(&new)).await["operationStatus"], "COMPLETED");
        assert_eq!((files(gateway).await, count(gateway.api_addr()).await), (2, 2));
    })
    .await;
}
