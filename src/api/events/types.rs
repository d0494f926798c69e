//! Which events a reader asks for: by their types, and by what its key may see.

use crate::domain::segregation::Segregation;
use crate::store::StoredEvent;

/// The longest type or beginning of types that is read.
const PATTERN_BYTES_MAX: usize = 64;

/// A type such as `varco.receipt.booked`, or all types that begin like `varco.receipt.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TypePattern {
    /// That type.
    Exactly(String),
    /// All that begin so; the text ends in a dot, or is empty.
    Below(String),
}

impl TypePattern {
    /// Reads words of lower case with dots between, the last of which may be `*`.
    pub(super) fn new(text: &str) -> Option<Self> {
        let plain =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let (words, pattern) = match text.strip_suffix('*') {
            Some("") => return Some(TypePattern::Below(String::new())),
            Some(below) => (below.strip_suffix('.')?, TypePattern::Below(below.to_owned())),
            None => (text, TypePattern::Exactly(text.to_owned())),
        };
        (text.len() <= PATTERN_BYTES_MAX && words.split('.').all(plain)).then_some(pattern)
    }

    fn matches(&self, kind: &str) -> bool {
        match self {
            TypePattern::Exactly(wanted) => wanted == kind,
            TypePattern::Below(beginning) => kind.starts_with(beginning.as_str()),
        }
    }
}

/// The events that are handed to a reader; it is moved past all others.
#[derive(Clone, Debug)]
pub(super) struct EventFilter {
    /// Those of any of these types; of all types if there is none.
    pub(super) types: Vec<TypePattern>,
    /// Those about notices that the key may work with.
    pub(super) scope: Segregation,
}

impl EventFilter {
    /// Whether an event is for the reader.
    pub(super) fn admits(&self, event: &StoredEvent) -> bool {
        let asked = self.types.is_empty() || self.types.iter().any(|pattern| pattern.matches(&event.kind));
        asked && event.codes().admitted_by(&self.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_whole_or_by_its_beginning() {
        let matches = |pattern: &str, kind: &str| TypePattern::new(pattern).unwrap().matches(kind);
        assert!(matches("varco.receipt.booked", "varco.receipt.booked"));
        assert!(!matches("varco.receipt.booked", "varco.receipt.bookedtwice"));
        assert!(matches("varco.receipt.*", "varco.receipt.booked"));
        assert!(!matches("varco.receipt.*", "varco.receipts.booked"));
        assert!(matches("varco.*", "varco.position.partially_paid"));
        assert!(matches("*", "varco.position.paid"));
    }

    #[test]
    fn other_texts_are_no_types() {
        for wrong in
            ["", ".", "varco.", "varco..paid", "varco.*.paid", "varco*", "**", "Varco.*", "varco paid", "à"]
        {
            assert_eq!(TypePattern::new(wrong), None, "{wrong}");
        }
        assert_eq!(TypePattern::new(&"x".repeat(65)), None);
    }
}
