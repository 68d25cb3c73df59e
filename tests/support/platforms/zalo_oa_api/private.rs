//! Private messages, and the window in which they may be sent.

use super::message::{Message, SentMessage};
use super::params::Given;
use super::state::{Refusal, State, ms, now_ms};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

const FREE: Duration = Duration::from_hours(48);
const OPEN: Duration = Duration::from_hours(7 * 24);

#[derive(Default)]
pub struct Person {
    /// When they last wrote in private, tapped a button or began to follow. Talk in a group does not count.
    pub last_interaction_ms: Option<u64>,
    pub blocked: bool,
    pub messages: Vec<SentMessage>,
}

/// What a private message costs now.
#[derive(Debug, PartialEq, Eq)]
enum Window {
    Free,
    Billed,
    Closed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToPerson {
    recipient: UserId,
    message: Message,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserId {
    user_id: String,
}

impl Person {
    fn window(&self, now_ms: u64) -> Window {
        let since = self
            .last_interaction_ms
            .map(|last| Duration::from_millis(now_ms.saturating_sub(last)));
        match since {
            Some(since) if since <= FREE => Window::Free,
            Some(since) if since <= OPEN => Window::Billed,
            Some(_) | None => Window::Closed,
        }
    }
}

impl State {
    pub fn person(&mut self, user_id: &str) -> &mut Person {
        self.people.entry(user_id.to_owned()).or_default()
    }

    pub fn send_to_person(&mut self, given: &Given) -> Result<Value, Refusal> {
        let ToPerson { recipient, message } = given.shaped()?;
        let user_id = recipient.user_id;
        let person = self.person(&user_id);
        let (blocked, window) = (person.blocked, person.window(now_ms()));
        let billed = window == Window::Billed;
        let message_id = self.fresh_id();
        let message = message.judged(&self.uploads, message_id.clone(), billed)?;
        if blocked {
            return Err(Refusal::because(-244, "the user blocks this type"));
        }
        if window == Window::Closed {
            let why = "the user has not interacted with the OA in the past 7 days";
            return Err(Refusal::because(-230, why));
        }
        self.person(&user_id).messages.push(message);
        Ok(json!({"message_id": message_id, "user_id": user_id}))
    }

    /// Of somebody who never interacted there is no `last_interaction` to tell.
    pub fn quota(&mut self, given: &Given) -> Result<Value, Refusal> {
        let UserId { user_id } = given.shaped()?;
        let mut data = json!({"user_id": user_id});
        if let Some(last) = self.person(&user_id).last_interaction_ms {
            data["last_interaction"] = last.to_string().into();
        }
        Ok(data)
    }

    pub fn interacts(&mut self, user_id: &str, ago: Duration) {
        self.person(user_id).last_interaction_ms = Some(now_ms().saturating_sub(ms(ago)));
    }
}
