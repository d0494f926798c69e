//! paDemandPaymentNotice (SANP 3.10): a payment without a notice, asked for at a payment service provider.

use crate::wire::pa_for_node::NoticeDemand;

use super::Outcome;
use super::fault::{PaaCode, Refused};

/// No service is offered here, so there is nothing that can be demanded.
pub fn handle(request: &NoticeDemand) -> Outcome {
    let description = "this installation offers no spontaneous payment service";
    Err(Refused::new(PaaCode::SystemError, request.id_pa.as_str(), description))
}
