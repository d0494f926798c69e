use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::catalogue::language::{Language, Localized};
use crate::domain::text::Text;

fn name(text: &str) -> FieldName {
    FieldName::new(text).unwrap()
}

fn words<const N: usize>(text: &str) -> Localized<N> {
    Text::new(text).unwrap().into()
}

fn field(text: &str, kind: FieldKind, presence: Presence) -> Field {
    Field { name: name(text), label: words(text), help: None, kind, presence }
}

fn optional(text: &str, kind: FieldKind) -> Field {
    field(text, kind, Presence::Optional)
}

fn number(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn text() -> FieldKind {
    FieldKind::Text { min: 1, max: 10, pattern: None }
}

fn choice(values: &[&str]) -> FieldKind {
    let one = |value: &&str| Choice { value: Text::new(value).unwrap(), label: words("una") };
    FieldKind::Choice(values.iter().map(one).collect())
}

fn rule(condition: Condition) -> CrossRule {
    let english = (Language::English, Text::new("not so").unwrap());
    CrossRule { condition, message: Localized::new(Text::new("non così").unwrap(), [english]) }
}

fn inputs(pairs: &[(&str, &str)]) -> Inputs {
    pairs.iter().map(|(field, text)| (name(field), (*text).to_owned())).collect()
}

/// The names of what is wrong, with their fields.
fn wrong(form: &Form, pairs: &[(&str, &str)]) -> Vec<(String, &'static str)> {
    let errors = form.read(&inputs(pairs)).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.field.unwrap().to_string(), error.code)).collect()
}

fn reads(kind: &FieldKind, text: &str) -> Result<String, &'static str> {
    kind.read(text).map(|value| value.canonical()).map_err(|reason| reason.code())
}

#[test]
fn every_kind_says_what_is_wrong_with_a_value() {
    let pattern = Some(Pattern::new("[a-z]+( [a-z]+)*").unwrap());
    let text = FieldKind::Text { min: 2, max: 5, pattern };
    let integer = FieldKind::Integer { min: -5, max: 1000 };
    let decimal = FieldKind::Decimal { scale: 2, min: number("0.50"), max: number("100") };
    let day = FieldKind::Date { earliest: Some(date(2026, 1, 31)), latest: Some(date(2026, 3, 1)) };
    for (kind, written, read) in [
        (&text, "a b", Ok("a b")),
        (&text, "a", Err("too_short")),
        (&text, "abcdef", Err("too_long")),
        (&text, "AB", Err("pattern")),
        (&text, " ab", Err("blank")),
        (&text, "", Err("blank")),
        (&text, "a\tb", Err("characters")),
        (&integer, "-5", Ok("-5")),
        (&integer, "-6", Err("too_small")),
        (&integer, "1001", Err("too_large")),
        (&integer, "1e3", Err("integer_form")),
        (&integer, "0x1F", Err("integer_form")),
        (&integer, "+5", Err("integer_form")),
        (&integer, "05", Err("integer_form")),
        (&integer, "5.0", Err("integer_form")),
        (&decimal, "0.5", Ok("0.50")),
        (&decimal, "100", Ok("100.00")),
        (&decimal, "0.49", Err("too_small")),
        (&decimal, "100.01", Err("too_large")),
        (&decimal, "1.005", Err("decimal_form")),
        (&decimal, "1,5", Err("decimal_form")),
        (&day, "2026-02-28", Ok("2026-02-28")),
        (&day, "2026-02-29", Err("date_form")),
        (&day, "2026-2-28", Err("date_form")),
        (&day, "20260228", Err("date_form")),
        (&day, "2026-02-28Z", Err("date_form")),
        (&day, "2026-01-30", Err("too_early")),
        (&day, "2026-03-02", Err("too_late")),
        (&choice(&["1", "2"]), "2", Ok("2")),
        (&choice(&["1", "2"]), "3", Err("choice")),
        (&FieldKind::Plate, "ab123cd", Ok("AB123CD")),
        (&FieldKind::Plate, "AB 123 CD", Err("plate_form")),
        (&FieldKind::FiscalCode, "rssmra80a01h501u", Ok("RSSMRA80A01H501U")),
        (&FieldKind::FiscalCode, "RSSMRA80A01H501X", Err("check_character")),
        (&FieldKind::FiscalCode, "RSSMRA80A01H501", Err("fiscal_code_form")),
        (&FieldKind::VatNumber, "00493410583", Ok("00493410583")),
        (&FieldKind::VatNumber, "00493410580", Err("check_character")),
        (&FieldKind::Iban, "it60x0542811101000000123456", Ok("IT60X0542811101000000123456")),
        (&FieldKind::Iban, "IT61X0542811101000000123456", Err("check_character")),
        (&FieldKind::Iban, "IT60X054281110100000012345", Err("iban_form")),
        (&FieldKind::Email, "Mario@posta.example.it", Ok("Mario@posta.example.it")),
        (&FieldKind::Email, "mario", Err("email_form")),
        (&FieldKind::Boolean, "true", Ok("true")),
        (&FieldKind::Boolean, "1", Err("boolean_form")),
    ] {
        assert_eq!(reads(kind, written), read.map(str::to_owned), "{} {written:?}", kind.name());
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_without_the_values() {
    let form = Form::new(
        vec![
            field("plate", FieldKind::Plate, Presence::Required),
            field("year", FieldKind::Integer { min: 1, max: 9 }, Presence::Required),
            optional("from", FieldKind::Date { earliest: None, latest: None }),
            optional("until", FieldKind::Date { earliest: None, latest: None }),
        ],
        vec![rule(Condition::AtMost(name("from"), name("until")))],
    );
    let form = form.unwrap();
    let written = [("plate", "secret"), ("other", "secret"), ("from", "2026-02-01"), ("until", "2026-01-01")];
    let expected =
        [("plate", "plate_form"), ("year", "required"), ("other", "unknown_field"), ("from", "rule")];
    let expected: Vec<_> = expected.map(|(field, code)| (field.to_owned(), code)).into();
    assert_eq!(wrong(&form, &written), expected);
    let errors = form.read(&inputs(&written)).unwrap_err();
    assert!(errors.iter().all(|error| !format!("{error} {error:?}").contains("secret")));
    let broken = errors.last().unwrap();
    assert_eq!(broken.message, "not so");
    assert_eq!(broken.in_language(Language::Italian), "non così");
    assert_eq!(broken.in_language(Language::German), "non così");
}

#[test]
fn rules_hold_between_fields_that_are_filled_in() {
    let names = || vec![name("a"), name("b")];
    let both = |condition| {
        let fields = vec![optional("a", text()), optional("b", text())];
        Form::new(fields, vec![rule(condition)]).unwrap()
    };
    let holds = |form: &Form, pairs: &[(&str, &str)]| wrong(form, pairs).is_empty();
    let exactly = both(Condition::ExactlyOne(names()));
    assert!(holds(&exactly, &[("b", "x")]));
    assert!(!holds(&exactly, &[]) && !holds(&exactly, &[("a", "x"), ("b", "x")]));
    let least = both(Condition::AtLeastOne(names()));
    assert!(holds(&least, &[("a", "x"), ("b", "x")]) && !holds(&least, &[]));
    let required =
        both(Condition::RequiredIf { field: name("a"), when: name("b"), equals: "yes".to_owned() });
    assert!(holds(&required, &[("b", "no")]) && holds(&required, &[]));
    assert!(holds(&required, &[("b", "yes"), ("a", "x")]) && !holds(&required, &[("b", "yes")]));
    let equal = both(Condition::Equal(name("a"), name("b")));
    assert!(holds(&equal, &[("a", "x")]) && holds(&equal, &[("a", "x"), ("b", "x")]));
    assert!(!holds(&equal, &[("a", "x"), ("b", "y")]));
    let different = both(Condition::Different(name("a"), name("b")));
    assert!(holds(&different, &[("a", "x"), ("b", "y")]) && !holds(&different, &[("a", "x"), ("b", "x")]));
}

#[test]
fn numbers_of_different_kinds_are_compared_by_value() {
    let fields = vec![
        optional("a", FieldKind::Integer { min: 0, max: 100 }),
        optional("b", FieldKind::Decimal { scale: 2, min: number("0"), max: number("100") }),
    ];
    let rules = vec![rule(Condition::AtMost(name("a"), name("b")))];
    let form = Form::new(fields, rules).unwrap();
    assert!(wrong(&form, &[("a", "9"), ("b", "9.00")]).is_empty());
    assert!(wrong(&form, &[("a", "9"), ("b", "10.5")]).is_empty());
    assert_eq!(wrong(&form, &[("a", "9"), ("b", "8.99")]), [("a".to_owned(), "rule")]);
}

#[test]
fn a_form_that_makes_no_sense_is_refused() {
    let codes = |fields: Vec<Field>, rules: Vec<Condition>| -> Vec<(Place, &'static str)> {
        let flaws = Form::new(fields, rules.into_iter().map(rule).collect()).err().unwrap_or_default();
        flaws.into_iter().map(|flaw| (flaw.place, flaw.code)).collect()
    };
    let kinds = [
        FieldKind::Text { min: 0, max: 5, pattern: None },
        FieldKind::Text { min: 6, max: 5, pattern: None },
        FieldKind::Text { min: 1, max: 141, pattern: None },
        FieldKind::Integer { min: 2, max: 1 },
        FieldKind::Integer { min: 0, max: MAX_UNITS + 1 },
        FieldKind::Decimal { scale: 5, min: number("0"), max: number("1") },
        FieldKind::Decimal { scale: 1, min: number("0.55"), max: number("1") },
        FieldKind::Decimal { scale: 1, min: number("2"), max: number("1") },
        FieldKind::Date { earliest: Some(date(2026, 1, 2)), latest: Some(date(2026, 1, 1)) },
        FieldKind::Date { earliest: Some(date(0, 1, 2)), latest: None },
        choice(&[]),
        choice(&["a", "a"]),
    ];
    for kind in kinds {
        let flaws = codes(vec![optional("a", kind.clone())], vec![]);
        assert_eq!(flaws.len(), 1, "{kind:?}");
        assert_eq!(flaws[0].0, Place::Field(0));
    }
    assert_eq!(
        codes(vec![optional("a", text()), optional("a", text())], vec![]),
        [(Place::Name(1), "taken")]
    );
    let many = (0..21).map(|n| optional(&format!("f{n}"), text())).collect();
    assert_eq!(codes(many, vec![]), [(Place::Form, "too_many")]);
    let fields = || {
        let required = field("c", FieldKind::Plate, Presence::Required);
        vec![optional("a", text()), optional("b", choice(&["x"])), required]
    };
    let when =
        |equals: &str, field| Condition::RequiredIf { field, when: name("b"), equals: equals.to_owned() };
    for (condition, code) in [
        (Condition::Equal(name("a"), name("z")), "unknown_field"),
        (Condition::Equal(name("a"), name("a")), "repeated_field"),
        (Condition::Equal(name("a"), name("b")), "different_kinds"),
        (Condition::AtMost(name("a"), name("a")), "repeated_field"),
        (Condition::AtMost(name("a"), name("b")), "no_order"),
        (Condition::ExactlyOne(vec![name("a")]), "too_few"),
        (Condition::ExactlyOne(vec![name("a"), name("c")]), "required_field"),
        (when("y", name("a")), "impossible_value"),
        (when("x", name("c")), "required_field"),
    ] {
        assert_eq!(codes(fields(), vec![condition.clone()]), [(Place::Rule(0), code)], "{condition:?}");
    }
    assert_eq!(codes(fields(), vec![when("x", name("a"))]), []);
}

#[test]
fn the_same_answers_have_one_text() {
    let fields = vec![
        optional("b", FieldKind::Plate),
        optional("a", FieldKind::Decimal { scale: 2, min: number("0"), max: number("9") }),
        optional("t", text()),
        optional("u", text()),
    ];
    let form = Form::new(fields, vec![]).unwrap();
    let canonical = |pairs: &[(&str, &str)]| form.read(&inputs(pairs)).unwrap().canonical();
    assert_eq!(canonical(&[("b", "ab123cd"), ("a", "1.5")]), canonical(&[("a", "1.50"), ("b", "AB123CD")]));
    assert_eq!(canonical(&[("b", "ab123cd"), ("a", "1.5")]), "a:4:1.50\nb:7:AB123CD\n");
    assert_ne!(canonical(&[("t", "x")]), canonical(&[("u", "x")]));
}

#[test]
fn what_is_typed_loses_its_blanks() {
    let mut typed = Inputs::new();
    typed.insert_typed(name("a"), "  x \n");
    typed.insert_typed(name("b"), " \t ");
    assert_eq!(typed.iter().collect::<Vec<_>>(), [(&name("a"), "x")]);
    assert!(!format!("{typed:?}").contains('x'));
}

#[test]
fn a_person_reads_values_as_italians_write_them() {
    assert_eq!(Value::Decimal(number("1234.50")).text(), "1234,50");
    assert_eq!(Value::Date(date(2026, 3, 1)).text(), "01/03/2026");
    assert_eq!(Value::Boolean(true).text(), "sì");
}

proptest! {
    #[test]
    fn the_canonical_text_of_a_value_reads_as_the_value(
        units in -999_999_i64..999_999, scale in 0..=MAX_SCALE, plate in "[a-zA-Z]{2}[0-9]{3}[a-zA-Z]{2}",
    ) {
        let bound = |sign: i64| Decimal::new(sign * 999_999, scale).unwrap();
        let kinds = [
            (FieldKind::Integer { min: -999_999, max: 999_999 }, units.to_string()),
            (
                FieldKind::Decimal { scale, min: bound(-1), max: bound(1) },
                Decimal::new(units, scale).unwrap().to_string(),
            ),
            (FieldKind::Plate, plate),
        ];
        for (kind, text) in kinds {
            if let Ok(value) = kind.read(&text) {
                prop_assert_eq!(kind.read(&value.canonical()), Ok(value));
            }
        }
    }
}
