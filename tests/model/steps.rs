//! What can be done to positions, and how sequences of it are drawn. Times are minutes, amounts are cents.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Minutes since the clock of the model began.
pub type Minute = i64;

/// How many positions there are, and how many notices they share: few, so that they get in each other's way.
pub const SLOTS: u8 = 3;
pub const BASES: u8 = 7;

const HOUR: Minute = 60;
pub const DAY: Minute = 24 * HOUR;

/// A version of the published contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V1,
    V3,
}

/// Whose share a transfer is: the first share of a notice can be another institution's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payees {
    Own,
    Other,
    OtherAndOwn,
}

/// An account of the creditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Old,
    New,
}

/// Who owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debtor {
    Maria,
    Company,
}

/// A payment option that somebody makes up; the dates count from the moment of the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sketch {
    pub notices: u8,
    pub plan: bool,
    pub validity_in: Option<Minute>,
    pub due_in: Minute,
    pub expires: bool,
    pub debtor: Debtor,
    pub payees: Payees,
}

/// What an update changes in the position as it was read.
#[derive(Clone, Debug)]
pub enum Edit {
    Nothing,
    /// With the cost of notification in what is paid already, as it is read.
    Gross,
    /// Of all options, or of the first.
    Validity {
        of_all: bool,
        ends_in: Option<Minute>,
    },
    Due {
        nth: u8,
        due_in: Minute,
    },
    Amount {
        nth: u8,
        cents: i64,
    },
    /// The first share becomes another institution's, or the creditor's.
    Payee {
        nth: u8,
    },
    Drop {
        nth: u8,
    },
    Add {
        base: u8,
        own_option: bool,
    },
    Expiry {
        of_all: bool,
    },
    Debtor,
    /// The last comes first, options and instalments alike.
    Reverse,
    /// All notices make one plan.
    Merge,
    /// The last notice of the first option makes one of its own.
    Split,
    /// Whole payments become instalments and the other way round.
    Shape,
    Anew {
        first: u8,
        options: Vec<Sketch>,
    },
}

/// Which version of the position an update is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Any,
    Current,
    Stale,
}

#[derive(Clone, Debug)]
pub enum Step {
    Create { api: Version, slot: u8, first: u8, options: Vec<Sketch>, publish: bool },
    Publish { api: Version, slot: u8 },
    Update { api: Version, slot: u8, edit: Edit, publish: Option<bool>, tag: Tag },
    Invalidate { api: Version, slot: u8 },
    Delete { api: Version, slot: u8 },
    Pay { base: u8, right_amount: bool, ago: Minute },
    Redeliver { nth: u8 },
    PaidElsewhere { base: u8 },
    Report { base: u8, transfer: u8, by_iuv: bool },
    Activate { base: u8 },
    Fee { base: u8, cents: i64, by_iuv: bool },
    Accounts { to: Account, limit: usize },
    Wait { minutes: Minute },
}

/// A sequence, one step a line.
#[derive(Clone)]
pub struct Steps(pub Vec<Step>);

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (1..).zip(&self.0).try_for_each(|(number, step)| write!(f, "\n  {number:>2}. {step:?}"))
    }
}

impl fmt::Debug for Sketch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = if self.plan { "plan" } else { "whole" };
        let expires = if self.expires { "then expires" } else { "stays payable" };
        write!(f, "{plan} of {}, due in {} and {expires}", self.notices, self.due_in)?;
        if let Some(validity) = self.validity_in {
            write!(f, ", valid in {validity}")?;
        }
        if (self.debtor, self.payees) != (Debtor::Maria, Payees::Own) {
            write!(f, ", {:?}, to {:?}", self.debtor, self.payees)?;
        }
        Ok(())
    }
}

/// Sequences that begin with the first position, published more often than not.
pub fn sequences(most: usize) -> impl Strategy<Value = Steps> {
    let first = create(Just(0), Just(0), prop::bool::weighted(0.6));
    (first, vec(step(), 0..most)).prop_map(|(first, rest)| {
        let mut steps = vec![first];
        steps.extend(rest);
        Steps(steps)
    })
}

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V1), Just(Version::V3)]
}

/// The first position is met more often than the others.
fn slot() -> impl Strategy<Value = u8> {
    prop_oneof![8 => Just(0), 2 => Just(1), 1 => 0..SLOTS]
}

/// So are the first notices.
fn base() -> impl Strategy<Value = u8> {
    prop_oneof![3 => 0..3_u8, 2 => 0..BASES]
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let validity_in = option::weighted(0.25, prop_oneof![8 => Just(HOUR), 4 => Just(2 * DAY), 1 => Just(0)]);
    let due_in = prop_oneof![16 => Just(30 * DAY), 8 => Just(DAY), 1 => Just(0), 1 => Just(-1)];
    let debtor = prop_oneof![4 => Just(Debtor::Maria), 1 => Just(Debtor::Company)];
    let payees =
        prop_oneof![6 => Just(Payees::Own), 1 => Just(Payees::Other), 2 => Just(Payees::OtherAndOwn)];
    let notices = prop_oneof![3 => Just(1), 3 => Just(2), 1 => Just(3)];
    (notices, any::<bool>(), validity_in, due_in, any::<bool>(), debtor, payees).prop_map(
        |(notices, plan, validity_in, due_in, expires, debtor, payees)| Sketch {
            notices,
            plan,
            validity_in,
            due_in,
            expires,
            debtor,
            payees,
        },
    )
}

/// One to three options; often with the terms of the first for all, as the first version has them.
fn options() -> impl Strategy<Value = Vec<Sketch>> {
    (vec(sketch(), 1..=3), prop::bool::weighted(0.7)).prop_map(|(mut options, alike)| {
        if let (true, Some(first)) = (alike, options.first().copied()) {
            for one in &mut options {
                *one = Sketch { notices: one.notices, plan: one.plan, payees: one.payees, ..first };
            }
        }
        options
    })
}

fn create(
    slot: impl Strategy<Value = u8>,
    first: impl Strategy<Value = u8>,
    publish: impl Strategy<Value = bool>,
) -> impl Strategy<Value = Step> {
    (version(), slot, first, options(), publish)
        .prop_map(|(api, slot, first, options, publish)| Step::Create { api, slot, first, options, publish })
}

fn edit() -> impl Strategy<Value = Edit> {
    let ends_in = option::of(prop_oneof![Just(HOUR), Just(DAY), Just(-1)]);
    let due_in = prop_oneof![Just(40 * DAY), Just(HOUR), Just(-1)];
    prop_oneof![
        4 => Just(Edit::Nothing),
        1 => Just(Edit::Gross),
        2 => (any::<bool>(), ends_in).prop_map(|(of_all, ends_in)| Edit::Validity { of_all, ends_in }),
        2 => (base(), due_in).prop_map(|(nth, due_in)| Edit::Due { nth, due_in }),
        2 => (base(), 1..=3_i64).prop_map(|(nth, cents)| Edit::Amount { nth, cents: cents * 2_500 }),
        1 => base().prop_map(|nth| Edit::Payee { nth }),
        3 => base().prop_map(|nth| Edit::Drop { nth }),
        3 => (base(), any::<bool>()).prop_map(|(base, own_option)| Edit::Add { base, own_option }),
        1 => any::<bool>().prop_map(|of_all| Edit::Expiry { of_all }),
        1 => Just(Edit::Debtor),
        2 => Just(Edit::Reverse),
        1 => Just(Edit::Merge),
        1 => Just(Edit::Split),
        1 => Just(Edit::Shape),
        1 => (base(), options()).prop_map(|(first, options)| Edit::Anew { first, options }),
    ]
}

fn update() -> impl Strategy<Value = Step> {
    let tag = prop_oneof![6 => Just(Tag::Any), 2 => Just(Tag::Current), 1 => Just(Tag::Stale)];
    (version(), slot(), edit(), option::of(any::<bool>()), tag)
        .prop_map(|(api, slot, edit, publish, tag)| Step::Update { api, slot, edit, publish, tag })
}

fn step() -> impl Strategy<Value = Step> {
    let waits = vec![1, 29, 30, 31, HOUR, 23 * HOUR, DAY, 10 * DAY, 31 * DAY];
    let ago = prop_oneof![4 => Just(0), 1 => Just(HOUR), 1 => Just(DAY)];
    prop_oneof![
        4 => create(slot(), 0..BASES, any::<bool>()),
        3 => (version(), slot()).prop_map(|(api, slot)| Step::Publish { api, slot }),
        8 => update(),
        2 => (version(), slot()).prop_map(|(api, slot)| Step::Invalidate { api, slot }),
        1 => (version(), slot()).prop_map(|(api, slot)| Step::Delete { api, slot }),
        6 => (base(), prop::bool::weighted(0.8), ago)
            .prop_map(|(base, right_amount, ago)| Step::Pay { base, right_amount, ago }),
        1 => any::<u8>().prop_map(|nth| Step::Redeliver { nth }),
        2 => base().prop_map(|base| Step::PaidElsewhere { base }),
        4 => (base(), prop_oneof![3 => Just(1), 1 => Just(2)], any::<bool>())
            .prop_map(|(base, transfer, by_iuv)| Step::Report { base, transfer, by_iuv }),
        2 => base().prop_map(|base| Step::Activate { base }),
        2 => (base(), 0..=2_i64, any::<bool>())
            .prop_map(|(base, times, by_iuv)| Step::Fee { base, cents: times * 150, by_iuv }),
        1 => (prop_oneof![Just(Account::Old), Just(Account::New)], prop_oneof![Just(1), Just(1000)])
            .prop_map(|(to, limit)| Step::Accounts { to, limit }),
        4 => prop::sample::select(waits).prop_map(|minutes| Step::Wait { minutes }),
    ]
}
