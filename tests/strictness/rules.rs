//! Every rule of a body, with the place and the code of what breaks it.

use std::collections::BTreeSet;

use super::*;

/// The place, a value that breaks a rule there, and the code of the rule. `$` is the notice, `@` the
/// object that has the debtor.
fn rules() -> Vec<(&'static str, Value, &'static str)> {
    let long = |characters| json!("è".repeat(characters));
    let pairs = |count: usize| -> Value {
        (0..count).map(|index| json!({ "key": format!("k{index}"), "value": "v" })).collect()
    };
    let stamp = |field: &str, value: Value| {
        let fine = json!({
            "hashDocument": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "stampType": "01",
            "provincialResidence": "RM",
        });
        but(fine, &format!("/{field}"), value)
    };
    vec![
        ("/iupd", json!(null), "required"),
        ("/iupd", json!("a/b"), "identifier_form"),
        ("/companyName", long(141), "too_long"),
        ("/officeName", long(141), "too_long"),
        ("@/type", json!("P"), "person_kind"),
        ("@/fiscalCode", json!("RSSMRA80A01"), "fiscal_code_form"),
        ("@/fullName", long(71), "too_long"),
        ("@/streetName", long(71), "too_long"),
        ("@/civicNumber", long(17), "too_long"),
        ("@/postalCode", long(17), "too_long"),
        ("@/city", long(36), "too_long"),
        ("@/province", long(36), "too_long"),
        ("@/region", long(36), "too_long"),
        ("@/country", json!("it"), "country_form"),
        ("@/email", json!("maria"), "email_form"),
        ("@/email", json!(format!("m@{}", "e".repeat(255))), "too_long"),
        ("$/iuv", json!("0200000000000018"), "iuv_form"),
        ("$/iuv", json!("02000000000000185"), "notice_number_check_digits"),
        ("$/iuv", json!(iuv("09", 1)), "notice_not_served"),
        ("$/nav", json!("30200000000000018"), "notice_number_form"),
        ("$/nav", json!("402000000000000184"), "notice_number_form"),
        ("$/nav", json!(nav(2)), "nav_not_of_iuv"),
        ("$/amount", json!(0), "amount_too_small"),
        ("$/amount", json!(-1), "amount_too_small"),
        ("$/amount", json!(10_001), "sum_of_transfers"),
        ("$/amount", json!(100_000_000_000_i64), "amount_too_large"),
        ("$/amount", json!(100.5), "wrong_type"),
        ("$/description", long(141), "too_long"),
        ("$/description", json!("a\u{7}"), "control_character"),
        ("$/dueDate", json!("2026-11-21"), "due_date_passed"),
        ("$/transfer", json!([]), "transfer_count"),
        ("$/transfer/0/idTransfer", json!("0"), "transfer_id"),
        ("$/transfer/0/remittanceInformation", long(141), "too_long"),
        ("$/transfer/0/category", json!("9/0101002XX/"), "category_form"),
        ("$/transfer/0/organizationFiscalCode", json!("7777777777"), "fiscal_code_form"),
        ("$/transfer/0/companyName", long(141), "too_long"),
        ("$/transfer/0/iban", json!("IT60X05428111010000001234567"), "iban_form"),
        ("$/transfer/0/iban", json!("IT61X0542811101000000123456"), "iban_check_digits"),
        ("$/transfer/0/iban", json!(FOREIGN_IBAN), "iban_not_in_census"),
        ("$/transfer/0/postalIban", json!("IT61X0542811101000000123456"), "iban_check_digits"),
        ("$/transfer/0/postalIban", json!(FOREIGN_IBAN), "iban_not_in_census"),
        ("$/transfer/0/stamp", stamp("stampType", json!("01")), "iban_or_stamp"),
        ("$/transfer/0/transferMetadata", pairs(11), "too_many"),
    ]
}

fn placed(rule: &str, version: &str, notice: &str) -> String {
    let debtor = if version == "v1" { "" } else { "/paymentOption/0/debtor" };
    rule.replace('$', notice).replace('@', debtor)
}

#[tokio::test]
async fn each_rule_has_its_place_and_its_code_in_every_version() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    for (version, notice) in NOTICE {
        for (rule, value, code) in rules() {
            let pointer = placed(rule, version, notice);
            let answer = create_in(&gateway, version, &but(body_of(version, "a", 1), &pointer, value)).await;
            answer.is_problem(400, TITLE, "invalid_position");
            assert_eq!(answer.violations(), [(&*pointer, code)], "{version}");
        }
        let fine = create_in(&gateway, version, &body_of(version, "a", 1)).await;
        assert_eq!(fine.status, 201, "{version}: {}", fine.body);
        gateway.delete("a").await;
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    for (version, notice) in NOTICE {
        // One rule for each place: what is inside a broken list or object cannot be judged as well.
        let mut wanted = BTreeSet::new();
        let mut body = body_of(version, "a", 1);
        for (rule, value, code) in rules() {
            let pointer = placed(rule, version, notice);
            let lists = ["/transfer", "/stamp", "/transferMetadata"];
            let clashes = lists.iter().any(|list| pointer.ends_with(list));
            // These depend on another value that is wrong too.
            let depends = ["nav_not_of_iuv", "sum_of_transfers", "notice_not_served"].contains(&code)
                || pointer.ends_with("/nav");
            let known = wanted.iter().any(|(other, _)| *other == pointer);
            if !clashes && !depends && !known && !pointer.ends_with("/type") {
                body = but(body, &pointer, value);
                wanted.insert((pointer, code));
            }
        }
        let answer = create_in(&gateway, version, &body).await;
        answer.is_problem(400, TITLE, "invalid_position");
        let found: BTreeSet<_> =
            answer.violations().into_iter().map(|(at, code)| (at.to_owned(), code)).collect();
        assert_eq!(found, wanted, "{version}");
        assert!(!answer.body.to_string().contains("RSSMRA"), "no value is repeated");
    }
}

#[tokio::test]
async fn a_stamp_is_of_one_document_and_for_stations_of_the_second_version() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let at = "/paymentOption/0/transfer/0/stamp";
    let with = |iupd: &str, base: u64, hash: &str| {
        let body = but(position(iupd, base), "/paymentOption/0/transfer/0/iban", json!(null));
        let stamp = json!({ "hashDocument": hash, "stampType": "01", "provincialResidence": "RM" });
        but(body, at, stamp)
    };
    let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    for (wrong, code) in [
        ("47DEQpj8HBSa", "hash_length"),
        ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA", "hash_length"),
        ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "base64_form"),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hash_length"),
    ] {
        let refused = gateway.create(&with("a", 1, wrong)).await;
        refused.is_problem(400, TITLE, "invalid_position");
        assert_eq!(refused.violations(), [(&*format!("{at}/hashDocument"), code)], "{wrong}");
    }
    let first = but(with("a", 1, hash), "/paymentOption/0/iuv", json!(iuv("01", 1)));
    let refused = gateway.create(&first).await;
    assert_eq!(refused.violations(), [(at, "stamp_needs_v2")], "paGetPayment cannot carry it");
    assert_eq!(gateway.create(&with("a", 1, hash)).await.status, 201);
}

#[tokio::test]
async fn a_debtor_may_be_a_person_a_company_or_unknown() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let of = |iupd: &str, base: u64, kind: &str, code: &str| {
        but(but(position(iupd, base), "/type", json!(kind)), "/fiscalCode", json!(code))
    };
    for (base, kind, code) in [
        (1, "F", "RSSMRA80A01H501U"),
        (2, "F", "12345678903"),
        (3, "F", "ANONIMO"),
        (4, "G", "12345678903"),
        (5, "F", "rssmra80a01h501u"),
    ] {
        let created = gateway.create(&of(&base.to_string(), base, kind, code)).await;
        assert_eq!(created.status, 201, "{kind} {code}: {}", created.body);
    }
    for (kind, code, rule) in [("G", "ANONIMO", "fiscal_code_form"), ("F", "1234567890", "fiscal_code_form")]
    {
        let refused = gateway.create(&of("x", 9, kind, code)).await;
        assert_eq!(refused.violations(), [("/fiscalCode", rule)], "{kind} {code}");
    }
}
