//! One request and its answer.

use tokio::io::AsyncWriteExt;

use super::support::{Gateway, call, closed, post, read_reply, request};

#[tokio::test]
async fn an_answer_states_its_charset_and_carries_the_request_id() {
    let mut gateway = Gateway::start("").await;
    let mut stream = gateway.caller().await;
    let headers = "Content-Type: text/xml\r\nX-Request-Id: a.B_9-z\r\nSOAPAction: \"paSendRT\"\r\n";
    let reply = call(&mut stream, &request("POST /any/path", headers, "hello")).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "5 bytes"));
    assert_eq!(reply.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(reply.header("x-request-id"), Some("a.b_9-z"));
    let call_seen = gateway.started().await;
    assert_eq!(call_seen.request_id.as_str(), "a.B_9-z");
    assert_eq!(call_seen.soap_action.as_deref(), Some("paSendRT"));

    let odd = request("POST /", "X-Request-Id: a b\r\n", "hello");
    let made = call(&mut stream, &odd).await;
    assert_eq!(made.header("x-request-id"), Some("0000000000000007-1"));
}

#[tokio::test]
async fn a_body_too_large_is_refused_by_its_declaration_alone() {
    let mut gateway = Gateway::start("max_message = '1KiB'").await;
    let mut stream = gateway.caller().await;
    // Not one byte of the body is sent: an answer means that none was waited for.
    stream.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1025\r\n\r\n").await.unwrap();
    let reply = read_reply(&mut stream).await.unwrap();
    assert_eq!(reply.status, 413);
    assert!(reply.body.contains("<faultstring>"), "{}", reply.body);
    assert!(gateway.started.try_recv().is_err());
    let full = "x".repeat(1024);
    assert_eq!(call(&mut gateway.caller().await, &post(&full)).await.body, "1024 bytes");
}

#[tokio::test]
async fn a_chunked_body_is_refused_once_it_is_too_large() {
    let gateway = Gateway::start("max_message = '1KiB'").await;
    let mut stream = gateway.caller().await;
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    // No last chunk: the body never ends, the answer comes all the same.
    stream.write_all(format!("{head}{chunk}{chunk}").as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.unwrap().status, 413);
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_caller_that_sends_on_after_the_refusal_still_reads_it() {
    let gateway = Gateway::start("max_message = '1KiB'").await;
    let mut stream = gateway.caller().await;
    // More than the sockets hold: it can be sent to its end only if somebody reads it.
    stream.write_all(post(&"x".repeat(16 << 20)).as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.unwrap().status, 413);
}

#[tokio::test]
async fn what_is_not_xml_is_refused() {
    let gateway = Gateway::start("").await;
    let mut stream = gateway.caller().await;
    let reply = call(&mut stream, &request("POST /", "Content-Type: application/json\r\n", "{}")).await;
    assert_eq!(reply.status, 415);
    assert!(reply.body.contains(":Fault>"), "{}", reply.body);
    for kind in ["", "Content-Type: application/xml\r\n", "Content-Type: text/xml; charset=utf-8\r\n"] {
        assert_eq!(call(&mut stream, &request("POST /", kind, "x")).await.status, 200);
    }
}

#[tokio::test]
async fn unavailable_has_no_body_and_says_when_to_come_back() {
    let gateway = Gateway::start("").await;
    let reply = call(&mut gateway.caller().await, &post("later")).await;
    assert_eq!((reply.status, reply.body.as_str()), (503, ""));
    assert_eq!(reply.header("retry-after"), Some("5"));
    let text = gateway.metrics.render().unwrap();
    assert!(text.contains(r#"{primitive="paVerifyPaymentNotice",outcome="unavailable"} 1"#), "{text}");
}

#[tokio::test]
async fn a_panic_is_answered_and_the_connection_lives() {
    let gateway = Gateway::start("").await;
    let mut stream = gateway.caller().await;
    let reply = call(&mut stream, &post("panic")).await;
    assert_eq!(reply.status, 500);
    assert!(reply.body.contains("soapenv:Server"), "{}", reply.body);
    assert_eq!(call(&mut stream, &post("x")).await.status, 200);
}

#[tokio::test]
async fn the_contract_is_served_with_links_back_here() {
    let gateway = Gateway::start("").await;
    let mut stream = gateway.caller().await;
    let wsdl = call(&mut stream, &request("GET /paForNode?wsdl", "", "")).await;
    let expected =
        r#"<import schemaLocation="?xsd=a.xsd"/><soap:address location="https://ec.example/paForNode"/>"#;
    assert_eq!((wsdl.status, wsdl.body.as_str()), (200, expected));
    let schema = call(&mut stream, &request("GET /paForNode?xsd=a.xsd", "", "")).await;
    assert_eq!(schema.body, r#"<include schemaLocation="?xsd=b.xsd"/>"#);
    assert_eq!(call(&mut stream, &request("GET /?xsd=../a", "", "")).await.status, 404);
    let other = call(&mut stream, &request("GET /paForNode", "", "")).await;
    assert_eq!((other.status, other.header("allow")), (405, Some("post")));
    assert_eq!(call(&mut stream, &request("DELETE /", "", "")).await.status, 405);
}

#[tokio::test]
async fn the_configured_address_stands_in_the_contract() {
    let gateway = Gateway::start("public_url = 'https://public.example/x'").await;
    let wsdl = call(&mut gateway.caller().await, &request("GET /?wsdl", "", "")).await;
    assert!(wsdl.body.contains(r#"location="https://public.example/x""#), "{}", wsdl.body);
}
