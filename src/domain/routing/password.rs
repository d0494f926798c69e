//! The passwords of old systems: drawn by us, shown once.

/// Letters and digits that nobody confuses. Old systems type passwords into fields, fold their case or escape what
/// is no letter: none of that touches these.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The characters of a password: the most that a message of the old contract holds (stPassword), 75 random bits.
pub const PASSWORD_LENGTH: usize = 15;

/// A password of random bytes.
pub fn password_text(random: &[u8; PASSWORD_LENGTH]) -> String {
    // Thirty-two letters: five bits of a byte choose one, each as likely as the others.
    let letter = |byte: &u8| LETTERS.iter().copied().nth(usize::from(byte & 31)).map_or('2', char::from);
    random.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_the_old_contract_and_every_letter_is_as_likely() {
        assert_eq!(password_text(&[0; 15]), "222222222222222");
        assert_eq!(password_text(&[255; 15]), "ZZZZZZZZZZZZZZZ");
        let mut counts = std::collections::BTreeMap::new();
        for byte in 0..=255 {
            let letter = password_text(&[byte; 15]).chars().next().unwrap();
            *counts.entry(letter).or_insert(0) += 1;
        }
        assert!(counts.len() == 32 && counts.values().all(|count| *count == 8), "{counts:?}");
    }
}
