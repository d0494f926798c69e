//! The positions that a caller may work with, as a condition in SQL.
//!
//! It says what `domain::segregation` says: every notice counts, and every transfer.

use std::collections::BTreeSet;

use crate::domain::access::TaxonomyDomain;
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;
use crate::store::StoreError;
use crate::store::rows::read;

/// Whether all notices of `position p` are for the caller whose limits (see [`codes`]) are that parameter.
macro_rules! of_caller {
    ($codes:literal) => {
        concat!(
            "(CAST(",
            $codes,
            " AS TEXT) IS NULL OR ((CAST(",
            $codes,
            " AS TEXT) LIKE '*%' OR NOT EXISTS (SELECT 1 FROM notice g WHERE g.ec = p.ec \
             AND g.iupd = p.iupd AND NOT (g.notice_number LIKE '3%' AND CAST(",
            $codes,
            " AS TEXT) LIKE '%' || SUBSTR(g.notice_number, 2, 2) || ' %') LIMIT 1 OFFSET 0)) AND (CAST(",
            $codes,
            " AS TEXT) NOT LIKE '%=%' OR NOT EXISTS (SELECT 1 FROM notice g JOIN transfer h ON h.ec = g.ec \
             AND h.notice_number = g.notice_number WHERE g.ec = p.ec AND g.iupd = p.iupd AND CAST(",
            $codes,
            " AS TEXT) NOT LIKE '%=' || SUBSTR(h.category, 3, 4) || ';%' LIMIT 1 OFFSET 0))))"
        )
    };
}
pub(in crate::store) use of_caller;

/// The value of the parameter of [`of_caller`]: none for a caller who may work with every notice. Each code
/// has a blank behind it, or a star stands for all; each part of the taxonomy is between `=` and `;`. So digits
/// are found only where what they mean is.
pub(in crate::store) fn codes(scope: &Segregation) -> Option<String> {
    if *scope == Segregation::Every {
        return None;
    }
    let mut text: String = match scope.codes() {
        Some(codes) => codes.iter().map(|code| format!("{code} ")).collect(),
        None => "* ".to_owned(),
    };
    text.extend(scope.domains().into_iter().flatten().map(|part| format!("={part};")));
    // Parts that nobody has are none: a limit to nothing stays one.
    if scope.domains().is_some_and(BTreeSet::is_empty) {
        text.push('=');
    }
    Some(text)
}

/// What [`codes`] wrote.
pub(in crate::store) fn scope(text: Option<&str>) -> Result<Segregation, StoreError> {
    let Some(text) = text else { return Ok(Segregation::Every) };
    let (codes, parts) = text.split_once('=').map_or((text, None), |(codes, parts)| (codes, Some(parts)));
    let code = |text| read(TwoDigits::new(text), "segregation code");
    let part = |text: &str| read(TaxonomyDomain::new(text.trim_start_matches('=')), "part of the taxonomy");
    let codes = match codes.trim() {
        "*" => None,
        codes => Some(codes.split_whitespace().map(code).collect::<Result<_, _>>()?),
    };
    let parts = parts.map(|parts| {
        parts.split(';').filter(|text| !text.is_empty()).map(part).collect::<Result<BTreeSet<_>, _>>()
    });
    Ok(Segregation::of(codes, parts.transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_are_written() {
        let some = Some(BTreeSet::from([TwoDigits::new("01").unwrap(), TwoDigits::new("02").unwrap()]));
        let parts = Some(["0101", "0302"].map(|part| TaxonomyDomain::new(part).unwrap()).into());
        for (codes_of, domains, text) in [
            (None, None, None),
            (some.clone(), None, Some("01 02 ")),
            (Some(BTreeSet::new()), None, Some("")),
            (None, parts.clone(), Some("* =0101;=0302;")),
            (some, parts, Some("01 02 =0101;=0302;")),
            (None, Some(BTreeSet::new()), Some("* =")),
        ] {
            let limits = Segregation::of(codes_of, domains);
            assert_eq!(codes(&limits).as_deref(), text);
            assert_eq!(scope(text).unwrap(), limits);
        }
    }
}
