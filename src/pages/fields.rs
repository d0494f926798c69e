//! The fields of a form as the template writes them: with what was sent before, and what is wrong with it.

use std::collections::HashMap;

use super::words::Words;
use crate::catalogue::render::{self, html_fields};
use crate::domain::catalogue::form::{Answers, FieldKind, Form, FormError, Value};
use crate::domain::catalogue::service::Service;

/// What a browser sent, in its order.
pub type Sent = Vec<(String, String)>;

/// A field.
pub struct FieldView {
    /// The id of its control.
    pub id: String,
    /// The name under which it is sent.
    pub name: String,
    /// The text of its label.
    pub label: String,
    /// What to write there.
    pub help: Option<String>,
    /// Whether it must be filled in.
    pub is_required: bool,
    /// What it is written into.
    pub control: Control,
    /// What stands there.
    pub value: String,
    /// What is wrong with that.
    pub error: Option<String>,
    /// The ids of what describes it.
    pub described_by: Option<String>,
}

/// What something is written into.
pub enum Control {
    /// A line.
    Input {
        /// Its type and what else the browser must know.
        attributes: Vec<(&'static str, String)>,
    },
    /// A list.
    Select {
        /// What can be chosen.
        options: Vec<OptionView>,
    },
}

/// Something that can be chosen.
pub struct OptionView {
    /// For programs.
    pub value: String,
    /// For people.
    pub label: String,
    /// Whether it is chosen.
    pub is_selected: bool,
}

/// An error as the summary has it.
pub struct ErrorView {
    /// The id of the control that it is about.
    pub target: Option<String>,
    /// The field and what is wrong with it.
    pub text: String,
}

/// What is wrong, in the language of the page: with which field, and what.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The name of the field; none if it is none in particular.
    pub field: Option<String>,
    /// What is wrong.
    pub text: String,
}

impl Wrong {
    /// What the form says is wrong.
    pub fn of(errors: &[FormError], words: &Words) -> Vec<Wrong> {
        let wrong = |error: &FormError| Wrong {
            field: error.field.as_ref().map(ToString::to_string),
            text: error.in_language(words.language),
        };
        errors.iter().map(wrong).collect()
    }
}

/// The fields of the form of a service.
pub fn fields(service: &Service, sent: &Sent, wrong: &[Wrong], words: &Words) -> Vec<FieldView> {
    let known: HashMap<&str, &str> =
        sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let view = |field: render::HtmlField| {
        let value = known.get(field.name.as_str()).copied().unwrap_or_default().to_owned();
        let id = id_of(&field.name);
        let error = wrong.iter().find(|one| one.field.as_deref() == Some(&field.name));
        let error = error.map(|one| one.text.clone());
        let described: Vec<String> = [(error.is_some(), "error"), (field.help.is_some(), "help")]
            .into_iter()
            .filter(|(is_there, _)| *is_there)
            .map(|(_, word)| format!("{id}-{word}"))
            .collect();
        let option = |(value_of, label): (String, String)| OptionView {
            is_selected: value_of == value,
            value: value_of,
            label,
        };
        let control = match field.control {
            render::Control::Input => Control::Input { attributes: field.attributes },
            render::Control::Select(options) => {
                Control::Select { options: options.into_iter().map(option).collect() }
            }
        };
        FieldView {
            described_by: (!described.is_empty()).then(|| described.join(" ")),
            name: field.name,
            label: field.label,
            help: field.help,
            is_required: field.required,
            control,
            value,
            error,
            id,
        }
    };
    html_fields(&service.form, &service.payer, words.language).into_iter().map(view).collect()
}

/// What is wrong, as the summary has it: in the order of the fields, each with its label.
pub fn summary(fields: &[FieldView], wrong: &[Wrong]) -> Vec<ErrorView> {
    let of_field = fields.iter().filter_map(|field| {
        let error = field.error.as_ref()?;
        Some(ErrorView { target: Some(field.id.clone()), text: format!("{}: {error}", field.label) })
    });
    let is_field = |one: &&Wrong| fields.iter().any(|field| Some(&field.name) == one.field.as_ref());
    let others = wrong.iter().filter(|one| !is_field(one));
    of_field.chain(others.map(|one| ErrorView { target: None, text: one.text.clone() })).collect()
}

fn id_of(name: &str) -> String {
    format!("f-{name}")
}

/// What was understood, as people read it: label and answer, in the order of the form.
pub fn answered(form: &Form, answers: &Answers, words: &Words) -> Vec<(String, String)> {
    let shown = |field: &crate::domain::catalogue::form::Field| {
        let value = answers.get(&field.name)?;
        let text = match (&field.kind, value) {
            (FieldKind::Choice(choices), Value::Text(text)) => {
                let choice = choices.iter().find(|choice| choice.value.as_str() == text)?;
                choice.label.in_language(words.language).to_string()
            }
            (_, Value::Boolean(yes)) => if *yes { words.yes } else { words.no }.to_owned(),
            (_, Value::Date(day)) => super::write::day(words, *day),
            (_, Value::Decimal(number)) => number.to_string().replace('.', &words.separators.1.to_string()),
            (_, value) => value.canonical(),
        };
        Some((field.label.in_language(words.language).to_string(), text))
    };
    form.fields().iter().filter_map(shown).collect()
}
