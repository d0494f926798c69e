//! What we show to systems behind us: the certificate that people manage, as soon as it is used.

use std::path::Path;

use serde_json::json;

use super::office::{OWN, Office, operator, server};
use super::paper::{Paper, wanted};
use crate::support::TestDatabase;
use crate::support::gateway::TestGateway;
use crate::support::messages::about;
use crate::support::partner::modern::Modern;
use crate::support::partner::{Way, partner_row};
use crate::support::trouble::Intruder;

fn write(folder: &Path, root: &Paper) {
    let own = root.issue(&wanted("partner"));
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    write("ca.pem", root.pem());
    write("server.pem", own.pem());
    write("server.key", own.key_pem());
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_are_shown_the_certificate_that_people_manage_at_once() {
    let root = Paper::root("Radice dei partner");
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &root);
        let partner = Modern::start(folder.path()).await;
        partner.owes(1, 1000);
        let file = folder.path().join("ca.pem").display().to_string();
        let own = [
            ("VARCO__PARTNERS__ALLOW_NETWORKS", "127.0.0.0/8"),
            ("VARCO__PARTNERS__CA_FILE", &file),
            ("VARCO__PARTNERS__FAILURES", "1000"),
        ];
        let (url, settings) = (database.url.clone(), [&OWN[..], &own].concat());
        let gateway = TestGateway::start_after(database, &url, &settings, async |_, database| {
            let mut intruder = Intruder::enter(database).await;
            intruder.run(&partner_row("uno", &partner.url())).await;
            intruder.run(&Way::to("uno").row()).await;
        })
        .await;
        operator(gateway.store()).await;
        let office = Office { gateway };
        let asks = async || office.gateway.codes(&about(1)).await;
        assert_eq!(asks().await, ["PAA_SYSTEM_ERROR"; 3], "nobody without a certificate is let in");

        for name in ["primo", "secondo"] {
            // Of two that are used the later one is shown.
            office.gateway.clock.advance(jiff::SignedDuration::from_mins(1));
            let leaf = root.issue(&wanted(name));
            let mut body = server(&leaf, &[&root]);
            body["role"] = json!("client");
            let id = office.bring(&body).await;
            office.activate(&id).await;
            let before = partner.seen().len();
            assert_eq!(asks().await, ["OK", "OK", "OK"], "{name}");
            let shown = &partner.seen()[before..];
            let is_shown = shown.iter().all(|seen| seen.caller == leaf.certificate.to_der().unwrap());
            assert!(shown.len() == 3 && is_shown, "{name} is shown on new connections");
        }
        office.gateway.end().await;
    }
}
