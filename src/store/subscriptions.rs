//! Subscriptions: who is told of events and where, and what has become of the telling.
//!
//! What its owner says of a subscription and how its endpoint does are columns of one row, written by
//! different tasks: each statement writes its own columns alone.

use crate::domain::subscription::{
    Disabled, DisabledReason, EndpointHealth, EventFilter, Subscription, SubscriptionForm, SubscriptionId,
    SubscriptionOwner, SubscriptionTerms, TypePattern, WebhookUrl,
};
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::positions::segregation::scope;
use super::rows::{instant, optional_instant, read};
use super::{Store, StoreError};

mod delete;
mod log;
mod replay;
mod write;

pub use log::{DeliveryPage, DeliveryPlace, DeliveryState, LoggedAttempt, LoggedDelivery, LoggedEvent};
pub use replay::Replay;
pub use write::{FirstEvents, SUBSCRIPTIONS_MAX, SubscribeError, Switch, TermsChange};

/// The columns of [`SubscriptionRow`].
macro_rules! subscription_columns {
    () => {
        "s.id, s.owner_kind, s.owner, s.form, s.url, s.label, s.types, s.codes, s.secret_no, s.previous_until, \
         s.created_at, s.created_by, s.disabled_at, s.disabled_reason, s.failing_since, s.failures, s.not_before"
    };
}
pub(super) use subscription_columns;

#[derive(Debug, sqlx::FromRow)]
pub(super) struct SubscriptionRow {
    id: String,
    owner_kind: String,
    owner: String,
    form: String,
    url: String,
    label: String,
    types: String,
    codes: Option<String>,
    secret_no: i64,
    previous_until: Option<i64>,
    created_at: i64,
    created_by: String,
    disabled_at: Option<i64>,
    disabled_reason: Option<String>,
    failing_since: Option<i64>,
    failures: i64,
    not_before: i64,
}

impl SubscriptionRow {
    pub(super) fn read(self) -> Result<Subscription, StoreError> {
        let corrupt = |what| StoreError::Corrupt { what };
        let reason = self.disabled_reason.as_deref().and_then(DisabledReason::from_word);
        let disabled = match (self.disabled_at, reason) {
            (None, _) => None,
            (Some(at), Some(reason)) => Some(Disabled { at: instant(at)?, reason }),
            (Some(_), None) => return Err(corrupt("reason of a disabled subscription")),
        };
        Ok(Subscription {
            id: read(SubscriptionId::new(&self.id), "id of a subscription")?,
            owner: SubscriptionOwner::read(&self.owner_kind, &self.owner)
                .ok_or(corrupt("owner of a subscription"))?,
            form: SubscriptionForm::from_word(&self.form).ok_or(corrupt("form of a subscription"))?,
            terms: SubscriptionTerms {
                label: read(Text::new(&self.label), "label of a subscription")?,
                url: read(WebhookUrl::new(&self.url), "URL of a subscription")?,
                filter: EventFilter { types: types(&self.types)?, codes: scope(self.codes.as_deref())? },
            },
            secret_no: self.secret_no,
            previous_until: optional_instant(self.previous_until)?,
            created_at: instant(self.created_at)?,
            created_by: self.created_by,
            disabled,
            health: EndpointHealth {
                failing_since: optional_instant(self.failing_since)?,
                failures: self.failures,
                not_before: instant(self.not_before)?,
            },
        })
    }
}

fn types(text: &str) -> Result<Vec<TypePattern>, StoreError> {
    text.split_whitespace().map(|one| read(TypePattern::new(one), "type of event")).collect()
}

impl Store {
    /// The subscription of that name.
    pub async fn subscription(&self, id: &SubscriptionId) -> Result<Option<Subscription>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, id).await);
        row.map_err(StoreError::during("subscription"))?.map(SubscriptionRow::read).transpose()
    }

    /// The subscriptions of an owner, in the order in which they were made.
    pub async fn subscriptions_of(&self, owner: &SubscriptionOwner) -> Result<Vec<Subscription>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::of_owner(pool, owner).await);
        let rows = rows.map_err(StoreError::during("subscriptions_of"))?;
        rows.into_iter().map(SubscriptionRow::read).collect()
    }

    /// The subscriptions to which events are sent, in the order of their ids.
    pub async fn active_subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::active(pool).await);
        let rows = rows.map_err(StoreError::during("active_subscriptions"))?;
        rows.into_iter().map(SubscriptionRow::read).collect()
    }
}

for_both_engines! {
    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        id: &SubscriptionId,
    ) -> Result<Option<SubscriptionRow>, sqlx::Error> {
        const FIND: &str = concat!("SELECT ", subscription_columns!(), " FROM subscription s WHERE s.id = $1");
        sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(executor).await
    }

    pub(super) async fn of_owner(
        pool: &Pool,
        owner: &SubscriptionOwner,
    ) -> Result<Vec<SubscriptionRow>, sqlx::Error> {
        const OF_OWNER: &str = concat!(
            "SELECT ",
            subscription_columns!(),
            " FROM subscription s WHERE s.owner_kind = $1 AND s.owner = $2 AND s.created_at <> 0 \
             ORDER BY s.created_at, s.id"
        );
        sqlx::query_as(OF_OWNER).bind(owner.kind()).bind(owner.code()).fetch_all(pool).await
    }

    pub(super) async fn active(pool: &Pool) -> Result<Vec<SubscriptionRow>, sqlx::Error> {
        const ACTIVE: &str = concat!(
            "SELECT ",
            subscription_columns!(),
            " FROM subscription s WHERE s.disabled_at IS NULL ORDER BY s.id"
        );
        sqlx::query_as(ACTIVE).fetch_all(pool).await
    }
}
