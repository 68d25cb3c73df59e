//! The way in: what a platform brought goes to the app as it comes, a whole handful at a time.

pub mod members;
pub mod presence;
pub mod telegram;
pub mod zalo;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::app::{App, BATCH};
use crate::domain::message::Update;
use crate::domain::{Bot, Timestamp};

/// Updates that may wait before a platform is asked to slow down.
const QUEUE: usize = 2_000;
/// A database that is away or full is asked again after this.
const PAUSE: Duration = Duration::from_millis(500);

/// The letter box of one bot: give an update in, and know when it is safely applied.
#[derive(Clone)]
pub struct LetterBox {
    to: mpsc::Sender<(Update, oneshot::Sender<()>)>,
}

impl LetterBox {
    /// Starts the loop that takes whatever came meanwhile in one batch. It ends, with everything applied, when the
    /// last copy of the box is dropped.
    pub fn open(app: Arc<App>, bot: Bot) -> (Self, JoinHandle<()>) {
        let (to, from) = mpsc::channel(QUEUE);
        let emptied = tokio::spawn(take_forever(app, bot, from));
        (Self { to }, emptied)
    }

    /// Returns once the update is committed. False when the program is stopping.
    pub async fn put(&self, update: Update) -> bool {
        let (done, applied) = oneshot::channel();
        self.to.send((update, done)).await.is_ok() && applied.await.is_ok()
    }
}

async fn take_forever(
    app: Arc<App>,
    bot: Bot,
    mut from: mpsc::Receiver<(Update, oneshot::Sender<()>)>,
) {
    let mut taken = Vec::with_capacity(BATCH);
    // Several connections bring what one chat said in its order, give or take; the platform's numbers know better.
    let number = |(update, _): &(Update, _)| update.external_id.parse::<i64>().unwrap_or(0);
    while from.recv_many(&mut taken, BATCH).await > 0 {
        taken.sort_by_key(number);
        let (updates, done): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        while let Err(error) = app.handle(&bot, updates.clone(), now()).await {
            // Nothing was applied and nobody was told it was: the same updates again, until they are.
            tracing::error!(
                bot = bot.id.0,
                updates = updates.len(),
                error = format!("{error:#}"),
                "batch not applied"
            );
            tokio::time::sleep(PAUSE).await;
        }
        for waiting in done {
            let _ = waiting.send(());
        }
        app.room_for_taps(bot.id).await;
    }
}

/// The wall clock. Everything behind the doors gets it as a parameter. A debug build can be told by
/// `LOPSO_TEST_CLOCK` (RFC 3339) at which moment its first look at the clock is; from there it runs on.
pub fn now() -> Timestamp {
    static SET: OnceLock<Option<(Timestamp, Instant)>> = OnceLock::new();
    let set = SET.get_or_init(|| Some((told_time()?, Instant::now())));
    let Some((moment, since)) = set else {
        return Timestamp(jiff::Timestamp::now().as_millisecond());
    };
    moment.plus_ms(i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX))
}

/// What a test sets the clock to. Never in a release build.
fn told_time() -> Option<Timestamp> {
    let told = std::env::var("LOPSO_TEST_CLOCK").ok();
    let told = told.filter(|_| cfg!(debug_assertions))?;
    match told.parse::<jiff::Timestamp>() {
        Ok(moment) => Some(Timestamp(moment.as_millisecond())),
        Err(error) => {
            tracing::error!(%error, "LOPSO_TEST_CLOCK is no RFC 3339 moment: left aside");
            None
        }
    }
}
