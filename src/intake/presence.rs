//! Who is in the class groups: guardians who came in are looked for there, once a day, and the groups' people are
//! counted. What is found walks through the same door as an update. Events tell the same where the bot is an
//! administrator; where it is not, looking is the only way.

use std::sync::Arc;
use std::time::Duration;

use super::now;
use crate::app::App;
use crate::channel::telegram::{Telegram, Trouble};
use crate::domain::{Bot, ChatId};
use crate::roster::chats::{self, Missed};

/// Looked for in one round.
const MOST: i64 = 50;
/// Between two rounds; whoever came in is seen in the group within this.
const PAUSE: Duration = Duration::from_secs(10);
/// Between two questions: far below the 30 calls a second that Telegram bears, so that answers are never held up.
const BETWEEN: Duration = Duration::from_millis(100);

/// Looks for as long as the program runs.
pub async fn look_forever(app: Arc<App>, bot: Bot, telegram: Telegram) {
    loop {
        match look_once(&app, &bot, &telegram).await {
            Ok(found) if found == usize::try_from(MOST).unwrap_or(0) => {}
            Ok(_) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::warn!(
                    bot = bot.id.0,
                    error = format!("{error:#}"),
                    "people of groups not seen"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// One round; returns how many people were looked for. Where Telegram does not answer, the rest waits for another.
async fn look_once(app: &App, bot: &Bot, telegram: &Telegram) -> anyhow::Result<usize> {
    let mut tx = app.db().read().await?;
    let wanted = chats::to_look_for(&mut tx, bot.id, MOST, now()).await?;
    let groups = chats::to_count(&mut tx, bot.id, MOST, now()).await?;
    drop(tx);
    let (mut seen, mut looked) = (Vec::new(), Vec::new());
    for missed in &wanted {
        tokio::time::sleep(BETWEEN).await;
        let Missed { chat, account, .. } = *missed;
        match telegram
            .look_for(&missed.chat_name, &missed.account_name, now())
            .await
        {
            Ok(update) => seen.extend(update),
            Err(trouble) => {
                tracing::debug!(%trouble, "nobody can be looked for");
                break;
            }
        }
        looked.push((chat, account));
    }
    // At once: whoever goes meanwhile must not be put back by what was seen before.
    if !seen.is_empty() {
        app.handle(bot, seen, now()).await?;
    }
    let counted = count(telegram, &groups).await;
    if !looked.is_empty() || !counted.is_empty() {
        let mut tx = app.db().begin().await?;
        chats::note_looked(&mut tx, &looked, now()).await?;
        for (chat, people) in &counted {
            chats::note_people(&mut tx, *chat, *people, now()).await?;
        }
        tx.commit().await?;
    }
    Ok(looked.len())
}

async fn count(telegram: &Telegram, groups: &[(ChatId, String)]) -> Vec<(ChatId, Option<i64>)> {
    let mut counted = Vec::new();
    for (chat, name) in groups {
        tokio::time::sleep(BETWEEN).await;
        match telegram.people_in(name).await {
            Ok(people) => counted.push((*chat, people)),
            // A group that moved is another's affair.
            Err(Trouble::Moved(_)) => counted.push((*chat, None)),
            Err(_) => break,
        }
    }
    counted
}
