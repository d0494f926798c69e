//! `varco audit` as an operator meets it: the real program, and keys and checkpoints kept elsewhere.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::desk::{filled, tamper};
use super::support::{TestDatabase, on_both, pki};

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> String {
        let file = self.0.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }

    /// Exit code, standard output and standard error of `varco audit …` under that master key.
    async fn run(
        &self,
        database: &TestDatabase,
        master: Option<&str>,
        arguments: &[&str],
    ) -> (i32, String, String) {
        let config: PathBuf = pki::write_config(self.0.path(), "sqlite://unused");
        let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
        command.arg("audit").args(arguments).arg("--config").arg(config);
        command.env("VARCO__DATABASE__URL", &database.url);
        if let Some(master) = master {
            command.env("VARCO__VAULT__MASTER_KEY", master);
        }
        let output: Output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

const MASTER: &str = "a master key of the tests of the audit";

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_kept_elsewhere_finds_what_was_cut_off() {
    on_both(|database| async move {
        let desk = Desk::new();
        let store = database.store().await;
        filled(&store, 5).await;
        let (code, key, _) = desk.run(&database, Some(MASTER), &["key"]).await;
        assert_eq!(code, 0);
        let (code, line, _) = desk.run(&database, Some(MASTER), &["checkpoint"]).await;
        assert_eq!(code, 0);
        assert!(line.starts_with("varco-audit-1 5 ") && line.lines().count() == 1, "{line}");
        filled(&store, 2).await;
        let (key, file) = (desk.write("key", &key), desk.write("checkpoints", &format!("\n{line}")));
        let verify = ["verify", "--checkpoint", &file, "--key", &key];
        // The public key is enough: whoever verifies needs no secret.
        let (code, out, err) = desk.run(&database, None, &verify).await;
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        assert!(err.contains("7 entries and 1 checkpoints"), "{err}");

        tamper(
            &database,
            "DELETE FROM audit WHERE seq > 3; \
             UPDATE audit_head SET last = 3, chain = (SELECT chain FROM audit WHERE seq = 3)",
        )
        .await;
        assert_eq!(desk.run(&database, None, &["verify"]).await.0, 0, "without it nothing tells");
        let (code, out, _) = desk.run(&database, None, &verify).await;
        assert_eq!(code, 1);
        assert_eq!(out, "a checkpoint has entry 5, which is not here: entries were cut off\n");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_not_that_of_the_key_is_no_proof() {
    let (desk, database) = (Desk::new(), TestDatabase::sqlite());
    let store = database.store().await;
    filled(&store, 5).await;
    let (_, key, _) = desk.run(&database, Some(MASTER), &["key"]).await;
    let (_, other_key, _) = desk.run(&database, Some("another master key of the same tests"), &["key"]).await;
    let (_, line, _) = desk.run(&database, Some(MASTER), &["checkpoint"]).await;
    let forged = line.replacen(" 5 ", " 4 ", 1);
    for (what, key, line) in [("another key", &other_key, &line), ("another number", &key, &forged)] {
        let (key, line) = (desk.write("key", key), desk.write("line", line));
        let verify = ["verify", "--checkpoint", &line, "--key", &key];
        let (code, _, err) = desk.run(&database, None, &verify).await;
        assert_eq!(code, 2, "{what}");
        assert!(err.contains("is not that of the key"), "{what}: {err}");
    }
    // After a change of the master key both are of use.
    let (keys, line) = (desk.write("keys", &format!("{other_key}{key}")), desk.write("line", &line));
    let (code, _, err) = desk.run(&database, None, &["verify", "--checkpoint", &line, "--key", &keys]).await;
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = desk.run(&database, None, &["verify", "--checkpoint", &line]).await;
    assert!(code == 2 && err.contains("--key"), "{err}");
    let (code, _, err) = desk.run(&database, None, &["checkpoint"]).await;
    assert!(code == 2 && err.contains("vault.master_key"), "{err}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_breach_is_a_line_and_ends_with_1_as_in_varco_verify() {
    on_both(|database| async move {
        let desk = Desk::new();
        let store = database.store().await;
        filled(&store, 5).await;
        tamper(&database, "UPDATE audit SET actor = 'nobody' WHERE seq = 2").await;
        let (code, out, err) = desk.run(&database, None, &["verify"]).await;
        assert_eq!(code, 1);
        assert_eq!(out, "entry 2 is not as it was written, or not in its place\n");
        assert!(err.contains("5 entries"), "{err}");
        let mut found = Vec::new();
        store.verify(&mut |violation| found.push(violation.to_string())).await.unwrap();
        assert_eq!(
            found,
            ["the audit is as it was written: entry 2 is not as it was written, or not in its place"]
        );
        store.close().await;
    })
    .await;
}
