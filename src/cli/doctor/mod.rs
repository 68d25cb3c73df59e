//! `lopso doctor`: is everything as it should be, and if not, what to do.

mod official;
mod zalo;

use std::path::Path;
use std::sync::Arc;

use super::live::{Platform, Way};
use super::{Stop, open, say, texts};
use crate::app::{App, Handled, recount};
use crate::backup::daily;
use crate::bots;
use crate::channel::telegram::profile::PlaceInGroup;
use crate::channel::telegram::{Telegram, Trouble};
use crate::config;
use crate::db::Db;
use crate::domain::time::{DAY_MS, MINUTE_MS};
use crate::domain::{Channel, Timestamp};
use crate::feature::erase;
use crate::roster::{chats, store};
use crate::web::webhooks::Webhooks;
use crate::{inbox, outbox};

/// Beyond this "today" and the quiet of the night are another's.
const CLOCK_OFF_MS: i64 = MINUTE_MS;
/// Below the first it is time to make room, below the second the database may stop taking answers.
const DISK_SHORT: u64 = 1 << 30;
const DISK_FULL: u64 = 100 << 20;

pub async fn run(remove_webhook: bool) -> Result<(), Stop> {
    let config = open::config()?;
    let telegram = open::telegram()?;
    let way = open::way_in(Channel::Telegram, &config, Arc::default())?;
    let zalo_bots = open::zalo(&config)?;
    let zalo_way = open::way_in(Channel::ZaloBot, &config, Arc::default())?;
    let db = open::database(&config.database_url).await?;
    say(texts::doctor::DATABASE);
    let mut tx = db.read().await?;
    let schools = store::schools(&mut tx).await?;
    let (aside, oldest) = inbox::aside(&mut tx).await?;
    let set_aside = inbox::all_aside(&mut tx, SHOWN).await?;
    let bots = bots::all(&mut tx).await?;
    let depths = outbox::depths(&mut tx).await?;
    let lost = outbox::lost(&mut tx).await?;
    let erasures = erase::store::clock(&mut tx).await?;
    let since = store::first_school_at(&mut tx).await?;
    drop(tx);
    let mut ill = aside > 0 || lost.failed > 0;
    ill |= texts::doctor::is_stuck(&depths, crate::intake::now());
    if schools.is_empty() {
        say(texts::NO_SCHOOL);
    }
    for school in schools {
        let difference = recount(&db, &school).await?;
        ill |= !difference.is_none();
        say(&texts::doctor::tallies(&school.name, &difference));
    }
    say(&texts::doctor::inbox(aside, oldest));
    for one in set_aside {
        let name = bots.iter().find(|bot| bot.id == one.bot);
        let name = name.map_or("?", |bot| bot.name.as_str());
        let name = texts::doctor::aside_name(name, &one.external_id);
        say(&texts::doctor::aside(&name, one.received_at, &one.reason));
    }
    say(&texts::doctor::outbox(&depths, &lost, crate::intake::now()));
    say(&texts::doctor::erasures(&erasures, crate::intake::now()));
    ill |= disk_is_full(&config.database_url);
    // The demo makes no back-up of its made-up school.
    let is_demo = bots.iter().any(|bot| bot.channel.is_sandbox());
    if !is_demo {
        ill |= !is_backed_up(&config.backup, since);
    }
    match telegram {
        Some(telegram) => ill |= !is_well(&db, &telegram, &way, remove_webhook).await,
        None => say(texts::doctor::NO_TELEGRAM),
    }
    if zalo_bots.is_empty() {
        say(texts::doctor::zalo::NONE);
    } else {
        let key = open::key(&db, &config.database_url).await?;
        let look = zalo::Look {
            db: &db,
            key: &key,
            way: &zalo_way,
            limits: &config.limits.zalo,
            remove_webhook,
        };
        ill |= !look.at_all(&zalo_bots).await?;
    }
    if open::has_zalo_oa() {
        let key = open::key(&db, &config.database_url).await?;
        let oa = open::zalo_oa(&db, &key, &Arc::default())?;
        if let Some(Platform::ZaloOa(oa, _)) = oa {
            ill |= !official::is_well(&oa.only_looking(), config.public_url.as_deref()).await;
        }
    }
    if ill {
        Err(Stop::Told(texts::doctor::ILL.to_owned()))
    } else {
        Ok(())
    }
}

/// Applies an update that was set aside, named as `run` shows it.
pub async fn replay(which: &str) -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    let library = open::library(&config)?;
    let unknown = || Stop::Told(texts::doctor::no_such_aside(which));
    let (bot, external_id) = which.split_once('/').ok_or_else(unknown)?;
    let mut tx = db.read().await?;
    let bots = bots::all(&mut tx).await?;
    drop(tx);
    let bot = bots.iter().find(|known| known.name == bot);
    let bot = bot.ok_or_else(unknown)?;
    let app = App::new(db, library, key).with_reminders(config.reminders.clone());
    let handled = app.replay(bot, external_id, crate::intake::now()).await?;
    match handled.ok_or_else(unknown)? {
        Handled { aside: 0, .. } => {
            say(&texts::doctor::replayed(which));
            Ok(())
        }
        Handled { .. } => Err(Stop::Told(texts::doctor::still_aside(which))),
    }
}

/// Set-aside updates that are shown one by one.
const SHOWN: i64 = 10;

/// Says how the bot stands; false when messages cannot come in.
async fn is_well(db: &Db, telegram: &Telegram, way: &Way, remove_webhook: bool) -> bool {
    match look(db, telegram, way, remove_webhook).await {
        Ok(well) => well,
        Err(Look::Database(error)) => {
            tracing::error!(%error, "groups not read");
            false
        }
        Err(Look::Telegram(Trouble::Token)) => {
            say(texts::doctor::TOKEN);
            false
        }
        Err(Look::Telegram(trouble)) => {
            tracing::warn!(%trouble, "telegram not looked at");
            say(texts::doctor::NO_ANSWER);
            false
        }
    }
}

/// Whether Telegram brings updates to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// It is asked for them.
    Never,
    ToUs,
    /// It should, and has another address or none.
    NotYet,
}

/// Why the look was cut short.
enum Look {
    Telegram(Trouble),
    Database(sqlx::Error),
}

impl From<Trouble> for Look {
    fn from(trouble: Trouble) -> Self {
        Look::Telegram(trouble)
    }
}

impl From<sqlx::Error> for Look {
    fn from(error: sqlx::Error) -> Self {
        Look::Database(error)
    }
}

async fn look(db: &Db, telegram: &Telegram, way: &Way, remove_webhook: bool) -> Result<bool, Look> {
    let before = telegram.standing().await?;
    if remove_webhook && before.webhook.is_some() {
        telegram.remove_webhook().await?;
        say(texts::doctor::WEBHOOK_REMOVED);
    }
    let now = telegram.standing().await?;
    let ours = match way {
        Way::Polling => None,
        Way::Webhook { public_url, .. } => Some(format!(
            "{public_url}{}",
            Webhooks::path(Channel::Telegram, &now.username)
        )),
    };
    let brought = match ours {
        None => Brought::Never,
        Some(url) if telegram.brought_to().await?.as_ref() == Some(&url) => Brought::ToUs,
        Some(_) => Brought::NotYet,
    };
    say(&texts::doctor::telegram(
        &now,
        brought,
        crate::intake::now(),
    ));
    let mut well = match brought {
        Brought::Never => now.webhook.is_none(),
        Brought::ToUs => now.failed.is_none(),
        Brought::NotYet => false,
    };
    if let Some(theirs) = telegram.clock().await? {
        let off = crate::intake::now().0 - theirs.0;
        if off.abs() > CLOCK_OFF_MS {
            well = false;
            say(&texts::doctor::clock(off));
        }
    }
    well &= groups_are_well(db, telegram, now.hears_all).await?;
    Ok(well)
}

/// Whether the bot is still in the classes' groups and may write there.
async fn groups_are_well(db: &Db, telegram: &Telegram, hears_all: bool) -> Result<bool, Look> {
    let me = telegram.me().await?;
    let mut tx = db.read().await?;
    let groups = chats::bound_groups(&mut tx, Channel::Telegram.slug(), &me.username).await?;
    drop(tx);
    if groups.is_empty() {
        say(texts::doctor::NO_GROUP);
    }
    let mut well = true;
    for (chat, title) in groups {
        let place = telegram.place_in(&chat, me.id).await?;
        well &= matches!(
            place,
            Some(PlaceInGroup::Administrator | PlaceInGroup::Member)
        );
        say(&texts::doctor::group(&title, place, hears_all));
    }
    Ok(well)
}

/// True when hardly anything can be written any more. Nothing is said where the machine does not tell.
fn disk_is_full(url: &str) -> bool {
    let free = open::sqlite_file(url).and_then(|file| free_bytes(&file));
    let Some((free, room)) = free.map(|free| (free, Room::with(free))) else {
        return false;
    };
    match room {
        Room::Enough => false,
        Room::Short => {
            say(&texts::doctor::disk_short(free));
            false
        }
        Room::Full => {
            say(&texts::doctor::disk_full(free));
            true
        }
    }
}

/// Without a back-up for so long something is wrong; a weekend is no reason, the program runs on or catches up.
const NOT_BACKED_UP_MS: i64 = 2 * DAY_MS;

/// Says how old the newest daily back-up is; false when there should be a newer one. `since`: how long there has been
/// anything to back up.
fn is_backed_up(backup: &config::Backup, since: Option<Timestamp>) -> bool {
    if backup.keep_days == 0 {
        say(texts::doctor::NO_DAILY_BACKUP);
        return true;
    }
    let now = crate::intake::now();
    let failure = daily::last_failure(&backup.folder);
    if let Some(failure) = failure {
        say(&texts::doctor::backup_failed(failure, now));
    }
    let newest = daily::newest(&backup.folder).unwrap_or_else(|error| {
        tracing::warn!(%error, "folder of back-ups not read");
        None
    });
    let newest = newest.map(|(at, _)| at);
    let late = newest
        .or(since)
        .is_some_and(|at| at < now.plus_ms(-NOT_BACKED_UP_MS));
    say(&texts::doctor::backup(newest, late, &backup.folder, now));
    !late && failure.is_none()
}

/// How much room the disk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    Short,
    Full,
}

impl Room {
    fn with(free_bytes: u64) -> Self {
        match free_bytes {
            ..DISK_FULL => Room::Full,
            DISK_FULL..DISK_SHORT => Room::Short,
            DISK_SHORT.. => Room::Enough,
        }
    }
}

fn free_bytes(file: &Path) -> Option<u64> {
    // A bare name lies where the program stands.
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    fs4::available_space(folder.unwrap_or(Path::new("."))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_runs_short_before_it_is_full() {
        let (mib, gib) = (1 << 20, 1 << 30);
        for (free, room) in [
            (0, Room::Full),
            (100 * mib - 1, Room::Full),
            (100 * mib, Room::Short),
            (gib - 1, Room::Short),
            (gib, Room::Enough),
            (u64::MAX, Room::Enough),
        ] {
            assert_eq!(Room::with(free), room, "{free}");
        }
    }

    #[test]
    fn the_room_beside_a_file_is_known_also_without_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(&folder.path().join("lopso.db")) > Some(0));
        assert!(free_bytes(Path::new("lopso.db")) > Some(0));
        assert_eq!(free_bytes(&folder.path().join("nowhere/lopso.db")), None);
    }
}
