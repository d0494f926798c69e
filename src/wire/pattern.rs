//! Patterns of simple types, as tables: those of the contract are computed while the program is built, those of
//! the schemas of services when they are compiled.

use std::borrow::Cow;

/// An automaton over the bytes of a text that accepts whole texts only.
///
/// Bytes that the pattern cannot tell apart share a class, so that the table has one column per class.
/// State 0 is the start; the state that cannot lead to acceptance any more is left out and written
/// [`Pattern::DEAD`].
#[derive(Clone, Debug)]
pub struct Automaton {
    classes: [u8; 256],
    stride: usize,
    next: Cow<'static, [u16]>,
    accepts: Cow<'static, [bool]>,
}

impl Automaton {
    /// An automaton of the byte ranges of each class above zero, and one row of `stride` cells per state.
    pub fn new(ranges: &[(u8, u8, u8)], stride: usize, next: Vec<u16>, accepts: Vec<bool>) -> Self {
        Automaton { classes: classes(ranges), stride, next: Cow::Owned(next), accepts: Cow::Owned(accepts) }
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let (next, accepts): (&[u16], &[bool]) = (&self.next, &self.accepts);
        let mut state = 0_u16;
        for byte in text.bytes() {
            let class = self.classes.get(usize::from(byte)).copied().unwrap_or_default();
            let cell = usize::from(state) * self.stride + usize::from(class);
            state = next.get(cell).copied().unwrap_or(Pattern::DEAD);
            if state == Pattern::DEAD {
                return false;
            }
        }
        accepts.get(usize::from(state)).copied().unwrap_or_default()
    }
}

/// A pattern of the contract.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    automaton: Automaton,
}

impl Pattern {
    /// The transition that leads nowhere.
    pub const DEAD: u16 = u16::MAX;

    /// A pattern from its source, the byte ranges of each class above zero, and one row per state.
    pub const fn new(
        source: &'static str,
        ranges: &[(u8, u8, u8)],
        stride: usize,
        next: &'static [u16],
        accepts: &'static [bool],
    ) -> Self {
        let (next, accepts) = (Cow::Borrowed(next), Cow::Borrowed(accepts));
        Pattern { source, automaton: Automaton { classes: classes(ranges), stride, next, accepts } }
    }

    /// The pattern as the schema writes it.
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.automaton.matches(text)
    }
}

/// The class of every byte. A byte is always within the 256 classes, and the ranges are counted.
#[allow(clippy::indexing_slicing)]
const fn classes(ranges: &[(u8, u8, u8)]) -> [u8; 256] {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < ranges.len() {
        let (first, last, class) = ranges[at];
        let mut byte = first as usize;
        while byte <= last as usize {
            classes[byte] = class;
            byte += 1;
        }
        at += 1;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a+b?`, written by hand.
    static SAMPLE: Pattern = Pattern::new(
        "a+b?",
        &[(b'a', b'a', 1), (b'b', b'b', 2)],
        3,
        &[Pattern::DEAD, 1, Pattern::DEAD, Pattern::DEAD, 1, 2, Pattern::DEAD, Pattern::DEAD, Pattern::DEAD],
        &[false, true, true],
    );

    #[test]
    fn only_whole_texts_match() {
        for yes in ["a", "aaa", "ab", "aab"] {
            assert!(SAMPLE.matches(yes), "{yes}");
        }
        for no in ["", "b", "abb", "ba", "ca", "ac", "a\u{e0}"] {
            assert!(!SAMPLE.matches(no), "{no}");
        }
    }
}
