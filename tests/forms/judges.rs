//! Who says whether a rendering accepts an input: a validator of JSON Schema, libxml2 and our own reader of
//! documents, and a browser.

use std::process::Command;

use serde_json::{Map, Value, json};
use varco::catalogue::payload::PayloadReader;
use varco::catalogue::render::{self, Control, HtmlField};
use varco::domain::catalogue::form::{FieldKind, Form, Inputs};
use varco::domain::catalogue::ids::ServiceId;
use varco::domain::catalogue::language::Language;
use varco::domain::catalogue::service::Payer;

use super::random::{Case, Written};
use crate::chromium::body_after_scripts;

/// The validator of a form's JSON Schema.
pub fn validator(form: &Form) -> jsonschema::Validator {
    let schema = render::json_schema(form, Language::Italian);
    jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{error}\n{schema}"))
}

/// What was written as JSON: a whole number and yes or no as those of JSON where they are written as JSON writes
/// them, all else as a string.
pub fn object(form: &Form, written: &Written) -> Map<String, Value> {
    let value = |(name, text): (&String, &String)| {
        let field = form.fields().iter().find(|field| field.name.as_str() == name);
        let value = match field.map(|field| &field.kind) {
            Some(FieldKind::Integer { .. }) => {
                text.parse::<i64>().ok().filter(|n| n.to_string() == *text).map(Value::from)
            }
            Some(FieldKind::Boolean) => text.parse::<bool>().ok().map(Value::from),
            _ => None,
        };
        (name.clone(), value.unwrap_or_else(|| json!(text)))
    };
    written.iter().map(value).collect()
}

fn service() -> ServiceId {
    ServiceId::new("00042").unwrap()
}

/// What was written as a document.
fn document(form: &Form, written: &Written) -> String {
    let mut text = format!("<{0} xmlns=\"{1}\">", render::ROOT, render::namespace(&service()));
    for field in form.fields() {
        if let Some(value) = written.get(field.name.as_str()) {
            let value =
                value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;");
            text.push_str(&format!("<{0}>{value}</{0}>", field.name));
        }
    }
    text + &format!("</{}>", render::ROOT)
}

/// Which ways of filling in libxml2 finds valid by the form's schema: all of a form in one process.
pub fn xmllint(case: &Case) -> Vec<bool> {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.xsd");
    std::fs::write(&schema, render::xsd_of(&service(), &case.form)).unwrap();
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).arg(&schema).current_dir(folder.path());
    for (index, written) in case.filled.iter().enumerate() {
        let name = format!("{index}.xml");
        std::fs::write(folder.path().join(&name), document(&case.form, written)).unwrap();
        command.arg(name);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("schema.xsd:"), "{told}");
    let valid = |index| told.lines().any(|line| line == format!("{index}.xml validates"));
    (0..case.filled.len()).map(valid).collect()
}

/// What our own reader makes of each way of filling in.
pub fn reader(case: &Case) -> Vec<Option<Inputs>> {
    let xsd = render::xsd_of(&service(), &case.form);
    let reader = PayloadReader::of_form(&xsd, &case.form).unwrap_or_else(|wrong| panic!("{wrong:?}\n{xsd}"));
    let read = |written| reader.read(document(&case.form, written).as_bytes()).ok();
    case.filled.iter().map(read).collect()
}

/// Which ways of filling in a browser accepts: what was written is what the controls hold, and all are valid.
pub fn browser(cases: &[Case]) -> Vec<Vec<bool>> {
    let forms: Vec<Value> = cases
        .iter()
        .map(|case| {
            let fields = render::html_fields(&case.form, &Payer::default(), Language::English);
            json!({ "fields": fields.iter().map(control).collect::<Vec<_>>(), "filled": case.filled })
        })
        .collect();
    let data = json!(forms).to_string().replace('<', "\\u003c");
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>-</title></head><body><script>
         const accepts = (form, written) => form.fields.every((field) => {{
             const control = document.createElement(field.tag);
             for (const [name, value] of field.attributes) control.setAttribute(name, value);
             for (const value of field.options) control.add(new Option(value, value));
             const text = written[field.name] ?? '';
             control.value = text;
             // A pattern that is none would be passed over in silence.
             if (control.pattern) new RegExp(`^(?:${{control.pattern}})$`, 'v');
             // A day that is picked is written in one way; only a script could put more zeros before its year.
             const held = control.valueAsDate?.toISOString().slice(0, 10) ?? control.value;
             return held === text && control.checkValidity();
         }});
         let said;
         try {{
             said = {data}.map((form) => form.filled.map((one) => accepts(form, one) ? '1' : '0').join('')).join(',');
         }} catch (error) {{
             said = String(error);
         }}
         document.body.textContent = said;
         </script></body></html>"
    );
    let said = body_after_scripts(&page);
    let verdicts: Vec<Vec<bool>> =
        said.split(',').map(|form| form.chars().map(|verdict| verdict == '1').collect()).collect();
    let expected: Vec<usize> = cases.iter().map(|case| case.filled.len()).collect();
    assert_eq!(verdicts.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{said}");
    verdicts
}

/// A control as the script makes it, like the template of the page.
fn control(field: &HtmlField) -> Value {
    let mut attributes: Vec<(&str, &str)> =
        field.attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if field.required {
        attributes.push(("required", ""));
    }
    let (tag, options) = match &field.control {
        Control::Input => ("input", Vec::new()),
        Control::Select(options) => {
            ("select", std::iter::once("").chain(options.iter().map(|(value, _)| value.as_str())).collect())
        }
    };
    json!({ "name": field.name, "tag": tag, "attributes": attributes, "options": options })
}
