//! PKCS#12 and PEM in and out, judged by the openssl of the machine.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use super::office::{audited, on_both_offices, server};
use super::paper::{Paper, wanted};

const PASSWORD: &str = "una frase lunga";

/// What the openssl of the machine says, if it succeeds.
fn openssl(folder: &TempDir, arguments: &[&str]) -> Result<String, String> {
    let ran = Command::new("openssl").args(arguments).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(if ran.status.success() { &ran.stdout } else { &ran.stderr });
    if ran.status.success() { Ok(said.into_owned()) } else { Err(said.into_owned()) }
}

#[tokio::test]
async fn a_certificate_leaves_with_its_key_only_under_a_password_and_is_read_elsewhere() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let leaf = root.issue(&wanted("borgo"));
        let id = office.bring(&server(&leaf, &[&root])).await;
        let path = format!("/certificates/{id}/export");
        let short = office.ask(Method::POST, &path, Some(&json!({ "password": "breve" }))).await;
        assert_eq!(short.body["violations"][0]["code"], "password_length");
        let file = office.ask(Method::POST, &path, Some(&json!({ "password": PASSWORD }))).await;
        assert_eq!(file.status, StatusCode::OK);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("out.p12"), &file.bytes).unwrap();
        let read = |password: &str| {
            let pass = format!("pass:{password}");
            openssl(&folder, &["pkcs12", "-in", "out.p12", "-nodes", "-passin", &pass])
        };
        let opened = read(PASSWORD).unwrap();
        assert!(opened.contains(leaf.key_pem().trim()) && opened.contains(leaf.pem().trim()));
        assert!(opened.contains(root.pem().trim()), "with the whole chain");
        assert!(read("un'altra frase lunga").is_err());

        let chain = office.ask(Method::GET, &format!("/certificates/{id}/chain"), None).await;
        assert_eq!(String::from_utf8(chain.bytes).unwrap(), leaf.pem() + &root.pem());
        let audited = audited(office).await;
        assert_eq!(
            audited,
            ["certificate.create", "certificate.export"],
            "the one that failed took nothing away"
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_kept_is_not_for_whoever_shows_its_certificate() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let leaf = root.issue(&wanted("borgo"));
        office.bring(&server(&leaf, &[&root])).await;
        let shown = |owner: &str| {
            json!({
                "role": "client", "label": "Preso", "owner": owner, "certificates": leaf.pem() + &root.pem(),
            })
        };
        let check = async |owner: &str| {
            let judged = office.ask(Method::POST, "/certificates/check", Some(&shown(owner))).await;
            let reasons = judged.body["reasons"].as_array().unwrap().clone();
            reasons.iter().any(|reason| reason["code"] == "key_missing")
        };
        assert!(!check("gateway").await, "it is the gateway's own");
        assert!(check("ec:77777777777").await);
        let taken = office.ask(Method::POST, "/certificates", Some(&shown("ec:77777777777"))).await;
        assert_eq!((taken.status.as_u16(), &taken.body["code"]), (400, &json!("unfit_certificate")));
    })
    .await;
}

#[tokio::test]
async fn a_file_made_elsewhere_is_taken_in_whatever_its_order() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let between = root.below("Intermedia");
        let leaf = between.issue(&wanted("borgo"));
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write("leaf.pem", leaf.pem());
        write("key.pem", leaf.key_pem());
        write("above.pem", root.pem() + &between.pem());
        let pass = format!("pass:{PASSWORD}");
        let make = [
            "pkcs12",
            "-export",
            "-in",
            "leaf.pem",
            "-inkey",
            "key.pem",
            "-certfile",
            "above.pem",
            "-out",
            "in.p12",
            "-passout",
            &pass,
        ];
        openssl(&folder, &make).unwrap();
        let packed = STANDARD.encode(std::fs::read(folder.path().join("in.p12")).unwrap());
        let body = |password: &str| {
            json!({
                "role": "soap_server", "label": "Da file", "pkcs12": packed, "password": password,
            })
        };
        let refused = office.ask(Method::POST, "/certificates", Some(&body("sbagliata"))).await;
        assert_eq!(refused.body["violations"][0]["code"], "wrong_password", "{}", refused.body);
        let id = office.bring(&body(PASSWORD)).await;
        let chain = office.ask(Method::GET, &format!("/certificates/{id}/chain"), None).await;
        assert_eq!(String::from_utf8(chain.bytes).unwrap(), leaf.pem() + &between.pem() + &root.pem());
        office.activate(&id).await;
        assert_eq!(office.shown().await, leaf.certificate.to_der().unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_key_under_a_password_is_opened_by_it() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let leaf = root.issue(&wanted("borgo"));
        let cipher = openssl::symm::Cipher::aes_256_cbc();
        let locked = leaf.key.private_key_to_pem_pkcs8_passphrase(cipher, PASSWORD.as_bytes()).unwrap();
        let mut body = server(&leaf, &[&root]);
        body["key"] = json!(String::from_utf8(locked).unwrap());
        for wrong in [json!(null), json!("sbagliata")] {
            body["password"] = wrong;
            let refused = office.ask(Method::POST, "/certificates", Some(&body)).await;
            assert_eq!(refused.body["violations"][0]["code"], "unreadable_key", "{}", refused.body);
        }
        body["password"] = json!(PASSWORD);
        office.bring(&body).await;
    })
    .await;
}
