//! The positions that a caller may work with, as a condition in SQL.
//!
//! It says what `domain::segregation` says: every notice counts.

use crate::domain::segregation::Segregation;

/// Whether all notices of `position p` are for the caller whose codes (see [`codes`]) are that parameter.
macro_rules! of_caller {
    ($codes:literal) => {
        concat!(
            "(CAST(",
            $codes,
            " AS TEXT) IS NULL OR NOT EXISTS (SELECT 1 FROM notice g WHERE g.ec = p.ec \
             AND g.iupd = p.iupd AND NOT (g.notice_number LIKE '3%' AND CAST(",
            $codes,
            " AS TEXT) LIKE '%' || SUBSTR(g.notice_number, 2, 2) || '%') LIMIT 1 OFFSET 0))"
        )
    };
}
pub(in crate::store) use of_caller;

/// The value of the parameter of [`of_caller`]: none for a caller who may work with every notice. The
/// codes are kept apart, so that two digits are found only where a code is.
pub(in crate::store) fn codes(scope: &Segregation) -> Option<String> {
    match scope {
        Segregation::Every => None,
        Segregation::Only(codes) => Some(codes.iter().map(|code| format!("{code} ")).collect()),
    }
}
