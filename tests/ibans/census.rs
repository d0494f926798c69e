//! Accounts come, change and go, and debts name those that are valid.

use hyper::Method;
use serde_json::json;

use crate::desk::{
    FREE_IBAN, OPERATOR, OTHER_PAYMENTS, PAYMENTS, PUBLISHED, account, all_of, labelled, labels,
    on_both_desks,
};
use crate::support::api::{EC, KEY, NEW_IBAN, OTHER_EC, but, position};
use crate::support::samples;

#[tokio::test]
async fn an_account_is_registered_changed_and_taken_away() {
    on_both_desks(async |desk| {
        let made = desk.register(PAYMENTS, EC, &labelled(FREE_IBAN, "ACA")).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.body["iban"], FREE_IBAN);
        assert_eq!(made.body["ci_owner"], EC);
        assert_eq!(made.body["company_name"], "Comune di Borgo");
        assert_eq!(made.body["validity_date"], "2026-12-01T00:00:00+01:00", "the day that was said");
        assert_eq!(made.body["due_date"], "2027-12-01T23:59:59+01:00", "the whole last day");
        assert_eq!(made.body["publication_date"], "2026-11-22T11:00:00+01:00");
        assert_eq!(labels(&made.body), ["ACA"]);

        let listed = desk.listed(EC).await;
        assert_eq!(listed.iter().find(|one| one["iban"] == FREE_IBAN), Some(&made.body));
        let short = desk.get(PAYMENTS, &all_of(EC)).await;
        assert_eq!(short["ibans"][0]["validity_date"], "2026-12-01T00:00:00+01:00");
        assert_eq!(short["ibans"].as_array().unwrap().len(), 3, "those of the census before have no days");

        let changed =
            desk.change(PAYMENTS, EC, &but(account(FREE_IBAN), "/description", json!("Mensa"))).await;
        assert_eq!(changed.status, 201, "{}", changed.body);
        assert_eq!((&changed.body["description"], labels(&changed.body)), (&json!("Mensa"), vec![]));
        assert_eq!(changed.body["publication_date"], made.body["publication_date"]);

        let gone = desk.remove(PAYMENTS, EC, FREE_IBAN).await;
        assert_eq!(gone.status, 200, "{}", gone.body);
        assert!(desk.listed(EC).await.iter().all(|one| one["iban"] != FREE_IBAN));
        desk.remove(PAYMENTS, EC, FREE_IBAN).await.is_problem(404, "Not Found", "unknown_iban");
        desk.change(PAYMENTS, EC, &account(FREE_IBAN)).await.is_problem(404, "Not Found", "unknown_iban");
    })
    .await;
}

#[tokio::test]
async fn what_the_list_answers_can_be_sent_back_and_changes_nothing() {
    on_both_desks(async |desk| {
        desk.register(PAYMENTS, EC, &labelled(FREE_IBAN, "ACA")).await;
        desk.set("2027-01-10T10:00:00Z");
        let listed = desk.listed(EC).await;
        let known = listed.iter().find(|one| one["iban"] == FREE_IBAN).unwrap();
        let changed = desk.change(PAYMENTS, EC, known).await;
        assert_eq!((changed.status.as_u16(), &changed.body), (201, known), "though it began long ago");
    })
    .await;
}

#[tokio::test]
async fn of_a_label_a_creditor_has_one_account_and_the_last_one_keeps_it() {
    on_both_desks(async |desk| {
        desk.register(PAYMENTS, EC, &labelled(FREE_IBAN, "ACA")).await;
        desk.register(OTHER_PAYMENTS, OTHER_EC, &labelled(NEW_DUTCH, "ACA")).await;
        let moved = desk.register(PAYMENTS, EC, &labelled(NEW_DUTCH_TWO, "ACA")).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        let path = format!("{}/list?page=0&label=ACA", all_of(EC));
        let chosen = desk.get(PAYMENTS, &path).await;
        let chosen: Vec<_> = chosen["ibans_enhanced"].as_array().unwrap().iter().collect();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0]["iban"], NEW_DUTCH_TWO);
        let others = desk.listed(OTHER_EC).await;
        let other = others.iter().find(|one| one["iban"] == NEW_DUTCH).unwrap();
        assert_eq!(labels(other), ["ACA"], "another creditor keeps its own");
    })
    .await;
}

const NEW_DUTCH: &str = "NL91ABNA0417164300";
const NEW_DUTCH_TWO: &str = "NL02ABNA0123456789";

#[tokio::test]
async fn a_label_must_be_known_and_the_operator_makes_them_known() {
    on_both_desks(async |desk| {
        let refused = desk.register(PAYMENTS, EC, &labelled(FREE_IBAN, "CUP")).await;
        refused.is_problem(422, "Unprocessable Entity", "iban_not_valid");
        assert_eq!(refused.violations(), [("/labels/0/name", "iban_label_not_valid")]);

        let label = json!({ "name": "CUP", "description": "For CUP" });
        let path = format!("{PUBLISHED}/creditorinstitutions/ibans/labels");
        let refused = desk.ask(PAYMENTS, Method::POST, &path, Some(&label)).await;
        refused.is_problem(403, "Forbidden", "not_permitted");
        let made = desk.ask(OPERATOR, Method::POST, &path, Some(&label)).await;
        assert_eq!((made.status.as_u16(), &made.body), (200, &label));
        assert_eq!(desk.register(PAYMENTS, EC, &labelled(FREE_IBAN, "CUP")).await.status, 201);
        let known = desk.get(PAYMENTS, "/admin/v1/iban-labels").await;
        let names: Vec<_> = known["labels"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["0201138TS", "ACA", "CUP"]);
        let wrong = desk.ask(OPERATOR, Method::POST, &path, Some(&json!({ "name": "a b" }))).await;
        assert_eq!(wrong.violations(), [("/name", "iban_label_not_valid"), ("/description", "required")]);
    })
    .await;
}

#[tokio::test]
async fn a_list_has_pages_and_filters() {
    on_both_desks(async |desk| {
        desk.register(PAYMENTS, EC, &account(FREE_IBAN)).await;
        let page = desk.get(PAYMENTS, &format!("{}/list?page=1&limit=2", all_of(EC))).await;
        assert_eq!(page["ibans_enhanced"].as_array().unwrap().len(), 1);
        let info = json!({ "page": 1, "limit": 2, "items_found": 1, "total_pages": 2, "total_items": 3 });
        assert_eq!(page["page_info"], info);
        let one = desk.get(PAYMENTS, &format!("{}/list?page=0&iban={FREE_IBAN}", all_of(EC))).await;
        assert_eq!(one["page_info"]["total_items"], 1);
        let path = format!("{}/list?page=0&iban=DE00370400440532013000", all_of(EC));
        desk.ask(PAYMENTS, Method::GET, &path, None).await.is_problem(
            422,
            "Unprocessable Entity",
            "iban_not_valid",
        );
        let path = format!("{}/list?page=x", all_of(EC));
        desk.ask(PAYMENTS, Method::GET, &path, None).await.is_problem(400, "BAD REQUEST", "query_parameter");
    })
    .await;
}

#[tokio::test]
async fn who_has_an_account_is_told_to_those_who_may_see_them() {
    on_both_desks(async |desk| {
        let who = async |key: &str| {
            let found = desk.get(key, &format!("{PUBLISHED}/ibans/{}", samples::IBAN)).await;
            let each = found["creditor_institutions"].as_array().unwrap().clone();
            each.iter()
                .map(|one| one["creditor_institution_code"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(who(OPERATOR).await, [OTHER_EC, EC]);
        assert_eq!(who(PAYMENTS).await, [EC]);
        let none = desk.get(OPERATOR, &format!("{PUBLISHED}/ibans/nothing")).await;
        assert_eq!(none["creditor_institutions"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn debts_name_an_account_from_its_first_day_to_its_last_and_keep_it_for_good() {
    on_both_desks(async |desk| {
        let at = "/paymentOption/0/transfer/0/iban";
        let create = async |name: &str, base: u64| {
            let body = but(position(name, base), at, json!(FREE_IBAN));
            let body = but(body, "/paymentOption/0/dueDate", json!("2028-12-31"));
            let path = "v1/organizations/77777777777/debtpositions?toPublish=true";
            desk.gateway.ask_as(KEY, Method::POST, path, (Some(&body), None)).await
        };
        assert_eq!(create("never", 1).await.violations(), [(at, "iban_not_in_census")]);
        desk.register(PAYMENTS, EC, &account(FREE_IBAN)).await;
        assert_eq!(create("early", 2).await.violations(), [(at, "iban_not_in_census")], "its day is to come");
        desk.set("2026-11-30T22:59:59Z");
        assert_eq!(create("evening", 3).await.status, 400, "the last second before in Italy");
        desk.set("2026-11-30T23:00:00Z");
        assert_eq!(create("first", 4).await.status, 201, "the first second");
        desk.set("2027-12-01T22:59:59Z");
        assert_eq!(create("last", 5).await.status, 201, "the last second");
        desk.set("2027-12-01T23:00:00Z");
        assert_eq!(create("late", 6).await.status, 400);
        assert_eq!(desk.gateway.read("first").await.status, 200, "the debt stays as it is");
        let stays = desk.gateway.read("first").await.body;
        assert_eq!(stays["status"], "VALID");

        desk.set("2026-12-10T10:00:00Z");
        let off = but(account(FREE_IBAN), "/is_active", json!(false));
        assert_eq!(desk.change(PAYMENTS, EC, &off).await.status, 201);
        assert_eq!(create("off", 7).await.status, 400, "its creditor wants nothing on it");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_notices_name_and_the_only_one_stay() {
    on_both_desks(async |desk| {
        let at = "/paymentOption/0/transfer/0/iban";
        desk.gateway.create_published(&but(position("a", 1), at, json!(NEW_IBAN))).await;
        desk.remove(PAYMENTS, EC, NEW_IBAN).await.is_problem(409, "Conflict", "iban_in_use");
        desk.gateway.pay(1, 10_000).await;
        assert_eq!(desk.remove(PAYMENTS, EC, NEW_IBAN).await.status, 200, "paid: nobody needs it");
        desk.remove(PAYMENTS, EC, samples::IBAN).await.is_problem(409, "Conflict", "last_iban");
    })
    .await;
}

#[tokio::test]
async fn an_account_stays_for_a_draft_and_for_another_creditors_notice_that_pays_a_share_to_it() {
    on_both_desks(async |desk| {
        let at = "/paymentOption/0/transfer/0";
        desk.gateway.create(&but(position("a", 1), &format!("{at}/iban"), json!(NEW_IBAN))).await;
        desk.remove(PAYMENTS, EC, NEW_IBAN).await.is_problem(409, "Conflict", "iban_in_use");
        assert_eq!(desk.gateway.delete("a").await.status, 200);

        let shared = but(position("b", 2), &format!("{at}/organizationFiscalCode"), json!(OTHER_EC));
        desk.gateway.create_published(&shared).await;
        desk.register(OTHER_PAYMENTS, OTHER_EC, &account(FREE_IBAN)).await;
        let refused = desk.remove(OTHER_PAYMENTS, OTHER_EC, samples::IBAN).await;
        refused.is_problem(409, "Conflict", "iban_in_use");
    })
    .await;
}
