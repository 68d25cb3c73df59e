//! HTTP/1.1 as bots' clients speak it, read in place: no header is copied, no body parsed as a whole. A value is
//! found by its name, which does for JSON, forms and queries alike, since the names are nowhere else.

use std::net::TcpListener as Listener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::{BOT, Inside};

/// Telegram's own most.
const MOST_UPDATES: i64 = 100;

pub(super) fn serve(listener: Listener, inside: Arc<Inside>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async move {
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        tokio::select! {
            () = accept_forever(listener, inside) => {}
            _ = stopped => {}
        }
    });
}

async fn accept_forever(listener: TcpListener, inside: Arc<Inside>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let inside = inside.clone();
            tokio::spawn(async move { converse(stream, &inside).await });
        }
    }
}

/// Answers one request after another until the client hangs up.
async fn converse(mut stream: TcpStream, inside: &Inside) {
    let (mut came, mut reply) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    loop {
        let Some(request) = whole(&came) else {
            match stream.read_buf(&mut came).await {
                Ok(read) if read > 0 => continue,
                Ok(_) | Err(_) => return,
            }
        };
        reply.clear();
        let (status, body) = answer(request.method, request.values, inside).await;
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        reply.extend_from_slice(head.as_bytes());
        reply.extend_from_slice(&body);
        let length = request.length;
        came.drain(..length);
        if !inside.round_trip.is_zero() {
            tokio::time::sleep(inside.round_trip).await;
        }
        if stream.write_all(&reply).await.is_err() {
            return;
        }
    }
}

struct Request<'a> {
    method: &'a str,
    /// The body, or the query where there is none.
    values: &'a [u8],
    length: usize,
}

/// The first request, once all of it has come.
fn whole(came: &[u8]) -> Option<Request<'_>> {
    let head_end = find(came, b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&came[..head_end]).unwrap();
    let mut length = 0;
    for line in head.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
        // None of the clients measured here does; a wrong figure would be worse than none.
        assert!(
            !name.eq_ignore_ascii_case("transfer-encoding"),
            "a body in chunks"
        );
    }
    let length = head_end + length;
    if came.len() < length {
        return None;
    }
    let target = head.split(' ').nth(1)?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = path.rsplit('/').next()?;
    let body = &came[head_end..length];
    Some(Request {
        method,
        values: if body.is_empty() {
            query.as_bytes()
        } else {
            body
        },
        length,
    })
}

const OK: &str = "200 OK";
const TRUE: &[u8] = b"{\"ok\":true,\"result\":true}";

async fn answer(method: &str, values: &[u8], inside: &Inside) -> (&'static str, Vec<u8>) {
    let is = |name: &str| method.eq_ignore_ascii_case(name);
    if is("getUpdates") {
        return (OK, updates(values, inside).await);
    }
    let now = Instant::now();
    let mut state = inside.state();
    state.count(method);
    if is("answerCallbackQuery") {
        if state.answer(number(values, b"callback_query_id"), now) {
            return (OK, TRUE.to_vec());
        }
        let refused = "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: query is too old and response \
             timeout expired or query ID is invalid\"}";
        return ("400 Bad Request", refused.as_bytes().to_vec());
    }
    let chat = || number(values, b"chat_id").unwrap();
    if is("sendMessage") {
        return match state.message(chat(), now) {
            Ok(id) => (OK, message(chat(), id)),
            Err(seconds) => wait(seconds),
        };
    }
    if is("editMessageText") {
        return match state.edit(chat(), now) {
            Ok(()) => (
                OK,
                message(chat(), number(values, b"message_id").unwrap_or(1)),
            ),
            Err(seconds) => wait(seconds),
        };
    }
    let result = if is("getMe") {
        format!(
            "{{\"id\":4242,\"is_bot\":true,\"first_name\":\"Bench\",\"username\":\"{BOT}\",\"can_join_groups\":true,\
             \"can_read_all_group_messages\":false,\"supports_inline_queries\":false,\"can_connect_to_business\":false,\
             \"has_main_web_app\":false}}"
        )
    } else if is("getChatMember") {
        let user = number(values, b"user_id").unwrap_or(1);
        format!(
            "{{\"status\":\"member\",\"user\":{{\"id\":{user},\"is_bot\":false,\"first_name\":\"Guardian\"}}}}"
        )
    } else if is("getChatMemberCount") {
        "31".to_owned()
    } else if is("getWebhookInfo") {
        "{\"url\":\"\",\"has_custom_certificate\":false,\"pending_update_count\":0}".to_owned()
    } else if is("getMyName") {
        "{\"name\":\"\"}".to_owned()
    } else if is("getMyDescription") {
        "{\"description\":\"\"}".to_owned()
    } else if is("getMyShortDescription") {
        "{\"short_description\":\"\"}".to_owned()
    } else if is("getMyCommands") {
        "[]".to_owned()
    } else {
        return (OK, TRUE.to_vec());
    };
    (
        OK,
        format!("{{\"ok\":true,\"result\":{result}}}").into_bytes(),
    )
}

async fn updates(values: &[u8], inside: &Inside) -> Vec<u8> {
    let offset = number(values, b"offset").unwrap_or(0);
    let most = number(values, b"limit").unwrap_or(MOST_UPDATES);
    let most = usize::try_from(most.clamp(1, MOST_UPDATES)).unwrap();
    let patience = u64::try_from(number(values, b"timeout").unwrap_or(0)).unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(patience);
    {
        let mut state = inside.state();
        state.polls += 1;
        state.received(offset, Instant::now());
    }
    let mut body = Vec::with_capacity(most * 1500);
    loop {
        let mut news = std::pin::pin!(inside.news.notified());
        news.as_mut().enable();
        let now = Instant::now();
        let next = match inside.state().hand_out(most, now, &mut body) {
            Ok(()) => return body,
            Err(next) => next,
        };
        if now >= deadline {
            return b"{\"ok\":true,\"result\":[]}".to_vec();
        }
        let until = next.map_or(deadline, |next| next.min(deadline));
        let _ = tokio::time::timeout_at(until.into(), news).await;
    }
}

fn message(chat: i64, id: i64) -> Vec<u8> {
    let room = if chat < 0 {
        "\"type\":\"supergroup\",\"title\":\"Class\""
    } else {
        "\"type\":\"private\",\"first_name\":\"Guardian\""
    };
    format!(
        "{{\"ok\":true,\"result\":{{\"message_id\":{id},\"date\":1795590000,\"chat\":{{\"id\":{chat},{room}}},\
         \"from\":{{\"id\":4242,\"is_bot\":true,\"first_name\":\"Bench\",\"username\":\"{BOT}\"}},\"text\":\"board\"}}}}"
    )
    .into_bytes()
}

fn wait(seconds: u64) -> (&'static str, Vec<u8>) {
    let refused = format!(
        "{{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after {seconds}\",\
         \"parameters\":{{\"retry_after\":{seconds}}}}}"
    );
    ("429 Too Many Requests", refused.into_bytes())
}

/// The whole number that stands behind this name: `"offset":5`, `"offset":"5"` or `offset=5`.
fn number(values: &[u8], name: &[u8]) -> Option<i64> {
    let mut rest = values;
    loop {
        rest = &rest[find(rest, name)? + name.len()..];
        let behind = rest
            .iter()
            .take_while(|byte| b"\": =".contains(byte))
            .count();
        let digits = &rest[behind..];
        let length = digits
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'-')
            .count();
        // The name stood in a text, or nothing is set: another may follow.
        if let Ok(number) = std::str::from_utf8(&digits[..length]).ok()?.parse() {
            return Some(number);
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = what[0];
    let mut from = 0;
    loop {
        let at = from + text[from..].iter().position(|byte| *byte == first)?;
        if text[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}
