//! The same by tables, as a spreadsheet writes and reads them.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::*;
use crate::support::api::{iuv, nav};
use crate::support::gateway::on_both_gateways;
use crate::support::samples::IBAN;

const COLUMNS: &str = "iupd;type;fiscalCode;fullName;companyName;switchToExpired;iuv;amount;description;\
    isPartialPayment;dueDate;metadata.CAPITOLO;transfer1.amount;transfer1.remittanceInformation;\
    transfer1.category;transfer1.iban;transfer2.amount;transfer2.remittanceInformation;transfer2.category;\
    transfer2.iban";

fn line(iupd: &str, base: u64, plan: &str) -> String {
    let iuv = iuv("02", base);
    format!(
        "{iupd};F;RSSMRA80A01H501U;\"Rossi; Maria\";Comune di Borgo;VERO;{iuv};10000;Tassa;{plan};31/12/2026;3/2;;\
         Tassa;9/0101002IM/;{IBAN};;;;\r\n"
    )
}

#[tokio::test]
async fn a_table_becomes_positions_and_its_result_is_a_table() {
    on_both_gateways(async |gateway| {
        let mut table = format!("\u{feff}{COLUMNS}\r\n");
        table.push_str(&line("A", 1, ""));
        table.push_str(&line("B", 2, "SI"));
        table.push_str(&line("B", 3, "SI").replace("VERO", ""));
        table.push_str(&line("C", 4, "").replace("RSSMRA80A01H501U", "x").replace(";;;;", ";100;Quota;;"));
        table.push_str(&line("A", 5, ""));
        table.push_str(";;;;;;;;;;;;;;;;;;;\r\n");
        let archive = zip(&[("posizioni.csv", table.as_bytes())]);
        let place = accepted(gateway, Method::POST, "", &archive).await;
        let status = done(gateway.api_addr(), &place).await;
        assert_eq!((&status["submittedItem"], &status["processedItem"]), (&json!(4), &json!(4)));

        let report = ask(gateway.api_addr(), (Method::GET, &format!("{place}/report")), &[], "").await.json();
        let refused = report["rows"][2]["violations"].as_array().unwrap();
        let places: Vec<_> =
            refused.iter().map(|v| (v["line"].as_u64().unwrap(), v["column"].as_str().unwrap())).collect();
        assert!(places.contains(&(5, "fiscalCode")), "{places:?}");
        assert!(places.contains(&(5, "transfer2.category")), "{places:?}");

        let path = format!("{place}/report");
        let result = ask(gateway.api_addr(), (Method::GET, &path), &[("accept", "text/csv")], "").await;
        assert_eq!(result.headers["content-type"], "text/csv; charset=utf-8");
        let accept = [("accept", "text/csv;q=0.5, application/json")];
        let liked = ask(gateway.api_addr(), (Method::GET, &path), &accept, "").await;
        assert_eq!(liked.headers["content-type"], "application/json", "it is liked better");
        let text = result.text();
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap().split("\r\n").collect();
        assert_eq!(lines[0], "row;line;iupd;statusCode;statusMessage;code;detail;violations");
        assert_eq!(lines[1], "1;2;A;201;Created;;;");
        assert_eq!(lines[2], "2;3;B;201;Created;;;");
        assert!(lines[3].starts_with("3;5;C;400;"), "{}", lines[3]);
        assert!(lines[3].contains("line 5, fiscalCode: "), "{}", lines[3]);
        assert!(lines[4].starts_with("4;6;A;409;"), "a name that is not next to its like is there twice");
        assert_eq!(lines[5..], [""]);

        let plan = read(gateway, "B").await.json();
        assert_eq!(plan["paymentOption"].as_array().unwrap().len(), 2);
        let single = read(gateway, "A").await.json();
        assert_eq!(
            (&single["status"], &single["paymentOption"][0]["nav"]),
            (&json!("VALID"), &json!(nav(1)))
        );
        assert_eq!(single["paymentOption"][0]["dueDate"], "2026-12-31T22:59:59Z", "the whole day in Rome");
        assert_eq!(
            single["paymentOption"][0]["paymentOptionMetadata"],
            json!([{ "key": "CAPITOLO", "value": "3/2" }])
        );
    })
    .await;
}

#[tokio::test]
async fn a_result_names_what_can_be_deleted_by_a_table() {
    on_both_gateways(async |gateway| {
        let commas = format!("{COLUMNS}\n{}", line("A", 1, "").replace("\"Rossi; Maria\"", "Maria Rossi"))
            .replace(';', ",");
        let report = carried_out(gateway, Method::POST, "", commas.as_bytes()).await;
        assert_eq!(rows(&report)[0].0, 201, "{report}");
        let report = carried_out(gateway, Method::DELETE, "", b"iupd\nA\nnone\n").await;
        assert_eq!(rows(&report).iter().map(|row| row.0).collect::<Vec<_>>(), [200, 404]);
        assert_eq!(report["rows"][1]["line"], 3);
        assert_eq!(count(gateway.api_addr()).await, 0);
    })
    .await;
}

#[tokio::test]
async fn lines_of_a_position_must_agree() {
    on_both_gateways(async |gateway| {
        let mut table = format!("{COLUMNS}\n{}", line("A", 1, "1"));
        table.push_str(&line("A", 2, "1").replace("Comune di Borgo", "Comune di Colle"));
        let report = carried_out(gateway, Method::POST, "", table.as_bytes()).await;
        let violation = &report["rows"][0]["violations"][0];
        assert_eq!(
            (&violation["line"], &violation["column"]),
            (&json!(3), &json!("companyName")),
            "{report}"
        );
        assert_eq!(violation["code"], "differs");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_cell_is_told_once_in_the_words_of_a_table() {
    on_both_gateways(async |gateway| {
        let wrong = line("A", 1, "").replace(";10000;", ";10,00;").replace("31/12/2026", "31.12.26");
        let both = line("B", 2, "").replace(";10000;", ";10,00;").replace(";3/2;;", ";3/2;10,00;");
        let none = line("C", 3, "").replace(";10000;", ";;");
        let table = format!("{COLUMNS}\n{wrong}{both}{none}");
        let report = carried_out(gateway, Method::POST, "", table.as_bytes()).await;
        let told = |row: usize| -> Vec<(String, String)> {
            let all = report["rows"][row]["violations"].as_array().unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            all.iter().map(|one| (text(&one["column"]), text(&one["message"]))).collect()
        };
        let mut first = told(0);
        first.sort();
        assert_eq!(first.len(), 2, "{first:?}");
        assert!(first[0].0 == "amount" && first[0].1.contains("cents, digits only"), "{first:?}");
        assert!(first[1].0 == "dueDate" && first[1].1.contains("31/12/2026"), "{first:?}");
        let columns = |row| told(row).into_iter().map(|(column, _)| column).collect::<Vec<_>>();
        assert_eq!(columns(1), ["amount", "transfer1.amount"]);
        assert_eq!(columns(2), ["amount"]);
    })
    .await;
}
