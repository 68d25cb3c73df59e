//! A batch of one bot's updates: load what they speak of, decide each in memory, write once, commit once.
//!
//! Nothing here has heard of a platform, and nothing is sent from here.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Context as _;
use futures_util::FutureExt as _;
use tokio::sync::Notify;

use crate::bots;
use crate::db::{Db, Tx};
use crate::domain::message::{Choice, Say, Update};
use crate::domain::{Bot, ChatId, SchoolId, Tap, Task, TaskId, Timestamp};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::feature::guide::library::Library;
use crate::feature::{confirm, guide, help, launch, missing, proxy, report, status};
use crate::inbox;
use crate::ledger;
use crate::render::render;
use crate::roster::accounts::class_groups;
use crate::understand::commands::{Command, Name};
use crate::understand::intent::{self, Around, Intent, Statement, understand};

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
    /// Rung after a commit that left something to send.
    to_send: Arc<Notify>,
}

impl App {
    pub fn new(db: Db, library: Arc<Library>) -> Self {
        Self {
            db,
            library,
            to_send: Arc::new(Notify::new()),
        }
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Wakes when there is something to send.
    pub fn to_send(&self) -> Arc<Notify> {
        self.to_send.clone()
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
        let secrets: Vec<bool> = rest
            .iter_mut()
            .map(|update| intent::redact(&mut update.what))
            .collect();
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
        self.to_send.notify_one();
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
        let mut desk = Desk {
            bot,
            library: &self.library,
            facts,
            effects: Effects::none(),
            now,
        };
        let groups = desk
            .post_boards(&mut tx, school)
            .await
            .map_err(|failure| failure.error)?;
        desk.close(&mut tx).await.map_err(|failure| failure.error)?;
        tx.commit().await?;
        self.to_send.notify_one();
        Ok(groups)
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

    async fn set_aside(
        &self,
        bot: &Bot,
        one: &Heard,
        failure: &Failure,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let reason = format!("{:#}", failure.error);
        tracing::error!(bot = bot.id.0, update = %one.update.external_id, reason, "update set aside");
        let mut tx = self.db.begin().await?;
        inbox::set_aside(&mut tx, bot.id, &one.update, &reason, now).await?;
        let facts = Facts::load(&mut tx, bot, std::slice::from_ref(&one.update), now).await?;
        let sorry = facts
            .turn(&one.update)
            .filter(Turn::addressed)
            .map(|turn| help::sorry(&turn));
        let bots = bots::all(&mut tx).await?;
        let says = sorry.unwrap_or_default().says;
        Effects::write_outbox(&mut tx, &render(says, bot, facts.boards(), &bots), now).await?;
        tx.commit().await.context("cannot set an update aside")
    }

    async fn batch(&self, bot: &Bot, heard: Vec<Heard>, now: Timestamp) -> Result<usize, Failure> {
        let mut tx = self.db.begin().await?;
        let secret: std::collections::HashSet<String> = heard
            .iter()
            .filter(|one| one.secret)
            .map(|one| one.update.external_id.clone())
            .collect();
        let updates = heard.into_iter().map(|one| one.update).collect();
        let fresh = inbox::first_time(&mut tx, bot.id, updates, now).await?; // a second delivery was answered the first time
        if fresh.is_empty() {
            tx.commit().await?;
            return Ok(0);
        }
        let facts = Facts::load(&mut tx, bot, &fresh, now).await?;
        let mut desk = Desk {
            bot,
            library: &self.library,
            facts,
            effects: Effects::none(),
            now,
        };
        for update in &fresh {
            let turn = desk.take(&mut tx, update, secret.contains(&update.external_id));
            AssertUnwindSafe(turn)
                .catch_unwind()
                .await
                .map_err(|_| Failure::panicked())??;
        }
        desk.close(&mut tx).await?;
        tx.commit().await?;
        Ok(fresh.len())
    }
}

#[derive(Clone)]
struct Heard {
    update: Update,
    /// Something its author should delete was redacted.
    secret: bool,
}

/// Why a batch failed: the database's fault (try again later), or that of one update (set it aside).
struct Failure {
    error: anyhow::Error,
    by_database: bool,
}

impl Failure {
    fn panicked() -> Self {
        Self {
            error: anyhow::anyhow!("panicked while deciding"),
            by_database: false,
        }
    }

    fn is_of_the_database(&self) -> bool {
        self.by_database
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        // A value the tables refuse or a row nobody can read is this update's fault; a full disk, a
        // lost connection or a deadlock is not, and no update may be lost to it.
        let by_update = match &error {
            sqlx::Error::Database(refused) => {
                refused.is_unique_violation()
                    || refused.is_check_violation()
                    || refused.is_foreign_key_violation()
                    || refused.code().is_some_and(|code| code.starts_with("22"))
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => {
                true
            }
            _ => false,
        };
        Self {
            error: error.into(),
            by_database: !by_update,
        }
    }
}

/// Where the updates of one batch are worked on, in order.
struct Desk<'a> {
    bot: &'a Bot,
    library: &'a Library,
    facts: Facts,
    effects: Effects,
    now: Timestamp,
}

impl Desk<'_> {
    async fn take(&mut self, tx: &mut Tx, update: &Update, secret: bool) -> Result<(), Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let intent = read(self.bot, &turn, self.now);
        if secret {
            let warning = help::warn_secret(&turn);
            self.accept(warning);
            // What is left of the message may still be an answer; it is no question.
            if !matches!(intent, Intent::Said { .. }) {
                return Ok(());
            }
        }
        match intent {
            Intent::Command(command) => self.command(tx, update, &command).await,
            Intent::Chosen(taps) => self.chosen(tx, update, &taps).await,
            Intent::Said { statements, asks } => {
                self.confirm(update, &statements.iter().map(said).collect::<Vec<_>>());
                if let Some(asked) = asks {
                    self.decide(update, |desk, turn| {
                        guide::ask(desk.library, turn, &asked.text, asked.task, desk.now)
                    });
                }
                Ok(())
            }
            Intent::Unsure(task) => {
                self.decided(update, |desk, turn| confirm::ask_back(turn, task, desk.now))
            }
            Intent::Asked(asked) => self.decided(update, |desk, turn| {
                guide::ask(desk.library, turn, &asked.text, asked.task, desk.now)
            }),
            Intent::TooLate => self.decided(update, |_, turn| help::too_late(turn)),
            Intent::NoSuchChoice => self.decided(update, |_, turn| help::no_such_choice(turn)),
            Intent::Attachment => self.decided(update, |_, turn| help::attachment(turn)),
            Intent::Empty => self.decided(update, |_, turn| help::empty(turn)),
            Intent::Nothing => Ok(()),
        }
    }

    async fn command(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        command: &Command,
    ) -> Result<(), Failure> {
        match command.name {
            Name::Start => self.decided(update, |_, turn| help::start(turn)),
            Name::Help => self.decided(update, |_, turn| help::help(turn)),
            Name::Guide if command.args.is_empty() => {
                self.decided(update, |desk, turn| guide::list(desk.library, turn))
            }
            Name::Guide => self.decided(update, |desk, turn| {
                guide::ask(desk.library, turn, &command.args, None, desk.now)
            }),
            Name::Confirm => self.decided(update, |desk, turn| confirm::my_tasks(turn, desk.now)),
            Name::Status => self.decided(update, |_, turn| status::decide(turn)),
            Name::Report => {
                self.flush(tx).await?;
                let Some(turn) = self.facts.turn(update) else {
                    return Ok(());
                };
                let answer = report::answer(tx, &turn, &command.args, self.now).await?;
                self.or_not_for_you(update, answer)
            }
            Name::Roster => {
                let asked = self
                    .facts
                    .turn(update)
                    .and_then(|turn| missing::ask_which(&turn, &command.args));
                match asked {
                    Some(missing::Asked::Show { homeroom, task }) => {
                        self.show_missing(tx, update, homeroom, task).await
                    }
                    Some(missing::Asked::Reply(effects)) => {
                        self.or_not_for_you(update, Some(effects))
                    }
                    None => self.or_not_for_you(update, None),
                }
            }
            Name::Proxy => {
                let Some(turn) = self.facts.turn(update) else {
                    return Ok(());
                };
                let answer = proxy::ask(tx, &turn, &command.args).await?;
                self.or_not_for_you(update, answer)
            }
            Name::Launch => self.launch(tx, update, &command.args).await,
        }
    }

    async fn chosen(&mut self, tx: &mut Tx, update: &Update, taps: &[Tap]) -> Result<(), Failure> {
        let said: Vec<confirm::Said> = taps
            .iter()
            .filter_map(|tap| match tap {
                Tap::Say { verb, task, child } => Some(confirm::Said {
                    verb: *verb,
                    task: Some(*task),
                    child: *child,
                }),
                Tap::Help(_) | Tap::Guide(_) | Tap::Guides | Tap::MyTasks => None,
                Tap::Missing { .. } | Tap::Proxy { .. } | Tap::Withdraw(_) => None,
            })
            .collect();
        if !said.is_empty() {
            self.confirm(update, &said);
        }
        for tap in taps {
            match tap {
                Tap::Say { .. } => {}
                Tap::Help(task) => self.decide(update, |desk, turn| {
                    guide::help(desk.library, turn, *task, desk.now)
                }),
                Tap::Guide(id) => {
                    self.decide(update, |desk, turn| guide::by_id(desk.library, turn, id))
                }
                Tap::Guides => self.decide(update, |desk, turn| guide::list(desk.library, turn)),
                Tap::MyTasks => self.decide(update, |desk, turn| confirm::my_tasks(turn, desk.now)),
                Tap::Missing { task, class } => {
                    match self
                        .facts
                        .turn(update)
                        .and_then(|turn| missing::permitted(&turn, *task, *class))
                    {
                        Some((homeroom, task)) => {
                            self.show_missing(tx, update, homeroom, task).await?
                        }
                        None => self.or_not_for_you(update, None)?,
                    }
                }
                Tap::Proxy { verb, task, child } => {
                    let answer = self
                        .facts
                        .turn(update)
                        .and_then(|turn| proxy::enter(&turn, *verb, *task, *child, self.now));
                    self.or_not_for_you(update, answer)?;
                }
                Tap::Withdraw(task) => self.withdraw(tx, update, *task).await?,
            }
        }
        Ok(())
    }

    fn confirm(&mut self, update: &Update, said: &[confirm::Said]) {
        self.decide(update, |desk, turn| confirm::decide(turn, said, desk.now));
    }

    /// Families counted under a task's state change with what was decided before, so that comes first.
    async fn show_missing(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        homeroom: crate::roster::permit::Homeroom,
        task: TaskId,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let list = missing::show(tx, &turn, homeroom, task).await?;
        self.accept(list);
        Ok(())
    }

    async fn launch(&mut self, tx: &mut Tx, update: &Update, asked: &str) -> Result<(), Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let Some(lead) = launch::lead(&turn) else {
            return self.or_not_for_you(update, None);
        };
        let wish = launch::wish(&turn, lead, asked);
        match wish {
            launch::Wish::Usage => {
                return self.decided(update, |_, turn| launch::usage(turn, lead));
            }
            launch::Wish::TooLong => return self.decided(update, |_, turn| launch::too_long(turn)),
            launch::Wish::Again(_) | launch::Wish::New(_) => {}
        }
        self.flush(tx).await?;
        let Some(task) = launch::open(tx, &self.facts, lead, wish, self.now).await? else {
            return self.decided(update, |_, turn| launch::usage(turn, lead));
        };
        self.facts.reload_tasks(tx).await?;
        let groups = self.post_boards(tx, lead.school()).await?;
        self.decided(update, |_, turn| launch::opened(turn, task, groups))
    }

    async fn withdraw(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        task: TaskId,
    ) -> Result<(), Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let Some(lead) = launch::lead(&turn) else {
            return self.or_not_for_you(update, None);
        };
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        let answer = launch::withdraw(tx, &turn, lead, task, self.now).await?;
        self.accept(answer);
        self.facts.reload_tasks(tx).await?;
        self.facts.touch_boards(tx, lead.school()).await?;
        Ok(())
    }

    /// A fresh board in every class group of a school, on whichever bot it hangs. Returns how many.
    async fn post_boards(&mut self, tx: &mut Tx, school: SchoolId) -> Result<usize, Failure> {
        self.facts.load_school(tx, school).await?;
        let groups = class_groups(tx, school).await?;
        for group in &groups {
            let board =
                confirm::board_in(&self.facts, group.class, group.bot, group.chat, self.now);
            self.effects.says.extend(board);
        }
        Ok(groups.len())
    }

    /// Decides with everything before it in sight, and lets everything after it see the result.
    fn decide(&mut self, update: &Update, decide: impl FnOnce(&Self, &Turn<'_>) -> Effects) {
        let Some(turn) = self.facts.turn(update) else {
            return;
        };
        let effects = decide(self, &turn);
        self.accept(effects);
    }

    fn decided(
        &mut self,
        update: &Update,
        decide: impl FnOnce(&Self, &Turn<'_>) -> Effects,
    ) -> Result<(), Failure> {
        self.decide(update, decide);
        Ok(())
    }

    fn or_not_for_you(&mut self, update: &Update, answer: Option<Effects>) -> Result<(), Failure> {
        match answer {
            Some(effects) => self.accept(effects),
            None => self.decide(update, |_, turn| help::not_for_you(turn)),
        }
        Ok(())
    }

    fn accept(&mut self, effects: Effects) {
        for act in &effects.acts {
            self.facts.apply(act);
        }
        self.effects.extend(effects);
    }

    /// Writes what was decided so far, for a command that reads the tables itself.
    async fn flush(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let changes = self.facts.take_changes();
        self.effects.write_ledger(tx, &changes, self.now).await?;
        Ok(())
    }

    /// Everything at once at the end: acts, tallies, the boards that moved, and the rows to send.
    async fn close(mut self, tx: &mut Tx) -> Result<(), Failure> {
        self.flush(tx).await?;
        let posted: Vec<_> = self.effects.says.iter().filter_map(posted_chat).collect();
        for class in self.facts.take_touched() {
            let boards = confirm::board(&self.facts, class, self.now, false);
            // A board that is posted fresh in this batch shows the newest counts already.
            self.effects.says.extend(
                boards
                    .into_iter()
                    .filter(|say| !posted.contains(&board_chat(say))),
            );
        }
        let bots = bots::all(tx).await?;
        let drafts = render(self.effects.says, self.bot, self.facts.boards(), &bots);
        Effects::write_outbox(tx, &drafts, self.now).await?;
        Ok(())
    }
}

fn board_chat(say: &Say) -> Option<ChatId> {
    match say {
        Say::Board { chat, .. } => Some(*chat),
        Say::Acknowledge { .. } | Say::Answer { .. } | Say::Confide { .. } | Say::Post { .. } => {
            None
        }
    }
}

fn posted_chat(say: &Say) -> Option<Option<ChatId>> {
    board_chat(say).map(Some)
}

fn said(statement: &Statement) -> confirm::Said {
    confirm::Said {
        verb: statement.verb,
        task: statement.task,
        child: None,
    }
}

/// What this update wants, from its words and what surrounds them.
fn read(bot: &Bot, turn: &Turn<'_>, now: Timestamp) -> Intent {
    let tasks: Vec<&Task> = turn
        .school()
        .map(|school| turn.facts.open_tasks(school).collect())
        .unwrap_or_default();
    let prompt: Option<(&[Choice], bool)> = turn
        .prompt
        .map(|prompt| (prompt.choices.as_slice(), prompt.expires_at > now));
    understand(&Around {
        what: &turn.update.what,
        addressed: turn.addressed(),
        our_name: &bot.name,
        prompt: prompt.filter(|_| turn.addressed()),
        tasks: &tasks,
    })
}

/// Counts a school anew; for `doctor` and for tests.
pub async fn recount(
    db: &Db,
    school: &crate::roster::School,
) -> anyhow::Result<ledger::recount::Difference> {
    let mut tx = db.read().await?;
    Ok(ledger::recount::check(&mut tx, school).await?)
}
