//! The statements of the list of receipts: put together for what is asked, so that each begins with the
//! index that leaves the least and follows the order of payment from there.
//!
//! Only a range of amounts has no way of its own: it is looked for along the order of payment.

use jiff::Timestamp;

use super::decide::key_of;
use super::list::{PageStart, ReceiptFilter, ReceiptPlace, ReceiptQuery};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptClass;
use crate::store::dialect::{Assembled, Value};
use crate::store::positions::segregation::codes;

/// What leads to the receipts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Id,
    Reference,
    Notice,
    Debtor,
    Amount,
    /// Each class by itself, but for the usual one.
    Class,
    StandIn,
    Unsettling,
    Arrival,
    Payment,
}

/// All columns that the list reads or asks about.
macro_rules! columns {
    () => {
        "r.ec, r.receipt_key, r.receipt_id, r.notice_number, r.issuer, r.creditor_reference, r.debtor_id, \
         r.amount, r.class, r.executed, r.stand_in, r.settles, r.paid_at, r.received_at"
    };
}

/// Those that came in an interval, read before they are put in order: a planner in doubt would walk all
/// that was ever paid instead.
const ARRIVED: &str = concat!(
    "WITH found AS MATERIALIZED (SELECT ",
    columns!(),
    " FROM receipt r WHERE r.ec = $1 AND r.received_at <> 0 AND r.received_at >= # AND r.received_at < #) "
);

/// How many receipts there are on all pages.
pub(in crate::store) fn count(query: &ReceiptQuery) -> Assembled {
    let mut statement = Assembled::default();
    statement.name([text(query.ec.as_str()), instant(query.from), instant(query.until)]);
    let way = way(query);
    begin(&mut statement, &query.filter, way, "SELECT COUNT(*)");
    filter(&mut statement, query, way, None);
    statement
}

/// One page, and one receipt more if there is a next one: of one statement, or to be put together of
/// several that each give as many in the same order.
pub(in crate::store) fn pages(query: &ReceiptQuery) -> Vec<Assembled> {
    match way(query) {
        Way::Class => {
            query.filter.classes.iter().map(|class| page(query, Way::Class, Some(*class))).collect()
        }
        way => vec![page(query, way, None)],
    }
}

fn page(query: &ReceiptQuery, way: Way, class: Option<ReceiptClass>) -> Assembled {
    let (pages, after) = match &query.start {
        PageStart::Page(pages) => (*pages, &ReceiptPlace::START),
        PageStart::After(place) => (0, place),
    };
    let from = query.from.max(after.paid_on);
    let mut statement = Assembled::default();
    statement.name([text(query.ec.as_str()), instant(from), instant(query.until)]);
    let columns = concat!("SELECT ", columns!(), ", COALESCE(r.paid_at, r.received_at) AS paid_on");
    begin(&mut statement, &query.filter, way, columns);
    filter(&mut statement, query, way, class);
    let limit = i64::from(query.limit);
    statement.push(
        " AND (COALESCE(r.paid_at, r.received_at) > # OR r.receipt_key > #) \
         ORDER BY COALESCE(r.paid_at, r.received_at), r.receipt_key LIMIT # OFFSET #",
        [
            instant(after.paid_on),
            text(&after.key),
            Value::Number(limit + 1),
            Value::Number(limit * i64::from(pages)),
        ],
    );
    statement
}

/// The way that leaves the fewest. Classes are a way of a walk only: pages are put together of several
/// statements, which cannot skip.
fn way(query: &ReceiptQuery) -> Way {
    let walks = matches!(query.start, PageStart::After(_));
    match &query.filter {
        ReceiptFilter { id: Some(_), .. } => Way::Id,
        ReceiptFilter { iuv: Some(_), .. } => Way::Reference,
        ReceiptFilter { notice: Some(_), .. } => Way::Notice,
        ReceiptFilter { debtor: Some(_), .. } => Way::Debtor,
        ReceiptFilter { amount: Some((least, most)), .. } if least == most => Way::Amount,
        ReceiptFilter { received: Some(_), .. } => Way::Arrival,
        ReceiptFilter { classes, .. } if !classes.is_empty() && walks => Way::Class,
        ReceiptFilter { stand_in: Some(true), .. } => Way::StandIn,
        ReceiptFilter { settles: Some(false), .. } => Way::Unsettling,
        _ => Way::Payment,
    }
}

fn begin(statement: &mut Assembled, asked: &ReceiptFilter, way: Way, select: &'static str) {
    match (way, asked.received) {
        (Way::Arrival, Some(received)) => {
            statement.push(ARRIVED, [instant(received.from), instant(received.until)]);
            statement.push(select, []);
            statement.push(" FROM found r WHERE r.ec = $1", []);
        }
        _ => {
            statement.push(select, []);
            statement.push(" FROM receipt r WHERE r.ec = $1", []);
        }
    }
}

/// Every condition, that of the way first.
fn filter(statement: &mut Assembled, query: &ReceiptQuery, way: Way, class: Option<ReceiptClass>) {
    let asked = &query.filter;
    // An index is only used by a statement that spells its condition.
    let usual = class == Some(ReceiptClass::Matched);
    if way == Way::Payment || usual {
        statement.push(" AND r.primitive <> ''", []);
    }
    names(statement, asked);
    if let Some((least, most)) = asked.amount {
        let (least, most) = (Value::Number(least.get()), Value::Number(most.get()));
        match way {
            Way::Amount => statement.push(" AND r.amount >= 0 AND r.amount = #", [least]),
            _ => statement.push(" AND r.amount >= # AND r.amount <= #", [least, most]),
        }
    }
    match class {
        Some(ReceiptClass::Matched) => statement.push(" AND r.class = 'matched'", []),
        Some(class) => statement.push(" AND r.class <> 'matched' AND r.class = #", [text(class.word())]),
        None => among(statement, &asked.classes),
    }
    match asked.stand_in {
        Some(true) => statement.push(" AND r.stand_in = TRUE", []),
        Some(false) => statement.push(" AND r.stand_in = FALSE", []),
        None => {}
    }
    match asked.settles {
        Some(true) => statement.push(" AND r.settles = TRUE", []),
        Some(false) => statement.push(" AND r.settles = FALSE", []),
        None => {}
    }
    if let Some(received) = asked.received.filter(|_| way != Way::Arrival) {
        let bounds = [instant(received.from), instant(received.until)];
        statement.push(" AND r.received_at >= # AND r.received_at < #", bounds);
    }
    statement.push(
        " AND COALESCE(r.paid_at, r.received_at) >= $2 AND COALESCE(r.paid_at, r.received_at) < $3",
        [],
    );
    if let Some(codes) = codes(&query.scope) {
        statement.push(
            " AND r.issuer = r.ec AND r.notice_number LIKE '3%' \
             AND CAST(# AS TEXT) LIKE '%' || substr(r.notice_number, 2, 2) || '%'",
            [Value::Text(codes)],
        );
    }
}

/// What is asked for by a name or the beginning of one.
fn names(statement: &mut Assembled, asked: &ReceiptFilter) {
    if let Some(id) = &asked.id {
        let key = key_of(id.as_str());
        let not_executed = Value::Text(format!("not-executed:{key}"));
        statement.push(" AND r.receipt_key IN (#, #)", [Value::Text(key), not_executed]);
    }
    if let Some(iuv) = &asked.iuv {
        statement.push(" AND r.creditor_reference = #", [text(iuv)]);
    }
    if let Some(notice) = asked.notice.as_ref().map(NoticeNumber::as_str) {
        statement.push(" AND r.notice_number = #", [text(notice)]);
    }
    if let Some(debtor) = &asked.debtor {
        statement.push(" AND r.debtor_id <> '' AND r.debtor_id = #", [text(debtor)]);
    }
    if let Some(service) = &asked.service {
        let twice = [text(service), text(service)];
        statement
            .push(" AND substr(r.creditor_reference, 1, length(CAST(# AS TEXT))) = CAST(# AS TEXT)", twice);
    }
    if let Some(either) = &asked.debtor_or_iuv {
        let each = [text(either), text(either), text(either), text(either)];
        statement.push(
            " AND (substr(r.creditor_reference, 1, length(CAST(# AS TEXT))) = CAST(# AS TEXT) \
                 OR substr(r.debtor_id, 1, length(CAST(# AS TEXT))) = CAST(# AS TEXT))",
            each,
        );
    }
}

fn among(statement: &mut Assembled, classes: &[ReceiptClass]) {
    if !classes.is_empty() {
        let words: String = classes.iter().map(|class| format!(" {} ", class.word())).collect();
        statement.push(" AND CAST(# AS TEXT) LIKE '% ' || r.class || ' %'", [Value::Text(words)]);
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn instant(instant: Timestamp) -> Value {
    Value::Number(instant.as_microsecond())
}
