//! The desk's part for what a feature decides with the tables before it: who comes in, groups, reminders, lists.
//!
//! Each of these is rare and reads or writes the tables itself, so the desk writes first what was decided before
//! it, and afterwards reads anew what the batch knew.

use super::Failure;
use super::desk::Desk;
use super::forget::{forget, forget_family};
use crate::db::Tx;
use crate::domain::message::{ChatKind, Update, What};
use crate::domain::{ClassId, TaskId};
use crate::effects::Effects;
use crate::facts::{Facts, Turn};
use crate::feature::confirm;
use crate::feature::{erase, group, help, join, launch, missing, proxy, remind, report};
use crate::outbox;
use crate::roster::{chats, invites};
use crate::understand::codes::Code;

/// What is asked of such a feature.
#[derive(Clone, Copy)]
pub(super) enum Wish<'a> {
    Join(join::Wish<'a>),
    Group(group::Wish<'a>),
    Remind(remind::Wish<'a>),
    Launch(launch::Wish<'a>),
    Erase(erase::Wish),
    Report(&'a str),
    /// `/danhsach [task]`, and its button.
    Missing(&'a str),
    MissingIn {
        task: TaskId,
        class: ClassId,
    },
    Proxy(&'a str),
}

impl Desk<'_> {
    /// Has the feature decide that the wish belongs to. Who may not is told so.
    pub(super) async fn fulfil(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        wish: Wish<'_>,
    ) -> Result<(), Failure> {
        self.flush(tx).await?;
        let Some(turn) = self.facts.turn(update) else {
            return Ok(());
        };
        match self.ask_feature(tx, &turn, wish).await? {
            Some(effects) => self.settle(tx, effects).await,
            None => {
                self.decide(update, |_, turn| help::not_for_you(turn));
                Ok(())
            }
        }
    }

    async fn ask_feature(
        &self,
        tx: &mut Tx,
        turn: &Turn<'_>,
        wish: Wish<'_>,
    ) -> Result<Option<Effects>, sqlx::Error> {
        let now = self.now;
        match wish {
            Wish::Join(wish) => join::decide(tx, self.key, turn, wish, now).await,
            Wish::Group(wish) => {
                let here = group::Here {
                    turn,
                    bot: self.bot,
                    key: self.key,
                    calendar: &self.reminders.calendar,
                    now,
                };
                group::decide(tx, here, wish).await
            }
            Wish::Remind(wish) => remind::decide(tx, turn, wish, self.reminders, now).await,
            Wish::Launch(wish) => {
                launch::decide(tx, turn, wish, &self.reminders.calendar, now).await
            }
            Wish::Erase(wish) => erase::decide(tx, self.key, turn, wish, now).await,
            Wish::Report(words) => report::answer(tx, turn, words, now).await,
            Wish::Missing(words) => missing::ask(tx, turn, words).await,
            Wish::MissingIn { task, class } => missing::show(tx, turn, task, class).await,
            Wish::Proxy(words) => proxy::ask(tx, turn, words).await,
        }
    }

    /// Words of somebody from whom the way in waits for a name; false when they are something else.
    pub(super) async fn named(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        text: &str,
    ) -> Result<bool, Failure> {
        let Some(turn) = self.facts.turn(update) else {
            return Ok(false);
        };
        let Some(effects) = join::words(tx, &turn, text, self.now).await? else {
            return Ok(false);
        };
        self.settle(tx, effects).await?;
        Ok(true)
    }

    /// A code said in a group may be its marker; false when it is something else.
    pub(super) async fn marked(
        &mut self,
        tx: &mut Tx,
        update: &Update,
        code: &Code,
    ) -> Result<bool, Failure> {
        if update.chat.kind == ChatKind::Private {
            return Ok(false);
        }
        let marked = invites::take_marker(tx, self.key, code, self.now).await?;
        let Some((school, marks)) = marked else {
            return Ok(false);
        };
        let wish = Wish::Group(group::Wish::Marked(school, marks));
        self.fulfil(tx, update, wish).await?;
        Ok(true)
    }

    /// What happened to the chat itself; false when nothing did.
    pub(super) async fn happened(&mut self, tx: &mut Tx, update: &Update) -> Result<bool, Failure> {
        match &update.what {
            What::Presence { here } => {
                if let Some(turn) = self.facts.turn(update) {
                    let effects = group::presence(tx, &turn, *here, self.now).await?;
                    self.settle(tx, effects).await?;
                }
                Ok(true)
            }
            What::Member { here } => {
                self.decide(update, |desk, turn| group::member(turn, *here, desk.now));
                Ok(true)
            }
            What::Moved { to } => {
                self.moved(tx, update, to).await?;
                Ok(true)
            }
            What::Text { .. } | What::Tap { .. } | What::Attachment { .. } | What::Unreadable => {
                let turn = self.facts.turn(update);
                if let Some(turn) = turn.filter(|turn| turn.chat.is_left && !turn.is_private()) {
                    let effects = group::heard_again(tx, &turn).await?;
                    self.settle(tx, effects).await?;
                }
                Ok(false)
            }
        }
    }

    /// Takes over what a feature decided that wrote to the tables itself.
    pub(super) async fn settle(
        &mut self,
        tx: &mut Tx,
        mut effects: Effects,
    ) -> Result<(), Failure> {
        forget_family(tx, &effects.forgets_family_of).await?;
        let gone = std::mem::take(&mut effects.forgets);
        forget(tx, &gone).await?;
        if !gone.is_empty() {
            // Read again, who spoke would be written down as somebody new.
            self.updates = self.later;
        }
        if effects.read_anew {
            self.reload(tx).await?;
        }
        self.facts.touch(std::mem::take(&mut effects.moved));
        let groups = std::mem::take(&mut effects.boards);
        self.accept(effects);
        self.hang(tx, &groups).await
    }

    /// Everything the batch knows, as the tables have it after what was decided so far.
    async fn reload(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        self.flush(tx).await?;
        let touched = self.facts.take_touched();
        self.facts = Facts::load(tx, self.bot, self.updates, self.now).await?;
        self.facts.touch(touched);
        Ok(())
    }

    /// The class keeps its group when the platform gives it another id; its board is hung there anew.
    async fn moved(&mut self, tx: &mut Tx, update: &Update, to: &str) -> Result<(), Failure> {
        let Some(from) = self.facts.turn(update).map(|turn| turn.chat.id) else {
            return Ok(());
        };
        let chat = chats::move_chat(tx, self.bot.id, from, to, self.now).await?;
        outbox::follow(tx, from, chat).await?;
        self.reload(tx).await?;
        let Some((school, class)) = chats::class_of(tx, chat).await? else {
            return Ok(());
        };
        let boards = outbox::boards(tx, &[class]).await?;
        if boards.iter().any(|board| board.chat == chat) {
            return Ok(());
        }
        // The batch knows the class by its old chat only, so the board is drawn from the school's own facts.
        let mut facts = Facts::of_school(tx, self.bot, school).await?;
        facts.load_classes(tx, [class]).await?;
        self.say(confirm::board_in(
            &facts,
            class,
            self.bot.id,
            chat,
            self.now,
        ));
        Ok(())
    }
}
