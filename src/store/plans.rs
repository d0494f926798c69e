//! What every statement that somebody waits for reads, of tables that are full: on SQLite by its plan and
//! by its steps, on PostgreSQL by the rows that each part of its plan saw.

#[path = "../../tests/support/postgres.rs"]
mod cluster;
mod deliveries;
mod inbox;
mod partners;
mod usage;

use jiff::Timestamp;
use sqlx::Row;

use super::anomalies::ONE as ONE_ANOMALY;
use super::anomalies::open::{CLASSES, CLOSE};
use super::dialect::{Assembled, Pools, Value, explain, explain_analyze, postgres_engine};
use super::embedded::ONE_NOTICE;
use super::notices::PAYABLE_NOTICES;
use super::positions::accounts::{CHANGEABLE, CHANGEABLE_AMONG, MOVE_TRANSFERS, WITH_IBAN};
use super::positions::bulk::insert::RECEIPTED;
use super::positions::of_notice::POSITION_OF_NOTICE;
use super::positions::read::ONE_POSITION;
use super::positions::search;
use super::receipts::detail::RECEIPT_OF_ID;
use super::receipts::late;
use super::receipts::statements::{BOOKED_BEFORE, FACTS, SETTLE_NOTICES, TOUCH_POSITIONS};
use super::{
    Direction, Interval, ListStart, NoticeName, Place, PositionFilter, PositionOrder, PositionQuery, Shapes,
    Store, StoreOptions,
};
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber, TwoDigits};
use crate::domain::segregation::Segregation;
use crate::domain::status::Status;

const EC: &str = "77777777777";

/// Position `n` has notice `302000000000000000 + n`, was created and changed at second `n`, is due and was
/// paid in hour `n`, if it is a third one; its debtor has four positions. The last ten have another account.
const FILL: &str = "
    CREATE TABLE numbers (n BIGINT NOT NULL PRIMARY KEY);
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000)
        INSERT INTO numbers SELECT n FROM up;
    INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, published_at, version)
        SELECT '77777777777', 'p' || CAST(100000 + n AS TEXT), 'Comune', TRUE, n * 1000000, n * 1000000, 1, 1
        FROM numbers;
    INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, debtor_name)
        SELECT '77777777777', 'p' || CAST(100000 + n AS TEXT), 1, FALSE, FALSE, 'G',
        CAST(10000000000 + n % 5000 AS TEXT), 'Debtor' FROM numbers;
    INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at, paid_at)
        SELECT '77777777777', CAST(302000000000000000 + n AS TEXT), '0' || CAST(2000000000000000 + n AS TEXT),
        'p' || CAST(100000 + n AS TEXT), 1, 0, 100, 'Mensa', n * 3600000000,
        CASE WHEN n % 3 = 0 THEN n * 3600000000 END FROM numbers;
    INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, remittance, category, iban)
        SELECT '77777777777', CAST(302000000000000000 + n AS TEXT), 1, 100, '77777777777', 'Mensa', '9/x/',
        CASE WHEN n > 19990 THEN 'OLD' ELSE 'NEW' END FROM numbers;
    INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, settles,
        executed, stand_in, amount, psp, psp_name, channel, broker, station, primitive, received_at, raw,
        debtor_id)
        SELECT '77777777777', 'r' || CAST(n AS TEXT), 'r' || CAST(n AS TEXT),
        CAST(302000000000000000 + n AS TEXT), '77777777777', '0' || CAST(2000000000000000 + n AS TEXT),
        CASE n % 400 WHEN 0 THEN 'expired' WHEN 99 THEN 'over_payment' ELSE 'matched' END,
        n % 400 <> 99, TRUE, n % 300 = 0, 100 + n % 500, 'x', 'x', 'x', 'x', 'x', 'x', n * 1000000, '',
        CAST(10000000000 + n % 5000 AS TEXT) FROM numbers WHERE n % 3 = 0;
    INSERT INTO anomaly (ec, anomaly_id, kind, receipt_key, issuer, notice_number, opened_at, resolved_at,
        resolution)
        SELECT '77777777777', 'a' || CAST(n AS TEXT), 'expired', 'r' || CAST(n AS TEXT), '77777777777',
        CAST(302000000000000000 + n AS TEXT), n * 1000000, CASE WHEN n % 500 <> 0 THEN 1 END,
        CASE WHEN n % 500 <> 0 THEN 'no_action' END FROM numbers;";

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn hours(from: i64, until: i64) -> Option<Interval> {
    Some(Interval { from: second(from * 3600), until: second(until * 3600) })
}

/// Something to carry out, with the index that it has to begin with on either database.
struct Case {
    name: &'static str,
    text: String,
    values: Vec<Value>,
    index: [&'static str; 2],
}

fn look_up(name: &'static str, text: &str, values: &[&str], index: [&'static str; 2]) -> Case {
    let values = values.iter().map(|value| match value.strip_prefix('#') {
        Some(number) => Value::Number(number.parse().unwrap()),
        None => Value::Text((*value).to_owned()),
    });
    Case { name, text: text.to_owned(), values: values.collect(), index }
}

const PRIMARY: &str = "PRIMARY KEY";

/// All that serves the node and single positions.
fn look_ups() -> Vec<Case> {
    let (notice, iupd) = ("302000000000010000", "p110000");
    let by_notice = [PRIMARY, "notice_pkey"];
    vec![
        look_up("position", ONE_POSITION, &[EC, iupd], [PRIMARY, "position_pkey"]),
        look_up("verify alone", ONE_NOTICE, &[EC, notice], by_notice),
        look_up("verify", &PAYABLE_NOTICES.text(2).0, &[EC, notice, "", ""], by_notice),
        look_up("facts", &FACTS.text(2).0, &[EC, notice, "", ""], by_notice),
        look_up("booked before", &BOOKED_BEFORE.text(1).0, &[EC, "r9"], ["receipt_1", "receipt_pkey"]),
        look_up(
            "settle",
            &SETTLE_NOTICES.text(1).0,
            &[EC, notice, "#1", "r", "#1", "psp", "card"],
            by_notice,
        ),
        look_up("touch", &TOUCH_POSITIONS.text(1).0, &[EC, iupd, "#1"], [PRIMARY, "position_pkey"]),
        look_up("late receipt", late::FIRST, &[EC, notice], ["receipt_by_notice"; 2]),
        look_up("changeable", CHANGEABLE, &[EC, "#1", "02 "], ["position_by_creation"; 2]),
        look_up(
            "with account",
            WITH_IBAN,
            &[EC, "OLD", "302000000000019995", "#0", "#1", "#256"],
            ["transfer_by_iban"; 2],
        ),
        look_up(
            "changeable among",
            &CHANGEABLE_AMONG.text(2).0,
            &[EC, iupd, "#1", "02 ", "", "", "#1", "02 "],
            [PRIMARY, "position_pkey"],
        ),
        look_up(
            "move account",
            &MOVE_TRANSFERS.text(1).0,
            &[EC, notice, "#1", "NEW"],
            [PRIMARY, "transfer_pkey"],
        ),
        look_up("receipted", &RECEIPTED.text(2).0, &[EC, notice, "", ""], ["receipt_by_notice"; 2]),
        look_up("receipt of id", RECEIPT_OF_ID, &[EC, "r9999", "r9999"], ["receipt_1", "receipt_pkey"]),
        look_up("anomaly", ONE_ANOMALY, &[EC, "a9"], ["a USING PRIMARY KEY", "anomaly_pkey"]),
        look_up("close", CLOSE, &[EC, "r9999", "#1", "linked", "x"], ["anomaly_by_receipt"; 2]),
        look_up("classes", CLASSES, &[EC, "302000000000010002"], ["receipt_by_notice"; 2]),
        look_up("missed", late::MISSED, &[EC, "#1", "#40"], ["position_by_change"; 2]),
    ]
}

fn query(filter: PositionFilter, order: PositionOrder, start: ListStart) -> PositionQuery {
    let ec = FiscalCode::new(EC).unwrap();
    // In both directions.
    let direction = if start == ListStart::Beginning { Direction::Descending } else { Direction::Ascending };
    let now = second(1_000_000_000);
    let (scope, shapes) = (Segregation::Only(TwoDigits::new("02").into_iter().collect()), Shapes::Flat);
    PositionQuery { ec, scope, shapes, now, filter, order, direction, limit: 10, start }
}

fn asked(name: &'static str, statement: Assembled, index: [&'static str; 2]) -> Case {
    let (text, values) = statement.parts();
    Case { name, text: text.0, values, index }
}

/// Pages of the list, in every order that lasts and by every condition; the counts that are not of all.
fn pages() -> Vec<Case> {
    let any = PositionFilter::default;
    let (created, iupd) = (PositionOrder::Created, Iupd::new("p110000").unwrap());
    let walk = [
        ("newest", created, ListStart::Beginning, ["position_by_creation"; 2]),
        (
            "created, on",
            created,
            ListStart::After(Place::Created(second(10_000), iupd.clone())),
            ["position_by_creation"; 2],
        ),
        ("changed", PositionOrder::Updated, ListStart::Beginning, ["position_by_change"; 2]),
        (
            "changed, on",
            PositionOrder::Updated,
            ListStart::After(Place::Updated(second(10_000), iupd.clone())),
            ["position_by_change"; 2],
        ),
        ("named", PositionOrder::Iupd, ListStart::Beginning, [PRIMARY, "position_pkey"]),
        ("named, on", PositionOrder::Iupd, ListStart::After(Place::Iupd(iupd)), [PRIMARY, "position_pkey"]),
    ];
    let mut cases: Vec<Case> = walk
        .into_iter()
        .map(|(name, order, start, index)| asked(name, search::page(&query(any(), order, start)), index))
        .collect();
    let person = PersonId::new(PersonKind::Legal, "10000000077").unwrap();
    let number = NoticeNumber::new("302000000000010000").unwrap();
    let iuv = Iuv::new("02000000000010000").unwrap();
    let by_notice = [PRIMARY, "notice_pkey"];
    let found = [
        ("debtor", PositionFilter { debtor: Some(person), ..any() }, ["payment_option_by_debtor"; 2]),
        ("number", PositionFilter { notice: Some(NoticeName::Number(number)), ..any() }, by_notice),
        (
            "iuv",
            PositionFilter { notice: Some(NoticeName::Iuv(iuv)), ..any() },
            ["autoindex_notice_2", "notice_ec_iuv_key"],
        ),
        ("paid", PositionFilter { paid: hours(10_000, 10_030), ..any() }, ["notice_by_payment"; 2]),
        ("due", PositionFilter { due: hours(10_000, 10_030), ..any() }, ["notice_by_due"; 2]),
        ("since", PositionFilter { updated_since: Some(second(19_980)), ..any() }, ["position_by_change"; 2]),
    ];
    for (name, filter, index) in found {
        let query = query(filter, created, ListStart::Page(0));
        cases.push(asked(name, search::page(&query), index));
        cases.push(asked(name, search::count(&query), index));
    }
    let dense = [
        ("status", PositionFilter { statuses: vec![Status::Valid, Status::Draft], ..any() }),
        ("segregation", PositionFilter { segregation: TwoDigits::new("02").ok(), ..any() }),
    ];
    for (name, filter) in dense {
        let query = query(filter, created, ListStart::Beginning);
        cases.push(asked(name, search::page(&query), ["position_by_creation"; 2]));
    }
    cases
}

#[tokio::test]
async fn on_sqlite_no_statement_reads_more_than_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("varco.db");
    let url = format!("sqlite://{}", file.display());
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Sqlite { write, .. } = &store.pools else { panic!("it is SQLite") };
    sqlx::raw_sql(FILL).execute(write).await.unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    for case in look_ups().into_iter().chain(pages()).chain(inbox::receipts()).chain(inbox::anomalies()) {
        let steps = sqlx::query(explain(&case.text)).fetch_all(write).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        let plan = steps.join("\n");
        let scanned = |step: &String| {
            // What was read before, and not a table.
            let found = step == "SCAN r" && plan.contains("MATERIALIZE found");
            step.starts_with("SCAN")
                && !found
                && ["p", "n", "o", "t", "r", "f", "a", "m", "notice", "position", "receipt", "anomaly"]
                    .contains(&step.split(' ').nth(1).unwrap())
        };
        assert!(!steps.iter().any(scanned), "{}:\n{plan}", case.name);
        let walks = inbox::WALKS.iter().any(|index| plan.contains(index));
        assert!(!(walks && plan.contains("TEMP B-TREE")), "{}:\n{plan}", case.name);
        assert!(plan.contains(case.index[0]), "{}:\n{plan}", case.name);
        // The machine of SQLite takes some fifty steps for a row, and five hundred for one with its status.
        let taken = machine_steps(&connection, &case);
        assert!(taken < 12_000, "{}: {taken} steps\n{plan}", case.name);
    }
}

/// A position of a thousand notices in ten options, none of them paid.
const WIDE: &str = "
    INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, version)
        VALUES ('77777777777', 'wide', 'Comune', TRUE, 1, 1, 1);
    INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, debtor_name)
        SELECT '77777777777', 'wide', n, TRUE, FALSE, 'G', '10000000000', 'Debtor' FROM numbers WHERE n <= 10;
    INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at)
        SELECT '77777777777', CAST(303000000000000000 + n AS TEXT), '0' || CAST(3000000000000000 + n AS TEXT),
        'wide', 1 + n % 10, n, 100, 'Mensa', 1 FROM numbers WHERE n <= 1000;
    INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, remittance, category, iban)
        SELECT '77777777777', CAST(303000000000000000 + n AS TEXT), 1, 100, '77777777777', 'Mensa', '9/x/', 'NEW'
        FROM numbers WHERE n <= 1000;";

#[tokio::test]
async fn a_position_is_read_in_proportion_to_its_notices() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("varco.db");
    let store = Store::open(&format!("sqlite://{}", file.display()), StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Sqlite { write, .. } = &store.pools else { panic!("it is SQLite") };
    sqlx::raw_sql(FILL).execute(write).await.unwrap();
    sqlx::raw_sql(WIDE).execute(write).await.unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    let by_notice = [PRIMARY, "notice_pkey"];
    for case in [
        look_up("position", ONE_POSITION, &[EC, "wide"], [PRIMARY, "position_pkey"]),
        look_up("of a notice", POSITION_OF_NOTICE, &[EC, "303000000000000001"], by_notice),
    ] {
        let taken = machine_steps(&connection, &case);
        assert!(taken < 500 * 1000, "{}: {taken} steps for a thousand notices", case.name);
    }
}

fn machine_steps(connection: &rusqlite::Connection, case: &Case) -> i32 {
    let mut statement = connection.prepare(&case.text).unwrap();
    for (place, value) in (1..).zip(&case.values) {
        // What a statement does not name is not bound.
        let Some(index) = statement.parameter_index(&format!("${place}")).unwrap() else { continue };
        match value {
            Value::Number(number) => statement.raw_bind_parameter(index, number).unwrap(),
            Value::Text(text) => statement.raw_bind_parameter(index, text).unwrap(),
        }
    }
    let mut rows = statement.raw_query();
    while rows.next().unwrap().is_some() {}
    drop(rows);
    statement.get_status(rusqlite::StatementStatus::VmStep)
}

#[tokio::test]
async fn on_postgres_no_statement_reads_more_than_it_needs_analysed_or_not() {
    let url = cluster::empty_database().await;
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Postgres(pool) = &store.pools else { panic!("it is PostgreSQL") };
    sqlx::raw_sql(FILL).execute(pool).await.unwrap();
    for state in ["never analysed", "analysed"] {
        for case in look_ups().into_iter().chain(pages()).chain(inbox::receipts()).chain(inbox::anomalies()) {
            let mut tx = postgres_engine::begin(pool, postgres_engine::BEGIN).await.unwrap();
            let mut explained = sqlx::query(explain_analyze(&case.text)).persistent(false);
            for value in &case.values {
                explained = match value {
                    Value::Number(number) => explained.bind(number),
                    Value::Text(text) => explained.bind(text),
                };
            }
            let lines = explained.fetch_all(&mut *tx).await.unwrap();
            let lines: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
            tx.rollback().await.unwrap();
            let plan = lines.join("\n");
            assert!(!plan.contains("Seq Scan"), "{}, {state}:\n{plan}", case.name);
            assert!(plan.contains(case.index[1]), "{}, {state}:\n{plan}", case.name);
            let most = lines.iter().map(|line| rows_seen(line)).fold(0.0, f64::max);
            assert!(most < 200.0, "{}, {state}: {most} rows\n{plan}", case.name);
        }
        sqlx::raw_sql("ANALYZE").execute(pool).await.unwrap();
    }
}

/// The rows that a line of a plan speaks of, over all loops.
fn rows_seen(line: &str) -> f64 {
    let after = |text: &str, word: &str| -> Option<f64> {
        let (_, rest) = text.split_once(word)?;
        rest.split([' ', ')']).next()?.parse().ok()
    };
    let Some((_, actual)) = line.split_once("(actual ") else {
        return after(line, "Rows Removed by Filter: ").unwrap_or_default();
    };
    after(actual, "rows=").unwrap_or_default() * after(actual, "loops=").unwrap_or_default()
}
