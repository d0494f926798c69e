//! Why a message, or a value meant for one, is refused.
//!
//! Nothing here ever holds a piece of the message: what is refused may be personal data, and errors reach
//! logs and answers.

use std::fmt;

/// Which facet of a simple type a value breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FacetError {
    /// The text is too short or too long, counted in characters.
    #[error("length must be {}", Interval(*min, *max))]
    Length {
        /// The fewest characters allowed.
        min: usize,
        /// The most characters allowed.
        max: usize,
    },
    /// The text does not match the pattern of its type.
    #[error("must match {0}")]
    Pattern(&'static str),
    /// The value is not one of those listed.
    #[error("must be one of {}", .0.join(", "))]
    Enumeration(&'static [&'static str]),
    /// The number is outside its range.
    #[error("must be {0}")]
    Range(&'static str),
    /// The text is not written as its type demands.
    #[error("must be {0}")]
    Form(&'static str),
    /// The text holds a character that XML 1.0 cannot carry.
    #[error("holds a character that XML cannot carry")]
    Character,
    /// The value breaks a facet that a schema of a service states, in its words.
    #[error("must {0}")]
    Stated(String),
    /// A list holds too few or too many items.
    #[error("must hold {} items", Interval(*min, *max))]
    Count {
        /// The fewest items allowed.
        min: usize,
        /// The most items allowed.
        max: usize,
    },
}

/// Two bounds, read aloud.
struct Interval(usize, usize);

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (min, max) if min == max => write!(f, "{min}"),
            (min, usize::MAX) => write!(f, "at least {min}"),
            (0, max) => write!(f, "at most {max}"),
            (min, max) => write!(f, "{min} to {max}"),
        }
    }
}

/// Which rule a message breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// It is not well-formed XML 1.0 with namespaces.
    #[error("not well-formed XML: {0}")]
    WellFormed(&'static str),
    /// It is XML, but holds what SOAP 1.1 forbids: a document type or a processing instruction.
    #[error("SOAP forbids {0}")]
    Forbidden(&'static str),
    /// It is not UTF-8 throughout, or declares another encoding.
    #[error("the encoding must be UTF-8")]
    Encoding,
    /// It is larger, deeper or wider than we read.
    #[error("limit exceeded: {0}")]
    Limit(&'static str),
    /// A mandatory element is not where it should be.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A mandatory element of the schema of a service is not where it should be.
    #[error("expected {0}")]
    Missing(String),
    /// There is an element more than the type has room for.
    #[error("element not allowed here")]
    Unexpected,
    /// An element occurs more often than allowed.
    #[error("at most {0} allowed")]
    TooMany(usize),
    /// The element carries an attribute that its type does not have.
    #[error("attribute not allowed here")]
    Attribute,
    /// There is text between elements.
    #[error("text not allowed here")]
    Text,
    /// The value breaks a facet of its type.
    #[error(transparent)]
    Facet(#[from] FacetError),
}

/// A broken rule and the place where it was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule} in /{path}")]
pub struct Violation {
    rule: Rule,
    offset: usize,
    path: String,
}

impl Violation {
    /// A rule broken at a byte of the message, inside the elements of a path such as `receipt/debtor`.
    pub fn new(rule: Rule, offset: usize, path: String) -> Self {
        Violation { rule, offset, path }
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// How many bytes of the message come before the place.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The local names of the elements around the place, outermost first. Inside a SOAP message the payload
    /// root is the first name, so that an operator can search the contract for it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Line and column of the place; the message is read again for it, so ask once.
    pub fn position(&self, message: &[u8]) -> Position {
        let before = message.get(..self.offset).unwrap_or(message);
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        let last = before.get(line_start..).unwrap_or_default();
        let bom = if line == 1 && last.starts_with(b"\xEF\xBB\xBF") { 1 } else { 0 };
        let starts = |b: &&u8| (**b & 0b1100_0000) != 0b1000_0000;
        Position { line, column: 1 + last.iter().filter(starts).count() - bom }
    }
}

/// A place in a message as an editor shows it, both counted from one; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
