//! What was told on which day.

use jiff::civil::Date;
use serde_json::json;
use varco::catalogue::listing::listed;
use varco::catalogue::shipped::{categories, services};
use varco::documents::{Version, write_services};
use varco::domain::access::Tenant;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::store::{Snapshot, Store, WriteMode, definition_form};

use crate::desk::{Desk, OPERATOR, PAYMENTS, on_both_desks};
use crate::shop::{EXPORT, furnish, offer, offering};
use crate::support::gateway::TestGateway;
use crate::support::{TestDatabase, samples};

const SNAPSHOTS: &str = "/admin/v1/catalogue/snapshots";

/// Keeps what is told now as that of a day, and tells whether it differs.
async fn keep(desk: &Desk, day: &str) -> bool {
    let catalogue = desk.gateway.catalogue.refresh(&desk.gateway.store).await.unwrap();
    let document = write_services(&listed(&catalogue, |_| true, samples::now()), Version::Two).unwrap();
    let day: Date = day.parse().unwrap();
    desk.gateway.store.keep_snapshot(&Snapshot { day, made_at: samples::now(), document }).await.unwrap()
}

#[tokio::test]
async fn a_day_is_kept_if_it_differs_from_the_day_before() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        offer(desk, &offering("00001")).await;
        let first = desk.get(OPERATOR, EXPORT).await.text;
        assert!(keep(desk, "2026-03-01").await);
        assert!(!keep(desk, "2026-03-02").await, "nothing changed");
        offer(desk, &offering("00003")).await;
        assert!(!keep(desk, "2026-03-01").await, "the day was kept already");
        assert!(keep(desk, "2026-03-05").await);
        let told = desk.get(OPERATOR, SNAPSHOTS).await.json();
        let days: Vec<&str> =
            told["snapshots"].as_array().unwrap().iter().map(|one| one["day"].as_str().unwrap()).collect();
        assert_eq!(days, ["2026-03-05", "2026-03-01"]);
        assert_eq!(told["snapshots"][1]["bytes"], first.len());
        let page = desk.get(OPERATOR, &format!("{SNAPSHOTS}?before=2026-03-05&limit=1")).await.json();
        assert_eq!(page["snapshots"][0]["day"], "2026-03-01");
        for day in ["2026-03-01", "2026-03-04"] {
            assert_eq!(desk.get(OPERATOR, &format!("{SNAPSHOTS}/{day}")).await.text, first, "{day}");
        }
        for day in ["2026-02-28", "yesterday"] {
            let none = desk.get(OPERATOR, &format!("{SNAPSHOTS}/{day}")).await;
            assert_eq!((none.status.as_u16(), none.json()["code"].as_str()), (404, Some("unknown_snapshot")));
        }
        assert_eq!(desk.get(PAYMENTS, SNAPSHOTS).await.status, 403, "it is about all institutions");
    })
    .await;
}

#[tokio::test]
async fn two_days_are_compared() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        assert!(!keep(desk, "2026-02-01").await, "nothing was told before, and nothing is");
        offer(desk, &offering("00001")).await;
        assert!(keep(desk, "2026-03-01").await);
        offer(desk, &offering("00003")).await;
        let mut changed = offering("00001");
        changed["until"] = json!("2029-12-31");
        crate::shop::done(desk, hyper::Method::PUT, &crate::shop::place("00001"), Some(&changed)).await;
        assert!(keep(desk, "2026-03-05").await);
        let told = desk.get(OPERATOR, &format!("{SNAPSHOTS}/2026-03-01/diff?to=2026-03-06")).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let name = |service: &str| json!({ "organization": samples::EC, "service": service });
        let want = json!({
            "services": { "added": ["00003"], "removed": [], "changed": [] },
            "offerings": { "added": [name("00003")], "removed": [], "changed": [name("00001")] },
        });
        assert_eq!(told.json(), want);
        let back = desk.get(OPERATOR, &format!("{SNAPSHOTS}/2026-03-05/diff?to=2026-03-01")).await.json();
        assert_eq!(back["services"]["removed"], json!(["00003"]));
        let none = desk.get(OPERATOR, &format!("{SNAPSHOTS}/2026-03-05/diff?to=2026-02-01")).await;
        assert_eq!(none.status, 404);
        for path in ["/catalogue/services/00001/suspend", "/catalogue/services/00003/suspend"] {
            crate::shop::done(desk, hyper::Method::POST, path, None).await;
        }
        assert!(keep(desk, "2026-03-09").await);
        assert_eq!(desk.get(OPERATOR, &format!("{SNAPSHOTS}/2026-03-09")).await.status, 204);
    })
    .await;
}

/// Puts something into the catalogue without asking anybody.
async fn put(store: &Store, (kind, target): (Kind, String), definition: serde_json::Value) {
    let wanted = Some(definition_form(&definition, None));
    let proposal = Proposal { kind, tenant: Tenant::Gateway, target, wish: Wish::Put, wanted };
    let author = Author::gateway("test", samples::now());
    store.carry_out(&author, &[proposal], WriteMode::Commit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_runs_keeps_what_is_told_today() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = TestGateway::start(database).await;
        let store = gateway.store();
        for category in categories() {
            let form = serde_json::to_value(&category).unwrap();
            put(store, (Kind::Category, category.id.clone()), form).await;
        }
        let published = json!({ "publishedAt": "2026-01-01T00:00:00Z" });
        let tax = services().into_iter().find(|service| service.id == "00001").unwrap();
        let mut form = serde_json::to_value(&tax).unwrap();
        form["stage"] = published.clone();
        put(store, (Kind::Service, tax.id.clone()), form).await;
        let mut offered = offering("00001");
        offered["stage"] = published;
        put(store, (Kind::Offering, format!("{}/00001", samples::EC)), offered).await;
        assert_eq!(store.snapshots(Date::MAX, 10).await.unwrap(), [], "nothing was told when it began");

        let gateway = gateway.restart().await;
        let mut kept = Vec::new();
        for _ in 0..200 {
            kept = gateway.store().snapshots(Date::MAX, 10).await.unwrap();
            if !kept.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(kept.len(), 1);
        let today = gateway.store().snapshot_of(kept[0].day).await.unwrap().unwrap();
        let text = String::from_utf8(today.document.unwrap()).unwrap();
        assert!(text.contains("<idServizio>00001</idServizio>"), "{text}");
        gateway.end().await;
    }
}
