//! What is made up where an old system has no word for what the node must be told.

use std::time::Duration;

use crate::domain::subscription::WebhookUrl;
use crate::domain::text::Text;

/// The name and the code of a debtor whom nobody names (SANP 3.10).
pub const ANONYMOUS: &str = "ANONIMO";

/// The category of payments that no other fits: other services of a municipality.
pub const CATEGORY: &str = "9/0101108TS/";

/// What the node is told that a legacy partner did not say. What was made up in a payment is noted on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invention {
    /// The due date: so many days after the answer, in Italy; 0 to [`Invention::MOST_DAYS`].
    pub due_days: u16,
    /// The debtor's name while no RPT names one; [`ANONYMOUS`] if nothing is said. The code is that too.
    pub debtor_name: Option<Text<70>>,
    /// The category of the transfer while no RPT says one; [`CATEGORY`] if nothing is said.
    pub category: Option<Text<140>>,
    /// How long an activation waits for the RPT before it is answered without.
    pub wait_for_rpt: Wait,
    /// Where payers go who begin at the institution's own pages; it is the `url` of nodoInviaRPTRisposta.
    pub redirect: Option<WebhookUrl>,
}

/// How long an activation waits for the RPT: at most [`Wait::MOST`], because the node waits too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(u16);

/// Why something cannot be made up so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InventionError {
    /// The due date is too far away.
    #[error("must be at most {} days", Invention::MOST_DAYS)]
    Days,
    /// The wait is too long.
    #[error("must be at most {} ms", Wait::MOST)]
    Wait,
}

impl Wait {
    /// The longest, in milliseconds.
    pub const MOST: u16 = 3000;

    /// So many milliseconds.
    pub const fn millis(millis: u16) -> Result<Self, InventionError> {
        if millis > Self::MOST { Err(InventionError::Wait) } else { Ok(Wait(millis)) }
    }

    /// As a duration.
    pub const fn get(self) -> Duration {
        Duration::from_millis(self.0 as u64)
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> u16 {
        self.0
    }
}

impl Invention {
    /// The longest time until a due date that is made up.
    pub const MOST_DAYS: u16 = 365;

    /// What holds where nobody says otherwise.
    pub fn usual() -> Self {
        Invention { due_days: 1, debtor_name: None, category: None, wait_for_rpt: Wait(1000), redirect: None }
    }

    /// The debtor's name while no RPT names one.
    pub fn debtor(&self) -> &str {
        self.debtor_name.as_ref().map_or(ANONYMOUS, Text::as_str)
    }

    /// The category of the transfer while no RPT says one.
    pub fn category(&self) -> &str {
        self.category.as_ref().map_or(CATEGORY, Text::as_str)
    }
}
