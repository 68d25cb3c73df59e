//! What does not come back as it was: the world went on after the back-up was made.
//!
//! What waited to be sent was most likely sent since, and nobody should read it twice; a reminder that fell due was
//! most likely given. So these are dropped, and so are the questions put to one person: a bare "1" now may answer a
//! later question of which nothing is known here. Boards are drawn anew by `App::draw_boards_anew`. Where the old
//! program was stopped before the back-up and never ran again (`moved`), nothing was sent since, and all this stays.
//! The answer to a tap is dropped by the platform after seconds, so it is never kept.

use std::borrow::Cow;

use super::tables::Table;
use crate::domain::Timestamp;
use crate::domain::message::Priority;

/// How the rows come into the new database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    pub now: Timestamp,
    /// The old program stopped before the back-up was made and did not run since.
    pub moved: bool,
}

/// A row as JSON values, in the order of the table's columns.
pub struct Cells<'a> {
    pub table: &'static Table,
    pub json: Vec<Cow<'a, str>>,
}

impl Cells<'_> {
    fn place(&self, column: &str) -> Option<usize> {
        self.table
            .columns
            .iter()
            .position(|known| known.name == column)
    }

    fn get(&self, column: &str) -> &str {
        self.place(column).map_or("null", |place| &self.json[place])
    }

    fn int(&self, column: &str) -> Option<i64> {
        self.get(column).parse().ok()
    }

    fn set(&mut self, column: &str, json: impl Into<String>) {
        if let Some(place) = self.place(column) {
            self.json[place] = Cow::Owned(json.into());
        }
    }
}

impl Coming {
    /// Makes the row as it comes back; false when it does not.
    pub fn keeps(self, row: &mut Cells<'_>) -> bool {
        match row.table.name {
            "outbox" => self.letter(row),
            "prompt" => {
                let asked_of_one = row.get("account_id") != "null";
                if !self.moved && asked_of_one && row.int("expires_at") > Some(self.now.0) {
                    row.set("expires_at", self.now.0.to_string());
                }
            }
            "due" => return self.moved || row.int("due_at") > Some(self.now.0),
            _ => {}
        }
        true
    }

    fn letter(self, row: &mut Cells<'_>) {
        let waits = matches!(row.get("state"), "\"waiting\"" | "\"sending\"");
        if !waits {
            return;
        }
        let is_tap = row.int("priority") == Some(Priority::Tap.order());
        if self.moved && !is_tap {
            row.set("state", "\"waiting\"");
        } else {
            row.set("state", "\"dropped\"");
            row.set("payload", "\"\"");
        }
    }
}
