//! New accounts as JSON in a ZIP archive.

use serde_json::json;

use crate::desk::{
    Desk, FREE_IBAN, OPERATOR, PAYMENTS, POSTAL_IBAN, PUBLISHED, expected, on_both_desks, packed,
};
use crate::support::api::{EC, OTHER_EC};

fn path() -> String {
    format!("{PUBLISHED}/creditorinstitutions/ibans")
}

fn file(ec: &str, ibans: serde_json::Value) -> Vec<u8> {
    let file = json!({ "creditor_institution_code": ec, "description": "Tributi", "ibans": ibans });
    file.to_string().into_bytes()
}

#[tokio::test]
async fn an_archive_makes_the_accounts_of_several_institutions() {
    on_both_desks(async |desk: &Desk| {
        let one = file(
            EC,
            json!([{ "iban": FREE_IBAN, "validity_date": "2026-12-01T00:00:00", "due_date": "2027-12-01" }]),
        );
        let other = file(
            OTHER_EC,
            json!([{ "iban": POSTAL_IBAN, "validity_date": "2026-12-01", "description": "Posta" }]),
        );
        let archive = packed(&[("one.json", &one), ("other.json", &other)]);
        let told = desk.hand_in(OPERATOR, &path(), &archive).await;
        assert_eq!(told.status, 201, "{}", told.text);
        assert_eq!(told.json()["created"], 2);
        assert_eq!(desk.account(EC, FREE_IBAN).await.unwrap()["description"], "Tributi");
        let posted = desk.account(OTHER_EC, POSTAL_IBAN).await.unwrap();
        assert_eq!((&posted["description"], &posted["due"]), (&json!("Posta"), &json!(null)));
    })
    .await;
}

#[tokio::test]
async fn one_wrong_account_keeps_all_out() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let one = file(
            EC,
            json!([
                { "iban": FREE_IBAN, "validity_date": "2026-12-01" },
                { "iban": "x", "validity_date": "tomorrow" },
                { "iban": POSTAL_IBAN, "validity_date": "2026-12-02", "due_date": "2026-12-01" },
            ]),
        );
        let broken = b"{".to_vec();
        let strange =
            json!({ "creditor_institution_code": EC, "ibans": [], "x": 1 }).to_string().into_bytes();
        let archive = packed(&[("one.json", &one), ("two.json", &broken), ("three.json", &strange)]);
        let told = desk.hand_in(OPERATOR, &path(), &archive).await;
        let want = [
            ("/", "malformed_json"),
            ("/", "invalid_file"),
            ("/rows/2/iban", "iban_form"),
            ("/rows/2/validity_date", "date_form"),
            ("/rows/3/due_date", "due_date_before_validity"),
        ];
        assert_eq!(told.findings(), expected(&want), "{}", told.text);
        assert_eq!(desk.whole().await, before);
    })
    .await;
}

#[tokio::test]
async fn archives_that_mean_harm_are_refused() {
    on_both_desks(async |desk: &Desk| {
        let bomb = vec![b' '; (10 << 20) + 1];
        let many: Vec<String> = (0..11).map(|n| format!("{n}.json")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"{}".as_slice())).collect();
        for (archive, code) in [
            (b"no archive".to_vec(), "not_a_zip"),
            (packed(&[("../../etc/passwd.json", b"{}")]), "zip_entry_name"),
            (packed(&[("inner.zip", &packed(&[("a.json", b"{}")]))]), "zip_entry_name"),
            (packed(&many), "zip_entries"),
            (packed(&[]), "zip_entries"),
            (packed(&[("a.json", &bomb)]), "file_too_large"),
        ] {
            let told = desk.hand_in(OPERATOR, &path(), &archive).await;
            assert_eq!(told.findings(), expected(&[("/", code)]), "{}", told.text);
        }
        let told = desk.hand_in(OPERATOR, &path(), &vec![0; (10 << 20) + 1]).await;
        assert_eq!((told.status.as_u16(), told.json()["code"].as_str()), (413, Some("file_too_large")));
        let foreign = file(OTHER_EC, json!([{ "iban": FREE_IBAN, "validity_date": "2026-12-01" }]));
        let told = desk.hand_in(PAYMENTS, &path(), &packed(&[("a.json", &foreign)])).await;
        assert_eq!(told.status, 403, "{}", told.text);
    })
    .await;
}
