//! What the QR code of a notice says (SANP 3.10): enough for an app to pay it.

use super::amount::Cents;
use super::fiscal_code::FiscalCode;
use super::notice_number::NoticeNumber;

/// The text of the QR code of a notice: `PAGOPA|002|number|creditor|cents`.
pub fn qr_text(ec: &FiscalCode, number: &NoticeNumber, amount: Cents) -> String {
    format!("PAGOPA|002|{number}|{ec}|{}", amount.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_notice_the_creditor_and_the_cents() {
        let ec = FiscalCode::new("99000010019").unwrap();
        let number = NoticeNumber::new("302000000000100091").unwrap();
        let text = qr_text(&ec, &number, Cents::new(12_345).unwrap());
        assert_eq!(text, "PAGOPA|002|302000000000100091|99000010019|12345");
    }
}
