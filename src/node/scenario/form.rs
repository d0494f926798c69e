//! A scenario as it is written: TOML, in which whatever is not known is refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expectation::Span;
use super::step::Step;

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: that of the file, without its ending.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// The test case of the node's operator that it carries out, such as `EC-PSP-01`.
    #[serde(default)]
    pub certifies: Option<String>,
    /// Values that the steps name; those given from outside win.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// The notices that it needs, by the names of their variables.
    #[serde(default)]
    pub notices: BTreeMap<String, Need>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// A notice that a scenario needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "NeedForm")]
pub struct Need {
    /// How it has to be, for those who give one of their own.
    pub what: String,
    /// Where it comes from if nobody gives one.
    pub source: Source,
}

/// Where a notice comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// It has this number.
    Number(String),
    /// It is made in the API for debt positions.
    Position(Position),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedForm {
    what: String,
    number: Option<String>,
    position: Option<Position>,
}

impl TryFrom<NeedForm> for Need {
    type Error = &'static str;

    fn try_from(form: NeedForm) -> Result<Self, Self::Error> {
        let source = match (form.number, form.position) {
            (Some(number), None) => Source::Number(number),
            (None, Some(position)) => Source::Position(position),
            _ => return Err("a notice needs either a number or a position"),
        };
        Ok(Need { what: form.what, source })
    }
}

/// A debt position with one notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// What it is about.
    #[serde(default = "Position::about")]
    pub description: String,
    /// How long after it was made it expires; far off if not said.
    #[serde(default)]
    pub due_in: Option<Span>,
    /// What becomes of it after it was made.
    #[serde(default)]
    pub state: PositionState,
    /// Where the money goes.
    pub transfers: Vec<Share>,
}

impl Position {
    pub(super) fn about() -> String {
        "Prova del nodo".to_owned()
    }
}

/// What becomes of a position after it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PositionState {
    /// It can be paid.
    #[default]
    Payable,
    /// It stays a draft.
    Draft,
    /// It is cancelled.
    Cancelled,
}

/// One share of a position.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The institution that gets it.
    pub to: String,
    /// How much, in cents.
    pub cents: i64,
    /// The account; none for a digital stamp.
    #[serde(default)]
    pub iban: Option<String>,
    /// The postal account beside it.
    #[serde(default)]
    pub postal_iban: Option<String>,
    /// The code of the taxonomy.
    #[serde(default = "Share::usual")]
    pub category: String,
}

impl Share {
    pub(super) fn usual() -> String {
        "9/0101100IM/".to_owned()
    }
}
