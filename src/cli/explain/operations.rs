//! What the messages of the contract are for, and what follows on them.

use crate::wire::pa_for_node::Operation;

/// Which half of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The request.
    Request,
    /// The response.
    Response,
}

/// What a message is for.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// What it is.
    pub what: &'static str,
    /// Who sends it to whom.
    pub direction: &'static str,
    /// What happens next.
    pub next: &'static str,
}

/// The operation, and its half, whose payload has that root.
pub fn of_root(root: &str) -> Option<(Operation, Half)> {
    Operation::ALL.into_iter().find_map(|operation| {
        if operation.request_root().local == root {
            Some((operation, Half::Request))
        } else if operation.response_root().local == root {
            Some((operation, Half::Response))
        } else {
            None
        }
    })
}

/// What a message of the contract is for.
pub fn meaning(operation: Operation, half: Half) -> Meaning {
    let direction = match half {
        Half::Request => "from the node to the creditor's system",
        Half::Response => "from the creditor's system to the node",
    };
    let (what, next) = match (operation, half) {
        (Operation::PaVerifyPaymentNotice, Half::Request) => (
            "the question whether a notice can be paid, and how much it is",
            "the creditor answers from the state of the debt now; nothing is locked or changed",
        ),
        (Operation::PaVerifyPaymentNotice, Half::Response) => (
            "the answer whether a notice can be paid",
            "with OK the payer sees the amount and may go on, and the node asks for the payment's data \
             (paGetPayment or paGetPaymentV2); with KO the payer is told why not",
        ),
        (Operation::PaGetPayment | Operation::PaGetPaymentV2, Half::Request) => (
            "the question who gets the money and on which accounts",
            "the creditor answers with the amount as it is now, in up to five transfers; the notice stays payable \
             until a receipt comes",
        ),
        (Operation::PaGetPayment | Operation::PaGetPaymentV2, Half::Response) => (
            "the answer who gets the money",
            "with OK the payer pays, and the node sends the receipt (paSendRT or paSendRTV2) to every beneficiary; \
             until then the payment may still fail, and no message tells so",
        ),
        (Operation::PaSendRT | Operation::PaSendRTV2, Half::Request) => (
            "the receipt of a payment",
            "the money has moved: the creditor stores it durably and answers OK, whatever the debt looks like; \
             until it does the node sends it again, up to 48 times an hour apart",
        ),
        (Operation::PaSendRT | Operation::PaSendRTV2, Half::Response) => (
            "the answer to a receipt",
            "with OK the receipt is delivered; a well-formed KO is final, so that the creditor would have to fetch \
             the receipt by other means",
        ),
        (Operation::PaDemandPaymentNotice, Half::Request) => (
            "the wish to pay something for which there is no notice yet",
            "the creditor makes a debt from datiSpecificiServizioRequest and answers with its notice number",
        ),
        (Operation::PaDemandPaymentNotice, Half::Response) => (
            "the answer with a notice that was just made",
            "with OK the notice in qrCode is paid like any other: the node asks for its data next",
        ),
    };
    Meaning { what, direction, next }
}
