//! The signature of a document, of which only its absence is left.

/// Whether a `tipoFirma` says that the document is not signed: missing, empty or 0. Other values (1 CAdES, 3 XAdES,
/// 4 PAdES) were withdrawn with the signature of documents.
pub fn is_unsigned(kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| matches!(kind.trim(), "" | "0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_an_empty_and_the_zero_kind_are_unsigned() {
        for kind in [None, Some(""), Some(" "), Some("0")] {
            assert!(is_unsigned(kind), "{kind:?}");
        }
        for kind in ["1", "3", "4", "x"] {
            assert!(!is_unsigned(Some(kind)), "{kind}");
        }
    }
}
