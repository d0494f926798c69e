//! How services, offerings, categories and schemas are named.

use std::fmt;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $lengths:expr, $admits:expr, $message:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads a name.
            pub fn new(text: &str) -> Result<Self, NameError> {
                let admits: fn(u8) -> bool = $admits;
                let right = $lengths.contains(&text.len()) && text.bytes().all(admits);
                if right { Ok($name(text.into())) } else { Err(NameError($message)) }
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

/// Why a text is no name of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(&'static str);

name! {
    /// A service that can be paid for. One of exactly five characters is also an `idServizio` of the node.
    ServiceId, 1..=50, |b| b.is_ascii_alphanumeric() || b"._-".contains(&b),
    "must have 1 to 50 letters, digits, dots, hyphens or underscores"
}
name! {
    /// That a creditor institution provides a service, as the node knows it (`idSoggettoServizio`): unique in the
    /// installation.
    SubjectId, 5..=5, |b| b.is_ascii_alphanumeric(),
    "must have exactly 5 letters or digits"
}
name! {
    /// A group of services.
    CategoryId, 1..=35, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-',
    "must have 1 to 35 small letters, digits or hyphens"
}
name! {
    /// A schema of documents that come with a demand (`xsdRiferimento`).
    SchemaName, 1..=35, |b| b.is_ascii_alphanumeric() || b"._-".contains(&b),
    "must have 1 to 35 letters, digits, dots, hyphens or underscores"
}

impl ServiceId {
    /// The service as the node knows it (`idServizio`); none if it is known here only.
    pub fn code(&self) -> Option<&str> {
        Some(self.as_str()).filter(|text| text.len() == 5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_of_five_characters_is_known_to_the_node() {
        assert_eq!(ServiceId::new("00001").unwrap().code(), Some("00001"));
        assert_eq!(ServiceId::new("school-meals").unwrap().code(), None);
        for wrong in ["", "a/b", "è", &"a".repeat(51)] {
            assert!(ServiceId::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_names_keep_to_their_lengths_and_characters() {
        assert!(SubjectId::new("00A35").is_ok());
        assert!(["0035", "000035", "00-35"].iter().all(|wrong| SubjectId::new(wrong).is_err()));
        assert!(CategoryId::new("cars-2").is_ok() && CategoryId::new("Cars").is_err());
        assert!(SchemaName::new("TassaAuto_1_1_0.xsd").is_ok() && SchemaName::new("a b").is_err());
    }
}
