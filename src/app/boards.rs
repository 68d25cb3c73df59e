//! The desk's part for boards: which are drawn at the end of a batch, which wait, and how many a group gets.

use super::Failure;
use super::desk::Desk;
use crate::db::Tx;
use crate::domain::channel::BOARDS_A_WEEK;
use crate::domain::message::Say;
use crate::domain::{Bot, BotId, ChatId};
use crate::feature::confirm;
use crate::outbox::{self, Board};

impl Desk<'_> {
    /// Boards are drawn last, with the counts at the end of the batch: those posted fresh in it are drawn anew, and
    /// those that hang get a new text; where that would be faster than their groups may be written to, they are marked
    /// to get it later. True when there are such.
    pub(super) async fn draw_boards(&mut self, tx: &mut Tx, bots: &[Bot]) -> Result<bool, Failure> {
        let touched = self.facts.take_touched();
        self.facts.load_boards(tx, touched.iter().copied()).await?;
        let posted = |say: &Say| {
            if let Say::Board { class, chat, .. } = say {
                Some((*class, *chat))
            } else {
                None
            }
        };
        let posted: Vec<_> = self.effects.says.iter().filter_map(posted).collect();
        let hanging = self.facts.boards().iter().filter(|board| {
            touched.contains(&board.class) && !posted.iter().any(|(_, chat)| *chat == board.chat)
        });
        let can = |bot: BotId| {
            let bot = bots.iter().find(|known| known.id == bot);
            bot.map(|bot| bot.channel.capabilities())
        };
        let edits = |bot: BotId| can(bot).is_none_or(|can| can.edit);
        let by_clock = self.updates.is_empty();
        let too_early = |board: &&Board| {
            let last = self
                .now
                .plus_ms(-can(board.bot).map_or(0, |can| can.redraw_ms));
            // What would be a message for a whole group is not sent at whichever hour somebody answers.
            let untimely = !edits(board.bot) && !by_clock;
            untimely || board.drawn_at.is_some_and(|drawn_at| drawn_at > last)
        };
        let (later, now): (Vec<&Board>, Vec<&Board>) = hanging.partition(too_early);
        let moved = !later.is_empty();
        let unnoted = later.iter().filter(|board| !board.moved);
        let unnoted: Vec<_> = unnoted.map(|board| board.chat).collect();
        let now: Vec<Board> = now.into_iter().cloned().collect();
        let drawn: Vec<_> = now.iter().map(|board| board.chat).collect();

        let shown = posted.iter().map(|(class, _)| *class);
        let shown = shown.chain(now.iter().map(|board| board.class));
        let shown: Vec<_> = shown.filter(|class| touched.contains(class)).collect();
        self.facts.load_classes(tx, shown).await?;
        for say in &mut self.effects.says {
            if let Say::Board {
                class, bot, chat, ..
            } = say
                && touched.contains(class)
                && let Some(newest) = confirm::board_in(&self.facts, *class, *bot, *chat, self.now)
            {
                *say = newest;
            }
        }
        for board in &now {
            let text = if edits(board.bot) {
                confirm::board_anew(&self.facts, board, self.now)
            } else {
                confirm::board_in(&self.facts, board.class, board.bot, board.chat, self.now)
            };
            self.effects.says.extend(text);
        }
        outbox::note_drawn(tx, &drawn, self.now).await?;
        outbox::note_moved(tx, &unnoted, self.now).await?;
        self.hold_back_boards(tx, &edits).await?;
        Ok(moved)
    }

    /// Where a board cannot be rewritten a group gets no more of them than its week allows; the rest waits for the
    /// clock, and is one board then.
    async fn hold_back_boards(
        &mut self,
        tx: &mut Tx,
        edits: &impl Fn(BotId) -> bool,
    ) -> Result<(), Failure> {
        let anew = |say: &Say| {
            if let Say::Board {
                bot,
                chat,
                fresh: true,
                ..
            } = say
                && !edits(*bot)
            {
                Some(*chat)
            } else {
                None
            }
        };
        let chats: Vec<ChatId> = self.effects.says.iter().filter_map(anew).collect();
        if chats.is_empty() {
            return Ok(());
        }
        // The first one of a group that was just bound is what its teacher waits for.
        let chats = outbox::hung(tx, &chats).await?;
        let full = outbox::full_weeks(tx, &chats, BOARDS_A_WEEK, self.now).await?;
        let too_many = |say: &Say| anew(say).is_some_and(|chat| full.contains(&chat));
        self.effects.says.retain(|say| !too_many(say));
        outbox::note_moved(tx, &full, self.now).await?;
        Ok(())
    }
}
