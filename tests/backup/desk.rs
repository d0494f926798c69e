//! What the tests of backups work with: the program, a filled database, and the rows of a backup.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::read::MultiGzDecoder;
use tempfile::TempDir;
use varco::domain::access::Tenant;
use varco::domain::governance::checkpoint::SignedCheckpoint;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::domain::ids::BrokerCode;
use varco::domain::position::OptionShape;
use varco::domain::registry::BrokerFacts;
use varco::store::{ChangeAct, NewChange, Wanted};

use super::support::gateway::TestGateway;
use super::support::messages::{about, paid};
use super::support::trouble::Intruder;
use super::support::{TestDatabase, pki, samples};

/// A folder of one operator, with a configuration for each database.
pub struct Desk {
    pub folder: TempDir,
}

/// What the program did.
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    pub fn new() -> Self {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `varco COMMAND … --config` for that database, not started yet.
    pub fn command(&self, database: &TestDatabase, arguments: &[&str]) -> Command {
        let config = pki::write_config(self.folder.path(), "sqlite://unused");
        let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
        command.args(arguments).arg("--config").arg(config).env("VARCO__DATABASE__URL", &database.url);
        command
    }

    pub async fn run(&self, database: &TestDatabase, arguments: &[&str]) -> Done {
        let mut command = self.command(database, arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        Done::from(output)
    }

    /// Backs up and returns the file.
    pub async fn backup(&self, database: &TestDatabase, name: &str) -> PathBuf {
        let file = self.file(name);
        let done = self.run(database, &["backup", file.to_str().unwrap()]).await;
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        file
    }

    pub async fn restore(&self, database: &TestDatabase, file: &Path) -> Done {
        self.run(database, &["restore", file.to_str().unwrap()]).await
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The rows of each table of a backup, in an order that does not hang on the engine.
pub fn rows(file: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in lines(file) {
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        if let Some(name) = value.get("table") {
            table = name.as_str().unwrap().to_owned();
            tables.entry(table.clone()).or_default();
        } else if value.is_array() {
            assert!(tables.get_mut(&table).unwrap().insert(line), "a row twice in {table}");
        }
    }
    tables
}

pub fn lines(file: &Path) -> Vec<String> {
    let mut text = String::new();
    MultiGzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A gateway on that database, with at least a row in every table.
pub async fn filled(database: TestDatabase) -> TestGateway {
    let gateway = TestGateway::start(database).await;
    for base in 1..=4 {
        gateway.owe(base, 100).await;
    }
    let plan = [5, 6].map(|base| samples::notice(base, 50)).to_vec();
    gateway.create(samples::position("plan", vec![samples::option(1, OptionShape::Plan, plan)])).await;
    assert_eq!(gateway.get_v2(&about(4)).await.fault, None);
    gateway.settle(&paid("r1", 1, 100)).await;
    gateway.settle(&paid("r1-again", 1, 100)).await;
    gateway.settle(&paid("r2", 2, 90)).await;
    gateway.settle(&paid("r5", 5, 50)).await;
    gateway.settle(&paid("nobody", 900, 100)).await;
    // Another payment under a known id: kept aside, whole.
    gateway.send_rt_v2(&paid("r1", 3, 100)).await;
    add_the_rest(&gateway).await;
    add_a_change(&gateway).await;
    gateway
}

/// A change of a broker that waits, with its audit, and a checkpoint.
async fn add_a_change(gateway: &TestGateway) {
    let store = gateway.database.store().await;
    let broker = BrokerCode::new("99000020018").unwrap();
    let facts = BrokerFacts {
        code: broker.clone(),
        description: samples::text("Regione"),
        enabled: true,
        extended_fault_bean: false,
    };
    let proposal = Proposal {
        kind: Kind::Broker,
        target: broker.to_string(),
        tenant: Tenant::Broker(broker),
        wish: Wish::Create,
        wanted: Some(facts.wanted()),
    };
    let author = Author::gateway("tests", samples::now());
    let new = NewChange { id: "change", proposals: &[proposal], rolls_back: None };
    store.keep_change(&author, new, &[ChangeAct::Submit(None)]).await.unwrap();
    let checkpoint = store.audit_stand(samples::now()).await.unwrap().unwrap();
    let signature = "signature".to_owned();
    store.keep_checkpoint(&SignedCheckpoint { checkpoint, signature }).await.unwrap();
    store.close().await;
}

/// A partner with a route, and a receipt on its way that somebody was about to send.
fn of_partners(ec: &str, password: &str) -> [String; 4] {
    [
        format!(
            "INSERT INTO partner (id, owner, name, speaks, url, password_hash, password_keyed, password_at, due_days, \
             wait_for_rpt, enabled, created_at, updated_at) VALUES ('old', 'ec:{ec}', 'x', 'legacy', 'https://x/', \
             {password}, TRUE, 1, 1, 1000, TRUE, 1, 1)"
        ),
        format!(
            "INSERT INTO partner_answer (ec, notice_number, activated_by, activated_at, stood_in_for, stood_in_at) \
             VALUES ('{ec}', '347000000000000001', 'old', 1, 'old', 1)"
        ),
        format!(
            "INSERT INTO partner_delivery (ec, letter, id, partner, form, notice_number, made_at, state, attempts, \
             next_at, held_by, held_until, last_at, last_error) VALUES ('{ec}', 'letter', '0f', 'old', 'rt', \
             '347000000000000001', 1, 'pending', 1, 9000000000000000, 7, 1000, 1, 'x')"
        ),
        format!(
            "INSERT INTO route (ec, station, aux_digit, code, from_at, id, handler, partner, overlap_until, made_at) \
             VALUES ('{ec}', '88888888888_01', 3, '47', 1, 'r1', 'legacy', 'old', 2, 1)"
        ),
    ]
}

/// Rows of the tables that no message of the node fills.
async fn add_the_rest(gateway: &TestGateway) {
    let bytes = |hex: &str| match gateway.engine {
        "sqlite" => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'"),
    };
    let ec = samples::EC;
    let (digest, stamp) = (bytes("00ff80"), bytes("fe00"));
    let mut intruder = Intruder::enter(&gateway.database).await;
    for statement in of_partners(ec, &bytes(&"0f".repeat(32))) {
        intruder.run(&statement).await;
    }
    for statement in [
        format!("INSERT INTO api_key_institution (ec, id) VALUES ('{ec}', 'tests')"),
        "INSERT INTO api_key_segregation (id, code) VALUES ('tests', '02')".to_owned(),
        format!("INSERT INTO retired_notice (ec, notice_number) VALUES ('{ec}', '302000000000000099')"),
        "INSERT INTO taxonomy (code, valid_from, valid_until) \
         VALUES ('9/0101002IM/', '2021-01-01', '2099-12-31')"
            .to_owned(),
        format!(
            "INSERT INTO upload (ec, upload_id, broker, operation, to_publish, dry_run, submitted, received_at, \
             worker, held_until) VALUES ('{ec}', 'u1', '88888888888', 'create', TRUE, FALSE, 2, 1, 7, 1000)"
        ),
        format!(
            "INSERT INTO upload_row (ec, upload_id, row_no, status, message) \
             VALUES ('{ec}', 'u1', 0, 201, 'a \"row\"' || chr_newline || 'è 💶')"
        )
        .replace("chr_newline", if gateway.engine == "sqlite" { "char(10)" } else { "chr(10)" }),
        format!(
            "INSERT INTO answered_request (ec, caller, operation, key_digest, request_digest, answered_at, body) \
             VALUES ('{ec}', 'tests', 'create', {digest}, {digest}, 1, {digest})"
        ),
        "INSERT INTO subscription (id, owner_kind, owner, form, url, label, types, secret_no, created_at, created_by, \
         failures, not_before) VALUES ('s1', 'gateway', '', 'event', 'https://x/', 'x', '', 1, 1, 'tests', 0, 0)"
            .to_owned(),
        format!(
            "INSERT INTO publisher (name, feed, done, worker, held_until) VALUES ('nats', '{ec}', 0, 7, 1000)"
        ),
        format!("INSERT INTO subscription_feed (subscription, feed, fanned) VALUES ('s1', '{ec}', 1)"),
        format!(
            "INSERT INTO delivery (subscription, feed, seq, subject, state, attempts, logged, next_at, held_by, \
             held_until) VALUES ('s1', '{ec}', 1, 'x', 'pending', 0, 0, 1, 7, 1000)"
        ),
        format!(
            "INSERT INTO delivery_attempt (subscription, feed, seq, attempt_no, at, took) \
             VALUES ('s1', '{ec}', 1, 1, 1, 1)"
        ),
        "INSERT INTO former_station (station, broker) VALUES ('88888888888_09', '88888888888')".to_owned(),
        format!("UPDATE receipt_transfer SET stamp = {stamp} WHERE receipt_key = 'nobody'"),
        "INSERT INTO unbooked_message (digest, primitive, reason, received_at, raw) \
         SELECT 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'paSendRTV2', 'x', 1, SUBSTR(raw, 1, 0) FROM receipt WHERE receipt_id = 'r1'"
            .to_owned(),
        "INSERT INTO anomaly (ec, anomaly_id, kind, message_digest, opened_at, entries) SELECT 'gateway', digest, \
         'unbooked_message', digest, 1, 1 FROM unbooked_message WHERE reason = 'x'"
            .to_owned(),
        "INSERT INTO anomaly_note (ec, anomaly_id, note_no, noted_at, what) VALUES ('gateway', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 1, 1, 'noted')"
            .to_owned(),
    ] {
        intruder.run(&statement).await;
    }
}
