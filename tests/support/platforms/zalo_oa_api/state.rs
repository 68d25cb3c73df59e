//! Everything the server remembers, and why it says no.

use super::super::server::dice::Dice;
use super::super::server::mishaps::Mishaps;
use super::endpoint::Endpoint;
use super::events::GroupIdAt;
use super::groups::Group;
use super::oauth::Tokens;
use super::params::{Given, Nothing};
use super::private::Person;
use super::rates::Rates;
use super::uploads::Uploads;
use super::webhook::Webhook;
use super::{Call, Failure, Names};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What people see as the account's name.
pub const OA_NAME: &str = "OA under test";

pub struct State {
    pub names: Names,
    pub ids: Dice,
    pub tokens: Tokens,
    pub groups: BTreeMap<String, Group>,
    pub people: BTreeMap<String, Person>,
    pub uploads: Uploads,
    pub webhook: Webhook,
    pub group_id_at: GroupIdAt,
    pub calls: Vec<Call>,
    pub violations: Vec<String>,
    /// What is to go wrong, and what fails by itself.
    pub mishaps: Mishaps<Endpoint, Failure>,
    /// How long a request and its answer are on the way together.
    pub way: Duration,
    pub rates: Rates,
}

/// Why a call is not granted.
#[derive(Debug)]
pub struct Refusal {
    pub code: i64,
    pub message: String,
    /// Whether the documentation forbids it, so that no honest client would have asked.
    pub violation: bool,
}

impl Refusal {
    /// The world is not as the caller believed.
    pub fn because(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            violation: false,
        }
    }

    /// The caller broke a rule that could be read.
    pub fn violation(code: i64, message: impl Into<String>) -> Self {
        Self {
            violation: true,
            ..Self::because(code, message)
        }
    }

    /// The commonest violation: a field that is unknown, missing, or not what it should be.
    pub fn field(message: impl Into<String>) -> Self {
        Self::violation(-201, message)
    }
}

impl State {
    pub fn of(names: Names) -> Self {
        // Ids differ from one server to the next, since who keeps them would take the same id for the same message.
        let mut ids = Dice::new(now_ms());
        Self {
            names,
            tokens: Tokens::first(id(&mut ids)),
            ids,
            groups: BTreeMap::new(),
            people: BTreeMap::new(),
            uploads: Uploads::default(),
            webhook: Webhook::default(),
            group_id_at: GroupIdAt::Recipient,
            calls: Vec::new(),
            violations: Vec::new(),
            mishaps: Mishaps::default(),
            way: Duration::ZERO,
            rates: Rates::default(),
        }
    }

    /// An id as Zalo's messages and groups have it.
    pub fn fresh_id(&mut self) -> String {
        id(&mut self.ids)
    }

    pub fn oa(&self) -> Value {
        json!({"oa_id": self.names.oa_id, "name": OA_NAME})
    }

    /// Does what an API call asks for.
    pub fn apply(&mut self, endpoint: Endpoint, given: &Given) -> Result<Value, Refusal> {
        match endpoint {
            Endpoint::Refresh => self.refresh(given),
            Endpoint::GroupMessage => self.send_to_group(given),
            Endpoint::Members => self.list_members(given),
            Endpoint::Group => self.one_group(given),
            Endpoint::Groups => self.list_groups(given),
            Endpoint::PrivateMessage => self.send_to_person(given),
            Endpoint::Quota => self.quota(given),
            Endpoint::UploadFile => self.take_file(given),
            Endpoint::UploadImage => self.take_image(given),
            Endpoint::Oa => given.shaped::<Nothing>().map(|_| self.oa()),
        }
    }
}

/// Milliseconds since 1970, as Zalo dates everything.
pub fn now_ms() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, ms)
}

pub fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

/// Twenty hexadecimal digits.
fn id(dice: &mut Dice) -> String {
    format!("{:016x}{:04x}", dice.roll(), dice.below(0x1_0000))
}
