//! Documents about who institutions are (tabella delle controparti), and catalogues of providers.

use hyper::Method;

use crate::desk::{Desk, OPERATOR, OTHER_PAYMENTS, PAYMENTS, PUBLISHED, on_both_desks};
use crate::papers::{counterpart, is_valid};
use crate::support::api::{EC, OTHER_EC};

fn tables(rest: &str) -> String {
    format!("{PUBLISHED}/counterparttables{rest}")
}

#[tokio::test]
async fn one_institution_or_a_list_of_them_is_kept() {
    on_both_desks(async |desk: &Desk| {
        let one = counterpart(EC, "T-1", "Comune di Borgo");
        is_valid(&one);
        assert_eq!(desk.hand_in(PAYMENTS, &tables(""), one.as_bytes()).await.status, 201);
        let read = desk.get(PAYMENTS, &tables(&format!("/T-1?creditorinstitutioncode={EC}"))).await;
        assert_eq!(read.text, one);
        let two =
            counterpart(EC, "T-2", "Comune di Borgo") + &counterpart(OTHER_EC, "T-2", "Comune di Colle");
        let list = format!("<listaInformativeControparte>{two}</listaInformativeControparte>");
        assert_eq!(
            desk.hand_in(PAYMENTS, &tables(""), list.as_bytes()).await.status,
            403,
            "not all are its own"
        );
        let told = desk.hand_in(OPERATOR, &tables(""), list.as_bytes()).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let read =
            desk.get(OTHER_PAYMENTS, &tables(&format!("/T-2?creditorinstitutioncode={OTHER_EC}"))).await;
        is_valid(&read.text);
        assert!(read.text.contains(OTHER_EC) && !read.text.contains(EC), "each of its own institution");
        let listed = desk.get(OTHER_PAYMENTS, &tables("?page=0")).await.json();
        assert_eq!(listed["counterpart_tables"].as_array().unwrap().len(), 1);
        assert_eq!(listed["counterpart_tables"][0]["creditor_institution_code"], OTHER_EC);
        let path = tables(&format!("/T-2?creditorinstitutioncode={EC}"));
        assert_eq!(desk.ask(OTHER_PAYMENTS, Method::DELETE, &path, None).await.status, 403);
        assert_eq!(desk.ask(PAYMENTS, Method::DELETE, &path, None).await.status, 200);
        assert_eq!(desk.get(PAYMENTS, &path).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_stand_is_refused() {
    on_both_desks(async |desk: &Desk| {
        let before = desk.whole().await;
        let told = desk.hand_in(OPERATOR, &tables(""), counterpart(EC, "T-1", "Altro").as_bytes()).await;
        assert_eq!(told.json()["violations"][0]["pointer"], "/ragioneSociale", "{}", told.text);
        let broken = counterpart(EC, "T-1", "Comune di Borgo").replace("08:00:00", "8:00");
        let told = desk.hand_in(OPERATOR, &tables(""), broken.as_bytes()).await;
        assert_eq!(told.json()["code"], "invalid_document");
        assert!(
            told.json()["detail"].as_str().unwrap().contains("fasciaOrariaDa: must be a time"),
            "{}",
            told.text
        );
        assert_eq!(desk.whole().await, before);
    })
    .await;
}

#[tokio::test]
async fn the_catalogue_of_a_provider_is_checked_and_not_kept() {
    on_both_desks(async |desk: &Desk| {
        let catalogue = std::fs::read_to_string("fixtures/documents/catalogo.xml").unwrap();
        is_valid(&catalogue);
        let path = format!("{PUBLISHED}/cdis/check");
        let before = desk.whole().await;
        let items = desk.hand_in(PAYMENTS, &path, catalogue.as_bytes()).await.json();
        let valid = |items: &serde_json::Value| {
            items.as_array().unwrap().iter().filter(|item| item["valid"] == "VALID").count()
        };
        assert_eq!((items.as_array().unwrap().len(), valid(&items)), (5, 5), "{items}");
        let wrong = catalogue.replace("_22-11-2026", "_23-11-2026");
        let items = desk.hand_in(PAYMENTS, &path, wrong.as_bytes()).await.json();
        assert_eq!(valid(&items), 4, "{items}");
        let broken = catalogue.replace("<modelloPagamento>4", "<modelloPagamento>3");
        let items = desk.hand_in(PAYMENTS, &path, broken.as_bytes()).await.json();
        assert!(
            items[0]["note"].as_str().unwrap().ends_with("modelloPagamento: must be one of 0, 1, 2, 4"),
            "{items}"
        );
        assert_eq!(desk.whole().await, before);
    })
    .await;
}
