//! The taxonomy of collection services: what a transfer may say it is for.
//!
//! pagoPA publishes a list of codes, each with the days on which it holds ("tassonomia dei servizi di
//! incasso", SANP 3.10). A transfer carries one as `9/0101002IM/`: a prefix, the type of creditor, the
//! macro area, the service and the legal reason. Other prefixes only say how the payer is reached.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;

/// The heart of a code: two digits of creditor type, two of macro area, three of service, and the two
/// letters of the legal reason.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxonomyCode([u8; 9]);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a taxonomy code such as 9/0101002IM/")]
pub struct TaxonomyCodeError;

/// A code with the days on which it holds, first and last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxonomyEntry {
    /// The code.
    pub code: TaxonomyCode,
    /// Its first day.
    pub valid_from: Date,
    /// Its last day.
    pub valid_until: Date,
}

/// Why a transfer cannot carry a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoryError {
    /// The taxonomy has no such code.
    #[error("is not in the taxonomy of collection services")]
    Unknown,
    /// It has, but not for today.
    #[error("is in the taxonomy of collection services, but does not hold today")]
    NotValid,
}

/// All codes that are known. An empty one knows nothing and therefore refuses nothing.
#[derive(Clone, Debug, Default)]
pub struct Taxonomy(HashMap<TaxonomyCode, Vec<(Date, Date)>>);

impl TaxonomyCode {
    /// Reads a code as a transfer carries it: a digit, a slash, the heart, a slash.
    pub fn of_category(text: &str) -> Result<Self, TaxonomyCodeError> {
        let [prefix, b'/', heart @ .., b'/'] = text.as_bytes() else { return Err(TaxonomyCodeError) };
        if prefix.is_ascii_digit() { Self::heart(heart) } else { Err(TaxonomyCodeError) }
    }

    /// Reads a code as lists write it: with or without prefix and last slash, blanks around it.
    pub fn listed(text: &str) -> Result<Self, TaxonomyCodeError> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_suffix('/').unwrap_or(&text);
        match text.as_bytes() {
            [prefix, b'/', heart @ ..] if prefix.is_ascii_digit() => Self::heart(heart),
            heart => Self::heart(heart),
        }
    }

    fn heart(bytes: &[u8]) -> Result<Self, TaxonomyCodeError> {
        let heart: [u8; 9] = bytes.try_into().map_err(|_| TaxonomyCodeError)?;
        let (service, reason) = heart.split_at(7);
        let known = [b"IM", b"TS", b"SP", b"SA", b"AP"].iter().any(|known| known.as_slice() == reason);
        let right = known && service.iter().all(u8::is_ascii_digit);
        if right { Ok(TaxonomyCode(heart)) } else { Err(TaxonomyCodeError) }
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TaxonomyCode {
    /// The parts of a code: type of creditor, macro area, service, legal reason.
    pub fn parts(&self) -> [&str; 4] {
        [(0, 2), (2, 4), (4, 7), (7, 9)].map(|(from, to)| self.as_str().get(from..to).unwrap_or_default())
    }
}

impl fmt::Display for TaxonomyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TaxonomyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxonomyCode({self})")
    }
}

impl Taxonomy {
    /// The taxonomy of these entries; a code may come in several, one after the other in time.
    pub fn new(entries: impl IntoIterator<Item = TaxonomyEntry>) -> Self {
        let mut codes: HashMap<TaxonomyCode, Vec<(Date, Date)>> = HashMap::new();
        for TaxonomyEntry { code, valid_from, valid_until } in entries {
            codes.entry(code).or_default().push((valid_from, valid_until));
        }
        Taxonomy(codes)
    }

    /// All entries, by code and day.
    pub fn entries(&self) -> Vec<TaxonomyEntry> {
        let spans = self.0.iter().flat_map(|(code, spans)| spans.iter().map(move |span| (*code, *span)));
        let entry = |(code, (valid_from, valid_until))| TaxonomyEntry { code, valid_from, valid_until };
        let mut entries: Vec<TaxonomyEntry> = spans.map(entry).collect();
        entries.sort_by_key(|entry| (entry.code, entry.valid_from));
        entries
    }

    /// Whether a transfer that is made on that day (in Italy) may carry the code.
    pub fn check(&self, code: TaxonomyCode, today: Date) -> Result<(), CategoryError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let spans = self.0.get(&code).ok_or(CategoryError::Unknown)?;
        let holds = spans.iter().any(|(from, until)| (*from..=*until).contains(&today));
        if holds { Ok(()) } else { Err(CategoryError::NotValid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_has_one_form() {
        for right in ["9/0101002IM/", "0/1234567AP/", "6/0301101TS/"] {
            assert!(TaxonomyCode::of_category(right).is_ok(), "{right}");
        }
        for wrong in ["", "9/0101002IM", "9/0101002XX/", "9/010100IM/", "9/0101002IM/x", "x/0101002IM/"] {
            assert_eq!(TaxonomyCode::of_category(wrong), Err(TaxonomyCodeError), "{wrong}");
        }
    }

    #[test]
    fn a_list_may_write_it_shorter() {
        for right in ["9/0101002IM/", "9/0101002IM", " 0101002im ", "0101002IM/", "7/0101002IM/"] {
            assert_eq!(TaxonomyCode::listed(right).unwrap().as_str(), "0101002IM", "{right}");
        }
        for wrong in ["", "/", "9/", "0101002", "9//0101002IM", "x/0101002IM", "0101002IMX"] {
            assert_eq!(TaxonomyCode::listed(wrong), Err(TaxonomyCodeError), "{wrong}");
        }
    }

    #[test]
    fn a_code_holds_from_its_first_day_to_its_last() {
        let code = TaxonomyCode::listed("0101002IM").unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let entry = |from, until| TaxonomyEntry { code, valid_from: day(from), valid_until: day(until) };
        let taxonomy = Taxonomy::new([entry("2020-01-01", "2020-12-31"), entry("2022-01-01", "2022-12-31")]);
        for (today, expected) in [
            ("2019-12-31", Err(CategoryError::NotValid)),
            ("2020-01-01", Ok(())),
            ("2020-12-31", Ok(())),
            ("2021-06-01", Err(CategoryError::NotValid)),
            ("2022-12-31", Ok(())),
            ("2023-01-01", Err(CategoryError::NotValid)),
        ] {
            assert_eq!(taxonomy.check(code, day(today)), expected, "{today}");
        }
        let from = |entry: TaxonomyEntry| entry.valid_from;
        let first_days: Vec<Date> = taxonomy.entries().into_iter().map(from).collect();
        assert_eq!(first_days, [day("2020-01-01"), day("2022-01-01")]);
        assert_eq!(code.parts(), ["01", "01", "002", "IM"]);
        let other = TaxonomyCode::listed("0101003IM").unwrap();
        assert_eq!(taxonomy.check(other, day("2020-06-01")), Err(CategoryError::Unknown));
        assert_eq!(Taxonomy::default().check(other, day("2020-06-01")), Ok(()), "nothing is known yet");
    }
}
