//! How far the publication of a service or an offering has come: facts, from which its state follows.

use jiff::Timestamp;

/// The dated facts of a publication, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// Since when it is held back.
    pub suspended_at: Option<Timestamp>,
    /// When it ended, for good.
    pub ended_at: Option<Timestamp>,
}

/// What follows from the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody but its makers sees it.
    Draft,
    /// It can be asked for.
    Published,
    /// It was published and is held back for now.
    Suspended,
    /// It is over.
    Ended,
}

/// What can be done with a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A draft becomes public.
    Publish,
    /// What is public is held back.
    Suspend,
    /// What is held back is public again.
    Resume,
    /// It is over, for good.
    End,
}

/// Why something cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {} what is {}", .act.name(), .state.name())]
pub struct NotNow {
    /// What was asked for.
    pub act: Act,
    /// How things stand.
    pub state: State,
}

impl State {
    /// All.
    pub const ALL: [State; 4] = [State::Draft, State::Published, State::Suspended, State::Ended];

    /// Its name, told.
    pub const fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Published => "published",
            State::Suspended => "suspended",
            State::Ended => "ended",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        State::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Act {
    /// All.
    pub const ALL: [Act; 4] = [Act::Publish, Act::Suspend, Act::Resume, Act::End];

    /// Its name, told.
    pub const fn name(self) -> &'static str {
        match self {
            Act::Publish => "publish",
            Act::Suspend => "suspend",
            Act::Resume => "resume",
            Act::End => "end",
        }
    }
}

impl Stage {
    /// What follows from the facts at that instant.
    pub fn state(&self, now: Timestamp) -> State {
        let come = |instant: Option<Timestamp>| instant.is_some_and(|instant| instant <= now);
        if come(self.ended_at) {
            State::Ended
        } else if !come(self.published_at) {
            State::Draft
        } else if come(self.suspended_at) {
            State::Suspended
        } else {
            State::Published
        }
    }

    /// The facts after something was done.
    pub fn after(mut self, act: Act, now: Timestamp) -> Result<Self, NotNow> {
        match (act, self.state(now)) {
            (Act::Publish, State::Draft) => self.published_at = Some(now),
            (Act::Suspend, State::Published) => self.suspended_at = Some(now),
            (Act::Resume, State::Suspended) => self.suspended_at = None,
            (Act::End, State::Draft | State::Published | State::Suspended) => self.ended_at = Some(now),
            (act, state) => return Err(NotNow { act, state }),
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_publication_goes_forth_and_back_and_ends_for_good() {
        let mut stage = Stage::default();
        let course = [
            (Act::Publish, State::Published),
            (Act::Suspend, State::Suspended),
            (Act::Resume, State::Published),
            (Act::End, State::Ended),
        ];
        assert_eq!(stage.state(at(0)), State::Draft);
        for (second, (act, state)) in (1..).zip(course) {
            stage = stage.after(act, at(second)).unwrap();
            assert_eq!(stage.state(at(second)), state);
        }
        for act in Act::ALL {
            assert_eq!(stage.after(act, at(9)), Err(NotNow { act, state: State::Ended }));
        }
    }

    #[test]
    fn what_is_not_meant_now_is_refused() {
        let draft = Stage::default();
        for act in [Act::Suspend, Act::Resume] {
            assert!(draft.after(act, at(1)).is_err());
        }
        let published = draft.after(Act::Publish, at(5)).unwrap();
        assert_eq!(
            published.after(Act::Publish, at(6)).unwrap_err().to_string(),
            "cannot publish what is published"
        );
        assert_eq!(published.state(at(4)), State::Draft, "before it was published");
    }
}
