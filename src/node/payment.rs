//! What an activation was answered, whatever its version.

use crate::wire::pa_for_node::{
    IbanOrRichiestaMarcaDaBollo, PaymentData, PaymentDataV2, PaymentTransfer, PaymentTransferList, Response,
};
use crate::wire::{Bounded, Text};

/// The data of a payment in the words of the second version; none if the answer holds none.
///
/// The first version may leave out the name of the body; the node knows it from its registry, and here its code
/// stands for it.
pub fn paid_data(answer: &Response, ec: &str) -> Option<PaymentDataV2> {
    match answer {
        Response::PaGetPayment(answer) => answer.data.as_ref().and_then(|data| raised(data, ec)),
        Response::PaGetPaymentV2(answer) => answer.data.clone(),
        Response::PaVerifyPaymentNotice(_)
        | Response::PaDemandPaymentNotice(_)
        | Response::PaSendRT(_)
        | Response::PaSendRTV2(_) => None,
    }
}

fn raised(data: &PaymentData, ec: &str) -> Option<PaymentDataV2> {
    let transfers = data.transfer_list.transfer.iter().map(|transfer| PaymentTransfer {
        id_transfer: transfer.id_transfer,
        transfer_amount: transfer.transfer_amount,
        fiscal_code_pa: transfer.fiscal_code_pa.clone(),
        company_name: None,
        iban_or_richiesta_marca_da_bollo: IbanOrRichiestaMarcaDaBollo::Iban(transfer.iban.clone()),
        remittance_information: transfer.remittance_information.clone(),
        transfer_category: transfer.transfer_category.clone(),
        metadata: transfer.metadata.clone(),
    });
    let company_name = match &data.company_name {
        Some(name) => name.clone(),
        None => Text::cut(ec).ok()?,
    };
    Some(PaymentDataV2 {
        creditor_reference_id: data.creditor_reference_id.clone(),
        payment_amount: data.payment_amount,
        due_date: data.due_date,
        retention_date: data.retention_date,
        last_payment: data.last_payment,
        description: data.description.clone(),
        company_name,
        office_name: data.office_name.clone(),
        debtor: data.debtor.clone(),
        transfer_list: PaymentTransferList { transfer: Bounded::new(transfers.collect()).ok()? },
        metadata: data.metadata.clone(),
    })
}
