//! How a definition is read from a body: all of it, and nothing that it does not know.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Invalid;
use crate::api::problem::Violation;

/// Reads a definition. Where its form is wrong the first place is told; what it means is judged after.
pub(super) fn definition<T: DeserializeOwned>(body: Value) -> Result<T, Invalid> {
    serde_path_to_error::deserialize(body).map_err(|error| {
        let mut pointer = String::new();
        for part in error.path().iter() {
            match part {
                serde_path_to_error::Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                serde_path_to_error::Segment::Map { key } => {
                    pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")))
                }
                serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => {}
            }
        }
        let (code, message) = reason(&error.inner().to_string());
        Invalid(vec![Violation { pointer, code, message }])
    })
}

/// What serde says, without the values of the request that it repeats.
fn reason(said: &str) -> (&'static str, String) {
    let name = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("missing field") {
        return ("required", format!("the field {name} is required"));
    }
    if said.starts_with("unknown field") {
        return ("unknown_name", "has a field that the definition does not know".to_owned());
    }
    if said.starts_with("unknown variant") {
        return ("unknown_word", "must be one of the words that the definition knows".to_owned());
    }
    ("wrong_type", "has another type than the definition says".to_owned())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        #[serde(rename = "rows")]
        _rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    struct Row {
        #[serde(rename = "amount")]
        _amount: i64,
    }

    #[test]
    fn the_place_is_told_and_no_value() {
        let read = |body| {
            let Invalid(mut wrong) = definition::<Thing>(body).unwrap_err();
            let Violation { pointer, code, message } = wrong.remove(0);
            assert!(!message.contains("secret"), "{message}");
            (pointer, code)
        };
        assert_eq!(
            read(json!({ "rows": [{ "amount": "secret" }] })),
            ("/rows/0/amount".into(), "wrong_type")
        );
        assert_eq!(read(json!({ "rows": [{}] })), ("/rows/0".into(), "required"));
        assert_eq!(read(json!({ "rows": [], "secret": 1 })), ("/secret".into(), "unknown_name"));
        assert_eq!(read(json!(["secret"])).1, "wrong_type");
    }
}
