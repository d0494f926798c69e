//! Endpoints whose names lead to where nobody may get through us.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use hyper::header::HeaderMap;
use jiff::SignedDuration;
use varco::domain::subscription::{SubscriptionForm, SubscriptionOwner};
use varco::outbox::{Lookup, Sender};

use super::receiver::{Does, Receiver};
use super::setup::{Setup, came, client, settings};
use super::support::{on_both, samples};

/// Resolves every name to that address.
fn always(address: &str) -> Lookup {
    let address: IpAddr = address.parse().unwrap();
    Lookup::new(move |_| Box::pin(async move { Ok(vec![address]) }))
}

const REFUSED: &str = "the host of the endpoint has no address that deliveries may reach";

#[tokio::test]
async fn no_name_leads_to_an_inner_address() {
    let receiver = Receiver::willing().await;
    let port = receiver.address.port();
    for inner in [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.251",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:192.168.0.1",
        "::7f00:1",
        "fe80::1",
        "fec0::1",
        "fd00::1",
        "fc00::7",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:1::1",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "100::1",
        "5f00::1",
    ] {
        let sender = Sender::new(&client(&[], always(inner))).unwrap();
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://name.test:{port}/");
            let (answer, _) = sender.post(&url, HeaderMap::new(), Bytes::from_static(b"{}")).await;
            assert_eq!(answer.unwrap_err().to_string(), REFUSED, "{inner} by {scheme}");
        }
    }
    let sender = Sender::new(&client(&[], Lookup::system())).unwrap();
    for host in
        ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "[::1]", "0", "0x7f.1", "[::ffff:127.0.0.1]"]
    {
        let url = format!("https://{host}:{port}/");
        let (answer, _) = sender.post(&url, HeaderMap::new(), Bytes::from_static(b"{}")).await;
        let why = answer.unwrap_err().to_string();
        // Not every system knows this name.
        assert!(why == REFUSED || (host == "localhost." && why.contains("lookup")), "{url}: {why}");
    }
    assert_eq!(receiver.seen().len(), 0);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_refused_then() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, _| Does::Answers(500)).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        // Of these two only the first may be reached.
        let lookup = Lookup::new(move |_| {
            let first = count.fetch_add(1, Ordering::SeqCst) == 0;
            let address = if first { [127, 0, 0, 2] } else { [127, 0, 0, 1] };
            Box::pin(async move { Ok(vec![IpAddr::from(address)]) })
        });
        let webhooks = setup.webhooks(&client(&["127.0.0.2/32"], lookup));
        let url = format!("http://rebound.test:{}/", receiver.address.port());
        let owner = SubscriptionOwner::Organization(samples::ec());
        let subscription = setup.subscribe_as(owner, SubscriptionForm::Event, &url).await;
        let outbox = setup.start_with(&setup.store, Some(webhooks), settings()).await;
        setup.create(1).await;
        came(&receiver, 1).await;
        let tally = Arc::clone(&outbox.tally);
        super::setup::soon("the first try is written")(&mut || tally.counts().failed == 1).await;
        setup.pass(SignedDuration::from_mins(1));
        super::setup::soon("it is tried again")(&mut || tally.counts().failed == 2).await;
        outbox.stop().await;
        assert_eq!((asked.load(Ordering::SeqCst), receiver.seen().len()), (2, 1), "{}", setup.engine);
        let log = setup.log(&subscription).await;
        assert_eq!(log[0].attempts.len(), 2);
        assert_eq!(log[0].attempts[0].status, Some(500));
        assert_eq!(log[0].attempts[1].error.as_deref(), Some(REFUSED));
    })
    .await;
}

#[tokio::test]
async fn plain_http_reaches_only_what_the_configuration_allows() {
    let receiver = Receiver::willing().await;
    let reaches = async |allowed: &[&str]| {
        let sender = Sender::new(&client(allowed, always("127.0.0.1"))).unwrap();
        let url = format!("http://name.test:{}/", receiver.address.port());
        sender.post(&url, HeaderMap::new(), Bytes::from_static(b"{}")).await.0.is_ok()
    };
    assert!(reaches(&["127.0.0.1/32"]).await);
    assert!(reaches(&["10.0.0.0/8", "127.0.0.0/8"]).await);
    assert!(!reaches(&["10.0.0.0/8"]).await);
    assert!(!reaches(&[]).await);
    assert_eq!(receiver.seen().len(), 2);
}
