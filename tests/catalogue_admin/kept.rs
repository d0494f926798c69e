//! What is kept, on both databases: each rule between things, and what a change of one does not touch.

use serde_json::{Value, json};
use varco::domain::access::Tenant;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::store::{
    Organization, Store, WriteError, WriteMode, definition_form, definition_tag, offering_target,
    organization_form,
};

use crate::support::api::{EC, OTHER_EC, seed};
use crate::support::{on_both, samples};

const IBAN: &str = samples::IBAN;

fn category(id: &str, parent: Option<&str>) -> (Kind, String, Value) {
    (Kind::Category, id.to_owned(), json!({ "id": id, "parent": parent, "name": { "it": id } }))
}

fn service(id: &str, owner: Option<&str>, category: &str) -> (Kind, String, Value) {
    let definition = json!({ "id": id, "owner": owner, "category": category, "stage": {} });
    (Kind::Service, id.to_owned(), definition)
}

fn offering(ec: &str, service: &str, subject: Option<&str>) -> (Kind, String, Value) {
    let target = offering_target(&FiscalCode::new(ec).unwrap(), service);
    (
        Kind::Offering,
        target,
        json!({ "organization": ec, "service": service, "subject": subject, "iban": IBAN }),
    )
}

fn schema(name: &str) -> (Kind, String, Value) {
    (Kind::ServiceSchema, name.to_owned(), json!({ "name": name, "xsd": "<xs:schema/>" }))
}

fn organization(ec: &str) -> (Kind, String, Value) {
    let (ec, company_name) = (FiscalCode::new(ec).unwrap(), samples::text("Comune"));
    let form = organization_form(&Organization { ec: ec.clone(), company_name, enabled: true });
    (Kind::Organization, ec.to_string(), serde_json::from_str(&form).unwrap())
}

async fn act(
    store: &Store,
    (kind, target): (Kind, &str),
    wish: Wish,
    wanted: Option<String>,
) -> Result<(), WriteError> {
    let proposal = Proposal { kind, tenant: Tenant::Gateway, target: target.to_owned(), wish, wanted };
    let author = Author::gateway("test", samples::now());
    let done = store.carry_out(&author, &[proposal], WriteMode::Commit).await;
    done.map(drop).map_err(|failure| failure.error)
}

async fn put(store: &Store, (kind, target, wanted): &(Kind, String, Value)) -> Result<(), WriteError> {
    act(store, (*kind, target), Wish::Put, Some(definition_form(wanted, None))).await
}

async fn remove(store: &Store, (kind, target, _): &(Kind, String, Value)) -> Result<(), WriteError> {
    act(store, (*kind, target), Wish::Remove, None).await
}

#[track_caller]
fn refused(done: Result<(), WriteError>, code: &str) {
    match done {
        Err(WriteError::Conflict(why)) => assert_eq!(why.code, code, "{why}"),
        other => panic!("{code} was expected, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_comes_back_as_it_was_and_every_change_is_counted() {
    on_both(|database| async move {
        let store = database.store().await;
        seed(&store).await;
        assert_eq!(store.catalogue_version().await.unwrap(), 0);
        let all = [
            category("cars", None),
            schema("TassaAuto.xsd"),
            service("00001", None, "cars"),
            organization(EC),
            offering(EC, "00001", Some("00001")),
        ];
        for one in &all {
            put(&store, one).await.unwrap();
        }
        let found = store.catalogue().await.unwrap();
        assert_eq!((found.version, store.catalogue_version().await.unwrap()), (5, 5));
        let texts =
            [&found.categories, &found.schemas, &found.services, &found.offerings].map(|all| all.join(""));
        let wished = [0, 1, 2, 4].map(|at: usize| all[at].2.to_string());
        assert_eq!(texts, wished);
        assert_eq!(found.organizations[0].company_name.as_str(), "Comune");
        for one in all.iter().rev() {
            remove(&store, one).await.unwrap();
        }
        let found = store.catalogue().await.unwrap();
        assert_eq!(found.version, 10);
        let left = [found.categories, found.schemas, found.services, found.offerings].concat();
        assert!(left.is_empty() && found.organizations.is_empty());
        assert_eq!(store.verify_audit(&[]).await.unwrap().breaches, []);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_on_which_something_hangs() {
    on_both(|database| async move {
        let store = database.store().await;
        seed(&store).await;
        let mut bound = service("00001", None, "cars");
        bound.2["binding"] = json!({ "schema": "TassaAuto.xsd" });
        let above = category("mobility", None);
        let (cars, xsd) = (category("cars", Some("mobility")), schema("TassaAuto.xsd"));
        let (offered, member) = (offering(EC, "00001", None), organization(EC));
        for one in [&above, &cars, &xsd, &bound, &offered, &member] {
            put(&store, one).await.unwrap();
        }
        for one in [&above, &cars, &xsd, &bound, &member] {
            refused(remove(&store, one).await, "in_use");
        }
        refused(act(&store, (Kind::Institution, EC), Wish::Remove, None).await, "in_use");
        let account = format!("{EC}/{IBAN}");
        refused(act(&store, (Kind::Iban, &account), Wish::Remove, None).await, "iban_offered");
        for one in [&offered, &member, &bound, &xsd, &cars, &above] {
            remove(&store, one).await.unwrap();
        }
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_thing_names_has_to_be_there() {
    on_both(|database| async move {
        let store = database.store().await;
        seed(&store).await;
        refused(put(&store, &category("cars", Some("mobility"))).await, "unknown_category");
        put(&store, &category("cars", None)).await.unwrap();
        refused(put(&store, &service("a", None, "trains")).await, "unknown_category");
        refused(put(&store, &service("a", Some("12345678903"), "cars")).await, "unknown_owner");
        refused(put(&store, &offering(EC, "a", None)).await, "unknown_service");
        put(&store, &service("a", None, "cars")).await.unwrap();
        refused(put(&store, &offering("12345678903", "a", None)).await, "not_registered");
        refused(put(&store, &organization("12345678903")).await, "not_registered");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn categories_are_a_tree_of_few_levels() {
    on_both(|database| async move {
        let store = database.store().await;
        put(&store, &category("1", None)).await.unwrap();
        for (above, below) in [("1", "2"), ("2", "3"), ("3", "4"), ("4", "5")] {
            put(&store, &category(below, Some(above))).await.unwrap();
        }
        refused(put(&store, &category("6", Some("5"))).await, "too_deep");
        refused(put(&store, &category("1", Some("3"))).await, "category_circle");
        refused(put(&store, &category("1", Some("1"))).await, "category_circle");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_is_of_one_offering_and_an_own_service_of_its_owner() {
    on_both(|database| async move {
        let store = database.store().await;
        seed(&store).await;
        put(&store, &category("cars", None)).await.unwrap();
        for (id, owner) in [("a", None), ("b", Some(EC))] {
            put(&store, &service(id, owner, "cars")).await.unwrap();
        }
        put(&store, &offering(EC, "a", Some("00001"))).await.unwrap();
        put(&store, &offering(EC, "a", Some("00001"))).await.unwrap();
        refused(put(&store, &offering(OTHER_EC, "a", Some("00001"))).await, "subject_taken");
        refused(put(&store, &offering(EC, "b", Some("00001"))).await, "subject_taken");
        refused(put(&store, &offering(OTHER_EC, "b", None)).await, "service_of_another");
        put(&store, &offering(OTHER_EC, "a", None)).await.unwrap();
        refused(put(&store, &service("a", Some(EC), "cars")).await, "offered_by_others");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_read_an_older_definition_replaces_nothing() {
    on_both(|database| async move {
        let store = database.store().await;
        put(&store, &category("cars", None)).await.unwrap();
        let read = definition_tag(&store.catalogue().await.unwrap().categories[0]);
        let renamed = |name: &str| json!({ "id": "cars", "parent": null, "name": { "it": name } });
        let replace = async |name: &str, tag: &str| {
            let form = definition_form(&renamed(name), Some(tag));
            act(&store, (Kind::Category, "cars"), Wish::Replace, Some(form)).await
        };
        replace("Auto", &read).await.unwrap();
        refused(replace("Automobili", &read).await, "changed_since");
        assert_eq!(store.catalogue().await.unwrap().categories, [renamed("Auto").to_string()]);
        store.close().await;
    })
    .await;
}
