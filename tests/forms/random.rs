//! Forms and inputs by chance: most inputs right but for one field that is nearly so.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;
use varco::domain::catalogue::form::{
    Choice, Decimal, Field, FieldKind, FieldName, Form, Pattern, Presence, codes,
};
use varco::domain::catalogue::language::Localized;
use varco::domain::text::Text;

/// What is written in each field, by name.
pub type Written = BTreeMap<String, String>;

/// A form and several ways of filling it in.
#[derive(Clone, Debug)]
pub struct Case {
    pub form: Form,
    pub filled: Vec<Written>,
}

/// A form of one to four fields, filled in so many times.
pub fn case(times: usize) -> impl Strategy<Value = Case> {
    let fields = prop::collection::vec((kind(), any::<bool>()), 1..=4);
    fields.prop_flat_map(move |kinds| {
        let names = ["first", "Second", "_third", "fourth_4"];
        let fields: Vec<Field> = kinds
            .into_iter()
            .zip(names)
            .map(|((kind, required), name)| field(name, kind, required))
            .collect();
        let filled = prop::collection::vec(filled(&fields), times);
        let form = Form::new(fields, Vec::new()).unwrap();
        filled.prop_map(move |filled| Case { form: form.clone(), filled })
    })
}

pub fn field(name: &str, kind: FieldKind, required: bool) -> Field {
    let presence = if required { Presence::Required } else { Presence::Optional };
    Field {
        name: FieldName::new(name).unwrap(),
        label: words("Campo <&> \"uno\""),
        help: None,
        kind,
        presence,
    }
}

pub fn words<const N: usize>(text: &str) -> Localized<N> {
    Text::new(text).unwrap().into()
}

/// Right texts, one of them spoilt, some left out.
fn filled(fields: &[Field]) -> BoxedStrategy<Written> {
    let rights: Vec<_> = fields.iter().map(|field| (right(&field.kind), prop::bool::weighted(0.9))).collect();
    let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
    let kinds: Vec<FieldKind> = fields.iter().map(|field| field.kind.clone()).collect();
    (rights, any::<prop::sample::Index>(), 0_u8..8)
        .prop_flat_map(move |(texts, at, how)| {
            let at = at.index(names.len());
            let chosen = texts.clone();
            let names = names.clone();
            spoilt(&kinds[at], &texts[at].0, how).prop_map(move |spoilt| {
                let mut written = Written::new();
                for (index, (name, (text, present))) in names.iter().zip(&chosen).enumerate() {
                    let text = if index == at { &spoilt } else { text };
                    if *present || index == at {
                        written.insert(name.clone(), text.clone());
                    }
                }
                written
            })
        })
        .boxed()
}

fn kind() -> BoxedStrategy<FieldKind> {
    let text = (1_u16..=12, 0_u16..=8, prop::option::weighted(0.6, pattern()))
        .prop_map(|(min, more, pattern)| FieldKind::Text { min, max: min + more, pattern });
    let integer =
        (numbers(), numbers()).prop_map(|(a, b)| FieldKind::Integer { min: a.min(b), max: a.max(b) });
    let decimal = (numbers(), numbers(), 0_u8..=4).prop_map(|(a, b, scale)| {
        let number = |units| Decimal::new(units, scale).unwrap();
        FieldKind::Decimal { scale, min: number(a.min(b)), max: number(a.max(b)) }
    });
    let dates = (prop::option::of(days()), prop::option::of(days())).prop_map(|(a, b)| {
        let (earliest, latest) = if a.is_some() && b.is_some() { (a.min(b), a.max(b)) } else { (a, b) };
        FieldKind::Date { earliest, latest }
    });
    let choice = prop::collection::btree_set("[a-zA-Z0-9è&<>'\"-]{1,3}( x)?", 1..5).prop_map(|values| {
        let one = |value: String| Choice { value: Text::new(&value).unwrap(), label: words("voce") };
        FieldKind::Choice(values.into_iter().map(one).collect())
    });
    let named = select(vec![
        FieldKind::Plate,
        FieldKind::FiscalCode,
        FieldKind::VatNumber,
        FieldKind::Iban,
        FieldKind::Email,
        FieldKind::Boolean,
    ]);
    prop_oneof![3 => text, 2 => integer, 2 => decimal, 2 => dates, 1 => choice, 3 => named].boxed()
}

fn numbers() -> impl Strategy<Value = i64> {
    let limit = 999_999_999_999_999_i64;
    prop_oneof![
        -20_i64..120,
        -100_000_i64..100_000,
        -limit..=limit,
        select(vec![0, 1, -1, 10, 99, 100, limit])
    ]
}

fn days() -> impl Strategy<Value = Date> {
    let any = (0_i32..60_000).prop_map(|n| date(1890, 1, 1).checked_add(n.days()).unwrap());
    prop_oneof![4 => any, 1 => select(vec![date(1, 1, 1), date(2000, 2, 29), date(9999, 12, 31)])]
}

/// A pattern of pieces that are understood differently where dialects differ.
fn pattern() -> BoxedStrategy<Pattern> {
    let atom = select(vec![
        "[A-Z]", "\\d", "[a-z0-9]", "x", "\\.", "[^0-9]", " ", "è", "[à-ü]", "-", "/", "\\(", "[&\\-#]", ".",
        "[^a-y ]", "\\$", "\\^", "[\\^\\]]", "&&", "[a&~!]", "#", "\"", "<", "😀", "€", "\\{", "[,-\\/]",
    ]);
    let times = select(vec!["", "", "?", "*", "+", "{2}", "{1,3}", "{2,}"]);
    let piece = (atom, times).prop_map(|(atom, times)| match atom {
        "&&" => atom.to_owned(),
        _ => format!("{atom}{times}"),
    });
    let pieces = prop::collection::vec(piece, 1..=3).prop_map(|pieces| pieces.concat()).boxed();
    let times = select(vec!["", "?", "*", "+", "{2}", "{1,2}"]);
    let group = (pieces.clone(), pieces.clone(), times).prop_map(|(a, b, times)| format!("({a}|{b}){times}"));
    let source = prop_oneof![
        pieces.clone(),
        (pieces.clone(), pieces.clone()).prop_map(|(a, b)| format!("{a}|{b}")),
        (pieces.clone(), group, pieces).prop_map(|(a, group, b)| format!("{a}{group}{b}")),
    ];
    source.prop_filter_map("too much to match", |source| Pattern::new(&source).ok()).boxed()
}

/// A text that the kind takes, most times.
fn right(kind: &FieldKind) -> BoxedStrategy<String> {
    match kind {
        FieldKind::Text { min, max, pattern: None } => {
            string_regex(&format!("[a-zA-Z0-9àèù€ .']{{{min},{max}}}")).unwrap().boxed()
        }
        FieldKind::Text { pattern: Some(pattern), .. } => string_regex(pattern.as_str()).unwrap().boxed(),
        FieldKind::Integer { min, max } => near(*min, *max).prop_map(|n| n.to_string()).boxed(),
        FieldKind::Decimal { scale, min, max } => {
            let scale = *scale;
            let number =
                near(min.units(), max.units()).prop_map(move |units| match Decimal::new(units, scale) {
                    Ok(number) => number.to_string(),
                    Err(_) => "1000000000000000".to_owned(),
                });
            (number, any::<bool>())
                .prop_map(|(number, short)| if short { shortened(&number) } else { number })
                .boxed()
        }
        FieldKind::Date { .. } => {
            let (first, last) = kind.days();
            let bound = select(vec![first, last, first, last]);
            let near = (bound, -2_i32..=2).prop_map(|(day, by)| day.checked_add(by.days()).unwrap_or(day));
            prop_oneof![near.clone(), days()].prop_map(|day| day.to_string()).boxed()
        }
        FieldKind::Choice(choices) => {
            select(choices.iter().map(|choice| choice.value.to_string()).collect::<Vec<_>>()).boxed()
        }
        FieldKind::Plate => {
            "[A-HJ-NPR-TV-Z]{2}[0-9]{3}[A-HJ-NPR-TV-Z]{2}|[A-Z]{2}[A-Z0-9]?[0-9]{4,5}[A-Z]?".boxed()
        }
        FieldKind::FiscalCode => {
            let person = "[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9L-V]{3}[A-Z]";
            prop_oneof![person, "[0-9]{11}", Just("RSSMRA80A01H501U".to_owned())].boxed()
        }
        FieldKind::VatNumber => prop_oneof!["[0-9]{11}", Just("00493410583".to_owned())].boxed(),
        FieldKind::Iban => {
            let known = ["IT60X0542811101000000123456", "DE89370400440532013000", "NO9386011117947"];
            prop_oneof![select(known.to_vec()).prop_map(str::to_owned), "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"]
                .boxed()
        }
        FieldKind::Email => "[a-z0-9._+-]{1,12}@[a-z0-9-]{1,8}([.][a-z]{2,3}){0,2}".boxed(),
        FieldKind::Boolean => select(vec!["true", "false"]).prop_map(str::to_owned).boxed(),
    }
}

fn near(min: i64, max: i64) -> impl Strategy<Value = i64> + Clone {
    prop_oneof![min..=max, (select(vec![min, max]), -1_i64..=1).prop_map(|(bound, by)| bound + by)]
}

/// Without the zeros behind the point that say nothing.
fn shortened(number: &str) -> String {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number.to_owned()
    }
}

/// A text with one thing changed, or as it was.
fn spoilt(kind: &FieldKind, text: &str, how: u8) -> BoxedStrategy<String> {
    let characters: Vec<char> = text.chars().collect();
    let longest = matches!(kind, FieldKind::Email).then(|| usize::from(codes::EMAIL_MAX));
    let sign = select(vec![
        "a", "Z", "0", "9", "é", "٣", "😀", " ", "\u{a0}", "\u{3000}", "\t", "\n", "\u{1}", "-", "+", ".",
        ",", "e", "\u{200b}", "\u{fffe}", "\u{85}", "_", "@", "\u{2028}", "𐀀", "\r",
    ]);
    let whole = select(vec![
        "",
        " ",
        "0",
        "-0",
        "-0.0",
        "00",
        "+1",
        "1e3",
        "0x1F",
        "1.",
        ".5",
        "1,5",
        "12,50",
        "2026-02-30",
        "1900-02-29",
        "0000-01-01",
        "2026-2-3",
        "10000-01-01",
        "2026-01-01Z",
        "true",
        "TRUE",
        "1",
        "١٢",
        "NaN",
        "INF",
        "1_000",
    ]);
    let changed = (any::<prop::sample::Index>(), sign).prop_map({
        let characters = characters.clone();
        move |(at, sign)| {
            let mut text = characters.clone();
            let at = at.index(text.len() + 1);
            match how {
                0 | 1 => {
                    text.splice(at..at, sign.chars());
                }
                2 if at < text.len() => drop(text.remove(at)),
                3 if at < text.len() => drop(text.splice(at..=at, sign.chars())),
                4 if at < text.len() => {
                    let c = text[at];
                    text[at] = if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
                }
                5 => {
                    let again = text.get(at).copied().unwrap_or('0');
                    text.insert(at, again);
                }
                6 => {
                    let length = longest.map_or(at, |longest| longest.saturating_sub(text.len()) + at % 3);
                    text.splice(0..0, std::iter::repeat_n('a', if longest.is_some() { length } else { 1 }));
                }
                _ => {}
            }
            text.into_iter().collect::<String>()
        }
    });
    prop_oneof![6 => changed, 1 => whole.prop_map(str::to_owned)].boxed()
}
