//! Every kind of bad certificate is refused by its reason, all reasons at once.

use hyper::{Method, StatusCode};
use openssl::hash::MessageDigest;
use serde_json::{Value, json};

use super::office::{Office, authority, caller, server};
use super::paper::{Paper, Wanted, rsa, wanted};
use crate::support::TestDatabase;

/// The reasons for which a certificate is refused.
async fn reasons(office: &Office, body: &Value) -> Vec<String> {
    let judged = office.ask(Method::POST, "/certificates/check", Some(body)).await;
    assert_eq!(judged.status, StatusCode::OK, "{}", judged.body);
    let brought = office.ask(Method::POST, "/certificates", Some(body)).await;
    assert_eq!(judged.body["fit"] == json!(true), brought.status == StatusCode::CREATED, "{}", brought.body);
    let reasons = judged.body["reasons"].as_array().unwrap();
    if let Some(violations) = brought.body["violations"].as_array() {
        assert_eq!(violations, reasons, "both say the same");
    }
    assert!(reasons.iter().all(|one| one["message"].as_str().is_some_and(|text| text.len() > 15)));
    reasons.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

/// An authority with one below it.
struct Bench {
    root: Paper,
    between: Paper,
}

/// What is wrong, the body, and the reasons.
type Row = (&'static str, Value, Vec<&'static str>);

impl Bench {
    fn good(&self) -> Paper {
        self.between.issue(&wanted("borgo"))
    }

    fn but(&self, change: impl Fn(&mut Wanted)) -> Paper {
        let mut wanted = wanted("borgo");
        change(&mut wanted);
        self.between.issue(&wanted)
    }

    /// A server certificate with its whole chain.
    fn ours(&self, leaf: &Paper) -> Value {
        server(leaf, &[&self.between, &self.root])
    }

    /// The same with that key.
    fn with_key(&self, leaf: &Paper, key: Value) -> Value {
        let mut body = self.ours(leaf);
        body["key"] = key;
        body
    }

    fn chains(&self) -> Vec<Row> {
        let (root, between) = (&self.root, &self.between);
        let namesake = Paper::root("Intermedia");
        let ended = Wanted { is_authority: true, usage: &[], days: (-9, -2), ..wanted("Intermedia") };
        let ended = root.issue(&ended);
        let not_one = root.issue(&wanted("Intermedia"));
        let incomplete = || vec!["chain_incomplete"];
        vec![
            ("nothing is wrong", self.ours(&self.good()), vec![]),
            ("the leaf is alone", server(&self.good(), &[]), incomplete()),
            ("the middle is missing", server(&self.good(), &[root]), incomplete()),
            ("the root is missing, and nobody knows it", server(&self.good(), &[between]), incomplete()),
            (
                "the order is wrong",
                server(&self.good(), &[root, between]),
                vec!["chain_out_of_order", "chain_incomplete"],
            ),
            (
                "one comes twice",
                server(&self.good(), &[between, between, root]),
                vec!["duplicate_certificate"],
            ),
            ("a namesake stands for who signed", server(&self.good(), &[&namesake]), vec!["wrong_signature"]),
            (
                "who signed is no authority",
                server(&not_one.issue(&wanted("borgo")), &[&not_one, root]),
                vec!["not_an_authority"],
            ),
            (
                "the middle has ended",
                server(&ended.issue(&wanted("borgo")), &[&ended, root]),
                vec!["expired"],
            ),
        ]
    }

    fn contents(&self) -> Vec<Row> {
        let ours = |change: &dyn Fn(&mut Wanted)| self.ours(&self.but(change));
        let short = self.between.issue_for(&wanted("borgo"), rsa(1024));
        let much = |one: &mut Wanted| {
            (one.days, one.hosts, one.usage) = ((-30, -1), vec!["altrove.example"], &["client"]);
        };
        let much = json!({ "role": "soap_server", "label": "x", "certificates": self.but(much).pem() });
        let all = vec!["key_missing", "chain_incomplete", "wrong_purpose", "name_missing", "expired"];
        vec![
            (
                "the key is another's",
                self.with_key(&self.good(), json!(self.root.key_pem())),
                vec!["key_mismatch"],
            ),
            ("there is no key", self.with_key(&self.good(), Value::Null), vec!["key_missing"]),
            ("it has ended", ours(&|one| one.days = (-30, -1)), vec!["expired"]),
            ("it has not begun", ours(&|one| one.days = (2, 30)), vec!["not_yet_valid"]),
            (
                "it is for another host",
                ours(&|one| one.hosts = vec!["altrove.example"]),
                vec!["name_missing"],
            ),
            ("it names no host", ours(&|one| one.hosts = vec![]), vec!["name_missing"]),
            ("it is for callers alone", ours(&|one| one.usage = &["client"]), vec!["wrong_purpose"]),
            ("it is for mail alone", ours(&|one| one.usage = &["mail"]), vec!["wrong_purpose"]),
            ("it says nothing of its use", ours(&|one| one.usage = &[]), vec![]),
            ("its key is short", self.ours(&short), vec!["weak_key"]),
            (
                "it is signed over SHA-1",
                ours(&|one| one.hash = MessageDigest::sha1()),
                vec!["weak_signature"],
            ),
            ("much is wrong at once", much, all),
        ]
    }

    fn others(&self) -> Vec<Row> {
        let one = |role: &str, text: String| json!({ "role": role, "label": "x", "certificates": text });
        let both = self.root.pem() + &self.between.pem();
        let half = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".to_owned();
        let serves = self.but(|one| one.usage = &["server"]);
        vec![
            ("an authority", authority(&self.root), vec![]),
            ("what is no authority", authority(&self.good()), vec!["wrong_purpose"]),
            ("two authorities at once", one("node_authority", both), vec!["not_alone"]),
            ("a caller", caller(&self.good()), vec![]),
            ("a caller that is a server alone", caller(&serves), vec!["wrong_purpose"]),
            ("no certificate at all", one("node_caller", "ciao".to_owned()), vec!["no_certificate"]),
            ("half a certificate", one("node_caller", half), vec!["broken_certificate"]),
        ]
    }
}

#[tokio::test]
async fn every_bad_chain_is_refused_by_its_reason() {
    let office = Office::open(TestDatabase::sqlite(), &[]).await;
    let root = Paper::root("Radice");
    let bench = Bench { between: root.below("Intermedia"), root };
    for (what, body, expected) in [bench.chains(), bench.contents(), bench.others()].concat() {
        assert_eq!(reasons(&office, &body).await, expected, "{what}");
    }
    office.gateway.end().await;
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused_by_its_places() {
    let office = Office::open(TestDatabase::sqlite(), &[]).await;
    let table = [
        (json!({}), vec![("/role", "required"), ("/label", "required"), ("", "one_of")]),
        (
            json!({ "role": "king", "label": "x", "certificates": "a", "pkcs12": "b" }),
            vec![("/role", "unknown_word"), ("", "one_of")],
        ),
        (json!({ "role": "soap_server", "label": "x", "pkcs12": "***" }), vec![("/pkcs12", "base64_form")]),
        (
            json!({ "role": "soap_server", "label": "x", "owner": "ec:99000010019", "certificates": "a" }),
            vec![("/owner", "owner_of_role")],
        ),
        (
            json!({ "role": "client", "label": "x", "callerNames": { "subject": "nodo", "issuer": "CN=a" } }),
            vec![("/callerNames", "names_of_role"), ("/callerNames/subject", "name_form")],
        ),
    ];
    for (body, expected) in table {
        let refused = office.ask(Method::POST, "/certificates", Some(&body)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
        let violations = refused.body["violations"].as_array().unwrap();
        let found: Vec<(&str, &str)> = violations
            .iter()
            .map(|one| (one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected, "{body}");
    }
    office.gateway.end().await;
}

#[tokio::test]
async fn what_was_fit_and_is_no_longer_does_not_come_into_use() {
    let office = Office::open(TestDatabase::sqlite(), &[]).await;
    let root = Paper::root("Radice");
    let id =
        office.bring(&server(&root.issue(&Wanted { days: (-1, 10), ..wanted("borgo") }), &[&root])).await;
    let before = office.shown().await;
    office.gateway.clock.advance(jiff::SignedDuration::from_hours(24 * 11));
    let refused = office.ask(Method::POST, &format!("/certificates/{id}/activate"), None).await;
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("certificate_expired")));
    let other = Paper::root("Altra");
    let mut test = server(&other.issue(&wanted("borgo")), &[&other]);
    test["environment"] = json!("test");
    let id = office.bring(&test).await;
    let refused = office.ask(Method::POST, &format!("/certificates/{id}/activate"), None).await;
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("other_environment")));
    assert_eq!(office.shown().await, before);
    office.gateway.end().await;
}

#[tokio::test]
async fn the_same_certificate_is_taken_in_once_for_each_use() {
    let office = Office::open(TestDatabase::sqlite(), &[]).await;
    let root = Paper::root("Radice");
    office.bring(&authority(&root)).await;
    let again = office.ask(Method::POST, "/certificates", Some(&authority(&root))).await;
    assert_eq!((again.status.as_u16(), &again.body["code"]), (409, &json!("already_there")));
    office.gateway.end().await;
}
