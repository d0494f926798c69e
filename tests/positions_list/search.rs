//! What positions are found by, beside what the published contract has, and pages that begin where the
//! last one ended.

use std::collections::BTreeSet;

use super::support::api::*;
use super::support::{TestDatabase, on_both};
use super::{list, names};
use serde_json::{Value, json};

/// Three positions: `a` of Maria, a plan, `b` of a company with a notice of another segregation code, `c`
/// of Maria; one second apart.
async fn three(database: TestDatabase) -> Gateway {
    let gateway = Gateway::start(database).await;
    let second = jiff::SignedDuration::from_secs(1);
    gateway.create_published(&with_options("a", &[instalment(1), instalment(2)])).await;
    gateway.clock.advance(second);
    let mut company = but(position("b", 3), "/type", json!("G"));
    company["fiscalCode"] = json!("12345678903");
    company["paymentOption"][0]["iuv"] = json!(iuv("01", 3));
    gateway.create_published(&company).await;
    gateway.clock.advance(second);
    gateway.create_published(&position("c", 4)).await;
    gateway.clock.advance(second);
    gateway
}

#[tokio::test]
async fn positions_are_found_by_debtor_notice_change_and_segregation_code() {
    on_both(|database| async move {
        let gateway = three(database).await;
        gateway.invalidate("a").await;
        let (nav_of_b, iuv_of_a) = (format!("3{}", iuv("01", 3)), iuv("02", 2));
        for (query, expected) in [
            ("debtor=RSSMRA80A01H501U".to_owned(), vec!["a", "c"]),
            ("debtor=rssmra80a01h501u".to_owned(), vec!["a", "c"]),
            ("debtor=12345678903".to_owned(), vec!["b"]),
            ("debtor=12345678901".to_owned(), vec![]),
            ("debtor=RSSMRA80A01H501U&status=INVALID".to_owned(), vec!["a"]),
            ("debtor=RSSMRA80A01H501U&segregation_code=01".to_owned(), vec![]),
            (format!("nav={nav_of_b}"), vec!["b"]),
            (format!("iuv={iuv_of_a}"), vec!["a"]),
            (format!("iuv={iuv_of_a}&debtor=12345678903"), vec![]),
            (format!("nav={}", nav(9)), vec![]),
            ("segregation_code=02".to_owned(), vec!["a", "c"]),
            ("segregation_code=01".to_owned(), vec!["b"]),
            ("segregation_code=99".to_owned(), vec![]),
            ("updated_since=2026-11-22T10:00:01Z".to_owned(), vec!["a", "b", "c"]),
            ("updated_since=2026-11-22T11:00:02".to_owned(), vec!["a", "c"]),
            ("updated_since=2026-11-22T10:00:03Z".to_owned(), vec!["a"]),
            ("updated_since=2026-11-22T10:00:03.000001Z&debtor=RSSMRA80A01H501U".to_owned(), vec![]),
            ("updated_since=2026-11-22T10:00:02Z&due_date_from=2026-12-22".to_owned(), vec!["a", "c"]),
        ] {
            let found = list(&gateway, &format!("?{query}&orderby=IUPD&ordering=ASC")).await;
            assert_eq!(names(&found), expected, "{query}");
            assert_eq!(found.body["page_info"]["total_items"], expected.len(), "{query}");
        }
        let changed = list(&gateway, "?orderby=UPDATED_DATE&ordering=DESC").await;
        assert_eq!(names(&changed), ["a", "c", "b"], "the last that changed first");
    })
    .await;
}

#[tokio::test]
async fn positions_are_found_by_the_time_of_a_payment() {
    on_both(|database| async move {
        let gateway = three(database).await;
        gateway.pay(2, 10_000).await;
        for (query, expected) in [
            (
                "payment_date_time_from=2026-11-22T10:00:00Z&payment_date_time_to=2026-11-22T10:00:00Z",
                vec!["a"],
            ),
            ("payment_date_time_from=2026-11-22T11:00:00", vec!["a"]),
            ("payment_date_time_from=2026-11-22T10:00:01Z", vec![]),
            ("payment_date_time_to=2026-11-22T09:59:59Z", vec![]),
            ("payment_date_time_to=2026-12-22T11:00:00", vec!["a"]),
            ("payment_date_time_to=2026-12-22T11:00:01", vec![]),
        ] {
            assert_eq!(names(&list(&gateway, &format!("?{query}")).await), expected, "{query}");
        }
        for query in [
            "payment_date_time_from=2026-11-01T00:00:00Z&payment_date_from=2026-11-01",
            "payment_date_time_to=2026-11-01T00:00:00Z&due_date_to=2026-11-01",
        ] {
            let both = list(&gateway, &format!("?{query}")).await;
            both.is_problem(400, "Exclusive Parameters", "exclusive_parameters");
        }
        for query in [
            "payment_date_time_from=2026-11-01T00:00:00Z&payment_date_time_to=2026-12-01T00:00:01Z",
            "payment_date_time_from=2026-11-01T00:00:01Z&payment_date_time_to=2026-11-01T00:00:00Z",
        ] {
            let wrong = list(&gateway, &format!("?{query}")).await;
            wrong.is_problem(400, "The debt positions cannot be recovered", "date_interval");
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_search_is_named_without_its_value() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    for query in [
        "debtor=MARIA-ROSSI",
        "iuv=1234",
        "nav=1234",
        "nav=302000000000000184&iuv=02000000000000184",
        "updated_since=yesterday",
        "segregation_code=1",
        "segregation_code=1a",
        "payment_date_time_from=2026-11-22Tnoon",
        "cursor=*&page=1",
        "debtor=1&debtor=2",
    ] {
        let wrong = list(&gateway, &format!("?{query}")).await;
        wrong.is_problem(400, "BAD REQUEST", "query_parameter");
        assert!(!wrong.body.to_string().contains("MARIA"), "{}", wrong.body);
    }
    for order in ["STATUS", "COMPANY_NAME"] {
        let wrong = list(&gateway, &format!("?cursor=*&orderby={order}")).await;
        wrong.is_problem(400, "BAD REQUEST", "cursor_order");
        assert_eq!(
            list(&gateway, &format!("?orderby={order}")).await.body["page_info"]["next_cursor"],
            Value::Null
        );
    }
}

/// The names on all pages from a cursor on; `between` runs after each page.
async fn walk(
    gateway: &Gateway,
    query: &str,
    mut cursor: String,
    between: impl AsyncFn(usize),
) -> Vec<String> {
    let mut found = Vec::new();
    for page in 0.. {
        let answer = list(gateway, &format!("?{query}&limit=3&cursor={cursor}")).await;
        found.extend(names(&answer).into_iter().map(str::to_owned));
        let info = &answer.body["page_info"];
        assert_eq!(info["page"], 0);
        assert_eq!(info.get("total_items"), None, "nothing is counted");
        match info["next_cursor"].as_str() {
            Some(next) => {
                assert_eq!((&info["total_pages"], &info["items_found"]), (&json!(2), &json!(3)));
                cursor = next.to_owned();
            }
            None => {
                assert_eq!(info["total_pages"], 1);
                return found;
            }
        }
        between(page).await;
    }
    found
}

#[tokio::test]
async fn pages_after_a_cursor_lose_and_double_nothing_while_positions_come_go_and_change() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for base in 1..=10 {
            gateway.create_published(&position(&format!("p{base:02}"), base)).await;
            // Three share an instant, so that the name decides between them.
            if base % 3 == 0 {
                gateway.clock.advance(jiff::SignedDuration::from_secs(1));
            }
        }
        let all: Vec<String> = (1..=10).map(|base| format!("p{base:02}")).collect();
        let back: Vec<String> = all.iter().rev().cloned().collect();
        let mut newcomer = 100;
        for (query, expected) in [
            ("orderby=INSERTED_DATE&ordering=ASC", &all),
            ("orderby=INSERTED_DATE&ordering=DESC", &back),
            ("orderby=IUPD&ordering=ASC", &all),
            ("orderby=IUPD&ordering=DESC", &back),
            ("orderby=IUPD&ordering=ASC&debtor=RSSMRA80A01H501U", &all),
            ("status=VALID&due_date_from=2026-12-22", &back),
        ] {
            let first = newcomer;
            let found = walk(&gateway, query, "*".to_owned(), async |page| {
                // One that changes, one that comes at each end of the list, one of these that goes.
                gateway.update("p05", "?toPublish=true", &position("p05", 5)).await;
                let place = first + page as u64 * 2;
                for (name, base) in [("o", place), ("q", place + 1)] {
                    gateway.create_published(&position(&format!("{name}{base}"), base)).await;
                }
                gateway.invalidate(&format!("o{place}")).await;
                gateway.delete(&format!("o{place}")).await;
            })
            .await;
            newcomer += 100;
            let old: Vec<&String> = found.iter().filter(|name| name.starts_with('p')).collect();
            assert_eq!(old, expected.iter().collect::<Vec<_>>(), "{query}");
            let once: BTreeSet<&String> = found.iter().collect();
            assert_eq!(once.len(), found.len(), "none twice: {query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_goes_on_from_a_counted_page_and_meets_again_what_changed() {
    on_both(|database| async move {
        let gateway = three(database).await;
        let first = list(&gateway, "?orderby=UPDATED_DATE&ordering=ASC&limit=1").await;
        assert_eq!(names(&first), ["a"]);
        gateway.invalidate("a").await;
        let cursor = first.body["page_info"]["next_cursor"].as_str().unwrap().to_owned();
        let rest = walk(&gateway, "orderby=UPDATED_DATE&ordering=ASC", cursor, async |_| {}).await;
        assert_eq!(rest, ["b", "c", "a"], "the change of a is not lost");
    })
    .await;
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_question_only() {
    let gateway = three(TestDatabase::sqlite()).await;
    let first = list(&gateway, "?limit=1&debtor=RSSMRA80A01H501U").await;
    let cursor = first.body["page_info"]["next_cursor"].as_str().unwrap();
    let next = list(&gateway, &format!("?limit=2&debtor=RSSMRA80A01H501U&cursor={cursor}")).await;
    assert_eq!(names(&next), ["a"], "the number on a page may change");
    let damaged = format!("{}A", &cursor[..cursor.len() - 1]);
    for query in [
        format!("debtor=RSSMRA80A01H501U&cursor={damaged}x"),
        format!("debtor=RSSMRA80A01H501U&cursor={}", &cursor[1..]),
        "debtor=RSSMRA80A01H501U&cursor=%2F%2F".to_owned(),
        format!("cursor={cursor}"),
        format!("debtor=12345678903&cursor={cursor}"),
        format!("debtor=RSSMRA80A01H501U&ordering=ASC&cursor={cursor}"),
        format!("debtor=RSSMRA80A01H501U&orderby=IUPD&cursor={cursor}"),
    ] {
        list(&gateway, &format!("?{query}")).await.is_problem(400, "BAD REQUEST", "cursor");
    }
}
