//! An Official Account: how it takes in what happens, how its tokens stay alive, and who is looked for in its groups.

use std::sync::Arc;
use std::time::Duration;

use super::{End, Life};
use crate::app::App;
use crate::channel::zalo_oa::signature;
use crate::channel::zalo_oa::{Me, Trouble, ZaloOa};
use crate::cli::{say, texts};
use crate::domain::Bot;
use crate::intake::{members, now};
use crate::web::webhooks::{Reader, Signed, Webhooks};

/// Tokens are looked at this often: a refresh is due after 20 hours, and an account nobody writes to needs it too.
const KEEP_ALIVE: Duration = Duration::from_secs(600);

/// Until asked to stop.
pub(super) async fn take_in(
    life: &Life,
    oa: &ZaloOa,
    bot: &Bot,
    me: &Me,
    doors: &Webhooks,
) -> Result<(), End> {
    let (app, mut stop) = (life.app.clone(), life.stop.clone());
    let stored = oa.stored().await?;
    let frozen = stored.and_then(|stored| signature::Way::from_slug(&stored.signed_by?));
    let signed = Signed::new(oa, me.clone(), frozen);
    let emptied = doors.open(app, bot, Reader::ZaloOa(Arc::new(signed)));
    let public_url = life.app.public_url();
    match public_url.filter(|url| url.starts_with("https://")) {
        Some(url) => {
            let url = format!("{url}{}", Webhooks::path(bot.channel, &bot.name));
            say(&texts::zalo::oa_webhook(&me.name, &url));
        }
        None => say(texts::zalo::OA_NO_ADDRESS),
    }
    let _ = stop.wait_for(|stop| *stop).await;
    doors.close(bot);
    let _ = emptied.await;
    Ok(())
}

/// What goes on beside taking in and sending; never ends.
pub(super) async fn beside(app: &Arc<App>, oa: &ZaloOa, bot: &Bot) {
    let tokens = async {
        loop {
            tokio::time::sleep(KEEP_ALIVE).await;
            match oa.keep_alive(now()).await {
                Ok(()) | Err(Trouble::Token) => {}
                Err(trouble) => {
                    tracing::warn!(bot = bot.id.0, %trouble, "tokens not looked at");
                }
            }
        }
    };
    let look = members::look_forever(app.clone(), bot.clone(), oa.clone());
    tokio::join!(tokens, look);
}
