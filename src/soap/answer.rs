//! The shape that a refusal has in every operation: outcome KO, a fault, and nothing else.

use crate::wire::pa_for_node::{
    Acknowledgement, DemandAnswer, Fault, NoticeAnswer, Operation, Outcome, PaymentAnswer, PaymentAnswerV2,
    Response,
};

/// The response that refuses a request of that operation for the reason given.
pub fn refusal(operation: Operation, fault: Fault) -> Response {
    let (outcome, fault) = (Outcome::Ko, Some(fault));
    match operation {
        Operation::PaVerifyPaymentNotice => Response::PaVerifyPaymentNotice(NoticeAnswer {
            outcome,
            fault,
            payment_list: None,
            payment_description: None,
            fiscal_code_pa: None,
            company_name: None,
            office_name: None,
        }),
        Operation::PaDemandPaymentNotice => Response::PaDemandPaymentNotice(DemandAnswer {
            outcome,
            fault,
            qr_code: None,
            payment_list: None,
            payment_description: None,
            fiscal_code_pa: None,
            company_name: None,
            office_name: None,
        }),
        Operation::PaGetPayment => Response::PaGetPayment(PaymentAnswer { outcome, fault, data: None }),
        Operation::PaGetPaymentV2 => Response::PaGetPaymentV2(PaymentAnswerV2 { outcome, fault, data: None }),
        Operation::PaSendRT => Response::PaSendRT(Acknowledgement { outcome, fault }),
        Operation::PaSendRTV2 => Response::PaSendRTV2(Acknowledgement { outcome, fault }),
    }
}
