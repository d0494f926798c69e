//! Price tables: an amount for each combination of the values of some fields.

use std::collections::BTreeMap;

use super::super::form::{Answers, FieldName, Form, Value};
use crate::domain::amount::Cents;

/// A price for each combination of values.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceTable {
    fields: Vec<FieldName>,
    rows: BTreeMap<Vec<String>, Cents>,
    otherwise: Option<Cents>,
}

/// Why rows are no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// No fields, or more than [`PriceTable::MAX_FIELDS`].
    #[error("must look at 1 to 4 fields")]
    Fields,
    /// A field comes twice.
    #[error("must not look at a field twice")]
    FieldTwice,
    /// No rows, or more than [`PriceTable::MAX_ROWS`].
    #[error("must have 1 to 500 rows")]
    Rows,
    /// A row has not as many values as there are fields.
    #[error("row {row} must have one value for each field")]
    Width {
        /// The row, from 1.
        row: usize,
    },
    /// Two rows have the same values.
    #[error("row {row} has the same values as one before")]
    Duplicate {
        /// The later row, from 1.
        row: usize,
    },
    /// A price of nothing cannot be paid.
    #[error("row {row} must have a price above zero")]
    Nothing {
        /// The row, from 1.
        row: usize,
    },
    /// The price of all other values is nothing.
    #[error("the price of all other values must be above zero")]
    OtherwiseNothing,
}

/// Why a table does not fit a form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableFormError {
    /// It looks at what is no field.
    #[error("looks at {field}, which is no field of the form")]
    Unknown {
        /// What it looks at.
        field: FieldName,
    },
    /// A row has a value that no answer has.
    #[error("has the value \"{value}\", which the field {field} never has")]
    Value {
        /// The field.
        field: FieldName,
        /// The value of the row.
        value: String,
    },
}

impl PriceTable {
    /// The most fields that a row looks at.
    pub const MAX_FIELDS: usize = 4;
    /// The most rows.
    pub const MAX_ROWS: usize = 500;

    /// A table of these rows, each with one text for each field, as
    /// [`Value::canonical`](super::super::form::Value::canonical) writes it. `otherwise` is the price of all other values; without it they have none.
    pub fn new(
        fields: Vec<FieldName>,
        rows: Vec<(Vec<String>, Cents)>,
        otherwise: Option<Cents>,
    ) -> Result<Self, TableError> {
        if !(1..=Self::MAX_FIELDS).contains(&fields.len()) {
            return Err(TableError::Fields);
        }
        if fields.iter().enumerate().any(|(at, field)| fields.iter().take(at).any(|before| before == field)) {
            return Err(TableError::FieldTwice);
        }
        if !(1..=Self::MAX_ROWS).contains(&rows.len()) {
            return Err(TableError::Rows);
        }
        if otherwise == Some(Cents::ZERO) {
            return Err(TableError::OtherwiseNothing);
        }
        let mut table = PriceTable { fields, rows: BTreeMap::new(), otherwise };
        for (at, (values, price)) in rows.into_iter().enumerate() {
            table.add(values, price, at + 1)?;
        }
        Ok(table)
    }

    fn add(&mut self, values: Vec<String>, price: Cents, row: usize) -> Result<(), TableError> {
        if values.len() != self.fields.len() {
            return Err(TableError::Width { row });
        }
        if price == Cents::ZERO {
            return Err(TableError::Nothing { row });
        }
        match self.rows.insert(values, price) {
            Some(_) => Err(TableError::Duplicate { row }),
            None => Ok(()),
        }
    }

    /// The fields whose values a row names.
    pub fn fields(&self) -> &[FieldName] {
        &self.fields
    }

    /// The rows, in the order of their values.
    pub fn rows(&self) -> impl Iterator<Item = (&[String], Cents)> {
        self.rows.iter().map(|(values, price)| (values.as_slice(), *price))
    }

    /// Holds the table against the form whose fields it looks at: each value must be one that its field can
    /// take, in the one way of writing it. An empty value stands for a field that is left out.
    pub fn check(&self, form: &Form) -> Result<(), TableFormError> {
        let unknown = |name: &FieldName| TableFormError::Unknown { field: name.clone() };
        let fields = self.fields.iter().map(|name| form.field(name).ok_or_else(|| unknown(name)));
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        for values in self.rows.keys() {
            for (field, value) in fields.iter().zip(values) {
                let stands = match value.as_str() {
                    "" => !field.is_required(),
                    text => field.kind.read(text).is_ok_and(|read| read.canonical() == text),
                };
                if !stands {
                    return Err(TableFormError::Value { field: field.name.clone(), value: value.clone() });
                }
            }
        }
        Ok(())
    }

    /// The price of values that no row has.
    pub fn otherwise(&self) -> Option<Cents> {
        self.otherwise
    }

    /// The price of those answers. A field without an answer is an empty text.
    pub fn price(&self, answers: &Answers) -> Option<Cents> {
        let text = |field| answers.get(field).map(Value::canonical).unwrap_or_default();
        let values: Vec<String> = self.fields.iter().map(text).collect();
        self.rows.get(&values).copied().or(self.otherwise)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::form::{Choice, Field, FieldKind, Presence};
    use super::*;
    use crate::domain::text::Text;

    fn cents(cents: i64) -> Cents {
        Cents::new(cents).unwrap()
    }

    fn name(text: &str) -> FieldName {
        FieldName::new(text).unwrap()
    }

    fn row(values: &[&str], price: i64) -> (Vec<String>, Cents) {
        (values.iter().map(ToString::to_string).collect(), cents(price))
    }

    fn form() -> Form {
        let field = |text: &str, kind, presence| Field {
            name: name(text),
            label: Text::new(text).unwrap().into(),
            help: None,
            kind,
            presence,
        };
        let choice = |text: &str| {
            let value = Text::new(text).unwrap();
            Choice { label: value.clone().into(), value }
        };
        let kind = FieldKind::Choice(vec![choice("1"), choice("2")]);
        let places = FieldKind::Integer { min: 1, max: 9 };
        let fields =
            vec![field("kind", kind, Presence::Required), field("places", places, Presence::Optional)];
        Form::new(fields, Vec::new()).unwrap()
    }

    fn table(rows: Vec<(Vec<String>, Cents)>, otherwise: Option<i64>) -> Result<PriceTable, TableError> {
        PriceTable::new(vec![name("kind"), name("places")], rows, otherwise.map(cents))
    }

    fn price(table: &PriceTable, kind: &str, places: Option<i64>) -> Option<i64> {
        let kind = (name("kind"), Value::Text(kind.to_owned()));
        let places = places.map(|places| (name("places"), Value::Integer(places)));
        table.price(&[kind].into_iter().chain(places).collect()).map(Cents::get)
    }

    #[test]
    fn the_row_of_the_answers_says_the_price() {
        let rows = || vec![row(&["1", "2"], 10), row(&["1", ""], 20), row(&["2", "9"], 30)];
        let strict = table(rows(), None).unwrap();
        assert_eq!(strict.check(&form()), Ok(()));
        assert_eq!(price(&strict, "1", Some(2)), Some(10));
        assert_eq!(price(&strict, "1", None), Some(20));
        assert_eq!(price(&strict, "2", Some(2)), None);
        assert_eq!(price(&table(rows(), Some(5)).unwrap(), "2", Some(2)), Some(5));
    }

    #[test]
    fn a_table_has_its_bounds() {
        use TableError::{Duplicate, FieldTwice, Fields, Nothing, OtherwiseNothing, Rows, Width};
        assert_eq!(table(Vec::new(), None), Err(Rows));
        let many = (0..501).map(|n| row(&["1", &n.to_string()], 1)).collect();
        assert_eq!(table(many, None), Err(Rows));
        assert_eq!(table(vec![row(&["1"], 1)], None), Err(Width { row: 1 }));
        assert_eq!(table(vec![row(&["1", "1"], 1), row(&["1", "1"], 2)], None), Err(Duplicate { row: 2 }));
        assert_eq!(table(vec![row(&["1", "1"], 0)], None), Err(Nothing { row: 1 }));
        assert_eq!(table(vec![row(&["1", "1"], 1)], Some(0)), Err(OtherwiseNothing));
        let of = |fields: &[&str]| {
            let values = row(&vec!["1"; fields.len()], 1);
            PriceTable::new(fields.iter().map(|field| name(field)).collect(), vec![values], None)
        };
        assert_eq!(of(&[]), Err(Fields));
        assert_eq!(of(&["a", "b", "c", "d", "e"]), Err(Fields));
        assert_eq!(of(&["a", "a"]), Err(FieldTwice));
    }

    #[test]
    fn a_value_must_be_one_that_its_field_can_take() {
        for (values, field) in
            [(["3", "1"], "kind"), (["", "1"], "kind"), (["1", "10"], "places"), (["1", "01"], "places")]
        {
            let error = table(vec![row(&values, 1)], None).unwrap().check(&form()).unwrap_err();
            assert!(
                matches!(&error, TableFormError::Value { field: named, .. } if named.as_str() == field),
                "{error}"
            );
        }
        let other = PriceTable::new(vec![name("other")], vec![row(&["1"], 1)], None).unwrap();
        assert_eq!(other.check(&form()), Err(TableFormError::Unknown { field: name("other") }));
    }
}
