//! A bot on its platform, from its first knock to its last answer: one program at a time has it, takes in what happens,
//! and sends.

mod official;
mod telegram;
pub mod zalo;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::{say, texts};
use crate::app::App;
use crate::channel::Trouble;
use crate::channel::telegram::{self as telegram_channel, Telegram, private_link};
use crate::channel::zalo_bot::{self, ZaloBot};
use crate::channel::zalo_oa::{self, ZaloOa};
use crate::db::Hold;
use crate::domain::{Bot, Channel};
use crate::intake::now;
use crate::roster::invites::{For, Printing, issue};
use crate::roster::{staff, store};
use crate::sender::pacer::Limits;
use crate::sender::{self, Door};
use crate::web::webhooks::Webhooks;
use crate::{bots, clock, outbox};

/// Until a platform is reached for the first time it is asked again after this.
const KNOCK_AGAIN: Duration = Duration::from_secs(10);
/// A bot that another program has is asked for again after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How updates come in where they can also be asked for.
#[derive(Clone)]
pub enum Way {
    Polling,
    /// The platform brings them to this address of ours, with this secret.
    Webhook {
        public_url: String,
        secret: String,
        doors: Arc<Webhooks>,
    },
}

/// A bot on Zalo, of which a school has several.
#[derive(Clone)]
pub struct OwnZalo {
    pub bot: ZaloBot,
    /// The variable of the environment with its token, by which the operator knows it.
    pub variable: String,
}

/// A platform to knock at, and how what happens there comes in.
#[derive(Clone)]
pub enum Platform {
    Telegram(Telegram, Way),
    ZaloBot(OwnZalo, Way),
    /// Its events are brought and signed; where we are is told to its console by hand.
    ZaloOa(ZaloOa, Arc<Webhooks>),
}

impl Platform {
    pub fn channel(&self) -> Channel {
        match self {
            Platform::Telegram(..) => Channel::Telegram,
            Platform::ZaloBot(..) => Channel::ZaloBot,
            Platform::ZaloOa(..) => Channel::ZaloOa,
        }
    }

    /// The variable of the environment that holds its token.
    fn variable(&self) -> &str {
        match self {
            Platform::Telegram(..) => "LOPSO_TELEGRAM_TOKEN",
            Platform::ZaloBot(zalo, _) => &zalo.variable,
            Platform::ZaloOa(..) => "LOPSO_ZALO_OA_REFRESH_TOKEN",
        }
    }
}

/// A bot's whole life. When its token is refused it ends, with one line to the operator, and everything else goes on;
/// when asked to stop it ends with everything answered that people wait for.
pub async fn live(app: Arc<App>, platform: Platform, limits: Limits, stop: watch::Receiver<bool>) {
    let channel = platform.channel();
    let token_refused = texts::live::token(channel, platform.variable());
    let life = Life {
        app,
        platform,
        limits,
        stop,
    };
    match life.go_on().await {
        Ok(()) => {}
        Err(End::Told(Trouble::Token)) => say(&token_refused),
        Err(End::Told(trouble)) => say(&texts::live::ended(channel, &trouble.to_string())),
        Err(End::Ours(error)) => {
            tracing::error!(
                channel = channel.slug(),
                error = format!("{error:#}"),
                "bot ended"
            );
            say(&texts::live::ended(channel, texts::live::SEE_LOG));
        }
    }
}

struct Life {
    app: Arc<App>,
    platform: Platform,
    limits: Limits,
    stop: watch::Receiver<bool>,
}

/// The platform, and who we are on it.
enum Known {
    Telegram(Telegram, telegram_channel::inbound::Me, Way),
    ZaloBot(ZaloBot, zalo_bot::Me, Way),
    ZaloOa(ZaloOa, zalo_oa::Me, Arc<Webhooks>),
}

impl Known {
    fn name(&self) -> &str {
        match self {
            Known::Telegram(_, me, _) => &me.username,
            Known::ZaloBot(_, me, _) => &me.account_name,
            Known::ZaloOa(_, me, _) => &me.oa_id,
        }
    }

    /// By which people mention it.
    fn called(&self) -> &str {
        match self {
            Known::Telegram(_, me, _) => &me.username,
            Known::ZaloBot(_, me, _) => &me.display_name,
            Known::ZaloOa(_, me, _) => &me.name,
        }
    }

    fn door(&self) -> Door {
        match self {
            Known::Telegram(telegram, ..) => Door::Telegram(telegram.clone()),
            Known::ZaloBot(zalo, ..) => Door::ZaloBot(zalo.clone()),
            Known::ZaloOa(oa, ..) => Door::ZaloOa(oa.clone()),
        }
    }
}

/// Why a bot ended that nobody asked to.
enum End {
    Told(Trouble),
    Ours(anyhow::Error),
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        End::Told(trouble)
    }
}

impl From<anyhow::Error> for End {
    fn from(error: anyhow::Error) -> Self {
        End::Ours(error)
    }
}

impl From<sqlx::Error> for End {
    fn from(error: sqlx::Error) -> Self {
        End::Ours(error.into())
    }
}

impl Life {
    async fn go_on(mut self) -> Result<(), End> {
        let Some(known) = self.knock().await? else {
            return Ok(());
        };
        let channel = self.platform.channel();
        let mut tx = self.app.db().begin().await?;
        let mut bot = bots::add(&mut tx, channel, known.name(), now()).await?;
        if bot.called != known.called() {
            bots::call(&mut tx, bot.id, known.called()).await?;
            bot.called = known.called().to_owned();
        }
        tx.commit().await?;
        while let Some(mut hold) = self.hold(&bot).await? {
            let lost = tokio::select! {
                ended = self.work(&bot, &known) => {
                    hold.release().await;
                    return ended;
                }
                () = hold.lost() => true,
            };
            tracing::warn!(
                bot = bot.id.0,
                lost,
                "another program may have this bot now"
            );
            say(&texts::live::lost(&bot.called));
        }
        Ok(())
    }

    /// Who we are, once the platform answers; none when asked to stop before.
    async fn knock(&mut self) -> Result<Option<Known>, Trouble> {
        loop {
            let known = match &self.platform {
                Platform::Telegram(telegram, way) => {
                    let me = telegram.me().await;
                    me.map(|me| Known::Telegram(telegram.clone(), me, way.clone()))
                }
                Platform::ZaloBot(zalo, way) => {
                    let me = zalo.bot.me().await;
                    me.map(|me| Known::ZaloBot(zalo.bot.clone(), me, way.clone()))
                }
                Platform::ZaloOa(oa, doors) => {
                    let me = oa.me().await;
                    me.map(|me| Known::ZaloOa(oa.clone(), me, doors.clone()))
                }
            };
            let channel = self.platform.channel().slug();
            match known {
                Ok(known) => return Ok(Some(known)),
                Err(Trouble::Token) => return Err(Trouble::Token),
                Err(trouble) => tracing::warn!(channel, %trouble, "platform does not answer yet"),
            }
            if self.stopped_within(KNOCK_AGAIN).await {
                return Ok(None);
            }
        }
    }

    /// The bot for ourselves, once nobody else has it; none when asked to stop before.
    async fn hold(&mut self, bot: &Bot) -> Result<Option<Hold>, sqlx::Error> {
        let mut told = false;
        loop {
            match self.app.db().hold(bot.id.0).await {
                Ok(Some(hold)) => return Ok(Some(hold)),
                Ok(None) if !told => {
                    say(&texts::live::standing_by(&bot.called));
                    told = true;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(bot = bot.id.0, %error, "bot not asked for"),
            }
            if self.stopped_within(ASK_AGAIN).await {
                return Ok(None);
            }
        }
    }

    async fn stopped_within(&mut self, wait: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = self.stop.changed() => {}
        }
        *self.stop.borrow()
    }

    /// Everything a bot does, until asked to stop: what came in is committed, and what people wait for is sent.
    async fn work(&self, bot: &Bot, known: &Known) -> Result<(), End> {
        let mut tx = self.app.db().begin().await?;
        let recovered = outbox::take_back(&mut tx, bot.id, now()).await?;
        tx.commit().await?;
        tracing::info!(
            bot = bot.id.0,
            texts = recovered.texts,
            taps_unknown = recovered.unknown,
            taps_expired = recovered.expired,
            "taken over"
        );
        say(&texts::live::connected(bot.channel, &bot.called));
        invite_first_leads(&self.app, bot).await?;
        let (closed, intake_closed) = watch::channel(false);
        let intake = async {
            match known {
                Known::Telegram(telegram, me, way) => {
                    telegram::take_in(self, telegram, bot, me, way).await?;
                }
                Known::ZaloBot(zalo, me, way) => {
                    zalo::take_in(self, zalo, bot, me, way).await?;
                }
                Known::ZaloOa(oa, me, doors) => {
                    official::take_in(self, oa, bot, me, doors).await?;
                }
            }
            closed.send_replace(true);
            Ok(())
        };
        let (app, limits) = (self.app.clone(), self.limits);
        let send = async {
            let door = known.door();
            let sent = sender::send_until(app, bot.clone(), door, limits, recovered, intake_closed);
            Ok::<(), End>(sent.await?)
        };
        let both = async { tokio::try_join!(intake, send) };
        let beside = async {
            match known {
                Known::Telegram(telegram, ..) => telegram::beside(&self.app, telegram, bot).await,
                Known::ZaloBot(..) => std::future::pending().await,
                Known::ZaloOa(oa, ..) => official::beside(&self.app, oa, bot).await,
            }
        };
        tokio::select! {
            ended = both => ended.map(drop),
            () = beside => Ok(()),
            () = clock::redraw_forever(self.app.clone(), bot.clone()) => Ok(()),
        }
    }
}

/// Runs until it ends, or until nobody waits for it any more. A batch waits for its database some twenty times: here it
/// is woken by the database itself, and stands in no line with the tasks that all other threads share. With everybody
/// tapping at once on two cores that is a tenth of the time (scripts/bench.sh delivery).
async fn on_a_thread_of_its_own(
    work: impl Future<Output = Result<(), Trouble>> + Send + 'static,
) -> Result<(), End> {
    let (mut ended, end) = oneshot::channel();
    let here = Handle::current();
    let thread = std::thread::Builder::new().name("intake".to_owned());
    let run = move || {
        here.block_on(async {
            let done = tokio::select! {
                done = work => done,
                () = ended.closed() => return,
            };
            let _ = ended.send(done);
        });
    };
    thread.spawn(run).map_err(anyhow::Error::from)?;
    // No word is a panic, which is in the log.
    Ok(end.await.map_err(anyhow::Error::from)??)
}

/// Tells the operator by which code the first principal of a school comes in, as long as nobody leads it.
async fn invite_first_leads(app: &App, bot: &Bot) -> anyhow::Result<()> {
    let mut tx = app.db().begin().await?;
    for school in store::schools(&mut tx).await? {
        if staff::led_by(&mut tx, school.id).await? {
            continue;
        }
        let wanted = [For::Lead(school.id)];
        let codes = issue(
            &mut tx,
            app.key(),
            school.id,
            &wanted,
            Printing::Again,
            now(),
        )
        .await?;
        for codes in codes {
            let begins_by_link = bot.channel.capabilities().begins_by_link;
            let link = begins_by_link.then(|| private_link(&bot.name, &codes.link));
            say(&texts::first_lead(
                &school.name,
                &bot.called,
                link.as_deref(),
                &codes.short,
            ));
        }
    }
    Ok(tx.commit().await?)
}
