//! Text files with one row per line: csv, tsv, or what Excel in Vietnamese saves with semicolons.

use super::table::{FileProblem, MAX_COLUMNS, MAX_ROWS, Row, tidy};

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// Enough lines to get past the titles above the header.
const SNIFFED_ROWS: usize = 60;

pub fn rows(text: &str) -> Result<Vec<Row>, FileProblem> {
    let (told, body) = told_separator(text);
    let separator = told.unwrap_or_else(|| sniff(body));
    let first = if told.is_some() { 2 } else { 1 };
    let mut rows = Vec::new();
    for (number, record) in (first..).zip(Records::new(body, separator)) {
        let cells = record.map_err(|OpenQuote| FileProblem::OpenQuote { row: number })?;
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MAX_ROWS {
            return Err(FileProblem::TooManyRows);
        }
        rows.push(Row { number, cells });
    }
    Ok(rows)
}

/// Excel's first line "sep=;" is an instruction to the program that reads the file.
fn told_separator(text: &str) -> (Option<char>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let told = line.trim_end_matches('\r').strip_prefix("sep=");
    match told
        .and_then(|t| t.chars().next())
        .filter(|c| SEPARATORS.contains(c))
    {
        Some(separator) => (Some(separator), rest),
        None => (None, text),
    }
}

/// The separator with which most rows agree on their number of cells; the earlier one on a draw.
fn sniff(text: &str) -> char {
    let agreement = |separator: char| {
        let mut widths = [0_usize; 33];
        for record in Records::new(text, separator).take(SNIFFED_ROWS).flatten() {
            widths[record.len().min(32)] += 1;
        }
        let of_width = |(width, rows): (usize, &usize)| (width - 1) * rows;
        widths
            .iter()
            .enumerate()
            .skip(2)
            .map(of_width)
            .max()
            .unwrap_or(0)
    };
    let mut best = (SEPARATORS[0], 0);
    for separator in SEPARATORS {
        let score = agreement(separator);
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

struct OpenQuote;

/// The rows of the text, empty ones included, so that they can be counted as a spreadsheet does.
struct Records<'a> {
    rest: &'a str,
    separator: char,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        Records {
            rest: text,
            separator,
        }
    }

    /// One cell; what follows it stays in `rest`, beginning with the separator or the line end.
    fn cell(&mut self) -> Result<String, OpenQuote> {
        let trimmed = self.rest.trim_start_matches(' ');
        let Some(quoted) = trimmed.strip_prefix('"') else {
            return Ok(self.up_to_end());
        };
        let mut cell = String::new();
        let mut rest = quoted;
        loop {
            let (inside, after) = rest.split_once('"').ok_or(OpenQuote)?;
            cell.push_str(inside);
            match after.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    rest = more;
                }
                None => {
                    self.rest = after;
                    // Letters behind the closing quote belong to the cell all the same.
                    cell.push_str(&self.up_to_end());
                    return Ok(cell);
                }
            }
        }
    }

    fn up_to_end(&mut self) -> String {
        let end = self
            .rest
            .find([self.separator, '\n', '\r'])
            .unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell.to_owned()
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<String>, OpenQuote>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok(cell) if cells.len() < MAX_COLUMNS => cells.push(tidy(&cell)),
                Ok(_) => {}
                Err(open) => {
                    self.rest = "";
                    return Some(Err(open));
                }
            }
            match self.rest.strip_prefix(self.separator) {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        let line_end = self
            .rest
            .strip_prefix("\r\n")
            .or_else(|| self.rest.strip_prefix(['\n', '\r']));
        self.rest = line_end.unwrap_or_default();
        Some(Ok(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u32, Vec<String>)> {
        rows(text)
            .unwrap()
            .into_iter()
            .map(|row| (row.number, row.cells))
            .collect()
    }

    #[test]
    fn empty_lines_count_and_a_line_break_in_quotes_does_not() {
        let rows = read("a,b\r\n\r\n\"x\ny\",\"say \"\"hi\"\"\"\n,\nlast,2");
        assert_eq!(rows[0].0, 1);
        assert_eq!(
            rows[1],
            (3, vec!["x\ny".to_owned(), "say \"hi\"".to_owned()])
        );
        assert_eq!(rows[2].0, 5);
    }

    #[test]
    fn the_separator_is_found() {
        for text in [
            "Tiêu đề, có phẩy\nlop;ma;ten\n5A1;1;An, Bình\n5A2;2;B\n",
            "lop\tma\tten\n5A1\t1\tA;B\n",
            "sep=|\nlop|ma|ten\n",
            "ten,vai,lop\nAn,gv,5A1;5A2\nBình,gv,5A3\n",
        ] {
            assert_eq!(read(text).last().unwrap().1.len(), 3, "{text}");
        }
    }

    #[test]
    fn a_quote_inside_a_cell_is_a_quote_and_an_open_one_is_a_problem() {
        assert_eq!(read("An \"Bi\",2")[0].1[0], "An \"Bi\"");
        let open = rows("a,b\n\"never closed,1\n2,3\n");
        assert!(
            matches!(open, Err(FileProblem::OpenQuote { row: 2 })),
            "{open:?}"
        );
    }
}
