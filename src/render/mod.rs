//! From what we want to say to the rows a channel can send: buttons or numbers, toasts or words,
//! one message or several.

#[cfg(test)]
mod tests;
mod texts;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::domain::message::{Asker, Capabilities, ChatKind, Choice, Payload, Priority, Say, Show};
use crate::domain::{AccountId, Bot, BotId, ChatId};
use crate::outbox::{Board, Draft};
use crate::understand::split::split;

/// Renders what one batch of one bot wants to say. Boards may hang on another bot than the one spoken to.
pub fn render(says: Vec<Say>, bot: &Bot, boards: &[Board], bots: &[Bot]) -> Vec<Draft> {
    let mut out = Letters {
        bot,
        to: None,
        drafts: Vec::new(),
    };
    for say in says {
        out.bot = bot;
        out.to = asker(&say);
        match say {
            Say::Acknowledge {
                to,
                private,
                public,
            } => out.acknowledge(&to, &private, public),
            Say::Invite { to, text, begin } => out.invite(&to, &text, begin),
            Say::Answer { to, text, choices } => out.answer(&to, &text, choices),
            Say::Confide {
                to,
                text,
                choices,
                public,
            } => out.confide(&to, &text, choices, public),
            Say::Post {
                bot: owner,
                chat,
                text,
                choices,
                priority,
            } => {
                out.by(bots, owner)
                    .message(chat, &text, choices, Answers::Privately, priority);
            }
            Say::File {
                to,
                show,
                name,
                content,
                caption,
            } => out.file(&to, show, name, &content, caption),
            Say::Remind {
                bot: owner,
                chat,
                about,
                text,
                choices,
            } => {
                let out = out.by(bots, owner);
                let first = out.drafts.len();
                out.message(chat, &text, choices, Answers::Privately, Priority::Reminder);
                for draft in out.drafts.iter_mut().skip(first) {
                    draft.about = Some(about);
                }
            }
            Say::Board {
                class: _,
                bot: owner,
                chat,
                text,
                choices,
                fresh,
            } => {
                let hanging = boards.iter().find(|board| board.chat == chat);
                out.by(bots, owner)
                    .board(hanging, chat, &text, choices, fresh);
            }
        }
    }
    out.drafts
}

fn asker(say: &Say) -> Option<AccountId> {
    match say {
        Say::Acknowledge { to, .. }
        | Say::Invite { to, .. }
        | Say::Answer { to, .. }
        | Say::File { to, .. }
        | Say::Confide { to, .. } => Some(to.account),
        Say::Post { .. } | Say::Remind { .. } | Say::Board { .. } => None,
    }
}

struct Letters<'a> {
    bot: &'a Bot,
    /// Whom it is said to; nobody in particular for what everybody reads.
    to: Option<AccountId>,
    drafts: Vec<Draft>,
}

/// What a message shows of its being an answer.
enum Answers {
    /// In a private chat everything is one.
    Privately,
    /// In a group of which the channel can show none.
    Silently,
    /// The message that it quotes, by the platform's id.
    Message(String),
    /// The person whom it calls, by the platform's id.
    Person(String),
}

impl Answers {
    /// What it takes of the text's own room, in UTF-16 units: "[@", the id, "] ".
    fn room(&self) -> usize {
        match self {
            Self::Person(person) => person.encode_utf16().count() + 4,
            Self::Privately | Self::Silently | Self::Message(_) => 0,
        }
    }

    fn place(&self) -> ChatKind {
        match self {
            Self::Privately => ChatKind::Private,
            Self::Silently | Self::Message(_) | Self::Person(_) => ChatKind::Group,
        }
    }
}

impl<'a> Letters<'a> {
    /// The same pile of letters, written by another bot until the next thing to say.
    fn by(&mut self, bots: &'a [Bot], owner: BotId) -> &mut Self {
        if let Some(bot) = bots.iter().find(|bot| bot.id == owner) {
            self.bot = bot;
        }
        self
    }

    fn can(&self) -> Capabilities {
        self.bot.channel.capabilities()
    }

    fn draft(&mut self, chat: ChatId, priority: Priority, payload: Payload) {
        self.drafts.push(Draft {
            bot: self.bot.id,
            chat,
            priority,
            payload,
            edits: None,
            is_board: false,
            asks: self.to,
            about: None,
        });
    }

    /// A tap is answered beside its button, a word in a group by a reaction where there is one.
    fn acknowledge(&mut self, to: &Asker, private: &str, public: &str) {
        match (&to.callback, to.kind) {
            (Some(callback), _) => self.toast(to.chat, callback, private),
            (None, ChatKind::Private) => self.message(
                to.chat,
                private,
                Vec::new(),
                Answers::Privately,
                Priority::Reply,
            ),
            (None, ChatKind::Group) => self.nod(to, public),
        }
    }

    fn nod(&mut self, to: &Asker, public: &str) {
        match (&to.message, self.can().reaction) {
            (Some(message), true) => {
                let payload = Payload::Reaction {
                    message: message.clone(),
                    emoji: texts::NOD.to_owned(),
                };
                self.draft(to.chat, Priority::Reply, payload);
            }
            (Some(_), false) | (None, _) => {
                self.message(
                    to.chat,
                    public,
                    Vec::new(),
                    self.quoting(to),
                    Priority::Reply,
                );
            }
        }
    }

    fn invite(&mut self, to: &Asker, text: &str, begin: &str) {
        match (&to.callback, self.can().begins_by_link) {
            (Some(callback), true) => {
                let payload = Payload::Toast {
                    callback: callback.clone(),
                    text: String::new(),
                    alert: false,
                    begin: Some(begin.to_owned()),
                };
                self.draft(to.chat, Priority::Tap, payload);
            }
            (Some(_) | None, _) => self.acknowledge(to, text, texts::WRITE_ME_FIRST),
        }
    }

    /// Above the message that somebody wrote, where the channel can show it.
    fn quoting(&self, to: &Asker) -> Answers {
        let message = to.message.clone().filter(|_| self.can().quotes);
        message.map_or(Answers::Silently, Answers::Message)
    }

    fn answer(&mut self, to: &Asker, text: &str, choices: Vec<Choice>) {
        self.close_tap(to, "");
        let answers = match to.kind {
            ChatKind::Private => Answers::Privately,
            ChatKind::Group if self.can().calls => Answers::Person(to.person.clone()),
            ChatKind::Group => self.quoting(to),
        };
        self.message(to.chat, text, choices, answers, Priority::Reply);
    }

    fn confide(&mut self, to: &Asker, text: &str, choices: Vec<Choice>, public: &str) {
        if to.kind == ChatKind::Private {
            self.close_tap(to, "");
            return self.message(to.chat, text, choices, Answers::Privately, Priority::Reply);
        }
        let public = if to.private_chat.is_some() {
            public
        } else {
            texts::WRITE_ME_FIRST
        };
        match &to.callback {
            Some(_) => self.close_tap(to, public),
            None => self.message(
                to.chat,
                public,
                Vec::new(),
                self.quoting(to),
                Priority::Reply,
            ),
        }
        if let Some(private) = to.private_chat {
            self.message(private, text, choices, Answers::Privately, Priority::Reply);
        }
    }

    /// To the private chat only: what is asked for in a file is a class's or the school's own.
    fn file(&mut self, to: &Asker, show: Show, name: String, content: &[u8], caption: String) {
        let chat = match (to.kind, to.private_chat) {
            (ChatKind::Private, _) => to.chat,
            (ChatKind::Group, Some(private)) => private,
            (ChatKind::Group, None) => {
                return self.acknowledge(to, texts::WRITE_ME_FIRST, texts::WRITE_ME_FIRST);
            }
        };
        self.close_tap(to, "");
        let can = self.can();
        let files = match show {
            Show::Photo => can.photos,
            Show::Document => can.documents,
        };
        let Some(files) = files.filter(|files| files.take(&name, content.len())) else {
            let text = texts::no_files(&name);
            return self.message(chat, &text, Vec::new(), Answers::Privately, Priority::Reply);
        };
        let fits = caption.encode_utf16().count() <= files.caption_limit;
        if !fits {
            self.message(
                chat,
                &caption,
                Vec::new(),
                Answers::Privately,
                Priority::Reply,
            );
        }
        let payload = Payload::File {
            show,
            name,
            content: BASE64_STANDARD.encode(content),
            caption: if fits { caption } else { String::new() },
        };
        self.draft(chat, Priority::Reply, payload);
    }

    /// A tap that is answered by a message must still be answered itself, or its button keeps turning.
    fn close_tap(&mut self, to: &Asker, text: &str) {
        if let Some(callback) = &to.callback {
            self.toast(to.chat, callback, text);
        }
    }

    fn toast(&mut self, chat: ChatId, callback: &str, text: &str) {
        let can = self.can();
        if !can.buttons {
            // A number was "tapped": its answer is a message.
            if !text.is_empty() {
                self.message(chat, text, Vec::new(), Answers::Privately, Priority::Reply);
            }
            return;
        }
        let short = split(text, can.toast_limit)
            .into_iter()
            .next()
            .unwrap_or_default();
        // A tap is answered once, whatever else is said; the first words stand.
        let earlier = self
            .drafts
            .iter_mut()
            .find_map(|draft| match &mut draft.payload {
                Payload::Toast {
                    callback: known,
                    text,
                    ..
                } if known == callback => Some(text),
                Payload::Toast { .. }
                | Payload::Message { .. }
                | Payload::Edit { .. }
                | Payload::File { .. }
                | Payload::Reaction { .. } => None,
            });
        if let Some(words) = earlier {
            if words.is_empty() {
                *words = short;
            }
            return;
        }
        let alert = short.chars().count() > texts::GLANCE;
        let payload = Payload::Toast {
            callback: callback.to_owned(),
            text: short,
            alert,
            begin: None,
        };
        self.draft(chat, Priority::Tap, payload);
    }

    fn message(
        &mut self,
        chat: ChatId,
        text: &str,
        choices: Vec<Choice>,
        answers: Answers,
        priority: Priority,
    ) {
        let can = self.can();
        let text = if can.buttons || choices.is_empty() {
            text.to_owned()
        } else {
            texts::numbered(text, &choices, answers.place())
        };
        let parts = split(&text, can.text_limit - answers.room());
        let last = parts.len().saturating_sub(1);
        for (place, part) in parts.into_iter().enumerate() {
            // Buttons belong under the last part, the quotation above the first.
            let choices = if place == last {
                choices.clone()
            } else {
                Vec::new()
            };
            let (reply_to, calls) = match &answers {
                Answers::Message(message) if place == 0 => (Some(message.clone()), None),
                Answers::Person(person) if place == 0 => (None, Some(person.clone())),
                Answers::Privately
                | Answers::Silently
                | Answers::Message(_)
                | Answers::Person(_) => (None, None),
            };
            self.draft(
                chat,
                priority,
                Payload::Message {
                    text: part,
                    choices,
                    reply_to,
                    calls,
                },
            );
        }
    }

    fn board(
        &mut self,
        hanging: Option<&Board>,
        chat: ChatId,
        text: &str,
        choices: Vec<Choice>,
        fresh: bool,
    ) {
        let can = self.can();
        let (payload, edits) = match (hanging, fresh) {
            (Some(board), false) if can.edit => (
                Payload::Edit {
                    text: text.to_owned(),
                    choices,
                },
                Some(board.message),
            ),
            // Without edits a board would be a new message at every tap; it is posted when asked for.
            (Some(_) | None, false) => return,
            (_, true) => {
                let text = if can.buttons {
                    text.to_owned()
                } else {
                    texts::numbered(text, &choices, ChatKind::Group)
                };
                (
                    Payload::Message {
                        text,
                        choices,
                        reply_to: None,
                        calls: None,
                    },
                    None,
                )
            }
        };
        self.drafts.push(Draft {
            bot: self.bot.id,
            chat,
            priority: Priority::Board,
            payload,
            edits,
            is_board: edits.is_none(),
            asks: None,
            about: None,
        });
    }
}
