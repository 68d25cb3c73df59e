//! HTTP as far as a bot's client speaks it: a request is read whole, an answer is written whole, or not.

use super::{BotApi, Inside};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// More than any photo of ours; a request beyond it is a fault.
const LARGEST_BODY: usize = 20 * 1024 * 1024;

pub struct Request {
    pub verb: String,
    pub path: String,
    pub query: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

pub enum Reply {
    Answer {
        status: u16,
        kind: &'static str,
        body: String,
    },
    /// The connection is cut, as a failing network does.
    Cut,
}

impl BotApi {
    /// The server has a thread and a runtime of its own, so that a test may block while it waits for the bot.
    pub(super) fn serve(
        listener: std::net::TcpListener,
        inside: Arc<Inside>,
        stop: tokio::sync::oneshot::Receiver<()>,
    ) -> std::thread::JoinHandle<()> {
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                listener.set_nonblocking(true).unwrap();
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept_forever(listener, inside) => {}
                    _ = stop => {}
                }
            });
        })
    }
}

async fn accept_forever(listener: TcpListener, inside: Arc<Inside>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let inside = Arc::clone(&inside);
            tokio::spawn(async move { converse(stream, &inside).await });
        }
    }
}

/// Answers one request after another until the client hangs up.
async fn converse(mut stream: TcpStream, inside: &Inside) {
    let mut waiting = Vec::new();
    while let Some(request) = read(&mut stream, &mut waiting).await {
        let last = request
            .headers
            .get("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        match inside.answer(request).await {
            Reply::Answer { status, kind, body } => {
                let bye = if last { "Connection: close\r\n" } else { "" };
                let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
                let head = format!(
                    "HTTP/1.1 {status} {}\r\nDate: {date}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{bye}\r\n",
                    reason(status),
                    body.len()
                );
                let whole = head + &body;
                if stream.write_all(whole.as_bytes()).await.is_err() || last {
                    return;
                }
            }
            Reply::Cut => {
                // Without lingering, closing sends RST.
                let _ = stream.set_zero_linger();
                return;
            }
        }
    }
}

async fn read(stream: &mut TcpStream, waiting: &mut Vec<u8>) -> Option<Request> {
    let head_end = loop {
        match find(waiting, b"\r\n\r\n") {
            Some(end) => break end,
            None => more(stream, waiting).await?,
        }
    };
    let head: Vec<u8> = waiting.drain(..head_end + 4).collect();
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (verb, target) = (first.next()?.to_owned(), first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked = headers
        .get("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let body = if chunked {
        read_chunks(stream, waiting).await?
    } else {
        let length = headers
            .get("content-length")
            .map_or(Some(0), |length| length.parse().ok())?;
        take(stream, waiting, length).await?
    };
    Some(Request {
        verb,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body,
    })
}

/// Clients that stream a file do not know its length beforehand.
async fn read_chunks(stream: &mut TcpStream, waiting: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = loop {
            match find(waiting, b"\r\n") {
                Some(end) => break end,
                None => more(stream, waiting).await?,
            }
        };
        let line: Vec<u8> = waiting.drain(..end + 2).collect();
        let line = String::from_utf8(line).ok()?;
        let size = line.trim().split(';').next()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        body.extend(take(stream, waiting, size).await?);
        take(stream, waiting, 2).await?;
        if size == 0 {
            return Some(body);
        }
        if body.len() > LARGEST_BODY {
            return None;
        }
    }
}

async fn take(stream: &mut TcpStream, waiting: &mut Vec<u8>, length: usize) -> Option<Vec<u8>> {
    if length > LARGEST_BODY {
        return None;
    }
    while waiting.len() < length {
        more(stream, waiting).await?;
    }
    Some(waiting.drain(..length).collect())
}

async fn more(stream: &mut TcpStream, waiting: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(waiting).await.ok()?;
    (read > 0 && waiting.len() <= 2 * LARGEST_BODY).then_some(())
}

pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        _ => "Status",
    }
}

pub async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
