//! Who may do what: the operator governs the installation, an institution itself, a partner what was handed to it.

use serde_json::json;
use varco::domain::catalogue::ids::ServiceId;
use varco::domain::position::OptionShape;
use varco::store::Demand;

use crate::desk::*;
use crate::support::api::{EC, OTHER_EC};
use crate::support::samples::{BROKER, IBAN, notice, notice_number, now, option, position};
use crate::support::trouble::Intruder;

#[tokio::test(flavor = "multi_thread")]
async fn an_institution_configures_itself_inside_the_categories() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let forbidden = async |key: &str, path: &str, body: &serde_json::Value| {
            desk.put(key, path, body).await.is_problem(403, "Forbidden", "not_permitted");
        };
        forbidden(OWN, "/catalogue/categories/own", &category("own")).await;
        forbidden(OWN, "/catalogue/services/00002", &service("00002")).await;
        forbidden(OWN, "/catalogue/services/gift", &donation("gift", OTHER_EC)).await;
        forbidden(TECHNICAL, "/catalogue/services/gift", &donation("gift", EC)).await;
        forbidden(OWN, &offered(OTHER_EC, "00001"), &offering(OTHER_EC, "00001")).await;
        let made = desk.put(OWN, "/catalogue/services/gift", &donation("gift", EC)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        forbidden(OTHER, "/catalogue/services/gift", &donation("gift", OTHER_EC)).await;
        forbidden(OTHER, "/catalogue/services/gift", &donation("gift", EC)).await;
        desk.post(OTHER, "/catalogue/services/gift/publish").await.is_problem(
            403,
            "Forbidden",
            "not_permitted",
        );
        desk.delete(OTHER, "/catalogue/services/gift").await.is_problem(403, "Forbidden", "not_permitted");
        Desk::done(&desk.post(OWN, "/catalogue/services/gift/publish").await);
        let fixed = desk.put(OPERATOR, "/catalogue/services/gift", &donation("gift", OTHER_EC)).await;
        fixed.is_problem(409, "Conflict", "owner_fixed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_drafts_and_own_services_of_others() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let hidden = async |key: &str, path: &str| {
            desk.get(key, path).await.is_problem(404, "Not Found", "unknown_service");
        };
        hidden(OWN, "/catalogue/services/00001").await;
        hidden(OWN, "/catalogue/services/00001/preview").await;
        let early = desk.put(OWN, &offered(EC, "00001"), &offering(EC, "00001")).await;
        assert_eq!(early.violations(), [("/service", "unknown_service")], "{}", early.body);
        Desk::done(&desk.post(OPERATOR, "/catalogue/services/00001/publish").await);
        assert_eq!(desk.get(OWN, "/catalogue/services/00001").await.status, 200);
        Desk::done(&desk.put(OWN, "/catalogue/services/gift", &donation("gift", EC)).await);
        Desk::done(&desk.post(OWN, "/catalogue/services/gift/publish").await);
        hidden(OTHER, "/catalogue/services/gift").await;
        let foreign =
            json!({ "organization": OTHER_EC, "service": "gift", "iban": IBAN, "from": "2026-11-01" });
        let refused = desk.put(OTHER, &offered(OTHER_EC, "gift"), &foreign).await;
        assert_eq!(refused.violations(), [("/service", "unknown_service")]);
        let refused = desk.put(OPERATOR, &offered(OTHER_EC, "gift"), &foreign).await;
        assert!(refused.violations().contains(&("/service", "service_of_another")), "{}", refused.body);
        desk.get(OTHER, &offered(EC, "gift")).await.is_problem(403, "Forbidden", "not_permitted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_offers_for_an_institution_that_hands_it_the_catalogue() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let (path, body) = (offered(EC, "00001"), offering(EC, "00001"));
        desk.put(PARTNER, &path, &body).await.is_problem(403, "Forbidden", "not_permitted");
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder
            .run(&format!(
                "INSERT INTO delegation (id, ec, broker, products, from_at, offered_at, offered_by, accepted_at, \
                 accepted_by) VALUES ('d', '{EC}', '{BROKER}', 'catalogue', 0, 0, 'x', 0, 'x')"
            ))
            .await;
        desk.gateway.refresh().await;
        assert_eq!(desk.put(PARTNER, &path, &body).await.status, 200);
        assert_eq!(desk.get(PARTNER, &path).await.body["state"], "published");
        let own = desk.put(PARTNER, "/catalogue/services/gift", &donation("gift", EC)).await;
        own.is_problem(403, "Forbidden", "not_permitted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_audited_with_who_made_it() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let audit = desk.get(OPERATOR, "/audit").await.body;
        let told = audit.to_string();
        for action in
            ["category.create", "service.create", "service.replace", "offering.create", "offering.replace"]
        {
            assert!(told.contains(action), "{action}: {told}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_reads_what_was_filled_in_for_the_notices_that_are_handed_to_it() {
    on_both_desks(async |desk| {
        let store = &desk.gateway.store;
        let demand = Demand {
            digest: [7; 32],
            service: ServiceId::new("00001").unwrap(),
            inputs: json!({ "plate": "AB123CD" }).to_string(),
            at: now(),
            same_since: now(),
        };
        // A notice of the code 02.
        let made = position("od-1", vec![option(1, OptionShape::Single, vec![notice(1, 12_34)])]);
        store.order_once(&demand, &made).await.unwrap();
        let path = format!("/creditor-institutions/{EC}/demands");
        assert_eq!(desk.get(OWN, &path).await.body["demands"].as_array().unwrap().len(), 1);
        assert_eq!(desk.get(OPERATOR, &path).await.body["demands"].as_array().unwrap().len(), 1);
        desk.get(PARTNER, &path).await.is_problem(403, "Forbidden", "not_permitted");
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder
            .run(&format!(
                "INSERT INTO delegation (id, ec, broker, products, from_at, offered_at, offered_by, accepted_at, \
                 accepted_by) VALUES ('d', '{EC}', '{BROKER}', 'positions', 0, 0, 'x', 0, 'x')"
            ))
            .await;
        for (codes, domains, seen) in [
            ("NULL", "NULL", 1),
            ("'01 '", "NULL", 0),
            ("'01 02 '", "NULL", 1),
            ("NULL", "'0101 '", 1),
            ("NULL", "'0201 '", 0),
        ] {
            intruder.run(&format!("UPDATE delegation SET codes = {codes}, domains = {domains}")).await;
            desk.gateway.refresh().await;
            for path in [path.clone(), format!("{path}?noticeNumber={}", notice_number(1))] {
                let page = desk.get(PARTNER, &path).await;
                let listed = page.body["demands"].as_array().unwrap();
                assert_eq!(listed.len(), seen, "{codes} {domains}: {}", page.body);
            }
        }
    })
    .await;
}
