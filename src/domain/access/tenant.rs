//! Whose data it is.

use std::fmt;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;

/// Whose data a request is about, or on whose behalf somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tenant {
    /// The installation as a whole.
    Gateway,
    /// A creditor institution.
    Institution(FiscalCode),
    /// A technology partner.
    Broker(BrokerCode),
}

/// Why a text names no tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be gateway, ec:<fiscal code> or broker:<code>")]
pub struct TenantError;

impl Tenant {
    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Result<Self, TenantError> {
        match text.split_once(':') {
            None if text == "gateway" => Ok(Tenant::Gateway),
            Some(("ec", code)) => FiscalCode::new(code).map(Tenant::Institution).map_err(|_| TenantError),
            Some(("broker", code)) => BrokerCode::new(code).map(Tenant::Broker).map_err(|_| TenantError),
            _ => Err(TenantError),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tenant::Gateway => f.write_str("gateway"),
            Tenant::Institution(ec) => write!(f, "ec:{ec}"),
            Tenant::Broker(code) => write!(f, "broker:{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_read_as_it_is_written() {
        for text in ["gateway", "ec:77777777777", "broker:99000040017"] {
            assert_eq!(Tenant::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "gateway:", "ec:", "ec:7", "psp:1", "EC:77777777777", "broker:"] {
            assert_eq!(Tenant::parse(text), Err(TenantError), "{text}");
        }
    }
}
