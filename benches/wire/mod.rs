//! Telegram as the measured bots see it: a Bot API on this machine that is fast enough not to be what is measured.
//!
//! It lives in a thread of the benchmark itself, which does nothing else meanwhile, so one and the same server
//! stands before every contender and its share of the work can be told apart. It hands out taps as `getUpdates`
//! does, keeps for each when it could be had, was handed out and was answered, and holds Telegram's limits as
//! windows that slide.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on should stop; not every benchmark uses every part"
)]

mod http;
mod limits;
mod state;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};

use state::State;
pub use state::{Arrivals, Tap};

/// The name under which the bot stands in a database.
pub const BOT: &str = "LopSoBenchBot";
pub const TOKEN: &str = "4242:bench";

pub struct Wire {
    addr: SocketAddr,
    inside: Arc<Inside>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Where the system tells what the server's own thread has spent.
    task: PathBuf,
}

struct Inside {
    /// How long a call and its answer are on their way.
    round_trip: Duration,
    state: Mutex<State>,
    news: Notify,
}

impl Inside {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// What became of the taps.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// From the first `getUpdates` that handed out a tap to the last answer.
    pub span: Duration,
    pub answered: usize,
    /// Answers to taps that had one already, or that nobody made.
    pub odd: usize,
    /// Sends and edits refused because of a limit.
    pub floods: usize,
    pub messages: usize,
    pub edits: usize,
    pub polls: usize,
    /// From the moment a tap could be had to its answer, smallest first.
    pub latencies: Vec<Duration>,
}

/// What became of the messages.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    pub number: usize,
    pub chats: usize,
    pub most_in_a_chat: usize,
    /// From the first to the last.
    pub span: Duration,
    pub floods: usize,
}

impl Wire {
    pub fn open(taps: &[Tap]) -> Self {
        Self::afar(taps, Duration::ZERO)
    }

    /// Every call takes this long, as with a network in between.
    pub fn afar(taps: &[Tap], round_trip: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let inside = Arc::new(Inside {
            round_trip,
            state: Mutex::new(State::new(taps)),
            news: Notify::new(),
        });
        let (stop, stopped) = oneshot::channel();
        let (say, hear) = mpsc::channel();
        let served = inside.clone();
        let thread = std::thread::spawn(move || {
            say.send(std::fs::read_link("/proc/thread-self")).unwrap();
            http::serve(listener, served, stopped);
        });
        let task = hear.recv().unwrap();
        Self {
            addr,
            inside,
            stop: Some(stop),
            thread: Some(thread),
            task: PathBuf::from("/proc").join(task.unwrap_or_default()),
        }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// From now on taps can be had.
    pub fn release(&self, arrivals: Arrivals) {
        self.inside.state().arrivals = arrivals;
        self.inside.news.notify_waiters();
    }

    pub fn polls(&self) -> usize {
        self.inside.state().polls
    }

    pub fn answered(&self) -> usize {
        self.inside.state().answered
    }

    pub fn sent(&self) -> Sent {
        self.inside.state().sent()
    }

    pub fn told(&self) -> Told {
        self.inside.state().told()
    }

    /// Calls by method, most frequent first.
    pub fn calls(&self) -> Vec<(String, usize)> {
        self.inside.state().calls()
    }

    /// When the first answer to a tap came.
    pub fn first_answer(&self) -> Option<Instant> {
        self.inside.state().first_answer()
    }

    /// What the server's thread has spent of a processor.
    pub fn spent(&self) -> Duration {
        super::scene::process::spent(&self.task).unwrap_or_default()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
