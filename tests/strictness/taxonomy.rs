//! What a transfer may be for: the taxonomy, once it is imported.

use std::process::{Command, Output};

use super::*;

const HEADER: &str = "TIPO SERVIZIO;DATI SPECIFICI INCASSO;DATA INIZIO VALIDITA;DATA FINE VALIDITA";

/// Runs `varco taxonomy import` on a file of that text.
fn import(url: &str, text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (file, config) = (folder.path().join("taxonomy"), folder.path().join("varco.toml"));
    std::fs::write(&file, text).unwrap();
    let least =
        "[soap.tls]\ncertificate = \"a\"\nkey = \"a\"\nclient_ca = [\"a\"]\nany_client_of_ca = true\n";
    std::fs::write(&config, least).unwrap();
    let mut varco = Command::new(env!("CARGO_BIN_EXE_varco"));
    varco.args(["taxonomy", "import"]).arg(file).arg("--config").arg(config);
    varco.env("VARCO__DATABASE__URL", url).output().unwrap()
}

fn told(output: &Output) -> (Option<i32>, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[tokio::test]
async fn a_category_must_be_in_the_imported_taxonomy_and_hold_today() {
    on_both(|database| async move {
        let url = database.url.clone();
        let gateway = Gateway::start(database).await;
        assert_eq!(gateway.create(&position("before", 1)).await.status, 201, "only the form is checked");

        let text = format!(
            "{HEADER}\nMensa;9/0101002IM/;01/01/2021;31/12/2099\nVecchio;9/0101003IM;2021-01-01;2026-11-21\n\
             Nuovo;0101004IM;2026-11-23;\nOggi;9/0101005IM/;22/11/2026;22/11/2026\nRotto;TARI;2021-01-01;\n"
        );
        let (code, said) = told(&import(&url, &text));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("row 6 is left out: its code is not of the form 9/0101002IM/"), "{said}");
        assert!(said.ends_with("The taxonomy has 4 rows now; 1 were left out.\n"), "{said}");
        gateway.refresh().await;

        for (version, notice) in NOTICE {
            let pointer = format!("{notice}/transfer/0/category");
            for (category, code) in [
                ("9/0101009IM/", "category_unknown"),
                ("9/0101003IM/", "category_not_valid"),
                ("9/0101004IM/", "category_not_valid"),
                ("TARI", "category_form"),
            ] {
                let body = but(body_of(version, "a", 2), &pointer, json!(category));
                let answer = create_in(&gateway, version, &body).await;
                answer.is_problem(400, TITLE, "invalid_position");
                assert_eq!(answer.violations(), [(&*pointer, code)], "{category}");
            }
        }
        let category = "/paymentOption/0/transfer/0/category";
        let today = but(position("today", 3), category, json!("6/0101005IM/"));
        assert_eq!(gateway.create(&today).await.status, 201, "the prefix does not matter");
        gateway.clock.set("2026-11-22T23:00:00Z".parse().unwrap());
        let tomorrow = but(position("tomorrow", 4), category, json!("9/0101005IM/"));
        let refused = gateway.create(&tomorrow).await;
        assert_eq!(refused.violations(), [(category, "category_not_valid")], "it is midnight in Rome");
        assert_eq!(gateway.update("today", "", &today).await.status, 200, "what a notice has may stay");
    })
    .await;
}

#[tokio::test]
async fn a_file_without_a_row_that_can_be_read_changes_nothing() {
    on_both(|database| async move {
        let url = database.url.clone();
        let gateway = Gateway::start(database).await;
        let rows = |code: &str| {
            format!(
                r#"[{{ "DATI SPECIFICI INCASSO": "{code}",
            "DATA INIZIO VALIDITA": "01/01/2021", "DATA FINE VALIDITA": "31/12/2099" }}]"#
            )
        };
        assert_eq!(told(&import(&url, &rows("9/0101002IM/"))).0, Some(0));
        let before = gateway.store.parties().await.unwrap().taxonomy;
        assert_eq!(before.len(), 1);
        for (text, reason) in [
            (rows("TARI"), "has no row that can be read"),
            (HEADER.to_owned(), "has no row that can be read"),
            ("a;b\n1;2\n".to_owned(), "has no column DATI SPECIFICI INCASSO"),
            ("{}".to_owned(), "is no JSON list"),
        ] {
            let (code, said) = told(&import(&url, &text));
            assert!(code == Some(2) && said.contains(reason), "{said}");
        }
        assert_eq!(gateway.store.parties().await.unwrap().taxonomy, before);
        assert_eq!(told(&import(&url, &rows("9/0101003TS"))).0, Some(0));
        let after = gateway.store.parties().await.unwrap().taxonomy;
        assert_eq!((after.len(), after[0].code.as_str()), (1, "0101003TS"), "the old one is gone");
    })
    .await;
}
