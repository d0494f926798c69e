//! Killed while a certificate comes into use: the former or the new one is shown afterwards, and what is shown
//! is what is kept.

use std::time::Duration;

use hyper::Method;

use super::office::{MASTER, ask_at, operator, server, shown_at};
use super::paper::{Paper, Wanted, wanted};
use crate::support::child::Served;
use crate::support::{TestDatabase, pki, world};

const ROUNDS: u64 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_an_activation_it_shows_the_old_one_or_the_new_one() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let folder = tempfile::tempdir().unwrap();
        pki::issue(folder.path());
        let store = database.store().await;
        world::seed(&store).await;
        operator(&store).await;
        store.close().await;
        let config = pki::write_config(folder.path(), &database.url);
        let settings = [
            ("VARCO__VAULT__MASTER_KEY", MASTER),
            ("VARCO__LOG__FILTER", "error,varco::gateway=info"),
            ("VARCO__APPROVAL__CERTIFICATES", "none"),
        ];
        let root = Paper::root("Radice");
        // The program goes by the clock of the machine.
        let lasting = Wanted { days: (-9_000, 20_000), ..wanted("gateway") };
        let papers = [root.issue(&lasting), root.issue(&lasting)];
        let der = papers.each_ref().map(|paper| paper.certificate.to_der().unwrap());
        let mut ids: Vec<String> = Vec::new();
        for round in 0..ROUNDS {
            let served = Served::start(&config, &[], &settings);
            if ids.is_empty() {
                for paper in &papers {
                    let body = server(paper, &[&root]);
                    let made = ask_at(served.api, Method::POST, "/certificates", Some(&body)).await.unwrap();
                    ids.push(made.body["id"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned());
                }
            }
            let shown = shown_at(served.soap).await;
            assert!(
                round == 0 || der.contains(&shown),
                "neither a mixture nor the file: {}",
                database.engine
            );
            let all = ask_at(served.api, Method::GET, "/certificates", None).await.unwrap().body;
            let used: Vec<&str> = all["certificates"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| one["inUse"] == true)
                .map(|one| one["id"].as_str().unwrap())
                .collect();
            if let [used] = used.as_slice() {
                let place = ids.iter().position(|id| id == used).unwrap();
                assert_eq!(shown, der[place], "what is shown is what is kept");
            } else {
                assert_eq!((used.len(), round), (0, 0), "one is in use at most");
            }
            let next = usize::from(round % 2 == 0);
            let path = format!("/certificates/{}/activate", ids[next]);
            let api = served.api;
            let asked = tokio::spawn(async move { ask_at(api, Method::POST, &path, None).await });
            if round == 0 {
                assert_eq!(asked.await.unwrap().unwrap().status.as_u16(), 200);
            } else {
                tokio::time::sleep(Duration::from_millis(round * 3)).await;
            }
            served.kill();
        }
    }
}
