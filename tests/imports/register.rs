//! Tables of CBILL codes, of relations and of migrations.

use crate::desk::{Desk, OPERATOR, PAYMENTS, PUBLISHED, expected, on_both_desks};
use crate::support::api::{EC, OTHER_EC};
use varco::domain::fiscal_code::FiscalCode;

const ONE: &str = "88888888888_01";
const TWO: &str = "88888888888_02";

fn loading() -> String {
    format!("{PUBLISHED}/batchoperation/creditorinstitution-station/loading")
}

fn migration() -> String {
    format!("{PUBLISHED}/batchoperation/creditorinstitution-station/migration")
}

fn cbill(query: &str) -> String {
    format!("{PUBLISHED}/creditorinstitutions/cbill{query}")
}

fn relations(rows: &[&str]) -> Vec<u8> {
    let heads = "cf,idstazione,ambiente,broadcast,auxdigit,codicesegregazione,applicationcode,datavalidita,operazione,aca,standIn\n";
    format!("{heads}{}", rows.join("\n")).into_bytes()
}

fn moves(rows: &[&str]) -> Vec<u8> {
    let heads = "cf,idstazione_provenienza,idstazione_destinazione,broadcast\n";
    format!("{heads}{}", rows.join("\n")).into_bytes()
}

/// Which stations serve an institution: codes, and whether copies of receipts come.
async fn served(desk: &Desk, ec: &str) -> Vec<(String, String, bool)> {
    let census = desk.gateway.store.census().await.unwrap();
    let own = census.relations.iter().filter(|one| one.ec.as_str() == ec);
    let code = |code: Option<varco::domain::notice_number::TwoDigits>| {
        code.map(|code| code.to_string()).unwrap_or_default()
    };
    own.map(|one| {
        let codes = format!("{}/{}", code(one.codes.application()), code(one.codes.segregation()));
        (one.station.to_string(), codes, one.flags.broadcast)
    })
    .collect()
}

#[tokio::test]
async fn relations_are_added_and_cancelled() {
    on_both_desks(async |desk: &Desk| {
        let file = relations(&[
            &format!("{OTHER_EC},{ONE},ESER,S,3,07,,2026-11-01,A,S,N"),
            &format!("{OTHER_EC},{TWO},ESER,N,0/3,8,1,,A,,"),
            &format!("{EC},{TWO},ESER,,,,,,C,,"),
        ]);
        let told = desk.hand_in(OPERATOR, &loading(), &file).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let own = |station: &str, codes: &str, broadcast| (station.to_owned(), codes.to_owned(), broadcast);
        assert_eq!(served(desk, OTHER_EC).await, [own(ONE, "/07", true), own(TWO, "01/08", false)]);
        assert_eq!(served(desk, EC).await, [own(ONE, "/02", false)]);
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_relations_is_told() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let file = relations(&[
            &format!("{OTHER_EC},{ONE},ESER,S,3,07,,,A,,"),
            &format!("x,{ONE},ESER,S,3,07,,,A,,"),
            &format!("{OTHER_EC},{TWO},ESER,X,3,07,,,A,,"),
            "66666666666,99999999999_01,ESER,S,3,07,,,A,,",
            "12345678903,88888888888_02,ESER,S,3,07,,,A,,",
            &format!("{OTHER_EC},{ONE},ESER,S,3,09,,,A,,"),
            &format!("{EC},{ONE},COLL,S,3,09,,,A,,"),
            &format!("{EC},{TWO},ESER,S,3,47,,,A,,"),
            &format!("{EC},{TWO},ESER,S,0,,,2027-01-01,A,,"),
            &format!("{EC},{TWO},ESER,S,4,,,,B,,"),
        ]);
        let told = desk.hand_in(OPERATOR, &loading(), &file).await;
        let want = [
            ("/rows/3/cf", "fiscal_code_form"),
            ("/rows/4/broadcast", "unknown_word"),
            ("/rows/5/idstazione", "unknown_station"),
            ("/rows/6/cf", "unknown_creditor_institution"),
            ("/rows/7/idstazione", "given_twice"),
            ("/rows/8/ambiente", "mixed_environment"),
            ("/rows/8/idstazione", "exists"),
            ("/rows/9/codicesegregazione", "segregation_code_reserved"),
            ("/rows/10/datavalidita", "date_ahead"),
            ("/rows/10/idstazione", "given_twice"),
            ("/rows/11/operazione", "unknown_word"),
            ("/rows/11/idstazione", "given_twice"),
        ];
        assert_eq!(told.findings(), expected(&want), "{}", told.text);
        assert_eq!(desk.whole().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_another_station_has_is_told_with_its_row() {
    on_both_desks(async |desk: &Desk| {
        let file =
            relations(&[&format!("{OTHER_EC},{ONE},,,3,07,,,A,,"), &format!("{OTHER_EC},{TWO},,,3,7,,,A,,")]);
        let told = desk.hand_in(OPERATOR, &loading(), &file).await;
        assert_eq!(told.findings(), expected(&[("/rows/3/idstazione", "segregation_code_taken")]));
        assert!(served(desk, OTHER_EC).await.is_empty(), "all or nothing");
    })
    .await;
}

#[tokio::test]
async fn institutions_move_with_their_codes() {
    on_both_desks(async |desk: &Desk| {
        let cancel = relations(&[&format!("{EC},{TWO},,,,,,,C,,")]);
        assert_eq!(desk.hand_in(OPERATOR, &loading(), &cancel).await.status, 201);
        let told = desk.hand_in(OPERATOR, &migration(), &moves(&[&format!("{EC},{ONE},{TWO},S")])).await;
        assert_eq!(told.status, 201, "{}", told.text);
        assert_eq!(served(desk, EC).await, [(TWO.to_owned(), "/02".to_owned(), true)]);
        let wrong = moves(&[
            &format!("{EC},{TWO},{TWO},N"),
            &format!("{EC},{ONE},{TWO},"),
            &format!("{EC},{TWO},99999999999_01,"),
        ]);
        let told = desk.hand_in(OPERATOR, &migration(), &wrong).await;
        let want = [
            ("/rows/2/idstazione_destinazione", "same_station"),
            ("/rows/3/idstazione_provenienza", "unknown_relation"),
            ("/rows/4/idstazione_destinazione", "unknown_station"),
        ];
        assert_eq!(told.findings(), expected(&want), "{}", told.text);
        assert_eq!(desk.hand_in(PAYMENTS, &migration(), &wrong).await.status, 403);
    })
    .await;
}

async fn code_of(desk: &Desk, ec: &str) -> Option<String> {
    let census = desk.gateway.store.census().await.unwrap();
    census.institutions[&FiscalCode::new(ec).unwrap()].cbill.as_ref().map(|code| code.to_string())
}

#[tokio::test]
async fn cbill_codes_are_added_or_are_the_whole_truth() {
    on_both_desks(async |desk: &Desk| {
        let file = format!("CF;SIA;RAGIONESOCIALE\n{EC};ab123;Comune\n");
        let told = desk.hand_in(OPERATOR, &cbill(""), file.as_bytes()).await;
        assert_eq!(told.status, 200, "{}", told.text);
        assert_eq!((code_of(desk, EC).await, code_of(desk, OTHER_EC).await), (Some("AB123".into()), None));
        let other = format!("CF;SIA;RAGIONESOCIALE\n{OTHER_EC};CD456;Colle\n");
        let told = desk.hand_in(OPERATOR, &cbill("?incremental=true"), other.as_bytes()).await;
        assert_eq!((told.status.as_u16(), code_of(desk, EC).await), (200, Some("AB123".into())));
        let told = desk.hand_in(OPERATOR, &cbill("?incremental=false"), other.as_bytes()).await;
        assert_eq!(told.json()["changed"], 1, "{}", told.text);
        assert_eq!((code_of(desk, EC).await, code_of(desk, OTHER_EC).await), (None, Some("CD456".into())));
        let wrong = format!("CF;SIA;RAGIONESOCIALE\n{EC};AB12;x\n{OTHER_EC};CD456;x\n{OTHER_EC};EF789;x\n12345678903;GH012;x\nx;y;z\n");
        let told = desk.hand_in(OPERATOR, &cbill(""), wrong.as_bytes()).await;
        let want = [
            ("/rows/2/SIA", "cbill_form"),
            ("/rows/4/CF", "given_twice"),
            ("/rows/5/CF", "unknown_creditor_institution"),
            ("/rows/6/CF", "fiscal_code_form"),
            ("/rows/6/SIA", "cbill_form"),
        ];
        assert_eq!(told.findings(), expected(&want), "{}", told.text);
        let told = desk.hand_in(PAYMENTS, &cbill(""), other.as_bytes()).await;
        assert_eq!(told.status, 403, "it is another's");
    })
    .await;
}
