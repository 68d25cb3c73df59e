//! The tasks that every school begins with (design §5): the class's QR, the collection of the month, VNeID
//! level 2, and to be in the class's group. The principal may withdraw each and add her own.

use super::store::add_task;
use super::texts;
use crate::db::{Tx, fresh_id};
use crate::domain::{Task, TaskId, TaskKind, Timestamp};
use crate::roster::School;

pub fn tasks(school: &School, now: Timestamp) -> Vec<Task> {
    let today = now.local();
    let collection = format!("thu-{}-{:02}", today.year(), today.month());
    let all = [
        ("qr".to_owned(), texts::QR.to_owned(), TaskKind::Scan),
        (
            collection,
            texts::collection(today.month()),
            TaskKind::Payment,
        ),
        ("vneid".to_owned(), texts::VNEID.to_owned(), TaskKind::Skill),
        ("nhom".to_owned(), texts::GROUP.to_owned(), TaskKind::Group),
    ];
    let task = |(position, (key, title, kind))| Task {
        id: TaskId(fresh_id(now)),
        school: school.id,
        key,
        title,
        kind,
        position,
        target_percent: Some(100),
        opened_at: now,
        withdrawn_at: None,
    };
    (1..).zip(all).map(task).collect()
}

/// Opens them for a new school.
pub async fn open(tx: &mut Tx, school: &School, now: Timestamp) -> Result<(), sqlx::Error> {
    for task in tasks(school, now) {
        add_task(tx, &task, &school.year).await?;
    }
    Ok(())
}
