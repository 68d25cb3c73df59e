//! What `lopso doctor` looks at on Zalo: token, groups, webhook, address, and the month's messages.

use std::time::Duration;

use crate::bots::{self, budget};
use crate::channel::Trouble;
use crate::channel::zalo_bot::{Me, ZaloBot};
use crate::cli::live::zalo::address;
use crate::cli::live::{OwnZalo, Way};
use crate::cli::say;
use crate::cli::texts::doctor::zalo::{self as texts, Month};
use crate::cli::texts::live::token;
use crate::config::ZaloLimits;
use crate::db::Db;
use crate::domain::Channel;
use crate::installation::Key;
use crate::intake::now;
use crate::roster::{accounts, chats};
use crate::web::webhooks::Webhooks;

/// How long our own address may take to answer ourselves.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Look<'a> {
    pub db: &'a Db,
    pub key: &'a Key,
    pub way: &'a Way,
    pub limits: &'a ZaloLimits,
    pub remove_webhook: bool,
}

impl Look<'_> {
    /// Says how each bot stands; false when something is wrong with one.
    pub async fn at_all(&self, bots: &[OwnZalo]) -> Result<bool, sqlx::Error> {
        let mut well = true;
        for OwnZalo { bot, variable } in bots {
            let me = match bot.me().await {
                Ok(me) => me,
                Err(trouble) => {
                    tracing::warn!(%trouble, "zalo not looked at");
                    say(&if trouble == Trouble::Token {
                        token(Channel::ZaloBot, variable)
                    } else {
                        texts::no_answer(variable)
                    });
                    well = false;
                    continue;
                }
            };
            say(&texts::known(
                &me.display_name,
                &me.account_name,
                me.can_join_groups,
            ));
            well &= self.webhook_is_well(bot, &me).await;
            well &= self.budget_is_well(&me).await?;
        }
        if let Way::Webhook { public_url, .. } = self.way {
            let reached = is_reached(public_url).await;
            say(&texts::reached(public_url, reached));
            well &= reached;
        }
        say(texts::UNKNOWN);
        Ok(well)
    }

    async fn webhook_is_well(&self, bot: &ZaloBot, me: &Me) -> bool {
        let mut brought = bot.brought_to().await;
        if self.remove_webhook && matches!(brought, Ok(Some(_))) {
            match bot.remove_webhook().await {
                Ok(()) => say(texts::WEBHOOK_REMOVED),
                Err(trouble) => tracing::warn!(%trouble, "webhook not removed"),
            }
            brought = bot.brought_to().await;
        }
        let Ok(brought) = brought else {
            say(&texts::no_answer(&me.display_name));
            return false;
        };
        match (self.way, brought) {
            (Way::Polling, None) => {
                say(texts::POLLING);
                true
            }
            (Way::Polling, Some(url)) => {
                let ours = url.contains(&Webhooks::path(Channel::ZaloBot, &me.account_name));
                say(if ours {
                    texts::ELSEWHERE
                } else {
                    texts::ANOTHER_WEBHOOK
                });
                ours
            }
            (
                Way::Webhook {
                    public_url, secret, ..
                },
                brought,
            ) => {
                let ours = address(self.key, public_url, &me.account_name, secret);
                let well = brought == Some(ours);
                say(if well {
                    texts::WEBHOOK
                } else {
                    texts::NO_WEBHOOK
                });
                well
            }
        }
    }

    /// The month's messages, the people and the groups, against the plan's.
    async fn budget_is_well(&self, me: &Me) -> Result<bool, sqlx::Error> {
        let mut tx = self.db.read().await?;
        let known = bots::all(&mut tx).await?;
        let bot = known
            .iter()
            .find(|bot| bot.channel == Channel::ZaloBot && bot.name == me.account_name);
        // It never ran here: nothing was counted.
        let Some(bot) = bot else {
            return Ok(true);
        };
        let spent = budget::spent(&mut tx, bot.id, now()).await?;
        let people = accounts::people_of(&mut tx, bot.id).await?;
        let classes = chats::bound_families(&mut tx, bot.id).await?;
        let month = Month {
            limits: self.limits,
            spent,
            forecast: budget::forecast(&spent, now()),
            people,
        };
        say(&texts::month(&month));
        let not = budget::without_room(self.limits, &classes);
        for (title, families) in &not {
            say(&texts::does_not_fit(title, *families, self.limits));
        }
        if classes.is_empty() {
            say(texts::NO_GROUP);
        }
        Ok(not.is_empty() && !month.is_short())
    }
}

/// From this machine; whether Zalo reaches it too, Zalo says when it is given the address.
async fn is_reached(public_url: &str) -> bool {
    let client = reqwest::Client::builder().timeout(PATIENCE).build();
    let Ok(client) = client else {
        return false;
    };
    let answer = client.get(format!("{public_url}/healthz")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
