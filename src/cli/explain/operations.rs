//! What the messages of the contract are for, and what follows on them.

use crate::soap::legacy::Service;
use crate::wire::pa_for_node::Operation;
use crate::wire::{
    pagamenti_telematici_ccp as ccp, pagamenti_telematici_rpt as rpt, pagamenti_telematici_rt as rt,
    richiesta_avvisi as avvisi,
};

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

/// What a message of the old interface with that root is for.
pub fn old_meaning(root: &str) -> Option<Meaning> {
    let found = find(root, |operation: ccp::Operation| match operation {
        ccp::Operation::PaaVerificaRPT => (
            "the question whether a debt can be paid (old interface)",
            "the creditor answers with amount, reason and account in datiPagamentoPA",
        ),
        ccp::Operation::PaaAttivaRPT => (
            "the activation of a payment (old interface)",
            "the creditor answers with datiPagamentoPA and then sends the request for payment with nodoInviaRPT",
        ),
    });
    let found = found.or_else(|| {
        find(root, |operation: rt::Operation| match operation {
            rt::Operation::PaaInviaRT => (
                "the receipt (RT) of a request for payment (old interface)",
                "the creditor stores it and answers OK; a negative one says that nothing was paid, and a positive \
                 one may still follow",
            ),
        })
    });
    let found = found.or_else(|| {
        find(root, |operation: avvisi::Operation| match operation {
            avvisi::Operation::PaaChiediNumeroAvviso => (
                "the wish to pay something without a notice (old interface)",
                "the creditor makes a debt and answers with numeroAvviso",
            ),
        })
    });
    found.or_else(|| {
        find(root, |operation: rpt::Operation| match operation {
            rpt::Operation::NodoInviaRPT => (
                "the request for payment (RPT) of a creditor (old interface)",
                "it completes an activation, or begins a payment at the creditor's own pages",
            ),
            rpt::Operation::NodoInviaCarrelloRPT => (
                "several requests for payment that are paid together (old interface)",
                "all are taken, or none",
            ),
            rpt::Operation::NodoChiediStatoRPT => {
                ("the question what became of a request (old interface)", "nothing changes by it")
            }
            rpt::Operation::NodoChiediCopiaRT => (
                "the wish for a copy of a receipt (old interface)",
                "the receipt is sent in the answer, if there is one already",
            ),
            rpt::Operation::NodoChiediListaPendentiRPT => {
                ("the question which requests have no receipt yet (old interface)", "nothing changes by it")
            }
        })
    })
}

fn find<S: Service>(root: &str, say: impl Fn(S) -> (&'static str, &'static str)) -> Option<Meaning> {
    let operation =
        S::all().iter().find(|one| one.request_root().local == root || one.response_root().local == root)?;
    let (to_creditor, asks) = (operation.name().starts_with("paa"), operation.request_root().local == root);
    let direction = match (to_creditor, asks) {
        (true, true) | (false, false) => {
            "from the node (or this gateway in its place) to the creditor's system"
        }
        (true, false) | (false, true) => {
            "from the creditor's system to the node (or this gateway in its place)"
        }
    };
    let (what, next) = say(*operation);
    let next = if asks { next } else { "the one who asked goes on by esito and fault" };
    Some(Meaning { what, direction, next })
}
