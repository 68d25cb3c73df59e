//! A row that came back, from either engine.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::sheet::{self, Line};
use crate::domain;

pub enum Row {
    Sqlite(SqliteRow),
    /// From SQLite too, with all others of its statement ([`super::sheet`]).
    Line(Line),
    Postgres(PgRow),
}

/// What a column can be read as.
pub trait Col: Sized {
    fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error>;
}

impl Row {
    pub fn get<T: Col>(&self, column: &str) -> Result<T, sqlx::Error> {
        T::read(self, column)
    }
}

macro_rules! columns {
    ($($kind:ty),*) => {$(
        impl Col for $kind {
            fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Line(line) => <$kind as sheet::Read>::read(line, column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        }
    )*};
}

columns!(Option<i64>, Option<String>, Option<bool>);

/// SQLite itself reads NULL as 0 or an empty text; here it is an error on both engines.
macro_rules! there {
    ($($kind:ty),*) => {$(
        impl Col for $kind {
            fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error> {
                Option::<$kind>::read(row, column)?.ok_or_else(|| sqlx::Error::ColumnDecode {
                    index: column.to_owned(),
                    source: "NULL".into(),
                })
            }
        }
    )*};
}

there!(i64, String, bool);

macro_rules! wrapped {
    ($($name:ident),*) => {$(
        impl Col for domain::$name {
            fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error> {
                i64::read(row, column).map(domain::$name)
            }
        }

        impl Col for Option<domain::$name> {
            fn read(row: &Row, column: &str) -> Result<Self, sqlx::Error> {
                Ok(Option::<i64>::read(row, column)?.map(domain::$name))
            }
        }
    )*};
}

wrapped!(
    SchoolId, ClassId, ChildId, PersonId, AccountId, BotId, ChatId, TaskId, ActId, BoardId,
    PromptId, OutboxId, UpdateId, Timestamp
);

/// A word in a column that this program does not know: the table is newer or damaged.
pub fn unknown_word(column: &str, word: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("unknown word {word:?}").into(),
    }
}
