//! Documents about accounts (informativa conto accredito) that are handed in.

use hyper::Method;

use crate::desk::{
    Desk, FREE_IBAN, OPERATOR, OTHER_PAYMENTS, PARTNER, PAYMENTS, POSTAL_IBAN, PUBLISHED, on_both_desks,
    packed,
};
use crate::papers::ica;
use crate::support::api::{EC, NEW_IBAN, OTHER_EC};
use crate::support::samples::{self, IBAN};
use varco::domain::access::Tenant;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::domain::registry::Encoding;
use varco::store::{WriteMode, encoding_target};

const SOON: &str = "2026-12-01T00:00:00";

fn icas(rest: &str) -> String {
    format!("{PUBLISHED}/icas{rest}")
}

fn sound(flow: &str) -> String {
    ica(EC, (flow, "Comune di Borgo"), SOON, &[IBAN, FREE_IBAN])
}

#[tokio::test]
async fn a_document_is_kept_and_its_new_accounts_are_registered() {
    on_both_desks(async |desk: &Desk| {
        let document = sound("F-1");
        let told = desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let account = desk.account(EC, FREE_IBAN).await.unwrap();
        assert_eq!(account["due"], serde_json::Value::Null, "no last day is made up");
        let read = desk.get(PAYMENTS, &icas(&format!("/F-1?creditorinstitutioncode={EC}"))).await;
        assert_eq!((read.status.as_u16(), read.text.as_str()), (200, document.as_str()));
        assert_eq!(read.headers["content-type"], "application/xml");
        let listed = desk.get(PAYMENTS, &icas("?page=0")).await.json();
        assert_eq!(listed["icas"][0]["id_ica"], "F-1");
        assert_eq!(listed["icas"][0]["validity_date"], "2026-11-30T23:00:00Z");
        assert_eq!(listed["page_info"]["total_pages"], 1);
        let again = desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await;
        assert_eq!((again.status.as_u16(), again.json()["code"].as_str()), (400, Some("document_refused")));
    })
    .await;
}

#[tokio::test]
async fn what_breaks_the_schema_is_told_by_line_and_column() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let broken = sound("F-1").replace(EC, "7777777777");
        let want = "line 4, column 24, /informativaContoAccredito/identificativoDominio: length must be 11";
        let told = desk.hand_in(OPERATOR, &icas(""), broken.as_bytes()).await;
        assert_eq!((told.status.as_u16(), told.json()["code"].as_str()), (400, Some("invalid_document")));
        assert_eq!(told.json()["detail"], format!("The document breaks its schema: {want}."));
        let told = desk.hand_in(PAYMENTS, &icas("/xsd"), broken.as_bytes()).await.json();
        assert_eq!((&told["xsdCompliant"], &told["detail"]), (&false.into(), &want.into()));
        let schema = desk.get(PAYMENTS, told["xsdSchema"].as_str().unwrap()).await;
        assert_eq!(schema.text, std::fs::read_to_string("xsd/documents.xsd").unwrap());
        let told = desk.hand_in(PAYMENTS, &icas("/xsd"), sound("F-1").as_bytes()).await.json();
        assert_eq!((&told["xsdCompliant"], &told["detail"]), (&true.into(), &"".into()));
        let items = desk.hand_in(PAYMENTS, &icas("/check"), broken.as_bytes()).await.json();
        assert_eq!((&items[0]["valid"], &items[0]["note"]), (&"NOT_VALID".into(), &want.into()));
        assert_eq!(desk.whole().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_check_tells_of_everything_that_a_document_says() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let ibans = [IBAN, FREE_IBAN, POSTAL_IBAN, "IT61X0542811101000000123456", FREE_IBAN];
        let document = ica(EC, ("F-1", "Comune di Altro"), "2026-11-22T00:00:00", &ibans);
        let items = desk.hand_in(PAYMENTS, &icas("/check"), document.as_bytes()).await;
        assert_eq!(items.status, 200, "{}", items.text);
        let items = items.json();
        let told: Vec<(&str, &str, &str)> = items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                let text = |field: &str| item[field].as_str().unwrap_or("");
                (text("title"), text("valid"), text("action"))
            })
            .collect();
        let want = [
            ("XML schema", "VALID", ""),
            ("identificativoDominio", "VALID", ""),
            ("ragioneSociale", "NOT_VALID", ""),
            ("identificativoFlusso", "VALID", ""),
            ("dataInizioValidita", "NOT_VALID", ""),
            ("ibanAccredito", "VALID", ""),
            ("ibanAccredito", "VALID", ""),
            ("ibanAccredito", "VALID", "ADD_ENCODING"),
            ("ibanAccredito", "NOT_VALID", ""),
            ("ibanAccredito", "NOT_VALID", ""),
        ];
        assert_eq!(told, want);
        assert_eq!(desk.whole().await, before);
        let refused = desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await.json();
        assert_eq!(refused["violations"].as_array().unwrap().len(), 4, "{refused}");
    })
    .await;
}

#[tokio::test]
async fn name_and_day_can_be_forced_and_nothing_else() {
    on_both_desks(async |desk: &Desk| {
        let document = ica(EC, ("F-1", "Borgo"), "2026-11-22T00:00:00", &[FREE_IBAN]);
        assert_eq!(desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await.status, 400);
        let told = desk.hand_in(PAYMENTS, &icas("?force=true"), document.as_bytes()).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let wrong = ica(EC, ("F-2", "Borgo"), SOON, &["IT61X0542811101000000123456"]);
        let told = desk.hand_in(PAYMENTS, &icas("?force=true"), wrong.as_bytes()).await;
        assert_eq!(told.json()["violations"][0]["pointer"], "/ibanAccredito", "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn a_postal_account_brings_the_code_of_its_slips() {
    on_both_desks(async |desk: &Desk| {
        let document = ica(EC, ("F-1", "Comune di Borgo"), SOON, &[POSTAL_IBAN]);
        let told = desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let census = desk.gateway.store.census().await.unwrap();
        assert!(census.encodings.iter().any(|(ec, code)| ec.as_str() == EC && code.code() == "000001002003"));
        let other = ica(OTHER_EC, ("F-1", "Comune di Colle"), SOON, &[POSTAL_IBAN]);
        let told = desk.hand_in(OTHER_PAYMENTS, &icas(""), other.as_bytes()).await;
        assert_eq!(told.json()["violations"][0]["pointer"], "/ibanAccredito", "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn a_missing_code_of_the_institution_is_put_back() {
    on_both_desks(async |desk: &Desk| {
        let (ec, store) = (samples::ec(), &desk.gateway.store);
        let code = Encoding::of_institution(&ec);
        let gone = Proposal {
            kind: Kind::Encoding,
            tenant: Tenant::Institution(ec.clone()),
            target: encoding_target(&ec, &code),
            wish: Wish::Remove,
            wanted: None,
        };
        let author = Author::gateway("tests", samples::now());
        store.carry_out(&author, &[gone], WriteMode::Commit).await.unwrap();
        let document = sound("F-1");
        let items = desk.hand_in(PAYMENTS, &icas("/check"), document.as_bytes()).await.json();
        assert_eq!(items[5]["action"], "ADD_QRCODE", "{items}");
        assert_eq!(desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await.status, 201);
        let census = store.census().await.unwrap();
        assert!(census.encodings.contains(&(ec, code)));
    })
    .await;
}

#[tokio::test]
async fn the_document_that_holds_cannot_be_deleted() {
    on_both_desks(async |desk: &Desk| {
        let first = ica(EC, ("F-1", "Comune di Borgo"), SOON, &[IBAN]);
        let second = ica(EC, ("F/2", "Comune di Borgo"), "2026-12-10T00:00:00", &[IBAN]);
        for document in [&first, &second] {
            assert_eq!(desk.hand_in(PAYMENTS, &icas(""), document.as_bytes()).await.status, 201);
        }
        desk.gateway.clock.set("2026-12-05T00:00:00Z".parse().unwrap());
        let delete = async |flow: &str| {
            let path = icas(&format!("/{flow}?creditorinstitutioncode={EC}"));
            let told = desk.ask(PAYMENTS, Method::DELETE, &path, None).await;
            (told.status.as_u16(), told.json()["code"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(delete("F-1").await, (409, "document_in_use".to_owned()));
        assert_eq!(delete("F%2F2").await, (200, String::new()));
        assert_eq!(delete("F%2F2").await, (404, "unknown_document".to_owned()));
        let third = ica(EC, ("F-3", "Comune di Borgo"), "2026-12-11T00:00:00", &[IBAN]);
        assert_eq!(desk.hand_in(PAYMENTS, &icas(""), third.as_bytes()).await.status, 201);
        desk.gateway.clock.set("2026-12-12T00:00:00Z".parse().unwrap());
        assert_eq!(delete("F-1").await, (200, String::new()), "another holds now");
        assert_eq!(delete("F-3").await, (409, "document_in_use".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn an_archive_of_documents_is_kept_whole_or_not_at_all() {
    on_both_desks(async |desk: &Desk| {
        let one = sound("F-1");
        let two = ica(EC, ("F-2", "Comune di Borgo"), SOON, &[FREE_IBAN, NEW_IBAN]);
        let wrong = ica(EC, ("F-3", "Comune di Borgo"), SOON, &[]);
        let before = desk.whole().await;
        let archive = packed(&[("1.xml", one.as_bytes()), ("3.xml", wrong.as_bytes())]);
        let checks = desk.hand_in(PAYMENTS, &icas("/check/massive"), &archive).await.json();
        assert_eq!(checks[1]["fileName"], "3.xml");
        let items = checks[1]["checkItems"].as_array().unwrap();
        assert!(items.iter().any(|item| item["title"] == "contiDiAccredito" && item["valid"] == "NOT_VALID"));
        assert_eq!(desk.hand_in(PAYMENTS, &icas("/massive"), &archive).await.status, 400);
        assert_eq!(desk.whole().await, before);
        let archive = packed(&[("1.xml", one.as_bytes()), ("2.xml", two.as_bytes())]);
        let told = desk.hand_in(PAYMENTS, &icas("/massive"), &archive).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let told = desk.hand_in(PAYMENTS, &icas("/massive"), &packed(&[("x/1.xml", b"")])).await;
        assert_eq!(told.json()["code"], "zip_entry_name");
        assert_eq!(desk.get(PAYMENTS, &icas("?page=0")).await.json()["page_info"]["total_items"], 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_hands_in_or_reads_for_another() {
    on_both_desks(async |desk: &Desk| {
        assert_eq!(desk.hand_in(PAYMENTS, &icas(""), sound("F-1").as_bytes()).await.status, 201);
        let before = desk.whole().await;
        for (key, path) in
            [(OTHER_PAYMENTS, ""), (OTHER_PAYMENTS, "/check"), (PARTNER, ""), (PARTNER, "/check")]
        {
            let told = desk.hand_in(key, &icas(path), sound("F-2").as_bytes()).await;
            assert_eq!(told.status, 403, "{key} {path}: {}", told.text);
        }
        for key in [OTHER_PAYMENTS, PARTNER] {
            let path = icas(&format!("/F-1?creditorinstitutioncode={EC}"));
            assert_eq!(desk.get(key, &path).await.status, 403);
            assert_eq!(desk.ask(key, Method::DELETE, &path, None).await.status, 403);
            assert_eq!(desk.get(key, &icas("?page=0")).await.json()["page_info"]["total_items"], 0);
        }
        assert_eq!(desk.whole().await, before);
    })
    .await;
}
