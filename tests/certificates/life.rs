//! From the request for a certificate to its end.

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use super::office::{authority, caller, on_both_offices, server};
use super::paper::{Paper, wanted};
use crate::support::samples;

#[tokio::test]
async fn a_key_made_here_is_signed_elsewhere_and_shown_without_a_restart() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let between = root.below("Intermedia");
        for algorithm in ["rsa_3072", "p_256"] {
            office.gateway.clock.advance(SignedDuration::from_secs(1));
            let body = json!({
                "role": "soap_server", "label": algorithm, "algorithm": algorithm,
                "subject": { "country": "IT", "organization": "Comune, di Borgo", "commonName": "borgo" },
            });
            let asked = office.ask(Method::POST, "/certificates/requests", Some(&body)).await;
            assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.body);
            assert_eq!(asked.body["state"], "requested");
            assert_eq!(asked.body["subject"], r"C=IT, O=Comune\, di Borgo, CN=borgo");
            assert_eq!(asked.body["names"], json!(["localhost"]), "those of the listener");
            let id = asked.body["id"].as_str().unwrap();
            let early = office.ask(Method::POST, &format!("/certificates/{id}/activate"), None).await;
            assert_eq!((early.status.as_u16(), &early.body["code"]), (409, &json!("not_signed_yet")));
            let request = office.ask(Method::GET, &format!("/certificates/{id}/request"), None).await;
            let request = String::from_utf8(request.bytes).unwrap();
            let leaf = between.answer(&request, &wanted("borgo"));

            let path = format!("/certificates/{id}/chain");
            let other = between.issue(&wanted("other")).pem() + &between.pem() + &root.pem();
            let refused = office.ask(Method::PUT, &path, Some(&json!({ "certificates": other }))).await;
            assert_eq!(refused.body["violations"][0]["code"], "key_missing", "{}", refused.body);
            let chain = leaf + &between.pem() + &root.pem();
            let signed = office.ask(Method::PUT, &path, Some(&json!({ "certificates": chain }))).await;
            assert_eq!(
                (signed.status.as_u16(), &signed.body["state"]),
                (200, &json!("uploaded")),
                "{}",
                signed.body
            );
            let active = office.activate(id).await;
            assert_eq!((&active["state"], &active["inUse"]), (&json!("active"), &json!(true)));
            let shown = openssl::x509::X509::from_der(&office.shown().await).unwrap();
            assert_eq!(shown.to_pem().unwrap(), chain.as_bytes()[..shown.to_pem().unwrap().len()]);
        }
        let all = office.ask(Method::GET, "/certificates", None).await.body;
        let states: Vec<_> =
            all["certificates"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
        assert_eq!(states, ["superseded", "active"], "the second took the place of the first");
    })
    .await;
}

#[tokio::test]
async fn going_back_is_activating_the_former() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let (one, other) = (root.issue(&wanted("uno")), root.issue(&wanted("due")));
        let first = office.bring(&server(&one, &[&root])).await;
        let second = office.bring(&server(&other, &[&root])).await;
        let before = office.shown().await;
        for (id, paper) in [(&first, &one), (&second, &other), (&first, &one)] {
            office.gateway.clock.advance(SignedDuration::from_secs(1));
            office.activate(id).await;
            assert_eq!(office.shown().await, paper.certificate.to_der().unwrap());
        }
        assert_eq!(office.read(&second).await["state"], "superseded");
        office.act(&first, "retire", json!({})).await;
        assert_eq!(office.shown().await, before, "the file of the configuration stands in");
    })
    .await;
}

#[tokio::test]
async fn two_authorities_and_two_callers_overlap_until_the_former_goes() {
    on_both_offices(async |office| {
        let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
        let (old, new) = (Paper::root("Vecchia"), Paper::root("Nuova"));
        let (before, after) = (old.issue(&wanted("nodo")), new.issue(&wanted("nodo")));
        let stranger = new.issue(&wanted("altro"));
        let trusted = [files.as_str()];
        let mut old_ids = Vec::new();
        for body in [authority(&old), caller(&before)] {
            let id = office.bring(&body).await;
            office.activate(&id).await;
            old_ids.push(id);
        }
        assert!(office.lets_in(&before, &trusted).await);
        assert!(!office.lets_in(&after, &trusted).await);

        for (body, former) in [(authority(&new), &old_ids[0]), (caller(&after), &old_ids[1])] {
            let id = office.bring(&body).await;
            office.act(&id, "activate", json!({ "supersedes": [former], "overlapHours": 24 })).await;
        }
        assert!(office.lets_in(&before, &trusted).await && office.lets_in(&after, &trusted).await);
        assert!(!office.lets_in(&stranger, &trusted).await, "its authority is known, and it is not");
        let former = office.read(&old_ids[0]).await;
        assert_eq!((&former["state"], &former["inUse"]), (&json!("superseded"), &json!(true)));

        office.gateway.clock.set(samples::now() + SignedDuration::from_hours(25));
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert!(
            !office.lets_in(&before, &trusted).await,
            "the overlap has ended, and nobody had to do anything"
        );
        assert!(office.lets_in(&after, &trusted).await);
    })
    .await;
}

#[tokio::test]
async fn a_caller_known_by_names_survives_its_renewal_and_a_revoked_one_is_refused_all_the_same() {
    on_both_offices(async |office| {
        let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
        let root = Paper::root("Radice");
        let (first, renewed) = (root.issue(&wanted("nodo")), root.issue(&wanted("nodo")));
        let id = office.bring(&authority(&root)).await;
        office.activate(&id).await;
        let names = json!({ "subject": "CN=nodo", "issuer": "CN=Radice" });
        let body = json!({ "role": "node_caller", "label": "Nodo", "callerNames": names });
        let id = office.bring(&body).await;
        office.activate(&id).await;
        let trusted = [files.as_str()];
        assert!(office.lets_in(&first, &trusted).await && office.lets_in(&renewed, &trusted).await);

        let id = office.bring(&caller(&first)).await;
        let revoked = office.act(&id, "revoke", json!({})).await;
        assert_eq!(revoked["state"], "revoked");
        assert!(!office.lets_in(&first, &trusted).await, "whatever its names are");
        assert!(office.lets_in(&renewed, &trusted).await);
        let again = office.ask(Method::POST, &format!("/certificates/{id}/activate"), None).await;
        assert_eq!((again.status.as_u16(), &again.body["code"]), (409, &json!("certificate_revoked")));
        let gone = office.ask(Method::DELETE, &format!("/certificates/{id}"), None).await;
        assert_eq!(gone.body["code"], "certificate_revoked", "or it would be let in again");
    })
    .await;
}

#[tokio::test]
async fn when_every_authority_is_revoked_nobody_is_let_in() {
    on_both_offices(async |office| {
        let files = std::fs::read_to_string(office.gateway.folder().join("ca.pem")).unwrap();
        let root = Paper::root("Radice");
        let node = root.issue(&wanted("nodo"));
        let id = office.bring(&authority(&root)).await;
        office.activate(&id).await;
        let caller = office.bring(&caller(&node)).await;
        office.activate(&caller).await;
        assert!(office.lets_in(&node, &[&files]).await);
        let file = json!({ "role": "node_authority", "label": "File", "certificates": files });
        let file = office.bring(&file).await;
        for id in [&id, &file] {
            office.act(id, "revoke", json!({})).await;
        }
        assert!(!office.lets_in(&node, &[&files]).await, "neither of the files nor of here is any left");
    })
    .await;
}

#[tokio::test]
async fn what_is_used_cannot_be_removed_and_what_is_not_can() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let id = office.bring(&server(&root.issue(&wanted("uno")), &[&root])).await;
        office.activate(&id).await;
        let path = format!("/certificates/{id}");
        let refused = office.ask(Method::DELETE, &path, None).await;
        assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("in_use")));
        office.act(&id, "retire", json!({})).await;
        assert_eq!(office.ask(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
        let gone = office.ask(Method::GET, &path, None).await;
        assert_eq!((gone.status.as_u16(), &gone.body["code"]), (404, &json!("unknown_certificate")));
    })
    .await;
}

#[tokio::test]
async fn nobody_without_the_permission_sees_a_certificate() {
    on_both_offices(async |office| {
        let root = Paper::root("Radice");
        let id = office.bring(&server(&root.issue(&wanted("uno")), &[&root])).await;
        for (method, path) in [
            (Method::GET, "/certificates".to_owned()),
            (Method::GET, format!("/certificates/{id}")),
            (Method::POST, format!("/certificates/{id}/activate")),
            (Method::POST, format!("/certificates/{id}/export")),
        ] {
            let refused = office.ask_as(crate::support::world::API_KEY, method, &path, None).await;
            assert_eq!(refused.status.as_u16(), 403, "{path} {}", refused.body);
        }
        assert_eq!(office.read(&id).await["state"], "uploaded");
    })
    .await;
}
