//! A table that spreadsheets open: UTF-8 with a byte order mark, semicolons, no formulas.

/// The byte order mark by which spreadsheets know UTF-8.
pub const MARK: &str = "\u{feff}";

/// A whole table.
pub fn table<const WIDTH: usize>(
    heads: [&str; WIDTH],
    records: impl IntoIterator<Item = [String; WIDTH]>,
) -> Vec<u8> {
    let all = std::iter::once(heads.map(str::to_owned)).chain(records);
    [MARK.as_bytes().to_vec(), lines(all)].concat()
}

/// Lines of a table.
pub fn lines<const WIDTH: usize>(records: impl IntoIterator<Item = [String; WIDTH]>) -> Vec<u8> {
    let mut table =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in records {
        // Memory takes what is written to it.
        let _written = table.write_record(record.map(harmless));
    }
    table.into_inner().unwrap_or_default()
}

/// A text that a spreadsheet shows and does not calculate.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, shown) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-1", "'-1"), ("TARI-1", "TARI-1"), ("", "")]
        {
            assert_eq!(harmless(cell.into()), shown);
        }
    }
}
