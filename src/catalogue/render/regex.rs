//! Shapes of text as regular expressions, in each dialect with its own marks and escapes.

use crate::domain::catalogue::form::{Class, Shape};

/// A dialect of regular expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// ECMA-262 with the `u` flag, as JSON Schema reads it.
    Json,
    /// ECMA-262 with the `v` flag, as HTML reads the attribute `pattern`.
    Html,
    /// That of XML Schema, which is anchored by itself.
    Xsd,
}

/// Marks that mean something outside a class, in every dialect.
const MARKS: &str = "\\.*+?()[]{}|";

/// The longest repetition that is written without a count, in bytes.
const SPELT_OUT_MAX: usize = 600;

/// Marks that the `v` flag keeps for itself inside a class.
const KEPT_MARKS: &str = "&-!#%,:;<=>@`~()[]{}/|\\^$*+.?";

impl Dialect {
    /// The expression of a shape, without anchors.
    pub fn write(self, shape: &Shape) -> String {
        match shape {
            Shape::One(class) => self.class(class),
            Shape::Sequence(shapes) => {
                shapes.iter().map(|shape| self.grouped(shape, Self::is_either)).collect()
            }
            Shape::Either(shapes) => {
                let all: Vec<String> = shapes.iter().map(|shape| self.write(shape)).collect();
                all.join("|")
            }
            Shape::Repeat { shape, min: 1, max: Some(1) } => self.grouped(shape, Self::is_either),
            Shape::Repeat { shape, min, max } => {
                let repeated = self.grouped(shape, |shape| !matches!(shape, Shape::One(_)));
                match self {
                    Dialect::Xsd => spelt_out(&repeated, (*min, *max)),
                    Dialect::Json | Dialect::Html => repeated + &times(*min, *max),
                }
            }
        }
    }

    /// The expression in a group of its own, if it needs one there.
    fn grouped(self, shape: &Shape, needs: fn(&Shape) -> bool) -> String {
        let written = self.write(shape);
        if needs(shape) { self.group(&written) } else { written }
    }

    /// An expression in a group.
    pub fn group(self, written: &str) -> String {
        match self {
            Dialect::Xsd => format!("({written})"),
            Dialect::Json | Dialect::Html => format!("(?:{written})"),
        }
    }

    fn is_either(shape: &Shape) -> bool {
        match shape {
            Shape::Either(_) => true,
            Shape::Repeat { shape, min: 1, max: Some(1) } => Self::is_either(shape),
            _ => false,
        }
    }

    fn class(self, class: &Class) -> String {
        if let [(c, last)] = class.ranges()
            && c == last
        {
            return self.single(*c);
        }
        let range = |(first, last): &(char, char)| match first == last {
            true => self.member(*first),
            false => format!("{}-{}", self.member(*first), self.member(*last)),
        };
        format!("[{}]", class.ranges().iter().map(range).collect::<String>())
    }

    /// A character outside a class. Anchors have no escape that all dialects know, but a class of their own.
    fn single(self, c: char) -> String {
        match c {
            '$' => "[$]".to_owned(),
            '^' => "\\^".to_owned(),
            c if MARKS.contains(c) => format!("\\{c}"),
            c => self.plain(c),
        }
    }

    /// A character inside a class.
    fn member(self, c: char) -> String {
        let escaped = match self {
            Dialect::Html => KEPT_MARKS.contains(c),
            Dialect::Json | Dialect::Xsd => "\\[]^-".contains(c),
        };
        if escaped { format!("\\{c}") } else { self.plain(c) }
    }

    fn plain(self, c: char) -> String {
        match self {
            Dialect::Json | Dialect::Html if !c.is_ascii() && !c.is_alphanumeric() => {
                format!("\\u{{{:X}}}", u32::from(c))
            }
            _ => c.to_string(),
        }
    }
}

/// A repetition without a count, as far as that stays short: libxml2 miscounts where alternatives overlap.
fn spelt_out(repeated: &str, (min, max): (u16, Option<u16>)) -> String {
    let written = usize::from(max.unwrap_or(min)).saturating_mul(repeated.len());
    if written > SPELT_OUT_MAX {
        return format!("{repeated}{}", times(min, max));
    }
    let least = repeated.repeat(usize::from(min));
    let Some(max) = max else {
        return match min {
            1 => format!("{repeated}+"),
            _ => format!("{least}{repeated}*"),
        };
    };
    let more = (min..max).fold(String::new(), |rest, _| match rest.as_str() {
        "" => format!("{repeated}?"),
        rest => format!("({repeated}{rest})?"),
    });
    least + &more
}

fn times(min: u16, max: Option<u16>) -> String {
    match (min, max) {
        (0, Some(1)) => "?".to_owned(),
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (min, None) => format!("{{{min},}}"),
        (min, Some(max)) if min == max => format!("{{{min}}}"),
        (min, Some(max)) => format!("{{{min},{max}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::form::Pattern;

    fn written(pattern: &str) -> [String; 3] {
        let pattern = Pattern::new(pattern).unwrap();
        [Dialect::Json, Dialect::Html, Dialect::Xsd].map(|dialect| dialect.write(pattern.shape()))
    }

    #[test]
    fn each_dialect_has_its_escapes() {
        assert_eq!(written("[a\\-z&]"), ["[&\\-az]", "[\\&\\-az]", "[&\\-az]"]);
        assert_eq!(written("\\$a\\^"), ["[$]a\\^", "[$]a\\^", "[$]a\\^"]);
        assert_eq!(written("(a|b)+c{2}"), ["(?:a|b)+c{2}", "(?:a|b)+c{2}", "(a|b)+cc"]);
        assert_eq!(written("(ab){1}c|€"), ["abc|\\u{20AC}", "abc|\\u{20AC}", "abc|€"]);
        assert_eq!(written("a{2,4}(bc){2,}")[2], "aa(aa?)?(bc)(bc)(bc)*");
        assert_eq!(written("a/b\\.c"), ["a/b\\.c", "a/b\\.c", "a/b\\.c"]);
    }
}
