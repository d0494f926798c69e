//! Formulas: expressions over the fields of a form, in exact fractions, never in floating point.

use nanoexpr::{Context, ErrorKind, Evaluator, Fraction, Math, Number};

use crate::domain::amount::Cents;
use crate::domain::catalogue::form::{Answers, Decimal, FieldKind, FieldName, Form, Value};
use crate::domain::catalogue::price::FormulaText;

/// The functions that a formula can call.
const FUNCTIONS: [&str; 6] = ["abs", "ceil", "floor", "max", "min", "round"];

/// How deep parentheses and operators may nest.
const DEPTH: usize = 32;

/// Why a formula cannot be used with a form, or gives no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    /// It is no expression.
    #[error("is no expression: {what} at character {at}")]
    Syntax {
        /// What is wrong.
        what: &'static str,
        /// Where, from 1.
        at: usize,
    },
    /// It calls what is no function.
    #[error("calls {0}, which is none of abs, ceil, floor, max, min and round")]
    Function(String),
    /// It names what is no field of the form.
    #[error("names {0}, which is no field of the form")]
    Unknown(String),
    /// It names a field that is no number.
    #[error("names {0}, which is no number, no yes or no, and no choice among numbers")]
    Kind(FieldName),
    /// It names a field that the payer may leave out.
    #[error("names {0}, which can be left out")]
    Optional(FieldName),
    /// It divides by zero.
    #[error("divides by zero")]
    DivisionByZero,
    /// A number on the way does not fit.
    #[error("has a number on the way that is too large or too fine")]
    Overflow,
    /// It cannot be calculated exactly.
    #[error("cannot be calculated")]
    NotCalculable,
    /// The result is zero or negative, or too large for an amount.
    #[error("gives no amount from 0.01 to 999999999.99 euro")]
    NoAmount,
}

/// Holds a formula against the form whose fields it names: all that can be wrong whatever the payer answers.
pub fn check(formula: &FormulaText, form: &Form) -> Result<(), FormulaError> {
    let names = names(formula.as_str());
    // The expression is tried with ones: what is wrong with its form does not depend on the numbers.
    if let Err(error) = evaluate(formula, &Ones) {
        let is_of_form = !matches!(
            error,
            FormulaError::DivisionByZero | FormulaError::Overflow | FormulaError::NotCalculable
        );
        if is_of_form || names.is_empty() {
            return Err(error);
        }
    }
    names.iter().try_for_each(|name| match name {
        Name::Function(name) if FUNCTIONS.contains(name) => Ok(()),
        Name::Function(name) => Err(FormulaError::Function((*name).to_owned())),
        Name::Field(name) => check_field(name, form),
    })?;
    if names.is_empty() { price(formula, &Answers::default()).map(|_| ()) } else { Ok(()) }
}

fn check_field(name: &str, form: &Form) -> Result<(), FormulaError> {
    let unknown = || FormulaError::Unknown(name.to_owned());
    let name = FieldName::new(name).map_err(|_| unknown())?;
    let field = form.field(&name).ok_or_else(unknown)?;
    let is_number = match &field.kind {
        FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Boolean => true,
        FieldKind::Choice(choices) => {
            choices.iter().all(|choice| Decimal::parse(choice.value.as_str()).is_ok())
        }
        _ => false,
    };
    if !is_number {
        Err(FormulaError::Kind(name))
    } else if !field.is_required() {
        Err(FormulaError::Optional(name))
    } else {
        Ok(())
    }
}

/// The amount that a formula gives for those answers, in euro, rounded half up to cents.
pub fn price(formula: &FormulaText, answers: &Answers) -> Result<Cents, FormulaError> {
    let euro = evaluate(formula, &OfAnswers(answers))?;
    let hundred = Fraction::new(false, 100, 1).map_err(of_numbers)?;
    let cents = euro.multiply(hundred).map_err(of_numbers)?.round();
    if cents.is_negative() || cents.is_zero() {
        return Err(FormulaError::NoAmount);
    }
    let cents = i64::try_from(cents.numerator()).map_err(|_| FormulaError::NoAmount)?;
    Cents::new(cents).map_err(|_| FormulaError::NoAmount)
}

fn evaluate(formula: &FormulaText, context: &impl Context<Fraction>) -> Result<Fraction, FormulaError> {
    let evaluator = Evaluator::<_, 8>::new(context).max_depth(DEPTH);
    evaluator.evaluate(formula.as_str()).map_err(|error| match error.kind {
        ErrorKind::UnknownVariable | ErrorKind::UnknownFunction => {
            let name = formula.as_str().get(error.span.start..error.span.end).unwrap_or_default();
            FormulaError::Unknown(name.to_owned())
        }
        ErrorKind::DivisionByZero
        | ErrorKind::Overflow
        | ErrorKind::Domain
        | ErrorKind::Inexact
        | ErrorKind::Unsupported => of_numbers(error.kind),
        kind => FormulaError::Syntax { what: kind.description(), at: error.span.start + 1 },
    })
}

fn of_numbers(kind: ErrorKind) -> FormulaError {
    match kind {
        ErrorKind::DivisionByZero => FormulaError::DivisionByZero,
        ErrorKind::Overflow => FormulaError::Overflow,
        _ => FormulaError::NotCalculable,
    }
}

/// The answers of a payer as numbers: yes is 1 and no is 0.
struct OfAnswers<'a>(&'a Answers);

impl Context<Fraction> for OfAnswers<'_> {
    fn variable(&self, name: &str) -> Option<Fraction> {
        let name = FieldName::new(name).ok()?;
        match self.0.get(&name)? {
            Value::Integer(number) => Fraction::new(*number < 0, number.unsigned_abs(), 1).ok(),
            Value::Decimal(number) => fraction(*number),
            Value::Boolean(yes) => Some(if *yes { Fraction::ONE } else { Fraction::ZERO }),
            Value::Text(text) => fraction(Decimal::parse(text).ok()?),
            Value::Date(_) => None,
        }
    }

    fn call(&self, name: &str, arguments: &[Fraction]) -> Option<Result<Fraction, ErrorKind>> {
        call(name, arguments)
    }
}

/// Every field is one.
struct Ones;

impl Context<Fraction> for Ones {
    fn variable(&self, _: &str) -> Option<Fraction> {
        Some(Fraction::ONE)
    }

    fn call(&self, name: &str, arguments: &[Fraction]) -> Option<Result<Fraction, ErrorKind>> {
        // A name that is no function is reported by its name, not by its place.
        Some(call(name, arguments).unwrap_or(Ok(Fraction::ONE)))
    }
}

fn call(name: &str, arguments: &[Fraction]) -> Option<Result<Fraction, ErrorKind>> {
    if FUNCTIONS.contains(&name) { Math.call(name, arguments) } else { None }
}

fn fraction(number: Decimal) -> Option<Fraction> {
    let part = 10_u64.pow(u32::from(number.scale()));
    Fraction::new(number.units() < 0, number.units().unsigned_abs(), part).ok()
}

enum Name<'t> {
    Function(&'t str),
    Field(&'t str),
}

/// The names in an expression, those in branches that are not taken included.
fn names(text: &str) -> Vec<Name<'_>> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let in_number = |c: char| c.is_ascii_digit() || c == '.';
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let after = if first.is_ascii_digit() || first == b'.' {
            let after = rest.trim_start_matches(in_number);
            without_exponent(after)
        } else if first.is_ascii_alphabetic() || first == b'_' {
            let after = rest.trim_start_matches(in_name);
            let name = rest.get(..rest.len() - after.len()).unwrap_or_default();
            let is_function = after.trim_start().starts_with('(');
            match name {
                "mod" => {}
                name if is_function => names.push(Name::Function(name)),
                name => names.push(Name::Field(name)),
            }
            after
        } else {
            rest.get(1..).unwrap_or_default()
        };
        rest = after;
    }
    names
}

/// What is behind the `e3` of a number such as `1e3`.
fn without_exponent(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return text };
    let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.len() < digits.len() { after } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::catalogue::form::{Choice, Field, Presence};
    use crate::domain::text::Text;

    fn name(text: &str) -> FieldName {
        FieldName::new(text).unwrap()
    }

    fn text(formula: &str) -> FormulaText {
        FormulaText::new(formula).unwrap()
    }

    fn form() -> Form {
        let choices = |values: &[&str]| {
            let choice = |text: &&str| {
                let value = Text::new(text).unwrap();
                Choice { label: value.clone().into(), value }
            };
            FieldKind::Choice(values.iter().map(choice).collect())
        };
        let decimal = |text| Decimal::parse(text).unwrap();
        let kinds = [
            ("power", FieldKind::Integer { min: 0, max: 999 }, Presence::Required),
            (
                "rate",
                FieldKind::Decimal { scale: 4, min: decimal("-9"), max: decimal("9") },
                Presence::Required,
            ),
            ("minutes", FieldKind::Integer { min: 0, max: 999 }, Presence::Required),
            ("resident", FieldKind::Boolean, Presence::Required),
            ("class", choices(&["1", "2.5"]), Presence::Required),
            ("colour", choices(&["1", "red"]), Presence::Required),
            ("plate", FieldKind::Plate, Presence::Required),
            ("extra", FieldKind::Integer { min: 0, max: 9 }, Presence::Optional),
        ];
        let field = |(text, kind, presence)| {
            let label = Text::new(text).unwrap().into();
            Field { name: name(text), label, help: None, kind, presence }
        };
        Form::new(kinds.into_iter().map(field).collect(), Vec::new()).unwrap()
    }

    fn answers(power: i64, rate: &str, resident: bool) -> Answers {
        [
            ("power", Value::Integer(power)),
            ("rate", Value::Decimal(Decimal::parse(rate).unwrap())),
            ("minutes", Value::Integer(90)),
            ("resident", Value::Boolean(resident)),
            ("class", Value::Text("2.5".to_owned())),
        ]
        .map(|(field, value)| (name(field), value))
        .into_iter()
        .collect()
    }

    fn cents(formula: &str) -> Result<i64, FormulaError> {
        price(&text(formula), &answers(100, "2.58", true)).map(Cents::get)
    }

    #[test]
    fn a_formula_is_calculated_exactly_and_rounded_half_up_to_cents() {
        for (formula, expected) in [
            ("2.58 * power", 25_800),
            ("rate * min(power, 80) + (power > 80 ? 3.87 * (power - 80) : 0)", 28_380),
            ("0.1 + 0.2", 30),
            ("1 / 3 * 3", 100),
            ("0.005", 1),
            ("0.0149", 1),
            ("1.115", 112),
            ("minutes / 60 * 2", 300),
            ("class * 10", 2500),
            ("resident ? 10 : 20", 1000),
            ("10 - 3 * resident", 700),
            ("max(1, min(2, 3), 0.5) + abs(-1) + floor(1.9) + ceil(1.1) + round(2.5)", 900),
            ("power >= 100 && !(resident == 0) ? 5 : 6", 500),
            ("5 * (power mod 7)", 1000),
        ] {
            assert_eq!(check(&text(formula), &form()), Ok(()), "{formula}");
            assert_eq!(cents(formula), Ok(expected), "{formula}");
        }
    }

    #[test]
    fn what_is_no_amount_is_no_price() {
        assert_eq!(cents("power - 100"), Err(FormulaError::NoAmount));
        assert_eq!(cents("power - 101"), Err(FormulaError::NoAmount));
        assert_eq!(cents("0.004 * resident"), Err(FormulaError::NoAmount));
        assert_eq!(cents("10000000 * power"), Err(FormulaError::NoAmount));
        assert_eq!(cents("9999999.99995 * power"), Err(FormulaError::NoAmount));
        assert_eq!(cents("1 / (power - 100)"), Err(FormulaError::DivisionByZero));
        assert_eq!(cents("power ** 40"), Err(FormulaError::Overflow));
        assert_eq!(cents("power ** 0.3"), Err(FormulaError::NotCalculable));
        assert_eq!(cents("1 / (resident ? 1 : 0)"), Ok(100), "what is not needed is not calculated");
    }

    #[test]
    fn a_formula_is_held_against_its_form() {
        use FormulaError::{Function, Kind, NoAmount, Optional, Unknown};
        for (formula, why) in [
            ("power * other", Unknown("other".to_owned())),
            ("resident ? 1 : other", Unknown("other".to_owned())),
            ("minutes * minute", Unknown("minute".to_owned())),
            ("plate * 2", Kind(name("plate"))),
            ("colour * 2", Kind(name("colour"))),
            ("resident ? 1 : plate", Kind(name("plate"))),
            ("extra * 2", Optional(name("extra"))),
            ("sqrt(power)", Function("sqrt".to_owned())),
            ("power(2)", Function("power".to_owned())),
            ("1 - 1", NoAmount),
            ("1 / 0", FormulaError::DivisionByZero),
        ] {
            assert_eq!(check(&text(formula), &form()), Err(why), "{formula}");
        }
    }

    #[test]
    fn what_is_no_expression_is_told_with_its_place() {
        for (formula, place) in [
            ("2 +", 4),
            ("2 + * 3", 5),
            ("(power", 1),
            ("power)", 6),
            ("2 power", 3),
            ("1.2.3", 4),
            ("resident ? 1", 13),
            ("min()", 1),
            ("round(1, 2)", 1),
        ] {
            let error = check(&text(formula), &form()).unwrap_err();
            assert!(matches!(error, FormulaError::Syntax { at, .. } if at == place), "{formula}: {error:?}");
        }
        let deep = format!("{}1{}", "(".repeat(40), ")".repeat(40));
        assert!(matches!(check(&text(&deep), &form()), Err(FormulaError::Syntax { .. })));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_evaluator(formula in "[a-z0-9 +*/(),._<>=!?:&|-]{1,80}") {
            if let Ok(formula) = FormulaText::new(&formula) {
                let _ = check(&formula, &form());
                let _ = price(&formula, &answers(7, "1.5", false));
            }
        }

        #[test]
        fn no_name_escapes(formula in "((power|rate|ghost|min|mod|1e3|2|\\.5)[ +*(),?:]{0,2}){1,12}") {
            // Whatever passes the check knows all that it names, in every branch.
            if let Ok(formula) = FormulaText::new(&formula)
                && check(&formula, &form()).is_ok()
            {
                prop_assert!(!formula.as_str().contains("ghost"));
            }
        }

        #[test]
        fn a_linear_tariff_is_what_whole_numbers_say(power in 1_i64..999, units in 1_i64..99_999) {
            let rate = Decimal::new(units, 4).unwrap().to_string();
            let priced = price(&text("rate * power"), &answers(power, &rate, true)).map(Cents::get);
            let rounded = (power * units * 100 + 5000) / 10_000;
            prop_assert_eq!(priced, if rounded == 0 { Err(FormulaError::NoAmount) } else { Ok(rounded) });
        }
    }
}
