//! Ranges of numbers and of days as shapes of their digits, for dialects that compare no numbers.

use jiff::civil::Date;

use crate::domain::catalogue::form::{Class, Decimal, MAX_SCALE, Shape};

/// Whole numbers from `min` to `max`, without zeros that lead and without a negative zero.
pub fn integers(min: i64, max: i64) -> Shape {
    signed((min, max), (0, &Shape::character('.')))
}

/// Numbers from `min` to `max` with at most `scale` decimals behind `point`.
pub fn decimals(min: Decimal, max: Decimal, scale: u8, point: &Shape) -> Shape {
    let all = (0..=scale).filter_map(|decimals| {
        let part = 10_i128.pow(u32::from(MAX_SCALE.saturating_sub(decimals)));
        // The bounds in parts of so many decimals, rounded into the range.
        let min = i64::try_from(-(-i128::from(min)).div_euclid(part)).ok()?;
        let max = i64::try_from(i128::from(max).div_euclid(part)).ok()?;
        (min <= max).then(|| signed((min, max), (usize::from(decimals), point)))
    });
    either(all.collect())
}

/// Days from the first to the last as `2026-12-31`, those included that no month has.
pub fn days(first: Date, last: Date) -> Shape {
    let digits = |day: Date| {
        let number = |part: i8| u64::try_from(part).unwrap_or_default();
        u64::try_from(day.year()).unwrap_or_default() * 10_000 + number(day.month()) * 100 + number(day.day())
    };
    let hyphen = Shape::character('-');
    either(fixed((digits(first), digits(last)), 8, &[(4, &hyphen), (6, &hyphen)]))
}

/// Days that there are in years of four digits, as `2026-12-31`.
pub fn calendar() -> Shape {
    let one = |signs: &str| Shape::one_of(signs);
    let digit = || Shape::One(Class::digits());
    let text = |text: &str| Shape::Sequence(text.chars().map(Shape::character).collect());
    let pair = |tens: &str, ones: &str| Shape::Sequence(vec![one(tens), one(ones)]);
    let up_to_29 = || pair("12", "0123456789");
    let first_nine = || pair("0", "123456789");
    let year = || digit().times(4, 4);
    let hyphen = || Shape::character('-');
    let long = Shape::Either(vec![pair("0", "13578"), pair("1", "02")]);
    let short = Shape::Either(vec![pair("0", "469"), text("11")]);
    let days = |more: Vec<Shape>| Shape::Either([vec![first_nine(), up_to_29()], more].concat());
    let in_month = |month: Shape, days: Shape| Shape::Sequence(vec![year(), hyphen(), month, hyphen(), days]);
    // Every fourth year that ends no century, every fourth century.
    let fourth = || Shape::Either(vec![pair("2468", "048"), pair("13579", "26")]);
    let within_century = Shape::Either(vec![pair("0", "48"), fourth()]);
    let leap = Shape::Either(vec![
        Shape::Sequence(vec![digit(), digit(), within_century]),
        Shape::Sequence(vec![Shape::Either(vec![pair("0", "048"), fourth()]), text("00")]),
    ]);
    Shape::Either(vec![
        in_month(long, days(vec![pair("3", "01")])),
        in_month(short, days(vec![text("30")])),
        in_month(
            text("02"),
            Shape::Either(vec![first_nine(), pair("1", "0123456789"), pair("2", "012345678")]),
        ),
        Shape::Sequence(vec![leap, text("-02-29")]),
    ])
}

/// Numbers from `min` to `max` in parts of so many decimals.
fn signed((min, max): (i64, i64), (decimals, point): (usize, &Shape)) -> Shape {
    let mut all = Vec::new();
    if max >= 0 {
        all.extend(magnitudes((min.max(0).unsigned_abs(), max.unsigned_abs()), (decimals, point)));
    }
    if min < 0 {
        let range = (max.min(-1).unsigned_abs(), min.unsigned_abs());
        let below = either(magnitudes(range, (decimals, point)));
        all.push(Shape::Sequence(vec![Shape::character('-'), below]));
    }
    either(all)
}

/// Numbers without a sign, from the shortest on. The shortest have one digit before the point, zero among them;
/// longer ones begin with none.
fn magnitudes((low, high): (u64, u64), (decimals, point): (usize, &Shape)) -> Vec<Shape> {
    let mut all = Vec::new();
    let mut full: Option<(usize, usize)> = None;
    for width in decimals + 1..=decimals + 16 {
        let Some((from, to)) = of_width(width, width > decimals + 1) else { continue };
        if (low.max(from), high.min(to)) == (from, to) && width > decimals + 1 {
            full = Some((full.map_or(width, |(first, _)| first), width));
        } else if low.max(from) <= high.min(to) {
            let marks: &[(usize, &Shape)] = if decimals > 0 { &[(width - decimals, point)] } else { &[] };
            all.extend(fixed((low.max(from), high.min(to)), width, marks));
        }
    }
    if let Some((first, last)) = full {
        // All numbers of these widths, at once.
        let rest = |width: usize| u16::try_from(width - decimals - 1).unwrap_or_default();
        let mut shapes = vec![range('1', '9'), range('0', '9').times(rest(first), rest(last))];
        if decimals > 0 {
            shapes.extend([point.clone(), digits(decimals)]);
        }
        all.push(Shape::Sequence(shapes));
    }
    all
}

/// The smallest and the largest number of so many digits.
fn of_width(width: usize, without_zeros: bool) -> Option<(u64, u64)> {
    let width = u32::try_from(width).ok()?;
    let end = 10_u64.checked_pow(width)?;
    Some((if without_zeros { 10_u64.checked_pow(width - 1)? } else { 0 }, end - 1))
}

/// Numbers of so many digits, zeros that lead included, with marks before the digits at some places.
fn fixed((low, high): (u64, u64), width: usize, marks: &[(usize, &Shape)]) -> Vec<Shape> {
    let digits = |number: u64| format!("{number:0width$}").into_bytes();
    let with_marks = |ranges: Vec<(u8, u8)>| {
        let mut shapes = Vec::new();
        let mut run: Option<((u8, u8), usize)> = None;
        for (place, digit) in ranges.into_iter().enumerate() {
            let mark = marks.iter().find(|(at, _)| *at == place);
            match &mut run {
                Some((same, times)) if *same == digit && mark.is_none() => *times += 1,
                _ => {
                    shapes.extend(run.map(repeated));
                    shapes.extend(mark.map(|(_, mark)| (*mark).clone()));
                    run = Some((digit, 1));
                }
            }
        }
        shapes.extend(run.map(repeated));
        Shape::Sequence(shapes)
    };
    between(&digits(low), &digits(high)).into_iter().map(with_marks).collect()
}

fn repeated(((first, last), times): ((u8, u8), usize)) -> Shape {
    let times = u16::try_from(times).unwrap_or(u16::MAX);
    range(char::from(first), char::from(last)).times(times, times)
}

/// The digits from `low` to `high`, both of the same length, as alternatives of one range per place.
fn between(low: &[u8], high: &[u8]) -> Vec<Vec<(u8, u8)>> {
    let (Some((l, low)), Some((h, high))) = (low.split_first(), high.split_first()) else {
        return vec![Vec::new()];
    };
    let is_all = |digits: &[u8], digit: u8| digits.iter().all(|d| *d == digit);
    let behind = |first: (u8, u8), rest: Vec<Vec<(u8, u8)>>| -> Vec<Vec<(u8, u8)>> {
        rest.into_iter().map(|rest| [vec![first], rest].concat()).collect()
    };
    let (from_start, to_end) = (is_all(low, b'0'), is_all(high, b'9'));
    if l == h && !(from_start && to_end) {
        return behind((*l, *h), between(low, high));
    }
    let (first, last) = (if from_start { *l } else { l + 1 }, if to_end { *h } else { h - 1 });
    let mut all = Vec::new();
    if !from_start {
        all.extend(behind((*l, *l), between(low, &vec![b'9'; low.len()])));
    }
    if first <= last {
        all.extend(behind((first, last), vec![vec![(b'0', b'9'); low.len()]]));
    }
    if !to_end {
        all.extend(behind((*h, *h), between(&vec![b'0'; high.len()], high)));
    }
    all
}

fn range(first: char, last: char) -> Shape {
    Shape::One(Class::of([(first, last)]))
}

fn digits(count: usize) -> Shape {
    let count = u16::try_from(count).unwrap_or(u16::MAX);
    range('0', '9').times(count, count)
}

fn either(mut shapes: Vec<Shape>) -> Shape {
    match shapes.pop() {
        Some(only) if shapes.is_empty() => only,
        last => {
            shapes.extend(last);
            Shape::Either(shapes)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn point() -> Shape {
        Shape::character('.')
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof!["-?[0-9]{1,6}", "-?[0-9]{0,3}[.]?[0-9]{0,4}", "[-.0-9]{0,5}"]
    }

    proptest! {
        #[test]
        fn a_range_of_integers_takes_what_parses_and_lies_in_it(
            a in -2000_i64..2000, b in -2000_i64..2000, number in -2500_i64..2500, text in texts(),
        ) {
            let (min, max) = (a.min(b), a.max(b));
            let shape = integers(min, max);
            prop_assert_eq!(shape.matches(&number.to_string()), (min..=max).contains(&number));
            let read = Decimal::parse(&text).ok().filter(|read| read.scale() == 0);
            prop_assert_eq!(shape.matches(&text), read.is_some_and(|read| (min..=max).contains(&read.units())));
        }

        #[test]
        fn a_range_of_long_integers_too(a: i64, b: i64, near in -3_i64..3, c in 0_usize..3) {
            let limit = 999_999_999_999_999;
            let (a, b) = (a % limit, b % limit);
            let (min, max) = (a.min(b), a.max(b));
            let number: i64 = [min, max, 0][c] + near;
            prop_assert_eq!(integers(min, max).matches(&number.to_string()), (min..=max).contains(&number));
        }

        #[test]
        fn a_range_of_decimals_takes_what_parses_and_lies_in_it(
            a in -20000_i64..20000, b in -20000_i64..20000, scale in 0_u8..=4, text in texts(),
        ) {
            let number = |units| Decimal::new(units, scale).unwrap();
            let (min, max) = (number(a.min(b)), number(a.max(b)));
            let shape = decimals(min, max, scale, &point());
            let read = Decimal::parse(&text).ok().filter(|read| read.scale() <= scale);
            prop_assert_eq!(
                shape.matches(&text), read.is_some_and(|read| min <= read && read <= max), "{} {} {}", text, min, max
            );
            prop_assert!(shape.matches(&min.to_string()) && shape.matches(&max.to_string()));
        }

        #[test]
        fn a_range_of_days_takes_those_in_it(a in 0_i32..60_000, b in 0_i32..60_000, c in 0_i32..60_000) {
            let day = |n: i32| date(1890, 1, 1).checked_add(n.days()).unwrap();
            let (first, last) = (day(a.min(b)), day(a.max(b)));
            let shape = days(first, last);
            prop_assert_eq!(shape.matches(&day(c).to_string()), (first..=last).contains(&day(c)));
            prop_assert!(shape.matches(&first.to_string()) && shape.matches(&last.to_string()));
            let near = first.yesterday().unwrap();
            prop_assert!(!shape.matches(&near.to_string()));
        }
    }

    #[test]
    fn the_calendar_has_the_days_that_there_are() {
        let shape = calendar();
        for year in [1600_i16, 1700, 1896, 1900, 2000, 2023, 2024, 2100, 2400, 9996] {
            for month in 0..=13_i8 {
                for day in 0..=32_i8 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    assert_eq!(shape.matches(&text), Date::new(year, month, day).is_ok(), "{text}");
                }
            }
        }
    }
}
