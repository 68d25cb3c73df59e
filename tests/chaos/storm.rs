//! The program under the storm: started, killed at random moments, started again at once, and at the end asked to stop.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lopso::db::Db;
use lopso::domain::Timestamp;

use crate::program::{Office, Running};
use crate::support::platforms::bot_api::BotApi;
use crate::support::platforms::server::dice::Dice;

pub const TOKEN: &str = "42:test-token";
/// Calls that go wrong by themselves, in a hundred.
const FAULTS_PERCENT: usize = 5;
const FAULTY: [&str; 4] = [
    "sendMessage",
    "editMessageText",
    "answerCallbackQuery",
    "getUpdates",
];
/// To Telegram and back.
const WAY: Duration = Duration::from_millis(60);
/// The last program's clock goes this much ahead, so that nobody waits for what is tried again after 100 s.
const AHEAD_MS: i64 = 120_000;
/// The longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A kill, and what the program had on its way then.
pub struct Kill {
    pub at: Instant,
    pub texts: usize,
    pub taps: usize,
}

pub struct Storm<'a> {
    pub office: Office,
    pub db: &'a Db,
    pub api: &'a BotApi,
    pub dice: Dice,
    pub kills: Vec<Kill>,
    running: Option<Running>,
}

impl<'a> Storm<'a> {
    pub fn new(office: Office, db: &'a Db, api: &'a BotApi, seed: u64) -> Self {
        Self {
            office,
            db,
            api,
            dice: Dice::new(seed),
            kills: Vec::new(),
            running: None,
        }
    }

    pub fn start(&mut self, ahead: bool) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.office.path("log"))
            .unwrap();
        let mut command = self.office.command(&["serve"]);
        command
            .env("LOPSO_TELEGRAM_TOKEN", TOKEN)
            .env("LOPSO_TELEGRAM_API_URL", self.api.url())
            .env("LOPSO_HTTP_ADDR", "127.0.0.1:0")
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log));
        if ahead {
            let now = Timestamp(jiff::Timestamp::now().as_millisecond()).plus_ms(AHEAD_MS);
            let told = jiff::Timestamp::from_millisecond(now.0).unwrap();
            command.env("LOPSO_TEST_CLOCK", told.to_string());
        }
        self.running = Some(Running(command.spawn().unwrap()));
    }

    pub fn begins(&self, seed: u64) {
        self.api.far_away(WAY);
        self.api.fail_randomly(&FAULTY, FAULTS_PERCENT, seed);
    }

    pub fn passes(&self) {
        self.api.fail_randomly(&FAULTY, 0, 0);
    }

    /// Kills the program at a random moment, mostly in two to five seconds, every sixth time while it still starts. Half
    /// of the kills are aimed: `crowd` brings a crowd, and the kill comes as soon as Telegram was told that it may
    /// forget it.
    pub async fn kill(&mut self, crowd: impl Fn()) {
        let wait = |ms| std::thread::sleep(Duration::from_millis(ms));
        match self.kills.len() % 6 {
            0 | 2 | 4 => {
                wait(2_000 + self.dice.roll() % 2_500);
                crowd();
                self.forgotten();
            }
            1 => wait(2_000 + self.dice.roll() % 3_000),
            3 => {
                wait(2_000 + self.dice.roll() % 2_500);
                crowd();
                wait(self.dice.roll() % 500);
            }
            _ => wait(100 + self.dice.roll() % 900),
        }
        let mut running = self.running.take().unwrap();
        let ended = running.0.try_wait().unwrap();
        assert!(
            ended.is_none(),
            "ended by itself: {ended:?}\n{}",
            self.log()
        );
        running.0.kill().unwrap();
        let at = Instant::now();
        running.0.wait().unwrap();
        // A server may still finish a commit of the dead.
        let (mut texts, mut taps) = self.on_their_way().await;
        loop {
            wait(50);
            let before = (texts, taps);
            (texts, taps) = self.on_their_way().await;
            if before == (texts, taps) {
                break;
            }
        }
        self.kills.push(Kill { at, texts, taps });
    }

    /// Returns at the moment when what a crowd did is confirmed, or after a while.
    fn forgotten(&self) {
        const MANY: usize = 20;
        const WHILE: Duration = Duration::from_secs(2);
        let begun = Instant::now();
        let mut oldest = None;
        while begun.elapsed() < WHILE {
            let pending = self.api.pending();
            let first = pending.first().map(|update| update["update_id"].clone());
            match &oldest {
                None if pending.len() > MANY => oldest = first,
                Some(oldest) if first.as_ref() != Some(oldest) => return,
                None | Some(_) => {}
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    async fn on_their_way(&self) -> (usize, usize) {
        const SELECT: &str =
            "SELECT priority FROM outbox WHERE state = 'sending' AND edits IS NULL";
        let mut tx = self.db.read().await.unwrap();
        let rows = tx.rows(SELECT, Vec::new()).await.unwrap();
        let priority = |row: &lopso::db::Row| row.get::<i64>("priority").unwrap();
        let taps = rows.iter().filter(|row| priority(row) == 0).count();
        (rows.len() - taps, taps)
    }

    /// Nothing is left to take in, to send or to draw.
    pub async fn settles(&self) -> Result<(), String> {
        const LEFT: &str = "SELECT (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')) AS sends, \
             (SELECT COUNT(*) FROM board WHERE moved_at IS NOT NULL) AS boards";
        let begun = Instant::now();
        let mut quiet = 0;
        while quiet < 4 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            let pending = self.api.pending().len();
            let mut tx = self.db.read().await.unwrap();
            let row = tx.row(LEFT, Vec::new()).await.unwrap().unwrap();
            let (sends, boards): (i64, i64) =
                (row.get("sends").unwrap(), row.get("boards").unwrap());
            drop(tx);
            quiet = if pending == 0 && sends == 0 && boards == 0 {
                quiet + 1
            } else {
                0
            };
            if begun.elapsed() > PATIENCE {
                return Err(format!(
                    "it never comes to rest: {pending} updates, {sends} sends, {boards} boards are left"
                ));
            }
        }
        Ok(())
    }

    /// Asks it to stop, as a service manager does.
    pub fn stop(&mut self) -> Result<(), String> {
        let mut running = self.running.take().unwrap();
        let pid = running.0.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(ended) = running.0.try_wait().unwrap() {
                return if ended.success() {
                    Ok(())
                } else {
                    Err(format!("asked to stop it ended with {ended}"))
                };
            }
            if begun.elapsed() > PATIENCE {
                return Err("asked to stop it goes on".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        let log = std::fs::read(self.office.path("log")).unwrap();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().rev().take(30).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}
