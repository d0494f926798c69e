//! A form as a schema of documents (`datiSpecificiServizio`): one element per field, in order.

use super::lexical;
use super::regex::Dialect;
use crate::domain::catalogue::form::{Class, Field, FieldKind, Form, Shape};
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::language::Localized;
use crate::domain::catalogue::service::Service;

/// The root of the documents of a service whose schema is made from its form.
pub const ROOT: &str = "datiSpecificiServizio";

/// The type of texts without blanks around them. No field can have a name with a hyphen.
const PLAIN_TEXT: &str = "testo-semplice";

/// The namespace of the documents of a service whose schema is made from its form.
pub fn namespace(service: &ServiceId) -> String {
    format!("urn:varco:servizio:{service}")
}

/// The schema that is made from the form of a service.
pub fn xsd(service: &Service) -> String {
    xsd_of(&service.id, &service.form)
}

/// The schema that is made from a form for a service of that name.
///
/// Types have names of their own, after their fields, so that two fields never share one; those with a hyphen
/// cannot be the name of a field.
pub fn xsd_of(service: &ServiceId, form: &Form) -> String {
    let namespace = namespace(service);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:s=\"{namespace}\" \
         targetNamespace=\"{namespace}\" elementFormDefault=\"qualified\">\n\
         \x20 <xs:element name=\"{ROOT}\" type=\"s:dati-specifici\"/>\n\
         \x20 <xs:complexType name=\"dati-specifici\">\n    <xs:sequence>\n"
    );
    for field in form.fields() {
        element(&mut text, field);
    }
    text.push_str("    </xs:sequence>\n  </xs:complexType>\n");
    let pattern = Dialect::Xsd.write(&lexical::without_blanks());
    restriction(&mut text, (PLAIN_TEXT, "xs:string"), &[("pattern", pattern)]);
    for field in form.fields() {
        let (base, facets) = facets(&field.kind);
        restriction(&mut text, (field.name.as_str(), base), &facets);
    }
    text.push_str("</xs:schema>\n");
    text
}

fn element(text: &mut String, field: &Field) {
    let name = &field.name;
    let occurs = if field.is_required() { "" } else { " minOccurs=\"0\"" };
    push(text, format_args!("      <xs:element name=\"{name}\" type=\"s:{name}\"{occurs}>\n"));
    text.push_str("        <xs:annotation>\n");
    documentation(text, &field.label);
    if let Some(help) = &field.help {
        documentation(text, help);
    }
    text.push_str("        </xs:annotation>\n      </xs:element>\n");
}

fn documentation<const N: usize>(text: &mut String, words: &Localized<N>) {
    for (language, words) in words.all() {
        let (tag, words) = (language.tag(), escaped(words.as_str()));
        push(
            text,
            format_args!("          <xs:documentation xml:lang=\"{tag}\">{words}</xs:documentation>\n"),
        );
    }
}

fn restriction(text: &mut String, (name, base): (&str, &str), facets: &[(&str, String)]) {
    push(text, format_args!("  <xs:simpleType name=\"{name}\">\n    <xs:restriction base=\"{base}\">\n"));
    for (facet, value) in facets {
        push(text, format_args!("      <xs:{facet} value=\"{}\"/>\n", escaped(value)));
    }
    text.push_str("    </xs:restriction>\n  </xs:simpleType>\n");
}

/// What a kind restricts, and how.
fn facets(kind: &FieldKind) -> (&'static str, Vec<(&'static str, String)>) {
    let bounds = |min: String, max: String| [("minInclusive", min), ("maxInclusive", max)];
    match kind {
        FieldKind::Integer { min, max } => {
            let mut facets = vec![("pattern", "0|-?[1-9][0-9]*".to_owned())];
            facets.extend(bounds(min.to_string(), max.to_string()));
            ("xs:integer", facets)
        }
        FieldKind::Decimal { scale, min, max } => {
            let mut facets = vec![("pattern", Dialect::Xsd.write(&number(*scale)))];
            facets.push(("fractionDigits", scale.to_string()));
            facets.extend(bounds(min.to_string(), max.to_string()));
            ("xs:decimal", facets)
        }
        FieldKind::Date { .. } => {
            let (first, last) = kind.days();
            let mut facets = vec![("pattern", "[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned())];
            facets.extend(bounds(first.to_string(), last.to_string()));
            ("xs:date", facets)
        }
        FieldKind::Choice(choices) => {
            let values = choices.iter().map(|choice| ("enumeration", choice.value.to_string()));
            ("xs:string", values.collect())
        }
        FieldKind::Boolean => ("xs:boolean", vec![("pattern", "true|false".to_owned())]),
        _ => of_text(kind),
    }
}

fn of_text(kind: &FieldKind) -> (&'static str, Vec<(&'static str, String)>) {
    let shapes = lexical::shapes(kind);
    let plain = shapes.contains(&lexical::without_blanks());
    let mut facets: Vec<(&str, String)> = shapes
        .iter()
        .filter(|shape| **shape != lexical::without_blanks())
        .map(|shape| ("pattern", Dialect::Xsd.write(shape)))
        .collect();
    if let Some((min, max)) = lexical::length(kind) {
        facets.extend([("minLength", min.to_string()), ("maxLength", max.to_string())]);
    }
    (if plain { "s:testo-semplice" } else { "xs:string" }, facets)
}

/// How numbers with at most so many decimals are written: without zeros that lead and without a negative zero.
fn number(scale: u8) -> Shape {
    let digit = || Shape::One(Class::digits());
    let positive = || Shape::one_of("123456789");
    let point = || Shape::character('.');
    let minus = || Shape::character('-');
    let scale = u16::from(scale);
    let decimals = || match scale {
        0 => Vec::new(),
        scale => vec![Shape::Sequence(vec![point(), digit().times(1, scale)]).or_nothing()],
    };
    let mut all = vec![
        Shape::Sequence([vec![Shape::character('0')], decimals()].concat()),
        Shape::Sequence(
            [vec![minus().or_nothing(), positive(), digit().times(0, None)], decimals()].concat(),
        ),
    ];
    for zeros in 0..scale {
        let mut below = vec![minus(), Shape::character('0'), point()];
        if zeros > 0 {
            below.push(Shape::character('0').times(zeros, zeros));
        }
        below.push(positive());
        if zeros + 1 < scale {
            below.push(digit().times(0, scale - zeros - 1));
        }
        all.push(Shape::Sequence(below));
    }
    Shape::Either(all)
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.push_str(&more.to_string());
}

/// Text as it stands in an attribute or between tags; what is not ASCII and no letter by its number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_ascii() || c.is_alphanumeric() => out.push(c),
            c => push(&mut out, format_args!("&#x{:X};", u32::from(c))),
        }
    }
    out
}
