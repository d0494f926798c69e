//! Who changes what in the tests of changes: brokers, by people of the gateway.

use jiff::{SignedDuration, Timestamp};
use varco::domain::access::{Role, Tenant};
use varco::domain::governance::change::{Act, Deciding, State};
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::domain::ids::BrokerCode;
use varco::domain::registry::BrokerFacts;
use varco::domain::text::Text;
use varco::store::{Change, ChangeAct, ChangeError, ChangeStep, NewChange, Store, Wanted, WriteMode};

use super::support::samples;

pub const BROKER: &str = "99000020018";

/// So many seconds into the day on which the clocks of the tests stand, before they do.
pub fn at(second: i64) -> Timestamp {
    samples::now() - SignedDuration::from_hours(10) + SignedDuration::from_secs(second)
}

/// Somebody of the gateway, at that second.
pub fn person(name: &str, second: i64) -> Author {
    Author {
        actor: format!("person:{name}"),
        name: name.to_owned(),
        role: Some(Role::Operator),
        tenant: Tenant::Gateway,
        request: format!("request-of-{name}"),
        reason: None,
        at: at(second),
    }
}

pub fn saying(author: Author, why: &str) -> Author {
    Author { reason: Some(Text::new(why).unwrap()), ..author }
}

pub fn broker(code: &str, name: &str) -> BrokerFacts {
    let (code, description) = (BrokerCode::new(code).unwrap(), Text::new(name).unwrap());
    BrokerFacts { code, description, enabled: true, extended_fault_bean: false }
}

pub fn proposal(code: &str, wish: Wish, name: Option<&str>) -> Proposal {
    Proposal {
        kind: Kind::Broker,
        tenant: Tenant::Broker(BrokerCode::new(code).unwrap()),
        target: code.to_owned(),
        wish,
        wanted: name.map(|name| broker(code, name).wanted()),
    }
}

/// The name that a broker has.
pub async fn name(store: &Store, code: &str) -> Option<String> {
    let broker = store.registered_broker(&BrokerCode::new(code).unwrap()).await.unwrap();
    broker.map(|broker| broker.description.to_string())
}

/// Names a broker without a change.
pub async fn rename(store: &Store, name: &str, second: i64) {
    let proposals = [proposal(BROKER, Wish::Put, Some(name))];
    store.carry_out(&person("somebody", second), &proposals, WriteMode::Commit).await.unwrap();
}

pub async fn draft(store: &Store, id: &str, author: &Author, proposals: &[Proposal]) {
    let new = NewChange { id, proposals, rolls_back: None };
    store.keep_change(author, new, &[]).await.unwrap();
}

pub async fn submitted(store: &Store, id: &str, author: &Author, proposals: &[Proposal]) {
    let new = NewChange { id, proposals, rolls_back: None };
    store.keep_change(author, new, &[ChangeAct::Submit(None)]).await.unwrap();
}

/// Approves as a person, to hold from that instant on.
pub async fn approve(
    store: &Store,
    id: &str,
    author: &Author,
    from: Option<Timestamp>,
) -> Result<(), ChangeError> {
    store.act_on_change(author, id, &[ChangeAct::Approve(Deciding::AsPerson, from)]).await
}

pub async fn change(store: &Store, id: &str) -> (Change, Vec<ChangeStep>) {
    store.change(id).await.unwrap().unwrap()
}

pub async fn state(store: &Store, id: &str) -> State {
    change(store, id).await.0.course.state()
}

/// What was done with a change, and by whom.
pub async fn history(store: &Store, id: &str) -> Vec<(Act, String)> {
    let (_, steps) = change(store, id).await;
    steps.into_iter().map(|step| (step.act, step.author.actor)).collect()
}
