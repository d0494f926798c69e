//! What its owner does with a subscription.

use jiff::Timestamp;

use crate::domain::event::SubscriptionChange as Told;
use crate::domain::subscription::{
    DisabledReason, Subscription, SubscriptionId, SubscriptionOwner, TypePattern, WebhookUrl,
};
use crate::domain::text::Text;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::positions::segregation::codes;
use crate::store::positions::until_no_conflict;
use crate::store::{Store, StoreError};

use super::super::{events, subscriptions};
use super::SubscriptionRow;

/// Which events a new subscription begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstEvents {
    /// Those that come from now on.
    New,
    /// Those that are kept, from the first one on.
    Kept,
}

/// The most subscriptions of one owner.
pub const SUBSCRIPTIONS_MAX: i64 = 100;

/// Why a subscription was not made.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// Its owner has [`SUBSCRIPTIONS_MAX`].
    #[error("the owner has as many subscriptions as it can")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SubscribeError {
    fn is_conflict(&self) -> bool {
        matches!(self, SubscribeError::Store(error) if error.is_conflict())
    }
}

/// What its owner changes of a subscription; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsChange {
    /// What people call it.
    pub label: Option<Text<140>>,
    /// Where events are sent. Another endpoint has not failed yet.
    pub url: Option<WebhookUrl>,
    /// Of which types; of all if there are none.
    pub types: Option<Vec<TypePattern>>,
    /// Whether anything is sent.
    pub switch: Option<Switch>,
}

impl TermsChange {
    /// What is told of the change of a subscription that was like that.
    fn told(&self, before: &Subscription) -> Vec<Told> {
        let terms = self.label.is_some() || self.url.is_some() || self.types.is_some();
        let switched = match self.switch {
            Some(Switch::On) if before.disabled.is_some() => Some(Told::Enabled),
            Some(Switch::Off) if before.disabled.is_none() => Some(Told::Disabled),
            _ => None,
        };
        terms.then_some(Told::Changed).into_iter().chain(switched).collect()
    }
}

/// Whether anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It is; an endpoint that failed is given another chance.
    On,
    /// Nothing is.
    Off,
}

impl Store {
    /// Makes a subscription.
    pub async fn add_subscription(
        &self,
        subscription: &Subscription,
        first: FirstEvents,
    ) -> Result<(), SubscribeError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::add(pool, subscription, first).await
        }))
    }

    /// Changes a subscription; returns it as it is then, none if it is gone.
    pub async fn change_subscription(
        &self,
        id: &SubscriptionId,
        change: &TermsChange,
        now: Timestamp,
    ) -> Result<Option<Subscription>, StoreError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::change(pool, id, change, now).await
        }))
    }

    /// Gives a subscription its next secret; the one before signs too until that instant, if any. Returns it
    /// as it is then, none if it is gone.
    pub async fn rotate_secret(
        &self,
        id: &SubscriptionId,
        previous_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<Subscription>, StoreError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::rotate(pool, id, previous_until, now).await
        }))
    }
}

fn joined(types: &[TypePattern]) -> String {
    let types: Vec<&str> = types.iter().map(TypePattern::as_str).collect();
    types.join(" ")
}

/// How many deliveries that wait are made due when an endpoint is given another chance; the others are tried when
/// their time comes.
const TRIED_AT_ONCE: i64 = 500;

/// Passes over what a feed holds now. A feed that comes later has no such row, and begins at its first event.
macro_rules! pass_over {
    ($feeds:literal) => {
        concat!(
            "INSERT INTO subscription_feed (subscription, feed, fanned) \
             SELECT $1, h.feed, h.last FROM event_head h WHERE ",
            $feeds
        )
    };
}

/// The statement that passes over what the feeds of an owner hold.
const fn passing(owner: &SubscriptionOwner) -> &'static str {
    match owner {
        SubscriptionOwner::Organization(_) => pass_over!("h.feed = $2"),
        SubscriptionOwner::Broker(_) => pass_over!(
            "h.feed IN (SELECT l.ec FROM station_link l JOIN station s ON s.station = l.station \
             WHERE s.broker = $2 UNION SELECT d.ec FROM delegation d WHERE d.broker = $2 \
             AND d.offered_at <> 0 AND d.accepted_at IS NOT NULL AND d.revoked_at IS NULL)"
        ),
        SubscriptionOwner::Gateway => pass_over!("CAST($2 AS TEXT) = ''"),
    }
}

for_both_engines! {
    [subscriptions, events]

    pub(super) async fn add(
        pool: &Pool,
        one: &Subscription,
        first: FirstEvents,
    ) -> Result<(), SubscribeError> {
        let failed = || StoreError::during("add_subscription");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        insert(&mut tx, one).await.map_err(failed())?;
        // Behind it, who makes another one waits: what is counted and passed over is the latest.
        record(&mut tx, &[one.event(Told::Created, one.created_at)]).await.map_err(failed())?;
        if count(&mut tx, &one.owner).await.map_err(failed())? > SUBSCRIPTIONS_MAX {
            return Err(SubscribeError::TooMany);
        }
        if first == FirstEvents::New {
            sqlx::query(passing(&one.owner))
                .bind(one.id.as_str())
                .bind(one.owner.code())
                .execute(&mut *tx)
                .await
                .map_err(failed())?;
        }
        tx.commit().await.map_err(failed())?;
        Ok(())
    }

    async fn count(connection: &mut Connection, owner: &SubscriptionOwner) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM subscription WHERE owner_kind = $1 AND owner = $2 AND created_at <> 0",
        )
        .bind(owner.kind())
        .bind(owner.code())
        .fetch_one(connection)
        .await
    }

    async fn insert(connection: &mut Connection, one: &Subscription) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO subscription (id, owner_kind, owner, form, url, label, types, codes, secret_no, \
             previous_until, created_at, created_by, disabled_at, disabled_reason, failing_since, failures, \
             not_before) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        )
        .bind(one.id.as_str())
        .bind(one.owner.kind())
        .bind(one.owner.code())
        .bind(one.form.word())
        .bind(one.terms.url.as_str())
        .bind(one.terms.label.as_str())
        .bind(joined(&one.terms.filter.types))
        .bind(codes(&one.terms.filter.codes))
        .bind(one.secret_no)
        .bind(one.previous_until.map(Timestamp::as_microsecond))
        .bind(one.created_at.as_microsecond())
        .bind(&one.created_by)
        .bind(one.disabled.map(|disabled| disabled.at.as_microsecond()))
        .bind(one.disabled.map(|disabled| disabled.reason.word()))
        .bind(one.health.failing_since.map(Timestamp::as_microsecond))
        .bind(one.health.failures)
        .bind(one.health.not_before.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }

    pub(super) async fn change(
        pool: &Pool,
        id: &SubscriptionId,
        change: &TermsChange,
        now: Timestamp,
    ) -> Result<Option<Subscription>, StoreError> {
        let failed = || StoreError::during("change_subscription");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        // It locks the row, so that nobody changes what is read next.
        set_terms(&mut tx, id, change).await.map_err(failed())?;
        let Some(before) = stored(&mut tx, id).await? else { return Ok(None) };
        match change.switch {
            Some(Switch::On) => switch_on(&mut tx, id).await.map_err(failed())?,
            Some(Switch::Off) => {
                let reason = DisabledReason::ByOwner;
                switch_off(&mut tx, id, reason, now).await.map_err(failed())?;
            }
            None => {}
        }
        if change.url.is_some() || change.switch == Some(Switch::On) {
            begin_anew(&mut tx, id, now).await.map_err(failed())?;
        }
        let after = stored(&mut tx, id).await?;
        if let Some(after) = &after {
            let told = change.told(&before).into_iter().map(|change| after.event(change, now));
            record(&mut tx, &told.collect::<Vec<_>>()).await.map_err(failed())?;
        }
        tx.commit().await.map_err(failed())?;
        Ok(after)
    }

    pub(in crate::store::subscriptions) async fn stored(
        connection: &mut Connection,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>, StoreError> {
        let row: Option<SubscriptionRow> =
            find(connection, id).await.map_err(StoreError::during("subscription"))?;
        row.map(SubscriptionRow::read).transpose()
    }

    async fn set_terms(
        connection: &mut Connection,
        id: &SubscriptionId,
        change: &TermsChange,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE subscription SET label = COALESCE($2, label), url = COALESCE($3, url), \
             types = COALESCE($4, types) WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(change.label.as_ref().map(Text::as_str))
        .bind(change.url.as_ref().map(WebhookUrl::as_str))
        .bind(change.types.as_deref().map(joined))
        .execute(connection)
        .await
        .map(drop)
    }

    async fn switch_on(connection: &mut Connection, id: &SubscriptionId) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE subscription SET disabled_at = NULL, disabled_reason = NULL WHERE id = $1")
            .bind(id.as_str())
            .execute(connection)
            .await
            .map(drop)
    }

    pub(in crate::store::subscriptions) async fn switch_off(
        connection: &mut Connection,
        id: &SubscriptionId,
        reason: DisabledReason,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE subscription SET disabled_at = COALESCE(disabled_at, $2), disabled_reason = $3 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(now.as_microsecond())
        .bind(reason.word())
        .execute(connection)
        .await
        .map(drop)
    }

    /// Forgets how the endpoint did, and tries it at once with what waits.
    async fn begin_anew(
        connection: &mut Connection,
        id: &SubscriptionId,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE subscription SET failing_since = NULL, failures = 0, not_before = 0 WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "UPDATE delivery SET next_at = $2 WHERE (subscription, feed, seq) IN (SELECT d.subscription, \
             d.feed, d.seq FROM delivery d WHERE d.subscription = $1 AND d.state = 'pending' \
             AND d.next_at > $2 ORDER BY d.next_at LIMIT $3)",
        )
        .bind(id.as_str())
        .bind(now.as_microsecond())
        .bind(TRIED_AT_ONCE)
        .execute(connection)
        .await
        .map(drop)
    }

    pub(super) async fn rotate(
        pool: &Pool,
        id: &SubscriptionId,
        previous_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<Subscription>, StoreError> {
        let failed = || StoreError::during("rotate_secret");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        sqlx::query("UPDATE subscription SET secret_no = secret_no + 1, previous_until = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(previous_until.map(Timestamp::as_microsecond))
            .execute(&mut *tx)
            .await
            .map_err(failed())?;
        let rotated = stored(&mut tx, id).await?;
        if let Some(rotated) = &rotated {
            record(&mut tx, &[rotated.event(Told::Changed, now)]).await.map_err(failed())?;
        }
        tx.commit().await.map_err(failed())?;
        Ok(rotated)
    }
}
