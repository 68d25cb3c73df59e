//! Reading what people write: commands, answers about the open tasks, and what must not be kept.
//! Pure: words in, meaning out.

mod clause;
pub mod codes;
pub mod commands;
mod corrections;
mod counts;
pub mod fold;
pub mod intent;
pub mod labels;
pub mod learned;
pub mod linear;
pub mod mention;
mod parts;
mod phrases;
pub mod redact;
pub mod replies;
mod rules;
mod slips;
pub mod split;
mod tag;
mod tasks;
mod whose;
mod words;
