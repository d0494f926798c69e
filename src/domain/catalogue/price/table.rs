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
