//! Every rule of a definition, each broken once: where, and by which code. What makes a demand impossible is
//! refused before anything is kept.

use jiff::civil::date;
use serde_json::{Value, json};
use varco::domain::taxonomy::{TaxonomyCode, TaxonomyEntry};

use crate::desk::*;
use crate::support::api::{EC, NEW_IBAN, OTHER_EC, but};
use crate::support::trouble::Intruder;

async fn refused(
    desk: &Desk,
    (key, path): (&str, &str),
    good: &Value,
    mistakes: &[(&str, Value, &str, &str)],
) {
    for (pointer, value, place, code) in mistakes {
        let answer = desk.put(key, path, &but(good.clone(), pointer, value.clone())).await;
        answer.is_problem(422, "Unprocessable Entity", "invalid_definition");
        assert!(answer.violations().contains(&(*place, *code)), "{pointer} {value}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_a_service_has_its_rule() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let taxonomy = |code: &str, from, until| TaxonomyEntry {
            code: TaxonomyCode::listed(code).unwrap(),
            valid_from: from,
            valid_until: until,
        };
        let entries = [
            taxonomy("9/0101002IM/", date(2020, 1, 1), date(2099, 12, 31)),
            taxonomy("9/0101009IM/", date(2020, 1, 1), date(2021, 12, 31)),
        ];
        desk.gateway.store.replace_taxonomy(&entries).await.unwrap();
        desk.gateway.refresh().await;
        let mistakes = [
            ("/id", json!("00002"), "/id", "differs_from_path"),
            ("/name", json!({ "it": " " }), "/name/it", "invalid"),
            ("/name", json!("Bollo"), "/name", "wrong_type"),
            ("/secret", json!(1), "/secret", "unknown_name"),
            ("/category", json!("trains"), "/category", "unknown_category"),
            ("/taxonomy", json!("9/0101002XX/"), "/taxonomy", "invalid"),
            ("/taxonomy", json!("9/0101003IM/"), "/taxonomy", "taxonomy"),
            ("/taxonomy", json!("9/0101009IM/"), "/taxonomy", "taxonomy"),
            ("/remittance", json!("Bollo {colour}"), "/remittance", "unknown_field"),
            ("/payer", json!({ "fiscalCode": "code" }), "/payer/fiscalCode", "unknown_field"),
            ("/price/fields", json!(["colour"]), "/price/fields/0", "unknown_field"),
            ("/binding/schema", json!("TassaMoto"), "/binding/schema", "unknown_schema"),
            ("/binding/paths/1/path", json!("veicoloConTarga/colore"), "/binding/paths/1/path", "path"),
            ("/binding/paths/1/field", json!("colour"), "/binding/paths/1/field", "unknown_field"),
        ];
        refused(desk, (OPERATOR, "/catalogue/services/00001"), &service("00001"), &mistakes).await;
        let nobodys = [("/owner", json!("12345678903"), "/owner", "not_registered")];
        refused(desk, (OPERATOR, "/catalogue/services/gift"), &donation("gift", EC), &nobodys).await;
        let kept = desk.get(OPERATOR, "/catalogue/services/00001").await.body;
        assert_eq!(kept["definition"]["category"], "cars", "nothing was kept");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_an_offering_has_its_rule() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let mistakes = [
            ("/organization", json!(OTHER_EC), "/organization", "differs_from_path"),
            ("/service", json!("00002"), "/service", "differs_from_path"),
            ("/subject", json!("0001"), "/subject", "invalid"),
            ("/iban", json!("IT60X0542811101000000123457"), "/iban", "invalid"),
            ("/iban", json!("IT80Z0599903600000000001001"), "/iban", "iban_not_owned"),
            ("/postalIban", json!("IT60X0542811101000000123456"), "/postalIban", "not_postal"),
            ("/accounting", json!([{ "key": "idServizio", "value": "1" }]), "/accounting/0/key", "reserved"),
            (
                "/accounting",
                json!([{ "key": "NOTIFICATION_FEE", "value": "1" }]),
                "/accounting/0/key",
                "reserved",
            ),
            (
                "/accounting",
                json!([{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }]),
                "/accounting/1/key",
                "taken",
            ),
            ("/segregationCode", json!("77"), "/segregationCode", "no_station"),
            ("/until", json!("2026-10-31"), "/until", "before_from"),
            ("/from", json!("0000-12-31"), "/from", "out_of_range"),
            ("/payableDays", json!(0), "/payableDays", "out_of_range"),
            ("/remittance", json!("{colour}"), "/remittance", "unknown_field"),
            (
                "/price",
                json!({ "rule": "free", "field": "amount", "min": 1, "max": 2 }),
                "/price/field",
                "unknown_field",
            ),
        ];
        refused(desk, (OPERATOR, &offered(EC, "00001")), &offering(EC, "00001"), &mistakes).await;
        let unknown = desk.put(OWN, &offered(EC, "none"), &offering(EC, "none")).await;
        assert_eq!(unknown.violations(), [("/service", "unknown_service")]);
        Desk::done(&desk.put(OWN, "/catalogue/services/gift", &donation("gift", EC)).await);
        let long = desk.put(OWN, &offered(EC, "gift"), &offering(EC, "gift")).await;
        assert_eq!(long.violations(), [("/subject", "service_without_code")]);
        let mut postal = offering(EC, "00001");
        postal["postalIban"] = json!(NEW_IBAN);
        Desk::done(&desk.put(OPERATOR, &offered(EC, "00001"), &postal).await);
        let nobody =
            desk.put(OPERATOR, &offered("12345678903", "00001"), &offering("12345678903", "00001")).await;
        assert_eq!(nobody.status, 404, "{}", nobody.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_held_against_the_world_once_more() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let path = offered(EC, "00001");
        Desk::done(&desk.put(OPERATOR, &path, &offering(EC, "00001")).await);
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder.run("UPDATE iban SET active = FALSE").await;
        desk.gateway.refresh().await;
        let refused = desk.post(OWN, &format!("{path}/publish")).await;
        refused.is_problem(422, "Unprocessable Entity", "invalid_definition");
        assert_eq!(refused.violations(), [("/iban", "iban_not_owned")]);
        intruder.run("UPDATE iban SET active = TRUE").await;
        desk.gateway.refresh().await;
        let mut over = offering(EC, "00001");
        over["until"] = json!("2026-11-21");
        Desk::done(&desk.put(OPERATOR, &path, &over).await);
        let refused = desk.post(OWN, &format!("{path}/publish")).await;
        assert_eq!(refused.violations(), [("/until", "is_over")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_code_is_no_segregation_code() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder.run(&format!("UPDATE station_link SET aux_digit = 0 WHERE ec = '{EC}'")).await;
        desk.gateway.refresh().await;
        let refused = desk.put(OWN, &offered(EC, "00001"), &offering(EC, "00001")).await;
        assert_eq!(refused.violations(), [("/segregationCode", "no_station")], "{}", refused.body);
        let mut any = offering(EC, "00001");
        any.as_object_mut().unwrap().remove("segregationCode");
        Desk::done(&desk.put(OWN, &offered(EC, "00001"), &any).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_keeps_the_fields_that_offerings_speak_of() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let mut own_words = offering(EC, "00001");
        own_words["remittance"] = json!("Bollo {plate} {type}");
        Desk::done(&desk.put(OWN, &offered(EC, "00001"), &own_words).await);
        let mut other = service("00001");
        other["form"]["fields"][1]["name"] = json!("number_plate");
        other["binding"]["paths"][1]["field"] = json!("number_plate");
        other["remittance"] = json!("Bollo auto {number_plate}");
        let refused = desk.put(OPERATOR, "/catalogue/services/00001", &other).await;
        refused.is_problem(422, "Unprocessable Entity", "invalid_definition");
        assert_eq!(refused.violations(), [("/form", "breaks_offerings")], "{}", refused.body);
        assert_eq!(desk.get(OWN, &offered(EC, "00001")).await.body["open"], true, "it is still there");
        own_words.as_object_mut().unwrap().remove("remittance");
        Desk::done(&desk.put(OWN, &offered(EC, "00001"), &own_words).await);
        Desk::done(&desk.put(OPERATOR, "/catalogue/services/00001", &other).await);
        assert_eq!(desk.get(OWN, &offered(EC, "00001")).await.body["open"], true);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_is_taken_once() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let mut other = offering(OTHER_EC, "00001");
        other.as_object_mut().unwrap().remove("segregationCode");
        let refused = desk.put(OTHER, &offered(OTHER_EC, "00001"), &other).await;
        assert_eq!(refused.violations(), [("/segregationCode", "no_station")]);
        Desk::done(&desk.put(OPERATOR, "/catalogue/services/00002", &service("00002")).await);
        let taken = desk.put(OPERATOR, &offered(EC, "00002"), &offering(EC, "00002")).await;
        taken.is_problem(409, "Conflict", "subject_taken");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_compiled_and_refused_with_its_diagnostics() {
    const XSD: &str = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:gift\" \
        elementFormDefault=\"qualified\">\n<xs:element name=\"gift\"><xs:complexType><xs:sequence>\n\
        <xs:element name=\"amount\" type=\"xs:string\"/></xs:sequence></xs:complexType></xs:element></xs:schema>";
    on_both_desks(async |desk| {
        desk.furnish().await;
        let path = "/catalogue/schemas/Gift";
        let broken = XSD.replace("xs:string", "xs:unheard");
        let refused = desk.put(OPERATOR, path, &json!({ "xsd": broken })).await;
        refused.is_problem(422, "Unprocessable Entity", "invalid_definition");
        assert_eq!(refused.violations()[0].0, "/xsd");
        assert!(
            refused.body["violations"][0]["message"].as_str().unwrap().starts_with("line "),
            "{}",
            refused.body
        );
        let made = desk.put(OPERATOR, path, &json!({ "xsd": XSD })).await;
        assert_eq!((made.status.as_u16(), &made.body["paths"]), (201, &json!(["amount"])), "{}", made.body);
        let mut bound = donation("gift", EC);
        bound["binding"] = json!({ "schema": "Gift", "paths": [{ "path": "amount", "field": "amount" }] });
        Desk::done(&desk.put(OWN, "/catalogue/services/gift", &bound).await);
        desk.delete(OPERATOR, path).await.is_problem(409, "Conflict", "in_use");
        let renamed = json!({ "xsd": XSD.replace("amount", "sum") });
        desk.put(OPERATOR, path, &renamed).await.is_problem(409, "Conflict", "breaks_services");
        desk.put(OPERATOR, "/catalogue/schemas/A001", &json!({ "xsd": XSD }))
            .await
            .is_problem(409, "Conflict", "shipped");
        desk.delete(OPERATOR, "/catalogue/schemas/A001").await.is_problem(409, "Conflict", "shipped");
        desk.put(OWN, path, &json!({ "xsd": XSD })).await.is_problem(403, "Forbidden", "not_permitted");
        let list = desk.get(OWN, "/catalogue/schemas").await.body;
        let names: Vec<&str> =
            list["schemas"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["A001", "D847", "Gift", "TassaAuto"]);
        assert_eq!(desk.delete(OPERATOR, "/catalogue/services/gift").await.status, 204);
        assert_eq!(desk.delete(OPERATOR, path).await.status, 204);
        desk.get(OWN, path).await.is_problem(404, "Not Found", "unknown_schema");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_cannot_be_read_is_left_out_and_breaks_no_other() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let mut intruder = Intruder::enter(desk.gateway.database()).await;
        intruder
            .run(
                "INSERT INTO service (id, owner, category, updated_at, definition) VALUES \
                 ('99999', 'gateway', 'cars', 1, '{\"id\":\"99999\",\"fromTheFuture\":true}'); \
                 INSERT INTO offering (ec, service, iban, updated_at, definition) VALUES \
                 ('77777777777', '99999', 'x', 1, 'no JSON at all'); \
                 UPDATE catalogue_version SET number = number + 1",
            )
            .await;
        let list = desk.get(OPERATOR, "/catalogue/services").await.body;
        assert_eq!(list["pageInfo"]["total"], 1, "{list}");
        assert_eq!(desk.get(OWN, &offered(EC, "00001")).await.body["open"], true);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_not_changed_under_what_institutions_say_about_its_fields() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let offered = offered(EC, "00001");
        let named = but(offering(EC, "00001"), "/remittance", json!("Targa {plate}"));
        Desk::done(&desk.put(OWN, &offered, &named).await);
        let mut renamed = service("00001");
        renamed["form"]["fields"][1]["name"] = json!("targa");
        renamed["binding"]["paths"][1]["field"] = json!("targa");
        renamed["remittance"] = json!("Bollo auto {targa}");
        let refused = desk.put(OPERATOR, "/catalogue/services/00001", &renamed).await;
        refused.is_problem(422, "Unprocessable Entity", "invalid_definition");
        assert_eq!(refused.violations(), [("/form", "breaks_offerings")], "{}", refused.body);
        Desk::done(&desk.put(OWN, &offered, &offering(EC, "00001")).await);
        Desk::done(&desk.put(OPERATOR, "/catalogue/services/00001", &renamed).await);
        assert_eq!(desk.get(OWN, &offered).await.body["open"], true);
    })
    .await;
}
