//! A bot on Telegram, from its first knock to its last answer: one program at a time has it, takes in what happens,
//! and sends.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::{say, texts};
use crate::app::App;
use crate::channel::Trouble;
use crate::channel::telegram::inbound::Me;
use crate::channel::telegram::profile::Menu;
use crate::channel::telegram::{Telegram, private_link};
use crate::db::Hold;
use crate::domain::{Bot, Channel};
use crate::feature::help::texts::command;
use crate::intake::{now, presence, telegram};
use crate::roster::invites::{For, Printing, issue};
use crate::roster::{staff, store};
use crate::sender::pacer::Limits;
use crate::sender::{self, Door};
use crate::understand::commands::Name;
use crate::web::webhooks::Webhooks;
use crate::{bots, clock, outbox};

/// Until Telegram is reached for the first time it is asked again after this.
const KNOCK_AGAIN: Duration = Duration::from_secs(10);
/// A bot that another program has is asked for again after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How updates come in.
#[derive(Clone)]
pub enum Way {
    Polling,
    /// Telegram brings them to this address of ours, with this secret.
    Webhook {
        public_url: String,
        secret: String,
        doors: Arc<Webhooks>,
    },
}

/// A bot's whole life. When its token is refused it ends, with one line to the operator, and everything else goes on;
/// when asked to stop it ends with everything answered that people wait for.
pub async fn live(
    app: Arc<App>,
    telegram: Telegram,
    limits: Limits,
    way: Way,
    stop: watch::Receiver<bool>,
) {
    let life = Life {
        app,
        telegram,
        limits,
        way,
        stop,
    };
    match life.go_on().await {
        Ok(()) => {}
        Err(End::Told(Trouble::Token)) => say(texts::telegram::TOKEN),
        Err(End::Told(trouble)) => say(&texts::telegram::ended(&trouble.to_string())),
        Err(End::Ours(error)) => {
            tracing::error!(error = format!("{error:#}"), "telegram ended");
            say(&texts::telegram::ended(texts::telegram::SEE_LOG));
        }
    }
}

struct Life {
    app: Arc<App>,
    telegram: Telegram,
    limits: Limits,
    way: Way,
    stop: watch::Receiver<bool>,
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
        let Some(me) = self.knock().await? else {
            return Ok(());
        };
        let mut tx = self.app.db().begin().await?;
        let bot = bots::add(&mut tx, Channel::Telegram, &me.username, now()).await?;
        tx.commit().await?;
        while let Some(mut hold) = self.hold(&bot).await? {
            let lost = tokio::select! {
                ended = self.work(&bot, &me) => {
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
            say(&texts::telegram::lost(&me.username));
        }
        Ok(())
    }

    /// Who we are, once Telegram answers; none when asked to stop before.
    async fn knock(&mut self) -> Result<Option<Me>, Trouble> {
        loop {
            match self.telegram.me().await {
                Ok(me) => return Ok(Some(me)),
                Err(Trouble::Token) => return Err(Trouble::Token),
                Err(trouble) => tracing::warn!(%trouble, "telegram does not answer yet"),
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
                    say(&texts::telegram::standing_by(&bot.name));
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
    async fn work(&self, bot: &Bot, me: &Me) -> Result<(), End> {
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
        say(&texts::telegram::connected(&me.username));
        invite_first_leads(&self.app, bot).await?;
        let (closed, intake_closed) = watch::channel(false);
        let intake = async {
            self.take_in(bot, me).await?;
            closed.send_replace(true);
            Ok(())
        };
        let (app, door) = (self.app.clone(), Door::Telegram(self.telegram.clone()));
        let send = async {
            let sent = sender::send_until(
                app,
                bot.clone(),
                door,
                self.limits,
                recovered,
                intake_closed,
            );
            Ok::<(), End>(sent.await?)
        };
        let both = async { tokio::try_join!(intake, send) };
        // Nobody waits for an answer until the menus are filled.
        let introduced = async {
            introduce(&self.app, &self.telegram).await;
            std::future::pending::<()>().await
        };
        let look = presence::look_forever(self.app.clone(), bot.clone(), self.telegram.clone());
        tokio::select! {
            ended = both => ended.map(drop),
            () = introduced => Ok(()),
            () = look => Ok(()),
            () = clock::redraw_forever(self.app.clone(), bot.clone()) => Ok(()),
        }
    }

    async fn take_in(&self, bot: &Bot, me: &Me) -> Result<(), End> {
        let (app, telegram) = (self.app.clone(), self.telegram.clone());
        let mut stop = self.stop.clone();
        match &self.way {
            Way::Polling => {
                self.stop_being_brought(me).await;
                let polled = telegram::poll_until(app, bot.clone(), telegram, me.clone(), stop);
                on_a_thread_of_its_own(polled).await?;
                Ok(())
            }
            Way::Webhook {
                public_url,
                secret,
                doors,
            } => {
                let emptied = doors.open(app, bot, me, secret);
                let url = format!("{public_url}{}", Webhooks::path(&me.username));
                while let Err(trouble) = telegram.bring_to(&url, secret).await {
                    if trouble == Trouble::Token {
                        return Err(trouble.into());
                    }
                    if trouble == Trouble::Refused {
                        say(texts::telegram::WEBHOOK_REFUSED);
                    }
                    tracing::warn!(%trouble, "webhook not set");
                    tokio::select! {
                        () = tokio::time::sleep(KNOCK_AGAIN) => {}
                        _ = stop.changed() => break,
                    }
                }
                let _ = stop.wait_for(|stop| *stop).await;
                doors.close(&me.username);
                let _ = emptied.await;
                Ok(())
            }
        }
    }

    /// A webhook of our own from before keeps polling from working: it goes. Another program's stays, and
    /// `lopso doctor` explains it.
    async fn stop_being_brought(&self, me: &Me) {
        let ours = Webhooks::path(&me.username);
        match self.telegram.brought_to().await {
            Ok(Some(url)) if url.ends_with(&ours) => match self.telegram.remove_webhook().await {
                Ok(()) => say(texts::telegram::WEBHOOK_GONE),
                Err(trouble) => tracing::warn!(%trouble, "own webhook not removed"),
            },
            Ok(_) => {}
            Err(trouble) => tracing::warn!(%trouble, "webhook not looked at"),
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
            let link = private_link(&bot.name, &codes.link);
            say(&texts::first_lead(&school.name, &link, &codes.short));
        }
    }
    Ok(tx.commit().await?)
}

/// What the platform's own menu offers: to families everywhere, to teachers in their groups, and all in private.
const MENUS: [(Menu, &[Name]); 3] = [
    (Menu::Group, &[Name::Confirm, Name::Guide, Name::Help]),
    (
        Menu::Administrators,
        &[
            Name::Bind,
            Name::Remind,
            Name::Roster,
            Name::Report,
            Name::Confirm,
            Name::Guide,
            Name::Help,
        ],
    ),
    (
        Menu::Private,
        &[
            Name::Confirm,
            Name::Guide,
            Name::Help,
            Name::Status,
            Name::Start,
            Name::Roster,
            Name::Proxy,
            Name::Families,
            Name::Remind,
            Name::Report,
            Name::Launch,
            Name::Stop,
            Name::Erase,
        ],
    ),
];

/// A family finds what it can ask for, and who the bot is. Without it the bot works as well.
async fn introduce(app: &App, telegram: &Telegram) {
    for (menu, names) in MENUS {
        let told = |name: &Name| (name.slug(), command(*name));
        let names: Vec<_> = names.iter().map(told).collect();
        if let Err(trouble) = telegram.offer(menu, &names).await {
            tracing::warn!(%trouble, "menu of commands not set");
        }
    }
    let schools = match app.db().read().await {
        Ok(mut tx) => store::schools(&mut tx).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let only = match schools.as_slice() {
        [only] => Some(only.name.as_str()),
        _ => None,
    };
    if let Err(trouble) = telegram
        .introduce(&texts::telegram::introduction(only))
        .await
    {
        tracing::warn!(%trouble, "name and description not set");
    }
}
