//! Tables of accounts, in the dialect of api-config and in that of the portal.

use serde_json::json;

use crate::desk::{
    Desk, FREE_IBAN, OPERATOR, OURS, PAYMENTS, POSTAL_IBAN, PUBLISHED, expected, on_both_desks,
};
use crate::support::api::{EC, NEW_IBAN, OTHER_EC, but, position};
use crate::support::samples::IBAN;

fn published() -> String {
    format!("{PUBLISHED}/creditorinstitutions/ibans/csv")
}

fn portal() -> String {
    format!("{OURS}/creditor-institutions/{EC}/ibans/csv")
}

/// A table of api-config as Excel writes it.
fn table(rows: &[&str]) -> Vec<u8> {
    let heads = "\u{feff}iddominio;ragionesociale;descrizione;iban;dataattivazioneiban;operazione\r\n";
    format!("{heads}{}", rows.iter().map(|row| format!("{row}\r\n")).collect::<String>()).into_bytes()
}

fn portal_table(rows: &[&str]) -> Vec<u8> {
    let heads = "descrizione,iban,dataattivazioneiban,operazione\n";
    format!("{heads}{}", rows.join("\n")).into_bytes()
}

#[tokio::test]
async fn a_table_makes_changes_and_removes_accounts() {
    on_both_desks(async |desk: &Desk| {
        let file = table(&[
            &format!("{EC};Comune di Borgo;Tributi;{FREE_IBAN};2026-12-01;I"),
            &format!("{EC};;Mensa;{IBAN};;M"),
            &format!("{EC};;;{NEW_IBAN};;C"),
            &format!("{OTHER_EC};;Posta;{POSTAL_IBAN};2026-11-23;I"),
        ]);
        let told = desk.hand_in(OPERATOR, &published(), &file).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let report = told.json();
        assert_eq!(
            report,
            serde_json::json!({ "dryRun": false, "rows": 4, "created": 2, "changed": 1, "removed": 1 })
        );
        let new = desk.account(EC, FREE_IBAN).await.unwrap();
        assert_eq!(new["description"], "Tributi");
        assert_eq!(new["due"], serde_json::Value::Null, "no last day is made up");
        assert_eq!(desk.account(EC, IBAN).await.unwrap()["description"], "Mensa");
        assert!(desk.account(EC, NEW_IBAN).await.is_none());
        assert!(desk.account(OTHER_EC, POSTAL_IBAN).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn an_account_that_notices_name_stays_whatever_the_table_says() {
    on_both_desks(async |desk: &Desk| {
        let at = "/paymentOption/0/transfer/0/iban";
        desk.gateway.create_published(&but(position("a", 1), at, json!(NEW_IBAN))).await;
        let told = desk.hand_in(PAYMENTS, &portal(), &portal_table(&[&format!(",{NEW_IBAN},,DELETE")])).await;
        assert_eq!(told.findings(), expected(&[("/rows/2/iban", "iban_in_use")]), "{}", told.text);
        assert!(desk.account(EC, NEW_IBAN).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_table_is_told_and_nothing_is_done() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let file = table(&[
            &format!("{EC};;Sound;{FREE_IBAN};2026-12-01;I"),
            &format!("7777777777;;x;{POSTAL_IBAN};2026-12-01;I"),
            &format!("{EC};;x;IT61X0542811101000000123456;2026-12-01;I"),
            &format!("{EC};;x;{POSTAL_IBAN};01-13-2026;I"),
            &format!("{EC};;x;{POSTAL_IBAN};2026-12-01;X"),
            &format!("12345678903;;x;{POSTAL_IBAN};2026-12-01;I"),
            &format!("{EC};;x;{POSTAL_IBAN};2026-11-22;I"),
            &format!("{EC};;x;{POSTAL_IBAN};;I"),
            &format!("{EC};;x;{IBAN};2026-12-01;I"),
            &format!("{OTHER_EC};;x;{FREE_IBAN};;U"),
            &format!("{EC};;x;{IBAN};2026-12-01;I"),
            &format!("{EC};;{};{POSTAL_IBAN};2026-12-01;I", "x".repeat(301)),
            &format!("{OTHER_EC};;;{IBAN};;D"),
        ]);
        let told = desk.hand_in(OPERATOR, &published(), &file).await;
        let want = [
            ("/rows/3/iddominio", "fiscal_code_form"),
            ("/rows/4/iban", "iban_check_digits"),
            ("/rows/5/dataattivazioneiban", "date_form"),
            ("/rows/6/operazione", "unknown_word"),
            ("/rows/7/iddominio", "unknown_creditor_institution"),
            ("/rows/8/dataattivazioneiban", "validity_date_passed"),
            ("/rows/9/dataattivazioneiban", "required"),
            ("/rows/10/iban", "exists"),
            ("/rows/11/iban", "unknown_iban"),
            ("/rows/12/iban", "given_twice"),
            ("/rows/13/descrizione", "too_long"),
            ("/rows/14/iban", "last_iban"),
        ];
        assert_eq!(told.findings(), expected(&want), "{}", told.text);
        assert!(!told.text.contains(FREE_IBAN) && !told.text.contains("Sound"), "no values in reasons");
        assert_eq!(desk.whole().await, before, "nothing was done");
    })
    .await;
}

#[tokio::test]
async fn the_portal_has_words_and_rules_of_its_own() {
    on_both_desks(async |desk: &Desk| {
        let file = portal_table(&[
            &format!("Tributi,{FREE_IBAN},01/12/2026,CREATE"),
            &format!("Mensa,{IBAN},,UPDATE"),
            &format!(",{NEW_IBAN},,DELETE"),
        ]);
        let told = desk.hand_in(PAYMENTS, &portal(), &file).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let again = portal_table(&[
            &format!(",{POSTAL_IBAN},01-12-2026,CREATE"),
            &format!("x,{IBAN},2026-12-01,UPDATE"),
            &format!("x,{FREE_IBAN},,DELETE"),
            &format!("x,{POSTAL_IBAN},2026-12-01,I"),
        ]);
        let told = desk.hand_in(PAYMENTS, &portal(), &again).await;
        let want = [
            ("/rows/2/descrizione", "required"),
            ("/rows/3/dataattivazioneiban", "not_allowed"),
            ("/rows/4/descrizione", "not_allowed"),
            ("/rows/5/operazione", "unknown_word"),
        ];
        assert_eq!(told.findings(), expected(&want), "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn reasons_come_as_a_table_too() {
    on_both_desks(async |desk: &Desk| {
        let file = table(&[&format!("{EC};;x;{IBAN};2026-12-01;I")]);
        let told = desk.hand_in_for(OPERATOR, &published(), &file, "text/csv").await;
        assert_eq!(told.status, 400);
        assert_eq!(told.headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<&str> = told.text.lines().collect();
        assert_eq!(lines[0], "\u{feff}row;field;code;message");
        assert!(lines[1].starts_with("2;iban;exists;"), "{}", told.text);
        let sound = table(&[&format!("{EC};;x;{FREE_IBAN};2026-12-01;I")]);
        let told = desk.hand_in_for(OPERATOR, &published(), &sound, "text/csv").await;
        assert_eq!((told.status.as_u16(), told.text.lines().count()), (200, 1));
    })
    .await;
}

#[tokio::test]
async fn an_institution_loads_its_own_accounts_and_no_others() {
    on_both_desks(async |desk: &Desk| {
        let own = format!("{EC};;x;{FREE_IBAN};2026-12-01;I");
        let foreign = format!("{OTHER_EC};;x;{FREE_IBAN};2026-12-01;I");
        let before = desk.whole().await;
        for key in [PAYMENTS, crate::desk::PARTNER] {
            let told = desk.hand_in(key, &published(), &table(&[&own, &foreign])).await;
            assert_eq!(told.status, 403, "{}", told.text);
        }
        let told = desk.hand_in(crate::desk::OTHER_PAYMENTS, &portal(), &portal_table(&[])).await;
        assert_eq!(told.status, 403, "{}", told.text);
        assert_eq!(desk.whole().await, before);
        let told = desk.hand_in(PAYMENTS, &published(), &table(&[&own])).await;
        assert_eq!(told.status, 200, "{}", told.text);
    })
    .await;
}
