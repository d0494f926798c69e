//! A form as controls of a page: what a template writes, with attributes by which the browser accepts the same
//! inputs as the domain.

use super::lexical;
use super::ranges;
use super::regex::Dialect;
use crate::domain::catalogue::form::{Class, Field, FieldKind, FieldName, Form, Inputs, Shape};
use crate::domain::catalogue::language::Language;
use crate::domain::catalogue::service::Payer;

/// A field as a control of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlField {
    /// The name under which the browser sends it.
    pub name: String,
    /// The text of its label.
    pub label: String,
    /// What to write there.
    pub help: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// Which control it is.
    pub control: Control,
    /// Attributes of the control besides `id`, `name`, `required`, `aria-describedby` and `aria-invalid`; values
    /// are not escaped.
    pub attributes: Vec<(&'static str, String)>,
}

/// A control of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// `<input>`: which type is among the attributes.
    Input,
    /// `<select>` of these values and labels, behind an empty one.
    Select(Vec<(String, String)>),
}

/// The controls of a form, in order, in that language. What says who pays is offered by the browser.
pub fn html_fields(form: &Form, payer: &Payer, language: Language) -> Vec<HtmlField> {
    form.fields().iter().map(|field| html_field(field, payer, language)).collect()
}

fn html_field(field: &Field, payer: &Payer, language: Language) -> HtmlField {
    let (control, mut attributes) = control(field, language);
    if control == Control::Input {
        attributes.extend(autocomplete(field, payer));
    }
    HtmlField {
        name: field.name.to_string(),
        label: field.label.in_language(language).to_string(),
        help: field.help.as_ref().map(|help| help.in_language(language).to_string()),
        required: field.is_required(),
        control,
        attributes,
    }
}

fn control(field: &Field, language: Language) -> (Control, Vec<(&'static str, String)>) {
    match &field.kind {
        FieldKind::Choice(choices) => {
            let labelled = choices
                .iter()
                .map(|choice| (choice.value.to_string(), choice.label.in_language(language).to_string()));
            (Control::Select(labelled.collect()), Vec::new())
        }
        FieldKind::Boolean => {
            let (yes, no) = yes_and_no(language);
            let values = [("true", yes), ("false", no)];
            (
                Control::Select(values.map(|(value, label)| (value.to_owned(), label.to_owned())).into()),
                Vec::new(),
            )
        }
        kind @ FieldKind::Date { .. } => {
            let (first, last) = kind.days();
            let bounds = [("min", first.to_string()), ("max", last.to_string())];
            (Control::Input, std::iter::once(("type", "date".to_owned())).chain(bounds).collect())
        }
        kind => (Control::Input, of_text(field, kind)),
    }
}

fn yes_and_no(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Italian => ("Sì", "No"),
        Language::English => ("Yes", "No"),
        Language::German => ("Ja", "Nein"),
        Language::French => ("Oui", "Non"),
        Language::Slovene => ("Da", "Ne"),
    }
}

/// A line of text with a pattern, numbers too: number inputs take exponents and round.
fn of_text(field: &Field, kind: &FieldKind) -> Vec<(&'static str, String)> {
    let mut attributes = vec![("type", "text".to_owned()), ("pattern", pattern(field, kind))];
    let mode = match kind {
        // A keyboard of digits has no minus sign.
        FieldKind::Integer { min, .. } if *min >= 0 => Some("numeric"),
        FieldKind::Decimal { min, .. } if min.units() >= 0 => Some("decimal"),
        FieldKind::VatNumber => Some("numeric"),
        FieldKind::Email => Some("email"),
        _ => None,
    };
    attributes.extend(mode.map(|mode| ("inputmode", mode.to_owned())));
    if matches!(kind, FieldKind::Plate | FieldKind::FiscalCode | FieldKind::Iban) {
        attributes.push(("autocapitalize", "characters".to_owned()));
    }
    if !matches!(kind, FieldKind::Text { .. }) {
        attributes.push(("spellcheck", "false".to_owned()));
    }
    attributes
}

fn autocomplete(field: &Field, payer: &Payer) -> Option<(&'static str, String)> {
    let is = |named: &Option<FieldName>| named.as_ref() == Some(&field.name);
    let purpose = match field.kind {
        FieldKind::Email if is(&payer.email) => "email",
        _ if is(&payer.full_name) => "name",
        _ => "off",
    };
    Some(("autocomplete", purpose.to_owned()))
}

/// The pattern of the browser: the field's texts with any blanks around them, and nothing but blanks where the
/// field can be left out.
fn pattern(field: &Field, kind: &FieldKind) -> String {
    const BLANKS: &str = "\\p{White_Space}*";
    let comma = Shape::one_of(".,");
    let shapes = match kind {
        FieldKind::Decimal { scale, min, max } => vec![ranges::decimals(*min, *max, *scale, &comma)],
        kind => {
            let length = lexical::length(kind).map(|(min, max)| lexical::without_blanks_of(min, max));
            let others =
                lexical::shapes(kind).into_iter().filter(|shape| *shape != lexical::without_blanks());
            length.into_iter().chain(others).collect()
        }
    };
    let write = |shape: &Shape| Dialect::Html.group(&Dialect::Html.write(shape));
    let mut text = String::new();
    if let Some((last, others)) = shapes.split_last() {
        for shape in others {
            text.push_str(&format!("(?={}{BLANKS}$)", write(shape)));
        }
        text.push_str(&write(last));
        if !last.has_solid_ends() {
            // The text ends where the blanks begin, whatever the pattern would take of them.
            text.push_str(&format!("(?<={})", Dialect::Html.write(&Shape::One(Class::solid()))));
        }
    }
    let text = format!("{text}{BLANKS}");
    if field.is_required() { format!("{BLANKS}{text}") } else { format!("{BLANKS}(?:{text})?") }
}

/// What a browser sent, as inputs of the form: blanks around a value are dropped, an empty one is left out, a
/// decimal comma is a point. Names that the form does not have are those of the page's own controls.
pub fn inputs_of_page<'a>(form: &Form, sent: impl IntoIterator<Item = (&'a str, &'a str)>) -> Inputs {
    let mut inputs = Inputs::new();
    for (name, value) in sent {
        let field = FieldName::new(name).ok().and_then(|name| form.field(&name));
        let Some(field) = field else { continue };
        match field.kind {
            FieldKind::Decimal { .. } => {
                inputs.insert_typed(field.name.clone(), &value.replacen(',', ".", 1));
            }
            _ => inputs.insert_typed(field.name.clone(), value),
        }
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::form::{Decimal, Presence};
    use crate::domain::text::Text;

    fn field(name: &str, kind: FieldKind) -> Field {
        let label = Text::new("Campo").unwrap().into();
        let help = Some(Text::new("Come sul libretto").unwrap().into());
        Field { name: FieldName::new(name).unwrap(), label, help, kind, presence: Presence::Required }
    }

    fn form() -> Form {
        let number = |text| Decimal::parse(text).unwrap();
        let fields = vec![
            field("plate", FieldKind::Plate),
            field("amount", FieldKind::Decimal { scale: 2, min: number("1.00"), max: number("9.00") }),
            field("mail", FieldKind::Email),
            field("yes", FieldKind::Boolean),
            field("day", FieldKind::Date { earliest: None, latest: None }),
        ];
        Form::new(fields, Vec::new()).unwrap()
    }

    #[test]
    fn a_control_helps_who_fills_it_in() {
        let payer = Payer { email: FieldName::new("mail").ok(), ..Payer::default() };
        let fields = html_fields(&form(), &payer, Language::English);
        let get = |name: &str, attribute: &str| {
            let field = fields.iter().find(|field| field.name == name).unwrap();
            field.attributes.iter().find(|(known, _)| *known == attribute).map(|(_, value)| value.as_str())
        };
        assert_eq!(get("plate", "autocapitalize"), Some("characters"));
        assert_eq!(get("amount", "inputmode"), Some("decimal"));
        assert_eq!((get("mail", "inputmode"), get("mail", "autocomplete")), (Some("email"), Some("email")));
        assert_eq!(get("plate", "autocomplete"), Some("off"));
        assert_eq!((get("day", "type"), get("day", "min")), (Some("date"), Some("0001-01-01")));
        let yes = fields.iter().find(|field| field.name == "yes").unwrap();
        let options =
            [("true", "Yes"), ("false", "No")].map(|(value, label)| (value.to_owned(), label.to_owned()));
        assert_eq!(yes.control, Control::Select(options.into()));
        assert_eq!(yes.help.as_deref(), Some("Come sul libretto"));
    }

    #[test]
    fn what_a_person_types_is_taken_as_it_is_meant() {
        let sent =
            [("plate", " ab123cd "), ("amount", "1,50"), ("mail", "  "), ("token", "x"), ("not a name", "x")];
        let inputs = inputs_of_page(&form(), sent);
        let all: Vec<_> = inputs.iter().map(|(name, text)| (name.as_str(), text)).collect();
        assert_eq!(all, [("amount", "1.50"), ("plate", "ab123cd")]);
    }
}
