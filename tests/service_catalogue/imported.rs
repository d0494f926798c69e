//! Documents that are handed in.

use hyper::Method;

use crate::desk::{Desk, FREE_IBAN, OPERATOR, OTHER_PAYMENTS, OURS, PAYMENTS, on_both_desks};
use crate::shop::{EXPORT, IMPORT, document, done, furnish, offer, offering, place};
use crate::support::api::{EC, OTHER_EC};
use crate::support::samples::IBAN;

const DAYS: &str = "<dataInizioValidita>2026-12-01</dataInizioValidita><commissione>Y</commissione>";

fn sound() -> String {
    document(("00001", "Bollo auto"), ("A0001", EC, "Tassa auto"), DAYS)
}

#[tokio::test]
async fn an_offering_is_made_of_a_document_and_an_account() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        let before = desk.whole().await;
        let with_account = format!("{IMPORT}?iban={IBAN}");
        let missing = desk.hand_in(PAYMENTS, IMPORT, sound().as_bytes()).await;
        assert_eq!(missing.findings(), [("/rows/1/iban".to_owned(), "iban_required".to_owned())]);
        let tried = desk.hand_in(PAYMENTS, &format!("{with_account}&dryRun=true"), sound().as_bytes()).await;
        assert_eq!(tried.status, 200, "{}", tried.text);
        assert_eq!((&tried.json()["dryRun"], &tried.json()["created"]), (&true.into(), &1.into()));
        assert_eq!(desk.whole().await, before, "nothing was done");

        let told = desk.hand_in(PAYMENTS, &with_account, sound().as_bytes()).await;
        assert_eq!((told.status.as_u16(), told.json()["created"].as_i64()), (200, Some(1)), "{}", told.text);
        let made = desk.get(PAYMENTS, &format!("{OURS}{}", place("00001"))).await.json();
        assert_eq!(made["state"], "draft");
        let definition = &made["definition"];
        assert_eq!((&definition["subject"], &definition["commission"]), (&"A0001".into(), &"charged".into()));
        assert_eq!((&definition["from"], &definition["iban"]), (&"2026-12-01".into(), &IBAN.into()));
        assert_eq!(definition["name"]["it"], "Tassa auto");
        let again = desk.hand_in(PAYMENTS, IMPORT, sound().as_bytes()).await.json();
        assert_eq!((&again["created"], &again["changed"]), (&0.into(), &0.into()), "{again}");
    })
    .await;
}

#[tokio::test]
async fn what_was_exported_changes_nothing_and_what_was_edited_does() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        offer(desk, &offering("00001")).await;
        offer(desk, &offering("00003")).await;
        let exported = desk.get(OPERATOR, EXPORT).await.text;
        let first = desk.get(OPERATOR, &format!("{EXPORT}?version=1")).await.text;
        for document in [&exported, &first] {
            let told = desk.hand_in(OPERATOR, IMPORT, document.as_bytes()).await;
            assert_eq!(told.status, 200, "{}", told.text);
            let told = told.json();
            assert_eq!(
                (&told["rows"], &told["changed"], &told["created"]),
                (&2.into(), &0.into(), &0.into())
            );
        }
        let edited = exported
            .replacen("2026-01-01", "2026-02-01", 1)
            .replace(">Donazione</descrizioneServizio>", ">Offerta</descrizioneServizio>");
        let refused = desk.hand_in(PAYMENTS, IMPORT, edited.as_bytes()).await;
        assert_eq!(
            refused.findings(),
            [("/rows/2/descrizioneServizio".to_owned(), "other_service".to_owned())],
            "the service is the installation's"
        );
        let told = desk.hand_in(OPERATOR, IMPORT, edited.as_bytes()).await;
        assert_eq!((told.status.as_u16(), told.json()["changed"].as_i64()), (200, Some(3)), "{}", told.text);
        let changed = desk.get(OPERATOR, &format!("{OURS}{}", place("00001"))).await.json();
        assert_eq!(
            (&changed["state"], &changed["definition"]["from"]),
            (&"published".into(), &"2026-02-01".into())
        );
        let service = desk.get(OPERATOR, "/admin/v1/catalogue/services/00003").await.json();
        assert_eq!(service["definition"]["name"]["it"], "Offerta");
        let now = desk.get(OPERATOR, EXPORT).await.text;
        assert!(now.contains(">Offerta</descrizioneServizio>") && now.contains("2026-02-01"), "{now}");
    })
    .await;
}

#[tokio::test]
async fn everything_that_stands_against_a_document_is_told() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        offer(desk, &offering("00003")).await;
        let before = desk.whole().await;
        let unknown = document(("00009", "Mensa"), ("00035", EC, "Mensa"), DAYS);
        let stranger = document(("00001", "Bollo auto"), ("A0001", "99999999990", "Tassa"), DAYS);
        let taken = document(("00001", "Bollo auto"), ("00003", EC, "Tassa"), DAYS);
        let other_schema = sound().replace(">TassaAuto<", ">Altro<");
        let no_category = sound().replace("<xsdRif", "<categoria>Sconosciuta</categoria><xsdRif");
        let backwards =
            sound().replace("<commissione>", "<dataFineValidita>2026-11-30</dataFineValidita><commissione>");
        let cases = [
            (backwards, IBAN, "/rows/1/dataFineValidita", "before_from"),
            (unknown, IBAN, "/rows/1/idServizio", "unknown_service"),
            (taken, IBAN, "/rows/1/idSoggettoServizio", "subject_taken"),
            (other_schema, IBAN, "/rows/1/xsdRiferimento", "other_schema"),
            (no_category, IBAN, "/rows/1/categoria", "unknown_category"),
            (sound(), FREE_IBAN, "/rows/1/iban", "iban_not_owned"),
        ];
        for (text, iban, pointer, code) in cases {
            let told = desk.hand_in(OPERATOR, &format!("{IMPORT}?iban={iban}"), text.as_bytes()).await;
            assert_eq!(told.findings(), [(pointer.to_owned(), code.to_owned())], "{}", told.text);
        }
        let told = desk.hand_in(OPERATOR, &format!("{IMPORT}?iban={IBAN}"), stranger.as_bytes()).await;
        assert!(!told.status.is_success(), "{}", told.text);
        let broken = desk.hand_in(OPERATOR, IMPORT, sound().replace(">A0001<", ">A001<").as_bytes()).await;
        assert_eq!(broken.findings(), [("/file".to_owned(), "invalid_document".to_owned())]);
        let why = "line 3, column 63, /listaCatalogoServizi/catalogoServizi/elencoSoggettiEroganti/soggettoErogante/\
                   idSoggettoServizio: length must be 5";
        assert_eq!(broken.json()["violations"][0]["message"], why);
        let wrong = desk.hand_in(OPERATOR, &format!("{IMPORT}?iban=x"), sound().as_bytes()).await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (400, Some("query_parameter")));
        assert_eq!(desk.whole().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_document_is_about_ones_own_institutions() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        let told = desk.hand_in(OTHER_PAYMENTS, &format!("{IMPORT}?iban={IBAN}"), sound().as_bytes()).await;
        assert_eq!(told.status, 403, "{}", told.text);
        let own = document(("00001", "Bollo auto"), ("A0001", OTHER_EC, "Tassa"), DAYS);
        let told = desk.hand_in(OTHER_PAYMENTS, &format!("{IMPORT}?iban={IBAN}"), own.as_bytes()).await;
        assert_ne!(told.status, 403, "{}", told.text);
        done(desk, Method::GET, "/catalogue/services/00001", None).await;
    })
    .await;
}
