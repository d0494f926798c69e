//! The lives of categories, services and offerings: made, changed, published, suspended, ended, gone.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::*;
use crate::support::api::{Answer, EC};
use crate::support::samples;

#[tokio::test(flavor = "multi_thread")]
async fn a_category_is_made_changed_and_taken_away() {
    on_both_desks(async |desk| {
        let path = "/catalogue/categories/cars";
        let made = desk.put(OPERATOR, path, &category("cars")).await;
        assert_eq!((made.status.as_u16(), &made.body), (201, &category("cars")));
        let mut wanted = category("cars");
        wanted["name"]["it"] = json!("Veicoli");
        let changed = desk.put(OPERATOR, path, &wanted).await;
        assert_eq!((changed.status.as_u16(), &changed.body), (200, &wanted));
        let read = desk.get(OWN, path).await;
        assert_eq!((&read.body, tag(&read)), (&wanted, tag(&changed)));
        let list = desk.get(TECHNICAL, "/catalogue/categories").await;
        assert_eq!(list.body, json!({ "categories": [wanted] }));
        Desk::done(&desk.put(OPERATOR, "/catalogue/services/00001", &service("00001")).await);
        desk.delete(OPERATOR, path).await.is_problem(409, "Conflict", "in_use");
        assert_eq!(desk.delete(OPERATOR, "/catalogue/services/00001").await.status, 204);
        assert_eq!(desk.delete(OPERATOR, path).await.status, 204);
        desk.get(OPERATOR, path).await.is_problem(404, "Not Found", "unknown_category");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_a_draft_then_published_suspended_resumed_and_ended_for_good() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let path = "/catalogue/services/00001";
        let state = async || desk.get(OPERATOR, path).await.body["state"].as_str().unwrap().to_owned();
        assert_eq!(state().await, "draft");
        for wrong in ["suspend", "resume"] {
            let refused = desk.post(OPERATOR, &format!("{path}/{wrong}")).await;
            refused.is_problem(409, "Conflict", "not_in_this_state");
        }
        for (act, expected) in
            [("publish", "published"), ("suspend", "suspended"), ("resume", "published"), ("end", "ended")]
        {
            let done = desk.post(OPERATOR, &format!("{path}/{act}")).await;
            assert_eq!((done.status.as_u16(), &done.body["state"]), (200, &json!(expected)), "{}", done.body);
            assert_eq!(state().await, expected);
        }
        for act in ["publish", "suspend", "resume", "end"] {
            let refused = desk.post(OPERATOR, &format!("{path}/{act}")).await;
            refused.is_problem(409, "Conflict", "not_in_this_state");
        }
        desk.post(OPERATOR, &format!("{path}/revive")).await.is_problem(404, "Not Found", "unknown_act");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offering_can_be_asked_for_while_it_and_its_service_are_published() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let path = offered(EC, "00001");
        let made = desk.put(OPERATOR, &path, &offering(EC, "00001")).await;
        assert_eq!((made.status.as_u16(), &made.body["state"]), (201, &json!("draft")), "{}", made.body);
        let open = async || {
            let read = desk.get(OWN, &path).await.body;
            (read["state"].as_str().unwrap().to_owned(), read["open"].as_bool().unwrap())
        };
        Desk::done(&desk.post(OWN, &format!("{path}/publish")).await);
        assert_eq!(open().await, ("published".to_owned(), false), "its service is a draft");
        Desk::done(&desk.post(OPERATOR, "/catalogue/services/00001/publish").await);
        assert_eq!(open().await, ("published".to_owned(), true));
        Desk::done(&desk.post(OWN, &format!("{path}/suspend")).await);
        assert_eq!(open().await, ("suspended".to_owned(), false));
        Desk::done(&desk.post(OWN, &format!("{path}/resume")).await);
        desk.delete(OPERATOR, "/catalogue/services/00001").await.is_problem(409, "Conflict", "in_use");
        Desk::done(&desk.post(OPERATOR, "/catalogue/services/00001/end").await);
        assert_eq!(open().await, ("published".to_owned(), false), "its service has ended");
        assert_eq!(desk.delete(OWN, &path).await.status, 204);
        desk.get(OWN, &path).await.is_problem(404, "Not Found", "unknown_offering");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_leaves_the_state_as_it_is_whatever_the_body_says() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let path = "/catalogue/services/00001";
        let before = desk.get(OPERATOR, path).await.body["definition"].clone();
        let mut wanted = before.clone();
        wanted["name"]["it"] = json!("Tassa automobilistica");
        wanted["stage"] = json!({ "endedAt": "2026-01-01T00:00:00Z" });
        let changed = desk.put(OPERATOR, path, &wanted).await;
        assert_eq!((changed.status.as_u16(), &changed.body["state"]), (200, &json!("published")));
        let after = desk.get(OPERATOR, path).await.body["definition"].clone();
        assert_eq!((&after["stage"], &after["name"]), (&before["stage"], &wanted["name"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_mean_one_version_one_replaces_it() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        for path in [
            "/catalogue/categories/cars".to_owned(),
            "/catalogue/services/00001".into(),
            offered(EC, "00001"),
        ] {
            let read = desk.get(OPERATOR, &path).await;
            let body = read.body.get("definition").unwrap_or(&read.body).clone();
            let named = |name: &str| {
                let mut body = body.clone();
                body["name"] = json!({ "it": name });
                body
            };
            let put = async |name: &str| {
                let (body, tag) = (named(name), tag(&read));
                desk.ask_if(OPERATOR, (Method::PUT, &path), Some(&body), Some(&tag)).await
            };
            let (one, other) = tokio::join!(put("Uno"), put("Due"));
            let mut statuses = [one.status.as_u16(), other.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412], "{path}: {} {}", one.body, other.body);
            let stale = desk.ask_if(OPERATOR, (Method::DELETE, &path), None, Some(&tag(&read))).await;
            stale.is_problem(412, "Precondition Failed", "stale_version");
        }
        let nothing = desk
            .ask_if(OPERATOR, (Method::PUT, "/catalogue/categories/new"), Some(&category("new")), Some("*"))
            .await;
        nothing.is_problem(412, "Precondition Failed", "stale_version");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_second_person_is_published_when_it_is_carried_out() {
    let desk = Desk::careful().await;
    Desk::done(&desk.put(OPERATOR, "/catalogue/categories/cars", &category("cars")).await);
    let waiting = desk.put(OPERATOR, "/catalogue/services/00001", &service("00001")).await;
    assert_eq!(waiting.status, 202, "{}", waiting.body);
    desk.get(OPERATOR, "/catalogue/services/00001").await.is_problem(404, "Not Found", "unknown_service");
    approve(&desk, &waiting, samples::now()).await;
    let waiting = desk.post(OPERATOR, "/catalogue/services/00001/publish").await;
    assert_eq!(waiting.status, 202, "{}", waiting.body);
    let later = samples::now() + jiff::SignedDuration::from_hours(3);
    approve(&desk, &waiting, later).await;
    let read = desk.get(OPERATOR, "/catalogue/services/00001").await.body;
    assert_eq!(read["definition"]["stage"], json!({ "publishedAt": "2026-11-22T13:00:00Z" }));
}

/// Carries out what an answer says that it waits.
async fn approve(desk: &Desk, waiting: &Answer, at: jiff::Timestamp) {
    use varco::domain::access::{Role, Tenant};
    use varco::domain::governance::Author;
    use varco::domain::governance::change::{Deciding, State};
    use varco::store::ChangeAct;

    let id = waiting.headers["location"].to_str().unwrap().rsplit('/').next().unwrap();
    let store = &desk.gateway.store;
    let author = Author {
        actor: "person:second".to_owned(),
        role: Some(Role::Operator),
        tenant: Tenant::Gateway,
        ..Author::gateway("test", at)
    };
    store.act_on_change(&author, id, &[ChangeAct::Approve(Deciding::AsPerson, None)]).await.unwrap();
    assert_eq!(store.apply_change(id, at).await.unwrap(), Some(State::Applied));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_come_in_pages() {
    on_both_desks(async |desk| {
        desk.open_shop().await;
        let mut below = category("motorbikes");
        below["parent"] = json!("cars");
        Desk::done(&desk.put(OPERATOR, "/catalogue/categories/motorbikes", &below).await);
        let mut other = donation("gift", EC);
        other["category"] = json!("motorbikes");
        Desk::done(&desk.put(OWN, "/catalogue/services/gift", &other).await);
        let ids = async |key: &str, query: &str| -> Vec<String> {
            let list = desk.get(key, &format!("/catalogue/services{query}")).await;
            assert_eq!(list.status, 200, "{}", list.body);
            let services = list.body["services"].as_array().unwrap().clone();
            services.iter().map(|one| one["definition"]["id"].as_str().unwrap().to_owned()).collect()
        };
        for (query, expected) in [
            ("", &["00001", "gift"][..]),
            ("?state=draft", &["gift"]),
            ("?state=published", &["00001"]),
            ("?category=cars", &["00001", "gift"]),
            ("?category=motorbikes", &["gift"]),
            ("?owner=gateway", &["00001"]),
            ("?text=BOLLO", &["00001"]),
            ("?text=nothing", &[]),
            ("?limit=1", &["00001"]),
            ("?limit=1&page=1", &["gift"]),
        ] {
            assert_eq!(ids(OWN, query).await, expected, "{query}");
        }
        assert_eq!(ids(OTHER, "").await, ["00001"], "a draft of another institution is not shown");
        for wrong in ["?state=open", "?category=A", "?page=x", "?limit=0", "?state=draft&state=ended"] {
            let refused = desk.get(OWN, &format!("/catalogue/services{wrong}")).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
        let total = async |key: &str, path: &str| -> Value {
            desk.get(key, path).await.body["pageInfo"]["total"].clone()
        };
        assert_eq!(total(OPERATOR, "/catalogue/offerings").await, 1);
        assert_eq!(total(OWN, "/catalogue/offerings?state=published&service=00001&category=cars").await, 1);
        assert_eq!(total(OWN, "/catalogue/offerings?category=motorbikes").await, 0);
        assert_eq!(total(OTHER, "/catalogue/offerings").await, 0);
        assert_eq!(total(OWN, &format!("/creditor-institutions/{EC}/offerings")).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_others_would_see() {
    on_both_desks(async |desk| {
        desk.furnish().await;
        let path = "/catalogue/services/00001/preview";
        Desk::done(&desk.put(OPERATOR, &offered(EC, "00001"), &offering(EC, "00001")).await);
        let draft = desk.get(OPERATOR, &format!("{path}?language=en")).await;
        assert_eq!(draft.status, 200, "{}", draft.body);
        let seen = ["shown", "idServizio", "descrizioneServizio", "categoria", "xsdRiferimento"];
        assert_eq!(
            seen.map(|name| &draft.body[name]),
            [&json!(false), &json!("00001"), &json!("Car tax"), &json!("Cars"), &json!("TassaAuto"),]
        );
        assert!(draft.body["xsd"].as_str().unwrap().contains("veicoloTarga"));
        assert_eq!(draft.body["form"]["type"], "object");
        let provider = &draft.body["soggettiEroganti"][0];
        assert_eq!((&provider["idSoggettoServizio"], &provider["shown"]), (&json!("00001"), &json!(false)));
        Desk::done(&desk.post(OPERATOR, "/catalogue/services/00001/publish").await);
        Desk::done(&desk.post(OWN, &format!("{}/publish", offered(EC, "00001"))).await);
        let shown = desk.get(OPERATOR, path).await.body;
        assert_eq!((&shown["shown"], &shown["descrizioneServizio"]), (&json!(true), &json!("Bollo auto")));
        desk.get(OWN, &format!("{path}?language=pt")).await.is_problem(400, "BAD REQUEST", "query_parameter");
    })
    .await;
}
