//! Debt positions of several options (GPD v3), each with its own debtor, dates and instalments: over HTTP, in
//! the lists of both versions, and seen by the node. On both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "positions_v3/input.rs"]
mod input;
#[path = "positions_v3/lists.rs"]
mod lists;
#[path = "positions_v3/node.rs"]
mod node;
mod support;
#[path = "positions_v3/updates.rs"]
mod updates;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use jiff::ToSpan;
use serde_json::{Value, json};
use support::api::{Answer, EC, Gateway, KEY, but, iuv, nav};
use support::{TestDatabase, on_both, samples};
use varco::domain::ids::Iupd;
use varco::domain::position::PaymentOption;

/// An API, and the key to it.
#[derive(Clone, Copy)]
struct Api {
    address: std::net::SocketAddr,
    key: &'static str,
}

impl Api {
    fn of(gateway: &Gateway) -> Api {
        Api { address: gateway.address, key: KEY }
    }

    /// Asks for a path below that of the positions in one version of the API.
    async fn ask_in(&self, version: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let uri = format!("/gpd/debt-positions-service/{version}/organizations/{EC}/debtpositions{path}");
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", self.key);
        let body = body.map(Value::to_string).unwrap_or_default();
        support::api::send(self.address, request.body(Full::<Bytes>::from(body)).unwrap()).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask_in("v3", method, path, body).await
    }

    async fn create(&self, body: &Value) -> Answer {
        self.ask(Method::POST, "", Some(body)).await
    }

    async fn offer(&self, body: &Value) -> Answer {
        let created = self.ask(Method::POST, "?toPublish=true", Some(body)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        created
    }

    async fn read(&self, iupd: &str) -> Answer {
        self.ask(Method::GET, &format!("/{iupd}"), None).await
    }

    async fn update(&self, iupd: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, &format!("/{iupd}"), Some(body)).await
    }

    /// What can be done to a position by a POST below it.
    async fn tell(&self, iupd: &str, what: &str) -> Answer {
        self.ask(Method::POST, &format!("/{iupd}/{what}"), None).await
    }
}

/// An instalment of 1.00 euro, due in thirty days.
fn instalment(base: u64) -> Value {
    json!({
        "iuv": iuv("02", base), "amount": 100, "description": "Mensa scolastica",
        "dueDate": "2026-12-22T11:00:00",
        "transfer": [{
            "idTransfer": "1", "amount": 100, "remittanceInformation": "Mensa di novembre",
            "category": "9/0101002IM/", "iban": samples::IBAN,
        }],
    })
}

/// A payment option of Maria's, with an instalment of each base; it expires.
fn option(bases: &[u64]) -> Value {
    let installments: Vec<Value> = bases.iter().copied().map(instalment).collect();
    json!({
        "description": "A rate", "switchToExpired": true,
        "debtor": { "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi" },
        "installments": installments,
    })
}

/// The same, of a company.
fn option_of_company(bases: &[u64]) -> Value {
    let company =
        json!({ "type": "G", "fiscalCode": "12345678903", "fullName": "Mensa srl", "city": "Borgo" });
    but(option(bases), "/debtor", company)
}

fn position(iupd: &str, options: &[Value]) -> Value {
    json!({ "iupd": iupd, "companyName": "Comune di Borgo", "paymentOption": options })
}

/// Maria's plan (1, 2), the company's plan (3, 4) and Maria's whole payment (5).
fn three_ways(iupd: &str) -> Value {
    position(iupd, &[option(&[1, 2]), option_of_company(&[3, 4]), option(&[5])])
}

/// The status of the position, and those of the instalments of each option.
#[track_caller]
fn statuses(answer: &Answer) -> (&str, Vec<Vec<&str>>) {
    assert!(answer.status.is_success(), "{}", answer.body);
    let options = answer.body["paymentOption"].as_array().unwrap().iter();
    let options = options.map(|option| {
        let all = option["installments"].as_array().unwrap().iter();
        all.map(|one| one["status"].as_str().unwrap()).collect()
    });
    (answer.body["status"].as_str().unwrap(), options.collect())
}

#[tokio::test]
async fn a_draft_of_several_plans_is_published_cancelled_and_deleted() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let created = api.create(&three_ways("tari")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        assert_eq!(created.headers["etag"], "\"1\"");
        let open = vec![vec!["UNPAID"; 2], vec!["UNPAID"; 2], vec!["UNPAID"]];
        assert_eq!(statuses(&created), ("DRAFT", open.clone()));

        let published = api.tell("tari", "publish").await;
        assert_eq!(statuses(&published), ("VALID", open.clone()));
        assert_eq!(published.headers["etag"], "\"2\"");
        let read = api.read("tari").await;
        assert_eq!(statuses(&read), ("VALID", open));
        assert_eq!(read.headers["etag"], "\"2\"");

        let closed = vec![vec!["UNPAYABLE"; 2], vec!["UNPAYABLE"; 2], vec!["UNPAYABLE"]];
        assert_eq!(statuses(&api.tell("tari", "invalidate").await), ("UNPAYABLE", closed.clone()));
        assert_eq!(statuses(&api.read("tari").await), ("UNPAYABLE", closed));
        let again = api.tell("tari", "invalidate").await;
        let title = "Existing related payment found or not in invalidable state";
        again.is_problem(409, title, "not_invalidable");

        assert_eq!(api.ask(Method::DELETE, "/tari", None).await.status, StatusCode::OK);
        api.read("tari").await.is_problem(404, "Not found the debt position", "unknown_position");
        assert_eq!(api.create(&three_ways("tari")).await.status, StatusCode::CREATED, "names are free");
        let taken = api.create(&position("other", &[option(&[9]), option(&[8, 4])])).await;
        let title = "The debt position violated constraints of uniqueness";
        taken.is_problem(409, title, "notice_taken");
        assert_eq!(taken.violations(), [("/paymentOption/1/installments/1/iuv", "notice_taken")]);
    })
    .await;
}

#[tokio::test]
async fn reading_shows_each_option_with_its_debtor_and_dates() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let mut later = option_of_company(&[3, 4]);
        later["validityDate"] = json!("2026-12-01");
        later["retentionDate"] = json!("2027-01-31");
        later["switchToExpired"] = json!(false);
        later["installments"][0]["installmentMetadata"] = json!([{ "key": "CAPITOLO", "value": "3/2" }]);
        api.offer(&position("tari", &[option(&[1]), later])).await;
        let read = api.read("tari").await.body;
        assert_eq!(read["organizationFiscalCode"], EC);
        assert_eq!(read["publishDate"], "2026-11-22T10:00:00Z");
        let (now, later) = (&read["paymentOption"][0], &read["paymentOption"][1]);
        assert_eq!(now["debtor"]["fiscalCode"], "RSSMRA80A01H501U");
        assert_eq!(
            (&now["validityDate"], &now["switchToExpired"]),
            (&json!("2026-11-22T10:00:00Z"), &json!(true))
        );
        assert_eq!(now.get("retentionDate"), None);
        assert_eq!(now.get("description"), None, "write-only");
        let debtor =
            json!({ "type": "G", "fiscalCode": "12345678903", "fullName": "Mensa srl", "city": "Borgo" });
        assert_eq!(later["debtor"], debtor);
        assert_eq!(later["validityDate"], "2026-11-30T23:00:00Z");
        assert_eq!(later["retentionDate"], "2027-01-31T22:59:59Z");
        assert_eq!(later["switchToExpired"], false);
        assert_eq!(later["insertedDate"], "2026-11-22T10:00:00Z");
        let first = &later["installments"][0];
        assert_eq!(first["nav"], nav(3));
        assert_eq!((&first["fee"], &first["notificationFee"]), (&json!(0), &json!(0)));
        assert_eq!(first["installmentMetadata"], json!([{ "key": "CAPITOLO", "value": "3/2" }]));
        assert_eq!(first["transfer"][0]["status"], "T_UNREPORTED");
        assert_eq!(first["organizationFiscalCode"], EC);
    })
    .await;
}

#[tokio::test]
async fn what_creation_answers_can_be_sent_again() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let mut body = three_ways("tari");
        body["paymentOption"][1]["validityDate"] = json!("2026-12-01T08:00:00");
        body["paymentOption"][1]["retentionDate"] = json!("2027-12-01T08:00:00");
        let created = api.create(&body).await;
        assert_eq!(created.headers["cache-control"], "no-store");
        api.ask(Method::DELETE, "/tari", None).await;
        let again = api.create(&created.body).await;
        assert_eq!((again.status, again.body), (StatusCode::CREATED, created.body));
    })
    .await;
}

#[tokio::test]
async fn each_option_lives_by_its_own_dates() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let mut plan = option(&[1, 2]);
        plan["validityDate"] = json!("2026-12-01T00:00:00Z");
        plan["installments"][0]["dueDate"] = json!("2026-12-10T00:00:00Z");
        plan["installments"][1]["dueDate"] = json!("2026-12-20T00:00:00Z");
        let mut whole = option_of_company(&[3]);
        whole["validityDate"] = json!("2026-12-05T00:00:00Z");
        whole["installments"][0]["dueDate"] = json!("2026-12-30T00:00:00Z");
        assert_eq!(statuses(&api.offer(&position("tari", &[plan, whole])).await).0, "PUBLISHED");
        for (day, expected) in [
            ("2026-12-01", ("VALID", vec![vec!["UNPAID", "UNPAID"], vec!["UNPAID"]])),
            ("2026-12-15", ("VALID", vec![vec!["EXPIRED", "UNPAID"], vec!["UNPAID"]])),
            ("2026-12-25", ("VALID", vec![vec!["EXPIRED", "EXPIRED"], vec!["UNPAID"]])),
            ("2026-12-31", ("UNPAYABLE", vec![vec!["EXPIRED", "EXPIRED"], vec!["EXPIRED"]])),
        ] {
            gateway.clock.set(format!("{day}T00:00:00Z").parse().unwrap());
            assert_eq!(statuses(&api.read("tari").await), expected, "{day}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_has_no_expired_instalments() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let api = Api::of(&gateway);
    api.create(&position("tari", &[option(&[1, 2])])).await;
    gateway.clock.set(samples::now() + 2000.hours());
    assert_eq!(statuses(&api.read("tari").await), ("DRAFT", vec![vec!["UNPAID"; 2]]));
    let title = "Publish request occurred after the due date of a payment options has expired";
    api.tell("tari", "publish").await.is_problem(409, title, "due_date_passed");
}

#[tokio::test]
async fn a_payment_closes_the_other_options_and_leaves_its_own_plan_open() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        api.offer(&three_ways("tari")).await;
        gateway.pay(3, 100).await;
        let closed = || vec!["UNPAYABLE"; 2];
        let read = api.read("tari").await;
        let expected = vec![closed(), vec!["PAID", "UNPAID"], vec!["UNPAYABLE"]];
        assert_eq!(statuses(&read), ("PARTIALLY_PAID", expected));
        assert_eq!(read.body.get("paymentDate"), None);
        let paid = &read.body["paymentOption"][1]["installments"][0];
        assert_eq!(paid["paymentDate"], "2026-11-22T10:00:00Z");
        assert_eq!((&paid["idReceipt"], &paid["pspCompany"]), (&json!("receipt-3"), &json!("PSP Uno")));
        assert_eq!(paid["fee"], 150);

        gateway.pay(4, 100).await;
        let read = api.read("tari").await;
        let expected = vec![closed(), vec!["PAID", "PAID"], vec!["UNPAYABLE"]];
        assert_eq!(statuses(&read), ("PAID", expected));
        assert_eq!(read.body["paymentDate"], "2026-11-22T10:00:00Z");
        let title = "Existing related payment found";
        api.ask(Method::DELETE, "/tari", None).await.is_problem(409, title, "payment_found");
    })
    .await;
}

#[tokio::test]
async fn the_first_version_refuses_what_it_cannot_express() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let other_dates = but(option(&[11]), "/validityDate", json!("2026-12-01"));
        let other_rule = but(option(&[13]), "/switchToExpired", json!(false));
        let positions = [
            three_ways("plans"),
            position("debtors", &[option(&[8]), option_of_company(&[9])]),
            position("dates", &[option(&[10]), other_dates]),
            position("rules", &[option(&[12]), other_rule]),
        ];
        for body in &positions {
            let created = api.create(body).await;
            assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
            let iupd = body["iupd"].as_str().unwrap();
            let flat = support::api::position(iupd, 20);
            for (method, path, body) in [
                (Method::GET, format!("/{iupd}"), None),
                (Method::PUT, format!("/{iupd}"), Some(&flat)),
                (Method::POST, format!("/{iupd}/publish"), None),
                (Method::POST, format!("/{iupd}/invalidate"), None),
            ] {
                let refused = api.ask_in("v1", method, &path, body).await;
                let title = "The debt position has payment plans that this version does not support";
                refused.is_problem(422, title, "not_expressible");
            }
            assert_eq!(api.read(iupd).await.body["status"], "DRAFT", "nothing happened to {iupd}");
        }
        let deleted = api.ask_in("v1", Method::DELETE, "/plans", None).await;
        assert_eq!(deleted.status, StatusCode::OK, "to delete it, nothing needs to be expressed");
    })
    .await;
}

#[tokio::test]
async fn both_versions_show_a_position_that_both_can_express() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        api.offer(&position("from-v3", &[option(&[1, 2]), option(&[3])])).await;
        let flat = api.ask_in("v1", Method::GET, "/from-v3", None).await;
        assert_eq!(flat.status, StatusCode::OK, "{}", flat.body);
        let partial: Vec<_> = flat.body["paymentOption"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["isPartialPayment"])
            .collect();
        assert_eq!(partial, [true, true, false]);

        let body = &flat.body;
        let debtor = json!({ "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi" });
        let mut again = but(debtor, "/switchToExpired", json!(true));
        for field in ["iupd", "companyName", "paymentOption"] {
            again[field] = body[field].clone();
        }
        again["paymentOption"][2]["description"] = json!("Mensa di dicembre");
        let updated = api.ask_in("v1", Method::PUT, "/from-v3", Some(&again)).await;
        assert_eq!(updated.status, StatusCode::OK, "{}", updated.body);
        let iupd = Iupd::new("from-v3").unwrap();
        let stored = gateway.store.position(&samples::ec(), &iupd).await.unwrap().unwrap();
        let described =
            |option: &PaymentOption| option.description.as_ref().map(|text| text.as_str().to_owned());
        let kept: Vec<_> = stored.options.iter().map(described).collect();
        assert_eq!(kept, [Some("A rate".to_owned()), Some("A rate".to_owned())], "what v1 cannot say stays");

        let rows =
            [support::api::instalment(4), support::api::payment_option(5), support::api::instalment(6)];
        gateway.create_published(&support::api::with_options("from-v1", &rows)).await;
        let read = api.read("from-v1").await;
        assert_eq!(statuses(&read), ("VALID", vec![vec!["UNPAID"; 2], vec!["UNPAID"]]));
        assert_eq!(read.body["paymentOption"][0]["installments"][1]["nav"], nav(6));
        assert_eq!(read.body["paymentOption"][1]["debtor"]["fullName"], "Maria Rossi");
    })
    .await;
}
