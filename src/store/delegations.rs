//! Delegations: what creditor institutions hand to brokers, and what was done about each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Act, Deed, Delegation, Mandate, Product, TaxonomyDomain, Tenant, WrongStatus};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Conflict;
use crate::domain::ids::BrokerCode;
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;

use super::dialect::{for_both_engines, on_engine};
use super::governance::Refused;
use super::positions::segregation::codes;
use super::rows::{instant, optional_instant, read as readable};
use super::{Store, StoreError};

/// The columns of [`Row`].
macro_rules! delegation_columns {
    () => {
        "d.id, d.ec, d.broker, d.products, d.codes, d.domains, d.from_at, d.until_at, d.offered_at, d.offered_by, \
         d.accepted_at, d.accepted_by, d.refused_at, d.refused_by, d.revoked_at, d.revoked_by"
    };
}

/// Those that hold or will hold.
pub(super) const LIVE: &str = concat!(
    "SELECT ",
    delegation_columns!(),
    " FROM delegation d WHERE d.accepted_at IS NOT NULL AND d.revoked_at IS NULL"
);

/// The row of a delegation.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    ec: String,
    broker: String,
    products: String,
    codes: Option<String>,
    domains: Option<String>,
    from_at: i64,
    until_at: Option<i64>,
    offered_at: i64,
    offered_by: String,
    accepted_at: Option<i64>,
    accepted_by: Option<String>,
    refused_at: Option<i64>,
    refused_by: Option<String>,
    revoked_at: Option<i64>,
    revoked_by: Option<String>,
}

impl Row {
    pub(super) fn read(self) -> Result<Mandate, StoreError> {
        let product = |name| Product::named(name).ok_or(StoreError::Corrupt { what: "product" });
        let code = |text| readable(TwoDigits::new(text), "segregation code");
        let domain = |text| readable(TaxonomyDomain::new(text), "part of the taxonomy");
        let codes = match &self.codes {
            None => Segregation::Every,
            Some(codes) => Segregation::Only(codes.split_whitespace().map(code).collect::<Result<_, _>>()?),
        };
        let domains = self.domains.as_deref();
        let domains = domains.map(|text| text.split_whitespace().map(domain).collect()).transpose()?;
        let terms = Delegation {
            id: self.id,
            ec: readable(FiscalCode::new(&self.ec), "fiscal code")?,
            broker: readable(BrokerCode::new(&self.broker), "broker code")?,
            products: self.products.split_whitespace().map(product).collect::<Result<_, _>>()?,
            codes,
            domains,
            from: instant(self.from_at)?,
            until: optional_instant(self.until_at)?,
        };
        Ok(Mandate {
            terms,
            offered: Deed { at: instant(self.offered_at)?, by: self.offered_by },
            accepted: deed(self.accepted_at, self.accepted_by)?,
            refused: deed(self.refused_at, self.refused_by)?,
            revoked: deed(self.revoked_at, self.revoked_by)?,
        })
    }
}

fn deed(at: Option<i64>, by: Option<String>) -> Result<Option<Deed>, StoreError> {
    at.map(|at| Ok(Deed { at: instant(at)?, by: by.unwrap_or_default() })).transpose()
}

impl Store {
    /// The delegation of that name.
    pub async fn delegation(&self, id: &str) -> Result<Option<Mandate>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, id).await);
        row.map_err(StoreError::during("delegation"))?.map(Row::read).transpose()
    }

    /// The delegations of a creditor institution or to a broker, in the order in which they were offered; of all
    /// for the gateway.
    pub async fn delegations_of(&self, tenant: &Tenant) -> Result<Vec<Mandate>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::of(pool, tenant).await);
        rows.map_err(StoreError::during("delegations_of"))?.into_iter().map(Row::read).collect()
    }
}

/// A delegation in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    organization: String,
    broker: String,
    products: Vec<String>,
    segregation_codes: Option<Vec<String>>,
    domains: Option<Vec<String>>,
    valid_from: Timestamp,
    valid_until: Option<Timestamp>,
    offered_at: Timestamp,
    offered_by: String,
    accepted_at: Option<Timestamp>,
    accepted_by: Option<String>,
    refused_at: Option<Timestamp>,
    refused_by: Option<String>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<String>,
}

impl Document {
    fn of(mandate: &Mandate) -> Self {
        let terms = &mandate.terms;
        let at = |deed: &Option<Deed>| deed.as_ref().map(|deed| deed.at);
        let by = |deed: &Option<Deed>| deed.as_ref().map(|deed| deed.by.clone());
        Document {
            organization: terms.ec.to_string(),
            broker: terms.broker.to_string(),
            products: terms.products.iter().map(|product| product.name().to_owned()).collect(),
            segregation_codes: terms
                .codes
                .codes()
                .map(|codes| codes.iter().map(ToString::to_string).collect()),
            domains: terms.domains.as_ref().map(|parts| parts.iter().map(ToString::to_string).collect()),
            valid_from: terms.from,
            valid_until: terms.until,
            offered_at: mandate.offered.at,
            offered_by: mandate.offered.by.clone(),
            accepted_at: at(&mandate.accepted),
            accepted_by: by(&mandate.accepted),
            refused_at: at(&mandate.refused),
            refused_by: by(&mandate.refused),
            revoked_at: at(&mandate.revoked),
            revoked_by: by(&mandate.revoked),
        }
    }

    /// The delegation of that name that it says.
    fn read(self, id: &str) -> Result<Mandate, StoreError> {
        let spaced = |words: &[String]| words.iter().map(|word| format!("{word} ")).collect::<String>();
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        let row = Row {
            id: id.to_owned(),
            ec: self.organization,
            broker: self.broker,
            products: spaced(&self.products),
            codes: self.segregation_codes.as_deref().map(spaced),
            domains: self.domains.as_deref().map(spaced),
            from_at: self.valid_from.as_microsecond(),
            until_at: micros(self.valid_until),
            offered_at: self.offered_at.as_microsecond(),
            offered_by: self.offered_by,
            accepted_at: micros(self.accepted_at),
            accepted_by: self.accepted_by,
            refused_at: micros(self.refused_at),
            refused_by: self.refused_by,
            revoked_at: micros(self.revoked_at),
            revoked_by: self.revoked_by,
        };
        row.read()
    }
}

/// A delegation as the proposal of a change carries it: an offer, or one to which something was done.
pub fn delegation_json(mandate: &Mandate) -> Result<String, StoreError> {
    serde_json::to_string(&Document::of(mandate)).map_err(|_| StoreError::Corrupt { what: "delegation" })
}

fn wished(id: &str, json: &str) -> Result<Mandate, StoreError> {
    let document: Document =
        serde_json::from_str(json).map_err(|_| StoreError::Corrupt { what: "wish for a delegation" })?;
    document.read(id)
}

/// What was done, of one that is there and one that is wished: one act, about the same terms.
fn act(known: &Mandate, wished: &Mandate) -> Option<(Act, String)> {
    let same = known.terms == wished.terms;
    let news = [
        (Act::Accept, &known.accepted, &wished.accepted),
        (Act::Refuse, &known.refused, &wished.refused),
        (Act::Revoke, &known.revoked, &wished.revoked),
    ];
    let kept = news.iter().all(|(_, before, after)| before.is_none() || before == after);
    let mut done = news.iter().filter_map(|(act, before, after)| match (before, after) {
        (None, Some(deed)) => Some((*act, deed.by.clone())),
        _ => None,
    });
    match (done.next(), done.next()) {
        (Some(one), None) if same && kept => Some(one),
        _ => None,
    }
}

fn refused(code: &'static str, message: &'static str) -> Refused {
    Conflict::new(code, message).into()
}

/// A delegation changes by being answered or revoked, and never goes back.
fn unchangeable() -> Refused {
    refused(
        "delegation_fixed",
        "A delegation is answered or revoked and not changed; revoke it and offer another one.",
    )
}

impl From<WrongStatus> for Refused {
    fn from(WrongStatus(status): WrongStatus) -> Self {
        let message = format!("The delegation is {}: that cannot be done to it any more.", status.name());
        Conflict::new("delegation_status", message).into()
    }
}

for_both_engines! {
    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        id: &str,
    ) -> Result<Option<Row>, sqlx::Error> {
        const FIND: &str = concat!("SELECT ", delegation_columns!(), " FROM delegation d WHERE d.id = $1");
        sqlx::query_as(FIND).bind(id).fetch_optional(executor).await
    }

    pub(super) async fn of(pool: &Pool, tenant: &Tenant) -> Result<Vec<Row>, sqlx::Error> {
        const OF_EC: &str = concat!(
            "SELECT ",
            delegation_columns!(),
            " FROM delegation d WHERE d.ec = $1 AND d.offered_at <> 0 ORDER BY d.offered_at, d.id"
        );
        const OF_BROKER: &str = concat!(
            "SELECT ",
            delegation_columns!(),
            " FROM delegation d WHERE d.broker = $1 AND d.offered_at <> 0 ORDER BY d.offered_at, d.id"
        );
        const OF_ALL: &str = concat!(
            "SELECT ",
            delegation_columns!(),
            " FROM delegation d WHERE CAST($1 AS TEXT) = '' ORDER BY d.offered_at, d.id"
        );
        let (statement, code) = match tenant {
            Tenant::Institution(ec) => (OF_EC, ec.as_str()),
            Tenant::Broker(broker) => (OF_BROKER, broker.as_str()),
            Tenant::Gateway => (OF_ALL, ""),
        };
        sqlx::query_as(statement).bind(code).fetch_all(pool).await
    }

    pub(in crate::store) async fn read(connection: &mut Connection, id: &str) -> Result<Option<String>, Refused> {
        let Some(row) = find(connection, id).await? else { return Ok(None) };
        Ok(Some(delegation_json(&row.read()?)?))
    }

    pub(in crate::store) async fn write(
        connection: &mut Connection,
        id: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let wanted = wished(id, wanted.ok_or_else(unchangeable)?)?;
        let known = find(&mut *connection, id).await?.map(Row::read).transpose()?;
        let Some(known) = known else {
            if wanted.accepted.is_some() || wanted.refused.is_some() || wanted.revoked.is_some() {
                return Err(unchangeable());
            }
            free(&mut *connection, &wanted, at).await?;
            return insert(connection, &wanted, at).await;
        };
        let (act, by) = act(&known, &wanted).ok_or_else(unchangeable)?;
        let next = known.after(act, Deed { at, by })?;
        if act == Act::Accept {
            free(&mut *connection, &next, at).await?;
            tell_from_now_on(&mut *connection, &next).await?;
        }
        Ok(update(connection, &next).await?)
    }

    /// All of a creditor institution to a broker, whatever became of them.
    pub(in crate::store) async fn between(
        connection: &mut Connection,
        ec: &str,
        broker: &str,
    ) -> Result<Vec<Row>, sqlx::Error> {
        const BETWEEN: &str = concat!(
            "SELECT ",
            delegation_columns!(),
            " FROM delegation d WHERE d.ec = $1 AND d.broker = $2 AND d.offered_at <> 0"
        );
        sqlx::query_as(BETWEEN).bind(ec).bind(broker).fetch_all(connection).await
    }

    /// The broker's subscriptions get what happens from now on, and nothing of what was before.
    async fn tell_from_now_on(connection: &mut Connection, next: &Mandate) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO subscription_feed (subscription, feed, fanned) \
             SELECT s.id, $2, COALESCE((SELECT h.last FROM event_head h WHERE h.feed = $2), 0) \
             FROM subscription s WHERE s.owner_kind = 'broker' AND s.owner = $1 AND s.created_at <> 0 \
             ON CONFLICT (subscription, feed) DO NOTHING",
        )
        .bind(next.terms.broker.as_str())
        .bind(next.terms.ec.as_str())
        .execute(connection)
        .await
        .map(drop)
    }

    /// Nothing that holds, or will hold, hands the same on to the same broker at the same time.
    async fn free(connection: &mut Connection, wanted: &Mandate, at: Timestamp) -> Result<(), Refused> {
        let others = between(connection, wanted.terms.ec.as_str(), wanted.terms.broker.as_str()).await?;
        for other in others {
            let other = other.read()?;
            if let Some(product) = wanted.overlaps(&other.terms).filter(|_| other.is_live(at)) {
                let message = format!(
                    "Another delegation hands {} to the broker at the same time; revoke that one first.",
                    product.name()
                );
                return Err(Conflict::new("delegation_overlaps", message).into());
            }
        }
        Ok(())
    }

    async fn insert(connection: &mut Connection, wanted: &Mandate, at: Timestamp) -> Result<(), Refused> {
        let terms = &wanted.terms;
        let products: Vec<&str> = terms.products.iter().map(|product| product.name()).collect();
        let parts = |parts: &std::collections::BTreeSet<TaxonomyDomain>| -> String {
            parts.iter().map(|part| format!("{part} ")).collect()
        };
        sqlx::query(
            "INSERT INTO delegation (id, ec, broker, products, codes, domains, from_at, until_at, offered_at, \
             offered_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&terms.id)
        .bind(terms.ec.as_str())
        .bind(terms.broker.as_str())
        .bind(products.join(" "))
        .bind(codes(&terms.codes))
        .bind(terms.domains.as_ref().map(parts))
        .bind(terms.from.as_microsecond())
        .bind(terms.until.map(Timestamp::as_microsecond))
        .bind(at.as_microsecond())
        .bind(&wanted.offered.by)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn update(connection: &mut Connection, next: &Mandate) -> Result<(), sqlx::Error> {
        let mut query = sqlx::query(
            "UPDATE delegation SET accepted_at = $2, accepted_by = $3, refused_at = $4, refused_by = $5, \
             revoked_at = $6, revoked_by = $7 WHERE id = $1",
        )
        .bind(&next.terms.id);
        for deed in [&next.accepted, &next.refused, &next.revoked] {
            query = query.bind(deed.as_ref().map(|deed| deed.at.as_microsecond()));
            query = query.bind(deed.as_ref().map(|deed| deed.by.as_str()));
        }
        query.execute(connection).await.map(drop)
    }
}
