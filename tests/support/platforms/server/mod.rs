//! What our platforms have in common: a small HTTP server, on which a request is read whole and an answer is written
//! whole, or not; how parameters are written; and what goes wrong.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

pub mod dice;
pub mod forms;
pub mod mishaps;

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

/// More than any photo of ours; a request beyond it is a fault.
const LARGEST_BODY: usize = 20 * 1024 * 1024;

const A_MOMENT: Duration = Duration::from_millis(1);

pub struct Request {
    pub verb: String,
    pub path: String,
    pub query: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The connection is cut, as a failing network does.
    Cut,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::of_kind(status, "application/json", body.to_string())
    }

    pub fn of_kind(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            status,
            headers: vec![("Content-Type", kind.to_owned())],
            body: body.into(),
        }
    }

    /// A gateway's page where JSON should be.
    pub fn bad_gateway() -> Self {
        const PAGE: &str =
            "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
        Self::of_kind(502, "text/html", PAGE)
    }

    /// The answer with these headers more.
    pub fn with(mut self, more: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.extend(more);
        }
        self
    }

    /// The answer ends in its middle.
    pub fn halved(mut self) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            body.truncate(body.len() / 2);
        }
        self
    }

    /// None when the connection was cut.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Cut => None,
        }
    }
}

/// What stands behind a server.
pub trait Site: Send + Sync + 'static {
    fn answer(&self, request: Request, caller: Caller<'_>) -> impl Future<Output = Reply> + Send;
}

/// Whoever waits for the answer, or does so no longer.
#[derive(Clone, Copy)]
pub struct Caller<'a>(&'a TcpStream);

impl Caller<'_> {
    /// Comes back once the caller has hung up.
    pub async fn gone(&self) {
        if let Ok(1..) = self.0.peek(&mut [0]).await {
            // The next request is there already, so the caller stays.
            std::future::pending::<()>().await;
        }
    }

    /// Takes a moment, in which the news of it can come in.
    pub async fn is_gone(&self) -> bool {
        tokio::time::timeout(A_MOMENT, self.gone()).await.is_ok()
    }
}

/// A running server; it ends when dropped.
pub struct HttpServer {
    address: String,
    runtime: Handle,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl HttpServer {
    /// The server has a thread and a runtime of its own, so that a test may block while it waits for the program.
    pub fn start<S: Site>(site: Arc<S>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept_forever(listener, site) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            runtime: handle,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Something to do on the server's own thread; it ends with the server.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept_forever<S: Site>(listener: TcpListener, site: Arc<S>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let site = Arc::clone(&site);
            tokio::spawn(async move { converse(stream, &*site).await });
        }
    }
}

/// Answers one request after another until the client hangs up.
async fn converse<S: Site>(mut stream: TcpStream, site: &S) {
    let mut waiting = Vec::new();
    while let Some(request) = read(&mut stream, &mut waiting).await {
        let last = request
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        match site.answer(request, Caller(&stream)).await {
            Reply::Answer {
                status,
                headers,
                body,
            } => {
                let whole = [head(status, &headers, body.len(), last).as_bytes(), &body].concat();
                if stream.write_all(&whole).await.is_err() || last {
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

fn head(status: u16, headers: &[(&str, String)], length: usize, last: bool) -> String {
    let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let bye = if last { "Connection: close\r\n" } else { "" };
    let reason = reason(status);
    format!(
        "HTTP/1.1 {status} {reason}\r\nDate: {date}\r\n{headers}Content-Length: {length}\r\n{bye}\r\n"
    )
}

async fn read(stream: &mut TcpStream, waiting: &mut Vec<u8>) -> Option<Request> {
    let head = read_until(stream, waiting, b"\r\n\r\n").await?;
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
        let line = read_until(stream, waiting, b"\r\n").await?;
        let size = line.split(';').next()?.trim();
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

/// The text before the mark; the mark itself is taken too.
async fn read_until(stream: &mut TcpStream, waiting: &mut Vec<u8>, mark: &[u8]) -> Option<String> {
    loop {
        let found = waiting.windows(mark.len()).position(|seen| seen == mark);
        if let Some(end) = found {
            let mut text: Vec<u8> = waiting.drain(..end + mark.len()).collect();
            text.truncate(end);
            return String::from_utf8(text).ok();
        }
        more(stream, waiting).await?;
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

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        _ => "Status",
    }
}
