//! The desk on which the updates of one batch are worked through, in order: each is read, decided by
//! its feature, and seen by those after it.

use super::doors::Wish;
use super::{App, Failure};
use crate::bots;
use crate::config::Reminders;
use crate::db::Tx;
use crate::domain::message::{Choice, Say, Update};
use crate::domain::{Bot, ChatId, SchoolId, Tap, Task, TaskId, Timestamp};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::feature::confirm::BEGIN_FAMILY;
use crate::feature::guide::library::Library;
use crate::feature::{confirm, guide, help, launch, missing, proxy, remind, report, status};
use crate::installation::Key;
use crate::outbox;
use crate::render::render;
use crate::roster::accounts::class_groups;
use crate::roster::permit::Homeroom;
use crate::understand::codes;
use crate::understand::commands::{Command, Name};
use crate::understand::intent::{Around, Intent, Statement, understand};

/// Where the updates of one batch are worked on, in order.
pub(super) struct Desk<'a> {
    pub(super) bot: &'a Bot,
    library: &'a Library,
    pub(super) key: &'a Key,
    pub(super) reminders: &'a Reminders,
    /// The whole batch.
    pub(super) updates: &'a [Update],
    pub(super) facts: Facts,
    effects: Effects,
    pub(super) now: Timestamp,
}

impl<'a> Desk<'a> {
    pub fn open(
        bot: &'a Bot,
        app: &'a App,
        updates: &'a [Update],
        facts: Facts,
        now: Timestamp,
    ) -> Self {
        Self {
            bot,
            library: &app.library,
            key: &app.key,
            reminders: &app.reminders,
            updates,
            facts,
            effects: Effects::none(),
            now,
        }
    }

    pub async fn take(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        secret: bool,
    ) -> Result<(), Failure> {
        if self.happened(tx, update).await? {
            return Ok(());
        }
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
            Intent::Code(code) => self.by_code(tx, update, &code).await,
            Intent::Unsure(task) => {
                self.decided(update, |desk, turn| confirm::ask_back(turn, task, desk.now))
            }
            Intent::Asked(asked) => {
                let no_question = self.library.ask(&asked.text).is_empty();
                if no_question && self.named(tx, update, &asked.text).await? {
                    return Ok(());
                }
                self.decided(update, |desk, turn| {
                    guide::ask(desk.library, turn, &asked.text, asked.task, desk.now)
                })
            }
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
            Name::Start => match codes::find(&command.args) {
                Some(code) => self.by_code(tx, update, &code).await,
                None if command.args == BEGIN_FAMILY => self.family(tx, update).await,
                None => self.decided(update, |_, turn| help::start(turn)),
            },
            Name::Bind => {
                let wish = Wish::Asked(&command.args);
                self.bind_group(tx, update, wish).await
            }
            Name::Remind => self.ask_whom(tx, update, &command.args).await,
            Name::Stop => self.no_reminders(tx, update).await,
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
                Tap::Family | Tap::Consent { .. } | Tap::InClass(_) | Tap::NotMine(_) => None,
                Tap::Admit { .. } | Tap::Refuse { .. } => None,
                Tap::Bind { .. } | Tap::BindStaff => None,
                Tap::RemindFirst { .. } | Tap::Remind { .. } | Tap::RemindAll(_) => None,
                Tap::Later(_) => None,
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
                Tap::Family => self.family(tx, update).await?,
                Tap::Consent { purpose, answer } => {
                    self.consent(tx, update, *purpose, *answer).await?
                }
                Tap::InClass(class) => self.in_class(tx, update, *class).await?,
                Tap::Admit { account, child } => self.admit(tx, update, *account, *child).await?,
                Tap::Refuse { account, class } => self.refuse(tx, update, *account, *class).await?,
                Tap::NotMine(child) => self.not_mine(tx, update, *child).await?,
                Tap::Bind { class, instead } => {
                    let wish = Wish::Class {
                        class: *class,
                        instead: *instead,
                    };
                    self.bind_group(tx, update, wish).await?
                }
                Tap::RemindFirst { task, class } => {
                    self.whom_to_remind(tx, update, *task, *class).await?
                }
                Tap::Remind { task, class } => self.remind(tx, update, *task, Some(*class)).await?,
                Tap::RemindAll(task) => self.remind(tx, update, *task, None).await?,
                Tap::Later(task) => self.remind_later(tx, update, *task).await?,
                Tap::BindStaff => self.bind_group(tx, update, Wish::Staff).await?,
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
        homeroom: Homeroom,
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
        let Some(lead) = launch::lead_of(&turn, task) else {
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
    pub async fn post_boards(&mut self, tx: &mut Tx, school: SchoolId) -> Result<usize, Failure> {
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
    pub(super) fn decide(
        &mut self,
        update: &Update,
        decide: impl FnOnce(&Self, &Turn<'_>) -> Effects,
    ) {
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

    pub(super) fn or_not_for_you(
        &mut self,
        update: &Update,
        answer: Option<Effects>,
    ) -> Result<(), Failure> {
        match answer {
            Some(effects) => self.accept(effects),
            None => self.decide(update, |_, turn| help::not_for_you(turn)),
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, effects: Effects) {
        for act in &effects.acts {
            self.facts.apply(act);
        }
        for kept in &effects.pending {
            self.facts.keep(kept);
        }
        self.effects.extend(effects);
    }

    pub(super) fn say(&mut self, say: Option<Say>) {
        self.effects.says.extend(say);
    }

    /// Writes what was decided so far, for a command that reads the tables itself.
    pub(super) async fn flush(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let changes = self.facts.take_changes();
        self.effects.write_ledger(tx, &changes, self.now).await?;
        let answered = changes
            .iter()
            .filter(|change| !remind::is_missing(change.to.state));
        let answered: Vec<_> = answered.map(|change| (change.child, change.task)).collect();
        outbox::drop_answered(tx, &answered).await?;
        Ok(())
    }

    /// Everything at once at the end: acts, tallies, the boards that moved, and the rows to send.
    pub async fn close(mut self, tx: &mut Tx) -> Result<(), Failure> {
        self.flush(tx).await?;
        self.draw_boards();
        let bots = bots::all(tx).await?;
        let drafts = render(self.effects.says, self.bot, self.facts.boards(), &bots);
        Effects::write_outbox(tx, &drafts, self.now).await?;
        Ok(())
    }

    /// Boards are drawn last, with the counts at the end of the batch: those posted fresh in it are drawn
    /// anew, and those that hang get a new text.
    fn draw_boards(&mut self) {
        let touched = self.facts.take_touched();
        let mut posted = Vec::new();
        for say in &mut self.effects.says {
            if let Say::Board {
                class, bot, chat, ..
            } = say
            {
                posted.push(*chat);
                if touched.contains(class)
                    && let Some(newest) =
                        confirm::board_in(&self.facts, *class, *bot, *chat, self.now)
                {
                    *say = newest;
                }
            }
        }
        let hanging = touched
            .into_iter()
            .flat_map(|class| confirm::boards(&self.facts, class, self.now))
            .filter(|say| board_chat(say).is_none_or(|chat| !posted.contains(&chat)));
        self.effects.says.extend(hanging);
    }
}

fn board_chat(say: &Say) -> Option<ChatId> {
    match say {
        Say::Board { chat, .. } => Some(*chat),
        Say::Acknowledge { .. }
        | Say::Invite { .. }
        | Say::Answer { .. }
        | Say::Confide { .. }
        | Say::File { .. }
        | Say::Post { .. }
        | Say::Remind { .. } => None,
    }
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
