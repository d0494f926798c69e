//! The property: whatever is asked by whomever, nothing of a tenant comes back to, or is changed by, who does not
//! act for it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::calls::{Call, Route, routes};
use crate::chance::Chance;
use crate::seed::{LINKS, seed};
use crate::support::api::Gateway;
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both};
use crate::world::{Tenant, World};

/// How many calls are made in a run, and how many between two turns of the world.
const CALLS: usize = 3_000;
const BETWEEN: usize = 40;

/// Somebody with a key.
struct Actor {
    tenant: Tenant,
    key: String,
}

fn actors() -> Vec<Actor> {
    let mut all = Vec::new();
    for tenant in Tenant::all() {
        let stored = tenant.stored();
        let roles: &[&str] = match tenant {
            Tenant::Ec(_) => &["payments_referent", "technical_referent"],
            Tenant::Broker(_) => &["partner_referent"],
        };
        for role in roles {
            all.push(Actor { tenant, key: format!("{stored} {role}") });
        }
        all.push(Actor { tenant, key: format!("{stored} data") });
    }
    all
}

struct Wire(Option<SendRequest<Full<Bytes>>>);

impl Wire {
    async fn send(&mut self, gateway: &Gateway, call: &Call, key: &str) -> (u16, String) {
        let usable = match &mut self.0 {
            Some(sender) => !sender.is_closed() && sender.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            let stream = TcpStream::connect(gateway.address).await.unwrap();
            let (sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            self.0 = Some(sender);
        }
        let request = Request::builder()
            .method(&call.method)
            .uri(&call.path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        let bare = [Method::GET, Method::DELETE].contains(&call.method);
        let body = if bare { String::new() } else { call.body.clone() };
        let request = request.body(Full::from(body)).unwrap();
        let response = self.0.as_mut().unwrap().send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = format!("{:?}", response.headers());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, headers + &String::from_utf8_lossy(&body))
    }
}

/// The rows of all tables that hold what is tenants'. What both sides of a delegation do with it is neither's
/// alone, and the audit tells of everybody.
fn rows(database: &TestDatabase) -> BTreeSet<String> {
    let file = database.url.strip_prefix("sqlite://").unwrap();
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut names = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let shared = ["delegation", "audit", "audit_head", "api_key_use", "answered_request", "usage_call"];
    let mut rows = BTreeSet::new();
    for name in names.iter().filter(|name| !shared.contains(&name.as_str())) {
        let mut all = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = all.column_count();
        let mut found = all.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let cells: Vec<String> =
                (0..columns).map(|column| format!("{:?}", row.get_ref(column).unwrap())).collect();
            // Text is printed as bytes.
            let text: Vec<String> = (0..columns)
                .map(|column| row.get::<_, String>(column).unwrap_or_else(|_| cells[column].clone()))
                .collect();
            rows.insert(format!("{name}: {}", text.join("|")));
        }
    }
    rows
}

/// What came back that should not have.
fn leaks(world: &World, actor: &Actor, (call, answer): (&Call, &str)) -> Vec<String> {
    let foreign = |tenant: &Tenant| *tenant != actor.tenant && tenant.code() != actor.tenant.code();
    let mut found = Vec::new();
    for tenant in Tenant::all().into_iter().filter(foreign) {
        // The exports for partners, as published, are of the institutions that their stations serve.
        let export = call.path.starts_with("/backoffice/external/") || call.path.contains("/export/");
        let exported = export && world.serves(actor.tenant, tenant);
        if answer.contains(&tenant.data()) && !world.sees(actor.tenant, tenant) && !exported {
            found.push(tenant.data());
        }
        if answer.contains(&tenant.name()) && !world.knows(actor.tenant, tenant) {
            found.push(tenant.name());
        }
    }
    found
}

/// Rows among those that changed that are of tenants for whom the actor does not act.
fn foreign(world: &World, actor: &Actor, changed: &[&String]) -> Vec<String> {
    let strangers = Tenant::all()
        .into_iter()
        .filter(|tenant| !world.sees(actor.tenant, *tenant) && tenant.code() != actor.tenant.code());
    let marks: Vec<String> =
        strangers.flat_map(|tenant| [tenant.data(), tenant.name(), tenant.stored()]).collect();
    let of_strangers = changed.iter().filter(|row| marks.iter().any(|mark| row.contains(mark)));
    of_strangers.map(|row| row.to_string()).collect()
}

/// Calls of everybody at random, while delegations come and go; what was changed is looked at on SQLite, where
/// `writes` are among the calls.
async fn run(database: TestDatabase, seeded: u64, writes: bool) {
    let behind = TestDatabase::of(database.engine, database.url.clone());
    let gateway = Gateway::start(database).await;
    let mut intruder = Intruder::enter(&behind).await;
    seed(&gateway, &mut intruder).await;
    let document = crate::support::api::send(
        gateway.address,
        Request::get("/openapi.json").header("host", "localhost").body(Full::default()).unwrap(),
    );
    let all: Vec<Route> = routes(&document.await.body);
    let (reads, changes): (Vec<Route>, Vec<Route>) =
        all.into_iter().partition(|route| route.method == Method::GET);
    let (mut chance, mut world) = (Chance::new(seeded), World::new(BTreeSet::from(LINKS)));
    let (actors, mut wire) = (actors(), Wire(None));
    let mut told: BTreeMap<u16, usize> = BTreeMap::new();
    for number in 0..CALLS {
        if number % BETWEEN == 0 {
            world.turn(&mut chance, &mut intruder).await;
            gateway.clock.set(world.now);
            gateway.refresh().await;
        }
        let actor = chance.one_of(&actors);
        let changing = writes && chance.below(4) == 0;
        let call = Call::at_random(chance.one_of(if changing { &changes } else { &reads }), &mut chance);
        let before = if changing { rows(&behind) } else { BTreeSet::new() };
        let (status, answer) = wire.send(&gateway, &call, &actor.key).await;
        *told.entry(status).or_default() += 1;
        let asked =
            format!("seed {seeded}: {} {} {} {}: {status}", actor.key, call.method, call.path, call.body);
        assert!(status < 500 || status == 503, "{asked} {answer}");
        assert_eq!(leaks(&world, actor, (&call, &answer)), [""; 0], "{asked} {answer}");
        if changing {
            let after = rows(&behind);
            let changed: Vec<&String> = before.symmetric_difference(&after).collect();
            assert_eq!(foreign(&world, actor, &changed), [""; 0], "{asked}");
        }
    }
    let carried_out = told.get(&200).copied().unwrap_or_default();
    assert!(carried_out > CALLS / 20, "little was asked that can be answered: {told:?}");
}

#[tokio::test]
async fn whoever_reads_gets_nothing_of_whom_they_do_not_act_for() {
    on_both(|database| run(database, 5, false)).await;
}

#[tokio::test]
async fn whoever_writes_changes_nothing_of_whom_they_do_not_act_for() {
    for seeded in [1, 2] {
        run(TestDatabase::sqlite(), seeded, true).await;
    }
}
