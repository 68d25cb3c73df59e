//! `lopso import roster|staff FILE`: shows what would change, and changes it unless `--dry-run`.

use std::path::Path;

use indicatif::ProgressBar;

use super::{ImportFile, Stop, open, say, texts};
use crate::app::hand_out;
use crate::db::Tx;
use crate::feature::group;
use crate::intake::now;
use crate::ledger::builtin;
use crate::roster::School;
use crate::roster::apply;
use crate::roster::import::{self, Skipped, Table, texts as words};

/// Below this many rows reading is over before a bar could be drawn.
const BAR_FROM_ROWS: usize = 2_000;

/// With `year` it may be the roster of the next school year: children move up, and the year's tasks are opened.
pub async fn roster(file: &ImportFile, year: Option<&str>) -> Result<(), Stop> {
    let tables = read(&file.file)?;
    let parsed = import::children(&tables)
        .map_err(|bad| Stop::Told(words::report(&name(&file.file), &bad)))?;
    skipped(&parsed.skipped);
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    let school = open::school(&db, file.school.as_deref()).await?;
    let bar = bar(parsed.rows.len());
    let mut tx = db.begin().await?;
    let rows = &parsed.rows;
    let plan = match year {
        Some(year) if year != school.year => {
            if next(&school.year).as_deref() != Some(year) {
                return Err(Stop::Told(texts::not_next_year(year, &school.year)));
            }
            let plan =
                apply::next_year(&mut tx, &school, year, rows, &key, file.dry_run, now()).await?;
            if !file.dry_run {
                begin_year(&mut tx, &school, year).await?;
            }
            plan
        }
        Some(_) | None => apply::roster(&mut tx, &school, rows, &key, file.dry_run, now()).await?,
    };
    if !file.dry_run {
        tx.commit().await?;
        db.count_rows().await?;
    }
    bar.finish_and_clear();
    say(&texts::roster_plan(&plan, parsed.rows.len(), file.dry_run));
    if let Some(year) = year.filter(|year| *year != school.year) {
        say(&texts::new_year(year, file.dry_run));
    }
    Ok(())
}

/// "2026-2027" is followed by "2027-2028".
fn next(year: &str) -> Option<String> {
    let (_, last) = year.split_once('-')?;
    let last: u16 = last.parse().ok()?;
    Some(format!("{last}-{}", last.checked_add(1)?))
}

/// The tasks every school begins with, and a question to the groups whose they are now.
async fn begin_year(tx: &mut Tx, school: &School, year: &str) -> Result<(), sqlx::Error> {
    let school = School {
        year: year.to_owned(),
        ..school.clone()
    };
    builtin::open(tx, &school, now()).await?;
    let says = group::new_year(tx, school.id).await?;
    hand_out(tx, says, now()).await
}

/// With `remove_missing` the file is the whole staff: who is not in it has left.
pub async fn staff(file: &ImportFile, remove_missing: bool) -> Result<(), Stop> {
    let tables = read(&file.file)?;
    let parsed =
        import::staff(&tables).map_err(|bad| Stop::Told(words::report(&name(&file.file), &bad)))?;
    skipped(&parsed.skipped);
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let school = open::school(&db, file.school.as_deref()).await?;
    let mut tx = db.begin().await?;
    let missing = if remove_missing {
        apply::Missing::HaveLeft
    } else {
        apply::Missing::Stay
    };
    let rows = &parsed.rows;
    let plan = apply::staff(&mut tx, &school, rows, missing, file.dry_run, now()).await?;
    if !plan.unknown_classes.is_empty() {
        return Err(Stop::Told(texts::unknown_classes(
            &name(&file.file),
            &plan.unknown_classes,
        )));
    }
    if !file.dry_run {
        tx.commit().await?;
        db.count_rows().await?;
    }
    say(&texts::staff_plan(&plan, remove_missing, file.dry_run));
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Table>, Stop> {
    import::open(path).map_err(|problem| Stop::Told(words::file_problem(&name(path), &problem)))
}

fn skipped(skipped: &[Skipped]) {
    for one in skipped {
        say(&words::skipped(one));
    }
}

/// The file's own name: the folders before it may name people.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// A turning bar for a long list; hidden by itself when nobody watches.
fn bar(rows: usize) -> ProgressBar {
    if rows < BAR_FROM_ROWS {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(texts::importing(rows));
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}
