//! Who is switched off cannot be paid, and its receipts are taken all the same.

use http_body_util::Full;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use crate::desk::{OPERATOR, add_keys};
use crate::support::TestDatabase;
use crate::support::api::send;
use crate::support::gateway::TestGateway;
use crate::support::messages::{about, paid};
use crate::support::samples::{BROKER, EC, STATION};

/// Runs a test on a gateway over each engine, where nobody else has to agree to a change of stations.
async fn on_both_gateways(test: impl AsyncFn(&TestGateway)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let url = database.url.clone();
        let settings = [("VARCO__APPROVAL__STATIONS", "none")];
        let gateway = TestGateway::start_through(database, &url, &settings).await;
        test(&gateway).await;
        gateway.end().await;
    }
}

/// Changes a field of something registered, over the API.
async fn change(gateway: &TestGateway, path: &str, field: &str, value: Value) {
    let uri = format!("/apiconfig/auth/api/v1{path}");
    let request = |method: &str, body: String| {
        let request = Request::builder().method(method).uri(&uri).header("host", "localhost");
        let request = request.header("content-type", "application/json");
        request.header("ocp-apim-subscription-key", OPERATOR).body(Full::from(body)).unwrap()
    };
    let mut body = send(gateway.api_addr(), request("GET", String::new())).await.body;
    body[field] = value;
    let put = send(gateway.api_addr(), request("PUT", body.to_string())).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
}

#[tokio::test]
async fn what_is_switched_off_is_answered_as_unknown_and_its_receipts_are_booked() {
    on_both_gateways(async |gateway| {
        add_keys(gateway.store()).await;
        let switches = [
            (format!("/brokers/{BROKER}"), "PAA_ID_INTERMEDIARIO_ERRATO", "the broker is switched off"),
            (format!("/stations/{STATION}"), "PAA_STAZIONE_INT_ERRATA", "the station is switched off"),
            (
                format!("/creditorinstitutions/{EC}"),
                "PAA_ID_DOMINIO_ERRATO",
                "the creditor institution is switched",
            ),
        ];
        for (base, (path, fault, reason)) in (1..).zip(&switches) {
            gateway.owe(base, 100).await;
            assert_eq!(gateway.codes(&about(base)).await, ["OK"; 3]);
            change(gateway, path, "enabled", json!(false)).await;
            assert_eq!(gateway.codes(&about(base)).await, [*fault; 3], "{path}");
            let told = gateway.verify(&about(base)).await.fault.unwrap();
            assert!(told.description.unwrap().as_str().starts_with(reason), "{path}");
            gateway.settle(&paid(format!("r{base}"), base, 100)).await;
            assert_eq!(gateway.classes(base).await, [(format!("r{base}"), "matched".to_owned())]);
            change(gateway, path, "enabled", json!(true)).await;
            assert_eq!(gateway.codes(&about(base)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
        }
    })
    .await;
}

/// Asks for something without a body, over the API.
async fn ask(gateway: &TestGateway, method: &str, path: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(format!("/apiconfig/auth/api/v1{path}"));
    let request = request.header("host", "localhost").header("ocp-apim-subscription-key", OPERATOR);
    send(gateway.api_addr(), request.body(Full::from(String::new())).unwrap()).await.status
}

#[tokio::test]
async fn what_a_removed_station_was_asked_for_is_still_paid_for() {
    on_both_gateways(async |gateway| {
        add_keys(gateway.store()).await;
        gateway.owe(1, 100).await;
        assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3]);
        let relation = format!("/creditorinstitutions/{EC}/stations/{STATION}");
        assert_eq!(ask(gateway, "DELETE", &relation).await, StatusCode::OK);
        assert_eq!(ask(gateway, "DELETE", &format!("/stations/{STATION}")).await, StatusCode::OK);
        assert_eq!(gateway.codes(&about(1)).await, ["PAA_STAZIONE_INT_ERRATA"; 3]);
        gateway.settle(&paid("r1", 1, 100)).await;
        assert_eq!(gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
    })
    .await;
}

/// What is allowed between a station and an institution is in the view that the hot path reads.
#[tokio::test]
async fn a_change_is_seen_at_once_by_the_instance_that_made_it() {
    use varco::domain::ids::StationCode;
    use varco::registry::RegistryView;

    on_both_gateways(async |gateway| {
        add_keys(gateway.store()).await;
        change(gateway, &format!("/stations/{STATION}"), "is_payment_options_enabled", json!(true)).await;
        let view = RegistryView::new(gateway.store().parties().await.unwrap()).current();
        let station = StationCode::new(STATION).unwrap();
        assert!(view.has_payment_options(&station));
        assert!(!view.allowed(&crate::support::samples::ec(), &station).broadcast);
        assert!(view.switched_off().stations.is_empty());
    })
    .await;
}
