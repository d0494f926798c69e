//! Creditors' systems that create, update, publish and delete positions, and repeat what was not answered.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hyper::Method;
use serde_json::{Value, json};
use varco::store::Store;

use super::client::ask;
use crate::support::api::{but, position};
use crate::support::samples::{self, EC};

/// Positions that clerks begin to work on in each round.
const SCRIPTS: u64 = 8;
/// The first number of their notices.
const FIRST: u64 = 2_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Update,
    Publish,
    Delete,
}

/// What is done to one position, one after the other.
#[derive(Clone, Debug)]
struct Script {
    base: u64,
    steps: Vec<Step>,
    /// How many were answered as done.
    done: usize,
    /// Whether the next was begun and not answered.
    open: bool,
    /// How many updates may have been done once more than they were answered.
    again: i64,
}

/// The books of all clerks.
#[derive(Clone, Default)]
pub struct Clerks {
    scripts: Arc<Mutex<BTreeMap<u64, Script>>>,
    /// Files that were accepted, with the first of their positions.
    files: Arc<Mutex<Vec<(String, u64)>>>,
}

impl Clerks {
    /// Takes up new positions.
    pub fn plan(&self, round: u64) {
        for nth in 0..SCRIPTS {
            let base = FIRST + round * SCRIPTS + nth;
            let mut steps = vec![Step::Create, Step::Update, Step::Publish];
            if nth % 2 == 0 {
                steps.push(Step::Delete);
            }
            self.scripts.lock().unwrap().insert(base, Script { base, steps, done: 0, open: false, again: 0 });
        }
    }

    /// Repeats what was not answered.
    pub async fn settle(&self, api: SocketAddr) {
        let open: Vec<u64> = self.having(|script| script.open);
        for base in open {
            assert!(self.step(api, base).await, "position {base}: asked for again, it is answered");
        }
    }

    /// Works on all positions whose number leaves that rest, step by step, until the process is gone.
    pub async fn work(&self, api: SocketAddr, rest: u64) {
        for base in self.having(|script| script.base % 2 == rest && script.done < script.steps.len()) {
            while self.is_unfinished(base) {
                if !self.step(api, base).await {
                    return;
                }
            }
        }
    }

    fn having(&self, which: impl Fn(&Script) -> bool) -> Vec<u64> {
        let scripts = self.scripts.lock().unwrap();
        scripts.values().filter(|script| which(script)).map(|script| script.base).collect()
    }

    fn is_unfinished(&self, base: u64) -> bool {
        let scripts = self.scripts.lock().unwrap();
        scripts[&base].done < scripts[&base].steps.len()
    }

    /// Does the next step on a position; `false` if it was not answered.
    async fn step(&self, api: SocketAddr, base: u64) -> bool {
        let (step, again) = {
            let mut scripts = self.scripts.lock().unwrap();
            let script = scripts.get_mut(&base).unwrap();
            (script.steps[script.done], std::mem::replace(&mut script.open, true))
        };
        let Some(status) = request(api, step, base).await else { return false };
        let expected = match (step, again) {
            (Step::Create, _) => status == 201,
            (Step::Update, _) => status == 200,
            (Step::Publish, again) => status == 200 || (again && status == 409),
            (Step::Delete, again) => status == 200 || (again && status == 404),
        };
        assert!(expected, "{step:?} of {base}, again: {again}: {status}");
        let mut scripts = self.scripts.lock().unwrap();
        let script = scripts.get_mut(&base).unwrap();
        script.open = false;
        script.done += 1;
        script.again += i64::from(again && step == Step::Update);
        true
    }

    /// How many steps were answered as done.
    pub fn acknowledged(&self) -> usize {
        self.scripts.lock().unwrap().values().map(|script| script.done).sum()
    }

    /// Everything that was answered is there, once; nothing is open.
    pub async fn check(&self, store: &Store) {
        let scripts: Vec<Script> = self.scripts.lock().unwrap().values().cloned().collect();
        for script in scripts.into_iter().filter(|script| script.done > 0) {
            let steps = &script.steps[..script.done];
            let iupd = samples::position(&name(script.base), Vec::new()).iupd;
            let found = store.position(&samples::ec(), &iupd).await.unwrap();
            if steps.contains(&Step::Delete) {
                assert_eq!(found, None, "{script:?}");
                continue;
            }
            let found = found.unwrap_or_else(|| panic!("lost: {script:?}"));
            let (least, version) = (script.done as i64, found.history.version);
            assert!((least..=least + script.again).contains(&version), "version {version} of {script:?}");
            assert_eq!(found.company_name.as_str() == "Comune nuovo", steps.contains(&Step::Update));
            assert_eq!(found.history.published_at.is_some(), steps.contains(&Step::Publish), "{script:?}");
        }
    }

    /// Sends a file of positions.
    pub async fn send_file(&self, api: SocketAddr, round: u64) {
        let first = FIRST * 2 + round * ROWS;
        let positions: Vec<Value> = (first..first + ROWS).map(body).collect();
        let file = json!({ "paymentPositions": positions }).to_string();
        let form = format!(
            "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"positions.json\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{file}\r\n--part--\r\n"
        );
        let headers = [("content-type", "multipart/form-data; boundary=part")];
        let path = format!(
            "/upload/gpd/debt-positions-service/v2/brokers/{}/organizations/{EC}/debtpositions/file",
            samples::BROKER
        );
        let Some(answer) = ask(api, (Method::POST, &path), &headers, form).await else { return };
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
        self.files.lock().unwrap().push((answer.location.unwrap(), first));
    }

    /// Waits until every file that was accepted is done, and looks for each of its rows.
    pub async fn check_files(&self, api: SocketAddr, store: &Store) -> usize {
        let files = self.files.lock().unwrap().clone();
        for (place, first) in &files {
            loop {
                let answer = ask(api, (Method::GET, place), &[], "").await.expect("it is answered");
                let status: Value = serde_json::from_slice(&answer.body).unwrap();
                if status["operationStatus"] != "IN_PROGRESS" {
                    assert_eq!(status["operationStatus"], "COMPLETED", "{status}");
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            for base in *first..first + ROWS {
                let iupd = samples::position(&name(base), Vec::new()).iupd;
                let found = store.position(&samples::ec(), &iupd).await.unwrap();
                assert_eq!(found.map(|position| position.history.version), Some(1), "row of {base}");
            }
        }
        files.len()
    }
}

/// Rows of a file.
const ROWS: u64 = 30;

fn name(base: u64) -> String {
    format!("C{base}")
}

/// A position that is due in the far future: the real program lives by the real clock.
fn body(base: u64) -> Value {
    but(position(&name(base), base), "/paymentOption/0/dueDate", json!("2049-12-31"))
}

async fn request(api: SocketAddr, step: Step, base: u64) -> Option<u16> {
    let path = format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions");
    let one = format!("{path}/{}", name(base));
    let (json, key) = (("content-type", "application/json"), base.to_string());
    let answer = match step {
        Step::Create => {
            let headers = [json, ("idempotency-key", key.as_str())];
            ask(api, (Method::POST, &path), &headers, body(base).to_string()).await
        }
        Step::Update => {
            let body = but(body(base), "/companyName", json!("Comune nuovo"));
            ask(api, (Method::PUT, &one), &[json], body.to_string()).await
        }
        Step::Publish => ask(api, (Method::POST, &format!("{one}/publish")), &[], "").await,
        Step::Delete => ask(api, (Method::DELETE, &one), &[], "").await,
    };
    let answer = answer?;
    // Nothing is known of what was answered by an error of the database.
    (answer.status < 500).then_some(answer.status)
}
