//! Tables to take away: fresh, whole, without formulas, and only of whom the caller acts for.

use crate::desk::{Desk, OPERATOR, OTHER_PAYMENTS, OURS, PARTNER, PAYMENTS, PUBLISHED, on_both_desks};
use crate::support::api::{EC, NEW_IBAN};
use crate::support::samples::{BROKER, IBAN};

/// The lines of a table, the byte order mark taken off.
async fn lines(desk: &Desk, key: &str, path: &str) -> Vec<String> {
    let told = desk.get(key, path).await;
    assert_eq!(told.status, 200, "{path}: {}", told.text);
    assert_eq!(told.headers["content-type"], "text/csv; charset=utf-8");
    assert!(told.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    told.text.strip_prefix('\u{feff}').unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn stations_and_whom_they_serve_are_taken_away() {
    on_both_desks(async |desk: &Desk| {
        let stations = lines(desk, PARTNER, &format!("{PUBLISHED}/stations/csv")).await;
        assert_eq!(stations[0], "broker;station;enabled;version;url");
        assert_eq!(stations[1], format!("{BROKER};88888888888_01;true;2;"));
        assert_eq!(stations.len(), 3);
        let none = lines(desk, OTHER_PAYMENTS, &format!("{PUBLISHED}/stations/csv")).await;
        assert_eq!(none.len(), 1, "an institution is not a broker");
        let path = format!("{PUBLISHED}/stations/88888888888_01/creditorinstitutions/csv");
        let served = lines(desk, PARTNER, &path).await;
        let heads = "name;creditorInstitutionCode;enabled;auxDigit;applicationCode;segregationCode;broadcast";
        assert_eq!(served, [heads.to_owned(), format!("Comune di Borgo;{EC};true;3;;02;false")]);
        assert_eq!(desk.get(PAYMENTS, &path).await.status, 403);
        let unknown = format!("{PUBLISHED}/stations/88888888888_77/creditorinstitutions/csv");
        assert_eq!(desk.get(PARTNER, &unknown).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_broker_takes_whom_it_serves_away() {
    on_both_desks(async |desk: &Desk| {
        let path = |name: &str| format!("{OURS}/brokers/{BROKER}/export/{name}.csv");
        let served = lines(desk, PARTNER, &path("creditor-institutions")).await;
        assert!(served[0].starts_with("companyName;taxCode;intermediated;brokerCompanyName;"));
        assert_eq!(served.len(), 3, "one line for each station: {served:?}");
        assert!(served[1].starts_with(&format!("Comune di Borgo;{EC};true;Regione;{BROKER};ASYNC;3;02;;;")));
        let accounts = lines(desk, PARTNER, &path("ibans")).await;
        assert_eq!(accounts[0], "ciName;ciFiscalCode;iban;status;validityDate;description;label;dueDate");
        let own: Vec<&str> = accounts[1..].iter().map(|line| line.split(';').nth(2).unwrap()).collect();
        assert_eq!(own, [NEW_IBAN, IBAN]);
        for name in ["creditor-institutions", "ibans"] {
            for key in [PAYMENTS, OTHER_PAYMENTS] {
                assert_eq!(desk.get(key, &path(name)).await.status, 403);
            }
            let unknown = format!("{OURS}/brokers/99999999999/export/{name}.csv");
            assert_eq!(desk.get(OPERATOR, &unknown).await.status, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_away_and_brought_back_changes_nothing() {
    on_both_desks(async |desk: &Desk| {
        let file = format!(
            "iddominio,iban,descrizione,dataattivazioneiban,operazione\n{EC},DE89370400440532013000,=1+1,2026-12-01,I\n"
        );
        let csv = format!("{PUBLISHED}/creditorinstitutions/ibans/csv");
        assert_eq!(desk.hand_in(OPERATOR, &csv, file.as_bytes()).await.status, 200);
        let path = format!("{OURS}/brokers/{BROKER}/export/ibans.csv");
        let taken = lines(desk, OPERATOR, &path).await;
        let formula = taken.iter().find(|line| line.contains("DE89370400440532013000")).unwrap();
        assert!(formula.contains(";'=1+1;"), "no formula: {formula}");
        let mut back = "iddominio;iban;descrizione;dataattivazioneiban;operazione\n".to_owned();
        for line in &taken[1..] {
            let cells: Vec<&str> = line.split(';').collect();
            let text = cells[5].strip_prefix('\'').unwrap_or(cells[5]);
            back += &format!("{};{};{text};{};U\n", cells[1], cells[2], cells[4]);
        }
        let told = desk.hand_in(OPERATOR, &csv, back.as_bytes()).await;
        assert_eq!(told.status, 200, "{}", told.text);
        assert_eq!(lines(desk, OPERATOR, &path).await, taken);
    })
    .await;
}
