//! A service that can be paid for without a notice: what is asked of the payer and what it costs.

use super::form::{FieldName, Form};
use super::ids::{CategoryId, SchemaName, ServiceId};
use super::language::Localized;
use super::price::PriceRule;
use super::stage::Stage;
use super::template::Template;
use crate::domain::access::Tenant;
use crate::domain::text::Text;

/// A service (`idServizio`), which one or more creditor institutions provide.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name for programs.
    pub id: ServiceId,
    /// Who may change it: the installation, or the one institution that provides it.
    pub owner: Tenant,
    /// Its name for people.
    pub name: Localized<70>,
    /// What it is for.
    pub description: Option<Localized<255>>,
    /// In which group it stands.
    pub category: CategoryId,
    /// What its transfers say they are for: a code of the taxonomy, such as `9/0101002IM/`.
    pub taxonomy: Text<140>,
    /// What the payer fills in.
    pub form: Form,
    /// In which document the node hands it over.
    pub intake: Intake,
    /// What it costs.
    pub price: PriceRule,
    /// What the bank statement says.
    pub remittance: Template,
    /// Which fields say who pays.
    pub payer: Payer,
    /// How far its publication has come.
    pub stage: Stage,
}

/// In which document the node hands over what the payer filled in (`datiSpecificiServizio`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intake {
    /// One whose schema is made from the form.
    Own,
    /// One of a schema that was there before.
    Bound(Binding),
}

/// Which elements of a document are which fields of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The schema of the document.
    pub schema: SchemaName,
    /// Each element that is a field.
    pub paths: Vec<(XmlPath, FieldName)>,
}

/// The way to an element of a document: the local names below the root, with slashes between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XmlPath(Box<str>);

/// Why a text is no way to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be names of elements below the root, with slashes between them, at most 200 characters")]
pub struct XmlPathError;

impl XmlPath {
    /// Reads a way.
    pub fn new(text: &str) -> Result<Self, XmlPathError> {
        let begins = |b: u8| b.is_ascii_alphabetic() || b == b'_';
        let goes_on = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let is_name = |part: &str| part.bytes().next().is_some_and(begins) && part.bytes().all(goes_on);
        let right = text.len() <= 200 && text.split('/').all(is_name);
        if right { Ok(XmlPath(text.into())) } else { Err(XmlPathError) }
    }

    /// The names with slashes between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which fields say who pays. Without any the debtor is anonymous.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payer {
    /// Their fiscal code.
    pub fiscal_code: Option<FieldName>,
    /// Their name.
    pub full_name: Option<FieldName>,
    /// Their electronic mail.
    pub email: Option<FieldName>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_names_elements_below_the_root() {
        assert!(XmlPath::new("pagatore/codiceFiscalePagatore").is_ok());
        for wrong in ["", "/a", "a/", "a//b", "1a", "a:b", "a b"] {
            assert_eq!(XmlPath::new(wrong), Err(XmlPathError), "{wrong}");
        }
    }
}
