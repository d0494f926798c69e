//! The catalogue of spontaneous services: what can be paid for without a notice, who provides it, what is asked
//! and what it costs (SANP 3.10, paDemandPaymentNotice, CatalogoServizi).

pub mod browse;
pub mod category;
pub mod charge;
pub mod form;
pub mod ids;
pub mod language;
pub mod listing;
pub mod negotiation;
pub mod offering;
pub mod order;
pub mod price;
pub mod purge;
pub mod search;
pub mod service;
pub mod stage;
pub mod template;
