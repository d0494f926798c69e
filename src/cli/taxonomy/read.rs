//! The published taxonomy as a file: CSV or a JSON list, of which three columns count.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use serde_json::{Map, Value};

use crate::domain::rome;
use crate::domain::taxonomy::{TaxonomyCode, TaxonomyEntry};

/// What a file says.
#[derive(Debug, Default)]
pub struct List {
    /// The rows that could be read.
    pub entries: Vec<TaxonomyEntry>,
    /// The others: the line (of a JSON list the place, from 1), and why.
    pub refused: Vec<(u64, RowError)>,
}

/// Why a file is no taxonomy.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A column is missing.
    #[error("has no column {0}")]
    NoColumn(&'static str),
    /// It begins like JSON and is none, or is no list of objects.
    #[error("is no JSON list of objects: {0}")]
    Json(serde_json::Error),
    /// It cannot be read as CSV.
    #[error("cannot be read as CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The code.
    #[error("its code is not of the form 9/0101002IM/")]
    Code,
    /// A date.
    #[error("a date is not of the form 2026-12-31 or 31/12/2026")]
    Day,
    /// The dates.
    #[error("it ends before it begins")]
    Order,
    /// The number of columns, or quotes that do not close.
    #[error("it cannot be taken apart into columns")]
    Broken,
}

/// A column that counts, with the names that it goes by, reduced by [`plain`].
struct Column {
    name: &'static str,
    known_as: &'static [&'static str],
}

const CODE: Column = Column {
    name: "DATI SPECIFICI INCASSO",
    known_as: &[
        "datispecificiincasso",
        "datispecificidiincasso",
        "datispecificiriscossione",
        "specificbuiltindata",
        "code",
        "codice",
    ],
};
const FROM: Column = Column {
    name: "DATA INIZIO VALIDITA",
    known_as: &["datainiziovalidita", "datainiziovalidit", "datainizio", "startdate", "validfrom"],
};
const UNTIL: Column = Column {
    name: "DATA FINE VALIDITA",
    known_as: &["datafinevalidita", "datafinevalidit", "datafine", "enddate", "validuntil"],
};

/// The last day of a code that has none.
const NO_END: Date = date(9999, 12, 31);

/// Reads a file.
pub fn taxonomy(text: &str) -> Result<List, ListError> {
    if text.trim_start().starts_with(['[', '{']) { from_json(text) } else { from_csv(text) }
}

fn from_csv(text: &str) -> Result<List, ListError> {
    let header = text.lines().next().unwrap_or_default();
    let separators = |separator| header.bytes().filter(|byte| *byte == separator).count();
    let delimiter = if separators(b';') > separators(b',') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let place = |column: &Column| {
        let found = headers.iter().position(|header| column.is(header));
        found.ok_or(ListError::NoColumn(column.name))
    };
    let (code, from, until) = (place(&CODE)?, place(&FROM)?, place(&UNTIL)?);
    let mut list = List::default();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let cell = |place| record.get(place).unwrap_or_default();
                // Spreadsheets leave empty rows at the end.
                if record.iter().any(|cell| !cell.trim().is_empty()) {
                    list.take(line, entry(cell(code), cell(from), cell(until)));
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                list.take(line, Err(RowError::Broken));
            }
        }
    }
    Ok(list)
}

fn from_json(text: &str) -> Result<List, ListError> {
    let rows: Vec<Map<String, Value>> = serde_json::from_str(text).map_err(ListError::Json)?;
    let mut list = List::default();
    for (place, row) in (1..).zip(&rows) {
        let cell = |column: &Column| {
            let found = row.iter().find(|(name, _)| column.is(name)).map(|(_, value)| value);
            found.and_then(Value::as_str).unwrap_or_default()
        };
        list.take(place, entry(cell(&CODE), cell(&FROM), cell(&UNTIL)));
    }
    Ok(list)
}

impl Column {
    fn is(&self, name: &str) -> bool {
        self.known_as.contains(&plain(name).as_str())
    }
}

impl List {
    fn take(&mut self, row: u64, read: Result<TaxonomyEntry, RowError>) {
        match read {
            Ok(entry) => self.entries.push(entry),
            Err(error) => self.refused.push((row, error)),
        }
    }
}

/// A name without what varies between one publication and the next.
fn plain(name: &str) -> String {
    let letters = name.chars().flat_map(char::to_lowercase).map(|c| if c == 'à' { 'a' } else { c });
    letters.filter(char::is_ascii_alphanumeric).collect()
}

fn entry(code: &str, from: &str, until: &str) -> Result<TaxonomyEntry, RowError> {
    let code = TaxonomyCode::listed(code).map_err(|_| RowError::Code)?;
    let valid_from = day(from.trim()).ok_or(RowError::Day)?;
    let valid_until = match until.trim() {
        "" => NO_END,
        until => day(until).ok_or(RowError::Day)?,
    };
    if valid_until < valid_from {
        return Err(RowError::Order);
    }
    Ok(TaxonomyEntry { code, valid_from, valid_until })
}

/// A day as publications write it; an instant means its day in Italy.
fn day(text: &str) -> Option<Date> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(rome::day(instant));
    }
    match text.as_bytes() {
        [_, _, b'/' | b'-', _, _, b'/' | b'-', _, _, _, _] => {
            let part = |from: usize, to: usize| text.get(from..to)?.parse().ok();
            Date::new(text.get(6..)?.parse().ok()?, part(3, 5)?, part(0, 2)?).ok()
        }
        [_, _, _, _, b'-', _, _, b'-', ..] => text.parse::<DateTime>().ok().map(DateTime::date),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &List) -> Vec<(&str, String, String)> {
        let row = |entry: &TaxonomyEntry| (entry.valid_from.to_string(), entry.valid_until.to_string());
        list.entries.iter().map(|entry| (entry.code.as_str(), row(entry).0, row(entry).1)).collect()
    }

    #[test]
    fn the_published_csv_is_read_with_either_separator() {
        let published = "CODICE TIPO ENTE CREDITORE;TIPO SERVIZIO;DATI SPECIFICI DI INCASSO;\
            DATA INIZIO VALIDITA;DATA FINE VALIDITA;COMBINAZIONE\r\n\
            01;\"Tassa; \"\"rifiuti\"\"\";9/0101002IM/;01/01/2021;31/12/2099;x\r\n\
            01;Altro;0101003TS;2021-06-01;;x\r\n\
            ;;;;;\r\n";
        let list = taxonomy(published).unwrap();
        let first = ("0101002IM", "2021-01-01".to_owned(), "2099-12-31".to_owned());
        let second = ("0101003TS", "2021-06-01".to_owned(), "9999-12-31".to_owned());
        assert_eq!((rows(&list), list.refused.len()), (vec![first.clone(), second], 0));
        let commas = "data_inizio_validità,Data fine Validita,dati_specifici_incasso\n\
            01-01-2021,2099-12-31,9/0101002IM\n";
        assert_eq!(rows(&taxonomy(commas).unwrap()), [first]);
    }

    #[test]
    fn the_published_json_is_read() {
        let json = r#"[
            { "DATI SPECIFICI INCASSO": "9/0101002IM/", "DATA INIZIO VALIDITA": "01/01/2021",
              "DATA FINE VALIDITA": "31/12/2099", "VERSIONE TASSONOMIA": 1 },
            { "specific_built_in_data": "9/0101003TS/", "start_date": "2020-12-31T23:00:00Z",
              "end_date": null }
        ]"#;
        let list = taxonomy(json).unwrap();
        let first = ("0101002IM", "2021-01-01".to_owned(), "2099-12-31".to_owned());
        let second = ("0101003TS", "2021-01-01".to_owned(), "9999-12-31".to_owned());
        assert_eq!(rows(&list), [first, second]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_left_out() {
        let list = taxonomy(
            "DATI SPECIFICI INCASSO;DATA INIZIO VALIDITA;DATA FINE VALIDITA\n\
             TARI;2021-01-01;2099-12-31\n\
             9/0101002IM/;2021-02-30;\n\
             9/0101002IM/;2021-01-01;31/12/20\n\
             9/0101002IM/;2021-01-01;2020-12-31\n\
             9/0101002IM/\n",
        );
        let expected = [
            (2, RowError::Code),
            (3, RowError::Day),
            (4, RowError::Day),
            (5, RowError::Order),
            (6, RowError::Day),
        ];
        let list = list.unwrap();
        assert_eq!((list.refused, list.entries.len()), (expected.to_vec(), 0));
    }

    #[test]
    fn another_file_is_refused() {
        let refusal = |text: &str| taxonomy(text).unwrap_err().to_string();
        assert_eq!(
            refusal("DATI SPECIFICI INCASSO;DATA INIZIO VALIDITA\n"),
            "has no column DATA FINE VALIDITA"
        );
        assert_eq!(refusal(""), "has no column DATI SPECIFICI INCASSO");
        assert!(refusal("{\"a\": 1}").starts_with("is no JSON list of objects"));
        assert!(refusal("[1]").starts_with("is no JSON list of objects"));
    }
}
