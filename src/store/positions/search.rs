//! The statements of the list: put together for what is asked, so that each begins with the index that
//! leaves the least.
//!
//! What leaves few positions (a notice, a debtor, an interval) is looked up first, and the positions by
//! their key; else they are walked in the order asked for. The planners of both engines follow that order
//! whatever they know of the tables.

use jiff::Timestamp;

use crate::domain::segregation::Segregation;
use crate::domain::status::Status;
use crate::store::dialect::{Assembled, Value};
use crate::store::rows::position_columns;

use super::list::{
    Direction, Interval, ListStart, Place, PositionFilter, PositionOrder, PositionQuery, Shapes, status_word,
};
use super::notice::NoticeName;
use super::segregation::{codes, of_caller};

/// What is looked up first, and what is only asked of the positions found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Notice,
    Debtor,
    Paid,
    Due,
    Updated,
    Walk,
}

/// Whether `position p` is flat, as `Position::is_flat` says.
macro_rules! flat {
    () => {
        "NOT EXISTS (SELECT 1 FROM payment_option fo JOIN payment_option fp ON fp.ec = fo.ec \
             AND fp.iupd = fo.iupd AND fp.option_no > fo.option_no WHERE fo.ec = p.ec AND fo.iupd = p.iupd \
             AND ((fo.is_plan AND fp.is_plan) OR fo.expires <> fp.expires \
                 OR COALESCE(fo.valid_from, 0) <> COALESCE(fp.valid_from, 0) \
                 OR fo.debtor_kind <> fp.debtor_kind OR fo.debtor_id <> fp.debtor_id \
                 OR fo.debtor_name <> fp.debtor_name) LIMIT 1 OFFSET 0)"
    };
}

/// How many positions there are on all pages.
pub(in crate::store) fn count(query: &PositionQuery) -> Assembled {
    let mut statement = begun(query);
    let first = look_up(&mut statement, query, "WITH ");
    statement.push("SELECT COUNT(*)", []);
    filter(&mut statement, query, first);
    statement
}

/// One page, and one position more if there is a next one.
pub(in crate::store) fn page(query: &PositionQuery) -> Assembled {
    let (expression, newest) = (place(query.order), query.direction == Direction::Descending);
    let mut statement = begun(query);
    statement.push("WITH ", []);
    let first = look_up(&mut statement, query, "");
    statement.push("page AS (SELECT p.ec, p.iupd, ", []);
    statement.push(expression, []);
    statement.push(" AS place", []);
    filter(&mut statement, query, first);
    // An index is only used by a statement that spells its condition.
    match (first, query.order) {
        (First::Walk, PositionOrder::Created) => statement.push(" AND p.created_at <> 0", []),
        (First::Walk, PositionOrder::Updated) => statement.push(" AND p.updated_at <> 0", []),
        _ => {}
    }
    let number = |number: u64| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let (limit, mut skip) = (u64::from(query.limit), 0);
    match &query.start {
        ListStart::Page(page) => skip = limit * u64::from(*page),
        ListStart::Beginning => {}
        ListStart::After(last) => after(&mut statement, query.direction, last),
    }
    let order = if newest {
        " ORDER BY place DESC, p.iupd DESC LIMIT # OFFSET #"
    } else {
        " ORDER BY place, p.iupd LIMIT # OFFSET #"
    };
    statement.push(order, [number(limit + 1), number(skip)]);
    statement.push(
        concat!(
            ") SELECT ",
            position_columns!(),
            " FROM page JOIN position p ON p.ec = page.ec AND p.iupd = page.iupd \
             JOIN payment_option o ON o.ec = p.ec AND o.iupd = p.iupd \
             JOIN notice n ON n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no \
             JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number"
        ),
        [],
    );
    let order =
        if newest { " ORDER BY page.place DESC, p.iupd DESC" } else { " ORDER BY page.place, p.iupd" };
    statement.push(order, []);
    statement.push(", o.option_no, n.notice_no, t.id_transfer", []);
    statement
}

/// `$1` is the creditor institution, `$2` the instant at which the status is derived and `$3`, if the caller
/// may not work with every notice, what it may work with.
fn begun(query: &PositionQuery) -> Assembled {
    let mut statement = Assembled::default();
    statement.name([text(query.ec.as_str()), instant(query.now)]);
    statement.name(codes(&query.scope).map(Value::Text));
    statement
}

/// What positions are ordered by; the iupd, which is unique, decides between equals.
const fn place(order: PositionOrder) -> &'static str {
    match order {
        PositionOrder::Created => "p.created_at",
        PositionOrder::Updated => "p.updated_at",
        PositionOrder::Iupd => "p.iupd",
        PositionOrder::Status => status_word!(),
        PositionOrder::CompanyName => "p.company_name",
    }
}

/// Looks up the positions that the sharpest condition leaves, if there is one; says which it was.
fn look_up(statement: &mut Assembled, query: &PositionQuery, with: &'static str) -> First {
    let asked = &query.filter;
    let first = match asked {
        PositionFilter { notice: Some(_), .. } => First::Notice,
        PositionFilter { debtor: Some(_), .. } => First::Debtor,
        PositionFilter { paid: Some(_), .. } => First::Paid,
        PositionFilter { due: Some(_), .. } => First::Due,
        PositionFilter { updated_since: Some(_), .. } if query.order != PositionOrder::Updated => {
            First::Updated
        }
        _ => First::Walk,
    };
    if first == First::Walk {
        return first;
    }
    statement.push(with, []);
    statement.push("found AS MATERIALIZED (SELECT ", []);
    match first {
        First::Notice => {
            statement.push("f.iupd FROM notice f WHERE f.ec = $1", []);
            name_of_notice(statement, asked);
        }
        First::Debtor => {
            statement.push("DISTINCT f.iupd FROM payment_option f WHERE f.ec = $1", []);
            debtor(statement, asked);
        }
        First::Paid => {
            statement.push("DISTINCT f.iupd FROM notice f WHERE f.ec = $1 AND f.paid_at <> 0", []);
            paid(statement, asked);
        }
        First::Due => {
            statement.push("DISTINCT f.iupd FROM notice f WHERE f.ec = $1 AND f.due_at <> 0", []);
            due(statement, asked);
        }
        First::Updated => {
            let since = asked.updated_since.map(instant);
            let updated =
                "f.iupd FROM position f WHERE f.ec = $1 AND f.updated_at <> 0 AND f.updated_at >= #";
            statement.push(updated, since);
        }
        First::Walk => {}
    }
    statement.push(if with.is_empty() { "), " } else { ") " }, []);
    first
}

/// The tables and all conditions; those of `first` are met already.
fn filter(statement: &mut Assembled, query: &PositionQuery, first: First) {
    let asked = &query.filter;
    // Both engines read what is named first for the sake of the second; to SQLite, CROSS says so.
    statement.push(
        match first {
            First::Walk => " FROM position p WHERE p.ec = $1",
            _ => " FROM found CROSS JOIN position p WHERE p.ec = $1 AND p.iupd = found.iupd",
        },
        [],
    );
    if query.scope != Segregation::Every {
        statement.push(concat!(" AND ", of_caller!("$3")), []);
    }
    if query.shapes == Shapes::Flat {
        statement.push(concat!(" AND ", flat!()), []);
    }
    if !asked.statuses.is_empty() {
        statement.push(concat!(" AND ", status_word!(), " IN ("), []);
        for (place, status) in asked.statuses.iter().enumerate() {
            statement.push(if place == 0 { "#" } else { ", #" }, [text(Status::word(*status))]);
        }
        statement.push(")", []);
    }
    if let Some(since) = asked.updated_since.filter(|_| first != First::Updated) {
        statement.push(" AND p.updated_at >= #", [instant(since)]);
    }
    if asked.debtor.is_some() && first != First::Debtor {
        let options = " AND EXISTS (SELECT 1 FROM payment_option f WHERE f.ec = p.ec AND f.iupd = p.iupd";
        statement.push(options, []);
        debtor(statement, asked);
        statement.push(ANY, []);
    }
    if asked.paid.is_some() && first != First::Paid {
        statement.push(NOTICES, []);
        paid(statement, asked);
        statement.push(ANY, []);
    }
    if asked.due.is_some() && first != First::Due {
        statement.push(NOTICES, []);
        due(statement, asked);
        statement.push(ANY, []);
    }
    if let Some(code) = asked.segregation {
        statement.push(NOTICES, []);
        // Digits only, because they sort alike in every language.
        let range = " AND f.notice_number >= # AND f.notice_number < #";
        let (first, beyond) = code.segregated_range();
        statement.push(range, [Value::Text(first), Value::Text(beyond)]);
        statement.push(ANY, []);
    }
}

/// Begins a condition on any notice of a position.
const NOTICES: &str = " AND EXISTS (SELECT 1 FROM notice f WHERE f.ec = p.ec AND f.iupd = p.iupd";

/// Ends it, as in [`status_word`].
const ANY: &str = " LIMIT 1 OFFSET 0)";

fn name_of_notice(statement: &mut Assembled, asked: &PositionFilter) {
    match &asked.notice {
        Some(NoticeName::Number(number)) => {
            statement.push(" AND f.notice_number = #", [text(number.as_str())])
        }
        Some(NoticeName::Iuv(iuv)) => statement.push(" AND f.iuv = #", [text(iuv.as_str())]),
        None => {}
    }
}

fn debtor(statement: &mut Assembled, asked: &PositionFilter) {
    if let Some(person) = &asked.debtor {
        statement.push(" AND f.debtor_id = #", [text(person.as_str())]);
    }
}

fn paid(statement: &mut Assembled, asked: &PositionFilter) {
    if let Some(interval) = asked.paid {
        statement.push(" AND f.paid_at >= # AND f.paid_at < #", bounds(interval));
    }
}

fn due(statement: &mut Assembled, asked: &PositionFilter) {
    if let Some(interval) = asked.due {
        statement.push(" AND f.due_at >= # AND f.due_at < #", bounds(interval));
    }
}

/// Only what comes after the last position of the page before.
fn after(statement: &mut Assembled, direction: Direction, last: &Place) {
    let ascending = direction == Direction::Ascending;
    match last {
        Place::Created(at, iupd) => {
            let (up, down) = (" AND (p.created_at, p.iupd) > (#, #)", " AND (p.created_at, p.iupd) < (#, #)");
            statement.push(if ascending { up } else { down }, [instant(*at), text(iupd.as_str())]);
        }
        Place::Updated(at, iupd) => {
            let (up, down) = (" AND (p.updated_at, p.iupd) > (#, #)", " AND (p.updated_at, p.iupd) < (#, #)");
            statement.push(if ascending { up } else { down }, [instant(*at), text(iupd.as_str())]);
        }
        Place::Iupd(iupd) => {
            let piece = if ascending { " AND p.iupd > #" } else { " AND p.iupd < #" };
            statement.push(piece, [text(iupd.as_str())]);
        }
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn instant(instant: Timestamp) -> Value {
    Value::Number(instant.as_microsecond())
}

fn bounds(interval: Interval) -> [Value; 2] {
    [instant(interval.from), instant(interval.until)]
}
