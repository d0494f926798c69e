//! How amounts, days and notice numbers are written for people, and the QR code as a picture.

use jiff::civil::Date;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::words::Words;
use crate::domain::amount::Cents;

/// An amount of euro.
pub fn euro(words: &Words, amount: Cents) -> String {
    let (thousands, decimals) = words.separators;
    let whole = (amount.get() / 100).to_string();
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    (words.euro)(&format!("{text}{decimals}{:02}", amount.get() % 100))
}

/// A day.
pub fn day(words: &Words, day: Date) -> String {
    day.strftime(words.day).to_string()
}

/// The digits of a notice in fours, as they are printed on notices.
pub fn grouped(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// A QR code as an SVG picture; none if the text is too long for one.
pub fn qr(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let colours = (svg::Color("#000"), svg::Color("#fff"));
    let picture = code.render().dark_color(colours.0).light_color(colours.1).min_dimensions(240, 240).build();
    // The declaration of XML has no place in the middle of a page.
    picture.split_once("?>").map(|(_, svg)| svg.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::language::Language;

    #[test]
    fn amounts_and_days_are_written_as_people_read_them() {
        let (italian, english) = (Words::of(Language::Italian), Words::of(Language::English));
        for (cents, it, en) in [
            (5, "0,05 €", "€0.05"),
            (12_345, "123,45 €", "€123.45"),
            (123_456_700, "1.234.567,00 €", "€1,234,567.00"),
        ] {
            let amount = Cents::new(cents).unwrap();
            assert_eq!((euro(italian, amount).as_str(), euro(english, amount).as_str()), (it, en));
        }
        let date = jiff::civil::date(2026, 12, 5);
        assert_eq!(
            (day(italian, date).as_str(), day(english, date).as_str()),
            ("05/12/2026", "5 December 2026")
        );
        assert_eq!(grouped("302000000000100055"), "3020 0000 0000 1000 55");
    }

    #[test]
    fn a_qr_code_is_a_picture_without_styles_or_scripts() {
        let picture = qr("PAGOPA|002|302000000000100091|99000010019|12345").unwrap();
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"), "{picture}");
        assert!(!picture.contains("style=") && !picture.contains("<script"));
    }
}
