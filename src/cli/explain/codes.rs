//! What fault codes mean. Which codes there are is said where they are sent from; here is what to make of them.

use super::report::Code;
use crate::node::judge::Ppt;
use crate::primitive::{Blame, PaaCode};
use crate::soap::legacy::PptCode;

/// Who sends codes of creditors.
const CREDITOR: &str = "the creditor's system, to the node";
/// Who sends codes of the node.
const NODE: &str = "the node, to the payment service provider";
/// Who sends codes of the node to creditors that speak the old interface.
const OLD_NODE: &str = "the node (or this gateway in its place), to the creditor's system";

/// Codes that other systems send and this one never does: meaning, blame, what to do.
const FOREIGN: [(&str, &str, &str, &str); 14] = [
    (
        "PAA_RECEIPT_DUPLICATA",
        "the receipt was taken before",
        "nobody",
        "nothing: the receipt is there; many systems answer so where the contract would have OK",
    ),
    (
        "PAA_PAGAMENTO_IN_CORSO",
        "the creditor knows of a payment that is under way elsewhere",
        "the creditor",
        "try again later; a creditor must not say this only because the notice was verified or activated",
    ),
    (
        "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO",
        "the amount of the activation is not what is owed (old interface)",
        "the caller",
        "verify again and activate with the amount that the creditor says",
    ),
    (
        "PAA_RPT_SCONOSCIUTA",
        "a receipt for a request that the creditor does not know (old interface)",
        "the creditor",
        "compare domain, IUV and CCP with those of the request; the money has moved, so the receipt must be kept",
    ),
    (
        "PAA_RT_DUPLICATA",
        "the receipt was taken before (old interface)",
        "nobody",
        "nothing: the receipt is there",
    ),
    (
        "PAA_RT_SCONOSCIUTA",
        "a revocation of a receipt that the creditor does not know (old interface)",
        "the caller",
        "compare domain, IUV and CCP with those of the receipt",
    ),
    ("PAA_ER_DUPLICATA", "the outcome of a refund was taken before (old interface)", "nobody", "nothing"),
    (
        "PAA_TIPOFIRMA_SCONOSCIUTO",
        "the kind of signature is not known (old interface)",
        "the caller",
        "send the receipt unsigned: signatures were withdrawn",
    ),
    (
        "PAA_ERRORE_FORMATO_BUSTA_FIRMATA",
        "the signed envelope cannot be opened (old interface)",
        "the caller",
        "send the receipt unsigned: signatures were withdrawn",
    ),
    (
        "PAA_FIRMA_ERRATA",
        "the signature does not hold (old interface)",
        "the caller",
        "send the receipt unsigned: signatures were withdrawn",
    ),
    (
        "PAA_FIRMA_INDISPONIBILE",
        "the signature that was asked for cannot be made (old interface)",
        "the creditor",
        "ask for none: signatures were withdrawn",
    ),
    (
        "PAA_PAGAMENTO_MULTIBENEFICIARIO_NON_CONSENTITO",
        "several creditors share the debt, which the old interface cannot say",
        "the creditor",
        "pay it through paGetPayment or paGetPaymentV2",
    ),
    (
        "PPT_PAGAMENTO_IN_CORSO",
        "the notice is being paid at this moment",
        "nobody",
        "wait until the other payment has ended; the node frees the notice when its token ends",
    ),
    (
        "PPT_PAGAMENTO_DUPLICATO",
        "the node knows that the notice is paid",
        "nobody",
        "nothing: the notice is paid",
    ),
];

/// What a code says, if it is known.
pub fn explain(code: &str) -> Option<Code> {
    let ours = PaaCode::ALL.into_iter().find(|known| known.name() == code).map(ours);
    ours.or_else(|| Ppt::ALL.into_iter().find(|known| known.name() == code).map(of_node))
        .or_else(|| PptCode::from_name(code).map(of_old_node))
        .or_else(|| foreign(code))
}

fn ours(code: PaaCode) -> Code {
    let blame = match code.blame() {
        Blame::Node => "the caller: the node, or the payment service provider behind it",
        Blame::Creditor => "nobody's: it is how the debt stands with the creditor",
        Blame::Us => "the creditor's system",
    };
    let advice = match code {
        PaaCode::SintassiXsd | PaaCode::SintassiExtraxsd => {
            "run varco explain on the request: it says which rules of the schema are broken, and where"
        }
        PaaCode::Semantica => {
            "read the fault's description: the request is well-formed, and asks for what cannot be, such as a digital stamp through paGetPayment"
        }
        PaaCode::SystemError => {
            "look into the creditor's log for the time of the fault; the same request may be sent again"
        }
        PaaCode::IdDominioErrato => {
            "check that idPA is the institution of the notice (qrCode/fiscalCode) and is registered for this station"
        }
        PaaCode::IdIntermediarioErrato => {
            "check that idBrokerPA is the broker of the station in the registry"
        }
        PaaCode::StazioneIntErrata => {
            "check that idStation is a station of that broker, and that it serves the code in the notice number"
        }
        PaaCode::PagamentoSconosciuto => {
            "check the notice number, and that the debt is published and its validity has begun; the node's own probe (eighteen zeros) must get this answer"
        }
        PaaCode::PagamentoAnnullato => "the creditor withdrew the debt: ask the creditor for another notice",
        PaaCode::PagamentoScaduto => {
            "the due date has passed and the creditor takes no late payment: ask the creditor for another notice"
        }
        PaaCode::PagamentoDuplicato => {
            "nothing: it is paid, with this notice or with another one of the same debt"
        }
    };
    Code {
        code: code.name().to_owned(),
        sent_by: CREDITOR,
        meaning: code.sentence().to_owned(),
        blame,
        advice,
    }
}

fn of_node(code: Ppt) -> Code {
    let (blame, advice) = match code {
        Ppt::ErroreResponse => {
            ("the creditor's system", "run varco explain on the answer, or varco node against the endpoint")
        }
        Ppt::ErroreEmessoDaPaa => {
            ("as the creditor's fault says", "explain the creditor's code: originalFaultCode")
        }
        Ppt::Irraggiungibile => (
            "the creditor's system, or the way to it",
            "check address, firewall, TLS 1.2 and the certificate's chain",
        ),
        Ppt::Timeout => ("the creditor's system", "answer within 2 seconds, at most 7 (15 for receipts)"),
        Ppt::ServizioNonAttivo => {
            ("the creditor's system", "check the path that is registered for the station")
        }
        Ppt::Sconosciuta => {
            ("the registry", "register the code of the notice for a station of the institution")
        }
        Ppt::Disabilitata => ("the registry", "switch the station on again"),
    };
    Code { code: code.name().to_owned(), sent_by: NODE, meaning: code.meaning().to_owned(), blame, advice }
}

fn of_old_node(code: PptCode) -> Code {
    let caller = "the creditor's system";
    let (blame, advice) = match code {
        PptCode::SintassiXsd | PptCode::SintassiExtraxsd => (
            caller,
            "run varco explain on the request: it says which rules are broken, in the RPT inside it too",
        ),
        PptCode::Autenticazione => {
            (caller, "check the password, and that the certificate is the one of the partner")
        }
        PptCode::Autorizzazione => (caller, "ask only for domains and stations that are the partner's own"),
        PptCode::Semantica => (
            caller,
            "make header and RPT name the same domain, IUV and CCP, and the sum that of its payments",
        ),
        PptCode::RptDuplicata => (caller, "use a new CCP for a new attempt; the request of before counts"),
        PptCode::RptSconosciuta | PptCode::RtSconosciuta => {
            (caller, "ask with domain, IUV and CCP exactly as in the request that was sent")
        }
        PptCode::RtNonDisponibile => ("nobody", "wait: the payment has not ended yet"),
        PptCode::DominioSconosciuto | PptCode::StazioneSconosciuta | PptCode::IntermediarioSconosciuto => {
            ("the registry, or the creditor's system", "compare the header with what is registered")
        }
        PptCode::DominioDisabilitato | PptCode::StazioneDisabilitata | PptCode::IntermediarioDisabilitato => {
            ("the registry", "switch it on again")
        }
        PptCode::TipoFirmaSconosciuto => (caller, "send documents unsigned: signatures were withdrawn"),
        PptCode::IdCarrelloDuplicato => (caller, "give each basket a name of its own"),
        PptCode::MultiBeneficiario => {
            (caller, "two RPTs of the same IUV, at most five payments in all, no digital stamp")
        }
        PptCode::IbanNonCensito => (caller, "register the account, or use one that is registered"),
        PptCode::SuperamentoSoglia => (caller, "ask for less at once, or later"),
        PptCode::SystemError => ("the node, or this gateway", "send the same request again later"),
    };
    Code {
        code: code.name().to_owned(),
        sent_by: OLD_NODE,
        meaning: code.sentence().to_owned(),
        blame,
        advice,
    }
}

fn foreign(code: &str) -> Option<Code> {
    let (code, meaning, blame, advice) = FOREIGN.into_iter().find(|(known, ..)| *known == code)?;
    let sent_by = if code.starts_with("PPT_") { NODE } else { CREDITOR };
    Some(Code { code: code.to_owned(), sent_by, meaning: meaning.to_owned(), blame, advice })
}

/// What can be said of a code that nobody lists.
pub fn unlisted(code: &str) -> Code {
    let creditor = code.starts_with("PAA_");
    Code {
        code: code.to_owned(),
        sent_by: if creditor { CREDITOR } else { "unknown" },
        meaning: "no code of the contract; the node hands on whatever code a creditor makes up".to_owned(),
        blame: "unknown",
        advice: "ask whoever sent it; the fault's description may say more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_sent_or_judged_is_explained() {
        for code in PaaCode::ALL {
            assert_eq!(explain(code.name()).unwrap().meaning, code.sentence());
        }
        for code in Ppt::ALL {
            assert!(explain(code.name()).is_some());
        }
        for code in PptCode::ALL {
            assert!(explain(code.name()).is_some());
        }
        assert_eq!(explain("PAA_CIAO"), None);
    }

    #[test]
    fn codes_that_this_system_sends_are_listed_where_they_are_sent_from_only() {
        for (code, ..) in FOREIGN {
            assert!(PaaCode::ALL.into_iter().all(|ours| ours.name() != code), "{code}");
            assert!(Ppt::ALL.into_iter().all(|known| known.name() != code), "{code}");
            assert_eq!(PptCode::from_name(code), None);
        }
    }
}
