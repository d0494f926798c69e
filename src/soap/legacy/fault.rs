//! The faults with which the node of the old interface refuses (PPT codes), and the responses that carry them.

use crate::wire::pagamenti_telematici_rpt::{
    NodoChiediCopiaRTRisposta, NodoChiediListaPendentiRPTRisposta, NodoChiediStatoRPTRisposta,
    NodoInviaCarrelloRPTRisposta, NodoInviaRPTRisposta, Operation, Response, RptState,
};
use crate::wire::{Bounded, PlainText};

use crate::wire::common::Fault;

/// Who the node says it is in its faults (`id`).
pub const NODE: &str = "NodoDeiPagamentiSPC";

/// A fault code of the node (SANP, "codici di errore", domain of the node), as far as a public body can meet it in
/// the operations that are served here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PptCode {
    /// The message or the document in it breaks its schema.
    SintassiXsd,
    /// The message breaks a rule of form that no schema states: the envelope, the header.
    SintassiExtraxsd,
    /// The password or the certificate is not the caller's.
    Autenticazione,
    /// The caller is known, but may not ask this: not for that domain, not through that station.
    Autorizzazione,
    /// Header and document contradict each other, or sums do not fit.
    Semantica,
    /// A request for that domain, IUV and CCP was taken before.
    RptDuplicata,
    /// No request for that domain, IUV and CCP was taken.
    RptSconosciuta,
    /// There is no such receipt, nor a request for it.
    RtSconosciuta,
    /// The request was taken, and its receipt is not there yet.
    RtNonDisponibile,
    /// identificativoDominio is no public body of this installation.
    DominioSconosciuto,
    /// The public body is switched off.
    DominioDisabilitato,
    /// identificativoStazioneIntermediarioPA is not known, or not the broker's.
    StazioneSconosciuta,
    /// The station is switched off.
    StazioneDisabilitata,
    /// identificativoIntermediarioPA is not known.
    IntermediarioSconosciuto,
    /// The broker is switched off.
    IntermediarioDisabilitato,
    /// The document is signed, which has long been withdrawn.
    TipoFirmaSconosciuto,
    /// A basket of that name was taken before.
    IdCarrelloDuplicato,
    /// The basket is not what a debt with several beneficiaries must be.
    MultiBeneficiario,
    /// An account is not registered for its public body.
    IbanNonCensito,
    /// Too much is asked at once.
    SuperamentoSoglia,
    /// Our own trouble.
    SystemError,
}

impl PptCode {
    /// All codes.
    pub const ALL: [PptCode; 21] = [
        PptCode::SintassiXsd,
        PptCode::SintassiExtraxsd,
        PptCode::Autenticazione,
        PptCode::Autorizzazione,
        PptCode::Semantica,
        PptCode::RptDuplicata,
        PptCode::RptSconosciuta,
        PptCode::RtSconosciuta,
        PptCode::RtNonDisponibile,
        PptCode::DominioSconosciuto,
        PptCode::DominioDisabilitato,
        PptCode::StazioneSconosciuta,
        PptCode::StazioneDisabilitata,
        PptCode::IntermediarioSconosciuto,
        PptCode::IntermediarioDisabilitato,
        PptCode::TipoFirmaSconosciuto,
        PptCode::IdCarrelloDuplicato,
        PptCode::MultiBeneficiario,
        PptCode::IbanNonCensito,
        PptCode::SuperamentoSoglia,
        PptCode::SystemError,
    ];

    /// The code as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            PptCode::SintassiXsd => "PPT_SINTASSI_XSD",
            PptCode::SintassiExtraxsd => "PPT_SINTASSI_EXTRAXSD",
            PptCode::Autenticazione => "PPT_AUTENTICAZIONE",
            PptCode::Autorizzazione => "PPT_AUTORIZZAZIONE",
            PptCode::Semantica => "PPT_SEMANTICA",
            PptCode::RptDuplicata => "PPT_RPT_DUPLICATA",
            PptCode::RptSconosciuta => "PPT_RPT_SCONOSCIUTA",
            PptCode::RtSconosciuta => "PPT_RT_SCONOSCIUTA",
            PptCode::RtNonDisponibile => "PPT_RT_NONDISPONIBILE",
            PptCode::DominioSconosciuto => "PPT_DOMINIO_SCONOSCIUTO",
            PptCode::DominioDisabilitato => "PPT_DOMINIO_DISABILITATO",
            PptCode::StazioneSconosciuta => "PPT_STAZIONE_INT_PA_SCONOSCIUTA",
            PptCode::StazioneDisabilitata => "PPT_STAZIONE_INT_PA_DISABILITATA",
            PptCode::IntermediarioSconosciuto => "PPT_INTERMEDIARIO_PA_SCONOSCIUTO",
            PptCode::IntermediarioDisabilitato => "PPT_INTERMEDIARIO_PA_DISABILITATO",
            PptCode::TipoFirmaSconosciuto => "PPT_TIPOFIRMA_SCONOSCIUTO",
            PptCode::IdCarrelloDuplicato => "PPT_ID_CARRELLO_DUPLICATO",
            PptCode::MultiBeneficiario => "PPT_MULTI_BENEFICIARIO",
            PptCode::IbanNonCensito => "PPT_IBAN_NON_CENSITO",
            PptCode::SuperamentoSoglia => "PPT_SUPERAMENTOSOGLIA",
            PptCode::SystemError => "PPT_SYSTEM_ERROR",
        }
    }

    /// The sentence that belongs to the code.
    pub const fn sentence(self) -> &'static str {
        match self {
            PptCode::SintassiXsd => "Errore di sintassi XSD.",
            PptCode::SintassiExtraxsd => "Errore di sintassi extra XSD.",
            PptCode::Autenticazione => "Errore di autenticazione.",
            PptCode::Autorizzazione => "Il richiedente non ha i diritti per l'operazione.",
            PptCode::Semantica => "Errore semantico.",
            PptCode::RptDuplicata => "RPT duplicata.",
            PptCode::RptSconosciuta => "RPT sconosciuta.",
            PptCode::RtSconosciuta => "RT sconosciuta.",
            PptCode::RtNonDisponibile => "RT non ancora pronta.",
            PptCode::DominioSconosciuto => "Identificativo dominio sconosciuto.",
            PptCode::DominioDisabilitato => "Dominio disabilitato.",
            PptCode::StazioneSconosciuta => "Identificativo stazione sconosciuto.",
            PptCode::StazioneDisabilitata => "Stazione disabilitata.",
            PptCode::IntermediarioSconosciuto => "Identificativo intermediario sconosciuto.",
            PptCode::IntermediarioDisabilitato => "Intermediario disabilitato.",
            PptCode::TipoFirmaSconosciuto => "Il tipo di firma non è previsto.",
            PptCode::IdCarrelloDuplicato => "Identificativo carrello duplicato.",
            PptCode::MultiBeneficiario => "Il carrello multibeneficiario non è corretto.",
            PptCode::IbanNonCensito => "IBAN non censito.",
            PptCode::SuperamentoSoglia => "Soglia temporaneamente superata.",
            PptCode::SystemError => "Errore generico.",
        }
    }

    /// The code of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The fault, with what an operator needs to know besides: no personal data, no value of the message.
    pub fn fault(self, description: Option<&str>) -> Fault {
        let text = |text: &str| PlainText::new(text).unwrap_or_default();
        Fault {
            fault_code: text(self.name()),
            fault_string: text(self.sentence()),
            id: text(NODE),
            description: description.map(text),
            serial: None,
            original_fault_code: None,
            original_fault_string: None,
            original_description: None,
        }
    }
}

/// The response that refuses a request of that operation for the reason given.
pub fn refusal(operation: Operation, fault: Fault) -> Response {
    let ko = || PlainText::new("KO").unwrap_or_default();
    let fault = Some(fault);
    match operation {
        Operation::NodoInviaRPT => {
            Response::NodoInviaRPT(NodoInviaRPTRisposta { fault, esito: ko(), redirect: None, url: None })
        }
        Operation::NodoInviaCarrelloRPT => Response::NodoInviaCarrelloRPT(NodoInviaCarrelloRPTRisposta {
            fault,
            esito_complessivo_operazione: ko(),
            url: None,
            lista_errori_rpt: None,
        }),
        Operation::NodoChiediStatoRPT => {
            Response::NodoChiediStatoRPT(NodoChiediStatoRPTRisposta { fault, esito: no_state() })
        }
        Operation::NodoChiediCopiaRT => {
            Response::NodoChiediCopiaRT(NodoChiediCopiaRTRisposta { fault, tipo_firma: None, rt: None })
        }
        Operation::NodoChiediListaPendentiRPT => {
            Response::NodoChiediListaPendentiRPT(NodoChiediListaPendentiRPTRisposta {
                fault,
                lista_rpt_pendenti: None,
            })
        }
    }
}

/// What has to stand beside a fault, because the contract asks for it: a state that says nothing.
fn no_state() -> RptState {
    RptState {
        stato: PlainText::default(),
        redirect: None,
        url: None,
        elemento_storico_rpt: none(),
        elemento_storico_versamento: none(),
    }
}

fn none<T>() -> Bounded<T, 0, { crate::wire::UNBOUNDED }> {
    Bounded::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_as_it_is_written_and_has_its_own_sentence() {
        for code in PptCode::ALL {
            assert_eq!(PptCode::from_name(code.name()), Some(code));
            assert!(code.name().starts_with("PPT_"));
            let same = PptCode::ALL.iter().filter(|other| other.sentence() == code.sentence());
            assert_eq!(same.count(), 1, "{code:?}");
        }
    }

    #[test]
    fn every_operation_has_its_refusal() {
        for operation in Operation::ALL {
            let response = refusal(operation, PptCode::Autenticazione.fault(Some("the password")));
            assert_eq!(response.operation(), operation);
            let written = crate::soap::legacy::write_response::<Operation>(&response);
            let text = String::from_utf8(written.clone()).unwrap();
            assert!(text.contains("<faultCode>PPT_AUTENTICAZIONE</faultCode>"), "{text}");
            assert!(text.contains("<id>NodoDeiPagamentiSPC</id>"), "{text}");
            let read = crate::soap::legacy::read_response(&written, operation, &Default::default());
            assert_eq!(read, Ok(response));
        }
    }
}
