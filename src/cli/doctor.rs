//! `lopso doctor`: is everything as it should be, and if not, what to do.

use super::{Stop, open, say, texts};
use crate::app::recount;
use crate::channel::telegram::{Telegram, Trouble};
use crate::roster::store;
use crate::{inbox, outbox};

pub async fn run(remove_webhook: bool) -> Result<(), Stop> {
    let config = open::config()?;
    let telegram = open::telegram()?;
    let db = open::database(&config.database_url).await?;
    say(texts::DOCTOR_DATABASE);
    let mut tx = db.read().await?;
    let schools = store::schools(&mut tx).await?;
    let (aside, oldest) = inbox::aside(&mut tx).await?;
    let (waiting, failed) = outbox::depth(&mut tx).await?;
    drop(tx);
    let mut ill = aside > 0 || failed > 0;
    if schools.is_empty() {
        say(texts::NO_SCHOOL);
    }
    for school in schools {
        let difference = recount(&db, &school).await?;
        ill |= !difference.is_none();
        say(&texts::doctor_tallies(&school.name, &difference));
    }
    say(&texts::doctor_inbox(aside, oldest));
    say(&texts::doctor_outbox(waiting, failed));
    match telegram {
        Some(telegram) => ill |= !is_well(&telegram, remove_webhook).await,
        None => say(texts::DOCTOR_NO_TELEGRAM),
    }
    if ill {
        Err(Stop::Told(texts::DOCTOR_ILL.to_owned()))
    } else {
        Ok(())
    }
}

/// Says how the bot stands; false when messages cannot come in.
async fn is_well(telegram: &Telegram, remove_webhook: bool) -> bool {
    match look(telegram, remove_webhook).await {
        Ok(well) => well,
        Err(Trouble::Token) => {
            say(texts::DOCTOR_TOKEN);
            false
        }
        Err(trouble) => {
            tracing::warn!(%trouble, "telegram not looked at");
            say(texts::DOCTOR_NO_ANSWER);
            false
        }
    }
}

async fn look(telegram: &Telegram, remove_webhook: bool) -> Result<bool, Trouble> {
    let before = telegram.standing().await?;
    if remove_webhook && before.webhook.is_some() {
        telegram.remove_webhook().await?;
        say(texts::DOCTOR_WEBHOOK_REMOVED);
    }
    let now = telegram.standing().await?;
    say(&texts::doctor_telegram(&now));
    Ok(now.webhook.is_none())
}
