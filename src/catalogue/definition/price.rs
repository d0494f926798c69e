//! What a service costs, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::findings::{Findings, known};
use crate::catalogue::price::formula;
use crate::domain::amount::Cents;
use crate::domain::catalogue::form::{FieldName, Form};
use crate::domain::catalogue::price::{
    CalculatorUrl, FormulaText, FreeAmount, PriceRule, PriceTable, TableFormError,
};

/// How the amount of a service comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = PriceRule)]
pub enum PriceDefinition {
    /// The same for everybody.
    Fixed {
        /// The amount, in cents.
        #[schema(minimum = 1, maximum = 99_999_999_999_i64, examples(4250))]
        amount: i64,
    },
    /// What the payer wants to give.
    Free {
        /// The field that holds it: required, with two decimals.
        #[schema(examples("amount"))]
        field: String,
        /// The least, in cents.
        #[schema(minimum = 1, maximum = 99_999_999_999_i64, examples(100))]
        min: i64,
        /// The most, in cents.
        #[schema(minimum = 1, maximum = 99_999_999_999_i64, examples(500_000))]
        max: i64,
    },
    /// By the values of fields.
    Table {
        /// The fields, in the order of the values of each row.
        #[schema(min_items = 1, max_items = 4)]
        fields: Vec<String>,
        /// The amount for each combination of values.
        #[schema(min_items = 1, max_items = 500)]
        rows: Vec<PriceRow>,
        /// The amount for all other combinations, in cents; without it they cannot be paid for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, minimum = 1, maximum = 99_999_999_999_i64)]
        otherwise: Option<i64>,
    },
    /// By an expression over fields, in euro; the result is rounded half up to cents.
    Formula {
        /// Numbers, names of required fields that are numbers, choices among numbers or booleans (1 and 0),
        /// `+ - * /`, comparisons, `&& || !`, `condition ? a : b`, parentheses, and the functions abs, ceil, floor,
        /// max, min and round.
        #[schema(examples("2.58 * min(kilowatt, 100) + (kilowatt > 100 ? 3.87 * (kilowatt - 100) : 0)"))]
        formula: String,
    },
    /// What a program of the creditor institution answers: the answers of the form are posted to it, signed.
    Calculator {
        /// Where it is asked.
        #[schema(examples("https://ente.example.it/tariffe"))]
        url: String,
    },
}

/// The amount for one combination of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceRow {
    /// A value for each field; an empty text where an optional field is left out.
    #[schema(min_items = 1, max_items = 4)]
    pub values: Vec<String>,
    /// The amount, in cents.
    #[schema(minimum = 1, maximum = 99_999_999_999_i64)]
    pub amount: i64,
}

impl PriceDefinition {
    /// As JSON.
    pub fn of(rule: &PriceRule) -> Self {
        match rule {
            PriceRule::Fixed(amount) => PriceDefinition::Fixed { amount: amount.get() },
            PriceRule::Free(free) => PriceDefinition::Free {
                field: free.field().to_string(),
                min: free.min().get(),
                max: free.max().get(),
            },
            PriceRule::Table(table) => PriceDefinition::Table {
                fields: table.fields().iter().map(ToString::to_string).collect(),
                rows: table.rows().map(PriceRow::of).collect(),
                otherwise: table.otherwise().map(Cents::get),
            },
            PriceRule::Formula(formula) => PriceDefinition::Formula { formula: formula.as_str().to_owned() },
            PriceRule::Calculator(url) => PriceDefinition::Calculator { url: url.as_str().to_owned() },
        }
    }

    /// Reads it against the form whose answers it prices.
    pub fn read(&self, pointer: &str, form: &Form, findings: &mut Findings) -> Option<PriceRule> {
        let at = |member: &str| format!("{pointer}/{member}");
        match self {
            PriceDefinition::Fixed { amount } => {
                priced(at("amount"), *amount, findings).map(PriceRule::Fixed)
            }
            PriceDefinition::Free { field, min, max } => {
                let name = known(field, (&at("field"), form), findings);
                let min = priced(at("min"), *min, findings);
                let max = priced(at("max"), *max, findings);
                let free = findings.read(at("max"), FreeAmount::new(name?, min?, max?))?;
                findings.read(at("field"), free.check(form))?;
                Some(PriceRule::Free(free))
            }
            PriceDefinition::Table { fields, rows, otherwise } => {
                table((fields, rows, *otherwise), (pointer, form), findings).map(PriceRule::Table)
            }
            PriceDefinition::Formula { formula: text } => {
                let text = findings.read(at("formula"), FormulaText::new(text))?;
                findings.read(at("formula"), formula::check(&text, form))?;
                Some(PriceRule::Formula(text))
            }
            PriceDefinition::Calculator { url } => {
                findings.read(at("url"), CalculatorUrl::new(url)).map(PriceRule::Calculator)
            }
        }
    }
}

impl PriceRow {
    fn of((values, amount): (&[String], Cents)) -> Self {
        PriceRow { values: values.to_vec(), amount: amount.get() }
    }
}

fn table(
    (fields, rows, otherwise): (&[String], &[PriceRow], Option<i64>),
    (pointer, form): (&str, &Form),
    findings: &mut Findings,
) -> Option<PriceTable> {
    if fields.len() > PriceTable::MAX_FIELDS || rows.len() > PriceTable::MAX_ROWS {
        findings.add(pointer, "too_large", "must have at most 4 fields and 500 rows");
        return None;
    }
    let named = |(index, name): (usize, &String)| (format!("{pointer}/fields/{index}"), name.clone());
    let named: Vec<(String, String)> = fields.iter().enumerate().map(named).collect();
    let mut read = |(at, name): &(String, String)| known(name, (at, form), findings);
    let names: Vec<Option<FieldName>> = named.iter().map(&mut read).collect();
    let otherwise = match otherwise {
        Some(cents) => Some(priced(format!("{pointer}/otherwise"), cents, findings)?),
        None => None,
    };
    let mut priced_rows = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let amount = priced(format!("{pointer}/rows/{index}/amount"), row.amount, findings);
        priced_rows.extend(amount.map(|amount| (row.values.clone(), amount)));
    }
    let names = names.into_iter().collect::<Option<Vec<_>>>()?;
    if priced_rows.len() < rows.len() {
        return None;
    }
    let table = findings.read(pointer, PriceTable::new(names, priced_rows, otherwise))?;
    match table.check(form) {
        Ok(()) => Some(table),
        Err(error) => {
            let TableFormError::Value { value, .. } = &error else {
                findings.add(pointer, "unknown_field", error);
                return None;
            };
            let row = rows.iter().position(|row| row.values.contains(value)).unwrap_or_default();
            findings.add(format!("{pointer}/rows/{row}/values"), "value", &error);
            None
        }
    }
}

/// A price: above zero.
fn priced(pointer: String, cents: i64, findings: &mut Findings) -> Option<Cents> {
    let amount = findings.read(pointer.clone(), Cents::new(cents))?;
    if amount == Cents::ZERO {
        findings.add(pointer, "amount", "must be above zero");
        return None;
    }
    Some(amount)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::catalogue::definition::{ServiceDefinition, Wrong};
    use crate::domain::catalogue::service::Service;

    fn service(price: Value) -> Result<Service, Vec<Wrong>> {
        let field = |name: &str, kind: &str, required: bool| json!({ "name": name, "label": { "it": name }, "type": kind, "required": required });
        let mut size = field("size", "choice", true);
        size["choices"] =
            json!([{ "value": "1", "label": { "it": "S" } }, { "value": "2", "label": { "it": "L" } }]);
        let definition = json!({
            "id": "x", "name": { "it": "X" }, "category": "x", "taxonomy": "9/0101002IM/", "remittance": "{service}",
            "form": { "fields": [field("amount", "decimal", true), field("days", "integer", false), size] },
            "price": price,
        });
        serde_json::from_value::<ServiceDefinition>(definition).unwrap().read()
    }

    #[test]
    fn every_rule_is_read_and_written_the_same() {
        for price in [
            json!({ "rule": "fixed", "amount": 4250 }),
            json!({ "rule": "free", "field": "amount", "min": 100, "max": 500_000 }),
            json!({ "rule": "table", "fields": ["size", "days"], "rows": [
                { "values": ["1", ""], "amount": 100 }, { "values": ["2", "7"], "amount": 200 },
            ], "otherwise": 300 }),
            json!({ "rule": "table", "fields": ["size"], "rows": [{ "values": ["1"], "amount": 100 }] }),
            json!({ "rule": "formula", "formula": "amount * size" }),
            json!({ "rule": "calculator", "url": "https://ente.example.it/tariffe" }),
        ] {
            let read = service(price.clone()).unwrap();
            assert_eq!(serde_json::to_value(PriceDefinition::of(&read.price)).unwrap(), price);
        }
    }

    #[test]
    fn a_rule_that_is_wrong_is_refused_with_its_place() {
        let row = |value: &str, amount: i64| json!({ "values": [value], "amount": amount });
        let table =
            |field: &str, rows: Vec<Value>| json!({ "rule": "table", "fields": [field], "rows": rows });
        for (price, place) in [
            (json!({ "rule": "fixed", "amount": 0 }), "/price/amount"),
            (json!({ "rule": "fixed", "amount": -1 }), "/price/amount"),
            (json!({ "rule": "fixed", "amount": 100_000_000_000_i64 }), "/price/amount"),
            (json!({ "rule": "free", "field": "other", "min": 1, "max": 2 }), "/price/field"),
            (json!({ "rule": "free", "field": "days", "min": 1, "max": 2 }), "/price/field"),
            (json!({ "rule": "free", "field": "amount", "min": 0, "max": 2 }), "/price/min"),
            (json!({ "rule": "free", "field": "amount", "min": 3, "max": 2 }), "/price/max"),
            (table("other", vec![row("1", 1)]), "/price/fields/0"),
            (table("size", vec![row("1", 1), row("3", 1)]), "/price/rows/1/values"),
            (table("size", vec![row("1", 1), row("1", 2)]), "/price"),
            (table("size", vec![row("1", 0)]), "/price/rows/0/amount"),
            (table("size", Vec::new()), "/price"),
            (table("size", vec![row("1", 1); 501]), "/price"),
            (json!({ "rule": "formula", "formula": "amount +" }), "/price/formula"),
            (json!({ "rule": "formula", "formula": "days * 2" }), "/price/formula"),
            (json!({ "rule": "calculator", "url": "ftp://ente.example.it/" }), "/price/url"),
            (json!({ "rule": "calculator", "url": "https://user:word@ente.example.it/" }), "/price/url"),
        ] {
            let wrong = service(price.clone()).unwrap_err();
            assert_eq!(wrong.iter().map(|one| one.pointer.as_str()).collect::<Vec<_>>(), [place], "{price}");
        }
        assert!(serde_json::from_value::<PriceDefinition>(json!({ "rule": "script", "text": "1" })).is_err());
        let more = json!({ "rule": "fixed", "amount": 1, "more": 1 });
        assert!(serde_json::from_value::<PriceDefinition>(more).is_err());
    }
}
