//! The faults of the contract (PAA codes), each with its fixed sentence and with whose fault it is.

use crate::domain::payability::NotPayable;
use crate::soap;
use crate::wire::PlainText;
use crate::wire::pa_for_node::{Fault, Operation, Response};

/// A fault code that an operation can answer (SANP 3.10, "codici di errore PAA").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaaCode {
    /// The payload breaks the schema.
    SintassiXsd,
    /// The payload breaks the schema; the code that the newer operations use.
    SintassiExtraxsd,
    /// The request contradicts what it asks for.
    Semantica,
    /// Our own trouble.
    SystemError,
    /// `idPA` is not served here, or not through that station.
    IdDominioErrato,
    /// `idBrokerPA` is not known.
    IdIntermediarioErrato,
    /// `idStation` is not known, not the broker's, or does not serve that notice.
    StazioneIntErrata,
    /// No such notice can be paid.
    PagamentoSconosciuto,
    /// The creditor cancelled it.
    PagamentoAnnullato,
    /// It has expired.
    PagamentoScaduto,
    /// It is paid.
    PagamentoDuplicato,
}

/// Who has to act on a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The node or the payment service provider behind it.
    Node,
    /// The creditor institution, by the state of its position.
    Creditor,
    /// This installation.
    Us,
}

impl Blame {
    /// The word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Blame::Node => "node",
            Blame::Creditor => "creditor",
            Blame::Us => "us",
        }
    }
}

impl PaaCode {
    /// All of them.
    pub const ALL: [PaaCode; 11] = [
        PaaCode::SintassiXsd,
        PaaCode::SintassiExtraxsd,
        PaaCode::Semantica,
        PaaCode::SystemError,
        PaaCode::IdDominioErrato,
        PaaCode::IdIntermediarioErrato,
        PaaCode::StazioneIntErrata,
        PaaCode::PagamentoSconosciuto,
        PaaCode::PagamentoAnnullato,
        PaaCode::PagamentoScaduto,
        PaaCode::PagamentoDuplicato,
    ];

    /// The code as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            PaaCode::SintassiXsd => "PAA_SINTASSI_XSD",
            PaaCode::SintassiExtraxsd => "PAA_SINTASSI_EXTRAXSD",
            PaaCode::Semantica => "PAA_SEMANTICA",
            PaaCode::SystemError => "PAA_SYSTEM_ERROR",
            PaaCode::IdDominioErrato => "PAA_ID_DOMINIO_ERRATO",
            PaaCode::IdIntermediarioErrato => "PAA_ID_INTERMEDIARIO_ERRATO",
            PaaCode::StazioneIntErrata => "PAA_STAZIONE_INT_ERRATA",
            PaaCode::PagamentoSconosciuto => "PAA_PAGAMENTO_SCONOSCIUTO",
            PaaCode::PagamentoAnnullato => "PAA_PAGAMENTO_ANNULLATO",
            PaaCode::PagamentoScaduto => "PAA_PAGAMENTO_SCADUTO",
            PaaCode::PagamentoDuplicato => "PAA_PAGAMENTO_DUPLICATO",
        }
    }

    /// The sentence that a payment service provider may show.
    pub const fn sentence(self) -> &'static str {
        match self {
            PaaCode::SintassiXsd => "Il messaggio non rispetta lo schema XSD.",
            PaaCode::SintassiExtraxsd => "Il messaggio non rispetta le regole di sintassi.",
            PaaCode::Semantica => "Il contenuto della richiesta è incoerente.",
            PaaCode::SystemError => "Errore generico del sistema dell'ente creditore.",
            PaaCode::IdDominioErrato => "L'ente creditore indicato non corrisponde al dominio atteso.",
            PaaCode::IdIntermediarioErrato => {
                "L'identificativo dell'intermediario non corrisponde a quello atteso."
            }
            PaaCode::StazioneIntErrata => "L'identificativo della stazione non corrisponde a quello atteso.",
            PaaCode::PagamentoSconosciuto => "Il pagamento risulta sconosciuto all'ente creditore.",
            PaaCode::PagamentoAnnullato => "Il pagamento risulta annullato dall'ente creditore.",
            PaaCode::PagamentoScaduto => "Il pagamento risulta scaduto presso l'ente creditore.",
            PaaCode::PagamentoDuplicato => "Il pagamento risulta già concluso presso l'ente creditore.",
        }
    }

    /// Who has to act.
    pub const fn blame(self) -> Blame {
        match self {
            PaaCode::SintassiXsd
            | PaaCode::SintassiExtraxsd
            | PaaCode::Semantica
            | PaaCode::IdDominioErrato
            | PaaCode::IdIntermediarioErrato
            | PaaCode::StazioneIntErrata => Blame::Node,
            PaaCode::PagamentoSconosciuto
            | PaaCode::PagamentoAnnullato
            | PaaCode::PagamentoScaduto
            | PaaCode::PagamentoDuplicato => Blame::Creditor,
            PaaCode::SystemError => Blame::Us,
        }
    }
}

impl From<NotPayable> for PaaCode {
    fn from(reason: NotPayable) -> Self {
        match reason {
            NotPayable::Unknown | NotPayable::NotPublished | NotPayable::NotYetValid => {
                PaaCode::PagamentoSconosciuto
            }
            NotPayable::Cancelled => PaaCode::PagamentoAnnullato,
            NotPayable::Expired => PaaCode::PagamentoScaduto,
            NotPayable::Paid | NotPayable::PaidByAnotherOption => PaaCode::PagamentoDuplicato,
        }
    }
}

/// A refusal with outcome KO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: PaaCode,
    /// Who was asked: the creditor institution of the request.
    pub id: String,
    /// What is wrong, for an operator; no personal data.
    pub description: String,
    /// Whose words those are.
    pub words: Words,
}

/// Whose words a refusal is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Ours.
    Ours,
    /// The institution's, for the payer: they are handed on, and not logged.
    Creditors,
}

impl Refused {
    /// A refusal in the name of the creditor institution `id`.
    pub fn new(code: PaaCode, id: &str, description: impl Into<String>) -> Self {
        Refused { code, id: id.to_owned(), description: description.into(), words: Words::Ours }
    }

    /// What the log says of it.
    pub fn logged(&self) -> &str {
        match self.words {
            Words::Ours => &self.description,
            Words::Creditors => "in the words of the creditor institution",
        }
    }

    fn fault(&self) -> Fault {
        // None of these texts can hold what XML forbids: ids were read from XML, the rest is ours.
        let plain = |text: &str| PlainText::new(text).unwrap_or_default();
        Fault {
            fault_code: plain(self.code.name()),
            fault_string: plain(self.code.sentence()),
            id: plain(&self.id),
            description: Some(plain(&self.description)),
            serial: None,
            original_fault_code: None,
            original_fault_string: None,
            original_description: None,
        }
    }
}

/// The response of an operation that refuses.
pub fn ko(operation: Operation, refused: &Refused) -> Response {
    soap::refusal(operation, refused.fault())
}
