//! The built program on a desk of its own: a folder, a database address, and what it says.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lopso::db::Db;
use lopso::domain::message::{Payload, Priority, Show};
use lopso::domain::{BotId, ChatId, Timestamp};
use lopso::outbox::{self, Draft};
use lopso::vals;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A file for a chat.
pub struct Parcel<'a> {
    pub show: Show,
    pub name: &'a str,
    pub content: &'a [u8],
    pub caption: &'a str,
}

/// 17 November 2026, a quarter to eight: past by any clock that a test gives the program.
const LONG_DUE: Timestamp = Timestamp(1_794_876_300_000);

/// A key for tests, so that the program does not make one.
pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Where the program is run: nothing of the surroundings reaches it but what a test gives.
pub struct Office {
    folder: tempfile::TempDir,
    url: String,
}

impl Office {
    pub fn at(url: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            url: url.to_owned(),
        }
    }

    /// With a SQLite file in the folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("lopso.db").display());
        Self { folder, url }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn sqlite_file(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// The program with these words, not yet started.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lopso"));
        for (name, _) in std::env::vars()
            .filter(|(name, _)| name.starts_with("LOPSO_") || name.starts_with("RUST_"))
        {
            command.env_remove(name);
        }
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("LOPSO_DATABASE_URL", &self.url)
            .env("LOPSO_INSTALLATION_KEY", KEY)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Said {
        self.run_with(words, &[])
    }

    pub fn run_with(&self, words: &[&str], env: &[(&str, &str)]) -> Said {
        Said::of(
            words,
            self.command(words)
                .envs(env.iter().copied())
                .output()
                .unwrap(),
        )
    }

    /// With this on its standard input.
    pub fn feed(&self, words: &[&str], input: &str) -> Said {
        let mut command = self.command(words);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut to = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || {
            // It may stop reading at a bad line; then the rest has no taker.
            let _ = to.write_all(input.as_bytes());
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Said::of(words, output)
    }

    /// Starts it to run beside the test; stopped when dropped.
    pub fn start(&self, words: &[&str], env: &[(&str, &str)]) -> Running {
        let mut command = self.command(words);
        command
            .envs(env.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Running(command.spawn().unwrap())
    }

    /// Puts files into the outbox for the chat with this id of the platform's, in one transaction as a feature would.
    /// Nothing of the product sends any yet.
    pub fn puts(&self, chat: &str, parcels: &[Parcel<'_>]) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let db = Db::open(&self.url).await.unwrap();
            let mut tx = db.begin().await.unwrap();
            let chat = tx
                .row(
                    "SELECT chat_id, bot_id FROM chat WHERE external_id = $1",
                    vals![chat],
                )
                .await
                .unwrap()
                .expect("a chat that the bot knows");
            let (bot, chat): (BotId, ChatId) =
                (chat.get("bot_id").unwrap(), chat.get("chat_id").unwrap());
            let draft = |parcel: &Parcel<'_>| Draft {
                bot,
                chat,
                priority: Priority::Reply,
                payload: Payload::File {
                    show: parcel.show,
                    name: parcel.name.to_owned(),
                    content: BASE64_STANDARD.encode(parcel.content),
                    caption: parcel.caption.to_owned(),
                },
                edits: None,
                is_board: false,
                asks: None,
                about: None,
            };
            let drafts: Vec<Draft> = parcels.iter().map(draft).collect();
            outbox::add(&mut tx, &drafts, LONG_DUE).await.unwrap();
            tx.commit().await.unwrap();
            db.close().await;
        });
    }
}

pub struct Running(pub Child);

impl Running {
    /// What the program said until now; it ends with it.
    pub fn said(mut self) -> String {
        self.0.kill().unwrap();
        let mut out = String::new();
        let stdout = self.0.stdout.as_mut().unwrap();
        stdout.read_to_string(&mut out).unwrap();
        out
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the program said and how it ended.
pub struct Said {
    words: String,
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(words: &[&str], output: Output) -> Self {
        Self {
            words: words.join(" "),
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn all(&self) -> String {
        format!(
            "`lopso {}` ended with {:?}\n{}\n{}",
            self.words, self.status, self.out, self.err
        )
    }

    #[track_caller]
    pub fn fine(self) -> Self {
        assert_eq!(self.status, Some(0), "{}", self.all());
        self
    }

    /// Ended with 1 and a message for a person: Vietnamese, and nothing that only a programmer reads.
    #[track_caller]
    pub fn refused(self) -> Self {
        assert_eq!(self.status, Some(1), "{}", self.all());
        let told: Vec<&str> = self.err.lines().filter(|line| !is_log(line)).collect();
        let told = told.join("\n");
        assert!(
            told.chars()
                .any(|c| "ăâđêôơưạảấầẩậắằặẹẻếềểệịọốồổộớờởợụủứừửựỳỵ".contains(c)),
            "not Vietnamese: {}",
            self.all()
        );
        for word in [
            "Error",
            "error:",
            "panicked",
            "backtrace",
            "src/",
            ".rs:",
            "RUST_",
        ] {
            assert!(
                !told.contains(word),
                "{word:?} is not for people: {}",
                self.all()
            );
        }
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(
            self.out.contains(words) || self.err.contains(words),
            "{words:?} is missing: {}",
            self.all()
        );
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.all()))
    }
}

/// A line of the English log begins with its time, in colour or not.
fn is_log(line: &str) -> bool {
    line.starts_with("\u{1b}[") || line.starts_with("20")
}
