//! `[positions]`: what holds for debt positions.

use std::fmt;
use std::time::Duration;

use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};

/// Debt positions.
#[derive(Debug, Clone)]
pub struct Positions {
    /// How long the node's request for a payment keeps a position from being changed, cancelled or deleted.
    pub activation_hold: Pause,
}

/// A duration that may be none at all, written `0s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause(Option<HumanDuration>);

impl Pause {
    /// The duration for the standard library and tokio.
    pub fn get(self) -> Duration {
        self.0.map_or(Duration::ZERO, HumanDuration::get)
    }
}

impl Setting for Pause {
    const EXPECTED: &'static str = "a duration such as 30m, or 0s for none";

    fn from_text(text: &str) -> Option<Self> {
        if text.trim() == NONE {
            Some(Self(None))
        } else {
            HumanDuration::from_text(text).map(Some).map(Self)
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

const NONE: &str = "0s";

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(duration) => duration.fmt(f),
            None => f.write_str(NONE),
        }
    }
}

impl Positions {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let half_an_hour = Pause(Some(HumanDuration::from_secs(30 * 60)));
        Self { activation_hold: section.or("activation_hold", half_an_hour) }
    }

    pub(super) fn to_table(&self) -> Table {
        table([("activation_hold", self.activation_hold.to_value())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_a_duration_or_none() {
        for text in ["30m", "1h", "0s"] {
            assert_eq!(Pause::from_text(text).unwrap().to_string(), text);
        }
        assert_eq!(Pause::from_text(" 0s ").unwrap().get(), Duration::ZERO);
        assert_eq!(Pause::from_text("90s").unwrap().get(), Duration::from_secs(90));
        for wrong in ["", "0", "0m", "-1s"] {
            assert!(Pause::from_text(wrong).is_none(), "{wrong}");
        }
    }
}
