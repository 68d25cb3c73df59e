//! The list of who was deleted, as a file beside the back-ups: it lives on when the database does not.
//!
//! A line is the keyed hash of an account, when it was deleted, and a proof by the installation's key; nobody reads a
//! name from it. A line without its proof is told and not obeyed: who may only write into the folder must not be able
//! to delete people. The table `tombstone` is written with the deletion; the file is completed from it.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::write::{private_file, sync_folder_of};
use crate::domain::Timestamp;
use crate::domain::time::HOUR_MS;
use crate::feature::erase::store::Tombstone;
use crate::installation::{Key, hex};

/// Stands in the place of a mark where a line says until when the list is complete: a list that lay on a shelf since
/// knows nothing of later deletions.
const COMPLETE: &str = "complete";
/// How often that is written.
const COMPLETE_EVERY_MS: i64 = HOUR_MS;

/// The file's name, in whatever folder back-ups lie.
pub const NAME: &str = "tombstones";

/// The list that belongs to a back-up.
pub fn beside(file: &Path) -> PathBuf {
    file.with_file_name(NAME)
}

/// What a file of tombstones holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct List {
    pub known: Vec<Tombstone>,
    /// Until when every deletion stands in it.
    pub until: Option<Timestamp>,
    /// The last line was not written to its end.
    pub torn: bool,
    /// Lines without a valid proof.
    pub forged: usize,
    /// Up to here every line is whole.
    whole_bytes: u64,
}

/// Reads the list; None when there is no such file.
pub fn read(path: &Path, key: &Key) -> io::Result<Option<List>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut list = List::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = std::str::from_utf8(line).unwrap_or_default();
        let is_whole = text.ends_with('\n');
        match tombstone(text.trim_end(), key) {
            Some(line) if line.mark == COMPLETE => list.until = list.until.max(Some(line.at)),
            Some(known) => list.known.push(known),
            None if !is_whole && line.last() != Some(&b'\n') => {
                list.torn = true;
                return Ok(Some(list));
            }
            None => list.forged += 1,
        }
        list.whole_bytes += u64::try_from(line.len()).unwrap_or(0);
    }
    Ok(Some(list))
}

fn tombstone(line: &str, key: &Key) -> Option<Tombstone> {
    let (words, proof) = line.rsplit_once(' ')?;
    let (mark, at) = words.split_once(' ')?;
    if proof_of(words, key) != proof {
        return None;
    }
    Some(Tombstone {
        mark: mark.to_owned(),
        at: Timestamp(at.parse().ok()?),
    })
}

fn line(tombstone: &Tombstone, key: &Key) -> String {
    let words = format!("{} {}", tombstone.mark, tombstone.at.0);
    let proof = proof_of(&words, key);
    format!("{words} {proof}\n")
}

fn proof_of(words: &str, key: &Key) -> String {
    hex(&key.hash(&[b"lopso tombstone, line ", words.as_bytes()]))
}

/// Writes down at the end of the file those that are not in it yet. A torn last line is cut off first: what it was to
/// say stands in the table and is among these. With a moment these are all there were until then. Returns how many
/// were added.
pub fn complete(
    path: &Path,
    key: &Key,
    table: &[Tombstone],
    until: Option<Timestamp>,
) -> io::Result<usize> {
    let list = read(path, key)?.unwrap_or_default();
    let known: HashSet<&Tombstone> = list.known.iter().collect();
    let new: Vec<&Tombstone> = table.iter().filter(|one| !known.contains(one)).collect();
    let until = until.filter(|until| {
        list.until
            .is_none_or(|said| said.plus_ms(COMPLETE_EVERY_MS) <= *until)
    });
    if new.is_empty() && until.is_none() && path.exists() {
        return Ok(0);
    }
    let is_new = !path.exists();
    let mut file = private_file(File::options().append(true).create(true)).open(path)?;
    if list.torn {
        file.set_len(list.whole_bytes)?;
    }
    let mut text = String::new();
    if list.whole_bytes > 0 && !ends_its_last_line(path)? {
        text.push('\n');
    }
    text.extend(new.iter().map(|one| line(one, key)));
    text.extend(until.map(|at| {
        let mark = COMPLETE.to_owned();
        line(&Tombstone { mark, at }, key)
    }));
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if is_new {
        sync_folder_of(path)?;
    }
    Ok(new.len())
}

fn ends_its_last_line(path: &Path) -> io::Result<bool> {
    Ok(std::fs::read(path)?.last() == Some(&b'\n'))
}

/// Forgets those from before this moment. Lines that are not ours stay for whoever looks into it.
pub fn forget_old(path: &Path, key: &Key, before: Timestamp) -> io::Result<usize> {
    let Some(list) = read(path, key)? else {
        return Ok(0);
    };
    // Of the lines that say until when, the last is enough.
    let is_old = |one: &Tombstone| match one.mark.as_str() {
        COMPLETE => Some(one.at) < list.until,
        _ => one.at < before,
    };
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    let is_kept = |words: &&str| !tombstone(words.trim_end(), key).is_some_and(|one| is_old(&one));
    let kept: String = text.split_inclusive('\n').filter(is_kept).collect();
    if kept == text {
        return Ok(0);
    }
    let old = list.known.iter().filter(|one| is_old(one)).count();
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file =
        private_file(File::options().write(true).create(true).truncate(true)).open(&beside)?;
    file.write_all(kept.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    sync_folder_of(path)?;
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(b"key")
    }

    fn one(mark: &str, at: i64) -> Tombstone {
        Tombstone {
            mark: mark.to_owned(),
            at: Timestamp(at),
        }
    }

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        (folder, path)
    }

    #[test]
    fn each_deletion_is_written_down_once() {
        let (_folder, path) = file();
        assert_eq!(read(&path, &key()).unwrap(), None);
        assert_eq!(complete(&path, &key(), &[one("a", 1)], None).unwrap(), 1);
        assert_eq!(
            complete(&path, &key(), &[one("a", 1), one("b", 2)], None).unwrap(),
            1
        );
        assert_eq!(complete(&path, &key(), &[one("b", 2)], None).unwrap(), 0);
        let list = read(&path, &key()).unwrap().unwrap();
        assert_eq!(list.known, [one("a", 1), one("b", 2)]);
        assert_eq!((list.torn, list.forged), (false, 0));
    }

    #[test]
    fn a_line_torn_anywhere_is_noticed_and_written_again() {
        let (_folder, path) = file();
        complete(&path, &key(), &[one("a", 1), one("b", 2)], None).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in first + 1..whole.len() - 1 {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let list = read(&path, &key()).unwrap().unwrap();
            assert_eq!(
                (list.known.len(), list.torn, list.forged),
                (1, true, 0),
                "{cut}"
            );
            assert_eq!(
                complete(&path, &key(), &[one("a", 1), one("b", 2)], None).unwrap(),
                1
            );
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{cut}");
        }
        // Only the end of the line is missing: the line is there.
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        complete(&path, &key(), &[one("c", 3)], None).unwrap();
        assert_eq!(read(&path, &key()).unwrap().unwrap().known.len(), 3);
    }

    #[test]
    fn a_line_of_another_key_is_told_and_not_obeyed() {
        let (_folder, path) = file();
        complete(&path, &Key::new(b"other"), &[one("a", 1)], None).unwrap();
        complete(&path, &key(), &[one("b", 2)], None).unwrap();
        let list = read(&path, &key()).unwrap().unwrap();
        assert_eq!((list.known, list.forged), (vec![one("b", 2)], 1));
        let text = std::fs::read_to_string(&path)
            .unwrap()
            .replace(" 2 ", " 3 ");
        std::fs::write(&path, text).unwrap();
        assert_eq!(read(&path, &key()).unwrap().unwrap().forged, 2);
    }

    #[test]
    fn what_is_old_is_forgotten_and_what_is_not_ours_stays() {
        let (_folder, path) = file();
        complete(&path, &Key::new(b"other"), &[one("a", 1)], None).unwrap();
        complete(&path, &key(), &[one("b", 2), one("c", 30)], None).unwrap();
        assert_eq!(forget_old(&path, &key(), Timestamp(10)).unwrap(), 1);
        let list = read(&path, &key()).unwrap().unwrap();
        assert_eq!((list.known, list.forged), (vec![one("c", 30)], 1));
    }

    #[test]
    fn the_list_says_until_when_it_is_complete() {
        let (_folder, path) = file();
        let until = || read(&path, &key()).unwrap().unwrap().until;
        complete(&path, &key(), &[one("a", 1)], None).unwrap();
        assert_eq!(until(), None);
        for (now, said) in [(0, 0), (HOUR_MS - 1, 0), (HOUR_MS, HOUR_MS)] {
            complete(&path, &key(), &[one("a", 1)], Some(Timestamp(now))).unwrap();
            assert_eq!(until(), Some(Timestamp(said)), "{now}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3);
        forget_old(&path, &key(), Timestamp(0)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
        assert_eq!(until(), Some(Timestamp(HOUR_MS)));
    }
}
