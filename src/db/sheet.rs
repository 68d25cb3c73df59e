//! All rows of a SELECT from SQLite as one JSON text.
//!
//! The driver runs SQLite on a thread of its own and hands every row over by itself, each column of it copied by
//! itself: with a hundred rows that costs several times what finding them does. So a SELECT is asked for as
//! `SELECT json_group_array(json_array(…)) FROM (SELECT …)`, in the order of the inner one, and read here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{OnceLock, PoisonError, RwLock};

use serde::Deserialize;
use serde::de::{Error, Visitor};
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, Row as _};

/// A SELECT of which it is known what its columns are called.
pub(super) struct Sheet {
    pub sql: String,
    columns: Vec<String>,
}

/// One row of it.
pub struct Line {
    columns: &'static [String],
    cells: Vec<Cell>,
}

/// What a column holds; we have no other kinds.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
}

fn known() -> &'static RwLock<HashMap<&'static str, &'static Sheet>> {
    static KNOWN: OnceLock<RwLock<HashMap<&'static str, &'static Sheet>>> = OnceLock::new();
    KNOWN.get_or_init(RwLock::default)
}

/// None as long as it never brought a row, and for whatever is no SELECT.
pub(super) fn of(sql: &'static str) -> Option<&'static Sheet> {
    let known = known().read().unwrap_or_else(PoisonError::into_inner);
    known.get(sql).copied()
}

/// Remembers what the columns of this statement are called.
pub(super) fn learn(sql: &'static str, row: &SqliteRow) {
    if !sql.starts_with("SELECT ") {
        return;
    }
    let columns: Vec<String> = row.columns().iter().map(|c| c.name().to_owned()).collect();
    let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let names = names.join(", ");
    let sql_of_all = format!("SELECT json_group_array(json_array({names})) AS sheet FROM ({sql})");
    let mut known = known().write().unwrap_or_else(PoisonError::into_inner);
    // Kept for as long as the program runs, like the statement itself.
    known.entry(sql).or_insert_with(|| {
        Box::leak(Box::new(Sheet {
            sql: sql_of_all,
            columns,
        }))
    });
}

impl Sheet {
    pub fn lines(&'static self, text: &str) -> Result<Vec<Line>, sqlx::Error> {
        let rows: Vec<Vec<Cell>> =
            serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let line = |cells| Line {
            columns: &self.columns,
            cells,
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

impl Line {
    fn cell(&self, column: &str) -> Result<&Cell, sqlx::Error> {
        let place = self.columns.iter().position(|name| name == column);
        place
            .and_then(|place| self.cells.get(place))
            .ok_or_else(|| sqlx::Error::ColumnNotFound(column.to_owned()))
    }
}

/// A column read as what it is asked for.
pub(super) trait Read: Sized {
    fn read(line: &Line, column: &str) -> Result<Self, sqlx::Error>;
}

fn not_this(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: "another kind of value".into(),
    }
}

impl Read for Option<i64> {
    fn read(line: &Line, column: &str) -> Result<Self, sqlx::Error> {
        match line.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(*value)),
            Cell::Text(_) => Err(not_this(column)),
        }
    }
}

impl Read for Option<String> {
    fn read(line: &Line, column: &str) -> Result<Self, sqlx::Error> {
        match line.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value.clone())),
            Cell::Int(_) => Err(not_this(column)),
        }
    }
}

impl Read for Option<bool> {
    fn read(line: &Line, column: &str) -> Result<Self, sqlx::Error> {
        Ok(Option::<i64>::read(line, column)?.map(|value| value != 0))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Cell;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a whole number, a text or null")
            }

            fn visit_unit<E: Error>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
                Ok(Cell::Int(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
                i64::try_from(value).map(Cell::Int).map_err(E::custom)
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
                Ok(Cell::Text(value.to_owned()))
            }
        }
        from.deserialize_any(Any)
    }
}
