//! Over an Official Account of the tests' own, with groups and single-use tokens. The room speaks of people and groups
//! by name; on the wire they have ids.

use std::collections::HashMap;
use std::time::Duration;

use lopso::channel::zalo_oa::{Credentials, Me, ZaloOa, inbound};
use lopso::db::Db;
use lopso::domain::Timestamp;
use lopso::domain::message::{ChatKind, Payload, Update, What};
use lopso::installation::Key;
use lopso::outbox::Letter;
use unicode_normalization::UnicodeNormalization as _;

use super::super::GROUP;
use crate::support::platforms::zalo_oa_api::{Media, ZaloOaApi};

pub struct Wire {
    api: ZaloOaApi,
    oa: ZaloOa,
    me: Me,
    ids: HashMap<String, String>,
    /// What was brought before, by the room's own id of it.
    brought: HashMap<String, Vec<Update>>,
}

impl Wire {
    pub async fn open(db: Db) -> Self {
        let api = ZaloOaApi::start("11", "app-secret", "900", "oa-secret");
        let credentials = Credentials {
            app_id: "11".to_owned(),
            app_secret: "app-secret".to_owned(),
            oa_secret: Some("oa-secret".to_owned()),
            seed: Some(api.consent()),
        };
        let (url, oauth) = (api.api_url(), api.oauth_url());
        let (url, oauth) = (url.parse().unwrap(), oauth.parse().unwrap());
        let oa = ZaloOa::new(credentials, url, oauth, None, db, Key::new(b"key")).unwrap();
        let me = oa.me().await.unwrap();
        Self {
            api,
            oa,
            me,
            ids: HashMap::new(),
            brought: HashMap::new(),
        }
    }

    /// A group or a person; a private chat has the id of its person, who spoke with the account a moment ago.
    fn id(&mut self, name: &str) -> String {
        let own = name.strip_prefix("riêng-").unwrap_or(name);
        if let Some(known) = self.ids.get(own) {
            return known.clone();
        }
        let number = self.ids.len();
        let id = if own.starts_with(GROUP) {
            format!("f41178{number}")
        } else {
            format!("2512523625412515{number}")
        };
        if own.starts_with(GROUP) {
            self.api.group(&id, own);
        } else {
            self.api.last_interaction(&id, Duration::ZERO);
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
        match (&update.what, update.chat.kind) {
            (
                What::Text {
                    text,
                    reply_to,
                    addressed,
                    ..
                },
                ChatKind::Group,
            ) => {
                let words = if *addressed && reply_to.is_none() {
                    format!("@{} {text}", self.me.name)
                } else {
                    text.clone()
                };
                match reply_to.as_deref() {
                    Some(answered) => self
                        .api
                        .person_replies_group(&chat, &who, &name, &words, answered),
                    None => self.api.person_writes_group(&chat, &who, &name, &words),
                };
            }
            (What::Text { text, reply_to, .. }, ChatKind::Private) => {
                match reply_to.as_deref() {
                    Some(answered) => self.api.person_replies(&who, &name, text, answered),
                    None => self.api.person_writes(&who, &name, text),
                };
            }
            (What::Member { here: true }, _) => self.api.joins(&chat, &who, &name),
            (What::Member { here: false }, _) => self.api.leaves(&chat, &who),
            (What::Attachment { .. }, ChatKind::Group) => {
                let sticker = Media::Sticker { id: "s1" };
                self.api.person_sends_group(&chat, &who, &name, sticker);
            }
            // A button is made up here as anybody in the group could.
            (What::Tap { .. }, ChatKind::Group) => {
                self.api.joins(&chat, &who, &name);
                return vec![update];
            }
            // Captions come with no kind of theirs.
            (
                What::Attachment { .. }
                | What::Tap { .. }
                | What::Unreadable
                | What::Presence { .. }
                | What::Moved { .. },
                _,
            ) => return vec![update],
        }
        let event = self
            .api
            .deliveries()
            .pop()
            .expect("what just happened")
            .event;
        let heard = inbound::read(event.to_string().as_bytes(), &self.me, now);
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
        // Events bring no names; the program knows them from the list of members.
        heard.sender.name.clone_from(&meant.sender.name);
        heard.at = meant.at;
        heard
    }

    pub async fn delivers(&mut self, letter: &Letter) -> Option<String> {
        let chat = self.id(&letter.to);
        let mut sent = Letter {
            to: chat.clone(),
            ..letter.clone()
        };
        if let Payload::Message {
            calls: Some(person),
            ..
        } = &mut sent.payload
        {
            *person = self.id(person);
        }
        let delivered = self.oa.deliver(&sent).await;
        let id = delivered.unwrap_or_else(|trouble| panic!("{trouble}: {sent:?}"));
        let Payload::Message { text, calls, .. } = &sent.payload else {
            panic!("no other rows are made for an account: {letter:?}");
        };
        let messages = match letter.kind {
            ChatKind::Group => self.api.group_messages(&chat),
            ChatKind::Private => self.api.private_messages(&chat),
        };
        let found = messages
            .iter()
            .find(|message| Some(&message.message_id) == id.as_ref());
        let composed: String = text.trim_end().nfc().collect();
        let composed = match calls {
            Some(person) => format!("[@{person}] {composed}"),
            None => composed,
        };
        assert_eq!(found.expect("a message that stands there").text, composed);
        id
    }

    pub fn holds(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
    }
}
