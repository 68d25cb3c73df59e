//! Who is in an Official Account's groups, by its own list of members: guardians who came in are seen there, and the
//! groups' people are counted. What is found walks through the same door as an update.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::now;
use crate::app::App;
use crate::channel::zalo_oa::ZaloOa;
use crate::domain::Bot;
use crate::domain::message::{ChatKind, ChatSeen, Sender, Update, What};
use crate::roster::chats;

/// Between two looks: joining and leaving are told by events too, so this only finds what they missed.
const PAUSE: Duration = Duration::from_secs(3600);
/// After the start, so that what waits is answered first.
const FIRST: Duration = Duration::from_secs(5);

/// Looks for as long as the program runs.
pub async fn look_forever(app: Arc<App>, bot: Bot, oa: ZaloOa) {
    tokio::time::sleep(FIRST).await;
    loop {
        if let Err(error) = look_once(&app, &bot, &oa).await {
            tracing::warn!(
                bot = bot.id.0,
                error = format!("{error:#}"),
                "people of groups not seen"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn look_once(app: &App, bot: &Bot, oa: &ZaloOa) -> anyhow::Result<()> {
    let mut tx = app.db().read().await?;
    let groups = chats::groups_with_guardians(&mut tx, bot.id).await?;
    drop(tx);
    for (group, linked) in groups {
        let members = match oa.members(&group.external_id).await {
            Ok(members) => members,
            // One that is lapsed, say, keeps nobody from looking at the others.
            Err(trouble) => {
                tracing::warn!(chat = group.id.0, %trouble, "members of a group not seen");
                continue;
            }
        };
        let at = now();
        let here: HashMap<&str, &str> = members
            .iter()
            .map(|member| (member.user_id.as_str(), member.name.as_str()))
            .collect();
        let seen = linked.iter().map(|account| {
            let name = here.get(account.as_str());
            Update {
                // Each look is news of its own; what is known already changes nothing.
                external_id: format!("look:{}:{account}:{}", group.external_id, at.0),
                chat: ChatSeen {
                    external_id: group.external_id.clone(),
                    kind: ChatKind::Group,
                },
                sender: Sender {
                    external_id: account.clone(),
                    name: name.map_or(String::new(), |name| (*name).to_owned()),
                },
                at,
                what: What::Member {
                    here: name.is_some(),
                },
            }
        });
        let seen: Vec<Update> = seen.collect();
        if !seen.is_empty() {
            app.handle(bot, seen, at).await?;
        }
        let people = i64::try_from(members.len()).unwrap_or(i64::MAX);
        let mut tx = app.db().begin().await?;
        chats::note_people(&mut tx, group.id, Some(people), at).await?;
        tx.commit().await?;
    }
    Ok(())
}
