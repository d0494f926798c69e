//! What people see of payments at old systems.

use hyper::{Method, StatusCode};
use varco::domain::access::Role;

use super::scene::{amount, get_v2, on_both_scenes, owed};
use crate::support::admin::{administrator, ask};
use crate::support::samples::{EC, notice_number};

const DESK: &str = "key-of-who-looks-after-it-all";

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_listed_with_what_was_made_up_and_without_people() {
    on_both_scenes(async |scene| {
        administrator(scene.gateway.store(), DESK, "gateway", Role::Operator).await;
        for base in [1, 2] {
            scene.partner.owes(owed(base, "12.34"));
            scene.ask(&get_v2(base, &amount("12.34"))).await;
            scene.minutes_pass(1);
        }
        scene.partner.was_answered(2).await;
        let path = format!("/creditor-institutions/{EC}/routing/attempts?limit=1");
        let address = scene.gateway.api_addr();
        let page = ask(address, DESK, (Method::GET, &path), None).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let attempt = &page.body["attempts"][0];
        assert_eq!(attempt["noticeNumber"], notice_number(2).as_str());
        assert_eq!(attempt["partner"], "vecchio");
        assert_eq!(attempt["begunBy"], "node");
        assert_eq!(attempt["state"], "rpt_accepted");
        assert_eq!(attempt["stato"], "RPT_ACCETTATA_NODO");
        assert_eq!(attempt["amount"], 1234);
        assert_eq!(attempt["invented"], serde_json::json!(["due_date"]));
        assert!(!page.body.to_string().contains("Rossi"));
        let next = format!("{path}&cursor={}", page.body["nextCursor"].as_str().unwrap());
        let page = ask(address, DESK, (Method::GET, &next), None).await;
        assert_eq!(page.body["attempts"][0]["noticeNumber"], notice_number(1).as_str());
        assert!(page.body.get("nextCursor").is_none());
        let nobody =
            ask(address, DESK, (Method::GET, "/creditor-institutions/00000000000/routing/attempts"), None);
        assert_eq!(nobody.await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
