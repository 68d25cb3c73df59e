//! More schools like the first: every row of it again with its numbers moved, a hundred schools a transaction.

use std::ops::Range;

use lopso::db::{Db, Set};
use lopso::domain::SchoolId;
use lopso::vals;

const AT_A_TIME: usize = 100;
/// Ids hold milliseconds above 22 other bits: each copy's are those of a second later, where nothing is. They grow,
/// as ids do, so that rows come in at the end of their tables.
const APART: i64 = 1_000 << 22;

/// What the ids of a copy differ by.
pub fn offset(copy: usize) -> i64 {
    APART * i64::try_from(copy).unwrap()
}

/// In the order in which one refers to the other. `$1` the first school, `$2` the offsets.
const TABLES: [&str; 15] = [
    "INSERT INTO school (school_id, code, name, year, created_at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.code || CAST(j.value AS TEXT), t.name, t.year, t.created_at \
     FROM json_each($2) j CROSS JOIN school t WHERE t.school_id = $1",
    "INSERT INTO class (school_id, class_id, year, code, title) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.class_id + CAST(j.value AS BIGINT), t.year, t.code, t.title \
     FROM json_each($2) j CROSS JOIN class t WHERE t.school_id = $1",
    "INSERT INTO child (school_id, child_id, code, name, created_at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.child_id + CAST(j.value AS BIGINT), t.code, t.name, t.created_at \
     FROM json_each($2) j CROSS JOIN child t WHERE t.school_id = $1",
    "INSERT INTO enrolment (school_id, year, child_id, class_id, left_at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.year, t.child_id + CAST(j.value AS BIGINT), \
     t.class_id + CAST(j.value AS BIGINT), t.left_at FROM json_each($2) j CROSS JOIN enrolment t WHERE t.school_id = $1",
    "INSERT INTO person (school_id, person_id, name, created_at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.person_id + CAST(j.value AS BIGINT), t.name, t.created_at \
     FROM json_each($2) j CROSS JOIN person t WHERE t.school_id = $1",
    "INSERT INTO staff_role (school_id, person_id, role) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.person_id + CAST(j.value AS BIGINT), t.role \
     FROM json_each($2) j CROSS JOIN staff_role t WHERE t.school_id = $1",
    "INSERT INTO guardian (school_id, child_id, person_id, linked_at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.child_id + CAST(j.value AS BIGINT), \
     t.person_id + CAST(j.value AS BIGINT), t.linked_at FROM json_each($2) j CROSS JOIN guardian t WHERE t.school_id = $1",
    "INSERT INTO account (account_id, bot_id, external_id, name, private_chat, created_at) \
     SELECT t.account_id + CAST(j.value AS BIGINT), t.bot_id, t.external_id || CAST(j.value AS TEXT), t.name, NULL, t.created_at \
     FROM json_each($2) j CROSS JOIN membership m JOIN account t ON t.account_id = m.account_id WHERE m.school_id = $1",
    "INSERT INTO membership (account_id, school_id, person_id) \
     SELECT t.account_id + CAST(j.value AS BIGINT), t.school_id + CAST(j.value AS BIGINT), t.person_id + CAST(j.value AS BIGINT) \
     FROM json_each($2) j CROSS JOIN membership t WHERE t.school_id = $1",
    "INSERT INTO chat (chat_id, bot_id, external_id, kind, left_at) \
     SELECT t.chat_id + CAST(j.value AS BIGINT), t.bot_id, t.external_id || CAST(j.value AS TEXT), t.kind, t.left_at \
     FROM json_each($2) j CROSS JOIN class_group g JOIN chat t ON t.chat_id = g.chat_id WHERE g.school_id = $1",
    "INSERT INTO class_group (chat_id, school_id, class_id) \
     SELECT t.chat_id + CAST(j.value AS BIGINT), t.school_id + CAST(j.value AS BIGINT), t.class_id + CAST(j.value AS BIGINT) \
     FROM json_each($2) j CROSS JOIN class_group t WHERE t.school_id = $1",
    "INSERT INTO task (school_id, task_id, year, key, title, kind, position, target_percent, opened_at, withdrawn_at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.task_id + CAST(j.value AS BIGINT), t.year, t.key, t.title, t.kind, \
     t.position, t.target_percent, t.opened_at, t.withdrawn_at FROM json_each($2) j CROSS JOIN task t WHERE t.school_id = $1",
    "INSERT INTO act (school_id, act_id, task_id, person_id, child_id, verb, evidence, at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.act_id + CAST(j.value AS BIGINT), t.task_id + CAST(j.value AS BIGINT), \
     t.person_id + CAST(j.value AS BIGINT), t.child_id + CAST(j.value AS BIGINT), t.verb, t.evidence, t.at \
     FROM json_each($2) j CROSS JOIN act t WHERE t.school_id = $1",
    "INSERT INTO family (school_id, task_id, child_id, state, evidence, at) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.task_id + CAST(j.value AS BIGINT), t.child_id + CAST(j.value AS BIGINT), \
     t.state, t.evidence, t.at FROM json_each($2) j CROSS JOIN family t WHERE t.school_id = $1",
    "INSERT INTO tally (school_id, class_id, task_id, state, evidence, families) \
     SELECT t.school_id + CAST(j.value AS BIGINT), t.class_id + CAST(j.value AS BIGINT), t.task_id + CAST(j.value AS BIGINT), \
     t.state, t.evidence, t.families FROM json_each($2) j CROSS JOIN tally t WHERE t.school_id = $1",
];

pub async fn add(db: &Db, first: SchoolId, copies: Range<usize>) {
    let offsets: Vec<i64> = copies.map(offset).collect();
    for some in offsets.chunks(AT_A_TIME) {
        let mut tx = db.begin().await.unwrap();
        for insert in TABLES {
            tx.execute(insert, vals![first, Set(some)]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}
