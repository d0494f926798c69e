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
    let asks: Vec<Message<'_>> =
        calls.iter().map(|call| (call, &call.request, call.header.as_ref())).collect();
    let answers: Vec<Message<'_>> = calls.iter().map(|call| (call, &call.response, None)).collect();
    operation(calls)
        + &messages(&asks, ("Request", "What a caller asks"), &prefixes)
        + &messages(&answers, ("Response", "What the service answers"), &prefixes)
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
         pub const fn response_root(self) -> &'static super::Name {{ match self {{ {} }} }}\n{}}}\n",
        all.len(),
        all.join(", "),
        arms(calls, |call| format!("{:?}", call.name)),
        arms(calls, |call| format!("{:?}", call.action)),
        arms(calls, |call| format!("&tag::{}", call.request.0)),
        arms(calls, |call| format!("&tag::{}", call.response.0)),
        header_root(calls),
    )
}

/// The element that goes before a request, for services that have any.
fn header_root(calls: &[Call]) -> String {
    if calls.iter().all(|call| call.header.is_none()) {
        return String::new();
    }
    let root = |call: &Call| match &call.header {
        Some((tag, _)) => format!("Some(&tag::{tag})"),
        None => "None".to_owned(),
    };
    format!(
        "/// The element that goes before the one that asks, in the header of the envelope.\n\
         pub const fn header_root(self) -> Option<&'static super::Name> {{ match self {{ {} }} }}\n",
        arms(calls, root)
    )
}

/// One side of an operation: the operation, tag and type of the body, and those of the block in the header.
type Message<'c> = (&'c Call, &'c (String, String), Option<&'c (String, String)>);

fn messages(sides: &[Message<'_>], (name, about): (&str, &str), prefixes: &str) -> String {
    let headed = sides.iter().any(|(_, _, header)| header.is_some());
    let pascal = |call: &Call| names::pascal(&call.name);
    let each = |form: &dyn Fn(&Message<'_>) -> String| sides.iter().map(form).collect::<String>();
    let variants = each(&|(call, (_, body), header)| {
        let header = header.map_or(String::new(), |(_, of)| format!("{of}, "));
        format!("{}{}({header}{body}),\n", doc(&format!("Of `{}`.", call.name)), pascal(call))
    });
    let read = each(&|(call, (tag, _), header)| {
        let variant = pascal(call);
        let header = header.map_or(String::new(), |(tag, _)| format!("header.one(&tag::{tag})?, "));
        format!("Operation::{variant} => {name}::{variant}({header}from.one(&tag::{tag})?),\n")
    });
    let which = each(&|(call, ..)| format!("{name}::{0}(..) => Operation::{0},\n", pascal(call)));
    let which = if headed { which } else { which.replace("(..)", "(_)") };
    let prefixes = format!("const PREFIXES: &[(&str, &str)] = {};\n", prefixes.replace('[', "&["));
    let write = each(&|(call, (tag, _), header)| {
        let skipped = if header.is_some() { "_, " } else { "" };
        format!("{name}::{}({skipped}value) => to.root(&tag::{tag}, PREFIXES, value),\n", pascal(call))
    });
    let (parameter, place) = match headed {
        true => ("header: &mut super::Reader<'_>, ", ", and its block from that of the header"),
        false => ("", ""),
    };
    format!(
        "/// {about}, whatever the operation.\n\
         #[allow(clippy::large_enum_variant, reason = \"one message lives at a time; a box costs more than the room\")]\n\
         #[derive(Clone, Debug, PartialEq, Eq)]\npub enum {name} {{\n{variants}}}\n\
         impl {name} {{\n\
         /// The operation it belongs to.\n\
         pub const fn operation(&self) -> Operation {{ match self {{ {which} }} }}\n\
         /// Reads the payload of an operation, from the element where the reader stands{place}.\n\
         pub fn read(operation: Operation, {parameter}from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {{\n\
         Ok(match operation {{ {read} }})\n}}\n\
         /// Writes the payload.\n\
         pub fn write(&self, to: &mut super::Writer) {{\n{prefixes}match self {{ {write} }}\n}}\n{}}}\n",
        if headed { write_header(sides, name, &prefixes) } else { String::new() }
    )
}

/// What writes the block of the header.
fn write_header(sides: &[Message<'_>], name: &str, prefixes: &str) -> String {
    let arm = |(call, _, header): &Message<'_>| {
        let variant = names::pascal(&call.name);
        match header {
            Some((tag, _)) => {
                format!("{name}::{variant}(block, _) => to.root(&tag::{tag}, PREFIXES, block),\n")
            }
            None => format!("{name}::{variant}(_) => {{}}\n"),
        }
    };
    let arms: String = sides.iter().map(arm).collect();
    format!(
        "/// Writes the block of the header, if the operation has one.\n\
         pub fn write_header(&self, to: &mut super::Writer) {{\n{prefixes}match self {{ {arms} }}\n}}\n"
    )
}
