//! HTTP as far as an API's client speaks it: a request is read whole, an answer is written whole, or not.

use super::Inside;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// More than any file of ours; a request beyond it is a fault.
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
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// The connection is cut, as a failing network does.
    Cut,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

pub async fn accept_forever(listener: TcpListener, inside: Arc<Inside>) {
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
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        match inside.answer(request).await {
            Reply::Answer {
                status,
                kind,
                mut headers,
                body,
            } => {
                headers.push(("Content-Type", kind.to_owned()));
                headers.push(("Content-Length", body.len().to_string()));
                if last {
                    headers.push(("Connection", "close".to_owned()));
                }
                let headers: String = headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .collect();
                let whole = format!(
                    "HTTP/1.1 {status} {}\r\n{headers}\r\n{body}",
                    reason(status)
                );
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

/// Clients of this API always know how long a body is, so bodies in chunks are not read.
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
    let length = headers
        .get("content-length")
        .map_or(Some(0), |length| length.parse().ok())?;
    if length > LARGEST_BODY || headers.contains_key("transfer-encoding") {
        return None;
    }
    while waiting.len() < length {
        more(stream, waiting).await?;
    }
    Some(Request {
        verb,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: waiting.drain(..length).collect(),
    })
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
        502 => "Bad Gateway",
        _ => "Status",
    }
}

pub async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
