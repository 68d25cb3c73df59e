//! The people who work at the school, what they do there, and the classes that are theirs.

use std::collections::HashMap;

use crate::understand::fold::{clean, fold};

use super::children::{finish, sheets_with_header, why_skip};
use super::header::{Header, List, cell};
use super::{
    BadRow, Parsed, Rejected, Row, SkipReason, Skipped, StaffRole, StaffRow, Table, Why, cells,
};

/// How far a misspelled role may be from the one that we ask about.
const ALIKE: f64 = 0.75;

/// Folded spellings of each role in school files.
const ROLES: [(StaffRole, &[&str]); 9] = [
    (
        StaffRole::Principal,
        &["hieu truong", "ht", "quyen hieu truong"],
    ),
    (
        StaffRole::VicePrincipal,
        &[
            "pho hieu truong",
            "pht",
            "pho ht",
            "p hieu truong",
            "p ht",
            "hieu pho",
        ],
    ),
    (
        StaffRole::GroupHead,
        &[
            "to truong",
            "to truong chuyen mon",
            "to truong cm",
            "ttcm",
            "to truong to chuyen mon",
        ],
    ),
    (
        StaffRole::Teacher,
        &[
            "giao vien",
            "gv",
            "gvcn",
            "gvmn",
            "giao vien chu nhiem",
            "gv chu nhiem",
            "giao vien mam non",
            "gv mam non",
            "giao vien mau giao",
            "giao vien nha tre",
            "giao vien day lop",
            "co giao",
            "teacher",
        ],
    ),
    (
        StaffRole::CoreTeam,
        &[
            "nong cot",
            "to nong cot",
            "thanh vien to nong cot",
            "giao vien nong cot",
            "gv nong cot",
            "to cong nghe so nong cot",
        ],
    ),
    (
        StaffRole::YouthUnion,
        &[
            "chi doan",
            "bi thu chi doan",
            "pho bi thu chi doan",
            "bi thu doan",
            "doan thanh nien",
            "doan vien",
            "btcd",
        ],
    ),
    (
        StaffRole::Clerk,
        &[
            "van thu",
            "vt",
            "nv van thu",
            "nhan vien van thu",
            "can bo van thu",
        ],
    ),
    (
        StaffRole::Accountant,
        &[
            "ke toan",
            "kt",
            "nv ke toan",
            "nhan vien ke toan",
            "ke toan truong",
        ],
    ),
    (
        StaffRole::Employee,
        &[
            "nhan vien",
            "nv",
            "nuoi duong",
            "cap duong",
            "bao ve",
            "y te",
            "bao mau",
            "tap vu",
            "lao cong",
            "thu quy",
            "phuc vu",
            "nau an",
            "co nuoi",
        ],
    ),
];

pub fn staff(tables: &[Table]) -> Result<Parsed<StaffRow>, Rejected> {
    let (sheets, mut out) = sheets_with_header(tables, List::Staff)?;
    let mut reader = Reader::default();
    for (table, header) in &sheets {
        reader.sheet(table, header);
    }
    out.skipped.append(&mut reader.skipped);
    out.rows = reader.rows;
    finish(out, reader.bad)
}

#[derive(Default)]
struct Reader {
    rows: Vec<StaffRow>,
    bad: Vec<BadRow>,
    skipped: Vec<Skipped>,
    seen: HashMap<(String, StaffRole, Vec<String>), (String, u32)>,
}

impl Reader {
    fn sheet(&mut self, table: &Table, header: &Header) {
        let mut after_footer = false;
        for row in &table.rows[header.at + 1..] {
            // The class may be empty in a good row, so only name and role tell a person.
            match why_skip(row, header, [header.role, None], after_footer) {
                Some(why) => {
                    after_footer |= why == SkipReason::Footer;
                    self.skipped.push(Skipped {
                        sheet: table.sheet.clone(),
                        row: Some(row.number),
                        why,
                    });
                }
                None => self.person(table, header, row),
            }
        }
    }

    fn person(&mut self, table: &Table, header: &Header, row: &Row) {
        let (name_cell, role_cell, class_cell) = (
            header.name_of(row),
            cell(row, header.role),
            cell(row, header.class),
        );
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
        let name = cells::name(&name_cell).map_err(|why| bad("ho_ten", &name_cell, why));
        let roles = roles(role_cell).map_err(|why| bad("vai_tro", role_cell, why));
        let classes = classes(class_cell).map_err(|why| bad("lop", class_cell, why));
        let (Ok(name), Ok(roles), Ok(classes)) = (name, roles, classes) else {
            return;
        };
        for role in roles {
            self.add(StaffRow {
                sheet: table.sheet.clone(),
                row: row.number,
                name: name.clone(),
                role,
                classes: classes.clone(),
            });
        }
    }

    fn add(&mut self, person: StaffRow) {
        let key = (fold(&person.name), person.role, person.classes.clone());
        match self.seen.get(&key) {
            Some((first_sheet, first_row)) => {
                let why = Why::DuplicateStaff {
                    first_sheet: first_sheet.clone(),
                    first_row: *first_row,
                };
                let value = cells::shown(&person.name);
                self.bad.push(BadRow {
                    sheet: person.sheet,
                    row: person.row,
                    column: Some("ho_ten"),
                    value,
                    why,
                });
            }
            None => {
                self.seen.insert(key, (person.sheet.clone(), person.row));
                self.rows.push(person);
            }
        }
    }
}

/// One role, or several: "giao_vien; to_truong", "Giao vien kiem to truong".
fn roles(text: &str) -> Result<Vec<StaffRole>, Why> {
    if cells::is_blank(text) {
        return Err(Why::MissingRole);
    }
    let folded = fold(&clean(text))
        .replace(" kiem ", ";")
        .replace(" va ", ";");
    let mut roles = Vec::new();
    for part in folded
        .split([';', ',', '+', '&', '/'])
        .filter(|part| !part.trim().is_empty())
    {
        let role = role(part).ok_or_else(|| Why::UnknownRole {
            nearest: nearest_role(part),
        })?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    match roles.is_empty() {
        true => Err(Why::MissingRole),
        false => Ok(roles),
    }
}

fn role_key(folded: &str) -> String {
    let words = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn role(folded: &str) -> Option<StaffRole> {
    let key = role_key(folded);
    let known = ROLES
        .iter()
        .find(|(_, spellings)| spellings.contains(&key.as_str()));
    // "Nhan vien nuoi duong", "NV bao ve": whatever the work, an employee.
    let employee = || {
        ["nhan vien ", "nv "]
            .iter()
            .any(|lead| key.starts_with(lead))
            .then_some(StaffRole::Employee)
    };
    known.map(|(role, _)| *role).or_else(employee)
}

fn nearest_role(folded: &str) -> Option<StaffRole> {
    let key = role_key(folded);
    let likeness = |spellings: &[&str]| {
        let long = spellings.iter().filter(|spelling| spelling.len() > 4);
        long.map(|spelling| strsim::normalized_damerau_levenshtein(spelling, &key))
            .fold(0.0, f64::max)
    };
    let scored = ROLES
        .iter()
        .map(|(role, spellings)| (*role, likeness(spellings)));
    let best = scored.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (best.1 >= ALIKE).then_some(best.0)
}

/// None, one or several; "the whole school" is a principal's way to say none.
fn classes(text: &str) -> Result<Vec<String>, Why> {
    const WHOLE_SCHOOL: [&str; 4] = ["toan truong", "tat ca", "ca truong", "tat ca cac lop"];
    if cells::is_blank(text) || WHOLE_SCHOOL.contains(&fold(&clean(text)).as_str()) {
        return Ok(Vec::new());
    }
    let mut classes = Vec::new();
    for part in text
        .split([';', ',', '+', '&', '\n'])
        .filter(|part| !part.trim().is_empty())
    {
        let class = cells::class(part)?;
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_as_schools_write_them() {
        use StaffRole::*;
        for (text, want) in [
            ("hieu_truong", vec![Principal]),
            ("Hiệu trưởng", vec![Principal]),
            ("Phó HT", vec![VicePrincipal]),
            ("P. Hiệu trưởng", vec![VicePrincipal]),
            ("to_truong", vec![GroupHead]),
            ("GV", vec![Teacher]),
            ("GVCN", vec![Teacher]),
            ("Giáo viên", vec![Teacher]),
            ("nong_cot", vec![CoreTeam]),
            ("Bí thư chi đoàn", vec![YouthUnion]),
            ("văn thư", vec![Clerk]),
            ("Kế toán", vec![Accountant]),
            ("Nhân viên nuôi dưỡng", vec![Employee]),
            ("Giáo viên kiêm tổ trưởng", vec![Teacher, GroupHead]),
            ("giao_vien; nong_cot", vec![Teacher, CoreTeam]),
        ] {
            assert_eq!(roles(text), Ok(want), "{text}");
        }
        for role in StaffRole::ALL {
            assert_eq!(roles(role.slug()), Ok(vec![role]));
        }
        assert_eq!(
            roles("giáo vin"),
            Err(Why::UnknownRole {
                nearest: Some(Teacher)
            })
        );
        assert_eq!(
            roles("phi hành gia"),
            Err(Why::UnknownRole { nearest: None })
        );
        assert_eq!(roles("-"), Err(Why::MissingRole));
    }

    #[test]
    fn several_classes_in_one_cell() {
        assert_eq!(
            classes("5A1; lớp 5A2,5a1"),
            Ok(vec!["5A1".to_owned(), "5A2".to_owned()])
        );
        assert_eq!(classes("Toàn trường"), Ok(vec![]));
        assert_eq!(classes("5A1;@@"), Err(Why::MissingClass));
        assert_eq!(classes("5A1;5A*"), Err(Why::ClassUnreadable));
    }
}
