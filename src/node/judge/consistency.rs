//! What two answers about the same notice say of each other. The amount may differ: it is that of the moment.

use super::Finding;
use super::payment::all_postal;
use super::rules::{ALL_CCP_DIFFERS, COMPANY_DIFFERS, DESCRIPTION_DIFFERS, DUE_DATE_DIFFERS};
use crate::node::paid_data;
use crate::wire::pa_for_node::Response;

/// Compares a verification with the activation that followed it.
pub fn compare(verified: &Response, activated: &Response) -> Vec<Finding> {
    let mut found = Vec::new();
    let Response::PaVerifyPaymentNotice(shown) = verified else { return found };
    let Some(data) = paid_data(activated, "") else { return found };
    let root = activated.operation().response_root().local;
    let path = |name: &str| format!("/{root}/data/{name}");
    if shown.payment_description.as_ref().is_some_and(|text| *text != data.description) {
        found.push(Finding::new(&DESCRIPTION_DIFFERS, path("description"), "the descriptions differ"));
    }
    let unnamed = matches!(activated, Response::PaGetPayment(answer)
        if answer.data.as_ref().is_none_or(|data| data.company_name.is_none()));
    if !unnamed && shown.company_name.as_ref().is_some_and(|name| *name != data.company_name) {
        found.push(Finding::new(&COMPANY_DIFFERS, path("companyName"), "the names differ"));
    }
    let option = shown.payment_list.as_ref().map(|list| &list.payment_option_description);
    if option.and_then(|option| option.due_date).is_some_and(|due| due.day() != data.due_date.day()) {
        found.push(Finding::new(&DUE_DATE_DIFFERS, path("dueDate"), "the days differ"));
    }
    found
}

/// Whether the verification promised postal accounts that an activation for a postal payment does not name.
pub fn compare_postal(verified: &Response, activated: &Response) -> Option<Finding> {
    let Response::PaVerifyPaymentNotice(shown) = verified else { return None };
    let promised = shown.payment_list.as_ref()?.payment_option_description.all_ccp;
    let data = paid_data(activated, "")?;
    let root = activated.operation().response_root().local;
    (promised && !all_postal(&data)).then(|| {
        let path = format!("/{root}/data/transferList");
        Finding::new(&ALL_CCP_DIFFERS, path, "an account is not a postal one")
    })
}
