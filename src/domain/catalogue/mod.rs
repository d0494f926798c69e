//! What can be paid spontaneously: services, who offers them, what the payer fills in, and what it costs.

pub mod charge;
pub mod form;
pub mod price;
pub mod template;
