//! Bodies that break rules: each rule with its exact place and word, and all of them at once.

use super::*;

const INVALID: &str = "Error in the debt position request data";

/// Plan of two instalments, the second with all that can be given, and a whole payment.
fn body() -> Value {
    let mut body = position("tari", &[option(&[1, 2]), option_of_company(&[3])]);
    body["paymentOption"][0]["installments"][1]["installmentMetadata"] =
        json!([{ "key": "a", "value": "1" }, { "key": "b", "value": "2" }]);
    body
}

async fn refused(api: Api, pointer: &str, value: Value, expected: &[(&str, &str)]) {
    let answer = api.create(&but(body(), pointer, value.clone())).await;
    assert_eq!(answer.violations(), expected, "{pointer} = {value}: {}", answer.body);
    answer.is_problem(400, INVALID, "invalid_position");
}

#[tokio::test]
async fn every_rule_names_the_place_where_it_is_broken() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let api = Api::of(&gateway);
    let (first, second) = ("/paymentOption/0", "/paymentOption/0/installments/1");
    let metadata = "/paymentOption/0/installments/1/installmentMetadata";
    for (pointer, value, code) in [
        ("/iupd".to_owned(), json!(null), "required"),
        ("/companyName".to_owned(), json!("x".repeat(141)), "too_long"),
        ("/payStandIn".to_owned(), json!("yes"), "wrong_type"),
        ("/paymentOption".to_owned(), json!(null), "required"),
        ("/paymentOption".to_owned(), json!([]), "required"),
        ("/paymentOption".to_owned(), json!(vec![json!({}); 101]), "too_many"),
        ("/paymentOption/1/installments".to_owned(), json!({}), "wrong_type"),
        (format!("{first}/description"), json!("x".repeat(141)), "too_long"),
        (format!("{first}/validityDate"), json!("domani"), "date_form"),
        (format!("{first}/validityDate"), json!("2026-11-22"), "validity_date_passed"),
        (format!("{first}/retentionDate"), json!("2026-12-21"), "retention_date_before_due_date"),
        (format!("{first}/switchToExpired"), json!(null), "required"),
        (format!("{first}/debtor"), json!(null), "required"),
        (format!("{first}/debtor"), json!("Maria"), "wrong_type"),
        (format!("{first}/debtor/type"), json!("X"), "person_kind"),
        (format!("{first}/debtor/fiscalCode"), json!("RSSMRA80A01"), "fiscal_code_form"),
        (format!("{first}/debtor/fullName"), json!(""), "blank"),
        (format!("{first}/debtor/country"), json!("it"), "country_form"),
        (format!("{first}/debtor/email"), json!("maria"), "email_form"),
        (format!("{first}/installments"), json!([]), "required"),
        (format!("{first}/installments"), json!(vec![json!({}); 101]), "too_many"),
        (format!("{second}/iuv"), json!("02000000000000286"), "notice_number_check_digits"),
        (format!("{second}/iuv"), json!(iuv("07", 1)), "notice_not_served"),
        (format!("{second}/nav"), json!(nav(9)), "nav_not_of_iuv"),
        (format!("{second}/amount"), json!(0), "amount_too_small"),
        (format!("{second}/amount"), json!(99), "sum_of_transfers"),
        (format!("{second}/description"), json!(null), "required"),
        (format!("{second}/dueDate"), json!("2026-11-21"), "due_date_passed"),
        (format!("{second}/transfer"), json!([]), "transfer_count"),
        (format!("{second}/transfer/0/iban"), json!("IT60X0542811101000000123457"), "iban_check_digits"),
        (format!("{second}/transfer/0/category"), json!("mensa"), "category_form"),
        (format!("{second}/transfer/0/idTransfer"), json!("6"), "transfer_id"),
        (metadata.to_owned(), json!(vec![json!({}); 11]), "too_many"),
        (format!("{metadata}/0/key"), json!(null), "required"),
        (format!("{metadata}/0/value"), json!(null), "required"),
    ] {
        refused(api, &pointer, value, &[(&pointer, code)]).await;
    }
}

#[tokio::test]
async fn a_due_date_is_judged_by_the_validity_of_its_own_option() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let api = Api::of(&gateway);
    let late = json!("2026-12-23");
    let due = ["/paymentOption/0/installments/0/dueDate", "/paymentOption/0/installments/1/dueDate"];
    let expected = due.map(|place| (place, "due_date_before_validity"));
    refused(api, "/paymentOption/0/validityDate", late, &expected).await;
}

#[tokio::test]
async fn an_iuv_is_there_once_in_the_whole_body() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let api = Api::of(&gateway);
    let twice = json!(iuv("02", 2));
    let expected = [("/paymentOption/1/installments/0/iuv", "duplicate_iuv")];
    refused(api, "/paymentOption/1/installments/0/iuv", twice, &expected).await;
}

#[tokio::test]
async fn clashing_metadata_is_a_conflict_as_in_the_first_version() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let api = Api::of(&gateway);
    let key = "/paymentOption/0/installments/1/installmentMetadata/1/key";
    for (value, title, code) in [
        ("a", "The metadata contains duplicated keys", "duplicate_metadata_key"),
        ("NOTIFICATION_FEE", "The payment option contains reserved metadata", "reserved_metadata_key"),
    ] {
        let answer = api.create(&but(body(), key, json!(value))).await;
        answer.is_problem(409, title, code);
        assert_eq!(answer.violations(), [(key, code)]);
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let api = Api::of(&gateway);
    let mut body = body();
    body["iupd"] = json!(7);
    body["paymentOption"][0]["debtor"]["type"] = json!("X");
    body["paymentOption"][0]["installments"][1]["transfer"][0]["iban"] = json!("IT00");
    body["paymentOption"][1]["switchToExpired"] = json!(null);
    body["paymentOption"][1]["retentionDate"] = json!("2026-12-01");
    body["paymentOption"][1]["installments"][0]["amount"] = json!("100");
    let answer = api.create(&body).await;
    assert_eq!(
        answer.violations(),
        [
            ("/iupd", "wrong_type"),
            ("/paymentOption/0/debtor/type", "person_kind"),
            ("/paymentOption/0/installments/1/transfer/0/iban", "iban_form"),
            ("/paymentOption/1/switchToExpired", "required"),
            ("/paymentOption/1/installments/0/amount", "wrong_type"),
            ("/paymentOption/1/retentionDate", "retention_date_before_due_date"),
        ]
    );
    api.create(&json!([])).await.is_problem(400, INVALID, "invalid_position");
}
