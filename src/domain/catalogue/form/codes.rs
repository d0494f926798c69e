//! What plates, fiscal codes, VAT numbers, IBANs and e-mail addresses look like, and their check characters.
//!
//! Every rendering of a form can say what they look like; only the domain judges check characters.

use super::pattern::{Class, Shape};

/// The most characters of an e-mail address (`stEMail` of the node's contract).
pub const EMAIL_MAX: u16 = 256;

/// Letters of plates since 1994: those that nobody takes for a digit or for another.
const PLATE_LETTERS: &str = "ABCDEFGHJKLMNPRSTVWXYZ";

/// Plates that are in use, a letter as `A`, a digit as `0`: cars since 1994, and trailers since 2013, which begin
/// with X; motorcycles since 1999 and trailers before; agricultural machines.
const PLATES: [&str; 3] = ["AA000AA", "AA00000", "AA000A"];

/// Plates of provinces, until 1994 (motorcycles until 1999): behind the two letters of the province, digits with
/// a letter in the places where series had one. Those of Rome are kept under RM.
const PROVINCIAL_PLATES: [&str; 7] = ["0000", "00000", "000000", "A0000", "A00000", "0A0000", "00000A"];

/// What the plate of a vehicle looks like, in letters of either case.
pub fn plate() -> Shape {
    let letter = Shape::One(either_case(PLATE_LETTERS));
    let any_letter = letters();
    let current = PLATES.iter().map(|mask| masked(mask, &letter)).collect();
    let series = PROVINCIAL_PLATES.iter().map(|mask| masked(mask, &any_letter)).collect();
    let province = any_letter.clone().times(2, 2);
    // A moped's: six signs that cannot be taken for others.
    let moped = Shape::One(either_case("23456789BCDFGHJKLMNPRSTVWXYZ")).times(6, 6);
    Shape::Either(vec![Shape::Either(current), Shape::Sequence(vec![province, Shape::Either(series)]), moped])
}

/// What a fiscal code looks like: 16 letters and digits, or 11 digits. The letters that stand for digits when two
/// people would share a code (omocodia) count as digits.
pub fn fiscal_code() -> Shape {
    let digit = Shape::One(either_case("0123456789LMNPQRSTUV"));
    let month = Shape::One(either_case("ABCDEHLMPRST"));
    let letter = letters();
    let person = Shape::Sequence(vec![
        letter.clone().times(6, 6),
        digit.clone().times(2, 2),
        month,
        digit.clone().times(2, 2),
        letter.clone(),
        digit.times(3, 3),
        letter,
    ]);
    Shape::Either(vec![person, vat_number()])
}

/// What a VAT number looks like.
pub fn vat_number() -> Shape {
    digits().times(11, 11)
}

/// What an IBAN looks like, whatever its country.
pub fn iban() -> Shape {
    let account = Shape::One(either_case("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    Shape::Sequence(vec![letters().times(2, 2), digits().times(2, 2), account.times(11, 30)])
}

/// What an e-mail address looks like (`stEMail` of the node's contract); its length is another matter.
pub fn email() -> Shape {
    let alphanumeric = [('0', '9'), ('A', 'Z'), ('a', 'z')];
    let with = |marks: &str| {
        Shape::One(Class::of(alphanumeric.into_iter().chain(marks.chars().map(|c| (c, c))))).times(1, None)
    };
    let more = Shape::Sequence(vec![Shape::character('.'), with("-")]).times(0, None);
    Shape::Sequence(vec![with("_.+-"), Shape::character('@'), with("-"), more])
}

/// Whether the check character of a fiscal code in capital letters fits the rest.
pub fn fiscal_code_checks(code: &str) -> bool {
    if code.len() == 11 { digits_check(code) } else { letters_check(code) }
}

/// Whether the last of eleven digits fits the rest: that of VAT numbers and of fiscal codes of bodies (Luhn).
pub fn digits_check(code: &str) -> bool {
    let weighed = code.bytes().enumerate().map(|(index, b)| {
        let digit = u32::from(b.saturating_sub(b'0'));
        let doubled = if index % 2 == 0 { digit } else { digit * 2 };
        doubled / 10 + doubled % 10
    });
    weighed.sum::<u32>().is_multiple_of(10)
}

/// What the signs in odd places count (decree of 23 December 1976): those of the digits 0 to 9 and of the letters
/// A to J, then of the other letters. In even places a sign counts its place in the row.
const ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// Whether the last of sixteen signs fits the rest.
fn letters_check(code: &str) -> bool {
    let place = |b: u8| match b {
        b'0'..=b'9' => usize::from(b - b'0'),
        _ => usize::from(b.saturating_sub(b'A')),
    };
    let Some((check, signs)) = code.as_bytes().split_last() else { return false };
    let weighed = signs.iter().enumerate().map(|(index, b)| match index % 2 {
        0 => ODD.get(place(*b)).copied().unwrap_or_default(),
        _ => u32::try_from(place(*b)).unwrap_or_default(),
    });
    u32::from(check.saturating_sub(b'A')) == weighed.sum::<u32>() % 26
}

/// A mask: `A` a letter, `0` a digit.
fn masked(mask: &str, letter: &Shape) -> Shape {
    Shape::Sequence(mask.chars().map(|c| if c == 'A' { letter.clone() } else { digits() }).collect())
}

fn digits() -> Shape {
    Shape::One(Class::digits())
}

fn letters() -> Shape {
    Shape::One(Class::of([('A', 'Z'), ('a', 'z')]))
}

/// These signs, letters in either case.
fn either_case(signs: &str) -> Class {
    let both = signs.chars().flat_map(|c| [c, c.to_ascii_lowercase()]);
    Class::of(both.map(|c| (c, c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates_of_all_times_are_plates() {
        for right in [
            "AB123CD", "ab123cd", "XA123AB", "DX12345", "AA123A", "MI123456", "MI12345", "MI1234",
            "MIA12345", "MI1A2345", "RM12345A", "X2BCDF", "TO0A1234",
        ] {
            assert!(plate().matches(right), "{right}");
        }
        for wrong in
            ["", "AB 123CD", "AI123CD", "AB1234CD", "A123BCD", "MI1234567", "ÀB123CD", "0B123CD", "AB-123"]
        {
            assert!(!plate().matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_mistyped_fiscal_code_is_found() {
        for right in ["RSSMRA80A01H501U", "RSSMRA80A01H50MZ", "00493410583", "77777777777"] {
            assert!(fiscal_code().matches(right), "{right}");
        }
        assert!(fiscal_code_checks("RSSMRA80A01H501U") && !fiscal_code_checks("RSSMRA80A01H501V"));
        assert!(!fiscal_code_checks("RSSMRA08A01H501U"));
        assert!(fiscal_code_checks("00493410583") && !fiscal_code_checks("00493410584"));
        for wrong in ["RSSMRA80F01H501U", "RSSMRA80A01H501", "0049341058", "RSSMRA80A01H5O1U"] {
            assert!(!fiscal_code().matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_one_at_sign_and_labels() {
        for right in ["a@b", "mario.rossi+tag@posta.example.it", "_-@-"] {
            assert!(email().matches(right), "{right}");
        }
        for wrong in ["", "@", "a@", "@b", "a@b.", "a@.b", "a b@c", "a@b@c", "à@b.it", "a@b..c", "\"a\"@b"] {
            assert!(!email().matches(wrong), "{wrong}");
        }
    }
}
