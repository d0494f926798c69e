//! Sequences worth playing every time, each with the outcome that it is about. Those that once ended otherwise
//! than the model says stay here.

use crate::steps::{DAY, Debtor, Edit, Payees, Sketch, Step, Tag, Version};

const WHOLE: Sketch = Sketch {
    notices: 1,
    plan: false,
    validity_in: None,
    due_in: 30 * DAY,
    expires: true,
    debtor: Debtor::Maria,
    payees: Payees::Own,
};
const PLAN: Sketch = Sketch { notices: 2, plan: true, ..WHOLE };

fn create(slot: u8, first: u8, option: Sketch, publish: bool) -> Step {
    Step::Create { api: Version::V1, slot, first, options: vec![option], publish }
}

fn update(slot: u8, edit: Edit, publish: Option<bool>) -> Step {
    Step::Update { api: Version::V1, slot, edit, publish, tag: Tag::Current }
}

fn pay(base: u8) -> Step {
    Step::Pay { base, right_amount: true, ago: 0 }
}

fn publish(slot: u8) -> Step {
    Step::Publish { api: Version::V3, slot }
}

fn invalidate() -> Step {
    Step::Invalidate { api: Version::V3, slot: 0 }
}

fn delete() -> Step {
    Step::Delete { api: Version::V1, slot: 0 }
}

fn fee() -> Step {
    Step::Fee { base: 0, cents: 150, by_iuv: true }
}

fn wait(minutes: i64) -> Step {
    Step::Wait { minutes }
}

/// The sequences, and an outcome that each must meet.
pub fn all() -> Vec<(Vec<Step>, &'static str)> {
    let offered = || create(0, 0, PLAN, true);
    let undated = || Edit::Validity { of_all: true, ends_in: None };
    let own = |base| Edit::Add { base, own_option: true };
    vec![
        // A receipt that came first is judged by the siblings as the update leaves them.
        (
            vec![
                create(0, 3, PLAN, true),
                pay(3),
                pay(0),
                update(0, own(0), None),
                Step::Redeliver { nth: 1 },
            ],
            "Redeliver sibling_conflict AlreadyBooked",
        ),
        (vec![pay(0), pay(0), offered(), Step::Redeliver { nth: 1 }], "Redeliver over_payment AlreadyBooked"),
        (
            vec![offered(), fee(), update(0, Edit::Payee { nth: 0 }, None)],
            "Update 422 notification_fee_misfit",
        ),
        (vec![offered(), fee(), pay(0), update(0, Edit::Gross, None)], "Update 200"),
        (vec![offered(), create(1, 3, WHOLE, true), update(1, own(0), None)], "Update 409 notice_taken"),
        (vec![offered(), update(0, own(1), None)], "Update 409 duplicate_notice"),
        (
            vec![offered(), Step::Activate { base: 1 }, update(0, Edit::Nothing, None)],
            "Update 409 payment_in_progress",
        ),
        (vec![offered(), Step::Activate { base: 1 }, invalidate()], "Invalidate 409 payment_in_progress"),
        (vec![offered(), Step::Activate { base: 1 }, wait(29), delete()], "Delete 409 payment_in_progress"),
        (vec![offered(), Step::Activate { base: 1 }, wait(30), delete()], "Delete 200"),
        (vec![offered(), Step::Activate { base: 0 }, fee()], "Fee 209"),
        (vec![create(0, 0, Sketch { due_in: DAY, ..WHOLE }, false), wait(DAY), publish(0)], "Publish 200"),
        (
            vec![create(0, 0, Sketch { due_in: DAY, ..WHOLE }, false), wait(DAY + 1), publish(0)],
            "Publish 409 due_date_passed",
        ),
        (
            vec![create(0, 0, Sketch { validity_in: Some(60), ..WHOLE }, false), wait(61), publish(0)],
            "Publish 409 validity_date_passed",
        ),
        (vec![offered(), wait(31 * DAY), pay(0)], "Pay expired New"),
        (
            vec![offered(), wait(31 * DAY), Step::Pay { base: 0, right_amount: true, ago: 2 * DAY }],
            "Pay matched New",
        ),
        // The rest of a plan is cancelled, comes back as a draft, and is put on offer again.
        (vec![offered(), pay(0), invalidate(), pay(1)], "Pay cancelled New"),
        (
            vec![offered(), pay(0), invalidate(), update(0, undated(), None), pay(1)],
            "Pay not_yet_payable New",
        ),
        (vec![offered(), pay(0), invalidate(), update(0, undated(), Some(true)), pay(1)], "Pay matched New"),
        (vec![offered(), pay(0), wait(31 * DAY), pay(1)], "Pay expired New"),
        (vec![offered(), pay(0), update(0, Edit::Split, None)], "Update 200"),
        (vec![offered(), pay(0), pay(1), update(0, Edit::Nothing, None)], "Update 409 not_updatable"),
    ]
}
