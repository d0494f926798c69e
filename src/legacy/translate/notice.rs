//! Notice numbers and references of debts.

use super::Unusable;
use crate::domain::notice_number::NoticeNumber;
use crate::wire::Text;
use crate::wire::common::{NoticeCode, Text35};
use crate::wire::ppt::NoticeNumberParts;

/// Row "NAV → header IUV": the reference inside a notice number, without aux digit and application code.
pub fn iuv(qr_code: &NoticeCode) -> Result<Text35, Unusable> {
    let notice = NoticeNumber::new(qr_code.notice_number.as_str()).map_err(|_| Unusable::Notice)?;
    Ok(Text::new(notice.iuv().as_str())?)
}

/// Row "numeroAvviso{auxDigit, applicationCode?, IUV} → qrCode.noticeNumber": the parts one after the other. An
/// application code belongs to aux digit 0 only; a reference that is too short for its layout makes no notice number.
pub fn notice_number(parts: &NoticeNumberParts) -> Result<NoticeNumber, Unusable> {
    let code = parts.application_code.as_ref().map_or("", |code| code.as_str());
    let aux = parts.aux_digit.as_str();
    if (aux == "0") == code.is_empty() {
        return Err(Unusable::Notice);
    }
    NoticeNumber::new(&format!("{aux}{code}{}", parts.iuv.as_str())).map_err(|_| Unusable::Notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(aux: &str, code: Option<&str>, iuv: &str) -> NoticeNumberParts {
        NoticeNumberParts {
            aux_digit: Text::new(aux).unwrap(),
            application_code: code.map(|code| Text::new(code).unwrap()),
            iuv: Text::new(iuv).unwrap(),
        }
    }

    #[test]
    fn the_parts_of_a_notice_number_are_put_together_and_taken_apart_by_its_aux_digit() {
        let cases = [
            ("3", None, "01000000000000012", "301000000000000012"),
            ("1", None, "00000000000000012", "100000000000000012"),
            ("2", None, "00000000000000012", "200000000000000012"),
            ("0", Some("47"), "000000000000012", "047000000000000012"),
        ];
        for (aux, code, reference, whole) in cases {
            let number = notice_number(&parts(aux, code, reference)).unwrap();
            assert_eq!(number.as_str(), whole);
            let qr_code = NoticeCode {
                fiscal_code: Text::new("77777777777").unwrap(),
                notice_number: Text::new(whole).unwrap(),
            };
            assert_eq!(iuv(&qr_code).unwrap(), reference);
        }
    }

    #[test]
    fn parts_that_make_no_notice_number_are_refused() {
        let wrong = [
            ("0", None, "000000000000012"),
            ("3", Some("01"), "000000000000012"),
            ("3", None, "000000000000012"),
            ("0", Some("47"), "12345"),
        ];
        for (aux, code, reference) in wrong {
            assert_eq!(
                notice_number(&parts(aux, code, reference)),
                Err(Unusable::Notice),
                "{aux} {reference}"
            );
        }
    }
}
