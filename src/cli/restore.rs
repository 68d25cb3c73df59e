//! `lopso restore`: a back-up into an empty database, or only a look whether it is whole.

use std::path::{Path, PathBuf};

use super::backup::told;
use super::{Stop, open, say, texts, warn};
use crate::backup::{self, Header, Lock, Secret, tombstones};
use crate::domain::time::DAY_MS;
use crate::feature::erase::store::TOMBSTONE_MS;
use crate::installation::Key;
use crate::intake::now;

#[derive(clap::Args)]
pub struct Wish {
    file: PathBuf,
    #[arg(long, help = texts::backup::RESTORE_CHECK)]
    check: bool,
    #[arg(long, help = texts::backup::RESTORE_TOMBSTONES)]
    tombstones: Option<PathBuf>,
    #[arg(long, help = texts::backup::RESTORE_MOVED)]
    moved: bool,
}

pub async fn run(wish: &Wish) -> Result<(), Stop> {
    let config = open::config()?;
    let url = &config.database_url;
    let file = &wish.file;
    let header = backup::header(file).map_err(|problem| told(file, problem))?;
    let secret = Secret {
        key: key_for(&header, url, wish.check)?,
        passphrase: open::passphrase(),
    };
    if wish.check {
        let manifest = backup::check(file, &secret).await;
        let manifest = manifest.map_err(|problem| told(file, problem))?;
        say(&texts::backup::checked(file, &manifest, now()));
        return Ok(());
    }
    let library = open::library(&config)?;
    let lists = lists(wish, &config.backup.folder)?;
    let _held = open::hold(url)?;
    let db = open::database(url).await?;
    let asked = backup::Wish {
        file,
        tombstones: &lists,
        moved: wish.moved,
        library,
        now: now(),
    };
    let restored = backup::restore(&db, &secret, &asked).await;
    db.close().await;
    let restored = restored.map_err(|problem| told(file, problem))?;
    say(&texts::backup::restored(file, &restored, wish.moved, now()));
    for warning in texts::backup::tombstone_warnings(&restored, now()) {
        warn(&warning);
    }
    if restored.manifest.at < now().plus_ms(-TOMBSTONE_MS) {
        warn(&texts::backup::too_old(TOMBSTONE_MS / DAY_MS));
    }
    Ok(())
}

/// The key of the installation that made it. Its data need it even where a passphrase opens the file; only to look
/// whether such a file is whole it may be missing.
fn key_for(header: &Header, url: &str, only_check: bool) -> Result<Key, Stop> {
    let opens_without = only_check && matches!(header.lock, Lock::Passphrase { .. });
    let path = open::key_file(url);
    match open::known_key(url)? {
        Some(key) if key.mark() == header.key_mark || opens_without => Ok(key),
        Some(_) => Err(Stop::Told(texts::backup::other_key(&path))),
        None if opens_without => Ok(Key::new([])),
        None => Err(Stop::Told(texts::backup::no_key(&path))),
    }
}

/// The list that was named, or those that lie beside the file and in the folder of the daily back-ups.
fn lists(wish: &Wish, folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    if let Some(named) = &wish.tombstones {
        if !named.exists() {
            let path = named.clone();
            let reason = std::io::ErrorKind::NotFound;
            return Err(told(
                &wish.file,
                backup::Problem::Tombstones { path, reason },
            ));
        }
        return Ok(vec![named.clone()]);
    }
    let mut lists = vec![
        tombstones::beside(&wish.file),
        folder.join(tombstones::NAME),
    ];
    let same = |one: &Path, other: &Path| {
        one.canonicalize()
            .ok()
            .is_some_and(|one| other.canonicalize().ok() == Some(one))
    };
    if same(&lists[0], &lists[1]) {
        lists.pop();
    }
    Ok(lists)
}
