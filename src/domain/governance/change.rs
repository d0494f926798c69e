//! The life of a change: drafted by one person, decided by another, effective at an instant. One state
//! machine for every kind of thing. Steps are kept as facts, and the state is what they amount to.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::kind::Kind;
use super::proposal::{Proposal, Wish};
use crate::domain::access::{Permission, Tenant};

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is being written.
    Draft,
    /// It waits for a second person.
    Submitted,
    /// A second person agrees; it waits for its instant.
    Approved,
    /// A second person does not agree.
    Rejected,
    /// Whoever wrote it took it back.
    Withdrawn,
    /// It is done.
    Applied,
    /// It could not be done when its instant came.
    Failed,
    /// It was done, and undone by another change.
    RolledBack,
}

impl State {
    /// Every state.
    pub const ALL: [State; 8] = [
        State::Draft,
        State::Submitted,
        State::Approved,
        State::Rejected,
        State::Withdrawn,
        State::Applied,
        State::Failed,
        State::RolledBack,
    ];

    /// The name it is told under.
    pub const fn word(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Submitted => "submitted",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Withdrawn => "withdrawn",
            State::Applied => "applied",
            State::Failed => "failed",
            State::RolledBack => "rolled_back",
        }
    }

    /// The state of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Where an act leads from here; nowhere, if it cannot be done here.
    pub const fn after(self, act: Act) -> Option<State> {
        match (self, act) {
            (State::Draft, Act::Edit) => Some(State::Draft),
            (State::Draft, Act::Submit) => Some(State::Submitted),
            (State::Draft | State::Submitted | State::Approved, Act::Withdraw) => Some(State::Withdrawn),
            (State::Submitted, Act::Approve) => Some(State::Approved),
            (State::Submitted, Act::Reject) => Some(State::Rejected),
            (State::Approved, Act::Apply) => Some(State::Applied),
            (State::Approved, Act::Fail) => Some(State::Failed),
            (State::Applied, Act::RollBack) => Some(State::RolledBack),
            _ => None,
        }
    }
}

/// What can be done with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Begin it.
    Draft,
    /// Write it anew.
    Edit,
    /// Lay it before a second person.
    Submit,
    /// Take it back.
    Withdraw,
    /// Agree.
    Approve,
    /// Disagree.
    Reject,
    /// Carry it out: the gateway does, when the instant has come.
    Apply,
    /// Find that it cannot be carried out.
    Fail,
    /// Undo it: the gateway does, when the change that undoes it is carried out.
    RollBack,
}

impl Act {
    /// Every act.
    pub const ALL: [Act; 9] = [
        Act::Draft,
        Act::Edit,
        Act::Submit,
        Act::Withdraw,
        Act::Approve,
        Act::Reject,
        Act::Apply,
        Act::Fail,
        Act::RollBack,
    ];

    /// The name it is kept and audited under.
    pub const fn word(self) -> &'static str {
        match self {
            Act::Draft => "draft",
            Act::Edit => "edit",
            Act::Submit => "submit",
            Act::Withdraw => "withdraw",
            Act::Approve => "approve",
            Act::Reject => "reject",
            Act::Apply => "apply",
            Act::Fail => "fail",
            Act::RollBack => "roll_back",
        }
    }
}

/// What has happened to a change so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// When it was laid before a second person.
    pub submitted_at: Option<Timestamp>,
    /// When a second person agreed.
    pub approved_at: Option<Timestamp>,
    /// From when it holds.
    pub effective_at: Option<Timestamp>,
    /// When a second person disagreed.
    pub rejected_at: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// When it was carried out.
    pub applied_at: Option<Timestamp>,
    /// When it could not be carried out.
    pub failed_at: Option<Timestamp>,
    /// When it was undone.
    pub rolled_back_at: Option<Timestamp>,
}

impl Course {
    /// Where the change stands: the last of its steps tells.
    pub const fn state(&self) -> State {
        if self.rolled_back_at.is_some() {
            State::RolledBack
        } else if self.applied_at.is_some() {
            State::Applied
        } else if self.failed_at.is_some() {
            State::Failed
        } else if self.withdrawn_at.is_some() {
            State::Withdrawn
        } else if self.rejected_at.is_some() {
            State::Rejected
        } else if self.approved_at.is_some() {
            State::Approved
        } else if self.submitted_at.is_some() {
            State::Submitted
        } else {
            State::Draft
        }
    }

    /// The course after an act at that instant.
    pub fn with(&self, act: Act, at: Timestamp) -> Result<Course, NotNow> {
        let state = self.state();
        let next = state.after(act).ok_or(NotNow { state })?;
        let mut course = self.clone();
        let step = match next {
            State::Draft => return Ok(course),
            State::Submitted => &mut course.submitted_at,
            State::Approved => &mut course.approved_at,
            State::Rejected => &mut course.rejected_at,
            State::Withdrawn => &mut course.withdrawn_at,
            State::Applied => &mut course.applied_at,
            State::Failed => &mut course.failed_at,
            State::RolledBack => &mut course.rolled_back_at,
        };
        *step = Some(at);
        Ok(course)
    }

    /// Whether it is to be carried out now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state() == State::Approved && self.effective_at.is_some_and(|from| from <= now)
    }
}

/// The state in which a change is does not admit what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the change is {}", state.word())]
pub struct NotNow {
    /// The state.
    pub state: State,
}

/// Why somebody cannot decide on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADecider {
    /// It is a program, and programs agree to nothing.
    #[error("only a person decides on a change")]
    NotAPerson,
    /// They wrote it, or a part of it.
    #[error("a change is decided on by somebody who did not write it")]
    SecondPersonNeeded,
}

/// As what somebody decides on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deciding {
    /// A person.
    AsPerson,
    /// A program with an API key.
    AsKey,
    /// No second person has to agree, so that who submits it agrees to it too.
    Unasked,
}

/// Whether somebody can agree or disagree with what these have written: whoever drafted, edited or submitted
/// it has a hand in it. Whether they may decide on changes of this tenant at all is the policy's question.
pub fn can_decide(writers: &BTreeSet<&str>, decider: &str, deciding: Deciding) -> Result<(), NotADecider> {
    match deciding {
        Deciding::Unasked => Ok(()),
        Deciding::AsKey => Err(NotADecider::NotAPerson),
        Deciding::AsPerson if writers.contains(decider) => Err(NotADecider::SecondPersonNeeded),
        Deciding::AsPerson => Ok(()),
    }
}

/// What somebody needs to be allowed in order to write a change in which this stands, or to agree to it. To come
/// and to go is more than to change; and a delegation is answered by the broker.
pub const fn written_with(proposal: &Proposal) -> Permission {
    match (proposal.kind, &proposal.tenant, proposal.wish) {
        (Kind::Institution | Kind::Broker, _, Wish::Create | Wish::Remove) => Permission::RegistryManage,
        (Kind::Delegation, Tenant::Broker(_), _) => Permission::DelegationAnswer,
        (kind, _, _) => kind.written_with(),
    }
}

/// What undoes a proposal that found a thing so and left it so; nothing, if it changed nothing.
pub fn undone(proposal: &Proposal, was: Option<&str>, made: Option<&str>) -> Option<Proposal> {
    let wish = match (was, made) {
        (was, made) if was == made => return None,
        (None, _) => Wish::Remove,
        (Some(_), None) => Wish::Create,
        (Some(_), Some(_)) => Wish::Replace,
    };
    Some(Proposal { wish, wanted: was.map(str::to_owned), ..proposal.clone() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn every_state_admits_these_acts_and_no_others() {
        let admits = |state: State| Act::ALL.into_iter().filter(move |act| state.after(*act).is_some());
        let table = State::ALL.map(|state| (state.word(), admits(state).map(Act::word).collect::<Vec<_>>()));
        let expected: [(&str, Vec<&str>); 8] = [
            ("draft", vec!["edit", "submit", "withdraw"]),
            ("submitted", vec!["withdraw", "approve", "reject"]),
            ("approved", vec!["withdraw", "apply", "fail"]),
            ("rejected", vec![]),
            ("withdrawn", vec![]),
            ("applied", vec!["roll_back"]),
            ("failed", vec![]),
            ("rolled_back", vec![]),
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
        }
        assert_eq!(State::from_word("other"), None);
    }

    #[test]
    fn it_is_due_from_its_instant_on_and_only_while_it_is_approved() {
        let submitted = Course::default().with(Act::Submit, at(1)).unwrap();
        let approved = submitted.with(Act::Approve, at(2)).unwrap();
        let waits = Course { effective_at: Some(at(10)), ..approved };
        assert_eq!([9, 10, 11].map(|second| waits.is_due(at(second))), [false, true, true]);
        assert!(!waits.with(Act::Withdraw, at(3)).unwrap().is_due(at(11)));
        assert!(!waits.with(Act::Apply, at(10)).unwrap().is_due(at(11)));
        assert!(!Course { effective_at: Some(at(10)), ..submitted }.is_due(at(11)));
    }

    #[test]
    fn who_had_a_hand_in_it_does_not_decide_and_no_program_does() {
        let writers = BTreeSet::from(["anna", "carla"]);
        assert_eq!(can_decide(&writers, "bruno", Deciding::AsPerson), Ok(()));
        for writer in ["anna", "carla"] {
            let refused = can_decide(&writers, writer, Deciding::AsPerson);
            assert_eq!(refused, Err(NotADecider::SecondPersonNeeded));
            assert_eq!(can_decide(&writers, writer, Deciding::Unasked), Ok(()));
        }
        assert_eq!(can_decide(&writers, "bruno", Deciding::AsKey), Err(NotADecider::NotAPerson));
    }

    #[test]
    fn what_is_undone_is_as_it_was() {
        let proposal = |wish, wanted: Option<&str>| Proposal {
            kind: Kind::Station,
            tenant: Tenant::Gateway,
            target: "s".to_owned(),
            wish,
            wanted: wanted.map(str::to_owned),
        };
        let made = proposal(Wish::Create, Some("b"));
        assert_eq!(undone(&made, None, Some("b")), Some(proposal(Wish::Remove, None)));
        let replaced = proposal(Wish::Put, Some("b"));
        assert_eq!(undone(&replaced, Some("a"), Some("b")), Some(proposal(Wish::Replace, Some("a"))));
        let removed = proposal(Wish::Remove, None);
        assert_eq!(undone(&removed, Some("a"), None), Some(proposal(Wish::Create, Some("a"))));
        assert_eq!(undone(&replaced, Some("b"), Some("b")), None);
    }

    proptest! {
        #[test]
        fn the_state_of_a_course_is_where_its_acts_have_led(acts in prop::collection::vec(0..Act::ALL.len(), 0..12)) {
            let (mut course, mut state) = (Course::default(), State::Draft);
            for (second, act) in (0..).zip(acts) {
                let act = Act::ALL[act];
                match (course.with(act, at(second)), state.after(act)) {
                    (Ok(next), Some(reached)) => (course, state) = (next, reached),
                    (Err(refused), None) => prop_assert_eq!(refused, NotNow { state }),
                    (done, wanted) => prop_assert!(false, "{done:?}, but {wanted:?}"),
                }
                prop_assert_eq!(course.state(), state);
            }
        }
    }
}
