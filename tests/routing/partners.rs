//! Partners come, change and go; a password is shown once.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use varco::admin::KeyHasher;
use varco::domain::routing::PasswordHash;

use crate::desk::{EC_DESK, PARTNERS, hasher, on_both_desks, partner, route};
use crate::support::api::{EC, but};
use crate::support::trouble::Intruder;

#[tokio::test]
async fn a_partner_is_added_changed_and_removed_and_each_is_audited() {
    on_both_desks(async |desk| {
        let wanted = json!({
            "owner": format!("ec:{EC}"), "name": " Gestionale ", "speaks": "legacy",
            "url": "https://gestionale.example/ccp", "rtUrl": "https://gestionale.example/rt",
            "caller": format!("{}AB", "0f:".repeat(31)),
            "invention": { "dueDays": 5, "debtorName": "Cittadino", "waitForRptMillis": 250,
                "redirect": "https://comune.example/paga" },
        });
        let added = desk.put_partner(EC_DESK, "gestionale", &wanted).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        assert_eq!(added.headers["cache-control"], "no-store");
        let shown = json!({
            "id": "gestionale", "owner": format!("ec:{EC}"), "name": "Gestionale", "speaks": "legacy",
            "url": "https://gestionale.example/ccp", "rtUrl": "https://gestionale.example/rt",
            "caller": format!("{}ab", "0f".repeat(31)),
            "invention": { "dueDays": 5, "debtorName": "Cittadino", "category": "9/0101108TS/",
                "waitForRptMillis": 250, "redirect": "https://comune.example/paga" },
            "enabled": true, "routesInForce": 0, "routesPlanned": 0,
            "createdAt": "2026-11-22T10:00:00Z", "updatedAt": "2026-11-22T10:00:00Z",
        });
        assert_eq!(added.body, shown);
        assert_eq!(desk.get(EC_DESK, &format!("{PARTNERS}/gestionale")).await.body, shown);
        assert_eq!(desk.get(EC_DESK, PARTNERS).await.body["partners"], json!([shown]));
        let seen = desk.seen("gestionale").unwrap();
        assert_eq!(seen.url.as_str(), "https://gestionale.example/ccp", "this instance knows it at once");

        desk.later(1);
        let changed = but(partner("legacy"), "/enabled", json!(false));
        let changed = desk.put_partner(EC_DESK, "gestionale", &changed).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(changed.body["enabled"], false);
        assert_eq!(changed.body["invention"]["dueDays"], 1, "what is left out is as it usually is");
        assert_eq!(changed.body["createdAt"], "2026-11-22T10:00:00Z");
        assert_eq!(changed.body["updatedAt"], "2026-11-22T11:00:00Z");

        let path = format!("{PARTNERS}/gestionale");
        let removed = desk.ask(EC_DESK, Method::DELETE, &path, None).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
        desk.get(EC_DESK, &path).await.is_problem(404, "Not Found", "unknown_partner");
        assert!(desk.seen("gestionale").is_none());
        let by = |action: &str| (action.to_owned(), format!("key:{EC_DESK}"));
        let acts = ["partner.create", "partner.replace", "partner.remove"].map(by);
        assert_eq!(desk.audited("gestionale").await, acts);
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_partner_is_told_at_once() {
    on_both_desks(async |desk| {
        let wrong = json!({
            "owner": "gateway", "speaks": "esperanto", "url": "ftp://x", "rtUrl": "https://a@b/", "caller": "0f",
            "enabled": "yes", "invention": { "dueDays": 366, "waitForRptMillis": 3001, "debtorName": 7 },
        });
        let refused = desk.put_partner(EC_DESK, "Gestionale", &wrong).await;
        refused.is_problem(400, "Bad Request", "invalid_routing");
        let mut violations = refused.violations();
        violations.sort_unstable();
        assert_eq!(
            violations,
            [
                ("", "partner_name_form"),
                ("/caller", "fingerprint_form"),
                ("/enabled", "wrong_type"),
                ("/invention/debtorName", "wrong_type"),
                ("/invention/dueDays", "too_many_days"),
                ("/invention/waitForRptMillis", "too_long"),
                ("/name", "required"),
                ("/owner", "owner_form"),
                ("/rtUrl", "url_credentials"),
                ("/speaks", "unknown_language"),
                ("/url", "url_scheme"),
            ]
        );
        let modern = json!({
            "owner": format!("ec:{EC}"), "name": "x", "speaks": "pa_for_node", "url": "https://x/",
            "rtUrl": "https://x/", "demandUrl": "https://x/", "caller": "00".repeat(32), "invention": {},
        });
        let refused = desk.put_partner(EC_DESK, "modern", &modern).await;
        let of_old = |name| (name, "only_of_old_systems");
        let expected = ["/invention", "/rtUrl", "/demandUrl", "/caller"].map(of_old);
        assert_eq!(refused.violations(), expected);
        let unknown = but(partner("legacy"), "/owner", json!("ec:12345678903"));
        let refused = desk.put_partner(crate::desk::OPERATOR, "gestionale", &unknown).await;
        refused.is_problem(409, "Conflict", "unknown_owner");
    })
    .await;
}

#[tokio::test]
async fn a_password_is_shown_once_and_kept_only_by_what_it_is_known() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        let path = format!("{PARTNERS}/old/password");
        let mut passwords = Vec::new();
        for _ in 0..2 {
            let made = desk.ask(EC_DESK, Method::POST, &path, None).await;
            assert_eq!(made.status, StatusCode::OK, "{}", made.body);
            assert_eq!(made.headers["cache-control"], "no-store");
            assert_eq!(made.body["partner"], "old");
            let password = made.body["password"].as_str().unwrap().to_owned();
            assert!(
                password.len() == 15 && password.bytes().all(|b| b.is_ascii_alphanumeric()),
                "{password}"
            );
            let known = desk.seen("old").unwrap().password.unwrap();
            assert!(hasher().is_password(&known, &password), "it works at once");
            assert!(passwords.iter().all(|before: &String| !hasher().is_password(&known, before)));
            passwords.push(password);
        }
        let changed = desk.put_partner(EC_DESK, "old", &partner("legacy")).await;
        assert_eq!(changed.body["passwordMadeAt"], "2026-11-22T10:00:00Z");
        let known = desk.seen("old").unwrap().password.unwrap();
        assert!(hasher().is_password(&known, &passwords[1]), "a change of the partner leaves it");

        let read = desk.get(EC_DESK, &format!("{PARTNERS}/old")).await.body.to_string();
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        let kept = intruder
            .read("SELECT COALESCE(before, '') || COALESCE(after, '') AS name, seq AS number FROM audit")
            .await;
        let kept: String = kept.into_iter().map(|(text, _)| text).collect();
        assert!(kept.contains("passwordMadeAt") && !kept.contains("newPassword"));
        for text in [read, changed.body.to_string(), kept] {
            assert!(passwords.iter().all(|password| !text.contains(password.as_str())), "{text}");
        }

        desk.partner("new", "pa_for_node").await;
        let refused = desk.ask(EC_DESK, Method::POST, &format!("{PARTNERS}/new/password"), None).await;
        refused.is_problem(409, "Conflict", "partner_has_no_password");
        let modern = desk.put_partner(EC_DESK, "old", &partner("pa_for_node")).await;
        assert_eq!(modern.body.get("passwordMadeAt"), None, "who has no use for a password has none");
    })
    .await;
}

#[tokio::test]
async fn passwords_of_before_are_put_under_the_master_key() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        let plain = KeyHasher::default();
        let PasswordHash::Digest(digest) = plain.of_password("OLDPASSWORD2345") else { panic!() };
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = match desk.gateway.database().engine {
            "sqlite" => format!("x'{hex}'"),
            _ => format!("'\\x{hex}'"),
        };
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder.run(&format!("UPDATE partner SET password_hash = {bytes}, password_at = 1")).await;
        assert!(hasher().seal_kept(&desk.gateway.store).await.unwrap() > 0);
        desk.gateway.refresh().await;
        let known = desk.seen("old").unwrap().password.unwrap();
        assert!(matches!(known, PasswordHash::Code(_)));
        assert!(
            hasher().is_password(&known, "OLDPASSWORD2345") && !plain.is_password(&known, "OLDPASSWORD2345")
        );
    })
    .await;
}

#[tokio::test]
async fn a_partner_that_a_route_names_stays_what_it_is() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        let elsewhere = but(partner("legacy"), "/owner", json!(format!("broker:{}", "88888888888")));
        let moved = desk.put_partner(crate::desk::OPERATOR, "old", &elsewhere).await;
        moved.is_problem(409, "Conflict", "partner_owner_fixed");
        let other = desk.put_partner(EC_DESK, "old", &partner("pa_for_node")).await;
        assert_eq!(other.status, StatusCode::OK, "nothing counts on it yet: {}", other.body);
        desk.put_partner(EC_DESK, "old", &partner("legacy")).await;
        desk.route(&route("legacy", Some("old"), Some("2026-11-23T10:00:00Z"))).await;
        let shown = desk.get(EC_DESK, &format!("{PARTNERS}/old")).await;
        assert_eq!((&shown.body["routesInForce"], &shown.body["routesPlanned"]), (&json!(0), &json!(1)));
        desk.later(24);
        let shown = desk.get(EC_DESK, &format!("{PARTNERS}/old")).await;
        assert_eq!((&shown.body["routesInForce"], &shown.body["routesPlanned"]), (&json!(1), &json!(0)));
        let other = desk.put_partner(EC_DESK, "old", &partner("pa_for_node")).await;
        other.is_problem(409, "Conflict", "partner_language_fixed");
        desk.later(1);
        desk.route(&route("managed", None, None)).await;
        let shown = desk.get(EC_DESK, &format!("{PARTNERS}/old")).await;
        assert_eq!(shown.body["routesInForce"], 0);
        let removed = desk.ask(EC_DESK, Method::DELETE, &format!("{PARTNERS}/old"), None).await;
        removed.is_problem(409, "Conflict", "in_use");
        let off = desk.put_partner(EC_DESK, "old", &but(partner("legacy"), "/enabled", json!(false))).await;
        assert_eq!(off.body["enabled"], Value::Bool(false), "it is switched off instead: {}", off.body);
    })
    .await;
}
