//! The back-up of each day, in a folder of its own: made when it is due, old ones deleted.
//!
//! A school's PC is off at night, so it is due at the first two o'clock after the last one, or whenever the program
//! runs next. None may live longer than a deletion may take (decree 356/2025: design 15 days at the latest), or
//! somebody deleted would live on in it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use super::tombstones;
use super::write::{PARTIAL, Target, write};
use super::{Problem, Secret};
use crate::config;
use crate::db::Db;
use crate::domain::Timestamp;
use crate::domain::time::{DAY_MS, HOUR_MS};
use crate::feature::erase;

/// The quiet hour, in Việt Nam.
const HOUR: i8 = 2;
/// `lopso-2026-11-25T0200.backup`
const NAME: (&str, &str, &str) = ("lopso-", "%Y-%m-%dT%H%M", ".backup");
/// What became of the last try, when it failed; gone after the next that does not.
const FAILED: &str = "lopso-backup-failed";
/// Deletions of the last moments that the file may not know yet.
const LATELY_MS: i64 = HOUR_MS;

/// Where, how long, and with what the daily back-ups are locked.
#[derive(Clone)]
pub struct Daily {
    pub folder: PathBuf,
    pub keep_days: i64,
    pub secret: Secret,
}

impl Daily {
    /// None when it is turned off.
    pub fn new(config: &config::Backup, secret: Secret) -> Option<Self> {
        (config.keep_days > 0).then(|| Self {
            folder: config.folder.clone(),
            keep_days: config.keep_days,
            secret,
        })
    }

    /// Makes the day's back-up when it is due, and deletes those that are too old; returns the new file.
    pub async fn look(&self, db: &Db, now: Timestamp) -> Result<Option<PathBuf>, Problem> {
        let done = self.look_once(db, now).await;
        let note = self.folder.join(FAILED);
        // For `lopso doctor`; where even this cannot be written, the log has it.
        let _ = match &done {
            Ok(_) => fs::remove_file(note),
            Err(problem) => fs::write(note, Failure::of(problem, now).line()),
        };
        done
    }

    async fn look_once(&self, db: &Db, now: Timestamp) -> Result<Option<PathBuf>, Problem> {
        fs::create_dir_all(&self.folder).map_err(|error| self.wrong(&error))?;
        // Also when nothing new can be made, nothing lives longer than it may.
        self.forget_old(now)?;
        self.list_deleted(db, None, Some(now)).await?;
        let newest = newest(&self.folder).map_err(|error| self.wrong(&error))?;
        // A clock that was set back must not stop them for as long as it was ahead.
        if newest.is_some_and(|(at, _)| at <= now && next_after(at) > now) {
            return Ok(None);
        }
        let path = self.folder.join(name(now));
        let target = Target {
            path: &path,
            force: false,
        };
        write(db, target, &self.secret, now).await?;
        self.forget_old(now)?;
        Ok(Some(path))
    }

    /// Completes the list of deleted accounts: of the last hour, soon after a deletion, or all.
    pub async fn list_deleted_lately(&self, db: &Db, now: Timestamp) -> Result<(), Problem> {
        let since = now.plus_ms(-LATELY_MS);
        self.list_deleted(db, Some(since), None).await
    }

    async fn list_deleted(
        &self,
        db: &Db,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<(), Problem> {
        let mut tx = db.read().await?;
        let since_when = since.unwrap_or(Timestamp(i64::MIN));
        let deleted = erase::store::tombstones(&mut tx, since_when).await?;
        drop(tx);
        if deleted.is_empty() && since.is_some() {
            return Ok(());
        }
        let path = self.folder.join(tombstones::NAME);
        let done = tombstones::complete(&path, &self.secret.key, &deleted, until);
        done.map_err(|error| self.wrong(&error))?;
        Ok(())
    }

    /// Deletes what has lived its time: back-ups of ours but the newest, what a killed program left of one, and
    /// tombstones for which no back-up is left.
    fn forget_old(&self, now: Timestamp) -> Result<(), Problem> {
        let wrong = |error: io::Error| self.wrong(&error);
        let newest = newest(&self.folder).map_err(wrong)?.map(|(_, path)| path);
        for (at, path) in ours(&self.folder, true).map_err(wrong)? {
            let unfinished = path.to_string_lossy().ends_with(PARTIAL);
            let days = if unfinished { 1 } else { self.keep_days };
            if Some(&path) != newest.as_ref() && at < now.plus_ms(-days * DAY_MS) {
                fs::remove_file(&path).map_err(wrong)?;
            }
        }
        let list = self.folder.join(tombstones::NAME);
        let before = now.plus_ms(-erase::store::TOMBSTONE_MS);
        tombstones::forget_old(&list, &self.secret.key, before).map_err(wrong)?;
        Ok(())
    }

    fn wrong(&self, error: &io::Error) -> Problem {
        Problem::Write {
            path: self.folder.clone(),
            reason: error.kind(),
        }
    }
}

/// The first two o'clock in the night after this moment.
fn next_after(at: Timestamp) -> Timestamp {
    let local = at.local();
    let tonight = local.date().at(HOUR, 0, 0, 0);
    let today = Timestamp::from_local(tonight).filter(|tonight| *tonight > at);
    let tomorrow = || Timestamp::from_local(local.date().tomorrow().ok()?.at(HOUR, 0, 0, 0));
    today.or_else(tomorrow).unwrap_or(at.plus_ms(DAY_MS))
}

pub fn name(at: Timestamp) -> String {
    let (begin, time, end) = NAME;
    format!("{begin}{}{end}", at.local().strftime(time))
}

/// When a file of ours was made, by its name; None for any other.
fn moment(name: &str) -> Option<Timestamp> {
    let (begin, time, end) = NAME;
    let written = name.strip_prefix(begin)?.strip_suffix(end)?;
    let at = DateTime::strptime(time, written).ok()?;
    let at = Timestamp::from_local(at)?;
    // Only what we would write ourselves.
    (self::name(at) == name).then_some(at)
}

/// Files of our naming with their moments; those unfinished, too, when asked for.
fn ours(folder: &Path, unfinished: bool) -> io::Result<Vec<(Timestamp, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let file = entry.file_name();
        let Some(file) = file.to_str() else { continue };
        let whole = match file.strip_suffix(PARTIAL) {
            None => Some(file),
            Some(part) if unfinished => part.rsplit_once('.').map(|(whole, _)| whole),
            Some(_) => None,
        };
        if let Some(at) = whole.and_then(moment)
            && entry.file_type()?.is_file()
        {
            found.push((at, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// The newest daily back-up in a folder; none where there is no folder yet.
pub fn newest(folder: &Path) -> io::Result<Option<(Timestamp, PathBuf)>> {
    Ok(ours(folder, false)?.pop())
}

/// A daily back-up that was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    pub at: Timestamp,
    /// There was no room; else the log knows more.
    pub disk_full: bool,
}

impl Failure {
    fn of(problem: &Problem, at: Timestamp) -> Self {
        let full = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded];
        let disk_full = matches!(problem, Problem::Write { reason, .. } if full.contains(reason));
        Self { at, disk_full }
    }

    fn line(self) -> String {
        let why = if self.disk_full { FULL } else { "other" };
        format!("{} {why}\n", self.at.0)
    }
}

const FULL: &str = "disk-full";

/// How the last daily back-up failed, if it did.
pub fn last_failure(folder: &Path) -> Option<Failure> {
    let note = fs::read_to_string(folder.join(FAILED)).ok()?;
    let (at, why) = note.trim().split_once(' ')?;
    Some(Failure {
        at: Timestamp(at.parse().ok()?),
        disk_full: why == FULL,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_local(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_name_tells_its_moment_and_another_name_none() {
        let night = at("2026-11-25T02:00");
        assert_eq!(name(night), "lopso-2026-11-25T0200.backup");
        assert_eq!(moment("lopso-2026-11-25T0200.backup"), Some(night));
        for other in [
            "lopso-2026-11-25T0200.backup.part",
            "lopso-2026-11-25.backup",
            "lopso-2026-13-25T0200.backup",
            "lopso-2026-11-25T0200 (2).backup",
            "truong.backup",
            "lopso-.backup",
        ] {
            assert_eq!(moment(other), None, "{other}");
        }
    }

    #[test]
    fn the_next_is_due_at_two_in_the_night() {
        for (last, next) in [
            ("2026-11-25T01:59", "2026-11-25T02:00"),
            ("2026-11-25T02:00", "2026-11-26T02:00"),
            ("2026-11-25T07:30", "2026-11-26T02:00"),
            ("2026-12-31T23:00", "2027-01-01T02:00"),
        ] {
            assert_eq!(next_after(at(last)), at(next), "{last}");
        }
    }
}
