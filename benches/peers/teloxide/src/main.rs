//! A peer: the bot as a competent developer writes it with teloxide and sqlx, dispatcher, pool and all.
//!
//! A tap is one transaction: known already? whose child? keep it, count it, commit; then it is answered. It has no
//! boards to keep up to date, which spares it those edits. As is teloxide's way, different chats are handled side
//! by side, and the next updates are fetched (and so acknowledged) while these are still at work.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use teloxide::prelude::*;
use teloxide::types::UpdateId;

const KEPT: &str = "Recorded, thank you!";
const UNKNOWN: &str = "We do not know you yet: please scan your child's slip.";
const TROUBLE: &str = "Something went wrong, please tap again in a minute.";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    env_logger::init();
    let set = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let bot = Bot::new(set("BOT_TOKEN")?).set_api_url(set("BOT_API_URL")?.parse()?);
    let options = SqliteConnectOptions::new()
        .filename(set("BOT_DATABASE")?)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    // SQLite has one writer; more connections would only wait for its lock.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(60))
        .connect_with(options)
        .await?;
    let handler = Update::filter_callback_query().endpoint(on_tap);
    Dispatcher::builder(bot, handler)
        .dependencies(dptree::deps![pool])
        .enable_ctrlc_handler()
        .build()
        .dispatch()
        .await;
    Ok(())
}

async fn on_tap(
    bot: Bot,
    pool: SqlitePool,
    update: Update,
    query: CallbackQuery,
) -> ResponseResult<()> {
    let words = match keep(&pool, update.id, &query).await {
        Ok(words) => words,
        Err(error) => {
            log::error!("tap not kept: {error:#}");
            TROUBLE
        }
    };
    bot.answer_callback_query(query.id).text(words).await?;
    Ok(())
}

async fn keep(
    pool: &SqlitePool,
    update: UpdateId,
    query: &CallbackQuery,
) -> anyhow::Result<&'static str> {
    let data = query.data.as_deref().unwrap_or_default();
    let task: i64 = data.strip_prefix("done:").context("unknown button")?.parse()?;
    let now = now_ms()?;
    let mut tx = pool.begin().await?;
    let fresh = sqlx::query("INSERT INTO seen_update (update_id) VALUES (?) ON CONFLICT DO NOTHING")
        .bind(i64::from(update.0))
        .execute(&mut *tx)
        .await?;
    if fresh.rows_affected() == 0 {
        return Ok(KEPT);
    }
    let person: Option<i64> = sqlx::query_scalar("SELECT person_id FROM account WHERE telegram_id = ?")
        .bind(i64::try_from(query.from.id.0)?)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(person) = person else {
        tx.commit().await?;
        return Ok(UNKNOWN);
    };
    let children: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT c.child_id, c.class_id FROM guardian g JOIN child c ON c.child_id = g.child_id WHERE g.person_id = ?",
    )
    .bind(person)
    .fetch_all(&mut *tx)
    .await?;
    for (child, class) in children {
        sqlx::query("INSERT INTO act (person_id, child_id, task_id, verb, at) VALUES (?, ?, ?, 'done', ?)")
            .bind(person)
            .bind(child)
            .bind(task)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let changed = sqlx::query(
            "INSERT INTO family (child_id, task_id, state, at) VALUES (?, ?, 'done', ?) \
             ON CONFLICT (child_id, task_id) DO UPDATE SET state = excluded.state, at = excluded.at \
             WHERE state <> excluded.state",
        )
        .bind(child)
        .bind(task)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if changed.rows_affected() == 1 {
            sqlx::query(
                "INSERT INTO tally (class_id, task_id, state, families) VALUES (?, ?, 'done', 1) \
                 ON CONFLICT (class_id, task_id, state) DO UPDATE SET families = families + 1",
            )
            .bind(class)
            .bind(task)
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    Ok(KEPT)
}

/// Milliseconds since 1970.
fn now_ms() -> anyhow::Result<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}
