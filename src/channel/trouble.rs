//! Why a platform did not do what was asked, as far as it changes what we do next.

/// Without words of messages and without addresses, which may hold a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("the token is not valid")]
    Token,
    #[error("another program polls or has set a webhook for this bot")]
    Conflict,
    /// Nothing happened while we waited for it.
    #[error("nothing new")]
    Idle,
    #[error("asked to wait {0} s")]
    Wait(u32),
    /// This one recipient takes nothing for so many seconds; others do.
    #[error("this recipient takes nothing for {0} s")]
    Later(u32),
    /// The platform wants something of the account's owner, a bill or a permission: nothing goes out until it has it.
    #[error("the platform wants something of the account's owner")]
    Owner,
    /// So long unheard of that the platform lets nobody write to them; until they write themselves.
    #[error("the recipient was silent for too long")]
    Silent,
    /// The month's messages are used up: none goes out before the next, or before the plan changes.
    #[error("the month's messages are used up")]
    Quota,
    #[error("the chat cannot be written to")]
    Closed,
    #[error("the group has moved to {0}")]
    Moved(i64),
    #[error("the text stands there already, or its message is gone")]
    Pointless,
    #[error("too late for this tap")]
    TooLate,
    #[error("the text is too long")]
    TooLong,
    #[error("the text's formatting is not understood")]
    Formatting,
    #[error("the platform refused")]
    Refused,
    /// The request did not leave this machine, or came to nobody: nothing was done.
    #[error("the platform cannot be reached")]
    Unreached,
    /// The request left, and what came back does not tell: it may be done.
    #[error("the platform did not say what became of it")]
    Unclear,
}
