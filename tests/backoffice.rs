//! What partners read of the institutions and accounts that their stations serve: as it is now, in order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "ibans/desk.rs"]
mod desk;
mod support;

use desk::{Desk, FREE_IBAN, OPERATOR, PARTNER, PAYMENTS, account, labelled, on_both_desks};
use hyper::Method;
use serde_json::{Value, json};
use support::api::{EC, KEY, NEW_IBAN, OTHER_EC, but};
use support::samples;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::StationCode;
use varco::domain::notice_number::{AuxDigit, TwoDigits};
use varco::domain::party::StationLink;

fn path(rest: &str) -> String {
    format!("/backoffice/external/ec/v1/brokers/{}/{rest}", samples::BROKER)
}

async fn page(desk: &Desk, rest: &str) -> Value {
    desk.get(PARTNER, &path(rest)).await
}

/// The values of a field of a list.
fn each<'a>(page: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    page[list].as_array().unwrap().iter().map(|one| one[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_accounts_of_those_who_are_served_are_listed_as_they_are_now() {
    on_both_desks(async |desk| {
        desk.register(PAYMENTS, EC, &labelled(FREE_IBAN, "ACA")).await;
        let found = page(desk, "ibans?page=0").await;
        assert_eq!(each(&found, "ibans", "iban"), [FREE_IBAN, NEW_IBAN, samples::IBAN]);
        let expected = json!({
            "ciName": "Comune di Borgo", "ciFiscalCode": EC, "iban": FREE_IBAN, "status": "ENABLED",
            "validityDate": "2026-12-01T00:00:00+01:00", "description": "Tributi", "label": "ACA",
            "dueDate": "2027-12-01T23:59:59+01:00", "payable": false,
        });
        assert_eq!(found["ibans"][0], expected, "no night comes between");
        let info = json!({ "page": 0, "limit": 10, "totalElements": 3, "totalPages": 1 });
        assert_eq!(found["pageInfo"], info);

        desk.set("2026-12-01T10:00:00Z");
        assert_eq!(page(desk, "ibans?page=0").await["ibans"][0]["payable"], true);
        desk.change(PAYMENTS, EC, &but(account(FREE_IBAN), "/is_active", json!(false))).await;
        let found = page(desk, "ibans?page=0").await;
        assert_eq!(found["ibans"][0]["status"], "DISABLED");
        assert_eq!(found["ibans"][0]["payable"], false);
        desk.remove(PAYMENTS, EC, FREE_IBAN).await;
        assert_eq!(page(desk, "ibans?page=0").await["pageInfo"]["totalElements"], 2);
    })
    .await;
}

#[tokio::test]
async fn pages_lose_and_repeat_nothing() {
    on_both_desks(async |desk| {
        let mut seen = Vec::new();
        for number in 0..3 {
            let found = page(desk, &format!("ibans?page={number}&limit=1")).await;
            seen.extend(each(&found, "ibans", "iban").into_iter().map(str::to_owned));
            assert_eq!(found["pageInfo"]["totalPages"], 2);
        }
        assert_eq!(seen, [NEW_IBAN, samples::IBAN], "the third page is empty");
        let mut seen = Vec::new();
        for number in 0..2 {
            let found = page(desk, &format!("creditor_institutions?page={number}&limit=1")).await;
            seen.extend(each(&found, "creditorInstitutions", "stationId").into_iter().map(str::to_owned));
        }
        assert_eq!(seen, ["88888888888_01", "88888888888_02"]);
    })
    .await;
}

#[tokio::test]
async fn the_institutions_are_listed_once_for_each_station_and_by_their_codes() {
    on_both_desks(async |desk| {
        let link = StationLink {
            ec: FiscalCode::new(OTHER_EC).unwrap(),
            station: StationCode::new("88888888888_01").unwrap(),
            aux_digit: AuxDigit::Three,
            code: TwoDigits::new("05").ok(),
        };
        desk.gateway.store.put_link(&link).await.unwrap();
        let application = StationLink { aux_digit: AuxDigit::Zero, code: TwoDigits::new("07").ok(), ..link };
        desk.gateway.store.put_link(&application).await.unwrap();
        let found = page(desk, "creditor_institutions?page=0").await;
        assert_eq!(each(&found, "creditorInstitutions", "taxCode"), [OTHER_EC, EC, EC]);
        let first = &found["creditorInstitutions"][0];
        for (field, value) in [
            ("companyName", json!("Comune di Colle")),
            ("intermediated", json!(true)),
            ("brokerCompanyName", json!("Regione")),
            ("brokerTaxCode", json!(samples::BROKER)),
            ("auxDigit", json!("0/3")),
            ("segregationCode", json!("05")),
            ("applicationCode", json!("07")),
            ("stationId", json!("88888888888_01")),
            ("stationState", json!("enabled")),
            ("primitiveVersion", json!(2)),
            ("model", json!(3)),
            ("broadcast", json!(false)),
            ("pspPayment", json!(true)),
            ("ciStatus", json!(true)),
        ] {
            assert_eq!(first[field], value, "{field}: {first}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_partner_reads_its_own_and_nobody_elses() {
    on_both_desks(async |desk| {
        for list in ["ibans?page=0", "creditor_institutions?page=0"] {
            assert_eq!(desk.ask(OPERATOR, Method::GET, &path(list), None).await.status, 200);
            for stranger in [PAYMENTS, KEY] {
                assert_eq!(
                    desk.ask(stranger, Method::GET, &path(list), None).await.status,
                    403,
                    "{stranger}"
                );
            }
            let other = path(list).replace(samples::BROKER, "99999999999");
            assert_eq!(desk.ask(PARTNER, Method::GET, &other, None).await.status, 403);
            desk.ask(OPERATOR, Method::GET, &other, None).await.is_problem(
                404,
                "Broker not found",
                "unknown_broker",
            );
        }
        for wrong in ["ibans", "ibans?page=", "ibans?page=-1", "ibans?page=0&limit=101"] {
            let refused = desk.ask(PARTNER, Method::GET, &path(wrong), None).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
    })
    .await;
}
