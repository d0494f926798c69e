//! What stands for an institution in the codes printed on its notices.

use std::fmt;

use crate::domain::fiscal_code::FiscalCode;

/// A code that stands for an institution in a QR code or a bar code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Encoding {
    kind: EncodingKind,
    code: Box<str>,
}

/// In which kind of printed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EncodingKind {
    /// The QR code: eleven digits.
    QrCode,
    /// The bar code of postal slips: the last twelve digits of a postal account's IBAN.
    Barcode128Aim,
}

/// Why something is no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// No kind of that name.
    #[error("must be QR_CODE or BARCODE_128_AIM")]
    Kind,
    /// The kind that is no longer taken.
    #[error("BARCODE_GS1_128 is no longer accepted")]
    Deprecated,
    /// Not eleven digits.
    #[error("the code of a QR_CODE has exactly 11 digits")]
    QrCode,
    /// Not twelve digits.
    #[error("the code of a BARCODE_128_AIM has exactly 12 digits")]
    Barcode128Aim,
}

impl EncodingKind {
    /// All kinds.
    pub const ALL: [EncodingKind; 2] = [EncodingKind::QrCode, EncodingKind::Barcode128Aim];

    /// Its name in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            EncodingKind::QrCode => "QR_CODE",
            EncodingKind::Barcode128Aim => "BARCODE_128_AIM",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Result<Self, EncodingError> {
        if name == "BARCODE_GS1_128" {
            return Err(EncodingError::Deprecated);
        }
        EncodingKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(EncodingError::Kind)
    }
}

impl Encoding {
    /// Reads a code of that kind.
    pub fn new(kind: EncodingKind, code: &str) -> Result<Self, EncodingError> {
        let (length, error) = match kind {
            EncodingKind::QrCode => (11, EncodingError::QrCode),
            EncodingKind::Barcode128Aim => (12, EncodingError::Barcode128Aim),
        };
        let right = code.len() == length && code.bytes().all(|b| b.is_ascii_digit());
        if right { Ok(Encoding { kind, code: code.into() }) } else { Err(error) }
    }

    /// The one that every institution has from the beginning: its fiscal code in QR codes.
    pub fn of_institution(ec: &FiscalCode) -> Self {
        Encoding { kind: EncodingKind::QrCode, code: ec.as_str().into() }
    }

    /// In which kind of printed code.
    pub fn kind(&self) -> EncodingKind {
        self.kind
    }

    /// The digits.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.name(), self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_number_of_digits_and_the_old_one_is_refused() {
        assert!(Encoding::new(EncodingKind::QrCode, "77777777777").is_ok());
        assert!(Encoding::new(EncodingKind::Barcode128Aim, "000001002003").is_ok());
        assert_eq!(Encoding::new(EncodingKind::QrCode, "777777777777"), Err(EncodingError::QrCode));
        let short = Encoding::new(EncodingKind::Barcode128Aim, "00000100200");
        assert_eq!(short, Err(EncodingError::Barcode128Aim));
        assert_eq!(EncodingKind::from_name("BARCODE_GS1_128"), Err(EncodingError::Deprecated));
        assert_eq!(EncodingKind::from_name("QRCODE"), Err(EncodingError::Kind));
        for kind in EncodingKind::ALL {
            assert_eq!(EncodingKind::from_name(kind.name()), Ok(kind));
        }
    }
}
