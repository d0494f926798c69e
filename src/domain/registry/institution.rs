//! A creditor institution: its name and address, and how it is reached and told of its money.

use std::fmt;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;

/// All that is known of a creditor institution (api-config 0.59, `CreditorInstitutionDetails`).
#[derive(Clone, Debug, PartialEq)]
pub struct InstitutionFacts {
    /// Its fiscal code.
    pub ec: FiscalCode,
    /// Its name, as payers read it. New ones have at most 70 characters; older ones may have more.
    pub name: Text<140>,
    /// What else is said of it.
    pub description: Option<Text<255>>,
    /// Whether its notices can be paid.
    pub enabled: bool,
    /// The code by which home banking finds it.
    pub cbill: Option<CbillCode>,
    /// Where it is.
    pub address: InstitutionAddress,
    /// Whether it can be paid at any payment service provider.
    pub psp_payment: bool,
    /// How flows of reconciliation are delivered.
    pub reporting: Reporting,
}

/// Where an institution is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstitutionAddress {
    /// Street and number.
    pub location: Option<Text<140>>,
    /// The town.
    pub city: Option<Text<70>>,
    /// Five digits.
    pub zip_code: Option<ZipCode>,
    /// Two characters; the contract calls it the country's code and means the province.
    pub country_code: Option<TwoCharacters>,
    /// Its tax domicile.
    pub tax_domicile: Option<Text<140>>,
}

/// How flows of reconciliation are delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reporting {
    /// By file transfer.
    pub ftp: bool,
    /// Compressed.
    pub zip: bool,
}

/// The code by which home banking finds an institution (CBILL, also SIA): five letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CbillCode(Box<str>);

/// Five digits of an Italian address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipCode(Box<str>);

/// Two letters, digits or underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoCharacters(Box<str>);

/// Why a code of an institution is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstitutionCodeError {
    /// Not five letters and digits.
    #[error("a CBILL code has exactly 5 letters and digits")]
    Cbill,
    /// Not five digits.
    #[error("must have exactly 5 digits")]
    ZipCode,
    /// Not two characters.
    #[error("must have exactly 2 letters, digits or underscores")]
    TwoCharacters,
}

impl CbillCode {
    /// Reads a code; lower-case letters are raised.
    pub fn new(text: &str) -> Result<Self, InstitutionCodeError> {
        let text = text.trim().to_ascii_uppercase();
        let right = text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if right { Ok(CbillCode(text.into())) } else { Err(InstitutionCodeError::Cbill) }
    }

    /// The five characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CbillCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ZipCode {
    /// Reads five ASCII digits.
    pub fn new(text: &str) -> Result<Self, InstitutionCodeError> {
        let right = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
        if right { Ok(ZipCode(text.into())) } else { Err(InstitutionCodeError::ZipCode) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TwoCharacters {
    /// Reads two characters.
    pub fn new(text: &str) -> Result<Self, InstitutionCodeError> {
        let right = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if right { Ok(TwoCharacters(text.into())) } else { Err(InstitutionCodeError::TwoCharacters) }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_length_and_nothing_else() {
        assert_eq!(CbillCode::new(" a1b2c ").unwrap().as_str(), "A1B2C");
        assert!(ZipCode::new("00187").is_ok() && TwoCharacters::new("RM").is_ok());
        for wrong in ["", "A1B2", "A1B2C3", "A1-2C", "àbcd"] {
            assert_eq!(CbillCode::new(wrong), Err(InstitutionCodeError::Cbill), "{wrong}");
        }
        for wrong in ["", "0018", "001877", "0018a", "٠٠١٨٧"] {
            assert_eq!(ZipCode::new(wrong), Err(InstitutionCodeError::ZipCode), "{wrong}");
        }
        for wrong in ["", "R", "ROM", "R-", "à"] {
            assert_eq!(TwoCharacters::new(wrong), Err(InstitutionCodeError::TwoCharacters), "{wrong}");
        }
    }
}
