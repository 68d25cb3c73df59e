//! The desk on which the updates of one batch are worked through, in order: each is read, decided by
//! its feature, and seen by those after it.

use std::collections::HashSet;

use super::wishes::Wish;
use super::{App, Failure};
use crate::bots;
use crate::config::Reminders;
use crate::db::Tx;
use crate::domain::message::{ChatKind, Choice, Priority, Say, Update, What};
use crate::domain::{Bot, ClassId, Tap, Task, Timestamp, Verb};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::feature::confirm::BEGIN_FAMILY;
use crate::feature::guide::library::Library;
use crate::feature::{confirm, erase, group, guide, help, join, launch, proxy, remind, status};
use crate::installation::Key;
use crate::outbox::{self, Draft, Letter};
use crate::render::render;
use crate::roster::chats::ClassGroup;
use crate::understand::codes;
use crate::understand::commands::{Command, Name};
use crate::understand::intent::{Around, Intent, Question, Statement, understand};

/// Where the updates of one batch are worked on, in order.
pub(super) struct Desk<'a> {
    pub(super) bot: &'a Bot,
    library: &'a Library,
    pub(super) key: &'a Key,
    pub(super) reminders: &'a Reminders,
    /// The whole batch.
    pub(super) updates: &'a [Update],
    /// Those of it that come after the one in hand.
    pub(super) later: &'a [Update],
    pub(super) facts: Facts,
    pub(super) effects: Effects,
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
            later: updates,
            facts,
            effects: Effects::none(),
            now,
        }
    }

    /// Works through the batch. `secret` knows the updates in which something was redacted.
    pub async fn work_through(
        &mut self,
        tx: &mut Tx,
        secret: &HashSet<String>,
    ) -> Result<(), Failure> {
        while let Some((update, later)) = self.later.split_first() {
            self.later = later;
            self.take(tx, update, secret.contains(&update.external_id))
                .await?;
        }
        Ok(())
    }

    async fn take(&mut self, tx: &mut Tx, update: &Update, secret: bool) -> Result<(), Failure> {
        if self.happened(tx, update).await? {
            return Ok(());
        }
        // Whatever it says: who writes or taps in the class's group is in it.
        self.decide(update, |desk, turn| group::member(turn, true, desk.now));
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
                if let Some(asked) = asks.or_else(|| self.stuck(update, &statements)) {
                    self.decide(update, |desk, turn| {
                        guide::ask(desk.library, turn, &asked.text, asked.task, desk.now)
                    });
                }
                Ok(())
            }
            Intent::Code(code) => {
                if self.marked(tx, update, &code).await? {
                    return Ok(());
                }
                let wish = Wish::Join(join::Wish::Code(&code));
                self.fulfil(tx, update, wish).await
            }
            // What names no task and asks for a guide is that question, however much else is in it.
            Intent::Unsure(None) if !self.library.surely(words(update)).is_empty() => self
                .decided(update, |desk, turn| {
                    guide::ask(desk.library, turn, words(update), None, desk.now)
                }),
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
            Intent::Unreadable => self.decided(update, |_, turn| help::unreadable(turn)),
            Intent::Empty => self.decided(update, |_, turn| help::empty(turn)),
            Intent::Nothing => Ok(()),
        }
    }

    /// "Mật khẩu gõ đúng mà cứ báo bận": who tells what stops them is not done, and wants the guide for it.
    fn stuck(&self, update: &Update, statements: &[Statement]) -> Option<Question> {
        let text = words(update);
        let not_yet = statements
            .iter()
            .all(|statement| statement.verb == Verb::NotYet);
        let asks = not_yet
            && update.chat.kind == ChatKind::Private
            && !self.library.surely(text).is_empty();
        asks.then(|| Question {
            text: text.to_owned(),
            task: None,
        })
    }

    async fn command(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        command: &Command,
    ) -> Result<(), Failure> {
        let words = command.args.as_str();
        let code = codes::find(words);
        let wish = match (command.name, &code) {
            (Name::Guide, _) if words.is_empty() => {
                return self.decided(update, |desk, turn| guide::list(desk.library, turn));
            }
            (Name::Guide, _) => {
                return self.decided(update, |desk, turn| {
                    guide::ask(desk.library, turn, words, None, desk.now)
                });
            }
            (Name::Confirm, _) => {
                return self.decided(update, |desk, turn| confirm::my_tasks(turn, desk.now));
            }
            (Name::Status, _) => return self.decided(update, |_, turn| status::decide(turn)),
            (Name::Help, _) => return self.decided(update, |_, turn| help::help(turn)),
            (Name::Start, Some(code)) => Wish::Join(join::Wish::Code(code)),
            (Name::Start, None) if words == BEGIN_FAMILY => Wish::Join(join::Wish::Family),
            (Name::Start, None) => return self.decided(update, |_, turn| help::start(turn)),
            (Name::Bind, _) => Wish::Group(group::Wish::Ask(words)),
            (Name::Remind, _) => Wish::Remind(remind::Wish::Ask(words)),
            (Name::Stop, _) => Wish::Join(join::Wish::NoReminders),
            (Name::Report, _) => Wish::Report(words),
            (Name::Roster, _) => Wish::Missing(words),
            (Name::Proxy, _) => Wish::Proxy(words),
            (Name::Launch, _) => Wish::Launch(launch::Wish::Ask(words)),
            (Name::Families, _) => Wish::Join(join::Wish::Families(words)),
            (Name::Erase, _) => Wish::Erase(erase::Wish::Ask),
        };
        self.fulfil(tx, update, wish).await
    }

    async fn chosen(&mut self, tx: &mut Tx, update: &Update, taps: &[Tap]) -> Result<(), Failure> {
        let said: Vec<confirm::Said> = taps.iter().filter_map(said_by).collect();
        if !said.is_empty() {
            self.confirm(update, &said);
        }
        for tap in taps {
            let wish = match *tap {
                // All of them together, above.
                Tap::Say { .. } => continue,
                Tap::Help(task) => {
                    self.decide(update, |desk, turn| {
                        guide::help(desk.library, turn, task, desk.now)
                    });
                    continue;
                }
                Tap::Guide(ref id) => {
                    self.decide(update, |desk, turn| guide::by_id(desk.library, turn, id));
                    continue;
                }
                Tap::Guides => {
                    self.decide(update, |desk, turn| guide::list(desk.library, turn));
                    continue;
                }
                Tap::OpenPrivate => {
                    self.decide(update, |_, turn| help::open_private(turn));
                    continue;
                }
                Tap::MyTasks => {
                    self.decide(update, |desk, turn| confirm::my_tasks(turn, desk.now));
                    continue;
                }
                Tap::Proxy { verb, task, child } => {
                    self.decide(update, |desk, turn| {
                        proxy::enter(turn, verb, task, child, desk.now)
                            .unwrap_or_else(|| help::not_for_you(turn))
                    });
                    continue;
                }
                Tap::Missing { task, class } => Wish::MissingIn { task, class },
                Tap::Withdraw(task) => Wish::Launch(launch::Wish::Withdraw(task)),
                Tap::Family => Wish::Join(join::Wish::Family),
                Tap::Consent { purpose, answer } => {
                    Wish::Join(join::Wish::Answer { purpose, answer })
                }
                Tap::InClass(class) => Wish::Join(join::Wish::Class(class)),
                Tap::NotMine(child) => Wish::Join(join::Wish::NotMine(child)),
                Tap::Admit { account, child } => Wish::Join(join::Wish::Admit { account, child }),
                Tap::Refuse { account, class } => Wish::Join(join::Wish::Refuse { account, class }),
                Tap::Bind { class, instead } => Wish::Group(group::Wish::Class { class, instead }),
                Tap::BindStaff => Wish::Group(group::Wish::Staff),
                Tap::RemindFirst { task, class } => {
                    Wish::Remind(remind::Wish::Preview { task, class })
                }
                Tap::Remind { task, class } => Wish::Remind(remind::Wish::Send { task, class }),
                Tap::Later(task) => Wish::Remind(remind::Wish::Later(task)),
                Tap::FamilyOf(child) => Wish::Join(join::Wish::FamilyOf(child)),
                Tap::SlipOf(child) => Wish::Join(join::Wish::SlipOf(child)),
                Tap::NewPhone { child, person } => {
                    Wish::Join(join::Wish::NewPhone { child, person })
                }
                Tap::Remove { child, person } => Wish::Join(join::Wish::Remove { child, person }),
                Tap::Phone { child, has } => Wish::Join(join::Wish::Phone { child, has }),
                Tap::Erase => Wish::Erase(erase::Wish::Erase),
                Tap::Keep => Wish::Erase(erase::Wish::Keep),
            };
            self.fulfil(tx, update, wish).await?;
        }
        Ok(())
    }

    /// Classes whose boards show less than there is.
    pub fn touch(&mut self, classes: impl IntoIterator<Item = ClassId>) {
        self.facts.touch(classes);
    }

    fn confirm(&mut self, update: &Update, said: &[confirm::Said]) {
        self.decide(update, |desk, turn| confirm::decide(turn, said, desk.now));
    }

    /// A fresh board in each of these groups, on whichever bot it is.
    pub async fn hang(&mut self, tx: &mut Tx, groups: &[ClassGroup]) -> Result<(), Failure> {
        self.facts
            .load_classes(tx, groups.iter().map(|group| group.class))
            .await?;
        for group in groups {
            let board =
                confirm::board_in(&self.facts, group.class, group.bot, group.chat, self.now);
            self.effects.says.extend(board);
        }
        Ok(())
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
        let answered = changes.iter().filter(|change| !change.to.state.is_open());
        let answered: Vec<_> = answered.map(|change| (change.child, change.task)).collect();
        outbox::drop_answered(tx, &answered).await?;
        Ok(())
    }

    /// How many taps of this batch will be answered, at most.
    pub fn taps(&self) -> usize {
        let is_tap = |update: &&Update| matches!(update.what, What::Tap { .. });
        self.updates.iter().filter(is_tap).count()
    }

    /// Everything at once at the end: acts, tallies, the boards that moved, and the rows to send. With a sender at
    /// hand the answers to taps are written as on their way, to be given to it after the commit.
    pub async fn close(mut self, tx: &mut Tx, sender_at_hand: bool) -> Result<Written, Failure> {
        self.flush(tx).await?;
        let bots = bots::all(tx).await?;
        let moved = self.draw_boards(tx, &bots).await?;
        let drafts = render(self.effects.says, self.bot, self.facts.boards(), &bots);
        let goes_at_once = |draft: &Draft| {
            sender_at_hand && draft.priority == Priority::Tap && draft.bot == self.bot.id
        };
        let ids = outbox::add_with(tx, &drafts, goes_at_once, self.now).await?;
        let mut written = Written {
            moved,
            ..Written::default()
        };
        for (draft, id) in drafts.into_iter().zip(ids) {
            if !goes_at_once(&draft) {
                written.others = true;
                continue;
            }
            let to = self.facts.chat_name(draft.chat).unwrap_or_default();
            written.at_hand.push(Letter {
                id,
                chat: draft.chat,
                kind: ChatKind::Private,
                bot: self.bot.name.clone(),
                to: to.to_owned(),
                payload: draft.payload,
                edits: None,
                attempts: 1,
                priority: draft.priority.order(),
                written_at: self.now,
            });
        }
        Ok(written)
    }
}

/// What a batch left to be sent.
#[derive(Default)]
pub struct Written {
    /// Answers to taps, for the sender at hand.
    pub at_hand: Vec<Letter>,
    /// There is something else in the outbox.
    pub others: bool,
    /// There are boards that get their new text later.
    pub moved: bool,
}

fn words(update: &Update) -> &str {
    match &update.what {
        What::Text { text, .. } => text,
        What::Tap { .. }
        | What::Attachment { .. }
        | What::Unreadable
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => "",
    }
}

fn said_by(tap: &Tap) -> Option<confirm::Said> {
    let Tap::Say { verb, task, child } = *tap else {
        return None;
    };
    Some(confirm::Said {
        verb,
        task: Some(task),
        child,
    })
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
        .map(|school| {
            turn.facts
                .open_tasks(school)
                .filter(|task| task.kind.is_said())
                .collect()
        })
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
