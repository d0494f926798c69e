//! A JSON object as inputs of a form.

use serde_json::{Map, Value};

use crate::domain::catalogue::form::{FieldKind, FieldName, Form, FormError, Inputs, Reason};

/// The largest number that JSON writes as it is: beyond, readers may take it for its neighbour.
const EXACT_MAX: f64 = 1e15;

/// Reads an object that [`json_schema`](super::json_schema) describes: integers and booleans are those of JSON, all
/// else is a string. A number of JSON that is whole is an integer however it is written, as JSON Schema has it.
pub fn inputs_of_json(form: &Form, object: &Map<String, Value>) -> Result<Inputs, Vec<FormError>> {
    let mut inputs = Inputs::new();
    let mut errors = Vec::new();
    for (name, value) in object {
        let field = FieldName::new(name).ok().and_then(|name| form.field(&name));
        let Some(field) = field else {
            errors.push(FormError::new(FieldName::new(name).ok(), Reason::UnknownField));
            continue;
        };
        match written(&field.kind, value) {
            Ok(text) => inputs.insert(field.name.clone(), text),
            Err(reason) => errors.push(FormError::new(Some(field.name.clone()), reason)),
        }
    }
    if errors.is_empty() { Ok(inputs) } else { Err(errors) }
}

fn written(kind: &FieldKind, value: &Value) -> Result<String, Reason> {
    match (kind, value) {
        (FieldKind::Integer { .. }, Value::Number(number)) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT_MAX);
            // An exact number prints without a fraction; zero without a sign.
            let plain = |number: f64| format!("{:.0}", number + 0.0);
            number.as_i64().map(|number| number.to_string()).or(whole.map(plain)).ok_or(Reason::NotAnInteger)
        }
        (FieldKind::Integer { .. }, _) => Err(Reason::NotAnInteger),
        (FieldKind::Boolean, Value::Bool(yes)) => Ok(yes.to_string()),
        (FieldKind::Boolean, _) => Err(Reason::NotABoolean),
        (_, Value::String(text)) => Ok(text.clone()),
        _ => Err(Reason::NotAText),
    }
}
