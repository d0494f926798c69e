//! Writes the operations of a service: their names, and one type for any request and one for any response.

use super::emit_types::doc;
use super::names;
use super::plan::{Call, Module};

/// The Rust of the operations of a module; nothing if it has none.
pub fn operations(module: &Module) -> String {
    if module.operations.is_empty() {
        return String::new();
    }
    let prefixes = format!("{:?}", module.prefixes);
    let calls = &module.operations;
    operation(calls)
        + &messages(calls, ("Request", "What a caller asks"), &prefixes, |call| &call.request)
        + &messages(calls, ("Response", "What the service answers"), &prefixes, |call| &call.response)
}

fn arms(calls: &[Call], arm: impl Fn(&Call) -> String) -> String {
    calls.iter().map(|call| format!("Operation::{} => {},\n", names::pascal(&call.name), arm(call))).collect()
}

fn operation(calls: &[Call]) -> String {
    let variants: String = calls
        .iter()
        .map(|call| {
            format!("{}{},\n", doc(&format!("`{}`: {}", call.name, call.doc)), names::pascal(&call.name))
        })
        .collect();
    let all: Vec<String> =
        calls.iter().map(|call| format!("Operation::{}", names::pascal(&call.name))).collect();
    format!(
        "/// What a caller can ask of the service.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {{\n{variants}}}\n\
         impl Operation {{\n\
         /// All operations, by name.\npub const ALL: [Operation; {}] = [{}];\n\
         /// The name in the service description.\n\
         pub const fn name(self) -> &'static str {{ match self {{ {} }} }}\n\
         /// The value of the SOAPAction header.\n\
         pub const fn soap_action(self) -> &'static str {{ match self {{ {} }} }}\n\
         /// The element that asks.\n\
         pub const fn request_root(self) -> &'static super::Name {{ match self {{ {} }} }}\n\
         /// The element that answers.\n\
         pub const fn response_root(self) -> &'static super::Name {{ match self {{ {} }} }}\n}}\n",
        all.len(),
        all.join(", "),
        arms(calls, |call| format!("{:?}", call.name)),
        arms(calls, |call| format!("{:?}", call.action)),
        arms(calls, |call| format!("&tag::{}", call.request.0)),
        arms(calls, |call| format!("&tag::{}", call.response.0)),
    )
}

fn messages(
    calls: &[Call],
    (name, about): (&str, &str),
    prefixes: &str,
    side: impl Fn(&Call) -> &(String, String),
) -> String {
    let pascal = |call: &Call| names::pascal(&call.name);
    let variants: String = calls
        .iter()
        .map(|call| format!("{}{}({}),\n", doc(&format!("Of `{}`.", call.name)), pascal(call), side(call).1))
        .collect();
    let read = arms(calls, |call| format!("{name}::{}(from.one(&tag::{})?)", pascal(call), side(call).0));
    let which: String =
        calls.iter().map(|call| format!("{name}::{0}(_) => Operation::{0},\n", pascal(call))).collect();
    let prefixes = prefixes.replace('[', "&[");
    let write: String = calls
        .iter()
        .map(|call| {
            format!("{name}::{}(value) => to.root(&tag::{}, PREFIXES, value),\n", pascal(call), side(call).0)
        })
        .collect();
    format!(
        "/// {about}, whatever the operation.\n\
         #[allow(clippy::large_enum_variant, reason = \"one message lives at a time; a box costs more than the room\")]\n\
         #[derive(Clone, Debug, PartialEq, Eq)]\npub enum {name} {{\n{variants}}}\n\
         impl {name} {{\n\
         /// The operation it belongs to.\n\
         pub const fn operation(&self) -> Operation {{ match self {{ {which} }} }}\n\
         /// Reads the payload of an operation, from the element where the reader stands.\n\
         pub fn read(operation: Operation, from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {{\n\
         Ok(match operation {{ {read} }})\n}}\n\
         /// Writes the payload.\n\
         pub fn write(&self, to: &mut super::Writer) {{\n\
         const PREFIXES: &[(&str, &str)] = {prefixes};\n\
         match self {{ {write} }}\n}}\n}}\n"
    )
}
