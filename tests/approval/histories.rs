//! Whatever people do with several changes and in whatever order, the store says what a small model says.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use varco::domain::governance::change::{Deciding, State};
use varco::domain::governance::{Proposal, Wish};
use varco::store::{ChangeAct, ChangeError, NewChange, Store, WriteMode};

use super::desk::{at, change, name, person, proposal};
use super::support::TestDatabase;

const PEOPLE: [&str; 3] = ["anna", "bruno", "carla"];
const NAMES: [&str; 3] = ["Regione", "Unione", "Consorzio"];
const BROKERS: usize = 2;

/// What is wished of which broker, under which name.
type Wished = (usize, usize, usize);

#[derive(Clone, Debug)]
enum Step {
    Draft(usize, Wished),
    Edit(usize, usize, Wished),
    Submit(usize, usize, Option<i64>),
    Withdraw(usize, usize),
    Approve(usize, usize, Option<i64>),
    Reject(usize, usize),
    RollBack(usize, usize),
    Directly(Wished),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wished = || (0..BROKERS, 0..3_usize, 0..NAMES.len());
    let who = || 0..PEOPLE.len();
    let from = || prop::option::of(0..20_i64);
    let which = || 0..3_usize;
    let step = prop_oneof![
        4 => (who(), wished()).prop_map(|(who, wished)| Step::Draft(who, wished)),
        1 => (which(), who(), wished()).prop_map(|(which, who, wished)| Step::Edit(which, who, wished)),
        4 => (which(), who(), from()).prop_map(|(which, who, from)| Step::Submit(which, who, from)),
        1 => (which(), who()).prop_map(|(which, who)| Step::Withdraw(which, who)),
        5 => (which(), who(), from()).prop_map(|(which, who, from)| Step::Approve(which, who, from)),
        1 => (which(), who()).prop_map(|(which, who)| Step::Reject(which, who)),
        2 => (which(), who()).prop_map(|(which, who)| Step::RollBack(which, who)),
        2 => wished().prop_map(Step::Directly),
        3 => (0..15_i64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

fn wish(number: usize) -> Wish {
    [Wish::Create, Wish::Replace, Wish::Remove][number]
}

/// A change of the model.
#[derive(Clone, Debug)]
struct Kept {
    state: State,
    broker: usize,
    wish: Wish,
    wanted: Option<usize>,
    was: Option<usize>,
    writers: BTreeSet<usize>,
    effective: Option<i64>,
    undoes: Option<usize>,
}

/// What should be: the names of the brokers, and the changes.
#[derive(Clone, Debug, Default)]
struct Model {
    brokers: [Option<usize>; BROKERS],
    changes: Vec<Kept>,
    now: i64,
}

type Done = Result<(), &'static str>;

impl Model {
    fn fits(&self, broker: usize, wish: Wish) -> Done {
        match (wish, self.brokers[broker]) {
            (Wish::Create, Some(_)) | (Wish::Replace | Wish::Remove, None) => Err("unfit"),
            _ => Ok(()),
        }
    }

    fn draft(&mut self, who: usize, (broker, wished, name): Wished, undoes: Option<usize>) -> Done {
        self.fits(broker, wish(wished))?;
        self.changes.push(Kept {
            state: State::Draft,
            broker,
            wish: wish(wished),
            wanted: (wished < 2).then_some(name),
            was: self.brokers[broker],
            writers: BTreeSet::from([who]),
            effective: None,
            undoes,
        });
        Ok(())
    }

    fn change(&mut self, which: usize, states: &[State]) -> Result<&mut Kept, &'static str> {
        let change = self.changes.get_mut(which).ok_or("missing")?;
        if states.contains(&change.state) { Ok(change) } else { Err("not now") }
    }

    fn submit(&mut self, which: usize, who: usize, from: Option<i64>) -> Done {
        let change = self.changes.get(which).ok_or("missing")?;
        self.fits(change.broker, change.wish)?;
        if change.was != self.brokers[change.broker] {
            return Err("unfit");
        }
        let change = self.change(which, &[State::Draft])?;
        (change.state, change.effective) = (State::Submitted, from);
        change.writers.insert(who);
        Ok(())
    }

    fn decide(&mut self, which: usize, who: usize, approved: Option<Option<i64>>) -> Done {
        let now = self.now;
        let change = self.change(which, &[State::Submitted])?;
        if change.writers.contains(&who) {
            return Err("second person");
        }
        match approved {
            None => change.state = State::Rejected,
            Some(from) => {
                change.state = State::Approved;
                change.effective = Some(from.or(change.effective).map_or(now, |from| from.max(now)));
            }
        }
        Ok(())
    }

    /// Carries out what is due, the earliest first.
    fn carry_out(&mut self) {
        let mut due: Vec<(i64, usize)> = (0..)
            .zip(&self.changes)
            .filter_map(|(which, change)| {
                let from = change.effective.filter(|from| *from <= self.now)?;
                (change.state == State::Approved).then_some((from, which))
            })
            .collect();
        due.sort_unstable();
        for (_, which) in due {
            let change = self.changes[which].clone();
            let stands =
                self.fits(change.broker, change.wish).is_ok() && change.was == self.brokers[change.broker];
            let undoes = change.undoes.is_none_or(|undone| self.changes[undone].state == State::Applied);
            if !stands || !undoes {
                self.changes[which].state = State::Failed;
                continue;
            }
            self.brokers[change.broker] = change.wanted;
            self.changes[which].state = State::Applied;
            if let Some(undone) = change.undoes {
                self.changes[undone].state = State::RolledBack;
            }
        }
    }
}

/// The real thing beside the model.
struct Real<'a> {
    store: &'a Store,
    case: u64,
}

impl Real<'_> {
    fn code(&self, broker: usize) -> String {
        format!("{:011}", self.case * 10 + u64::try_from(broker).unwrap())
    }

    fn id(&self, which: usize) -> String {
        format!("{:08}-{which:03}", self.case)
    }

    fn when(&self, second: i64) -> Timestamp {
        at(second)
    }

    fn proposal(&self, (broker, wished, name): Wished) -> Proposal {
        proposal(&self.code(broker), wish(wished), (wished < 2).then_some(NAMES[name]))
    }

    async fn keep(
        &self,
        (which, who): (usize, usize),
        wished: Wished,
        (now, undoes): (i64, Option<usize>),
    ) -> Done {
        let (id, proposals) = (self.id(which), [self.proposal(wished)]);
        let undoes = undoes.map(|undone| self.id(undone));
        let new = NewChange { id: &id, proposals: &proposals, rolls_back: undoes.as_deref() };
        told(self.store.keep_change(&person(PEOPLE[who], now), new, &[]).await)
    }

    async fn act(&self, which: usize, who: usize, now: i64, act: ChangeAct) -> Done {
        told(self.store.act_on_change(&person(PEOPLE[who], now), &self.id(which), &[act]).await)
    }
}

fn told(done: Result<(), ChangeError>) -> Done {
    done.map_err(|error| match error {
        ChangeError::Missing => "missing",
        ChangeError::NotNow(_) => "not now",
        ChangeError::NotADecider(_) => "second person",
        ChangeError::Unfit(_) => "unfit",
        ChangeError::Store(error) => panic!("{error}"),
    })
}

/// Does the same in the model and in the store, and compares what came of it.
async fn step(model: &mut Model, real: &Real<'_>, step: &Step) -> (Done, Done) {
    let now = model.now;
    let next = model.changes.len();
    let from = |from: Option<i64>| from.map(|from| now + from - 5);
    // The latest are worked with; one that is not there has a number that none has.
    let nth = |back: usize| next.checked_sub(1 + back).unwrap_or(999);
    match step.clone() {
        Step::Draft(who, wished) => {
            (model.draft(who, wished, None), real.keep((next, who), wished, (now, None)).await)
        }
        Step::Edit(which, who, wished) => edit(model, real, (nth(which), who), wished).await,
        Step::Submit(which, who, wait) => {
            let which = nth(which);
            let act = ChangeAct::Submit(from(wait).map(|from| real.when(from)));
            (model.submit(which, who, from(wait)), real.act(which, who, now, act).await)
        }
        Step::Withdraw(which, who) => {
            let which = nth(which);
            let states = [State::Draft, State::Submitted, State::Approved];
            let expected = model.change(which, &states).map(|change| change.state = State::Withdrawn);
            (expected, real.act(which, who, now, ChangeAct::Withdraw).await)
        }
        Step::Approve(which, who, wait) => {
            let which = nth(which);
            let act = ChangeAct::Approve(Deciding::AsPerson, from(wait).map(|from| real.when(from)));
            (model.decide(which, who, Some(from(wait))), real.act(which, who, now, act).await)
        }
        Step::Reject(which, who) => {
            let (which, reject) = (nth(which), ChangeAct::Reject(Deciding::AsPerson));
            (model.decide(which, who, None), real.act(which, who, now, reject).await)
        }
        Step::RollBack(which, who) => roll_back(model, real, (nth(which), who)).await,
        Step::Directly(wished) => {
            let (broker, number, name) = wished;
            let expected = model.fits(broker, wish(number));
            if expected.is_ok() {
                model.brokers[broker] = (number < 2).then_some(name);
            }
            let proposals = [real.proposal(wished)];
            let done = real.store.carry_out(&person("somebody", now), &proposals, WriteMode::Commit).await;
            (expected, done.map(drop).map_err(|_| "unfit"))
        }
        Step::Wait(seconds) => {
            model.now += seconds;
            model.carry_out();
            let now = real.when(model.now);
            for id in real.store.due_changes(now).await.unwrap() {
                real.store.apply_change(&id, now).await.unwrap();
            }
            (Ok(()), Ok(()))
        }
    }
}

/// Writes a draft anew.
async fn edit(
    model: &mut Model,
    real: &Real<'_>,
    (which, who): (usize, usize),
    wished: Wished,
) -> (Done, Done) {
    let now = model.now;
    let (broker, number, name) = wished;
    let expected = model.fits(broker, wish(number)).and_then(|()| {
        let was = model.brokers[broker];
        let change = model.change(which, &[State::Draft])?;
        (change.broker, change.wish, change.was) = (broker, wish(number), was);
        change.wanted = (number < 2).then_some(name);
        change.writers.insert(who);
        Ok(())
    });
    let proposals = [real.proposal(wished)];
    let author = person(PEOPLE[who], now);
    (expected, told(real.store.rewrite_change(&author, &real.id(which), &proposals).await))
}

/// Undoes a change that is carried out by another, which is submitted at once and approved by somebody else.
async fn roll_back(model: &mut Model, real: &Real<'_>, (which, who): (usize, usize)) -> (Done, Done) {
    let (now, next) = (model.now, model.changes.len());
    let Ok(change) = model.change(which, &[State::Applied]) else { return (Ok(()), Ok(())) };
    let wished = match (change.was, change.wanted) {
        (was, wanted) if was == wanted => return (Ok(()), Ok(())),
        (None, _) => (change.broker, 2, 0),
        (Some(was), None) => (change.broker, 0, was),
        (Some(was), Some(_)) => (change.broker, 1, was),
    };
    // At once submitted, and approved by another.
    let other = (who + 1) % PEOPLE.len();
    let expected = model
        .draft(who, wished, Some(which))
        .and_then(|()| model.submit(next, who, None))
        .and_then(|()| model.decide(next, other, Some(None)));
    let mut done = real.keep((next, who), wished, (now, Some(which))).await;
    let approve = ChangeAct::Approve(Deciding::AsPerson, None);
    for (who, act) in [(who, ChangeAct::Submit(None)), (other, approve)] {
        if done.is_ok() {
            done = real.act(next, who, now, act).await;
        }
    }
    (expected, done)
}

/// Says in which states changes have been.
async fn agrees(store: &Store, case: u64, steps: &[Step]) -> Result<BTreeSet<State>, TestCaseError> {
    let mut met = BTreeSet::new();
    let (mut model, real) = (Model::default(), Real { store, case });
    model.brokers[0] = Some(0);
    let named = [real.proposal((0, 0, 0))];
    store.carry_out(&person("somebody", 0), &named, WriteMode::Commit).await.unwrap();
    for one in steps {
        let (expected, done) = step(&mut model, &real, one).await;
        prop_assert_eq!(&done, &expected, "{:?} of {:?}", one, model);
        for (broker, named) in model.brokers.iter().enumerate() {
            let named = named.map(|named| NAMES[named].to_owned());
            prop_assert_eq!(name(store, &real.code(broker)).await, named, "after {:?}", one);
        }
        for (which, kept) in model.changes.iter().enumerate() {
            let (found, _) = change(store, &real.id(which)).await;
            prop_assert_eq!(found.course.state(), kept.state, "change {} after {:?}", which, one);
            met.insert(kept.state);
        }
    }
    Ok(met)
}

#[test]
fn random_histories_of_several_changes_end_as_a_small_model_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (cases, database) in [(200, TestDatabase::sqlite()), (12, runtime.block_on(TestDatabase::postgres()))]
    {
        let store = runtime.block_on(database.store());
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
        let (case, met) = (Cell::new(0), RefCell::new(BTreeSet::new()));
        let checked = TestRunner::new(config).run(&steps(), |steps| {
            case.set(case.get() + 1);
            met.borrow_mut().extend(runtime.block_on(agrees(&store, case.get(), &steps))?);
            Ok(())
        });
        checked.unwrap_or_else(|error| panic!("{}: {error}", database.engine));
        let verified = runtime.block_on(store.verify_audit(&[])).unwrap();
        assert_eq!(verified.breaches, []);
        if cases > 50 {
            assert_eq!(met.into_inner(), BTreeSet::from(State::ALL), "every state was met");
        }
        runtime.block_on(store.close());
    }
}
