//! Matching by sets of positions: every step moves all of them at once, so that nothing is tried twice.

use super::{Pattern, Shape};

/// Which positions of a text have been reached.
type Reached = Vec<bool>;

impl Pattern {
    /// Whether the whole text has the pattern.
    pub fn matches(&self, text: &str) -> bool {
        self.shape.matches(text)
    }
}

impl Shape {
    /// Whether the whole text has the shape.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut start = vec![false; text.len() + 1];
        start.first_mut().into_iter().for_each(|reached| *reached = true);
        self.ends(&text, &start).last().copied().unwrap_or(false)
    }

    /// Where the shape can end if it begins at one of those positions.
    fn ends(&self, text: &[char], from: &Reached) -> Reached {
        match self {
            Shape::One(class) => {
                let moved = from.iter().zip(text).map(|(reached, c)| *reached && class.contains(*c));
                std::iter::once(false).chain(moved).collect()
            }
            Shape::Sequence(shapes) => {
                shapes.iter().fold(from.clone(), |reached, shape| shape.ends(text, &reached))
            }
            Shape::Either(shapes) => {
                let mut all = vec![false; from.len()];
                for shape in shapes {
                    add(&mut all, &shape.ends(text, from));
                }
                all
            }
            Shape::Repeat { shape, min, max } => repeat(shape, (*min, *max), text, from),
        }
    }
}

fn repeat(shape: &Shape, (min, max): (u16, Option<u16>), text: &[char], from: &Reached) -> Reached {
    let mut reached = from.clone();
    for _ in 0..min {
        reached = shape.ends(text, &reached);
        if !reached.contains(&true) {
            return reached;
        }
    }
    let mut all = reached.clone();
    // One more position than there are characters: after so many rounds there is nothing new.
    let rounds = max.map_or(all.len(), |max| usize::from(max.saturating_sub(min)));
    for _ in 0..rounds {
        reached = shape.ends(text, &reached);
        if !add(&mut all, &reached) {
            break;
        }
    }
    all
}

/// Adds positions and says whether one of them is new.
fn add(all: &mut Reached, more: &Reached) -> bool {
    let mut new = false;
    for (known, reached) in all.iter_mut().zip(more) {
        new |= *reached && !*known;
        *known |= *reached;
    }
    new
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(text)
    }

    #[test]
    fn the_whole_text_must_match() {
        assert!(matches("[A-Z]{2}\\d{3}[A-Z]{2}", "AB123CD"));
        assert!(!matches("[A-Z]{2}\\d{3}[A-Z]{2}", "AB123CDE"));
        assert!(matches("a|b|cd", "cd") && !matches("a|b|cd", "ad"));
        assert!(matches("(?:ab)+c?", "abab") && !matches("(ab)+c?", ""));
        assert!(matches("[^a-z]*", "ÀB 1") && !matches("[^a-z]*", "aB"));
        assert!(matches("x{2,}", "xxxx") && !matches("x{2,3}", "xxxx"));
        assert!(matches(".{3}", "a€😀"));
    }

    #[test]
    fn what_explodes_elsewhere_ends_here() {
        let text = "a".repeat(139) + "!";
        assert!(!matches("(a|a|aa)+", &text));
        assert!(!matches("(a*)*b", &text));
    }

    proptest! {
        #[test]
        fn it_agrees_with_an_engine_that_many_trust(
            pattern in "[ab]|[ab.]{1,4}|\\([ab]\\|[ab]{2}\\)[?*+]|([ab][?*+]?|\\([ab]{1,2}\\|b[*]?\\)(\\{[12],3\\})?){1,4}",
            text in "[abc]{0,6}",
        ) {
            let other = regex_automata::dfa::dense::DFA::new(&format!("^(?:{pattern})$")).unwrap();
            let theirs = regex_automata::dfa::Automaton::try_search_fwd(&other, &regex_automata::Input::new(&text));
            prop_assert_eq!(matches(&pattern, &text), theirs.unwrap().is_some(), "{} {}", pattern, text);
        }
    }
}
