//! The free plan: so many messages a month, so many people, so many groups.

use super::ZaloBotApi;
use super::state::{Refusal, State, is_group};
use serde_json::Value;
use std::collections::BTreeSet;

pub struct Plan {
    pub monthly: usize,
    /// Messages so far, those that came in and those that went out.
    pub used: usize,
    /// Sends that came after the last message was used up.
    pub hits: usize,
    pub most_users: usize,
    pub users: BTreeSet<String>,
    pub most_groups: usize,
    /// Updates that no longer fitted into the plan.
    pub unserved: Vec<Value>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            monthly: 3_000,
            used: 0,
            hits: 0,
            most_users: 50,
            users: BTreeSet::new(),
            most_groups: 3,
            unserved: Vec::new(),
        }
    }
}

impl Plan {
    /// Whether this person is among the first; whoever is once, stays.
    pub fn serves(&mut self, user: &str) -> bool {
        if self.users.len() < self.most_users {
            self.users.insert(user.to_owned());
        }
        self.users.contains(user)
    }

    /// One message that came in, if there is one left.
    pub fn takes_in(&mut self) -> bool {
        let left = self.used < self.monthly;
        self.used += usize::from(left);
        left
    }

    /// One message that goes out, if there is one left.
    pub fn lets_out(&mut self) -> Result<(), Refusal> {
        if self.takes_in() {
            return Ok(());
        }
        self.hits += 1;
        Err(Refusal::with_code(429, "Quota exceeded"))
    }
}

impl ZaloBotApi {
    /// How many messages a month there are, in both directions together.
    pub fn quota(&self, monthly: usize) {
        self.state().plan.monthly = monthly;
    }

    /// How many people the bot serves, in private and in groups together.
    pub fn users(&self, most: usize) {
        self.state().plan.most_users = most;
    }

    /// In how many groups the bot may be at once.
    pub fn groups(&self, most: usize) {
        self.state().plan.most_groups = most;
    }

    /// How many sends were refused because the month was used up.
    pub fn quota_hits(&self) -> usize {
        self.state().plan.hits
    }

    /// Updates that were not delivered because the plan has no place for the person, or no message left.
    pub fn unserved(&self) -> Vec<Value> {
        self.state().plan.unserved.clone()
    }
}

impl State {
    pub fn has_place_for_group(&self) -> bool {
        let groups = self
            .chats
            .iter()
            .filter(|(id, chat)| is_group(id) && !chat.removed);
        groups.count() < self.plan.most_groups
    }
}
