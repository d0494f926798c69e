//! The rows of a table with known columns.

use super::report::Finding;
use super::{Plan, ROWS_MAX};
use crate::api::sheet::{Sheet, SheetFault};

/// A column: its name, and whether it must be there.
pub(super) type Column = (&'static str, bool);

/// A row: its line, and a cell for each known column; empty where the table has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    cells: Vec<String>,
    columns: &'static [Column],
}

impl Row {
    /// The cell of a column; empty if there is none.
    pub(super) fn cell(&self, column: &'static str) -> &str {
        let place = self.columns.iter().position(|(name, _)| *name == column);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    /// The cell, if it is not empty.
    pub(super) fn given(&self, column: &'static str) -> Option<&str> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty())
    }
}

/// Reads a table; what is wrong with it as a whole is a finding of the plan.
pub(super) fn read(bytes: &[u8], columns: &'static [Column], plan: &mut Plan) -> Vec<Row> {
    match whole(bytes, columns) {
        Ok(rows) => {
            plan.rows = rows.len();
            rows
        }
        Err(finding) => {
            plan.findings.push(finding);
            Vec::new()
        }
    }
}

fn whole(bytes: &[u8], columns: &'static [Column]) -> Result<Vec<Row>, Finding> {
    let about = |row, field, code, message: String| Finding { row, field, code, message };
    let fault = |fault: SheetFault| match fault {
        SheetFault::Encoding(line) => about(Some(line), "", "csv_encoding", fault.to_string()),
        SheetFault::Cells(line) => about(Some(line), "", "csv_cells", fault.to_string()),
        SheetFault::Source(_) => about(None, "", "csv_unreadable", fault.to_string()),
    };
    let mut sheet = Sheet::open(bytes).map_err(fault)?;
    let places = places(sheet.cells(), columns)?;
    let mut rows = Vec::new();
    while let Some(line) = sheet.next().map_err(fault)? {
        if rows.len() == ROWS_MAX {
            let message = format!("the file has more than {ROWS_MAX} rows");
            return Err(about(None, "", "too_many_rows", message));
        }
        let mut cells = vec![String::new(); columns.len()];
        for (cell, place) in sheet.cells().zip(&places) {
            if let Some(kept) = cells.get_mut(*place) {
                cell.clone_into(kept);
            }
        }
        rows.push(Row { line, cells, columns });
    }
    if rows.is_empty() {
        return Err(about(None, "", "no_rows", "the file has no row".to_owned()));
    }
    Ok(rows)
}

/// Which column each cell of a line is.
fn places<'n>(
    names: impl Iterator<Item = &'n str>,
    columns: &'static [Column],
) -> Result<Vec<usize>, Finding> {
    let wrong = |field, message: String| Finding { row: Some(1), field, code: "csv_header", message };
    let mut places: Vec<usize> = Vec::new();
    for (number, name) in (1..).zip(names) {
        let known = columns.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let place = known.ok_or_else(|| wrong("", format!("column {number} is not known")))?;
        if places.contains(&place) {
            return Err(wrong("", format!("column {number} is there twice")));
        }
        places.push(place);
    }
    for (place, (name, needed)) in columns.iter().enumerate() {
        if *needed && !places.contains(&place) {
            return Err(wrong(name, format!("the first line does not name the column {name}")));
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[("cf", true), ("sia", true), ("note", false)];

    #[test]
    fn a_table_is_read_whatever_the_order_and_case_of_its_columns() {
        let mut plan = Plan::default();
        let text = "\u{feff}SIA;CF\r\nAB123;77777777777\r\n;;\r\n\"x;y\";6\r\n";
        let rows = read(text.as_bytes(), COLUMNS, &mut plan);
        assert!(plan.findings.is_empty());
        let told: Vec<_> = rows.iter().map(|row| (row.line, row.cell("cf"), row.cell("sia"))).collect();
        assert_eq!(told, [(2, "77777777777", "AB123"), (4, "6", "x;y")]);
        assert_eq!(rows[0].given("note"), None);
    }

    #[test]
    fn what_is_no_table_is_one_finding() {
        let code = |text: &[u8]| {
            let mut plan = Plan::default();
            assert!(read(text, COLUMNS, &mut plan).is_empty());
            let [finding] = plan.findings.as_slice() else { panic!("{:?}", plan.findings) };
            (finding.row, finding.code)
        };
        assert_eq!(code(b"cf;note\na;b\n"), (Some(1), "csv_header"));
        assert_eq!(code(b"cf;sia;x\na;b\n"), (Some(1), "csv_header"));
        assert_eq!(code(b"cf;sia;CF\na;b\n"), (Some(1), "csv_header"));
        assert_eq!(code(b"cf;sia\n"), (None, "no_rows"));
        assert_eq!(code(b""), (Some(1), "csv_header"));
        assert_eq!(code(b"cf;sia\na;b;c\n"), (Some(2), "csv_cells"));
        assert_eq!(code(b"cf;sia\na;\xff\n"), (Some(2), "csv_encoding"));
        let many = format!("cf;sia\n{}", "a;b\n".repeat(ROWS_MAX + 1));
        assert_eq!(code(many.as_bytes()), (None, "too_many_rows"));
    }
}
