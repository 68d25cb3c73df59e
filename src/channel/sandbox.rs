//! The demo's own chat platform: rooms in which people on the chat page talk with the real bot.
//!
//! It behaves like the real ones. A bot in the manner of Zalo hears only what mentions or answers it;
//! a tap is answered beside its button; a message can be rewritten only where the manner allows.

use serde::Serialize;
use tokio::sync::broadcast;

use super::Trouble;
use crate::db::{Db, Row, fresh_id};
use crate::domain::message::{ChatKind, ChatSeen, Choice, Payload, Sender, Update, What};
use crate::domain::{Bot, Timestamp};
use crate::outbox::Letter;
use crate::understand::mention;
use crate::vals;

/// Events a slow page may be behind before it must read the room anew.
const EVENTS: usize = 256;

/// Somebody or something to be shown on the page at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Event {
    /// A room has a new, rewritten or reacted-to message.
    Room { chat: String },
    /// The answer to a tap, for the one who tapped.
    Toast {
        chat: String,
        who: String,
        text: String,
        alert: bool,
    },
}

/// A message in a room, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub id: String,
    pub chat: String,
    /// The external id of the account; none for the bot.
    pub who: Option<String>,
    pub name: String,
    pub text: String,
    pub choices: Vec<Choice>,
    pub reply_to: Option<String>,
    pub reaction: Option<String>,
    pub edited: bool,
    pub at: Timestamp,
}

/// Who speaks on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    pub external_id: String,
    pub name: String,
}

/// A room of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub chat: String,
    pub kind: ChatKind,
}

#[derive(Clone)]
pub struct Sandbox {
    db: Db,
    events: broadcast::Sender<Event>,
}

impl Sandbox {
    /// Opens the platform on the demo's database and makes its one table there.
    pub async fn open(db: Db) -> Result<Self, sqlx::Error> {
        const TABLE: &str = "CREATE TABLE IF NOT EXISTS sandbox_message (\
             message_id BIGINT NOT NULL PRIMARY KEY, chat TEXT NOT NULL, who TEXT, name TEXT NOT NULL, text TEXT NOT NULL, \
             choices TEXT NOT NULL, reply_to TEXT, reaction TEXT, edited BOOLEAN NOT NULL, at BIGINT NOT NULL)";
        let mut tx = db.begin().await?;
        tx.execute(TABLE, vals![]).await?;
        tx.commit().await?;
        Ok(Self {
            db,
            events: broadcast::channel(EVENTS).0,
        })
    }

    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    fn tell(&self, event: Event) {
        // Nobody may be looking at the page; then nobody needs to be told.
        let _ = self.events.send(event);
    }

    /// Delivers one outbox row into a room.
    pub async fn deliver(
        &self,
        bot: &Bot,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Option<String>, Trouble> {
        let chat = letter.to.clone();
        match &letter.payload {
            Payload::Message {
                text,
                choices,
                reply_to,
                calls: _,
            } => {
                let posted = Posted {
                    id: fresh_id(now).to_string(),
                    chat: chat.clone(),
                    who: None,
                    name: bot.name.clone(),
                    text: text.clone(),
                    choices: if bot.channel.capabilities().buttons {
                        choices.clone()
                    } else {
                        Vec::new()
                    },
                    reply_to: reply_to.clone(),
                    reaction: None,
                    edited: false,
                    at: now,
                };
                self.post(&posted).await.map_err(away)?;
                Ok(Some(posted.id))
            }
            Payload::Edit { text, choices } => {
                let Some(message) = &letter.edits else {
                    return Err(Trouble::Refused);
                };
                self.rewrite(&chat, message, text, choices)
                    .await
                    .map_err(away)?;
                Ok(None)
            }
            Payload::Toast {
                callback,
                text,
                alert,
                begin: _,
            } => {
                // The callback carries who tapped: `tap` made it so.
                let who = callback
                    .split_once(' ')
                    .map_or("", |(_, who)| who)
                    .to_owned();
                self.tell(Event::Toast {
                    chat,
                    who,
                    text: text.clone(),
                    alert: *alert,
                });
                Ok(None)
            }
            Payload::File { name, caption, .. } => {
                // The page shows that a file came; it has no place to keep one.
                let posted = Posted {
                    id: fresh_id(now).to_string(),
                    chat,
                    who: None,
                    name: bot.name.clone(),
                    text: format!("📎 {name}\n{caption}"),
                    choices: Vec::new(),
                    reply_to: None,
                    reaction: None,
                    edited: false,
                    at: now,
                };
                self.post(&posted).await.map_err(away)?;
                Ok(Some(posted.id))
            }
            Payload::Reaction { message, emoji } => {
                self.react(&chat, message, emoji).await.map_err(away)?;
                Ok(None)
            }
        }
    }

    /// Somebody writes in a room. Returns what the bot hears of it, if anything.
    pub async fn say(
        &self,
        bot: &Bot,
        room: &Room,
        speaker: &Speaker,
        text: &str,
        reply_to: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Update>, sqlx::Error> {
        let posted = Posted {
            id: fresh_id(now).to_string(),
            chat: room.chat.clone(),
            who: Some(speaker.external_id.clone()),
            name: speaker.name.clone(),
            text: without_nul(text),
            choices: Vec::new(),
            reply_to: reply_to.map(str::to_owned),
            reaction: None,
            edited: false,
            at: now,
        };
        self.post(&posted).await?;
        let answers_bot = match reply_to {
            Some(message) => self.is_bots(&room.chat, message).await?,
            None => false,
        };
        let (words, mentioned) = mention::cut(text, &bot.called);
        let addressed = mentioned || answers_bot;
        if room.kind == ChatKind::Group && bot.channel.hears_only_mentions() && !addressed {
            return Ok(None);
        }
        let what = What::Text {
            text: words,
            message: posted.id.clone(),
            addressed,
            reply_to: reply_to.filter(|_| answers_bot).map(str::to_owned),
        };
        Ok(Some(update(posted.id, room, speaker, now, what)))
    }

    /// Somebody taps a button. None when the message does not have it (any more).
    pub async fn tap(
        &self,
        room: &Room,
        speaker: &Speaker,
        message: &str,
        data: &str,
        now: Timestamp,
    ) -> Result<Option<Update>, sqlx::Error> {
        let Some(posted) = self.find(&room.chat, message).await? else {
            return Ok(None);
        };
        if !posted.choices.iter().any(|choice| choice.data == data) {
            return Ok(None);
        }
        let id = format!("tap-{}", fresh_id(now));
        let callback = format!("{id} {}", speaker.external_id);
        let what = What::Tap {
            data: data.to_owned(),
            callback,
        };
        Ok(Some(update(id, room, speaker, now, what)))
    }

    /// The newest messages of a room, oldest first.
    pub async fn history(&self, chat: &str, most: i64) -> Result<Vec<Posted>, sqlx::Error> {
        const SELECT: &str = "SELECT message_id, chat, who, name, text, choices, reply_to, reaction, edited, at \
             FROM sandbox_message WHERE chat = $1 ORDER BY message_id DESC LIMIT $2";
        let mut tx = self.db.read().await?;
        let rows = tx.rows(SELECT, vals![chat, most]).await?;
        rows.iter().rev().map(read).collect()
    }

    async fn find(&self, chat: &str, message: &str) -> Result<Option<Posted>, sqlx::Error> {
        const SELECT: &str = "SELECT message_id, chat, who, name, text, choices, reply_to, reaction, edited, at \
             FROM sandbox_message WHERE chat = $1 AND message_id = $2";
        let Ok(id) = message.parse::<i64>() else {
            return Ok(None);
        };
        let mut tx = self.db.read().await?;
        tx.row(SELECT, vals![chat, id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn is_bots(&self, chat: &str, message: &str) -> Result<bool, sqlx::Error> {
        Ok(self
            .find(chat, message)
            .await?
            .is_some_and(|posted| posted.who.is_none()))
    }

    async fn post(&self, posted: &Posted) -> Result<(), sqlx::Error> {
        const INSERT: &str = "INSERT INTO sandbox_message (message_id, chat, who, name, text, choices, reply_to, edited, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let mut tx = self.db.begin().await?;
        let vals = vals![
            posted.id.parse::<i64>().unwrap_or_default(),
            &posted.chat,
            posted.who.as_deref(),
            &posted.name,
            &posted.text,
            serde_json::to_string(&posted.choices).unwrap_or_default(),
            posted.reply_to.as_deref(),
            posted.edited,
            posted.at
        ];
        tx.execute(INSERT, vals).await?;
        tx.commit().await?;
        self.tell(Event::Room {
            chat: posted.chat.clone(),
        });
        Ok(())
    }

    async fn rewrite(
        &self,
        chat: &str,
        message: &str,
        text: &str,
        choices: &[Choice],
    ) -> Result<(), sqlx::Error> {
        const UPDATE: &str = "UPDATE sandbox_message SET text = $3, choices = $4, edited = TRUE \
             WHERE chat = $1 AND message_id = $2 AND who IS NULL";
        let mut tx = self.db.begin().await?;
        let choices = serde_json::to_string(choices).unwrap_or_default();
        tx.execute(
            UPDATE,
            vals![
                chat,
                message.parse::<i64>().unwrap_or_default(),
                text,
                choices
            ],
        )
        .await?;
        tx.commit().await?;
        self.tell(Event::Room {
            chat: chat.to_owned(),
        });
        Ok(())
    }

    async fn react(&self, chat: &str, message: &str, emoji: &str) -> Result<(), sqlx::Error> {
        const UPDATE: &str =
            "UPDATE sandbox_message SET reaction = $3 WHERE chat = $1 AND message_id = $2";
        let mut tx = self.db.begin().await?;
        tx.execute(
            UPDATE,
            vals![chat, message.parse::<i64>().unwrap_or_default(), emoji],
        )
        .await?;
        tx.commit().await?;
        self.tell(Event::Room {
            chat: chat.to_owned(),
        });
        Ok(())
    }
}

fn update(
    external_id: String,
    room: &Room,
    speaker: &Speaker,
    now: Timestamp,
    what: What,
) -> Update {
    Update {
        external_id,
        chat: ChatSeen {
            external_id: room.chat.clone(),
            kind: room.kind,
        },
        sender: Sender {
            external_id: speaker.external_id.clone(),
            name: speaker.name.clone(),
        },
        at: now,
        what,
    }
}

fn read(row: &Row) -> Result<Posted, sqlx::Error> {
    let choices: String = row.get("choices")?;
    Ok(Posted {
        id: row.get::<i64>("message_id")?.to_string(),
        chat: row.get("chat")?,
        who: row.get("who")?,
        name: row.get("name")?,
        text: row.get("text")?,
        choices: serde_json::from_str(&choices).unwrap_or_default(),
        reply_to: row.get("reply_to")?,
        reaction: row.get("reaction")?,
        edited: row.get("edited")?,
        at: row.get("at")?,
    })
}

/// PostgreSQL refuses a NUL in text; the room shows the rest.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// Its database is the demo's platform: without it nothing was posted.
fn away(error: sqlx::Error) -> Trouble {
    tracing::warn!(%error, "the demo's platform has no database");
    Trouble::Unreached
}
