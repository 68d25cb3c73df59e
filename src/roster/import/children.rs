//! The children of the school, class by class, from the office's own list.

use std::collections::HashMap;

use super::header::{self, Found, Header, List, cell};
use super::{
    BadRow, ChildRow, Nearest, Parsed, Rejected, Row, SkipReason, Skipped, Table, Why, cells,
};

pub fn children(tables: &[Table]) -> Result<Parsed<ChildRow>, Rejected> {
    let (sheets, mut out) = sheets_with_header(tables, List::Children)?;
    let mut reader = Reader::default();
    let mut unnamed = Vec::new();
    for (table, header) in &sheets {
        let class = title_class(table, header);
        if header.class.is_none() && class.is_none() && !has_class_lines(table, header) {
            unnamed.push(table.sheet.clone());
            continue;
        }
        reader.sheet(table, header, class);
    }
    if !unnamed.is_empty() {
        return Err(Rejected::ClassNotEvident { sheets: unnamed });
    }
    out.skipped.append(&mut reader.skipped);
    out.rows = reader.rows;
    finish(out, reader.bad)
}

/// All or nothing.
pub fn finish<T>(out: Parsed<T>, bad: Vec<BadRow>) -> Result<Parsed<T>, Rejected> {
    if !bad.is_empty() {
        return Err(Rejected::Bad { bad });
    }
    match out.rows.is_empty() {
        true => Err(Rejected::NoRows),
        false => Ok(out),
    }
}

type Sheets<'a> = Vec<(&'a Table, Header)>;

/// The sheets to read, with what is said of the others.
pub fn sheets_with_header<T>(
    tables: &[Table],
    list: List,
) -> Result<(Sheets<'_>, Parsed<T>), Rejected> {
    let mut sheets: Sheets = Vec::new();
    let mut out = Parsed {
        rows: Vec::new(),
        skipped: Vec::new(),
        ignored_columns: Vec::new(),
    };
    let (mut nearest, mut incomplete): (Option<Nearest>, Option<Nearest>) = (None, None);
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        match header::find(table, list)? {
            Found::Header(header) => {
                let new = header
                    .ignored
                    .iter()
                    .filter(|title| !out.ignored_columns.contains(title));
                let new: Vec<String> = new.cloned().collect();
                out.ignored_columns.extend(new);
                sheets.push((table, *header));
                continue;
            }
            Found::Incomplete(found) => incomplete = incomplete.or(Some(found)),
            Found::Nothing(Some(found)) => {
                let better = nearest
                    .as_ref()
                    .is_none_or(|old| header::weight(&found) > header::weight(old));
                nearest = if better { Some(found) } else { nearest };
            }
            Found::Nothing(None) => {}
        }
        out.skipped.push(Skipped {
            sheet: table.sheet.clone(),
            row: None,
            why: SkipReason::SheetWithoutHeader,
        });
    }
    if incomplete.is_some() || sheets.is_empty() {
        let looked_at = tables.iter().map(|table| table.sheet.clone()).collect();
        return Err(Rejected::HeaderNotFound {
            looked_at,
            nearest: incomplete.or(nearest).map(Box::new),
        });
    }
    Ok((sheets, out))
}

/// The class in the sheet's name or in the titles above the table; none where they disagree.
fn title_class(table: &Table, header: &Header) -> Option<String> {
    let titles = table.rows[..header.at]
        .iter()
        .flat_map(|row| row.cells.iter());
    let mut titles = titles.filter_map(|title| cells::evident_class(title));
    let (by_title, by_sheet) = (titles.next(), cells::evident_class(&table.sheet));
    match (by_title, by_sheet) {
        (Some(title), Some(sheet)) => (title == sheet).then_some(sheet),
        (title, sheet) => title.or(sheet),
    }
}

fn has_class_lines(table: &Table, header: &Header) -> bool {
    let first = table.rows[header.at + 1..]
        .iter()
        .find(|row| !is_column_numbers(row));
    first.is_some_and(|row| class_line(row).is_some())
}

/// A row that holds only the name of a class, over its children.
fn class_line(row: &Row) -> Option<String> {
    let text = only_cell(row)?;
    text.chars()
        .any(char::is_whitespace)
        .then(|| cells::evident_class(text))
        .flatten()
}

pub fn only_cell(row: &Row) -> Option<&str> {
    let mut filled = row.cells.iter().filter(|cell| !cell.is_empty());
    let first = filled.next()?;
    filled.next().is_none().then_some(first)
}

/// "(1) (2) (3)" or "A B 1 2" under the header: short marks without a gap, and no list has such names.
pub fn is_column_numbers(row: &Row) -> bool {
    let marks: Vec<&str> = row
        .cells
        .iter()
        .map(|c| c.trim_matches(['(', ')', '[', ']', ' ']))
        .collect();
    let marks: Vec<&str> = marks.into_iter().filter(|mark| !mark.is_empty()).collect();
    let short = |mark: &&str| match mark.parse::<u32>() {
        Ok(number) => number <= 64,
        Err(_) => mark.len() == 1 && mark.bytes().all(|b| b.is_ascii_alphabetic()),
    };
    marks.len() >= 3 && marks.iter().all(short)
}

/// Words that begin a line under the list. None of them begins a person's name.
pub fn is_footer(row: &Row) -> bool {
    const PHRASES: [&str; 24] = [
        "tong so",
        "tong cong",
        "tong:",
        "cong:",
        "danh sach",
        "an dinh",
        "nguoi lap",
        "lap bang",
        "lap bieu",
        "hieu truong",
        "pho hieu truong",
        "giao vien chu nhiem",
        "gvcn",
        "ban giam hieu",
        "xac nhan",
        "ghi chu:",
        "trong do",
        "nam:",
        "nu:",
        "noi nhan",
        "thu truong",
        "duyet cua",
        "ke toan truong",
        "ky ten",
    ];
    row.cells.iter().any(|cell| {
        let text = crate::understand::fold::fold(cell);
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        // A date line: the place may stand before it.
        let dated = text.contains("ngay") && text.contains("thang") && text.contains("nam");
        dated
            || text == "cong"
            || text == "tong"
            || PHRASES.iter().any(|phrase| text.starts_with(phrase))
    })
}

/// Where a code was seen first.
struct FirstUse {
    sheet: String,
    row: u32,
    name: String,
}

#[derive(Default)]
struct Reader {
    rows: Vec<ChildRow>,
    bad: Vec<BadRow>,
    skipped: Vec<Skipped>,
    codes: HashMap<String, FirstUse>,
}

impl Reader {
    fn sheet(&mut self, table: &Table, header: &Header, mut class: Option<String>) {
        let mut after_footer = false;
        for row in &table.rows[header.at + 1..] {
            let line = class_line(row);
            let skip = if line.is_some() {
                class = line;
                after_footer = false;
                Some(SkipReason::ClassTitle)
            } else {
                why_skip(row, header, [header.code, header.class], after_footer)
            };
            match skip {
                Some(why) => {
                    after_footer |= why == SkipReason::Footer;
                    self.skipped.push(Skipped {
                        sheet: table.sheet.clone(),
                        row: Some(row.number),
                        why,
                    });
                }
                None => self.child(table, header, row, class.as_deref()),
            }
        }
    }

    /// Looks at every cell, so that a row with two mistakes is corrected in one go.
    fn child(&mut self, table: &Table, header: &Header, row: &Row, sheet_class: Option<&str>) {
        let (name_cell, code_cell, class_cell) = (
            header.name_of(row),
            cell(row, header.code),
            cell(row, header.class),
        );
        let class = match header.class {
            Some(_) => cells::class(class_cell),
            None => sheet_class.map(str::to_owned).ok_or(Why::MissingClass),
        };
        let mut bad = |column: &'static str, value: &str, why: Why| {
            let (sheet, value) = (table.sheet.clone(), cells::shown(value));
            self.bad.push(BadRow {
                sheet,
                row: row.number,
                column: Some(column),
                value,
                why,
            });
        };
        let class = class.map_err(|why| bad("lop", class_cell, why));
        let code = cells::code(code_cell).map_err(|why| bad("ma_be", code_cell, why));
        let name = cells::name(&name_cell).map_err(|why| bad("ho_ten", &name_cell, why));
        // A code is compared even when another cell of its row is bad.
        if let Ok(code) = &code
            && let Some(why) =
                self.second_use(table, row, code, name.as_deref().unwrap_or_default())
        {
            let (sheet, value) = (table.sheet.clone(), cells::shown(code_cell));
            self.bad.push(BadRow {
                sheet,
                row: row.number,
                column: Some("ma_be"),
                value,
                why,
            });
            return;
        }
        if let (Ok(class), Ok(code), Ok(name)) = (class, code, name) {
            self.rows.push(ChildRow {
                sheet: table.sheet.clone(),
                row: row.number,
                class_title: cells::class_title(
                    if class_cell.is_empty() {
                        &table.sheet
                    } else {
                        class_cell
                    },
                    &class,
                ),
                class,
                code,
                name,
            });
        }
    }

    fn second_use(&mut self, table: &Table, row: &Row, code: &str, name: &str) -> Option<Why> {
        if let Some(first) = self.codes.get(code) {
            let (first_sheet, first_row) = (first.sheet.clone(), first.row);
            let same =
                crate::understand::fold::fold(&first.name) == crate::understand::fold::fold(name);
            return Some(match same {
                true => Why::DuplicateCode {
                    first_sheet,
                    first_row,
                },
                false => Why::SameCodeOtherName {
                    first_sheet,
                    first_row,
                },
            });
        }
        let first = FirstUse {
            sheet: table.sheet.clone(),
            row: row.number,
            name: name.to_owned(),
        };
        self.codes.insert(code.to_owned(), first);
        None
    }
}

/// Rows that are no person, judged only where a person's cells are not all there.
pub fn why_skip(
    row: &Row,
    header: &Header,
    others: [Option<usize>; 2],
    after_footer: bool,
) -> Option<SkipReason> {
    let name = header.name_of(row);
    let others = others.into_iter().flatten();
    let counted = cell(row, header.number).parse::<u32>().is_ok();
    let needed = others.clone().count() + 1;
    let filled = others.filter(|at| !cell(row, Some(*at)).is_empty()).count()
        + usize::from(!name.is_empty());
    if header.repeated_in(row) {
        Some(SkipReason::RepeatedHeader)
    } else if !name.is_empty() && is_column_numbers(row) {
        Some(SkipReason::ColumnNumbers)
    } else if counted {
        // A running number promises a person: what is missing there is a mistake, not a footer.
        (filled == 0).then_some(SkipReason::NothingForUs)
    } else if filled < needed && is_footer(row) {
        Some(SkipReason::Footer)
    } else if filled == 0 {
        Some(SkipReason::NothingForUs)
    // Under the signature line stand the names of those who sign.
    } else if after_footer && filled < 2 {
        Some(SkipReason::Footer)
    } else {
        None
    }
}
