//! `lopso backup`: everything into one locked file, beside a running program.

use std::path::{Path, PathBuf};

use super::{Stop, open, say, texts};
use crate::backup::{self, Problem, Secret, Target, tombstones};
use crate::domain::Timestamp;
use crate::feature::erase;
use crate::intake::now;

#[derive(clap::Args)]
pub struct Wish {
    file: PathBuf,
    #[arg(long, help = texts::backup::BACKUP_FORCE)]
    force: bool,
}

pub async fn run(wish: &Wish) -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    let secret = Secret {
        key,
        passphrase: open::passphrase(),
    };
    let target = Target {
        path: &wish.file,
        force: wish.force,
    };
    let begun = now();
    let written = backup::write(&db, target, &secret, begun).await;
    let written = written.map_err(|problem| told(&wish.file, problem))?;
    // Deletions since belong beside older back-ups in the same place, too.
    let mut tx = db.read().await?;
    let deleted = erase::store::tombstones(&mut tx, Timestamp(i64::MIN)).await?;
    drop(tx);
    let list = tombstones::beside(&wish.file);
    let before = now().plus_ms(-erase::store::TOMBSTONE_MS);
    let listed = tombstones::complete(&list, &secret.key, &deleted, Some(begun))
        .and_then(|_| tombstones::forget_old(&list, &secret.key, before));
    listed.map_err(|error| {
        let reason = error.kind();
        told(&wish.file, Problem::Write { path: list, reason })
    })?;
    let header = backup::header(&wish.file).map_err(|problem| told(&wish.file, problem))?;
    say(&texts::backup::written(&wish.file, &written, &header.lock));
    Ok(())
}

/// A problem in words, or for the log where nobody can do anything about it.
pub fn told(file: &Path, problem: Problem) -> Stop {
    match texts::backup::problem(file, &problem) {
        Some(text) => {
            tracing::debug!(%problem, "back-up refused");
            Stop::Told(text)
        }
        None => Stop::Failed(problem.into()),
    }
}
