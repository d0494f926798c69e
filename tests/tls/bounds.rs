//! What takes too long or too much is cut off; what is in flight is not.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use varco::serve::Stopped;

use super::support::{Gateway, PATIENCE, call, closed, closed_cleanly, post, read_reply};

/// Time-outs short enough for a test; the others are left long, so that only the one meant can act.
const SHORT: &str = "150ms";

async fn gateway(setting: &str) -> Gateway {
    Gateway::start(&format!("{setting} = '{SHORT}'")).await
}

#[tokio::test]
async fn a_tcp_connection_without_a_handshake_is_closed() {
    let gateway = gateway("handshake_timeout").await;
    let mut silent = TcpStream::connect(gateway.addr).await.unwrap();
    closed(&mut silent).await;
    let mut dripping = TcpStream::connect(gateway.addr).await.unwrap();
    dripping.write_all(b"\x16").await.unwrap();
    closed(&mut dripping).await;
}

#[tokio::test]
async fn a_silent_connection_holds_nobody_else_up() {
    let gateway = Gateway::start("").await;
    let _silent = TcpStream::connect(gateway.addr).await.unwrap();
    assert_eq!(call(&mut gateway.caller().await, &post("x")).await.status, 200);
}

#[tokio::test]
async fn a_connection_without_a_first_request_is_closed() {
    let gateway = gateway("header_timeout").await;
    closed_cleanly(&mut gateway.caller().await).await;
}

#[tokio::test]
async fn dripped_headers_are_cut_off() {
    let gateway = gateway("header_timeout").await;
    let stream = gateway.caller().await;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let drip = tokio::spawn(async move {
        let header = b"POST / HTTP/1.1\r\nX: ".iter().chain(std::iter::repeat(&b'x'));
        for byte in header {
            if writer.write_all(&[*byte]).await.is_err() || writer.flush().await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    closed(&mut reader).await;
    drip.abort();
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_an_error() {
    let gateway = gateway("idle_timeout").await;
    let mut stream = gateway.caller().await;
    assert_eq!(call(&mut stream, &post("x")).await.status, 200);
    assert_eq!(call(&mut stream, &post("x")).await.status, 200);
    closed_cleanly(&mut stream).await;
}

const DRIPPED: &str =
    "body_timeout = '300ms'\nverify_deadline = '100ms'\nreceipt_deadline = '200ms'\nidle_timeout = '20s'";

#[tokio::test]
async fn a_dripped_body_gets_408() {
    let gateway = Gateway::start(DRIPPED).await;
    let (mut reader, mut writer) = tokio::io::split(gateway.caller().await);
    let drip = tokio::spawn(async move {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
        let mut sent = writer.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            sent = writer.write_all(b"x").await.and(writer.flush().await);
        }
    });
    assert_eq!(read_reply(&mut reader).await.unwrap().status, 408);
    drip.abort();
    let text = gateway.metrics.render().unwrap();
    assert!(text.contains(r#"varco_requests_total{primitive="none",outcome="timed-out"} 1"#), "{text}");
}

#[tokio::test]
async fn a_handler_that_never_answers_gets_408() {
    let gateway = Gateway::start(DRIPPED).await;
    assert_eq!(call(&mut gateway.caller().await, &post("wait")).await.status, 408);
}

#[tokio::test]
async fn connections_above_the_cap_wait_for_a_place() {
    let gateway = Gateway::start("max_connections = 1").await;
    let mut first = gateway.caller().await;
    assert_eq!(call(&mut first, &post("x")).await.status, 200);
    let mut second = TcpStream::connect(gateway.addr).await.unwrap();
    second.write_all(b"\x16").await.unwrap();
    assert!(gateway.metrics.render().unwrap().contains(r#"varco_connections{listener="soap"} 1"#));
    drop(second);
    let waiting = gateway.caller();
    let mut waiting = std::pin::pin!(waiting);
    let early = tokio::time::timeout(Duration::from_millis(50), waiting.as_mut()).await;
    assert!(early.is_err(), "served above the cap");
    drop(first);
    let mut second = tokio::time::timeout(PATIENCE, waiting).await.expect("a place is free");
    assert_eq!(call(&mut second, &post("x")).await.status, 200);
}

#[tokio::test]
async fn a_soft_stop_finishes_what_is_in_flight_and_refuses_the_rest() {
    let mut gateway = Gateway::start("").await;
    let mut busy = gateway.caller().await;
    let mut idle = gateway.caller().await;
    assert_eq!(call(&mut idle, &post("x")).await.status, 200);
    gateway.started().await;
    busy.write_all(post("wait").as_bytes()).await.unwrap();
    gateway.started().await;

    let shutdown = gateway.shutdown.clone();
    let stopping = tokio::spawn(async move { shutdown.finish(PATIENCE).await });
    closed_cleanly(&mut idle).await;
    assert!(TcpStream::connect(gateway.addr).await.is_err(), "accepted while stopping");
    gateway.release.add_permits(1);
    assert_eq!(read_reply(&mut busy).await.unwrap().status, 200);
    closed_cleanly(&mut busy).await;
    assert_eq!(stopping.await.unwrap(), Stopped::Clean);
}

#[tokio::test]
async fn a_connection_just_made_gets_its_first_request_answered_during_a_stop() {
    let gateway = Gateway::start("").await;
    let mut fresh = gateway.caller().await;
    gateway.shutdown.begin();
    assert_eq!(call(&mut fresh, &post("x")).await.status, 200);
    closed_cleanly(&mut fresh).await;
}

#[tokio::test]
async fn a_hard_stop_drops_what_is_left() {
    let mut gateway = Gateway::start("").await;
    let mut busy = gateway.caller().await;
    busy.write_all(post("wait").as_bytes()).await.unwrap();
    gateway.started().await;
    let stopped = gateway.shutdown.finish(Duration::from_millis(10)).await;
    assert_eq!(stopped, Stopped::Forced { left: 1 });
    assert!(busy.read_u8().await.is_err());
}
