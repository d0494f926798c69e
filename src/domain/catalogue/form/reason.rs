//! What is wrong with what was filled in, and how it is told.

use std::fmt;

use super::field::FieldName;
use crate::domain::catalogue::language::{Language, Localized};

/// One thing that is wrong with what was filled in. It never repeats what was written.
#[derive(Clone, PartialEq, Eq)]
pub struct FormError {
    /// Where; nowhere in particular if none.
    pub field: Option<FieldName>,
    /// What, for programs.
    pub code: &'static str,
    /// What, in English.
    pub message: String,
    /// What, exactly.
    pub reason: Reason,
}

impl FormError {
    /// That this is wrong with that field.
    pub fn new(field: Option<FieldName>, reason: Reason) -> Self {
        FormError { field, code: reason.code(), message: reason.in_language(Language::English), reason }
    }

    /// What is wrong, in that language; in English where nobody translated it.
    pub fn in_language(&self, language: Language) -> String {
        self.reason.in_language(language)
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormError({:?}, {})", self.field, self.code)
    }
}

/// What can be wrong with what was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A field that is required is left out.
    Missing,
    /// The form has no such field.
    UnknownField,
    /// Something else than text, where a program writes text.
    NotAText,
    /// There is no text, or there are blanks around it.
    Blanks,
    /// Fewer characters than these.
    TooShort(u16),
    /// More characters than these.
    TooLong(u16),
    /// A character that controls.
    Characters,
    /// Not what the pattern says.
    Pattern,
    /// No whole number as they are written here.
    NotAnInteger,
    /// No number of at most so many decimals as they are written here.
    NotADecimal(u8),
    /// Below that number.
    TooSmall(String),
    /// Above that number.
    TooLarge(String),
    /// No day as they are written here.
    NotADate,
    /// Before that day.
    TooEarly(String),
    /// After that day.
    TooLate(String),
    /// None of the values of the list.
    NotAChoice,
    /// No number plate.
    NotAPlate,
    /// No fiscal code.
    NotAFiscalCode,
    /// No VAT number.
    NotAVatNumber,
    /// No IBAN of a country that has them.
    NotAnIban,
    /// No e-mail address.
    NotAnEmail,
    /// Neither yes nor no.
    NotABoolean,
    /// A check character or check digits do not fit the rest.
    CheckCharacter,
    /// A rule between fields is broken; what its author says of that.
    Rule(Box<Localized<255>>),
}

impl Reason {
    /// Its name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::Missing => "required",
            Reason::UnknownField => "unknown_field",
            Reason::NotAText => "text_form",
            Reason::Blanks => "blank",
            Reason::TooShort(_) => "too_short",
            Reason::TooLong(_) => "too_long",
            Reason::Characters => "characters",
            Reason::Pattern => "pattern",
            Reason::NotAnInteger => "integer_form",
            Reason::NotADecimal(_) => "decimal_form",
            Reason::TooSmall(_) => "too_small",
            Reason::TooLarge(_) => "too_large",
            Reason::NotADate => "date_form",
            Reason::TooEarly(_) => "too_early",
            Reason::TooLate(_) => "too_late",
            Reason::NotAChoice => "choice",
            Reason::NotAPlate => "plate_form",
            Reason::NotAFiscalCode => "fiscal_code_form",
            Reason::NotAVatNumber => "vat_number_form",
            Reason::NotAnIban => "iban_form",
            Reason::NotAnEmail => "email_form",
            Reason::NotABoolean => "boolean_form",
            Reason::CheckCharacter => "check_character",
            Reason::Rule(_) => "rule",
        }
    }

    /// What is wrong, in that language; in English where nobody translated it.
    pub fn in_language(&self, language: Language) -> String {
        match (self, language) {
            (Reason::Rule(message), language) => message.in_language(language).to_string(),
            (reason, Language::Italian) => reason.in_italian(),
            (reason, _) => reason.in_english(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Reason::TooShort(min) => return format!("must have at least {min} characters"),
            Reason::TooLong(max) => return format!("must have at most {max} characters"),
            Reason::NotADecimal(scale) => {
                return format!("must be a number with at most {scale} decimals after a point, such as 12.5");
            }
            Reason::TooSmall(min) => return format!("must not be less than {min}"),
            Reason::TooLarge(max) => return format!("must not be more than {max}"),
            Reason::TooEarly(day) => return format!("must not be before {day}"),
            Reason::TooLate(day) => return format!("must not be after {day}"),
            Reason::Rule(message) => return message.italian().to_string(),
            Reason::Missing => "must be filled in",
            Reason::UnknownField => "the form has no such field",
            Reason::NotAText => "must be a text",
            Reason::Blanks => "must not be blank, and must have no blanks around it",
            Reason::Characters => "must not contain control characters",
            Reason::Pattern => "does not have the form that is asked for",
            Reason::NotAnInteger => "must be a whole number, such as 12",
            Reason::NotADate => "must be a date, such as 2026-12-31",
            Reason::NotAChoice => "must be one of the values of the list",
            Reason::NotAPlate => "must be the number plate of an Italian vehicle, without blanks",
            Reason::NotAFiscalCode => "must be a fiscal code: 16 letters and digits, or 11 digits",
            Reason::NotAVatNumber => "must be a VAT number: 11 digits",
            Reason::NotAnIban => "must be an IBAN in the length of its country, without blanks",
            Reason::NotAnEmail => "must be an e-mail address",
            Reason::NotABoolean => "must be true or false",
            Reason::CheckCharacter => "is mistyped: the check character does not fit the rest",
        }
        .to_owned()
    }

    fn in_italian(&self) -> String {
        match self {
            Reason::TooShort(min) => return format!("deve avere almeno {min} caratteri"),
            Reason::TooLong(max) => return format!("deve avere al massimo {max} caratteri"),
            Reason::NotADecimal(scale) => {
                return format!("deve essere un numero con al massimo {scale} decimali, per esempio 12.5");
            }
            Reason::TooSmall(min) => return format!("non può essere minore di {min}"),
            Reason::TooLarge(max) => return format!("non può essere maggiore di {max}"),
            Reason::TooEarly(day) => return format!("non può essere prima del {day}"),
            Reason::TooLate(day) => return format!("non può essere dopo il {day}"),
            Reason::Rule(message) => return message.italian().to_string(),
            Reason::Missing => "va compilato",
            Reason::UnknownField => "il modulo non ha questo campo",
            Reason::NotAText => "deve essere un testo",
            Reason::Blanks => "non può essere vuoto né avere spazi all'inizio o alla fine",
            Reason::Characters => "non può contenere caratteri di controllo",
            Reason::Pattern => "non ha la forma richiesta",
            Reason::NotAnInteger => "deve essere un numero intero, per esempio 12",
            Reason::NotADate => "deve essere una data, per esempio 2026-12-31",
            Reason::NotAChoice => "deve essere uno dei valori dell'elenco",
            Reason::NotAPlate => "deve essere la targa di un veicolo italiano, senza spazi",
            Reason::NotAFiscalCode => "deve essere un codice fiscale: 16 lettere e cifre, oppure 11 cifre",
            Reason::NotAVatNumber => "deve essere una partita IVA: 11 cifre",
            Reason::NotAnIban => "deve essere un IBAN della lunghezza prevista dal suo paese, senza spazi",
            Reason::NotAnEmail => "deve essere un indirizzo e-mail",
            Reason::NotABoolean => "deve essere sì o no",
            Reason::CheckCharacter => "contiene un errore: il carattere di controllo non corrisponde",
        }
        .to_owned()
    }
}
