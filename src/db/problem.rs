//! Why a database does not open, in the few kinds that a person can do something about.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("unknown kind of database address")]
    UnknownAddress,
    #[error("cannot create folder {path:?}: {reason}")]
    Folder { path: PathBuf, reason: ErrorKind },
    #[error("cannot open {path:?}")]
    File { path: PathBuf, source: sqlx::Error },
    /// The tables were made by a newer program; this one must not touch them.
    #[error("the database is newer than this program (migration {0})")]
    Newer(i64),
    #[error("the database server cannot be reached or refuses")]
    Server(#[source] sqlx::Error),
    #[error("the tables cannot be read")]
    Unreadable(#[source] sqlx::Error),
    #[error("cannot bring the tables up to date")]
    Migration(#[source] MigrateError),
}

impl Problem {
    pub(super) fn from_migration(error: MigrateError) -> Self {
        if let MigrateError::VersionMissing(version) = error {
            Problem::Newer(version)
        } else {
            Problem::Migration(error)
        }
    }

    pub(super) fn from_sqlite(path: &Path, source: sqlx::Error) -> Self {
        Problem::File {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn from_postgres(source: sqlx::Error) -> Self {
        Problem::Server(source)
    }
}
