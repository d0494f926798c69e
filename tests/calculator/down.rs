//! Calculators that do not answer, and what spares those who ask them.

use std::time::Instant;

use jiff::SignedDuration;
use serde_json::json;
use varco::catalogue::price::{CalculatorSettings, Calculators, PriceError, Pricer, Unavailable};
use varco::domain::catalogue::price::{CalculatorUrl, PriceRule};

use crate::setup::{DEADLINE, Setup, option, says, sender, settings};
use crate::support::receiver::Does;

/// What is left over of the deadline for a slow machine.
const SLACK: std::time::Duration = std::time::Duration::from_secs(2);

async fn unavailable(setup: &Setup) -> Unavailable {
    let begun = Instant::now();
    let priced = setup.price().await;
    assert!(begun.elapsed() < DEADLINE + SLACK, "{:?}", begun.elapsed());
    match priced {
        Err(PriceError::Unavailable(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn counted(setup: &Setup, outcome: &str) -> u64 {
    let counts = setup.pricer.calculators.counts();
    counts.outcomes.iter().find(|(name, _)| *name == outcome).unwrap().1
}

fn good() -> Does {
    says(200, option(1250, json!([])).to_string())
}

#[tokio::test]
async fn who_says_nothing_in_time_is_slow_and_who_hangs_up_is_down() {
    for (does, why) in [
        (Does::Hangs, Unavailable::Slow),
        (Does::HangsUp, Unavailable::Down),
        (Does::ClosesMidway, Unavailable::Down),
        (Does::Answers(500), Unavailable::Status(500)),
        (Does::Answers(204), Unavailable::Status(204)),
        (Does::Answers(404), Unavailable::Status(404)),
        (Does::Answers(429), Unavailable::Status(429)),
        (says(401, "{\"title\":\"who are you\"}"), Unavailable::Status(401)),
        (says(503, "{\"detail\":\"later\"}"), Unavailable::Status(503)),
    ] {
        let setup = Setup::new(move |_, _| does.clone()).await;
        assert_eq!(unavailable(&setup).await, why);
        assert_eq!(counted(&setup, if why == Unavailable::Slow { "slow" } else { "down" }), 1);
    }
    let babbling = Setup::new(|_, _| Does::Babbles).await;
    assert!(matches!(babbling.price().await, Err(PriceError::Wrong(_))), "it is too large");
    let mut gone = Setup::new(|_, _| good()).await;
    gone.service.price = PriceRule::Calculator(CalculatorUrl::new("http://127.0.0.1:1/").unwrap());
    assert_eq!(unavailable(&gone).await, Unavailable::Down);
}

#[tokio::test]
async fn nobody_is_sent_on_and_nobody_within_is_reached() {
    let elsewhere = Setup::new(|_, _| good()).await;
    let target = format!("location: {}", elsewhere.receiver.url());
    let target: &'static str = target.leak();
    for status in [301, 302, 307, 308] {
        let setup = Setup::new(move |_, _| Does::Says(status, target, String::new())).await;
        assert_eq!(unavailable(&setup).await, Unavailable::Status(status));
    }
    let mut within = Setup::new(|_, _| good()).await;
    let asking = settings(&within.store, &within.clock);
    let asking = CalculatorSettings { sender: sender(&[]), ..asking };
    within.pricer = Pricer { calculators: Calculators::new(asking), ..within.pricer };
    for host in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/", within.receiver.address.port());
        within.service.price = PriceRule::Calculator(CalculatorUrl::new(&url).unwrap());
        assert_eq!(unavailable(&within).await, Unavailable::Down, "{host}");
    }
    assert!(elsewhere.receiver.seen().is_empty() && within.receiver.seen().is_empty());
}

#[tokio::test]
async fn who_keeps_failing_is_left_alone_and_then_tried_once() {
    let setup = Setup::new(|_, _| Does::Answers(500)).await;
    for _ in 0..5 {
        assert_eq!(unavailable(&setup).await, Unavailable::Status(500));
    }
    for _ in 0..3 {
        assert_eq!(unavailable(&setup).await, Unavailable::Open);
    }
    assert_eq!(setup.receiver.seen().len(), 5, "nobody asked it any more");
    assert_eq!((counted(&setup, "down"), counted(&setup, "not_asked")), (5, 3));
    assert_eq!(setup.pricer.calculators.counts().open, 1);

    setup.hand.advance(SignedDuration::from_secs(30));
    assert_eq!(setup.pricer.calculators.counts().half_open, 1);
    assert_eq!(unavailable(&setup).await, Unavailable::Status(500));
    assert_eq!(unavailable(&setup).await, Unavailable::Open, "one try is enough to see that it is not back");

    setup.hand.advance(SignedDuration::from_secs(30));
    setup.receiver.does(|_, _| good());
    setup.price().await.unwrap();
    setup.price().await.unwrap();
    let counts = setup.pricer.calculators.counts();
    assert_eq!((counts.open, counts.half_open), (0, 0));
    assert_eq!(setup.receiver.seen().len(), 8);
}

#[tokio::test]
async fn who_refuses_or_lies_is_not_left_alone() {
    let refusing = Setup::saying(422, &json!({ "detail": "No." })).await;
    let lying = Setup::saying(200, &json!({ "paymentOption": [] })).await;
    for _ in 0..7 {
        assert!(matches!(refusing.price().await, Err(PriceError::Refused(_))));
        assert!(matches!(lying.price().await, Err(PriceError::Wrong(_))));
    }
    assert_eq!((counted(&refusing, "refused"), counted(&lying, "wrong")), (7, 7));
}

#[tokio::test]
async fn one_calculator_has_a_bounded_number_of_requests_at_once() {
    let setup = Setup::new(|_, _| Does::Hangs).await;
    let asking = (0..20).map(|_| setup.price());
    let said = futures_util::future::join_all(asking).await;
    let busy = said.iter().filter(|one| **one == Err(Unavailable::Busy.into())).count();
    let slow = said.iter().filter(|one| **one == Err(Unavailable::Slow.into())).count();
    assert_eq!((busy, slow), (4, 16));
}

#[tokio::test]
async fn without_a_key_to_sign_with_nobody_is_asked() {
    let mut setup = Setup::new(|_, _| good()).await;
    let asking = CalculatorSettings { secrets: None, ..settings(&setup.store, &setup.clock) };
    setup.pricer = Pricer { calculators: Calculators::new(asking), ..setup.pricer };
    assert_eq!(unavailable(&setup).await, Unavailable::NoKey);
    assert!(setup.receiver.seen().is_empty());
}

#[tokio::test]
async fn who_names_the_address_of_another_refuses_nobody_else_a_price() {
    let mut setup = Setup::new(|_, _| Does::Answers(500)).await;
    let own = setup.offering.ec.clone();
    setup.offering.ec = varco::domain::fiscal_code::FiscalCode::new(crate::support::api::OTHER_EC).unwrap();
    for _ in 0..5 {
        assert_eq!(unavailable(&setup).await, Unavailable::Status(500));
    }
    assert_eq!(unavailable(&setup).await, Unavailable::Open);
    setup.offering.ec = own;
    setup.receiver.does(|_, _| good());
    setup.price().await.unwrap();
}
