//! One type per kind of id, so that a child never stands where a task belongs.
//!
//! Every id is a time-ordered 64-bit integer made by the application (`db::fresh_id`), unique over all
//! schools of an installation.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A kindergarten.
    SchoolId;
    /// A class of one school year.
    ClassId;
    /// A child, and so a family: the unit of counting.
    ChildId;
    /// Somebody who can testify: a guardian, a teacher. May have several accounts, or none.
    PersonId;
    /// Somebody's face on one bot: a Telegram user, a Zalo user.
    AccountId;
    /// One bot on one channel.
    BotId;
    /// A group or a private conversation, as one bot sees it.
    ChatId;
    /// Something families are asked to do and confirm.
    TaskId;
    /// One line of testimony in the ledger.
    ActId;
    /// The message in a class group that shows where the class stands.
    BoardId;
    /// A message of the bot that can be answered by a number or a reply.
    PromptId;
    /// A message on its way out.
    OutboxId;
    /// A message that came in.
    UpdateId;
}
