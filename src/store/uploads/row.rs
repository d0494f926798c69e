//! Rows: what each asks for, and how its end is told and kept.

use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::store::numbers::Numbered;

/// What becomes of the position that is there, or why nothing does.
type Judge<'a, T> = dyn Fn(&Position) -> Result<T, Verdict> + Send + Sync + 'a;

/// One row to carry out.
pub struct RowJob<'a> {
    /// Its place in the file, from 0.
    pub row_no: i64,
    /// Its line in a CSV file, from 1.
    pub line: Option<i64>,
    /// The position that it names, if it names one.
    pub iupd: Option<Iupd>,
    /// What it asks for.
    pub work: Work<'a>,
    /// Says how its end is told.
    pub tell: Box<dyn Fn(RowEnd) -> Verdict + Send + Sync + 'a>,
}

/// What a row asks for.
pub enum Work<'a> {
    /// Nothing that could be done.
    Refused(Verdict),
    /// This position is new; where a number that was drawn for it is taken, it is made once more.
    Create(Box<Numbered>, Box<dyn Fn() -> Result<Numbered, Verdict> + Send + Sync + 'a>),
    /// The position of its name becomes what this makes of it, once more where a number is taken.
    Replace(Box<Judge<'a, Numbered>>),
    /// The position of its name goes, if this lets it.
    Delete(Box<Judge<'a, ()>>),
}

/// How a row ended, apart from what its own work refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowEnd {
    /// It was carried out, or would have been.
    Done,
    /// There is no position of its name.
    Unknown,
    /// There is a position of its name already.
    IupdTaken,
    /// Another position has a notice that it wants.
    NoticeTaken(NoticeNumber),
    /// The store fails on this row.
    Failed,
}

/// How the end of a row is told to its sender. No text here may hold personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The status that a request for this row alone would have been answered with.
    pub status: u16,
    /// A word for programs, if the row was refused.
    pub code: Option<String>,
    /// What is the same for all rows that end like this.
    pub message: String,
    /// A sentence for people, if the row was refused.
    pub detail: Option<String>,
    /// What is wrong with the row, as JSON.
    pub violations: Option<String>,
}

/// The outcome of a row as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RowOutcome {
    /// Its place in the file, from 0.
    pub row_no: i64,
    /// Its line in a CSV file, from 1.
    pub line_no: Option<i64>,
    /// The position that it named, if it named one.
    pub iupd: Option<String>,
    /// The status that a request for this row alone would have been answered with.
    pub status: i64,
    /// A word for programs, if the row was refused.
    pub code: Option<String>,
    /// What is the same for all rows that ended like this.
    pub message: String,
    /// A sentence for people, if the row was refused.
    pub detail: Option<String>,
    /// What is wrong with the row, as JSON.
    pub violations: Option<String>,
}

/// Whether rows were carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Each has its outcome.
    Done,
    /// Another worker has the file now; nothing was done.
    LeaseLost,
}
