//! The words that every room of the house speaks: ids, roles, evidence, time, messages.
//!
//! Types only. Nothing here reads a file, a clock or a database, and nothing here imports another
//! folder of ours.

pub mod calendar;
pub mod channel;
pub mod consent;
pub mod evidence;
pub mod ids;
pub mod message;
pub mod role;
pub mod tap;
pub mod task;
pub mod time;

pub use channel::{Bot, Channel};
pub use consent::{Answer, Purpose};
pub use evidence::{Evidence, State, Verb};
pub use ids::{
    AccountId, ActId, BoardId, BotId, ChatId, ChildId, ClassId, OutboxId, PersonId, PromptId,
    SchoolId, TaskId, UpdateId,
};
pub use role::Role;
pub use tap::Tap;
pub use task::{Task, TaskKind};
pub use time::Timestamp;
