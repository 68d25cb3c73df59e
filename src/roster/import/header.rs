//! Schools put their name, the word "list" and the school year above the table; the header row is
//! found under them by the names of its columns, as real exports spell them.

use crate::understand::fold::{clean, fold};

use super::columns::Column;
use super::{Nearest, Rejected, Row, Table, cells};

/// The header stands within this many rows that hold anything.
pub const SEARCHED_ROWS: usize = 30;
/// Below this likeness a title was not meant for one of our columns.
const ALIKE: f64 = 0.80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Children,
    Staff,
}

/// Where our columns stand in one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Index of the header among the sheet's rows.
    pub at: usize,
    pub class: Option<usize>,
    pub code: Option<usize>,
    pub family_name: Option<usize>,
    /// The whole name, or the given name where `family_name` holds the rest.
    pub name: usize,
    pub role: Option<usize>,
    pub number: Option<usize>,
    pub ignored: Vec<String>,
    folded: Vec<String>,
}

impl Header {
    /// A name in two columns is joined; every other cell is taken as it stands.
    pub fn name_of(&self, row: &Row) -> String {
        let given = cell(row, Some(self.name));
        match self.family_name.map(|family| cell(row, Some(family))) {
            Some(family) if !given.is_empty() => format!("{family} {given}"),
            Some(family) => family.to_owned(),
            None => given.to_owned(),
        }
    }

    /// Long lists repeat their header on every printed page.
    pub fn repeated_in(&self, row: &Row) -> bool {
        title_keys(row) == self.folded
    }
}

pub fn cell(row: &Row, column: Option<usize>) -> &str {
    column
        .and_then(|at| row.cells.get(at))
        .map_or("", String::as_str)
}

/// What a search in one sheet came to.
pub enum Found {
    Header(Box<Header>),
    /// Names stand here, but a column that we need does not: leaving the sheet out would lose people.
    Incomplete(Nearest),
    /// Nothing like our list; with the most likely row, if any looked like one.
    Nothing(Option<Nearest>),
}

pub fn find(table: &Table, list: List) -> Result<Found, Rejected> {
    let rows = || table.rows.iter().take(SEARCHED_ROWS).map(Marks::of);
    if let Some((at, header)) = rows().enumerate().find(|(_, header)| header.complete(list)) {
        return header
            .into_header(table, at, list)
            .map(|header| Found::Header(Box::new(header)));
    }
    let mut nearest: Option<Nearest> = None;
    let mut incomplete: Option<Nearest> = None;
    for header in rows() {
        let candidate = header.nearest(table, list);
        let better = |old: &Nearest| weight(&candidate) > weight(old);
        if header.names_people(list) && incomplete.as_ref().is_none_or(better) {
            incomplete = Some(candidate);
        } else if weight(&candidate) > 0 && nearest.as_ref().is_none_or(better) {
            nearest = Some(candidate);
        }
    }
    Ok(incomplete.map_or(Found::Nothing(nearest), Found::Incomplete))
}

pub fn weight(nearest: &Nearest) -> usize {
    nearest.found.len() * 2 + nearest.similar.len()
}

/// The cells of one row, and which of our columns each could be.
struct Marks<'a> {
    row: &'a Row,
    keys: Vec<String>,
}

impl<'a> Marks<'a> {
    fn of(row: &'a Row) -> Self {
        Marks {
            row,
            keys: title_keys(row),
        }
    }

    /// The best spelled cell of a column, and another one spelled the same way.
    fn places(&self, column: Column) -> (Option<usize>, Option<usize>) {
        for spelling in column.spellings() {
            let mut places = (0..self.keys.len()).filter(|at| self.keys[*at] == *spelling);
            if let Some(first) = places.next() {
                return (Some(first), places.next());
            }
        }
        (None, None)
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.places(column).0
    }

    /// "Ten" alone is a name too, and "Ho" with "Ten" are the two halves of one.
    fn name(&self) -> Option<(Option<usize>, usize)> {
        match (
            self.place(Column::Name),
            self.place(Column::FamilyName),
            self.place(Column::GivenName),
        ) {
            // Some exports call the first of two columns by the name of both.
            (Some(name), None, Some(given)) if given == name + 1 => Some((Some(name), given)),
            (Some(name), _, _) => Some((None, name)),
            (None, family, Some(given)) => Some((family, given)),
            (None, _, None) => None,
        }
    }

    /// The class may stand in the sheet's name, so a children's header does without it.
    fn complete(&self, list: List) -> bool {
        let has = |column| self.place(column).is_some();
        self.name().is_some()
            && match list {
                List::Children => has(Column::Code),
                List::Staff => has(Column::Role) && has(Column::Class),
            }
    }

    fn names_people(&self, list: List) -> bool {
        let other = match list {
            List::Children => Column::Class,
            List::Staff => Column::Role,
        };
        let of_other_list = list == List::Children && self.place(Column::Role).is_some();
        self.name().is_some() && self.place(other).is_some() && !of_other_list
    }

    fn into_header(self, table: &Table, at: usize, list: List) -> Result<Header, Rejected> {
        let wanted: &[Column] = match list {
            List::Children => &[Column::Class, Column::Code, Column::Name],
            List::Staff => &[Column::Class, Column::Role, Column::Name],
        };
        if let Some(column) = wanted
            .iter()
            .find(|column| self.places(**column).1.is_some())
        {
            let (sheet, column) = (table.sheet.clone(), column.slug());
            return Err(Rejected::ColumnTwice {
                sheet,
                row: self.row.number,
                column,
            });
        }
        let (family_name, name) = self.name().unwrap_or_default();
        let code = self.place(Column::Code).filter(|_| list == List::Children);
        let role = self.place(Column::Role).filter(|_| list == List::Staff);
        let (class, number) = (self.place(Column::Class), self.place(Column::Number));
        let used = [class, code, role, number, family_name, Some(name)];
        let left_out =
            |(at, title): &(usize, &String)| !title.is_empty() && !used.contains(&Some(*at));
        let titles = self.row.cells.iter().enumerate().filter(left_out);
        let ignored = titles.map(|(_, title)| cells::shown(title)).collect();
        Ok(Header {
            at,
            class,
            code,
            family_name,
            name,
            role,
            number,
            ignored,
            folded: self.keys,
        })
    }

    fn nearest(&self, table: &Table, list: List) -> Nearest {
        let needed: &[Column] = match list {
            List::Children => &[Column::Class, Column::Code, Column::Name],
            List::Staff => &[Column::Name, Column::Role, Column::Class],
        };
        let here = |column: &Column| match *column == Column::Name {
            true => self.name().is_some(),
            false => self.place(*column).is_some(),
        };
        let (found, missing): (Vec<Column>, Vec<Column>) =
            needed.iter().partition(|column| here(column));
        let similar = missing
            .iter()
            .filter_map(|column| Some((self.most_alike(*column)?, column.slug())));
        Nearest {
            sheet: table.sheet.clone(),
            row: self.row.number,
            similar: similar.collect(),
            found: found.into_iter().map(Column::slug).collect(),
            missing: missing.into_iter().map(Column::slug).collect(),
        }
    }

    /// A title that is none of our columns, but nearly this one: a typing error.
    fn most_alike(&self, column: Column) -> Option<String> {
        let mut best = (ALIKE, None);
        for (at, key) in self.keys.iter().enumerate() {
            // Two short words are alike by chance.
            if key.len() < 4
                || key.len() > 30
                || Column::ALL
                    .iter()
                    .any(|c| c.spellings().contains(&key.as_str()))
            {
                continue;
            }
            let alike = column
                .spellings()
                .iter()
                .map(|s| strsim::normalized_damerau_levenshtein(s, key));
            let alike = alike.fold(0.0, f64::max);
            if alike >= best.0 {
                best = (alike, Some(cells::shown(&self.row.cells[at])));
            }
        }
        best.1
    }
}

/// Titles without accents, signs, and what stands in brackets: "Ho va ten (*)" is "ho va ten".
fn title_keys(row: &Row) -> Vec<String> {
    row.cells.iter().map(|title| title_key(title)).collect()
}

fn title_key(title: &str) -> String {
    let folded = fold(&clean(title));
    let head = match folded.split_once(['(', '[']) {
        Some((head, _)) if !head.trim().is_empty() => head,
        Some(_) | None => &folded,
    };
    let words = head
        .split(|c: char| !c.is_alphanumeric() && c != '#')
        .filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let row = |(at, cells): (usize, &&[&str])| Row {
            number: at as u32 + 1,
            cells: cells.iter().map(|c| (*c).to_owned()).collect(),
        };
        Table {
            sheet: "Trẻ".to_owned(),
            rows: rows.iter().enumerate().map(row).collect(),
        }
    }

    fn header(rows: &[&[&str]], list: List) -> Header {
        match find(&table(rows), list).unwrap() {
            Found::Header(header) => *header,
            Found::Incomplete(nearest) => panic!("incomplete: {nearest:?}"),
            Found::Nothing(nearest) => panic!("nothing: {nearest:?}"),
        }
    }

    #[test]
    fn spellings_of_real_exports_are_known() {
        for row in [
            ["lop", "ma_be", "ho_ten"],
            ["Tên lớp", "Mã học sinh", "Họ và tên"],
            ["LỚP", "MÃ TRẺ", "HỌ TÊN TRẺ"],
            ["Nhóm/lớp", "Mã định danh (*)", "Họ và tên (bắt buộc)"],
            ["Lop hoc", "Ma HS", "Ho ten"],
            ["Lớp:", "Mã định danh Bộ GD&ĐT", "Họ và tên trẻ"],
        ] {
            let header = header(&[&row], List::Children);
            assert_eq!(
                (header.class, header.code, header.name),
                (Some(0), Some(1), 2),
                "{row:?}"
            );
        }
    }

    #[test]
    fn the_school_s_own_code_is_preferred_to_the_national_number() {
        let header = header(
            &[&[
                "Số định danh cá nhân",
                "Mã lớp",
                "Mã trẻ",
                "Họ tên",
                "Tên lớp",
                "Ngày sinh",
            ]],
            List::Children,
        );
        assert_eq!((header.code, header.class), (Some(2), Some(4)));
        assert_eq!(
            header.ignored,
            ["Số định danh cá nhân", "Mã lớp", "Ngày sinh"]
        );
    }

    #[test]
    fn a_name_in_two_columns_is_joined() {
        let sheet = table(&[
            &["STT", "Họ đệm", "Tên", "Mã trẻ", "Lớp"],
            &["1", "Lê Thị", "Mơ", "A1", "5A1"],
        ]);
        let Found::Header(header) = find(&sheet, List::Children).unwrap() else {
            panic!("no header")
        };
        assert_eq!(header.name_of(&sheet.rows[1]), "Lê Thị Mơ");
    }

    #[test]
    fn two_columns_of_one_name_are_a_problem() {
        let twice = find(
            &table(&[&["Lớp", "Mã trẻ", "Họ tên", "Họ tên"]]),
            List::Children,
        );
        assert!(matches!(
            twice,
            Err(Rejected::ColumnTwice {
                column: "ho_ten",
                row: 1,
                ..
            })
        ));
    }

    #[test]
    fn a_misspelled_title_is_pointed_at() {
        let Found::Incomplete(nearest) =
            find(&table(&[&["Lớp", "Mã hoc snh", "Họ tên"]]), List::Children).unwrap()
        else {
            panic!("must not be taken")
        };
        assert_eq!(nearest.missing, ["ma_be"]);
        assert_eq!(nearest.similar, [("Mã hoc snh".to_owned(), "ma_be")]);
    }

    #[test]
    fn staff_need_name_role_and_class() {
        let header = header(
            &[&["TT", "Họ và tên", "Chức vụ", "Lớp phụ trách"]],
            List::Staff,
        );
        assert_eq!(
            (header.name, header.role, header.class),
            (1, Some(2), Some(3))
        );
    }
}
