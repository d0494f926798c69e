//! Receipts on their way to partners: in which form, and when each is tried again.

use jiff::{SignedDuration, Timestamp};

use super::{PartnerId, Speaks};

/// Whom a receipt is handed on to, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The partner.
    pub partner: PartnerId,
    /// In which form it gets it.
    pub form: LetterForm,
}

/// How a partner gets a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterForm {
    /// The node's message as it was received.
    PaForNode,
    /// An RT that is made of it (paaInviaRT).
    Rt,
}

impl LetterForm {
    /// Both.
    pub const ALL: [LetterForm; 2] = [LetterForm::PaForNode, LetterForm::Rt];

    /// Its word, stored and told.
    pub const fn word(self) -> &'static str {
        match self {
            LetterForm::PaForNode => "pa_for_node",
            LetterForm::Rt => "rt",
        }
    }

    /// The form of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

impl From<Speaks> for LetterForm {
    fn from(speaks: Speaks) -> Self {
        match speaks {
            Speaks::PaForNode => LetterForm::PaForNode,
            Speaks::Legacy => LetterForm::Rt,
        }
    }
}

/// How a try to hand a letter over ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The partner has it, now or from before.
    Taken,
    /// It says that it does not take it, by that code. Somebody has to look; it is tried again all the same.
    Refused(String),
    /// It said nothing that counts.
    Failed,
}

/// How long a letter may be under way before people are told.
pub const LATE_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The waits between tries: the first after a second, from the last on always the same.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// By how many doublings the longest wait is reached.
const DOUBLINGS: u32 = 12;

/// When a letter is tried again, after so many tries; none once it was taken. What is refused waits the longest
/// from the first time on: only people can change that. `draw` spreads what failed together over a fifth of the
/// wait.
pub fn again(handed: &Handed, tries: i64, now: Timestamp, draw: u64) -> Option<Timestamp> {
    let full = match handed {
        Handed::Taken => return None,
        Handed::Refused(_) => LONGEST,
        Handed::Failed => {
            let before = tries.saturating_sub(1).clamp(0, DOUBLINGS.into());
            let doublings = u32::try_from(before).unwrap_or(DOUBLINGS);
            SignedDuration::from_secs(1_i64 << doublings).min(LONGEST)
        }
    };
    let thousandths = i128::from(800 + draw % 201);
    let millis = i64::try_from(full.as_millis().saturating_mul(thousandths) / 1000).unwrap_or(i64::MAX);
    Some(now.checked_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(handed: &Handed, tries: i64) -> (i64, i64) {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let wait = |draw| again(handed, tries, now, draw).unwrap().duration_since(now).as_secs();
        (wait(0), wait(200))
    }

    #[test]
    fn the_waits_double_from_a_second_to_an_hour_and_never_end() {
        let seconds: Vec<i64> = (1..=14).map(|tries| waits(&Handed::Failed, tries).1).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
        assert_eq!(waits(&Handed::Failed, i64::MAX), (2880, 3600), "spread over a fifth");
    }

    #[test]
    fn what_is_refused_is_tried_slowly_and_what_is_taken_no_more() {
        assert_eq!(waits(&Handed::Refused("PAA_SEMANTICA".to_owned()), 1).1, 3600);
        assert_eq!(again(&Handed::Taken, 1, Timestamp::UNIX_EPOCH, 0), None);
    }

    #[test]
    fn forms_are_read_as_they_are_written() {
        for form in LetterForm::ALL {
            assert_eq!(LetterForm::from_word(form.word()), Some(form));
        }
    }
}
