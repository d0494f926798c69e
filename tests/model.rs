//! Whatever is done to positions and in whatever order, the gateway says what a small model says: thousands of
//! random sequences against the API and the store in this process, on both databases.
//!
//! A sequence that ends otherwise is shrunk and printed, one step a line, with what came of each step.
//! `VARCO_MODEL_CASES` says how many run on SQLite (2000 by default); a tenth of them runs on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "model/compare.rs"]
mod compare;
#[path = "model/corners.rs"]
mod corners;
#[path = "model/feed.rs"]
mod feed;
#[path = "model/form.rs"]
mod form;
#[path = "model/reference.rs"]
mod reference;
#[path = "model/steps.rs"]
mod steps;
mod support;
#[path = "model/world.rs"]
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use form::Form;
use reference::{Model, Notice, Outcome, Receipt, Request};
use steps::{Step, Steps, sequences};
use world::World;

/// The most steps of a sequence after the first; half of it on average.
const LONGEST: usize = 24;

/// What a thousand sequences must have met, so that the model cannot pass by never getting anywhere.
const MET: [&str; 28] = [
    "Create 201",
    "Create 400 invalid_position",
    "Create 409 iupd_taken",
    "Create 409 notice_taken",
    "Publish 200",
    "Publish 409 not_publishable",
    "Update 200",
    "Update 400 invalid_position",
    "Update 404 unknown_position",
    "Update 409 not_updatable",
    "Update 409 paid_option_changed",
    "Update 412 stale_version",
    "Update 422 not_expressible",
    "Invalidate 200",
    "Invalidate 409 not_invalidable",
    "Delete 200",
    "Delete 409 payment_found",
    "Pay amount_differs New",
    "Pay matched New",
    "Pay not_yet_payable New",
    "Pay over_payment New",
    "Pay sibling_conflict New",
    "Pay unknown_notice New",
    "PaidElsewhere 200",
    "PaidElsewhere 409 payment_found",
    "Report 200",
    "Report 409 not_reportable",
    "Fee 200",
];

/// How often each outcome of each kind of step was met.
type Met = BTreeMap<String, usize>;

fn cases() -> u32 {
    std::env::var("VARCO_MODEL_CASES").map_or(2_000, |text| text.parse().expect("a number of cases"))
}

#[test]
fn on_sqlite_every_sequence_of_steps_ends_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::on_sqlite());
    let met = explore(&runtime, world, cases());
    if cases() >= 1_000 {
        let missed: Vec<_> = MET.iter().filter(|outcome| !met.contains_key(**outcome)).collect();
        assert!(missed.is_empty(), "never met: {missed:?}\nmet: {met:#?}");
    }
}

#[test]
fn on_postgresql_every_sequence_of_steps_ends_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::on_postgres());
    explore(&runtime, world, cases().div_ceil(10));
}

#[tokio::test]
async fn corners_that_random_sequences_seldom_reach_end_as_the_model_says() {
    for mut world in [World::on_sqlite().await, World::on_postgres().await] {
        for (steps, outcome) in corners::all() {
            let mut met = Met::new();
            let played = run(&mut world, &Steps(steps), &mut met).await;
            assert_eq!(played, Ok(()), "{outcome}");
            assert!(met.contains_key(outcome), "{outcome} not met: {met:?}");
        }
    }
}

fn explore(runtime: &tokio::runtime::Runtime, world: World, cases: u32) -> Met {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let (world, met) = (RefCell::new(world), RefCell::new(Met::new()));
    let explored = TestRunner::new(config).run(&sequences(LONGEST), |steps| {
        let (mut world, mut met) = (world.borrow_mut(), met.borrow_mut());
        runtime.block_on(run(&mut world, &steps, &mut met)).map_err(TestCaseError::fail)
    });
    if let Err(failure) = explored {
        panic!("{failure}");
    }
    met.into_inner()
}

/// Plays a sequence on both sides; on the first difference tells what had come of each step.
async fn run(world: &mut World, Steps(steps): &Steps, met: &mut Met) -> Result<(), String> {
    world.begin_anew().await;
    let mut model = Model::default();
    let mut reader = feed::Reader::default();
    let mut told = String::new();
    for (number, step) in (1..).zip(steps) {
        let request = request(step, &model);
        let (receipts, now) = (model.receipts.clone(), model.now);
        let before = feed::state(&model);
        let expected = model.apply(&request);
        let found = world.perform(&request, &receipts, now).await;
        told += &format!("\n  {number:>2}. {step:?}\n      {found:?}");
        if found != expected {
            return Err(format!("{told}\n      the model: {expected:?}\n{request:?}"));
        }
        *met.entry(name(step, &found)).or_default() += 1;
        let read = reader.read_on(world, &model, &before).await;
        read.map_err(|difference| format!("{told}\n{difference}"))?;
        let touched = touched(&request, &model);
        compare::shown(world, &model, touched).await.map_err(|difference| format!("{told}\n{difference}"))?;
    }
    compare::at_the_end(world, &model).await.map_err(|difference| format!("{told}\n{difference}"))
}

/// The step as it is asked at that moment.
fn request(step: &Step, model: &Model) -> Request {
    let now = model.now;
    match step.clone() {
        Step::Create { api, slot, first, options, publish } => {
            Request::Create { api, slot, form: Form::sketched(first, &options, now), publish }
        }
        Step::Update { api, slot, edit, publish, tag } => {
            let form = Form::edited(model.positions.get(&slot), &edit, now);
            Request::Update { api, slot, form, publish, tag }
        }
        Step::Pay { base, right_amount, ago } => {
            let notice = model.of_notice(base).and_then(|one| one.notices().find(|one| one.base == base));
            let amount = notice.map_or(5_000, Notice::amount) + i64::from(!right_amount);
            let receipt = Receipt { base, amount, paid_at: now - ago, received: now, class: "" };
            Request::Pay { receipt }
        }
        Step::Redeliver { nth } => Request::Redeliver { nth: usize::from(nth) % model.receipts.len().max(1) },
        Step::Publish { api, slot } => Request::Publish { api, slot },
        Step::Invalidate { api, slot } => Request::Invalidate { api, slot },
        Step::Delete { api, slot } => Request::Delete { api, slot },
        Step::PaidElsewhere { base } => Request::PaidElsewhere { base },
        Step::Report { base, transfer, by_iuv } => Request::Report { base, transfer, by_iuv },
        Step::Activate { base } => Request::Activate { base },
        Step::Fee { base, cents, by_iuv } => Request::Fee { base, cents, by_iuv },
        Step::Accounts { to, limit } => Request::Accounts { to, limit },
        Step::Wait { minutes } => Request::Wait { minutes },
    }
}

/// The position that a step is about; none if it may be about any.
fn touched(request: &Request, model: &Model) -> Option<u8> {
    let base = match request {
        Request::Create { slot, .. }
        | Request::Publish { slot, .. }
        | Request::Update { slot, .. }
        | Request::Invalidate { slot, .. }
        | Request::Delete { slot, .. } => return Some(*slot),
        Request::Pay { receipt: Receipt { base, .. } }
        | Request::PaidElsewhere { base }
        | Request::Report { base, .. }
        | Request::Activate { base }
        | Request::Fee { base, .. } => *base,
        Request::Redeliver { .. } | Request::Accounts { .. } | Request::Wait { .. } => return None,
    };
    let of_base = |position: &reference::Position| position.notices().any(|one| one.base == base);
    model.positions.iter().find(|(_, position)| of_base(position)).map(|(slot, _)| *slot)
}

/// The kind of a step, with what came of it.
fn name(step: &Step, answer: &reference::Answer) -> String {
    let kind = format!("{step:?}");
    let kind = kind.split(' ').next().unwrap_or_default().to_owned();
    let (Ok(Outcome(status, word)) | Err(Outcome(status, word))) = answer;
    let status = if *status == 0 { String::new() } else { format!(" {status}") };
    let word = if word.is_empty() || step_counts(step) { String::new() } else { format!(" {word}") };
    format!("{kind}{status}{word}")
}

/// Whether the word of its outcome is a number of things.
fn step_counts(step: &Step) -> bool {
    matches!(step, Step::Accounts { .. })
}
