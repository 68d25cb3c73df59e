//! What a back-up says of itself: the first line of its sealed part.

use serde::{Deserialize, Serialize};

use super::Problem;
use super::tables::{TABLES, Table};
use crate::db::{self, Engine};
use crate::domain::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program that made it.
    pub program: String,
    /// The last step by which its tables were made.
    pub schema: i64,
    pub engine: String,
    pub at: Timestamp,
    pub schools: Vec<SchoolName>,
    pub tables: Vec<Contents>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolName {
    pub code: String,
    pub name: String,
}

/// What stands in the file of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
}

/// A line that is no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The rows of this table follow.
    Table(String),
    /// This was all, so many rows.
    End(u64),
}

pub fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

impl Manifest {
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// How each table of this program finds its columns in the file; a column that was not there yet is None.
    /// Refuses what a newer program wrote: what we do not know we would lose.
    pub(super) fn plan(&self) -> Result<Vec<Source>, Problem> {
        if self.schema > db::schema() {
            return Err(Problem::Newer);
        }
        let source = |contents: &Contents| {
            let table = TABLES.iter().find(|table| table.name == contents.name);
            let table = table.ok_or(Problem::Newer)?;
            let place = |name: &str| contents.columns.iter().position(|theirs| theirs == name);
            if contents
                .columns
                .iter()
                .any(|theirs| table.columns.iter().all(|ours| ours.name != *theirs))
            {
                return Err(Problem::Newer);
            }
            Ok(Source {
                table,
                rows: contents.rows,
                width: contents.columns.len(),
                places: table.columns.iter().map(|ours| place(ours.name)).collect(),
            })
        };
        self.tables.iter().map(source).collect()
    }
}

/// A table of ours as it stands in the file.
pub(super) struct Source {
    pub table: &'static Table,
    pub rows: u64,
    pub width: usize,
    pub places: Vec<Option<usize>>,
}
