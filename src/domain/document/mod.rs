//! The documents that a creditor institution hands to the node outside its services: which accounts are to
//! be credited (informativa conto accredito), and who it is as a counterpart (tabella delle controparti).

mod check;

pub use check::{Action, CheckItem, Institution, Known, check_accounts, check_catalogue, check_counterpart};

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use super::fiscal_code::FiscalCode;
use super::rome;
use super::text::Text;

/// The name that its author gives a document (identificativoFlusso).
pub type FlowId = Text<35>;

/// What a kept document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// Which accounts are to be credited: informativa conto accredito.
    Accounts,
    /// Who the institution is: tabella delle controparti.
    Counterpart,
}

impl DocumentKind {
    /// How it is stored: `ICA` or `TDC`.
    pub const fn word(self) -> &'static str {
        match self {
            DocumentKind::Accounts => "ICA",
            DocumentKind::Counterpart => "TDC",
        }
    }

    /// Reads what [`DocumentKind::word`] gives.
    pub fn from_word(word: &str) -> Option<Self> {
        [DocumentKind::Accounts, DocumentKind::Counterpart].into_iter().find(|kind| kind.word() == word)
    }

    /// The flow id of a document made at an instant: the same for the same second.
    pub fn flow_of(self, ec: &FiscalCode, at: Timestamp) -> String {
        format!("{}-{ec}-{}", self.word(), rome::wall_clock(at).strftime("%Y%m%d%H%M%S"))
    }
}

/// The accounts that a creditor institution wants to be credited on.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountsDocument {
    /// The name of the document.
    pub flow: FlowId,
    /// Whose accounts they are.
    pub ec: FiscalCode,
    /// The name of the institution.
    pub name: Text<70>,
    /// When the document was made.
    pub published: Timestamp,
    /// From when the accounts hold.
    pub valid_from: Timestamp,
    /// The accounts, in the order of the document.
    pub accounts: Vec<NamedAccount>,
}

/// An account as a document names it. Only the form of the IBAN is known to be right.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedAccount {
    /// The IBAN.
    pub iban: String,
    /// The bank that sells for the institution (idBancaSeller).
    pub seller: Option<String>,
}

/// Only the country: an account is nobody's business in a log.
impl std::fmt::Debug for NamedAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NamedAccount({}…)", self.iban.get(..2).unwrap_or_default())
    }
}

/// A creditor institution as a counterpart of payments.
#[derive(Clone, Debug, PartialEq)]
pub struct CounterpartDocument {
    /// The name of the document.
    pub flow: FlowId,
    /// The institution.
    pub ec: FiscalCode,
    /// Its name.
    pub name: Text<70>,
    /// When the document was made; civil time in Italy, to the second.
    pub published: DateTime,
    /// From when it holds; civil time in Italy, to the second.
    pub valid_from: DateTime,
    /// Whether its debts can be paid at payment service providers.
    pub at_providers: bool,
    /// When its services answer.
    pub open: Vec<Span>,
    /// When they do not.
    pub closed: Vec<Span>,
}

/// Days and hours that come back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// How often.
    pub period: Option<Period>,
    /// Which day of the period, in words.
    pub day: Option<Text<35>>,
    /// From when to when.
    pub hours: Vec<(Option<Time>, Option<Time>)>,
}

/// How often a time comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// The catalogue of a payment service provider (catalogo dati informativi), as far as it is looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueDocument {
    /// The name of the document: provider and day.
    pub flow: String,
    /// The provider.
    pub psp: String,
    /// Its name.
    pub name: String,
    /// When the document was made; civil time in Italy.
    pub published: DateTime,
    /// From when it holds; civil time in Italy.
    pub valid_from: DateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_document_fits_and_tells_the_second() {
        let ec = FiscalCode::new("77777777777").unwrap();
        let at = "2026-11-22T11:00:01Z".parse().unwrap();
        let flow = DocumentKind::Accounts.flow_of(&ec, at);
        assert_eq!(flow, "ICA-77777777777-20261122120001");
        assert!(FlowId::new(&flow).is_ok());
        for kind in [DocumentKind::Accounts, DocumentKind::Counterpart] {
            assert_eq!(DocumentKind::from_word(kind.word()), Some(kind));
        }
    }
}
