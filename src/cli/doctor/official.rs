//! What `lopso doctor` looks at of an Official Account: whether its tokens live, and whether it hears anybody.

use crate::channel::Trouble;
use crate::channel::zalo_oa::ZaloOa;
use crate::cli::say;
use crate::cli::texts::doctor::official as texts;
use crate::domain::Channel;
use crate::intake::now;
use crate::web::webhooks::Webhooks;

/// Says how the account stands; false when something is wrong. The tokens are only looked at: a refresh is the serving
/// program's alone.
pub async fn is_well(oa: &ZaloOa, public_url: Option<&str>) -> bool {
    let stored = match oa.stored().await {
        Ok(Some(stored)) => stored,
        Ok(None) => {
            say(texts::NEVER);
            return true;
        }
        Err(trouble) => {
            tracing::warn!(%trouble, "official account not looked at");
            say(texts::NO_ANSWER);
            return false;
        }
    };
    if let Some(at) = stored.refused_at {
        say(&texts::consent(at, now()));
        return false;
    }
    if let Some(at) = stored.refreshed_at {
        say(&texts::tokens(at, now()));
    }
    let me = match oa.me().await {
        Ok(me) => me,
        Err(Trouble::Token) => {
            say(&texts::consent(now(), now()));
            return false;
        }
        Err(trouble) => {
            tracing::warn!(%trouble, "official account not looked at");
            say(texts::NO_ANSWER);
            return false;
        }
    };
    let url = public_url.filter(|url| url.starts_with("https://"));
    let path = Webhooks::path(Channel::ZaloOa, &me.oa_id);
    let heard = stored.signed_by.is_some();
    say(&texts::known(
        &me.name,
        url.map(|url| format!("{url}{path}")).as_deref(),
        heard,
    ));
    url.is_some()
}
