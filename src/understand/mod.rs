//! Reading what people write: commands, answers about the open tasks, and what must not be kept.
//! Pure: words in, meaning out.

mod clause;
pub mod codes;
pub mod commands;
pub mod fold;
pub mod intent;
mod phrases;
pub mod redact;
pub mod replies;
pub mod split;
mod tag;
mod tasks;
mod words;
