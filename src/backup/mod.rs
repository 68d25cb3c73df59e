//! Back-ups: everything the school has said, in one file that only its key or passphrase opens, and back again.
//!
//! One format for both engines, rows with their types, so a school moves from a file on its own PC to a server by a
//! back-up and a restore. Deletions made after a back-up are made again after its restore (`tombstones.rs`).

pub mod daily;
pub mod format;
mod manifest;
mod read;
mod restore;
mod stale;
pub mod tables;
pub mod tombstones;
mod write;

use std::io;
use std::path::PathBuf;

pub use format::{Header, Lock, Secret};
pub use manifest::Manifest;
pub use read::{check, header};
pub use restore::{Restored, Wish, restore};
pub use write::{Target, Written, write};

/// Why a back-up is not made or not restored, in the kinds that a person can do something about.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0:?} is there already")]
    Exists(PathBuf),
    #[error("cannot write {path:?}: {reason}")]
    Write {
        path: PathBuf,
        reason: io::ErrorKind,
    },
    #[error("cannot read: {0}")]
    Read(io::ErrorKind),
    #[error("not a back-up of ours")]
    NotOurs,
    #[error("the back-up ends too early")]
    Cut,
    #[error("the back-up was changed or damaged")]
    Changed,
    /// What is said in the file does not fit what is counted.
    #[error("table {0}: the rows are not those of the manifest")]
    Counts(String),
    #[error("made by a newer program")]
    Newer,
    #[error("made with another installation's key")]
    OtherKey,
    #[error("locked with a passphrase, and none was given")]
    NoPassphrase,
    #[error("the passphrase is another, or the first line was changed")]
    WrongPassphrase,
    #[error("table {0} has rows")]
    NotEmpty(&'static str),
    #[error("the list of deleted accounts {path:?} cannot be used: {reason}")]
    Tombstones {
        path: PathBuf,
        reason: io::ErrorKind,
    },
    #[error("the database refuses")]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Unforeseen(String),
}

impl Problem {
    /// What went wrong while reading a back-up.
    fn from_io(error: io::Error) -> Self {
        let broken = error.get_ref().and_then(|inner| inner.downcast_ref());
        match (broken, error.kind()) {
            (Some(format::Broken::Cut), _) => Problem::Cut,
            (Some(format::Broken::Changed), _) => Problem::Changed,
            // What was vouched for does not unpack: a fault of whoever wrote it.
            (None, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => Problem::Changed,
            (None, io::ErrorKind::UnexpectedEof) => Problem::Cut,
            (None, kind) => Problem::Read(kind),
        }
    }
}
