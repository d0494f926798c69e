//! How long somebody is signed in.

use jiff::{SignedDuration, Timestamp};

/// By what somebody has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By a password and a code of ours.
    Local,
    /// By the provider's word.
    Provider,
}

impl Means {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Means::Local => "local",
            Means::Provider => "provider",
        }
    }

    /// Reads a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Means::Local, Means::Provider].into_iter().find(|means| means.word() == word)
    }
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSpan {
    /// Without a request.
    pub idle: SignedDuration,
    /// In all.
    pub longest: SignedDuration,
}

/// What happened to a session, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// The sign-in.
    pub began_at: Timestamp,
    /// The last request, a minute or less ago.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// When it was ended: by its person, or by who may.
    pub ended_at: Option<Timestamp>,
}

/// How much later than the last one a request is before it is worth a write.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

impl SessionTimes {
    /// Those of a session that begins.
    pub fn beginning(now: Timestamp, span: SessionSpan) -> Self {
        let ends_at = now.checked_add(span.longest).unwrap_or(now);
        SessionTimes { began_at: now, seen_at: now, ends_at, ended_at: None }
    }

    /// Whether it still stands. A clock that was set back ends none.
    pub fn stands(&self, now: Timestamp, span: SessionSpan) -> bool {
        self.ended_at.is_none() && now < self.ends_at && now.duration_since(self.seen_at) < span.idle
    }

    /// Whether a request of now is worth being noted.
    pub fn is_worth_noting(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= NOTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: SessionSpan =
        SessionSpan { idle: SignedDuration::from_mins(30), longest: SignedDuration::from_hours(8) };

    fn after(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).unwrap()
    }

    #[test]
    fn a_session_ends_when_idle_in_any_case_after_a_day_of_work_and_when_ended() {
        let begun = SessionTimes::beginning(after(0), SPAN);
        assert!(begun.stands(after(29), SPAN) && !begun.stands(after(30), SPAN));
        let busy = SessionTimes { seen_at: after(479), ..begun };
        assert!(busy.stands(after(479), SPAN) && !busy.stands(after(480), SPAN));
        let ended = SessionTimes { ended_at: Some(after(1)), ..begun };
        assert!(!ended.stands(after(1), SPAN));
    }

    #[test]
    fn a_request_a_minute_is_noted() {
        let begun = SessionTimes::beginning(after(0), SPAN);
        assert!(
            !begun.is_worth_noting(Timestamp::from_second(59).unwrap()) && begun.is_worth_noting(after(1))
        );
    }

    #[test]
    fn words_are_read_back() {
        assert_eq!(Means::from_word(Means::Local.word()), Some(Means::Local));
        assert_eq!(Means::from_word("guess"), None);
    }
}
