//! `/p/{token}`: where a slip's QR leads when the channel's links cannot carry its code. Opening the page proves
//! nothing, since previews open pages too; a tap on it shows a code, good once, to be sent to the bot.

mod texts;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::app::App;
use crate::bots;
use crate::channel::telegram::private_link;
use crate::db::Tx;
use crate::domain::{Bot, BotId, Channel, ClassId};
use crate::intake::now;
use crate::roster::chats::class_groups;
use crate::roster::invites::{self, For, Invite, PAGE_CODES};
use crate::roster::store;
use crate::understand::codes::Code;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/p/{token}", get(shown).post(code))
        .with_state(app)
}

/// What the page knows of the slip that led here.
struct Slip {
    invite: Invite,
    /// The code in its address, as it stands on the slip.
    token: String,
    school: String,
    class: Option<String>,
    telegram: Option<String>,
    is_on_zalo: bool,
    /// The bot of the class's group on Zalo, else the only one that there is, by the name that people see.
    zalo: Option<String>,
}

impl Slip {
    /// No link leads to the bot: its code is all that does.
    fn is_by_code(&self) -> bool {
        self.telegram.is_none() && self.is_on_zalo
    }
}

async fn shown(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    let slip = async {
        let mut tx = app.db().read().await?;
        find(&mut tx, &app, &token).await
    };
    match slip.await {
        Ok(Some(slip)) => page(StatusCode::OK, &invitation(&slip)),
        Ok(None) => page(StatusCode::NOT_FOUND, &gone()),
        Err(error) => trouble(&error),
    }
}

/// The tap. Only this makes a code.
async fn code(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    match make_code(&app, &token).await {
        Ok(Some((slip, Some(code)))) => page(StatusCode::OK, &told(&slip, &code)),
        Ok(Some((_, None))) => page(
            StatusCode::TOO_MANY_REQUESTS,
            &html! { p.lead { (texts::TOO_MANY) } },
        ),
        Ok(None) => page(StatusCode::NOT_FOUND, &gone()),
        Err(error) => trouble(&error),
    }
}

async fn make_code(app: &App, token: &str) -> Result<Option<(Slip, Option<String>)>, sqlx::Error> {
    let mut tx = app.db().begin().await?;
    let Some(slip) = find(&mut tx, app, token).await? else {
        return Ok(None);
    };
    let live = invites::page_codes(&mut tx, &slip.invite, now()).await?;
    if live >= PAGE_CODES {
        return Ok(Some((slip, None)));
    }
    let code = invites::page_code(&mut tx, app.key(), &slip.invite, now()).await?;
    tx.commit().await?;
    Ok(Some((slip, Some(code))))
}

/// The family's or class's invite behind an address. A colleague's is not opened by a page.
async fn find(tx: &mut Tx, app: &App, token: &str) -> Result<Option<Slip>, sqlx::Error> {
    let Some(code @ Code::Link(_)) = crate::understand::codes::find(token) else {
        return Ok(None);
    };
    let found = invites::find(tx, app.key(), &code, None, now()).await?;
    let Some(invite) = found.filter(|invite| invite.expires_at > now()) else {
        return Ok(None);
    };
    let class = match invite.to {
        For::Child(child) => {
            let known = store::children(tx, &[child]).await?;
            match known.get(&child) {
                Some(child) => Some(child.class),
                None => return Ok(None),
            }
        }
        For::Class(class) => Some(class),
        For::Staff(_) | For::Move(_) | For::Lead(_) => return Ok(None),
    };
    let schools = store::schools_by_id(tx, &[invite.school]).await?;
    let school = schools.get(&invite.school);
    let bots = bots::all(tx).await?;
    let telegram = bots.iter().find(|bot| bot.channel == Channel::Telegram);
    let groups = class_groups(tx, invite.school).await?;
    let of_class = groups.iter().filter(|group| Some(group.class) == class);
    let of_class: Vec<BotId> = of_class.map(|group| group.bot).collect();
    let on_zalo = |bot: &&Bot| matches!(bot.channel, Channel::ZaloBot | Channel::ZaloOa);
    let zalo: Vec<&Bot> = bots.iter().filter(on_zalo).collect();
    let serves = |bot: &&&Bot| of_class.contains(&bot.id);
    // Of several bots none is named before the class has its group: better no name than another class's.
    let called = match (zalo.iter().find(serves), zalo.as_slice()) {
        (Some(bot), _) => Some(bot.called.clone()),
        (None, [only]) => Some(only.called.clone()),
        (None, _) => None,
    };
    Ok(Some(Slip {
        is_on_zalo: !zalo.is_empty(),
        zalo: called,
        class: title(tx, class).await?,
        school: school.map_or(String::new(), |school| school.name.clone()),
        telegram: telegram.map(|bot| bot.name.clone()),
        token: token.to_owned(),
        invite,
    }))
}

async fn title(tx: &mut Tx, class: Option<ClassId>) -> Result<Option<String>, sqlx::Error> {
    let Some(class) = class else {
        return Ok(None);
    };
    let known = store::classes_by_id(tx, &[class]).await?.pop();
    Ok(known.map(|class| class.title))
}

fn invitation(slip: &Slip) -> Markup {
    html! {
        p.lead { (texts::hello(&slip.school, slip.class.as_deref())) }
        p { (if slip.is_by_code() { texts::WHAT_NEXT_ON_ZALO } else { texts::WHAT_NEXT }) }
        @if let Some(bot) = &slip.telegram {
            a.button href=(private_link(bot, &slip.token)) { (texts::OPEN_TELEGRAM) }
            p.or { (texts::OR) }
        }
        form method="post" { button.button type="submit" { (texts::GET_CODE) } }
    }
}

fn told(slip: &Slip, code: &str) -> Markup {
    let (one, two) = code.split_at_checked(4).unwrap_or((code, ""));
    let telegram = slip.telegram.as_ref().map(|bot| format!("@{bot}"));
    let zalo = slip
        .is_on_zalo
        .then(|| texts::on_zalo(slip.zalo.as_deref()));
    let bots: Vec<String> = telegram.into_iter().chain(zalo).collect();
    html! {
        p.lead { (texts::YOUR_CODE) }
        p {
            @if slip.is_by_code() { (texts::send_on_zalo(slip.zalo.as_deref())) }
            @else { (texts::send_to(&bots)) }
        }
        p.code { (one) " " (two) }
        p { (texts::ONCE) }
        form method="post" { button.quiet type="submit" { (texts::AGAIN) } }
    }
}

fn gone() -> Markup {
    html! {
        p.lead { (texts::GONE) }
        p { (texts::ASK_TEACHER) }
    }
}

fn trouble(error: &sqlx::Error) -> Response {
    tracing::error!(%error, "slip's page not shown");
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        &html! { p.lead { (texts::TROUBLE) } },
    )
}

/// Light and dark, large letters, nothing from elsewhere.
const STYLE: &str = "body{font:1.25rem/1.5 system-ui,sans-serif;margin:0;background:#fff;color:#17211b}\
    main{max-width:26rem;margin:0 auto;padding:2rem 1.25rem;text-align:center}\
    .lead{font-size:1.5rem;font-weight:700;margin:.5rem 0}\
    .button{display:block;width:100%;box-sizing:border-box;padding:1rem;border:0;border-radius:.75rem;\
    background:#0b6b3a;color:#fff;font:inherit;font-weight:700;text-decoration:none;cursor:pointer}\
    .quiet{padding:.75rem 1rem;border:1px solid #5c6b62;border-radius:.75rem;background:none;color:inherit;font:inherit;cursor:pointer}\
    .or{margin:.75rem 0}.code{font-size:2.75rem;font-weight:700;letter-spacing:.06em;margin:1rem 0;user-select:all}\
    :focus-visible{outline:3px solid #d98200;outline-offset:3px}\
    @media(prefers-color-scheme:dark){body{background:#141a16;color:#eef3ef}}";

/// No search engine keeps it, no cache shows it to the next person at the machine, and no preview has words of it.
fn page(status: StatusCode, content: &Markup) -> Response {
    let body = html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow, noarchive, nosnippet";
                title { (texts::TITLE) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (
            HeaderName::from_static("x-robots-tag"),
            "noindex, nofollow, noarchive, nosnippet",
        ),
    ];
    let mut response = (status, body.into_string()).into_response();
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
