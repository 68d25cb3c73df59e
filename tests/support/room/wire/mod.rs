//! The same conversations over HTTP: what people do goes to a platform of the tests' own, the program's own reader
//! brings it from there, and what the bot says goes back through its own sender and is read from there.

mod telegram;
mod zalo;
mod zalo_oa;

use lopso::db::Db;
use lopso::domain::message::Update;
use lopso::domain::{Channel, Timestamp};
use lopso::outbox::Letter;

pub enum Wire {
    Telegram(telegram::Wire),
    Zalo(zalo::Wire),
    ZaloOa(zalo_oa::Wire),
}

impl Wire {
    /// None where a channel is the demo's own, which needs none.
    pub async fn open(channel: Channel, db: &Db) -> Option<Self> {
        match channel {
            Channel::Telegram => Some(Wire::Telegram(telegram::Wire::open().await)),
            Channel::ZaloBot => Some(Wire::Zalo(zalo::Wire::open().await)),
            Channel::ZaloOa => Some(Wire::ZaloOa(zalo_oa::Wire::open(db.clone()).await)),
            Channel::SandboxTelegram | Channel::SandboxZalo => None,
        }
    }

    /// Lets it happen on the platform, and reads it from there.
    pub async fn brings(&mut self, update: Update, now: Timestamp) -> Vec<Update> {
        match self {
            Wire::Telegram(wire) => wire.brings(update, now).await,
            Wire::Zalo(wire) => wire.brings(update, now).await,
            Wire::ZaloOa(wire) => wire.brings(update, now).await,
        }
    }

    /// Sends a row as the program does, and makes sure that it stands there as it was said. Returns the platform's
    /// id of the message.
    pub async fn delivers(&mut self, letter: &Letter) -> Option<String> {
        match self {
            Wire::Telegram(wire) => wire.delivers(letter).await,
            Wire::Zalo(wire) => wire.delivers(letter).await,
            Wire::ZaloOa(wire) => wire.delivers(letter).await,
        }
    }

    pub fn who_tapped(&self, callback: &str) -> String {
        match self {
            Wire::Telegram(wire) => wire.who_tapped(callback),
            Wire::Zalo(_) | Wire::ZaloOa(_) => String::new(),
        }
    }

    /// Every call was one that the platform allows.
    pub fn holds(&self) {
        match self {
            Wire::Telegram(wire) => wire.holds(),
            Wire::Zalo(wire) => wire.holds(),
            Wire::ZaloOa(wire) => wire.holds(),
        }
    }
}
