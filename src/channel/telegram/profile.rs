//! What Telegram says of the bot, its chats and its clock, and what the bot says of itself there.

use serde::Deserialize;

use super::members::Place;
use super::{KINDS, Telegram, Trouble, host};
use crate::channel::http;
use crate::domain::Timestamp;
use crate::domain::message::Update;
use crate::domain::time::SECOND_MS;

/// How many updates Telegram may bring at one moment, of at most 100: each waits for the commit of its batch.
const CONNECTIONS: u32 = 100;

/// What Telegram says of the bot itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Without "@".
    pub username: String,
    /// BotFather's privacy mode is off: a group's plain talk reaches the bot.
    pub hears_all: bool,
    /// The machine another program let Telegram deliver to; nothing can be polled meanwhile. Without the
    /// path, which often holds a secret.
    pub webhook: Option<String>,
    /// Updates Telegram still keeps for us.
    pub waiting: i64,
    /// What went wrong when Telegram last brought something, in its own words, and when.
    pub failed: Option<(String, Timestamp)>,
}

/// Who reads a menu of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    Private,
    Group,
    Administrators,
}

/// What the bot's own page says: at most 64, 120 and 512 characters (`setMyName`, `setMyShortDescription`,
/// `setMyDescription`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    pub name: String,
    pub short: String,
    pub long: String,
}

/// What the bot may do in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceInGroup {
    /// Hears everything, whatever its privacy mode.
    Administrator,
    Member,
    /// There, but not allowed to write.
    Silenced,
}

impl Telegram {
    /// Asks only: may be called while another program polls for the same bot.
    pub async fn standing(&self) -> Result<Standing, Trouble> {
        #[derive(Deserialize)]
        struct User {
            username: String,
            #[serde(default)]
            can_read_all_group_messages: bool,
        }
        #[derive(Deserialize)]
        struct Webhook {
            url: String,
            pending_update_count: i64,
            last_error_date: Option<i64>,
            last_error_message: Option<String>,
        }
        let user: User = self.call("getMe", &serde_json::json!({})).await?;
        let webhook: Webhook = self.call("getWebhookInfo", &serde_json::json!({})).await?;
        Ok(Standing {
            username: user.username,
            hears_all: user.can_read_all_group_messages,
            webhook: host(&webhook.url),
            waiting: webhook.pending_update_count,
            failed: webhook
                .last_error_message
                .zip(webhook.last_error_date)
                .map(|(words, at)| (words, Timestamp(at * SECOND_MS))),
        })
    }

    /// The whole address that updates are brought to, if they are. It may hold a secret: not to be shown.
    pub async fn brought_to(&self) -> Result<Option<String>, Trouble> {
        #[derive(Deserialize)]
        struct Webhook {
            url: String,
        }
        let webhook: Webhook = self.call("getWebhookInfo", &serde_json::json!({})).await?;
        Ok(Some(webhook.url).filter(|url| !url.is_empty()))
    }

    /// Lets Telegram bring updates to this address, with the secret in a header; what waits is brought too.
    pub async fn bring_to(&self, url: &str, secret: &str) -> Result<(), Trouble> {
        let wanted = serde_json::json!({
            "url": url, "secret_token": secret, "allowed_updates": KINDS, "max_connections": CONNECTIONS,
        });
        let _: bool = self.call("setWebhook", &wanted).await?;
        Ok(())
    }

    /// Lets the bot be polled again; what waits at Telegram is kept.
    pub async fn remove_webhook(&self) -> Result<(), Trouble> {
        let kept = serde_json::json!({ "drop_pending_updates": false });
        let _: bool = self.call("deleteWebhook", &kept).await?;
        Ok(())
    }

    /// Fills the menu of commands for those who read it.
    pub async fn offer(&self, menu: Menu, commands: &[(&str, &str)]) -> Result<(), Trouble> {
        let scope = match menu {
            Menu::Private => "all_private_chats",
            Menu::Group => "all_group_chats",
            Menu::Administrators => "all_chat_administrators",
        };
        let commands: Vec<_> = commands
            .iter()
            .map(|(name, about)| serde_json::json!({ "command": name, "description": about }))
            .collect();
        let wanted = serde_json::json!({ "commands": commands, "scope": { "type": scope } });
        let _: bool = self.call("setMyCommands", &wanted).await?;
        Ok(())
    }

    /// Says who the bot is, as far as it does not say so already: Telegram lets a name change a few times a day.
    /// What is refused does not keep the rest from being said.
    pub async fn introduce(&self, about: &Introduction) -> Result<(), Trouble> {
        let mut done = Ok(());
        for (ask, tell, field, text) in [
            ("getMyName", "setMyName", "name", &about.name),
            (
                "getMyShortDescription",
                "setMyShortDescription",
                "short_description",
                &about.short,
            ),
            (
                "getMyDescription",
                "setMyDescription",
                "description",
                &about.long,
            ),
        ] {
            match self.say_of_itself(ask, tell, field, text).await {
                Err(trouble @ (Trouble::Refused | Trouble::Wait(_))) => done = Err(trouble),
                said => said?,
            }
        }
        done
    }

    async fn say_of_itself(
        &self,
        ask: &str,
        tell: &str,
        field: &str,
        text: &str,
    ) -> Result<(), Trouble> {
        let now: serde_json::Map<String, serde_json::Value> =
            self.call(ask, &serde_json::json!({})).await?;
        if now.get(field).and_then(serde_json::Value::as_str) != Some(text) {
            let wanted = serde_json::json!({ field: text });
            let _: bool = self.call(tell, &wanted).await?;
        }
        Ok(())
    }

    /// How this bot stands in a group; None when the group does not know it (any more).
    pub async fn place_in(&self, chat: &str, me: i64) -> Result<Option<PlaceInGroup>, Trouble> {
        let wanted = serde_json::json!({ "chat_id": chat, "user_id": me });
        match self.call::<Place>("getChatMember", &wanted).await {
            Ok(place) => Ok(place.in_group()),
            Err(Trouble::Refused | Trouble::Closed) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Whether somebody is in a group now, as the update that would have told it; None when Telegram does not say.
    pub async fn look_for(
        &self,
        chat: &str,
        user: &str,
        now: Timestamp,
    ) -> Result<Option<Update>, Trouble> {
        let (Ok(chat_id), Ok(user_id)) = (chat.parse::<i64>(), user.parse::<i64>()) else {
            return Ok(None);
        };
        let wanted = serde_json::json!({ "chat_id": chat_id, "user_id": user_id });
        match self.call::<Place>("getChatMember", &wanted).await {
            Ok(place) => Ok(place.seen(chat, now)),
            Err(Trouble::Refused | Trouble::Closed) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// How many people Telegram counts in a group, the bot among them; None when it does not say.
    pub async fn people_in(&self, chat: &str) -> Result<Option<i64>, Trouble> {
        let wanted = serde_json::json!({ "chat_id": chat });
        match self.call("getChatMemberCount", &wanted).await {
            Ok(people) => Ok(Some(people)),
            Err(Trouble::Refused | Trouble::Closed) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Telegram's clock, by the date of its answer; None when it did not say.
    pub async fn clock(&self) -> Result<Option<Timestamp>, Trouble> {
        let url = format!("{}/getMe", self.base);
        let response = self
            .http
            .get(url)
            .send()
            .await
            .map_err(|error| http::of_network(&error))?;
        let date = response.headers().get(reqwest::header::DATE);
        let date = date.and_then(|date| date.to_str().ok());
        let moment = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        Ok(moment.map(|at| Timestamp(at.timestamp().as_millisecond())))
    }
}
