//! Positions as a table (CSV), as spreadsheets write it: one line for each payment option, whose columns
//! are named after the fields of the contract. README.md has the columns.
//!
//! Cells become the same JSON that the contract takes, so that the rules are the same. What a cell cannot
//! be read as stays a text, and the rules name it.

use std::fmt;
use std::io::{Read, Write};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::convert::FileFault;
use super::spool::{Row, Spool};
use crate::api::positions::field::LIST_MAX;
use crate::api::sheet::Sheet;
use crate::store::Operation;

/// Why a table cannot be read. Columns and lines count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvFault {
    /// The first line does not name a column that must be there.
    Missing(&'static str),
    /// The first line names what is no column.
    Unknown(usize),
    /// The first line names a column twice.
    Twice(usize),
    /// A line is not UTF-8.
    Encoding(u64),
    /// A line has something behind the last column.
    Cells(u64),
}

impl fmt::Display for CsvFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CsvFault::Missing(name) => {
                write!(f, "the file is neither JSON nor a table whose first line names the column {name}")
            }
            CsvFault::Unknown(column) => write!(f, "column {column} of the first line is not known"),
            CsvFault::Twice(column) => write!(f, "column {column} of the first line is there twice"),
            CsvFault::Encoding(line) => {
                write!(f, "line {line} is not UTF-8: save the table as \"CSV UTF-8\"")
            }
            CsvFault::Cells(line) => write!(f, "line {line} has more cells than the first line has columns"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    Flag,
    Date,
}

type Field = (&'static str, Kind);

const POSITION: [Field; 18] = [
    ("iupd", Kind::Text),
    ("type", Kind::Text),
    ("fiscalCode", Kind::Text),
    ("fullName", Kind::Text),
    ("streetName", Kind::Text),
    ("civicNumber", Kind::Text),
    ("postalCode", Kind::Text),
    ("city", Kind::Text),
    ("province", Kind::Text),
    ("region", Kind::Text),
    ("country", Kind::Text),
    ("email", Kind::Text),
    ("phone", Kind::Text),
    ("companyName", Kind::Text),
    ("officeName", Kind::Text),
    ("switchToExpired", Kind::Flag),
    ("payStandIn", Kind::Flag),
    ("validityDate", Kind::Date),
];

const NOTICE: [Field; 7] = [
    ("iuv", Kind::Text),
    ("nav", Kind::Text),
    ("amount", Kind::Whole),
    ("description", Kind::Text),
    ("isPartialPayment", Kind::Flag),
    ("dueDate", Kind::Date),
    ("retentionDate", Kind::Date),
];

const TRANSFER: [Field; 7] = [
    ("amount", Kind::Whole),
    ("organizationFiscalCode", Kind::Text),
    ("companyName", Kind::Text),
    ("remittanceInformation", Kind::Text),
    ("category", Kind::Text),
    ("iban", Kind::Text),
    ("postalIban", Kind::Text),
];

const STAMP: [&str; 3] = ["hashDocument", "stampType", "provincialResidence"];

/// The most transfers of a payment option.
const TRANSFERS: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Position(Field),
    Notice(Field),
    Transfer(usize, Field),
    Stamp(usize, &'static str),
    /// Metadata of the payment option, or of a transfer, under a key.
    Metadata(Option<usize>, String),
}

impl Column {
    fn read(name: &str) -> Option<Self> {
        let find = |fields: &[Field], name: &str| fields.iter().find(|(known, _)| *known == name).copied();
        if let Some(field) = find(&POSITION, name) {
            return Some(Column::Position(field));
        }
        if let Some(field) = find(&NOTICE, name) {
            return Some(Column::Notice(field));
        }
        let (group, rest) = name.split_once('.')?;
        if group == "metadata" {
            return (!rest.is_empty()).then(|| Column::Metadata(None, rest.to_owned()));
        }
        let number = group.strip_prefix("transfer")?.parse().ok().filter(|n| (1..=TRANSFERS).contains(n))?;
        if let Some(field) = find(&TRANSFER, rest) {
            return Some(Column::Transfer(number, field));
        }
        let (inner, rest) = rest.split_once('.')?;
        match inner {
            "stamp" => STAMP.iter().find(|known| **known == rest).map(|name| Column::Stamp(number, name)),
            "metadata" if !rest.is_empty() => Some(Column::Metadata(Some(number), rest.to_owned())),
            _ => None,
        }
    }
}

/// Reads a table and adds its positions to the spool.
pub fn read<W: Write>(
    source: impl Read,
    operation: Operation,
    spool: &mut Spool<W>,
) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source)?;
    let columns = columns(&sheet, operation)?;
    let mut group: Option<Group> = None;
    while let Some(line) = sheet.next()? {
        let cells = Cells::read(&columns, sheet.cells());
        if operation == Operation::Delete {
            let name = cells.position.get("iupd").cloned().unwrap_or(Value::Null);
            push(spool, &name, Group { lines: vec![line], ..Group::default() })?;
            continue;
        }
        let belongs = group.as_ref().is_some_and(|group| group.takes(&cells));
        if !belongs && let Some(done) = group.take() {
            done.push(spool)?;
        }
        group.get_or_insert_default().add(line, cells);
    }
    group.map_or(Ok(()), |done| done.push(spool))
}

fn columns(header: &Sheet<impl Read>, operation: Operation) -> Result<Vec<Column>, FileFault> {
    let mut columns: Vec<Column> = Vec::new();
    if !header.cells().any(|name| name == "iupd") {
        return Err(FileFault::Csv(CsvFault::Missing("iupd")));
    }
    for (number, name) in (1..).zip(header.cells()) {
        let column = Column::read(name).ok_or(FileFault::Csv(CsvFault::Unknown(number)))?;
        if columns.contains(&column) {
            return Err(FileFault::Csv(CsvFault::Twice(number)));
        }
        columns.push(column);
    }
    let has_amount = columns.iter().any(|column| matches!(column, Column::Notice(("amount", _))));
    if operation != Operation::Delete && !has_amount {
        return Err(FileFault::Csv(CsvFault::Missing("amount")));
    }
    Ok(columns)
}

/// A cell as a value of the contract; what it cannot be read as stays a text.
fn value(kind: Kind, cell: &str) -> Value {
    let text = || Value::String(cell.to_owned());
    match kind {
        Kind::Text => text(),
        Kind::Whole => cell.parse::<i64>().map_or_else(|_| text(), Value::from),
        Kind::Flag => match cell.to_ascii_lowercase().as_str() {
            "true" | "1" | "vero" | "si" | "sì" | "yes" => Value::Bool(true),
            "false" | "0" | "falso" | "no" => Value::Bool(false),
            _ => text(),
        },
        Kind::Date => iso_date(cell).map_or_else(text, Value::String),
    }
}

/// `31/12/2026` as `2026-12-31`.
fn iso_date(cell: &str) -> Option<String> {
    let mut parts = cell.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_date = parts.next().is_none() && digits(day, 2) && digits(month, 2) && year.len() == 4;
    (is_date && digits(year, 4)).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// A line, sorted by what its cells belong to.
#[derive(Default)]
struct Cells {
    position: Map<String, Value>,
    option: Map<String, Value>,
    /// Transfers by their numbers.
    transfers: [Map<String, Value>; TRANSFERS],
}

impl Cells {
    fn read<'r>(columns: &[Column], record: impl Iterator<Item = &'r str>) -> Self {
        let mut cells = Cells::default();
        for (column, cell) in columns.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
            match column {
                Column::Position((name, kind)) => {
                    cells.position.insert((*name).to_owned(), value(*kind, cell));
                }
                Column::Notice((name, kind)) => {
                    cells.option.insert((*name).to_owned(), value(*kind, cell));
                }
                Column::Transfer(number, (name, kind)) => {
                    cells.transfer(*number).insert((*name).to_owned(), value(*kind, cell));
                }
                Column::Stamp(number, name) => {
                    let stamp = cells.transfer(*number).entry("stamp").or_insert_with(|| Map::new().into());
                    if let Value::Object(stamp) = stamp {
                        stamp.insert((*name).to_owned(), cell.into());
                    }
                }
                Column::Metadata(None, key) => {
                    add_entry(&mut cells.option, "paymentOptionMetadata", key, cell)
                }
                Column::Metadata(Some(number), key) => {
                    add_entry(cells.transfer(*number), "transferMetadata", key, cell);
                }
            }
        }
        cells
    }

    fn transfer(&mut self, number: usize) -> &mut Map<String, Value> {
        let [first, rest @ ..] = &mut self.transfers;
        number.checked_sub(2).and_then(|place| rest.get_mut(place)).unwrap_or(first)
    }

    fn iupd(&self) -> Option<&Value> {
        self.position.get("iupd")
    }

    /// Whether all goes to the only transfer that the line has.
    fn fills(&self) -> bool {
        let mut given = self.transfers.iter().filter(|transfer| !transfer.is_empty());
        given.next().is_some_and(|first| !first.contains_key("amount")) && given.next().is_none()
    }

    /// The payment option of the line, and the numbers of its transfers.
    fn into_option(self) -> (Value, Vec<usize>) {
        let mut option = self.option;
        option.entry("isPartialPayment").or_insert(Value::Bool(false));
        let given = (1..).zip(self.transfers).filter(|(_, transfer)| !transfer.is_empty());
        let (numbers, mut transfers): (Vec<usize>, Vec<_>) = given.unzip();
        if let ([transfer], Some(amount)) = (transfers.as_mut_slice(), option.get("amount")) {
            // As `fills` says.
            transfer.entry("amount").or_insert_with(|| amount.clone());
        }
        for (number, transfer) in numbers.iter().zip(&mut transfers) {
            transfer.insert("idTransfer".to_owned(), number.to_string().into());
        }
        let transfers: Vec<Value> = transfers.into_iter().map(Value::Object).collect();
        option.insert("transfer".to_owned(), transfers.into());
        (option.into(), numbers)
    }
}

fn add_entry(to: &mut Map<String, Value>, list: &str, key: &str, cell: &str) {
    let list = to.entry(list).or_insert_with(|| Vec::<Value>::new().into());
    if let Value::Array(list) = list {
        list.push(serde_json::json!({ "key": key, "value": cell }));
    }
}

/// The lines of one position.
#[derive(Default)]
struct Group {
    position: Map<String, Value>,
    options: Vec<Value>,
    lines: Vec<u64>,
    transfers: Vec<Vec<usize>>,
    filled: Vec<usize>,
    differs: Vec<(u64, String)>,
}

impl Group {
    /// Whether a line is a further one of this position: one without a name is a position of its own.
    fn takes(&self, cells: &Cells) -> bool {
        cells.iupd().is_some() && cells.iupd() == self.position.get("iupd")
    }

    fn add(&mut self, line: u64, mut cells: Cells) {
        // One line too many is enough for the rules to refuse them all, and memory has an end.
        if self.lines.len() > LIST_MAX {
            return;
        }
        let position = std::mem::take(&mut cells.position);
        if self.lines.is_empty() {
            self.position = position;
            self.position.entry("switchToExpired").or_insert(Value::Bool(false));
        } else {
            let other = position.into_iter().filter(|(name, value)| self.position.get(name) != Some(value));
            self.differs.extend(other.map(|(name, _)| (line, name)));
        }
        if cells.fills() {
            self.filled.push(self.options.len());
        }
        let (option, numbers) = cells.into_option();
        self.lines.push(line);
        self.options.push(option);
        self.transfers.push(numbers);
    }

    fn push<W: Write>(mut self, spool: &mut Spool<W>) -> Result<(), FileFault> {
        let mut position = std::mem::take(&mut self.position);
        position.insert("paymentOption".to_owned(), std::mem::take(&mut self.options).into());
        push(spool, &position.into(), self)
    }
}

fn push<W: Write>(spool: &mut Spool<W>, row: &Value, group: Group) -> Result<(), FileFault> {
    let text = RawValue::from_string(row.to_string()).map_err(|error| FileFault::Disk(error.into()))?;
    let Group { lines, transfers, filled, differs, .. } = group;
    Ok(spool.push(&Row { row: &text, lines, transfers, filled, differs })?)
}

/// Where in a table something is that has this place in the position.
pub fn cell(lines: &[u64], transfers: &[Vec<usize>], pointer: &str) -> (Option<u64>, String) {
    let mut parts = pointer.split('/').skip(1);
    let first = lines.first().copied();
    let (head, place) = (parts.next().unwrap_or_default(), parts.next());
    if head != "paymentOption" {
        return (first, head.to_owned());
    }
    let Some(option) = place.and_then(|place| place.parse::<usize>().ok()) else {
        return (first, String::new());
    };
    let line = lines.get(option).copied().or(first);
    let rest: Vec<&str> = parts.collect();
    let column = match rest.as_slice() {
        ["transfer", place, inner @ ..] => {
            let numbers = transfers.get(option);
            let number = place.parse().ok().and_then(|place: usize| numbers?.get(place));
            let number = number.map_or_else(String::new, usize::to_string);
            let inner = inner.join(".");
            if inner.is_empty() { format!("transfer{number}") } else { format!("transfer{number}.{inner}") }
        }
        other => other.join("."),
    };
    (line, column)
}

/// What is wrong with a cell, in the words of a table, where they are others than those of the contract.
pub fn words(column: &str, code: &str) -> Option<&'static str> {
    let (_, field) = column.rsplit_once('.').unwrap_or(("", column));
    match (field, code) {
        ("amount", "wrong_type") => Some("must be cents, digits only, such as 1050 for 10,50 euro"),
        (_, "date_form") => Some(
            "must be a date such as 31/12/2026 or 2026-12-31, or a date-time such as 2026-12-31T23:59:59",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, operation: Operation) -> Result<Vec<Value>, FileFault> {
        let mut spool = Spool::new(Vec::new());
        read(text.as_bytes(), operation, &mut spool)?;
        let (_, bytes) = spool.finish();
        Ok(bytes
            .split(|b| *b == b'\n')
            .filter(|l| !l.is_empty())
            .map(|l| serde_json::from_slice(l).unwrap())
            .collect())
    }

    #[test]
    fn lines_of_one_name_make_one_position() {
        let table = "\u{feff}iupd;fullName;amount;dueDate;switchToExpired;transfer1.iban;transfer3.amount;metadata.K\r\n\
                     A;\"Rossi; Maria\";100;1/2/2027;VERO;IT1;;v\r\nA;;50;2027-02-02;;IT2;20;\r\nB;Bo;x;;;;;\r\n;;;;;;;\r\n";
        let rows = rows(table, Operation::Create).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            rows[0],
            serde_json::json!({
                "row": {
                    "iupd": "A", "fullName": "Rossi; Maria", "switchToExpired": true, "paymentOption": [
                        { "amount": 100, "dueDate": "2027-02-01", "isPartialPayment": false,
                          "paymentOptionMetadata": [{ "key": "K", "value": "v" }],
                          "transfer": [{ "iban": "IT1", "idTransfer": "1", "amount": 100 }] },
                        { "amount": 50, "dueDate": "2027-02-02", "isPartialPayment": false, "transfer": [
                            { "iban": "IT2", "idTransfer": "1" }, { "amount": 20, "idTransfer": "3" }] },
                    ],
                },
                "lines": [2, 3], "transfers": [[1], [1, 3]], "filled": [0],
            })
        );
        assert_eq!(rows[1]["row"]["paymentOption"][0]["amount"], "x", "for the rules to refuse");
    }

    #[test]
    fn no_more_lines_of_a_position_are_held_than_refuse_it() {
        let table = format!("iupd,amount\n{}", "A,1\n".repeat(5_000));
        let rows = rows(&table, Operation::Create).unwrap();
        let options = rows[0]["row"]["paymentOption"].as_array().unwrap();
        assert_eq!((rows.len(), options.len()), (1, LIST_MAX + 1));
    }

    #[test]
    fn a_table_is_read_as_a_spreadsheet_leaves_it() {
        let plain = rows("iupd;amount;description\n;;\nA;1;\nB;2;b, c\n", Operation::Create).unwrap();
        for table in [
            "sep=;\r\niupd;amount;description\r\nA;1\r\nB;2;b, c\r\n",
            "\"SEP=,\"\niupd,amount,description,,\nA,1\nB,2,\"b, c\"\n",
            "\u{feff}sep=;\niupd;amount;description;;\nA;1;;;\nB;2;b, c\n",
        ] {
            assert_eq!(rows(table, Operation::Create).unwrap(), plain, "{table}");
        }
        assert_eq!(plain[1]["lines"], serde_json::json!([4]));
    }

    #[test]
    fn a_place_in_a_position_is_a_cell() {
        let (lines, transfers) = ([7, 8], [vec![1], vec![2, 5]]);
        for (pointer, line, column) in [
            ("/fiscalCode", 7, "fiscalCode"),
            ("/paymentOption/1/amount", 8, "amount"),
            ("/paymentOption/1/transfer/1/iban", 8, "transfer5.iban"),
            ("/paymentOption/0/transfer/0/stamp/stampType", 7, "transfer1.stamp.stampType"),
        ] {
            assert_eq!(cell(&lines, &transfers, pointer), (Some(line), column.to_owned()));
        }
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused_with_its_place() {
        let fault = |text: &str| match rows(text, Operation::Create) {
            Err(FileFault::Csv(fault)) => fault,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault("a,b\n"), CsvFault::Missing("iupd"));
        assert_eq!(fault("iupd,amuont\n"), CsvFault::Unknown(2));
        assert_eq!(fault("iupd,amount,iupd\n"), CsvFault::Twice(3));
        assert_eq!(fault("iupd\n"), CsvFault::Missing("amount"));
        assert_eq!(fault("iupd,amount\na,1,2\n"), CsvFault::Cells(2));
        assert_eq!(fault("sep=,\niupd,amount,,\na,1,,\nb,1,,x\n"), CsvFault::Cells(4));
        assert_eq!(fault("iupd,,amount\n"), CsvFault::Unknown(2));
        assert_eq!(rows("iupd\na\nb\n", Operation::Delete).unwrap()[1]["row"], "b");
    }
}
