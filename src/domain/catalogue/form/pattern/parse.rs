//! Reading a pattern.

use std::iter::Peekable;
use std::str::Chars;

use super::{Class, SOURCE_MAX, Shape};

/// How deep groups may stand in groups.
const DEPTH_MAX: usize = 8;

/// The most steps that matching may take per position of a text, counting a repetition as often as it can happen.
const STEPS_MAX: usize = 40_000;

/// How often something can be repeated in a text of the greatest length.
const REPEATED_MAX: u16 = 140;

/// What means something else than itself.
const SPECIAL: &str = "\\.*+?()[]{}|^$";

/// What may stand behind a backslash as itself.
const ESCAPED: &str = "\\.*+?()[]{}|^$-/";

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing, or too much.
    #[error("a pattern has 1 to {SOURCE_MAX} characters, and no control characters")]
    Length,
    /// It stops in the middle.
    #[error("the pattern ends before a group, a class or a repetition is closed, or with a backslash")]
    Unfinished,
    /// A character stands where it means nothing.
    #[error("the pattern has {0:?} where it means nothing; write a backslash before it if it is meant")]
    Misplaced(char),
    /// An escape that is not the same everywhere.
    #[error("the pattern has a backslash before {0:?}: only \\d and marks can be escaped")]
    Escape(char),
    /// An anchor.
    #[error("a pattern speaks of the whole text: it has no ^ and $")]
    Anchor,
    /// A group that does more than hold together.
    #[error("a group of a pattern begins with ( or (?:")]
    Group,
    /// A class without a character, or a range that runs backwards.
    #[error("a class of the pattern is empty or has a range that runs backwards")]
    Class,
    /// A repetition that says nothing sensible.
    #[error(
        "a repetition of the pattern is {{n}}, {{n,}} or {{n,m}} with numbers up to {REPEATED_MAX}, n not above m"
    )]
    Repetition,
    /// An alternative, a group or a whole that is empty.
    #[error("an alternative of the pattern is empty; make a group optional with ? instead")]
    Empty,
    /// It would take long to match.
    #[error("the pattern repeats repetitions too often or its groups are too deep")]
    TooComplex,
}

type Source<'a> = Peekable<Chars<'a>>;

/// Reads a whole pattern.
pub(super) fn parse(source: &str) -> Result<Shape, PatternError> {
    let length = source.chars().count();
    if length == 0 || length > SOURCE_MAX || !source.chars().all(|c| Class::any().contains(c)) {
        return Err(PatternError::Length);
    }
    let mut rest = source.chars().peekable();
    let shape = alternatives(&mut rest, 0)?;
    if let Some(c) = rest.next() {
        return Err(PatternError::Misplaced(c));
    }
    if steps(&shape) > STEPS_MAX { Err(PatternError::TooComplex) } else { Ok(shape) }
}

/// How many steps matching takes per position, at most.
fn steps(shape: &Shape) -> usize {
    let sum = |shapes: &[Shape]| shapes.iter().map(steps).fold(0, usize::saturating_add);
    match shape {
        Shape::One(_) => 1,
        Shape::Sequence(shapes) | Shape::Either(shapes) => sum(shapes),
        Shape::Repeat { shape, max, .. } => {
            steps(shape).saturating_mul(usize::from(max.unwrap_or(REPEATED_MAX)).max(1))
        }
    }
}

fn alternatives(rest: &mut Source<'_>, depth: usize) -> Result<Shape, PatternError> {
    if depth > DEPTH_MAX {
        return Err(PatternError::TooComplex);
    }
    let mut all = vec![sequence(rest, depth)?];
    while rest.next_if_eq(&'|').is_some() {
        all.push(sequence(rest, depth)?);
    }
    Ok(single(all, Shape::Either))
}

fn sequence(rest: &mut Source<'_>, depth: usize) -> Result<Shape, PatternError> {
    let mut all = Vec::new();
    while let Some(c) = rest.next_if(|c| !"|)".contains(*c)) {
        let shape = piece(c, rest, depth)?;
        all.push(repeated(shape, rest)?);
    }
    if all.is_empty() { Err(PatternError::Empty) } else { Ok(single(all, Shape::Sequence)) }
}

/// What stands alone needs nothing around it.
fn single(mut all: Vec<Shape>, several: fn(Vec<Shape>) -> Shape) -> Shape {
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            all.extend(last);
            several(all)
        }
    }
}

fn piece(c: char, rest: &mut Source<'_>, depth: usize) -> Result<Shape, PatternError> {
    match c {
        '(' => {
            if rest.next_if_eq(&'?').is_some() && rest.next() != Some(':') {
                return Err(PatternError::Group);
            }
            let shape = alternatives(rest, depth + 1)?;
            rest.next_if_eq(&')').map(|_| shape).ok_or(PatternError::Unfinished)
        }
        '[' => class(rest).map(Shape::One),
        '.' => Ok(Shape::One(Class::any())),
        '\\' => match rest.next().ok_or(PatternError::Unfinished)? {
            'd' => Ok(Shape::One(Class::digits())),
            c => escaped(c).map(Shape::character),
        },
        '^' | '$' => Err(PatternError::Anchor),
        c if SPECIAL.contains(c) => Err(PatternError::Misplaced(c)),
        c => Ok(Shape::character(c)),
    }
}

fn escaped(c: char) -> Result<char, PatternError> {
    if ESCAPED.contains(c) { Ok(c) } else { Err(PatternError::Escape(c)) }
}

fn repeated(shape: Shape, rest: &mut Source<'_>) -> Result<Shape, PatternError> {
    let Some(sign) = rest.next_if(|c| "?*+{".contains(*c)) else { return Ok(shape) };
    let (min, max) = match sign {
        '?' => (0, Some(1)),
        '*' => (0, None),
        '+' => (1, None),
        _ => counts(rest)?,
    };
    match rest.peek() {
        Some(c) if "?*+{".contains(*c) => Err(PatternError::Misplaced(*c)),
        _ => Ok(shape.times(min, max)),
    }
}

/// `n}`, `n,}` or `n,m}`.
fn counts(rest: &mut Source<'_>) -> Result<(u16, Option<u16>), PatternError> {
    let mut written = String::new();
    loop {
        match rest.next().ok_or(PatternError::Unfinished)? {
            '}' => break,
            c => written.push(c),
        }
    }
    let number = |digits: &str| {
        let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|n| plain && *n <= REPEATED_MAX).ok_or(PatternError::Repetition)
    };
    let (min, max) = match written.split_once(',') {
        None => {
            let times: u16 = number(&written)?;
            (times, Some(times))
        }
        Some((min, "")) => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
    };
    if max.is_some_and(|max| max < min || max == 0) { Err(PatternError::Repetition) } else { Ok((min, max)) }
}

/// What follows `[`, with its `]`.
fn class(rest: &mut Source<'_>) -> Result<Class, PatternError> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        match rest.next().ok_or(PatternError::Unfinished)? {
            ']' => break,
            '\\' if rest.next_if_eq(&'d').is_some() => ranges.extend(Class::digits().ranges()),
            c => {
                let first = member(c, rest)?;
                let last = match rest.next_if_eq(&'-') {
                    None => first,
                    Some(_) => {
                        let c = rest.next().ok_or(PatternError::Unfinished)?;
                        member(c, rest)?
                    }
                };
                if last < first {
                    return Err(PatternError::Class);
                }
                ranges.push((first, last));
            }
        }
    }
    // Twice the complement: ranges may run over characters that no text has.
    let others = Class::of(ranges).complement();
    let class = if negated { others } else { others.complement() };
    if class.is_empty() { Err(PatternError::Class) } else { Ok(class) }
}

/// A character of a class.
fn member(c: char, rest: &mut Source<'_>) -> Result<char, PatternError> {
    match c {
        '\\' => escaped(rest.next().ok_or(PatternError::Unfinished)?),
        '[' | ']' | '^' | '-' => Err(PatternError::Misplaced(c)),
        c => Ok(c),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;

    fn error(source: &str) -> PatternError {
        Pattern::new(source).unwrap_err()
    }

    #[test]
    fn what_is_not_the_same_everywhere_is_refused() {
        for anchored in ["^a", "a$"] {
            assert_eq!(error(anchored), PatternError::Anchor);
        }
        for escape in ["\\w", "\\s", "\\b", "\\1", "\\u0041", "\\p{L}", "[\\w]", "\\a"] {
            assert!(matches!(error(escape), PatternError::Escape(_)), "{escape}");
        }
        for group in ["(?=a)", "(?!a)", "(?<n>a)", "(?i)a"] {
            assert_eq!(error(group), PatternError::Group, "{group}");
        }
        for misplaced in
            ["a**", "a+?", "*a", "a)", "a]", "a}", "[a-]", "[-a]", "[[a]]", "[a^]", "a{2}{3}", "]"]
        {
            assert!(matches!(error(misplaced), PatternError::Misplaced(_)), "{misplaced}");
        }
        for unfinished in ["(a", "[a", "a{2", "a\\", "[a-", "(?:a"] {
            assert_eq!(error(unfinished), PatternError::Unfinished, "{unfinished}");
        }
        for empty in ["a|", "|a", "()", "a||b", "(a|)"] {
            assert_eq!(error(empty), PatternError::Empty, "{empty}");
        }
        for repetition in ["a{}", "a{,3}", "a{3,2}", "a{141}", "a{-1}", "a{ 2}", "a{0}", "a{0002}", "a{x}"] {
            assert_eq!(error(repetition), PatternError::Repetition, "{repetition}");
        }
        for class in ["[]", "[z-a]", "[^\\d ~-]"] {
            assert!(Pattern::new(class).is_err(), "{class}");
        }
    }

    #[test]
    fn what_would_take_long_is_refused() {
        assert_eq!(error("((a+b)+c)+"), PatternError::TooComplex);
        assert_eq!(error("(a{99}){99}{9}"), PatternError::Misplaced('{'));
        assert_eq!(error("((a{99}){99}){99}"), PatternError::TooComplex);
        assert_eq!(error(&("(".repeat(20) + "a" + &")".repeat(20))), PatternError::TooComplex);
        assert_eq!(error(&"a".repeat(201)), PatternError::Length);
        assert_eq!(error(""), PatternError::Length);
        assert_eq!(error("a\tb"), PatternError::Length);
        assert!(Pattern::new("([a-z]+ ?)+").is_ok());
    }
}
