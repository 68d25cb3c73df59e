//! Every table with its columns, in an order in which each row finds those it refers to.
//!
//! A new table or column gets its place here; `tests/backup.rs` compares this list with the real tables of both
//! engines. Restoring is the only place where one room writes the tables of all others: it fills an empty database
//! with rows that those rooms wrote before, and changes nothing in them but what `stale.rs` says.

/// A table and the statements that copy it.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub count: &'static str,
    /// Has it a row?
    pub any: &'static str,
    pub select: &'static str,
    /// Takes rows as a JSON array of objects.
    pub insert: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// What stands there, as JSON, for a back-up that was made before there was this column.
    pub before: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    Text,
    Bool,
}

impl Kind {
    /// Whether a JSON value can stand in such a column.
    pub fn takes(self, json: &str) -> bool {
        let first = json.as_bytes().first();
        match self {
            _ if json == "null" => true,
            Kind::Int => first.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-'),
            Kind::Text => first == Some(&b'"'),
            Kind::Bool => json == "true" || json == "false",
        }
    }
}

macro_rules! kind {
    (int) => {
        Kind::Int
    };
    (text) => {
        Kind::Text
    };
    (bool) => {
        Kind::Bool
    };
}

macro_rules! before {
    () => {
        "null"
    };
    ($value:literal) => {
        $value
    };
}

/// How a column is read from a JSON object, on both engines.
macro_rules! value {
    (int, $name:ident) => {
        concat!("CAST(value ->> '", stringify!($name), "' AS BIGINT)")
    };
    (text, $name:ident) => {
        concat!("value ->> '", stringify!($name), "'")
    };
    (bool, $name:ident) => {
        concat!("CAST(value ->> '", stringify!($name), "' AS BOOLEAN)")
    };
}

macro_rules! tables {
    ($($table:ident {
        $first:ident: $first_kind:ident $(, $name:ident: $kind:ident $(= $before:literal)?)* $(,)?
    })*) => {
        pub const TABLES: &[Table] = &[$(Table {
            name: stringify!($table),
            columns: &[
                Column { name: stringify!($first), kind: kind!($first_kind), before: "null" },
                $(Column { name: stringify!($name), kind: kind!($kind), before: before!($($before)?) },)*
            ],
            count: concat!("SELECT COUNT(*) AS n FROM ", stringify!($table)),
            any: concat!("SELECT 1 AS n FROM ", stringify!($table), " LIMIT 1"),
            select: concat!(
                "SELECT ", stringify!($first), $(", ", stringify!($name),)* " FROM ", stringify!($table)
            ),
            insert: concat!(
                "INSERT INTO ", stringify!($table), " (", stringify!($first), $(", ", stringify!($name),)* ") SELECT ",
                value!($first_kind, $first), $(", ", value!($kind, $name),)* " FROM json_each($1)"
            ),
        },)*];
    };
}

tables! {
    installation { only_one: int, key_check: text }
    school { school_id: int, code: text, name: text, year: text, created_at: int }
    class { school_id: int, class_id: int, year: text, code: text, title: text }
    child { school_id: int, child_id: int, code: text, name: text, created_at: int }
    enrolment { school_id: int, year: text, child_id: int, class_id: int, left_at: int }
    person { school_id: int, person_id: int, name: text, created_at: int }
    staff_role { school_id: int, person_id: int, role: text }
    homeroom { school_id: int, class_id: int, person_id: int }
    substitute { school_id: int, class_id: int, person_id: int, from_at: int, until_at: int }
    guardian { school_id: int, child_id: int, person_id: int, linked_at: int }
    bot { bot_id: int, channel: text, name: text, called: text }
    picture { picture_id: int, content: text, expires_at: int }
    oa_token {
        app_id: text, access_token: text, refresh_token: text, refreshed_at: int, begun_at: int,
        refused_at: int, seed: text, signed_by: text
    }
    bot_month { bot_id: int, month: text, received: int, sent: int, told: int }
    account { account_id: int, bot_id: int, external_id: text, name: text, private_chat: int, created_at: int }
    membership { account_id: int, school_id: int, person_id: int }
    chat {
        chat_id: int, bot_id: int, external_id: text, kind: text, left_at: int, people: int, counted_at: int,
    }
    class_group { chat_id: int, school_id: int, class_id: int, door_at: int }
    staff_room { chat_id: int, school_id: int }
    task {
        school_id: int, task_id: int, year: text, key: text, title: text, kind: text, position: int,
        target_percent: int, opened_at: int, withdrawn_at: int,
    }
    act {
        school_id: int, act_id: int, task_id: int, person_id: int, child_id: int, verb: text, evidence: text, at: int,
    }
    family { school_id: int, task_id: int, child_id: int, state: text, evidence: text, at: int }
    tally { school_id: int, class_id: int, task_id: int, state: text, evidence: text, families: int }
    pending { account_id: int, task_id: int, school_id: int, class_id: int, verb: text, at: int, expires_at: int }
    invite {
        school_id: int, kind: text, subject: int, issue: int, link_mark: text, code_mark: text, issued_at: int,
        expires_at: int, used_by: int, scan_mark: text,
    }
    page_code {
        code_mark: text, school_id: int, kind: text, subject: int, issue: int, scanned: bool, expires_at: int,
    }
    arrival {
        account_id: int, school_id: int, step: text, class_id: int, child_id: int, expires_at: int,
        scanned: bool = "false",
    }
    consent {
        consent_id: int, account_id: int, school_id: int, purpose: text, version: int, given: bool, at: int,
    }
    wrong_code { account_id: int, at: int, school_id: int }
    reminder { school_id: int, reminder_id: int, task_id: int, child_id: int, account_id: int, at: int }
    group_reminder { school_id: int, class_id: int, task_id: int, at: int }
    due {
        due_id: int, school_id: int, due_at: int, task_id: int, class_id: int, account_id: int, asked_by: int,
    }
    group_check { chat_id: int, account_id: int, at: int }
    erasure { receipt: text, account_id: int, asked_at: int, done_at: int }
    tombstone { mark: text, at: int }
    inbox { bot_id: int, external_id: text, received_at: int, body: text, reason: text }
    outbox {
        outbox_id: int, bot_id: int, chat_id: int, priority: int, payload: text, edits: int, due_at: int, state: text,
        attempts: int, external_id: text, about: int, written_at: int,
    }
    prompt {
        prompt_id: int, chat_id: int, account_id: int, outbox_id: int, choices: text, opened_at: int, expires_at: int,
    }
    board { chat_id: int, outbox_id: int, posted_at: int, drawn_at: int, moved_at: int }
}
