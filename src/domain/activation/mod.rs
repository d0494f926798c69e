//! The activation plan: what an institution has to do, in which order, until citizens can pay it.
//!
//! What the facts tell (whether it is registered, has an account, a station, a key) nobody ticks off; of the
//! rest people show evidence. Going live is declared, once all else is done or waived. Facts can be lost
//! again: a step that was done is open again as soon as its certificate has ended, say.

mod evidence;
mod plan;

pub use evidence::{
    Attachment, AttachmentError, Digest, EvidenceId, FILE_MAX, MediaType, MediaTypeError, Outcome,
};
pub use plan::{Facts, Missing, Plan, Said, State, StepReport, Waiver};

/// A step of the plan. The test cases are those that the node's operator asks of a creditor institution before
/// it goes live (pagoPA, "piano di test", EC-PSP).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// It is registered here, and enabled.
    Registration,
    /// It has an account that may be paid to.
    Ibans,
    /// A station serves its notices.
    Station,
    /// What the node meets at our door is certified, for long enough.
    Certificates,
    /// Its systems have a key.
    ApiKey,
    /// The node has reached us on its behalf.
    Connectivity,
    /// Test case EC-PSP-01.
    EcPsp01,
    /// Test case EC-PSP-02.
    EcPsp02,
    /// Test case EC-PSP-02M.
    EcPsp02M,
    /// Test case EC-PSP-04.
    EcPsp04,
    /// Citizens can pay.
    GoLive,
}

/// By what a step is told to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBy {
    /// By the facts alone.
    Facts,
    /// By the facts or by evidence.
    FactsOrEvidence,
    /// By evidence alone.
    Evidence,
    /// By a declaration, once all steps before it are done.
    Declaration,
}

impl Step {
    /// Every step, in the order of the plan: none needs one behind it.
    pub const ALL: [Step; 11] = [
        Step::Registration,
        Step::Ibans,
        Step::Station,
        Step::Certificates,
        Step::ApiKey,
        Step::Connectivity,
        Step::EcPsp01,
        Step::EcPsp02,
        Step::EcPsp02M,
        Step::EcPsp04,
        Step::GoLive,
    ];

    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            Step::Registration => "registration",
            Step::Ibans => "ibans",
            Step::Station => "station",
            Step::Certificates => "certificates",
            Step::ApiKey => "api_key",
            Step::Connectivity => "connectivity",
            Step::EcPsp01 => "EC-PSP-01",
            Step::EcPsp02 => "EC-PSP-02",
            Step::EcPsp02M => "EC-PSP-02M",
            Step::EcPsp04 => "EC-PSP-04",
            Step::GoLive => "go_live",
        }
    }

    /// The step of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// The steps without which it cannot be done.
    pub const fn needs(self) -> &'static [Step] {
        match self {
            Step::Registration | Step::Certificates => &[],
            Step::Ibans | Step::Station | Step::ApiKey => &[Step::Registration],
            Step::Connectivity => &[Step::Station, Step::Certificates],
            Step::EcPsp01 | Step::EcPsp02 | Step::EcPsp02M | Step::EcPsp04 => {
                &[Step::Ibans, Step::ApiKey, Step::Connectivity]
            }
            Step::GoLive => &[
                Step::Registration,
                Step::Ibans,
                Step::Station,
                Step::Certificates,
                Step::ApiKey,
                Step::Connectivity,
                Step::EcPsp01,
                Step::EcPsp02,
                Step::EcPsp02M,
                Step::EcPsp04,
            ],
        }
    }

    /// By what it is told to be done.
    pub const fn told_by(self) -> ToldBy {
        match self {
            Step::Registration | Step::Ibans | Step::Station | Step::ApiKey => ToldBy::Facts,
            Step::Certificates | Step::Connectivity => ToldBy::FactsOrEvidence,
            Step::EcPsp01 | Step::EcPsp02 | Step::EcPsp02M | Step::EcPsp04 => ToldBy::Evidence,
            Step::GoLive => ToldBy::Declaration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_needs_one_behind_it_and_going_live_needs_all() {
        for (place, step) in Step::ALL.into_iter().enumerate() {
            assert!(step.needs().iter().all(|needed| Step::ALL[..place].contains(needed)), "{step:?}");
            assert_eq!(Step::from_word(step.word()), Some(step));
        }
        assert_eq!(Step::GoLive.needs(), &Step::ALL[..10]);
        assert_eq!(Step::from_word("go-live"), None);
    }
}
