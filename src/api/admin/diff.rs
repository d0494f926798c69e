//! What differs between two states of a thing, field by field.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::api::positions::rows::Pointer;

/// A field that differs.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(in crate::api) struct Difference {
    /// Where: a JSON pointer (RFC 6901) into the thing.
    #[schema(examples("/validFrom"))]
    pointer: String,
    /// How it was; left out if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// How it is then; left out if it is not there then.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// The fields that differ, in their order. Lists are compared as wholes.
pub(in crate::api) fn between(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(&Pointer::root(), (before, after), &mut found);
    found
}

fn walk(at: &Pointer, (before, after): (Option<&Value>, Option<&Value>), found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    let nothing = Map::new();
    let (was, is) = match (before, after) {
        (Some(Value::Object(was)), Some(Value::Object(is))) => (was, is),
        (Some(Value::Object(was)), None) => (was, &nothing),
        (None, Some(Value::Object(is))) => (&nothing, is),
        (before, after) => {
            let pointer = at.to_string();
            found.push(Difference { pointer, before: before.cloned(), after: after.cloned() });
            return;
        }
    };
    let added = is.keys().filter(|name| !was.contains_key(*name));
    for name in was.keys().chain(added) {
        walk(&at.field(name), (was.get(name), is.get(name)), found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Option<Value>, after: Option<Value>) -> Value {
        serde_json::to_value(between(before.as_ref(), after.as_ref())).unwrap()
    }

    #[test]
    fn only_what_differs_is_told_field_by_field() {
        let before = json!({ "a": 1, "b": { "c": [1, 2], "d": true }, "gone": "x" });
        let after = json!({ "a": 1, "b": { "c": [2, 1], "d": true }, "come": null });
        let expected = json!([
            { "pointer": "/b/c", "before": [1, 2], "after": [2, 1] },
            { "pointer": "/gone", "before": "x" },
            { "pointer": "/come", "after": null },
        ]);
        assert_eq!(told(Some(before.clone()), Some(after)), expected);
        assert_eq!(told(Some(before.clone()), Some(before)), json!([]));
    }

    #[test]
    fn a_thing_that_comes_or_goes_differs_in_all_its_fields() {
        let thing = || Some(json!({ "a": 1, "b": { "c": 2 } }));
        let made = json!([{ "pointer": "/a", "after": 1 }, { "pointer": "/b/c", "after": 2 }]);
        assert_eq!(told(None, thing()), made);
        let removed = json!([{ "pointer": "/a", "before": 1 }, { "pointer": "/b/c", "before": 2 }]);
        assert_eq!(told(thing(), None), removed);
        assert_eq!(told(None, None), json!([]));
    }
}
