//! How updates leave by getUpdates: one at a time, to one reader, and only to a reader who is there.

use super::super::server::Caller;
use super::state::{Blame, Outcome, Refusal, State, Values};
use super::{Inside, ZaloBotApi};
use serde_json::Value;
use std::time::{Duration, Instant};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long it may take until the server hears that a client hung up.
const LEAVING: Duration = Duration::from_millis(50);

pub struct Waiting {
    pub update: Value,
    /// When it came, or when the last poll ended that could have taken it.
    pub since: Instant,
}

impl ZaloBotApi {
    /// Updates that never reached the bot: nobody polled in time, its webhook did not take them, or the answer to the
    /// poll was made to fail.
    pub fn lost(&self) -> Vec<Value> {
        let mut state = self.state();
        state.give_up_waiting();
        state.lost.clone()
    }
}

impl Inside {
    pub async fn get_updates(&self, values: &Values, caller: Caller<'_>) -> Outcome {
        let patience = values.get("timeout").map_or(Some(DEFAULT_TIMEOUT), seconds);
        let patience = patience.unwrap_or(DEFAULT_TIMEOUT);
        let poll = self.open_poll().await?;
        let deadline = tokio::time::Instant::now() + poll.at_most(patience);
        loop {
            let news = self.news.notified();
            if self.state().has_waiting()? && !caller.is_gone().await {
                let next = self.state().waiting.pop_front();
                return Ok(next.map(|waiting| waiting.update));
            }
            tokio::select! {
                () = news => {}
                () = tokio::time::sleep_until(deadline) => return Err(self.state().idle()),
                () = caller.gone() => return Err(self.state().idle()),
            }
        }
    }

    async fn open_poll(&self) -> Result<OpenPoll<'_>, Refusal> {
        if self.state().poll_is_open {
            // Whoever hung up and asks again at once is one reader, not two.
            tokio::time::sleep(LEAVING).await;
        }
        let mut state = self.state();
        if state.webhook.is_some() {
            return Err(Refusal::violation(
                "getUpdates does not work while a webhook is set",
            ));
        }
        if state.poll_is_open {
            return Err(Refusal::violation("another getUpdates is open"));
        }
        state.give_up_waiting();
        state.poll_is_open = true;
        Ok(OpenPoll(self))
    }
}

/// A poll stays open until this is dropped.
struct OpenPoll<'a>(&'a Inside);

impl OpenPoll<'_> {
    fn at_most(&self, patience: Duration) -> Duration {
        patience.min(self.0.state().habits.poll_patience)
    }
}

impl Drop for OpenPoll<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.poll_is_open = false;
        let now = Instant::now();
        for waiting in &mut state.waiting {
            waiting.since = now;
        }
    }
}

impl State {
    /// An update sets out on the way that is open to it now.
    pub fn set_out(&mut self, update: Value) {
        if self.webhook.is_some() {
            self.outgoing.push_back(update);
        } else {
            let since = Instant::now();
            self.waiting.push_back(Waiting { update, since });
        }
    }

    fn has_waiting(&self) -> Result<bool, Refusal> {
        if self.webhook.is_some() {
            return Err(Refusal::with_code(400, "Bad Request: a webhook was set"));
        }
        Ok(!self.waiting.is_empty())
    }

    fn idle(&self) -> Refusal {
        let http = if self.habits.idle_is_http_408 {
            408
        } else {
            200
        };
        Refusal {
            http,
            blame: Blame::Nobody,
            ..Refusal::with_code(408, "Request timeout")
        }
    }

    /// What waited too long while nobody polled is lost.
    fn give_up_waiting(&mut self) {
        if self.poll_is_open {
            return;
        }
        let buffer = self.habits.buffer;
        let late = |waiting: &mut Waiting| waiting.since.elapsed() >= buffer;
        while let Some(waiting) = self.waiting.pop_front_if(late) {
            self.lost.push(waiting.update);
        }
    }
}

/// The documentation writes a string in one place and a number in another; both are in use.
pub fn seconds(value: &Value) -> Option<Duration> {
    let number = value
        .as_u64()
        .or_else(|| value.as_str().and_then(|digits| digits.parse().ok()));
    number.map(Duration::from_secs)
}
