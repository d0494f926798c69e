//! One value of a row, in the form that is the same for both engines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What a column can hold. Nothing else is in our schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Truth,
    Text,
    Bytes,
}

/// A value, or the lack of one; its kind is that of its column, because an engine wants to be told the type
/// of a null too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Number(Option<i64>),
    Truth(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Kind {
    /// The kind of a declared type of either engine.
    pub(super) fn of_type(declared: &str) -> Option<Kind> {
        Some(match declared {
            "bigint" => Kind::Number,
            "boolean" => Kind::Truth,
            "text" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            _ => return None,
        })
    }

    /// Its word in a backup.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Truth => "truth",
            Kind::Text => "text",
            Kind::Bytes => "bytes",
        }
    }
}

impl Cell {
    /// How it is written: a message as text, because it is, and what is no text in Base64.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Cell::Number(value) => json!(value),
            Cell::Truth(value) => json!(value),
            Cell::Text(value) => json!(value),
            Cell::Bytes(None) => Value::Null,
            Cell::Bytes(Some(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => json!(text),
                Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
            },
        }
    }

    /// Reads what [`to_json`](Cell::to_json) wrote; none if it is something else.
    pub(super) fn from_json(kind: Kind, value: Value) -> Option<Cell> {
        Some(match (kind, value) {
            (Kind::Number, Value::Null) => Cell::Number(None),
            (Kind::Number, Value::Number(number)) => Cell::Number(Some(number.as_i64()?)),
            (Kind::Truth, Value::Null) => Cell::Truth(None),
            (Kind::Truth, Value::Bool(truth)) => Cell::Truth(Some(truth)),
            (Kind::Text, Value::Null) => Cell::Text(None),
            (Kind::Text, Value::String(text)) => Cell::Text(Some(text)),
            (Kind::Bytes, Value::Null) => Cell::Bytes(None),
            (Kind::Bytes, Value::String(text)) => Cell::Bytes(Some(text.into_bytes())),
            (Kind::Bytes, Value::Object(coded)) => {
                Cell::Bytes(Some(STANDARD.decode(coded.get("base64")?.as_str()?).ok()?))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_written() {
        let cells = [
            (Kind::Number, Cell::Number(Some(i64::MIN))),
            (Kind::Number, Cell::Number(None)),
            (Kind::Truth, Cell::Truth(Some(true))),
            (Kind::Truth, Cell::Truth(None)),
            (Kind::Text, Cell::Text(Some("a\n\"è\"".to_owned()))),
            (Kind::Text, Cell::Text(None)),
            (Kind::Bytes, Cell::Bytes(Some(b"<x/>".to_vec()))),
            (Kind::Bytes, Cell::Bytes(Some(vec![0xff, 0, 0x80]))),
            (Kind::Bytes, Cell::Bytes(Some(Vec::new()))),
            (Kind::Bytes, Cell::Bytes(None)),
        ];
        for (kind, cell) in cells {
            let line = cell.to_json().to_string();
            assert_eq!(Cell::from_json(kind, serde_json::from_str(&line).unwrap()), Some(cell), "{line}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_no_value() {
        for (kind, value) in [
            (Kind::Number, json!("1")),
            (Kind::Number, json!(1.5)),
            (Kind::Truth, json!(1)),
            (Kind::Text, json!(1)),
            (Kind::Bytes, json!({ "base64": "?" })),
            (Kind::Bytes, json!([])),
        ] {
            assert_eq!(Cell::from_json(kind, value), None);
        }
    }
}
