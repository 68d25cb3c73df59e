//! Puts a back-up into an empty database: all of it in one transaction, or nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::manifest::Manifest;
use super::read::{self, Batch, Opened};
use super::stale::Coming;
use super::tables::TABLES;
use super::{Problem, Secret, tombstones};
use crate::app::{App, forget_again};
use crate::db::{Db, Tx, go_on_after_the_last_id};
use crate::domain::time::DAY_MS;
use crate::domain::{AccountId, Timestamp};
use crate::feature::erase::store::{self as erasures, Tombstone};
use crate::feature::guide::library::Library;
use crate::ledger::recount;
use crate::roster::accounts;
use crate::roster::store;
use crate::{installation, vals};

/// Batches that may wait for the database.
const WAITING: usize = 2;
/// A deletion that ended before the back-up began may bear a slightly later time, and the other way round.
const MARGIN_MS: i64 = DAY_MS;
/// Accounts that are looked through at once.
const ACCOUNTS: i64 = 5_000;

/// What is to be restored, and how.
pub struct Wish<'a> {
    pub file: &'a Path,
    /// Lists of deleted accounts that may be there.
    pub tombstones: &'a [PathBuf],
    pub moved: bool,
    pub library: Arc<Library>,
    pub now: Timestamp,
}

/// What came back.
#[derive(Debug)]
pub struct Restored {
    pub manifest: Manifest,
    /// People who were deleted after the back-up and are gone again.
    pub deleted_again: usize,
    /// The lists that were read.
    pub lists: Vec<PathBuf>,
    /// Until when all deletions stand in them.
    pub listed_until: Option<Timestamp>,
    pub torn_lists: Vec<PathBuf>,
    /// Lines that were not obeyed, and where.
    pub forged: Vec<(PathBuf, usize)>,
    /// Boards that will be drawn anew.
    pub boards: usize,
    /// Schools whose stored figures are not those of a recount: they were not in the back-up either.
    pub unequal: Vec<String>,
}

pub async fn restore(db: &Db, secret: &Secret, wish: &Wish<'_>) -> Result<Restored, Problem> {
    let opened = open(wish.file, secret).await?;
    let manifest = opened.manifest.clone();
    let mut restored = Restored {
        manifest,
        deleted_again: 0,
        lists: Vec::new(),
        listed_until: None,
        torn_lists: Vec::new(),
        forged: Vec::new(),
        boards: 0,
        unequal: Vec::new(),
    };
    let listed = listed(wish, secret, &mut restored)?;
    let mut tx = db.begin().await?;
    must_be_empty(&mut tx).await?;
    installation::forget_key(&mut tx).await?;
    let coming = Coming {
        now: wish.now,
        moved: wish.moved,
    };
    pour(&mut tx, opened, coming).await?;
    installation::keep_key(&mut tx, &secret.key).await?;
    go_on_after_the_last_id(&mut tx).await?;
    restored.deleted_again =
        delete_again(&mut tx, secret, listed, &restored.manifest, wish.now).await?;
    if !wish.moved {
        let app = App::new(db.clone(), wish.library.clone(), secret.key.clone());
        let drawn = app.draw_boards_anew(&mut tx, wish.now).await;
        restored.boards = drawn.map_err(|error| Problem::Unforeseen(format!("{error:#}")))?;
    }
    for school in store::schools(&mut tx).await? {
        if !recount::check(&mut tx, &school).await?.is_none() {
            restored.unequal.push(school.name);
        }
    }
    tx.commit().await?;
    db.count_rows().await?;
    Ok(restored)
}

/// With a passphrase this takes its time, so it does not hold up others.
async fn open(file: &Path, secret: &Secret) -> Result<Opened, Problem> {
    let (file, secret) = (file.to_owned(), secret.clone());
    let opened = tokio::task::spawn_blocking(move || read::open(&file, &secret)).await;
    opened.map_err(|error| Problem::Unforeseen(error.to_string()))?
}

/// A database that was only just opened knows its key and nothing else.
async fn must_be_empty(tx: &mut Tx) -> Result<(), Problem> {
    for table in TABLES.iter().filter(|table| table.name != "installation") {
        if tx.row(table.any, vals![]).await?.is_some() {
            return Err(Problem::NotEmpty(table.name));
        }
    }
    Ok(())
}

/// Reads on one thread, writes here. The file is read to its end, and so vouched for, before anything is committed.
async fn pour(tx: &mut Tx, opened: Opened, coming: Coming) -> Result<(), Problem> {
    let (batches, mut waiting) = mpsc::channel::<Batch>(WAITING);
    let reading = tokio::task::spawn_blocking(move || {
        let gone = |_| Problem::Unforeseen("the writing ended early".to_owned());
        opened.each(Some(coming), |batch| {
            batches.blocking_send(batch).map_err(gone)
        })
    });
    let mut refused = None;
    while let Some(batch) = waiting.recv().await {
        match tx.execute(batch.insert, vals![batch.json]).await {
            Ok(rows) if rows == batch.rows => {}
            Ok(_) => refused = Some(Problem::Counts(batch.insert.to_owned())),
            Err(error) => refused = Some(error.into()),
        }
        if refused.is_some() {
            break;
        }
    }
    drop(waiting);
    let read = reading.await;
    let read = read.map_err(|error| Problem::Unforeseen(error.to_string()))?;
    match refused {
        Some(refused) => Err(refused),
        None => read,
    }
}

/// What the lists of deleted accounts hold, all of them together.
fn listed(
    wish: &Wish<'_>,
    secret: &Secret,
    restored: &mut Restored,
) -> Result<Vec<Tombstone>, Problem> {
    let mut all = HashSet::new();
    for path in wish.tombstones {
        let list = tombstones::read(path, &secret.key).map_err(|error| Problem::Tombstones {
            path: path.clone(),
            reason: error.kind(),
        })?;
        let Some(list) = list else { continue };
        restored.lists.push(path.clone());
        restored.listed_until = restored.listed_until.max(list.until);
        if list.torn {
            restored.torn_lists.push(path.clone());
        }
        if list.forged > 0 {
            restored.forged.push((path.clone(), list.forged));
        }
        all.extend(list.known);
    }
    let mut all: Vec<Tombstone> = all.into_iter().collect();
    all.sort_by(|one, other| (one.at, &one.mark).cmp(&(other.at, &other.mark)));
    Ok(all)
}

/// Deletes again who was deleted after the back-up. A deletion that stands in the back-up's own table is contained in
/// it, whatever the clocks said; who came back after that must stay.
async fn delete_again(
    tx: &mut Tx,
    secret: &Secret,
    listed: Vec<Tombstone>,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<usize, Problem> {
    let contained = erasures::tombstones(tx, Timestamp(i64::MIN)).await?;
    let contained: HashSet<Tombstone> = contained.into_iter().collect();
    let after = manifest.at.plus_ms(-MARGIN_MS);
    let mut due = listed;
    due.retain(|one| one.at > after && !contained.contains(one));
    if due.is_empty() {
        return Ok(0);
    }
    let marks: HashSet<&str> = due.iter().map(|one| one.mark.as_str()).collect();
    let mut marked = Vec::new();
    let mut last = AccountId(0);
    loop {
        let page = accounts::after(tx, last, ACCOUNTS).await?;
        let Some(end) = page.last() else { break };
        last = end.id;
        let is_marked = |face: &&accounts::NamedAccount| {
            let mark = erasures::mark(&secret.key, &face.channel, &face.bot, &face.external_id);
            marks.contains(mark.as_str())
        };
        marked.extend(page.iter().filter(is_marked).map(|face| face.id));
    }
    // Several accounts of one human being are deleted together, each human being once.
    let mut gone: HashSet<AccountId> = HashSet::new();
    let mut deleted = 0;
    for account in marked {
        if gone.contains(&account) {
            continue;
        }
        gone.extend(forget_again(tx, account, now).await?);
        deleted += 1;
    }
    erasures::bury_again(tx, &due).await?;
    Ok(deleted)
}
