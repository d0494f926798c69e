//! Who may do what: nobody touches what is not theirs.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::json;
use varco::domain::access::{Delegation, Product};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::domain::segregation::Segregation;
use varco::store::Parties;

use crate::desk::*;
use crate::support::api::{EC, OTHER_EC};
use crate::support::samples::{BROKER, now};

const ROOT: &str = "/apiconfig/auth/api/v1";

async fn status(desk: &Desk, key: &str, method: Method, path: &str, body: Option<&serde_json::Value>) -> u16 {
    desk.ask_as(key, method, &format!("{ROOT}{path}"), body).await.status.as_u16()
}

/// Lets [`EC`] hand a product to [`BROKER`], until the parties are read again.
async fn delegate(desk: &Desk, product: Product) {
    let delegation = Delegation {
        id: "d".into(),
        ec: FiscalCode::new(EC).unwrap(),
        broker: BrokerCode::new(BROKER).unwrap(),
        products: BTreeSet::from([product]),
        codes: Segregation::Every,
        domains: None,
        from: now(),
        until: None,
    };
    let parties = desk.gateway.store.parties().await.unwrap();
    desk.gateway.registry.replace(Parties { delegations: vec![delegation], ..parties });
}

#[tokio::test]
async fn only_the_operator_adds_and_removes_institutions_and_brokers() {
    on_both_desks(async |desk| {
        for key in [PAYMENTS, TECHNICAL, PARTNER] {
            for (path, body) in
                [("/brokers", broker(NEW_BROKER)), ("/creditorinstitutions", institution(NEW_EC))]
            {
                assert_eq!(status(desk, key, Method::POST, path, Some(&body)).await, 403, "{key} {path}");
            }
            let own = [format!("/creditorinstitutions/{EC}"), format!("/brokers/{BROKER}")];
            for path in own {
                assert_eq!(status(desk, key, Method::DELETE, &path, None).await, 403, "{key} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_referent_changes_and_sees_its_own_institution_only() {
    on_both_desks(async |desk| {
        let own = format!("/creditorinstitutions/{EC}");
        let other = format!("/creditorinstitutions/{OTHER_EC}");
        assert_eq!(status(desk, PAYMENTS, Method::PUT, &own, Some(&institution(EC))).await, 200);
        assert_eq!(status(desk, PAYMENTS, Method::PUT, &other, Some(&institution(OTHER_EC))).await, 403);
        assert_eq!(status(desk, TECHNICAL, Method::PUT, &own, Some(&institution(EC))).await, 403, "it reads");
        assert_eq!(status(desk, TECHNICAL, Method::GET, &own, None).await, 200);
        assert_eq!(status(desk, TECHNICAL, Method::GET, &other, None).await, 403);
        for (key, path, rows) in [
            (PAYMENTS, "/creditorinstitutions?page=0", 1),
            (PARTNER, "/creditorinstitutions?page=0", 0),
            (PARTNER, "/brokers?page=0", 1),
            (PAYMENTS, "/brokers?page=0", 0),
            (TECHNICAL, "/stations?page=0", 0),
            (PARTNER, "/stations?page=0", 2),
            (TECHNICAL, "/creditorinstitutions/view?page=0", 2),
            (PARTNER, "/creditorinstitutions/view?page=0", 2),
        ] {
            let answer = desk.ask_as(key, Method::GET, &format!("{ROOT}{path}"), None).await;
            assert_eq!(answer.body["page_info"]["total_items"], rows, "{key} {path}: {}", answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_switched_off_does_not_switch_itself_on() {
    on_both_desks(async |desk| {
        for (key, path, body) in [
            (PAYMENTS, format!("/creditorinstitutions/{EC}"), institution(EC)),
            (PARTNER, format!("/brokers/{BROKER}"), broker(BROKER)),
        ] {
            let mut off = body.clone();
            off["enabled"] = json!(false);
            assert_eq!(status(desk, key, Method::PUT, &path, Some(&off)).await, 403, "{key}");
            assert_eq!(status(desk, OPERATOR, Method::PUT, &path, Some(&off)).await, 200);
            assert_eq!(status(desk, key, Method::PUT, &path, Some(&body)).await, 403, "{key}");
            assert_eq!(status(desk, key, Method::PUT, &path, Some(&off)).await, 200, "the rest is its own");
        }
    })
    .await;
}

#[tokio::test]
async fn a_partner_registers_stations_of_its_own() {
    on_both_desks(async |desk| {
        let own = station(&format!("{BROKER}_03"));
        assert_eq!(status(desk, PARTNER, Method::POST, "/stations", Some(&own)).await, 201);
        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        let foreign = station(NEW_STATION);
        assert_eq!(status(desk, PARTNER, Method::POST, "/stations", Some(&foreign)).await, 403);
        Desk::made(desk.post("/stations", &foreign).await);
        let path = format!("/stations/{NEW_STATION}");
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(status(desk, PARTNER, method, &path, None).await, 403);
        }
        assert_eq!(status(desk, PARTNER, Method::PUT, &path, Some(&foreign)).await, 403);
        assert_eq!(status(desk, PAYMENTS, Method::PUT, &path, Some(&foreign)).await, 403);
    })
    .await;
}

#[tokio::test]
async fn a_partner_puts_an_institution_on_its_stations_while_the_institution_delegates_that() {
    on_both_desks(async |desk| {
        Desk::made(desk.post("/stations", &station(&format!("{BROKER}_03"))).await);
        let all = format!("/creditorinstitutions/{EC}/stations");
        let body = relation(&format!("{BROKER}_03"), 3);
        assert_eq!(status(desk, PARTNER, Method::POST, &all, Some(&body)).await, 403, "nothing is delegated");
        delegate(desk, Product::Receipts).await;
        assert_eq!(status(desk, PARTNER, Method::POST, &all, Some(&body)).await, 403, "another product is");
        assert_eq!(
            status(desk, TECHNICAL, Method::POST, &all, Some(&body)).await,
            403,
            "it is not its station"
        );
        delegate(desk, Product::Stations).await;
        assert_eq!(status(desk, PARTNER, Method::POST, &all, Some(&body)).await, 201);

        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        Desk::made(desk.post("/stations", &station(NEW_STATION)).await);
        delegate(desk, Product::Stations).await;
        let foreign = relation(NEW_STATION, 4);
        assert_eq!(status(desk, PARTNER, Method::POST, &all, Some(&foreign)).await, 403, "not its station");
        let one = format!("{all}/{BROKER}_03");
        assert_eq!(
            status(desk, TECHNICAL, Method::DELETE, &one, None).await,
            200,
            "an institution may leave"
        );
    })
    .await;
}

#[tokio::test]
async fn without_a_key_that_administers_nothing_is_told() {
    on_both_desks(async |desk| {
        for path in ["/brokers?page=0", "/stations?page=0", "/creditorinstitutions?page=0"] {
            assert_eq!(status(desk, "nobody", Method::GET, path, None).await, 401);
            assert_eq!(status(desk, crate::support::api::KEY, Method::GET, path, None).await, 403);
        }
        let path = format!("/admin/v1/creditor-institutions/{OTHER_EC}/contact");
        for method in [Method::GET, Method::PUT] {
            let answer = desk.ask_as(PAYMENTS, method, &path, Some(&json!({}))).await;
            answer.is_problem(403, "Forbidden", "not_permitted");
        }
    })
    .await;
}
