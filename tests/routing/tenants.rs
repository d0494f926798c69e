//! Whose partners and routes are whose.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{BROKER_DESK, Desk, EC_DESK, OTHER_DESK, PARTNERS, ROUTES, on_both_desks, partner, route};
use crate::support::api::{EC, OTHER_EC, but};
use crate::support::samples::BROKER;
use crate::support::trouble::Intruder;

#[tokio::test]
async fn to_others_a_partner_and_a_route_are_not_there() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        let route = desk.route(&route("legacy", Some("old"), Some("2026-11-23T10:00:00Z"))).await;
        for key in [OTHER_DESK, BROKER_DESK] {
            assert_eq!(desk.get(key, PARTNERS).await.body["partners"], json!([]));
            assert_eq!(desk.get(key, ROUTES).await.body["routes"], json!([]));
            let one = format!("{PARTNERS}/old");
            desk.get(key, &one).await.is_problem(404, "Not Found", "unknown_partner");
            for (method, path) in [(Method::DELETE, one.clone()), (Method::POST, format!("{one}/password"))] {
                let refused = desk.ask(key, method, &path, None).await;
                refused.is_problem(404, "Not Found", "unknown_partner");
            }
            let one = format!("{ROUTES}/{route}");
            desk.get(key, &one).await.is_problem(404, "Not Found", "unknown_route");
            desk.ask(key, Method::DELETE, &one, None).await.is_problem(404, "Not Found", "unknown_route");
        }
        assert!(desk.seen("old").unwrap().password.is_none());
    })
    .await;
}

#[tokio::test]
async fn nobody_adds_for_others_and_a_name_that_is_taken_says_no_more() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        let foreign = desk.put_partner(OTHER_DESK, "mine", &partner("legacy")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{}", foreign.body);
        let foreign = desk.put_partner(OTHER_DESK, "old", &partner("legacy")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{}", foreign.body);
        let own = but(partner("legacy"), "/owner", json!(format!("ec:{OTHER_EC}")));
        let taken = desk.put_partner(OTHER_DESK, "old", &own).await;
        taken.is_problem(409, "Conflict", "partner_name_taken");
        assert!(!taken.body.to_string().contains(EC));
        let foreign = desk.post_route(OTHER_DESK, &route("managed", None, None)).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{}", foreign.body);
        let read = desk.get(EC_DESK, &format!("{PARTNERS}/old")).await;
        assert_eq!(read.body["owner"], format!("ec:{EC}"));
    })
    .await;
}

#[tokio::test]
async fn a_broker_has_partners_of_its_own_which_its_institutions_name() {
    on_both_desks(async |desk| {
        let own = but(partner("legacy"), "/owner", json!(format!("broker:{BROKER}")));
        let added = desk.put_partner(BROKER_DESK, "regione", &own).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let refused = desk.post_route(BROKER_DESK, &route("legacy", Some("regione"), None)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "nothing is delegated: {}", refused.body);
        desk.route(&route("legacy", Some("regione"), None)).await;
        let unseen = desk.get(EC_DESK, &format!("{PARTNERS}/regione")).await;
        unseen.is_problem(404, "Not Found", "unknown_partner");
        assert_eq!(desk.get(BROKER_DESK, &format!("{PARTNERS}/regione")).await.body["routesInForce"], 1);
    })
    .await;
}

#[tokio::test]
async fn who_is_given_the_stations_of_an_institution_writes_its_routes_unless_only_some_codes_are() {
    on_both_desks(async |desk| {
        let may = async |products: &str, codes: Option<&str>| {
            delegate(desk, products, codes).await;
            let read = desk.get(BROKER_DESK, ROUTES).await.body["routes"] != json!([]);
            desk.later(1);
            let added = desk.post_route(BROKER_DESK, &route("managed", None, None)).await;
            assert!([201, 403].contains(&added.status.as_u16()), "{}", added.body);
            (read, added.status == StatusCode::CREATED)
        };
        desk.route(&route("managed", None, None)).await;
        assert_eq!(may("stations", None).await, (true, true));
        assert_eq!(may("stations", Some("02 ")).await, (true, false));
        assert_eq!(may("positions receipts", None).await, (false, false));
    })
    .await;
}

/// Delegates these products of [`EC`] to the broker, and nothing else.
async fn delegate(desk: &Desk, products: &str, codes: Option<&str>) {
    let mut intruder = Intruder::enter(desk.gateway.database()).await;
    intruder.run("DELETE FROM delegation").await;
    let codes = codes.map_or("NULL".to_owned(), |codes| format!("'{codes}'"));
    intruder
        .run(&format!(
            "INSERT INTO delegation (id, ec, broker, products, codes, from_at, offered_at, offered_by, accepted_at, \
             accepted_by) VALUES ('d', '{EC}', '{BROKER}', '{products}', {codes}, 1, 1, 'x', 1, 'x')"
        ))
        .await;
    desk.gateway.refresh().await;
}

#[tokio::test]
async fn the_payments_referent_may_as_the_technical_one() {
    on_both_desks(async |desk| {
        let key = "key-of-the-payments-referent";
        let role = varco::domain::access::Role::PaymentsReferent;
        crate::support::admin::administrator(&desk.gateway.store, key, &format!("ec:{EC}"), role).await;
        let added = desk.put_partner(key, "old", &partner("legacy")).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let list: Value = desk.get(EC_DESK, PARTNERS).await.body;
        assert_eq!(list["partners"][0]["id"], "old");
    })
    .await;
}
