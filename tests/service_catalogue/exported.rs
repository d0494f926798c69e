//! What is told to payment service providers.

use hyper::Method;
use serde_json::json;

use crate::desk::{Desk, OPERATOR, OTHER_PAYMENTS, PAYMENTS, on_both_desks};
use crate::shop::{EXPORT, done, furnish, is_valid, offer, offering, place};
use crate::support::api::{EC, OTHER_EC};

#[tokio::test]
async fn published_offerings_are_told_in_both_versions() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        let mut tax = offering("00001");
        tax["name"] = json!({ "it": "Tassa <automobilistica> & altro" });
        (tax["until"], tax["commission"]) = (json!("2030-12-31"), json!("free"));
        offer(desk, &tax).await;
        offer(desk, &offering("00003")).await;
        let told = desk.get(OPERATOR, EXPORT).await;
        assert_eq!(told.status, 200, "{}", told.text);
        assert_eq!(told.headers["content-type"], "application/xml");
        assert!(is_valid(&told.text, "xsd/CatalogoServizi.xsd"), "{}", told.text);
        let parts = [
            "<idServizio>00001</idServizio><descrizioneServizio>Bollo auto</descrizioneServizio>",
            "<idSoggettoServizio>00001</idSoggettoServizio><idDominio>77777777777</idDominio>",
            "<denominazioneEnteCreditore>Tassa &lt;automobilistica&gt; &amp; altro</denominazioneEnteCreditore>",
            "<dataInizioValidita>2026-01-01</dataInizioValidita><dataFineValidita>2030-12-31</dataFineValidita>",
            "<commissione>N</commissione>",
            "<categoria>Mobilità e trasporti</categoria><xsdRiferimento>TassaAuto</xsdRiferimento>",
            "<denominazioneEnteCreditore>Donazione</denominazioneEnteCreditore>",
            "<xsdRiferimento>00003</xsdRiferimento>",
        ];
        for part in parts {
            assert!(told.text.contains(part), "{part}: {}", told.text);
        }
        let first = desk.get(OPERATOR, &format!("{EXPORT}?version=1")).await;
        assert!(is_valid(&first.text, "xsd/CatalogoServizi_1.xsd"), "{}", first.text);
        assert!(!first.text.contains("idSoggettoServizio") && !first.text.contains("commissione"));
        assert_eq!(first.text.matches("<catalogoServizi>").count(), 2);
        let wrong = desk.get(OPERATOR, &format!("{EXPORT}?version=3")).await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (400, Some("query_parameter")));
    })
    .await;
}

#[tokio::test]
async fn only_what_can_be_asked_for_through_the_node_is_told() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        let named = |text: &str, service: &str| text.contains(&format!("<idServizio>{service}</idServizio>"));
        let second = desk.get(OPERATOR, EXPORT).await;
        assert_eq!((second.status.as_u16(), second.json()["code"].as_str()), (404, Some("nothing_listed")));
        let first = desk.get(OPERATOR, &format!("{EXPORT}?version=1")).await;
        assert_eq!(first.status, 200, "the first version may be empty");
        assert!(is_valid(&first.text, "xsd/CatalogoServizi_1.xsd"), "{}", first.text);

        let mut without_name = offering("00003");
        without_name.as_object_mut().unwrap().remove("subject");
        offer(desk, &without_name).await;
        done(desk, Method::PUT, &place("00001"), Some(&offering("00001"))).await;
        assert_eq!(
            desk.get(OPERATOR, EXPORT).await.status,
            404,
            "a draft, and one that the node cannot name"
        );

        let mut later = offering("00001");
        later["from"] = json!("2031-01-01");
        let path = place("00001");
        done(desk, Method::PUT, &path, Some(&later)).await;
        done(desk, Method::POST, &format!("{path}/publish"), None).await;
        assert!(named(&desk.get(OPERATOR, EXPORT).await.text, "00001"), "its first day is to come");
        done(desk, Method::POST, &format!("{path}/suspend"), None).await;
        assert_eq!(desk.get(OPERATOR, EXPORT).await.status, 404);
        done(desk, Method::POST, &format!("{path}/resume"), None).await;
        assert_eq!(desk.get(OPERATOR, EXPORT).await.status, 200);
        done(desk, Method::POST, "/catalogue/services/00001/suspend", None).await;
        assert_eq!(desk.get(OPERATOR, EXPORT).await.status, 404, "nothing of a suspended service");
    })
    .await;
}

#[tokio::test]
async fn institutions_are_told_of_their_own() {
    on_both_desks(async |desk: &Desk| {
        furnish(desk).await;
        offer(desk, &offering("00001")).await;
        assert_eq!(desk.get(PAYMENTS, EXPORT).await.status, 200);
        assert_eq!(desk.get(OTHER_PAYMENTS, EXPORT).await.status, 404);
        let of = |ec: &str| format!("{EXPORT}?organization={ec}");
        assert_eq!(desk.get(OPERATOR, &of(EC)).await.status, 200);
        let none = desk.get(OPERATOR, &of(OTHER_EC)).await;
        assert_eq!((none.status.as_u16(), none.json()["code"].as_str()), (404, Some("nothing_listed")));
        assert_eq!(desk.get(OPERATOR, &of("00000000000")).await.status, 404);
    })
    .await;
}
