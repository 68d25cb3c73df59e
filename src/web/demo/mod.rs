//! The demo's chat page: be a mother, a teacher or the principal, and talk with the real bot.
//!
//! It stands in for the parents' phones. Whatever is written here takes the same way as a message
//! from a platform: through the letter box, applied once, answered by the sender.

mod door;
mod links;
mod page;
mod texts;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;

use crate::app::App;
use crate::channel::sandbox::{Event, Posted, Room, Sandbox, Speaker};
use crate::demo::cast::{self, Persona, ROOMS, RoomOf};
use crate::demo::parts;
use crate::demo::scene::Scene;
use crate::domain::message::Update;
use crate::domain::{Bot, Channel};
use crate::intake::{LetterBox, now};

/// Messages of a room that the page shows. A room of a day's play stays below it.
const SHOWN: i64 = 200;
/// Longest message, in characters; far above what either platform takes, so that the bot's own
/// handling of long texts can be tried.
const LONGEST: usize = 20_000;
/// The same message in a form body: up to four bytes a character, each written as three.
const BODY: usize = LONGEST * 12 + 4_096;
/// What marks a request of the page's own script, which wants a status and no page.
const SCRIPT_HEADER: &str = "x-requested-with";
const SCRIPT: &str = "fetch";
const PLACE: &str = "/phong-thu";

const STYLE: &str = include_str!("assets/chat.css");
const ICON: &str = include_str!("assets/icon.svg");
const BEHAVIOUR: &str = include_str!("assets/chat.js");

pub struct DemoState {
    pub app: Arc<App>,
    pub sandbox: Sandbox,
    pub boxes: HashMap<Channel, (Bot, LetterBox)>,
    /// Other machines may look at the page too (`--open`).
    pub open: bool,
}

impl DemoState {
    fn bots(&self) -> Vec<&Bot> {
        let mut bots: Vec<&Bot> = self.boxes.values().map(|(bot, _)| bot).collect();
        bots.sort_by_key(|bot| bot.id);
        bots
    }

    async fn scene(&self) -> Result<Scene, sqlx::Error> {
        let mut tx = self.app.db().begin().await?;
        let scene = Scene::read(&mut tx, &self.bots(), now()).await?;
        tx.commit().await?;
        Ok(scene)
    }
}

type Demo = State<Arc<DemoState>>;

pub fn router(state: DemoState) -> Router {
    let state = Arc::new(state);
    Router::new()
        .route("/", get(|| async { Redirect::to(PLACE) }))
        .route("/phong-thu", get(show_page))
        .route("/phong-thu/tin", get(show_messages))
        .route("/phong-thu/gui", post(say))
        .route("/phong-thu/bam", post(tap))
        .route("/phong-thu/su-kien", get(events))
        .route(
            "/phong-thu/chat.css",
            get(|| asset("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/phong-thu/chat.js",
            get(|| asset("text/javascript; charset=utf-8", BEHAVIOUR)),
        )
        .route("/phong-thu/icon.svg", get(|| asset("image/svg+xml", ICON)))
        .layer(DefaultBodyLimit::max(BODY))
        .route_layer(middleware::from_fn_with_state(state.clone(), door::watch))
        .with_state(state)
}

/// Why a request is not served. Each has one sentence for the person at the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// From another machine, or under another name than this machine's.
    NotFromHere,
    /// Posted by another web page.
    AnotherSite,
    NoSuchPerson,
    NoSuchRoom,
    NotInRoom,
    Empty,
    TooLong,
    Unreadable,
    /// The message has no such button (any more).
    NoSuchButton,
    Stopping,
    Broken,
}

impl Refused {
    fn status(self) -> StatusCode {
        match self {
            Refused::NotFromHere | Refused::AnotherSite | Refused::NotInRoom => {
                StatusCode::FORBIDDEN
            }
            Refused::NoSuchPerson | Refused::NoSuchRoom => StatusCode::NOT_FOUND,
            Refused::Empty | Refused::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::NoSuchButton => StatusCode::CONFLICT,
            Refused::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Refused::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status(), texts::refused(self)).into_response()
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the chat page cannot reach its rooms");
        Refused::Broken
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "the demo cannot be prepared");
        Refused::Broken
    }
}

impl From<FormRejection> for Refused {
    fn from(rejection: FormRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refused::TooLong
        } else {
            Refused::Unreadable
        }
    }
}

/// Where on the page somebody is; what to write there may come with a link of "Try this".
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Where {
    ai: String,
    phong: String,
    tra_loi: String,
    noi_dung: String,
}

#[derive(Debug, Deserialize)]
struct Said {
    ai: String,
    phong: String,
    noi_dung: String,
    #[serde(default)]
    tra_loi: String,
}

#[derive(Debug, Deserialize)]
struct Tapped {
    ai: String,
    phong: String,
    tin: String,
    chon: String,
}

async fn show_page(State(demo): Demo, Query(at): Query<Where>) -> Result<Html<String>, Refused> {
    if at.ai.is_empty() {
        // A list that was imported since the start is taken in now.
        parts::adopt(&demo.app, &demo.bots(), now()).await?;
        return Ok(Html(page::chooser(&demo.scene().await?).into_string()));
    }
    let person = cast::persona(&at.ai).ok_or(Refused::NoSuchPerson)?;
    let room = if at.phong.is_empty() {
        cast::rooms_of(person.id).next()
    } else {
        Some(room(&at.phong, person)?)
    };
    let room = room.ok_or(Refused::NoSuchRoom)?;
    let messages = demo.sandbox.history(room.chat, SHOWN).await?;
    let view = page::View {
        scene: &demo.scene().await?,
        person,
        room,
        messages: &messages,
        answers: answered(&messages, &at.tra_loi),
        draft: &at.noi_dung,
        now: now(),
    };
    Ok(Html(page::chat(&view).into_string()))
}

/// The message a link answers: by its id, or the room's board wherever it hangs now.
fn answered<'a>(messages: &'a [Posted], wanted: &str) -> Option<&'a Posted> {
    if wanted == page::THE_BOARD {
        return page::board(messages);
    }
    messages.iter().find(|posted| posted.id == wanted)
}

async fn show_messages(
    State(demo): Demo,
    Query(at): Query<Where>,
) -> Result<Html<String>, Refused> {
    let person = cast::persona(&at.ai).ok_or(Refused::NoSuchPerson)?;
    let room = room(&at.phong, person)?;
    let messages = demo.sandbox.history(room.chat, SHOWN).await?;
    let view = page::View {
        scene: &demo.scene().await?,
        person,
        room,
        messages: &messages,
        answers: None,
        draft: "",
        now: now(),
    };
    Ok(Html(page::messages(&view).into_string()))
}

async fn say(
    State(demo): Demo,
    headers: HeaderMap,
    form: Result<Form<Said>, FormRejection>,
) -> Result<Response, Refused> {
    let Form(said) = form?;
    let person = cast::persona(&said.ai).ok_or(Refused::NoSuchPerson)?;
    let room = room(&said.phong, person)?;
    let text = readable(&said.noi_dung)?;
    // An answer to something that is no message is simply said.
    let reply_to = said.tra_loi.parse::<i64>().ok().map(|id| id.to_string());
    let (bot, letters) = demo.boxes.get(&room.channel).ok_or(Refused::Stopping)?;
    let heard = demo
        .sandbox
        .say(
            bot,
            &place(room),
            &speaker(person, &demo.scene().await?),
            &text,
            reply_to.as_deref(),
            now(),
        )
        .await?;
    if let Some(update) = heard {
        hand_in(letters, update).await?;
    }
    Ok(done(&headers, person, room))
}

async fn tap(
    State(demo): Demo,
    headers: HeaderMap,
    form: Result<Form<Tapped>, FormRejection>,
) -> Result<Response, Refused> {
    let Form(tapped) = form?;
    let person = cast::persona(&tapped.ai).ok_or(Refused::NoSuchPerson)?;
    let room = room(&tapped.phong, person)?;
    let (_, letters) = demo.boxes.get(&room.channel).ok_or(Refused::Stopping)?;
    let heard = demo
        .sandbox
        .tap(
            &place(room),
            &speaker(person, &demo.scene().await?),
            &tapped.tin,
            &tapped.chon,
            now(),
        )
        .await?;
    hand_in(letters, heard.ok_or(Refused::NoSuchButton)?).await?;
    Ok(done(&headers, person, room))
}

async fn hand_in(letters: &LetterBox, update: Update) -> Result<(), Refused> {
    if letters.put(update).await {
        Ok(())
    } else {
        Err(Refused::Stopping)
    }
}

/// A room for somebody who is in it: whoever is not gets no word of it.
fn room(chat: &str, person: &Persona) -> Result<&'static RoomOf, Refused> {
    if !ROOMS.iter().any(|room| room.chat == chat) {
        return Err(Refused::NoSuchRoom);
    }
    cast::room_of(chat, person.id).ok_or(Refused::NotInRoom)
}

/// A text with something in it. Browsers send CRLF line ends, the platforms do not.
fn readable(text: &str) -> Result<String, Refused> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::Empty);
    }
    if text.chars().count() > LONGEST {
        return Err(Refused::TooLong);
    }
    Ok(text.to_owned())
}

fn place(room: &RoomOf) -> Room {
    Room {
        chat: room.chat.to_owned(),
        kind: room.kind,
    }
}

fn speaker(person: &Persona, scene: &Scene) -> Speaker {
    Speaker {
        external_id: person.id.to_owned(),
        name: scene.name(person).to_owned(),
    }
}

/// The script stays where it is; a plain form goes back to the page.
fn done(headers: &HeaderMap, person: &Persona, room: &RoomOf) -> Response {
    if headers
        .get(SCRIPT_HEADER)
        .is_some_and(|value| value.as_bytes() == SCRIPT.as_bytes())
    {
        return StatusCode::NO_CONTENT.into_response();
    }
    Redirect::to(&page::address(person.id, room.chat)).into_response()
}

/// What happens in the rooms, as it happens; with `ai` only what that person may notice.
async fn events(
    State(demo): Demo,
    Query(at): Query<Where>,
) -> Result<Sse<impl Stream<Item = Result<Line, Infallible>>>, Refused> {
    let person = match at.ai.as_str() {
        "" => None,
        id => Some(cast::persona(id).ok_or(Refused::NoSuchPerson)?),
    };
    let lines = BroadcastStream::new(demo.sandbox.events()).filter_map(move |event| {
        let line = match event {
            Ok(event) if notices(person, &event) => Line::default().json_data(&event).ok(),
            Ok(_) => None,
            // The page was too slow for some events: it reads its room anew.
            Err(_) => Some(Line::default().data(r#"{"kind":"missed"}"#)),
        };
        std::future::ready(line.map(Ok))
    });
    Ok(Sse::new(lines).keep_alive(KeepAlive::default()))
}

fn notices(person: Option<&Persona>, event: &Event) -> bool {
    let Some(person) = person else { return true };
    match event {
        Event::Room { chat } => cast::room_of(chat, person.id).is_some(),
        Event::Toast { who, .. } => who == person.id,
    }
}

async fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_in_a_room_sees_it() {
        let check = |chat: &str, who: &str, expected: Result<&str, Refused>| {
            let person = cast::persona(who).unwrap();
            assert_eq!(
                room(chat, person).map(|room| room.chat),
                expected,
                "{who} in {chat}"
            );
        };
        check("nhom-5a1", "me-an", Ok("nhom-5a1"));
        check("rieng-me-an", "ba-nam", Err(Refused::NotInRoom));
        check("nhom-4a2", "me-an", Err(Refused::NotInRoom));
        check("nhom-9z9", "me-an", Err(Refused::NoSuchRoom));
    }

    #[test]
    fn a_message_has_words_and_an_end() {
        assert_eq!(
            readable("  em quét rồi\r\ncô ạ \n"),
            Ok("em quét rồi\ncô ạ".to_owned())
        );
        assert_eq!(readable(" \n\t"), Err(Refused::Empty));
        assert!(readable(&"ạ".repeat(LONGEST)).is_ok());
        assert_eq!(readable(&"ạ".repeat(LONGEST + 1)), Err(Refused::TooLong));
    }

    #[test]
    fn a_toast_is_for_one_person_only() {
        let toast = Event::Toast {
            chat: "nhom-5a1".into(),
            who: "me-an".into(),
            text: "Dạ, đã ghi nhận ạ.".into(),
            alert: false,
        };
        assert!(notices(cast::persona("me-an"), &toast));
        assert!(!notices(cast::persona("ba-nam"), &toast));
        let private = Event::Room {
            chat: "rieng-me-an".into(),
        };
        assert!(notices(cast::persona("me-an"), &private));
        assert!(!notices(cast::persona("co-hoa"), &private));
    }
}
