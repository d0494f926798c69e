//! Files that are refused as a whole, each with its reason and before anything is kept.

use hyper::Method;
use serde_json::json;

use crate::desk::*;
use crate::support::TestDatabase;
use crate::support::api::position;
use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::samples::{BROKER, EC};
use crate::support::trouble::Intruder;

#[tokio::test]
async fn each_fault_of_a_file_has_its_answer() {
    on_both_gateways(async |gateway| {
        let good = file(&[position("P1", 1)]);
        let archive = zip(&[("a.json", &good)]);
        let mut damaged = archive.clone();
        let middle = damaged.len() / 3;
        damaged[middle] ^= 0xFF;
        let cut = archive[..archive.len() - 30].to_vec();
        let many: Vec<_> = (0..100_001).map(|n| n.to_string()).collect();
        let many = json!({ "paymentPositionIUPDs": many }).to_string();
        let cases: [(Method, &[u8], &str); 24] = [
            (Method::POST, b"", "empty_file"),
            (Method::POST, &cut, "not_a_zip"),
            (Method::POST, &zip(&[]), "zip_entries"),
            (Method::POST, &zip(&[("a.json", &good), ("b.json", &good)]), "zip_entries"),
            (Method::POST, &zip(&[("__MACOSX/a.json", &good)]), "zip_entry_name"),
            (Method::POST, &zip(&[("../../a.json", &good)]), "zip_entry_name"),
            (Method::POST, &zip(&[("C:\\a.json", &good)]), "zip_entry_name"),
            (Method::POST, &zip(&[("a.xml", &good)]), "zip_entry_name"),
            (Method::POST, &zip(&[("a", &good)]), "zip_entry_name"),
            (Method::POST, &damaged, "unzip_failed"),
            (Method::POST, b"{\"paymentPositions\": [{}, ]}", "malformed_json"),
            (Method::POST, b"{\"paymentPositions\": []} x", "malformed_json"),
            (Method::POST, b"{\"paymentPositions\": [{\"iupd\": \"\xFF\"}]}", "malformed_json"),
            (Method::POST, b"{\"paymentPositions\": {}}", "invalid_positions"),
            (Method::POST, b"{\"paymentPositions\": [], \"paymentPositions\": []}", "invalid_positions"),
            (Method::POST, b"[{}]", "invalid_positions"),
            (Method::POST, b"{}", "invalid_positions"),
            (Method::POST, &names(&["P1"]), "invalid_positions"),
            (Method::DELETE, &good, "invalid_positions"),
            (Method::PUT, b"{\"paymentPositions\": []}", "no_positions"),
            (Method::DELETE, many.as_bytes(), "too_many_positions"),
            (Method::POST, b"what is this", "unknown_form"),
            (Method::POST, b"iupd;amount;who\n", "csv_header"),
            (Method::POST, b"iupd;amount\nP\xE8;1\n", "csv_encoding"),
        ];
        for (method, file, code) in cases {
            upload(gateway, method, "", file).await.is_problem(400, code);
        }
        upload(gateway, Method::POST, "", b"iupd;amount\na;1;2\n").await.is_problem(400, "csv_cells");
        upload(gateway, Method::POST, "?toPublish=x", &good).await.is_problem(400, "query_parameter");
        upload(gateway, Method::POST, "?dryRun=x", &good).await.is_problem(400, "query_parameter");
        let path = format!("{}/file", base(EC, BROKER));
        let plain =
            ask(gateway.api_addr(), (Method::POST, &path), &[("content-type", "application/json")], good)
                .await;
        plain.is_problem(415, "unsupported_media_type");
        let form = "multipart/form-data; boundary=b";
        let none = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n";
        ask(gateway.api_addr(), (Method::POST, &path), &[("content-type", form)], none)
            .await
            .is_problem(400, "no_file");

        let list =
            ask(gateway.api_addr(), (Method::GET, &format!("{}/files", base(EC, BROKER))), &[], "").await;
        assert_eq!(list.json()["size"], 0, "nothing was kept");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_unpacked_beyond_the_bound() {
    let database = TestDatabase::sqlite();
    let url = database.url.clone();
    let gateway = TestGateway::start_through(database, &url, &[("VARCO__UPLOAD__MAX_FILE", "64KiB")]).await;
    let mut padded = file(&[position("P1", 1)]);
    padded.resize(64 * 1024, b' ');
    accepted(&gateway, Method::POST, "?dryRun=true", &padded).await;
    padded.push(b' ');
    upload(&gateway, Method::POST, "", &padded).await.is_problem(413, "file_too_large");
    let bomb = zip(&[("a.json", &vec![b' '; 30 << 20])]);
    assert!(bomb.len() < 64 * 1024);
    upload(&gateway, Method::POST, "", &bomb).await.is_problem(413, "file_too_large");
    let answer = upload(&gateway, Method::POST, "", &vec![b' '; 1 << 18]).await;
    answer.is_problem(413, "body_too_large");
    gateway.end().await;
}

#[tokio::test]
async fn what_is_refused_leaves_no_file_behind() {
    let database = TestDatabase::sqlite();
    let url = database.url.clone();
    let folder = tempfile::tempdir().unwrap();
    let setting = folder.path().join("in/here").display().to_string();
    let gateway = TestGateway::start_through(database, &url, &[("VARCO__UPLOAD__FOLDER", &setting)]).await;
    upload(&gateway, Method::POST, "", b"{\"paymentPositions\": [{}, ]}")
        .await
        .is_problem(400, "malformed_json");
    carried_out(&gateway, Method::POST, "", &file(&[position("P1", 1)])).await;
    let left: Vec<_> = std::fs::read_dir(setting).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    gateway.end().await;
}

#[tokio::test]
async fn a_second_file_is_not_passed_over_in_silence() {
    let gateway = TestGateway::start(TestDatabase::sqlite()).await;
    let part = |iupd, base| {
        let rows = String::from_utf8(file(&[position(iupd, base)])).unwrap();
        format!("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{rows}\r\n")
    };
    let body = format!("{}{}--b--\r\n", part("P1", 1), part("P2", 2));
    let path = format!("{}/file", base(EC, BROKER));
    let form = [("content-type", "multipart/form-data; boundary=b")];
    let answer = ask(gateway.api_addr(), (Method::POST, &path), &form, body).await;
    answer.is_problem(400, "several_files");
    assert_eq!(count(gateway.api_addr()).await, 0);
    gateway.end().await;
}

#[tokio::test]
async fn rows_stay_while_it_is_not_known_whether_their_upload_was_committed() {
    let database = TestDatabase::sqlite();
    let url = database.url.clone();
    let folder = tempfile::tempdir().unwrap();
    let setting = folder.path().display().to_string();
    let gateway = TestGateway::start_through(database, &url, &[("VARCO__UPLOAD__FOLDER", &setting)]).await;
    let mut intruder = Intruder::enter(&gateway.database).await;
    intruder.run("ALTER TABLE upload RENAME TO upload_hidden").await;
    let answer = upload(&gateway, Method::POST, "", &file(&[position("P1", 1)])).await;
    answer.is_problem(500, "internal_error");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.len() == 1 && left[0].extension().is_some_and(|ending| ending == "rows"), "{left:?}");
    intruder.run("ALTER TABLE upload_hidden RENAME TO upload").await;
    gateway.end().await;
}

#[tokio::test]
async fn no_position_is_larger_than_a_request_for_one_may_be() {
    let gateway = TestGateway::start(TestDatabase::sqlite()).await;
    let blanks = " ".repeat(5 << 20);
    let large = "x".repeat((4 << 20) - 2);
    let body = format!("{{\"paymentPositions\":[17,{blanks}\"{large}\"{blanks}]}}");
    accepted(&gateway, Method::POST, "?dryRun=true", body.as_bytes()).await;

    let large = "x".repeat((4 << 20) - 1);
    let body = format!("{{\"paymentPositions\":[17,\"{large}\",17]}}");
    let answer = upload(&gateway, Method::POST, "", body.as_bytes()).await;
    answer.is_problem(413, "position_too_large");
    assert_eq!(answer.violations(), [("/paymentPositions/1".into(), "position_too_large".into())]);
    let body = format!("{{\"paymentPositions\":[17],\"{large}x\":17}}");
    let answer = upload(&gateway, Method::POST, "", body.as_bytes()).await;
    answer.is_problem(413, "position_too_large");
    assert_eq!(answer.violations(), []);
    gateway.end().await;
}
