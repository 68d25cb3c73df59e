//! What nobody knows of the platform for certain, or what sources tell differently: a switch for each.

use std::time::Duration;

/// What the platform does where it may do one thing or the other. The default is what live reports saw, or else the
/// unkinder of the guesses.
#[derive(Debug, Clone)]
pub struct Habits {
    /// What getMe tells; live bots of the free plan could join, the documentation's sample cannot.
    pub can_join_groups: bool,
    /// The longest a poll stays open here, so that tests are quick.
    pub poll_patience: Duration,
    /// How long an update waits for the next poll before it is lost.
    pub buffer: Duration,
    /// "Nothing new" comes with HTTP status 408, not only with that code inside HTTP 200.
    pub idle_is_http_408: bool,
    /// What a send into a group answers after the bot was removed from it.
    pub removed_code: u16,
    /// A webhook may be plain HTTP on this machine, which only tests want.
    pub http_webhook: bool,
    /// An update is posted as `{ok, result}` and not bare.
    pub wrapped: bool,
    /// How often an update is posted again after an answer other than 2xx.
    pub retries: usize,
    /// The ping of setWebhook and testWebhook carries the secret.
    pub ping_has_secret: bool,
    /// The ping is `{}`, without an event's name.
    pub ping_is_empty: bool,
    /// How many times a day testWebhook may be called.
    pub webhook_tests_a_day: usize,
    /// A reply tells to what it replies, as `reply_to_message`.
    pub replies_quote: bool,
    /// A picture's address is in `photo`, as documented, not in `photo_url`, as seen live.
    pub photo_as_documented: bool,
    /// An unsupported message comes without any message object.
    pub unsupported_is_bare: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            can_join_groups: true,
            poll_patience: Duration::from_secs(2),
            buffer: Duration::from_millis(300),
            idle_is_http_408: false,
            removed_code: 403,
            http_webhook: false,
            wrapped: false,
            retries: 0,
            ping_has_secret: false,
            ping_is_empty: false,
            webhook_tests_a_day: 5,
            replies_quote: false,
            photo_as_documented: false,
            unsupported_is_bare: false,
        }
    }
}
