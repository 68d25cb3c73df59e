//! What the bot does for people, one folder a deed: the story and its decision (`mod.rs`), its SQL
//! (`store.rs`), every word it says (`texts.rs`). No feature imports another.

pub mod budget;
pub mod confirm;
pub mod erase;
pub mod group;
pub mod guide;
pub mod help;
pub mod join;
pub mod launch;
pub mod missing;
pub mod proxy;
pub mod remind;
pub mod report;
pub mod status;
