//! A batch of one bot's updates: load what they speak of, decide each in memory, write once, commit once.
//!
//! Nothing here has heard of a platform, and nothing is sent from here.

mod anew;
mod aside;
mod boards;
mod desk;
mod due;
mod forget;
mod wishes;

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};

use crate::bots::{self, budget};
use crate::config::{Reminders, ZaloLimits};
use crate::db::{Db, Tx};
use crate::domain::message::{Say, Update, What};
use crate::domain::{Bot, BotId, SchoolId, Timestamp};
use crate::facts::Facts;
use crate::feature::guide::library::Library;
use crate::inbox;
use crate::installation::Key;
use crate::ledger;
use crate::outbox::{self, Letter};
use crate::render::render;
use crate::roster::accounts;
use crate::roster::chats::class_groups;
use crate::understand::intent;
use aside::Failure;
use desk::Desk;
pub use forget::forget_again;

/// Most updates in one transaction. Beyond about a hundred a larger batch wins nothing more per tap
/// (scripts/bench.sh), and everybody in it waits for the last.
pub const BATCH: usize = 100;

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Handled {
    /// Updates applied now; a second delivery is not among them.
    pub applied: usize,
    /// Updates set aside because they cannot be applied.
    pub aside: usize,
}

pub struct App {
    db: Db,
    library: Arc<Library>,
    key: Key,
    reminders: Reminders,
    zalo: ZaloLimits,
    public_url: Option<String>,
    /// Rung after a commit that may have left something to send; every sender has its own ear.
    to_send: watch::Sender<()>,
    /// Rung when a board waits for its new text.
    to_draw: watch::Sender<()>,
    /// To the senders of this program: answers to taps go there right after the commit.
    tap_lanes: Mutex<HashMap<BotId, mpsc::Sender<Letter>>>,
}

/// Answers to taps that may wait for their sender outside of the table.
const TAPS_AT_HAND: usize = 1_000;

impl App {
    pub fn new(db: Db, library: Arc<Library>, key: Key) -> Self {
        Self {
            db,
            library,
            key,
            reminders: Reminders::default(),
            zalo: ZaloLimits::default(),
            public_url: None,
            to_send: watch::Sender::new(()),
            to_draw: watch::Sender::new(()),
            tap_lanes: Mutex::default(),
        }
    }

    /// With the school's own budget of messages and holidays.
    pub fn with_reminders(self, reminders: Reminders) -> Self {
        Self { reminders, ..self }
    }

    /// With what its plan on Zalo allows.
    pub fn with_zalo(self, zalo: ZaloLimits) -> Self {
        Self { zalo, ..self }
    }

    /// With the address under which others reach our pages.
    pub fn with_public_url(self, public_url: Option<String>) -> Self {
        Self { public_url, ..self }
    }

    pub fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// What a month allows a bot on Zalo.
    pub fn zalo(&self) -> &ZaloLimits {
        &self.zalo
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    pub fn key(&self) -> &Key {
        &self.key
    }

    pub fn library(&self) -> &Library {
        &self.library
    }

    /// It is night or a holiday: nobody is reminded.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.reminders.calendar.next_allowed(now) > now
    }

    /// Changes when there may be something to send.
    pub fn to_send(&self) -> watch::Receiver<()> {
        self.to_send.subscribe()
    }

    /// There may be something to send.
    pub fn ring(&self) {
        self.to_send.send_replace(());
    }

    /// Changes when a board may wait for its new text ([`App::redraw`]).
    pub fn to_draw(&self) -> watch::Receiver<()> {
        self.to_draw.subscribe()
    }

    /// For the sender of a bot in this program: what it receives is committed as on its way, and nobody else sends
    /// it.
    pub fn open_tap_lane(&self, bot: BotId) -> mpsc::Receiver<Letter> {
        let (to, from) = mpsc::channel(TAPS_AT_HAND);
        self.tap_lanes().insert(bot, to);
        from
    }

    pub fn close_tap_lane(&self, bot: BotId) {
        self.tap_lanes().remove(&bot);
    }

    /// Returns when the answers of a whole batch have room on their way out: people who tap are better served by a
    /// platform that still keeps their tap than by an answer that comes too late.
    pub async fn room_for_taps(&self, bot: BotId) {
        if let Some(lane) = self.tap_lane(bot) {
            // An error is a sender that has ended.
            let _ = lane.reserve_many(BATCH).await;
        }
    }

    fn tap_lane(&self, bot: BotId) -> Option<mpsc::Sender<Letter>> {
        self.tap_lanes().get(&bot).cloned()
    }

    fn tap_lanes(&self) -> std::sync::MutexGuard<'_, HashMap<BotId, mpsc::Sender<Letter>>> {
        self.tap_lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies updates of one bot, each exactly once, in the order they came. When this returns they
    /// may be acknowledged to the platform. On an error nothing of the failing batch is applied and
    /// nothing may be acknowledged.
    pub async fn handle(
        &self,
        bot: &Bot,
        updates: Vec<Update>,
        now: Timestamp,
    ) -> anyhow::Result<Handled> {
        let mut handled = Handled::default();
        let mut rest = updates;
        // Redaction comes before everything else: before a log line, before a row.
        let secrets: Vec<bool> = rest.iter_mut().map(cleanse).collect();
        let mut heard: Vec<Heard> = rest
            .into_iter()
            .zip(secrets)
            .map(|(update, secret)| Heard { update, secret })
            .collect();
        while !heard.is_empty() {
            let later = heard.split_off(heard.len().min(BATCH));
            let done = self.batch_or_each(bot, heard, now).await?;
            handled.applied += done.applied;
            handled.aside += done.aside;
            heard = later;
        }
        metrics::counter!("lopso_updates_total").increment(handled.applied as u64);
        Ok(handled)
    }

    /// Hangs a fresh board in every class group of a school.
    pub async fn hang_boards(
        &self,
        bot: &Bot,
        school: SchoolId,
        now: Timestamp,
    ) -> anyhow::Result<usize> {
        let mut tx = self.db.begin().await?;
        let facts = Facts::of_school(&mut tx, bot, school).await?;
        let mut desk = Desk::open(bot, self, &[], facts, now);
        let groups = class_groups(&mut tx, school).await?;
        desk.hang(&mut tx, &groups)
            .await
            .map_err(|failure| failure.error)?;
        desk.close(&mut tx, false)
            .await
            .map_err(|failure| failure.error)?;
        tx.commit().await?;
        self.ring();
        Ok(groups.len())
    }

    /// The whole batch at once; when that fails, one by one, so that only the poison is set aside.
    async fn batch_or_each(
        &self,
        bot: &Bot,
        heard: Vec<Heard>,
        now: Timestamp,
    ) -> anyhow::Result<Handled> {
        match self.batch(bot, heard.clone(), now).await {
            Ok(applied) => return Ok(Handled { applied, aside: 0 }),
            Err(failure) if failure.is_of_the_database() => return Err(failure.error),
            Err(failure) => {
                tracing::warn!(bot = bot.id.0, updates = heard.len(), error = %failure.error, "batch failed, one by one");
            }
        }
        let mut handled = Handled::default();
        for one in heard {
            match self.batch(bot, vec![one.clone()], now).await {
                Ok(applied) => handled.applied += applied,
                Err(failure) if failure.is_of_the_database() => return Err(failure.error),
                Err(failure) => {
                    self.set_aside(bot, &one, &failure, now).await?;
                    handled.aside += 1;
                }
            }
        }
        Ok(handled)
    }

    /// A panic while working is that update's fault, like a value the tables refuse.
    async fn batch(&self, bot: &Bot, heard: Vec<Heard>, now: Timestamp) -> Result<usize, Failure> {
        let tx = self.db.begin().await?;
        let work = AssertUnwindSafe(self.work_through(tx, bot, heard, now));
        work.catch_unwind().await.map_err(|_| Failure::panicked())?
    }

    async fn work_through(
        &self,
        mut tx: Tx,
        bot: &Bot,
        heard: Vec<Heard>,
        now: Timestamp,
    ) -> Result<usize, Failure> {
        let secret: HashSet<String> = heard
            .iter()
            .filter(|one| one.secret)
            .map(|one| one.update.external_id.clone())
            .collect();
        let updates = heard.into_iter().map(|one| one.update).collect();
        let updates = without_strangers(&mut tx, bot, updates).await?;
        let unreadable = unreadable(&updates);
        let fresh = inbox::first_time(&mut tx, bot.id, updates, now).await?; // a second delivery was answered the first time
        if bot.channel.is_counted_by_month() {
            // What cannot be read is one update a day and chat, and each of them is a message to the platform.
            // A refused message makes an update of our own, which the platform never sent.
            let sent = |update: &&Update| !matches!(update.what, What::Presence { .. });
            let brought = fresh.iter().filter(sent).count();
            let received = brought + unreadable - self::unreadable(&fresh);
            if received > 0 {
                let received = i64::try_from(received).unwrap_or(i64::MAX);
                budget::note(&mut tx, bot.id, received, 0, now).await?;
            }
        }
        if fresh.is_empty() {
            tx.commit().await?;
            return Ok(0);
        }
        let facts = Facts::load(&mut tx, bot, &fresh, now).await?;
        let mut desk = Desk::open(bot, self, &fresh, facts, now);
        desk.work_through(&mut tx, &secret).await?;
        let lane = self.tap_lane(bot.id);
        let taps = desk.taps();
        // Room is kept before anything is written, so that a row written as on its way has a way.
        let room = lane
            .as_ref()
            .and_then(|lane| lane.try_reserve_many(taps).ok());
        let written = desk.close(&mut tx, room.is_some()).await?;
        let begun = Instant::now();
        tx.commit().await?;
        metrics::histogram!("lopso_commit_seconds").record(begun.elapsed());
        metrics::histogram!("lopso_batch_updates").record(fresh.len() as f64);
        for (permit, letter) in room.into_iter().flatten().zip(written.at_hand) {
            permit.send(letter);
        }
        if written.others {
            self.ring();
        }
        if written.moved {
            self.to_draw.send_replace(());
        }
        Ok(fresh.len())
    }
}

fn unreadable(updates: &[Update]) -> usize {
    let is_such = |update: &&Update| update.what == What::Unreadable;
    updates.iter().filter(is_such).count()
}

/// That somebody came into a group or went is nothing to us before they are known, and not to be kept.
async fn without_strangers(
    tx: &mut Tx,
    bot: &Bot,
    mut updates: Vec<Update>,
) -> Result<Vec<Update>, sqlx::Error> {
    let is_member = |update: &Update| matches!(update.what, What::Member { .. });
    let told_of = updates.iter().filter(|update| is_member(update));
    let told_of: Vec<&str> = told_of
        .map(|update| update.sender.external_id.as_str())
        .collect();
    if !told_of.is_empty() {
        let linked = accounts::linked(tx, bot.id, &told_of).await?;
        updates.retain(|update| !is_member(update) || linked.contains(&update.sender.external_id));
    }
    Ok(updates)
}

/// Takes out what may not be stored: secrets, and the NUL that PostgreSQL refuses in any text. True when
/// something was found that its author should delete. Words that redaction itself cannot bear are dropped.
fn cleanse(update: &mut Update) -> bool {
    for text in [
        &mut update.external_id,
        &mut update.chat.external_id,
        &mut update.sender.external_id,
        &mut update.sender.name,
    ] {
        if text.contains('\0') {
            *text = text.replace('\0', "");
        }
    }
    let redacted = std::panic::catch_unwind(AssertUnwindSafe(|| intent::redact(&mut update.what)));
    redacted.unwrap_or_else(|_| {
        tracing::error!(update = %update.external_id, "panicked while redacting, words dropped");
        if let What::Text { text, .. } = &mut update.what {
            text.clear();
        }
        false
    })
}

#[derive(Clone)]
struct Heard {
    update: Update,
    /// Something its author should delete was redacted.
    secret: bool,
}

/// Puts what a command of the operator's has to say into the outbox, for whichever bots it is.
pub async fn hand_out(tx: &mut Tx, says: Vec<Say>, now: Timestamp) -> Result<(), sqlx::Error> {
    let bots = bots::all(tx).await?;
    let Some(bot) = bots.first() else {
        return Ok(());
    };
    let drafts = render(says, bot, &[], &bots);
    outbox::add(tx, &drafts, now).await
}

/// Counts a school anew; for `doctor` and for tests.
pub async fn recount(
    db: &Db,
    school: &crate::roster::School,
) -> anyhow::Result<ledger::recount::Difference> {
    let mut tx = db.read().await?;
    Ok(ledger::recount::check(&mut tx, school).await?)
}
