//! Tables as spreadsheets write and open them.

mod read;
mod write;

pub use read::{Sheet, SheetFault, skip_mark};
pub use write::{MARK, lines, table};
