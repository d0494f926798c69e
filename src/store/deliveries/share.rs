//! Which events of a feed are for the owner of a subscription now.
//!
//! A broker is told of the institutions that its stations serve; where an institution has ever delegated
//! something to it, of what is delegated now and of nothing else.

use jiff::Timestamp;

use crate::domain::access::{Delegation, Delegations, KeyScope, Mandate, handed_on};
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;
use crate::domain::subscription::{Subscription, SubscriptionOwner};
use crate::store::delegations::Row;
use crate::store::dialect::for_both_engines;

/// What of an institution's events delegations hand to a broker; none if it never delegated anything.
fn delegated(mandates: Vec<Mandate>, now: Timestamp) -> Option<Option<Segregation>> {
    let accepted: Vec<Mandate> = mandates.into_iter().filter(|one| one.accepted.is_some()).collect();
    let terms = accepted.first()?.terms.clone();
    let live = accepted.into_iter().filter(|one| one.revoked.is_none()).map(|one| one.terms);
    let live = Delegations::new(live.collect::<Vec<Delegation>>());
    Some(handed_on(KeyScope::Events, (&terms.ec, &terms.broker), (&live, now)))
}

for_both_engines! {
    /// Of which notices the owner of a subscription is told in a feed now; none if of nothing.
    pub(in crate::store) async fn share(
        connection: &mut Connection,
        subscription: &Subscription,
        feed: &str,
        now: Timestamp,
    ) -> Result<Option<Segregation>, sqlx::Error> {
        let SubscriptionOwner::Broker(broker) = &subscription.owner else {
            return Ok(Some(Segregation::Every));
        };
        if let Some(delegated) = of_broker(&mut *connection, (broker, feed), now).await? {
            return Ok(delegated);
        }
        let links: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM station_link l JOIN station s ON s.station = l.station \
             WHERE l.ec = $1 AND s.broker = $2",
        )
        .bind(feed)
        .bind(broker.as_str())
        .fetch_one(connection)
        .await?;
        Ok((links > 0).then_some(Segregation::Every))
    }

    /// Whether what waits to be told in a feed was delegated to the owner of a subscription and is so no longer.
    pub(in crate::store) async fn withdrawn(
        connection: &mut Connection,
        subscription: &Subscription,
        feed: &str,
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        let SubscriptionOwner::Broker(broker) = &subscription.owner else { return Ok(false) };
        Ok(matches!(of_broker(connection, (broker, feed), now).await?, Some(None)))
    }

    async fn of_broker(
        connection: &mut Connection,
        (broker, feed): (&BrokerCode, &str),
        now: Timestamp,
    ) -> Result<Option<Option<Segregation>>, sqlx::Error> {
        let rows = delegation_kind::between(connection, feed, broker.as_str()).await?;
        let mandates: Result<Vec<Mandate>, _> = rows.into_iter().map(Row::read).collect();
        Ok(delegated(mandates.map_err(|error| sqlx::Error::Decode(error.into()))?, now))
    }
}
