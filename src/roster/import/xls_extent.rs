//! How far the cells of an old Excel file reach, looked up before the file is opened.
//!
//! The workbook library lays such a sheet out as a full rectangle. One stray or damaged cell in a far
//! corner would ask for gigabytes, and memory that is refused ends the whole program; so the corners
//! are read here first, without unpacking anything.

use super::table::FileProblem;

/// Fifty thousand rows of eighty columns.
const MAX_CELLS: u64 = 4_000_000;
/// What the format allows: a file that says more is damaged.
const FORMAT_ROWS: u32 = 65_536;
const FORMAT_COLUMNS: u32 = 256;
const SHORT_STREAM_BYTES: usize = 4096;
const MINI_SECTOR_BYTES: usize = 64;

const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const MANY_NUMBERS: u16 = 0x00BD;
/// Number, label, rich text, truth value, short number, shared text, formula.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, 0x00FD, 0x0006];

pub fn check(bytes: &[u8]) -> Result<(), FileProblem> {
    let stream = workbook_stream(bytes).ok_or(FileProblem::Broken)?;
    let globals = Records(&stream).take_while(|(kind, _)| *kind != END);
    let starts: Vec<usize> = globals
        .filter(|(kind, _)| *kind == BOUND_SHEET)
        .map(|(_, data)| u32_at(data, 0).and_then(|at| usize::try_from(at).ok()))
        .collect::<Option<_>>()
        .ok_or(FileProblem::Broken)?;
    starts
        .into_iter()
        .try_for_each(|start| check_sheet(stream.get(start..).unwrap_or_default()))
}

fn check_sheet(stream: &[u8]) -> Result<(), FileProblem> {
    let mut corners = Corners::default();
    let mut depth = 0_u32;
    for (kind, data) in Records(stream) {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            // Charts inside the sheet have cells of their own, which nobody lays out.
            _ if depth > 1 => {}
            DIMENSIONS => check_dimensions(data).ok_or(FileProblem::Broken)?,
            MANY_NUMBERS => {
                let last = data.len().checked_sub(2).and_then(|at| u16_at(data, at));
                corners
                    .add(u16_at(data, 0), u16_at(data, 2))
                    .ok_or(FileProblem::Broken)?;
                corners
                    .add(u16_at(data, 0), last)
                    .ok_or(FileProblem::Broken)?;
            }
            cell if CELLS.contains(&cell) => {
                corners
                    .add(u16_at(data, 0), u16_at(data, 2))
                    .ok_or(FileProblem::Broken)?;
            }
            _ => {}
        }
    }
    match corners.area() > MAX_CELLS {
        true => Err(FileProblem::FarCells),
        false => Ok(()),
    }
}

/// The sheet's own word on its size; room is set aside by it.
fn check_dimensions(data: &[u8]) -> Option<()> {
    let (rows, columns) = match data.len() {
        10 => (
            (u16_at(data, 0)?.into(), u16_at(data, 2)?.into()),
            (u16_at(data, 4)?, u16_at(data, 6)?),
        ),
        _ => (
            (u32_at(data, 0)?, u32_at(data, 4)?),
            (u16_at(data, 8)?, u16_at(data, 10)?),
        ),
    };
    let (first, end): (u32, u32) = rows;
    let (left, right) = (u32::from(columns.0), u32::from(columns.1));
    // The end is one past the last; an empty sheet has it where the first is.
    let fits = end <= FORMAT_ROWS && right <= FORMAT_COLUMNS && first <= end && left <= right;
    let hollow = (first == end && end > 0) || (left == right && right > 0);
    (fits && !hollow).then_some(())
}

#[derive(Default)]
struct Corners {
    found: Option<[u32; 4]>,
}

impl Corners {
    fn add(&mut self, row: Option<u16>, column: Option<u16>) -> Option<()> {
        let (row, column) = (u32::from(row?), u32::from(column?));
        let [top, left, bottom, right] = self.found.unwrap_or([row, column, row, column]);
        self.found = Some([
            top.min(row),
            left.min(column),
            bottom.max(row),
            right.max(column),
        ]);
        (column < FORMAT_COLUMNS).then_some(())
    }

    fn area(&self) -> u64 {
        let [top, left, bottom, right] = self.found.unwrap_or_default();
        u64::from(bottom - top + 1) * u64::from(right - left + 1)
    }
}

/// Kind and content, one after the other, as the format lays them out.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, len) = (u16_at(self.0, 0)?, usize::from(u16_at(self.0, 2)?));
        let data = self.0.get(4..4 + len)?;
        self.0 = &self.0[4 + len..];
        Some((kind, data))
    }
}

/// An old Excel file is a small disk of its own: sectors, a table that chains them, a directory.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let sector_bytes = match u16_at(bytes, 30)? {
        9 => 512,
        12 => 4096,
        _ => return None,
    };
    let disk = Disk {
        bytes,
        sector_bytes,
    };
    let table = disk.table()?;
    let directory = disk.chain(u32_at(bytes, 48)?, &table)?;
    let entries = || directory.chunks_exact(128);
    let entry = entries()
        .find(|e| is_named(e, "workbook"))
        .or_else(|| entries().find(|e| is_named(e, "book")))?;
    let (start, len) = (u32_at(entry, 116)?, u32_at(entry, 120)? as usize);
    let mut stream = if len < SHORT_STREAM_BYTES {
        let small = disk.chain(u32_at(entries().next()?, 116)?, &table)?;
        let small_table = numbers(&disk.chain(u32_at(bytes, 60)?, &table)?);
        // Its sectors are counted from zero: there is no header in front of them.
        follow(start, &small_table, |id| {
            sector(&small, id as usize, MINI_SECTOR_BYTES)
        })?
    } else {
        disk.chain(start, &table)?
    };
    stream.truncate(len);
    Some(stream)
}

struct Disk<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
}

impl Disk<'_> {
    fn sector(&self, id: u32) -> Option<&[u8]> {
        sector(self.bytes, (id as usize).checked_add(1)?, self.sector_bytes)
    }

    /// The first 109 sectors of the table are named in the header, the others in a chain of lists.
    fn table(&self) -> Option<Vec<u32>> {
        let mut ids = numbers(self.bytes.get(76..512)?);
        let mut next = u32_at(self.bytes, 68)?;
        for _ in 0..=self.bytes.len() / self.sector_bytes {
            if next >= 0xFFFF_FFFA {
                break;
            }
            ids.extend(numbers(self.sector(next)?));
            next = ids.pop()?;
        }
        let used = ids.into_iter().filter(|id| *id < 0xFFFF_FFFA);
        let mut table = Vec::new();
        for id in used.take(self.bytes.len() / self.sector_bytes + 1) {
            table.extend(numbers(self.sector(id)?));
        }
        Some(table)
    }

    fn chain(&self, start: u32, table: &[u32]) -> Option<Vec<u8>> {
        follow(start, table, |id| self.sector(id))
    }
}

/// A chain that is longer than its table goes round in circles.
fn follow<'a>(
    start: u32,
    table: &[u32],
    sector: impl Fn(u32) -> Option<&'a [u8]>,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut id = start;
    for _ in 0..=table.len() {
        if id >= 0xFFFF_FFFA {
            return Some(out);
        }
        out.extend_from_slice(sector(id)?);
        id = *table.get(id as usize)?;
    }
    None
}

/// The last sector may be cut short.
fn sector(bytes: &[u8], index: usize, size: usize) -> Option<&[u8]> {
    let start = index
        .checked_mul(size)
        .filter(|start| *start < bytes.len())?;
    bytes.get(start..bytes.len().min(start + size))
}

fn is_named(entry: &[u8], name: &str) -> bool {
    let letters = entry[..64]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let letters = letters.take_while(|letter| *letter != 0);
    let letters = letters.map(|letter| u8::try_from(letter).unwrap_or(b'?').to_ascii_lowercase());
    letters.eq(name.bytes())
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(
        bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
    ))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}
