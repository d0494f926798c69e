//! Revocation lists: who is on one is let in no more, whoever brought it and in whatever form.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::office::{Office, authority, caller, on_both_offices};
use super::paper::{Paper, Wanted, wanted};
use crate::support::{TestDatabase, samples};

/// A list of an authority, made by the openssl of the machine, in PEM form.
fn list(folder: &Path, root: &Paper, revoked: &[&Paper], (number, days): (u32, i64)) -> String {
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    write("ca.pem.crl", root.pem());
    write("ca.key.crl", root.key_pem());
    let gone: String = revoked
        .iter()
        .map(|one| {
            let serial = one.certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap();
            format!("R\t301231235959Z\t261101000000Z\t{serial}\tunknown\t/CN=x\n")
        })
        .collect();
    write("index.txt", gone);
    write("crlnumber", format!("{number:04X}\n"));
    write(
        "crl.cnf",
        "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\ncrlnumber = crlnumber\ndefault_md = sha256\n"
            .to_owned(),
    );
    let stamp = |at: Timestamp| at.strftime("%Y%m%d%H%M%SZ").to_string();
    let begin = samples::now() - SignedDuration::from_hours(24 * 10 - i64::from(number));
    let end = samples::now() + SignedDuration::from_hours(24 * days);
    let made = Command::new("openssl")
        .args(["ca", "-gencrl", "-config", "crl.cnf", "-cert", "ca.pem.crl", "-keyfile", "ca.key.crl"])
        .args(["-out", "list.crl", "-crl_lastupdate", &stamp(begin), "-crl_nextupdate", &stamp(end)])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read_to_string(folder.join("list.crl")).unwrap()
}

/// An authority and two callers of it, all in use.
async fn two_callers(office: &Office) -> (Paper, Paper, Paper) {
    let root = Paper::root("Nodo CA");
    let one = root.issue(&Wanted { serial: 11, ..wanted("uno") });
    let other = root.issue(&Wanted { serial: 12, ..wanted("due") });
    for body in [authority(&root), caller(&one), caller(&other)] {
        let id = office.bring(&body).await;
        office.activate(&id).await;
    }
    (root, one, other)
}

#[tokio::test]
async fn who_is_on_a_list_that_was_brought_is_let_in_no_more() {
    on_both_offices(async |office| {
        let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
        let (root, one, other) = two_callers(office).await;
        let folder = tempfile::tempdir().unwrap();
        let pem = list(folder.path(), &root, &[&one], (2, 30));
        assert!(office.lets_in(&one, &[&files]).await && office.lets_in(&other, &[&files]).await);
        let brought = office.ask(Method::POST, "/revocation-lists", Some(&json!({ "list": pem }))).await;
        assert_eq!(
            (brought.status, &brought.body["issuer"]),
            (StatusCode::OK, &json!("CN=Nodo CA")),
            "{}",
            brought.body
        );
        assert!(!office.lets_in(&one, &[&files]).await, "it is on the list");
        assert!(office.lets_in(&other, &[&files]).await, "it is not");

        let older = list(folder.path(), &root, &[], (1, 30));
        let refused = office.ask(Method::POST, "/revocation-lists", Some(&json!({ "list": older }))).await;
        assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("older_list")));
        assert!(!office.lets_in(&one, &[&files]).await);

        let der = openssl::x509::X509Crl::from_pem(list(folder.path(), &root, &[&other], (3, 30)).as_bytes());
        let der = STANDARD.encode(der.unwrap().to_der().unwrap());
        let newer = office.ask(Method::POST, "/revocation-lists", Some(&json!({ "list": der }))).await;
        assert_eq!(newer.status, StatusCode::OK, "{}", newer.body);
        assert!(office.lets_in(&one, &[&files]).await && !office.lets_in(&other, &[&files]).await);

        let lists = office.ask(Method::GET, "/revocation-lists", None).await.body;
        let path = format!("/revocation-lists/{}", lists["lists"][0]["authority"].as_str().unwrap());
        assert_eq!(office.ask(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
        assert!(office.lets_in(&other, &[&files]).await);
        let none = office.ask(Method::POST, "/revocation-lists", Some(&json!({ "list": "ciao" }))).await;
        assert_eq!(none.body["violations"][0]["code"], "not_a_list");
    })
    .await;
}

#[tokio::test]
async fn a_list_that_its_authority_did_not_sign_keeps_nobody_out() {
    on_both_offices(async |office| {
        let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
        let (_, one, other) = two_callers(office).await;
        let namesake = Paper::root("Nodo CA");
        let folder = tempfile::tempdir().unwrap();
        let pem = list(folder.path(), &namesake, &[&one], (2, 30));
        let brought = office.ask(Method::POST, "/revocation-lists", Some(&json!({ "list": pem }))).await;
        assert_eq!(brought.status, StatusCode::OK, "{}", brought.body);
        for caller in [&one, &other] {
            assert!(office.lets_in(caller, &[&files]).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_folder_of_lists_is_read_and_a_new_file_in_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (lists, work) = (folder.path().join("lists"), folder.path().to_owned());
    std::fs::create_dir(&lists).unwrap();
    let setting = [("VARCO__CERTIFICATES__REVOCATION_LISTS", lists.to_str().unwrap())];
    let office = Office::open(TestDatabase::sqlite(), &setting).await;
    let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
    let (root, one, other) = two_callers(&office).await;
    std::fs::write(lists.join("nodo.crl"), list(&work, &root, &[&one], (2, 30))).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(!office.lets_in(&one, &[&files]).await && office.lets_in(&other, &[&files]).await);
    std::fs::write(lists.join("rotto.crl"), "ciao").unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(!office.lets_in(&one, &[&files]).await, "a file that cannot be read leaves what is in use");
    assert!(office.lets_in(&other, &[&files]).await);
    office.gateway.end().await;
}

#[tokio::test]
async fn an_outdated_list_goes_on_counting_or_keeps_everybody_out_as_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, unlisted_may) in [("false", true), ("true", false)] {
        let setting = [("VARCO__CERTIFICATES__REFUSE_ON_OUTDATED_LIST", setting)];
        let office = Office::open(TestDatabase::sqlite(), &setting).await;
        let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
        let (root, one, other) = two_callers(&office).await;
        let pem = list(folder.path(), &root, &[&one], (2, -1));
        let brought = office.ask(Method::POST, "/revocation-lists", Some(&json!({ "list": pem }))).await;
        assert_eq!(brought.body["outdated"], true);
        assert!(!office.lets_in(&one, &[&files]).await, "in either case");
        assert_eq!(office.lets_in(&other, &[&files]).await, unlisted_may);
        office.gateway.end().await;
    }
}
