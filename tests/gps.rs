//! Services that are paid for without a notice, under the published contract (GPS).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::collections::BTreeSet;

use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};
use support::TestDatabase;
use support::admin::administrator;
use support::api::{Answer, EC, Gateway, KEY, MASTER_KEY, NEW_IBAN, OTHER_EC, but};
use support::samples::{self, IBAN};
use support::trouble::Intruder;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

const OPERATOR: &str = "operator";
/// The payments referent of [`EC`].
const OWN: &str = "payments";

struct Gps(Gateway);

async fn on_both(test: impl AsyncFn(&Gps)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = Gateway::start(database).await;
        administrator(&gateway.store, OPERATOR, "gateway", Role::Operator).await;
        administrator(&gateway.store, OWN, &format!("ec:{EC}"), Role::PaymentsReferent).await;
        test(&Gps(gateway)).await;
    }
}

impl Gps {
    async fn ask(&self, key: &str, (method, path): (Method, &str), body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/gps/spontaneous-payments-service/v1{path}"))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.0.send(request.body(Full::from(body)).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(KEY, (Method::GET, path), None).await
    }

    async fn post(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.ask(key, (Method::POST, path), Some(body)).await
    }

    async fn put(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.ask(key, (Method::PUT, path), Some(body)).await
    }

    async fn delete(&self, key: &str, path: &str) -> Answer {
        self.ask(key, (Method::DELETE, path), None).await
    }

    /// A service, and [`EC`] that provides it.
    async fn open_shop(&self) {
        let made = self.post(OPERATOR, "/services", &service()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let body = json!({ "companyName": "Comune di Borgo", "enrollments": [with_service(enrollment())] });
        let made = self.post(OWN, &organization(EC), &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
}

fn organization(ec: &str) -> String {
    format!("/organizations/{ec}")
}

fn enrolled(ec: &str) -> String {
    format!("/organizations/{ec}/services/mensa")
}

fn service() -> Value {
    json!({
        "id": "mensa", "name": "Mensa scolastica", "description": "Buoni pasto",
        "transferCategory": "9/0101100IM/", "endpoint": "https://calcolo.example.org", "basePath": "/mensa",
        "status": "ENABLED", "properties": [
            { "name": "alunno", "type": "STRING", "required": true },
            { "name": "pasti", "type": "NUMBER", "required": false },
        ],
    })
}

fn without_id(mut service: Value) -> Value {
    service.as_object_mut().unwrap().remove("id");
    service
}

fn enrollment() -> Value {
    json!({
        "iban": IBAN, "officeName": "Ufficio scuola", "segregationCode": "02",
        "remittanceInformation": "Buoni pasto di {alunno}", "postalIban": NEW_IBAN,
    })
}

fn with_service(mut enrollment: Value) -> Value {
    enrollment["serviceId"] = json!("mensa");
    enrollment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_made_read_changed_and_taken_away() {
    on_both(async |gps| {
        let made = gps.post(OPERATOR, "/services", &service()).await;
        assert_eq!((made.status.as_u16(), &made.body), (201, &service()));
        gps.post(OPERATOR, "/services", &service()).await.is_problem(409, "Conflict", "service_exists");
        let list = gps.get("/services").await;
        let row = json!([{ "id": "mensa", "name": "Mensa scolastica", "description": "Buoni pasto" }]);
        assert_eq!((list.status.as_u16(), &list.body), (200, &row));
        assert_eq!(gps.get("/services/mensa").await.body, service());
        let wanted = but(but(service(), "/status", json!("DISABLED")), "/basePath", json!("/pasti"));
        let changed = gps.put(OPERATOR, "/services/mensa", &without_id(wanted.clone())).await;
        assert_eq!((changed.status.as_u16(), &changed.body), (200, &wanted));
        assert_eq!(gps.get("/services/mensa").await.body, wanted);
        let gone = gps.delete(OPERATOR, "/services/mensa").await;
        assert_eq!((gone.status.as_u16(), gone.body.is_string()), (200, true));
        for absent in [
            gps.get("/services/mensa").await,
            gps.delete(OPERATOR, "/services/mensa").await,
            gps.put(OPERATOR, "/services/mensa", &without_id(service())).await,
        ] {
            absent.is_problem(404, "Service not found", "unknown_service");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_a_service_is_judged_and_all_mistakes_are_told_at_once() {
    on_both(async |gps| {
        let mistakes = [
            ("/id", json!("a b"), "/id", "invalid"),
            ("/name", json!(null), "/name", "required"),
            ("/name", json!("x".repeat(71)), "/name", "invalid"),
            ("/description", json!(1), "/description", "wrong_type"),
            ("/transferCategory", json!("mensa"), "/transferCategory", "invalid"),
            ("/endpoint", json!("ftp://calcolo.example.org"), "/endpoint", "invalid"),
            ("/status", json!("ON"), "/status", "unknown_word"),
            ("/properties/0/name", json!("1 a"), "/properties/0/name", "invalid"),
            ("/properties/0/type", json!("DATE"), "/properties/0/type", "unknown_word"),
            ("/properties/1/name", json!("alunno"), "/properties/1/name", "taken"),
        ];
        for (pointer, value, place, code) in &mistakes {
            let answer = gps.post(OPERATOR, "/services", &but(service(), pointer, value.clone())).await;
            answer.is_problem(400, "BAD REQUEST", "invalid_body");
            assert!(answer.violations().contains(&(*place, *code)), "{pointer} {value}: {}", answer.body);
        }
        let empty = gps.post(OPERATOR, "/services", &json!({})).await;
        assert_eq!(empty.violations().len(), 6, "{}", empty.body);
        assert_eq!(gps.get("/services").await.body, json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_institution_takes_part_changes_and_leaves() {
    on_both(async |gps| {
        gps.open_shop().await;
        let read = gps.get(&organization(EC)).await;
        let expected = json!({
            "fiscalCode": EC, "companyName": "Comune di Borgo", "status": "ENABLED",
            "enrollments": [with_service(enrollment())],
        });
        assert_eq!((read.status.as_u16(), &read.body), (200, &expected));
        let again = gps.post(OWN, &organization(EC), &json!({ "companyName": "Comune" })).await;
        again.is_problem(409, "Conflict", "organization_exists");
        let changed = gps.put(OWN, &organization(EC), &json!({ "status": "DISABLED" })).await;
        assert_eq!((changed.status.as_u16(), &changed.body["status"]), (200, &json!("DISABLED")));
        assert_eq!(changed.body["companyName"], "Comune di Borgo", "what is left out stays");
        let catalogue = gps.0.catalogue.refresh(&gps.0.store).await.unwrap();
        let offered = catalogue.offerings().next().unwrap().clone();
        assert!(!offered.takes_part() && !offered.is_open(samples::now()));
        gps.put(OWN, &organization(EC), &json!({ "status": "ENABLED", "companyName": "Borgo" })).await;
        let catalogue = gps.0.catalogue.refresh(&gps.0.store).await.unwrap();
        assert!(catalogue.offerings().next().unwrap().is_open(samples::now()));
        gps.delete(OWN, &organization(EC)).await.is_problem(409, "Conflict", "in_use");
        assert_eq!(gps.delete(OWN, &enrolled(EC)).await.status, 200);
        assert_eq!(gps.delete(OWN, &organization(EC)).await.status, 200);
        gps.get(&organization(EC)).await.is_problem(404, "Organization not found", "unknown_organization");
        gps.delete(OWN, &organization(EC)).await.is_problem(
            404,
            "Organization not found",
            "unknown_organization",
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_is_made_read_changed_and_taken_away() {
    on_both(async |gps| {
        gps.open_shop().await;
        assert_eq!(gps.get(&enrolled(EC)).await.body, with_service(enrollment()));
        gps.post(OWN, &enrolled(EC), &enrollment()).await.is_problem(409, "Conflict", "enrollment_exists");
        let changed = but(enrollment(), "/officeName", json!("Ufficio mensa"));
        let answer = gps.put(OWN, &enrolled(EC), &changed).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["enrollments"]),
            (200, &json!([with_service(changed)]))
        );
        assert_eq!(gps.delete(OWN, &enrolled(EC)).await.status, 200);
        for absent in [
            gps.get(&enrolled(EC)).await,
            gps.put(OWN, &enrolled(EC), &enrollment()).await,
            gps.delete(OWN, &enrolled(EC)).await,
        ] {
            absent.is_problem(404, "Enrollment to service not found", "unknown_enrollment");
        }
        let made = gps.post(OWN, &enrolled(EC), &but(enrollment(), "/segregationCode", json!("2"))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(gps.get(&enrolled(EC)).await.body["segregationCode"], "02", "it is a number");
        let unknown = gps.post(OWN, &format!("/organizations/{EC}/services/none"), &enrollment()).await;
        unknown.is_problem(404, "Service not found", "unknown_service");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_codes_are_those_of_the_institution() {
    on_both(async |gps| {
        gps.open_shop().await;
        let unfit = [
            ("/iban", json!("IT80Z0599903600000000001001"), "/iban", "iban_not_owned"),
            ("/postalIban", json!(IBAN), "/postalIban", "not_postal"),
            ("/segregationCode", json!("77"), "/segregationCode", "no_station"),
        ];
        for (pointer, value, place, code) in unfit {
            let answer = gps.put(OWN, &enrolled(EC), &but(enrollment(), pointer, value)).await;
            answer.is_problem(422, "Unprocessable Entity", "invalid_definition");
            assert_eq!(answer.violations(), [(place, code)]);
        }
        let wrong = [
            ("/iban", json!("ABCD"), "/iban", "invalid"),
            ("/iban", json!(null), "/iban", "required"),
            ("/segregationCode", json!("due"), "/segregationCode", "invalid"),
            ("/remittanceInformation", json!("{classe}"), "/remittanceInformation", "unknown_field"),
        ];
        for (pointer, value, place, code) in wrong {
            let answer = gps.put(OWN, &enrolled(EC), &but(enrollment(), pointer, value)).await;
            answer.is_problem(400, "BAD REQUEST", "invalid_body");
            assert_eq!(answer.violations(), [(place, code)]);
        }
        let body = json!({ "companyName": "Comune di Colle", "enrollments": [with_service(enrollment())] });
        let refused = gps.post(OPERATOR, &organization(OTHER_EC), &body).await;
        let places: BTreeSet<&str> = refused.violations().into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, BTreeSet::from(["/enrollments/0/postalIban", "/enrollments/0/segregationCode"]));
        let nobody = gps.post(OPERATOR, &organization("12345678903"), &json!({ "companyName": "X" })).await;
        nobody.is_problem(422, "Unprocessable Entity", "not_registered");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_provided_is_not_taken_away() {
    on_both(async |gps| {
        gps.open_shop().await;
        gps.delete(OPERATOR, "/services/mensa").await.is_problem(409, "Conflict", "in_use");
        let wanted = without_id(but(service(), "/transferCategory", json!("9/0101101IM/")));
        assert_eq!(gps.put(OPERATOR, "/services/mensa", &wanted).await.status, 200);
        assert_eq!(gps.get(&enrolled(EC)).await.status, 200, "the enrolment is still there");
        let nameless = without_id(but(service(), "/properties", json!([])));
        let refused = gps.put(OPERATOR, "/services/mensa", &nameless).await;
        refused.is_problem(400, "BAD REQUEST", "invalid_body");
        assert_eq!(refused.violations(), [("/properties", "breaks_offerings")], "{}", refused.body);
        assert_eq!(gps.get(&enrolled(EC)).await.status, 200, "it speaks of a property of the service");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_open_their_own_institutions_only_and_changes_need_a_permission() {
    on_both(async |gps| {
        gps.open_shop().await;
        let all = ApiKey {
            id: "plain".into(),
            label: "plain".into(),
            institutions: ApiScope::Every,
            segregation: Segregation::Every,
            rights: KeyRights { scopes: BTreeSet::from([KeyScope::Positions]), ..KeyRights::data() },
        };
        gps.0.store.add_api_key(&all, &hash_key("plain")).await.unwrap();
        gps.0.refresh().await;
        for path in ["/info", "/services", "/services/mensa", &organization(EC), &enrolled(EC)] {
            assert_eq!(gps.ask("nobody", (Method::GET, path), None).await.status, 401, "{path}");
            let refused = gps.ask("plain", (Method::GET, path), None).await;
            refused.is_problem(403, "Forbidden", "missing_scope_catalogue");
            assert_eq!(gps.ask(MASTER_KEY, (Method::GET, path), None).await.status, 200, "{path}");
        }
        gps.get(&organization(OTHER_EC)).await.is_problem(403, "Forbidden", "foreign_organization");
        for key in [KEY, MASTER_KEY] {
            assert_eq!(gps.post(key, "/services", &service()).await.status, 403);
            assert_eq!(gps.delete(key, &enrolled(EC)).await.status, 403);
        }
        let foreign = gps.put(OWN, &organization(OTHER_EC), &json!({ "status": "DISABLED" })).await;
        foreign.is_problem(403, "Forbidden", "not_permitted");
        gps.put(OWN, "/services/mensa", &without_id(service())).await.is_problem(
            403,
            "Forbidden",
            "not_permitted",
        );
        let own = gps.post(OWN, "/services", &but(service(), "/id", json!("gita"))).await;
        assert_eq!(own.status, 201, "{}", own.body);
        let listed = gps.ask(MASTER_KEY, (Method::GET, "/services"), None).await.body;
        assert_eq!(listed.as_array().unwrap().len(), 2);
        let mut intruder = Intruder::enter(gps.0.database()).await;
        let own = intruder.read("SELECT owner, CAST(1 AS BIGINT) FROM service ORDER BY id").await;
        assert_eq!(own, [(format!("ec:{EC}"), 1), ("gateway".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_our_own_api_knows_stays_when_the_contract_changes_a_service() {
    on_both(async |gps| {
        gps.open_shop().await;
        let admin = async |method: Method, path: &str, body: Option<&Value>| {
            support::admin::ask(gps.0.address, OPERATOR, (method, path), body).await
        };
        let path = "/catalogue/services/mensa";
        let mut definition = admin(Method::GET, path, None).await.body["definition"].clone();
        definition["name"]["en"] = json!("School meals");
        definition["form"]["fields"][0]["maxLength"] = json!(20);
        assert_eq!(admin(Method::PUT, path, Some(&definition)).await.status, 200);
        let wanted = without_id(but(service(), "/name", json!("Mensa")));
        assert_eq!(gps.put(OPERATOR, "/services/mensa", &wanted).await.status, 200);
        let after = admin(Method::GET, path, None).await.body["definition"].clone();
        assert_eq!(after["name"], json!({ "it": "Mensa", "en": "School meals" }));
        assert_eq!(after["form"]["fields"][0]["maxLength"], 20);
        definition["price"] = json!({ "rule": "fixed", "amount": 500 });
        assert_eq!(admin(Method::PUT, path, Some(&definition)).await.status, 200);
        let read = gps.get("/services/mensa").await.body;
        assert_eq!((read.get("endpoint"), &read["status"]), (None, &json!("ENABLED")));
        let refused = gps.put(OPERATOR, "/services/mensa", &wanted).await;
        refused.is_problem(409, "Conflict", "managed_elsewhere");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_answers() {
    on_both(async |gps| {
        let info = gps.get("/info").await;
        assert_eq!((info.status.as_u16(), &info.body["name"]), (200, &json!("varco")));
    })
    .await;
}
