//! What the system of a creditor says to a receipt that is handed on to it.

use super::Limits;
use crate::wire::pa_for_node::{Acknowledgement, Operation, Outcome, Response};

/// The code by which a system says that it has the receipt from before.
pub const DUPLICATE_RECEIPT: &str = "PAA_RECEIPT_DUPLICATA";

/// Whether the response to the operation of that name says that the system has the receipt.
pub fn has_receipt(operation: &str, response: &[u8]) -> bool {
    let known = Operation::ALL.into_iter().find(|known| known.name() == operation);
    let Some(Ok(response)) = known.map(|known| super::read_response(response, known, &Limits::default()))
    else {
        return false;
    };
    match response {
        Response::PaSendRT(answer) | Response::PaSendRTV2(answer) => acknowledges(&answer),
        _ => false,
    }
}

fn acknowledges(answer: &Acknowledgement) -> bool {
    let is_duplicate =
        answer.fault.as_ref().is_some_and(|fault| fault.fault_code.as_str() == DUPLICATE_RECEIPT);
    answer.outcome == Outcome::Ok || is_duplicate
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(root: &str, inside: &str) -> Vec<u8> {
        format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
             <p:{root} xmlns:p='http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd'>{inside}</p:{root}>\
             </s:Body></s:Envelope>"
        )
        .into_bytes()
    }

    fn refused(code: &str) -> String {
        format!(
            "<outcome>KO</outcome><fault><faultCode>{code}</faultCode><faultString>x</faultString><id>1</id></fault>"
        )
    }

    #[test]
    fn a_system_has_a_receipt_if_it_says_so_or_had_it_before() {
        for (operation, root) in [("paSendRT", "paSendRTRes"), ("paSendRTV2", "paSendRTV2Response")] {
            assert!(has_receipt(operation, &answer(root, "<outcome>OK</outcome>")), "{operation}");
            assert!(has_receipt(operation, &answer(root, &refused(DUPLICATE_RECEIPT))), "{operation}");
            assert!(!has_receipt(operation, &answer(root, &refused("PAA_SYSTEM_ERROR"))), "{operation}");
        }
    }

    #[test]
    fn what_is_no_answer_to_the_operation_takes_nothing() {
        let ok = "<outcome>OK</outcome>";
        assert!(!has_receipt("paSendRTV2", &answer("paSendRTRes", ok)));
        assert!(!has_receipt("paSendRTV3", &answer("paSendRTRes", ok)));
        assert!(!has_receipt("paVerifyPaymentNotice", &answer("paVerifyPaymentNoticeRes", ok)));
        for nonsense in ["", "OK", "<html/>", "{\"outcome\":\"OK\"}"] {
            assert!(!has_receipt("paSendRTV2", nonsense.as_bytes()), "{nonsense}");
        }
    }
}
