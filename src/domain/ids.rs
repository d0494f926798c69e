//! Names that the parties give each other: brokers, stations, positions, receipts.

use std::fmt;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters it can have.
            pub const MAX: usize = $max;

            /// Reads an identifier: visible ASCII characters, at least one.
            pub fn new(text: &str) -> Result<Self, IdentifierError> {
                let visible = text.bytes().all(|b| b.is_ascii_graphic());
                if text.is_empty() || text.len() > Self::MAX || !visible {
                    return Err(IdentifierError { max: Self::MAX });
                }
                Ok($name(text.into()))
            }

            /// The characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {max} visible ASCII characters")]
pub struct IdentifierError {
    max: usize,
}

identifier! {
    /// A technology partner that runs stations for creditor institutions (`idBrokerPA`).
    BrokerCode, 35
}
identifier! {
    /// A connection point towards the node (`idStation`), usually the broker's code and two digits.
    StationCode, 35
}
/// The creditor's own name of a debt position (`iupd`). The published contract allows blanks inside. It is
/// a part of paths, so it cannot be one that a path would lose.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iupd(Box<str>);

impl Iupd {
    /// The most characters it can have.
    pub const MAX: usize = 100;

    /// Reads a name: visible ASCII characters and inner blanks, at least one.
    pub fn new(text: &str) -> Result<Self, IdentifierError> {
        let lasting = |b: u8| (b.is_ascii_graphic() || b == b' ') && !b"/\\%?#".contains(&b);
        let lasts = text.bytes().all(lasting) && !text.bytes().all(|b| b == b'.');
        if text.trim() != text || text.is_empty() || text.len() > Self::MAX || !lasts {
            return Err(IdentifierError { max: Self::MAX });
        }
        Ok(Iupd(text.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Iupd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Iupd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iupd({})", self.0)
    }
}

/// The node's name of one payment (`receiptId`, also IUR): the token of the activation.
///
/// The contract puts no limit on it, because a receipt cannot be refused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptId(Box<str>);

impl ReceiptId {
    /// Takes the identifier, without blanks around it: a message that was laid out anew must not look like
    /// another payment.
    pub fn new(text: &str) -> Self {
        ReceiptId(text.trim().into())
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiptId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_can_be_found_again_by_a_path() {
        assert!(Iupd::new("TARI 2026-rata_1*").is_ok());
        for wrong in ["", ".", "..", "a/b", "a%2Fb", "a?b", "a#b", " a"] {
            assert!(Iupd::new(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn identifiers_are_short_and_visible() {
        assert!(StationCode::new("77777777777_01").is_ok());
        for wrong in ["", " 77777777777_01", "77777777777_01\n", &"x".repeat(36)] {
            assert!(StationCode::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
