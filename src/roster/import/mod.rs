//! The school's own lists: the children of each class and the people who work here, read from the
//! spreadsheet that the office already has.
//!
//! Nothing here touches the database. A file becomes tables of text ([`table`]), a header row is
//! found in them ([`header`]), and each row becomes a child or a member of staff, or a problem with
//! its place. It is all or nothing: with one bad row nothing is imported, because half a list gives a
//! wrong number of families and nobody notices.
//!
//! Columns that we do not need (birth date, address, parents' phones) are left behind here and reach
//! nobody.

mod cells;
mod children;
mod columns;
mod delimited;
mod encoding;
mod header;
mod sniff;
mod staff;
mod table;
pub mod texts;
mod xls_extent;

use std::fmt;

pub use crate::domain::role::Role as StaffRole;
pub use cells::class_code;
pub use children::children;
pub use encoding::{EncodingProblem, LegacyFont};
pub use staff::staff;
pub use table::{FileProblem, Foreign, MAX_BYTES, MAX_ROWS, Row, Table, open};

/// One child of the roster file.
#[derive(Clone, PartialEq, Eq)]
pub struct ChildRow {
    pub sheet: String,
    pub row: u32,
    /// Canonical class code: "5A1", upper case, without accents and inner spaces.
    pub class: String,
    /// As the school writes it, without "Lớp": "Chồi 2".
    pub class_title: String,
    /// As given, trimmed, upper case. May be a 12-digit personal number, which must not be stored as
    /// it is.
    pub code: String,
    /// Composed (NFC), single spaces.
    pub name: String,
}

/// Without name and code, so that a log line made from it names no child.
impl fmt::Debug for ChildRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildRow")
            .field("sheet", &self.sheet)
            .field("row", &self.row)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}

/// One role of one member of staff. A person with two roles stands in two of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    pub sheet: String,
    pub row: u32,
    pub name: String,
    pub role: StaffRole,
    pub classes: Vec<String>,
}

/// A row that cannot be taken, with its place and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub sheet: String,
    pub row: u32,
    /// The name of our column (`lop`, `ma_be`, `ho_ten`, `vai_tro`) when one cell is to blame.
    pub column: Option<&'static str>,
    /// Shortened; long numbers are masked, since one may be somebody's personal number.
    pub value: String,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    MissingName,
    MissingClass,
    MissingCode,
    MissingRole,
    /// The same child twice.
    DuplicateCode {
        first_sheet: String,
        first_row: u32,
    },
    /// Two children share one code.
    SameCodeOtherName {
        first_sheet: String,
        first_row: u32,
    },
    /// The same person with the same role and classes twice.
    DuplicateStaff {
        first_sheet: String,
        first_row: u32,
    },
    NameHasDigits,
    NameHasSymbols,
    NameTooLong,
    /// A single letter or no letter at all.
    NameUnreadable,
    /// The cell holds a formula whose result was not saved.
    CellIsFormula,
    /// `#REF!`, `#N/A` and their like.
    CellIsError,
    /// The spreadsheet turned what was typed into a date.
    CellIsDate,
    ClassUnreadable,
    /// Several classes in a child's class cell.
    SeveralClasses,
    /// `1.23E+11`: the digits are lost.
    CodeScientific,
    /// Eleven digits: a personal number that lost its leading zero.
    CodeLostZero,
    CodeTooLong,
    CodeUnreadable,
    /// The replacement character, "?" inside a word, or UTF-8 read as something else.
    BrokenEncoding,
    LegacyFont(LegacyFont),
    UnknownRole {
        nearest: Option<StaffRole>,
    },
}

/// A row, or a whole sheet, that was left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub sheet: String,
    /// `None`: the whole sheet.
    pub row: Option<u32>,
    pub why: SkipReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// "Total: 30 children", "Prepared by".
    Footer,
    /// The header printed again on the next page.
    RepeatedHeader,
    /// "(1) (2) (3)" under the header.
    ColumnNumbers,
    /// A line that names the class of the children under it.
    ClassTitle,
    /// Something is written, but in none of our columns.
    NothingForUs,
    SheetWithoutHeader,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    pub rows: Vec<T>,
    pub skipped: Vec<Skipped>,
    /// Titles of the columns that were not read, as written in the file.
    pub ignored_columns: Vec<String>,
}

/// Why nothing of the file was taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("{} bad rows", bad.len())]
    Bad { bad: Vec<BadRow> },
    #[error("no header row in {looked_at:?}")]
    HeaderNotFound {
        looked_at: Vec<String>,
        nearest: Option<Box<Nearest>>,
    },
    #[error("two columns are both {column} in row {row}")]
    ColumnTwice {
        sheet: String,
        row: u32,
        column: &'static str,
    },
    #[error("no class column, and the class is not evident in {sheets:?}")]
    ClassNotEvident { sheets: Vec<String> },
    #[error("a header, but no row under it")]
    NoRows,
}

/// The row that looked most like a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    pub sheet: String,
    pub row: u32,
    /// Our names of the columns that were recognised there.
    pub found: Vec<&'static str>,
    pub missing: Vec<&'static str>,
    /// A title as written, and the column that it may have been meant for.
    pub similar: Vec<(String, &'static str)>,
}

#[cfg(test)]
mod tests;
