//! Texts with names of fields in braces, read against the form that has the fields.

use super::findings::Findings;
use crate::domain::catalogue::form::Form;
use crate::domain::catalogue::template::Template;

/// Reads a template whose fields are all in the form.
pub(super) fn read(text: &str, (pointer, form): (&str, &Form), findings: &mut Findings) -> Option<Template> {
    let template = findings.read(pointer, Template::new(text))?;
    if template.fields().any(|name| form.field(name).is_none()) {
        findings.add(pointer, "unknown_field", "the form has no field of a name in braces");
    }
    Some(template)
}
