//! The peer: what a bot does for a tap when each is a transaction of its own and each step a statement.
//! It keeps less than ours (no board, no evidence of before, no look at siblings), so it is not slowed
//! by anything that ours leaves out.

use lopso::db::{Db, fresh_id};
use lopso::domain::Tap;
use lopso::domain::message::{Update, What};
use lopso::vals;

use super::scene::district::District;

pub async fn apply(db: &Db, district: &District, tap: &Update) -> Result<(), sqlx::Error> {
    let What::Tap { data, callback } = &tap.what else {
        return Ok(());
    };
    let Some(Tap::Say { verb, task, .. }) = Tap::read(data) else {
        return Ok(());
    };
    let (bot, now) = (district.bot.id, district.now);
    let mut tx = db.begin().await?;
    let fresh = tx
        .execute(
            "INSERT INTO inbox (bot_id, external_id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            vals![bot, &tap.external_id, now],
        )
        .await?;
    if fresh == 0 {
        return tx.commit().await;
    }
    let account = tx
        .row(
            "SELECT m.school_id, m.person_id FROM account a JOIN membership m ON m.account_id = a.account_id \
             WHERE a.bot_id = $1 AND a.external_id = $2",
            vals![bot, &tap.sender.external_id],
        )
        .await?
        .unwrap();
    let (school, person): (i64, i64) = (account.get("school_id")?, account.get("person_id")?);
    let group = tx
        .row(
            "SELECT c.chat_id, g.class_id FROM chat c JOIN class_group g ON g.chat_id = c.chat_id \
             WHERE c.bot_id = $1 AND c.external_id = $2",
            vals![bot, &tap.chat.external_id],
        )
        .await?
        .unwrap();
    let (chat, class): (i64, i64) = (group.get("chat_id")?, group.get("class_id")?);
    let child: i64 = tx
        .row(
            "SELECT child_id FROM guardian WHERE person_id = $1",
            vals![person],
        )
        .await?
        .unwrap()
        .get("child_id")?;
    let before = tx
        .row(
            "SELECT state FROM family WHERE school_id = $1 AND child_id = $2 AND task_id = $3",
            vals![school, child, task],
        )
        .await?;
    if before.is_some() {
        return tx.commit().await;
    }
    tx.execute(
        "INSERT INTO act (school_id, act_id, task_id, person_id, child_id, verb, evidence, at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'said', $7)",
        vals![school, fresh_id(now), task, person, child, verb.slug(), now],
    )
    .await?;
    tx.execute(
        "INSERT INTO family (school_id, task_id, child_id, state, evidence, at) \
         VALUES ($1, $2, $3, 'done', 'said', $4)",
        vals![school, task, child, now],
    )
    .await?;
    tx.execute(
        "INSERT INTO tally (school_id, class_id, task_id, state, evidence, families) \
         VALUES ($1, $2, $3, 'done', 'said', 1) ON CONFLICT (school_id, class_id, task_id, state, evidence) \
         DO UPDATE SET families = tally.families + 1",
        vals![school, class, task],
    )
    .await?;
    tx.execute(
        "INSERT INTO outbox (outbox_id, bot_id, chat_id, priority, payload, due_at, state, attempts) \
         VALUES ($1, $2, $3, 0, $4, $5, 'waiting', 0)",
        vals![fresh_id(now), bot, chat, callback, now],
    )
    .await?;
    tx.commit().await
}
