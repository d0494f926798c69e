//! Refusals, both ways. Codes map one to one: the old primitives and the node's share them.

use super::Unusable;
use crate::wire::PlainText;
use crate::wire::common::Fault;
use crate::wire::ppt::{NoticeFault, ReceiptOutcome};

/// What an old system says to an activation whose amount is not the one that it asks for: the activation is done
/// again with its own amount.
pub const AMOUNT_REFUSED: &str = "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO";

/// What a second refusal of the amount becomes.
const CONTRADICTION: &str = "PAA_SEMANTICA";

/// The codes by which an old system says that it has the receipt.
const TAKEN: [&str; 2] = ["PAA_RT_DUPLICATA", "PAA_RECEIPT_DUPLICATA"];

/// Row "faults map 1:1": the refusal as it is, if it says anything.
pub fn fault(told: Option<&Fault>) -> Result<Fault, Unusable> {
    told.filter(|fault| !fault.fault_code.as_str().trim().is_empty()).cloned().ok_or(Unusable::NoFault)
}

/// The same of a demand, whose refusals have three fields fewer.
pub(super) fn fault_of_notice(told: Option<&NoticeFault>) -> Result<Fault, Unusable> {
    let NoticeFault { fault_code, fault_string, id, description, serial } = told.ok_or(Unusable::NoFault)?;
    let whole = Fault {
        fault_code: fault_code.clone(),
        fault_string: fault_string.clone(),
        id: id.clone(),
        description: description.clone(),
        serial: *serial,
        original_fault_code: None,
        original_fault_string: None,
        original_description: None,
    };
    fault(Some(&whole))
}

/// Row "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO → redo with the EC's amount".
pub fn is_amount_refused(fault: &Fault) -> bool {
    fault.fault_code.as_str().trim() == AMOUNT_REFUSED
}

/// Row "otherwise PAA_SEMANTICA": what the node is told when the amount is refused again, because its primitives do
/// not know the old code. That stays visible as the original one.
pub fn refused_amount(fault: Fault) -> Fault {
    let text = |text: &str| PlainText::new(text).unwrap_or_default();
    Fault {
        fault_code: text(CONTRADICTION),
        fault_string: text("Il contenuto della richiesta è incoerente."),
        original_fault_code: Some(fault.fault_code),
        original_fault_string: Some(fault.fault_string),
        original_description: fault.description.clone(),
        ..fault
    }
}

/// Why an old system does not have a receipt; none if it says OK, or that it has it from before.
pub fn rt_refused(outcome: &ReceiptOutcome) -> Result<Option<Fault>, Unusable> {
    match (outcome.esito.as_str().trim(), &outcome.fault) {
        ("OK", None) => Ok(None),
        ("OK", Some(_)) => Err(Unusable::Fault),
        ("KO", told) => {
            let known = fault(told.as_ref())?;
            Ok(Some(known).filter(|known| !TAKEN.contains(&known.fault_code.as_str().trim())))
        }
        _ => Err(Unusable::Outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legacy::translate::samples;

    #[test]
    fn a_refusal_passes_as_it_is() {
        let told = samples::fault("PAA_PAGAMENTO_SCADUTO");
        assert_eq!(fault(Some(&told)), Ok(told));
        assert_eq!(fault(None), Err(Unusable::NoFault));
        assert_eq!(fault(Some(&samples::fault(" "))), Err(Unusable::NoFault));
    }

    #[test]
    fn a_refusal_of_a_demand_passes_with_the_fields_that_it_has() {
        let text = |text: &str| PlainText::new(text).unwrap();
        let told = NoticeFault {
            fault_code: text("PAA_SEMANTICA"),
            fault_string: text("Errore"),
            id: text("77777777777"),
            description: Some(text("targa")),
            serial: Some(3),
        };
        let passed = fault_of_notice(Some(&told)).unwrap();
        assert_eq!(passed.fault_code, told.fault_code);
        assert_eq!((passed.fault_string, passed.id), (told.fault_string, told.id));
        assert_eq!((passed.description, passed.serial), (told.description, told.serial));
        assert_eq!(passed.original_fault_code, None);
    }

    #[test]
    fn a_refused_amount_is_known_and_becomes_a_contradiction() {
        let told = samples::fault(AMOUNT_REFUSED);
        assert!(is_amount_refused(&told));
        assert!(!is_amount_refused(&samples::fault("PAA_SEMANTICA")));
        let passed = refused_amount(told.clone());
        assert_eq!(passed.fault_code.as_str(), "PAA_SEMANTICA");
        assert_eq!(passed.original_fault_code, Some(told.fault_code));
        assert_eq!(passed.id, told.id);
    }

    #[test]
    fn a_receipt_is_taken_when_it_is_there_even_from_before() {
        let outcome = |esito: &str, code: Option<&str>| ReceiptOutcome {
            esito: PlainText::new(esito).unwrap(),
            fault: code.map(samples::fault),
        };
        assert_eq!(rt_refused(&outcome("OK", None)), Ok(None));
        for code in TAKEN {
            assert_eq!(rt_refused(&outcome("KO", Some(code))), Ok(None));
        }
        let refused = samples::fault("PAA_RPT_SCONOSCIUTA");
        assert_eq!(rt_refused(&outcome("KO", Some("PAA_RPT_SCONOSCIUTA"))), Ok(Some(refused)));
        assert_eq!(rt_refused(&outcome("KO", None)), Err(Unusable::NoFault));
        assert_eq!(rt_refused(&outcome("OK", Some("X"))), Err(Unusable::Fault));
        assert_eq!(rt_refused(&outcome("ok", None)), Err(Unusable::Outcome));
    }
}
