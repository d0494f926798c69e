//! The lists of both versions over the same positions: every status of a word is found, and what the first
//! version cannot express is neither shown nor counted by it.

use super::*;
use varco::domain::ids::ReceiptId;
use varco::domain::position::{OptionShape, Payment, Position, Proof};

fn names(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let list = answer.body["payment_position_list"].as_array().unwrap();
    list.iter().map(|position| position["iupd"].as_str().unwrap()).collect()
}

async fn list(api: Api, version: &str, query: &str) -> Answer {
    let query = format!("?orderby=IUPD&ordering=ASC{query}");
    api.ask_in(version, Method::GET, &query, None).await
}

/// A position of one notice that was paid and accounted for.
fn reported(base: u64) -> Position {
    let mut notice = samples::notice(base, 100);
    let proof = Proof::Receipt(ReceiptId::new("r"));
    notice.payment = Some(Payment { paid_at: samples::now(), proof, fee: None, psp: None, method: None });
    notice.transfers[0].reported_at = Some(samples::now());
    samples::position("reported", vec![samples::option(1, OptionShape::Single, vec![notice])])
}

#[tokio::test]
async fn a_word_finds_every_status_that_it_stands_for() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let due_soon = but(option(&[1]), "/installments/0/dueDate", json!("2026-11-23T00:00:00Z"));
        api.offer(&position("expired", &[due_soon])).await;
        api.offer(&position("invalid", &[option(&[2])])).await;
        api.tell("invalid", "invalidate").await;
        api.create(&position("draft", &[option(&[3])])).await;
        let from = but(option(&[4]), "/validityDate", json!("2026-12-01"));
        api.offer(&position("published", &[from])).await;
        api.offer(&position("valid", &[option(&[5])])).await;
        api.offer(&position("partly", &[option(&[6, 7])])).await;
        gateway.pay(6, 100).await;
        api.offer(&position("paid", &[option(&[8])])).await;
        gateway.pay(8, 100).await;
        gateway.store.create_position(&reported(9)).await.unwrap();
        gateway.clock.set("2026-11-24T00:00:00Z".parse().unwrap());
        for (word, expected) in [
            ("DRAFT", vec!["draft"]),
            ("PUBLISHED", vec!["published"]),
            ("VALID", vec!["valid"]),
            ("UNPAYABLE", vec!["expired", "invalid"]),
            ("PARTIALLY_PAID", vec!["partly"]),
            ("PAID", vec!["paid", "reported"]),
        ] {
            let found = list(api, "v3", &format!("&status={word}")).await;
            assert_eq!(names(&found), expected, "{word}");
            assert_eq!(found.body["page_info"]["total_items"], expected.len());
            for one in found.body["payment_position_list"].as_array().unwrap() {
                assert_eq!(one["status"], word);
                assert_eq!(one, &api.read(one["iupd"].as_str().unwrap()).await.body, "as reading answers");
            }
        }
        assert_eq!(statuses(&api.read("reported").await), ("PAID", vec![vec!["REPORTED"]]));
        let second = list(api, "v3", "&status=UNPAYABLE&limit=1&page=1").await;
        assert_eq!((names(&second), &second.body["page_info"]["total_pages"]), (vec!["invalid"], &json!(2)));
        for (version, word) in [("v3", "INVALID"), ("v3", "EXPIRED"), ("v3", "REPORTED"), ("v1", "UNPAYABLE")]
        {
            let wrong = list(api, version, &format!("&status={word}")).await;
            wrong.is_problem(400, "BAD REQUEST", "query_parameter");
        }
        assert_eq!(
            names(&list(api, "v1", "&status=PAID").await),
            ["paid"],
            "the first version has a word each"
        );
    })
    .await;
}

#[tokio::test]
async fn the_first_version_pages_over_what_it_can_express() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        for base in (10..=60).step_by(10) {
            let ways = [option(&[base, base + 1]), option(&[base + 2, base + 3])];
            let shown = [option(&[base + 4, base + 5]), option(&[base + 6])];
            api.create(&position(&format!("p{base}-plans"), &ways)).await;
            api.create(&position(&format!("p{base}-flat"), &shown)).await;
        }
        let first = list(api, "v1", "&limit=4").await;
        assert_eq!(names(&first), ["p10-flat", "p20-flat", "p30-flat", "p40-flat"]);
        let info = json!({ "page": 0, "limit": 4, "items_found": 4, "total_pages": 2, "total_items": 6 });
        let mut page = first.body["page_info"].clone();
        assert!(page.as_object_mut().unwrap().remove("next_cursor").is_some());
        assert_eq!(page, info);
        assert_eq!(names(&list(api, "v1", "&limit=4&page=1").await), ["p50-flat", "p60-flat"]);
        assert_eq!(list(api, "v3", "").await.body["page_info"]["total_items"], 12);
        assert_eq!(list(api, "v1", "&status=DRAFT").await.body["page_info"]["total_items"], 6);
    })
    .await;
}

/// Two and three options that differ in one thing or in nothing.
fn variants() -> Vec<Position> {
    use varco::domain::fiscal_code::{PersonId, PersonKind};
    use varco::domain::position::{AfterDue, PaymentOption};
    let (single, plan) = (OptionShape::Single, OptionShape::Plan);
    let changes: [fn(&mut PaymentOption); 8] = [
        |_| {},
        |option| option.shape = OptionShape::Plan,
        |option| option.valid_from = None,
        |option| option.valid_from = Some(samples::now()),
        |option| option.after_due = AfterDue::StaysPayable,
        |option| option.debtor.id = PersonId::new(PersonKind::Legal, samples::BROKER).unwrap(),
        |option| option.debtor.full_name = samples::text("Maria Bianchi"),
        |option| option.debtor.address.city = Some(samples::text("Colle")),
    ];
    let mut base = 0;
    let mut notice = || {
        base += 1;
        vec![samples::notice(base, 100)]
    };
    let mut positions = Vec::new();
    for shapes in [vec![single, single], vec![plan, single], vec![single, single, plan]] {
        for change in changes {
            for changed in 0..shapes.len() {
                let options =
                    (1..).zip(&shapes).map(|(number, shape)| samples::option(number, *shape, notice()));
                let mut options: Vec<_> = options.collect();
                change(&mut options[changed]);
                positions.push(samples::position(&format!("p{:03}", positions.len()), options));
            }
        }
    }
    positions
}

#[tokio::test]
async fn the_database_and_the_domain_agree_on_what_the_first_version_can_express() {
    on_both(|database| async move {
        let engine = database.engine;
        let gateway = Gateway::start(database).await;
        let positions = variants();
        for position in &positions {
            gateway.store.create_position(position).await.unwrap();
        }
        let flat = positions.iter().filter(|position| position.is_flat());
        let expected: Vec<String> = flat.map(|position| position.iupd.to_string()).collect();
        assert!(!expected.is_empty() && expected.len() < positions.len());
        let (first, second) = (list(Api::of(&gateway), "v1", "&limit=20").await, "&limit=20&page=1");
        let second = list(Api::of(&gateway), "v1", second).await;
        assert_eq!([names(&first), names(&second)].concat(), expected, "on {engine}");
        assert_eq!(first.body["page_info"]["total_items"], expected.len());
        let every = list(Api::of(&gateway), "v3", "").await;
        assert_eq!(every.body["page_info"]["total_items"], positions.len());
    })
    .await;
}
