//! What there is of each tenant: something in every table, with its marker in every text.

use std::collections::BTreeSet;

use bytes::Bytes;
use hyper::Method;
use serde_json::json;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant as Owner};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::iban::Iban;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::notice_number::{AuxDigit, TwoDigits};
use varco::domain::party::{Broker, CreditorInstitution, EcIban, PrimitiveVersion, Station, StationLink};
use varco::domain::receipt::FreeText;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, BookReceipt, KeyRights, Store};

use crate::support::admin::administrator;
use crate::support::api::{Gateway, MASTER_KEY, but, position, send};
use crate::support::samples;
use crate::support::trouble::Intruder;
use crate::world::{BROKERS, ECS, Tenant};

/// Which broker serves which institution: not all of them delegate, and one is served by itself.
pub const LINKS: [(&str, &str); 5] = [
    (ECS[0], ECS[0]),
    (ECS[1], BROKERS[0]),
    (ECS[2], BROKERS[0]),
    (ECS[3], BROKERS[1]),
    (ECS[4], BROKERS[1]),
];

/// Writes everything.
pub async fn seed(gateway: &Gateway, intruder: &mut Intruder) {
    let store = &gateway.store;
    administrator(store, "operator", "gateway", Role::Operator).await;
    for tenant in Tenant::all() {
        parties(store, tenant).await;
    }
    for (ec, broker) in LINKS {
        let link = StationLink {
            ec: FiscalCode::new(ec).unwrap(),
            station: StationCode::new(&format!("{broker}_01")).unwrap(),
            aux_digit: AuxDigit::Three,
            code: TwoDigits::new("02").ok(),
        };
        store.put_link(&link).await.unwrap();
    }
    gateway.refresh().await;
    for tenant in Tenant::all() {
        for statement in rows(tenant) {
            intruder.run(&statement).await;
        }
        keys(store, tenant).await;
        if let Tenant::Ec(_) = tenant {
            payments(gateway, tenant).await;
        }
        audited(gateway, tenant).await;
    }
    gateway.refresh().await;
}

async fn parties(store: &Store, tenant: Tenant) {
    match tenant {
        Tenant::Ec(code) => {
            let name = samples::text(&tenant.name());
            let ec = FiscalCode::new(code).unwrap();
            store.put_creditor_institution(&CreditorInstitution { ec: ec.clone(), name }).await.unwrap();
            let iban = Iban::new(samples::IBAN).unwrap();
            store.put_iban(&EcIban { ec, iban, label: Some(samples::text(&tenant.data())) }).await.unwrap();
        }
        Tenant::Broker(code) => {
            let (broker, name) = (BrokerCode::new(code).unwrap(), samples::text(&tenant.name()));
            store.put_broker(&Broker { code: broker.clone(), name }).await.unwrap();
            let code = StationCode::new(&format!("{code}_01")).unwrap();
            store.put_station(&Station { code, broker, primitives: PrimitiveVersion::V2 }).await.unwrap();
        }
    }
}

/// A name of 32 hexadecimal digits that is the tenant's.
pub fn id_of(tenant: Tenant) -> String {
    let kind = if matches!(tenant, Tenant::Ec(_)) { "e" } else { "b" };
    format!("{kind}{:0>31}", tenant.code())
}

fn rows(tenant: Tenant) -> Vec<String> {
    let (code, stored, data, id) = (tenant.code(), tenant.stored(), tenant.data(), id_of(tenant));
    let now = samples::now().as_microsecond();
    let wanted = json!({
        "name": data, "referent": data, "email": "ufficio@example.org", "telephone": "0612345",
    });
    let proposals = json!([{
        "kind": "contact", "tenant": stored, "target": code, "wish": "put", "wanted": wanted.to_string(),
    }]);
    let role = match tenant {
        Tenant::Ec(_) => "technical_referent",
        Tenant::Broker(_) => "partner_referent",
    };
    let mut all = vec![
        format!(
            "INSERT INTO certificate (id, owner, role, environment, label, content, subject, names, created_at, request, public_key) \
             VALUES ('{id}', '{stored}', 'client', 'test', '{data}', 'request', 'CN={data}', '', {now}, '{data}', '{id}{id}')"
        ),
        format!(
            "INSERT INTO change_request (id, kind, proposals, was, reason, created_at, created_by, creator_name, \
             submitted_at) VALUES ('{id}', 'contact', '{proposals}', '[null]', '{data}', {now}, 'x', '{data}', {now})"
        ),
        format!("INSERT INTO change_tenant (tenant, change_id) VALUES ('{stored}', '{id}')"),
        format!(
            "INSERT INTO change_step (change_id, step_no, act, at, actor, actor_name, acting_for, request, note) \
             VALUES ('{id}', 1, 'submit', {now}, 'x', '{data}', '{stored}', '', '{data}')"
        ),
        format!(
            "INSERT INTO person (id, name, email, created_at) VALUES ('{id}', '{data}', '{id}@example.org', {now})"
        ),
        format!(
            "INSERT INTO profile (id, tenant, name, role, permissions, created_at) VALUES ('{id}', '{stored}', \
             '{data}', '{role}', 'station.read', {now})"
        ),
        format!(
            "INSERT INTO person_grant (id, person, tenant, role, profile, given_at) VALUES ('{id}', '{id}', \
             '{stored}', '{role}', '{id}', {now})"
        ),
    ];
    all.extend(rows_of_its_kind(tenant));
    all
}

/// What only institutions have, and what only brokers.
fn rows_of_its_kind(tenant: Tenant) -> Vec<String> {
    let (code, data, name, id) = (tenant.code(), tenant.data(), tenant.name(), id_of(tenant));
    let now = samples::now().as_microsecond();
    let later = now + 40 * 86_400_000_000;
    // What it is goes with what it is called: whoever works with it reads both.
    match tenant {
        Tenant::Ec(_) => vec![
            format!(
                "UPDATE creditor_institution SET description = '{name}', city = '{data}' WHERE ec = '{code}'"
            ),
            format!(
                "INSERT INTO contact (ec, name, referent, email, telephone) VALUES ('{code}', '{data}', '{data}', \
                 '{data}@example.org', '0612345')"
            ),
            format!("UPDATE iban SET company_name = '{data}', description = '{data}' WHERE ec = '{code}'"),
            format!(
                "INSERT INTO iban_deletion (id, ec, iban, scheduled_at, requested_at) VALUES ('{id}', '{code}', '{}', \
                 {later}, {now})",
                samples::IBAN
            ),
            format!(
                "INSERT INTO activation_step (ec, step, responsible) VALUES ('{code}', 'station', '{data}')"
            ),
            format!("INSERT INTO activation_file (ec, sha256, body) VALUES ('{code}', 'x', '{data}')"),
            format!(
                "INSERT INTO activation_evidence (id, ec, step, shown_no, outcome, note, shown_at, actor, actor_name, \
                 file_name, media_type, sha256) VALUES ('{id}', '{code}', 'station', 1, 'noted', '{data}', {now}, 'x', \
                 '{data}', '{data}', 'text/plain', 'x')"
            ),
            format!(
                "INSERT INTO subscription (id, owner_kind, owner, form, url, label, types, secret_no, created_at, \
                 created_by, failures, not_before) VALUES ('{id}', 'organization', '{code}', 'event', 'https://{data}.it', \
                 '{data}', '', 1, {now}, 'x', 0, 0)"
            ),
        ]
        .into_iter()
        .chain(catalogue(code, &data))
        .collect(),
        Tenant::Broker(_) => vec![
            format!("UPDATE station SET service = '{data}', ip = '{data}' WHERE broker = '{code}'"),
            format!(
                "INSERT INTO maintenance (broker, id, station, start_at, end_at, stand_in) VALUES ('{code}', \
                 {}, '{code}_01', {later}, {later} + 3600000000, FALSE)",
                &code[9..]
            ),
        ],
    }
}

/// A service of an institution's own, and that it offers it: drafts, because what is published is for everybody.
fn catalogue(code: &str, data: &str) -> [String; 5] {
    let (id, text) = (format!("s{code}"), json!({ "it": data }));
    let category = json!({ "id": "cars", "name": { "it": "Automobili" } });
    let service = json!({
        "id": id, "owner": code, "name": text, "category": "cars", "taxonomy": "9/0101002IM/",
        "form": { "fields": [] }, "price": { "rule": "fixed", "amount": 100 }, "remittance": data,
    });
    let offering = json!({
        "organization": code, "service": id, "office": data, "iban": samples::IBAN, "from": "2026-11-01",
    });
    [
        format!(
            "INSERT INTO service_category (id, updated_at, definition) VALUES ('cars', 1, '{category}') \
             ON CONFLICT DO NOTHING"
        ),
        format!(
            "INSERT INTO service (id, owner, category, updated_at, definition) VALUES ('{id}', 'ec:{code}', 'cars', 1, \
             '{service}')"
        ),
        format!(
            "INSERT INTO offering (ec, service, iban, updated_at, definition) VALUES ('{code}', '{id}', '{}', 1, \
             '{offering}')",
            samples::IBAN
        ),
        format!(
            "INSERT INTO catalogue_organization (ec, company_name, enabled, updated_at) VALUES ('{code}', '{data}', \
             TRUE, 1)"
        ),
        "INSERT INTO catalogue_version (name, number) VALUES ('catalogue', 1) ON CONFLICT (name) DO UPDATE \
         SET number = catalogue_version.number + 1"
            .to_owned(),
    ]
}

/// A key of each role, and one to data; each has its name as its secret.
async fn keys(store: &Store, tenant: Tenant) {
    let stored = tenant.stored();
    let roles: &[Role] = match tenant {
        Tenant::Ec(_) => &[Role::PaymentsReferent, Role::TechnicalReferent],
        Tenant::Broker(_) => &[Role::PartnerReferent],
    };
    for role in roles {
        // Its name is told to those for whom it acts, so that it holds no marker.
        administrator(store, &format!("{stored} {}", role.name()), &stored, *role).await;
    }
    let owner = Owner::parse(&stored).unwrap();
    let scopes = BTreeSet::from([
        KeyScope::Positions,
        KeyScope::Receipts,
        KeyScope::Events,
        KeyScope::Catalogue,
        KeyScope::Registry,
    ]);
    let institutions = match tenant {
        Tenant::Ec(code) => ApiScope::Only(BTreeSet::from([FiscalCode::new(code).unwrap()])),
        Tenant::Broker(_) => ApiScope::Only(BTreeSet::new()),
    };
    let rights = KeyRights { owner, scopes, role: None };
    let (id, label, segregation) = (format!("{stored} data"), tenant.data(), Segregation::Every);
    let key = ApiKey { id: id.clone(), label, institutions, segregation, rights };
    store.add_api_key(&key, &hash_key(&id)).await.unwrap();
}

/// A position and a receipt.
async fn payments(gateway: &Gateway, tenant: Tenant) {
    let (code, data) = (tenant.code(), tenant.data());
    let body = but(position(&format!("p{code}"), 1), "/fullName", json!(data));
    let body = but(body, "/companyName", json!(data));
    let body = but(body, "/paymentOption/0/description", json!(data));
    let uri = format!("/gpd/debt-positions-service/v1/organizations/{code}/debtpositions?toPublish=true");
    let request = hyper::Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", MASTER_KEY)
        .body(http_body_util::Full::from(body.to_string()))
        .unwrap();
    let created = send(gateway.address, request).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let ec = FiscalCode::new(code).unwrap();
    let mut receipt = samples::receipt(&format!("r{code}"), 1, 10_000);
    (receipt.recipient, receipt.issuer) = (ec.clone(), ec);
    receipt.subject.description = FreeText::new(&data);
    receipt.subject.company_name.clone_from(&data);
    let raw = Bytes::from(format!("<x>{data}</x>"));
    let booking =
        BookReceipt { receipt, primitive: "paSendRTV2", raw, received_at: samples::now(), deliver_to: None };
    gateway.store.book_receipt(booking).await.unwrap();
}

/// Something that the operator did, with a reason.
async fn audited(gateway: &Gateway, tenant: Tenant) {
    let author = varco::domain::governance::Author {
        actor: "operator".into(),
        name: tenant.data(),
        role: Some(Role::Operator),
        tenant: Owner::Gateway,
        request: String::new(),
        reason: Some(samples::text(&tenant.data())),
        at: samples::now(),
    };
    let owner = Owner::parse(&tenant.stored()).unwrap();
    gateway.store.note(&author, "thing.looked_at", (&owner, &tenant.data())).await.unwrap();
}
