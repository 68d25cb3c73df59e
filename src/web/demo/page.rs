//! The page as HTML: it works with plain links and forms, and the script only makes it livelier.

use maud::{DOCTYPE, Markup, html};

use super::PLACE;
use super::links::{Piece, pieces};
use super::texts::{self, How, Try};
use crate::channel::sandbox::Posted;
use crate::demo::cast::{self, PERSONAS, Persona, RoomOf};
use crate::demo::scene::Scene;
use crate::domain::Timestamp;
use crate::domain::message::ChatKind;

/// In a link: an answer to the board, wherever it hangs by then.
pub const THE_BOARD: &str = "bang";
/// Characters of a message that are shown where it is answered.
const EXCERPT: usize = 90;

/// What somebody sees in a room.
pub struct View<'a> {
    pub scene: &'a Scene,
    pub person: &'static Persona,
    pub room: &'static RoomOf,
    pub messages: &'a [Posted],
    /// The message that is being answered.
    pub answers: Option<&'a Posted>,
    pub draft: &'a str,
    pub now: Timestamp,
}

/// The address of a room for a person.
pub fn address(person: &str, chat: &str) -> String {
    format!("{PLACE}?ai={person}&phong={chat}")
}

/// The newest board of a room.
pub fn board(messages: &[Posted]) -> Option<&Posted> {
    messages
        .iter()
        .rev()
        .find(|posted| posted.who.is_none() && posted.text.starts_with(texts::BOARD_MARK))
}

/// The first page: who do I want to be?
pub fn chooser(scene: &Scene) -> Markup {
    let welcome = if scene.is_empty() {
        texts::NO_LIST_YET
    } else if scene.is_made_up() {
        texts::WELCOME
    } else {
        texts::WELCOME_TO_OWN_LIST
    };
    let body = html! {
        body.choosing {
            header.top { (brand(scene)) }
            main.card {
                h2 { (texts::WHO_AM_I) }
                p { (welcome) }
                nav #who aria-label=(texts::WHO_AM_I) { (people(scene, None)) }
            }
        }
    };
    document(&format!("{} – {}", scene.school(), texts::PLACE), &body)
}

/// The page of a room.
pub fn chat(view: &View<'_>) -> Markup {
    let body = html! {
        body.chatting data-who=(view.person.id) data-room-open=(view.room.chat) data-place=(PLACE)
            data-has-news=(texts::HAS_NEWS) data-not-sent=(texts::NOT_SENT) {
            a.skip href="#text" { (texts::TO_TEXT) }
            header.top {
                (brand(view.scene))
                details #who {
                    summary { span.me { strong { (texts::i_am(view.scene.name(view.person))) } span.about { (view.scene.about(view.person)) } } span.change { (texts::CHANGE) } }
                    nav aria-label=(texts::WHO_AM_I) { (people(view.scene, Some(view))) }
                }
            }
            div.columns {
                (rooms(view))
                details.try.narrow { summary { (texts::TRY_NOW) } div.sheet { (tries(view)) } }
                main.room aria-labelledby="room-title" { (conversation(view)) (composer(view)) }
                aside.try.wide aria-labelledby="try-title" { h2 #try-title { (texts::TRY_NOW) } (tries(view)) }
            }
            div #toast role="status" aria-live="polite" hidden {
                p {}
                button type="button" hidden { (texts::CLOSE) }
            }
            script src=(format!("{PLACE}/chat.js")) defer {}
        }
    };
    document(
        &texts::title(view.scene.name(view.person), &view.scene.title(view.room)),
        &body,
    )
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href=(format!("{PLACE}/chat.css"));
                link rel="icon" type="image/svg+xml" href=(format!("{PLACE}/icon.svg"));
            }
            (body)
        }
    }
}

fn brand(scene: &Scene) -> Markup {
    html! { h1.brand { a href=(PLACE) { span.school { (scene.school()) } " " span.place { (texts::PLACE) } } } }
}

/// Everybody one can be. Who is in the open room too comes to the same room.
fn people(scene: &Scene, view: Option<&View<'_>>) -> Markup {
    html! {
        ul.people {
            @for person in &PERSONAS {
                @let shared = view.map(|view| view.room.chat).filter(|chat| cast::room_of(chat, person.id).is_some());
                @let href = shared.map_or_else(|| format!("{PLACE}?ai={}", person.id), |chat| address(person.id, chat));
                li {
                    a href=(href) data-persona=(person.id)
                        aria-current=[view.filter(|view| view.person.id == person.id).map(|_| "true")] {
                        (face(scene.name(person)))
                        span { strong { (scene.name(person)) } span.about { (scene.about(person)) } }
                    }
                }
            }
        }
    }
}

/// A round face with the first letter of the given name.
fn face(name: &str) -> Markup {
    let letter = name
        .split_whitespace()
        .last()
        .and_then(|word| word.chars().next());
    html! { span.face aria-hidden="true" { @if let Some(letter) = letter { (letter) } } }
}

fn rooms(view: &View<'_>) -> Markup {
    html! {
        nav.rooms aria-labelledby="rooms-title" {
            h2 #rooms-title { (texts::ROOMS) }
            ul {
                @for room in cast::rooms_of(view.person.id) {
                    li {
                        a href=(address(view.person.id, room.chat)) data-room=(room.chat)
                            aria-current=[(room.chat == view.room.chat).then_some("page")] {
                            span { (view.scene.title(room)) }
                            span.badge.(room.channel.slug()) { (texts::style(room.channel)) }
                            span.news hidden { (texts::HAS_NEWS) }
                        }
                    }
                }
            }
        }
    }
}

fn conversation(view: &View<'_>) -> Markup {
    html! {
        header.about-room {
            h2 #room-title { (view.scene.title(view.room)) " " span.badge.(view.room.channel.slug()) { (texts::style(view.room.channel)) } }
            p { (texts::manner(view.room.channel, view.room.kind)) }
        }
        div #messages role="log" aria-live="polite" aria-label=(texts::MESSAGES) tabindex="0" { (messages(view)) }
        button #newest type="button" hidden { (texts::TO_NEWEST) }
        p #offline role="status" hidden { (texts::OFFLINE) }
        noscript { p.note { a href=(address(view.person.id, view.room.chat)) { (texts::NO_SCRIPT) } } }
    }
}

/// The messages alone. Every part has a key, by which the script changes only what is different.
pub fn messages(view: &View<'_>) -> Markup {
    let board = board(view.messages).map(|posted| posted.id.as_str());
    html! {
        @if view.messages.is_empty() { p.note data-key="empty" { (texts::NOBODY_YET) } }
        @for (place, posted) in view.messages.iter().enumerate() {
            @let before = place.checked_sub(1).and_then(|place| view.messages.get(place));
            @if !before.is_some_and(|before| before.at.same_day_as(posted.at)) {
                p.day data-key=(format!("day-{}", posted.at.day(posted.at))) { (texts::day(posted.at, view.now)) }
            }
            (message(view, posted, board == Some(posted.id.as_str())))
        }
    }
}

fn message(view: &View<'_>, posted: &Posted, is_board: bool) -> Markup {
    let from = match &posted.who {
        None => "bot",
        Some(who) if who == view.person.id => "own",
        Some(_) => "other",
    };
    html! {
        article.message.(from) id=(format!("tin-{}", posted.id)) data-key=(posted.id) data-message-id=(posted.id)
            data-from=(from) data-board[is_board] {
            header {
                (face(&posted.name))
                strong { (posted.name) }
                @if from == "bot" { span.tag { (texts::BOT) } }
                @if from == "own" { span.tag { "(" (texts::ME) ")" } }
            }
            div.bubble {
                @if let Some(answered) = &posted.reply_to { (quote(view.messages, answered)) }
                div.text { @for piece in pieces(&posted.text) { (words(piece)) } }
                @if !posted.choices.is_empty() { (choices(view, posted, is_board)) }
            }
            footer {
                @if let Some(emoji) = &posted.reaction {
                    span.reaction role="img" aria-label=(texts::reacted(emoji)) { (emoji) }
                }
                time datetime=(posted.at.rfc3339()) { (posted.at.clock()) }
                @if posted.edited { span.edited { (texts::EDITED) } }
                (reply_link(view, posted))
            }
        }
    }
}

fn words(piece: Piece<'_>) -> Markup {
    match piece {
        Piece::Words(words) => html! { (words) },
        Piece::Link(link) => {
            html! { a href=(link) rel="noopener noreferrer" target="_blank" { (link) } }
        }
    }
}

fn quote(messages: &[Posted], id: &str) -> Markup {
    match messages.iter().find(|posted| posted.id == id) {
        Some(posted) => html! {
            a.quote href=(format!("#tin-{id}")) {
                strong { (texts::answered(&posted.name)) } (excerpt(&posted.text))
            }
        },
        None => html! { span.quote { (texts::OLDER) } },
    }
}

fn choices(view: &View<'_>, posted: &Posted, is_board: bool) -> Markup {
    html! {
        form.choices method="post" action=(format!("{PLACE}/bam")) {
            (hidden("ai", view.person.id))
            (hidden("phong", view.room.chat))
            (hidden("tin", &posted.id))
            @for (place, choice) in posted.choices.iter().enumerate() {
                // A link to the board leads to its first button, and the browser puts the focus there.
                button id=[(is_board && place == 0).then_some(THE_BOARD)] type="submit" name="chon" value=(choice.data) data-choice=(choice.data) { (choice.label) }
            }
        }
    }
}

fn reply_link(view: &View<'_>, posted: &Posted) -> Markup {
    let href = format!(
        "{}&tra_loi={}#text",
        address(view.person.id, view.room.chat),
        posted.id
    );
    html! {
        a.reply href=(href) data-reply=(posted.id) data-answering=(texts::answering(&posted.name))
            data-excerpt=(excerpt(&posted.text)) aria-label=(texts::reply_to(&posted.name)) { (texts::REPLY) }
    }
}

fn composer(view: &View<'_>) -> Markup {
    let bot = texts::mention(cast::bot_name(view.room.channel));
    let mentions = view.room.kind == ChatKind::Group && view.room.channel.hears_only_mentions();
    html! {
        form #composer autocomplete="off" method="post" action=(format!("{PLACE}/gui")) {
            (hidden("ai", view.person.id))
            (hidden("phong", view.room.chat))
            input #answer-to type="hidden" name="tra_loi" value=(view.answers.map_or("", |posted| posted.id.as_str()));
            div #answering aria-live="polite" hidden[view.answers.is_none()] {
                p {
                    strong { @if let Some(posted) = view.answers { (texts::answering(&posted.name)) } }
                    span { @if let Some(posted) = view.answers { (excerpt(&posted.text)) } }
                }
                a #cancel href=(address(view.person.id, view.room.chat)) { (texts::CANCEL) }
            }
            @if mentions {
                // Without a script it could do nothing, so the script shows it.
                button #mention type="button" data-mention=(bot) hidden { (bot) }
            }
            label.unseen for="text" { (texts::writing_as(view.scene.name(view.person))) }
            textarea #text name="noi_dung" rows="2" required placeholder=(texts::WRITE_HERE) aria-describedby="keys" {
                // A browser drops the first line end in here; this one is for it.
                "\n" (view.draft)
            }
            button #send type="submit" { (texts::SEND) }
            p #keys { (texts::KEYS) }
        }
    }
}

fn tries(view: &View<'_>) -> Markup {
    html! {
        p.note { (texts::TRY_HINT) }
        ul {
            @for entry in texts::tries(view.person.id, view.scene) { li { (try_link(view, &entry)) } }
        }
    }
}

fn try_link(view: &View<'_>, entry: &Try) -> Markup {
    let room = address(view.person.id, entry.room);
    let (href, draft, answers) = match &entry.how {
        How::Say(words) => (
            format!("{room}&noi_dung={}#text", escaped(words)),
            words.as_str(),
            None,
        ),
        How::AnswerBoard(words) => (
            format!(
                "{room}&noi_dung={}&tra_loi={THE_BOARD}#text",
                escaped(words)
            ),
            words.as_str(),
            Some(THE_BOARD),
        ),
        How::TapBoard => (format!("{room}#{THE_BOARD}"), "", None),
    };
    html! {
        a href=(href) data-try=(entry.room) data-draft=[(!draft.is_empty()).then_some(draft)] data-answers=[answers] {
            span { (entry.label) }
            @if !draft.is_empty() { q { (draft) } }
        }
    }
}

fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The first line of a message: of a board or a guide that is its title.
fn excerpt(text: &str) -> String {
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

/// Words inside a link's query.
fn escaped(words: &str) -> String {
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    words.bytes().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Choice;

    fn posted(id: &str, who: Option<&str>, text: &str) -> Posted {
        Posted {
            id: id.to_owned(),
            chat: "nhom-5a1".to_owned(),
            who: who.map(str::to_owned),
            name: who.unwrap_or("LopSoBot").to_owned(),
            text: text.to_owned(),
            choices: Vec::new(),
            reply_to: None,
            reaction: None,
            edited: false,
            at: Timestamp(1_700_000_000_000),
        }
    }

    fn shown(messages: &[Posted]) -> String {
        let (person, room) = (
            cast::persona("me-an").unwrap(),
            cast::room_of("nhom-5a1", "me-an").unwrap(),
        );
        let view = View {
            scene: &Scene::default(),
            person,
            room,
            messages,
            answers: None,
            draft: "",
            now: Timestamp(1_700_000_000_000),
        };
        super::messages(&view).into_string()
    }

    #[test]
    fn what_people_write_stays_words() {
        let html = shown(&[posted(
            "1",
            Some("me-an"),
            "<script>alert(1)</script> https://a.vn/\"><b>",
        )]);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains(r#"href="https://a.vn/" rel"#), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }

    #[test]
    fn own_messages_the_bot_and_others_are_told_apart() {
        let mut board = posted("2", None, "📋 Lớp 5A1");
        board.choices = vec![Choice::new("✅ Đã quét", "say.done.1")];
        let html = shown(&[
            posted("1", Some("me-an"), "em chào cô"),
            board,
            posted("3", Some("co-hoa"), "cô chào mẹ"),
        ]);
        for part in [
            "data-from=\"own\"",
            "data-from=\"bot\" data-board",
            "data-from=\"other\"",
            "data-choice=\"say.done.1\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn a_link_carries_any_words() {
        assert_eq!(escaped("/a ạ&"), "%2Fa%20%E1%BA%A1%26");
        assert_eq!(excerpt(&"dạ ".repeat(50)).chars().count(), EXCERPT);
        assert_eq!(excerpt("\nhai \ndòng"), "hai…");
        assert_eq!(excerpt("một dòng"), "một dòng");
    }
}
