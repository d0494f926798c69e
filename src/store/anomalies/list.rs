//! A page of anomalies, in the order in which they were opened.

use jiff::Timestamp;

use crate::domain::anomaly::AnomalyKind;
use crate::domain::event::Feed;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::Segregation;
use crate::store::dialect::{Assembled, Value, for_both_engines, on_engine};
use crate::store::positions::segregation::codes;
use crate::store::receipts::decide::key_of;
use crate::store::{Store, StoreError};

use super::{Anomaly, AnomalyRow, columns};

/// Which anomalies are asked for.
#[derive(Clone)]
pub struct AnomalyQuery {
    /// Whose.
    pub feed: Feed,
    /// Of which notices; what names no notice of the institution's own is for callers who may work with all.
    pub scope: Segregation,
    /// Whether they wait.
    pub state: AnomalyState,
    /// Of one of these kinds; of any, if it is empty.
    pub kinds: Vec<AnomalyKind>,
    /// Opened from then on.
    pub from: Timestamp,
    /// Opened before then.
    pub until: Timestamp,
    /// About that notice.
    pub notice: Option<NoticeNumber>,
    /// About the receipt of that id.
    pub receipt: Option<ReceiptId>,
    /// How many make a page.
    pub limit: u32,
    /// The last of the page before.
    pub after: Option<AnomalyPlace>,
}

/// Whether an anomaly waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnomalyState {
    /// A person has to look.
    Open,
    /// It was put to rest.
    Resolved,
    /// Either.
    All,
}

/// Where an anomaly stands in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnomalyPlace {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A page of anomalies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnomalyPage {
    /// Those of the page.
    pub anomalies: Vec<Anomaly>,
    /// Where the next page begins, if there is one.
    pub next: Option<AnomalyPlace>,
}

impl Store {
    /// A page of the anomalies that a query asks for, the one that was opened first at its beginning.
    pub async fn list_anomalies(&self, query: &AnomalyQuery) -> Result<AnomalyPage, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::list(pool, query).await);
        let rows = rows.map_err(StoreError::during("list_anomalies"))?;
        let mut anomalies: Vec<Anomaly> = rows.into_iter().map(AnomalyRow::read).collect::<Result<_, _>>()?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = anomalies.len() > limit;
        anomalies.truncate(limit);
        let place = |last: &Anomaly| AnomalyPlace { opened_at: last.opened_at, id: last.facts.id.clone() };
        let next = anomalies.last().filter(|_| more).map(place);
        Ok(AnomalyPage { anomalies, next })
    }
}

/// One page, and one anomaly more if there is a next one.
pub(in crate::store) fn page(query: &AnomalyQuery) -> Assembled {
    let after = query.after.as_ref();
    let from = after.map_or(query.from, |place| query.from.max(place.opened_at));
    let mut statement = Assembled::default();
    statement.push(concat!(columns!(), " WHERE a.ec = #"), [text(query.feed.as_str())]);
    // What names the anomaly leaves few; else they are walked, by the index of the state that is asked for.
    let named = query.notice.is_some() || query.receipt.is_some();
    if let Some(receipt) = &query.receipt {
        let key = key_of(receipt.as_str());
        let not_executed = format!("not-executed:{key}");
        statement.push(" AND a.receipt_key IN (#, #)", [Value::Text(key), Value::Text(not_executed)]);
    }
    if let Some(notice) = &query.notice {
        statement.push(" AND a.notice_number = #", [text(notice.as_str())]);
    }
    match query.state {
        AnomalyState::Open if named => statement.push(" AND COALESCE(a.resolved_at, 0) = 0", []),
        AnomalyState::Resolved if named => statement.push(" AND COALESCE(a.resolved_at, 0) <> 0", []),
        AnomalyState::All if named => {}
        AnomalyState::Open => statement.push(" AND a.resolved_at IS NULL", []),
        AnomalyState::Resolved => statement.push(" AND a.resolved_at IS NOT NULL", []),
        AnomalyState::All => statement.push(" AND a.kind <> ''", []),
    }
    if !query.kinds.is_empty() {
        let words: String = query.kinds.iter().map(|kind| format!(" {} ", kind.word())).collect();
        statement.push(" AND CAST(# AS TEXT) LIKE '% ' || a.kind || ' %'", [Value::Text(words)]);
    }
    if let Some(codes) = codes(&query.scope) {
        statement.push(
            " AND a.issuer = a.ec AND a.notice_number LIKE '3%' \
             AND CAST(# AS TEXT) LIKE '%' || substr(a.notice_number, 2, 2) || '%'",
            [Value::Text(codes)],
        );
    }
    statement.push(" AND a.opened_at >= # AND a.opened_at < #", [instant(from), instant(query.until)]);
    if let Some(AnomalyPlace { opened_at, id }) = after {
        statement.push(" AND (a.opened_at > # OR a.anomaly_id > #)", [instant(*opened_at), text(id)]);
    }
    let limit = Value::Number(i64::from(query.limit) + 1);
    statement.push(" ORDER BY a.opened_at, a.anomaly_id LIMIT #", [limit]);
    statement
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn instant(instant: Timestamp) -> Value {
    Value::Number(instant.as_microsecond())
}

for_both_engines! {
    pub(super) async fn list(pool: &Pool, query: &AnomalyQuery) -> Result<Vec<AnomalyRow>, sqlx::Error> {
        let (text, values) = page(query).parts();
        let mut page = sqlx::query_as(text).persistent(KEEPS_ASSEMBLED);
        for value in values {
            page = match value {
                Value::Number(number) => page.bind(number),
                Value::Text(text) => page.bind(text),
            };
        }
        page.fetch_all(pool).await
    }
}
