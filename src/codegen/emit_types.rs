//! Writes modules and types, with what reads and writes them.

use super::emit_ops;
use super::plan::{Around, Field, Item, Module, Shape};
use crate::schema::model::{Facets, Occurs};
use crate::schema::patterns::Table;
use std::fmt::Write as _;

/// The Rust of one module.
pub fn module(module: &Module) -> String {
    let imports: String = module.imports.iter().map(|name| format!("pub use super::{name}::*;\n")).collect();
    let items: String = module.items.iter().map(item).collect();
    let operations = emit_ops::operations(module);
    let tags = tags(module);
    let documents = documents(module);
    let summary =
        if module.doc.is_empty() { format!("The types of `{}`.", module.name) } else { module.doc.clone() };
    format!("{}pub mod {} {{\n{imports}{items}{operations}{documents}{tags}}}\n", doc(&summary), module.name)
}

/// A doc comment of one paragraph.
pub fn doc(text: &str) -> String {
    format!("/// {}\n", if text.is_empty() { "No documentation in the schema." } else { text })
}

/// What makes an element a document of its own.
fn documents(module: &Module) -> String {
    let prefixes = format!("{:?}", module.prefixes).replace('[', "&[");
    let document = |(tag, of): &(String, String)| {
        format!(
            "impl super::Document for {of} {{\nconst ROOT: super::Name = tag::{tag};\n\
             const PREFIXES: &'static [(&'static str, &'static str)] = {prefixes};\n}}\n"
        )
    };
    module.documents.iter().map(document).collect()
}

fn tags(module: &Module) -> String {
    if module.tags.is_empty() {
        return String::new();
    }
    let mut out = "/// The names of the elements.\nmod tag {\nuse super::super::Name;\n".to_owned();
    for (constant, ((namespace, local), written)) in &module.tags {
        let value = if namespace.is_empty() {
            format!("Name::local({local:?})")
        } else {
            format!("Name::qualified({namespace:?}, {local:?}, {written:?})")
        };
        let _ = writeln!(out, "pub(super) const {constant}: Name = {value};");
    }
    out.push_str("}\n");
    out
}

fn item(item: &Item) -> String {
    let Item { name, doc: about, shape } = item;
    match shape {
        Shape::Alias(of) => format!("{}pub type {name} = {of};\n", doc(about)),
        Shape::Text(facets, space, tables) => text(item, (facets, space), tables),
        Shape::Base64(facets, tables) => base64(item, facets, tables),
        Shape::Amount(form, min, max) => amount(item, form, (*min, *max)),
        Shape::Int(min, max) => {
            let range = format!("between {min} and {max}");
            let body = format!(
                "const NAME: &'static str = {name:?};\nconst MIN: i32 = {min};\nconst MAX: i32 = {max};\n\
                 const RANGE: &'static str = {range:?};"
            );
            kind(item, ("Int", "IntKind"), &format!("A number {range}."), &body)
        }
        Shape::Texts(values, space) => texts(item, values, space),
        Shape::Numbers(values) => numbers(item, values),
        Shape::Struct(fields, around) => structure(item, fields, *around),
        Shape::Choice(fields) => choice(item, fields),
    }
}

/// An alias of a runtime type and the kind that carries its facets.
fn kind(item: &Item, (of, of_kind): (&str, &str), facets: &str, body: &str) -> String {
    let Item { name, doc: about, .. } = item;
    format!(
        "{}///\n{}pub type {name} = super::{of}<{name}Kind>;\n\
         /// The facets of [`{name}`].\npub enum {name}Kind {{}}\n\
         impl super::{of_kind} for {name}Kind {{\n{body}\n}}\n",
        doc(about),
        doc(facets)
    )
}

fn statics(name: &str, facets: &Facets, tables: &[Table]) -> (String, String) {
    let prefix = super::names::screaming(name);
    let mut out = String::new();
    let mut list = Vec::new();
    for (at, (step, table)) in facets.patterns.iter().zip(tables).enumerate() {
        let constant =
            format!("{prefix}_PATTERN{}", if at == 0 { String::new() } else { format!("_{}", at + 1) });
        let Table { ranges, stride, next, accepts } = table;
        let source = step.join("|");
        let _ = writeln!(
            out,
            "static {constant}: super::Pattern = super::Pattern::new({source:?}, &{ranges:?}, {stride}, &{next:?}, &{accepts:?});"
        );
        list.push(format!("&{constant}"));
    }
    (out, format!("&[{}]", list.join(", ")))
}

fn length(facets: &Facets) -> Option<String> {
    Some(match (facets.min_length, facets.max_length) {
        (None, None) => return None,
        (Some(min), Some(max)) if min == max => format!("{min} characters"),
        (Some(min), Some(max)) => format!("{min} to {max} characters"),
        (Some(min), None) => format!("at least {min} characters"),
        (None, Some(max)) => format!("at most {max} characters"),
    })
}

fn patterns_in_words(facets: &Facets) -> impl Iterator<Item = String> {
    facets.patterns.iter().map(|step| format!("matching `{}`", step.join("` or `")))
}

fn text(item: &Item, (facets, space): (&Facets, &str), tables: &[Table]) -> String {
    let name = &item.name;
    let (statics, list) = statics(name, facets, tables);
    let min = facets.min_length.unwrap_or(0);
    let max = facets.max_length.map_or("usize::MAX".to_owned(), |max| max.to_string());
    let words: Vec<String> = length(facets).into_iter().chain(patterns_in_words(facets)).collect();
    let words =
        if words.is_empty() { "Any text.".to_owned() } else { format!("Text, {}.", words.join(", ")) };
    let body = format!(
        "const NAME: &'static str = {name:?};\n\
         const FACETS: super::TextFacets = super::TextFacets {{ white_space: super::WhiteSpace::{space}, \
         min: {min}, max: {max}, patterns: {list} }};"
    );
    kind(item, ("Text", "TextKind"), &words, &body) + &statics
}

fn base64(item: &Item, facets: &Facets, tables: &[Table]) -> String {
    let name = &item.name;
    let (statics, list) = statics(name, facets, tables);
    let words: Vec<String> = patterns_in_words(facets).collect();
    let words =
        format!("Bytes in base64, {}.", if words.is_empty() { "any".to_owned() } else { words.join(", ") });
    let body = format!(
        "const NAME: &'static str = {name:?};\nconst PATTERNS: &'static [&'static super::Pattern] = {list};"
    );
    kind(item, ("Base64Text", "Base64Kind"), &words, &body) + &statics
}

fn amount(item: &Item, form: &str, (min, max): (i64, i64)) -> String {
    let euro = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let range = format!("between {} and {}", euro(min), euro(max));
    let body = format!(
        "const NAME: &'static str = {:?};\nconst FORM: super::AmountForm = super::AmountForm::{form};\n\
         const MIN: i64 = {min};\nconst MAX: i64 = {max};\nconst RANGE: &'static str = {range:?};",
        item.name
    );
    kind(item, ("Amount", "AmountKind"), &format!("Euro {range}."), &body)
}

/// The declaration that all enumerations share.
fn enumeration(item: &Item, variants: &[(String, String)]) -> String {
    let Item { name, doc: about, .. } = item;
    let listed: String =
        variants.iter().map(|(variant, value)| format!("/// `{value}`\n{variant},\n")).collect();
    let all: Vec<String> = variants.iter().map(|(variant, _)| format!("{name}::{variant}")).collect();
    let arms: String =
        variants.iter().map(|(variant, value)| format!("{name}::{variant} => {value:?},\n")).collect();
    format!(
        "{}#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum {name} {{\n{listed}}}\n\
         impl {name} {{\n\
         /// All values, in the order of the schema.\npub const ALL: [{name}; {}] = [{}];\n\
         /// The value as it is written.\npub const fn as_str(self) -> &'static str {{ match self {{ {arms} }} }}\n}}\n\
         impl super::Write for {name} {{\nfn write(&self, to: &mut super::Writer) {{ to.text(self.as_str()); }}\n}}\n",
        doc(about),
        all.len(),
        all.join(", ")
    )
}

fn refusal<'v>(values: impl Iterator<Item = &'v String>) -> String {
    let values: Vec<String> = values.map(|value| format!("{value:?}")).collect();
    format!("_ => Err(super::FacetError::Enumeration(&[{}]))", values.join(", "))
}

fn texts(item: &Item, values: &[(String, String)], space: &str) -> String {
    let name = &item.name;
    let arms: String =
        values.iter().map(|(variant, value)| format!("{value:?} => Ok({name}::{variant}),\n")).collect();
    let refusal = refusal(values.iter().map(|(_, value)| value));
    enumeration(item, values)
        + &format!(
            "impl super::Value for {name} {{\n\
             fn parse(text: std::borrow::Cow<'_, str>) -> Result<Self, super::FacetError> {{\n\
             match &*super::WhiteSpace::{space}.apply(&text) {{ {arms} {refusal} }}\n}}\n}}\n"
        )
}

fn numbers(item: &Item, values: &[(String, i32)]) -> String {
    let name = &item.name;
    let written: Vec<(String, String)> =
        values.iter().map(|(variant, number)| (variant.clone(), number.to_string())).collect();
    let arms: String =
        values.iter().map(|(variant, number)| format!("{number} => Ok({name}::{variant}),\n")).collect();
    let back: String =
        values.iter().map(|(variant, number)| format!("{name}::{variant} => {number},\n")).collect();
    let refusal = refusal(written.iter().map(|(_, value)| value));
    enumeration(item, &written)
        + &format!(
            "impl {name} {{\n/// The number.\npub const fn number(self) -> i32 {{ match self {{ {back} }} }}\n}}\n\
             impl TryFrom<i32> for {name} {{\ntype Error = super::FacetError;\n\
             fn try_from(number: i32) -> Result<Self, super::FacetError> {{ match number {{ {arms} {refusal} }} }}\n}}\n\
             impl super::Value for {name} {{\n\
             fn parse(text: std::borrow::Cow<'_, str>) -> Result<Self, super::FacetError> {{\n\
             <i32 as super::Value>::parse(text)?.try_into()\n}}\n}}\n"
        )
}

/// The type of a field with its occurrences.
fn wrapped(field: &Field) -> String {
    let of = &field.of;
    match field.occurs {
        Occurs { min: 1, max: 1 } => of.clone(),
        Occurs { min: 0, max: 1 } => format!("Option<{of}>"),
        Occurs { min, max: usize::MAX } => format!("super::Bounded<{of}, {min}, {{ super::UNBOUNDED }}>"),
        Occurs { min, max } => format!("super::Bounded<{of}, {min}, {max}>"),
    }
}

fn described(field: &Field) -> String {
    match (&field.tag, field.doc.as_str()) {
        (None, about) => doc(about),
        (Some(_), "") => doc(&format!("`{}`.", field.wire)),
        (Some(_), about) => doc(&format!("`{}`: {about}", field.wire)),
    }
}

fn method(field: &Field) -> &'static str {
    match (field.occurs, &field.tag) {
        (Occurs { min: 1, max: 1 }, Some(_)) => "one",
        (Occurs { min: 0, max: 1 }, Some(_)) => "optional",
        (_, Some(_)) => "many",
        (Occurs { min: 1, max: 1 }, None) => "group",
        (Occurs { min: 0, max: 1 }, None) => "optional_group",
        (_, None) => "many_groups",
    }
}

fn reading(field: &Field) -> String {
    let tag = field.tag.as_ref().map_or(String::new(), |tag| format!("&tag::{tag}"));
    match &field.default {
        Some(value) => format!("from.{}_or({tag}, {value:?})?", method(field)),
        None => format!("from.{}({tag})?", method(field)),
    }
}

fn writing(field: &Field, value: &str) -> String {
    match (&field.tag, method(field)) {
        (Some(tag), method) => format!("to.{method}(&tag::{tag}, {value});\n"),
        (None, "group") => format!("super::Write::write({value}, to);\n"),
        (None, method) => format!("to.{method}({value});\n"),
    }
}

fn starts<'f>(fields: impl Iterator<Item = &'f Field>) -> String {
    let tags: std::collections::BTreeSet<&String> = fields.flat_map(|field| &field.first).collect();
    tags.iter().map(|tag| format!("at.is(&tag::{tag})")).collect::<Vec<_>>().join(" || ")
}

fn structure(item: &Item, fields: &[Field], around: Around) -> String {
    let Item { name, doc: about, .. } = item;
    let declared: String = fields
        .iter()
        .map(|field| format!("{}pub {}: {},\n", described(field), field.field, wrapped(field)))
        .collect();
    let read: String = fields.iter().map(|field| format!("{}: {},\n", field.field, reading(field))).collect();
    let write: String =
        fields.iter().map(|field| writing(field, &format!("&self.{}", field.field))).collect();
    let (from, to) = if fields.is_empty() { ("_from", "_to") } else { ("from", "to") };
    let reader = match around {
        Around::Element => format!(
            "impl super::Read for {name} {{\n\
             fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {{\n\
             from.enter()?;\nlet value = Self {{ {read} }};\nfrom.leave()?;\nOk(value)\n}}\n}}\n"
        ),
        Around::Nothing => {
            let opening =
                fields.iter().position(|field| field.occurs.min > 0).map_or(fields.len(), |at| at + 1);
            group(name, fields, &starts(fields.iter().take(opening)), &format!("Ok(Self {{ {read} }})"))
        }
    };
    let reader =
        if around == Around::Nothing { reader.replace("(from:", &format!("({from}:")) } else { reader };
    format!(
        "{}#[derive(Clone, Debug, PartialEq, Eq)]\npub struct {name} {{\n{declared}}}\n{reader}\
         impl super::Write for {name} {{\nfn write(&self, {to}: &mut super::Writer) {{\n{write}}}\n}}\n",
        doc(about)
    )
}

fn group(name: &str, fields: &[Field], starts: &str, read: &str) -> String {
    let joint = if read.starts_with("Ok") { " and " } else { " or " };
    let expected = fields.iter().map(|field| field.wire.as_str()).collect::<Vec<_>>().join(joint);
    format!(
        "impl super::Group for {name} {{\nconst EXPECTED: &'static str = {expected:?};\n\
         fn starts(at: &super::Reader<'_>) -> bool {{ {starts} }}\n\
         fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {{ {read} }}\n}}\n"
    )
}

fn choice(item: &Item, fields: &[Field]) -> String {
    let Item { name, doc: about, .. } = item;
    let declared: String = fields
        .iter()
        .map(|field| format!("{}{}({}),\n", described(field), field.variant, wrapped(field)))
        .collect();
    let mut read = String::new();
    for field in fields {
        let starts = starts(std::iter::once(field)).replace("at.", "from.");
        let _ = writeln!(read, "if {starts} {{ return Ok(Self::{}({})); }}", field.variant, reading(field));
    }
    read.push_str("Err(from.expected(Self::EXPECTED))");
    let write: String = fields
        .iter()
        .map(|field| format!("Self::{}(value) => {{ {} }}\n", field.variant, writing(field, "value")))
        .collect();
    format!(
        "{}#[derive(Clone, Debug, PartialEq, Eq)]\npub enum {name} {{\n{declared}}}\n{}\
         impl super::Write for {name} {{\nfn write(&self, to: &mut super::Writer) {{\nmatch self {{ {write} }}\n}}\n}}\n",
        doc(about),
        group(name, fields, &starts(fields.iter()), &read)
    )
}
