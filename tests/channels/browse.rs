//! Finding a service, and reading what is asked for it.

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::support::api::{EC, Gateway, OTHER_EC};
use crate::support::catalogue::{self, offering};
use crate::support::{TestDatabase, on_both};
use crate::{OWN, ask, each, read};

#[tokio::test]
async fn categories_are_a_tree_that_counts_what_can_be_asked_for() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let found = read(&gateway, "/categories?language=en").await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.body);
        let shape: Vec<_> = found.body["categories"].as_array().unwrap().iter().collect();
        let expected = [
            json!({ "id": "donations", "name": "Donations", "depth": 0, "services": 1 }),
            json!({ "id": "trade", "name": "Trade", "depth": 0, "services": 1 }),
            json!({ "id": "market", "parent": "trade", "name": "Markets", "depth": 1, "services": 1 }),
        ];
        assert_eq!(shape, expected.iter().collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn services_are_found_by_words_category_institution_place_and_commission() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        for (query, expected) in [
            ("", vec!["00003", "stall"]),
            ("text=DONAZI%C3%93", vec!["00003"]),
            ("text=piazza", vec!["stall"]),
            ("text=mercati%20colle", vec!["stall"]),
            ("text=gift", vec!["00003"]),
            ("text=pizza", vec![]),
            ("category=trade", vec!["stall"]),
            ("category=donations&text=stall", vec![]),
            ("organization=66666666666", vec!["stall"]),
            ("place=borgo%20san%20LORENZO", vec!["00003", "stall"]),
            ("place=Borgo", vec![]),
            ("commission=free", vec!["stall"]),
            ("commission=charged", vec![]),
        ] {
            let found = read(&gateway, &format!("/services?{query}")).await;
            assert_eq!(found.status, StatusCode::OK, "{query}: {}", found.body);
            assert_eq!(each(&found.body["services"], "id"), expected, "{query}");
        }
        let both = read(&gateway, "/services/stall").await;
        assert_eq!(both.body["organizations"], 2, "{}", both.body);
        assert_eq!(each(&both.body["categories"], "id"), ["market", "trade"]);
        for (query, code) in [
            ("page=x", "query_parameter"),
            ("limit=0", "query_parameter"),
            ("language=pt", "query_parameter"),
            ("commission=maybe", "query_parameter"),
            ("organization=1", "query_parameter"),
            ("text=a&text=b", "query_parameter"),
        ] {
            read(&gateway, &format!("/services?{query}")).await.is_problem(400, "BAD REQUEST", code);
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_is_cut_out_and_says_where_it_stands() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let second = read(&gateway, "/services?limit=1&page=1").await;
    assert_eq!(each(&second.body["services"], "id"), ["stall"]);
    let info = json!({ "page": 1, "limit": 1, "itemsFound": 1, "totalPages": 2, "totalItems": 2 });
    assert_eq!(second.body["pageInfo"], info);
    let beyond = read(&gateway, "/services?limit=1&page=9").await;
    assert_eq!(beyond.body["services"], json!([]));
}

#[tokio::test]
async fn an_offering_is_told_of_in_the_language_that_the_caller_likes() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let path = format!("/organizations/{EC}/services/stall");
    let italian = read(&gateway, &path).await;
    assert_eq!(italian.body["name"], "Posteggio in piazza", "{}", italian.body);
    assert_eq!(italian.headers["content-language"], "it");
    let liked = [("accept-language", "de;q=0.2, en-GB;q=0.8")];
    let english = ask(&gateway, OWN, (Method::GET, &path), (&liked, None)).await;
    assert_eq!(english.body["name"], "Stall on the square");
    assert_eq!(english.headers["content-language"], "en");
    assert_eq!(english.body["organization"], json!({ "fiscalCode": EC, "name": "Comune di Borgo" }));
    assert_eq!(english.body["price"], json!({ "kind": "fixed", "amount": 1_250 }));
    assert_eq!(english.body["commission"], "free");
    assert_eq!(english.body["languages"], json!(["it", "en"]));
    let form = english.body["links"]["form"].as_str().unwrap().strip_prefix("/catalogue/v1").unwrap();
    let schema = ask(&gateway, OWN, (Method::GET, form), (&liked, None)).await;
    assert_eq!(schema.headers["content-type"], "application/schema+json");
    assert_eq!(schema.body["properties"]["kind"]["title"], "What you sell", "{}", schema.body);
    let judge = jsonschema::validator_for(&schema.body).unwrap();
    assert!(judge.is_valid(&json!({ "kind": "fruit", "day": "2026-12-01", "power": true })));
    assert!(!judge.is_valid(&json!({ "kind": "stones", "day": "2026-12-01", "power": true })));
    let xsd = read(&gateway, &format!("{path}/form.xsd")).await;
    assert_eq!(
        (xsd.status, &xsd.headers["content-type"]),
        (StatusCode::OK, &"application/xml".parse().unwrap())
    );
    let offerings = read(&gateway, "/services/stall/offerings?language=it").await;
    assert_eq!(each(&offerings.body["offerings"], "name"), ["Posteggio al mercato", "Posteggio in piazza"]);
}

#[tokio::test]
async fn who_has_it_already_is_spared_it_until_it_changes() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let first = read(&gateway, "/services").await;
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"') && first.headers["cache-control"] == "private, max-age=60");
        let known = [("if-none-match", tag.as_str())];
        let again = ask(&gateway, OWN, (Method::GET, "/services"), (&known, None)).await;
        assert_eq!(
            (again.status, &again.headers["etag"]),
            (StatusCode::NOT_MODIFIED, &first.headers["etag"])
        );
        assert!(again.body.is_null());
        let other = ask(&gateway, OWN, (Method::GET, "/services?language=en"), (&known, None)).await;
        assert_eq!(other.status, StatusCode::OK, "in another language it is something else");
        let mut ended = offering(OTHER_EC, "stall");
        ended.1["until"] = json!("2026-11-01");
        catalogue::write(&gateway.store, &[ended]).await;
        gateway.refresh().await;
        let changed = ask(&gateway, OWN, (Method::GET, "/services"), (&known, None)).await;
        assert_eq!(changed.status, StatusCode::OK);
        assert_eq!(read(&gateway, "/services/stall").await.body["organizations"], 1);
    })
    .await;
}

#[tokio::test]
async fn only_what_can_be_asked_for_now_is_there() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let there = format!("/organizations/{EC}/services/stall");
        for (member, value) in [
            ("stage", json!({})),
            (
                "stage",
                json!({ "publishedAt": "2026-01-01T00:00:00Z", "suspendedAt": "2026-02-01T00:00:00Z" }),
            ),
            ("stage", json!({ "publishedAt": "2026-01-01T00:00:00Z", "endedAt": "2026-02-01T00:00:00Z" })),
            ("from", json!("2027-01-01")),
            ("until", json!("2026-11-01")),
        ] {
            let mut closed = offering(EC, "stall");
            closed.1[member] = value.clone();
            catalogue::write(&gateway.store, &[closed]).await;
            gateway.refresh().await;
            for path in [there.clone(), format!("{there}/form"), format!("{there}/form.xsd")] {
                read(&gateway, &path).await.is_problem(404, "Not Found", "unknown_service");
            }
            assert_eq!(read(&gateway, "/services/stall").await.body["organizations"], 1, "{member} {value}");
        }
        for path in ["/services/nothing", "/organizations/1/services/stall", "/services/nothing/offerings"] {
            read(&gateway, path).await.is_problem(404, "Not Found", "unknown_service");
        }
    })
    .await;
}
