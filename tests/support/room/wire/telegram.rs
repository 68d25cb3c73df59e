//! Over a Telegram of the tests' own. The room speaks of people and groups by name; on the wire they have numbers.

use std::collections::HashMap;

use lopso::channel::Trouble;
use lopso::channel::telegram::Telegram;
use lopso::channel::telegram::inbound::{self, Me};
use lopso::domain::Timestamp;
use lopso::domain::message::{ChatKind, Payload, Update, What};
use lopso::outbox::Letter;

use super::super::GROUP;
use crate::support::platforms::bot_api::{BotApi, USERNAME};

const TOKEN: &str = "42:test-token";

pub struct Wire {
    api: BotApi,
    telegram: Telegram,
    me: Me,
    offset: i64,
    numbers: HashMap<String, i64>,
    /// Who tapped, by the platform's id of the tap.
    taps: HashMap<String, String>,
    /// What was brought before, by the room's own id of it.
    brought: HashMap<String, Vec<Update>>,
}

impl Wire {
    pub async fn open() -> Self {
        let api = BotApi::start(TOKEN);
        let url = api.url().parse().unwrap();
        let telegram = Telegram::new(TOKEN, url, None).unwrap();
        let me = telegram.me().await.unwrap();
        Self {
            api,
            telegram,
            me,
            offset: 0,
            numbers: HashMap::new(),
            taps: HashMap::new(),
            brought: HashMap::new(),
        }
    }

    /// A group or a person; who has a private chat has it under their own number.
    fn number(&mut self, name: &str) -> i64 {
        let own = name.strip_prefix("riêng-").unwrap_or(name);
        if let Some(known) = self.numbers.get(own) {
            return *known;
        }
        let next = i64::try_from(self.numbers.len()).unwrap();
        let number = if own.starts_with(GROUP) {
            self.api.group(-1_000_000_000_100 - next, own);
            -1_000_000_000_100 - next
        } else {
            self.api.private_chat(1_000 + next, own);
            1_000 + next
        };
        self.numbers.insert(own.to_owned(), number);
        number
    }

    fn name(&self, number: &str) -> String {
        let found = self
            .numbers
            .iter()
            .find(|(_, known)| known.to_string() == number);
        found.expect("somebody known").0.clone()
    }

    /// Lets it happen on the platform, and reads it from there.
    pub async fn brings(&mut self, update: Update, now: Timestamp) -> Vec<Update> {
        // The platform brings the same again when it did not hear that it arrived.
        if let Some(again) = self.brought.get(&update.external_id) {
            return again.clone();
        }
        let (chat, who) = (
            self.number(&update.chat.external_id),
            self.number(&update.sender.external_id),
        );
        let name = update.sender.name.clone();
        match &update.what {
            What::Text {
                text,
                addressed,
                reply_to,
                ..
            } => {
                let called = *addressed && update.chat.kind == ChatKind::Group;
                let words = if called && !text.starts_with('/') {
                    format!("@{USERNAME} {text}")
                } else {
                    text.clone()
                };
                match reply_to.as_deref().and_then(|id| id.parse().ok()) {
                    Some(answered) => self.api.person_replies(chat, who, &name, text, answered),
                    None => self.api.person_writes(chat, who, &name, &words),
                };
            }
            What::Tap { data, .. } => {
                let id = self.api.person_forges(chat, who, &name, data);
                self.taps.insert(id, update.sender.external_id.clone());
            }
            What::Attachment { caption, .. } => {
                self.api.person_shows(chat, who, &name, caption.as_deref());
            }
            What::Presence { here } => {
                let (old, new) = if *here {
                    ("left", "member")
                } else {
                    ("member", "kicked")
                };
                self.api.my_chat_member(chat, who, &name, old, new);
            }
            What::Member { here } => {
                if *here {
                    self.api.joined(chat, who, &name);
                } else {
                    self.api.leaves(chat, who, &name);
                }
            }
            // A group's new number is the room's own affair here; tests/telegram_groups.rs has the real thing.
            What::Unreadable | What::Moved { .. } => return vec![update],
        }
        let raw = self.telegram.updates(self.offset).await.unwrap();
        let read: Vec<_> = raw
            .iter()
            .map(|raw| inbound::read(raw, &self.me, now))
            .collect();
        self.offset = read.iter().filter_map(|read| read.id).max().unwrap() + 1;
        let heard = read.into_iter().flat_map(|read| read.updates);
        let heard: Vec<Update> = heard.map(|heard| self.named(heard, &update)).collect();
        self.brought.insert(update.external_id, heard.clone());
        heard
    }

    fn named(&self, mut heard: Update, meant: &Update) -> Update {
        heard.chat.external_id.clone_from(&meant.chat.external_id);
        heard.sender.external_id = self.name(&heard.sender.external_id);
        heard
    }

    /// Sends a row as the program does, and makes sure that it stands there as it was said. Returns the platform's
    /// id of the message.
    pub async fn delivers(&mut self, letter: &Letter) -> Option<String> {
        let chat = self.number(&letter.to);
        let sent = Letter {
            to: chat.to_string(),
            bot: USERNAME.to_owned(),
            ..letter.clone()
        };
        let delivered = self.telegram.deliver(&sent).await;
        let id = match delivered {
            Err(Trouble::Pointless | Trouble::TooLate) => None,
            Err(trouble) => panic!("{trouble}: {sent:?}"),
            Ok(id) => id,
        };
        let stands = |id: Option<&String>| {
            let messages = self.api.messages(chat);
            let found = messages
                .into_iter()
                .find(|message| Some(&message.message_id.to_string()) == id);
            found.expect("a message that stands there").text
        };
        match &letter.payload {
            Payload::Message { text, .. } => assert_eq!(stands(id.as_ref()), text.trim_end()),
            Payload::Edit { text, .. } => {
                assert_eq!(stands(letter.edits.as_ref()), text.trim_end())
            }
            Payload::Toast { .. } | Payload::Reaction { .. } | Payload::File { .. } => {}
        }
        id
    }

    pub fn who_tapped(&self, callback: &str) -> String {
        self.taps.get(callback).cloned().unwrap_or_default()
    }

    /// Every call was one that Telegram allows.
    pub fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
    }
}
