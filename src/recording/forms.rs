//! The forms of invented codes: check characters, check digits.

/// The check character of the first fifteen characters of a natural person's fiscal code (DM 12.3.1974).
pub fn person_check(fifteen: &str) -> char {
    /// What a character counts for in an odd place, by its number: that of a digit, or of a letter from A.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let number = |c: char| c.to_digit(10).unwrap_or_else(|| u32::from(c).saturating_sub(u32::from('A')));
    let sum: u32 = fifteen.chars().enumerate().fold(0, |sum, (at, c)| {
        let value = number(c);
        let odd = usize::try_from(value).ok().and_then(|value| ODD.get(value)).copied().unwrap_or_default();
        sum + if at % 2 == 0 { odd } else { value }
    });
    char::from_u32(u32::from('A') + sum % 26).unwrap_or('A')
}

/// The check digit of the first ten digits of an eleven-digit code.
pub fn company_check(ten: &str) -> char {
    let sum: u32 = ten.chars().enumerate().fold(0, |sum, (at, c)| {
        let digit = c.to_digit(10).unwrap_or_default();
        let doubled = if digit > 4 { 2 * digit - 9 } else { 2 * digit };
        sum + if at % 2 == 0 { digit } else { doubled }
    });
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// The check character (CIN) of the ABI, CAB and account number of an Italian account, 22 characters: it is
/// reckoned as that of a person's code.
pub fn account_check(account: &str) -> char {
    person_check(account)
}

/// The two check digits of an IBAN (ISO 13616) of that country and account.
pub fn iban_check(country: &str, account: &str) -> String {
    let rest = account.chars().chain(country.chars()).chain("00".chars()).fold(0, remainder_97);
    format!("{:02}", 98 - rest)
}

/// The two check digits of an RF reference (ISO 11649) with that body.
pub fn reference_check(body: &str) -> String {
    iban_check("RF", body)
}

fn remainder_97(rest: u32, c: char) -> u32 {
    let value = c.to_digit(36).unwrap_or_default();
    if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }
}

/// The two check digits of a notice number: the remainder by 93 of what comes before them.
pub fn notice_check(before: &str) -> String {
    let rest = before.chars().fold(0, |rest, c| (rest * 10 + c.to_digit(10).unwrap_or_default()) % 93);
    format!("{rest:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_are_those_of_published_examples() {
        assert_eq!(person_check("RSSMRA80A01H501"), 'U');
        assert_eq!(person_check("MRTMTT25D09F205"), 'Z');
        assert_eq!(company_check("0090655051"), '2');
        assert_eq!(company_check("1537637100"), '9');
        assert_eq!(account_check("0542811101000000123456"), 'X');
        assert_eq!(iban_check("IT", "X0542811101000000123456"), "60");
        assert_eq!(reference_check("539007547034"), "18");
        assert_eq!(notice_check("3020000000000001"), "84");
        assert_eq!(notice_check("0010000000000001"), "41");
    }
}
