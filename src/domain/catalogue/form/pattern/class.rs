//! Sets of characters.

/// Every character that a text may have: none that controls, none that XML cannot carry.
const CHARACTERS: [(char, char); 3] = [(' ', '~'), ('\u{a0}', '\u{fffd}'), ('\u{10000}', '\u{10ffff}')];

/// Those of them that are blank (White_Space of Unicode).
const BLANKS: [(char, char); 8] = [
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
];

/// A set of characters as ranges, in order, with a gap between any two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class(Vec<(char, char)>);

impl Class {
    /// The characters of those ranges.
    pub fn of(ranges: impl IntoIterator<Item = (char, char)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(char, char)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some((_, end)) if first <= *end || after(*end) == Some(first) => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        Class(merged)
    }

    /// Every character that a text may have.
    pub fn any() -> Self {
        Class(CHARACTERS.to_vec())
    }

    /// The characters of a text that are not blank: the first and the last of a text.
    pub fn solid() -> Self {
        Class::of(BLANKS).complement()
    }

    /// The ASCII digits.
    pub fn digits() -> Self {
        Class(vec![('0', '9')])
    }

    /// The characters of a text that are not in the set.
    pub fn complement(&self) -> Self {
        let mut left = Vec::new();
        for (first, last) in CHARACTERS {
            let mut from = Some(first);
            for (taken, until) in self.0.iter().filter(|(taken, until)| *taken <= last && first <= *until) {
                left.extend(from.zip(before(*taken)).filter(|(start, end)| start <= end));
                from = after(*until);
            }
            left.extend(from.filter(|start| *start <= last).map(|start| (start, last)));
        }
        Class::of(left)
    }

    /// Whether a character is one of them.
    pub fn contains(&self, c: char) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&c))
    }

    /// Whether all its characters are of that class.
    pub fn is_within(&self, other: &Class) -> bool {
        Class::of(self.0.iter().chain(&other.0).copied()) == *other
    }

    /// The ranges, in order, with gaps between them.
    pub fn ranges(&self) -> &[(char, char)] {
        &self.0
    }

    /// Whether there is no character in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The next character, over the gap of the surrogates.
fn after(c: char) -> Option<char> {
    (c..=char::MAX).nth(1)
}

/// The character before, over the gap of the surrogates.
fn before(c: char) -> Option<char> {
    (char::MIN..c).next_back()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_that_touch_are_one() {
        let class = Class::of([('d', 'f'), ('a', 'c'), ('e', 'g'), ('z', 'a'), ('x', 'x')]);
        assert_eq!(class.ranges(), [('a', 'g'), ('x', 'x')]);
        assert!(Class::any().complement().is_empty());
        assert_eq!(Class::of([]).complement(), Class::any());
    }

    #[test]
    fn no_blank_is_solid() {
        let solid = Class::solid();
        for c in '\0'..=char::MAX {
            assert_eq!(solid.contains(c), Class::any().contains(c) && !c.is_whitespace(), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn the_complement_has_what_the_class_has_not(
            ranges in prop::collection::vec(any::<(char, char)>(), 0..5), c in any::<char>(),
        ) {
            let class = Class::of(ranges);
            let text = Class::any().contains(c);
            prop_assert_eq!(class.complement().contains(c), text && !class.contains(c));
            for (first, last) in class.ranges() {
                prop_assert_eq!(class.complement().contains(*first) || class.complement().contains(*last), false);
            }
        }
    }
}
