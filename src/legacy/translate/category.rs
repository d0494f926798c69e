//! What is paid for: `transferCategory` of the node, `datiSpecificiRiscossione` of the old documents.

use crate::domain::iban::Iban;
use crate::domain::routing::CATEGORY;
use crate::wire::common::Text140;
use crate::wire::pagamenti::CollectionData;
use crate::wire::{FacetError, Text};

/// Row "datiSpecificiRiscossione → transferCategory": of a code of the taxonomy (`9/` and ten characters and `/`)
/// only the code, because the old documents may carry free text behind it; any other as it is.
pub fn category(data: &CollectionData) -> Result<Text140, FacetError> {
    Text::new(taxonomy_part(data.as_str()))
}

fn taxonomy_part(data: &str) -> &str {
    let Some(rest) = data.strip_prefix("9/") else { return data };
    let Some((code, _)) = rest.split_once('/') else { return data };
    let digits = code.bytes().take(7).all(|b| b.is_ascii_digit());
    let reason = code.bytes().skip(7).all(|b| b.is_ascii_uppercase());
    if code.len() == 9 && digits && reason { data.get(..12).unwrap_or(data) } else { data }
}

/// Row "transferCategory → datiSpecificiRiscossione". What does not fit (`[0129]/` and 3 to 138 characters without
/// blanks): the kinds 6, 7 and 8 of the taxonomy become 9, the rest is cut at the first blank; what is too short
/// or of no kind is replaced by the usual category.
pub fn collection(category: &str) -> Result<CollectionData, FacetError> {
    let whole: &str = category.trim().split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
    let raised = match whole.split_once('/') {
        Some(("6" | "7" | "8", rest)) => format!("9/{rest}"),
        _ => whole.to_owned(),
    };
    CollectionData::cut(&raised).or_else(|_| CollectionData::new(CATEGORY))
}

/// Row "ibanAccredito → allCCP": whether an account is at the post office (ABI 07601).
pub fn is_postal(account: &str) -> bool {
    Iban::kept(account).is_ok_and(|account| account.is_postal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_of_the_taxonomy_is_kept_of_what_is_paid_for() {
        let cases = [
            ("9/0101108TS/", "9/0101108TS/"),
            ("9/0101108TS/mensa-2026", "9/0101108TS/"),
            ("9/0101108TS", "9/0101108TS"),
            ("9/mensa/2026", "9/mensa/2026"),
            ("9/010110xTS/a", "9/010110xTS/a"),
            ("0/1234", "0/1234"),
            ("1/9/0101108TS/x", "1/9/0101108TS/x"),
        ];
        for (data, wanted) in cases {
            assert_eq!(category(&CollectionData::new(data).unwrap()).unwrap(), wanted);
        }
    }

    #[test]
    fn a_category_becomes_collection_data_that_fit() {
        let long = format!("9/{}", "x".repeat(138));
        let cases = [
            ("9/0101108TS/", "9/0101108TS/"),
            ("7/0101108TS/", "9/0101108TS/"),
            ("0/1234", "0/1234"),
            (" 9/0101108TS/ mensa ", "9/0101108TS/"),
            (long.as_str(), long.as_str()),
            ("9/ab", CATEGORY),
            ("TARI", CATEGORY),
            ("3/0101108TS/", CATEGORY),
            ("", CATEGORY),
        ];
        for (category, wanted) in cases {
            assert_eq!(collection(category).unwrap(), wanted, "{category}");
        }
    }

    #[test]
    fn postal_accounts_are_known_by_their_bank_code() {
        assert!(is_postal("IT57N0760114800000011050036"));
        assert!(!is_postal("IT60X0542811101000000123456"));
        assert!(!is_postal("xx"));
    }
}
