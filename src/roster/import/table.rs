//! From a file on the clerk's computer to rows of plain text, whichever program saved it.
//!
//! What a file is, its first bytes say; its name is only believed where they say nothing. Numbers
//! keep their digits, and a row keeps the number that the spreadsheet shows beside it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{
    Data, DataRef, ExcelDateTime, Ods, OdsError, Reader, SheetVisible, Xls, XlsError, Xlsx,
    XlsxError,
};

use super::sniff::{Kind, kind_of};
use super::{delimited, encoding, xls_extent};

pub const MAX_BYTES: u64 = 20 * 1024 * 1024;
pub const MAX_ROWS: usize = 50_000;
pub const MAX_COLUMNS: usize = 256;
/// All cells together. A cell can point at one long text again and again, so a small file can be big.
const MAX_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// No cell that we read is longer; a remark may be, and is not kept whole.
const CELL_CHARS: usize = 400;

/// One sheet, without its empty rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Empty for a text file, which has no sheets.
    pub sheet: String,
    pub rows: Vec<Row>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// As the spreadsheet shows it: the first is 1.
    pub number: u32,
    pub cells: Vec<String>,
}

/// Without the cells: they are full of children's data.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row {} ({} cells)", self.number, self.cells.len())
    }
}

/// Why a file could not be opened as a table.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    #[error("no such file")]
    NotFound,
    #[error("a folder, not a file")]
    IsFolder,
    #[error("the file is in use by another program")]
    InUse,
    #[error("cannot read the file")]
    CannotRead(#[source] std::io::Error),
    #[error("the lock file of a spreadsheet program")]
    LockFile,
    #[error("the file is too large")]
    TooBig,
    #[error("cells too far apart")]
    FarCells,
    #[error("more than {MAX_ROWS} rows")]
    TooManyRows,
    #[error("the file is empty")]
    Empty,
    #[error("protected by a password")]
    Password,
    #[error("not a table: {0:?}")]
    Foreign(Foreign),
    #[error("a damaged workbook")]
    Broken,
    #[error("a quote opened in row {row} is never closed")]
    OpenQuote { row: u32 },
    #[error(transparent)]
    Encoding(#[from] encoding::EncodingProblem),
}

/// What the file is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    Pdf,
    Word,
    Picture,
    /// A web page saved with the name of a spreadsheet, as some school programs export it.
    Html,
    /// Spreadsheet formats that exist and that we do not read (xlsb, xml 2003).
    OtherSpreadsheet,
    Archive,
}

pub fn open(path: &Path) -> Result<Vec<Table>, FileProblem> {
    if path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("~$"))
    {
        return Err(FileProblem::LockFile);
    }
    if path.is_dir() {
        return Err(FileProblem::IsFolder);
    }
    let file = std::fs::File::open(path).map_err(cannot_open)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, also when its size is not known.
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot_open)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(FileProblem::TooBig);
    }
    read(&bytes)
}

fn cannot_open(error: std::io::Error) -> FileProblem {
    // 32 and 33 are Windows' sharing and lock violations: Excel keeps its file to itself.
    if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) {
        return FileProblem::InUse;
    }
    match error.kind() == std::io::ErrorKind::NotFound {
        true => FileProblem::NotFound,
        false => FileProblem::CannotRead(error),
    }
}

pub fn read(bytes: &[u8]) -> Result<Vec<Table>, FileProblem> {
    let kind = kind_of(bytes)?;
    // The workbook libraries are careful, but a damaged file is made of bytes nobody thought of, and
    // one that trips them is a broken file to us and not the end of the program.
    let tables = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Xlsx => read_xlsx(bytes),
        Kind::Xls => read_xls(bytes),
        Kind::Ods => read_ods(bytes),
        Kind::Text => read_text(bytes),
    }))
    .unwrap_or(Err(FileProblem::Broken))?;
    match tables.iter().all(|table| table.rows.is_empty()) {
        true => Err(FileProblem::Empty),
        false => Ok(tables),
    }
}

fn read_text(bytes: &[u8]) -> Result<Vec<Table>, FileProblem> {
    let text = encoding::decode(bytes)?;
    Ok(vec![Table {
        sheet: String::new(),
        rows: delimited::rows(&text)?,
    }])
}

/// Gathers cells into rows and watches the limits, so that a stray cell in the last row and column
/// costs one cell and not a sheet full of emptiness.
#[derive(Default)]
struct Sheets {
    tables: Vec<Table>,
    rows: BTreeMap<u32, Vec<String>>,
    row_count: usize,
    text_bytes: usize,
}

impl Sheets {
    fn put(&mut self, row: u32, column: u32, text: &str) -> Result<(), FileProblem> {
        let column = column as usize;
        if text.trim().is_empty() || column >= MAX_COLUMNS {
            return Ok(());
        }
        let text = tidy(text);
        self.text_bytes += text.len();
        if self.text_bytes > MAX_TEXT_BYTES {
            return Err(FileProblem::TooBig);
        }
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
        match self.row_count + self.rows.len() > MAX_ROWS {
            true => Err(FileProblem::TooManyRows),
            false => Ok(()),
        }
    }

    fn end_sheet(&mut self, sheet: &str) {
        let rows = std::mem::take(&mut self.rows);
        self.row_count += rows.len();
        let rows = rows.into_iter().map(|(row, cells)| Row {
            number: row.saturating_add(1),
            cells,
        });
        self.tables.push(Table {
            sheet: sheet.to_owned(),
            rows: rows.collect(),
        });
    }
}

/// A cell no longer than we ever need.
pub fn tidy(text: &str) -> String {
    let end = text
        .char_indices()
        .nth(CELL_CHARS)
        .map_or(text.len(), |(at, _)| at);
    text[..end].trim().to_owned()
}

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Table>, FileProblem> {
    let mut book = Xlsx::new(Cursor::new(bytes))
        .map_err(|error| locked_or_broken(matches!(error, XlsxError::Password)))?;
    let mut sheets = Sheets::default();
    for name in visible_sheets(book.sheets_metadata()) {
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A sheet that is only a chart has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(_) => return Err(FileProblem::Broken),
        };
        while let Some(cell) = cells
            .next_cell_with_formula()
            .map_err(|_| FileProblem::Broken)?
        {
            let (row, column) = cell.pos;
            let text = match (&cell.value, cell.formula) {
                (DataRef::SharedString(text), _) => (*text).to_owned(),
                (value, formula) => {
                    or_formula(data_text(&Data::from(value.clone())), formula.as_deref())
                }
            };
            sheets.put(row, column, &text)?;
        }
        sheets.end_sheet(&name);
    }
    Ok(sheets.tables)
}

fn read_xls(bytes: &[u8]) -> Result<Vec<Table>, FileProblem> {
    xls_extent::check(bytes)?;
    let book = Xls::new(Cursor::new(bytes))
        .map_err(|error| locked_or_broken(matches!(error, XlsError::Password)))?;
    read_ranges(book)
}

fn read_ods(bytes: &[u8]) -> Result<Vec<Table>, FileProblem> {
    let book = Ods::new(Cursor::new(bytes))
        .map_err(|error| locked_or_broken(matches!(error, OdsError::Password)))?;
    read_ranges(book)
}

fn locked_or_broken(locked: bool) -> FileProblem {
    match locked {
        true => FileProblem::Password,
        false => FileProblem::Broken,
    }
}

fn read_ranges<'a, B: Reader<Cursor<&'a [u8]>>>(mut book: B) -> Result<Vec<Table>, FileProblem> {
    let mut sheets = Sheets::default();
    for name in visible_sheets(book.sheets_metadata()) {
        let range = book
            .worksheet_range(&name)
            .map_err(|_| FileProblem::Broken)?;
        // Only a cell without a value asks for its formula, and most sheets have none.
        let formulas = book.worksheet_formula(&name).unwrap_or_default();
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let (row, column) = (top + row as u32, left + column as u32);
            sheets.put(row, column, &data_text(value))?;
        }
        let (top, left) = formulas.start().unwrap_or_default();
        for (row, column, formula) in formulas.used_cells() {
            let (row, column) = (top + row as u32, left + column as u32);
            if range
                .get_value((row, column))
                .is_none_or(|value| data_text(value).is_empty())
            {
                sheets.put(row, column, &or_formula(String::new(), Some(formula)))?;
            }
        }
        sheets.end_sheet(&name);
    }
    Ok(sheets.tables)
}

/// Hidden sheets hold the lists behind a template's drop-downs, not children.
fn visible_sheets(sheets: &[calamine::Sheet]) -> Vec<String> {
    let visible = sheets
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible);
    visible.map(|sheet| sheet.name.clone()).collect()
}

/// A formula whose result was never saved is shown as the formula, so that its row can be named.
fn or_formula(text: String, formula: Option<&str>) -> String {
    match formula.map(|f| f.trim_start_matches("of:").trim_start_matches('=')) {
        Some(formula) if text.is_empty() && !formula.is_empty() => format!("={formula}"),
        Some(_) | None => text,
    }
}

fn data_text(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::Bool(value) => value.to_string().to_uppercase(),
        Data::DateTime(at) => date_text(at),
        Data::Error(error) => error.to_string(),
    }
}

/// Up to fifteen digits a spreadsheet keeps a number exactly; beyond them the rest is invented, and
/// the scientific form says so.
fn number_text(number: f64) -> String {
    match number.abs() < 1e15 {
        true if number.fract() == 0.0 => format!("{number:.0}"),
        true => number.to_string(),
        false => format!("{number:E}").replace('E', "E+"),
    }
}

fn date_text(at: &ExcelDateTime) -> String {
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}
