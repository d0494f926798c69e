//! The audit as people search it: what they may see, narrowed, page by page, as JSON and as a table.

use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use super::desk::{at, person};
use super::support::api::{Answer, EC, Gateway, OTHER_EC};
use super::support::{TestDatabase, on_both, samples};

const OPERATOR: &str = "key-of-an-operator";
const REFERENT: &str = "key-of-a-referent";

async fn gateway(database: TestDatabase) -> Gateway {
    let gateway = Gateway::start(database).await;
    let referent = KeyRights {
        owner: Tenant::Institution(samples::ec()),
        scopes: BTreeSet::from([KeyScope::Administration]),
        role: Some(Role::TechnicalReferent),
    };
    for (id, secret, rights) in
        [("operator", OPERATOR, KeyRights::operator()), ("referent", REFERENT, referent)]
    {
        let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
        let key = ApiKey { id: id.into(), label: id.into(), institutions, segregation, rights };
        gateway.store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    }
    for (second, who, action, tenant) in [
        (1, "anna", "secret.read", format!("ec:{EC}")),
        (2, "bruno", "key.regenerate", format!("ec:{OTHER_EC}")),
        (3, "anna", "secret.read", format!("broker:{EC}")),
        (4, "carla", "secret.read", "gateway".to_owned()),
        (5, "anna", "key.regenerate", format!("ec:{EC}")),
    ] {
        let tenant = Tenant::parse(&tenant).unwrap();
        gateway
            .store
            .note(&person(who, second), action, (&tenant, &format!("thing-{second}")))
            .await
            .unwrap();
    }
    gateway
}

async fn ask(gateway: &Gateway, key: &str, query: &str) -> Answer {
    gateway.send(request(key, query, "application/json")).await
}

fn request(key: &str, query: &str, accept: &str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(Method::GET).uri(format!("/admin/v1/audit?{query}"));
    let request = request.header("host", "localhost").header("accept", accept);
    request.header("ocp-apim-subscription-key", key).body(Full::default()).unwrap()
}

#[track_caller]
fn numbers(answer: &Answer) -> Vec<i64> {
    let entries = answer.body["entries"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    entries.iter().map(|entry| entry["sequence"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_all_and_a_referent_what_was_done_to_its_own_tenants() {
    on_both(|database| async move {
        let gateway = gateway(database).await;
        assert_eq!(numbers(&ask(&gateway, OPERATOR, "").await), [5, 4, 3, 2, 1]);
        assert_eq!(numbers(&ask(&gateway, REFERENT, "").await), [5, 3, 1], "its own broker's too");
        let foreign = format!("tenant=ec:{OTHER_EC}");
        assert_eq!(numbers(&ask(&gateway, REFERENT, &foreign).await), Vec::<i64>::new());
        assert_eq!(numbers(&ask(&gateway, REFERENT, "tenant=gateway").await), Vec::<i64>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_narrowed_and_read_page_by_page() {
    on_both(|database| async move {
        let gateway = gateway(database).await;
        let second_4 = at(4).to_string();
        for (query, expected) in [
            (format!("tenant=ec:{EC}"), vec![5, 1]),
            ("actor=person:anna".to_owned(), vec![5, 3, 1]),
            ("action=key.regenerate".to_owned(), vec![5, 2]),
            ("target=thing-4".to_owned(), vec![4]),
            (format!("from={second_4}"), vec![5, 4]),
            (format!("actor=person:anna&action=secret.read&to={second_4}"), vec![3, 1]),
            ("actor=nobody".to_owned(), vec![]),
        ] {
            assert_eq!(numbers(&ask(&gateway, OPERATOR, &query).await), expected, "{query}");
        }
        let mut read = Vec::new();
        let mut cursor = String::new();
        for _ in 0..3 {
            let page = ask(&gateway, OPERATOR, &format!("limit=2&cursor={cursor}")).await;
            read.extend(numbers(&page));
            cursor = page.body["nextCursor"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!((read, cursor.as_str()), (vec![5, 4, 3, 2, 1], ""));
        for wrong in
            ["cursor=x", "cursor=0", "limit=101", "tenant=x", "from=x", "from=2026-02-02&to=2026-01-01"]
        {
            assert_eq!(ask(&gateway, OPERATOR, wrong).await.status, 400, "{wrong}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_says_who_as_what_in_which_request_and_why_and_a_table_says_the_same() {
    on_both(|database| async move {
        let gateway = gateway(database).await;
        let answer = ask(&gateway, OPERATOR, "target=thing-2").await;
        let entry = &answer.body["entries"][0];
        assert_eq!(entry["actor"], json!({ "id": "person:bruno", "name": "bruno" }));
        for (field, value) in [
            ("role", "operator"),
            ("actingFor", "gateway"),
            ("requestId", "request-2"),
            ("reason", "perché no"),
            ("action", "key.regenerate"),
            ("tenant", "ec:66666666666"),
        ] {
            assert_eq!(entry[field], value, "{field}");
        }
        assert_eq!(entry["chain"].as_str().map(str::len), Some(64));
        assert!(entry["differences"].as_array().is_some_and(Vec::is_empty) && entry["before"] == Value::Null);

        let stream = TcpStream::connect(gateway.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let table = sender.send_request(request(OPERATOR, "limit=4", "text/csv")).await.unwrap();
        assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(table.headers()["x-next-cursor"], "2");
        let text = String::from_utf8(table.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("\u{feff}sequence;at;actor;name;role;"), "{}", lines[0]);
        assert_eq!(lines.len(), 5);
        assert!(
            lines[1].starts_with("5;") && lines[1].contains(";perché no;key.regenerate;"),
            "{}",
            lines[1]
        );
    })
    .await;
}
