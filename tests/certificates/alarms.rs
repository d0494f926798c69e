//! It is told that a certificate ends: once for each threshold, whoever looks and however often.

use jiff::SignedDuration;
use serde_json::Value;
use varco::admin::Vault;
use varco::admin::certificates::{CertificateSettings, Certificates, Shown};
use varco::domain::certificate::Environment;
use varco::domain::event::Feed;
use varco::outbox::{Guard, Lookup};

use super::office::{MASTER, Office, authority, on_both_offices, server};
use super::paper::{Paper, Wanted, wanted};
use crate::support::{TestDatabase, samples};

fn desk(office: &Office) -> Certificates {
    let settings = CertificateSettings {
        environment: Environment::Production,
        soap_hosts: Vec::new(),
        api_hosts: Vec::new(),
        authorities: None,
        guard: Guard::default(),
        lookup: Lookup::system(),
        patience: std::time::Duration::from_secs(1),
    };
    let vault = Vault::new(MASTER.to_owned().into());
    Certificates::new(office.gateway.store().clone(), Some(vault), settings)
}

/// Days left and threshold of every end that was told of a certificate.
async fn told(office: &Office, id: &str) -> Vec<(i64, i64)> {
    let events = office.gateway.store().events_after(&Feed::Gateway, 0, 1000).await.unwrap();
    let events = events.iter().filter(|event| event.kind == "varco.certificate.expiring");
    let bodies = events.map(|event| serde_json::from_str::<Value>(&event.body).unwrap());
    let of_it = bodies.filter(|body| body["data"]["certificateId"] == id);
    of_it
        .map(|body| {
            let number = |field: &str| body["data"][field].as_i64().unwrap();
            (number("daysLeft"), number("threshold"))
        })
        .collect()
}

#[tokio::test]
async fn each_threshold_is_told_once_as_the_days_pass() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let leaf = root.issue(&Wanted { days: (-1, 70), ..wanted("gateway") });
        let id = office.bring(&server(&leaf, &[&root])).await;
        let idle = office.bring(&authority(&root)).await;
        let (one, other) = (desk(office), desk(office));
        for day in 0..=75 {
            let now = samples::now() + SignedDuration::from_hours(24 * day);
            if day == 0 {
                one.tell_endings(&[], now).await.unwrap();
                office.activate(&id).await;
            }
            // Two instances look at the same time, and often.
            let (first, second) = tokio::join!(one.tell_endings(&[], now), other.tell_endings(&[], now));
            assert!(first.unwrap().len() + second.unwrap().len() <= 1);
        }
        assert_eq!(told(office, &id).await, [(60, 60), (30, 30), (7, 7), (0, 0)]);
        assert_eq!(told(office, &idle).await, [], "what is not used is nobody's worry");
    })
    .await;
}

#[tokio::test]
async fn of_what_comes_late_only_the_most_urgent_is_told() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let leaf = root.issue(&Wanted { days: (-1, 5), ..wanted("gateway") });
        let id = office.bring(&server(&leaf, &[&root])).await;
        office.activate(&id).await;
        desk(office).tell_endings(&[], samples::now()).await.unwrap();
        assert_eq!(told(office, &id).await, [(5, 7)]);
    })
    .await;
}

#[tokio::test]
async fn what_a_listener_shows_out_of_a_file_is_told_too() {
    on_both_offices(async |office| {
        let fingerprint = [7; 32];
        let not_after = samples::now() + SignedDuration::from_hours(24 * 20);
        let shown = [Shown { role: "soap_server", fingerprint, not_after }];
        for _ in 0..3 {
            desk(office).tell_endings(&shown, samples::now()).await.unwrap();
        }
        assert_eq!(told(office, &"07".repeat(32)).await, [(20, 30)]);
    })
    .await;
}

#[tokio::test]
async fn the_metric_shows_the_days_left_of_what_is_used() {
    let mut office = Office::open(TestDatabase::sqlite(), &[]).await;
    let root = Paper::root("Radice");
    let leaf = root.issue(&Wanted { days: (-1, 5), ..wanted("gateway") });
    let id = office.bring(&server(&leaf, &[&root])).await;
    office.activate(&id).await;
    office = office.restart().await;
    let line = format!("varco_certificate_days_left{{certificate=\"{id}\",role=\"soap_server\"}} 5");
    let begun = std::time::Instant::now();
    loop {
        let (_, text) = office.gateway.api("/metrics").await;
        if text.contains(&line) && text.contains("varco_certificate_days_left{certificate=\"soap\"} 5") {
            break;
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{line} is not in\n{text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(told(&office, &id).await, [(5, 7)], "the gateway looks at its start");
    office.gateway.end().await;
}
