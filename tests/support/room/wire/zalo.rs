//! Over a Zalo Bot Platform of the tests' own. The room speaks of people and groups by name; on the wire they have ids.

use std::collections::HashMap;

use lopso::channel::zalo_bot::{Me, ZaloBot, inbound};
use lopso::domain::Timestamp;
use lopso::domain::message::{ChatKind, Payload, Update, What};
use lopso::outbox::Letter;
use unicode_normalization::UnicodeNormalization as _;

use super::super::GROUP;
use crate::support::platforms::zalo_bot_api::ZaloBotApi;

const TOKEN: &str = "42:test-token";

pub struct Wire {
    api: ZaloBotApi,
    zalo: ZaloBot,
    me: Me,
    ids: HashMap<String, String>,
    /// What was brought before, by the room's own id of it.
    brought: HashMap<String, Vec<Update>>,
}

impl Wire {
    pub async fn open() -> Self {
        let api = ZaloBotApi::start(TOKEN);
        // A school's plan is not what is looked at here, and what is answered decides which question it was.
        api.groups(100);
        api.users(1_000);
        api.habits(|habits| habits.replies_quote = true);
        let zalo = ZaloBot::new(TOKEN, &api.url().parse().unwrap(), None).unwrap();
        let me = zalo.me().await.unwrap();
        Self {
            api,
            zalo,
            me,
            ids: HashMap::new(),
            brought: HashMap::new(),
        }
    }

    /// A group or a person; a private chat has the id of its person.
    fn id(&mut self, name: &str) -> String {
        let own = name.strip_prefix("riêng-").unwrap_or(name);
        if let Some(known) = self.ids.get(own) {
            return known.clone();
        }
        let number = format!("{:020x}", self.ids.len() + 0xabc);
        let id = if own.starts_with(GROUP) {
            format!("zgr-{number}")
        } else {
            number
        };
        if own.starts_with(GROUP) {
            assert!(self.api.group(&id));
        } else {
            assert!(self.api.private_chat(&id));
        }
        self.ids.insert(own.to_owned(), id.clone());
        id
    }

    fn name(&self, id: &str) -> String {
        let found = self.ids.iter().find(|(_, known)| *known == id);
        found.expect("somebody known").0.clone()
    }

    pub async fn brings(&mut self, update: Update, now: Timestamp) -> Vec<Update> {
        // The platform may bring the same again.
        if let Some(again) = self.brought.get(&update.external_id) {
            return again.clone();
        }
        let (chat, who) = (
            self.id(&update.chat.external_id),
            self.id(&update.sender.external_id),
        );
        let name = update.sender.name.clone();
        match &update.what {
            What::Text { text, reply_to, .. } => {
                // As phones write it: a name of several words, and accents in pieces.
                match (update.chat.kind, reply_to.as_deref()) {
                    (ChatKind::Group, Some(answered)) => {
                        self.api.person_replies(&chat, &who, &name, text, answered)
                    }
                    (ChatKind::Group, None) => {
                        let pieces: String = text.nfd().collect();
                        self.api.person_mentions(&chat, &who, &name, &pieces)
                    }
                    (ChatKind::Private, Some(answered)) => {
                        self.api.person_replies(&chat, &who, &name, text, answered)
                    }
                    (ChatKind::Private, None) => self.api.person_writes(&chat, &who, &name, text),
                };
            }
            What::Attachment { caption, .. } => {
                self.api
                    .person_sends_photo(&chat, &who, &name, caption.as_deref());
            }
            What::Unreadable => {
                self.api.protected_writes(&chat, &who, &name, "");
            }
            // Zalo has no buttons and tells of nobody's coming and going: made up, as anybody could.
            What::Tap { .. } | What::Presence { .. } | What::Member { .. } | What::Moved { .. } => {
                return vec![update];
            }
        }
        let raw = self.zalo.update().await.unwrap();
        // Of a picture without its name the bot hears nothing.
        let is_unheard = matches!(update.what, What::Attachment { .. }) && raw.is_none();
        assert!(raw.is_some() || is_unheard, "what was just said");
        let heard = raw.and_then(|raw| inbound::read(raw.get().as_bytes(), &self.me, now));
        let heard: Vec<Update> = heard
            .into_iter()
            .map(|heard| self.named(heard, &update))
            .collect();
        self.brought.insert(update.external_id, heard.clone());
        heard
    }

    fn named(&self, mut heard: Update, meant: &Update) -> Update {
        heard.chat.external_id.clone_from(&meant.chat.external_id);
        heard.sender.external_id = self.name(&heard.sender.external_id);
        heard.at = meant.at;
        heard
    }

    pub async fn delivers(&mut self, letter: &Letter) -> Option<String> {
        let chat = self.id(&letter.to);
        let sent = Letter {
            to: chat.clone(),
            ..letter.clone()
        };
        let delivered = self.zalo.deliver(&sent).await;
        let id = delivered.unwrap_or_else(|trouble| panic!("{trouble}: {sent:?}"));
        let Payload::Message { text, .. } = &letter.payload else {
            panic!("Zalo takes messages alone: {letter:?}");
        };
        let messages = self.api.messages(&chat);
        let found = messages
            .iter()
            .find(|message| Some(&message.message_id) == id.as_ref());
        let composed: String = text.trim_end().nfc().collect();
        assert_eq!(found.expect("a message that stands there").text, composed);
        id
    }

    pub fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
        assert_eq!(self.api.refused(), Vec::<String>::new());
    }
}
