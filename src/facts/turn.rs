//! One update with everything around it.

use super::{Facts, answered_message};
use crate::domain::message::{Asker, Capabilities, ChatKind, Update, What};
use crate::domain::{BotId, SchoolId, Tap};
use crate::outbox::Prompt;
use crate::roster::chats::Chat;
use crate::roster::names::Address;
use crate::roster::{Account, Member};

/// One update with everything around it.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    pub facts: &'a Facts,
    pub update: &'a Update,
    pub account: &'a Account,
    pub members: &'a [Member],
    pub chat: &'a Chat,
    /// The question of ours this answers: the message replied to, else the newest one in the chat that
    /// was asked of this person or of everybody, and that they can see.
    pub prompt: Option<&'a Prompt>,
}

impl<'a> Turn<'a> {
    /// What the channel can do on which it is said.
    pub fn can(&self) -> Capabilities {
        self.facts.can
    }

    pub fn is_private(&self) -> bool {
        self.chat.kind == ChatKind::Private
    }

    pub fn asker(&self) -> Asker {
        let (callback, message) = match &self.update.what {
            What::Tap { callback, .. } => (Some(callback.clone()), None),
            What::Text { message, .. } | What::Attachment { message, .. } => {
                (None, Some(message.clone()))
            }
            What::Unreadable | What::Presence { .. } | What::Member { .. } | What::Moved { .. } => {
                (None, None)
            }
        };
        Asker {
            account: self.account.id,
            chat: self.chat.id,
            kind: self.chat.kind,
            person: self.update.sender.external_id.clone(),
            callback,
            message,
            private_chat: self.account.private_chat,
        }
    }

    /// The bot that was spoken to.
    pub fn bot(&self) -> BotId {
        self.facts.bot
    }

    /// The school this is about: the group's, else that of the question answered, else the first in which
    /// the person has children or work.
    pub fn school(&self) -> Option<SchoolId> {
        let somebody = |member: &&Member| member.is_guardian() || member.is_staff();
        let first = || self.members.iter().find(somebody);
        self.chat
            .school()
            .or_else(|| self.prompt_school())
            .or_else(|| first().map(|member| member.school))
    }

    /// The school whose tasks the question answered speaks of, if the person belongs to it.
    fn prompt_school(&self) -> Option<SchoolId> {
        let choices = self.prompt?.choices.iter();
        let task = choices
            .filter_map(|choice| Tap::read(&choice.data)?.task())
            .next()?;
        let school = self.facts.task(task)?.school;
        self.member_of(school).map(|member| member.school)
    }

    pub fn member_of(&self, school: SchoolId) -> Option<&'a Member> {
        self.members.iter().find(|member| member.school == school)
    }

    pub fn member(&self) -> Option<&'a Member> {
        self.member_of(self.school()?)
    }

    /// How to speak with them.
    pub fn address(&self) -> Address {
        self.member()
            .map_or(Address::PARENTS, |member| Address::of(&member.name))
    }

    /// It quotes a question of ours: where a platform does not say whose a quoted message is.
    fn answers_our_question(&self) -> bool {
        let answered = answered_message(self.update);
        let asked = self.prompt.and_then(|prompt| prompt.message.as_deref());
        answered.is_some() && answered == asked
    }

    /// The message was meant for the bot.
    pub fn addressed(&self) -> bool {
        match &self.update.what {
            What::Tap { .. } | What::Unreadable => true,
            What::Presence { .. } | What::Member { .. } | What::Moved { .. } => false,
            What::Text { addressed, .. } | What::Attachment { addressed, .. } => {
                *addressed || self.is_private() || self.answers_our_question()
            }
        }
    }

    /// The message answers a message of the bot's.
    pub fn is_reply(&self) -> bool {
        answered_message(self.update).is_some()
    }
}
